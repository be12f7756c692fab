//! Views of facilities and their devices.

use askama::Template;

use super::{Alerts, Count, Mark, Moment, Shell, Vacant};
use crate::domain::device::Standing;
use crate::words::Text;

/// `/facilities/{facility}`.
#[derive(Template)]
#[template(path = "facility.html")]
pub(crate) struct FacilityPage {
    pub shell: Shell,
    pub id: String,
    /// What cannot be done at a facility that is not in.
    pub closed: Option<Text>,
    /// Whether there is a region to go back to.
    pub in_region: bool,
    /// Names of the areas in which it lies.
    pub areas: Vec<String>,
    /// Set while there is no administrator.
    pub vacancy: Option<Vacant>,
    pub counts: Vec<Count>,
    /// How many devices are 災害時特例中; `None`: no exception holds here.
    pub excepted: Option<i64>,
    /// How many are used with an approval (承認による例外).
    pub permitted: usize,
    pub alerts: Alerts,
    /// Devices that wait for a person's decision.
    pub pending: i64,
    pub devices: Vec<DeviceLine>,
    /// Whether they are all here, the worst first.
    pub worst_first: bool,
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
    /// What kind of machine it is, in the reader's language; empty where that is not theirs to know.
    pub kind: &'static str,
    pub mark: Mark,
    /// 承認による例外: said beside the state, never instead of it.
    pub permitted: bool,
    /// Last heard of.
    pub seen: Option<Moment>,
    /// The gravest clauses that call for something to be done.
    pub open: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

impl DeviceLine {
    /// The same, where an exception holds (or does not): it covers devices in use.
    pub(crate) fn under(self, standing: Standing, covered: bool) -> Self {
        Self { mark: self.mark.under(covered && standing == Standing::Active), ..self }
    }

    /// The same, where its use is approved (or is not).
    pub(crate) fn with_approval(self, permitted: bool) -> Self {
        Self { permitted, ..self }
    }
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
                kind: "見本",
                mark: Mark::of(State::NonCompliant).under(true),
                permitted: true,
                seen: Some(Moment::new(now.plus_days(-1), now)),
                open: vec!["§20-3".to_owned()],
                more: 4,
            };
            let never = DeviceLine {
                seen: None,
                open: Vec::new(),
                more: 0,
                mark: Mark::waiting("standing-pending"),
                permitted: false,
                ..line.clone()
            };
            let sample = |devices: Vec<DeviceLine>, pending| Self {
                shell: Shell::sample(Text::verbatim("さくら架空診療所"), true),
                id: "f".to_owned(),
                closed: devices.is_empty().then(|| Text::new("member-closed-suspended")),
                in_region: true,
                areas: devices.iter().map(|_| "見本".to_owned()).collect(),
                vacancy: (pending > 0).then(|| Vacant { days: 9, since: Moment::new(now.plus_days(-9), now), alarming: true, allowed: 7 }),
                counts: counts(),
                excepted: (pending > 0).then_some(2),
                permitted: devices.len(),
                alerts: if devices.is_empty() { Alerts::none() } else { Alerts::sample() },
                pending,
                worst_first: pending > 0,
                devices,
                next: Some("/facilities/f?after=d".to_owned()),
                paged: true,
            };
            vec![sample(vec![line, never], 1), sample(Vec::new(), 0)]
        }
    }
}
