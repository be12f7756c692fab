//! The log of pages that were asked for, and their request ids. It names the route, never the path: a path can hold a one-time
//! link's secret, and whom a page is about; nor who asked, nor from where.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::time::Instant;
use uuid::Uuid;

use crate::app::App;

/// Header that carries the request's id to whoever asked.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Set on a response whose page shows an id already: what failed is logged under the id that the person is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId(pub(super) Uuid);

/// `pages` with an id in every answer and a line in the log for each.
pub fn logged(pages: Router, app: App) -> Router {
    pages.layer(from_fn_with_state(app, log))
}

/// `routes` with an id in every answer but no line in the log: they are asked every few seconds.
pub fn numbered(routes: Router, app: App) -> Router {
    routes.layer(from_fn_with_state(app, number))
}

async fn number(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let shown = response.extensions_mut().remove::<RequestId>();
    let id = shown.map_or_else(|| app.random.uuid(app.clock.now()), |RequestId(id)| id);
    name(&mut response, id);
    response
}

/// Writes the id where whoever asked finds it.
pub(super) fn name(response: &mut Response, id: Uuid) {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
}

async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let (method, began) = (request.method().clone(), Instant::now());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    let shown = response.extensions_mut().remove::<RequestId>();
    let id = shown.map_or_else(|| app.random.uuid(app.clock.now()), |RequestId(id)| id);
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (route, status) = (route.as_ref().map_or("-", MatchedPath::as_str), response.status().as_u16());
    tracing::info!(request = %id, %method, route, status, took_ms, "answered");
    name(&mut response, id);
    response
}
