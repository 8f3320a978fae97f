//! Whole seconds, and spans of them.

use std::ops::{Add, Sub};

use chrono::{DateTime, Utc};

/// A second of UTC, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The second `seconds` after 1970-01-01 00:00:00 UTC.
    pub const fn of(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl From<DateTime<Utc>> for Instant {
    /// The second that `at` lies in: arithmetic on service levels floors (DESIGN 5).
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp())
    }
}

impl From<Instant> for DateTime<Utc> {
    fn from(at: Instant) -> Self {
        DateTime::from_timestamp(at.0, 0).unwrap_or(if at.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }
}

impl Add<i64> for Instant {
    type Output = Self;

    fn add(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl Sub<i64> for Instant {
    type Output = Self;

    fn sub(self, seconds: i64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }
}

impl Sub for Instant {
    type Output = i64;

    fn sub(self, before: Self) -> i64 {
        self.0.saturating_sub(before.0)
    }
}

/// From one second up to, and without, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first second.
    pub from: Instant,
    /// The first second after it.
    pub until: Instant,
}

impl Span {
    /// Its seconds; none when it is turned around.
    pub fn seconds(self) -> i64 {
        (self.until - self.from).max(0)
    }

    /// What both have.
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), until: self.until.min(other.until) };
        (both.from < both.until).then_some(both)
    }
}

/// Spans that are united: in order, apart from each other, none empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// The spans, in order.
    pub fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many they are once they are united.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Seconds of all.
    pub fn seconds(&self) -> i64 {
        self.iter().map(Span::seconds).sum()
    }

    /// What lies in these or in `others`.
    #[must_use]
    pub fn or(&self, others: &Self) -> Self {
        self.iter().chain(others.iter()).collect()
    }

    /// What lies in these and in `others`.
    #[must_use]
    pub fn and(&self, others: &Self) -> Self {
        let (mut mine, mut theirs, mut both) = (self.0.as_slice(), others.0.as_slice(), Vec::new());
        while let ([a, more_of_mine @ ..], [b, more_of_theirs @ ..]) = (mine, theirs) {
            both.extend(a.and(*b));
            if a.until <= b.until {
                mine = more_of_mine;
            } else {
                theirs = more_of_theirs;
            }
        }
        both.into_iter().collect()
    }

    /// What lies in these and not in `others`.
    #[must_use]
    pub fn minus(&self, others: &Self) -> Self {
        let mut left = Vec::new();
        for span in self.iter() {
            let mut from = span.from;
            // Those that end before it begins cannot matter, and the rest is in order.
            let first = others.0.partition_point(|other| other.until <= span.from);
            for other in others.0[first..].iter().take_while(|other| other.from < span.until) {
                if from < other.from {
                    left.push(Span { from, until: other.from });
                }
                from = from.max(other.until);
            }
            if from < span.until {
                left.push(Span { from, until: span.until });
            }
        }
        Self(left)
    }
}

impl FromIterator<Span> for Spans {
    /// Unites them: what overlaps or touches becomes one, what is empty or turned around is nothing.
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut all: Vec<Span> = spans.into_iter().filter(|span| span.from < span.until).collect();
        all.sort_unstable();
        let mut united: Vec<Span> = Vec::with_capacity(all.len());
        for span in all {
            match united.last_mut() {
                Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
                _ => united.push(span),
            }
        }
        Self(united)
    }
}

impl From<Span> for Spans {
    fn from(span: Span) -> Self {
        std::iter::once(span).collect()
    }
}
