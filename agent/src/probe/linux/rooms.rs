//! Bounded work: each room runs on its own small thread and is waited for only so long. A thread that hangs is left behind;
//! the process that observes is short-lived.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use hashimori_shared::report::{Fact, UnknownCode};

use super::disk::Obstacle;
use crate::probe::Limits;

/// Starts rooms with one time limit.
pub(super) struct Rooms {
    limit: Duration,
}

/// A room at work.
pub(super) struct AtWork<T> {
    answer: Receiver<T>,
    limit: Duration,
}

impl<T> AtWork<T> {
    /// The answer, or that there was none in time or at all.
    pub(super) fn wait(self) -> Result<T, Obstacle> {
        self.answer.recv_timeout(self.limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => Obstacle::Timeout,
            RecvTimeoutError::Disconnected => Obstacle::Failed,
        })
    }
}

/// A fact being asked.
pub(super) struct FactAtWork<T> {
    room: AtWork<Fact<T>>,
    source: &'static str,
}

impl<T> FactAtWork<T> {
    pub(super) fn wait(self) -> Fact<T> {
        let Self { room, source } = self;
        room.wait().unwrap_or_else(|obstacle| match obstacle {
            Obstacle::Timeout => Fact::unknown(UnknownCode::Timeout, "reading took too long and was given up", source),
            other => other.fact(source),
        })
    }
}

impl Rooms {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { limit: limits.per_probe }
    }

    /// Starts `ask` with what it needs. If no thread can be had, or the room panics, waiting gives an obstacle.
    pub(super) fn start<In: Send + 'static, T: Send + 'static>(&self, input: In, ask: impl FnOnce(&In) -> T + Send + 'static) -> AtWork<T> {
        let (sender, answer) = sync_channel(1);
        let run = move || {
            let _ = sender.send(ask(&input));
        };
        drop(std::thread::Builder::new().stack_size(1 << 20).spawn(run));
        AtWork { answer, limit: self.limit }
    }

    pub(super) fn fact<In: Send + Sync + 'static, T: Send + 'static>(
        &self,
        input: &Arc<In>,
        source: &'static str,
        ask: impl FnOnce(&In) -> Fact<T> + Send + 'static,
    ) -> FactAtWork<T> {
        FactAtWork { room: self.start(Arc::clone(input), move |input| ask(input)), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(limit: Duration) -> Rooms {
        Rooms::new(&Limits { per_probe: limit, ..Limits::default() })
    }

    #[test]
    fn a_room_that_hangs_or_breaks_costs_only_its_own_fact() {
        let nothing = Arc::new(());
        let (release, held) = std::sync::mpsc::channel::<()>();
        let hangs = rooms(Duration::from_millis(20)).fact(&nothing, "here", move |()| {
            let _ = held.recv();
            Fact::read(1, "here")
        });
        let breaks = rooms(Duration::from_mins(1)).fact::<_, u8>(&nothing, "there", |()| std::panic::panic_any("broken on purpose"));
        let works = rooms(Duration::from_mins(1)).fact(&nothing, "everywhere", |()| Fact::read(2, "everywhere"));
        let code = |fact: &Fact<u8>| match &fact.reading {
            hashimori_shared::report::Reading::Unknown(unknown) => Some(unknown.code),
            hashimori_shared::report::Reading::Value(_) => None,
        };
        assert_eq!(code(&hangs.wait()), Some(UnknownCode::Timeout));
        assert_eq!(code(&breaks.wait()), Some(UnknownCode::ParseFailed));
        assert_eq!(works.wait().value(), Some(&2));
        drop(release);
    }
}
