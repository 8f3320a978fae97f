//! `/sla agreement`: what is promised to customers, within the house and by suppliers.

use serde::{Deserialize, Serialize};

use super::{DEFAULT, by_name, record, service_or_default};
use crate::chat::answer::Answer;
use crate::chat::text::{clean, clean_line};
use crate::command::context::Context;
use crate::error::{Error, Refusal};
use crate::incident::{HoldReason, ServiceRef};
use crate::journal::{Change, Fact};
use crate::level::{Agreement, Book, Kind, Terms, backing, defaults, reply, store};
use crate::number;
use crate::policy;
use crate::store::Tx;

/// The options of `agreement add`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Add {
    /// What people call it.
    pub name: String,
    /// Between whom.
    pub kind: Kind,
    /// Of which service; every one if left out.
    pub service: Option<String>,
    /// How much work it covers.
    pub workload: Option<String>,
    /// What it does not cover.
    pub exceptions: Option<String>,
    /// `99.9 %`.
    pub availability: Option<String>,
    /// Reasons of waiting that do not count.
    pub pauses: Option<String>,
    /// Percentages at which somebody is told.
    pub warnings: Option<String>,
}

/// The options of `agreement edit`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Edit {
    /// Which.
    pub agreement: String,
    /// How much work it covers.
    pub workload: Option<String>,
    /// What it does not cover.
    pub exceptions: Option<String>,
    /// `99.9 %`, or `none`.
    pub availability: Option<String>,
    /// Reasons of waiting that do not count.
    pub pauses: Option<String>,
    /// Whether they stop the clock of response too.
    pub pauses_response: Option<bool>,
    /// Percentages at which somebody is told.
    pub warnings: Option<String>,
}

/// Something was agreed.
pub(super) async fn add(tx: &mut Tx, context: &Context, said: Add) -> Result<Answer, Error> {
    let proof = policy::service_owner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let name = clean_line(&said.name);
    if name.is_empty() {
        return Err(reply::no_name().into());
    }
    let book = store::book(tx, guild).await?;
    let key = crate::service::key(&name);
    if let Some(before) = book.agreements.iter().find(|one| crate::service::key(&one.name) == key) {
        return Err(reply::agreed_already(before).into());
    }
    let service = service_or_default(tx, guild, said.service.as_deref().unwrap_or(DEFAULT)).await?;
    let terms = Terms {
        workload: words(said.workload),
        exceptions: words(said.exceptions),
        availability: said.availability.map(|text| availability(&text)).transpose()?.flatten(),
        ..Terms::usual(context.now)
    };
    let terms = adjusted(terms, said.pauses, None, said.warnings)?;
    let id = number::next_in_sequence(tx, guild, "agreement").await?;
    let agreement = Agreement {
        id,
        kind: said.kind,
        name,
        service: service.as_ref().map(|service| service.id),
        from: context.now,
        retired_at: None,
        terms: vec![terms.clone()],
        targets: Vec::new(),
    };
    store::agree(tx, guild, &agreement).await?;
    let mut changes = vec![
        Change::new("name", Fact::Plain(agreement.name.clone())),
        Change::new("kind", Fact::Plain(agreement.kind.name().to_owned())),
        Change::new("service", Fact::plain(service.as_ref().map(|service| &service.name))),
    ];
    changes.extend(facts(&terms).into_iter().map(|(field, after)| Change::new(field, after)));
    record(tx, context, "sla.agreement-add", &format!("agreement:{id}"), proof.basis(), changes).await?;
    Ok(Answer::Say(reply::agreed(&agreement, &terms, service.as_ref())))
}

