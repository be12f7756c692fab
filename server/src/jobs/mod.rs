//! Periodic jobs: idempotent, batched, one loop each, first run after a short while, ended by the stop token.

mod authority;
mod backup;
mod clock;
mod disaster;
mod log;
mod mail;
mod membership;
mod missing;
mod rank;
mod remind;
mod renewed;
mod retain;
mod sweep;
mod tell;
mod webhooks;

pub use authority::run as take_up_authority;
pub use mail::run as send_mail;
pub use missing::run as report_missing;
pub use remind::run as remind;
pub use renewed::run as end_renewed;
pub use tell::run as tell;

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;

/// Longest that a first run waits after the start.
const LONGEST_JITTER: Duration = Duration::from_secs(5);

/// Starts every job.
pub fn start(app: &App, stop: &CancellationToken, tasks: &TaskTracker) {
    every(app, stop, tasks, Job { name: "clock", period: Duration::from_mins(1) }, clock::run);
    every(app, stop, tasks, Job { name: "sweep", period: Duration::from_secs(20) }, sweep::run);
    every(app, stop, tasks, Job { name: "disaster", period: Duration::from_mins(1) }, disaster::run);
    every(app, stop, tasks, Job { name: "authority", period: Duration::from_mins(10) }, authority::run);
    every(app, stop, tasks, Job { name: "backup", period: Duration::from_mins(15) }, backup::run);
    every(app, stop, tasks, Job { name: "seal-log", period: Duration::from_millis(500) }, log::seal);
    every(app, stop, tasks, Job { name: "rank", period: Duration::from_secs(5) }, rank::run);
    every(app, stop, tasks, Job { name: "trim-days", period: Duration::from_hours(6) }, rank::trim);
    every(app, stop, tasks, Job { name: "mail", period: Duration::from_secs(10) }, mail::run);
    every(app, stop, tasks, Job { name: "webhooks", period: Duration::from_secs(5) }, webhooks::run);
    every(app, stop, tasks, Job { name: "trim-webhooks", period: Duration::from_hours(6) }, webhooks::trim);
    every(app, stop, tasks, Job { name: "tell", period: Duration::from_secs(10) }, tell::run);
    every(app, stop, tasks, Job { name: "remind", period: Duration::from_mins(10) }, remind::run);
    every(app, stop, tasks, Job { name: "missing", period: Duration::from_mins(10) }, missing::run);
    every(app, stop, tasks, Job { name: "renewed", period: Duration::from_mins(10) }, renewed::run);
    every(app, stop, tasks, Job { name: "trim-mail", period: Duration::from_hours(6) }, mail::trim);
    every(app, stop, tasks, Job { name: "erase-left", period: Duration::from_hours(1) }, membership::run);
    every(app, stop, tasks, Job { name: "retain", period: Duration::from_mins(30) }, retain::run);
    every(app, stop, tasks, Job { name: "prove-log", period: Duration::from_mins(10) }, log::prove);
}

/// A job's name and how often it runs.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// For the log.
    pub name: &'static str,
    /// From start to start.
    pub period: Duration,
}

/// Runs `work` every period until stopped. A failed run is logged and counted; the next one comes at its time.
pub fn every<F, W>(app: &App, stop: &CancellationToken, tasks: &TaskTracker, job: Job, work: W)
where
    W: Fn(App) -> F + Send + Sync + 'static,
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let (app, stop) = (app.clone(), stop.clone());
    tasks.spawn(async move {
        // Several collectors in front of one store should not meet at every tick; but what is due at a start is not to wait long.
        let most = job.period.mul_f64(0.1).min(LONGEST_JITTER);
        let jitter = most.mul_f64(f64::from(u16::from_be_bytes(app.random.bytes())) / f64::from(u16::MAX));
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + jitter, job.period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            // A job in the middle of a batch finishes it: shutdown waits for that.
            if let Err(error) = work(app.clone()).await {
                app.metrics.job_failures.inc();
                tracing::error!(job = job.name, error = format!("{error:#}"), "a periodic job failed");
            }
        }
    });
}
