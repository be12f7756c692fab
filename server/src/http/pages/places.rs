//! A facility and its devices, with counts from the roll-ups. Lists page by key.

use std::collections::BTreeMap;

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::lang::Lang;
use hashimori_shared::verdict::State;
use serde::Deserialize;

use super::guard::{Here, Who};
use super::live::{OfFacility, Shown};
use super::membership::closed;
use super::people::vacant;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, alerts, page, shell};
use crate::domain::act::Act;
use crate::domain::device::{Ownership, Standing};
use crate::domain::ids::DeviceId;
use crate::domain::membership::Doing;
use crate::domain::overlay;
use crate::domain::people::{Person, Scope};
use crate::domain::reading::Reading;
use crate::store::device::Device;
use crate::store::device_state::Line;
use crate::store::listed::{self, Only};
use crate::store::{alert, area, facility, rollup};
use crate::views::{Count, DeviceLine, FacilityPage, Mark, Moment};
use crate::words::Text;

/// Devices on one page.
const DEVICES: u16 = 50;

/// Alerts on a facility's page; the rest is counted, and follows when these are closed.
const ALERTS: u16 = 10;

/// Clauses named beside a device; the rest are counted.
const CLAUSES: usize = 6;

/// Where a page of a list begins: after this id.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    after: Option<String>,
}

impl After {
    /// The id; what is not one names no page.
    pub(super) fn id<T: std::str::FromStr>(&self) -> Result<Option<T>, PageError> {
        self.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)
    }

    /// Whether it is not the first page.
    pub(super) const fn is_further(&self) -> bool {
        self.after.is_some()
    }
}

/// `GET /facilities/{facility}`
pub(super) async fn show_facility(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(asked): Asked<After>,
    shown: Shown,
) -> Result<Response, PageError> {
    let seen = OfFacility::read(&web, home).await?;
    let revision = seen.revision();
    if let Some(unchanged) = shown.unchanged(&revision) {
        return Ok(unchanged);
    }
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let (from, paged) = (asked.id::<DeviceId>()?, asked.is_further());
    let mut devices = listed::list(&web.store, home.facility, &Only::All, (from, DEVICES + 1)).await?;
    let more = devices.len() > usize::from(DEVICES);
    devices.truncate(usize::from(DEVICES));
    let next = devices.last().filter(|_| more).map(|(last, _)| format!("/facilities/{}?after={}", facility.id, last.id));
    // A list of several pages is read by key, in the order of enrolment.
    let worst_first = !more && !paged;
    if worst_first {
        devices.sort_by_cached_key(|(device, line)| gravity(&web, device, line));
    }
    let covered = seen.is_covered();
    let devices = devices
        .iter()
        .map(|(device, line)| device_line(&web, (&person, visitor.lang), device, line).under(device.standing, covered))
        .collect();
    let pending = seen.counts.iter().filter(|c| Act::Confirm.from().contains(&c.standing)).map(|c| c.devices).sum();
    let (open, _) = seen.alerts;
    let alerts = if open == 0 { Vec::new() } else { alert::list(&web.store, home.facility, ALERTS).await? };
    let lines = alerts::lines(&web, &person, alerts);
    page(&FacilityPage {
        shell: shell(Text::verbatim(&facility.name), &visitor, Some(&person)).live(revision),
        id: facility.id.to_string(),
        vacancy: facility::vacant_since(web.store.read(), facility.id).await?.map(|since| vacant(&web, since)),
        closed: closed(&web, home, Doing::Begin).await?,
        in_region: matches!(person.scope, Scope::Region(_)),
        areas: area::list_of(web.store.read(), facility.id).await?.into_iter().map(|area| area.name).collect(),
        counts: summed(&web, &seen.counts),
        excepted: covered.then(|| seen.counts.iter().filter(|c| c.standing == Standing::Active).map(|c| c.devices).sum()),
        alerts: alerts::shown(lines, open),
        pending,
        devices,
        worst_first,
        next,
        paged,
    })
}

