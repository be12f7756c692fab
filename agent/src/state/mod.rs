//! The state folder: one writer at a time, every file checksummed and replaced atomically, damaged ones set aside.

mod folder;
mod progress;

pub(crate) use folder::{Folder, Found, StateError};
pub(crate) use progress::{Base, LastReply, Note, Observed, Progress};
