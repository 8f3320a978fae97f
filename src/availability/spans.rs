//! Sets of seconds.

/// Half-open: from its first second until the one behind its last.
pub type Span = (i64, i64);

/// Sorted, apart, none empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl FromIterator<Span> for Spans {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut spans: Vec<Span> = spans.into_iter().filter(|(from, until)| from < until).collect();
        spans.sort_unstable();
        let mut united: Vec<Span> = Vec::with_capacity(spans.len());
        for (from, until) in spans {
            match united.last_mut() {
                Some((_, end)) if from <= *end => *end = until.max(*end),
                _ => united.push((from, until)),
            }
        }
        Self(united)
    }
}

impl Spans {
    /// Each, in order.
    pub fn iter(&self) -> impl Iterator<Item = Span> {
        self.0.iter().copied()
    }

    /// Seconds in all of them.
    pub fn total(&self) -> i64 {
        self.iter().map(|(from, until)| until - from).sum()
    }

    /// What lies in `span`.
    #[must_use]
    pub fn clip(&self, span: Span) -> Self {
        self.intersect(&Self::from_iter([span]))
    }

    /// What lies in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut found = Vec::new();
        for (from, until) in self.iter() {
            let first = other.0.partition_point(|(_, end)| *end <= from);
            let meeting = other.0[first..].iter().take_while(|(start, _)| *start < until);
            found.extend(meeting.map(|(start, end)| (from.max(*start), until.min(*end))));
        }
        Self(found)
    }

    /// What lies in this alone.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let gaps = std::iter::once(i64::MIN).chain(other.0.iter().map(|(_, end)| *end));
        let ends = other.0.iter().map(|(start, _)| *start).chain(std::iter::once(i64::MAX));
        self.intersect(&gaps.zip(ends).collect())
    }
}
