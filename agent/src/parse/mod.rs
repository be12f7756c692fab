//! Raw to fact: pure functions over bytes and text, the same on every platform. They ask nothing of the operating system,
//! never panic, and say `Garbage` rather than guess.

pub mod keyfile;
pub mod os_release;
pub mod passwd;

/// Raw input that could not be understood, and what was expected of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Garbage(pub &'static str);
