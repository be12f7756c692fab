//! When accounts were last used: login records of wtmp(5) and lastlog(8), in their fixed binary forms (glibc, 64-bit time kept in 32 bits).

use std::collections::BTreeMap;

use hashimori_shared::time::Timestamp;

/// Size of one wtmp record.
pub const WTMP_RECORD: usize = 384;
/// Size of one lastlog record; the record of an account stands at its number.
pub const LASTLOG_RECORD: usize = 292;

const USER_PROCESS: i32 = 7;

/// The last login per account name in the end of a wtmp file. A file that is not made of whole records yields nothing.
pub fn last_by_name(wtmp: &[u8]) -> BTreeMap<String, Timestamp> {
    let mut last = BTreeMap::new();
    let (records, rest) = wtmp.as_chunks::<WTMP_RECORD>();
    if !rest.is_empty() {
        return last;
    }
    for record in records.iter().filter(|record| int(&record[..], 0) == USER_PROCESS) {
        let name = text(&record[44..76]);
        let at = Timestamp::from_seconds(i64::from(int(&record[..], 340).cast_unsigned()));
        let newest = last.entry(name).or_insert(at);
        *newest = at.max(*newest);
    }
    last
}

/// The last login in one lastlog record; zero = never.
pub fn lastlog(record: &[u8]) -> Option<Timestamp> {
    if record.len() != LASTLOG_RECORD {
        return None;
    }
    let seconds = int(record, 0).cast_unsigned();
    (seconds > 0).then(|| Timestamp::from_seconds(i64::from(seconds)))
}

fn int(bytes: &[u8], at: usize) -> i32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, i32::from_le_bytes)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

/// The start of the JST day, so that one more login on a day does not change the report.
pub fn jst_day_start(at: Timestamp) -> Timestamp {
    const JST: i64 = 9 * 3600;
    Timestamp::from_seconds(at.jst_day().saturating_mul(hashimori_shared::time::DAY).saturating_sub(JST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(kind: i32, name: &str, seconds: u32) -> Vec<u8> {
        let mut record = vec![0; WTMP_RECORD];
        record[..4].copy_from_slice(&kind.to_le_bytes());
        record[44..44 + name.len()].copy_from_slice(name.as_bytes());
        record[340..344].copy_from_slice(&seconds.to_le_bytes());
        record
    }

    #[test]
    fn the_newest_login_of_each_account_counts_and_boots_do_not() {
        let wtmp = [record(7, "hanako", 300), record(2, "reboot", 400), record(7, "hanako", 200), record(8, "taro", 500)].concat();
        let last = last_by_name(&wtmp);
        assert_eq!(last.into_iter().collect::<Vec<_>>(), [("hanako".to_owned(), Timestamp::from_seconds(300))]);
        assert!(last_by_name(&wtmp[1..]).is_empty());
    }

    #[test]
    fn an_empty_lastlog_record_is_no_login() {
        let mut record = vec![0; LASTLOG_RECORD];
        assert_eq!(lastlog(&record), None);
        record[..4].copy_from_slice(&1_790_000_000_u32.to_le_bytes());
        assert_eq!(lastlog(&record), Some(Timestamp::from_seconds(1_790_000_000)));
        assert_eq!(lastlog(&record[1..]), None);
    }

    #[test]
    fn a_day_starts_at_midnight_in_japan() {
        let midnight = Timestamp::from_seconds(1_785_682_800); // 2026-08-03 00:00 JST
        assert_eq!(jst_day_start(midnight.plus_seconds(86_399)), midnight);
        assert_eq!(jst_day_start(midnight), midnight);
    }

    proptest! {
        #[test]
        fn no_bytes_make_them_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1200), seconds in any::<i64>()) {
            let _ = (last_by_name(&bytes), last_by_name(&bytes[..bytes.len() / WTMP_RECORD * WTMP_RECORD]), lastlog(&bytes));
            let _ = jst_day_start(Timestamp::from_seconds(seconds));
        }
    }
}
