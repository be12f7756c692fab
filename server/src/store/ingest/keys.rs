//! Which check-ins of a device have been taken: its recent boots, and in each the sequence numbers as ranges.
//! Pure. Knows how a check-in relates to what came before: seen, newer, late, or of a second machine.
//!
//! Invariant: no sequence number locks out later ones; what is forgotten can only be stored twice, never refused.

use hashimori_shared::ids::BootId;
use hashimori_shared::time::Timestamp;

use super::varint;

/// Boots remembered per device.
const BOOTS: usize = 8;
/// Ranges remembered per boot.
const RANGES: usize = 24;

/// A check-in's key and when the device says it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) boot: BootId,
    pub(super) seq: u64,
    pub(super) observed_at: Timestamp,
}

/// How a check-in relates to those taken before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// Taken before.
    Seen,
    /// After everything taken so far.
    Newer,
    /// Made before something that was already taken.
    Late,
    /// An earlier boot goes on counting after a later one began, or (`decide`) a number comes again with other facts: two machines
    /// use one key.
    Interleaved,
}

/// The keys taken from one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Keys {
    /// In order of first arrival; the last is the current one.
    boots: Vec<Boot>,
    latest: Option<Mark>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Boot {
    id: BootId,
    first: u64,
    /// Ascending, apart by at least one.
    ranges: Vec<(u64, u64)>,
}

impl Keys {
    /// How `mark` relates to these.
    pub(super) fn relation(&self, mark: &Mark) -> Relation {
        let Some(latest) = self.latest else { return Relation::Newer };
        let Some(at) = self.boots.iter().position(|b| b.id == mark.boot) else { return Relation::Newer };
        if self.boots[at].holds(mark.seq) {
            return Relation::Seen;
        }
        match self.boots.get(at + 1) {
            Some(next) if mark.seq >= next.first => Relation::Interleaved,
            None if mark.seq > latest.seq || mark.observed_at > latest.observed_at => Relation::Newer,
            Some(_) | None => Relation::Late,
        }
    }

    /// Remembers `mark`.
    pub(super) fn take(&mut self, mark: &Mark) {
        if self.relation(mark) == Relation::Newer {
            self.latest = Some(*mark);
        }
        if let Some(boot) = self.boots.iter_mut().find(|b| b.id == mark.boot) {
            boot.add(mark.seq);
            return;
        }
        if self.boots.len() == BOOTS {
            self.boots.remove(0);
        }
        self.boots.push(Boot { id: mark.boot, first: mark.seq, ranges: vec![(mark.seq, mark.seq)] });
    }

    /// Whether this very key was taken and is remembered.
    pub(super) fn holds(&self, boot: BootId, seq: u64) -> bool {
        self.boots.iter().any(|b| b.id == boot && b.holds(seq))
    }

    /// Whether nothing newer was taken than this very key.
    pub(super) fn is_latest(&self, mark: &Mark) -> bool {
        self.latest.is_some_and(|l| l.boot == mark.boot && l.seq == mark.seq)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(48);
        let Some(latest) = self.latest else { return out };
        varint::put(&mut out, latest.seq);
        varint::put_signed(&mut out, latest.observed_at.seconds());
        out.extend_from_slice(latest.boot.as_bytes());
        for boot in &self.boots {
            out.extend_from_slice(boot.id.as_bytes());
            varint::put(&mut out, boot.first);
            varint::put(&mut out, boot.ranges.len() as u64);
            let mut from = 0;
            for &(low, high) in &boot.ranges {
                varint::put(&mut out, low.wrapping_sub(from));
                varint::put(&mut out, high - low);
                from = high;
            }
        }
        out
    }

