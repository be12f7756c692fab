//! Chance that falls the same way for the same seed (splitmix64).

/// A pair of dice.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `sides`, which is not 0.
    pub(crate) const fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }

    /// Whether something that happens so many times in a hundred happens.
    pub(crate) const fn happens(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    /// One of these; there is at least one.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = usize::try_from(self.roll(from.len() as u64)).unwrap_or(0);
        &from[at]
    }
}
