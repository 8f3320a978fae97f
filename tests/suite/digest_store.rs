//! What digests are made of and what is kept of them, on each database: which lives a period holds, and that each period is told once.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jiff::tz::TimeZone;
use wardroom::args;
use wardroom::chat::phrase::{Period, Unit};
use wardroom::digest::{Frequency, Schedule, store};
use wardroom::incident::{Priority, lives};
use wardroom::journal::{self, Actor, Change, Draft, Fact};
use wardroom::report::digest::{Figures, Life};
use wardroom::setup;
use wardroom::snowflake::{ChannelId, GuildId, UserId};
use wardroom::store::Store;

use crate::desk::{Database, morning};

const GUILD: GuildId = GuildId(42);
const OTHER: GuildId = GuildId(43);
/// Days of the period, which begins at [`day`] 0.
const DAYS: i64 = 30;

async fn each_store(test: impl AsyncFn(Arc<Store>)) {
    for database in Database::each().await {
        let store = Arc::new(Store::open(&database.url()).await.expect("it opens"));
        store
            .write(|tx| {
                Box::pin(async move {
                    setup::store::find_or_start(tx, GUILD, morning()).await?;
                    setup::store::find_or_start(tx, OTHER, morning()).await.map(drop)
                })
            })
            .await
            .expect("guilds can be made");
        test(store.clone()).await;
        store.close().await;
    }
}

fn day(day: i64) -> DateTime<Utc> {
    morning() + TimeDelta::days(day)
}

/// An incident, with its days.
#[derive(Clone, Copy)]
struct Past {
    guild: GuildId,
    state: &'static str,
    kind: &'static str,
    restricted: i64,
    declared: i64,
    acknowledged: Option<i64>,
    restored: Option<i64>,
    reopened: i64,
}

/// Declared then and, when it was restored, over.
fn past(declared: i64, restored: Option<i64>) -> Past {
    let state = if restored.is_some() { "closed" } else { "in-progress" };
    Past { guild: GUILD, state, kind: "live", restricted: 0, declared, acknowledged: None, restored, reopened: 0 }
}

async fn record(store: &Store, number: i64, past: Past) {
    store
        .write(move |tx| {
            Box::pin(async move {
                tx.execute(
                    "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority, priority_fixed,
                                           major, restricted, reporter_id, declared_at, acknowledged_at, acknowledged_implied,
                                           restored_at, reopened)
                     VALUES ($1, $2, 1, $3, $4, 'Payments time out', 'medium', 'medium', 2, 0, 0, $5, 7, $6, $7, 0, $8, $9)",
                    args![
                        past.guild,
                        number,
                        past.state,
                        past.kind,
                        past.restricted,
                        day(past.declared),
                        past.acknowledged.map(day),
                        past.restored.map(day),
                        past.reopened
                    ],
                )
                .await
                .map(drop)
            })
        })
        .await
        .expect("it is recorded");
}

/// Writes an entry about an incident down.
async fn tell(store: &Store, number: i64, action: &'static str, at: i64, restored: Option<i64>) {
    store
        .write(move |tx| {
            Box::pin(async move {
                let restored = restored.map(|restored| Change::new("restored", Fact::instant(Some(day(restored)))));
                let draft = Draft {
                    actor: Actor::Wardroom,
                    authority: "test".to_owned(),
                    source: "test".to_owned(),
                    action,
                    subject: format!("INC-{number}"),
                    event_at: day(at),
                    changes: restored.into_iter().collect(),
                };
                journal::append(tx, GUILD, day(at), draft).await.map(drop)
            })
        })
        .await
        .expect("it is told");
}

async fn lives_of(store: &Store, from: i64, until: i64) -> Vec<Life> {
    store
        .read(move |tx| Box::pin(async move { lives::between(tx, GUILD, day(from), day(until)).await }))
        .await
        .expect("they are read")
}

