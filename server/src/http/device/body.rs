//! Reading a request's body within its limit, and JSON from it; the time limit is `Pace`'s.

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use serde::de::DeserializeOwned;

use super::answer::Refused;

/// The whole body, at most `limit` bytes. The usual body comes in one piece and is not copied.
pub(super) async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, Refused> {
    let announced = body.size_hint().lower();
    if announced > limit as u64 {
        return Err(Refused::TooLong(limit));
    }
    let mut first = Bytes::new();
    let mut rest = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refused::Broken)?.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            return Err(Refused::TooLong(limit));
        }
        if first.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = Vec::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend(rest);
    Ok(whole.into())
}

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
