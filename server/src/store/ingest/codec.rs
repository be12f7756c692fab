//! Compression of reports and verdicts. The number in the row says with which dictionary; old numbers stay readable.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

/// zstd level: higher ones cost more and gain nothing on rows this small.
const LEVEL: i32 = 3;
/// No report or verdict is longer than this (the device port's body limit is far below).
const LONGEST: usize = 4 << 20;

/// The dictionary of codec 1: what reports and verdicts have in common, so that a row holds little else than what is its own. Trained from
/// 800 made-up rows (see the tests). It never changes: rows that need it are in stores out there. A better one becomes codec 2.
const DICTIONARY: &[u8] = include_bytes!("../../../assets/rows-1.zdict");

/// Bytes as a row holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub(super) codec: i64,
    pub(super) bytes: Vec<u8>,
}

thread_local! {
    static PACK: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    /// One for each codec.
    static UNPACK: RefCell<[Option<Decompressor<'static>>; 2]> = const { RefCell::new([None, None]) };
}

/// Compresses with the newest dictionary; contexts are kept per thread, for making one costs ten compressions.
pub fn pack(plain: &[u8]) -> std::io::Result<Packed> {
    PACK.with_borrow_mut(|slot| {
        let context = match slot {
            Some(context) => context,
            None => slot.insert(Compressor::with_dictionary(LEVEL, DICTIONARY)?),
        };
        Ok(Packed { codec: 1, bytes: context.compress(plain)? })
    })
}

/// The plain bytes of a row; an unknown codec or damaged bytes are an error.
pub fn unpack(codec: i64, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let dictionary: &[u8] = match codec {
        0 => &[],
        1 => DICTIONARY,
        unknown => return Err(std::io::Error::other(format!("codec {unknown} is not known to this collector"))),
    };
    UNPACK.with_borrow_mut(|slots| {
        let slot = &mut slots[usize::from(codec == 1)];
        let context = match slot {
            Some(context) => context,
            None => slot.insert(Decompressor::with_dictionary(dictionary)?),
        };
        context.decompress(bytes, LONGEST)
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use hashimori_shared::catalogue::Catalogues;
    use hashimori_shared::pack::Pack;
    use hashimori_shared::report::{Fact, HardwareIds, Report, sample};
    use hashimori_shared::time::Timestamp;

    use super::*;
    use crate::domain::device::Ownership;
    use crate::domain::judge::{Judge as _, Rules, Subject};

    /// Rows like a fleet's: reports good, bad, unknown and of Windows, each of another machine at another time, and their verdicts.
    fn rows(count: u32) -> Vec<Vec<u8>> {
        let judge = Rules::new([Pack::bundled()], Catalogues::bundled());
        let pack = Pack::bundled().id().to_owned();
        let kinds: [fn(Timestamp) -> Report; 4] = [sample::good_debian, sample::bad_debian, sample::japanese_windows, sample::all_unknown];
        let mut rows = Vec::new();
        for number in 0..count {
            let at = Timestamp::from_seconds(1_780_000_000 + i64::from(number) * 7_919);
            let mut report = kinds[number as usize % kinds.len()](at);
            let id =
                |salt: u32| format!("{:016x}{:016x}", u64::from(number ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15), u64::from(salt) << 20);
            let ids = HardwareIds { system_uuid: Some(id(1)), serial: Some(id(2)), machine_id: Some(id(3)) };
            report.machine.hardware_ids = Some(Fact::read(ids, "/sys/class/dmi/id"));
            let class = hashimori_shared::report::DeviceClass::Laptop;
            let subject = Subject { report: &report, attestations: &[], pack: &pack, own: None, ownership: Ownership::Managed, class };
            let verdict = judge.judge(subject, at);
            rows.push(serde_json::to_vec(&report).expect("json"));
            rows.push(serde_json::to_vec(&verdict).expect("json"));
        }
        rows
    }

    #[test]
    fn rows_of_every_codec_read_back_and_the_dictionary_halves_what_they_take() {
        let mut plain = Compressor::new(LEVEL).expect("a context");
        let (mut without, mut with) = (0, 0);
        for row in rows(8) {
            let old = plain.compress(&row).expect("compresses");
            let new = pack(&row).expect("packs");
            assert_eq!(unpack(0, &old).expect("a row from before the dictionary"), row);
            assert_eq!(unpack(new.codec, &new.bytes).expect("a row"), row);
            (without, with) = (without + old.len(), with + new.bytes.len());
        }
        assert!(with * 2 < without, "{with} bytes instead of {without}");
        assert!(unpack(2, &[]).is_err() && unpack(1, b"damaged").is_err());
    }

    #[test]
    #[ignore = "writes the rows that a dictionary is trained from (zstd --train); run by hand when one is to be made"]
    fn rows_to_train_a_dictionary_from() {
        let folder = std::env::var("HASHIMORI_TRAINING").expect("HASHIMORI_TRAINING names a folder");
        for (at, row) in rows(400).iter().enumerate() {
            fs::write(Path::new(&folder).join(format!("{at:04}.json")), row).expect("writes");
        }
    }
}