/// The smaller, the further up: how a device reads, and in how many clauses.
pub(super) fn gravity(web: &Web, device: &Device, line: &Line) -> impl Ord + use<> {
    let (headline, day) = (line.headline, line.last_seen_at.map(hashimori_shared::time::Timestamp::jst_day));
    let reading = Reading::of(device.standing, headline, day, web.now().jst_day(), &web.pack.parameters().staleness);
    let clauses = line.clauses.iter().filter(|(_, code)| headline.is_some_and(|h| h.code() == *code)).count();
    (reading.is_none(), reading, std::cmp::Reverse(clauses), device.id.to_string())
}

pub(super) fn device_line(web: &Web, (reader, lang): (&Person, Lang), device: &Device, line: &Line) -> DeviceLine {
    let (now, seen) = (web.now(), line.last_seen_at);
    let (open, more) = open_clauses(&line.clauses);
    DeviceLine {
        id: device.id.to_string(),
        label: called(reader, device.ownership, &device.label, device.id),
        kind: if reader.role.sees_facts(device.ownership) { device.class.label(lang) } else { "" },
        mark: mark(web, device.standing, line.headline, seen.map(hashimori_shared::time::Timestamp::jst_day)),
        seen: seen.map(|at| Moment::new(at, now)),
        open,
        more,
    }
}

/// The clauses in the gravest state that calls for something to be done, and how many others call for something.
fn open_clauses(clauses: &[(String, i64)]) -> (Vec<String>, usize) {
    let open: Vec<(&String, State)> = clauses
        .iter()
        .filter_map(|(clause, code)| Some((clause, State::from_code(*code)?)))
        .filter(|(_, s)| calls_for_action(*s))
        .collect();
    let gravest = open.iter().map(|(_, state)| *state).max();
    let shown: Vec<String> =
        open.iter().filter(|(_, state)| Some(*state) == gravest).take(CLAUSES).map(|(clause, _)| (*clause).clone()).collect();
    let more = open.len() - shown.len();
    (shown, more)
}

/// Whether somebody has something to do about it.
pub(super) const fn calls_for_action(state: State) -> bool {
    !matches!(state, State::Compliant | State::NotApplicable)
}

/// What a device is called on screen.
pub(super) fn name(label: &str) -> Text {
    if label.trim().is_empty() { Text::new("device-unnamed") } else { Text::verbatim(label) }
}

/// What somebody calls a device: what others' own devices are called is their facility's business.
pub(super) fn called(reader: &Person, ownership: Ownership, label: &str, id: DeviceId) -> Text {
    if reader.role.sees_facts(ownership) {
        return name(label);
    }
    let id = id.to_string();
    Text::new("device-personal-named").with("id", id.rsplit('-').next().unwrap_or_default().to_owned())
}

/// How a device reads now: its standing where a person has to act on that, else its state.
pub(super) fn mark(web: &Web, standing: Standing, headline: Option<State>, last_day: Option<i64>) -> Mark {
    match standing {
        Standing::Active => Mark::of(overlay::read_as(headline, last_day, web.now().jst_day(), &web.pack.parameters().staleness)),
        Standing::Pending => Mark::waiting("standing-pending"),
        Standing::Reconfirm => Mark::waiting("standing-reconfirm"),
        Standing::Lost => Mark::alarming("standing-lost"),
        Standing::Copied => Mark::alarming("standing-copied"),
        Standing::Retired => Mark::out_of_use("standing-retired"),
        Standing::Refused => Mark::out_of_use("standing-refused"),
    }
}

/// Roll-ups as counts by what a list would show, gravest first.
fn summed(web: &Web, counts: &[rollup::Count]) -> Vec<Count> {
    let mut sums: BTreeMap<(std::cmp::Reverse<State>, &'static str), Count> = BTreeMap::new();
    for count in counts.iter().filter(|c| !matches!(c.standing, Standing::Retired | Standing::Refused)) {
        let mark = mark(web, count.standing, count.headline, count.day);
        let gravity = match count.standing {
            Standing::Active => overlay::read_as(count.headline, count.day, web.now().jst_day(), &web.pack.parameters().staleness),
            Standing::Lost | Standing::Copied => State::NonCompliant,
            Standing::Pending | Standing::Reconfirm | Standing::Retired | Standing::Refused => State::AwaitingDeclaration,
        };
        sums.entry((std::cmp::Reverse(gravity), mark.word)).or_insert(Count { mark, devices: 0 }).devices += count.devices;
    }
    sums.into_values().filter(|count| count.devices != 0).collect()
}
