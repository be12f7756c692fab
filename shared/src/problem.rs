//! RFC 9457 problem details, as the device port and the API answer errors. Outside text only: a 5xx says a request id and nothing else.

use serde::{Deserialize, Serialize};

/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem, RFC 9457.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:hashimori:problem:<slug>`; agents branch on it, never on text.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short summary (English).
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What was wrong and what to do (English; agents translate by `type`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Request id, `urn:uuid:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Which field broke which rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One refused field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the field.
    pub pointer: String,
    /// The rule it broke.
    pub rule: String,
}

/// Slugs of `Problem::kind` (after `urn:hashimori:problem:`).
pub mod kind {
    /// The body breaks the wire format's rules.
    pub const INVALID_REQUEST: &str = "invalid-request";
    /// No client certificate, or not one of ours.
    pub const CERTIFICATE_REQUIRED: &str = "certificate-required";
    /// The leaf has expired: renew.
    pub const CERTIFICATE_EXPIRED: &str = "certificate-expired";
    /// The device was retired; stop (410).
    pub const RETIRED: &str = "retired";
    /// The enrolment code is wrong, used up, revoked or expired (one answer for all).
    pub const CODE_REFUSED: &str = "code-refused";
    /// Too many attempts; wait.
    pub const THROTTLED: &str = "throttled";
    /// Overloaded; come back after `Retry-After`.
    pub const OVERLOADED: &str = "overloaded";
    /// Protocol or report version not spoken here.
    pub const UNSUPPORTED_VERSION: &str = "unsupported-version";
    /// No token, or none that works (one answer for all).
    pub const TOKEN_REQUIRED: &str = "token-required";
    /// The token is not good for this.
    pub const NOT_GRANTED: &str = "not-granted";
    /// There is no such thing, or it is somebody else's.
    pub const NOT_FOUND: &str = "not-found";
    /// Nothing can be changed here.
    pub const ONLY_READ: &str = "only-read";
    /// Something failed inside; the request id is in the collector's log.
    pub const INTERNAL: &str = "internal";
}

impl Problem {
    /// A problem with the given slug.
    pub fn new(kind: &str, status: u16, title: &str) -> Self {
        Self {
            kind: format!("urn:hashimori:problem:{kind}"),
            title: title.to_owned(),
            status,
            detail: None,
            instance: None,
            errors: Vec::new(),
        }
    }

    /// With an explanation.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Whether this is the problem with that slug.
    pub fn is(&self, kind: &str) -> bool {
        self.kind.strip_prefix("urn:hashimori:problem:") == Some(kind)
    }
}
