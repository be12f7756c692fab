//! Names cut into pairs of neighbouring letters. A search for a part of a name looks only at the names that hold the rarest of its
//! pairs, and compares those in full.
//!
//! Invariant: a name's pairs are written in the transaction that writes the name.

use std::collections::BTreeSet;

use sqlx::Row as _;

use super::{Error, Store, Tx, rows};
use crate::domain::ids::FacilityId;

/// Names counted for a pair; one that is in more than these is no rare one.
const RARE: i64 = 20_000;
/// Pairs of a text that are looked at: a longer one has a rare one among its first.
const LOOKED_AT: usize = 16;

/// Whose names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whose {
    Devices,
    Facilities,
}

impl Whose {
    const fn table(self) -> &'static str {
        match self {
            Self::Devices => "device_part",
            Self::Facilities => "facility_part",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Devices => "n",
            Self::Facilities => "facility_id",
        }
    }
}

/// SQLite makes only the capitals of ASCII small, and names of before this table were cut by the engine: both ways stand in it.
fn forms(name: &str) -> BTreeSet<String> {
    [name.to_ascii_lowercase(), name.to_lowercase()].into()
}

/// The pairs of one form.
fn pairs(form: &str) -> Vec<String> {
    let letters: Vec<char> = form.chars().collect();
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// Cuts the name of a new device up.
pub(super) async fn insert_device(tx: &mut Tx, n: i64, name: &str) -> Result<(), Error> {
    let parts: Vec<String> = of(name).into_iter().collect();
    rows::insert(tx, ("INSERT INTO device_part (part, n)", 2, ""), &parts, |query, part| query.bind(part.clone()).bind(n)).await
}

/// The same for a device that was called otherwise.
pub(super) async fn rename_device(tx: &mut Tx, n: i64, (was, is): (&str, &str)) -> Result<(), Error> {
    for part in of(was) {
        sqlx::query("DELETE FROM device_part WHERE part = $1 AND n = $2").bind(part).bind(n).execute(&mut **tx).await?;
    }
    insert_device(tx, n, is).await
}

/// Cuts a facility's name up as it stands now.
pub(super) async fn put_facility(tx: &mut Tx, id: FacilityId) -> Result<(), Error> {
    let id = id.to_string();
    let name: String = sqlx::query_scalar("SELECT name FROM facility WHERE id = $1").bind(id.clone()).fetch_one(&mut **tx).await?;
    sqlx::query("DELETE FROM facility_part WHERE facility_id = $1").bind(id.clone()).execute(&mut **tx).await?;
    let (parts, shape) = (of(&name).into_iter().collect::<Vec<_>>(), ("INSERT INTO facility_part (part, facility_id)", 2, ""));
    rows::insert(tx, shape, &parts, |query, part| query.bind(part.clone()).bind(id.clone())).await
}

fn of(name: &str) -> BTreeSet<String> {
    forms(name).iter().flat_map(|form| pairs(form)).collect()
}

/// Where names with a text in them are to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Among {
    /// Among all: the text has no rare pair.
    All,
    /// Among those with one of these pairs; none: nobody is called so.
    Those(Vec<String>),
}

impl Among {
    /// What narrows a search down to these, where `key` is the name's; the pairs are bound from parameter `at` on.
    pub(super) fn condition(&self, whose: Whose, key: &str, at: usize) -> String {
        match self {
            Self::All => String::new(),
            Self::Those(parts) => {
                let places: Vec<String> = (at..at + parts.len()).map(|at| format!("${at}")).collect();
                format!(" AND {key} IN (SELECT {} FROM {} WHERE part IN ({}))", whose.key(), whose.table(), places.join(", "))
            }
        }
    }

    /// The pairs, in the order in which they are bound.
    pub(super) fn parts(self) -> Vec<String> {
        match self {
            Self::All => Vec::new(),
            Self::Those(parts) => parts,
        }
    }
}

/// Where to look for names with `text` in them.
pub(super) async fn among(store: &Store, whose: Whose, text: &str) -> Result<Among, Error> {
    let mut rarest = Vec::new();
    for form in forms(text) {
        let mut parts = pairs(&form);
        parts.truncate(LOOKED_AT);
        let Some((part, names)) = rarest_of(store, whose, parts).await? else { return Ok(Among::All) };
        if names >= RARE {
            return Ok(Among::All);
        }
        rarest.extend((names > 0).then_some(part));
    }
    Ok(Among::Those(rarest))
}

/// The pair that the fewest names hold, and how many do, counted as far as `RARE`; `None`: there is no pair.
async fn rarest_of(store: &Store, whose: Whose, parts: Vec<String>) -> Result<Option<(String, i64)>, Error> {
    if parts.is_empty() {
        return Ok(None);
    }
    let table = whose.table();
    let counted = |at| format!("(SELECT count(*) FROM (SELECT 1 AS one FROM {table} WHERE part = ${at} LIMIT {RARE}) c)");
    let columns: Vec<String> = (1..=parts.len()).map(counted).collect();
    let sql = format!("SELECT {}", columns.join(", "));
    let query = parts.iter().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), |query, part| query.bind(part.clone()));
    let row = query.fetch_one(store.read()).await?;
    let mut found = None;
    for (at, part) in parts.into_iter().enumerate() {
        let names: i64 = row.try_get(at)?;
        if found.as_ref().is_none_or(|(_, fewest)| names < *fewest) {
            found = Some((part, names));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_into_its_neighbouring_letters_and_capitals_count_as_small_ones() {
        assert_eq!(of("受付PC"), ["pc", "付p", "受付"].map(str::to_owned).into());
        assert_eq!(of("ＡB"), ["ａb", "Ａb"].map(str::to_owned).into());
        assert_eq!(of("桜"), BTreeSet::new());
        assert_eq!(of(""), BTreeSet::new());
    }
}
