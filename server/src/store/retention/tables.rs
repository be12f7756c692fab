//! What becomes of the rows of every table: the one list of it. Whoever adds a table adds a line here; tests hold the list against the
//! schema of a real store and against the rules that delete.

use crate::domain::retention::Record;

/// What becomes of a table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They go with this record, as long after it was closed as the region's pack says (`records`, `history`, `pieces`, `log::trim`).
    Record(Record),
    /// They go so many days after they ended (`terms`).
    Days(i64),
    /// What else deletes them, and when.
    Ends(&'static str),
    /// They stay as long as the row of this table that they belong to.
    With(&'static str),
    /// They stay: why.
    Stays(&'static str),
}

use Fate::{Days, Ends, Record as Goes, Stays, With};

/// Every table but those of the migrations' own.
pub const TABLES: &[(&str, Fate)] = &[
    // Records, by the pack.
    ("report", Goes(Record::Reports)),
    ("state_change", Goes(Record::Changes)),
    ("presence", Goes(Record::Presence)),
    ("paper", Goes(Record::Papers)),
    ("paper_step", Goes(Record::Papers)),
    // Sooner, 30 days after the last step: where an applicant without an account was reached.
    ("paper_contact", Goes(Record::Papers)),
    // Sooner, with the name of whom the paper is for: nobody takes a name out of a picture.
    ("paper_attachment", Goes(Record::Papers)),
    ("loss", Goes(Record::Losses)),
    ("self_check", Goes(Record::SelfChecks)),
    ("self_check_device", Goes(Record::SelfChecks)),
    ("own_rules", Goes(Record::OwnRules)),
    ("personal_policy", Goes(Record::Policies)),
    ("member", Goes(Record::Members)),
    ("member_step", Goes(Record::Members)),
    ("training", Goes(Record::Trainings)),
    ("training_member", Goes(Record::Trainings)),
    ("pledge_edition", Goes(Record::Pledges)),
    ("member_review", Goes(Record::Reviews)),
    ("notice", Goes(Record::Notices)),
    ("notice_place", Goes(Record::Notices)),
    ("notice_reading", Goes(Record::Notices)),
    ("disaster", Goes(Record::Disasters)),
    ("disaster_step", Goes(Record::Disasters)),
    ("disaster_place", Goes(Record::Disasters)),
    ("disaster_let_in", Goes(Record::Disasters)),
    ("disaster_gone", Goes(Record::Disasters)),
    ("alert", Goes(Record::Alerts)),
    ("account_event", Goes(Record::AccountEvents)),
    ("log_entry", Goes(Record::Log)),
    ("log_words", Goes(Record::Log)),
    // What works no more, and what only keeps something from being done twice.
    ("session", Days(0)),
    ("delayed_reset", Days(0)),
    ("spent_challenge", Days(0)),
    ("log_view", Days(1)),
    ("invitation", Days(90)),
    ("enrolment_code", Days(400)),
    ("api_token", Days(400)),
    ("certificate", Days(401)),
    // Of papers, notices and exceptions: with them.
    ("told", Days(400)),
    ("letter", Ends("90 days after it was sent or given up; sooner with its paper or person")),
    ("mail_confirmation", Ends("when its link has expired")),
    ("webhook_event", Ends("after 30 days")),
    ("webhook_delivery", Ends("after 30 days, with its event; sooner with its webhook")),
    ("rollup_day", Ends("after 400 days; the newest of each scope stays")),
    ("backup", Ends("all but the newest 400, when one is made")),
    ("taken_form", Ends("after a day, when the next form is taken")),
    ("throttle", Ends("after a day, when somebody signs in")),
    ("enrolment_throttle", Ends("with its window, at the next wrong code")),
    ("ticket_key", Ends("after its hours, when the next one is made")),
    ("tail", Ends("when it is folded")),
    ("permit", Ends("when its paper is 利用中 no more")),
    ("rollup", Ends("when nothing is counted in it any more")),
    ("rollup_agent", Ends("when nothing is counted in it any more")),
    ("authority", Ends("when what replaced it has been taken up or it has expired")),
    ("announcement", Ends("when another of its kind is made")),
    // What an account is opened with, until it is closed.
    ("recovery_code", Ends("with its account's closing, or when another set is made")),
    ("passkey", Ends("with its account's closing")),
    ("oidc_identity", Ends("with its account's closing")),
    ("calendar_feed", Ends("with its account's closing")),
    ("mail_address", Ends("with its account's closing")),
    // The ledger, and what stands on it.
    ("region", Stays("the ledger")),
    ("facility", Stays("the ledger; what is held about its people is erased when it left long enough ago")),
    (
        "membership_step",
        Stays("the ledger: since when a facility takes part, by which forms; its names go when the facility's people are erased"),
    ),
    ("area", Stays("the ledger")),
    ("device", Stays("the ledger: a device that was handed over or destroyed (§20-9) stays on it")),
    ("exclusion", Stays("the ledger: why a device is not counted; of self-checks it goes with them")),
    ("person", Stays("an id that papers and the operation log name; the name is erased when the last role ended long enough ago")),
    ("appointment", Stays("dates and ids; the reasons go with the person's name")),
    ("facility_area", With("facility")),
    ("facility_rank", With("facility")),
    ("facility_due", With("facility")),
    ("facility_part", With("facility")),
    ("facility_link", With("facility")),
    ("disaster_door", With("facility")),
    ("own_rules_in_force", With("facility")),
    ("device_seen", With("device")),
    ("device_state", With("device")),
    ("device_part", With("device")),
    ("device_leaving", With("device")),
    ("ledger_card", With("device")),
    ("enrolment_evidence", With("device")),
    ("rollup_clause", Stays("sums over the ledger")),
    ("paper_number", Stays("the highest number given out: none is given out twice")),
    ("webhook", Stays("a setting, until somebody deletes it")),
    ("oidc_provider", Stays("a setting, until somebody deletes it")),
    ("log_day", Stays("the head of each day, which print-outs are compared with")),
    ("log_checkpoint", Stays("where the chain goes on after a deletion")),
    ("meta", Stays("one row for each thing the collector remembers")),
    ("tail_mark", Stays("one row")),
];

#[cfg(test)]
mod tests {
    use super::super::history::Aged;
    use super::super::{pieces, records, terms};
    use super::*;

    /// Tables that rules delete from, with the record each goes with.
    fn deleted() -> Vec<(&'static str, Fate)> {
        let table = |sql: &'static str| sql.strip_prefix("DELETE FROM ")?.split(' ').next();
        let mut found = Vec::new();
        for whole in &records::WHOLES {
            let parts = whole.parts.iter().filter_map(|(head, _)| table(head)).chain(whole.many.iter().map(|many| many.table));
            found.extend(parts.map(|table| (table, Goes(whole.record))));
        }
        for piece in &pieces::PIECES {
            found.extend(piece.each.iter().filter_map(|sql| table(sql)).map(|table| (table, Goes(piece.record))));
        }
        for term in &terms::TERMS {
            found.extend(term.each.iter().filter_map(|sql| table(sql)).map(|table| (table, Days(term.days))));
        }
        found.extend([Aged::Reports, Aged::Changes].map(|aged| (aged.table(), Goes(aged.record()))));
        // `history::presence`, `records::losses` and `log::trim`.
        found.extend([("presence", Record::Presence), ("loss", Record::Losses)].map(|(table, record)| (table, Goes(record))));
        found.extend(["log_entry", "log_words"].map(|table| (table, Goes(Record::Log))));
        found
    }

    #[test]
    fn whatever_the_list_says_goes_is_deleted_by_that_rule_and_nothing_else_is() {
        let deleted = deleted();
        for line in TABLES.iter().filter(|(_, fate)| matches!(fate, Goes(_) | Days(_))) {
            assert!(deleted.contains(line), "no rule deletes {line:?}");
        }
        for (table, by) in deleted {
            let fate = TABLES.iter().find(|(name, _)| *name == table).map(|(_, fate)| *fate);
            assert!(fate.is_some(), "{table} is not in the list");
            assert!(!matches!(fate, Some(Stays(_) | With(_))) || table == "exclusion", "{table} stays, and {by:?} deletes it");
        }
    }

    #[test]
    fn no_table_stands_twice_and_what_stays_with_another_names_one_that_is_there() {
        for (at, (table, fate)) in TABLES.iter().enumerate() {
            assert!(TABLES[..at].iter().all(|(other, _)| other != table), "{table} stands twice");
            if let With(of) = fate {
                assert!(TABLES.iter().any(|(other, _)| other == of), "{table} stays with {of}, which is not in the list");
            }
        }
    }
}
