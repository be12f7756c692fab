//! Proves the log, from the newest checkpoint (or its beginning) to its signed head, within one consistent view of the store.
//! Knows the signing key, so that nobody without the master key can make a log that passes.

use std::collections::HashMap;

use hashimori_shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection as _, Row as _};

use super::{COLUMNS, Error, Head, Store, entry, head};
use crate::domain::act::{What, Words};
use crate::domain::log::{Entry, LogKey, Mark, Seal, commitment, from_hex};
use crate::store::Engine;

/// Entries read at once.
const PAGE: i64 = 1_000;

/// A log that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Entries proven.
    pub entries: i64,
    /// Where it begins: 0, or the checkpoint's number.
    pub after: i64,
    /// Where it stands.
    pub head: Mark,
    /// Entries whose names were erased.
    pub erased: i64,
    /// Entries that wait to be sealed: nothing is proven of them yet.
    pub waiting: i64,
}

/// A log that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// The first entry that does not hold.
    pub seq: i64,
    /// Why.
    pub why: Why,
}

/// Why an entry does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The head.
    #[error("nothing that this collector signed says where the log stands")]
    NoHead,
    /// A checkpoint.
    #[error("the checkpoint here was not signed by this collector")]
    ForgedCheckpoint,
    /// A day's head.
    #[error("the head of a day noted here was not signed by this collector")]
    ForgedDay,
    /// An entry is missing.
    #[error("it is missing")]
    Missing,
    /// There is one that should not be.
    #[error("it lies outside the log that was signed")]
    Surplus,
    /// Its hash is another.
    #[error("it, or its place in the log, was changed")]
    Altered,
    /// Hashes fit, signatures do not: everything from here was written anew.
    #[error("the log was written anew from here on: the hashes fit, the signatures do not")]
    Rewritten,
    /// Its words are not those it was written with.
    #[error("its names or its text were changed")]
    WordsAltered,
    /// Its words are missing, and neither who is in it nor the people of its facility were erased since.
    #[error("its names are missing, though neither its actor, its object nor its facility was erased since")]
    WordsMissing,
    /// The anchor.
    #[error("the log is not the one the anchor was taken from")]
    OtherThanAnchor,
    /// The anchor.
    #[error("the log ends before the anchor")]
    ShorterThanAnchor,
    /// The anchor.
    #[error("the anchor lies before the checkpoint and was not the head of a day: it can neither be proven nor refuted")]
    AnchorTooOld,
}

impl std::fmt::Display for Break {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entry {}: {}", self.seq, self.why)
    }
}

/// Proves the log, and that it is a continuation of `anchor`. The inner error names the first entry that does not hold.
pub async fn verify(store: &Store, key: &LogKey, anchor: Option<Mark>) -> Result<Result<Whole, Break>, Error> {
    let mut connection = store.read().acquire().await?;
    let mut view = connection.begin().await?;
    if store.engine() == Engine::Postgres {
        sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *view).await?;
    }
    let found = prove(&mut view, key, anchor).await;
    view.rollback().await?;
    match found {
        Ok(whole) => Ok(Ok(whole)),
        Err(Failed::Broken(broken)) => Ok(Err(broken)),
        Err(Failed::Store(error)) => Err(error),
    }
}

