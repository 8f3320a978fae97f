//! `/incident timeline`: a story in pages, the newest first, and one entry whole.

use std::collections::BTreeSet;

use super::step::find;
use super::{Incident, entries, timeline};
use crate::chat::answer::Answer;
use crate::chat::custom_id::CustomId;
use crate::chat::limits;
use crate::chat::message::{Block, Button, Card, Look, Message};
use crate::chat::text::clip;
use crate::command::context::Context;
use crate::command::unknown_press;
use crate::error::Error;
use crate::journal::{self, Told};
use crate::store::Tx;

/// Entries on one page.
pub const PAGE: i64 = 10;
/// Characters of a person's text in a line, if the others leave room; the whole is shown for one entry.
const EXCERPT: usize = 300;
/// Characters of the lines of a page together: a message holds 2,000, and the heading needs some.
const LINES: usize = 1880;
/// Characters of an entry's text in one message: Discord shows 4,000 in all, and the heading needs some.
const WHOLE: usize = 3800;
/// The frame around the text of an entry.
const FRAME: u32 = 0x98_A2_B3;

/// One page of the story, from 1, which is the newest. On a page, things stand in the order in which they happened.
pub(super) async fn page(tx: &mut Tx, context: &Context, incident: &Incident, page: i64) -> Result<Message, Error> {
    let subject = incident.number.to_string();
    let all = journal::count(tx, incident.guild, &subject).await?;
    let pages = ((all + PAGE - 1) / PAGE).max(1);
    let page = page.clamp(1, pages);
    // The page begins behind the last entry of the one before, which also tells whether the first entry here was taken back.
    let edge = match page {
        1 => None,
        _ => journal::with_newer(tx, incident.guild, &subject, (page - 1) * PAGE - 1).await?,
    };
    let told = journal::page(tx, incident.guild, &subject, edge, PAGE).await?;
    let newer = match edge {
        Some(edge) => journal::entry(tx, incident.guild, &subject, edge).await?,
        None => None,
    };
    let undone: BTreeSet<i64> = told.iter().chain(&newer).filter_map(takes_back).collect();
    let mut heading = format!("**Timeline of {}**", incident.number);
    if pages > 1 {
        heading = format!("{heading} · page {page} of {pages}, {all} entries");
    }
    if context.typed && page < pages {
        heading = format!("{heading} · earlier with `page:{}`", page + 1);
    }
    let message = Message::say(format!("{heading}\n{}", lines(told, &undone).join("\n")));
    // What everyone reads is not turned by one of them.
    if context.typed || pages == 1 {
        return Ok(message);
    }
    let to = |label: &str, page: i64| {
        Button::new(label, CustomId::new("incident.timeline", incident.number, page), Look::Secondary)
    };
    let mut buttons = Vec::new();
    if page < pages {
        buttons.push(to("Earlier", page + 1));
    }
    if page > 1 {
        buttons.push(to("Later", page - 1));
    }
    Ok(message.buttons(buttons))
}

/// The page that a button leads to, in place of the one that it stands on.
pub(super) async fn turn(tx: &mut Tx, context: &Context, record: &str, to: &str) -> Result<Answer, Error> {
    let incident = find(tx, context, Some(record)).await?;
    let to = to.parse().map_err(|_| unknown_press())?;
    Ok(Answer::Replace(page(tx, context, &incident, to).await?))
}

/// The entry that `told` took back.
fn takes_back(told: &Told) -> Option<i64> {
    (told.action == "incident.undo").then(|| told.text("entry")?.parse().ok()).flatten()
}

