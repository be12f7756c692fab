//! Check-ins that the collector has not acknowledged: one checksummed file each, bounded in number and bytes.
//! When full, the oldest *unchanged* ones go first and full reports last; the newest never goes. Everything that goes is counted.

use std::collections::VecDeque;

use hashimori_shared::checkin::Body;
use hashimori_shared::ids::{BootId, ReportDigest};
use hashimori_shared::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{Folder, Found, StateError};

const DIR: &str = "outbox";
/// Five days of hourly check-ins; more would only repeat what the newest says.
const MOST_ENTRIES: usize = 128;
/// Bytes of all entries together.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// A check-in as it waits: sent again it is the same (boot, seq) and the same body.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The boot it was made in.
    pub(crate) boot: BootId,
    /// Its number.
    pub(crate) seq: u64,
    /// When the facts were observed.
    pub(crate) observed_at: Timestamp,
    /// The facts, or that they are those of an earlier report.
    pub(crate) body: Body,
}

impl Entry {
    /// Digest of the facts it states.
    pub(crate) fn digest(&self) -> ReportDigest {
        match &self.body {
            Body::Report(raw) => ReportDigest::of(raw.get().as_bytes()),
            Body::Unchanged(digest) => *digest,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Held {
    seq: u64,
    bytes: usize,
    full: bool,
    digest: ReportDigest,
}

/// The outbox. Only sizes and digests stay in memory; bodies are read when they are sent.
#[derive(Debug)]
pub(crate) struct Outbox {
    folder: Folder,
    held: VecDeque<Held>,
    most_entries: usize,
    most_bytes: usize,
}

/// What opening the outbox found.
#[derive(Debug)]
pub(crate) struct Opened {
    /// The outbox.
    pub(crate) outbox: Outbox,
    /// Damaged entries that were set aside; each is a check-in lost.
    pub(crate) damaged: u32,
}

impl Outbox {
    /// Reads what waits, oldest first; damaged entries are set aside.
    pub(crate) fn open(folder: &Folder) -> Result<Opened, StateError> {
        Self::open_bounded(folder, MOST_ENTRIES, MOST_BYTES)
    }

    fn open_bounded(folder: &Folder, most_entries: usize, most_bytes: usize) -> Result<Opened, StateError> {
        let mut outbox = Self { folder: folder.clone(), held: VecDeque::new(), most_entries, most_bytes };
        let mut damaged = 0;
        for name in folder.list(DIR)? {
            let path = format!("{DIR}/{name}");
            let entry = match folder.read(&path)? {
                Found::Content(bytes) => parse(&bytes).filter(|e| name == file_name(e.seq)).map(|e| (e, bytes.len())),
                Found::Absent | Found::Damaged => None,
            };
            if let Some((entry, bytes)) = entry {
                outbox.held.push_back(held(&entry, bytes));
            } else {
                folder.set_aside(&path)?;
                damaged += 1;
            }
        }
        Ok(Opened { outbox, damaged })
    }

    /// How many files wait, for looking only: nothing is read or set aside.
    pub(crate) fn count(folder: &Folder) -> Result<usize, StateError> {
        Ok(folder.list(DIR)?.len())
    }

    /// How many wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// The highest number in use.
    pub(crate) fn highest_seq(&self) -> Option<u64> {
        self.held.iter().map(|h| h.seq).max()
    }

    /// Digest of the newest facts that wait.
    pub(crate) fn newest_digest(&self) -> Option<ReportDigest> {
        self.held.back().map(|h| h.digest)
    }

    /// Stores a check-in durably behind the others; returns how many older ones had to go for it.
    pub(crate) fn push(&mut self, entry: &Entry) -> Result<u32, StateError> {
        let held = self.store(entry)?;
        self.held.push_back(held);
        self.trim()
    }

    /// Stores a check-in in place of the oldest, which asked for it (`FullWanted`, or a base that counts no more).
    pub(crate) fn replace_oldest(&mut self, entry: &Entry) -> Result<(), StateError> {
        let held = self.store(entry)?;
        self.forget_oldest()?;
        self.held.push_front(held);
        Ok(())
    }

    /// The oldest check-in; one damaged since it was opened is set aside, and the `u32` counts those.
    pub(crate) fn oldest(&mut self) -> Result<(Option<Entry>, u32), StateError> {
        let mut damaged = 0;
        while let Some(first) = self.held.front() {
            let path = format!("{DIR}/{}", file_name(first.seq));
            match self.folder.read(&path)? {
                Found::Content(bytes) => {
                    if let Some(entry) = parse(&bytes) {
                        return Ok((Some(entry), damaged));
                    }
                    self.folder.set_aside(&path)?;
                }
                Found::Damaged => self.folder.set_aside(&path)?,
                Found::Absent => {}
            }
            damaged += 1;
            self.held.pop_front();
        }
        Ok((None, damaged))
    }

    /// Deletes the oldest: it is acknowledged, or cannot be sent.
    pub(crate) fn forget_oldest(&mut self) -> Result<(), StateError> {
        if let Some(first) = self.held.front() {
            self.folder.remove(&format!("{DIR}/{}", file_name(first.seq)))?;
            self.held.pop_front();
        }
        Ok(())
    }

    /// Sets the oldest aside for a person to look at: the collector refuses it.
    pub(crate) fn set_oldest_aside(&mut self) -> Result<(), StateError> {
        if let Some(first) = self.held.front() {
            self.folder.set_aside(&format!("{DIR}/{}", file_name(first.seq)))?;
            self.held.pop_front();
        }
        Ok(())
    }

    fn store(&self, entry: &Entry) -> Result<Held, StateError> {
        let bytes = serde_json::to_vec(entry).unwrap_or_default();
        self.folder.write(&format!("{DIR}/{}", file_name(entry.seq)), &bytes)?;
        Ok(held(entry, bytes.len()))
    }

    fn trim(&mut self) -> Result<u32, StateError> {
        let mut dropped = 0;
        while self.held.len() > 1
            && (self.held.len() > self.most_entries || self.held.iter().map(|h| h.bytes).sum::<usize>() > self.most_bytes)
        {
            let older = self.held.len() - 1;
            let goes = self.held.iter().take(older).position(|h| !h.full).unwrap_or(0);
            if let Some(gone) = self.held.remove(goes) {
                self.folder.remove(&format!("{DIR}/{}", file_name(gone.seq)))?;
            }
            dropped += 1;
        }
        Ok(dropped)
    }
}

fn held(entry: &Entry, bytes: usize) -> Held {
    Held { seq: entry.seq, bytes, full: matches!(entry.body, Body::Report(_)), digest: entry.digest() }
}

fn parse(bytes: &[u8]) -> Option<Entry> {
    serde_json::from_slice(bytes).ok()
}

/// Sorts like its number.
fn file_name(seq: u64) -> String {
    format!("{seq:020}.json")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn full(seq: u64, filler: usize) -> Entry {
        let raw = serde_json::value::RawValue::from_string(format!("\"{seq}{}\"", "x".repeat(filler))).expect("JSON");
        Entry { boot: BootId::from_bytes([1; 16]), seq, observed_at: Timestamp::from_seconds(0), body: Body::Report(raw) }
    }

    fn unchanged(seq: u64, of: &Entry) -> Entry {
        Entry { boot: of.boot, seq, observed_at: of.observed_at, body: Body::Unchanged(of.digest()) }
    }

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::at(dir.path().to_owned());
        (dir, folder)
    }

    fn open(folder: &Folder, most_entries: usize, most_bytes: usize) -> Opened {
        Outbox::open_bounded(folder, most_entries, most_bytes).expect("opened")
    }

    fn seqs(outbox: &Outbox) -> Vec<u64> {
        outbox.held.iter().map(|h| h.seq).collect()
    }

    #[test]
    fn when_full_the_oldest_unchanged_go_first_and_full_reports_last() {
        let (_dir, folder) = folder();
        let mut outbox = open(&folder, 4, usize::MAX).outbox;
        let (one, four) = (full(1, 0), full(4, 0));
        for entry in [&one, &unchanged(2, &one), &unchanged(3, &one), &four] {
            assert_eq!(outbox.push(entry).expect("pushed"), 0);
        }
        assert_eq!(outbox.push(&unchanged(5, &four)).expect("pushed"), 1);
        assert_eq!(outbox.push(&full(6, 0)).expect("pushed"), 1);
        assert_eq!(seqs(&outbox), [1, 4, 5, 6]);
        assert_eq!(outbox.push(&full(7, 0)).expect("pushed"), 1);
        assert_eq!(outbox.push(&full(8, 0)).expect("pushed"), 1);
        assert_eq!(seqs(&outbox), [4, 6, 7, 8], "only full reports left: the oldest goes");
        assert_eq!(seqs(&open(&folder, 4, usize::MAX).outbox), [4, 6, 7, 8], "and so it stands on the disk");
    }

    #[test]
    fn the_newest_stays_even_when_it_alone_is_too_big() {
        let (_dir, folder) = folder();
        let mut outbox = open(&folder, 10, 300).outbox;
        outbox.push(&full(1, 0)).expect("pushed");
        assert_eq!(outbox.push(&full(2, 1000)).expect("pushed"), 1);
        assert_eq!(seqs(&outbox), [2]);
    }

    #[test]
    fn damaged_and_foreign_files_are_set_aside_and_counted_and_the_rest_is_sent() {
        let (_dir, folder) = folder();
        let mut outbox = open(&folder, 10, usize::MAX).outbox;
        for seq in 1..=3 {
            outbox.push(&full(seq, 0)).expect("pushed");
        }
        let path = folder.path().join(DIR).join(file_name(2));
        std::fs::write(&path, b"garbage").expect("damaged");
        folder.write(&format!("{DIR}/note.txt"), b"{}").expect("foreign");
        let opened = open(&folder, 10, usize::MAX);
        assert_eq!((opened.damaged, seqs(&opened.outbox)), (2, vec![1, 3]));
        assert_eq!(folder.list("damaged").expect("listed").len(), 2);
    }

    #[test]
    fn an_entry_damaged_while_it_waits_does_not_block_the_others() {
        let (_dir, folder) = folder();
        let mut outbox = open(&folder, 10, usize::MAX).outbox;
        outbox.push(&full(1, 0)).expect("pushed");
        outbox.push(&full(2, 0)).expect("pushed");
        std::fs::write(folder.path().join(DIR).join(file_name(1)), b"garbage").expect("damaged");
        let (entry, damaged) = outbox.oldest().expect("read");
        assert_eq!((entry.expect("one is left").seq, damaged), (2, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
        #[test]
        fn what_waits_plus_what_was_dropped_is_what_came_in_and_the_bounds_hold(sizes in proptest::collection::vec(0usize..400, 1..30)) {
            let (_dir, folder) = folder();
            let mut outbox = open(&folder, 6, 1500).outbox;
            let mut dropped = 0;
            let mut seq = 0;
            for size in &sizes {
                seq += 1;
                let entry = if size % 2 == 0 { full(seq, *size) } else { unchanged(seq, &full(0, 0)) };
                dropped += outbox.push(&entry).expect("pushed");
                prop_assert!(outbox.len() <= 6);
                prop_assert_eq!(outbox.held.back().map(|h| h.seq), Some(seq));
            }
            prop_assert_eq!(outbox.len() + usize::try_from(dropped).expect("small"), sizes.len());
            prop_assert_eq!(seqs(&open(&folder, 6, 1500).outbox), seqs(&outbox));
        }
    }
}
