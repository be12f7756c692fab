//! The lists of a region's facilities in numbers, for the 事務局: persons, pledges, trainings, leavers, reviews. Never a name.

use axum::extract::State as Use;
use axum::response::Response;

use crate::domain::ids::FacilityId;
use crate::domain::staff::{Edition, Rules};
use crate::http::pages::guard::Who;
use crate::http::pages::places::After;
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::staff::sum;
use crate::views::{Place, StaffRegionLine, StaffRegionPage};

/// Facilities on one page.
const FACILITIES: u16 = 100;

/// `GET /staff`
pub(in crate::http::pages) async fn show_region(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let (after, now) = (asked.id::<FacilityId>()?, web.now());
    // Of each facility's editions the count knows by itself.
    let rules = Rules::new(Edition::FIRST, web.pack.parameters());
    let mut found = sum::list(web.store.read(), person.scope.region(), (after, FACILITIES + 1), (&rules, now)).await?;
    let more = found.len() > usize::from(FACILITIES);
    found.truncate(usize::from(FACILITIES));
    let next = found.last().filter(|_| more).map(|(id, ..)| format!("/staff?after={id}"));
    page(&StaffRegionPage {
        shell: shell("staff-region", &visitor, Some(&person)),
        lines: found
            .into_iter()
            .map(|(id, name, sum)| StaffRegionLine {
                facility: Place { id: id.to_string(), name },
                persons: sum.persons,
                pledges: sum.pledge.persons,
                trained: super::share(&sum),
                overdue: sum.overdue.persons,
                reviewed: super::reviewed(&sum, &rules, now),
            })
            .collect(),
        next,
        paged: asked.is_further(),
    })
}
