//! The devices behind a number: those of a facility that read in one way, are silent, or stand in one way on a clause.

use axum::extract::State as Use;
use axum::response::Response;
use hashimori_shared::verdict::State;
use serde::Deserialize;

use super::guard::{Here, Who};
use super::places::{device_line, gravity};
use super::sign_in::encode;
use super::typed::Asked;
use super::visit::Visitor;
use super::{PageError, Web, disaster, page, shell};
use crate::domain::device::Standing;
use crate::domain::ids::DeviceId;
use crate::domain::overlay;
use crate::domain::reading::Reading;
use crate::store::belonging::Home;
use crate::store::device::Device;
use crate::store::device_state::Line;
use crate::store::facility;
use crate::store::listed::{self, Only};
use crate::views::{ClauseName, ListedPage, Mark, Place};
use crate::words::Text;

/// Devices on one page.
const DEVICES: usize = 50;
/// Devices read at once: as many as are shown, and one that tells whether there are more.
const READ: u16 = 51;

/// Which devices.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    is: String,
    clause: Option<String>,
    after: Option<String>,
}

/// The same, understood.
enum Which {
    Reads(Reading),
    Silent,
    Never,
    Clause(String, State),
}

impl Which {
    fn of(web: &Web, wanted: &Wanted) -> Option<Self> {
        if let Some(clause) = &wanted.clause {
            web.pack.clause(clause)?;
            let state = match Reading::from_word(&wanted.is)? {
                Reading::NonCompliant => State::NonCompliant,
                Reading::Unknown => State::Unknown,
                Reading::Stale => State::Stale,
                Reading::AwaitingDeclaration => State::AwaitingDeclaration,
                Reading::RecommendationUnmet => State::RecommendationUnmet,
                Reading::Compliant => State::Compliant,
                Reading::NotApplicable => State::NotApplicable,
                Reading::Lost | Reading::Copied | Reading::Pending | Reading::Reconfirm => return None,
            };
            return Some(Self::Clause(clause.clone(), state));
        }
        match wanted.is.as_str() {
            "silent" => Some(Self::Silent),
            "never" => Some(Self::Never),
            word => Reading::from_word(word).map(Self::Reads),
        }
    }

    /// What the store need not hand out others than.
    fn only(&self, web: &Web) -> Only {
        let heard = web.now().jst_day() - i64::from(web.pack.parameters().staleness.stale_days);
        match self {
            Self::Reads(reading) => match reading {
                Reading::Lost => Only::Standing(Standing::Lost),
                Reading::Copied => Only::Standing(Standing::Copied),
                Reading::Pending => Only::Standing(Standing::Pending),
                Reading::Reconfirm => Only::Standing(Standing::Reconfirm),
                Reading::NonCompliant => Only::Headline(State::NonCompliant),
                // Silence makes these, too.
                Reading::Unknown => Only::HeadlineOrSilent(State::Unknown, heard),
                Reading::Stale => Only::HeadlineOrSilent(State::Stale, heard),
                Reading::AwaitingDeclaration => Only::Headline(State::AwaitingDeclaration),
                Reading::RecommendationUnmet => Only::Headline(State::RecommendationUnmet),
                Reading::Compliant => Only::Headline(State::Compliant),
                Reading::NotApplicable => Only::Headline(State::NotApplicable),
            },
            Self::Silent | Self::Never => Only::Silent(heard),
            Self::Clause(clause, state) => Only::Clause(clause.clone(), *state),
        }
    }

    fn holds(&self, web: &Web, device: &Device, line: &Line) -> bool {
        let (today, rules) = (web.now().jst_day(), &web.pack.parameters().staleness);
        let day = line.last_seen_at.map(hashimori_shared::time::Timestamp::jst_day);
        let in_use = device.standing == Standing::Active;
        match self {
            Self::Reads(reading) => Reading::of(device.standing, line.headline, day, today, rules) == Some(*reading),
            Self::Silent => in_use && day.is_none_or(|day| overlay::silence(day, today, rules).is_some()),
            Self::Never => in_use && day.is_none(),
            Self::Clause(clause, state) => in_use && line.clauses.iter().any(|(c, code)| c == clause && *code == state.code()),
        }
    }

    fn text(&self) -> Text {
        match self {
            Self::Reads(reading) => Text::from(Mark::reading(*reading).word),
            Self::Silent => Text::new("listed-silent"),
            Self::Never => Text::new("listed-never"),
            Self::Clause(clause, state) => {
                Text::new("listed-clause").with("clause", clause.clone()).with("state", Text::from(Mark::of(*state).word))
            }
        }
    }
}

/// `GET /facilities/{facility}/devices`
pub(super) async fn show_listed(
    Use(web): Use<Web>,
    visitor: Visitor,
    Who(person): Who,
    Here(home): Here,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, PageError> {
    let which = Which::of(&web, &wanted).ok_or(PageError::NotFound)?;
    let facility = facility::find(&web.store, home.region, home.facility).await?.ok_or(PageError::NotFound)?;
    let after: Option<DeviceId> = wanted.after.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)?;
    let mut found = list(&web, home, &which, after).await?;
    let more = found.len() > DEVICES;
    found.truncate(DEVICES);
    if !more && after.is_none() {
        found.sort_by_cached_key(|(device, line)| gravity(&web, device, line));
    }
    let covered = disaster::is_covered(&web, home).await?;
    let line = |(device, line): &(Device, Line)| device_line(&web, (&person, visitor.lang), device, line).under(device.standing, covered);
    let clause = wanted.clause.as_ref().map(|clause| format!("&clause={}", encode(clause))).unwrap_or_default();
    let first = format!("/facilities/{}/devices?is={}{clause}", home.facility, encode(&wanted.is));
    page(&ListedPage {
        shell: shell(Text::new("listed-title").with("what", which.text()), &visitor, Some(&person)),
        facility: Place { id: facility.id.to_string(), name: facility.name },
        clause: wanted.clause.as_deref().map(|clause| ClauseName::of(&web.pack, clause)),
        next: found.last().filter(|_| more).map(|(last, _)| format!("{first}&after={}", last.id)),
        first: after.map(|_| first),
        devices: found.iter().map(line).collect(),
    })
}

/// One page and one device more, where there is one.
async fn list(web: &Web, home: Home, which: &Which, mut after: Option<DeviceId>) -> Result<Vec<(Device, Line)>, PageError> {
    let (only, mut found) = (which.only(web), Vec::new());
    while found.len() <= DEVICES {
        let page = listed::list(&web.store, home.facility, &only, (after, READ)).await?;
        after = page.last().map(|(last, _)| last.id);
        let last = page.len() < usize::from(READ);
        found.extend(page.into_iter().filter(|(device, line)| which.holds(web, device, line)));
        if last {
            break;
        }
    }
    Ok(found)
}
