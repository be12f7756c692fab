//! An act as the operation log keeps it: who, what, where, on which object, when. Ids stand in the entry; names and free text
//! are words, kept apart so that a person can be erased.

use hashimori_shared::time::Timestamp;

use super::{Act, What};
use crate::domain::area::Area;
use crate::domain::disaster::StepKind;
use crate::domain::ids::{CodeId, DeviceId, ExceptionId, FacilityId, NoticeId, PaperId, PersonId, RegionId, TokenId, WebhookId};
use crate::domain::people::{Person, Scope};
use crate::words::Text;

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody signed in (or setting their account up).
    Person(PersonId),
    /// Whoever works at the collector's machine.
    Operator,
    /// The collector itself.
    Collector,
    /// Somebody who did not prove who they are.
    Stranger,
    /// A machine that showed a token.
    Machine,
}

impl Actor {
    /// The stored word: an id, or what kind of actor it was.
    pub fn to_word(self) -> String {
        match self {
            Self::Person(id) => id.to_string(),
            Self::Operator => "operator".to_owned(),
            Self::Collector => "collector".to_owned(),
            Self::Stranger => "stranger".to_owned(),
            Self::Machine => "machine".to_owned(),
        }
    }

    /// What stands on screen where there is no person's name.
    pub fn label(word: &str) -> Option<Text> {
        match word {
            "operator" => Some(Text::new("actor-operator")),
            "collector" => Some(Text::new("actor-collector")),
            "stranger" => Some(Text::new("actor-stranger")),
            "machine" => Some(Text::new("actor-machine")),
            _ => None,
        }
    }
}

/// What an act was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Kind: `device`, `code`, `person`, `paper`, `facility`, `area`, `region`, `disaster`, `notice`, `training`, `page`, `token`,
    /// `webhook`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

/// The object's id of a training of a facility: it has none but its number there.
pub fn training_object(facility: FacilityId, number: i64) -> String {
    format!("{facility}/{number}")
}

/// Names and free text of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The actor's name.
    pub actor: String,
    /// What the object is called.
    pub object: String,
    /// What was typed.
    pub remark: String,
}

/// An act that is being done. Write it with `store::log::write` in the transaction that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Who.
    pub actor: Actor,
    /// What.
    pub what: What,
    /// Whose log it belongs to; `None`: every region's.
    pub region: Option<RegionId>,
    /// `None`: the whole region's.
    pub facility: Option<FacilityId>,
    /// On what.
    pub object: Option<Object>,
    /// Numbers and words of ours, such as `uses=5 hours=24`.
    pub detail: String,
    /// Names and free text.
    pub words: Words,
    /// When.
    pub at: Timestamp,
}

impl Done {
    /// By somebody or something without an account; it belongs to every region's log, unless the object says otherwise.
    pub fn by(actor: Actor, what: What, at: Timestamp) -> Self {
        Self { actor, what, region: None, facility: None, object: None, detail: String::new(), words: Words::default(), at }
    }

    /// By somebody with an account; it belongs to the log of where they work, unless `at_facility` says otherwise.
    pub fn by_person(person: &Person, what: What, at: Timestamp) -> Self {
        let (region, facility) = match person.scope {
            Scope::Region(region) => (region, None),
            Scope::Facility(region, facility) => (region, Some(facility)),
        };
        let words = Words { actor: person.name.clone(), ..Words::default() };
        Self { region: Some(region), facility, words, ..Self::by(Actor::Person(person.id), what, at) }
    }

    /// It belongs to this region's log.
    #[must_use]
    pub fn in_region(self, region: RegionId) -> Self {
        Self { region: Some(region), facility: None, ..self }
    }

    /// It belongs to this facility's log.
    #[must_use]
    pub fn at_facility(self, region: RegionId, facility: FacilityId) -> Self {
        Self { region: Some(region), facility: Some(facility), ..self }
    }

    /// It belongs to the log of this place.
    #[must_use]
    pub fn in_scope(self, scope: Scope) -> Self {
        Self { region: Some(scope.region()), facility: scope.facility(), ..self }
    }

