//! What agent and collector agree on: wire types, rule packs, evaluation.
//! Pure: no I/O, no clock, no randomness, no async, no SQL, no HTTP.

pub mod checkin;
pub mod code;
pub mod enroll;
pub mod ids;
pub mod problem;
pub mod report;
pub mod time;
pub mod verdict;
