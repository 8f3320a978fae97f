//! Chance with a seed. `SplitMix64` in a few lines: the sequence of a seed must not change with the version of a crate.

use std::time::Duration;

/// The seed of this run: the one that was asked for, or a random one.
#[expect(clippy::disallowed_methods, reason = "the seed of a test is no configuration of wardroom")]
pub fn seed() -> u64 {
    match std::env::var("WARDROOM_CRASH_SEED") {
        Ok(text) => text.trim().parse().expect("WARDROOM_CRASH_SEED is a whole number"),
        // Short enough to be typed.
        Err(_) => rand::random_range(1..1_000_000),
    }
}

/// A stream of draws.
pub struct Chance(u64);

impl Chance {
    /// The stream `name` of a seed; streams do not shift each other.
    pub fn new(seed: u64, name: &str) -> Self {
        let name = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ name)
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end.max(1)
    }

    /// A place in something of this length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("it is below a length")
    }

    /// One of these.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())]
    }

    /// A time below `end`, to the microsecond.
    pub fn time(&mut self, end: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(end.as_micros()).expect("storms are short")))
    }

    /// Puts these into another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.index(last + 1));
        }
    }
}
