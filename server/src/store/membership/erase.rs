//! Erasing what is held about the people of a facility that has left. Rows stay where numbers are drawn from them; names, contacts
//! and what people typed go. The operation log loses its words, never its entries: the chain stays whole.

use hashimori_shared::time::Timestamp;

use crate::domain::ids::FacilityId;
use crate::domain::people::Person;
use crate::store::{Error, Store, Tx, person, rows};

/// Facilities erased in one run, at most.
const BATCH: i64 = 16;

/// Facilities that have left and whose people's data are due to be erased.
pub async fn list_due(store: &Store, now: Timestamp) -> Result<Vec<FacilityId>, Error> {
    let due: Vec<String> =
        sqlx::query_scalar("SELECT id FROM facility WHERE state = 'left' AND erase_at <= $1 ORDER BY erase_at, id LIMIT $2")
            .bind(now.seconds())
            .bind(BATCH)
            .fetch_all(store.read())
            .await?;
    due.iter().map(|id| id.parse().map_err(|_| rows::decode_error("facility.id"))).collect()
}

/// What stands for a name that is gone.
const GONE: &str = "—";

/// Each statement takes the facility as `$1`; those that put something in a name's place take that as `$2`.
const FORGET: &[(&str, bool)] = &[
    ("DELETE FROM log_words WHERE entry_id IN (SELECT l.id FROM log_entry l WHERE l.facility_id = $1)", false),
    ("DELETE FROM log_view WHERE person_id IN (SELECT p.id FROM person p WHERE p.facility_id = $1)", false),
    ("DELETE FROM paper_contact WHERE paper_id IN (SELECT p.id FROM paper p WHERE p.facility_id = $1)", false),
    ("UPDATE letter SET address = NULL WHERE paper_id IN (SELECT p.id FROM paper p WHERE p.facility_id = $1)", false),
    ("UPDATE member SET name = $2, job = '', mcs_id = '' WHERE facility_id = $1", true),
    ("UPDATE member_step SET why = '' WHERE member_id IN (SELECT m.id FROM member m WHERE m.facility_id = $1)", false),
    ("UPDATE training SET teacher = $2, void_why = CASE WHEN void_why = '' THEN '' ELSE $2 END WHERE facility_id = $1", true),
    ("UPDATE notice SET opened = opened - 1 WHERE id IN (SELECT r.notice_id FROM notice_reading r WHERE r.facility_id = $1)", false),
    (
        "UPDATE notice SET confirmed = confirmed - 1 WHERE id IN (SELECT r.notice_id FROM notice_reading r WHERE r.facility_id = $1 \
         AND r.confirmed_at IS NOT NULL)",
        false,
    ),
    ("DELETE FROM notice_reading WHERE facility_id = $1", false),
    ("DELETE FROM calendar_feed WHERE person_id IN (SELECT p.id FROM person p WHERE p.facility_id = $1)", false),
    ("UPDATE member_review SET differences = CASE WHEN differences = '' THEN '' ELSE $2 END WHERE facility_id = $1", true),
    ("UPDATE paper_step SET why = '', checker = '' WHERE paper_id IN (SELECT p.id FROM paper p WHERE p.facility_id = $1)", false),
    ("UPDATE paper SET applicant = $2, fields = '{}' WHERE facility_id = $1", true),
    ("DELETE FROM device_part WHERE n IN (SELECT d.n FROM device d WHERE d.facility_id = $1)", false),
    ("UPDATE device SET label = '', confirmed_by = NULL WHERE facility_id = $1", false),
    ("DELETE FROM enrolment_evidence WHERE device_id IN (SELECT d.id FROM device d WHERE d.facility_id = $1)", false),
    ("UPDATE alert SET closed_by = CASE WHEN closed_by IS NULL THEN NULL ELSE '' END WHERE facility_id = $1", false),
    ("UPDATE exclusion SET reason = '' WHERE facility_id = $1", false),
    ("UPDATE loss SET reason = '', found_reason = CASE WHEN found_reason IS NULL THEN NULL ELSE '' END WHERE facility_id = $1", false),
    ("UPDATE self_check SET note = '' WHERE facility_id = $1", false),
    (
        "UPDATE own_rules SET reason = '', decision = CASE WHEN decision IS NULL THEN NULL ELSE '' END, \
         ended_why = CASE WHEN ended_why IS NULL THEN NULL ELSE '' END WHERE facility_id = $1",
        false,
    ),
    ("UPDATE personal_policy SET risk = '' WHERE facility_id = $1", false),
    (
        "UPDATE disaster_let_in SET name = CASE WHEN name = '' THEN '' ELSE $2 END, from_where = '', contact = '', \
         cleared_why = CASE WHEN cleared_why IS NULL THEN NULL ELSE '' END WHERE facility_id = $1",
        true,
    ),
    ("UPDATE membership_step SET name = '', why = '' WHERE facility_id = $1", false),
];

/// Those whose names are still there; what they are called elsewhere is `retention::erase`'s.
pub async fn list_people(tx: &mut Tx, facility: FacilityId) -> Result<Vec<Person>, Error> {
    sqlx::query("SELECT id, region_id, facility_id, role, login, name FROM person WHERE facility_id = $1 AND erased_at IS NULL ORDER BY id")
        .bind(facility.to_string())
        .fetch_all(&mut **tx)
        .await?
        .iter()
        .map(person::person)
        .collect()
}

/// Erases what else is held about a facility's people. Done again, it changes nothing.
pub async fn erase_personal(tx: &mut Tx, facility: FacilityId) -> Result<(), Error> {
    for (sql, replaces) in FORGET {
        let query = sqlx::query(*sql).bind(facility.to_string());
        let query = if *replaces { query.bind(GONE) } else { query };
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
