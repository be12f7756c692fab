//! お知らせ by mail: once when it was sent, and once more, after the days it says, where nobody has confirmed it.

use super::to_many;
use crate::app::App;
use crate::domain::ids::FacilityId;
use crate::domain::mail::{Kind, Letter, Link, Recipients, Said};
use crate::domain::notice::Weight;
use crate::store::mail::Reached;
use crate::store::notice::{self, Untold};
use crate::store::told;

/// Notices of one run.
const NOTICES: u16 = 20;
/// What was sent before that is news no more: mail was off, or the collector.
const NEWS_DAYS: i64 = 3;
/// What `store::told` calls the two.
const SENT: &str = "sent";
const REMINDED: &str = "reminded";

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    for sent in notice::list_untold(&app.store, (now.plus_days(-NEWS_DAYS), now), SENT, NOTICES).await? {
        let kind = match sent.weight {
            Weight::Normal | Weight::Important => Kind::Notice,
            Weight::Emergency => Kind::NoticeUrgent,
        };
        if !tell(app, &sent, (kind, Reached::Notice(sent.id), SENT)).await? {
            return Ok(());
        }
    }
    for due in notice::list_to_remind(&app.store, now, REMINDED, NOTICES).await? {
        if !tell(app, &due, (Kind::NoticeReminder, Reached::Unconfirmed(due.id), REMINDED)).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Queues the letters about a notice; `false`: the collector is ending.
async fn tell(app: &App, notice: &Untold, (kind, reached, step): (Kind, Reached, &str)) -> anyhow::Result<bool> {
    let letter = |facility: FacilityId| {
        let link = Link::Page(format!("/facilities/{facility}/notices/{}", notice.id));
        let letter = Letter::new(kind, Recipients::Secretariat(notice.region), link);
        letter.about("day", Said::Day(notice.until.plus_seconds(-1))).once(notice.id.to_string())
    };
    if !to_many(app, (notice.region, reached), letter).await? {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    told::put(&mut tx, &notice.id.to_string(), step, app.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}
