//! Figures for spreadsheets (RFC 4180): one service a row, lengths in seconds.

use super::measure::Measured;
use super::reply::{decimals, promised};
use super::rules::Standing;
use crate::report::table::{Table, harmless};

const HEAD: [&str; 15] = [
    "service",
    "hours",
    "objective_percent",
    "availability_percent",
    "verdict",
    "service_time_s",
    "maintenance_s",
    "agreed_s",
    "down_s",
    "degraded_s",
    "outages",
    "mtbf_s",
    "mtrs_s",
    "budget_s",
    "spent_s",
];

/// The rows of what was measured, in its order. What does not apply is `n/a`, what nobody agreed on is empty.
pub fn of(measured: &[Measured]) -> String {
    let mut table = Table::new(&HEAD);
    for measured in measured {
        let cells = row(measured);
        table.row(&cells.each_ref().map(String::as_str));
    }
    table.finish()
}

fn row(measured: &Measured) -> [String; HEAD.len()] {
    let figures = &measured.figures;
    let number = |value: Option<i64>| value.map_or_else(|| "n/a".to_owned(), |value| value.to_string());
    let budget = figures.budget.as_ref();
    let objective = measured.promise.objective.as_ref().map(|objective| objective.millionths);
    let decimals = objective.map_or(4, |objective| decimals(objective).max(4));
    [
        harmless(&measured.service.name),
        harmless(&measured.promise.hours),
        objective.map(promised).unwrap_or_default(),
        figures.availability.map_or_else(|| "n/a".to_owned(), |share| share.percent(decimals)),
        match figures.standing() {
            Some(Standing::Met) => "met".to_owned(),
            Some(Standing::Behind) => "behind".to_owned(),
            Some(Standing::Missed) => "missed".to_owned(),
            None => String::new(),
        },
        figures.service_time.to_string(),
        figures.excused.to_string(),
        figures.agreed.to_string(),
        figures.down.to_string(),
        figures.degraded.to_string(),
        figures.outages.to_string(),
        number(figures.mtbf),
        number(figures.mtrs),
        budget.map(|budget| budget.budget.to_string()).unwrap_or_default(),
        budget.map(|budget| budget.spent.to_string()).unwrap_or_default(),
    ]
}