async fn numbers(store: &Store, from: i64, until: i64) -> Vec<i64> {
    lives_of(store, from, until).await.into_iter().map(|life| life.number).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_holds_what_was_declared_acknowledged_restored_or_open_in_it() {
    each_store(async |store| {
        let within = [
            ("restored in it", past(-5, Some(3))),
            ("open at its end", past(4, None)),
            ("restored after it", past(5, Some(DAYS + 9))),
            ("open all through it", past(-9, Some(DAYS + 9))),
            ("open since before it", past(-40, None)),
            ("acknowledged in it, as turned out later", Past { acknowledged: Some(1), ..past(-5, Some(-1)) }),
            ("resolved and not yet closed", Past { state: "resolved", ..past(-1, Some(2)) }),
            ("declared as it begins", past(0, Some(1))),
            ("restored as it begins", past(-1, Some(0))),
            ("restored as it ends", past(1, Some(DAYS))),
        ];
        let beyond = [
            ("over before it", Past { acknowledged: Some(-8), ..past(-9, Some(-7)) }),
            ("declared as it ends", past(DAYS, Some(DAYS + 1))),
            ("after it", Past { acknowledged: Some(DAYS + 2), ..past(DAYS + 1, Some(DAYS + 3)) }),
            ("cancelled", Past { state: "cancelled", ..past(1, None) }),
            ("cancelled after service was back", Past { state: "cancelled", ..past(1, Some(2)) }),
            ("merged", Past { state: "merged", ..past(1, None) }),
            ("a drill", Past { kind: "drill", ..past(1, Some(2)) }),
            ("a drill that goes on", Past { kind: "drill", ..past(1, None) }),
            ("a test", Past { kind: "test", ..past(1, Some(2)) }),
            ("written down afterwards", Past { kind: "backfilled", ..past(1, Some(2)) }),
            ("restricted", Past { restricted: 1, ..past(1, Some(2)) }),
            ("restricted and open", Past { restricted: 1, ..past(1, None) }),
            ("of another server", Past { guild: OTHER, ..past(1, None) }),
        ];
        for (number, (_, past)) in (1..).zip(within.into_iter().chain(beyond)) {
            record(&store, number, past).await;
        }
        let found = numbers(&store, 0, DAYS).await;
        for (number, (what, _)) in (1..).zip(within) {
            assert!(found.contains(&number), "missing: {what}");
        }
        for (number, (what, _)) in (1 + i64::try_from(within.len()).expect("a few")..).zip(beyond) {
            assert!(!found.contains(&number), "not of it: {what}");
        }
        assert!(found.is_sorted() && found.iter().collect::<BTreeSet<_>>().len() == found.len(), "{found:?}");
        let hidden = store.read(|tx| Box::pin(lives::hidden(tx, GUILD))).await.expect("they are read");
        assert_eq!(hidden.into_iter().collect::<Vec<_>>(), [21, 22]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_that_was_opened_again_has_each_of_its_stretches() {
    each_store(async |store| {
        let again = |reopened, past| Past { reopened, acknowledged: Some(-2), ..past };
        record(&store, 7, again(2, past(-3, Some(11)))).await;
        record(&store, 8, again(1, past(-3, None))).await;
        tell(&store, 7, "incident.declare", -3, None).await;
        tell(&store, 8, "incident.declare", -3, None).await;
        tell(&store, 7, "incident.resolve", -1, Some(-2)).await;
        tell(&store, 8, "incident.resolve", 1, Some(1)).await;
        tell(&store, 7, "incident.reopen", 2, None).await;
        tell(&store, 7, "incident.resolve", 3, Some(3)).await;
        tell(&store, 8, "incident.reopen", 4, None).await;
        tell(&store, 7, "incident.reopen", 10, None).await;
        tell(&store, 7, "incident.resolve", 12, Some(11)).await;
        let found = lives_of(&store, 0, DAYS).await;
        assert_eq!(found.len(), 2);
        let stretches = |days: &[(i64, Option<i64>)]| {
            days.iter().map(|(from, until)| (day(*from), until.map(day))).collect::<Vec<_>>()
        };
        assert_eq!(found[0].open, stretches(&[(-3, Some(-2)), (2, Some(3)), (10, Some(11))]));
        assert_eq!(found[1].open, stretches(&[(-3, Some(1)), (4, None)]));
        assert_eq!(found[0].seconds(), Some(3 * 86_400), "what lies between was not down");
        assert_eq!((found[0].priority, found[0].acknowledged), (Priority::P2, Some(day(-2))));
        // Between its stretches it was not open, and it is of that period all the same, since it is known by its end.
        assert_eq!(numbers(&store, 5, 6).await, [7, 8]);
        assert!(!found[0].is_open(day(5)) && found[1].is_open(day(5)));
    })
    .await;
}

/// More of them than are read at once.
#[tokio::test(flavor = "multi_thread")]
async fn however_many_were_opened_again_each_has_its_own_story() {
    each_store(async |store| {
        let many = i64::try_from(journal::TOGETHER).expect("a few") + 3;
        for number in 1..=many {
            record(&store, number, Past { reopened: 1, ..past(-1, Some(number % 9 + 3)) }).await;
            tell(&store, number, "incident.resolve", 1, Some(number % 2)).await;
            tell(&store, number, "incident.reopen", 2, None).await;
        }
        let found = lives_of(&store, 0, DAYS).await;
        assert_eq!(found.len(), usize::try_from(many).expect("a few"));
        for life in found {
            let ends = (day(life.number % 2), day(life.number % 9 + 3));
            assert_eq!(life.open, [(day(-1), Some(ends.0)), (day(2), Some(ends.1))], "INC-{}", life.number);
        }
    })
    .await;
}

fn daily(id: i64) -> Schedule {
    Schedule {
        id,
        channel: ChannelId(u64::MAX - 7),
        frequency: Frequency::Daily,
        minute: 510,
        zone: TimeZone::get("Europe/Berlin").expect("a zone"),
        zone_name: "Europe/Berlin".to_owned(),
        created_by: UserId(17),
        created_at: morning(),
        told_until: day(0),
    }
}

async fn insert(store: &Store, guild: GuildId, schedule: Schedule) -> Result<(), wardroom::error::Error> {
    store
        .write(move |tx| {
            let schedule = schedule.clone();
            Box::pin(async move { store::insert(tx, guild, &schedule).await })
        })
        .await
}

async fn find(store: &Store, id: i64) -> Option<Schedule> {
    store.read(move |tx| Box::pin(store::find(tx, GUILD, id))).await.expect("it is read")
}

async fn told(store: &Store, schedule: &Schedule, until: i64) -> bool {
    let schedule = schedule.clone();
    store
        .write(move |tx| {
            let schedule = schedule.clone();
            Box::pin(async move { store::told(tx, GUILD, &schedule, day(until)).await })
        })
        .await
        .expect("it is written")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_found_as_it_was_made_until_it_is_removed() {
    each_store(async |store| {
        for id in [2, 1] {
            insert(&store, GUILD, daily(id)).await.expect("it is made");
        }
        insert(&store, OTHER, daily(3)).await.expect("it is made");
        assert!(insert(&store, GUILD, daily(1)).await.is_err(), "a number is given once");
        let all = async || store.read(|tx| Box::pin(store::all(tx, GUILD))).await.expect("they are read");
        assert_eq!(all().await.iter().map(|schedule| schedule.id).collect::<Vec<_>>(), [1, 2]);
        let found = find(&store, 2).await.expect("it is there");
        assert_eq!(format!("{found:?}"), format!("{:?}", daily(2)));
        assert!(find(&store, 3).await.is_none(), "it is another server's");
        store.write(|tx| Box::pin(store::remove(tx, GUILD, 2, day(1)))).await.expect("it is removed");
        assert!(find(&store, 2).await.is_none());
        assert_eq!(all().await.iter().map(|schedule| schedule.id).collect::<Vec<_>>(), [1]);
        assert!(!told(&store, &daily(2), 1).await, "nothing is told by what is removed");
        assert!(insert(&store, GUILD, daily(2)).await.is_err(), "its number is not given again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_would_tell_a_period_one_does() {
    each_store(async |store| {
        insert(&store, GUILD, daily(1)).await.expect("it is made");
        insert(&store, GUILD, daily(2)).await.expect("it is made");
        let racers = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { told(&store, &daily(1), 1).await })
        });
        let mut won = 0;
        for racer in racers.collect::<Vec<_>>() {
            won += usize::from(racer.await.expect("no panic"));
        }
        assert_eq!(won, 1);
        let after = find(&store, 1).await.expect("it is there");
        assert_eq!(after.told_until, day(1));
        assert_eq!(find(&store, 2).await.expect("it is there").told_until, day(0), "the other is as it was");
        assert!(!told(&store, &daily(1), 2).await, "who has not seen it told tells nothing");
        assert!(told(&store, &after, 2).await, "and the next period follows");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_published_stays() {
    each_store(async |store| {
        let month = |frequency: Frequency, zone: &'static str| Schedule {
            frequency,
            zone: TimeZone::get(zone).expect("a zone"),
            zone_name: zone.to_owned(),
            ..daily(1)
        };
        let schedule = month(Frequency::Monthly, "UTC");
        let period = Period::current(Unit::Month, morning(), &TimeZone::UTC).expect("a month");
        for opened in [3, 4] {
            let (schedule, period) = (schedule.clone(), period.clone());
            store
                .write(move |tx| {
                    let (schedule, period) = (schedule.clone(), period.clone());
                    Box::pin(async move {
                        let figures = Figures { opened, backlog: [0, 1, 2, opened], ..Figures::default() };
                        let at = day(i64::try_from(opened).expect("a few"));
                        store::publish(tx, GUILD, &schedule, &period, &figures, at).await
                    })
                })
                .await
                .expect("it is published, or was");
        }
        let published = async |guild: GuildId, frequency: Frequency, zone: &'static str, period: &Period| {
            let period = period.clone();
            store
                .read(move |tx| {
                    let period = period.clone();
                    Box::pin(async move { store::published(tx, guild, frequency, zone, &period).await })
                })
                .await
                .expect("it is read")
        };
        let first = Figures { opened: 3, backlog: [0, 1, 2, 3], ..Figures::default() };
        assert_eq!(published(GUILD, Frequency::Monthly, "UTC", &period).await, Some((day(3), first)));
        let before = period.previous(&TimeZone::UTC).expect("a month");
        assert_eq!(published(GUILD, Frequency::Monthly, "UTC", &before).await, None);
        assert_eq!(published(GUILD, Frequency::Daily, "UTC", &period).await, None);
        assert_eq!(published(GUILD, Frequency::Monthly, "Europe/Berlin", &period).await, None);
        assert_eq!(published(OTHER, Frequency::Monthly, "UTC", &period).await, None);
    })
    .await;
}
