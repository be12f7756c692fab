//! Time limits of a connection without a timer per request: reader and service note the phase, one lazily armed timer watches it.
//! hyper's own header timeout counts the rest between requests as well and allocates a timer each time; it has none for bodies.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use crate::config::Limits;

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// For the next request, or for the client to take the answer.
    Idle = 0,
    /// For the rest of a request's head.
    Head = 1,
    /// For the rest of its body.
    Body = 2,
    /// For the collector itself.
    Work = 3,
}

/// The phase and since when, in one word: 2 bits of phase, 62 of milliseconds since the connection began.
#[derive(Debug)]
pub(super) struct Pace {
    began: Instant,
    word: AtomicU64,
    limits: Limits,
}

impl Pace {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), word: AtomicU64::new(0), limits })
    }

    pub(super) fn enter(&self, phase: Phase) {
        let since = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX >> 2);
        self.word.store(since << 2 | phase as u64, Ordering::Relaxed);
    }

    fn phase(&self) -> Phase {
        match self.word.load(Ordering::Relaxed) & 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Body,
            _ => Phase::Work,
        }
    }

    fn read_some(&self) {
        if self.phase() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// When the present phase has lasted too long; `None`: the collector is at work, which has limits of its own.
    fn deadline(&self) -> Option<Instant> {
        let limit = match self.phase() {
            Phase::Idle => self.limits.idle,
            Phase::Head => self.limits.header,
            Phase::Body => self.limits.body,
            Phase::Work => return None,
        };
        Some(self.began + Duration::from_millis(self.word.load(Ordering::Relaxed) >> 2) + limit)
    }
}

/// A stream that notes when bytes arrive.
pub(super) struct Paced<T> {
    inner: T,
    pace: Arc<Pace>,
}

impl<T> Paced<T> {
    pub(super) const fn new(inner: T, pace: Arc<Pace>) -> Self {
        Self { inner, pace }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Paced<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.pace.read_some();
        }
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Paced<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

/// A connection that took too long over something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooSlow;

/// Drives a connection and ends it when a phase takes too long.
pub(super) struct Watched<C> {
    connection: Pin<Box<C>>,
    pace: Arc<Pace>,
    timer: Pin<Box<Sleep>>,
}

impl<C> Watched<C> {
    pub(super) fn new(connection: C, pace: Arc<Pace>) -> Self {
        let timer = tokio::time::sleep_until(pace.deadline().unwrap_or(pace.began));
        Self { connection: Box::pin(connection), pace, timer: Box::pin(timer) }
    }

    pub(super) fn connection(&mut self) -> Pin<&mut C> {
        self.connection.as_mut()
    }
}

impl<C: Future> Future for Watched<C> {
    type Output = Result<C::Output, TooSlow>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(output) = self.connection.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        loop {
            let deadline = self.pace.deadline();
            // A later deadline waits until the timer fires; only an earlier one moves it.
            if let Some(deadline) = deadline
                && deadline < self.timer.deadline()
            {
                self.timer.as_mut().reset(deadline);
            }
            if self.timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            match deadline {
                Some(deadline) if deadline <= Instant::now() => return Poll::Ready(Err(TooSlow)),
                Some(deadline) => self.timer.as_mut().reset(deadline),
                None => {
                    let again = Instant::now() + self.pace.limits.idle;
                    self.timer.as_mut().reset(again);
                }
            }
        }
    }
}