    /// `None` when the bytes are not of this form.
    pub(super) fn decode(mut bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let rest = &mut bytes;
        let seq = varint::take(rest)?;
        let observed_at = Timestamp::from_seconds(varint::take_signed(rest)?);
        let latest = Some(Mark { seq, observed_at, boot: BootId::from_bytes(varint::take_bytes(rest)?) });
        let mut boots = Vec::new();
        while !rest.is_empty() {
            let id = BootId::from_bytes(varint::take_bytes(rest)?);
            let first = varint::take(rest)?;
            let mut ranges = Vec::new();
            let mut from = 0_u64;
            for _ in 0..varint::take(rest)? {
                let low = from.wrapping_add(varint::take(rest)?);
                let high = low.checked_add(varint::take(rest)?)?;
                ranges.push((low, high));
                from = high;
            }
            boots.push(Boot { id, first, ranges });
        }
        Some(Self { boots, latest })
    }
}

impl Boot {
    fn holds(&self, seq: u64) -> bool {
        self.ranges.iter().any(|&(low, high)| (low..=high).contains(&seq))
    }

    fn add(&mut self, seq: u64) {
        if self.holds(seq) {
            return;
        }
        let at = self.ranges.partition_point(|&(low, _)| low < seq);
        self.ranges.insert(at, (seq, seq));
        self.ranges.dedup_by(|next, before| {
            let touch = before.1.checked_add(1) == Some(next.0);
            if touch {
                before.1 = next.1;
            }
            touch
        });
        if self.ranges.len() > RANGES {
            self.ranges.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(boot: u8, seq: u64, at: i64) -> Mark {
        Mark { boot: BootId::from_bytes([boot; 16]), seq, observed_at: Timestamp::from_seconds(at) }
    }

    fn taken(marks: &[Mark]) -> Keys {
        let mut keys = Keys::default();
        for m in marks {
            keys.take(m);
        }
        keys
    }

    #[test]
    fn a_replay_is_seen_and_a_reordered_one_is_late() {
        let keys = taken(&[mark(1, 1, 10), mark(1, 2, 20), mark(1, 4, 40)]);
        assert_eq!(keys.relation(&mark(1, 2, 20)), Relation::Seen);
        assert_eq!(keys.relation(&mark(1, 3, 30)), Relation::Late);
        assert_eq!(keys.relation(&mark(1, 5, 50)), Relation::Newer);
    }

    #[test]
    fn the_greatest_sequence_number_locks_nothing_out() {
        let keys = taken(&[mark(1, 7, 10), mark(1, u64::MAX, 20)]);
        assert_eq!(keys.relation(&mark(1, 8, 30)), Relation::Newer);
        assert_eq!(keys.relation(&mark(2, 9, 30)), Relation::Newer);
    }

    #[test]
    fn an_earlier_boot_that_goes_on_counting_is_a_second_machine() {
        let keys = taken(&[mark(1, 10, 10), mark(2, 11, 20)]);
        assert_eq!(keys.relation(&mark(1, 9, 5)), Relation::Late, "left over in the outbox before the reboot");
        assert_eq!(keys.relation(&mark(1, 11, 30)), Relation::Interleaved);
        assert_eq!(keys.relation(&mark(1, 12, 30)), Relation::Interleaved);
    }

    #[test]
    fn a_restored_image_with_a_lower_counter_is_taken_as_newer() {
        let keys = taken(&[mark(1, 1000, 10)]);
        assert_eq!(keys.relation(&mark(2, 501, 20)), Relation::Newer);
    }

    proptest! {
        #[test]
        fn whatever_was_taken_lately_is_seen_and_survives_storage(
            seqs in prop::collection::vec((0_u8..4, prop_oneof![0_u64..40, Just(u64::MAX)], 0_i64..100), 1..40)
        ) {
            let mut keys = Keys::default();
            for (boot, seq, at) in seqs {
                let m = mark(boot, seq, at);
                keys.take(&m);
                prop_assert_eq!(keys.relation(&m), Relation::Seen);
                prop_assert_eq!(Keys::decode(&keys.encode()), Some(keys.clone()));
            }
        }

        #[test]
        fn bytes_of_another_form_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Keys::decode(&bytes);
        }
    }
}
