//! Sends what waits in the outbox, one letter after the other. While the clock is not believed nothing goes: neither the hours of
//! rest nor a letter's end could be told.

use hashimori_shared::time::Timestamp;

use crate::app::App;
use crate::config::MailSettings;
use crate::domain::calendar;
use crate::domain::ids::LetterId;
use crate::domain::mail::{Failure, next_try};
use crate::mail::{Frame, Transport, compose, send, transport};
use crate::store::mail::{self, Claimed};
use crate::store::paper;

/// Letters of one run.
const BATCH: u16 = 200;
/// How long a letter is in hand: longer than any conversation with a server takes.
const IN_HAND_S: i64 = 600;
/// Letters that ended are kept this long.
const KEEP_DAYS: i64 = 90;
/// Addresses of applicants without an account are kept this long after their paper's last step.
const KEEP_APPLICANTS_DAYS: i64 = 30;

/// One run.
pub async fn run(app: App) -> anyhow::Result<()> {
    let (waiting, _) = mail::count_waiting(app.store.read()).await?;
    if waiting > 0 && !app.clock_guard.is_frozen() {
        if let Some(settings) = &app.settings.mail {
            empty(&app, settings).await?;
        } else {
            let mut tx = app.store.begin().await?;
            let discarded = mail::discard_waiting(&mut tx).await?;
            tx.commit().await?;
            tracing::info!(discarded, "mail is switched off: what waited in the outbox was thrown away");
        }
    }
    let (waiting, retried) = mail::count_waiting(app.store.read()).await?;
    app.metrics.letters_waiting.set(waiting);
    app.metrics.letters_retried.set(retried);
    Ok(())
}

async fn empty(app: &App, settings: &MailSettings) -> anyhow::Result<()> {
    let now = app.clock.now();
    let due = mail::list_due(app.store.read(), now, BATCH).await?;
    if due.is_empty() {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    let overdue = mail::end_overdue(&mut tx, now).await?;
    tx.commit().await?;
    app.metrics.letters_failed.inc_by(overdue);
    // Without a way to the server a try is a failure like any other: it shows, and comes again.
    let way = match transport(settings, &app.store, &app.master).await {
        Ok(way) => Some(way),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "no mail can be sent");
            None
        }
    };
    for id in due {
        if app.stopping.is_cancelled() || !post(app, settings, way.as_ref(), id).await? {
            break;
        }
    }
    Ok(())
}

/// Sends one letter; `false`: the others would fare no better now.
async fn post(app: &App, settings: &MailSettings, way: Option<&Transport>, id: LetterId) -> anyhow::Result<bool> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let claimed = mail::claim(&mut tx, id, (now, now.plus_seconds(IN_HAND_S))).await?;
    tx.commit().await?;
    let Some(letter) = claimed else { return Ok(true) };
    let frame = Frame { sender: &settings.sender, public_url: &settings.public_url, master: &app.master, now };
    let sent = match (compose(&letter, &frame), way) {
        (Ok(message), Some(way)) => send(way, message).await,
        (Ok(_), None) => Err(Failure::Unreachable),
        (Err(failure), _) => Err(failure),
    };
    let mut tx = app.store.begin().await?;
    match sent {
        Ok(()) => {
            mail::put_sent(&mut tx, id, app.clock.now()).await?;
            app.metrics.letters_sent.inc();
        }
        Err(failure) => give_up_or_wait(app, &mut tx, &letter, (failure, app.clock.now())).await?,
    }
    tx.commit().await?;
    Ok(sent.err().is_none_or(|failure| !failure.is_the_servers()))
}

async fn give_up_or_wait(
    app: &App,
    tx: &mut crate::store::Tx,
    letter: &Claimed,
    (failure, now): (Failure, Timestamp),
) -> anyhow::Result<()> {
    let [random] = app.random.bytes();
    let next = letter.kind.due(now.plus_seconds(next_try(letter.tries, random)));
    let kind = letter.kind.as_str();
    if failure.is_passing() && next < letter.ends_at {
        tracing::warn!(kind, letter = %letter.id, failure = failure.to_word(), tries = letter.tries, "a letter could not be sent yet");
        mail::put_retry(tx, letter.id, failure, next).await?;
    } else {
        tracing::error!(kind, letter = %letter.id, failure = failure.to_word(), tries = letter.tries, "a letter is given up");
        mail::put_failed(tx, letter.id, failure, now).await?;
        app.metrics.letters_failed.inc();
    }
    Ok(())
}

/// Deletes what ended long ago; and says when the holidays that hours of rest go by are known no longer.
pub(super) async fn trim(app: App) -> anyhow::Result<()> {
    if let Some(days) = calendar::runs_out(app.clock.now()).filter(|_| app.settings.mail.is_some()) {
        tracing::warn!(days, "the holidays known end soon or have ended: reminders will go on holidays too; update the collector");
    }
    while !app.clock_guard.is_frozen() {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        let more = mail::delete_old(&mut tx, (now.plus_days(-KEEP_DAYS), now)).await?;
        paper::delete_old_contacts(&mut tx, (now.plus_days(-KEEP_APPLICANTS_DAYS), now)).await?;
        tx.commit().await?;
        if !more || app.stopping.is_cancelled() {
            break;
        }
    }
    Ok(())
}
