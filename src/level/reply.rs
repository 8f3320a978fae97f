//! The words of service levels.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jiff::civil::Date;

use super::backing::Gap;
use super::store::Version;
use super::{Agreement, Amount, Book, Kind, Metric, Named, Target, Terms, defaults};
use crate::business_time::Exceptions;
use crate::chat::message::Message;
use crate::chat::text::{code, esc, fit};
use crate::error::Refusal;
use crate::incident::{Priority, ServiceRef};

/// Exceptional days that a list shows of each calendar.
const DAYS_SHOWN: usize = 4;
/// Gaps between agreements that are shown at once.
const GAPS_SHOWN: usize = 5;
/// Characters of a list; Discord takes 2,000.
const LIST: usize = 1700;

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Sla => "SLA",
        Kind::Ola => "OLA",
        Kind::Supplier => "supplier contract",
    }
}

/// `P1 response`.
fn cell(priority: Priority, metric: Metric) -> String {
    format!("{} {}", priority.name(), metric.name())
}

/// `4 h in office`, or `nothing`.
pub fn target_in_words(book: &Book, target: &Target) -> String {
    let calendar = book.calendars.get(&target.calendar).map_or("unknown hours", |calendar| calendar.name.as_str());
    target.amount.map_or_else(|| "nothing".to_owned(), |amount| format!("{} in {calendar}", amount.in_words()))
}

fn about(service: Option<&ServiceRef>) -> String {
    service.map_or_else(|| "every service without its own".to_owned(), |service| format!("**{}**", esc(&service.name)))
}

/// A target was set.
pub fn set(
    book: &Book,
    agreement: &Agreement,
    service: Option<&ServiceRef>,
    target: &Target,
    before: Option<&Target>,
    gaps: &[Gap],
) -> Message {
    let was = before.map(|before| format!(" (it was {})", esc(&target_in_words(book, before)))).unwrap_or_default();
    let mut lines = vec![format!(
        "From now on **{}** of {} is promised **{}**{was}, by the {} **{}**. Incidents that are under way keep what they were promised.",
        cell(target.priority, target.metric),
        about(service),
        esc(&target_in_words(book, target)),
        kind(agreement.kind),
        esc(&agreement.name),
    )];
    let mine = gaps.iter().filter(|gap| gap.priority == target.priority && gap.metric == target.metric);
    lines.extend(mine.take(GAPS_SHOWN).map(warning));
    Message::say(lines.join("\n"))
}

fn warning(gap: &Gap) -> String {
    let behind: Vec<String> = gap.behind.iter().map(|name| format!("**{}**", fit(name, 60))).collect();
    let takes = if behind.len() == 1 { "takes" } else { "together take" };
    format!(
        "⚠️ {} of **{}** cannot be kept: {} {takes} longer than it allows.",
        cell(gap.priority, gap.metric),
        fit(&gap.promised, 60),
        behind.join(" and ")
    )
}

/// What is promised for a service, or for those without their own.
pub fn show(book: &Book, service: Option<&ServiceRef>, now: DateTime<Utc>) -> Message {
    let mut lines = vec![format!("**What is promised** for {}", about(service))];
    let of = |wanted: Option<i64>| {
        book.agreements
            .iter()
            .filter(move |one| one.kind == Kind::Sla && one.service == wanted && one.holds(now))
            .collect::<Vec<&Agreement>>()
    };
    let own = service.map(|service| of(Some(service.id))).unwrap_or_default();
    for priority in Priority::ALL {
        let cells: Vec<String> = Metric::ALL
            .into_iter()
            .map(|metric| {
                let stated = |from: &[&Agreement]| -> Vec<Target> {
                    from.iter().filter_map(|one| one.target(priority, metric, now).cloned()).collect()
                };
                let mine = stated(&own);
                let (targets, inherited) =
                    if mine.is_empty() { (stated(&of(None)), service.is_some()) } else { (mine, false) };
                let words: Vec<String> =
                    targets.iter().map(|target| esc(&target_in_words(book, target)).to_string()).collect();
                match (words.is_empty(), inherited) {
                    (true, _) => format!("{} —", metric.name()),
                    (false, true) => format!("{} {} *(default)*", metric.name(), words.join(" / ")),
                    (false, false) => format!("{} {}", metric.name(), words.join(" / ")),
                }
            })
            .collect();
        lines.push(format!("`{}` {}", priority.name(), cells.join(" · ")));
    }
    let shown = if own.is_empty() { of(None) } else { own };
    lines.extend(shown.iter().filter_map(|one| Some(format!("-# {}: {}", esc(&one.name), terms(one.terms(now)?)))));
    lines.push("-# `h` and `m` are service time; a working day ends with the hours of that day. `/sla set` changes a target, `/sla why` shows the arithmetic of an incident.".to_owned());
    Message::say(lines.join("\n"))
}

