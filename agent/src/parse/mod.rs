//! Raw to fact: pure functions over bytes and text, the same on every platform. They ask nothing of the operating system,
//! never panic, and say `Garbage` rather than guess.

pub mod antivirus;
pub mod apt;
pub mod autologin;
pub mod browsers;
pub mod gnome;
mod gvariant;
pub mod hardware;
pub mod keyfile;
pub mod logins;
pub mod mounts;
pub mod os_release;
pub mod pam;
pub mod pam_entry;
pub mod passwd;
pub mod pwquality;
pub mod settings_db;

/// Raw input that could not be understood, and what was expected of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Garbage(pub &'static str);
