//! Answers of the device port: JSON, and problems (RFC 9457). The cause of a failure goes to the log with a request id,
//! the id alone to the client.

use hashimori_shared::problem::{FieldError, PROBLEM_JSON, Problem, kind};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::super::body::Unread;
use super::Answer;
use crate::app::App;
use crate::metrics::Answered;
use crate::pki::PkiError;
use crate::store;

/// Seconds after which an overloaded collector wants to be asked again; agents add jitter of their own.
const OVERLOADED_S: u16 = 30;
/// The same when the disk is full: a person has to make room first.
const FULL_S: u16 = 300;
/// Seconds a throttled origin waits.
const THROTTLED_S: u16 = 600;

/// Why a request is not granted.
#[derive(Debug)]
pub(super) enum Refused {
    /// The body breaks the wire format's rules.
    Invalid(Vec<FieldError>),
    /// The body is longer than allowed.
    TooLong(usize),
    /// The client ended or stalled within its body.
    Broken,
    /// A version not spoken here.
    Version(u16),
    /// No client certificate, or one that is no device's.
    NoCertificate,
    /// The leaf has expired; whether it may still renew.
    Expired {
        /// Whether renewal is still open to it.
        may_renew: bool,
    },
    /// The certificate is ours, but names a facility that this store does not know.
    UnknownFacility,
    /// The device is out of use.
    Retired,
    /// The enrolment code does not work.
    Code,
    /// The code works, but its facility lets nothing new in.
    FacilityClosed,
    /// Too many attempts.
    Throttled,
    /// Come back later.
    Busy,
    /// No space left.
    Full,
    /// Failed inside: the cause, for the log.
    Failed(String),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        match store::classify(&error) {
            store::Failure::Full => Self::Full,
            store::Failure::Unavailable => Self::Busy,
            store::Failure::Fatal | store::Failure::Corrupt | store::Failure::Statement => Self::Failed(format!("store: {error}")),
        }
    }
}

impl From<PkiError> for Refused {
    fn from(error: PkiError) -> Self {
        match error {
            PkiError::Store(error) => error.into(),
            other => Self::Failed(format!("certificate authority: {other}")),
        }
    }
}

impl Refused {
    /// One refused field.
    pub(super) fn field(pointer: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { pointer: pointer.into(), rule: rule.into() }])
    }

    /// A body that was not read; `most` is its limit.
    pub(super) const fn unread(why: Unread, most: usize) -> Self {
        match why {
            Unread::TooLong => Self::TooLong(most),
            Unread::Broken => Self::Broken,
            Unread::NoRoom => Self::Busy,
        }
    }

    const fn counted(&self) -> Answered {
        match self {
            Self::Invalid(_) | Self::TooLong(_) | Self::Broken | Self::Version(_) => Answered::Invalid,
            Self::NoCertificate
            | Self::Expired { .. }
            | Self::UnknownFacility
            | Self::Retired
            | Self::Code
            | Self::FacilityClosed
            | Self::Throttled => Answered::Refused,
            Self::Busy | Self::Full => Answered::Unavailable,
            Self::Failed(_) => Answered::Failed,
        }
    }

    fn problem(&self) -> (Problem, Option<u16>) {
        let invalid = |status, title: &str| Problem::new(kind::INVALID_REQUEST, status, title);
        match self {
            Self::Invalid(errors) => {
                let mut problem = invalid(400, "The request breaks the wire format's rules");
                problem.errors.clone_from(errors);
                (problem, None)
            }
            Self::TooLong(most) => (invalid(413, "The body is too long").detail(format!("at most {most} bytes")), None),
            Self::Broken => (invalid(400, "The body ended before its announced end"), None),
            Self::Version(found) => {
                let problem = Problem::new(kind::UNSUPPORTED_VERSION, 400, "This version is not spoken here");
                (problem.detail(format!("version {found} was sent, {} is spoken", hashimori_shared::checkin::PROTOCOL_VERSION)), None)
            }
            Self::NoCertificate => (Problem::new(kind::CERTIFICATE_REQUIRED, 401, "A device certificate is required"), None),
            Self::Expired { may_renew } => {
                let detail = if *may_renew { "renew it at /v1/renew" } else { "it ended too long ago to be renewed: enrol again" };
                (Problem::new(kind::CERTIFICATE_EXPIRED, 403, "The device certificate has expired").detail(detail), None)
            }
            Self::UnknownFacility => {
                let detail =
                    "this collector does not know the facility that the certificate names; ask the region's office, or enrol again";
                (Problem::new(kind::CERTIFICATE_REQUIRED, 403, "The certificate is of no facility here").detail(detail), None)
            }
            Self::Retired => (Problem::new(kind::RETIRED, 410, "The device is out of use"), None),
            Self::Code => {
                let detail = "it is wrong, used up, revoked or expired; ask the facility's administrator for another";
                (Problem::new(kind::CODE_REFUSED, 403, "The enrolment code does not work").detail(detail), None)
            }
            Self::FacilityClosed => {
                let detail = "its facility is suspended or leaves the network; the code is not used up; ask the region's office";
                (Problem::new(kind::CODE_REFUSED, 403, "The facility lets no device in").detail(detail), None)
            }
            Self::Throttled => (Problem::new(kind::THROTTLED, 429, "Too many attempts"), Some(THROTTLED_S)),
            Self::Busy => (Problem::new(kind::OVERLOADED, 503, "The collector is busy"), Some(OVERLOADED_S)),
            Self::Full => {
                let detail = "keep the report and send it again; whoever runs the collector has to make room where its data lies";
                (Problem::new(kind::OVERLOADED, 507, "The collector has no space left").detail(detail), Some(FULL_S))
            }
            Self::Failed(_) => (Problem::new(kind::INTERNAL, 500, "Something failed inside"), None),
        }
    }

    /// The answer to the client; a failure is logged here, once.
    pub(super) fn into_answer(self, app: &App) -> Answer {
        app.metrics.answered(self.counted());
        let request = app.random.uuid(app.clock.now());
        match &self {
            Self::Failed(cause) => tracing::error!(%request, %cause, "a request failed"),
            Self::Full => {
                tracing::error!(%request, "the store has no space left, check-ins are refused: make room where its data lies");
            }
            other => tracing::debug!(%request, refused = ?other.counted(), "a request was refused"),
        }
        let (mut problem, retry_after) = self.problem();
        problem.instance = Some(request.urn().to_string());
        of_problem(&problem, retry_after)
    }
}

fn of_problem(problem: &Problem, retry_after: Option<u16>) -> Answer {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// 200 with JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Answer, Refused> {
    let body = serde_json::to_vec(value).map_err(|e| Refused::Failed(format!("an answer does not serialise: {e}")))?;
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(answer)
}

/// 204.
pub(super) fn no_content() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

/// 404: nothing else lives on this port.
pub(super) fn not_found(app: &App) -> Answer {
    numbered(Problem::new(kind::INVALID_REQUEST, 404, "There is nothing at this address"), app)
}

/// 405: every address takes POST alone.
pub(super) fn method_not_allowed(app: &App) -> Answer {
    let mut answer = numbered(Problem::new(kind::INVALID_REQUEST, 405, "Only POST is taken here"), app);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    answer
}

fn numbered(mut problem: Problem, app: &App) -> Answer {
    problem.instance = Some(app.random.uuid(app.clock.now()).urn().to_string());
    of_problem(&problem, None)
}
