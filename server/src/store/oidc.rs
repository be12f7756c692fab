//! OpenID providers of regions, and whose account their subjects open.

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Executor, Row};

use super::{Error, person, rows};
use crate::domain::ids::{PersonId, ProviderId, RegionId};
use crate::domain::people::Person;

/// A region's provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Id.
    pub id: ProviderId,
    /// Whose people may use it.
    pub region: RegionId,
    /// As its button calls it.
    pub label: String,
    /// Issuer.
    pub issuer: String,
    /// Our id there.
    pub client_id: String,
    /// Our secret there, sealed.
    pub secret: Option<String>,
}

/// An account's subject at a provider, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// At which provider.
    pub provider: ProviderId,
    /// What the provider calls the person.
    pub name: String,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, region_id, label, issuer, client_id, secret";

fn read(row: &AnyRow) -> Result<Provider, Error> {
    Ok(Provider {
        id: rows::parsed(row, "id", "oidc_provider.id")?,
        region: rows::parsed(row, "region_id", "oidc_provider.region_id")?,
        label: row.try_get("label")?,
        issuer: row.try_get("issuer")?,
        client_id: row.try_get("client_id")?,
        secret: row.try_get("secret")?,
    })
}

/// Every provider, oldest first: a region has one at most.
pub async fn list(db: impl Executor<'_, Database = Any>) -> Result<Vec<Provider>, Error> {
    sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM oidc_provider ORDER BY id")))
        .fetch_all(db)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// One provider.
pub async fn find(db: impl Executor<'_, Database = Any>, id: ProviderId) -> Result<Option<Provider>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM oidc_provider WHERE id = $1")))
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The provider of a region.
pub async fn find_of(db: impl Executor<'_, Database = Any>, region: RegionId) -> Result<Option<Provider>, Error> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM oidc_provider WHERE region_id = $1")))
        .bind(region.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Makes it the region's provider. At another issuer subjects mean other people: what was linked at the former is void.
pub async fn put(tx: &mut AnyConnection, new: &Provider, now: Timestamp) -> Result<(), Error> {
    delete_of(&mut *tx, new.region).await?;
    sqlx::query(
        "INSERT INTO oidc_provider (id, region_id, label, issuer, client_id, secret, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id.to_string())
    .bind(new.region.to_string())
    .bind(new.label.as_str())
    .bind(new.issuer.as_str())
    .bind(new.client_id.as_str())
    .bind(new.secret.as_deref())
    .bind(now.seconds())
    .execute(tx)
    .await
    .map(drop)
}

/// The same provider under another label or secret: what is linked stays.
pub async fn update(tx: &mut AnyConnection, known: &Provider) -> Result<(), Error> {
    sqlx::query("UPDATE oidc_provider SET label = $2, secret = $3 WHERE id = $1")
        .bind(known.id.to_string())
        .bind(known.label.as_str())
        .bind(known.secret.as_deref())
        .execute(tx)
        .await
        .map(drop)
}

/// Removes a region's provider and what is linked there; `false` when there is none.
pub async fn delete_of(tx: &mut AnyConnection, region: RegionId) -> Result<bool, Error> {
    sqlx::query("DELETE FROM oidc_identity WHERE provider_id IN (SELECT id FROM oidc_provider WHERE region_id = $1)")
        .bind(region.to_string())
        .execute(&mut *tx)
        .await?;
    let done = sqlx::query("DELETE FROM oidc_provider WHERE region_id = $1").bind(region.to_string()).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Whose account a subject opens: of the provider's own region, and not disabled.
pub async fn find_person(db: impl Executor<'_, Database = Any>, provider: ProviderId, subject: &str) -> Result<Option<Person>, Error> {
    let row = sqlx::query(
        "SELECT p.id, p.region_id, p.facility_id, p.role, p.login, p.name \
         FROM oidc_identity i JOIN oidc_provider o ON o.id = i.provider_id \
         JOIN person p ON p.id = i.person_id AND p.region_id = o.region_id \
         WHERE i.provider_id = $1 AND i.subject = $2 AND p.disabled_at IS NULL",
    )
    .bind(provider.to_string())
    .bind(subject)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(person::person).transpose()
}

/// What an account is linked to.
pub async fn find_identity(db: impl Executor<'_, Database = Any>, person: PersonId) -> Result<Option<Identity>, Error> {
    let row = sqlx::query("SELECT provider_id, name, created_at, used_at FROM oidc_identity WHERE person_id = $1")
        .bind(person.to_string())
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(Identity {
            provider: rows::parsed(&row, "provider_id", "oidc_identity.provider_id")?,
            name: row.try_get("name")?,
            created_at: Timestamp::from_seconds(row.try_get("created_at")?),
            used_at: row.try_get::<Option<i64>, _>("used_at")?.map(Timestamp::from_seconds),
        })
    })
    .transpose()
}

/// Links a subject to an account; `false` when either is linked already.
pub async fn insert_identity(
    tx: &mut AnyConnection,
    provider: ProviderId,
    (subject, name): (&str, &str),
    person: PersonId,
    now: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO oidc_identity (provider_id, subject, person_id, name, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(provider.to_string())
    .bind(subject)
    .bind(person.to_string())
    .bind(name)
    .bind(now.seconds())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that an account was opened with its link.
pub async fn update_used(tx: &mut AnyConnection, person: PersonId, now: Timestamp) -> Result<(), Error> {
    sqlx::query("UPDATE oidc_identity SET used_at = $2 WHERE person_id = $1")
        .bind(person.to_string())
        .bind(now.seconds())
        .execute(tx)
        .await
        .map(drop)
}

/// Removes an account's link; `false` when there is none.
pub async fn delete_identity(tx: &mut AnyConnection, person: PersonId) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM oidc_identity WHERE person_id = $1").bind(person.to_string()).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}
