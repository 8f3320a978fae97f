//! From what happened to where a clock stands.

use super::{Clock, Course, Reason, Segment, State, Told};
use crate::business_time::Instant;
use crate::level::Metric;
use crate::level::book::{Book, Promise, Question};

/// Where the clock of `metric` stands after `course`; none when nothing is promised.
pub fn run(book: &Book, course: &Course, metric: Metric) -> Option<Clock> {
    let start = course.declared?;
    let end = end(course, metric);
    let mut held: Option<Clock> = None;
    // The entry that brought the promise: what was told before it was told of another, even if that one's entry was taken back.
    let mut given = 0;
    for rating in &course.ratings {
        let is_first = held.is_none() && Instant::from(rating.at) <= start;
        if !is_first && end.is_some_and(|end| Instant::from(rating.at) >= end) {
            break;
        }
        let at = rating.at.max(start.into());
        let question = Question { metric, priority: rating.priority, service: rating.service, start, at };
        let Some(chosen) = book.promise(question) else {
            // Nothing is promised at that priority: what was promised before is no longer due.
            if let Some(clock) = held.as_mut() {
                clock.state = State::Void;
            }
            continue;
        };
        let promise = chosen.winner.promise;
        held = Some(match held.take() {
            Some(before) if is_the_same(&before.promise, &promise) && before.state != State::Void => {
                Clock { priority: rating.priority, service: rating.service, ..before }
            }
            before => {
                given = rating.entry;
                Clock {
                    metric,
                    generation: before.map_or(1, |before| before.generation + 1),
                    promise,
                    promised_at: at,
                    priority: rating.priority,
                    service: rating.service,
                    state: State::Running,
                    started_at: start,
                    stopped_at: None,
                    segments: Vec::new(),
                    told: std::collections::BTreeSet::new(),
                }
            }
        });
    }
    let mut clock = held?;
    clock.stopped_at = end;
    clock.segments = segments(course, &clock);
    // While it goes on, what was told before it was so (a pause was taken up again) is still to be told.
    let was_so = |told: &Told| {
        let at = book.calendars.get(&clock.promise.calendar).and_then(|hours| clock.reaches(hours, told.percent));
        end.is_some() || at.is_some_and(|at| at <= told.at)
    };
    clock.told = course
        .told
        .iter()
        .filter(|told| told.metric == metric && told.generation == clock.generation && told.entry > given)
        .filter(|told| was_so(told))
        .map(|told| told.percent)
        .collect();
    if course.void {
        clock.state = State::Void;
    } else if clock.state != State::Void {
        clock.state = match (end, clock.segments.last()) {
            (Some(_), _) => State::Stopped,
            (None, Some(last)) if !last.counted => State::Paused,
            _ => State::Running,
        };
    }
    Some(clock)
}

/// Versions of terms make another promise only where they promise something else.
fn is_the_same(before: &Promise, after: &Promise) -> bool {
    before.agreement == after.agreement && before.amount == after.amount && before.calendar == after.calendar
}

/// When the clock stopped, if it has.
fn end(course: &Course, metric: Metric) -> Option<Instant> {
    let start = course.declared?;
    let stop = match metric {
        Metric::Response => course.acknowledged,
        Metric::Resolution => course.stops.last().filter(|stop| stop.until.is_none()).map(|stop| stop.at),
    };
    // Service may have been back before anybody declared.
    stop.map(|stop| stop.max(start))
}

/// A moment at which the clock goes over into another stretch.
#[derive(Clone, Copy)]
struct Turn {
    at: Instant,
    /// Whether a reason not to count begins, or ends, or only the promise changes.
    change: i32,
    reason: Reason,
}

/// The stretches of `clock`, without a gap, from its start to its end or to no end.
fn segments(course: &Course, clock: &Clock) -> Vec<Segment> {
    let mut turns = Vec::new();
    for hold in &course.holds {
        let Some(reason) = hold.reason.filter(|reason| clock.promise.pauses.contains(reason)) else { continue };
        turns.push(Turn { at: hold.from, change: 1, reason: Reason::Hold(reason) });
        turns.extend(hold.until.map(|until| Turn { at: until, change: -1, reason: Reason::Resumed }));
    }
    if clock.metric == Metric::Resolution {
        for stop in &course.stops {
            let Some(until) = stop.until else { continue };
            turns.push(Turn { at: stop.at, change: 1, reason: Reason::Resolved });
            turns.push(Turn { at: until, change: -1, reason: Reason::Reopened });
        }
    }
    if clock.is_given_later() {
        turns.push(Turn { at: clock.promised_at.into(), change: 0, reason: Reason::Retargeted(clock.priority) });
    }
    turns.sort_by_key(|turn| (turn.at, turn.change));
    let mut segments = vec![Segment { from: clock.started_at, until: None, counted: true, reason: Reason::Declared }];
    let mut depth = 0;
    for turn in turns {
        let at = turn.at.max(clock.started_at);
        if clock.stopped_at.is_some_and(|stopped| at >= stopped) {
            break;
        }
        let before = depth;
        depth += turn.change;
        // A pause within a pause changes nothing, nor does a new promise while the clock waits.
        if turn.change != 0 && (before > 0) == (depth > 0) || turn.change == 0 && depth > 0 {
            continue;
        }
        let next = Segment { from: at, until: None, counted: depth == 0, reason: turn.reason };
        match segments.last_mut() {
            Some(last) if last.from == at => *last = next,
            Some(last) => {
                last.until = Some(at);
                segments.push(next);
            }
            None => segments.push(next),
        }
    }
    if let Some(last) = segments.last_mut() {
        last.until = clock.stopped_at;
    }
    segments
}
