//! 自己点検 that are due: looked for once a day, and brought up once a month at each facility for as long as they are.

use hashimori_shared::lang::Lang;

use crate::app::App;
use crate::domain::mail::{Kind, Letter, Link, Recipients, Said};
use crate::domain::people::Role;
use crate::store::{mail, self_check, told};

/// What `store::told` calls the day's look.
const LOOK: &str = "self-check";
/// Facilities that are told in one transaction.
const AT_ONCE: u16 = 100;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let now = app.clock.now();
    let today = now.jst_date_in(Lang::English);
    if told::exists(app.store.read(), LOOK, &today).await? {
        return Ok(());
    }
    let since = now.plus_days(-i64::from(app.rules.book().any_pack().parameters().attestation.days));
    let month = format!("self-check {}", &today[..7]);
    loop {
        let due = self_check::list_untold(&app.store, (since, &month), AT_ONCE).await?;
        let mut tx = app.store.begin().await?;
        for (facility, devices) in &due {
            told::put(&mut tx, &facility.to_string(), &month, now).await?;
            let to = Recipients::Facility(*facility, &[Role::Administrator, Role::Deputy]);
            let letter = Letter::new(Kind::SelfCheckDue, to, Link::Page(format!("/facilities/{facility}/self-check")));
            let letter = letter.about("devices", Said::Number(*devices)).once(month.clone());
            mail::queue(&mut tx, (&app.random, now), &letter).await?;
        }
        let last = due.len() < usize::from(AT_ONCE);
        if last {
            told::put(&mut tx, LOOK, &today, now).await?;
        }
        tx.commit().await?;
        if last || app.stopping.is_cancelled() {
            return Ok(());
        }
    }
}
