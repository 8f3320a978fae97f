//! The two bots in turn.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use super::bot::{Bot, Which};
use super::load::{Burst, Deed, burst};
use super::report::{Report, Spread, quantile};

/// Commands of one person in a round, and of each of many.
const ALONE: usize = 40;
const IN_A_CROWD: usize = 4;
/// Between two commands of one person: he is alone, and not racing with what his former command left to be said.
const PAUSE: Duration = Duration::from_millis(15);
/// Declarations whose cards are timed, far enough apart that none waits for another's.
const UNHURRIED: usize = 5;
const UNHURRIED_PAUSE: Duration = Duration::from_millis(200);
/// How many act at a time.
const CROWD: usize = 50;

const DEEDS: [Deed; 3] = [Deed::Declare, Deed::Show, Deed::Note];

/// What is compared: a deed, by so many people at a time.
type Case = (Deed, usize);

/// Measures `rounds` rounds, after one that does not count.
pub async fn measure(folder: &Path, rounds: usize, told_limits: bool, report: &mut Report) {
    let wardroom = Bot::start(Which::Wardroom, folder, told_limits).await;
    let bare = Bot::start(Which::Bare, folder, told_limits).await;
    for deed in DEEDS {
        for bot in [&wardroom, &bare] {
            burst(bot, deed, 10, 2, Duration::ZERO).await;
        }
    }
    let mut bursts: HashMap<Case, Vec<(Burst, Burst)>> = HashMap::new();
    let mut cards = Vec::new();
    for round in 0..rounds {
        for case in DEEDS.into_iter().flat_map(|deed| [(deed, 1), (deed, CROWD)]) {
            let (deed, people) = case;
            let (each, pause) = if people == 1 { (ALONE, PAUSE) } else { (IN_A_CROWD, Duration::ZERO) };
            let pair = if round % 2 == 0 {
                let first = burst(&wardroom, deed, people, each, pause).await;
                (first, burst(&bare, deed, people, each, pause).await)
            } else {
                let first = burst(&bare, deed, people, each, pause).await;
                (burst(&wardroom, deed, people, each, pause).await, first)
            };
            let [wardroom, bare] = [&pair.0, &pair.1].map(|burst| quantile(&burst.latencies, 0.5));
            println!("round {}: {deed:?} by {people}: wardroom {wardroom:.2} ms, bare {bare:.2} ms", round + 1);
            bursts.entry(case).or_default().push(pair);
        }
        cards.push(burst(&wardroom, Deed::Declare, 1, UNHURRIED, UNHURRIED_PAUSE).await);
    }
    for deed in DEEDS {
        alone(report, deed, &bursts[&(deed, 1)]);
    }
    answer_to_card(report, "Declare by 1, unhurried", &cards.iter().collect::<Vec<_>>());
    for deed in DEEDS {
        crowded(report, deed, &bursts[&(deed, CROWD)]);
    }
    let resident = wardroom.process.resident();
    report.line("resident after the load", format!("{resident:.1} MB (bare: {:.1} MB)", bare.process.resident()));
}

fn alone(report: &mut Report, deed: Deed, bursts: &[(Burst, Burst)]) {
    let median = |burst: &Burst| quantile(&burst.latencies, 0.5);
    let ratio = Spread::of(bursts.iter().map(|(wardroom, bare)| median(wardroom) / median(bare)));
    let wardroom = Spread::of(bursts.iter().map(|(wardroom, _)| median(wardroom)));
    let bare = Spread::of(bursts.iter().map(|(_, bare)| median(bare)));
    let figure = format!("{:.2} ms, bare {:.2} ms; ratio {ratio}", wardroom.median, bare.median);
    let what = format!("{deed:?} by 1: median");
    match deed {
        Deed::Declare | Deed::Show => report.aim(what, figure, "ratio ≤ 1.3", ratio.median <= 1.3),
        Deed::Note => report.line(what, figure),
    }
    slowest(report, deed, 1, bursts);
}

fn crowded(report: &mut Report, deed: Deed, bursts: &[(Burst, Burst)]) {
    let ratio = Spread::of(bursts.iter().map(|(wardroom, bare)| wardroom.rate() / bare.rate()));
    let wardroom = Spread::of(bursts.iter().map(|(wardroom, _)| wardroom.rate()));
    let bare = Spread::of(bursts.iter().map(|(_, bare)| bare.rate()));
    let figure = format!("{:.0}/s, bare {:.0}/s; ratio {ratio}", wardroom.median, bare.median);
    let what = format!("{deed:?} by {CROWD}: commands a second");
    match deed {
        Deed::Note => report.aim(what, figure, "ratio > 1", ratio.median > 1.0),
        Deed::Declare | Deed::Show => report.line(what, figure),
    }
    slowest(report, deed, CROWD, bursts);
    let (answered, sent) = bursts
        .iter()
        .fold((0, 0), |(answered, sent), (wardroom, _)| (answered + wardroom.latencies.len(), sent + wardroom.sent));
    report.aim(
        format!("{deed:?} by {CROWD}: answered in 3 s"),
        format!("{answered} of {sent}"),
        "all",
        answered == sent,
    );
    if deed == Deed::Declare {
        let wardroom: Vec<&Burst> = bursts.iter().map(|(wardroom, _)| wardroom).collect();
        answer_to_card(report, &format!("{deed:?} by {CROWD}"), &wardroom);
    }
}

/// The answer follows the COMMIT; the card, the room and the reporter's place in it are three calls more, which wardroom keeps
/// below the 50 a second that Discord takes: a crowd's cards come as fast as that allows.
fn answer_to_card(report: &mut Report, what: &str, bursts: &[&Burst]) {
    let middle = Spread::of(bursts.iter().map(|burst| quantile(&burst.cards, 0.5)));
    let last = Spread::of(bursts.iter().map(|burst| quantile(&burst.cards, 1.0)));
    let (cards, answers) = bursts
        .iter()
        .fold((0, 0), |(cards, answers), burst| (cards + burst.cards.len(), answers + burst.latencies.len()));
    report.line(format!("{what}: answer to card, median"), format!("{middle} ms ({cards} cards of {answers})"));
    report.line(format!("{what}: answer to card, last"), format!("{last} ms"));
}

fn slowest(report: &mut Report, deed: Deed, people: usize, bursts: &[(Burst, Burst)]) {
    let wardroom = Spread::of(bursts.iter().map(|(wardroom, _)| quantile(&wardroom.latencies, 0.99)));
    let bare = Spread::of(bursts.iter().map(|(_, bare)| quantile(&bare.latencies, 0.99)));
    report.line(format!("{deed:?} by {people}: 99th percentile"), format!("{wardroom} ms, bare {bare} ms"));
}
