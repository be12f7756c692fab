//! `/`: the region at a glance for the 事務局, 今日の対応 for a facility. Everything comes from roll-ups and ranks, by key.

use axum::extract::State as Use;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::Who;
use super::live::Shown;
use super::places::name;
use super::sign_in::encode;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, live, page, shell, today};
use crate::domain::ids::RegionId;
use crate::domain::people::Scope;
use crate::domain::reading::Reading;
use crate::domain::summary::{Counts, Summary};
use crate::store::rank::{self, Kind, Position};
use crate::store::{agents, backup, device, facility, region, rollup, trend};
use crate::views::{BackupNote, Chart, Count, FacilityLine, Find, FoundDevice, Mark, RegionPage, SilenceView, VersionLine};
use crate::words::Text;

/// Facilities on one page.
const FACILITIES: u16 = 25;
/// Devices shown for a name.
const DEVICES: u16 = 20;
/// Versions shown.
const VERSIONS: u16 = 20;
/// Days of the trend, today included.
const DAYS: i64 = 90;
/// Longest name looked for, in characters.
const LONGEST: usize = 100;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    state: String,
    #[serde(default)]
    q: String,
    after: Option<String>,
}

impl Wanted {
    /// Which facilities; a word that is none names no page.
    fn kind(&self) -> Result<Kind, PageError> {
        if self.state.is_empty() { Ok(Kind::All) } else { Kind::from_word(&self.state).ok_or(PageError::NotFound) }
    }

    /// The name as looked for.
    fn text(&self) -> String {
        self.q.trim().chars().take(LONGEST).collect()
    }

    /// The path of the page that begins after `after`.
    fn path(kind: Kind, text: &str, after: Option<Position>) -> String {
        let mut fields = Vec::new();
        if kind != Kind::All {
            fields.push(format!("state={}", kind.as_str()));
        }
        if !text.is_empty() {
            fields.push(format!("q={}", encode(text)));
        }
        fields.extend(after.map(|position| format!("after={position}")));
        if fields.is_empty() { "/".to_owned() } else { format!("/?{}", fields.join("&")) }
    }
}

/// `GET /`
pub(super) async fn show_home(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Asked(wanted): Asked<Wanted>,
    shown: Shown,
) -> Result<Response, PageError> {
    let region = match person.scope {
        Scope::Facility(_, facility) => return Ok(Redirect::to(&format!("/facilities/{facility}/today")).into_response()),
        Scope::Region(region) => region,
    };
    let found = region::find(&web.store, region).await?.ok_or(PageError::NotFound)?;
    let (kind, text) = (wanted.kind()?, wanted.text());
    let after: Option<Position> = wanted.after.as_deref().map(str::parse).transpose().map_err(|()| PageError::NotFound)?;
    let revision = live::of_region(&web, (region, kind), (after, FACILITIES)).await?;
    if let Some(unchanged) = shown.unchanged(&revision) {
        return Ok(unchanged);
    }
    let (facilities, next) = list(&web, (region, kind), &text, after).await?;
    let (today, rules) = (web.now().jst_day(), &web.pack.parameters().staleness);
    let scope = rollup::Scope::Region(region);
    let sum = rollup::summary(&web.store, scope, today, rules).await?;
    let devices = if text.is_empty() { None } else { Some(search(&web, region, &text).await?) };
    let (devices, more_devices) = devices.map_or((None, false), |(devices, more)| (Some(devices), more));
    let (last, newest) = (backup::last(&web.store).await?, backup::newest(&web.store).await?);
    page(&RegionPage {
        shell: shell(Text::new("overview-title").with("region", found.name.clone()), &visitor, Some(&person)).live(revision),
        todos: today::of_region(&web, &found, &sum).await?,
        backup: BackupNote::of(last.as_ref(), newest.as_ref(), web.settings.daily_backup, web.now()),
        vacancies: vacancies(&web, region).await?,
        counts: sum.counts.present().map(|count| (counted(count), Wanted::path(Kind::Reading(count.0), "", None))).collect(),
        silence: silence(&web, &sum),
        find: find(kind, &text),
        caption: caption(kind, &text),
        facilities,
        next,
        first: after.map(|_| Wanted::path(kind, &text, None)),
        devices,
        more_devices,
        trend: trend_of(&web, scope, &sum.counts).await?,
        versions: versions(&web, scope).await?,
    })
}

/// How many facilities have no administrator, in all and for too long, if any.
pub(super) async fn vacancies(web: &Web, region: RegionId) -> Result<Option<(i64, i64)>, PageError> {
    let before = web.now().plus_days(-i64::from(web.pack.parameters().administrator.vacancy_alert_days));
    let (total, alarming) = facility::count_vacant(&web.store, region, before).await?;
    Ok((total > 0).then_some((total, alarming)))
}

