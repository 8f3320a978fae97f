//! How long something took: the mean never stands alone (`sla-semantics` 5).

use serde::{Deserialize, Serialize};

/// From so many on, a ninetieth percentile says something; below, the longest is shown.
const ENOUGH: usize = 10;

/// How long something took, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Times {
    /// How many.
    pub n: usize,
    /// The mean, rounded down; none when there are none.
    pub mean: Option<i64>,
    /// The median.
    pub median: Option<i64>,
    /// The ninetieth percentile; none of fewer than ten.
    pub p90: Option<i64>,
    /// The longest.
    pub longest: Option<i64>,
}

impl Times {
    /// Of these lengths.
    pub fn of(mut seconds: Vec<i64>) -> Self {
        seconds.sort_unstable();
        let n = seconds.len();
        let total: i64 = seconds.iter().sum();
        Self {
            n,
            mean: i64::try_from(n).ok().filter(|n| *n > 0).map(|n| total / n),
            median: percentile(&seconds, 50),
            p90: percentile(&seconds, 90).filter(|_| n >= ENOUGH),
            longest: seconds.last().copied(),
        }
    }
}

/// The nearest rank: the smallest value with at least `percent` of the data at or below it, so always that of a real incident.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_mean_stands_beside_median_and_tail() {
        let minutes = [4, 6, 7, 9, 12, 15, 21, 30, 48, 240].map(|minutes| minutes * 60).to_vec();
        let times = Times::of(minutes);
        assert_eq!((times.n, times.mean, times.median, times.p90), (10, Some(2352), Some(720), Some(2880)));
        let few = Times::of(vec![60, 120]);
        assert_eq!((few.median, few.p90, few.longest), (Some(60), None, Some(120)));
        assert_eq!(Times::of(Vec::new()), Times::default());
    }

    proptest! {
        #[test]
        fn each_of_them_is_one_of_the_data(data in proptest::collection::vec(0..1_000_000_i64, 1..60)) {
            let times = Times::of(data.clone());
            prop_assert!(data.contains(&times.median.expect("there is data")));
            prop_assert!(times.p90.is_none_or(|p90| data.contains(&p90) && p90 >= times.median.expect("data")));
            prop_assert!(times.mean <= times.longest);
        }
    }
}
