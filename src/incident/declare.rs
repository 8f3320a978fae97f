//! Calling for help: by command, from a message, or by joining those who called already.

use chrono::TimeDelta;

use super::entries::link;
use super::step::{draw, find, invite, page, step};
use super::{Declaration, Incident, Kind, fields, impact, jobs, levels, reply, store};
use crate::chat::answer::Answer;
use crate::chat::invocation::TargetMessage;
use crate::chat::text::{clean, clean_line, clip};
use crate::command::context::Context;
use crate::error::{Error, Refusal};
use crate::journal::{self, Change, Fact};
use crate::number;
use crate::policy;
use crate::setup::Purpose;
use crate::store::Tx;

/// Incidents on the same service younger than this are offered as "join instead" (DESIGN 4).
const ALIKE: TimeDelta = TimeDelta::hours(1);
/// Characters of a title (the same number stands in `commands/incident.json`).
const TITLE: usize = 200;

/// Calls for help. `extra` is what the journal keeps beside the incident itself.
pub(super) async fn declare(
    tx: &mut Tx,
    context: &Context,
    told: Declaration,
    extra: Vec<Change>,
) -> Result<Answer, Error> {
    let participant = policy::participant(&context.member);
    let told = Declaration { title: title(&told.title)?, ..told };
    let guild = context.guild.id;
    // A rule may still refuse; then the transaction takes the number back.
    let number = number::next(tx, guild, number::Kind::Incident).await?;
    let incident = Incident::declare(guild, number, &participant, told, context.now)?;
    let alike = match &incident.service {
        Some(service) => store::lately(tx, guild, service.id, context.now - ALIKE).await?,
        None => Vec::new(),
    };
    store::insert(tx, &incident).await?;
    let mut changes = fields::of_new(&incident);
    changes.extend(extra);
    let entry = journal::append(
        tx,
        guild,
        context.written_at,
        context.draft("incident.declare", number, participant.basis(), changes),
    )
    .await?;
    let channel = context.guild.channel(Purpose::Incidents).unwrap_or(context.card_channel);
    impact::begin(tx, &incident).await?;
    let seq = entry.seq;
    levels::begin(tx, context, &incident, entry).await?;
    jobs::watch(tx, &incident, incident.declared_at).await?;
    draw(tx, context, &incident, channel, None).await?;
    invite(tx, context, &incident, context.member.user).await?;
    if incident.priority.pages() {
        page(tx, context, &incident, seq).await?;
    }
    Ok(Answer::Say(reply::declared(&incident, channel, &alike, seq)))
}

/// A title, as one line that is not empty.
fn title(text: &str) -> Result<String, Refusal> {
    let title = clean_line(text);
    if title.is_empty() {
        return Err(Refusal::new("incident.title", "The title has no letters. What is wrong, in a few words?"));
    }
    Ok(clip(&title, TITLE))
}

/// `Declare incident` on a message: its first line is the title, and the message is kept with it.
pub async fn declare_from(tx: &mut Tx, context: &Context, target: &TargetMessage) -> Result<Answer, Error> {
    let words = clean(&target.content);
    let Some(first) = words.lines().map(clean_line).find(|line| !line.is_empty()) else {
        return Err(reply::message_without_text().into());
    };
    let link = link(context, target);
    let told = Declaration {
        title: clip(&first, TITLE),
        description: Some(words.clone()).filter(|words| *words != first),
        service: None,
        impact: None,
        urgency: None,
        priority: None,
        started_at: None,
        kind: Kind::Live,
        restricted: false,
    };
    let extra =
        vec![Change::new("message", Fact::Plain(target.id.to_string())), Change::new("link", Fact::Plain(link))];
    declare(tx, context, told, extra).await
}

/// The reporter joins `other` and takes the own declaration back as a duplicate.
pub(super) async fn join(tx: &mut Tx, context: &Context, other: &str, own: &str) -> Result<Answer, Error> {
    let other = find(tx, context, Some(other)).await?;
    let before = find(tx, context, Some(own)).await?;
    let basis = if before.reporter == context.member.user {
        "the reporter"
    } else {
        policy::responder(&context.member, &context.guild.roles)?.basis()
    };
    if !other.state.is_open() {
        return Err(reply::is_over_for_joining(&other).into());
    }
    let after = before.clone().duplicate_of(context.member.user, other.number, context.now)?;
    let extra = vec![Change::new("into", Fact::Plain(other.number.to_string()))];
    let (after, _) = step(tx, context, &before, after, "incident.join", basis, extra).await?;
    impact::refresh(tx, &after).await?;
    invite(tx, context, &other, context.member.user).await?;
    Ok(Answer::Replace(reply::joined(&after, &other)))
}
