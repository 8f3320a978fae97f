//! The digest as a message that reads in ten seconds on a phone.

use super::figures::{Availability, Breach, Figures};
use super::words::{adjusted_availability, adjustments, budget, count, moment, name, percent, share, short};
use super::{Digest, Times};
use crate::chat::text::{esc, fit};

/// Lines of a kind that stand in the message; the rest is in the files.
const SHOWN: usize = 5;
/// Characters of the message (Discord takes 2,000; links and names vary).
const LONGEST: usize = 1900;

/// The message. Lines that would make it too long are left out from the end, for the page has them all.
pub fn text(digest: &Digest) -> String {
    let figures = &digest.told.figures;
    let mut lines = vec![format!("## 📊 Service levels · {}", digest.told.period.name()), verdict(digest)];
    if let Some(since) = digest.late_since {
        lines.push(format!("⏰ It is late: it was due <t:{}:f>.", since.timestamp()));
    }
    lines.extend(attained(figures));
    lines.extend(breaches(digest));
    lines.push(incidents(figures));
    lines.push(format!("**Acknowledge** {} · **Resolve** {}", times(&figures.acknowledge), times(&figures.resolve)));
    lines.extend(availability(digest));
    lines.extend(recurring(digest));
    lines.extend(adjusted(digest));
    let footer = "-# Each figure with its definition is in `digest.html`, the numbers in `digest.csv`.";
    let mut length = footer.chars().count();
    let mut shown: Vec<String> = lines
        .into_iter()
        .take_while(|line| {
            length += line.chars().count() + 1;
            length <= LONGEST
        })
        .collect();
    shown.push(footer.to_owned());
    shown.join("\n")
}

fn verdict(digest: &Digest) -> String {
    let (met, n) = digest.told.figures.met();
    let before = digest.earlier.last().map(|told| told.figures.met());
    let trend = match (share(met, n), before.and_then(|(met, n)| share(met, n))) {
        (Some(now), Some(before)) => {
            let tenths = |share: crate::availability::rules::Share| share.part * 1000 / share.whole;
            let moved = tenths(now) - tenths(before);
            match moved {
                0 => " · as before".to_owned(),
                1.. => format!(" · ▲ {}.{} points", moved / 10, moved % 10),
                _ => format!(" · ▼ {}.{} points", -moved / 10, -moved % 10),
            }
        }
        _ => String::new(),
    };
    match n {
        0 => "⚪ No target was due.".to_owned(),
        _ if met == n => format!("🟢 **All {} met.**{trend}", count(n, "target")),
        _ => format!("🔴 **{} of {} broken**, {} met{trend}", n - met, count(n, "target"), percent(met, n)),
    }
}

/// A line for each priority: `P1 response 12/12 · resolution 11/12 (91.6 %)`.
fn attained(figures: &Figures) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    for one in &figures.attained {
        let sign = if one.breached > 0 { "🔴" } else { "🟢" };
        let part = if one.breached > 0 {
            format!("{sign} {} **{}** ({} of {})", name(one.metric), percent(one.met, one.n()), one.met, one.n())
        } else {
            format!("{sign} {} {} of {}", name(one.metric), one.met, one.n())
        };
        match lines.last_mut() {
            Some(line) if last == Some(one.priority) => *line = format!("{line} · {part}"),
            _ => lines.push(format!("`{}` {part}", one.priority.name())),
        }
        last = Some(one.priority);
    }
    lines
}

fn breaches(digest: &Digest) -> Vec<String> {
    let all = &digest.told.figures.breaches;
    let mut lines: Vec<String> = all.iter().take(SHOWN).map(|breach| line(digest, breach)).collect();
    if all.len() > SHOWN {
        lines.push(format!("-# … and {} more in `breaches.csv`", all.len() - SHOWN));
    }
    lines
}

fn line(digest: &Digest, breach: &Breach) -> String {
    let number = format!("INC-{}", breach.number);
    let number = digest.links.get(&breach.number).map_or(number.clone(), |link| format!("[{number}]({link})"));
    let service = breach.service.map(|id| format!(" · {}", fit(digest.service(id), 40))).unwrap_or_default();
    let late = match breach.done {
        Some(done) => format!("{} late", short((done - breach.due).num_seconds())),
        None => "still open".to_owned(),
    };
    format!("> {number} · {} {}{service} · {late}", breach.priority.name(), name(breach.metric))
}

fn incidents(figures: &Figures) -> String {
    let oldest = figures.oldest.map(|age| format!(", the oldest {}", short(age))).unwrap_or_default();
    let reopened = if figures.reopened > 0 { format!(" ({} reopened)", figures.reopened) } else { String::new() };
    let rescued = match figures.rescued {
        (0, _) => String::new(),
        (reached, met) => format!(" · {met} of {reached} at risk rescued"),
    };
    format!(
        "**Incidents** {} opened · {} resolved{reopened} · {} open{oldest}{rescued}",
        figures.opened,
        figures.resolved,
        figures.open()
    )
}

fn times(times: &Times) -> String {
    let Some((median, mean)) = times.median.zip(times.mean) else { return super::words::NO_DATA.to_owned() };
    let tail = match (times.p90, times.longest) {
        (Some(p90), _) => format!("p90 {}", short(p90)),
        (None, Some(longest)) => format!("max {}", short(longest)),
        (None, None) => String::new(),
    };
    format!("median {} ({tail}, mean {}, n {})", short(median), short(mean), times.n)
}

fn availability(digest: &Digest) -> Vec<String> {
    let mut shown: Vec<&Availability> =
        digest.told.figures.availability.iter().filter(|one| one.objective.is_some() || one.down > 0).collect();
    // What was promised is not pushed out of the message by what was not.
    shown.sort_by_key(|one| one.objective.is_none());
    let mut lines: Vec<String> = shown
        .iter()
        .take(SHOWN)
        .map(|one| {
            let share = one.share().map_or_else(|| "n/a".to_owned(), |share| format!("{} %", share.percent(3)));
            let sign = match (one.objective, one.share()) {
                (Some(objective), Some(share)) if share.reaches(objective) => "🟢",
                (Some(_), Some(_)) => "🔴",
                _ => "⚪",
            };
            let left = one.budget_left().map(|left| format!(" · {}", budget(left))).unwrap_or_default();
            let outages = usize::try_from(one.outages).unwrap_or_default();
            format!("{sign} **{}** {share}{left} · {}", fit(digest.service(one.service), 40), count(outages, "outage"))
        })
        .collect();
    if shown.len() > SHOWN {
        lines.push(format!("-# … and {} more in `digest.csv`", count(shown.len() - SHOWN, "service")));
    }
    lines
}

fn recurring(digest: &Digest) -> Option<String> {
    let named: Vec<String> = digest
        .told
        .figures
        .recurring
        .iter()
        .take(SHOWN)
        .map(|(service, count)| format!("{} ({count})", fit(digest.service(*service), 40)))
        .collect();
    (!named.is_empty()).then(|| format!("🔁 **Again and again** {}", named.join(", ")))
}

fn adjusted(digest: &Digest) -> Vec<String> {
    let Some((at, published)) = &digest.published else { return Vec::new() };
    let now = &digest.told.figures;
    let mut all = adjustments(published, now);
    all.extend(adjusted_availability(published, now, |id| digest.service(id).to_owned()));
    let mut lines: Vec<String> =
        all.iter().take(SHOWN).map(|(what, then, now)| format!("> {}: {then} → {now}", esc(what))).collect();
    if !lines.is_empty() {
        lines.insert(0, format!("✏️ **Adjusted** since it was published on {}", moment(*at, &digest.zone.0)));
    }
    lines
}
