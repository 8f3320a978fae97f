//! Makes a digest: reads what it is made of, once, and turns it into a message with its files.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Frequency, store};
use crate::availability;
use crate::chart::Picture;
use crate::chat::file::File;
use crate::chat::message::Message;
use crate::chat::phrase::Period;
use crate::error::Error;
use crate::incident::lives;
use crate::level;
use crate::number::{Kind, Number};
use crate::outbox;
use crate::report::digest::{self, Digest, Life, Target, Told, figures, page, pictures, tables, text};
use crate::service::{self, Service};
use crate::setup::Guild;
use crate::store::Tx;

/// Periods that the trend goes over (ISO/IEC 20000-1, 9.4; `itsm-iso20000` 8).
const TREND: usize = 6;
/// Incidents that are linked in the message.
const LINKED: usize = 5;

/// For whom a digest is made, and when.
#[derive(Clone, Debug)]
pub struct Occasion<'g> {
    /// The server.
    pub guild: &'g Guild,
    /// What of: frozen figures are those of this frequency; none for a period that is published by nobody.
    pub frequency: Option<Frequency>,
    /// In whose days: zone and name.
    pub zone: (jiff::tz::TimeZone, String),
    /// One service alone.
    pub only: Option<i64>,
    /// When it is made.
    pub now: DateTime<Utc>,
    /// When it was due, when it is late.
    pub late_since: Option<DateTime<Utc>>,
}

/// The digest of `period`.
pub async fn digest(tx: &mut Tx, occasion: &Occasion<'_>, period: Period) -> Result<Digest, Error> {
    let (guild, zone) = (occasion.guild, &occasion.zone.0);
    let mut periods = vec![period];
    while periods.len() < TREND {
        let Some(before) = periods[periods.len() - 1].previous(zone) else { break };
        periods.push(before);
    }
    periods.reverse();
    let mut published = Vec::with_capacity(periods.len());
    for period in &periods {
        published.push(match occasion.frequency.filter(|_| occasion.only.is_none()) {
            Some(frequency) => store::published(tx, guild.id, frequency, &occasion.zone.1, period).await?,
            None => None,
        });
    }
    let services = service::store::all(tx, guild.id).await?;
    let made = computed(tx, occasion, &periods, &published, &services).await?;
    let mut told: Vec<Told> = periods.into_iter().zip(made).map(|(period, figures)| Told { period, figures }).collect();
    let last = told.pop().ok_or_else(|| crate::error::Failure::Other("a digest is about a period".to_owned()))?;
    let links = links(tx, guild, &last.figures).await?;
    Ok(Digest {
        published: published.pop().flatten().filter(|(_, before)| *before != last.figures),
        told: last,
        earlier: told,
        services: services.into_iter().map(|service| (service.id, service.name)).collect(),
        links,
        zone: occasion.zone.clone(),
        made_at: occasion.now,
        late_since: occasion.late_since,
    })
}

/// The figures of each period: of earlier ones as they were published, of the others from rows that are read once for all of them.
async fn computed(
    tx: &mut Tx,
    occasion: &Occasion<'_>,
    periods: &[Period],
    published: &[Option<(DateTime<Utc>, digest::Figures)>],
    services: &[Service],
) -> Result<Vec<digest::Figures>, Error> {
    let guild = occasion.guild;
    let last = periods.len() - 1;
    let open = |index: usize| index == last || published[index].is_none();
    let first = (0..=last).find(|index| open(*index)).unwrap_or(last);
    let (from, until) = (periods[first].from, periods[last].until);
    let hidden: BTreeSet<i64> = lives::hidden(tx, guild.id).await?;
    let mine = |service: Option<i64>| occasion.only.is_none_or(|only| service == Some(only));
    let mut rows: Vec<Life> = lives::between(tx, guild.id, from, until).await?;
    rows.retain(|life| mine(life.service));
    let mut targets: Vec<Target> = level::store::due_between(tx, guild.id, from, until).await?;
    targets.retain(|target| !hidden.contains(&target.number) && mine(target.service));
    let mut made = Vec::with_capacity(periods.len());
    for (index, period) in periods.iter().enumerate() {
        if let Some((_, figures)) = published[index].as_ref().filter(|_| !open(index)) {
            made.push(figures.clone());
            continue;
        }
        // The trend shows targets and times; availability is measured of the period that it is about.
        let measured = if index == last {
            let in_use = services.iter().filter(|service| {
                mine(Some(service.id)) && service.retired_at.is_none_or(|retired| retired > period.from)
            });
            let stretch = (period.from, period.until);
            availability::measure(tx, guild, in_use.cloned().collect(), stretch, occasion.now).await?
        } else {
            Vec::new()
        };
        let availability = measured.iter().map(digest::Availability::from).collect();
        made.push(figures((period.from, period.until), &rows, &targets, availability, occasion.now));
    }
    Ok(made)
}

/// Where the incidents are that are named, for whoever reads the message in chat.
async fn links(tx: &mut Tx, guild: &Guild, figures: &digest::Figures) -> Result<BTreeMap<i64, String>, Error> {
    let mut links = BTreeMap::new();
    for breach in figures.breaches.iter().take(LINKED) {
        let number = Number { kind: Kind::Incident, value: breach.number };
        let Some(room) = outbox::room(tx, guild.id, number).await? else { continue };
        if let Some(card) = room.card {
            links.insert(breach.number, format!("https://discord.com/channels/{}/{}/{card}", guild.id, room.channel));
        }
    }
    Ok(links)
}

/// The message with its pictures, its page and its tables.
pub fn message(digest: &Digest) -> Result<Message, Error> {
    let drawn =
        |fault: crate::chart::Fault| crate::error::Failure::Other(format!("a picture could not be drawn: {fault}"));
    let mut made: Vec<(&str, Picture)> = vec![
        ("targets.png", pictures::attained(digest).map_err(drawn)?),
        ("trend.png", pictures::trend(digest).map_err(drawn)?),
        ("durations.png", pictures::durations(digest).map_err(drawn)?),
    ];
    made.extend(pictures::availability(digest).map_err(drawn)?.map(|picture| ("availability.png", picture)));
    let all: Vec<Picture> = made.iter().map(|(_, picture)| picture.clone()).collect();
    let page = page::render(digest, &all);
    let message = made.into_iter().fold(Message::say(text::text(digest)), |message, (name, picture)| {
        message.file(File::new(name, "image/png", picture.png).described(&picture.described))
    });
    let in_words = pictures::in_words(&digest.told);
    Ok(message
        .file(File::new("digest.html", "text/html", page.into_bytes()).described(&in_words))
        .file(
            File::new("digest.csv", "text/csv", tables::figures(digest).into_bytes())
                .described("The figures, as a table"),
        )
        .file(
            File::new("breaches.csv", "text/csv", tables::breaches(digest).into_bytes())
                .described("What was broken, as a table"),
        ))
}
