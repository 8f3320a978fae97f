//! The words of an export and an import.

use super::plan::{Kind, Plan};
use super::reading::Fault;
use super::{APPLY, CANCEL, CHANGES, FILE, FORMAT};
use crate::chat::custom_id::CustomId;
use crate::chat::file::{File, size};
use crate::chat::limits;
use crate::chat::message::{Button, Look, Message};
use crate::chat::text::{clip, code};
use crate::error::Refusal;

/// Characters of a list that stand in the message itself; the rest of what Discord takes is for what stands around it.
const LIST: usize = limits::CONTENT - 500;

/// The file is there.
pub fn exported(file: File, nameless: Option<&str>) -> Message {
    let mut words = "All that is set up here, in one file. Change it, or take it to another server: `/setup import` shows first what would change.".to_owned();
    if let Some(why) = nameless {
        words = format!(
            "{words}\nDiscord did not tell how channels and roles are called ({}), so their ids stand alone.",
            code(why, 80)
        );
    }
    if file.bytes.len() as u64 > FILE {
        words =
            format!("{words}\nIt is larger than an import takes ({}): shorten it before you bring it in.", bytes(FILE));
    }
    Message::say(words).file(file)
}

/// How the file begins.
pub fn heading(guild: &str, id: &str, at: &str) -> String {
    format!(
        "# What wardroom is set up to do in {guild} (server {id}), as of {at}.\n\
         # /setup import brings it in: you see first what would change. What is not named here stays as it is.\n\
         # Where an id of a channel or role stands, its name will do: \"#incidents\", \"@Responders\".\n\n"
    )
}

/// What an import would do.
pub fn preview(name: &str, plan: &Plan, draft: i64) -> Message {
    let (added, changed, retired) = (plan.count(Kind::Added), plan.count(Kind::Changed), plan.count(Kind::Retired));
    let mut counts = Vec::new();
    counts.extend((added > 0).then(|| format!("{added} added")));
    counts.extend((changed > 0).then(|| format!("{changed} changed")));
    counts.extend((retired > 0).then(|| format!("{retired} retired")));
    counts.push(format!("{} kept", plan.kept));
    let head = format!("**What {} would change:** {}.", code(name, 60), counts.join(", "));
    let lines: Vec<String> = plan
        .steps
        .iter()
        .map(|step| {
            let mark = match step.kind {
                Kind::Added => '➕',
                Kind::Changed => '✏',
                Kind::Retired => '🗄',
            };
            format!("{mark} {}", step.words)
        })
        .collect();
    let gone = if retired == 0 { "Nothing is removed or retired." } else { "Nothing is removed." };
    let tail = format!("-# {gone} What the file does not name stays as it is. Until you apply it, nothing is changed.");
    let extra = format!("{draft}-{}", short(&plan.digest));
    listed(&head, &lines, &tail, "import-preview.md").buttons([
        Button::new("Apply", CustomId::new(APPLY, "", &extra), Look::Success),
        Button::new("Cancel", CustomId::new(CANCEL, "", &extra), Look::Secondary),
    ])
}

/// As much of a digest as a button carries.
pub fn short(digest: &str) -> &str {
    digest.get(..16).unwrap_or(digest)
}

/// What is wrong with a file, all of it.
pub fn faults(name: &str, faults: &[Fault]) -> Message {
    let things = if faults.len() == 1 { "one thing".to_owned() } else { format!("{} things", faults.len()) };
    let head = format!("**{} cannot be imported: {things} to mend.** Nothing was changed.", code(name, 60));
    let lines: Vec<String> = faults.iter().map(|(line, why)| format!("• line {line}: {why}")).collect();
    listed(&head, &lines, "-# Mend the file and import it again.", "import-faults.md")
}

