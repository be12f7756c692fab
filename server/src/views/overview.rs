//! View of the region at a glance.

use askama::Template;

use super::{BackupNote, Chart, Count, MailNote, Shell, TodoLine};
use crate::words::Text;

/// `/` for the 事務局: every facility of the region.
#[derive(Template)]
#[template(path = "region.html")]
pub(crate) struct RegionPage {
    pub shell: Shell,
    /// What needs the 事務局's hand.
    pub todos: Vec<TodoLine>,
    pub backup: BackupNote,
    /// Mail that has not arrived.
    pub mail: Option<MailNote>,
    /// Facilities without an administrator: in all, and for too long.
    pub vacancies: Option<(i64, i64)>,
    /// Filings of facilities' own rules that wait for acceptance.
    pub filings: i64,
    /// All devices of the region, by how they read; each with the path of the facilities that have some.
    pub counts: Vec<(Count, String)>,
    /// Those of them that are 災害時特例中, counted apart.
    pub excepted: Option<Excepted>,
    pub silence: SilenceView,
    pub find: Find,
    /// What the list holds.
    pub caption: Text,
    /// Name of the area that list and counts are of; trend and versions are the whole region's.
    pub area: Option<String>,
    pub facilities: Vec<FacilityLine>,
    /// Path of the next page.
    pub next: Option<String>,
    /// Path of the first page, where this is another.
    pub first: Option<String>,
    /// Devices whose names match; `None`: no name was looked for.
    pub devices: Option<Vec<FoundDevice>>,
    /// Set when there are more devices than these.
    pub more_devices: bool,
    pub trend: Chart,
    pub versions: Vec<VersionLine>,
}

/// Devices that are 災害時特例中.
#[derive(Clone, Debug)]
pub(crate) struct Excepted {
    pub devices: i64,
    /// How they read without it.
    pub counts: Vec<Count>,
}

/// Devices in use that are silent.
#[derive(Clone, Debug)]
pub(crate) struct SilenceView {
    pub text: Text,
    /// Path of the facilities that have some; `None`: there are none.
    pub link: Option<String>,
}

/// The form that looks for facilities, as filled in.
#[derive(Clone, Debug)]
pub(crate) struct Find {
    pub text: String,
    /// (word in addresses, key of the words on screen, whether it is chosen)
    pub kinds: Vec<(&'static str, &'static str, bool)>,
    /// (id, whether it is chosen, name)
    pub areas: Vec<(String, bool, String)>,
    /// Whether anything is looked for.
    pub filled: bool,
}

/// One facility in the region's list.
#[derive(Clone, Debug)]
pub(crate) struct FacilityLine {
    pub id: String,
    pub name: String,
    /// Names of the areas in which it lies.
    pub areas: Vec<String>,
    pub counts: Vec<Count>,
    /// 災害時特例中.
    pub excepted: bool,
    /// Devices in use that are silent.
    pub silent: i64,
}

impl FacilityLine {
    fn areas_named(&self, shell: &Shell) -> String {
        shell.lang.list(&self.areas)
    }
}

/// A device whose name matches.
#[derive(Clone, Debug)]
pub(crate) struct FoundDevice {
    pub id: String,
    pub label: Text,
    pub facility_id: String,
    pub facility: String,
}

/// A version of the agent.
#[derive(Clone, Debug)]
pub(crate) struct VersionLine {
    pub version: Text,
    pub devices: i64,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;
    use hashimori_shared::verdict::State;

    use super::super::{Mark, Sample};
    use super::*;
    use crate::domain::summary::Counts;
    use crate::store::mail::Troubles;

    fn counts() -> Vec<Count> {
        State::ALL.into_iter().map(|state| Count { mark: Mark::of(state), devices: 3 }).collect()
    }

    impl Sample for RegionPage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let line = FacilityLine {
                id: "f".to_owned(),
                name: "さくら架空診療所".to_owned(),
                areas: vec!["見本".to_owned()],
                counts: counts(),
                excepted: true,
                silent: 2,
            };
            let quiet = FacilityLine { silent: 0, areas: Vec::new(), counts: Vec::new(), excepted: false, ..line.clone() };
            let device = FoundDevice {
                id: "d".to_owned(),
                label: Text::verbatim("受付1"),
                facility_id: "f".to_owned(),
                facility: "さくら架空診療所".to_owned(),
            };
            let days: Vec<(i64, Counts)> =
                (0..90).map(|day| (20_000 + day, Counts::parse(&format!("non-compliant={} compliant={day}", 90 - day)))).collect();
            let sample = |facilities: Vec<FacilityLine>, searched: bool| Self {
                shell: Shell::sample("nav-overview", true),
                todos: if searched { Vec::new() } else { TodoLine::sample(now) },
                backup: BackupNote::of(None, None, searched, now),
                mail: MailNote::of(Troubles { failed: i64::from(searched), retried: 2 }),
                counts: counts().into_iter().map(|count| (count, "/?state=unknown".to_owned())).collect(),
                excepted: searched.then(|| Excepted { devices: 21, counts: counts() }),
                vacancies: (!facilities.is_empty()).then_some((3, 1)),
                filings: i64::from(!facilities.is_empty()),
                silence: SilenceView { text: Text::new("region-facilities"), link: searched.then(|| "/?state=silent".to_owned()) },
                find: Find {
                    text: if searched { "見本".to_owned() } else { String::new() },
                    kinds: vec![("", "overview-find-any", !searched), ("silent", "overview-find-silent", searched)],
                    areas: if searched { vec![("a".to_owned(), true, "見本".to_owned())] } else { Vec::new() },
                    filled: searched,
                },
                caption: Text::new("overview-list-worst"),
                area: searched.then(|| "見本".to_owned()),
                next: (!facilities.is_empty()).then(|| "/?after=-1.f".to_owned()),
                first: searched.then(|| "/".to_owned()),
                facilities,
                devices: searched.then(|| vec![device.clone()]),
                more_devices: searched,
                trend: Chart::of(if searched { &days } else { &days[..1] }),
                versions: vec![VersionLine { version: Text::verbatim("0.1.0 linux"), devices: 3 }],
            };
            vec![sample(vec![line, quiet], true), sample(Vec::new(), false)]
        }
    }
}
