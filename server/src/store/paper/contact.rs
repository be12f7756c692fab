//! Where whoever filed a paper without an account is told what became of it. Personal data: forgotten when nobody proved the address,
//! and a while after the paper is closed.

use hashimori_shared::lang::Lang;
use hashimori_shared::time::Timestamp;
use sqlx::{Any, AnyConnection, Executor, Row as _};

use crate::domain::ids::PaperId;
use crate::domain::mail::MailAddress;
use crate::store::belonging::Home;
use crate::store::{Error, Store, rows};

/// An address to be proved.
#[derive(Debug)]
pub struct NewContact<'a> {
    /// Of which paper.
    pub paper: PaperId,
    /// The address.
    pub address: &'a MailAddress,
    /// In which language its owner reads.
    pub lang: Lang,
    /// Hash of the link's secret.
    pub hash: &'a str,
    /// The sealed link.
    pub sealed: &'a str,
    /// Until when the link proves the address.
    pub ends_at: Timestamp,
}

/// Notes an address.
pub async fn insert_contact(tx: &mut AnyConnection, new: &NewContact<'_>) -> Result<(), Error> {
    sqlx::query("INSERT INTO paper_contact (paper_id, address, language, hash, sealed, ends_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(new.paper.to_string())
        .bind(new.address.as_str())
        .bind(new.lang.tag())
        .bind(new.hash)
        .bind(new.sealed)
        .bind(new.ends_at.seconds())
        .execute(tx)
        .await
        .map(drop)
}

/// An address as its paper's page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The address.
    pub address: MailAddress,
    /// When it was proved.
    pub confirmed: Option<Timestamp>,
    /// Until when the link that was mailed to it proves it.
    pub ends_at: Timestamp,
}

/// The address of whom a paper is for.
pub async fn find_contact(db: impl Executor<'_, Database = Any>, paper: PaperId) -> Result<Option<Contact>, Error> {
    let row = sqlx::query("SELECT address, confirmed_at, ends_at FROM paper_contact WHERE paper_id = $1")
        .bind(paper.to_string())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        let address = MailAddress::parse(row.try_get(0)?).map_err(|_| rows::decode_error("paper_contact.address"))?;
        let confirmed = row.try_get::<Option<i64>, _>(1)?.map(Timestamp::from_seconds);
        Ok(Contact { address, confirmed, ends_at: Timestamp::from_seconds(row.try_get(2)?) })
    })
    .transpose()
}

/// The sealed link to the page of whom a paper is for, where their address is proved.
pub async fn find_way(db: impl Executor<'_, Database = Any>, paper: PaperId) -> Result<Option<String>, Error> {
    sqlx::query_scalar("SELECT sealed FROM paper_contact WHERE paper_id = $1 AND confirmed_at IS NOT NULL")
        .bind(paper.to_string())
        .fetch_optional(db)
        .await
}

/// The paper behind a mailed link; one that nobody proved in time opens nothing.
pub async fn find_by_way(store: &Store, hash: &str, now: Timestamp) -> Result<Option<(Home, PaperId)>, Error> {
    let row = sqlx::query(
        "SELECT p.region_id, p.facility_id, p.id FROM paper_contact c JOIN paper p ON p.id = c.paper_id \
         WHERE c.hash = $1 AND (c.confirmed_at IS NOT NULL OR c.ends_at > $2)",
    )
    .bind(hash)
    .bind(now.seconds())
    .fetch_optional(store.read())
    .await?;
    row.map(|row| {
        let home = Home { region: rows::parsed(&row, 0, "paper.region_id")?, facility: rows::parsed(&row, 1, "paper.facility_id")? };
        let id = rows::parsed(&row, 2, "paper.id")?;
        Ok((home, id))
    })
    .transpose()
}

/// The address of a paper is proved; `false`: it was, or there is none.
pub async fn confirm_contact(tx: &mut AnyConnection, paper: PaperId, now: Timestamp) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE paper_contact SET confirmed_at = $2 WHERE paper_id = $1 AND confirmed_at IS NULL AND ends_at > $2")
        .bind(paper.to_string())
        .bind(now.seconds())
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets addresses that nobody proved in time, and those of papers whose last step was before `before` and that are closed.
pub async fn delete_old_contacts(tx: &mut AnyConnection, (before, now): (Timestamp, Timestamp)) -> Result<(), Error> {
    sqlx::query("DELETE FROM paper_contact WHERE confirmed_at IS NULL AND ends_at <= $1").bind(now.seconds()).execute(&mut *tx).await?;
    sqlx::query(
        "DELETE FROM paper_contact WHERE paper_id IN (SELECT p.id FROM paper p WHERE p.id = paper_contact.paper_id AND p.open = 0 \
         AND NOT EXISTS (SELECT 1 FROM paper_step s WHERE s.paper_id = p.id AND s.at >= $1))",
    )
    .bind(before.seconds())
    .execute(tx)
    .await
    .map(drop)
}
