//! The figures of an incident. Each is the time between two milestones, and both are named wherever it is shown, since the names of such
//! figures mean different things to different people. A milestone that is not recorded gives no figure, rather than a zero.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::incident::Kind;
use crate::incident::history::{History, Hold, Milestone};

/// A milestone, as a figure names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Point {
    /// The impact began.
    Started,
    /// Somebody, or something, noticed.
    Detected,
    /// It was declared.
    Declared,
    /// A human took it.
    Acknowledged,
    /// The cause was found.
    Identified,
    /// Its effect was made less.
    Mitigated,
    /// Service came back, for the last time.
    Restored,
    /// It was said that service is back.
    Resolved,
    /// It came to an end.
    Closed,
}

impl Point {
    /// All, in the order in which they are read.
    pub const ALL: [Self; 9] = [
        Self::Started,
        Self::Detected,
        Self::Declared,
        Self::Acknowledged,
        Self::Identified,
        Self::Mitigated,
        Self::Restored,
        Self::Resolved,
        Self::Closed,
    ];

    /// The name: `started`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Detected => "detected",
            Self::Declared => "declared",
            Self::Acknowledged => "acknowledged",
            Self::Identified => "identified",
            Self::Mitigated => "mitigated",
            Self::Restored => "restored",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// The milestone in `history`, if it is recorded.
    pub fn of(self, history: &History) -> Option<&Milestone> {
        let milestones = &history.milestones;
        match self {
            Self::Started => milestones.started.as_ref(),
            Self::Detected => milestones.detected.as_ref(),
            Self::Declared => milestones.declared.as_ref(),
            Self::Acknowledged => milestones.acknowledged.as_ref().map(|acknowledged| &acknowledged.milestone),
            Self::Identified => milestones.identified.as_ref(),
            Self::Mitigated => milestones.mitigated.as_ref(),
            Self::Restored => milestones.restored.as_ref(),
            Self::Resolved => milestones.resolved.as_ref(),
            Self::Closed => milestones.closed.as_ref().map(|ended| &ended.milestone),
        }
    }
}

/// Why a figure has no value, or what to know about the one that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// A milestone is not recorded.
    Missing(Point),
    /// The second milestone lies before the first, so the time between them would be negative.
    Backwards,
    /// Nobody said that they took it: the acknowledgement follows from the resolution.
    Implied,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// A name for machines, which stays: `time-to-restore`.
    pub id: &'static str,
    /// A name for people.
    pub name: &'static str,
    /// The milestone that it is measured from.
    pub from: Point,
    /// The milestone that it is measured to.
    pub to: Point,
    /// Whether time on hold is left out.
    pub without_holds: bool,
    /// How long; never negative.
    pub value: Option<TimeDelta>,
    /// What to know about it.
    pub note: Option<Note>,
    /// The numbers of the journal entries that it rests on.
    pub entries: Vec<i64>,
}

/// Each figure: id, name, its pair of milestones, whether time on hold is left out.
const METRICS: [(&str, &str, Point, Point, bool); 6] = [
    ("time-to-detect", "Time to detect", Point::Started, Point::Detected, false),
    ("time-to-acknowledge", "Time to acknowledge", Point::Declared, Point::Acknowledged, false),
    ("time-to-mitigate", "Time to mitigate", Point::Declared, Point::Mitigated, false),
    ("time-to-restore", "Time to restore", Point::Declared, Point::Restored, false),
    ("time-to-restore-without-holds", "Time to restore, without time on hold", Point::Declared, Point::Restored, true),
    ("impact-duration", "Impact duration", Point::Started, Point::Restored, false),
];

/// The figures of an incident, in the order in which they are read.
pub fn metrics(history: &History) -> Vec<Metric> {
    METRICS
        .into_iter()
        .map(|(id, name, from, to, without_holds)| {
            let mut metric = Metric { id, name, from, to, without_holds, value: None, note: None, entries: Vec::new() };
            metric.measure(history);
            metric
        })
        .collect()
}

/// Whether incidents of that kind count in statistics. Drills and tests are no service to anybody, and what was written down afterwards
/// has the times of its writing.
pub fn counts(kind: Kind) -> bool {
    match kind {
        Kind::Live => true,
        Kind::Drill | Kind::Test | Kind::Backfilled => false,
    }
}

impl Metric {
    fn measure(&mut self, history: &History) {
        let (Some(from), Some(to)) = (self.from.of(history), self.to.of(history)) else {
            let missing = if self.from.of(history).is_none() { self.from } else { self.to };
            self.note = Some(Note::Missing(missing));
            return;
        };
        self.entries.extend(from.entries.iter().chain(&to.entries));
        let between = to.at - from.at;
        if between < TimeDelta::zero() {
            self.note = Some(Note::Backwards);
        } else if self.without_holds {
            let (held, entries) = held(&history.holds, from.at, to.at);
            self.value = Some(between - held);
            self.entries.extend(entries);
        } else {
            self.value = Some(between);
        }
        let implied = history.milestones.acknowledged.as_ref().is_some_and(|acknowledged| acknowledged.implied);
        if self.to == Point::Acknowledged && implied && self.value.is_some() {
            self.note = Some(Note::Implied);
        }
        self.entries.sort_unstable();
        self.entries.dedup();
    }
}

