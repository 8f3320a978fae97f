//! Weekly hours as people write them: `Mon-Thu 08:00-12:00 13:00-17:00, Fri 22:00-06:00`, `24x7`.

use std::fmt;
use std::str::FromStr;

/// Minutes of a day.
pub(super) const DAY: u32 = 24 * 60;
/// The days, as they are shown; Monday is 0.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Intervals `[from, to)` of local minutes of one day, in order and apart; `24:00` is an end only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Intervals(pub(super) Vec<(u32, u32)>);

/// The intervals of each weekday. One that goes past midnight belongs to the day on which it begins, and ends after minute 1,440.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Week(pub(super) [Vec<(u32, u32)>; 7]);

/// Why hours cannot be read. Its words are for whoever wrote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeekFault {
    /// There is nothing.
    #[error("There are no hours in it. Write them like `Mon-Fri 09:00-17:30`; around the clock is `24x7`.")]
    Empty,
    /// A word that is neither day nor time.
    #[error(
        "`{0}` is neither a day (`Mon Tue Wed Thu Fri Sat Sun`, `Mon-Fri`, `daily`) nor a time such as `09:00-17:30`."
    )]
    Unreadable(String),
    /// A time that no clock shows.
    #[error("`{0}` is no time of day. Hours go from `00:00` to `24:00`, and `24:00` can only be an end.")]
    NoTime(String),
    /// Empty, or the whole day?
    #[error("`{0}` begins and ends at the same minute. For the whole day write `00:00-24:00`.")]
    SameEnds(String),
    /// Hours without a day, or a day without hours.
    #[error("`{0}` stands alone. Write days and then hours, such as `Mon-Fri 09:00-17:30`.")]
    Alone(String),
    /// Two intervals have minutes in common.
    #[error("{0} and {1} overlap. Give each minute once.")]
    Overlap(String, String),
    /// On a single date an interval has to end by midnight.
    #[error(
        "`{0}` goes past midnight. The hours of a single date end by `24:00`; give the next date hours of its own."
    )]
    PastMidnight(String),
}

impl Week {
    /// Around the clock.
    pub fn always() -> Self {
        Self(std::array::from_fn(|_| vec![(0, DAY)]))
    }

    /// The open minutes of the week from Monday 00:00, cut at each midnight, in order and united.
    pub(super) fn minutes(&self) -> Vec<(u32, u32)> {
        let mut cut = Vec::new();
        for (day, intervals) in (0_u32..).zip(&self.0) {
            for &(from, to) in intervals {
                cut.push((day * DAY + from, day * DAY + to.min(DAY)));
                if to > DAY {
                    let next = (day + 1) % 7;
                    cut.push((next * DAY, next * DAY + to - DAY));
                }
            }
        }
        cut.sort_unstable();
        cut
    }

    /// Two intervals that have minutes in common.
    fn overlap(&self) -> Option<WeekFault> {
        let cut = self.minutes();
        let pair = cut.windows(2).find(|pair| pair[1].0 < pair[0].1)?;
        let show = |&(from, to): &(u32, u32)| {
            let day = DAYS[usize::try_from(from / DAY).unwrap_or_default() % 7];
            format!("`{day} {}-{}`", clock(from % DAY), clock(to - from / DAY * DAY))
        };
        Some(WeekFault::Overlap(show(&pair[0]), show(&pair[1])))
    }
}

impl FromStr for Week {
    type Err = WeekFault;

