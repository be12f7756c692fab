//! 点検プログラム: the agent on a device. It asks the operating system, read-only, keeps what it found in an outbox and checks in
//! with its one collector. It writes nothing outside its state folder and takes no commands.

mod child;
pub mod cli;
mod client;
mod clock;
mod config;
mod cycle;
mod exit;
mod identity;
mod key;
mod link;
mod observe;
mod outbox;
pub mod parse;
pub mod probe;
pub mod schedule;
#[cfg(test)]
#[path = "../../tests/src/skipped.rs"]
pub mod skipped;
mod state;
#[cfg(test)]
mod testing;
mod trust;
mod words;
