//! Whether the promises were kept, for the post-incident summary.

use chrono::{DateTime, Utc};

use crate::error::Error;
use crate::incident::history::{History, Hold};
use crate::incident::{HoldReason, Incident, Kind};
use crate::journal::Told;
use crate::level::amount::length;
use crate::level::{self, Metric, Verdict, clock};
use crate::report::summary::model;
use crate::store::Tx;

/// The verdict of each target, with the entries that it rests on; none for what is not measured.
pub async fn verdicts(
    tx: &mut Tx,
    incident: &Incident,
    entries: &[Told],
    now: DateTime<Utc>,
) -> Result<Option<Vec<model::Verdict>>, Error> {
    if incident.kind != Kind::Live {
        return Ok(None);
    }
    let book = level::store::book(tx, incident.guild).await?;
    let history = History::of(entries);
    let course = super::course::of(incident, &history);
    let mut verdicts = Vec::new();
    for metric in Metric::ALL {
        let Some(clock) = clock::run(&book, &course, metric) else { continue };
        let Some(calendar) = clock.calendar(&book) else { continue };
        let verdict = clock.verdict(calendar, now.into());
        let milestones = &history.milestones;
        let end: &[i64] = match metric {
            Metric::Response => super::course::response(&history).map_or(&[], |(_, entries)| entries),
            Metric::Resolution => {
                let end = milestones.restored.as_ref().or(milestones.resolved.as_ref());
                end.map_or(&[], |end| &end.entries)
            }
        };
        let mut rests: Vec<i64> = milestones.declared.iter().flat_map(|declared| declared.entries.clone()).collect();
        rests.extend(end);
        // A wait that counted explains nothing.
        let not_counted = |hold: &&Hold| {
            let reason = hold.reason.as_deref().and_then(HoldReason::named);
            reason.is_some_and(|reason| clock.promise.pauses.contains(&reason))
        };
        rests.extend(history.holds.iter().filter(not_counted).flat_map(|hold| hold.entries.iter().copied()));
        rests.sort_unstable();
        rests.dedup();
        let used = clock.elapsed(calendar, now.into());
        let agreement = book.agreement(clock.promise.agreement).map_or("", |agreement| agreement.name.as_str());
        verdicts.push(model::Verdict {
            name: if metric == Metric::Response { "Response" } else { "Resolution" }.to_owned(),
            target: format!("{} in {}", clock.promise.amount.in_words(), calendar.name),
            actual: clock.stopped_at.map(|_| length(used)),
            met: match verdict {
                Verdict::Met | Verdict::MetByCorrection => Some(true),
                Verdict::Breached(_) => Some(false),
                Verdict::Open | Verdict::Void => None,
            },
            arithmetic: arithmetic(&clock, calendar, used, agreement, verdict),
            entries: rests,
        });
    }
    Ok(Some(verdicts))
}

fn arithmetic(clock: &level::Clock, calendar: &level::Named, used: i64, agreement: &str, verdict: Verdict) -> String {
    let paused: i64 = clock
        .segments
        .iter()
        .filter(|segment| !segment.counted)
        .filter_map(|segment| Some(calendar.timetable.between(segment.from, segment.until?)))
        .sum();
    let mut words = vec![format!("{} of {} used, by {agreement}", length(used), length(clock.promise.seconds))];
    if paused > 0 {
        words.push(format!("{} of waiting not counted", length(paused)));
    }
    match clock.generation {
        ..=1 => {}
        2 => words.push("promised anew once".to_owned()),
        generation => words.push(format!("promised anew {} times", generation - 1)),
    }
    if verdict == Verdict::MetByCorrection {
        words.push("met by correction: a breach had been told before".to_owned());
    }
    words.join("; ")
}