/// The lines of a page, in the order in which things happened. Long texts share what the short ones leave of the message.
fn lines(mut told: Vec<Told>, undone: &BTreeSet<i64>) -> Vec<String> {
    told.sort_by_key(|told| (told.event_at, told.seq));
    let line = |told: &Told, excerpt: usize| {
        let deed = timeline::deed(told, excerpt);
        let deed = if undone.contains(&told.seq) { format!("~~{deed}~~") } else { deed };
        let late = if told.is_afterwards() { " *(entered later)*" } else { "" };
        format!("`{}` <t:{}:T> {deed}{late}", told.seq, told.event_at.timestamp())
    };
    let size = |line: &String| line.chars().count() + 1;
    let mut lines: Vec<String> = told.iter().map(|told| line(told, EXCERPT)).collect();
    let share = share(&lines.iter().map(size).collect::<Vec<_>>(), LINES);
    for (shown, told) in lines.iter_mut().zip(&told) {
        let mut excerpt = EXCERPT;
        while size(shown) > share && excerpt > 0 {
            excerpt = excerpt.saturating_sub((size(shown) - share).max(8));
            *shown = line(told, excerpt);
        }
        if size(shown) > share {
            *shown = clip(shown, share - 1);
        }
    }
    lines
}

/// The most that each of `sizes` may be so that they fit into `room` together, when those that need less take less.
fn share(sizes: &[usize], room: usize) -> usize {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    let mut room = room;
    for (at, size) in sizes.iter().enumerate() {
        let each = room / (sizes.len() - at);
        if *size > each {
            return each;
        }
        room -= size;
    }
    usize::MAX
}

/// One entry, whole: in as many messages as its text needs, of which this is number `part`, from 1.
pub(super) async fn whole(
    tx: &mut Tx,
    context: &Context,
    incident: &Incident,
    entry: i64,
    part: usize,
) -> Result<Message, Error> {
    let told = entries::entry_of(tx, incident, entry).await?;
    Ok(entry_part(incident, &told, part, context.typed))
}

/// Another part of an entry, in place of the one on which the button stands: `seq.part`.
pub(super) async fn turn_whole(tx: &mut Tx, context: &Context, record: &str, to: &str) -> Result<Answer, Error> {
    let incident = find(tx, context, Some(record)).await?;
    let (entry, part) = to.split_once('.').ok_or_else(unknown_press)?;
    let (entry, part) = (entry.parse().map_err(|_| unknown_press())?, part.parse().map_err(|_| unknown_press())?);
    Ok(Answer::Replace(whole(tx, context, &incident, entry, part).await?))
}

fn entry_part(incident: &Incident, told: &Told, part: usize, everyone: bool) -> Message {
    let heading = format!("**{} entry {}** · <t:{}:F>", incident.number, told.seq, told.event_at.timestamp());
    let written = if told.is_afterwards() {
        format!("\nWritten down <t:{}:F>.", told.entry_at.timestamp())
    } else {
        String::new()
    };
    let text = timeline::deed(told, usize::MAX);
    let short = format!("{heading}\n{text}{written}");
    if short.chars().count() <= limits::CONTENT {
        return Message::say(short);
    }
    let parts = apart(&text, WHOLE);
    let part = part.clamp(1, parts.len());
    let heading = if parts.len() > 1 { format!("{heading} · part {part} of {}", parts.len()) } else { heading };
    let mut blocks = vec![Block::Text(format!("{heading}{written}"))];
    blocks.extend(parts.get(part - 1).map(|text| Block::Text((*text).to_owned())));
    let message = Message::card(Card { colour: FRAME, blocks });
    let to = |label: &str, part: usize| {
        let rest = format!("{}.{part}", told.seq);
        Button::new(label, CustomId::new("incident.entry", incident.number, rest), Look::Secondary)
    };
    let mut buttons = Vec::new();
    if part > 1 {
        buttons.push(to("Previous", part - 1));
    }
    if part < parts.len() {
        buttons.push(to("Next", part + 1));
    }
    if buttons.is_empty() || everyone { message } else { message.buttons(buttons) }
}

/// Markdown in pieces of at most `limit` characters, apart at a space where there is one, and never between a backslash and what it shields.
fn apart(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((end, _)) = rest.char_indices().nth(limit) {
        let (whole, half) = (&rest[..end], rest.char_indices().nth(limit / 2).map_or(0, |(at, _)| at));
        let space = whole.rfind(char::is_whitespace).filter(|at| *at > half);
        let at = space.unwrap_or_else(|| whole.trim_end_matches('\\').len()).max(1);
        let (part, next) = rest.split_at(at);
        parts.push(part);
        rest = next.trim_start();
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(rest);
    }
    parts
}

#[cfg(test)]
mod tests;