/// A list in a message. What does not fit stands whole in a file beside it.
fn listed(head: &str, lines: &[String], tail: &str, name: &str) -> Message {
    let mut room = LIST;
    let shown = lines
        .iter()
        .take_while(|line| {
            let fits = line.chars().count() < room;
            room = room.saturating_sub(line.chars().count() + 1);
            fits
        })
        .count();
    let mut text = vec![head.to_owned()];
    text.extend(lines.iter().take(shown).cloned());
    if shown == lines.len() {
        text.push(tail.to_owned());
        return Message::say(text.join("\n"));
    }
    text.push(format!("… and {} more: all of them are in the file below.", lines.len() - shown));
    text.push(tail.to_owned());
    let whole = format!("{head}\n\n{}\n", lines.join("\n"));
    Message::say(text.join("\n")).file(File::new(name, "text/markdown", whole.into_bytes()))
}

/// All is as the file says.
pub fn nothing_changes(name: &str, kept: usize) -> Message {
    if kept == 0 {
        return Message::say(format!(
            "{} names nothing that could be set up. `/setup export` gives a file that does.",
            code(name, 60)
        ));
    }
    let words = if kept == 1 { "one thing".to_owned() } else { format!("{kept} things") };
    Message::say(format!("{} says nothing new: the {words} that it names are so already.", code(name, 60)))
}

/// It was done.
pub fn applied(plan: &Plan) -> Message {
    let count = plan.steps.len();
    let made = if count == 1 { "One change was made".to_owned() } else { format!("{count} changes were made") };
    Message::say(format!(
        "**Imported.** {made}, each with its own entry in the journal. `/setup check` tells what is missing."
    ))
}

/// It was dropped.
pub fn cancelled() -> Message {
    Message::say("The import is cancelled. Nothing was changed.")
}

/// A file of another version.
pub fn other_format(other: i64) -> String {
    format!(
        "the file is of format {other}, and this wardroom reads format {FORMAT}. Export it anew with this version, or import it with the one that wrote it."
    )
}

/// A file without a version.
pub fn no_format() -> String {
    format!(
        "the file does not say its format. Write `format = {FORMAT}` on its first line, or begin from a file of `/setup export`."
    )
}

/// More than one import does.
pub fn too_many(count: usize) -> String {
    format!("these are {count} changes, and one import makes {CHANGES} at most. Split the file.")
}

/// Why a file that is said to have `size` bytes is not fetched.
pub fn too_large(size: u64) -> String {
    let said =
        usize::try_from(size).ok().filter(|_| size < u64::MAX).map(|size| format!("it has {}, and ", self::size(size)));
    format!("{}an import takes {} at most", said.unwrap_or_default(), bytes(FILE))
}

fn bytes(count: u64) -> String {
    size(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The file did not come.
pub fn not_fetched(name: &str, why: &str, again: bool) -> Refusal {
    let next = if again { "Import it again in a minute." } else { "Attach another file." };
    Refusal::new("setup.file", format!("{} was not read: {}. {next}", code(name, 60), clip(why, 200)))
}

/// The file is no text.
pub fn no_text(name: &str, line: usize) -> Refusal {
    Refusal::new(
        "setup.file",
        format!(
            "{} is no text in UTF-8: line {line} cannot be read. Save it as UTF-8, or attach the file of `/setup export`.",
            code(name, 60)
        ),
    )
}

/// Nobody knows which channels and roles there are.
pub fn cannot_check(why: &str) -> Refusal {
    Refusal::new(
        "setup.around",
        format!(
            "Discord did not tell which channels and roles this server has ({}), so the file could not be checked. Nothing was changed. Try again in a minute.",
            code(why, 80)
        ),
    )
}

/// The preview is gone.
pub fn no_preview() -> Refusal {
    Refusal::new(
        "setup.preview",
        "That preview is not open any more: it was applied or cancelled, a newer one took its place, or it is somebody else's. `/setup import` makes a new one.",
    )
}

/// What the preview was computed on is no longer so.
pub fn changed_meanwhile() -> Refusal {
    Refusal::new(
        "setup.state",
        "The set-up changed after this preview was made, so what you saw is not what would happen. Nothing was changed. Import the file again to see what it would change now.",
    )
}

/// A step that was fine in the rehearsal was refused.
pub fn refused_at(line: usize, refusal: &Refusal) -> Refusal {
    Refusal::new(
        refusal.guard,
        format!("Nothing was changed, because of line {line}: {}", clip(&refusal.sentence, 600)),
    )
}
