//! The digest for a spreadsheet: one tidy table of figures, one of what was broken.

use super::Digest;
use super::words::{adjusted_availability, adjustments};
use crate::report::table::{Table, harmless};

/// Figures of all periods: `period,figure,of,value,unit,n`.
pub fn figures(digest: &Digest) -> String {
    let mut table = Table::new(&["period", "figure", "of", "value", "unit", "n"]);
    for told in digest.periods() {
        let (period, figures) = (told.period.key(), &told.figures);
        let mut row = |figure: &str, of: &str, value: Option<String>, unit: &str, n: usize| {
            table.row(&[&period, figure, &harmless(of), &value.unwrap_or_default(), unit, &n.to_string()]);
        };
        let number = |number: usize| Some(number.to_string());
        row("incidents-opened", "", number(figures.opened), "incidents", figures.opened);
        row("incidents-resolved", "", number(figures.resolved), "incidents", figures.resolved);
        row("incidents-reopened", "", number(figures.reopened), "incidents", figures.resolved);
        for (age, open) in ["0-1 d", "2-7 d", "8-30 d", "over 30 d"].into_iter().zip(figures.backlog) {
            row("backlog", age, number(open), "incidents", figures.open());
        }
        for one in &figures.attained {
            let of = format!("{} {}", one.priority.name(), one.metric.name());
            row("targets-met", &of, number(one.met), "targets", one.n());
            row("targets-broken", &of, number(one.breached), "targets", one.n());
            row("targets-met-by-correction", &of, number(one.corrected), "targets", one.n());
        }
        row("at-risk-reached", "", number(figures.rescued.0), "targets", figures.rescued.0);
        row("at-risk-rescued", "", number(figures.rescued.1), "targets", figures.rescued.0);
        for (name, times) in [("acknowledge", &figures.acknowledge), ("resolve", &figures.resolve)] {
            let of = |seconds: Option<i64>| seconds.map(|seconds| seconds.to_string());
            for (figure, value) in
                [("median", times.median), ("p90", times.p90), ("mean", times.mean), ("longest", times.longest)]
            {
                row(&format!("time-to-{name}-{figure}"), "", of(value), "seconds", times.n);
            }
        }
        for one in &figures.availability {
            let name = digest.service(one.service);
            let outages = usize::try_from(one.outages).unwrap_or_default();
            row("agreed-time", name, Some(one.agreed.to_string()), "seconds", outages);
            row("down-time", name, Some(one.down.to_string()), "seconds", outages);
            row("availability", name, one.share().map(|share| share.percent(5)), "percent", outages);
            row("objective", name, one.objective.map(millionths), "percent", outages);
            row("error-budget-left", name, one.budget_left().map(|left| left.to_string()), "percent", outages);
        }
        for (service, count) in &figures.recurring {
            row("recurring", digest.service(*service), number(*count), "incidents", *count);
        }
    }
    if let Some((_, published)) = &digest.published {
        let (period, now) = (digest.told.period.key(), &digest.told.figures);
        let mut all = adjustments(published, now);
        all.extend(adjusted_availability(published, now, |id| digest.service(id).to_owned()));
        for (what, then, now) in all {
            table.row(&[&period, "adjustment", &harmless(&what), &format!("{then} -> {now}"), "text", ""]);
        }
    }
    table.finish()
}

/// What was broken: `incident,priority,metric,service,due,done,late-seconds`.
pub fn breaches(digest: &Digest) -> String {
    let mut table = Table::new(&["incident", "priority", "metric", "service", "due", "done", "late-seconds"]);
    for breach in &digest.told.figures.breaches {
        let late = breach.done.map(|done| (done - breach.due).num_seconds().to_string()).unwrap_or_default();
        table.row(&[
            &format!("INC-{}", breach.number),
            &breach.priority.name(),
            breach.metric.name(),
            &breach.service.map(|id| harmless(digest.service(id))).unwrap_or_default(),
            &breach.due.to_rfc3339(),
            &breach.done.map(|done| done.to_rfc3339()).unwrap_or_default(),
            &late,
        ]);
    }
    table.finish()
}

fn millionths(millionths: i64) -> String {
    format!("{}.{:04}", millionths / 10_000, millionths % 10_000)
}
