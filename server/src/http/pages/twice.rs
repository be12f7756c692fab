//! A form that is sent twice (a double click, a page gone back to) is taken once. A page that shows such a form gives it a mark of its
//! own, or what it says is its mark; what comes with a mark that was taken changes nothing, and leads to where it led the first time.

use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest as _, Sha256};

use super::visit::{Fields, Visitor};
use super::{PageError, Web};
use crate::store::{Tx, session, taken_form};

/// Bytes of a mark.
const MARK: usize = 16;
/// For how long, in seconds, what is shown only once is shown again to the browser that sent its form twice.
const AGAIN_S: i64 = 600;
/// What a path is sealed for: some hold a secret of their own.
const PATH_PURPOSE: &str = "taken form's path";

/// A mark for a form: the field `once`.
pub(super) fn mark(web: &Web) -> String {
    data_encoding::HEXLOWER.encode(&web.random.bytes::<MARK>())
}

/// The mark of a form whose page gave it none: all that it says, its token included, which is another one each time a page is shown.
/// Filled in otherwise it is another form.
pub(super) fn mark_of(typed: &Fields) -> String {
    let mut digest = Sha256::new();
    for text in typed.iter().flat_map(|(name, value)| [name, value]) {
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    }
    data_encoding::HEXLOWER.encode(&digest.finalize()[..MARK])
}

/// A form as it is being taken.
pub(super) struct Taking {
    session: String,
    /// `None`: its page gave it none.
    mark: Option<String>,
}

/// Takes the form with this mark in the transaction that does what it asks for; the answer instead, where it was taken before.
pub(super) async fn take(web: &Web, mut tx: Tx, visitor: &Visitor, mark: &str) -> Result<Result<(Tx, Taking), Response>, PageError> {
    let session = visitor.token.hash();
    if mark.len() != 2 * MARK {
        return Ok(Ok((tx, Taking { session, mark: None })));
    }
    if taken_form::insert(&mut tx, (&session, mark), web.now()).await? {
        return Ok(Ok((tx, Taking { session, mark: Some(mark.to_owned()) })));
    }
    let taken = taken_form::find(&mut tx, (&session, mark)).await?.ok_or_else(|| PageError::internal("a form that was taken is gone"))?;
    if let Some(once) = taken.once.filter(|_| web.now().seconds_since(taken.at) < AGAIN_S) {
        session::put_once(&mut tx, &session, &once).await?;
    }
    tx.commit().await?;
    let path = String::from_utf8(web.open(PATH_PURPOSE, &taken.led_to)?).map_err(PageError::internal)?;
    Ok(Err(Redirect::to(&path).into_response()))
}

impl Taking {
    /// Notes where it leads; `once` is the sealed text that the page there shows.
    pub(super) async fn leads_to(self, web: &Web, tx: &mut Tx, path: &str, once: Option<&str>) -> Result<(), PageError> {
        let Some(mark) = self.mark else { return Ok(()) };
        Ok(taken_form::update(tx, (&self.session, &mark), &web.seal(PATH_PURPOSE, path.as_bytes()), once).await?)
    }
}
