//! What agent and collector agree on: wire types, rule packs, evaluation.
//! Pure: no I/O, no clock, no randomness, no async, no SQL, no HTTP.

pub mod catalogue;
pub mod checkin;
pub mod code;
pub mod enroll;
pub mod evaluate;
pub mod ids;
pub mod lang;
pub mod pack;
pub mod problem;
pub mod report;
pub mod time;
pub mod verdict;
