//! `report`: the post-incident summary as files, for whoever asks, and in the thread of the review.

use serde::{Deserialize, Serialize};

use super::step::{find, page_key, post, step};
use super::verbs::management_key;
use super::{Incident, levels, reply, review};
use crate::chat::answer::Answer;
use crate::chat::file::File;
use crate::chat::message::Message;
use crate::command::context::{Context, Scene};
use crate::error::Error;
use crate::journal::{self, Told};
use crate::outbox::{self, To};
use crate::report::summary::{Delivered, Delivery, Story, Summary, compose, html, json, markdown};
use crate::setup::Purpose;
use crate::store::Tx;

/// A form of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Text that reads well anywhere.
    Markdown,
    /// A page that prints well, with the timeline as a picture.
    Html,
    /// For programs.
    Json,
}

impl Format {
    const ALL: [Self; 3] = [Self::Html, Self::Markdown, Self::Json];

    fn file(self, incident: &Incident, summary: &Summary) -> File {
        let (ending, media_type, what, body) = match self {
            Self::Markdown => ("md", "text/markdown", "as Markdown", markdown::render(summary)),
            Self::Html => ("html", "text/html", "as a page that prints well", html::render(summary)),
            Self::Json => ("json", "application/json", "for programs", json::render(summary)),
        };
        let name = format!("{}-summary.{ending}", incident.number);
        File::new(&name, media_type, body.into_bytes())
            .described(&format!("The post-incident summary of {} {what}", incident.number))
            .about(incident.number)
    }
}

/// The summary as it is now, for whoever asks.
pub(super) async fn report(
    tx: &mut Tx,
    context: &Context,
    named: Option<&str>,
    format: Option<Format>,
) -> Result<Answer, Error> {
    let incident = find(tx, context, named).await?;
    let summary = summary(tx, context, &incident).await?;
    let formats = format.map_or_else(|| Format::ALL.to_vec(), |format| vec![format]);
    let message = reply::report(&incident, summary.made.entries);
    Ok(Answer::Say(with_files(message, &incident, &summary, &formats)))
}

/// Puts the summary as it is now into the thread of the review.
pub(super) async fn publish(tx: &mut Tx, scene: &Scene, before: &Incident, basis: &str) -> Result<Incident, Error> {
    let summary = summary(tx, scene, before).await?;
    let after = before.clone().followed();
    let (after, told) = step(tx, scene, before, after, "incident.report", basis, Vec::new()).await?;
    let message = with_files(reply::report(&after, summary.made.entries), &after, &summary, &Format::ALL);
    let key = format!("report:{}:{}", after.guild, told.seq);
    post(tx, scene, &after, To::Room(review::number(after.number)), key, &message).await?;
    Ok(after)
}

fn with_files(message: Message, incident: &Incident, summary: &Summary, formats: &[Format]) -> Message {
    formats.iter().fold(message, |message, format| message.file(format.file(incident, summary)))
}

async fn summary(tx: &mut Tx, scene: &Scene, incident: &Incident) -> Result<Summary, Error> {
    let subject = incident.number.to_string();
    let entries = journal::about(tx, incident.guild, &subject).await?;
    let people = journal::names(tx, incident.guild, &subject).await?;
    let deliveries = deliveries(tx, scene, incident, &entries).await?;
    let service_levels = levels::verdicts(tx, incident, &entries, scene.now).await?;
    Ok(compose(&Story {
        incident,
        entries: &entries,
        people: &people,
        guild: &format!("server {}", incident.guild),
        zone: &scene.guild.zone,
        zone_name: &scene.guild.zone_name,
        made_at: scene.now,
        deliveries: &deliveries,
        service_levels: service_levels.as_deref(),
        link_base: &format!("https://discord.com/channels/{}/", incident.guild),
    }))
}

/// What became of the pages and of what management was told.
async fn deliveries(tx: &mut Tx, scene: &Scene, incident: &Incident, entries: &[Told]) -> Result<Vec<Delivery>, Error> {
    let room = outbox::room(tx, incident.guild, incident.number).await?.and_then(|room| room.thread);
    let mut found = Vec::new();
    for told in entries {
        let (what, key) = match told.action.as_str() {
            "incident.declare" | "incident.priority" | "incident.escalate" => ("page", page_key(incident, told.seq)),
            "incident.notice" => ("notice to management", management_key(incident, told.seq)),
            "incident.update" if told.text("audience") == Some("management") => {
                ("update for management", management_key(incident, told.seq))
            }
            _ => continue,
        };
        let Some(fate) = outbox::fate(tx, incident.guild, &key).await? else { continue };
        let named = [(Purpose::Management, "management"), (Purpose::Incidents, "incidents")];
        let purpose = named.into_iter().find(|(purpose, _)| scene.guild.channel(*purpose) == fate.channel);
        found.push(Delivery {
            what: what.to_owned(),
            channel: match (purpose, fate.channel) {
                (Some((_, name)), _) => format!("the {name} channel"),
                (None, Some(channel)) if Some(channel) != room => format!("channel {channel}"),
                (None, _) => "the room".to_owned(),
            },
            at: fate.at,
            outcome: match fate.failed {
                _ if fate.sent => Delivered::Yes,
                Some(why) => Delivered::Failed(why),
                None => Delivered::Waiting,
            },
            entry: Some(told.seq),
        });
    }
    Ok(found)
}
