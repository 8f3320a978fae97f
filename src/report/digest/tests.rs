//! The figures against hand-made populations, and what is made of them.

use chrono::{DateTime, Utc};
use insta::assert_snapshot;
use jiff::tz::TimeZone;

use super::*;
use crate::chat::phrase::Unit;
use crate::incident::Priority;
use crate::level::Metric;

/// Of October 2026, UTC: `at(3, 9)` is the third, 09:00.
fn at(day: i64, hour: i64) -> DateTime<Utc> {
    "2026-10-01T00:00:00Z".parse::<DateTime<Utc>>().expect("a date") + chrono::TimeDelta::hours((day - 1) * 24 + hour)
}

fn life(number: i64, priority: Priority, service: i64, open: &[(DateTime<Utc>, Option<DateTime<Utc>>)]) -> Life {
    let acknowledged = Some(open[0].0 + chrono::TimeDelta::minutes(number));
    Life { number, priority, service: Some(service), acknowledged, open: open.to_vec() }
}

fn target(number: i64, due: DateTime<Utc>, stopped: Option<DateTime<Utc>>) -> Target {
    Target {
        number,
        metric: Metric::Resolution,
        priority: Priority::P1,
        service: Some(1),
        due,
        stopped,
        at_risk: Some(due - chrono::TimeDelta::hours(1)),
        corrected: false,
    }
}

fn october() -> (DateTime<Utc>, DateTime<Utc>) {
    (at(1, 0), at(32, 0))
}

fn lives() -> Vec<Life> {
    vec![
        // From September, restored in October.
        life(1, Priority::P1, 1, &[(at(0, 0), Some(at(2, 0)))]),
        life(2, Priority::P1, 1, &[(at(3, 9), Some(at(3, 11)))]),
        // Resolved, opened again a day later: three hours in all.
        life(3, Priority::P2, 1, &[(at(4, 9), Some(at(4, 10))), (at(5, 10), Some(at(5, 12)))]),
        // Restored in November, so it was open at the end of October.
        life(4, Priority::P3, 2, &[(at(20, 0), Some(at(40, 0)))]),
        // Open since long, and still.
        life(5, Priority::P4, 2, &[(at(-60, 0), None)]),
        life(6, Priority::P1, 1, &[(at(31, 23), Some(at(32, 1)))]),
    ]
}

#[test]
fn each_figure_has_its_own_population() {
    let targets = [
        target(2, at(3, 13), Some(at(3, 11))),
        // A stop at the very second is in time.
        target(3, at(5, 12), Some(at(5, 12))),
        target(1, at(1, 4), Some(at(2, 0))),
        // Due in October and not done by now.
        target(5, at(10, 0), None),
        // Due in November.
        target(6, at(32, 3), Some(at(32, 1))),
    ];
    let figures = figures(october(), &lives(), &targets, Vec::new(), at(50, 0));
    assert_eq!((figures.opened, figures.resolved, figures.reopened), (4, 3, 1));
    assert_eq!((figures.backlog, figures.open()), ([1, 0, 1, 1], 3));
    assert_eq!(figures.met(), (2, 4));
    assert_eq!(figures.breaches.iter().map(|breach| breach.number).collect::<Vec<_>>(), [1, 5]);
    assert_eq!(figures.rescued, (3, 1), "the one that was met two hours before was never at risk");
    assert_eq!((figures.resolve.n, figures.resolve.median), (3, Some(3 * 3600)));
    assert_eq!(figures.acknowledge.n, 4, "the first was acknowledged in September");
    assert_eq!(figures.recurring, [(1, 3)]);
}

#[test]
fn what_is_not_due_yet_is_neither_met_nor_broken() {
    let running = [target(2, at(20, 0), None)];
    let figures = figures(october(), &lives(), &running, Vec::new(), at(10, 0));
    assert_eq!(figures.met(), (0, 0));
}

fn told(offset: i64, figures: Figures) -> Told {
    let period = Period::current(Unit::Month, at(1 + offset * 30, 12), &TimeZone::UTC).expect("a month");
    Told { period, figures }
}

fn digest(figures: Figures) -> Digest {
    let before = Figures {
        attained: vec![Attained {
            priority: Priority::P1,
            metric: Metric::Resolution,
            met: 9,
            breached: 1,
            corrected: 0,
        }],
        ..Figures::default()
    };
    Digest {
        told: told(0, figures),
        earlier: vec![told(-2, Figures::default()), told(-1, before)],
        published: None,
        services: [(1, "checkout".to_owned()), (2, "=payments, \"EU\"".to_owned())].into(),
        links: [(1, "https://discord.com/channels/1/2/3".to_owned())].into(),
        zone: (TimeZone::UTC, "UTC".to_owned()),
        made_at: at(32, 8),
        late_since: None,
    }
}

