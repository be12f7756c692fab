//! Views of 今日の対応, and of the devices behind a line of it.

use askama::Template;
use hashimori_shared::lang::{Lang, Words};
use hashimori_shared::pack::Pack;
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;

use super::{DeviceLine, Mark, Moment, NoticeLine, Place, Said, Shell};
use crate::domain::todo::{Kind, Todo};
use crate::words::Text;

/// `/facilities/{facility}/today`.
#[derive(Template)]
#[template(path = "today.html")]
pub(crate) struct TodayPage {
    pub shell: Shell,
    pub facility: Place,
    /// What cannot be done at a facility that is not in.
    pub closed: Option<Text>,
    /// Whether there is a region to go back to.
    pub in_region: bool,
    /// Notices that the reader has to confirm.
    pub notices: Vec<NoticeLine>,
    pub todos: Vec<TodoLine>,
    /// Devices in use.
    pub devices: i64,
    /// Devices of any standing that are not out of use.
    pub known: i64,
    /// When it was looked at.
    pub at: Moment,
    /// Keys of what was looked at.
    pub looked: &'static [&'static str],
}

impl TodayPage {
    /// What stands where nothing needs a hand.
    fn checked(&self) -> Text {
        Text::new("today-nothing-thanks").with("n", self.devices).with("at", self.shell.exact(&self.at))
    }

    fn looked_at(&self) -> Text {
        Text::new("today-looked-at").with("at", self.shell.exact(&self.at))
    }
}

/// One thing to do.
#[derive(Clone, Debug)]
pub(crate) struct TodoLine {
    pub mark: Mark,
    /// The clause it is about.
    pub clause: Option<ClauseName>,
    pub text: Text,
    pub since: Option<Moment>,
    pub link: String,
    /// Key of the button.
    pub button: &'static str,
}

impl TodoLine {
    /// As people read it; `region` says whether it is for the 事務局.
    pub(crate) fn of(todo: Todo, pack: &Pack, now: Timestamp, region: bool) -> Self {
        let see = if region { "todo-do-facilities" } else { "todo-do-see" };
        let (mark, key, button) = match todo.kind {
            Kind::LostSeen => (Mark::alarming("todo-mark-lost-seen"), "todo-lost-seen", see),
            Kind::Copied => (Mark::alarming("todo-mark-copied"), "todo-copied", see),
            Kind::IncidentReported => (Mark::alarming("paper-state-reported"), "todo-incident-reported", "todo-do-papers"),
            Kind::IncidentOpen => (Mark::alarming("paper-incident"), "todo-incident-open", "todo-do-papers"),
            Kind::LogBroken => (Mark::alarming("todo-mark-system"), "todo-log-broken", "todo-do-log"),
            Kind::BackupOld => (Mark::alarming("todo-mark-system"), "todo-backup-old", "todo-do-log"),
            Kind::AuthorityEnds => (Mark::alarming("todo-mark-system"), "todo-authority-ends", "todo-do-log"),
            Kind::HolidaysEnd => (Mark::waiting("todo-mark-system"), "todo-holidays-end", "todo-do-letters"),
            Kind::DisasterWaiting => (Mark::waiting("disaster-title"), "todo-disaster-waiting", "todo-do-disaster"),
            Kind::DisasterOverdue => (Mark::alarming("disaster-title"), "todo-disaster-overdue", "todo-do-disaster"),
            Kind::DisasterClear => (Mark::waiting("disaster-title"), "todo-disaster-clear", "todo-do-clear"),
            Kind::IntakeWaiting => (Mark::waiting("member-state-applied"), "todo-intake-waiting", "todo-do-intakes"),
            Kind::LeavingDue => (Mark::waiting("member-state-leaving"), "todo-leaving-due", "todo-do-intakes"),
            Kind::NonCompliant => (Mark::of(State::NonCompliant), "todo-devices", see),
            Kind::GuidanceOverdue => (Mark::alarming("paper-unanswered"), "todo-guidance-overdue", "todo-do-papers"),
            Kind::GuidanceEscalated => (Mark::alarming("paper-state-escalated"), "todo-guidance-escalated", "todo-do-papers"),
            Kind::GuidanceToAnswer => (Mark::waiting("paper-state-issued"), "todo-guidance-to-answer", "todo-do-guidance"),
            Kind::GuidanceToCheck => (Mark::waiting("paper-state-answered"), "todo-guidance-to-check", "todo-do-papers"),
            Kind::RestrictionOver => (Mark::waiting("paper-restriction-over"), "todo-restriction-over", "todo-do-papers"),
            Kind::RecordDue => (Mark::waiting("paper-look-due"), "todo-record-due", "todo-do-look"),
            Kind::RecordMissing => (Mark::waiting("paper-consideration"), "todo-record-missing", "todo-do-write"),
            Kind::TakeOutOverdue => (Mark::alarming("paper-overdue"), "todo-take-out-overdue", "todo-do-papers"),
            Kind::PersonalUseOver => (Mark::alarming("paper-expired"), "todo-personal-use-over", "todo-do-papers"),
            Kind::PersonalUseEnds => (Mark::waiting("paper-ends-soon"), "todo-personal-use-ends", "todo-do-papers"),
            Kind::LeaverOverdue => (Mark::alarming("staff-state-leaving"), "todo-leaver-overdue", "todo-do-staff"),
            Kind::PledgeMissing => (Mark::waiting("staff-pledges"), "todo-pledge-missing", "todo-do-pledges"),
            Kind::TrainingDue => (Mark::waiting("staff-training"), "todo-training-due", "todo-do-training"),
            Kind::PasswordDue => (Mark::waiting("staff-note-password"), "todo-password-due", "todo-do-staff"),
            Kind::LeaverOpen => (Mark::waiting("staff-state-leaving"), "todo-leaver-open", "todo-do-staff"),
            Kind::JoinerOpen => (Mark::waiting("staff-state-joining"), "todo-joiner-open", "todo-do-staff"),
            Kind::StaffReviewDue => (Mark::waiting("staff-review"), "todo-staff-review", "todo-do-staff"),
            Kind::DrillDue => (Mark::waiting("disaster-title"), "todo-drill-due", "todo-do-disaster"),
            Kind::PaperToDecide => (Mark::waiting("paper-state-filed"), "todo-paper-to-decide", "todo-do-decide"),
            Kind::WipeToCheck => (Mark::waiting("paper-state-wiped"), "todo-wipe-to-check", "todo-do-papers"),
            Kind::ReturnToCheck => (Mark::waiting("paper-state-returned"), "todo-return-to-check", "todo-do-papers"),
            Kind::Reconfirm if region => (Mark::waiting("standing-reconfirm"), "todo-reconfirm", see),
            Kind::Reconfirm => (Mark::waiting("standing-reconfirm"), "todo-reconfirm", "todo-do-confirm"),
            Kind::Pending if region => (Mark::waiting("standing-pending"), "todo-pending", see),
            Kind::Pending => (Mark::waiting("standing-pending"), "todo-pending", "todo-do-confirm"),
            Kind::Silent => (Mark::of(State::Stale), "todo-silent", see),
            Kind::NeverSeen => (Mark::of(State::Unknown), "todo-never-seen", see),
            Kind::Unknown => (Mark::of(State::Unknown), "todo-devices", see),
            Kind::Stale => (Mark::of(State::Stale), "todo-devices", see),
            Kind::SelfCheckDue => (Mark::of(State::AwaitingDeclaration), "todo-self-check-due", "todo-do-answer"),
        };
        let (clause, text) = (todo.clause.map(|clause| ClauseName::of(pack, &clause)), Text::new(key).with("n", todo.count));
        Self { mark, clause, text, since: todo.since.map(|at| Moment::new(at, now)), link: todo.link, button }
    }
}

