//! Debian's package files: what is installed, what the archives offer, what apt would take. Never runs apt: it costs seconds and may write.

pub mod distribution;
pub mod history;
pub mod installed;
pub mod pending;
pub mod pins;
pub mod version;
