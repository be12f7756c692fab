//! Mail: what letters there are, to whom, when they may go, and what an address is. Knows neither the store nor SMTP.
//! Invariant: a letter holds no name of a person and no label of a device; what it is about is read behind its link.

mod address;
mod kind;
mod letter;

pub use address::{InvalidAddress, MailAddress};
pub use kind::{Haste, Kind};
pub use letter::{Failure, Letter, Link, Recipients, Said, next_try};

/// How long the link that confirms an address can be used.
pub const CONFIRM_S: i64 = 24 * 3_600;
/// The same of an applicant without an account, who may not read mail every day.
pub const PROVE_S: i64 = 7 * 24 * 3_600;