fn terms(terms: &Terms) -> String {
    let pauses: Vec<String> = terms.pauses.iter().map(|reason| reason.name()).collect();
    let mut words = vec![if pauses.is_empty() {
        "waiting always counts".to_owned()
    } else {
        format!("waiting for {} does not count", pauses.join(" or "))
    }];
    if terms.pauses_response {
        words.push("not for response either".to_owned());
    }
    words.push(format!("told at {}", told(terms)));
    words.extend(terms.availability.map(|millionths| format!("available {}", percent(millionths))));
    words.extend(terms.workload.as_deref().map(|text| format!("workload: {}", fit(text, 120))));
    words.extend(terms.exceptions.as_deref().map(|text| format!("not covered: {}", fit(text, 120))));
    words.join(" · ")
}

fn told(terms: &Terms) -> String {
    let steps: Vec<String> = terms.warnings.0.iter().flatten().map(|percent| format!("{percent} %")).collect();
    if steps.is_empty() { "the breach alone".to_owned() } else { steps.join(", ") }
}

/// Millionths as a percentage, with as many digits as it has: `99.95 %`.
pub fn percent(millionths: i64) -> String {
    let digits = format!("{:04}", millionths % 10_000);
    let digits = digits.trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    format!("{}{point}{digits} %", millionths / 10_000)
}

/// Something was agreed.
pub fn agreed(agreement: &Agreement, agreed: &Terms, service: Option<&ServiceRef>) -> Message {
    let next = code(
        &format!(
            "/sla set service:{} agreement:{}",
            service.map_or("default", |service| &service.name),
            agreement.name
        ),
        200,
    );
    Message::say(format!(
        "Agreed: {} **{}** for {}, from now on.\n-# {}\nIt has no targets yet: {next}",
        kind(agreement.kind),
        esc(&agreement.name),
        about(service),
        terms(agreed)
    ))
}

/// Its terms are others now.
pub fn terms_changed(agreement: &Agreement, after: &Terms) -> Message {
    Message::say(format!(
        "**{}** from now on: {}. Clocks that run keep what they started with.",
        esc(&agreement.name),
        terms(after)
    ))
}

/// All agreements.
pub fn agreements(
    book: &Book,
    services: &BTreeMap<i64, String>,
    retired: bool,
    gaps: &[Gap],
    now: DateTime<Utc>,
) -> Message {
    let mut items = Vec::new();
    for agreement in book.agreements.iter().filter(|one| retired || one.retired_at.is_none()) {
        let service = agreement.service.map_or_else(
            || "every service".to_owned(),
            |id| services.get(&id).map_or_else(|| "a service".to_owned(), |name| fit(name, 60)),
        );
        let end = agreement.retired_at.map(|at| format!(" · retired <t:{}:d>", at.timestamp())).unwrap_or_default();
        let mut lines = vec![format!("**{}** · {} · {service}{end}", fit(&agreement.name, 60), kind(agreement.kind))];
        let targets: Vec<String> = Priority::ALL
            .into_iter()
            .flat_map(|priority| Metric::ALL.map(|metric| (priority, metric)))
            .filter_map(|(priority, metric)| {
                let target = agreement.target(priority, metric, now)?;
                Some(format!("{} {}", cell(priority, metric), target.amount?))
            })
            .collect();
        if !targets.is_empty() {
            lines.push(format!("> {}", targets.join(" · ")));
        }
        lines.extend(agreement.terms(now).map(|agreed| format!("-# {}", terms(agreed))));
        items.push(lines.join("\n"));
    }
    // What cannot be kept is what one has to see.
    items.splice(0..0, gaps.iter().take(GAPS_SHOWN).map(warning));
    list(items)
}

/// As many as a message holds.
fn list(items: Vec<String>) -> Message {
    let count = items.len();
    let mut length = 0;
    let mut shown: Vec<String> = items
        .into_iter()
        .take_while(|item| {
            length += item.chars().count() + 1;
            length <= LIST
        })
        .collect();
    if shown.len() < count {
        shown.push(format!("-# … and {} more: `/setup export` has all of them.", count - shown.len()));
    }
    Message::say(shown.join("\n"))
}

