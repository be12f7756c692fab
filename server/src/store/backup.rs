//! Copying a store out while it is in use, and remembering when that was done; `restore` puts a copy back.
//! SQLite copies itself (`VACUUM INTO`: one consistent instant, the writer is not held up). PostgreSQL is asked through its own
//! `pg_dump` and `pg_restore`, which its packages bring and which know every version's particulars better than we could.

use std::path::{Path, PathBuf};
use std::process::Command;

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection as _, Row as _};

use super::{Error, OpenError, Store, StoreUrl, Tx};

/// Why a copy could not be made or put back.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A statement failed.
    #[error("the store could not be copied: {0}")]
    Store(#[from] Error),
    /// A file could not be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// There is a store already.
    #[error("{0} exists already; move it away first, restoring never overwrites a store")]
    Occupied(PathBuf),
    /// The copy does not hold together.
    #[error("the copy is damaged, and so the store may be: {0}; keep the last good backup")]
    Damaged(String),
    /// There are tables already.
    #[error("the database of `store.url` holds tables already; give an empty one, restoring never overwrites a store")]
    NotEmpty,
    /// What was put back cannot be opened, or its place is in use.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// PostgreSQL's own program failed or is not there.
    #[error("{program}: {said} (install PostgreSQL's client programs of the server's version)")]
    Program {
        /// Which program.
        program: &'static str,
        /// What it said.
        said: String,
    },
}

/// Copies the store at `url` into the new file `into`, and checks the copy.
pub async fn copy(url: &StoreUrl, into: &Path) -> Result<(), CopyError> {
    match url {
        StoreUrl::Sqlite(path) => {
            sqlx::any::install_default_drivers();
            let mut connection = AnyConnection::connect(&super::open::sqlite_url(path)).await?;
            let text = into.to_string_lossy().into_owned();
            sqlx::query("VACUUM INTO $1").bind(text).execute(&mut connection).await?;
            connection.close().await?;
            check(into).await
        }
        StoreUrl::Postgres(text) => {
            let (url, password) = apart(text);
            let args = ["--format=custom", "--no-owner", "--no-privileges", "--dbname", &url, "--file"];
            run("pg_dump", Command::new("pg_dump").args(args).arg(into), password).await?;
            // Reads the whole archive, and writes what it would do to nowhere.
            run("pg_restore", Command::new("pg_restore").args(["--file", "/dev/null"]).arg(into), None).await
        }
    }
}

/// Whether SQLite finds nothing wrong with a copy (https://sqlite.org/pragma.html#pragma_integrity_check).
async fn check(copy: &Path) -> Result<(), CopyError> {
    let mut connection = AnyConnection::connect(&super::open::sqlite_url(copy)).await?;
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
    connection.close().await?;
    if found == "ok" { Ok(()) } else { Err(CopyError::Damaged(found)) }
}

/// The URL without its password (process lists show arguments), and the password.
pub(super) fn apart(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), None) };
    let end = rest.find('/').unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@') else { return (url.to_owned(), None) };
    let Some((user, password)) = rest[..at].split_once(':') else { return (url.to_owned(), None) };
    (format!("{scheme}://{user}{}", &rest[at..]), Some(percent_decoded(password)))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, more)) = rest.split_first() {
        let hex = more.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        if let (b'%', Some(decoded)) = (byte, hex) {
            bytes.push(decoded);
            rest = &more[2..];
        } else {
            bytes.push(byte);
            rest = more;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) async fn run(program: &'static str, command: &mut Command, password: Option<String>) -> Result<(), CopyError> {
    let mut command = tokio::process::Command::from(std::mem::replace(command, Command::new(program)));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let failed = |said: String| CopyError::Program { program, said };
    let done = command.output().await.map_err(|e| failed(e.to_string()))?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(failed(said.lines().last().unwrap_or("failed without a word").to_owned()))
}

/// What is remembered of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// When.
    pub at: Timestamp,
    /// File.
    pub file: String,
    /// Its size.
    pub bytes: i64,
    /// Why it failed; `None`: it was made, and its file holds what was written.
    pub failure: Option<String>,
}

/// Remembers a backup, or that it failed; a year's worth is kept.
pub async fn record(tx: &mut Tx, made: &Made) -> Result<(), Error> {
    let id: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM backup").fetch_one(&mut **tx).await?;
    sqlx::query("INSERT INTO backup (id, at, file, bytes, failure) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(made.at.seconds())
        .bind(made.file.clone())
        .bind(made.bytes)
        .bind(made.failure.clone())
        .execute(&mut **tx)
        .await?;
    sqlx::query("DELETE FROM backup WHERE id <= $1").bind(id - 400).execute(&mut **tx).await?;
    Ok(())
}

/// The newest backup that was made: its age is shown and measured.
pub async fn newest(store: &Store) -> Result<Option<Made>, Error> {
    let row = sqlx::query("SELECT at, file, bytes, failure FROM backup WHERE failure IS NULL ORDER BY id DESC LIMIT 1")
        .fetch_optional(store.read())
        .await?;
    row.as_ref().map(read).transpose()
}

/// The last attempt, whatever became of it.
pub async fn last(store: &Store) -> Result<Option<Made>, Error> {
    let row = sqlx::query("SELECT at, file, bytes, failure FROM backup ORDER BY id DESC LIMIT 1").fetch_optional(store.read()).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Made, Error> {
    Ok(Made { at: Timestamp::from_seconds(row.try_get(0)?), file: row.try_get(1)?, bytes: row.try_get(2)?, failure: row.try_get(3)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_stands_in_an_argument() {
        let (url, password) = apart("postgres://hashimori:p%40ss@db.example:5432/store?sslmode=require");
        assert_eq!(url, "postgres://hashimori@db.example:5432/store?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss"));
        assert_eq!(apart("postgres://postgres@127.0.0.1/x"), ("postgres://postgres@127.0.0.1/x".to_owned(), None));
    }
}
