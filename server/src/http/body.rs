//! Reading a request's body within its own limit and the port's: bytes that are held while they are read and worked on come out
//! of one budget, so that no number of clients makes the collector grow. Time limits are the caller's. A form with a file is lent to its
//! page instead, which knows first who sends it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Frame, Incoming, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than allowed.
    TooLong,
    /// It ended before its end.
    Broken,
    /// Others hold all that bodies may take.
    NoRoom,
}

/// Bytes that the bodies of one port may hold at once.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    left: Arc<Semaphore>,
    whole: usize,
}

impl Budget {
    /// Of so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        let whole = bytes.min(Semaphore::MAX_PERMITS);
        Self { left: Arc::new(Semaphore::new(whole)), whole }
    }

    /// Bytes held now.
    pub(super) fn held(&self) -> usize {
        self.whole.saturating_sub(self.left.available_permits())
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Unread> {
        let bytes = u32::try_from(bytes).map_err(|_| Unread::NoRoom)?;
        Arc::clone(&self.left).try_acquire_many_owned(bytes).map_err(|_| Unread::NoRoom)
    }
}

/// A body, and its share of the budget until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) bytes: Bytes,
    _share: Option<OwnedSemaphorePermit>,
}

/// The whole body, at most `limit` bytes. What has arrived counts against the budget, not what was announced: announcing is free.
/// The usual body comes in one piece and is not copied.
pub(super) async fn read(mut body: Incoming, limit: usize, budget: &Budget) -> Result<Held, Unread> {
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLong);
    }
    let mut share: Option<OwnedSemaphorePermit> = None;
    let mut first = Bytes::new();
    let mut rest = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            return Err(Unread::TooLong);
        }
        let more = budget.take(data.len())?;
        match &mut share {
            Some(share) => share.merge(more),
            None => share = Some(more),
        }
        if first.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
    }
    let bytes = if rest.is_empty() {
        first
    } else {
        let mut whole = Vec::with_capacity(first.len() + rest.len());
        whole.extend_from_slice(&first);
        whole.extend(rest);
        whole.into()
    };
    Ok(Held { bytes, _share: share })
}

/// A body that is read by whoever answers; what they leave of it comes back.
pub(super) struct Lent {
    body: Option<Incoming>,
    back: Option<oneshot::Sender<Incoming>>,
}

impl Lent {
    /// The body to be lent, and where it comes back.
    pub(super) fn of(body: Incoming) -> (Self, oneshot::Receiver<Incoming>) {
        let (back, left) = oneshot::channel();
        (Self { body: Some(body), back: Some(back) }, left)
    }
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take()) {
            // Nobody waits for it where the connection is gone.
            let _ = back.send(body);
        }
    }
}

/// Reads on without keeping anything, at most `limit` bytes: a browser that is still sending reads no answer.
pub(super) async fn drain(mut body: Incoming, limit: usize) {
    let mut left = limit;
    while let Some(Ok(frame)) = body.frame().await {
        let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return };
        left = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_missing_until_it_is_given_back() {
        let budget = Budget::of(10);
        let (six, four) = (budget.take(6).expect("room"), budget.take(4).expect("room"));
        assert_eq!(budget.take(1).expect_err("none left"), Unread::NoRoom);
        drop(four);
        assert_eq!(budget.held(), 6);
        let mut both = six;
        both.merge(budget.take(4).expect("room again"));
        drop(both);
        assert_eq!(budget.held(), 0);
    }
}
