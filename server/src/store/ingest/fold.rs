//! Folding the tail: many keys of a device become one small row, its presence bit and its place in the roll-ups.
//! In slices, each its own transaction and harmless to repeat (`device_seen.upto`), so that no check-in waits long.

use std::collections::{BTreeMap, HashMap, HashSet};

use hashimori_shared::ids::BootId;
use hashimori_shared::time::Timestamp;
use sqlx::Row as _;

use super::WriterError;
use super::keys::Keys;
use super::known::{self, Known};
use super::tail::{self, Entry};
use super::writer::Writer;
use crate::domain::device::DeviceN;
use crate::store::rollup::Counts;
use crate::store::{Error, Store, Tx, rows};

/// Keys in the tail at which folding no longer waits for a quiet moment.
const PRESSING: usize = 100_000;
/// A tail this short is folded at the next quiet moment.
const SHORT: usize = 256;
/// Quiet moments (ticks) after which a longer tail is folded too.
const TICKS: u32 = 30;
/// Devices in one slice.
const SLICE: usize = 128;

/// What the tail holds, by device.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    devices: HashMap<DeviceN, Vec<(i64, Entry)>>,
    entries: usize,
    /// The devices still to be folded of the round under way, and the tail row it goes up to.
    round: Option<(Vec<DeviceN>, i64)>,
    upto: i64,
    ticks: u32,
}

impl Backlog {
    /// Adds a row of the tail.
    pub(super) fn add(&mut self, row: i64, entries: &[Entry]) {
        for entry in entries {
            self.devices.entry(entry.device).or_default().push((row, *entry));
        }
        self.entries += entries.len();
        self.upto = row;
    }

    /// Adds the keys of the tail to a device as read from its folded row.
    pub(super) fn add_to(&self, known: &mut Known) {
        for (row, entry) in self.devices.get(&known.n).into_iter().flatten() {
            if *row > known.upto {
                known.keys.take(&entry.mark);
            }
        }
    }

    pub(super) const fn is_pressing(&self) -> bool {
        self.entries >= PRESSING
    }

    /// Asked once a tick: whether to fold now.
    pub(super) const fn is_due(&mut self) -> bool {
        if self.entries == 0 {
            self.ticks = 0;
            return false;
        }
        self.ticks += 1;
        self.entries <= SHORT || self.ticks >= TICKS
    }

    fn next_slice(&mut self) -> Option<Vec<DeviceN>> {
        if self.round.is_none() && self.entries > 0 {
            let mut all: Vec<DeviceN> = self.devices.keys().copied().collect();
            all.sort_unstable_by(|a, b| b.cmp(a));
            self.round = Some((all, self.upto));
        }
        let (rest, _) = self.round.as_mut()?;
        Some(rest.split_off(rest.len().saturating_sub(SLICE)))
    }

    /// Forgets what the finished round has folded; `None` while it is under way.
    fn finish_round(&mut self) -> Option<i64> {
        let (rest, upto) = self.round.as_ref()?;
        if !rest.is_empty() {
            return None;
        }
        let upto = *upto;
        self.round = None;
        self.ticks = 0;
        self.devices.retain(|_, entries| {
            entries.retain(|(row, _)| *row > upto);
            !entries.is_empty()
        });
        self.entries = self.devices.values().map(Vec::len).sum();
        Some(upto)
    }
}

impl Writer {
    /// Folds until nothing of the present tail is left.
    pub(super) async fn fold_all(&mut self) -> Result<(), WriterError> {
        while self.fold_some().await? {}
        Ok(())
    }

    /// Folds one slice; whether there is more. A failure leaves the tail as it is, for later.
    pub(super) async fn fold_some(&mut self) -> Result<bool, WriterError> {
        let folded = self.fold_slice().await;
        Ok(self.survive(folded)?.unwrap_or(false))
    }

    async fn fold_slice(&mut self) -> Result<bool, Error> {
        let mut tx = self.open().await?;
        let Some(slice) = self.backlog.next_slice() else {
            self.leave(tx).await?;
            return Ok(false);
        };
        let mut found = HashMap::with_capacity(slice.len());
        known::load(&mut tx, &slice, &mut found).await?;
        let mut folding = Folding::default();
        for mut known in found.into_values() {
            let fresh: Vec<_> = self.backlog.devices.get(&known.n).into_iter().flatten().filter(|(row, _)| *row > known.upto).collect();
            folding.fold(&mut known, &fresh);
        }
        folding.write(&mut tx).await?;
        let last = self.backlog.round.as_ref().is_some_and(|(rest, _)| rest.is_empty());
        if last && let Some((_, upto)) = self.backlog.round {
            sqlx::query("DELETE FROM tail WHERE id <= $1").bind(upto).execute(&mut *tx).await?;
            sqlx::query("UPDATE tail_mark SET folded = $1 WHERE one = 1").bind(upto).execute(&mut *tx).await?;
            sqlx::query("DELETE FROM rollup WHERE devices = 0").execute(&mut *tx).await?;
            sqlx::query("DELETE FROM rollup_agent WHERE devices = 0").execute(&mut *tx).await?;
        }
        tx.commit().await?;
        for (n, day, upto) in folding.moved {
            if let Some(known) = self.device(n) {
                (known.day, known.upto) = (day, upto);
            }
        }
        if let Some(upto) = self.backlog.finish_round() {
            self.folded = upto;
            return Ok(false);
        }
        Ok(true)
    }
}

struct SeenRow {
    n: DeviceN,
    last_seen_at: Timestamp,
    day: i64,
    skew_s: i64,
    dropped: i64,
    upto: i64,
    keys: Vec<u8>,
}

