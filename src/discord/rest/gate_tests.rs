use super::*;

fn ask(lane: Lane, channel: u64) -> Ask {
    Ask { lane, method: "POST", template: "/channels/{channel}/messages", major: channel, exempt: false }
}

fn limits(remaining: u32, reset_after: Duration) -> Limits {
    Limits { bucket: Some("abc".into()), limit: Some(5), remaining: Some(remaining), reset_after: Some(reset_after) }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

/// Queues a call, and tells its name when it goes.
fn goes(gate: &Arc<Gate>, ask: Ask, name: &'static str, order: &tokio::sync::mpsc::UnboundedSender<&'static str>) {
    let (gate, order) = (Arc::clone(gate), order.clone());
    tokio::spawn(async move {
        let admitted = gate.admit(ask, soon()).await.expect("a turn");
        order.send(name).expect("a listener");
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(admitted);
    });
}

#[tokio::test]
async fn the_more_urgent_goes_first_from_the_same_bucket() {
    let gate = Gate::new();
    let first = gate.admit(ask(Lane::State, 1), soon()).await.expect("a turn");
    let (order, mut went) = tokio::sync::mpsc::unbounded_channel();
    for (lane, name) in
        [(Lane::Cosmetic, "cosmetic"), (Lane::Digest, "digest"), (Lane::Page, "page"), (Lane::State, "state")]
    {
        goes(&gate, ask(lane, 1), name, &order);
        tokio::task::yield_now().await;
    }
    goes(&gate, ask(Lane::Cosmetic, 2), "elsewhere", &order);
    assert_eq!(went.recv().await, Some("elsewhere"), "another channel does not wait");
    assert!(went.try_recv().is_err(), "an unknown bucket takes one call at a time");
    first.learn(&limits(0, Duration::from_millis(100)));
    drop(first);
    for name in ["page", "state", "digest", "cosmetic"] {
        assert_eq!(went.recv().await, Some(name));
    }
}

#[tokio::test]
async fn calls_under_way_are_taken_off_what_is_left() {
    let gate = Gate::new();
    let first = gate.admit(ask(Lane::State, 1), soon()).await.expect("a turn");
    first.learn(&limits(4, Duration::from_mins(1)));
    drop(first);
    let mut under_way = Vec::new();
    for _ in 0..4 {
        under_way.push(gate.admit(ask(Lane::State, 1), soon()).await.expect("a turn"));
    }
    let held = gate.admit(ask(Lane::Page, 1), soon()).await.expect_err("the bucket is empty");
    assert!(held.wait > Duration::from_secs(50));
    // An answer that says four are left was written before the other three were counted.
    under_way[0].learn(&limits(4, Duration::from_mins(1)));
    let more = gate.admit(ask(Lane::State, 1), soon()).await.expect("one is left");
    gate.admit(ask(Lane::State, 1), soon()).await.expect_err("the bucket is empty");
    drop(more);
}

#[tokio::test]
async fn a_caller_who_leaves_makes_room() {
    let gate = Gate::new();
    let first = gate.admit(ask(Lane::State, 1), soon()).await.expect("a turn");
    let near = Instant::now() + Duration::from_millis(20);
    gate.admit(ask(Lane::Page, 1), near).await.expect_err("no turn in time");
    assert_eq!(gate.load().1, 0);
    drop(first);
    gate.admit(ask(Lane::Cosmetic, 1), soon()).await.expect("a turn");
}

#[tokio::test]
async fn no_second_holds_more_than_fifty_calls() {
    let (gate, started) = (Gate::new(), Instant::now());
    for channel in 0..30 {
        gate.admit(ask(Lane::State, channel), soon()).await.expect("a turn");
    }
    let least = Duration::from_millis(25 * 1_000 / 45 - 10);
    assert!(started.elapsed() >= least, "{:?}", started.elapsed());
}

#[tokio::test]
async fn waiting_moves_a_call_up_but_never_above_pages() {
    let now = Instant::now();
    let since = now.checked_sub(Duration::from_mins(5)).expect("an instant");
    let old = Waiting { ticket: 1, ask: ask(Lane::Cosmetic, 1), since };
    let state = Waiting { ticket: 2, ask: ask(Lane::State, 1), since: now };
    let page = Waiting { ticket: 3, ask: ask(Lane::Page, 1), since: now };
    assert!(page.rank(now) < old.rank(now) && old.rank(now) < state.rank(now));
}
