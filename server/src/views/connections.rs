//! Views of 外部連携: tokens and webhooks of a facility or a region, and a secret as it is shown once.

use askama::Template;

use super::{Mark, Moment, Place, Shell};
use crate::words::Text;

/// `/connections`, `/facilities/{facility}/connections`.
#[derive(Template)]
#[template(path = "connections.html")]
pub(crate) struct ConnectionsPage {
    pub shell: Shell,
    /// `None`: the whole region's.
    pub place: Option<Place>,
    /// Its path.
    pub base: String,
    pub may_change: bool,
    pub tokens: Vec<TokenLine>,
    /// Word, key of the name, ticked.
    pub grants: Vec<(&'static str, &'static str, bool)>,
    /// Days, chosen.
    pub days: Vec<(i64, bool)>,
    /// As typed.
    pub label: String,
    pub longest: usize,
    pub hooks: Vec<HookLine>,
    /// Word, key of the name, ticked.
    pub topics: Vec<(&'static str, &'static str, bool)>,
    /// As typed.
    pub hook_label: String,
    /// As typed.
    pub url: String,
    pub longest_url: usize,
    pub error: Option<Text>,
    /// Whether that is about a webhook.
    pub of_hook: bool,
}

impl ConnectionsPage {
    /// What the ids of the fields begin with in the form that was refused.
    fn prefix(&self) -> &'static str {
        if self.of_hook { "hook-" } else { "" }
    }
}

/// A token that works.
#[derive(Clone, Debug)]
pub(crate) struct TokenLine {
    pub id: String,
    pub label: String,
    /// Keys of what it may read.
    pub grants: Vec<&'static str>,
    pub made: Moment,
    pub by: Text,
    pub ends: Text,
    /// `None`: never.
    pub used: Option<Moment>,
}

/// A token as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TokenForm {
    pub label: String,
    pub grants: Vec<String>,
    pub days: String,
}

/// A webhook.
#[derive(Clone, Debug)]
pub(crate) struct HookLine {
    pub id: String,
    pub label: String,
    pub host: String,
    /// Keys of what it is told of.
    pub topics: Vec<&'static str>,
    pub made: Moment,
    pub by: Text,
    pub mark: Mark,
    /// What is wrong with it.
    pub trouble: Option<Text>,
    /// Whether it is switched off.
    pub off: bool,
    /// Until when the secret before the one it has signs too.
    pub old_until: Option<Text>,
    /// The last messages, the newest first.
    pub sent: Vec<DeliveryLine>,
}

/// A message to a webhook.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryLine {
    /// What it was called, as the receiver reads it.
    pub kind: String,
    pub at: Moment,
    pub outcome: Text,
    /// When it is tried again.
    pub next: Option<Moment>,
}

/// A webhook as typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct HookForm {
    pub label: String,
    pub url: String,
    pub topics: Vec<String>,
}

/// `…/connections/issued`.
#[derive(Template)]
#[template(path = "connection_issued.html")]
pub(crate) struct ConnectionIssuedPage {
    pub shell: Shell,
    pub place: Option<Place>,
    pub base: String,
    /// Where machines ask.
    pub address: String,
    /// A token, or what a webhook signs with.
    pub is_token: bool,
    /// `None`: it was shown before.
    pub secret: Option<String>,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::time::Timestamp;

    use super::super::Sample;
    use super::*;
    use crate::domain::token::{DAYS, Grant, LONGEST_LABEL};
    use crate::domain::webhook::{LONGEST_URL, Outcome, Topic};

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);
    const ID: &str = "01900000-0000-7000-8000-000000000000";

    fn place() -> Place {
        Place { id: ID.to_owned(), name: "さくら架空診療所".to_owned() }
    }

    fn base(place: Option<&Place>) -> String {
        place.map_or_else(|| "/connections".to_owned(), |place| format!("/facilities/{}/connections", place.id))
    }

    fn hook(off: bool, outcomes: &[Option<Outcome>]) -> HookLine {
        let sent = outcomes.iter().map(|outcome| DeliveryLine {
            kind: "paper.approved".to_owned(),
            at: Moment::new(NOW, NOW),
            outcome: outcome.map_or(Text::new("connect-outcome-none"), Outcome::text),
            next: outcome.is_none_or(|outcome| !outcome.is_good()).then_some(Moment::new(NOW.plus_seconds(300), NOW)),
        });
        HookLine {
            id: ID.to_owned(),
            label: "見本".to_owned(),
            host: "hook.example".to_owned(),
            topics: Topic::ALL.iter().map(|topic| topic.key()).collect(),
            made: Moment::new(NOW.plus_days(-3), NOW),
            by: Text::verbatim("見本 花子"),
            mark: if off { Mark::out_of_use("connect-off") } else { Mark::running("connect-on") },
            trouble: off.then(|| Text::new("connect-off-since").with("at", NOW)),
            off,
            old_until: off.then(|| Text::new("connect-old-until").with("until", NOW.plus_days(1))),
            sent: sent.collect(),
        }
    }

    impl Sample for ConnectionsPage {
        fn samples() -> Vec<Self> {
            let line = |used: Option<i64>| TokenLine {
                id: ID.to_owned(),
                label: "見本".to_owned(),
                grants: Grant::ALL.iter().map(|grant| grant.key()).collect(),
                made: Moment::new(NOW.plus_days(-3), NOW),
                by: Text::verbatim("見本 花子"),
                ends: Text::Day(NOW.plus_days(87)),
                used: used.map(|days| Moment::new(NOW.plus_days(-days), NOW)),
            };
            let sample = |place: Option<Place>, tokens, may_change, error| Self {
                shell: Shell::sample("connect-title", true),
                base: base(place.as_ref()),
                place,
                may_change,
                tokens,
                grants: Grant::ALL.iter().map(|grant| (grant.as_str(), grant.key(), *grant == Grant::Devices)).collect(),
                days: DAYS.iter().map(|days| (*days, *days == DAYS[0])).collect(),
                label: String::new(),
                longest: LONGEST_LABEL,
                hooks: if may_change {
                    vec![
                        hook(false, &[None, Some(Outcome::Slow), Some(Outcome::Answered(204))]),
                        hook(true, &[Some(Outcome::Answered(410))]),
                    ]
                } else {
                    vec![hook(false, &[])]
                },
                topics: Topic::ALL.iter().map(|topic| (topic.as_str(), topic.key(), *topic == Topic::Disaster)).collect(),
                hook_label: String::new(),
                url: String::new(),
                longest_url: LONGEST_URL,
                of_hook: false,
                error,
            };
            vec![
                sample(Some(place()), vec![line(Some(1)), line(None)], true, Some(Text::new("connect-wrong-nothing"))),
                sample(None, Vec::new(), false, None),
            ]
        }
    }

    impl Sample for ConnectionIssuedPage {
        fn samples() -> Vec<Self> {
            let sample = |place: Option<Place>, secret: Option<&str>| Self {
                shell: Shell::sample("connect-issued-title", true),
                base: base(place.as_ref()),
                place,
                address: "https://hashimori.example/api/v1".to_owned(),
                is_token: secret.is_some_and(|secret| secret.starts_with("hashimori_")),
                secret: secret.map(str::to_owned),
            };
            vec![sample(Some(place()), Some("hashimori_AAAA")), sample(None, Some("whsec_AAAA")), sample(None, None)]
        }
    }
}