/// How much of the time between `from` and `to` was spent on hold, and the entries that say so.
fn held(holds: &[Hold], from: DateTime<Utc>, to: DateTime<Utc>) -> (TimeDelta, Vec<i64>) {
    let inside = holds.iter().map(|hold| (hold.from.max(from), hold.until.unwrap_or(to).min(to), &hold.entries));
    let mut inside: Vec<_> = inside.filter(|(begin, end, _)| begin < end).collect();
    inside.sort();
    let mut total = TimeDelta::zero();
    let mut counted = from;
    for (begin, end, _) in &inside {
        // A correction may have moved one hold into another: no time counts twice.
        total += (*end - counted.max(*begin)).max(TimeDelta::zero());
        counted = counted.max(*end);
    }
    (total, inside.into_iter().flat_map(|(_, _, entries)| entries.clone()).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::incident::history::made::{Entries, minute, plain};

    fn value(history: &History, id: &str) -> Option<i64> {
        let metric = metrics(history).into_iter().find(|metric| metric.id == id).expect("it is one of them");
        metric.value.map(|value| value.num_minutes())
    }

    #[test]
    fn what_is_not_recorded_gives_no_figure_and_names_what_is_missing() {
        let history = History::of(&Entries::declared(0).list);
        for metric in metrics(&history) {
            assert_eq!(metric.value, None);
            assert!(matches!(metric.note, Some(Note::Missing(_))), "{metric:?}");
        }
    }

    #[test]
    fn each_figure_is_its_pair_of_milestones() {
        let mut entries = Entries::declared(0);
        entries.mark((1, -20), 1, "started", "then");
        entries.mark((2, -5), 1, "detected", "then");
        entries.ack(4, 1);
        entries.mark((30, 25), 1, "mitigated", "then");
        entries.add(40, 1, "incident.hold", &[("state", plain("on-hold"))]);
        entries.add(55, 1, "incident.resume", &[("state", plain("in-progress"))]);
        entries.resolve(70, 65, 1);
        let history = History::of(&entries.list);
        let values: Vec<_> = metrics(&history).iter().map(|metric| (metric.id, value(&history, metric.id))).collect();
        assert_eq!(
            values,
            [
                ("time-to-detect", Some(15)),
                ("time-to-acknowledge", Some(4)),
                ("time-to-mitigate", Some(25)),
                ("time-to-restore", Some(65)),
                ("time-to-restore-without-holds", Some(50)),
                ("impact-duration", Some(85)),
            ]
        );
    }

    #[test]
    fn a_time_that_runs_backwards_is_no_figure() {
        let mut entries = Entries::declared(0);
        entries.mark((5, -10), 1, "mitigated", "before anybody declared it");
        let history = History::of(&entries.list);
        let metric = metrics(&history).into_iter().find(|metric| metric.id == "time-to-mitigate").expect("it is there");
        assert_eq!((metric.value, metric.note), (None, Some(Note::Backwards)));
    }

    #[test]
    fn only_what_was_live_counts() {
        assert!(counts(Kind::Live));
        for kind in [Kind::Drill, Kind::Test, Kind::Backfilled] {
            assert!(!counts(kind));
        }
    }

    proptest! {
        #[test]
        fn figures_are_never_negative_and_time_on_hold_only_shortens(
            started in -60_i64..60,
            mitigated in -60_i64..300,
            holds in proptest::collection::vec((0_i64..120, 0_i64..120), 0..4),
            restored in -60_i64..900,
        ) {
            let mut entries = Entries::declared(0);
            entries.mark((60, started), 1, "started", "then");
            entries.mark((61, mitigated), 1, "mitigated", "then");
            let mut now = 61;
            for (before, length) in holds {
                now += before;
                entries.add(now, 1, "incident.hold", &[("state", plain("on-hold"))]);
                now += length;
                entries.add(now, 1, "incident.resume", &[("state", plain("in-progress"))]);
            }
            entries.resolve(now + 900, restored, 1);
            let history = History::of(&entries.list);
            for metric in metrics(&history) {
                prop_assert!(metric.value.is_none_or(|value| value >= TimeDelta::zero()));
                prop_assert_eq!(metric.value.is_none(), matches!(metric.note, Some(Note::Missing(_) | Note::Backwards)));
            }
            let (whole, short) = (value(&history, "time-to-restore"), value(&history, "time-to-restore-without-holds"));
            prop_assert_eq!(whole.is_some(), restored >= 0);
            prop_assert!(short <= whole);
            if let (Some(whole), Some(impact)) = (whole, value(&history, "impact-duration")) {
                prop_assert_eq!(whole - started, impact);
            }
        }

        #[test]
        fn a_corrected_milestone_changes_the_figure_by_as_much(started in -300_i64..0, by in -300_i64..300) {
            let mut entries = Entries::declared(0);
            let mark = entries.mark((5, started), 1, "started", "then");
            entries.resolve(400, 400, 1);
            let before = value(&History::of(&entries.list), "impact-duration").expect("it is measured");
            entries.correct(500, 1, mark, Some(started + by), "then");
            let history = History::of(&entries.list);
            prop_assert_eq!(history.milestones.started.as_ref().map(|milestone| milestone.at), Some(minute(started + by)));
            prop_assert_eq!(value(&history, "impact-duration"), Some(before - by));
        }
    }
}
