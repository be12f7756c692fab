//! Reminders that come from the clock, not from somebody looking: vacancies, silence, lists of staff and backups, and the operation
//! log's head of the day; papers that end or are overdue, the statutory clock of incidents, what was not cleared after a 災害時特例, self-checks. Each is
//! queued once for its occasion; a letter says how many and leads to the list.

mod answers;
mod clean_up;
mod incidents;
mod papers;

use crate::app::App;
use crate::backup::{OVERDUE_S, is_overdue};
use crate::domain::ids::RegionId;
use crate::domain::mail::{Kind, Letter, Link, Recipients, Said};
use crate::domain::staff::{Edition, Rules};
use crate::store::{backup, facility, log, mail, region, rollup, staff};

/// One run.
pub async fn run(app: App) -> anyhow::Result<()> {
    let Some(settings) = app.settings.mail.as_ref().filter(|_| !app.clock_guard.is_frozen()) else { return Ok(()) };
    let today = app.clock.now().jst_day();
    let backups_overdue = are_backups_overdue(&app).await?;
    let head = log::newest_day(&app.store).await?.filter(|(day, _)| settings.daily_head && *day == today);
    let mut letters = Vec::new();
    for region in region::list(&app.store).await? {
        let letter = |kind, path| Letter::new(kind, Recipients::Secretariat(region.id), page(path)).once(today.to_string());
        letters.extend(backups_overdue.then(|| letter(Kind::BackupOverdue, "/").about("hours", Said::Number(OVERDUE_S / 3_600))));
        letters.extend(head.as_ref().map(|(_, mark)| letter(Kind::LogHead, "/log").about("head", Said::Words(mark.to_string()))));
        letters.extend(vacancies(&app, region.id).await?);
        letters.extend(silence(&app, region.id).await?);
    }
    letters.extend(staff_lists(&app).await?);
    queue(&app, &letters).await?;
    papers::run(&app).await?;
    incidents::run(&app).await?;
    clean_up::run(&app).await?;
    answers::run(&app).await
}

async fn queue(app: &App, letters: &[Letter<'_>]) -> anyhow::Result<()> {
    if letters.is_empty() {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    for letter in letters {
        mail::queue(&mut tx, (&app.random, app.clock.now()), letter).await?;
    }
    Ok(tx.commit().await?)
}

fn page(path: &str) -> Link {
    Link::Page(path.to_owned())
}

/// Weeks since 1970: a reminder comes again every week.
fn week(app: &App) -> i64 {
    app.clock.now().jst_day().div_euclid(7)
}

/// Whenever another facility has been without an administrator for too long, and every week.
async fn vacancies(app: &App, region: RegionId) -> anyhow::Result<Option<Letter<'static>>> {
    let days = i64::from(app.rules.book().any_pack().parameters().administrator.vacancy_alert_days);
    let before = app.clock.now().plus_days(-days);
    let (_, alarming) = facility::count_vacant(&app.store, region, before).await?;
    let Some(newest) = facility::newest_vacancy(&app.store, region, before).await? else { return Ok(None) };
    let letter = Letter::new(Kind::Vacancies, Recipients::Secretariat(region), page("/vacancies"))
        .about("facilities", Said::Number(alarming))
        .about("days", Said::Number(days));
    Ok(Some(letter.once(format!("{} {}", newest.seconds(), week(app)))))
}

/// Every week in which devices are silent for so long that nothing is known of them.
async fn silence(app: &App, region: RegionId) -> anyhow::Result<Option<Letter<'static>>> {
    let rules = app.rules.book().any_pack().parameters().staleness.clone();
    let sum = rollup::summary(&app.store, rollup::Scope::Region(region), app.clock.now().jst_day(), &rules).await?;
    let letter = Letter::new(Kind::Silence, Recipients::Secretariat(region), page("/?state=silent"))
        .about("devices", Said::Number(sum.silence.long))
        .about("days", Said::Number(i64::from(rules.unknown_days)));
    Ok((sum.silence.long > 0).then(|| letter.once(week(app).to_string())))
}

/// Facilities looked at together.
const FACILITIES: u16 = 500;

/// Every week in which something is due of a facility's list of staff.
async fn staff_lists(app: &App) -> anyhow::Result<Vec<Letter<'static>>> {
    let (now, occasion) = (app.clock.now(), week(app).to_string());
    let rules = Rules::new(Edition::FIRST, app.rules.book().any_pack().parameters());
    let (mut letters, mut after) = (Vec::new(), None);
    loop {
        let facilities = staff::remind::list(app.store.read(), (Kind::StaffDue, &occasion), (after, FACILITIES)).await?;
        for &facility in &facilities {
            let sum = staff::sum::of_facility(app.store.read(), facility, (&rules, now)).await?;
            let (due, to) = (sum.due(rules.review_days, now), Recipients::Facility(facility, staff::remind::KEEPERS));
            let letter = Letter::new(Kind::StaffDue, to, page(&format!("/facilities/{facility}/staff"))).about("n", Said::Number(due));
            letters.extend((due > 0).then(|| letter.once(occasion.clone())));
        }
        after = facilities.last().copied();
        if facilities.len() < usize::from(FACILITIES) {
            return Ok(letters);
        }
    }
}

/// Whether there is no backup young enough, on a collector that makes them.
async fn are_backups_overdue(app: &App) -> anyhow::Result<bool> {
    let (last, newest) = (backup::last(&app.store).await?, backup::newest(&app.store).await?);
    Ok(app.settings.backup.is_some() && is_overdue(last.as_ref(), newest.as_ref(), app.clock.now()))
}
