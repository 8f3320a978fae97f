//! Lists, searches, completions and timelines that are longer than a message, as conversations.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use wardroom::incident::finding::index;
use wardroom::playground::Message;

use crate::desk::Desk;

/// The callback that changes the message whose button was pressed (Discord docs, interaction callback type).
const UPDATE: u64 = 7;

/// The labels of a message's buttons.
fn buttons(message: &Message) -> Vec<String> {
    message.buttons().into_iter().map(|button| button.label).collect()
}

/// The numbers that stand in a text, in its order.
fn numbers(text: &str) -> Vec<&str> {
    text.split("**").filter(|piece| piece.starts_with("INC-")).collect()
}

async fn declare(desk: &Desk, titles: impl IntoIterator<Item = (String, &str, &str)>) {
    for (title, service, priority) in titles {
        let told = json!({"title": title, "service": service, "priority": priority});
        desk.alice.slash("general", "incident declare", told).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_leafed_through_and_says_how_many_there_are() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        declare(desk, (1..=23).map(|n| (format!("fault {n}"), "checkout", "P4"))).await;
        let first = desk.carla.slash("general", "incident list", json!({})).await;
        let text = desk.text(&first);
        assert_eq!(numbers(&text)[0], "INC-23");
        assert!(text.ends_with("-# 23 in all · page 1"), "{text}");
        let page = first.message().expect("a message");
        assert_eq!(buttons(&page), ["Next"]);

        let second = desk.carla.click(&page, "Next").await;
        assert!(second.kind() == Some(UPDATE), "the same message turns its page");
        let page = second.message().expect("a message");
        assert_eq!(numbers(&desk.text(&second))[0], "INC-13");
        assert_eq!(buttons(&page), ["Previous", "Next"]);
        let third = desk.carla.click(&page, "Next").await;
        assert_snapshot!(desk.text(&third), @"
        **INC-3** · P4 · new · fault 3 · checkout · ⟨10:00⟩
        **INC-2** · P4 · new · fault 2 · checkout · ⟨10:00⟩
        **INC-1** · P4 · new · fault 1 · checkout · ⟨10:00⟩
        -# 23 in all · page 3
        ");
        let page = third.message().expect("a message");
        assert_eq!(buttons(&page), ["Previous"]);
        let back = desk.carla.click(&page, "Previous").await;
        assert_eq!(numbers(&desk.text(&back)), numbers(&desk.text(&second)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_what_is_over_hold_their_place_while_more_is_declared() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        declare(desk, (1..=21).map(|n| (format!("fault {n}"), "checkout", "P4"))).await;
        let asked = json!({"state": "new", "service": "checkout", "priority": "P4"});
        let first = desk.alice.slash("general", "incident list", asked).await.message().expect("a message");
        declare(desk, [("one more".to_owned(), "checkout", "P4")]).await;
        let second = desk.alice.click(&first, "Next").await;
        assert_eq!(numbers(&desk.text(&second))[0], "INC-11");
        let third = desk.alice.click(&second.message().expect("a message"), "Next").await;
        assert_eq!(numbers(&desk.text(&third)), ["INC-1"]);
        let second_again = desk.alice.click(&third.message().expect("a message"), "Previous").await;
        assert_eq!(numbers(&desk.text(&second_again)), numbers(&desk.text(&second)));
        let first_again = desk.alice.click(&second_again.message().expect("a message"), "Previous").await;
        assert_eq!(numbers(&desk.text(&first_again))[0], "INC-22");
        let mine = desk.bob.slash("general", "incident list", json!({"state": "all", "mine": true})).await;
        assert_eq!(desk.text(&mine), "No incidents are recorded here and yours.");
        let mine = desk.alice.slash("general", "incident list", json!({"state": "all", "mine": true, "page": 3})).await;
        assert_eq!(numbers(&desk.text(&mine)), ["INC-2", "INC-1"]);
        let beyond = desk.alice.slash("general", "incident list", json!({"page": 9})).await;
        assert_eq!(desk.text(&beyond), "There is no page 9.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_leafed_through_by_words_since_everyone_reads_it() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        declare(desk, (1..=11).map(|n| (format!("fault {n}"), "checkout", "P4"))).await;
        let list = desk.typed(&desk.carla, "general", "@wardroom incident list").await;
        assert!(list.text().ends_with("-# 11 in all · page 1 · more with `page:2`"), "{}", list.text());
        assert!(buttons(&list).is_empty());
        let second = desk.typed(&desk.carla, "general", "@wardroom incident list page:2").await;
        assert_eq!(numbers(&second.text()), ["INC-1"]);
        let found = desk.typed(&desk.carla, "general", "@wardroom incident find fault").await;
        assert!(found.text().ends_with("-# More with `page:2`.") && buttons(&found).is_empty(), "{}", found.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_through_titles_descriptions_and_what_was_written_since() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "Refunds are slow", "description": "Customers of the café wait for *hours*"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.alice.slash("general", "incident declare", json!({"title": "checkout is down"})).await;
        let note = json!({"incident": "2", "text": "the database of refunds ran full after release 41"});
        desk.bob.slash("general", "incident note", note).await;
        desk.bob.slash("general", "incident update", json!({"incident": "2", "message": "adding a bigger disk"})).await;
        let mut said = Vec::new();
        for text in ["refunds", "CAFE", "bigger", "down disk", "rel", "2", "INC-1", "nowhere", "…"] {
            let answer = desk.carla.slash("general", "incident find", json!({"text": text})).await;
            said.push(format!("{text}: {}", desk.text(&answer)));
        }
        assert_snapshot!(said.join("\n"), @r"
        refunds: **INC-1** · P3 · new · Refunds are slow · service unknown · ⟨10:00⟩
        **INC-2** · P3 · new · checkout is down · service unknown · ⟨10:00⟩
        > `9` the database of **refunds** ran full after release 41
        CAFE: **INC-1** · P3 · new · Refunds are slow · service unknown · ⟨10:00⟩
        > Customers of the **café** wait for \*hours\*
        bigger: **INC-2** · P3 · new · checkout is down · service unknown · ⟨10:00⟩
        > `10` adding a **bigger** disk
        down disk: **INC-2** · P3 · new · checkout is down · service unknown · ⟨10:00⟩
        > `10` adding a bigger **disk**
        rel: **INC-2** · P3 · new · checkout is down · service unknown · ⟨10:00⟩
        > `9` …of refunds ran full after **release** 41
        2: **INC-2** · P3 · new · checkout is down · service unknown · ⟨10:00⟩
        INC-1: **INC-1** · P3 · new · Refunds are slow · service unknown · ⟨10:00⟩
        nowhere: Nothing is found for `nowhere`. Fewer or other words may help.
        …: `text` has no word to look for. Write a few words, or a number like `INC-42`.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_search_finds_is_leafed_through() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        declare(desk, (1..=16).map(|n| (format!("payments fail at terminal {n}"), "payments", "P4"))).await;
        let first = desk.carla.slash("general", "incident find", json!({"text": "payments"})).await;
        assert_eq!(numbers(&desk.text(&first)).len(), 7);
        assert_eq!(numbers(&desk.text(&first))[0], "INC-16");
        let second = desk.carla.click(&first.message().expect("a message"), "Next").await;
        assert!(second.kind() == Some(UPDATE));
        let third = desk.carla.click(&second.message().expect("a message"), "Next").await;
        assert_eq!(numbers(&desk.text(&third)), ["INC-2", "INC-1"]);
        assert_eq!(buttons(&third.message().expect("a message")), ["Previous"]);
        let by_page = desk.carla.slash("general", "incident find", json!({"text": "payments", "page": 3})).await;
        assert_eq!(numbers(&desk.text(&by_page)), ["INC-2", "INC-1"]);
        let number_first = desk.carla.slash("general", "incident find", json!({"text": "3"})).await;
        assert_eq!(numbers(&desk.text(&number_first))[0], "INC-3");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_are_removed_are_found_no_longer() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice
            .slash("general", "incident declare", json!({"title": "titlesecret fails", "description": "descsecret"}))
            .await;
        desk.alice.slash("general", "incident note", json!({"incident": "1", "text": "notesecret, and more"})).await;
        let find = async |text: &str| {
            let answer = desk.carla.slash("general", "incident find", json!({"text": text})).await;
            desk.text(&answer).starts_with("**INC-1**")
        };
        for word in ["titlesecret", "descsecret", "notesecret", "more titlesecret"] {
            assert!(find(word).await, "{word}");
        }
        for entry in [7, 8] {
            let redact = json!({"incident": "1", "entry": entry, "redact": "a slip"});
            desk.alice.slash("general", "incident timeline", redact).await;
        }
        for word in ["titlesecret", "descsecret", "notesecret", "more", "secret", "titles"] {
            assert!(!find(word).await, "{word}");
        }
        assert!(find("slip").await, "why it was removed can be found");
        assert!(!desk.search_holds("secret").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_was_lost_is_filled_from_the_records_and_the_journal() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let told = json!({"title": "Refunds are slow", "description": "since the release"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.bob.slash("general", "incident note", json!({"incident": "1", "text": "the database is full"})).await;
        let find =
            async |text: &str| desk.text(&desk.carla.slash("general", "incident find", json!({"text": text})).await);
        let before = [find("refunds").await, find("release").await, find("database slow").await];
        desk.lose_search().await;
        assert!(find("refunds").await.starts_with("Nothing is found"));
        let stop = CancellationToken::new();
        index::catch_up(&desk.store, &stop).await.expect("it is filled");
        assert_eq!([find("refunds").await, find("release").await, find("database slow").await], before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_outside_sees_no_trace_of_a_restricted_incident_on_any_page() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        declare(desk, (1..=10).map(|n| (format!("leaked figures {n}"), "payments", "P4"))).await;
        let told = json!({"title": "leaked keys", "description": "zanzibar", "service": "payments", "priority": "P1", "restricted": true});
        desk.alice.slash("general", "incident declare", told).await;
        desk.alice.slash("general", "incident note", json!({"incident": "11", "text": "timbuktu"})).await;
        desk.settle().await;
        for filter in [json!({}), json!({"state": "all"}), json!({"state": "new", "priority": "P1"}), json!({"service": "payments"})] {
            let answer = desk.bob.slash("general", "incident list", filter).await;
            let text = desk.text(&answer);
            // Neither the line nor the eleventh that would make a second page.
            assert!(!text.contains("keys") && !text.contains("in all"), "{text}");
            assert!(buttons(&answer.message().expect("a message")).is_empty());
        }
        for text in ["leaked", "keys", "zanzibar", "timbuktu", "11", "INC-11"] {
            let answer = desk.bob.slash("general", "incident find", json!({"text": text})).await;
            let text = desk.text(&answer);
            // What was typed is said back, and nothing else.
            assert!(text.starts_with("Nothing is found") || !text.contains("INC-11**") && !text.contains("keys"), "{text}");
        }
        for typed in ["", "11", "INC-11", "leaked keys", "k"] {
            let choices = desk.bob.complete("general", "incident show", json!({"incident": typed}), "incident").await;
            assert!(choices.iter().all(|(name, _)| !name.contains("keys")), "{choices:?}");
        }
        let page = desk.alice.slash("general", "incident list", json!({})).await;
        assert!(desk.text(&page).contains("leaked keys") && desk.text(&page).ends_with("11 in all · page 1"));
        let timeline = desk.bob.slash("general", "incident timeline", json!({"incident": "11", "page": 1})).await;
        assert_eq!(desk.text(&timeline), "There is no **INC-11** here. `/incident list` shows those that are open.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn completion_offers_open_ones_first_and_finds_what_is_old() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        declare(desk, (1..=4).map(|n| (format!("payments fail at terminal {n}"), "payments", "P4"))).await;
        declare(desk, [("reports are late".to_owned(), "reporting", "P1")]).await;
        desk.bob.slash("general", "incident resolve", json!({"incident": "4", "summary": "restarted"})).await;
        let mut said = Vec::new();
        for typed in ["", "4", "pay", "terminal 4", "late rep", "payments", "REPORTING", "restarted"] {
            let choices = desk.carla.complete("general", "incident show", json!({"incident": typed}), "incident").await;
            let values: Vec<&str> = choices.iter().filter_map(|(_, value)| value.as_str()).collect();
            said.push(format!("{typed}: {}", values.join(" ")).trim_end().to_owned());
        }
        assert_snapshot!(said.join("\n"), @"
        : INC-5 INC-3 INC-2 INC-1 INC-4
        4: INC-4
        pay: INC-3 INC-2 INC-1 INC-4
        terminal 4: INC-4
        late rep: INC-5
        payments: INC-3 INC-2 INC-1 INC-4
        REPORTING: INC-5
        restarted:
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_timeline_is_leafed_through_from_its_end_to_its_beginning() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        for n in 1..=22 {
            desk.clock.advance(TimeDelta::minutes(1));
            desk.bob.slash("general", "incident note", json!({"incident": "1", "text": format!("note {n}")})).await;
        }
        desk.bob.slash("general", "incident undo", json!({"incident": "1"})).await;
        let newest = desk.carla.slash("general", "incident timeline", json!({"incident": "1"})).await;
        assert_snapshot!(desk.text(&newest), @"
        **Timeline of INC-1** · page 1 of 3, 24 entries
        `21` ⟨10:14⟩ 📝 @bob: note 14
        `22` ⟨10:15⟩ 📝 @bob: note 15
        `23` ⟨10:16⟩ 📝 @bob: note 16
        `24` ⟨10:17⟩ 📝 @bob: note 17
        `25` ⟨10:18⟩ 📝 @bob: note 18
        `26` ⟨10:19⟩ 📝 @bob: note 19
        `27` ⟨10:20⟩ 📝 @bob: note 20
        `28` ⟨10:21⟩ 📝 @bob: note 21
        `29` ⟨10:22⟩ ~~📝 @bob: note 22~~
        `30` ⟨10:22⟩ ↩️ @bob took back entry 29
        ");
        assert_eq!(buttons(&newest.message().expect("a message")), ["Earlier"]);
        let middle = desk.carla.click(&newest.message().expect("a message"), "Earlier").await;
        assert!(middle.kind() == Some(UPDATE));
        let oldest = desk.carla.click(&middle.message().expect("a message"), "Earlier").await;
        assert_snapshot!(desk.text(&oldest), @"
        **Timeline of INC-1** · page 3 of 3, 24 entries
        `7` ⟨10:00⟩ 🚨 @alice declared it: slow reports
        `8` ⟨10:01⟩ 📝 @bob: note 1
        `9` ⟨10:02⟩ 📝 @bob: note 2
        `10` ⟨10:03⟩ 📝 @bob: note 3
        ");
        assert_eq!(buttons(&oldest.message().expect("a message")), ["Later"]);
        let by_page = desk.carla.slash("general", "incident timeline", json!({"incident": "1", "page": 3})).await;
        assert_eq!(desk.text(&by_page), desk.text(&oldest));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_read_whole_however_long_it_is() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let long: String = (0..500).map(|n| format!("*row{n:03}")).collect::<Vec<_>>().join(" ");
        let room = desk.room("INC-1");
        let message = desk.bob.says(room.clone(), &long[..2000]).await;
        desk.bob.message_command("Add to timeline", room, message).await;
        let answer = desk.carla.slash("general", "incident timeline", json!({"incident": "1", "entry": 8})).await;
        let text = desk.text(&answer);
        assert!(text.contains("row000") && text.contains("row220") && !text.contains('…'), "{text}");
    })
    .await;
}
