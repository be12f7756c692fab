//! Compression of reports and verdicts. The number in the row says with which dictionary; old numbers stay readable.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

/// zstd level: higher ones cost more and gain nothing on rows this small.
const LEVEL: i32 = 3;
/// No report or verdict is longer than this (the device port's body limit is far below).
const LONGEST: usize = 4 << 20;

/// Bytes as a row holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub(super) codec: i64,
    pub(super) bytes: Vec<u8>,
}

thread_local! {
    static PACK: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACK: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses with the newest dictionary; contexts are kept per thread, for making one costs ten compressions.
pub fn pack(plain: &[u8]) -> std::io::Result<Packed> {
    PACK.with_borrow_mut(|slot| {
        let context = match slot {
            Some(context) => context,
            None => slot.insert(Compressor::new(LEVEL)?),
        };
        Ok(Packed { codec: 0, bytes: context.compress(plain)? })
    })
}

/// The plain bytes of a row; an unknown codec or damaged bytes are an error.
pub fn unpack(codec: i64, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    if codec != 0 {
        return Err(std::io::Error::other(format!("codec {codec} is not known to this collector")));
    }
    UNPACK.with_borrow_mut(|slot| {
        let context = match slot {
            Some(context) => context,
            None => slot.insert(Decompressor::new()?),
        };
        context.decompress(bytes, LONGEST)
    })
}
