//! 自己点検 that are due by the rules that hold at each facility, its own where it has laid some down (§26): looked for once a day, and
//! brought up once a month at each facility for as long as they are.

use hashimori_shared::lang::Lang;
use hashimori_shared::pack::Pack;

use crate::app::App;
use crate::domain::ids::FacilityId;
use crate::domain::mail::{Kind, Letter, Link, Recipients, Said};
use crate::domain::people::Role;
use crate::domain::self_check::counts_since;
use crate::store::region::{self, Region};
use crate::store::{mail, own_rules, self_check, told};

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
    let (book, month) = (app.rules.book(), format!("self-check {}", &today[..7]));
    let any = book.any_pack();
    for region in region::list(&app.store).await? {
        let pack = book.pack(&region.pack).unwrap_or(&any);
        if !by_the_regions_rules(app, &region, pack, &month).await? || !by_own_rules(app, &region, pack, &month).await? {
            return Ok(());
        }
    }
    let mut tx = app.store.begin().await?;
    told::put(&mut tx, LOOK, &today, now).await?;
    Ok(tx.commit().await?)
}

/// Facilities that go by the region's rules. `false`: the collector is ending, and not everybody is told.
async fn by_the_regions_rules(app: &App, region: &Region, pack: &Pack, month: &str) -> anyhow::Result<bool> {
    let since = counts_since(&pack.parameters().attestation, app.clock.now());
    loop {
        let due = self_check::list_untold(&app.store, region.id, (since, month), AT_ONCE).await?;
        tell(app, &due, month).await?;
        if app.stopping.is_cancelled() {
            return Ok(false);
        }
        if due.len() < usize::from(AT_ONCE) {
            return Ok(true);
        }
    }
}

/// Facilities that go by their own. `false`: the collector is ending, and not everybody is told.
async fn by_own_rules(app: &App, region: &Region, pack: &Pack, month: &str) -> anyhow::Result<bool> {
    let (book, now, mut after) = (app.rules.book(), app.clock.now(), None);
    loop {
        let page = own_rules::list_in_force(&app.store, region.id, after, AT_ONCE).await?;
        let mut due = Vec::new();
        for (facility, own) in &page {
            if told::exists(app.store.read(), &facility.to_string(), month).await? {
                continue;
            }
            let laid = book.pack_with(pack.id(), own);
            let since = counts_since(&laid.as_deref().unwrap_or(pack).parameters().attestation, now);
            let devices = self_check::count_due(&app.store, *facility, since).await?;
            due.extend((devices > 0).then_some((*facility, devices)));
        }
        tell(app, &due, month).await?;
        after = page.last().map(|(facility, _)| *facility);
        if app.stopping.is_cancelled() {
            return Ok(false);
        }
        if page.len() < usize::from(AT_ONCE) {
            return Ok(true);
        }
    }
}

async fn tell(app: &App, due: &[(FacilityId, i64)], month: &str) -> anyhow::Result<()> {
    if due.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    for (facility, devices) in due {
        told::put(&mut tx, &facility.to_string(), month, now).await?;
        let to = Recipients::Facility(*facility, &[Role::Administrator, Role::Deputy]);
        let letter = Letter::new(Kind::SelfCheckDue, to, Link::Page(format!("/facilities/{facility}/self-check")));
        let letter = letter.about("devices", Said::Number(*devices)).once(month.to_owned());
        mail::queue(&mut tx, (&app.random, now), &letter).await?;
    }
    Ok(tx.commit().await?)
}