fn full() -> Figures {
    let targets = [
        target(2, at(3, 13), Some(at(3, 11))),
        target(1, at(1, 4), Some(at(2, 0))),
        Target { metric: Metric::Response, ..target(3, at(5, 12), Some(at(5, 11))) },
        Target { priority: Priority::P3, service: Some(2), ..target(5, at(10, 0), None) },
    ];
    let availability = vec![
        Availability {
            service: 1,
            agreed: 2_678_400,
            down: 2_600,
            outages: 2,
            objective: Some(999_000),
            budget: Some((2_678, 2_600)),
        },
        Availability { service: 2, agreed: 0, down: 0, outages: 0, objective: None, budget: None },
    ];
    figures(october(), &lives(), &targets, availability, at(50, 0))
}

#[test]
fn the_message_reads_in_ten_seconds() {
    assert_snapshot!(text::text(&digest(full())), @r#"
    ## 📊 Service levels · October 2026
    🔴 **2 of 4 targets broken**, 50.0 % met · ▼ 40.0 points
    `P1` 🟢 response 1 of 1 · 🔴 resolution **50.0 %** (1 of 2)
    `P3` 🔴 resolution **0.0 %** (0 of 1)
    > [INC-1](https://discord.com/channels/1/2/3) · P1 resolution · checkout · 20 h late
    > INC-5 · P3 resolution · =payments, "EU" · still open
    **Incidents** 4 opened · 3 resolved (1 reopened) · 3 open, the oldest 92 d · 0 of 2 at risk rescued
    **Acknowledge** median 3 min (max 6 min, mean 3 min, n 4) · **Resolve** median 3 h (max 2 d, mean 17 h 40, n 3)
    🟢 **checkout** 99.902 % · budget 2 % left · 2 outages
    🔁 **Again and again** checkout (3)
    -# Each figure with its definition is in `digest.html`, the numbers in `digest.csv`.
    "#);
}

#[test]
fn an_empty_period_posts_its_zeros_and_a_late_one_says_so() {
    let empty = Digest { late_since: Some(at(32, 8)), ..digest(Figures::default()) };
    assert_snapshot!(text::text(&empty), @"
    ## 📊 Service levels · October 2026
    ⚪ No target was due.
    ⏰ It is late: it was due <t:1793520000:f>.
    **Incidents** 0 opened · 0 resolved · 0 open
    **Acknowledge** no data · **Resolve** no data
    -# Each figure with its definition is in `digest.html`, the numbers in `digest.csv`.
    ");
}

#[test]
fn what_was_published_stays_and_what_differs_is_an_adjustment() {
    let mut published = full();
    published.attained[0].met += 1;
    published.opened += 2;
    let adjusted = Digest { published: Some((at(32, 8), published)), ..digest(full()) };
    let text = text::text(&adjusted);
    assert_snapshot!(text.split("✏️").nth(1).unwrap_or_default(), @"
     **Adjusted** since it was published on Sun 1 Nov 2026, 08:00
    > incidents opened: 6 → 4
    > P1 response met: 2 of 2 → 1 of 1
    -# Each figure with its definition is in `digest.html`, the numbers in `digest.csv`.
    ");
}

#[test]
fn the_tables_are_tidy_and_no_formula() {
    assert_snapshot!(tables::figures(&digest(full())).replace("\r\n", "\n"), @r#"
    period,figure,of,value,unit,n
    2026-08,incidents-opened,,0,incidents,0
    2026-08,incidents-resolved,,0,incidents,0
    2026-08,incidents-reopened,,0,incidents,0
    2026-08,backlog,0-1 d,0,incidents,0
    2026-08,backlog,2-7 d,0,incidents,0
    2026-08,backlog,8-30 d,0,incidents,0
    2026-08,backlog,over 30 d,0,incidents,0
    2026-08,at-risk-reached,,0,targets,0
    2026-08,at-risk-rescued,,0,targets,0
    2026-08,time-to-acknowledge-median,,,seconds,0
    2026-08,time-to-acknowledge-p90,,,seconds,0
    2026-08,time-to-acknowledge-mean,,,seconds,0
    2026-08,time-to-acknowledge-longest,,,seconds,0
    2026-08,time-to-resolve-median,,,seconds,0
    2026-08,time-to-resolve-p90,,,seconds,0
    2026-08,time-to-resolve-mean,,,seconds,0
    2026-08,time-to-resolve-longest,,,seconds,0
    2026-09,incidents-opened,,0,incidents,0
    2026-09,incidents-resolved,,0,incidents,0
    2026-09,incidents-reopened,,0,incidents,0
    2026-09,backlog,0-1 d,0,incidents,0
    2026-09,backlog,2-7 d,0,incidents,0
    2026-09,backlog,8-30 d,0,incidents,0
    2026-09,backlog,over 30 d,0,incidents,0
    2026-09,targets-met,P1 resolution,9,targets,10
    2026-09,targets-broken,P1 resolution,1,targets,10
    2026-09,targets-met-by-correction,P1 resolution,0,targets,10
    2026-09,at-risk-reached,,0,targets,0
    2026-09,at-risk-rescued,,0,targets,0
    2026-09,time-to-acknowledge-median,,,seconds,0
    2026-09,time-to-acknowledge-p90,,,seconds,0
    2026-09,time-to-acknowledge-mean,,,seconds,0
    2026-09,time-to-acknowledge-longest,,,seconds,0
    2026-09,time-to-resolve-median,,,seconds,0
    2026-09,time-to-resolve-p90,,,seconds,0
    2026-09,time-to-resolve-mean,,,seconds,0
    2026-09,time-to-resolve-longest,,,seconds,0
    2026-10,incidents-opened,,4,incidents,4
    2026-10,incidents-resolved,,3,incidents,3
    2026-10,incidents-reopened,,1,incidents,3
    2026-10,backlog,0-1 d,1,incidents,3
    2026-10,backlog,2-7 d,0,incidents,3
    2026-10,backlog,8-30 d,1,incidents,3
    2026-10,backlog,over 30 d,1,incidents,3
    2026-10,targets-met,P1 response,1,targets,1
    2026-10,targets-broken,P1 response,0,targets,1
    2026-10,targets-met-by-correction,P1 response,0,targets,1
    2026-10,targets-met,P1 resolution,1,targets,2
    2026-10,targets-broken,P1 resolution,1,targets,2
    2026-10,targets-met-by-correction,P1 resolution,0,targets,2
    2026-10,targets-met,P3 resolution,0,targets,1
    2026-10,targets-broken,P3 resolution,1,targets,1
    2026-10,targets-met-by-correction,P3 resolution,0,targets,1
    2026-10,at-risk-reached,,2,targets,2
    2026-10,at-risk-rescued,,0,targets,2
    2026-10,time-to-acknowledge-median,,180,seconds,4
    2026-10,time-to-acknowledge-p90,,,seconds,4
    2026-10,time-to-acknowledge-mean,,225,seconds,4
    2026-10,time-to-acknowledge-longest,,360,seconds,4
    2026-10,time-to-resolve-median,,10800,seconds,3
    2026-10,time-to-resolve-p90,,,seconds,3
    2026-10,time-to-resolve-mean,,63600,seconds,3
    2026-10,time-to-resolve-longest,,172800,seconds,3
    2026-10,agreed-time,checkout,2678400,seconds,2
    2026-10,down-time,checkout,2600,seconds,2
    2026-10,availability,checkout,99.90292,percent,2
    2026-10,objective,checkout,99.9000,percent,2
    2026-10,error-budget-left,checkout,2,percent,2
    2026-10,agreed-time,"'=payments, ""EU""",0,seconds,0
    2026-10,down-time,"'=payments, ""EU""",0,seconds,0
    2026-10,availability,"'=payments, ""EU""",,percent,0
    2026-10,objective,"'=payments, ""EU""",,percent,0
    2026-10,error-budget-left,"'=payments, ""EU""",,percent,0
    2026-10,recurring,checkout,3,incidents,3
    "#);
    assert_snapshot!(tables::breaches(&digest(full())).replace("\r\n", "\n"), @r#"
    incident,priority,metric,service,due,done,late-seconds
    INC-1,P1,resolution,checkout,2026-10-01T04:00:00+00:00,2026-10-02T00:00:00+00:00,72000
    INC-5,P3,resolution,"'=payments, ""EU""",2026-10-10T00:00:00+00:00,,
    "#);
}

#[test]
fn the_page_holds_every_figure_and_loads_nothing() {
    let digest = digest(full());
    let pictures = [pictures::attained(&digest).expect("drawn"), pictures::trend(&digest).expect("drawn")];
    let page = page::render(&digest, &pictures);
    for part in [
        "October 2026",
        "1 of 2",
        "=payments, &#34;EU&#34;",
        "99.9029 %",
        "data:image/png;base64,",
        "P1 resolution",
        "What the figures mean",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("src=\"http"));
}
