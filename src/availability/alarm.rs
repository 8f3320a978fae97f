//! Saying in time that an error budget is being used up: at 50, 75 and 100 %, once a month and service (`sla-semantics` 5: outages are
//! declared by people and few, so what is left of the budget is a better signal than its pace).
//!
//! What was said is in the journal, under the service and the month, so it is never said twice, whichever incident came first.

use chrono::{DateTime, Utc};

use super::budget::{Budget, STEPS, after, step_to_tell};
use super::measure::{Measured, measure};
use crate::chat::phrase::Period;
use crate::chat::phrase::period::Unit;
use crate::command::context::Scene;
use crate::error::Error;
use crate::journal::{self, Change, Fact};
use crate::service::{self, Service};
use crate::store::Tx;

/// Something to be said of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Of which service.
    pub service: Service,
    /// Of which month.
    pub month: Period,
    /// So many percent are spent.
    pub step: i64,
    /// How it stands.
    pub budget: Budget,
}

impl Alarm {
    /// What makes it one thing.
    pub fn key(&self) -> String {
        format!("budget:{}:{}:{}:{}", self.service.guild, self.service.id, self.month.key(), self.step)
    }
}

/// What a look at a budget gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// What is to be said. It is on record already.
    pub alarm: Option<Alarm>,
    /// When there may be more to say, if the outage lasts.
    pub again: Option<DateTime<Utc>>,
}

/// Looks at this month's budget of the service of that id.
pub async fn look(tx: &mut Tx, scene: &Scene, service: i64) -> Result<Look, Error> {
    let (guild, now) = (&scene.guild, scene.now);
    let Some(service) = service::with_id(tx, guild.id, service).await?.filter(|service| service.retired_at.is_none())
    else {
        return Ok(Look::default());
    };
    let Some(month) = Period::current(Unit::Month, now, &guild.zone) else { return Ok(Look::default()) };
    let measured = measure(tx, guild, vec![service], (month.from, month.until), now).await?;
    let Some(Measured { service, promise, figures, ahead, .. }) = measured.into_iter().next() else {
        return Ok(Look::default());
    };
    if promise.objective.is_none() {
        return Ok(Look::default());
    }
    // Nothing may be agreed this month, and something the next.
    let Some(budget) = figures.budget else { return Ok(Look { alarm: None, again: Some(month.until) }) };
    let subject = format!("budget:{}:{}", service.id, month.key());
    let entries = journal::about(tx, guild.id, &subject).await?;
    let told = entries.iter().filter_map(|told| told.text("percent")?.parse().ok()).max().unwrap_or(0);
    let step = step_to_tell(budget.spent_percent(), told);
    if let Some(step) = step {
        let changes = vec![
            Change::new("percent", Fact::Plain(step.to_string())),
            Change::new("spent", Fact::Plain(budget.spent.to_string())),
            Change::new("budget", Fact::Plain(budget.budget.to_string())),
            Change::new("objective", Fact::Plain(budget.objective.to_string())),
        ];
        let draft = scene.by_itself().draft("availability.budget", subject, "timer", changes);
        journal::append(tx, guild.id, scene.written_at, draft).await?;
    }
    let reached = step.unwrap_or(told);
    let next = STEPS.into_iter().find(|step| *step > reached);
    let again = next.and_then(|step| after(&ahead, budget.until_step(step))).map_or(month.until, DateTime::from);
    Ok(Look { alarm: step.map(|step| Alarm { service, month, step, budget }), again: Some(again) })
}
