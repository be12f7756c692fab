//! Waiting for a condition, with a deadline; never for a length of time.

use std::future::Future;
use std::time::{Duration, Instant};

/// Deadline for what a loaded two-core machine does within a second or two when idle.
pub const PATIENCE: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until `ask` gives a value; fails after `PATIENCE`, saying what was waited for.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = ask() {
            return Ok(value);
        }
        anyhow::ensure!(Instant::now() < deadline, "waited {PATIENCE:?} in vain for {what}");
        std::thread::sleep(PAUSE);
    }
}

/// `until` for a question that is itself asynchronous.
pub async fn until_async<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = ask().await {
            return Ok(value);
        }
        anyhow::ensure!(Instant::now() < deadline, "waited {PATIENCE:?} in vain for {what}");
        tokio::time::sleep(PAUSE).await;
    }
}