/// It was retired.
pub fn agreement_retired(agreement: &Agreement) -> Message {
    Message::say(format!(
        "**{}** is retired. What was promised by it stays promised; new incidents are judged by what is left.",
        esc(&agreement.name)
    ))
}

/// A calendar is there.
pub fn calendar_added(name: &str, version: &Version) -> Message {
    Message::say(format!(
        "Calendar **{}**: {} in `{}`. Use it with {}.",
        esc(name),
        code(&version.hours.to_string(), 200),
        version.timezone,
        code(&format!("/sla set calendar:{name}"), 120)
    ))
}

/// It is otherwise from now on.
pub fn calendar_changed(calendar: &Named, before: &Version, after: &Version) -> Message {
    Message::say(format!(
        "Calendar **{}** has other hours from now on: {} in `{}` (it was {} in `{}`). What lies behind is judged as it was; what is under way is due anew.",
        esc(&calendar.name),
        code(&after.hours.to_string(), 200),
        after.timezone,
        code(&before.hours.to_string(), 200),
        before.timezone
    ))
}

/// A day is not as the others, or is again.
pub fn holiday_set(calendar: &Named, date: Date, after: &Version, passed: bool) -> Message {
    let what = after.days.on(date).map_or_else(|| "a day as the others".to_owned(), |what| fit(&what, 100));
    let late = if passed { " It has begun already, and only what is left of it is judged so." } else { "" };
    Message::say(format!(
        "Calendar **{}**: {} is {what}. What is under way is due anew.{late}",
        esc(&calendar.name),
        date.strftime("%A, %Y-%m-%d")
    ))
}

/// All calendars.
pub fn calendars(all: &[(Named, Version)], now: DateTime<Utc>) -> Message {
    let mut items = Vec::new();
    for (calendar, version) in all {
        let open = match (calendar.retired_at, calendar.timetable.is_open(now.into())) {
            (Some(at), _) => format!(" · retired <t:{}:d>", at.timestamp()),
            (None, true) => " · open now".to_owned(),
            (None, false) => " · closed now".to_owned(),
        };
        let zone = if calendar.follows_guild { "the server's zone, " } else { "" };
        let mut lines = vec![format!(
            "**{}** · {} · {zone}`{}`{open}",
            fit(&calendar.name, 60),
            code(&version.hours.to_string(), 200),
            version.timezone
        )];
        lines.extend(days_to_come(&version.days, now));
        items.push(lines.join("\n"));
    }
    list(items)
}

fn days_to_come(days: &Exceptions, now: DateTime<Utc>) -> Option<String> {
    let today = now.format("%Y-%m-%d").to_string();
    let mut coming = days.iter().filter(|(date, _)| date.to_string() >= today);
    let shown: Vec<String> =
        coming.by_ref().take(DAYS_SHOWN).map(|(date, what)| format!("{date} {}", fit(&what, 60))).collect();
    let more = coming.count();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!shown.is_empty()).then(|| format!("-# {}{more}", shown.join(" · ")))
}

/// It was retired.
pub fn calendar_retired(calendar: &Named) -> Message {
    Message::say(format!("Calendar **{}** is retired. What was judged by it stays as it is.", esc(&calendar.name)))
}

/// Nothing would be other.
pub fn nothing_changes() -> Refusal {
    Refusal::new("sla.changes", "Nothing changes: it is so already. `/sla show` tells what is promised.")
}

/// The hours never come again.
pub fn never(amount: Amount, calendar: &Named) -> Refusal {
    Refusal::new(
        "sla.never",
        format!("{} never pass in **{}**: its hours do not come again.", amount.in_words(), esc(&calendar.name)),
    )
}

/// The name is no name.
pub fn no_name() -> Refusal {
    Refusal::new("sla.name", "The name has no letters. What do people call it?")
}

/// The name is taken.
pub fn agreed_already(agreement: &Agreement) -> Refusal {
    let way = if agreement.retired_at.is_some() {
        "It is retired; choose another name."
    } else {
        "Change it with `/sla agreement edit`."
    };
    Refusal::new("sla.agreement", format!("There is an agreement **{}** already. {way}", esc(&agreement.name)))
}

fn meant(near: Option<&str>, otherwise: &str) -> String {
    near.map_or_else(|| otherwise.to_owned(), |near| format!("Did you mean **{}**?", esc(near)))
}

