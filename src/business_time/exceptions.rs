//! Days that are not as the others: holidays, and one-off openings.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::week::{Intervals, WeekFault};

/// The most exceptions of one calendar: thirty years of bank holidays.
const MOST: usize = 1000;

/// What a date is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    /// Its hours; none when it is closed.
    pub hours: Option<Intervals>,
    /// What it is called.
    pub name: Option<String>,
}

/// Exceptions by local date. The hours of one replace what the week says of that date, and of that date alone: a night shift of the day
/// before ends at its midnight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions(pub(super) BTreeMap<Date, Exception>);

/// Why exceptions cannot be read, or one cannot be added. Its words are for whoever wrote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DaysFault {
    /// No date.
    #[error("`{0}` does not begin with a date such as `2026-12-25`.")]
    NoDate(String),
    /// The date is there already.
    #[error("{0} is given twice. Remove the first, or change it.")]
    Twice(Date),
    /// Its hours cannot be read.
    #[error("{0}: {1}")]
    Hours(Date, WeekFault),
    /// Its name begins as hours do, and would be taken for them.
    #[error("{0}: `{1}` reads like more hours. Begin the name with a word.")]
    Name(Date, String),
    /// Too many.
    #[error("A calendar has at most {MOST} exceptional days. Remove those that are long past.")]
    TooMany,
}

impl Exceptions {
    /// What stands on `date`, as people read it, if it is an exception.
    pub fn on(&self, date: Date) -> Option<String> {
        self.0.get(&date).map(ToString::to_string)
    }

    /// Adds an exception; closed without `hours`.
    ///
    /// # Errors
    /// When that date is one already, when there are too many, or when its name would be read as hours.
    pub fn insert(&mut self, date: Date, hours: Option<Intervals>, name: Option<String>) -> Result<(), DaysFault> {
        if self.0.contains_key(&date) {
            return Err(DaysFault::Twice(date));
        }
        if self.0.len() >= MOST {
            return Err(DaysFault::TooMany);
        }
        // What is written down must be read again as it was meant.
        if let Some(first) = name.as_ref().and_then(|name| name.split_whitespace().next())
            && hours.is_some()
            && looks_like_hours(first)
        {
            return Err(DaysFault::Name(date, first.to_owned()));
        }
        self.0.insert(date, Exception { hours, name });
        Ok(())
    }

    /// Makes `date` a day as the others. False when it was one.
    pub fn remove(&mut self, date: Date) -> bool {
        self.0.remove(&date).is_some()
    }

    /// The dates with what stands on them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Date, String)> + '_ {
        self.0.iter().map(|(date, exception)| (*date, exception.to_string()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a word stands for hours, be they wrong, and is no part of a name.
fn looks_like_hours(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('-')
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.hours {
            Some(hours) => hours.fmt(f)?,
            None => f.write_str("closed")?,
        }
        self.name.as_ref().map_or(Ok(()), |name| write!(f, " {name}"))
    }
}

impl fmt::Display for Exceptions {
    /// A line for each: `2026-12-25 closed Christmas Day`, `2026-12-28 10:00-14:00 Sale`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(|(date, exception)| format!("{date} {exception}")).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl FromStr for Exceptions {
    type Err = DaysFault;

    fn from_str(text: &str) -> Result<Self, DaysFault> {
        let mut days = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let no_date = || DaysFault::NoDate(line.to_owned());
            let (date, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let date: Date = date.parse().map_err(|_| no_date())?;
            let mut words = rest.split_whitespace().peekable();
            let mut hours = Vec::new();
            while let Some(word) = words.next_if(|word| looks_like_hours(word)) {
                hours.push(word);
            }
            let hours = if hours.is_empty() {
                words.next_if(|word| word.eq_ignore_ascii_case("closed"));
                None
            } else {
                Some(hours.join(" ").parse().map_err(|why| DaysFault::Hours(date, why))?)
            };
            let name = words.collect::<Vec<_>>().join(" ");
            days.insert(date, hours, Some(name).filter(|name| !name.is_empty()))?;
        }
        Ok(days)
    }
}
