//! What a failed statement means for the one who ran it.

use sqlx::Error;

/// Kinds of failure that callers treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No space left: nothing was written; works again when there is space.
    Full,
    /// The disk failed under a write: what is durable cannot be told. Stop, acknowledge nothing.
    Fatal,
    /// The file is not a database, or a broken one.
    Corrupt,
    /// The database went away; a later try may work.
    Unavailable,
    /// This statement failed; others may work.
    Statement,
}

/// Sorts an error. SQLite's numbers: https://sqlite.org/rescode.html; PostgreSQL's: appendix A of its manual.
pub fn classify(error: &Error) -> Failure {
    match error {
        Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            if let Ok(number) = code.parse::<u32>()
                && code.len() < 5
            {
                return match number & 0xff {
                    13 => Failure::Full,
                    10 | 14 => Failure::Fatal,
                    11 | 26 => Failure::Corrupt,
                    5 | 6 => Failure::Unavailable,
                    _ => Failure::Statement,
                };
            }
            match code.as_ref() {
                "53100" => Failure::Full,
                "58030" => Failure::Unavailable,
                other if other.starts_with("08") || other.starts_with("57") || other.starts_with("53") => Failure::Unavailable,
                _ => Failure::Statement,
            }
        }
        Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed | Error::Protocol(_) => {
            Failure::Unavailable
        }
        _ => Failure::Statement,
    }
}