/// There is no such agreement.
pub fn unknown_agreement(name: &str, near: Option<&str>) -> Refusal {
    let hint = meant(near, "`/sla agreement list` shows those that exist.");
    Refusal::new("sla.agreement", format!("There is no agreement **{}**. {hint}", fit(name, 80)))
}

/// There is no such calendar.
pub fn unknown_calendar(name: &str, near: Option<&str>) -> Refusal {
    let hint = meant(near, "`/sla calendar list` shows those that exist.");
    Refusal::new("sla.calendar", format!("There is no calendar **{}**. {hint}", fit(name, 80)))
}

/// It is retired.
pub fn agreement_is_retired(agreement: &Agreement) -> Refusal {
    Refusal::new(
        "sla.agreement",
        format!("**{}** is retired. Agree on a new one: `/sla agreement add`.", esc(&agreement.name)),
    )
}

/// It is retired.
pub fn calendar_is_retired(calendar: &Named) -> Refusal {
    Refusal::new(
        "sla.calendar",
        format!("Calendar **{}** is retired. `/sla calendar list` shows the others.", esc(&calendar.name)),
    )
}

/// The default agreement is what all others fall back on.
pub fn default_stays() -> Refusal {
    Refusal::new(
        "sla.default",
        format!(
            "Agreement {} is what every service has that has nothing of its own; it stays. `/sla set service:default target:none` promises nothing.",
            defaults::AGREEMENT
        ),
    )
}

/// It is about something else.
pub fn other_service(agreement: &Agreement, service: Option<&ServiceRef>) -> Refusal {
    Refusal::new(
        "sla.service",
        format!(
            "The agreement **{}** is not about {}. `/sla agreement list` shows what it is about.",
            esc(&agreement.name),
            about(service)
        ),
    )
}

/// There are several.
pub fn which_agreement(several: &[&Agreement]) -> Refusal {
    let names: Vec<String> = several.iter().map(|one| format!("**{}**", fit(&one.name, 60))).collect();
    Refusal::new("sla.which", format!("There are several: {}. Say which with `agreement`.", names.join(", ")))
}

/// That is no reason of waiting.
pub fn unknown_reason(word: &str) -> Refusal {
    Refusal::new(
        "sla.pauses",
        format!(
            "{} is no reason of waiting. They are `customer`, `supplier`, `change` and `problem`; `none` lets waiting always count.",
            code(word, 40)
        ),
    )
}

/// That is no availability.
pub fn no_availability(text: &str) -> Refusal {
    Refusal::new(
        "sla.availability",
        format!(
            "{} is no availability. Write a percentage above 0 and up to 100 with at most four decimals, such as `99.9`, or `none`.",
            code(text, 40)
        ),
    )
}

/// That is no date.
pub fn no_date(text: &str) -> Refusal {
    Refusal::new("sla.date", format!("{} is no date. Write it like `2026-12-25`.", code(text, 40)))
}

/// The day is one already.
pub fn holiday_twice(calendar: &Named, date: Date, days: &Exceptions) -> Refusal {
    let what = days.on(date).unwrap_or_default();
    Refusal::new(
        "sla.holiday",
        format!(
            "{date} is {} in **{}** already. To change it, remove it first: `remove:True`.",
            fit(&what, 60),
            esc(&calendar.name)
        ),
    )
}

/// The day is as the others.
pub fn no_such_holiday(calendar: &Named, date: Date) -> Refusal {
    Refusal::new(
        "sla.holiday",
        format!("{date} is a day as the others in **{}**. There is nothing to remove.", esc(&calendar.name)),
    )
}

/// Something hangs on it.
pub fn calendar_in_use(calendar: &Named, agreements: &[String], clocks: i64) -> Refusal {
    let names: Vec<String> = agreements.iter().map(|name| format!("**{}**", fit(name, 60))).collect();
    let sentence = if names.is_empty() {
        format!(
            "Calendar **{}** cannot be retired: {clocks} {} in its hours. Try again when they are resolved.",
            esc(&calendar.name),
            if clocks == 1 { "clock runs" } else { "clocks run" }
        )
    } else {
        format!(
            "Calendar **{}** cannot be retired: targets of {} are in its hours. Give them others with `/sla set … calendar:`.",
            esc(&calendar.name),
            names.join(", ")
        )
    };
    Refusal::new("sla.in-use", sentence)
}
