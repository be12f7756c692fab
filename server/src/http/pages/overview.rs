//! `/`: the region at a glance for the 事務局, 今日の対応 for a facility. Everything comes from roll-ups and ranks, by key.

use axum::extract::State as Use;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::Who;
use super::live::{OfRegion, Shown};
use super::places::name;
use super::sign_in::encode;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, page, shell, today};
use crate::domain::area::Area;
use crate::domain::ids::{AreaId, RegionId};
use crate::domain::people::Scope;
use crate::domain::reading::Reading;
use crate::domain::summary::{Counts, Summary};
use crate::store::disaster::cover;
use crate::store::rank::{self, Kind, Position, Sought};
use crate::store::{agents, area, device, facility, region, rollup, trend};
use crate::views::{
    BackupNote, Chart, Count, Excepted, FacilityLine, Find, FoundDevice, MailNote, Mark, RegionPage, SilenceView, VersionLine,
};
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
    #[serde(default)]
    area: String,
    after: Option<String>,
}

/// The same, read.
struct Search {
    kind: Kind,
    text: String,
    area: Option<Area>,
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

    /// Read for a region; another's area names no page.
    async fn search(&self, web: &Web, region: RegionId) -> Result<Search, PageError> {
        let area = if self.area.is_empty() {
            None
        } else {
            let id: AreaId = self.area.parse().map_err(|_| PageError::NotFound)?;
            Some(area::find(web.store.read(), region, id).await?.ok_or(PageError::NotFound)?)
        };
        Ok(Search { kind: self.kind()?, text: self.text(), area })
    }
}

impl Search {
    /// The path of the page that begins after `after`.
    fn path(&self, after: Option<Position>) -> String {
        let mut fields = Vec::new();
        if self.kind != Kind::All {
            fields.push(format!("state={}", self.kind.as_str()));
        }
        if !self.text.is_empty() {
            fields.push(format!("q={}", encode(&self.text)));
        }
        fields.extend(self.area.as_ref().map(|area| format!("area={}", area.id)));
        fields.extend(after.map(|position| format!("after={position}")));
        if fields.is_empty() { "/".to_owned() } else { format!("/?{}", fields.join("&")) }
    }

