//! Certificates and sealed keys of the collector's own authority, its announcements, and ticket keys.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Error, Store, Tx};
use hashimori_shared::enroll::Announcement;
use hashimori_shared::time::Timestamp;

/// What a stored certificate of the authority is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityKind {
    /// The pinned root; older ones of this kind are trusted until nothing below them can come back.
    Root,
    /// A root announced as the next one.
    NextRoot,
    /// The next root's key, certified by the root before it. Has no key of its own.
    Cross,
    /// Signs leaves.
    Issuing,
    /// The device port's own leaf.
    Server,
}

impl AuthorityKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::NextRoot => "next_root",
            Self::Cross => "cross",
            Self::Issuing => "issuing",
            Self::Server => "server",
        }
    }
}

/// One stored certificate, its key sealed.
#[derive(Clone, Debug)]
pub struct AuthorityRow {
    /// Certificate, DER.
    pub certificate: Vec<u8>,
    /// Private key (PKCS#8 DER), sealed; absent when kept offline.
    pub sealed_key: Option<Vec<u8>>,
    /// Validity.
    pub not_before: Timestamp,
    /// Validity.
    pub not_after: Timestamp,
}

fn row(row: &AnyRow) -> Result<AuthorityRow, Error> {
    Ok(AuthorityRow {
        certificate: row.try_get(0)?,
        sealed_key: row.try_get(1)?,
        not_before: Timestamp::from_seconds(row.try_get(2)?),
        not_after: Timestamp::from_seconds(row.try_get(3)?),
    })
}

impl Store {
    /// Certificates of one kind, newest first.
    pub async fn list_authority(&self, kind: AuthorityKind) -> Result<Vec<AuthorityRow>, Error> {
        let rows = sqlx::query(
            "SELECT certificate, sealed_key, not_before, not_after FROM authority WHERE kind = $1 ORDER BY created_at DESC, id DESC",
        )
        .bind(kind.as_str())
        .fetch_all(self.read())
        .await?;
        rows.iter().map(row).collect()
    }

    /// Announcements in force, oldest first.
    pub async fn list_announcements(&self) -> Result<Vec<Announcement>, Error> {
        let rows = sqlx::query("SELECT payload, signature FROM announcement ORDER BY serial").fetch_all(self.read()).await?;
        rows.iter().map(|row| Ok(Announcement { payload: row.try_get(0)?, signature: row.try_get(1)? })).collect()
    }

    /// Ticket keys (name, sealed key, made at), newest first.
    pub async fn list_ticket_keys(&self) -> Result<Vec<(String, Vec<u8>, Timestamp)>, Error> {
        let rows = sqlx::query("SELECT name, sealed, created_at FROM ticket_key ORDER BY created_at DESC, name DESC")
            .fetch_all(self.read())
            .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, Timestamp::from_seconds(row.try_get(2)?)))).collect()
    }
}

impl Tx {
    /// Adds a certificate of the authority. It becomes the newest of its kind, also within the same second or after the clock fell back.
    pub async fn insert_authority(&mut self, id: &str, kind: AuthorityKind, new: &AuthorityRow, now: Timestamp) -> Result<(), Error> {
        let newest: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(created_at), -1) FROM authority WHERE kind = $1")
            .bind(kind.as_str())
            .fetch_one(&mut **self)
            .await?;
        sqlx::query(
            "INSERT INTO authority (id, kind, certificate, sealed_key, not_before, not_after, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(kind.as_str())
        .bind(new.certificate.clone())
        .bind(new.sealed_key.clone())
        .bind(new.not_before.seconds())
        .bind(new.not_after.seconds())
        .bind(now.seconds().max(newest + 1))
        .execute(&mut **self)
        .await
        .map(|_| ())
    }

    /// Forgets the private key of a root: it is kept offline from now on.
    pub async fn forget_authority_key(&mut self, kind: AuthorityKind) -> Result<(), Error> {
        sqlx::query("UPDATE authority SET sealed_key = NULL WHERE kind = $1").bind(kind.as_str()).execute(&mut **self).await.map(|_| ())
    }

    /// Removes every certificate of one kind.
    pub async fn delete_authority(&mut self, kind: AuthorityKind) -> Result<(), Error> {
        sqlx::query("DELETE FROM authority WHERE kind = $1").bind(kind.as_str()).execute(&mut **self).await.map(|_| ())
    }

    /// Removes roots that another one followed at `then` or before; how many there were.
    pub async fn delete_followed_roots(&mut self, then: Timestamp) -> Result<u64, Error> {
        let done = sqlx::query(
            "DELETE FROM authority WHERE kind = $1 AND created_at < \
             (SELECT MAX(created_at) FROM authority WHERE kind = $1 AND created_at <= $2)",
        )
        .bind(AuthorityKind::Root.as_str())
        .bind(then.seconds())
        .execute(&mut **self)
        .await?;
        Ok(done.rows_affected())
    }

    /// Removes server leaves that no longer serve.
    pub async fn delete_expired_authority(&mut self, kind: AuthorityKind, before: Timestamp) -> Result<(), Error> {
        sqlx::query("DELETE FROM authority WHERE kind = $1 AND not_after < $2")
            .bind(kind.as_str())
            .bind(before.seconds())
            .execute(&mut **self)
            .await
            .map(|_| ())
    }

    /// The number the next announcement takes.
    pub async fn next_announcement_serial(&mut self) -> Result<u64, Error> {
        let highest: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(serial), 0) FROM announcement").fetch_one(&mut **self).await?;
        Ok(u64::try_from(highest).unwrap_or(0) + 1)
    }

    /// Adds an announcement and withdraws older ones of its kind.
    pub async fn insert_announcement(&mut self, serial: u64, kind: &str, new: &Announcement, now: Timestamp) -> Result<(), Error> {
        sqlx::query("DELETE FROM announcement WHERE kind = $1").bind(kind).execute(&mut **self).await?;
        sqlx::query("INSERT INTO announcement (serial, kind, payload, signature, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(i64::try_from(serial).unwrap_or(i64::MAX))
            .bind(kind)
            .bind(new.payload.as_str())
            .bind(new.signature.as_str())
            .bind(now.seconds())
            .execute(&mut **self)
            .await
            .map(|_| ())
    }

    /// Gives an announcement another signature.
    pub async fn update_announcement(&mut self, serial: u64, signature: &str) -> Result<(), Error> {
        sqlx::query("UPDATE announcement SET signature = $1 WHERE serial = $2")
            .bind(signature)
            .bind(i64::try_from(serial).unwrap_or(i64::MAX))
            .execute(&mut **self)
            .await
            .map(|_| ())
    }

    /// Adds a ticket key and removes those made before or after the span to `keep`.
    pub async fn rotate_ticket_key(
        &mut self,
        name: &str,
        sealed: Vec<u8>,
        now: Timestamp,
        keep: (Timestamp, Timestamp),
    ) -> Result<(), Error> {
        sqlx::query("DELETE FROM ticket_key WHERE created_at < $1 OR created_at > $2")
            .bind(keep.0.seconds())
            .bind(keep.1.seconds())
            .execute(&mut **self)
            .await?;
        sqlx::query("INSERT INTO ticket_key (name, sealed, created_at) VALUES ($1, $2, $3)")
            .bind(name)
            .bind(sealed)
            .bind(now.seconds())
            .execute(&mut **self)
            .await
            .map(|_| ())
    }
}
