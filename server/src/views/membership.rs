//! Views of 参加 (§8, §11): facilities by how they stand, an application's form, and one facility's membership.

use askama::Template;

use super::{Mark, Place, Shell, StepLine};
use crate::domain::membership::{Act, Entry, Kind, LONGEST_FACILITY, LONGEST_REFERENCE, Need, Seat, Step};
use crate::words::Text;

/// `/intakes`.
#[derive(Template)]
#[template(path = "intakes.html")]
pub(crate) struct IntakesPage {
    pub shell: Shell,
    /// Lists there are: path, key of the name, how many facilities, whether it is this one.
    pub states: Vec<(String, &'static str, i64, bool)>,
    /// Key of what is listed.
    pub state: &'static str,
    pub lines: Vec<IntakeLine>,
    pub may_admit: bool,
    pub first: Option<String>,
    pub next: Option<String>,
}

/// One facility in the list.
#[derive(Clone, Debug)]
pub(crate) struct IntakeLine {
    pub facility: Place,
    /// Key of its kind.
    pub kind: &'static str,
    pub notes: Vec<Text>,
}

/// `/intakes/new`.
#[derive(Template)]
#[template(path = "intake_new.html")]
pub(crate) struct NewIntakePage {
    pub shell: Shell,
    pub form: MemberForm,
    pub longest_name: usize,
    pub error: Option<Text>,
}

/// What forms 1 and 2 say, as typed.
#[derive(Clone, Debug)]
pub(crate) struct MemberForm {
    pub typed: Entry,
    /// Word, key of the name, whether it is chosen.
    pub kinds: Vec<(&'static str, &'static str, bool)>,
    pub seats: Vec<(&'static str, &'static str, bool)>,
    pub longest: usize,
    pub longest_reference: usize,
}

impl MemberForm {
    /// With what was typed before.
    pub(crate) fn of(typed: Entry) -> Self {
        let kinds = Kind::ALL.iter().filter(|kind| **kind != Kind::Unstated);
        Self {
            kinds: kinds.map(|kind| (kind.as_str(), kind.key(), kind.as_str() == typed.kind)).collect(),
            seats: Seat::ALL.iter().map(|seat| (seat.as_str(), seat.key(), seat.as_str() == typed.seat)).collect(),
            typed,
            longest: LONGEST_FACILITY,
            longest_reference: LONGEST_REFERENCE,
        }
    }
}

/// `/facilities/{facility}/membership`.
#[derive(Template)]
#[template(path = "membership.html")]
pub(crate) struct MembershipPage {
    pub shell: Shell,
    pub facility: Place,
    pub in_region: bool,
    /// As it is seen here.
    pub version: i64,
    pub mark: Mark,
    /// What cannot be done now.
    pub closed: Option<Text>,
    /// What is on file: key of the label, words.
    pub pairs: Vec<(&'static str, Text)>,
    pub acts: Vec<MemberAct>,
    /// Whether what is held about it is to be written out and handed over.
    pub handing: bool,
    /// Whether its people are to be appointed next.
    pub people: bool,
    pub longest_reason: usize,
    pub longest_name: usize,
    pub error: Option<Text>,
    pub past: Vec<StepLine>,
}

impl MembershipPage {
    /// What the ids of the fields begin with in the form that was refused.
    fn prefix(&self) -> String {
        self.acts.iter().find(|act| act.open).map(|act| format!("{}-", act.word)).unwrap_or_default()
    }
}

/// Something that can be done with a membership.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one field is asked for")]
pub(crate) struct MemberAct {
    /// The act's word.
    pub word: &'static str,
    /// Keys of its name, and of what follows from it.
    pub key: &'static str,
    pub about: &'static str,
    /// Whether it ends something.
    pub ends: bool,
    /// Whether its form stands open.
    pub open: bool,
    pub forms: Option<MemberForm>,
    pub why: bool,
    pub last_day: bool,
    pub receiver: bool,
    pub sure: bool,
    pub typed: Entry,
}

impl MemberAct {
    /// A step's form with what was typed before.
    pub(crate) fn of(step: &Step, typed: Entry, open: bool) -> Self {
        let needs = |need| step.needs.contains(&need);
        Self {
            word: step.act.as_str(),
            key: step.act.key(),
            about: about(step.act),
            ends: matches!(step.act, Act::Decline | Act::Suspend | Act::BeginLeaving | Act::Leave),
            open,
            forms: needs(Need::Forms).then(|| MemberForm::of(typed.clone())),
            why: needs(Need::Why),
            last_day: needs(Need::LastDay),
            receiver: needs(Need::Receiver),
            sure: needs(Need::Sure),
            typed,
        }
    }
}

/// Key of what follows from an act.
const fn about(act: Act) -> &'static str {
    match act {
        Act::Apply | Act::ApplyAgain => "member-about-apply",
        Act::Amend => "member-about-amend",
        Act::SendBack => "member-about-send-back",
        Act::Decline => "member-about-decline",
        Act::TakeIn => "member-about-take-in",
        Act::Suspend => "member-about-suspend",
        Act::Resume => "member-about-resume",
        Act::BeginLeaving => "member-about-begin-leaving",
        Act::StayOn => "member-about-stay-on",
        Act::HandOver => "member-about-hand-over",
        Act::Leave => "member-about-leave",
        Act::Erase => "member-about-erase",
    }
}

/// `/public/facilities`.
#[derive(Template)]
#[template(path = "public_facilities.html")]
pub(crate) struct PublicFacilitiesPage {
    pub shell: Shell,
    /// Regions to choose from: path, name; empty where there is one alone, or one was chosen.
    pub regions: Vec<(String, String)>,
    /// The region that is listed.
    pub region: Option<String>,
    pub lines: Vec<PublicLine>,
    /// The same list for programs.
    pub json: Option<String>,
    pub first: Option<String>,
    pub next: Option<String>,
}

/// One facility that takes part, for anybody.
#[derive(Clone, Debug)]
pub(crate) struct PublicLine {
    pub name: String,
    /// Key of its kind.
    pub kind: &'static str,
    pub since: Text,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;

