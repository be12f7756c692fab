//! Proves an archive, wherever it lies: the list by its signature, each file by its digest, the operation log by its own hashes.
//! Reads it in pieces, and no more of a file than the list says it has.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read, Seek, SeekFrom};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::list::FORMAT;
use super::{CHAIN, LIST, Link, List, MOST_BYTES, MOST_FILES, SIGNATURE};
use crate::domain::log::PublicKey;

/// Most bytes of a list.
const LONGEST_LIST: u64 = 1 << 20;
/// Most bytes of an entry of the log.
const LONGEST_LINE: u64 = 1 << 20;

/// Why an archive does not hold; the first thing found.
#[derive(Debug, thiserror::Error)]
pub enum Bad {
    /// Not an archive, or a damaged one.
    #[error("this is not a ZIP archive as this system makes them, or it is damaged: {0}")]
    Archive(String),
    /// A file is there twice: programs disagree on which of them counts.
    #[error("a file is in the archive twice, or something was added behind its end")]
    Twice,
    /// The list or its signature is missing.
    #[error("{0}: it is missing")]
    Missing(String),
    /// The list was changed after it was signed.
    #[error("{LIST}: it is not what was signed")]
    ListChanged,
    /// Signed, but by another key.
    #[error("{LIST}: it was signed by another key ({0})")]
    OtherKey(String),
    /// A form that this build does not know.
    #[error("{LIST}: its form is {0}, which this program does not know")]
    OtherForm(String),
    /// A file is not what was listed.
    #[error("{0}: its content is not what was signed")]
    Changed(String),
    /// A file that was not listed.
    #[error("{0}: it is not in the signed list")]
    Surplus(String),
    /// An entry of the operation log does not hold.
    #[error("{CHAIN}: entry {0} does not hold")]
    Chain(i64),
    /// The file could not be read.
    #[error("the file could not be read: {0}")]
    Io(#[from] std::io::Error),
}

impl From<zip::result::ZipError> for Bad {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Archive(error.to_string())
    }
}

/// An archive that holds.
#[derive(Debug)]
pub struct Checked {
    /// Its list.
    pub list: List,
    /// Entries of the operation log in it.
    pub entries: u64,
}

/// Proves an archive with the public key of the collector that is said to have made it.
pub fn check(mut archive: impl Read + Seek, key: &PublicKey) -> Result<Checked, Bad> {
    let entries = entries(&mut archive)?;
    let mut zip = ZipArchive::new(archive)?;
    if zip.len() != entries || zip.len() > MOST_FILES {
        return Err(Bad::Twice);
    }
    let mut names = BTreeSet::new();
    for at in 0..zip.len() {
        names.insert(zip.by_index(at)?.name()?.into_owned());
    }
    for wanted in [LIST, SIGNATURE] {
        if !names.remove(wanted) {
            return Err(Bad::Missing(wanted.to_owned()));
        }
    }
    let list = list(&mut zip, key)?;
    let mut in_log = 0;
    for file in &list.files {
        if !names.remove(&file.name) {
            return Err(Bad::Missing(file.name.clone()));
        }
        if digest(zip.by_name(&file.name)?, file.bytes).as_ref() != Some(&file.sha256) {
            return Err(Bad::Changed(file.name.clone()));
        }
        if file.name == CHAIN {
            in_log = chain(BufReader::new(zip.by_name(CHAIN)?), key)?;
        }
    }
    match names.pop_first() {
        Some(surplus) => Err(Bad::Surplus(surplus)),
        None => Ok(Checked { list, entries: in_log }),
    }
}

/// How many files the end of the archive counts. What this system makes has its end (22 bytes, APPNOTE 4.3.16) at the very end.
fn entries(archive: &mut (impl Read + Seek)) -> Result<usize, Bad> {
    let damaged = || Bad::Archive("it has no end".to_owned());
    let mut end = [0; 22];
    archive.seek(SeekFrom::End(-22)).map_err(|_| damaged())?;
    archive.read_exact(&mut end)?;
    archive.rewind()?;
    match end {
        [b'P', b'K', 5, 6, _, _, _, _, _, _, low, high, ..] => Ok(usize::from(u16::from_le_bytes([low, high]))),
        _ => Err(damaged()),
    }
}

fn list<R: Read + Seek>(zip: &mut ZipArchive<R>, key: &PublicKey) -> Result<List, Bad> {
    let mut read = |name: &str| -> Result<Vec<u8>, Bad> {
        let mut bytes = Vec::new();
        zip.by_name(name)?.take(LONGEST_LIST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let (text, signature) = (read(LIST)?, read(SIGNATURE)?);
    let signature = String::from_utf8(signature).unwrap_or_default();
    let parsed = serde_json::from_slice::<List>(&text).ok();
    if !key.signed_evidence(&text, signature.trim()) {
        let other = parsed.and_then(|list| list.key.parse::<PublicKey>().ok());
        let other = other.filter(|other| other != key && other.signed_evidence(&text, signature.trim()));
        return Err(other.map_or(Bad::ListChanged, |other| Bad::OtherKey(other.to_string())));
    }
    let list = parsed.ok_or(Bad::ListChanged)?;
    let total: u64 = list.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add);
    if list.format != FORMAT || total > MOST_BYTES {
        return Err(Bad::OtherForm(list.format));
    }
    Ok(list)
}

/// The digest of exactly so many bytes; `None`: there are more or fewer, or they cannot be unpacked.
fn digest(file: impl Read, bytes: u64) -> Option<String> {
    let (mut hasher, mut left) = (Sha256::new(), bytes);
    let mut file = file.take(bytes + 1);
    let mut piece = vec![0; 64 << 10];
    loop {
        match file.read(&mut piece).ok()? {
            0 => break,
            n => {
                left = left.checked_sub(n as u64)?;
                hasher.update(piece.get(..n)?);
            }
        }
    }
    (left == 0).then(|| HEXLOWER.encode(&hasher.finalize()))
}

/// How many entries the log has; each must hold, and hang on the one right before it.
fn chain(mut file: impl std::io::BufRead, key: &PublicKey) -> Result<u64, Bad> {
    let (mut before, mut count, mut text) = (None::<Link>, 0, String::new());
    loop {
        text.clear();
        if file.by_ref().take(LONGEST_LINE).read_line(&mut text)? == 0 {
            return Ok(count);
        }
        let behind = before.as_ref().map_or(0, Link::seq);
        let link: Link = serde_json::from_str(&text).map_err(|_| Bad::Chain(behind + 1))?;
        if !link.holds(key) || before.as_ref().is_some_and(|before| !link.follows(before)) {
            return Err(Bad::Chain(link.seq()));
        }
        (before, count) = (Some(link), count + 1);
    }
}
