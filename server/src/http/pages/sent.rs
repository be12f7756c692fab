//! A form with a file (multipart/form-data, RFC 7578), read piece by piece by a handler whose guard has let the person in. What is held of
//! it is bounded, for one form and for all together; a file that is too large is read to its end without being kept, so that the browser
//! gets to read the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use tokio::sync::OwnedSemaphorePermit;

use super::typed::Typed;
use super::visit::{CSRF_FIELD, Fields, Kept, READ_LIMIT, Visitor, has_parts};
use super::{PageError, Web};
use crate::words::Text;

/// Longest wait for a piece.
const PIECE: Duration = Duration::from_secs(20);
/// Longest wait for others' files to be done with.
const TURN: Duration = Duration::from_secs(30);
/// Bytes of a form that are read at all.
const READ: usize = 32 << 20;

/// A file as it was sent.
pub(super) struct File {
    /// Its name, as the browser told it.
    pub name: String,
    /// Its media type, as the browser told it.
    pub declared: Option<String>,
    /// What is in it; `None`: more than is taken.
    pub bytes: Option<Vec<u8>>,
    /// Gives the place to the next one when it is dropped.
    _turn: OwnedSemaphorePermit,
}

/// Why a file did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// More was sent than is ever read.
    TooLong,
    /// It broke off, came too slowly, or its form has no sense.
    CutOff,
    /// Others' files are being taken.
    Busy,
}

impl Lost {
    /// What is wrong and what to do, and with which status that is said.
    pub(super) fn said(self) -> (StatusCode, Text) {
        match self {
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, Text::new("file-far-too-large")),
            Self::CutOff => (StatusCode::BAD_REQUEST, Text::new("file-cut-off")),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, Text::new("file-busy")),
        }
    }
}

/// A form whose file has at most `MOST` bytes; also without one, and without parts.
pub(super) struct Sent<const MOST: usize> {
    /// What was typed.
    pub fields: Fields,
    /// The file; `None`: none was chosen.
    pub file: Result<Option<File>, Lost>,
}

impl<const MOST: usize> FromRequest<Web> for Sent<MOST> {
    type Rejection = PageError;
    async fn from_request(mut request: Request, web: &Web) -> Result<Self, PageError> {
        if !has_parts(request.headers()) {
            let Typed(fields) = Typed::from_request(request, web).await?;
            return Ok(Self { fields, file: Ok(None) });
        }
        let visitor = request.extensions().get::<Visitor>().cloned().ok_or_else(|| PageError::internal("no visitor"))?;
        DefaultBodyLimit::max(READ).apply(&mut request);
        let form = Multipart::from_request(request, web).await.map_err(|_| PageError::Malformed(Kept::default()))?;
        let mut reading = Reading { visitor, shown: false, fields: Fields::new(), size: 0, file: None };
        let read = reading.all::<MOST>(form, web).await;
        match read {
            Ok(()) => {}
            // The token is the first field of our forms.
            Err(_) if !reading.shown => return Err(PageError::Malformed(Kept::of(&reading.fields))),
            Err(lost) => return Ok(Self { fields: reading.fields, file: Err(lost) }),
        }
        if reading.shown {
            Ok(Self { fields: reading.fields, file: Ok(reading.file) })
        } else {
            Err(PageError::Expired(Kept::of(&reading.fields)))
        }
    }
}

/// What was typed into a form with a file that is not taken, as far as its file.
pub(super) async fn typed(request: Request, web: &Web) -> Kept {
    let Some(visitor) = request.extensions().get::<Visitor>().cloned() else { return Kept::default() };
    let Ok(form) = Multipart::from_request(request, web).await else { return Kept::default() };
    let mut reading = Reading { visitor, shown: false, fields: Fields::new(), size: 0, file: None };
    // However it ends: what was read by then is there.
    let _ = reading.before_file(form).await;
    Kept::of(&reading.fields)
}

/// A form as far as it was read.
struct Reading {
    visitor: Visitor,
    /// Whether its token is one of ours.
    shown: bool,
    fields: Fields,
    /// Bytes of the fields.
    size: usize,
    file: Option<File>,
}

impl Reading {
    async fn all<const MOST: usize>(&mut self, mut form: Multipart, web: &Web) -> Result<(), Lost> {
        while let Some(part) = in_time(form.next_field()).await? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                None => self.field(name, part).await?,
                // No file before its token; and one file.
                Some(_) if !self.shown || self.file.is_some() => return Ok(()),
                Some(file) => self.file::<MOST>(file, part, web).await?,
            }
        }
        Ok(())
    }

    async fn before_file(&mut self, mut form: Multipart) -> Result<(), Lost> {
        while let Some(part) = in_time(form.next_field()).await? {
            if part.file_name().is_some() {
                return Ok(());
            }
            let name = part.name().unwrap_or_default().to_owned();
            self.field(name, part).await?;
        }
        Ok(())
    }

    async fn field(&mut self, name: String, mut part: Field<'_>) -> Result<(), Lost> {
        let mut value = Vec::new();
        while let Some(piece) = in_time(part.chunk()).await? {
            self.size += piece.len();
            if self.size > READ_LIMIT {
                return Err(Lost::TooLong);
            }
            value.extend_from_slice(&piece);
        }
        let value = String::from_utf8(value).map_err(|_| Lost::CutOff)?;
        self.shown |= name == CSRF_FIELD && self.visitor.showed(&value);
        self.fields.push((name, value));
        Ok(())
    }

    async fn file<const MOST: usize>(&mut self, name: String, mut part: Field<'_>, web: &Web) -> Result<(), Lost> {
        let declared = part.content_type().map(str::to_owned);
        let turn = tokio::time::timeout(TURN, Arc::clone(&web.files).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Lost::Busy) };
        let mut bytes = Some(Vec::new());
        while let Some(piece) = in_time(part.chunk()).await? {
            bytes = bytes.filter(|kept| kept.len() + piece.len() <= MOST);
            if let Some(kept) = &mut bytes {
                kept.extend_from_slice(&piece);
            }
        }
        // A browser sends a part without a name where no file was chosen.
        if !name.is_empty() || bytes.as_ref().is_none_or(|bytes| !bytes.is_empty()) {
            self.file = Some(File { name, declared, bytes, _turn: turn });
        }
        Ok(())
    }
}

async fn in_time<T>(read: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Lost> {
    match tokio::time::timeout(PIECE, read).await {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Lost::TooLong),
        Ok(Err(_)) | Err(_) => Err(Lost::CutOff),
    }
}