/// Other terms from now on. Clocks that run keep theirs.
pub(super) async fn edit(tx: &mut Tx, context: &Context, said: Edit) -> Result<Answer, Error> {
    let proof = policy::service_owner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let book = store::book(tx, guild).await?;
    let agreement = in_force(&book, &said.agreement)?;
    let before = agreement.terms(context.now).cloned().unwrap_or_else(|| Terms::usual(context.now));
    let availability = match said.availability {
        Some(text) => availability(&text)?,
        None => before.availability,
    };
    let after = Terms {
        from: context.now,
        workload: other_words(said.workload, before.workload.as_deref()),
        exceptions: other_words(said.exceptions, before.exceptions.as_deref()),
        availability,
        ..before.clone()
    };
    let after = adjusted(after, said.pauses, said.pauses_response, said.warnings)?;
    let changes: Vec<Change> = facts(&before)
        .into_iter()
        .zip(facts(&after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((field, before), (_, after))| Change { field, before, after })
        .collect();
    if changes.is_empty() {
        return Err(reply::nothing_changes().into());
    }
    store::put_terms(tx, guild, agreement.id, &after).await?;
    record(tx, context, "sla.agreement-edit", &format!("agreement:{}", agreement.id), proof.basis(), changes).await?;
    Ok(Answer::Say(reply::terms_changed(agreement, &after)))
}

/// All agreements, with what is behind them.
pub(super) async fn list(tx: &mut Tx, context: &Context, retired: bool) -> Result<Answer, Error> {
    let guild = context.guild.id;
    let book = store::book(tx, guild).await?;
    let services = crate::service::names(tx, guild).await?;
    let gaps = backing::gaps(&book, context.now);
    Ok(Answer::Say(reply::agreements(&book, &services, retired, &gaps, context.now)))
}

/// It holds no longer; what was promised by it stays promised.
pub(super) async fn retire(tx: &mut Tx, context: &Context, named: &str) -> Result<Answer, Error> {
    let proof = policy::service_owner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let book = store::book(tx, guild).await?;
    let agreement = in_force(&book, named)?;
    if agreement.id == defaults::AGREEMENT {
        return Err(reply::default_stays().into());
    }
    store::retire_agreement(tx, guild, agreement.id, context.now).await?;
    let changes = vec![
        Change::new("name", Fact::Plain(agreement.name.clone())),
        Change::new("retired", Fact::instant(Some(context.now))),
    ];
    record(tx, context, "sla.agreement-retire", &format!("agreement:{}", agreement.id), proof.basis(), changes).await?;
    Ok(Answer::Say(reply::agreement_retired(agreement)))
}

/// The agreement of that name, in force.
fn in_force<'b>(book: &'b Book, named: &str) -> Result<&'b Agreement, Refusal> {
    let found = by_name(book.agreements.iter(), |one| &one.name, named, reply::unknown_agreement)?;
    if found.retired_at.is_some() { Err(reply::agreement_is_retired(found)) } else { Ok(found) }
}

/// The agreement of that name, which must be one about `service`.
pub(super) fn of_service(book: &Book, named: &str, service: Option<&ServiceRef>) -> Result<Agreement, Refusal> {
    let found = in_force(book, named)?;
    if found.service == service.map(|service| service.id) {
        Ok(found.clone())
    } else {
        Err(reply::other_service(found, service))
    }
}

/// The one agreement with the customers of `service`; it is made when there is none, and asked for when there are several.
pub(super) async fn only_one(
    tx: &mut Tx,
    context: &Context,
    book: &Book,
    service: Option<&ServiceRef>,
    basis: &str,
) -> Result<Agreement, Error> {
    let guild = context.guild.id;
    let wanted = service.map(|service| service.id);
    let found: Vec<&Agreement> = book
        .agreements
        .iter()
        .filter(|one| one.kind == Kind::Sla && one.service == wanted && one.retired_at.is_none())
        .collect();
    match (found.as_slice(), service) {
        ([one], _) => Ok((*one).clone()),
        ([], Some(service)) => {
            let taken = |name: &str| {
                book.agreements.iter().any(|one| crate::service::key(&one.name) == crate::service::key(name))
            };
            // One more than all others there are: one of these is free.
            let name = (1..=book.agreements.len() + 1)
                .map(|count| if count == 1 { service.name.clone() } else { format!("{} {count}", service.name) })
                .find(|name| !taken(name))
                .unwrap_or_default();
            let agreement = Agreement {
                id: number::next_in_sequence(tx, guild, "agreement").await?,
                kind: Kind::Sla,
                name,
                service: wanted,
                from: context.now,
                retired_at: None,
                terms: vec![Terms::usual(context.now)],
                targets: Vec::new(),
            };
            store::agree(tx, guild, &agreement).await?;
            let changes = vec![
                Change::new("name", Fact::Plain(agreement.name.clone())),
                Change::new("kind", Fact::Plain(agreement.kind.name().to_owned())),
                Change::new("service", Fact::Plain(service.name.clone())),
            ];
            record(tx, context, "sla.agreement-add", &format!("agreement:{}", agreement.id), basis, changes).await?;
            Ok(agreement)
        }
        (several, _) => Err(reply::which_agreement(several).into()),
    }
}

