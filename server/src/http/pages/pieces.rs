//! A file that goes out piece by piece while it is being read, so that a long one neither fills the memory nor lets its reader wait.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::sync::mpsc;

use crate::store::Error;

/// Pieces that wait for a slow line.
const WAITING: usize = 2;

/// Where the pieces go.
pub(super) struct Pieces(mpsc::Sender<Result<Bytes, Error>>);

impl Pieces {
    /// Sends one, when there is room; `false`: nobody takes the file any more.
    pub(super) async fn send(&self, piece: Vec<u8>) -> bool {
        self.0.send(Ok(piece.into())).await.is_ok()
    }
}

/// The body that `read` fills. Where it fails, the file breaks off: it does not look as if it had ended.
pub(super) fn body<F>(read: impl FnOnce(Pieces) -> F) -> Body
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (sender, taker) = mpsc::channel(WAITING);
    let reading = read(Pieces(sender.clone()));
    tokio::spawn(async move {
        if let Err(error) = reading.await {
            tracing::error!(%error, "a file broke off");
            let _ = sender.send(Err(error)).await;
        }
    });
    Body::new(Taker(taker))
}

struct Taker(mpsc::Receiver<Result<Bytes, Error>>);

impl hyper::body::Body for Taker {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    #[tokio::test]
    async fn pieces_arrive_in_order_and_a_file_that_cannot_be_read_on_breaks_off() {
        let whole = body(|pieces| async move {
            for n in 0..5_u8 {
                assert!(pieces.send(vec![n]).await);
            }
            Ok(())
        });
        assert_eq!(whole.collect().await.expect("whole").to_bytes(), [0, 1, 2, 3, 4].as_slice());
        let broken = body(|pieces| async move {
            pieces.send(vec![0]).await;
            Err(Error::PoolClosed)
        });
        assert!(broken.collect().await.is_err());
    }

    #[tokio::test]
    async fn who_leaves_ends_the_reading() {
        let (left, mut heard) = mpsc::channel(1);
        drop(body(|pieces| async move {
            while pieces.send(vec![0]).await {}
            let _ = left.send(()).await;
            Ok(())
        }));
        assert_eq!(heard.recv().await, Some(()));
    }
}
