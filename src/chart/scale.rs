//! Which values an axis names: a few round ones, evenly spaced, that hold all that is drawn.

use super::Unit;

/// At most so many steps along an axis.
const MOST_STEPS: f64 = 4.0;
/// Steps of shares, in hundredths of a per cent.
const SHARES: [f64; 12] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 2500.0];
/// Steps of time, in minutes, up to a day.
const MINUTES: [f64; 11] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 240.0, 720.0, 1440.0];
/// The minutes of a day.
const DAY: f64 = 1440.0;

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    /// The values that it names, the smallest first; the first and the last are its ends.
    pub ticks: Vec<f64>,
}

impl Scale {
    /// The axis for `values`. Shares end at 1 and begin where they must, since lines show change; amounts begin at 0.
    pub(super) fn of(unit: Unit, values: impl Iterator<Item = f64> + Clone) -> Self {
        match unit {
            Unit::Share => Self::shares(values.fold(1.0, f64::min)),
            Unit::Minutes => {
                let most = values.fold(0.0, f64::max);
                Self::amounts(most, MINUTES.into_iter().chain(round_numbers().skip(1).map(|days| days * DAY)))
            }
            Unit::Count => Self::amounts(values.fold(0.0, f64::max), round_numbers()),
        }
    }

    fn shares(least: f64) -> Self {
        let below = (1.0 - least) * 10_000.0;
        // Where all is as good as perfect there is no change to enlarge.
        let below = if below < 1.0 { 1000.0 } else { below };
        let step = SHARES.into_iter().find(|step| below / step <= MOST_STEPS).unwrap_or(2500.0);
        // 1 - 0.9 is a little less or more than a tenth; no step is finer than a ten-thousandth of itself.
        let steps = (below / step - 1e-4).ceil().max(2.0);
        let mut ticks = vec![1.0];
        let mut down = 1.0;
        while down <= steps {
            ticks.insert(0, (10_000.0 - down * step).max(0.0) / 10_000.0);
            down += 1.0;
        }
        Self { ticks }
    }

    fn amounts(most: f64, mut steps: impl Iterator<Item = f64>) -> Self {
        let step = steps.find(|step| most / step <= MOST_STEPS).unwrap_or(most.max(1.0) / MOST_STEPS);
        let mut ticks = vec![0.0, step];
        let mut up = 2.0;
        while up - 1.0 < most / step && up <= MOST_STEPS {
            ticks.push(step * up);
            up += 1.0;
        }
        Self { ticks }
    }

    /// How far up the axis a value lies, from 0 to 1.
    #[expect(clippy::cast_possible_truncation, reason = "a place needs no more than its pixel")]
    pub(super) fn place(&self, value: f64) -> f32 {
        let (low, high) = (self.ticks.first().copied().unwrap_or(0.0), self.ticks.last().copied().unwrap_or(1.0));
        ((value - low) / (high - low)).clamp(0.0, 1.0) as f32
    }
}

/// 1, 2, 5, 10, 20, 50, … up to more than [`super::MOST_AMOUNT`].
fn round_numbers() -> impl Iterator<Item = f64> {
    (0..10).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10.0_f64.powi(power)))
}
