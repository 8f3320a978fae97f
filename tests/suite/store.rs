//! The store on each database: what a unit of work promises.

use std::sync::Arc;

use wardroom::args;
use wardroom::error::{Error, Failure, Refusal};
use wardroom::number::{self, Kind, Number};
use wardroom::setup;
use wardroom::snowflake::GuildId;
use wardroom::store::Store;
use wardroom::store::search::{self, Texts};

use crate::desk::{Database, morning};

const GUILD: GuildId = GuildId(42);

async fn each_store(test: impl AsyncFn(Arc<Store>)) {
    for database in Database::each().await {
        let store = Arc::new(Store::open(&database.url()).await.expect("it opens"));
        store
            .write(|tx| Box::pin(async move { setup::store::find_or_start(tx, GUILD, morning()).await.map(drop) }))
            .await
            .expect("a guild can be made");
        test(store.clone()).await;
        store.close().await;
    }
}

async fn next(store: &Store) -> Result<i64, Error> {
    store.write(|tx| Box::pin(async move { Ok(number::next(tx, GUILD, Kind::Incident).await?.value) })).await
}

async fn remembered(store: &Store, name: &'static str) -> Option<String> {
    let row: Option<(String,)> = store
        .read(move |tx| {
            Box::pin(async move { tx.optional("SELECT value FROM self WHERE name = $1", args![name]).await })
        })
        .await
        .expect("it can be read");
    row.map(|(value,)| value)
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_whoever_asks_and_whatever_fails() {
    each_store(async |store| {
        let askers = (0..50).map(|index| {
            let store = store.clone();
            tokio::spawn(async move {
                if index % 3 == 0 {
                    let refused = store
                        .write(move |tx| {
                            Box::pin(async move {
                                number::next(tx, GUILD, Kind::Incident).await?;
                                Err::<(), _>(Refusal::new("test", "no").into())
                            })
                        })
                        .await;
                    assert!(refused.is_err_and(|error| error.is_refusal()));
                    None
                } else {
                    Some(next(&store).await.expect("a number"))
                }
            })
        });
        let mut numbers: Vec<i64> = Vec::new();
        for asker in askers.collect::<Vec<_>>() {
            numbers.extend(asker.await.expect("no panic"));
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=33).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_or_an_error_takes_back_its_own_work_and_nobody_elses() {
    each_store(async |store| {
        let put = |name: &'static str, fate: &'static str| {
            let store = store.clone();
            async move {
                store
                    .write(move |tx| {
                        Box::pin(async move {
                            tx.execute("INSERT INTO self (name, value) VALUES ($1, 'x')", args![name]).await?;
                            match fate {
                                "panics" => panic!("a bug"),
                                "fails" => Err(Failure::Other("no".to_owned()).into()),
                                "breaks" => tx
                                    .execute("INSERT INTO self (name, value) VALUES ($1, NULL)", args![name])
                                    .await
                                    .map(drop),
                                _ => Ok(()),
                            }
                        })
                    })
                    .await
            }
        };
        let (good, panics, fails, breaks, also_good) = tokio::join!(
            put("a", "stays"),
            put("b", "panics"),
            put("c", "fails"),
            put("d", "breaks"),
            put("e", "stays")
        );
        assert!(good.is_ok() && also_good.is_ok());
        assert!(panics.is_err_and(|error| error.to_string().contains("a bug")));
        assert!(fails.is_err() && breaks.is_err());
        for (name, stays) in [("a", true), ("b", false), ("c", false), ("d", false), ("e", true)] {
            assert_eq!(remembered(&store, name).await.is_some(), stays, "{name}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_is_returned_to_and_the_rest_is_kept() {
    each_store(async |store| {
        store
            .write(|tx| {
                Box::pin(async move {
                    tx.execute("INSERT INTO self (name, value) VALUES ('kept', 'x')", Vec::new()).await?;
                    tx.mark().await?;
                    tx.execute("INSERT INTO self (name, value) VALUES ('gone', 'x')", Vec::new()).await?;
                    tx.roll_back().await
                })
            })
            .await
            .expect("it commits");
        assert!(remembered(&store, "kept").await.is_some());
        assert!(remembered(&store, "gone").await.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_changes_nothing() {
    each_store(async |store| {
        let written = store
            .read(|tx| {
                Box::pin(
                    async move { tx.execute("INSERT INTO self (name, value) VALUES ('read', 'x')", Vec::new()).await },
                )
            })
            .await;
        assert!(written.is_err());
        assert!(remembered(&store, "read").await.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_gives_up_cancels_nothing() {
    each_store(async |store| {
        for _ in 0..20 {
            let store = store.clone();
            let caller = tokio::spawn(async move { next(&store).await });
            tokio::task::yield_now().await;
            caller.abort();
            drop(caller.await);
        }
        // Whatever had begun has ended, and the connections are sound.
        assert!(next(&store).await.expect("a number") <= 21);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_told_why_it_cannot_have_the_file() {
    let database = Database::sqlite();
    let first = Store::open(&database.url()).await.expect("it opens");
    let second = Store::open(&database.url()).await.err().expect("it is in use").to_string();
    assert!(second.contains("is in use by another wardroom"), "{second}");
    first.close().await;
    drop(first);
    Store::open(&database.url()).await.expect("it is free").close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_whole_and_never_overwrites() {
    let database = Database::sqlite();
    let Database::Sqlite(folder) = &database else { unreachable!("it was made so") };
    let store = Store::open(&database.url()).await.expect("it opens");
    store
        .write(|tx| {
            Box::pin(async move { tx.execute("INSERT INTO self (name, value) VALUES ('n', 'x')", Vec::new()).await })
        })
        .await
        .expect("it writes");
    let copy = folder.join("copy.db");
    store.back_up(copy.clone()).await.expect("it is copied");
    let again = store.back_up(copy.clone()).await.expect_err("it exists").to_string();
    assert!(again.contains("exists already"), "{again}");
    store.close().await;
    let restored = Store::open(&format!("sqlite://{}", copy.display())).await.expect("the copy opens");
    assert_eq!(remembered(&restored, "n").await.as_deref(), Some("x"));
    restored.close().await;
}

#[tokio::test]
async fn what_is_no_database_is_told_as_a_sentence() {
    for url in ["mysql://x", "sqlite:///nowhere/at/all/wardroom.db", "postgres://nobody@127.0.0.1:1/none"] {
        let error = Store::open(url).await.err().expect(url).to_string();
        assert!(error.len() > 20, "{error}");
    }
}

fn number(value: i64) -> Number {
    Number { kind: Kind::Incident, value }
}

async fn put(store: &Store, guild: GuildId, value: i64, part: i64, title: &'static str, body: &'static str) {
    let around = if part == 0 { "" } else { title };
    let title = if part == 0 { title } else { "" };
    store
        .write(move |tx| {
            Box::pin(async move { search::put(tx, guild, number(value), part, Texts { title, body, around }).await })
        })
        .await
        .expect("it is indexed");
}

/// What is found, as `INC-1/0`, best first.
async fn found(store: &Store, guild: GuildId, text: &'static str, wanted: usize) -> String {
    let hits = store
        .read(move |tx| {
            Box::pin(async move { search::find(tx, guild, Kind::Incident, text, &search::TIERS, wanted).await })
        })
        .await
        .expect("it can be searched");
    hits.iter().map(|hit| format!("{}/{}", hit.record, hit.part)).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_the_best_first_and_in_its_own_guild_alone() {
    each_store(async |store| {
        put(&store, GUILD, 1, 0, "Checkout is down", "nobody can pay").await;
        put(&store, GUILD, 2, 0, "Nobody can pay", "the checkout fails").await;
        put(&store, GUILD, 3, 0, "Reports are late", "").await;
        put(&store, GUILD, 3, 31, "Reports are late", "the database of the checkout is full").await;
        put(&store, GuildId(43), 9, 0, "Checkout elsewhere", "checkout").await;
        for (text, expected) in [
            ("checkout", "INC-1/0 INC-3/31 INC-2/0"),
            ("CHECKOUT down", "INC-1/0"),
            ("checkout late", "INC-3/31"),
            ("late", "INC-3/0"),
            ("pay", "INC-2/0 INC-1/0"),
            ("datab", "INC-3/31"),
            ("check", "INC-1/0 INC-3/31 INC-2/0"),
            ("elsewhere", ""),
            ("' OR 1 = 1 --", ""),
            ("\" * ( ) : ^ NEAR AND", ""),
            ("", ""),
        ] {
            assert_eq!(found(&store, GUILD, text, 10).await, expected, "{text}");
        }
        assert_eq!(found(&store, GuildId(43), "checkout", 10).await, "INC-9/0");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_indexed_again_or_forgotten_is_found_by_its_old_words_no_longer() {
    each_store(async |store| {
        put(&store, GUILD, 1, 0, "hunter2 leaked", "").await;
        put(&store, GUILD, 1, 8, "hunter2 leaked", "rotated").await;
        put(&store, GUILD, 1, 0, "a key leaked", "").await;
        assert_eq!(found(&store, GUILD, "hunter2", 10).await, "");
        assert_eq!(found(&store, GUILD, "leaked", 10).await, "INC-1/0");
        store
            .write(|tx| Box::pin(async move { search::forget(tx, GUILD, number(1)).await }))
            .await
            .expect("it is forgotten");
        for text in ["leaked", "rotated"] {
            assert_eq!(found(&store, GUILD, text, 10).await, "");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_stands_in_everything_gives_no_more_than_is_wanted() {
    each_store(async |store| {
        store
            .write(|tx| {
                Box::pin(async move {
                    for value in 1..=600 {
                        let texts = Texts { title: "payments fail", body: "", around: "" };
                        search::put(tx, GUILD, number(value), 0, texts).await?;
                    }
                    Ok(())
                })
            })
            .await
            .expect("they are indexed");
        let newest = found(&store, GUILD, "payments", 8).await;
        assert!(newest.starts_with("INC-600/0 INC-599/0 "), "{newest}");
        assert!(newest.split(' ').count() <= 200);
        assert_eq!(found(&store, GUILD, "payments", 600).await.split(' ').count(), 600);
    })
    .await;
}
