//! Views of facilities and their devices.

use askama::Template;

use super::{Alerts, Count, Mark, Moment, Shell, Vacant};
use crate::words::Text;

/// `/facilities/{facility}`.
#[derive(Template)]
#[template(path = "facility.html")]
pub(crate) struct FacilityPage {
    pub shell: Shell,
    pub id: String,
    /// Whether there is a region to go back to.
    pub in_region: bool,
    /// Names of the areas in which it lies.
    pub areas: Vec<String>,
    /// Set while there is no administrator.
    pub vacancy: Option<Vacant>,
    pub counts: Vec<Count>,
    pub alerts: Alerts,
    /// Devices that wait for a person's decision.
    pub pending: i64,
    pub devices: Vec<DeviceLine>,
    pub next: Option<String>,
    pub paged: bool,
}

impl FacilityPage {
    fn areas_named(&self) -> String {
        self.shell.named("areas-lies-in", self.shell.lang.list(&self.areas))
    }
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
                areas: devices.iter().map(|_| "見本".to_owned()).collect(),
                vacancy: (pending > 0).then(|| Vacant { days: 9, since: Moment::new(now.plus_days(-9), now), alarming: true, allowed: 7 }),
                counts: counts(),
                alerts: if devices.is_empty() { Alerts::none() } else { Alerts::sample() },
                pending,
                devices,
                next: Some("/facilities/f?after=d".to_owned()),
                paged: true,
            };
            vec![sample(vec![line, never], 1), sample(Vec::new(), 0)]
        }
    }
}
