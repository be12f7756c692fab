//! The device port as devices meet it: a whole collector in this process on a free port, real TLS, a clock that is set by hand.

mod bench;
mod client;
#[path = "../../../tests/src/skipped.rs"]
pub mod skipped;

mod authority;
mod bad_input;
mod clocks;
mod enrolment;
mod floods;
mod identity;
mod languages;
mod own_rules;
mod secrets;
mod standing;
