//! JSON from a request's body.

use serde::de::DeserializeOwned;

use super::answer::Refused;

/// JSON of a request; a refusal says where it went wrong, never what was sent.
pub(super) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(bytes).map_err(|e| {
        let what = match e.classify() {
            serde_json::error::Category::Eof => "is cut off".to_owned(),
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "is not JSON".to_owned(),
            serde_json::error::Category::Data => format!("is not of the form this address takes: {e}"),
        };
        Refused::field("", format!("the body {what} (line {}, column {})", e.line(), e.column()))
    })
}
