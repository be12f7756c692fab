//! Evidence for an auditor: a ZIP of tables about one facility and period, with a list of its files and their digests, signed by the
//! key that signs the operation log. `Packing` writes one, `check` proves one. Knows neither the store nor HTTP.
//!
//! Invariant: whatever is in the archive is in the list, and the list is signed; so a file changed, added or taken away is found, and
//! named.

mod chain;
mod check;
mod list;
mod packing;
#[cfg(test)]
mod tests;

pub use chain::Link;
pub use check::{Bad, Checked, check};
pub use list::{About, List, Listed, Named};
pub use packing::{Packed, Packing, PackingError};

/// Name of the list and of its signature within the archive.
pub const LIST: &str = "manifest.json";
/// Name of the list's signature.
pub const SIGNATURE: &str = "manifest.sig";
/// Name of the file with the operation log as it was sealed, one entry a line.
pub const CHAIN: &str = "operation-log-chain.jsonl";
/// Most bytes that an archive's files have together, unpacked.
pub const MOST_BYTES: u64 = 256 << 20;
/// Most files of an archive, its list and signature included.
const MOST_FILES: usize = 2048;