    use super::super::{Moment, Sample};
    use super::*;
    use crate::domain::ids::{FacilityId, RegionId};
    use crate::domain::membership::{Forms, Membership, State, choices};
    use crate::domain::people::Role;

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    fn place() -> Place {
        Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() }
    }

    fn membership(state: State) -> Membership {
        let id = uuid::Uuid::nil();
        let forms = Forms {
            name: "さくら架空診療所".to_owned(),
            kind: Kind::Clinic,
            seat: Seat::Outside,
            tie: "見本".to_owned(),
            reference: "1".to_owned(),
            form_1: Some(NOW),
            form_2: None,
        };
        Membership {
            facility: FacilityId::new(id),
            region: RegionId::new(id),
            state,
            forms,
            taken_in_at: None,
            leaves_at: None,
            handed_at: None,
            erase_at: None,
            version: 1,
        }
    }

    impl Sample for IntakesPage {
        fn samples() -> Vec<Self> {
            let note = Text::new("member-form-in").with("form", Text::new("member-form-1")).with("day", Text::new("member-form-missing"));
            let line = IntakeLine { facility: place(), kind: Kind::Clinic.key(), notes: vec![note] };
            let sample = |full: bool| Self {
                shell: Shell::sample("intakes-title", true),
                states: State::ALL.iter().map(|state| ("/intakes".to_owned(), state.key(), 2, *state == State::Applied)).collect(),
                state: State::Applied.key(),
                lines: if full { vec![line.clone()] } else { Vec::new() },
                may_admit: full,
                first: full.then(|| "/intakes".to_owned()),
                next: full.then(|| "/intakes?after=x".to_owned()),
            };
            vec![sample(true), sample(false)]
        }
    }

    impl Sample for NewIntakePage {
        fn samples() -> Vec<Self> {
            let sample = |error| Self {
                shell: Shell::sample("intake-new-title", true),
                form: MemberForm::of(Entry::default()),
                longest_name: 60,
                error,
            };
            vec![sample(None), sample(Some(Text::new("member-wrong-kind")))]
        }
    }

    impl Sample for MembershipPage {
        fn samples() -> Vec<Self> {
            let step = StepLine {
                act: Act::Apply.key(),
                state: State::Applied.key(),
                by: Text::verbatim("見本 花子"),
                at: Moment::new(NOW, NOW),
                on: None,
                why: String::new(),
                other: Some(Text::new("member-sent-by").with("name", "見本 花子".to_owned())),
            };
            let sample = |state: State| Self {
                shell: Shell::sample("member-title", true),
                facility: place(),
                in_region: true,
                version: 1,
                mark: Mark::waiting(state.key()),
                closed: (state != State::In).then(|| state.closed()),
                pairs: vec![("member-kind", Text::new(Kind::Clinic.key()))],
                acts: choices(&membership(state), Role::Secretariat)
                    .iter()
                    .map(|step| MemberAct::of(step, Entry { tie: "見本".to_owned(), ..Entry::default() }, false))
                    .collect(),
                handing: state == State::Leaving,
                people: state == State::In,
                longest_reason: 200,
                longest_name: 60,
                error: (state == State::Leaving).then(|| Text::new("member-not-handed-over")),
                past: if state == State::Applied { vec![step.clone()] } else { Vec::new() },
            };
            State::ALL.iter().copied().map(sample).collect()
        }
    }

    impl Sample for PublicFacilitiesPage {
        fn samples() -> Vec<Self> {
            let line = PublicLine { name: "さくら架空診療所".to_owned(), kind: Kind::Clinic.key(), since: Text::Day(NOW) };
            let sample = |lines: Vec<PublicLine>, region: Option<&str>| Self {
                shell: Shell::sample("public-title", false),
                regions: if region.is_none() {
                    vec![("/public/facilities?region=r".to_owned(), "架空圏域".to_owned())]
                } else {
                    Vec::new()
                },
                region: region.map(str::to_owned),
                json: region.map(|_| "/public/facilities.json".to_owned()),
                first: (!lines.is_empty()).then(|| "/public/facilities".to_owned()),
                next: (!lines.is_empty()).then(|| "/public/facilities?after=x".to_owned()),
                lines,
            };
            vec![sample(vec![line], Some("架空圏域")), sample(Vec::new(), Some("架空圏域")), sample(Vec::new(), None)]
        }
    }
}
