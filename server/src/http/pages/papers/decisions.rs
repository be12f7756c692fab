//! The 事務局's list of papers that are theirs to approve.

use axum::extract::State as Use;
use axum::response::Response;

use super::{LISTED, applicant, days, mark, next, title};
use crate::domain::paper::ForSecretariat;
use crate::http::pages::guard::Who;
use crate::http::pages::places::After;
use crate::http::pages::typed::Asked;
use crate::http::pages::visit::Visitor;
use crate::http::pages::{PageError, Web, page, shell};
use crate::store::paper;
use crate::views::{DecisionLine, DecisionsPage, Moment, Place};

/// `GET /decisions`
pub(in crate::http::pages) async fn show_decisions(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(asked): Asked<After>,
) -> Result<Response, PageError> {
    let which = ForSecretariat::of(&web.pack.parameters().approval);
    let mut found = paper::list_for_secretariat(&web.store, person.scope.region(), which, (asked.id()?, LISTED + 1)).await?;
    let next = next(&mut found, "/decisions?");
    page(&DecisionsPage {
        shell: shell("decisions-title", &visitor, Some(&person)),
        lines: found
            .into_iter()
            .map(|(facility, name, found)| DecisionLine {
                id: found.paper.id.to_string(),
                facility: Place { id: facility.to_string(), name },
                title: title(&found.paper),
                mark: mark(&web, &found.paper),
                applicant: applicant(&person, &found),
                period: days(&found.paper),
                filed: Moment::new(found.paper.filed_at, web.now()),
            })
            .collect(),
        next,
        paged: asked.is_further(),
    })
}
