//! Where each clause is done: the one table of clauses and pages. A clause that a kind of paper answers, or the 自己点検, stands where
//! that is defined; everything else stands here, one row for a page.

use hashimori_shared::pack::{Answered, Clause};

use crate::domain::ids::FacilityId;
use crate::domain::paper::Kind;

/// A page on which clauses are done.
pub(super) struct Page {
    pub(super) clauses: &'static [&'static str],
    /// Key of what it is called.
    pub(super) called: &'static str,
    /// Its path for those at a facility, as the table of routes has it.
    pub(super) facility: Option<&'static str>,
    /// Its path for those who look after or read a whole region.
    pub(super) region: Option<&'static str>,
}

const fn page(
    clauses: &'static [&'static str],
    called: &'static str,
    facility: Option<&'static str>,
    region: Option<&'static str>,
) -> Page {
    Page { clauses, called, facility, region }
}

/// The table.
pub(super) const PAGES: &[Page] = &[
    page(&["§3", "附則1", "附則2", "附則3"], "rules-pack", Some("/rules"), Some("/rules")),
    page(&["§6", "§7"], "rules-place-accounts", None, Some("/accounts")),
    page(&["§8-1", "§8-2", "§11"], "intakes-title", Some("/facilities/{facility}/membership"), Some("/intakes")),
    page(&["§24"], "public-title", Some("/public/facilities"), Some("/public/facilities")),
    page(&["§15"], "people-title", Some("/facilities/{facility}/people"), Some("/vacancies")),
    page(&["§16-1"], "today-title", Some("/facilities/{facility}/today"), Some("/")),
    page(&["§16-2"], "ledger-title", Some("/facilities/{facility}/ledger"), Some("/")),
    page(&["§16-3", "§16-5", "§19-2", "§19-3", "§19-4"], "staff-title", Some("/facilities/{facility}/staff"), Some("/staff")),
    page(
        &["§17", "§17-1", "§17-2", "§17-3", "§17-4", "§17-5"],
        "staff-pledges",
        Some("/facilities/{facility}/staff/pledges"),
        Some("/staff"),
    ),
    page(&["§17後段"], "staff-training", Some("/facilities/{facility}/staff/training"), Some("/staff")),
    page(&["留1-2"], "staff-review", Some("/facilities/{facility}/staff"), Some("/staff")),
    page(&["§23"], "notices-title", Some("/facilities/{facility}/notices"), Some("/notices")),
    page(&["§20-13"], "policy-title", Some("/facilities/{facility}/personal-devices"), None),
    page(&["§25"], "disaster-title", Some("/facilities/{facility}/disaster"), Some("/disaster")),
    page(&["§26"], "own-title", Some("/facilities/{facility}/own-rules"), Some("/own-rules")),
    page(&["留4-3"], "rules-place-mail", Some("/account"), Some("/account")),
];

/// The 自己点検 answers whatever the pack has people asked about.
const SELF_CHECK: Page = page(&[], "self-check-title", Some("/facilities/{facility}/self-check"), None);

/// Where the papers of a kind are in a region.
const fn in_region(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Incident => Some("/incidents"),
        Kind::Guidance | Kind::Restriction => Some("/measures"),
        // The 事務局 decides about some of them, and reads the others at their facility.
        Kind::TakeOut | Kind::PersonalDevice => Some("/decisions"),
        Kind::HandOver | Kind::Consideration | Kind::FacilityCheck => None,
    }
}

/// Where a clause is done: key of what the page is called, and its path, where the reader has one.
pub(super) fn done_at(clause: &Clause, facility: Option<FacilityId>) -> Vec<(&'static str, Option<String>)> {
    let path = |page: &Page| match facility {
        Some(id) => page.facility.map(|path| path.replace("{facility}", &id.to_string())),
        None => page.region.map(str::to_owned),
    };
    let attested = clause.is_answered_by(Answered::Attestation).then_some(&SELF_CHECK);
    let pages = PAGES.iter().filter(|page| page.clauses.contains(&clause.id.as_str())).chain(attested);
    let papers = Kind::ALL.iter().filter(|kind| kind.clauses().contains(&clause.id.as_str()));
    let of_kind = |kind: &Kind| match facility {
        Some(id) => Some(format!("/facilities/{id}/papers?kind={}", kind.as_str())),
        None => in_region(*kind).map(str::to_owned),
    };
    pages.map(|page| (page.called, path(page))).chain(papers.map(|kind| (kind.key(), of_kind(kind)))).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use hashimori_shared::pack::Pack;

    use super::super::super::routes::table;
    use super::*;

    #[test]
    fn every_clause_answered_by_a_procedure_or_a_record_says_where_or_why_it_is_left_to_people() {
        let pack = Pack::bundled();
        let written = |clause: &&Clause| clause.is_answered_by(Answered::Workflow) || clause.is_answered_by(Answered::Record);
        let open: Vec<&str> = pack
            .clauses()
            .iter()
            .filter(written)
            .filter(|clause| done_at(clause, None).is_empty() && clause.out_of_scope.is_none())
            .map(|clause| clause.id.as_str())
            .collect();
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn every_row_is_about_clauses_of_the_pack_and_leads_to_a_page_of_the_table_of_routes() {
        let (pack, routes) = (Pack::bundled(), table());
        for page in PAGES.iter().chain([&SELF_CHECK]) {
            for clause in page.clauses {
                assert!(pack.clause(clause).is_some(), "{clause}");
            }
            assert!(page.facility.is_some() || page.region.is_some(), "{}", page.called);
            for path in [page.facility, page.region].into_iter().flatten() {
                assert!(routes.iter().any(|route| route.method == Method::GET && route.path == path), "{path}");
            }
        }
        for clause in Kind::ALL.iter().flat_map(|kind| kind.clauses()) {
            assert!(pack.clause(clause).is_some(), "{clause}");
        }
    }
}
