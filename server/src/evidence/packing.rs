//! Writes an archive into a file without a name, which is gone with whoever held it. Packing and digests are a thread's work; rows come
//! to it in pieces, so that memory stays bounded whatever the period holds.

use std::fs::File;
use std::io::{BufWriter, Seek as _, Write as _};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::list::{FORMAT, Listed};
use super::{About, LIST, List, MOST_BYTES, MOST_FILES, SIGNATURE};
use crate::domain::log::{LogKey, to_hex};

/// Pieces that may wait for the thread.
const WAITING: usize = 4;

/// Why an archive was not made.
#[derive(Debug, thiserror::Error)]
pub enum PackingError {
    /// Too much for one archive.
    #[error("the files are larger than {} MiB together, or more than {MOST_FILES}", MOST_BYTES >> 20)]
    TooLarge,
    /// The temporary file.
    #[error("the temporary file could not be written")]
    Io(#[from] std::io::Error),
    /// The archive's form.
    #[error("the archive could not be written")]
    Zip(#[from] zip::result::ZipError),
    /// The thread ended before the archive was whole.
    #[error("the archive was not finished")]
    Unfinished,
}

/// An archive that is whole.
#[derive(Debug)]
pub struct Packed {
    /// At its beginning.
    pub file: File,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of its list, hexadecimal.
    pub list: String,
    /// Rows of all files.
    pub rows: u64,
}

enum Piece {
    /// Another file begins.
    File(String),
    /// It goes on: bytes, and how many rows they are.
    Rows(Vec<u8>, u64),
    /// All files are there.
    End(Box<About>, LogKey),
}

/// An archive being written.
#[derive(Debug)]
pub struct Packing {
    pieces: mpsc::Sender<Piece>,
    thread: JoinHandle<Result<Packed, PackingError>>,
}

impl Packing {
    /// Begins one.
    #[expect(clippy::new_without_default, reason = "it starts a thread")]
    pub fn new() -> Self {
        Self::of_at_most(MOST_BYTES)
    }

    /// The same for so many bytes.
    pub(super) fn of_at_most(most: u64) -> Self {
        let (pieces, taken) = mpsc::channel(WAITING);
        Self { pieces, thread: tokio::task::spawn_blocking(move || pack(taken, most)) }
    }

    /// Begins another file.
    pub async fn file(&mut self, name: impl Into<String>) -> Result<(), PackingError> {
        self.put(Piece::File(name.into())).await
    }

    /// Goes on with the file.
    pub async fn rows(&mut self, bytes: Vec<u8>, rows: usize) -> Result<(), PackingError> {
        self.put(Piece::Rows(bytes, rows as u64)).await
    }

    /// Ends with the signed list.
    pub async fn finish(mut self, about: About, key: LogKey) -> Result<Packed, PackingError> {
        self.put(Piece::End(Box::new(about), key)).await?;
        self.thread.await.map_err(|_| PackingError::Unfinished)?
    }

    async fn put(&mut self, piece: Piece) -> Result<(), PackingError> {
        if self.pieces.send(piece).await.is_ok() {
            return Ok(());
        }
        // The thread has ended, and knows why.
        match (&mut self.thread).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(_)) | Err(_) => Err(PackingError::Unfinished),
        }
    }
}

/// A file being written, and what is counted of it.
#[derive(Default)]
struct Counted {
    name: String,
    bytes: u64,
    rows: u64,
    hasher: Sha256,
}

impl Counted {
    fn listed(self) -> Listed {
        let sha256 = HEXLOWER.encode(&self.hasher.finalize());
        Listed { name: self.name, bytes: self.bytes, rows: self.rows, sha256 }
    }
}

fn pack(mut pieces: mpsc::Receiver<Piece>, most: u64) -> Result<Packed, PackingError> {
    let mut zip = ZipWriter::new(BufWriter::new(tempfile::tempfile()?));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let (mut files, mut open, mut total) = (Vec::new(), None::<Counted>, 0_u64);
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::File(name) => {
                files.extend(open.take().map(Counted::listed));
                // With this one, the list and its signature.
                if files.len() + 3 > MOST_FILES {
                    return Err(PackingError::TooLarge);
                }
                zip.start_file(&name, options)?;
                open = Some(Counted { name, ..Counted::default() });
            }
            Piece::Rows(bytes, rows) => {
                let Some(open) = &mut open else { return Err(PackingError::Unfinished) };
                total += bytes.len() as u64;
                if total > most {
                    return Err(PackingError::TooLarge);
                }
                zip.write_all(&bytes)?;
                open.hasher.update(&bytes);
                open.bytes += bytes.len() as u64;
                open.rows += rows;
            }
            Piece::End(about, key) => {
                files.extend(open.take().map(Counted::listed));
                let rows = files.iter().map(|file| file.rows).sum();
                let list = List { format: FORMAT.to_owned(), about: *about, key: key.public().to_string(), files };
                let mut text = serde_json::to_vec_pretty(&list).map_err(std::io::Error::other)?;
                text.push(b'\n');
                zip.start_file(LIST, options)?;
                zip.write_all(&text)?;
                zip.start_file(SIGNATURE, options)?;
                zip.write_all(format!("{}\n", key.sign_evidence(&text)).as_bytes())?;
                let mut file = zip.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
                let bytes = file.stream_position()?;
                file.rewind()?;
                return Ok(Packed { file, bytes, list: to_hex(&Sha256::digest(&text).into()), rows });
            }
        }
    }
    Err(PackingError::Unfinished)
}