    #[must_use]
    fn about(self, kind: &'static str, id: String, name: &str) -> Self {
        let words = Words { object: name.to_owned(), ..self.words };
        Self { object: Some(Object { kind, id }), words, ..self }
    }

    /// On a device called `label`.
    #[must_use]
    pub fn on_device(self, id: DeviceId, label: &str) -> Self {
        self.about("device", id.to_string(), label)
    }

    /// On an enrolment code.
    #[must_use]
    pub fn on_code(self, id: CodeId) -> Self {
        self.about("code", id.to_string(), "")
    }

    /// On a paper, by its number.
    #[must_use]
    pub fn on_paper(self, id: PaperId, number: i64) -> Self {
        self.about("paper", id.to_string(), &number.to_string())
    }

    /// On a person's account; it belongs to the log of where that person works.
    #[must_use]
    pub fn on_person(self, person: &Person) -> Self {
        let placed = match person.scope {
            Scope::Region(region) => self.in_region(region),
            Scope::Facility(region, facility) => self.at_facility(region, facility),
        };
        placed.about("person", person.id.to_string(), &person.name)
    }

    /// On a facility.
    #[must_use]
    pub fn on_facility(self, id: FacilityId, name: &str) -> Self {
        self.about("facility", id.to_string(), name)
    }

    /// On a region.
    #[must_use]
    pub fn on_region(self, id: RegionId, name: &str) -> Self {
        self.about("region", id.to_string(), name)
    }

    /// On a 災害時特例.
    #[must_use]
    pub fn on_exception(self, id: ExceptionId) -> Self {
        self.about("disaster", id.to_string(), "")
    }

    /// On an area.
    #[must_use]
    pub fn on_area(self, area: &Area) -> Self {
        self.about("area", area.id.to_string(), &area.name)
    }

    /// On a token of machines, by what it is for.
    #[must_use]
    pub fn on_token(self, id: TokenId, label: &str) -> Self {
        self.about("token", id.to_string(), label)
    }

    /// On a webhook, by what it is for.
    #[must_use]
    pub fn on_webhook(self, id: WebhookId, label: &str) -> Self {
        self.about("webhook", id.to_string(), label)
    }

    /// On a notice, by its title.
    #[must_use]
    pub fn on_notice(self, id: NoticeId, title: &str) -> Self {
        self.about("notice", id.to_string(), title)
    }

    /// On a training of a facility, by its number there.
    #[must_use]
    pub fn on_training(self, facility: FacilityId, number: i64) -> Self {
        self.about("training", training_object(facility, number), &number.to_string())
    }

    /// On a page of ours, by its path without a query.
    #[must_use]
    pub fn on_page(self, path: &str) -> Self {
        self.about("page", path.to_owned(), "")
    }

    /// With numbers and words of ours; never a name.
    #[must_use]
    pub fn noting(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// With what somebody typed.
    #[must_use]
    pub fn saying(self, remark: impl Into<String>) -> Self {
        Self { words: Words { remark: remark.into(), ..self.words }, ..self }
    }
}

impl Act {
    /// What the log calls a decision on a device.
    pub const fn what(self) -> What {
        match self {
            Self::Confirm => What::DeviceConfirmed,
            Self::Refuse => What::DeviceRefused,
            Self::MarkLost => What::DeviceLost,
            Self::Reclaim => What::DeviceReclaimed,
            Self::Retire => What::DeviceRetired,
        }
    }
}

impl StepKind {
    /// What the log calls a step in an exception's file.
    pub const fn what(self) -> What {
        match self {
            Self::Begun => What::DisasterBegun,
            Self::Renewed => What::DisasterRenewed,
            Self::Ratified => What::DisasterRatified,
            Self::Refused => What::DisasterRefused,
            Self::Withdrawn => What::DisasterWithdrawn,
            Self::Activated => What::DisasterActivated,
            Self::Extended => What::DisasterExtended,
            Self::LiftedInPart | Self::Lifted => What::DisasterLifted,
            Self::Lapsed => What::DisasterLapsed,
            Self::Reported => What::DisasterReported,
            Self::Closed => What::DisasterClosed,
        }
    }
}
