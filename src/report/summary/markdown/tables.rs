//! The tables of the Markdown file.

use super::escape::{block, line};
use super::{Page, cited, lacking, numbers, or_lacking};
use crate::report::summary::Summary;
use crate::report::summary::model::{Recorded, Row, TaskRow};

/// The numbers of entries in a cell.
fn cell(entries: &[i64]) -> String {
    numbers(entries).trim().to_owned()
}

pub(super) fn impact(page: &mut Page, summary: &Summary) {
    let impact = &summary.impact;
    if let Some(note) = &impact.note {
        page.paragraph(&cited(note));
    }
    if impact.windows.is_empty() {
        return;
    }
    page.table(
        ["Window", "Service", "Degree", "From", "Until", "Length", "Entries"],
        impact.windows.iter().map(|window| {
            [
                window.number.to_string(),
                line(&window.service),
                window.degree.name().to_owned(),
                window.from.local.clone(),
                window.until.as_ref().map_or_else(|| "lasts".to_owned(), |until| until.local.clone()),
                window.length.with_minutes(),
                cell(&window.entries),
            ]
        }),
    );
    page.paragraph("Together, by service. Where windows overlap, a minute counts once.");
    page.table(
        ["Service", "Windows", "Affected", "Of which outage", "Entries"],
        impact.totals.iter().map(|total| {
            [
                line(&total.service),
                total.windows.to_string(),
                format!("{}{}", total.affected.with_minutes(), if total.lasts { " so far" } else { "" }),
                total.outage.with_minutes(),
                cell(&total.entries),
            ]
        }),
    );
}

pub(super) fn figures(page: &mut Page, summary: &Summary) {
    page.table(
        ["Milestone", "Meaning", "When", "Entries"],
        summary.milestones.iter().map(|row| {
            let note = row.note.as_ref().map(|note| format!(", {}", line(note))).unwrap_or_default();
            let when = or_lacking(&row.at, |at| format!("{}{note}", at.local));
            [row.point.name().to_owned(), row.meaning.to_owned(), when, cell(&row.entries)]
        }),
    );
    page.table(
        ["Figure", "From", "To", "Value", "Entries"],
        summary.metrics.iter().map(|row| {
            let value = match (&row.value, &row.remark) {
                (Some(value), None) => value.with_minutes(),
                (Some(value), Some(remark)) => format!("{} ({})", value.with_minutes(), line(remark)),
                (None, remark) => format!("*{}*", line(remark.as_deref().unwrap_or("Not recorded"))),
            };
            [row.name.to_owned(), row.from.name().to_owned(), row.to.name().to_owned(), value, cell(&row.entries)]
        }),
    );
    if !summary.holds.is_empty() {
        page.table(
            ["On hold for", "From", "Until", "Length", "Entries"],
            summary.holds.iter().map(|hold| {
                let note = hold.note.as_ref().map(|note| format!(": {}", line(note))).unwrap_or_default();
                [
                    format!("{}{note}", line(&hold.reason)),
                    hold.from.local.clone(),
                    hold.until.as_ref().map_or_else(|| "waits".to_owned(), |until| until.local.clone()),
                    hold.length.with_minutes(),
                    cell(&hold.entries),
                ]
            }),
        );
    }
    if !summary.reopenings.is_empty() {
        page.table(
            ["Reopened", "By", "Why", "Entries"],
            summary
                .reopenings
                .iter()
                .map(|said| [said.at.local.clone(), line(&said.who), line(&said.text), cell(&said.entries)]),
        );
    }
    if let Some(note) = &summary.not_counted {
        page.paragraph(&cited(note));
    }
}

pub(super) fn roles(page: &mut Page, summary: &Summary) {
    match &summary.roles {
        Recorded::Recorded(roles) => page.table(
            ["Role", "Person", "From", "Until", "Entries"],
            roles.iter().map(|row| {
                let until = row.until.as_ref().map_or_else(String::new, |until| until.local.clone());
                [row.role.clone(), line(&row.person), row.from.local.clone(), until, cell(&row.entries)]
            }),
        ),
        Recorded::NotRecorded(gap) => page.gap(gap),
    }
    let handovers =
        summary.handovers.iter().map(|row| format!("- {}: {}{}", row.at.local, line(&row.text), numbers(&row.entries)));
    let handovers: Vec<String> = handovers.collect();
    if !handovers.is_empty() {
        page.paragraph(&format!("Handovers of command:\n\n{}", handovers.join("\n")));
    }
}