/// A clause as lists name it: `§20-3 ウイルス対策`.
#[derive(Clone, Debug)]
pub(crate) struct ClauseName {
    id: String,
    title: Option<Words>,
}

impl ClauseName {
    /// As this pack calls it; the id alone where it has none of that id.
    pub(crate) fn of(pack: &Pack, clause: &str) -> Self {
        Self { id: clause.to_owned(), title: pack.clause(clause).map(|rule| rule.title.clone()) }
    }

    /// For a reader of that language.
    pub(crate) fn said(&self, lang: Lang) -> Said {
        match &self.title {
            Some(title) => Said::new(format!("{} {}", self.id, title.get(lang)), title.lang_of(lang)),
            None => Said::new(self.id.clone(), lang),
        }
    }
}

/// `/facilities/{facility}/devices`: the devices that are in one way.
#[derive(Template)]
#[template(path = "listed.html")]
pub(crate) struct ListedPage {
    pub shell: Shell,
    pub facility: Place,
    /// The clause it is about.
    pub clause: Option<ClauseName>,
    pub devices: Vec<DeviceLine>,
    pub next: Option<String>,
    pub first: Option<String>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    impl TodoLine {
        pub(crate) fn sample(now: Timestamp) -> Vec<Self> {
            let pack = Pack::bundled();
            Kind::ALL
                .into_iter()
                .flat_map(|kind| {
                    let todo =
                        Todo { clause: Some("§20-3".to_owned()), since: Some(now.plus_days(-1)), ..Todo::new(kind, 2, "/facilities/f") };
                    [true, false].map(|region| Self::of(todo.clone(), &pack, now, region))
                })
                .collect()
        }
    }

    impl Sample for TodayPage {
        fn samples() -> Vec<Self> {
            let sample = |todos: Vec<TodoLine>, devices| Self {
                shell: Shell::sample("today-title", true).live("0f".to_owned()),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                closed: (devices == 0).then(|| Text::new("member-closed-leaving")),
                in_region: devices == 3,
                notices: if devices == 3 { NoticeLine::samples(false) } else { Vec::new() },
                todos,
                devices,
                known: devices,
                at: Moment::new(NOW, NOW),
                looked: &["today-looked-custody", "today-looked-clauses"],
            };
            vec![sample(TodoLine::sample(NOW), 3), sample(Vec::new(), 2), sample(Vec::new(), 0)]
        }
    }

    impl Sample for ListedPage {
        fn samples() -> Vec<Self> {
            let line = DeviceLine {
                id: "d".to_owned(),
                label: Text::verbatim("受付1"),
                kind: "見本",
                permitted: true,
                mark: Mark::of(State::NonCompliant),
                seen: Some(Moment::new(NOW.plus_days(-1), NOW)),
                open: vec!["§20-3".to_owned()],
                more: 4,
            };
            let never = DeviceLine { seen: None, open: Vec::new(), more: 0, ..line.clone() };
            let sample = |devices: Vec<DeviceLine>| Self {
                shell: Shell::sample("today-title", true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                clause: (!devices.is_empty()).then(|| ClauseName::of(&Pack::bundled(), "§20-3")),
                next: (!devices.is_empty()).then(|| "/facilities/f/devices?is=silent&after=d".to_owned()),
                first: devices.is_empty().then(|| "/facilities/f/devices?is=silent".to_owned()),
                devices,
            };
            vec![sample(vec![line, never]), sample(Vec::new())]
        }
    }
}