/// What is said instead of what stood there; `none` takes it away.
fn other_words(said: Option<String>, before: Option<&str>) -> Option<String> {
    match words(said) {
        Some(text) if text.eq_ignore_ascii_case(super::NONE) => None,
        Some(text) => Some(text),
        None => before.map(str::to_owned),
    }
}

fn words(text: Option<String>) -> Option<String> {
    text.map(|text| clean(&text)).filter(|text| !text.is_empty())
}

fn adjusted(
    terms: Terms,
    pauses: Option<String>,
    pauses_response: Option<bool>,
    warnings: Option<String>,
) -> Result<Terms, Refusal> {
    let pauses = match pauses {
        Some(text) => self::pauses(&text)?,
        None => terms.pauses.clone(),
    };
    let warnings = match warnings {
        Some(text) => text.parse().map_err(|why: String| Refusal::new("sla.warnings", why))?,
        None => terms.warnings,
    };
    Ok(Terms { pauses, pauses_response: pauses_response.unwrap_or(terms.pauses_response), warnings, ..terms })
}

/// `customer supplier`, or `none`.
pub fn pauses(text: &str) -> Result<Vec<HoldReason>, Refusal> {
    let mut reasons = Vec::new();
    for word in text.split([' ', ',']).map(str::trim).filter(|word| !word.is_empty()) {
        if word.eq_ignore_ascii_case(super::NONE) {
            continue;
        }
        let reason = HoldReason::named(&word.to_lowercase()).ok_or_else(|| reply::unknown_reason(word))?;
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Ok(reasons)
}

/// `99.9`, `99.95 %` in millionths, exactly; none for `none`.
pub fn availability(text: &str) -> Result<Option<i64>, Refusal> {
    let text = text.trim();
    if text.eq_ignore_ascii_case(super::NONE) {
        return Ok(None);
    }
    let wrong = || reply::no_availability(text);
    let digits = text.trim_end_matches('%').trim().replace(',', ".");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || whole.len() > 3 || part.len() > 4 || !(part.is_empty() || plain(part)) {
        return Err(wrong());
    }
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let part: i64 = format!("{part:0<4}").parse().map_err(|_| wrong())?;
    Some(whole * 10_000 + part).filter(|millionths| (1..=1_000_000).contains(millionths)).map(Some).ok_or_else(wrong)
}

fn facts(terms: &Terms) -> Vec<(&'static str, Fact)> {
    let pauses: Vec<String> = terms.pauses.iter().map(|reason| reason.name()).collect();
    vec![
        ("workload", Fact::text(terms.workload.as_deref())),
        ("exceptions", Fact::text(terms.exceptions.as_deref())),
        ("availability", Fact::plain(terms.availability)),
        ("pauses", Fact::Plain(pauses.join(" "))),
        ("pauses-response", Fact::Plain(terms.pauses_response.to_string())),
        ("warnings", Fact::Plain(terms.warnings.to_string())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_availability_is_read_to_the_millionth() {
        for (text, millionths) in [
            ("99.9", 999_000),
            ("99.95 %", 999_500),
            ("99,99%", 999_900),
            ("100", 1_000_000),
            ("99.9999%", 999_999),
            ("95", 950_000),
        ] {
            assert_eq!(availability(text).expect(text), Some(millionths), "{text}");
        }
        assert_eq!(availability("none").expect("none"), None);
        for text in ["", "0", "100.1", "99.99999", "three nines", "-5", "99.9.9"] {
            assert!(availability(text).is_err(), "{text}");
        }
    }
}
