//! Views of facilities and their devices.

use askama::Template;

use super::{Count, Mark, Moment, Shell, Vacant};
use crate::words::Text;

/// `/` for the 事務局: every facility of the region.
#[derive(Template)]
#[template(path = "region.html")]
pub(crate) struct RegionPage {
    pub shell: Shell,
    /// All devices of the region, by state.
    pub counts: Vec<Count>,
    /// Facilities without an administrator: in all, and for too long.
    pub vacancies: Option<(i64, i64)>,
    pub facilities: Vec<FacilityLine>,
    /// Path of the next page.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub paged: bool,
}

/// One facility in the region's list.
#[derive(Clone, Debug)]
pub(crate) struct FacilityLine {
    pub id: String,
    pub name: String,
    pub counts: Vec<Count>,
}

/// `/facilities/{facility}`.
#[derive(Template)]
#[template(path = "facility.html")]
pub(crate) struct FacilityPage {
    pub shell: Shell,
    pub id: String,
    /// Whether there is a region to go back to.
    pub in_region: bool,
    /// Set while there is no administrator.
    pub vacancy: Option<Vacant>,
    pub counts: Vec<Count>,
    /// Devices in 登録待ち.
    pub pending: i64,
    pub devices: Vec<DeviceLine>,
    pub next: Option<String>,
    pub paged: bool,
}

/// One device in a list.
#[derive(Clone, Debug)]
pub(crate) struct DeviceLine {
    pub id: String,
    pub label: Text,
    pub kind: String,
    pub mark: Mark,
    /// Last heard of.
    pub seen: Option<Moment>,
    /// The gravest clauses that call for something to be done.
    pub open: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;
    use hashimori_shared::time::Timestamp;
    use hashimori_shared::verdict::State;

    fn counts() -> Vec<Count> {
        State::ALL.into_iter().map(|state| Count { mark: Mark::of(state), devices: 3 }).collect()
    }

    impl Sample for RegionPage {
        fn samples() -> Vec<Self> {
            let line = FacilityLine { id: "f".to_owned(), name: "さくら架空診療所".to_owned(), counts: counts() };
            let sample = |facilities: Vec<FacilityLine>, next| Self {
                shell: Shell::sample(Text::new("region-title").with("name", "架空圏域".to_owned()), true),
                counts: counts(),
                vacancies: (!facilities.is_empty()).then_some((3, 1)),
                facilities,
                next,
                paged: false,
            };
            vec![sample(vec![line], Some("/?after=f".to_owned())), sample(Vec::new(), None)]
        }
    }

    impl Sample for FacilityPage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let line = DeviceLine {
                id: "d".to_owned(),
                label: Text::verbatim("受付1"),
                kind: "持ち運ぶパソコン".to_owned(),
                mark: Mark::of(State::NonCompliant),
                seen: Some(Moment::new(now.plus_days(-1), now)),
                open: vec!["§20-3".to_owned()],
                more: 4,
            };
            let never = DeviceLine { seen: None, open: Vec::new(), more: 0, mark: Mark::waiting("standing-pending"), ..line.clone() };
            let sample = |devices: Vec<DeviceLine>, pending| Self {
                shell: Shell::sample(Text::verbatim("さくら架空診療所"), true),
                id: "f".to_owned(),
                in_region: true,
                vacancy: (pending > 0).then(|| Vacant { days: 9, since: Moment::new(now.plus_days(-9), now), alarming: true, allowed: 7 }),
                counts: counts(),
                pending,
                devices,
                next: Some("/facilities/f?after=d".to_owned()),
                paged: true,
            };
            vec![sample(vec![line, never], 1), sample(Vec::new(), 0)]
        }
    }
}