    /// The facilities of a region that it finds.
    fn sought(&self, region: RegionId) -> Sought<'_> {
        Sought { region, kind: self.kind, area: self.area.as_ref().map(|area| area.id), named: &self.text }
    }

    /// The path of another list of the same area, whatever the names.
    fn path_of(&self, kind: Kind) -> String {
        Self { kind, text: String::new(), area: self.area.clone() }.path(None)
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
    let search = wanted.search(&web, region).await?;
    let after: Option<Position> = wanted.after.as_deref().map(str::parse).transpose().map_err(|()| PageError::NotFound)?;
    let seen = OfRegion::read(&web, search.sought(region), (after, FACILITIES + 1)).await?;
    let revision = seen.revision();
    if let Some(unchanged) = shown.unchanged(&revision) {
        return Ok(unchanged);
    }
    let (facilities, next) = list(&web, region, &search, &seen).await?;
    let (today, rules) = (web.now().jst_day(), &web.pack.parameters().staleness);
    let scope = rollup::Scope::Region(region);
    let sum = rollup::sum(&seen.counts, today, rules);
    let of_area = match &search.area {
        Some(area) => Some(rollup::summary_of_area(&web.store, area.id, today, rules).await?),
        None => None,
    };
    let sum_shown = of_area.as_ref().unwrap_or(&sum);
    let place = (region, seen.excepted.as_slice(), search.area.as_ref().map(|area| area.id));
    let covered = cover::counts(&web.store, place, web.now(), rules).await?;
    let apart = sum_shown.counts.without(&covered);
    let devices = if search.text.is_empty() { None } else { Some(named(&web, region, &search.text).await?) };
    let (devices, more_devices) = devices.map_or((None, false), |(devices, more)| (Some(devices), more));
    let (last, newest) = (seen.backups.0.as_ref(), seen.backups.1.as_ref());
    page(&RegionPage {
        shell: shell(Text::new("overview-title").with("region", found.name.clone()), &visitor, Some(&person)).live(revision),
        todos: today::of_region(&web, &found, (&sum, &seen)).await?,
        backup: BackupNote::of(last, newest, web.settings.daily_backup, web.now()),
        mail: MailNote::of(seen.letters),
        vacancies: seen.vacancies,
        filings: seen.filings,
        counts: apart.present().map(|count| (counted(count), search.path_of(Kind::Reading(count.0)))).collect(),
        excepted: excepted(&covered),
        silence: silence(&web, sum_shown, &search),
        find: find(&web, region, &search).await?,
        caption: caption(search.kind, &search.text),
        area: search.area.as_ref().map(|area| area.name.clone()),
        facilities,
        next,
        first: after.map(|_| search.path(None)),
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

/// Devices that are 災害時特例中, and how they read without it; `None`: none is.
fn excepted(covered: &Counts) -> Option<Excepted> {
    let devices = covered.all();
    (devices > 0).then(|| Excepted { devices, counts: covered.present().map(counted).collect() })
}

fn counted((reading, devices): (Reading, i64)) -> Count {
    Count { mark: Mark::reading(reading), devices }
}

/// A page of the list, and the path of the next one.
async fn list(web: &Web, region: RegionId, search: &Search, seen: &OfRegion) -> Result<(Vec<FacilityLine>, Option<String>), PageError> {
    let ranked = &seen.ranked[..seen.ranked.len().min(usize::from(FACILITIES))];
    let next = ranked.last().filter(|_| seen.ranked.len() > ranked.len()).map(|last| search.path(Some(last.position)));
    let (today, rules) = (web.now().jst_day(), &web.pack.parameters().staleness);
    let ids: Vec<_> = ranked.iter().map(|line| line.position.facility).collect();
    let sums = rollup::summaries(&web.store, &ids, today, rules).await?;
    let covered = cover::covered(&web.store, (region, &seen.excepted), &ids, web.now()).await?;
    let mut areas = area::names_of(&web.store, &ids).await?;
    let line = |line: &rank::Ranked| {
        let sum = sums.get(&line.position.facility);
        FacilityLine {
            excepted: covered.contains(&line.position.facility),
            areas: areas.remove(&line.position.facility).unwrap_or_default(),
            id: line.position.facility.to_string(),
            name: line.name.clone(),
            counts: sum.map(|sum| sum.counts.present().map(counted).collect()).unwrap_or_default(),
            silent: sum.map_or(0, |sum| sum.silence.all()),
        }
    };
    Ok((ranked.iter().map(line).collect(), next))
}

/// Devices whose names match, and whether there are more.
async fn named(web: &Web, region: RegionId, text: &str) -> Result<(Vec<FoundDevice>, bool), PageError> {
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

fn silence(web: &Web, sum: &Summary, search: &Search) -> SilenceView {
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
    SilenceView { text, link: Some(search.path_of(Kind::Silent)) }
}

async fn find(web: &Web, region: RegionId, search: &Search) -> Result<Find, PageError> {
    let Search { kind, text, area } = search;
    let mut kinds = vec![("", "overview-find-any", *kind == Kind::All), ("silent", "overview-find-silent", *kind == Kind::Silent)];
    kinds.extend(Reading::ALL.map(|reading| (reading.as_str(), Mark::reading(reading).word, *kind == Kind::Reading(reading))));
    let all = area::list(web.store.read(), region).await?;
    Ok(Find {
        text: text.clone(),
        kinds,
        areas: all.into_iter().map(|known| (known.id.to_string(), area.as_ref() == Some(&known), known.name)).collect(),
        filled: *kind != Kind::All || !text.is_empty() || area.is_some(),
    })
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
