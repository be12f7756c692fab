//! What happened, as a webhook tells it: made from an act as the operation log has it, of which only what is listed here goes out.

use hashimori_shared::time::Timestamp;
use serde_json::{Map, Value};

use super::Topic;
use crate::domain::act::{Done, Object, What};
use crate::domain::ids::{FacilityId, RegionId, WebhookId};
use crate::domain::paper::Kind;
use crate::domain::people::Scope;
use crate::domain::summary::Counts;

/// What the test of a webhook is called.
const TEST: &str = "webhook.test";

/// Acts that are told, under which topic, and what they are called.
const TOLD: &[(What, Topic, &str)] = &[
    (What::PaperFiled, Topic::Approvals, "paper.filed"),
    (What::PaperApproved, Topic::Approvals, "paper.approved"),
    (What::PaperRefused, Topic::Approvals, "paper.refused"),
    (What::PaperMoved, Topic::Approvals, "paper.moved"),
    (What::OwnRulesFiled, Topic::Approvals, "own_rules.filed"),
    (What::OwnRulesAccepted, Topic::Approvals, "own_rules.accepted"),
    (What::OwnRulesRefused, Topic::Approvals, "own_rules.refused"),
    (What::DeviceLost, Topic::Incidents, "device.lost"),
    (What::DeviceReclaimed, Topic::Incidents, "device.reclaimed"),
    (What::DisasterBegun, Topic::Disaster, "disaster.begun"),
    (What::DisasterRenewed, Topic::Disaster, "disaster.renewed"),
    (What::DisasterRatified, Topic::Disaster, "disaster.ratified"),
    (What::DisasterRefused, Topic::Disaster, "disaster.refused"),
    (What::DisasterWithdrawn, Topic::Disaster, "disaster.withdrawn"),
    (What::DisasterActivated, Topic::Disaster, "disaster.activated"),
    (What::DisasterExtended, Topic::Disaster, "disaster.extended"),
    (What::DisasterLifted, Topic::Disaster, "disaster.lifted"),
    (What::DisasterLapsed, Topic::Disaster, "disaster.lapsed"),
    (What::DisasterReported, Topic::Disaster, "disaster.reported"),
    (What::DisasterClosed, Topic::Disaster, "disaster.closed"),
];

/// Words of an act's detail that go out as they are, and those that are instants.
const WORDS: &[&str] = &["kind", "act", "state", "reach", "ending", "paper", "drill"];
const INSTANTS: &[&str] = &["event", "until"];

/// Something that is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Of which region.
    pub region: RegionId,
    /// Of which facility; `None`: the region's own.
    pub facility: Option<FacilityId>,
    /// Who wants to know.
    pub topic: Topic,
    /// What it is called, `paper.approved`.
    pub kind: String,
    /// On what.
    pub object: Object,
    /// What is told of it.
    pub facts: Value,
    /// When.
    pub at: Timestamp,
}

impl Event {
    /// The test of a webhook.
    pub fn test(webhook: WebhookId, scope: Scope, at: Timestamp) -> Self {
        Self {
            region: scope.region(),
            facility: scope.facility(),
            topic: Topic::States,
            kind: TEST.to_owned(),
            object: Object { kind: "webhook", id: webhook.to_string() },
            facts: Value::Object(Map::new()),
            at,
        }
    }

    /// How many devices of a place read how, and how many did before; of a single webhook's counts.
    pub fn counts(scope: Scope, (before, now): (&Counts, &Counts), at: Timestamp) -> Self {
        let told = |counts: &Counts| Value::Object(counts.present().map(|(reading, n)| (reading.as_str().to_owned(), n.into())).collect());
        let facts = [("before", told(before)), ("now", told(now))];
        let object = match scope {
            Scope::Region(region) => Object { kind: "region", id: region.to_string() },
            Scope::Facility(_, facility) => Object { kind: "facility", id: facility.to_string() },
        };
        Self {
            region: scope.region(),
            facility: scope.facility(),
            topic: Topic::States,
            kind: "states.changed".to_owned(),
            object,
            facts: Value::Object(facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            at,
        }
    }

    /// An act as an event; `None`: nobody is told.
    pub fn of(done: &Done) -> Option<Self> {
        let (_, topic, kind) = *TOLD.iter().find(|(what, ..)| *what == done.what)?;
        let (region, object) = (done.region?, done.object.clone()?);
        let facts = facts(&done.detail);
        let is_incident = facts.get("kind").and_then(Value::as_str) == Some(Kind::Incident.as_str());
        let (topic, kind) = match kind.strip_prefix("paper.") {
            Some(what) if is_incident => (Topic::Incidents, format!("incident.{what}")),
            Some(_) | None => (topic, kind.to_owned()),
        };
        Some(Self { region, facility: done.facility, topic, kind, object, facts: Value::Object(facts), at: done.at })
    }
}

fn facts(detail: &str) -> Map<String, Value> {
    let fact = |word: &str| {
        let (name, value) = word.split_once('=').unwrap_or((word, "yes"));
        if INSTANTS.contains(&name) {
            return Some((name.to_owned(), instant(Timestamp::from_seconds(value.parse().ok()?)).into()));
        }
        WORDS.contains(&name).then(|| (name.to_owned(), value.into()))
    };
    detail.split_ascii_whitespace().filter_map(fact).collect()
}

/// RFC 3339 in UTC.
fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds()).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::act::Actor;
    use crate::domain::ids::PaperId;

    fn done(what: What, detail: &str) -> Done {
        let id = |n| uuid::Uuid::from_u128(n);
        let at = Timestamp::from_seconds(1_785_715_200);
        let placed = Done::by(Actor::Stranger, what, at).at_facility(RegionId::new(id(1)), FacilityId::new(id(2)));
        placed.on_paper(PaperId::new(id(3)), 4).noting(detail).saying("架空 太郎")
    }

    #[test]
    fn an_act_is_told_without_a_name_a_remark_or_a_word_that_is_not_meant_to_go_out() {
        let event = Event::of(&done(What::PaperApproved, "kind=take_out act=approve state=approved label=見本機")).expect("told");
        assert_eq!((event.topic, event.kind.as_str()), (Topic::Approvals, "paper.approved"));
        assert_eq!(event.facts, serde_json::json!({ "kind": "take_out", "act": "approve", "state": "approved" }));
        assert!(!format!("{event:?}").contains("架空"));
        assert_eq!(Event::of(&done(What::DeviceViewed, "")), None);
    }

    #[test]
    fn an_incidents_steps_are_told_as_incidents() {
        let event = Event::of(&done(What::PaperMoved, "kind=incident act=take_up state=open")).expect("told");
        assert_eq!((event.topic, event.kind.as_str()), (Topic::Incidents, "incident.moved"));
    }

    #[test]
    fn instants_are_told_as_such_and_a_drill_says_so() {
        let event = Event::of(&done(What::DisasterActivated, "reach=region event=1785715200 until=nonsense drill")).expect("told");
        assert_eq!(event.facts, serde_json::json!({ "reach": "region", "event": "2026-08-03T00:00:00Z", "drill": "yes" }));
    }
}
