//! One row of the tail: the keys of a committed batch, packed, in order of arrival.

use hashimori_shared::ids::BootId;
use hashimori_shared::time::Timestamp;

use super::keys::Mark;
use super::varint;
use crate::domain::device::DeviceN;

/// One check-in as the tail keeps it until it is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) device: DeviceN,
    pub(super) mark: Mark,
    pub(super) received_at: Timestamp,
    /// Device clock minus collector clock, seconds.
    pub(super) skew_s: i64,
    /// Check-ins its outbox had to drop.
    pub(super) dropped: u32,
}

pub(super) fn put(out: &mut Vec<u8>, entry: &Entry) {
    varint::put_signed(out, entry.device.0);
    out.extend_from_slice(entry.mark.boot.as_bytes());
    varint::put(out, entry.mark.seq);
    varint::put_signed(out, entry.received_at.seconds());
    varint::put_signed(out, entry.mark.observed_at.seconds().saturating_sub(entry.received_at.seconds()));
    varint::put_signed(out, entry.skew_s);
    varint::put(out, u64::from(entry.dropped));
}

/// Every entry of a row; `None` when the bytes are not of this form.
pub(super) fn read(mut bytes: &[u8]) -> Option<Vec<Entry>> {
    let rest = &mut bytes;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let device = DeviceN(varint::take_signed(rest)?);
        let boot = BootId::from_bytes(varint::take_bytes(rest)?);
        let seq = varint::take(rest)?;
        let received_at = Timestamp::from_seconds(varint::take_signed(rest)?);
        let observed_at = received_at.plus_seconds(varint::take_signed(rest)?);
        let skew_s = varint::take_signed(rest)?;
        let dropped = u32::try_from(varint::take(rest)?).ok()?;
        entries.push(Entry { device, mark: Mark { boot, seq, observed_at }, received_at, skew_s, dropped });
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_batch_comes_back_as_it_was(raw in prop::collection::vec((1_i64..9999, any::<[u8; 16]>(), any::<u64>(), 0_i64..4_000_000_000, -9999_i64..9999, any::<u32>()), 0..20)) {
            let entries: Vec<Entry> = raw.into_iter().map(|(n, boot, seq, at, skew_s, dropped)| {
                let received_at = Timestamp::from_seconds(at);
                let mark = Mark { boot: BootId::from_bytes(boot), seq, observed_at: received_at.plus_seconds(skew_s) };
                Entry { device: DeviceN(n), mark, received_at, skew_s, dropped }
            }).collect();
            let mut out = Vec::new();
            for entry in &entries {
                put(&mut out, entry);
            }
            prop_assert_eq!(read(&out), Some(entries));
        }
    }
}