    fn from_str(text: &str) -> Result<Self, WeekFault> {
        let text = text.replace(['–', '—', '−'], "-").replace(" - ", "-");
        if ["24x7", "24/7", "24×7"].contains(&text.trim().to_lowercase().as_str()) {
            return Ok(Self::always());
        }
        let mut week = Self::default();
        let (mut days, mut hours): (Vec<usize>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
        let mut last = String::new();
        for word in text.split([' ', ',', ';', '\n', '\t']).map(str::trim).filter(|word| !word.is_empty()) {
            if word.starts_with(|c: char| c.is_ascii_digit()) {
                if days.is_empty() {
                    return Err(WeekFault::Alone(word.to_owned()));
                }
                hours.push(interval(word)?);
            } else {
                if !hours.is_empty() {
                    week.add(&days, &hours);
                    (days, hours) = (Vec::new(), Vec::new());
                }
                days.extend(these_days(word).ok_or_else(|| WeekFault::Unreadable(word.to_owned()))?);
            }
            word.clone_into(&mut last);
        }
        match (days.is_empty(), hours.is_empty()) {
            (true, _) => return Err(WeekFault::Empty),
            (false, true) => return Err(WeekFault::Alone(last)),
            (false, false) => week.add(&days, &hours),
        }
        week.0.iter_mut().for_each(|intervals| intervals.sort_unstable());
        week.overlap().map_or(Ok(week), Err)
    }
}

impl Week {
    fn add(&mut self, days: &[usize], hours: &[(u32, u32)]) {
        for &day in days {
            self.0[day].extend_from_slice(hours);
        }
    }
}

impl fmt::Display for Week {
    /// Days that are alike stand together: `Mon-Fri 09:00-17:30, Sat 10:00-14:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::always() {
            return f.write_str("24x7");
        }
        let mut groups: Vec<(usize, usize)> = Vec::new();
        for day in 0..7 {
            match groups.last_mut() {
                Some((_, last)) if *last + 1 == day && self.0[*last] == self.0[day] => *last = day,
                _ => groups.push((day, day)),
            }
        }
        let words: Vec<String> = groups
            .into_iter()
            .filter(|(first, _)| !self.0[*first].is_empty())
            .map(|(first, last)| {
                let days =
                    if first == last { DAYS[first].to_owned() } else { format!("{}-{}", DAYS[first], DAYS[last]) };
                format!("{days} {}", show(&self.0[first]))
            })
            .collect();
        f.write_str(&words.join(", "))
    }
}

impl FromStr for Intervals {
    type Err = WeekFault;

    fn from_str(text: &str) -> Result<Self, WeekFault> {
        let text = text.replace(['–', '—', '−'], "-").replace(" - ", "-");
        let mut intervals = text
            .split([' ', ',', ';'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(|word| match interval(word)? {
                (_, to) if to > DAY => Err(WeekFault::PastMidnight(word.to_owned())),
                interval => Ok(interval),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if intervals.is_empty() {
            return Err(WeekFault::Empty);
        }
        intervals.sort_unstable();
        match intervals.windows(2).find(|pair| pair[1].0 < pair[0].1) {
            Some(pair) => Err(WeekFault::Overlap(format!("`{}`", show(&pair[..1])), format!("`{}`", show(&pair[1..])))),
            None => Ok(Self(intervals)),
        }
    }
}

impl fmt::Display for Intervals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show(&self.0))
    }
}

fn show(intervals: &[(u32, u32)]) -> String {
    let words: Vec<String> = intervals
        .iter()
        .map(|&(from, to)| format!("{}-{}", clock(from), clock(if to > DAY { to - DAY } else { to })))
        .collect();
    words.join(" ")
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `09:00-17:30`, `9-17`, `22:00-06:00`; the end of one past midnight lies after minute 1,440.
fn interval(word: &str) -> Result<(u32, u32), WeekFault> {
    let (from, to) = word.split_once('-').ok_or_else(|| WeekFault::Unreadable(word.to_owned()))?;
    let (from, to) = (minute(from)?, minute(to)?);
    if from >= DAY {
        return Err(WeekFault::NoTime(word.to_owned()));
    }
    match from.cmp(&to) {
        std::cmp::Ordering::Equal => Err(WeekFault::SameEnds(word.to_owned())),
        std::cmp::Ordering::Less => Ok((from, to)),
        // Midnight as an end is the end of the day.
        std::cmp::Ordering::Greater => Ok((from, to + DAY)),
    }
}

fn minute(text: &str) -> Result<u32, WeekFault> {
    let wrong = || WeekFault::NoTime(text.to_owned());
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "0"));
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2 && !text.starts_with('+'));
    let (hour, minute) = (number(hour).ok_or_else(wrong)?, number(minute).ok_or_else(wrong)?);
    let all = hour * 60 + minute;
    if minute < 60 && all <= DAY { Ok(all) } else { Err(wrong()) }
}

/// `Mon`, `Mon-Fri`, `Sat-Mon`, `daily`, `weekdays`, `weekend`.
fn these_days(word: &str) -> Option<Vec<usize>> {
    let word = word.trim_end_matches(':').to_lowercase();
    match word.as_str() {
        "daily" | "everyday" => return Some((0..7).collect()),
        "weekdays" | "workdays" => return Some((0..5).collect()),
        "weekend" | "weekends" => return Some(vec![5, 6]),
        _ => {}
    }
    let (first, last) = word.split_once('-').unwrap_or((&word, &word));
    let (first, last) = (day(first)?, day(last)?);
    Some((0..7).map(|step| (first + step) % 7).take((last + 7 - first) % 7 + 1).collect())
}

/// At least two letters of a day's English name.
fn day(word: &str) -> Option<usize> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.trim_end_matches('.');
    NAMES.iter().position(|name| word.len() >= 2 && name.starts_with(word))
}