fn counted((reading, devices): (Reading, i64)) -> Count {
    Count { mark: Mark::reading(reading), devices }
}

/// A page of the list, and the path of the next one.
async fn list(
    web: &Web,
    (region, kind): (RegionId, Kind),
    text: &str,
    after: Option<Position>,
) -> Result<(Vec<FacilityLine>, Option<String>), PageError> {
    let mut ranked = rank::list(&web.store, (region, kind), text, after, FACILITIES + 1).await?;
    let more = ranked.len() > usize::from(FACILITIES);
    ranked.truncate(usize::from(FACILITIES));
    let next = ranked.last().filter(|_| more).map(|last| Wanted::path(kind, text, Some(last.position)));
    let (today, rules) = (web.now().jst_day(), &web.pack.parameters().staleness);
    let ids: Vec<_> = ranked.iter().map(|line| line.position.facility).collect();
    let sums = rollup::summaries(&web.store, &ids, today, rules).await?;
    let line = |line: rank::Ranked| {
        let sum = sums.get(&line.position.facility);
        FacilityLine {
            id: line.position.facility.to_string(),
            name: line.name,
            counts: sum.map(|sum| sum.counts.present().map(counted).collect()).unwrap_or_default(),
            silent: sum.map_or(0, |sum| sum.silence.all()),
        }
    };
    Ok((ranked.into_iter().map(line).collect(), next))
}

/// Devices whose names match, and whether there are more.
async fn search(web: &Web, region: RegionId, text: &str) -> Result<(Vec<FoundDevice>, bool), PageError> {
    let mut found = device::list_named(&web.store, region, text, DEVICES + 1).await?;
    let more = found.len() > usize::from(DEVICES);
    found.truncate(usize::from(DEVICES));
    let mut devices = Vec::with_capacity(found.len());
    for device in found {
        let facility = facility::find(&web.store, region, device.facility).await?.map(|f| f.name).unwrap_or_default();
        devices.push(FoundDevice {
            id: device.id.to_string(),
            label: name(&device.label),
            facility_id: device.facility.to_string(),
            facility,
        });
    }
    Ok((devices, more))
}

fn silence(web: &Web, sum: &Summary) -> SilenceView {
    let rules = &web.pack.parameters().staleness;
    if sum.counts.all() == 0 {
        return SilenceView { text: Text::new("overview-silent-nobody"), link: None };
    }
    if sum.silence.all() == 0 {
        return SilenceView { text: Text::new("overview-silent-none").with("days", rules.stale_days), link: None };
    }
    let text = Text::new("overview-silent-some")
        .with("stale", sum.silence.stale)
        .with("days", rules.stale_days)
        .with("long", sum.silence.long)
        .with("long-days", rules.unknown_days)
        .with("never", sum.silence.never);
    SilenceView { text, link: Some("/?state=silent") }
}

fn find(kind: Kind, text: &str) -> Find {
    let mut kinds = vec![("", "overview-find-any", kind == Kind::All), ("silent", "overview-find-silent", kind == Kind::Silent)];
    kinds.extend(Reading::ALL.map(|reading| (reading.as_str(), Mark::reading(reading).word, kind == Kind::Reading(reading))));
    Find { text: text.to_owned(), kinds, filled: kind != Kind::All || !text.is_empty() }
}

fn caption(kind: Kind, text: &str) -> Text {
    match kind {
        Kind::All if text.is_empty() => Text::new("overview-list-worst"),
        Kind::All => Text::new("overview-list-named").with("text", text.to_owned()),
        Kind::Silent => Text::new("overview-list-most").with("state", Text::new("overview-find-silent")),
        Kind::Reading(reading) => Text::new("overview-list-most").with("state", Text::from(Mark::reading(reading).word)),
    }
}

/// The days before today as they were kept, and today as it is.
async fn trend_of(web: &Web, scope: rollup::Scope, now: &Counts) -> Result<Chart, PageError> {
    let today = web.now().jst_day();
    let mut days = trend::list(&web.store, scope, (today + 1 - DAYS, today - 1)).await?;
    days.push((today, now.clone()));
    Ok(Chart::of(&days))
}

async fn versions(web: &Web, scope: rollup::Scope) -> Result<Vec<VersionLine>, PageError> {
    let found = agents::list(&web.store, scope, VERSIONS).await?;
    let named = |agent: String| if agent.is_empty() { Text::new("versions-unknown") } else { Text::verbatim(agent) };
    Ok(found.into_iter().map(|version| VersionLine { version: named(version.agent), devices: version.devices }).collect())
}
