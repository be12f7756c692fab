//! Counting and ordering what came of a run.

use std::time::Duration;

/// What came of one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Answers that count: durable check-ins, or echoes.
    pub(crate) done: u64,
    /// Answers that ask to come back later (503).
    pub(crate) shed: u64,
    /// Answers of any other kind, and broken connections.
    pub(crate) failed: u64,
    /// New connections that resumed a session.
    pub(crate) resumed: u64,
    /// Microseconds from when an answer was due to be asked for until it was there.
    pub(crate) latencies_us: Vec<u32>,
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// One failure, for the reader.
    pub(crate) example: Option<String>,
}

impl Tally {
    /// Adds what another worker counted.
    pub(crate) fn merge(&mut self, other: Self) {
        self.done += other.done;
        self.shed += other.shed;
        self.failed += other.failed;
        self.resumed += other.resumed;
        self.latencies_us.extend(other.latencies_us);
        self.elapsed = self.elapsed.max(other.elapsed);
        self.example = self.example.take().or(other.example);
    }

    /// A second.
    pub(crate) fn rate(&self) -> f64 {
        as_f64(self.done) / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency that `share` of the answers stayed below, milliseconds.
    pub(crate) fn latency_ms(&mut self, share: f64) -> f64 {
        self.latencies_us.sort_unstable();
        let Some(last) = self.latencies_us.len().checked_sub(1) else { return f64::NAN };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is an index")]
        let at = (as_f64(last as u64) * share).round() as usize;
        f64::from(self.latencies_us[at.min(last)]) / 1000.0
    }
}

/// Counts stay far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn as_f64(count: u64) -> f64 {
    count as f64
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n.is_multiple_of(2) => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
        n => sorted[n / 2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_percentiles_come_from_the_sorted_latencies() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0]) - 2.5).abs() < 1e-9);
        let mut tally = Tally { latencies_us: (0..=100).rev().map(|n| n * 1000).collect(), ..Tally::default() };
        assert!((tally.latency_ms(0.5) - 50.0).abs() < 1e-9);
        assert!((tally.latency_ms(0.99) - 99.0).abs() < 1e-9);
    }
}
