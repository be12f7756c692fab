//! Whole machines as recorded trees: from files as an operating system writes them to the facts of a report.
#![cfg(all(target_os = "linux", not(feature = "none-platform")))]

mod accounts;
mod browsers;
mod machines;
mod places;
mod software;
mod tree;
mod updates;

#[path = "../../../tests/src/skipped.rs"]
pub mod skipped;
