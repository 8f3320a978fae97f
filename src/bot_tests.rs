use serde_json::json;

use super::*;
use crate::chat::invocation::Source;
use crate::snowflake::{self, MessageId};

/// A message that gives a command.
fn typed(id: u64) -> Incoming {
    let data = json!({
        "id": id.to_string(), "type": 0, "guild_id": "1", "channel_id": "2",
        "author": {"id": "3", "username": "alice"}, "member": {"roles": []},
        "content": format!("<@9> p4 nothing works {id}"),
    });
    Incoming { kind: EventKind::Message, data, received: tokio::time::Instant::now() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_received_before_the_stop_is_done() {
    let folder = std::env::temp_dir().join(format!("wardroom-stop-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let store = Arc::new(Store::open(&format!("sqlite://{}", folder.join("w.db").display())).await.expect("it opens"));
    let clock = Clock::system();
    // Nobody listens there.
    let token = SecretString::from("token");
    let rest = Rest::new("http://127.0.0.1:9", &token, clock.reading()).expect("a dispatcher");
    let cdn = Arc::new(Cdn::new("http://127.0.0.1:9").expect("a way to files"));
    let (armed, said) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handlers = TaskTracker::new();
    let mut intake = Intake {
        rest: rest.clone(),
        desk: Desk::new(store.clone(), Arc::new(rest.clone()), cdn, armed, said.clone()),
        store: store.clone(),
        clock: clock.clone(),
        said,
        looks: Arc::default(),
        handlers: handlers.clone(),
        bot: Some((UserId(9), ApplicationId(9))),
        status: None,
    };
    let (sender, events) = mpsc::channel(EVENTS);
    let ids: Vec<u64> = (0..200).map(|index| snowflake::at(clock.now()) + index).collect();
    for id in &ids {
        sender.try_send(typed(*id)).expect("there is room");
    }
    let ledger = Arc::new(Ledger::new(store.clone(), clock.clone()));
    let gateway = Gateway::start(rest, token, ledger, sender);
    let stop = CancellationToken::new();
    stop.cancel();
    assert_eq!(intake.serve(gateway, events, &stop).await, Ended::Stopped);
    handlers.close();
    handlers.wait().await;
    for id in ids {
        let known = store
            .read(move |tx| Box::pin(async move { inbox::answered(tx, Source::Message(MessageId(id))).await }))
            .await
            .expect("the inbox can be read");
        assert!(known.is_some(), "the message {id} was dropped");
    }
    store.close().await;
    drop(std::fs::remove_dir_all(folder));
}