enum Failed {
    Broken(Break),
    Store(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

const fn broken<T>(seq: i64, why: Why) -> Result<T, Failed> {
    Err(Failed::Broken(Break { seq, why }))
}

async fn prove(db: &mut AnyConnection, key: &LogKey, anchor: Option<Mark>) -> Result<Whole, Failed> {
    let start = checkpoint(db, key).await?;
    let days = days(db, key, start).await?;
    let head = head(db).await?.filter(|head| head.is_signed_by(key));
    let mut walk = Walk {
        key,
        mark: start,
        proven: start.seq,
        missing: Vec::new(),
        erased: HashMap::new(),
        emptied: HashMap::new(),
        anchor,
        days: &days,
    };
    walk.all(db).await?;
    let Some(Head { mark: signed, .. }) = head else { return broken(walk.proven + 1, Why::NoHead) };
    if walk.mark.seq > signed.seq {
        return broken(signed.seq + 1, Why::Surplus);
    }
    if walk.mark.seq < signed.seq {
        return broken(walk.mark.seq + 1, Why::Missing);
    }
    if walk.mark.hash != signed.hash {
        return broken(walk.proven + 1, Why::Rewritten);
    }
    // An erasure of this very second may not be sealed yet.
    let last = Erasure { seq: i64::MAX, at: i64::MAX };
    walk.erased.extend(fresh(db, What::PersonErased).await?.into_iter().map(|id| (id, last)));
    walk.emptied.extend(fresh(db, What::MembershipErased).await?.into_iter().map(|id| (id, last)));
    let erased = walk.check_missing_words()?;
    check_anchor(anchor, start, signed, &days)?;
    let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM log_entry WHERE seq IS NULL").fetch_one(db).await?;
    Ok(Whole { entries: signed.seq - start.seq, after: start.seq, head: signed, erased, waiting })
}

fn mark(row: &AnyRow) -> Result<Option<Mark>, Error> {
    let seq = row.try_get(0)?;
    Ok(from_hex(row.try_get(1)?).map(|hash| Mark { seq, hash }))
}

/// Where verification starts: the newest checkpoint; every one of them has to be signed.
async fn checkpoint(db: &mut AnyConnection, key: &LogKey) -> Result<Mark, Failed> {
    let mut start = Mark::GENESIS;
    for row in sqlx::query("SELECT seq, hash, at, signature FROM log_checkpoint ORDER BY seq").fetch_all(db).await? {
        let at = Timestamp::from_seconds(row.try_get(2)?);
        match mark(&row)? {
            Some(mark) if key.signed(Seal::Checkpoint, &mark, at, row.try_get(3)?) => start = mark,
            Some(_) | None => return broken(row.try_get(0)?, Why::ForgedCheckpoint),
        }
    }
    Ok(start)
}

/// Heads of days by number; every one of them has to be signed.
async fn days(db: &mut AnyConnection, key: &LogKey, start: Mark) -> Result<HashMap<i64, Mark>, Failed> {
    let mut days = HashMap::new();
    for row in sqlx::query("SELECT seq, hash, at, signature, day FROM log_day ORDER BY seq").fetch_all(db).await? {
        let at = Timestamp::from_seconds(row.try_get(2)?);
        match mark(&row)? {
            Some(mark) if key.signed(Seal::Day(row.try_get(4)?), &mark, at, row.try_get(3)?) => {
                days.insert(mark.seq, mark);
            }
            Some(_) | None => return broken(row.try_get::<i64, _>(0)?.max(start.seq), Why::ForgedDay),
        }
    }
    Ok(days)
}

fn check_anchor(anchor: Option<Mark>, start: Mark, head: Mark, days: &HashMap<i64, Mark>) -> Result<(), Failed> {
    let Some(anchor) = anchor else { return Ok(()) };
    if anchor.seq > head.seq {
        return broken(head.seq + 1, Why::ShorterThanAnchor);
    }
    // Later ones were compared on the way.
    if anchor.seq > start.seq || anchor == start || days.get(&anchor.seq) == Some(&anchor) {
        return Ok(());
    }
    let known = anchor.seq == start.seq || days.contains_key(&anchor.seq);
    broken(anchor.seq, if known { Why::OtherThanAnchor } else { Why::AnchorTooOld })
}

/// What entries of this kind that are not sealed yet are about.
async fn fresh(db: &mut AnyConnection, what: What) -> Result<Vec<String>, Failed> {
    let found: Vec<Option<String>> =
        sqlx::query_scalar("SELECT object_id FROM log_entry WHERE seq IS NULL AND what = $1").bind(what.as_str()).fetch_all(db).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The entry that tells of an erasure.
#[derive(Clone, Copy)]
struct Erasure {
    seq: i64,
    at: i64,
}

impl Erasure {
    /// Whether it took this entry's words. Entries of one second are sealed in any order, and what tells of it kept its own.
    const fn took(self, seq: i64, entry: &Entry) -> bool {
        seq < self.seq || (seq != self.seq && entry.at <= self.at)
    }
}

/// A walk along the chain.
struct Walk<'a> {
    key: &'a LogKey,
    mark: Mark,
    /// The last entry that a signature vouches for.
    proven: i64,
    /// Entries without words, with their numbers.
    missing: Vec<(i64, Entry)>,
    /// Persons whose erasure the log tells of; the last one counts.
    erased: HashMap<String, Erasure>,
    /// Facilities whose people's erasure the log tells of; the last one counts.
    emptied: HashMap<String, Erasure>,
    anchor: Option<Mark>,
    days: &'a HashMap<i64, Mark>,
}

impl Walk<'_> {
    async fn all(&mut self, db: &mut AnyConnection) -> Result<(), Failed> {
        let early: Option<i64> = sqlx::query_scalar("SELECT min(seq) FROM log_entry").fetch_one(&mut *db).await?;
        if let Some(early) = early
            && early <= self.mark.seq
        {
            return broken(early, Why::Surplus);
        }
        let sql = format!(
            "SELECT {COLUMNS}, e.seq, e.hash, e.signature, w.salt, w.actor, w.object, w.remark \
             FROM log_entry e LEFT JOIN log_words w ON w.entry_id = e.id WHERE e.seq > $1 ORDER BY e.seq LIMIT $2"
        );
        loop {
            let page = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(self.mark.seq).bind(PAGE).fetch_all(&mut *db).await?;
            for row in &page {
                self.one(row)?;
            }
            if page.is_empty() {
                return Ok(());
            }
        }
    }

    fn one(&mut self, row: &AnyRow) -> Result<(), Failed> {
        let entry = entry(row)?;
        let (seq, hash, signature): (i64, Option<String>, Option<String>) = (row.try_get(10)?, row.try_get(11)?, row.try_get(12)?);
        let next = self.mark.followed_by(&entry);
        if seq != next.seq {
            return broken(next.seq, Why::Missing);
        }
        if hash.as_deref().and_then(from_hex) != Some(next.hash) {
            return broken(seq, Why::Altered);
        }
        self.mark = next;
        let at = Timestamp::from_seconds(entry.at);
        let vouched = signature.as_deref().map(|signature| self.key.signed(Seal::Run, &next, at, signature));
        if vouched == Some(false) || self.days.get(&seq).is_some_and(|day| *day != next) {
            return broken(self.proven + 1, Why::Rewritten);
        }
        if let Some(anchor) = self.anchor
            && anchor.seq == seq
            && anchor.hash != next.hash
        {
            return broken(seq, Why::OtherThanAnchor);
        }
        self.words(row, &entry)?;
        if vouched.is_some() {
            self.proven = seq;
        }
        Ok(())
    }

    fn words(&mut self, row: &AnyRow, entry: &Entry) -> Result<(), Failed> {
        let told = entry.object_id.clone().map(|id| (id, Erasure { seq: self.mark.seq, at: entry.at }));
        if What::from_word(&entry.what) == Some(What::PersonErased) {
            self.erased.extend(told);
        } else if What::from_word(&entry.what) == Some(What::MembershipErased) {
            self.emptied.extend(told);
        }
        let Some(salt) = row.try_get::<Option<String>, _>(13)? else {
            self.missing.push((self.mark.seq, entry.clone()));
            return Ok(());
        };
        let words = Words { actor: row.try_get(14)?, object: row.try_get(15)?, remark: row.try_get(16)? };
        if commitment(&salt, &words) == entry.commitment { Ok(()) } else { broken(self.mark.seq, Why::WordsAltered) }
    }

    /// How many entries lack words; each by or about somebody who was erased since, or of a facility whose people were.
    fn check_missing_words(&self) -> Result<i64, Failed> {
        for (seq, entry) in &self.missing {
            let taken = |by: Option<&Erasure>| by.is_some_and(|by| by.took(*seq, entry));
            let erased = |id: &String| taken(self.erased.get(id));
            let person = erased(&entry.actor) || entry.object_id.as_ref().is_some_and(erased);
            let emptied = entry.facility.as_ref().is_some_and(|id| taken(self.emptied.get(id)));
            if !person && !emptied {
                return broken(*seq, Why::WordsMissing);
            }
        }
        Ok(i64::try_from(self.missing.len()).unwrap_or(i64::MAX))
    }
}