/// What one slice writes.
#[derive(Default)]
struct Folding {
    seen: Vec<SeenRow>,
    /// Days to be marked, by `presence.slot`.
    days: BTreeMap<i64, Vec<usize>>,
    counts: Counts,
    moved: Vec<(DeviceN, i64, i64)>,
}

impl Folding {
    fn fold(&mut self, known: &mut Known, fresh: &[&(i64, Entry)]) {
        let Some((upto, last)) = fresh.last() else { return };
        let mut marked = known.day;
        for (_, entry) in fresh {
            known.keys.take(&entry.mark);
            known.dropped = known.dropped.saturating_add(i64::from(entry.dropped));
            let day = entry.received_at.jst_day();
            if day != marked {
                let (year, of_year) = jst_year(day);
                self.days.entry(known.n.0 * 10_000 + year).or_default().push(of_year);
                marked = day;
            }
        }
        let day = last.received_at.jst_day();
        if day != known.day {
            self.counts.count_day(known.place(), -1);
            known.day = day;
            self.counts.count_day(known.place(), 1);
        }
        self.moved.push((known.n, day, *upto));
        self.seen.push(SeenRow {
            n: known.n,
            last_seen_at: last.received_at,
            day,
            skew_s: last.skew_s,
            dropped: known.dropped,
            upto: *upto,
            keys: known.keys.encode(),
        });
    }

    async fn write(&mut self, tx: &mut Tx) -> Result<(), Error> {
        self.seen.sort_unstable_by_key(|row| row.n);
        let shape = (
            "INSERT INTO device_seen (n, last_seen_at, day, skew_s, dropped, upto, keys)",
            7,
            " ON CONFLICT (n) DO UPDATE SET last_seen_at = excluded.last_seen_at, day = excluded.day, skew_s = excluded.skew_s, \
             dropped = excluded.dropped, upto = excluded.upto, keys = excluded.keys",
        );
        rows::insert(tx, shape, &self.seen, |query, row| {
            query
                .bind(row.n.0)
                .bind(row.last_seen_at.seconds())
                .bind(row.day)
                .bind(row.skew_s)
                .bind(row.dropped)
                .bind(row.upto)
                .bind(row.keys.clone())
        })
        .await?;
        self.mark_days(tx).await?;
        self.counts.write(tx).await
    }

    async fn mark_days(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let slots: Vec<i64> = self.days.keys().copied().collect();
        let mut present: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
        for group in slots.chunks(rows::MOST) {
            let sql = rows::with_list("SELECT slot, days FROM presence WHERE slot IN ", group.len());
            for row in rows::list_query(sql, group).fetch_all(&mut **tx).await? {
                present.insert(row.try_get(0)?, row.try_get(1)?);
            }
        }
        for (slot, days) in &self.days {
            let bits = present.entry(*slot).or_default();
            for day in days {
                if bits.len() <= day / 8 {
                    bits.resize(day / 8 + 1, 0);
                }
                bits[day / 8] |= 1 << (day % 8);
            }
        }
        let marked: Vec<(i64, Vec<u8>)> = present.into_iter().collect();
        let shape = ("INSERT INTO presence (slot, days)", 2, " ON CONFLICT (slot) DO UPDATE SET days = excluded.days");
        rows::insert(tx, shape, &marked, |query, (slot, days)| query.bind(*slot).bind(days.clone())).await
    }
}

/// Every key the store holds, in the tail or folded: for checking what was acknowledged.
#[derive(Debug, Default)]
pub struct Taken {
    tail: HashSet<(DeviceN, BootId, u64)>,
    folded: HashMap<DeviceN, Keys>,
}

impl Taken {
    pub(in crate::store) async fn read(store: &Store) -> Result<Self, Error> {
        let mut taken = Self::default();
        for row in sqlx::query("SELECT body FROM tail").fetch_all(store.read()).await? {
            let entries = tail::read(row.try_get(0)?).ok_or_else(|| rows::decode_error("tail.body"))?;
            taken.tail.extend(entries.iter().map(|e| (e.device, e.mark.boot, e.mark.seq)));
        }
        for row in sqlx::query("SELECT n, keys FROM device_seen").fetch_all(store.read()).await? {
            let keys = Keys::decode(row.try_get(1)?).ok_or_else(|| rows::decode_error("device_seen.keys"))?;
            taken.folded.insert(DeviceN(row.try_get(0)?), keys);
        }
        Ok(taken)
    }

    /// Whether this check-in was taken (and, once folded, is among the device's recent boots).
    pub fn holds(&self, device: DeviceN, boot: BootId, seq: u64) -> bool {
        self.tail.contains(&(device, boot, seq)) || self.folded.get(&device).is_some_and(|keys| keys.holds(boot, seq))
    }
}

/// JST year, and the day's place in it from 0. Days outside the calendar count as year 0.
pub(in crate::store) fn jst_year(day: i64) -> (i64, usize) {
    let epoch = jiff::civil::date(1970, 1, 1);
    let Some(date) = i32::try_from(day).ok().and_then(|d| epoch.checked_add(jiff::Span::new().try_days(d).ok()?).ok()) else {
        return (0, 0);
    };
    (i64::from(date.year()), usize::try_from(date.day_of_year() - 1).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_place_in_its_japanese_year() {
        assert_eq!(jst_year(0), (1970, 0));
        assert_eq!(jst_year(364), (1970, 364));
        assert_eq!(jst_year(365), (1971, 0));
        assert_eq!(jst_year(i64::MAX), (0, 0));
    }
}