pub(super) fn decisions(page: &mut Page, summary: &Summary) {
    match &summary.decisions {
        Recorded::Recorded(decisions) => page.table(
            ["When", "Who", "Decision", "Entries"],
            decisions
                .iter()
                .map(|said| [said.at.local.clone(), line(&said.who), line(&said.text), cell(&said.entries)]),
        ),
        Recorded::NotRecorded(gap) => page.gap(gap),
    }
}

pub(super) fn tasks(page: &mut Page, tasks: &Recorded<Vec<TaskRow>>) {
    match tasks {
        Recorded::Recorded(tasks) => page.table(
            ["Task", "What", "Owner", "Due", "State", "Entries"],
            tasks.iter().map(|task| {
                let outcome = task.outcome.as_ref().map(|text| format!(": {}", line(text))).unwrap_or_default();
                let state = if task.overdue { "**overdue**" } else { task.state.name() };
                [
                    task.number.to_string(),
                    line(&task.text),
                    or_lacking(&task.owner, |owner| line(owner)),
                    or_lacking(&task.due, |due| due.local.clone()),
                    format!("{state}{outcome}"),
                    cell(&task.entries),
                ]
            }),
        ),
        Recorded::NotRecorded(gap) => page.gap(gap),
    }
}

pub(super) fn related(page: &mut Page, summary: &Summary) {
    match &summary.related {
        Recorded::Recorded(related) => page.table(
            ["Record", "Tie", "Since", "By", "Entries"],
            related.iter().map(|row| {
                [line(&row.record), line(&row.tie), row.at.local.clone(), line(&row.by), cell(&row.entries)]
            }),
        ),
        Recorded::NotRecorded(gap) => page.gap(gap),
    }
}

pub(super) fn communications(page: &mut Page, summary: &Summary) {
    match &summary.updates {
        Recorded::Recorded(updates) => {
            for update in updates {
                let next = update.promised.as_ref().map(|next| format!(", next by {}", next.local)).unwrap_or_default();
                let (at, who) = (&update.at.local, line(&update.who));
                let numbers = numbers(&update.entries);
                page.paragraph(&format!("**{at}, {} update** by {who}{next}{numbers}", update.audience));
                page.paragraph(&block(&update.text, "> "));
                for (name, text) in &update.parts {
                    page.paragraph(&format!("{name}:\n\n{}", block(text, "> ")));
                }
            }
        }
        Recorded::NotRecorded(gap) => page.paragraph(&format!("Updates: {}", lacking(gap))),
    }
    match &summary.deliveries {
        Recorded::Recorded(deliveries) => page.table(
            ["When", "What", "To", "Delivered", "Entries"],
            deliveries.iter().map(|row| {
                [row.at.local.clone(), line(&row.what), line(&row.channel), line(&row.outcome), cell(&row.entries)]
            }),
        ),
        Recorded::NotRecorded(gap) => page.paragraph(&format!("Deliveries: {}", lacking(gap))),
    }
}

pub(super) fn service_levels(page: &mut Page, summary: &Summary) {
    match &summary.service_levels {
        Recorded::Recorded(verdicts) => page.table(
            ["Service level", "Target", "Actual", "Verdict", "Arithmetic", "Entries"],
            verdicts.iter().map(|verdict| {
                [
                    line(&verdict.name),
                    line(&verdict.target),
                    verdict.actual.as_deref().map_or_else(|| "runs".to_owned(), line),
                    verdict.word().to_owned(),
                    line(&verdict.arithmetic),
                    cell(&verdict.entries),
                ]
            }),
        ),
        Recorded::NotRecorded(gap) => page.gap(gap),
    }
}

pub(super) fn timeline(page: &mut Page, summary: &Summary) {
    page.table(["Entry", "When", "Who", "What"], summary.timeline.iter().map(row));
}

fn row(row: &Row) -> [String; 4] {
    let mut what = line(&row.text);
    if let Some(by) = row.taken_back_by {
        what = format!("~~{what}~~ *(taken back by entry {by})*");
    }
    if let Some(link) = &row.link {
        what = format!("{what} ([message]({link}))");
    }
    if let Some(later) = &row.entered_later {
        what = format!("{what} *(entered later: {})*", later.local);
    }
    if let Some(by) = row.removed_by {
        what = format!("{what} *(words removed by entry {by})*");
    }
    for statement in &row.history {
        what = format!("{what}<br>*{}*{}", line(&statement.text), numbers(&statement.entries));
    }
    [row.entry.to_string(), format!("{}, {}", row.at.day, row.at.clock), line(&row.who), what]
}
