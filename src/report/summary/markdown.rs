//! The summary as Markdown: a page on a code host such as `GitHub`, and a file that can be read as it is. Times stand in the guild's zone; numbers in brackets
//! are journal entries, which the timeline lists.

mod escape;
mod tables;

use std::fmt::Write;

use super::Summary;
use super::model::{Gap, Passage, Recorded, Statement};
use escape::{block, line};

/// The file.
pub fn render(summary: &Summary) -> String {
    let mut page = Page::default();
    head(&mut page, summary);
    page.section("Summary");
    let sentences: Vec<String> = summary.overview.iter().map(cited).collect();
    page.paragraph(&sentences.join(" "));
    if let Some(description) = summary.header.description.value() {
        page.paragraph("Known at the declaration:");
        page.paragraph(&format!("{}{}", block(&description.text, "> "), numbers(&description.entries)));
    }
    page.section("Impact");
    tables::impact(&mut page, summary);
    page.section("Milestones and figures");
    tables::figures(&mut page, summary);
    page.section("Roles");
    tables::roles(&mut page, summary);
    page.section("Decisions");
    tables::decisions(&mut page, summary);
    for (name, text) in [
        ("Contributing factors", &summary.contributing_factors),
        ("What went well", &summary.went_well),
        ("What went badly", &summary.went_badly),
        ("Lessons, and where there was luck", &summary.lessons),
    ] {
        page.section(name);
        passage(&mut page, text);
    }
    page.section("Actions during the response");
    tables::tasks(&mut page, &summary.response_tasks);
    page.section("Follow-ups");
    tables::tasks(&mut page, &summary.follow_ups);
    page.section("Related records");
    tables::related(&mut page, summary);
    page.section("Communications");
    tables::communications(&mut page, summary);
    page.section("Service levels");
    tables::service_levels(&mut page, summary);
    page.section("Review");
    review(&mut page, summary);
    page.section("Timeline");
    tables::timeline(&mut page, summary);
    foot(&mut page, summary);
    page.text
}

/// The text that grows.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn section(&mut self, name: &str) {
        self.paragraph(&format!("## {name}"));
    }

    fn paragraph(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn gap(&mut self, gap: &Gap) {
        self.paragraph(&lacking(gap));
    }

    /// A table. Its cells are escaped already.
    fn table<const N: usize>(&mut self, heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        let mut table = format!("| {} |\n|{}", heads.join(" | "), "---|".repeat(N));
        for row in rows {
            // Writing to a string cannot fail.
            let _ = write!(table, "\n| {} |", row.join(" | "));
        }
        self.paragraph(&table);
    }
}

/// A sentence with the entries that it rests on.
fn cited(statement: &Statement) -> String {
    format!("{}{}", line(&statement.text), numbers(&statement.entries))
}

/// ` [3, 7]`.
fn numbers(entries: &[i64]) -> String {
    let numbers: Vec<String> = entries.iter().map(i64::to_string).collect();
    if numbers.is_empty() { String::new() } else { format!(" [{}]", numbers.join(", ")) }
}

/// What is not recorded, and who could fill it in.
fn lacking(gap: &Gap) -> String {
    match &gap.command {
        Some(command) => format!("*Not recorded.* {}: `{command}`", line(&gap.hint)),
        None => format!("*Not recorded.* {}.", line(&gap.hint)),
    }
}

/// What is recorded, by `shown`, or that it is not.
fn or_lacking<T>(recorded: &Recorded<T>, shown: impl Fn(&T) -> String) -> String {
    match recorded {
        Recorded::Recorded(value) => shown(value),
        Recorded::NotRecorded(gap) => lacking(gap),
    }
}

fn head(page: &mut Page, summary: &Summary) {
    let header = &summary.header;
    page.paragraph(&format!("# {}: {}", header.number, line(&header.title.text)));
    let mut flags = vec!["Post-incident summary".to_owned()];
    flags.extend(header.major.then(|| "**major incident**".to_owned()));
    flags.extend((header.kind != "live").then(|| format!("**{}**", header.kind)));
    flags.extend(header.restricted.then(|| "**restricted**: only for those who are inside".to_owned()));
    page.paragraph(&flags.join(" · "));
    page.table(
        ["", ""],
        [
            ["Status".to_owned(), cited(&header.status)],
            ["Priority".to_owned(), cited(&header.priority)],
            ["Service".to_owned(), or_lacking(&header.service, cited)],
            ["Guild".to_owned(), line(&summary.made.guild)],
            ["Times".to_owned(), format!("in {}", line(&summary.made.zone))],
        ],
    );
    page.table(
        ["Rated from", "Priority", "Impact and urgency", "By", "Entries"],
        header.ratings.iter().map(|rating| {
            [
                rating.from.local.clone(),
                line(&rating.priority),
                line(&rating.basis),
                line(&rating.by),
                numbers(&rating.entries).trim().to_owned(),
            ]
        }),
    );
}

fn passage(page: &mut Page, passage: &Recorded<Passage>) {
    match passage {
        Recorded::Recorded(passage) => {
            page.paragraph(&block(&passage.text, ""));
            page.paragraph(&format!("*Written by {}*{}", line(&passage.by), numbers(&passage.entries)));
        }
        Recorded::NotRecorded(gap) => page.gap(gap),
    }
}

fn review(page: &mut Page, summary: &Summary) {
    let review = &summary.review;
    if let Some(gap) = review.status.gap() {
        page.gap(gap);
        return;
    }
    page.table(
        ["", ""],
        [
            ["State".to_owned(), or_lacking(&review.status, cited)],
            ["Owner".to_owned(), or_lacking(&review.owner, cited)],
            ["Due".to_owned(), or_lacking(&review.due, |due| due.local.clone())],
            ["Approval".to_owned(), or_lacking(&review.approval, cited)],
        ],
    );
    for step in &review.steps {
        page.paragraph(&cited(step));
    }
}

fn foot(page: &mut Page, summary: &Summary) {
    let made = &summary.made;
    page.paragraph("---");
    page.paragraph(&format!(
        "Made by {} on {} from {} journal entries, the last of them {}. SHA-256 of the JSON file: `{}`",
        made.by, made.at.local, made.entries, made.last_entry, summary.hash
    ));
}
