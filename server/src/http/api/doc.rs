//! The OpenAPI document, made from the handlers and the types they answer with.

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use hashimori_shared::problem::PROBLEM_JSON;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, Content, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::answer::answer;
use super::problem::{ApiError, ProblemForm, form};
use super::{devices, disaster, facilities, papers, place};
use crate::http::pages::Web;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hashimori",
        version = "1",
        description = "What a facility's or a region's own systems may read: how devices stand, papers, incidents, disaster-time \
            exceptions. Nothing can be changed here, and nobody's name is in it. Tokens are made on the page \"External systems\" and sent as \
            `Authorization: Bearer …`. Answers carry an `ETag`; errors are problem details (RFC 9457). Times are UTC, days are Japan's.",
    ),
    paths(
        place::show_token,
        place::show_counts,
        facilities::list_facilities,
        facilities::show_facility,
        devices::list_devices,
        devices::show_device,
        devices::show_clauses,
        papers::list_papers,
        papers::list_incidents,
        disaster::show_disaster
    ),
    components(schemas(ProblemForm)),
    modifiers(&Common)
)]
struct Doc;

/// What every operation has: how a token is sent, and what can go wrong.
struct Common;

impl Modify for Common {
    fn modify(&self, doc: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        doc.components.get_or_insert_with(Components::new).add_security_scheme("token", SecurityScheme::Http(bearer));
        for operation in doc.paths.paths.values_mut().filter_map(|item| item.get.as_mut()) {
            add_refusals(operation);
        }
    }
}

fn add_refusals(operation: &mut Operation) {
    let has = |place: &ParameterIn| {
        let mut known = operation.parameters.iter().flatten().filter_map(|one| match one {
            RefOr::T(parameter) => Some(&parameter.parameter_in),
            RefOr::Ref(_) => None,
        });
        known.any(|known| known == place)
    };
    let (has_query, has_object) = (has(&ParameterIn::Query), has(&ParameterIn::Path));
    let unchanged = ResponseBuilder::new().description("What `If-None-Match` names still holds.").build();
    let answers = &mut operation.responses.responses;
    answers.insert("304".to_owned(), RefOr::T(unchanged));
    for (status, wanted, about) in [
        ("400", has_query, "The query cannot be read."),
        ("401", true, "No token, or none that works."),
        ("403", true, "The token may not read this."),
        ("404", has_object, "There is no such thing within what the token reads of."),
        ("429", true, "Too many requests; `Retry-After` says how long to wait."),
        ("500", true, "Something failed inside; `instance` names the request for the operator."),
    ] {
        if wanted {
            let problem = ResponseBuilder::new().description(about).content(PROBLEM_JSON, Content::new(Some(form())));
            answers.insert(status.to_owned(), RefOr::T(problem.build()));
        }
    }
}

static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Doc::openapi);

/// `GET /api/openapi.json`: anybody may read how it is asked.
pub(super) async fn show(State(web): State<Web>) -> Response {
    answer(&*DOCUMENT).unwrap_or_else(|error: ApiError| error.answer(&web))
}
