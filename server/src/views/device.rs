//! The device's page: the verdict clause by clause, the facts it stands on, and exactly what was sent.

use askama::Template;

use hashimori_shared::report::words::FactGroup;

use super::{Alerts, ClauseName, Custody, Mark, Moment, Place, Said, Shell};
use crate::words::Text;

/// `/devices/{device}`.
#[derive(Template)]
#[template(path = "device.html")]
pub(crate) struct DevicePage {
    pub shell: Shell,
    pub id: String,
    pub facility: Place,
    pub mark: Mark,
    /// The reason for the headline in one sentence.
    pub reason: Said,
    /// (key of the name, value): kind, owner, enrolled, …
    pub about: Vec<(&'static str, Text)>,
    /// What was written down about it.
    pub card: CardView,
    pub seen: Option<Moment>,
    /// Set while the device waits to be confirmed.
    pub pending: bool,
    pub alerts: Alerts,
    /// Papers that can be written for it: key of the name, path of the form.
    pub papers: Vec<(&'static str, String)>,
    /// Whether the reader may take it out of use.
    pub may_retire: bool,
    pub custody: Custody,
    /// Warnings beside the verdict: clock, dropped reports, standing.
    pub notices: Vec<Text>,
    /// On a person's own device: whether its use is approved. Lies over the verdict, and is no part of it.
    pub permit: Option<Permit>,
    /// `None`: nothing reported yet.
    pub verdict: Option<VerdictView>,
    pub facts: Vec<FactGroup>,
    /// The report as it was sent.
    pub sent: Option<Sent>,
    /// Changes of the verdict, newest first.
    pub changes: Vec<ChangeLine>,
    /// Path of the older changes.
    pub older: Option<String>,
    /// Who read pages about the device, newest first.
    pub viewers: Vec<Viewed>,
}

/// What was written down about a device by hand.
#[derive(Clone, Debug)]
pub(crate) struct CardView {
    /// Key of the name, words.
    pub pairs: Vec<(&'static str, Text)>,
    /// When and by whom; `None`: nothing was.
    pub written: Option<Text>,
    pub may_write: bool,
}

/// Whether the use of a person's own device is approved (§20-7).
#[derive(Clone, Debug)]
pub(crate) struct Permit {
    pub mark: Mark,
    pub text: Text,
    /// The paper, or the page on which one is filed.
    pub path: String,
}

/// `/devices/{device}/sort`.
#[derive(Template)]
#[template(path = "sort.html")]
pub(crate) struct SortPage {
    pub shell: Shell,
    /// The device's name and path.
    pub back: (Text, String),
    pub action: String,
    pub consequences: Vec<Text>,
    /// (word in the form, words on screen, whether it is chosen)
    pub owners: Vec<(&'static str, Text, bool)>,
    pub classes: Vec<(&'static str, Text, bool)>,
    /// The sort as the page saw it.
    pub was: String,
    pub why: String,
    pub longest_reason: usize,
    pub error: Option<Text>,
}

/// One change of the verdict.
#[derive(Clone, Debug)]
pub(crate) struct ChangeLine {
    pub at: Moment,
    pub mark: Mark,
    /// Key of why it changed.
    pub cause: &'static str,
    /// The clauses that changed: name, before, after.
    pub clauses: Vec<(ClauseName, Option<Mark>, Option<Mark>)>,
}

/// Somebody read the page.
#[derive(Clone, Debug)]
pub(crate) struct Viewed {
    pub at: Moment,
    pub who: Text,
}

/// `/devices/{device}` of a person's own device, for those who see its state and not its facts.
#[derive(Template)]
#[template(path = "personal_device.html")]
pub(crate) struct PersonalDevicePage {
    pub shell: Shell,
    pub facility: Place,
    pub mark: Mark,
    pub permit: Option<Permit>,
    pub seen: Option<Moment>,
    pub custody: Custody,
    /// (clause, its anchor, its title, its state).
    pub clauses: Vec<(String, String, Said, Mark)>,
    /// Changes of the verdict, newest first: states and days alone.
    pub changes: Vec<ChangeLine>,
    /// Path of the older changes.
    pub older: Option<String>,
}

/// The verdict.
#[derive(Clone, Debug)]
pub(crate) struct VerdictView {
    /// What calls for something to be done, gravest first; then the rest in the regulation's order.
    pub groups: Vec<ClauseGroup>,
    /// With which pack and catalogues, and when; for the footnote.
    pub judged: Text,
}

/// Clauses under one heading.
#[derive(Clone, Debug)]
pub(crate) struct ClauseGroup {
    /// Key of the heading.
    pub title: &'static str,
    pub clauses: Vec<ClauseLine>,
}

/// One clause.
#[derive(Clone, Debug)]
pub(crate) struct ClauseLine {
    pub id: String,
    /// For links within the page.
    pub anchor: String,
    pub title: Said,
    pub strength: &'static str,
    pub mark: Mark,
    pub evidence: Text,
    pub reason: Said,
    /// What the facility's own rules (§26) decided.
    pub own: Vec<Text>,
    pub remedy: Option<Said>,
    /// Parts, where there is more than one.
    pub checks: Vec<CheckLine>,
    /// Where another rule in force says something else.
    pub conflict: Option<Said>,
}

/// One part of a clause.
#[derive(Clone, Debug)]
pub(crate) struct CheckLine {
    pub title: Said,
    pub mark: Mark,
    pub evidence: Text,
    pub reason: Said,
    pub remedy: Option<Said>,
}

/// What was last sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub json: String,
    pub received: Moment,
    pub observed: Moment,
}

impl Sent {
    /// When it was read on the device.
    pub(crate) fn read(&self) -> Text {
        Text::new("device-facts-read").with("at", self.observed.minute()).with("ago", self.observed.ago())
    }

    /// What it is, and when it came in.
    pub(crate) fn about(&self) -> Text {
        Text::new("device-sent-about").with("at", self.received.minute()).with("ago", self.received.ago())
    }
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use hashimori_shared::pack::Pack;

    use super::*;
    use hashimori_shared::lang::Lang;
    use hashimori_shared::report::{sample, words};
    use hashimori_shared::time::Timestamp;
    use hashimori_shared::verdict::{State, Strength};

    impl ChangeLine {
        fn sample(now: Timestamp) -> Self {
            Self {
                at: Moment::new(now, now),
                mark: Mark::of(State::NonCompliant),
                cause: "history-report",
                clauses: vec![(ClauseName::of(&Pack::bundled(), "§20-3"), None, Some(Mark::of(State::NonCompliant)))],
            }
        }
    }

    impl Sample for PersonalDevicePage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let sample = |clauses: Vec<(String, String, Said, Mark)>, custody: Custody| Self {
                custody,
                shell: Shell::sample(Text::verbatim("受付1"), true),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                mark: Mark::of(State::NonCompliant),
                permit: Some(Permit { mark: Mark::alarming("custody-none"), text: Text::new("custody-none-about"), path: "/".to_owned() }),
                seen: (!clauses.is_empty()).then(|| Moment::new(now, now)),
                changes: if clauses.is_empty() { Vec::new() } else { vec![ChangeLine::sample(now)] },
                older: None,
                clauses,
            };
            let clause = ("§20-3".to_owned(), "c20-3".to_owned(), Said::new("見本", Lang::Japanese), Mark::of(State::NonCompliant));
            let mut all: Vec<Self> = Custody::samples().into_iter().map(|custody| sample(vec![clause.clone()], custody)).collect();
            all.push(sample(Vec::new(), Custody::samples().remove(0)));
            all
        }
    }

    impl Sample for SortPage {
        fn samples() -> Vec<Self> {
            let sample = |error: Option<Text>| Self {
                shell: Shell::sample(Text::new("sort-title").with("device", "受付1".to_owned()), true),
                back: (Text::verbatim("受付1"), "/devices/d".to_owned()),
                action: "/devices/d/sort".to_owned(),
                consequences: vec![Text::new("sort-then-judged")],
                owners: vec![("managed", Text::new("device-managed"), true), ("personal", Text::new("device-personal"), false)],
                classes: vec![("laptop", Text::verbatim("見本"), true)],
                was: "managed laptop".to_owned(),
                why: "見本".to_owned(),
                longest_reason: 200,
                error,
            };
            vec![sample(None), sample(Some(Text::new("sort-same")))]
        }
    }

    impl Sample for DevicePage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let check = CheckLine {
                title: Said::new("ウイルス対策ソフトの導入", Lang::Japanese),
                mark: Mark::of(State::NonCompliant),
                evidence: Text::new("frame-none"),
                reason: Said::new("見つかりませんでした", Lang::Japanese),
                remedy: Some(Said::new("入れてください", Lang::Japanese)),
            };
            let clause = ClauseLine {
                id: "§20-3".to_owned(),
                anchor: "c20-3".to_owned(),
                title: Said::new("ウイルス対策", Lang::Japanese),
                strength: Strength::Must.label(Lang::English),
                mark: Mark::of(State::NonCompliant),
                evidence: Text::new("frame-none"),
                reason: Said::new("見つかりませんでした", Lang::Japanese),
                own: vec![Text::new("own-days").with("n", 3_i64)],
                remedy: Some(Said::new("入れてください", Lang::Japanese)),
                checks: vec![check.clone(), check],
                conflict: Some(Said::new("差異", Lang::Japanese)),
            };
            let quiet = ClauseLine { own: Vec::new(), remedy: None, checks: Vec::new(), conflict: None, ..clause.clone() };
            let full = Self {
                shell: Shell::sample(Text::verbatim("受付1"), true),
                id: "d".to_owned(),
                facility: Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() },
                mark: Mark::of(State::NonCompliant),
                reason: Said::new("Waits", Lang::English),
                about: vec![("device-about-class", Text::verbatim("見本"))],
                card: CardView {
                    pairs: vec![("ledger-number", Text::verbatim("見本"))],
                    written: Some(Text::new("ledger-written").with("at", now).with("by", "見本".to_owned())),
                    may_write: true,
                },
                seen: Some(Moment::new(now, now)),
                pending: true,
                alerts: Alerts::sample(),
                may_retire: true,
                papers: vec![("paper-hand-over", "/x".to_owned())],
                custody: Custody::samples().remove(0),
                notices: vec![Text::new("device-clock-fast").with("n", 7_i64)],
                permit: Some(Permit {
                    mark: Mark::running("custody-exception"),
                    text: Text::new("custody-until").with("number", 3_i64).with("until", Text::Day(now)),
                    path: "/papers/p".to_owned(),
                }),
                verdict: Some(VerdictView {
                    groups: vec![ClauseGroup { title: "device-clauses-open", clauses: vec![clause, quiet] }],
                    judged: Text::new("device-judged").with("with", "見本".to_owned()).with("at", now),
                }),
                facts: words::groups(&sample::all_unknown(now), now, Lang::English),
                sent: Some(Sent { json: "{}".to_owned(), received: Moment::new(now, now), observed: Moment::new(now, now) }),
                changes: vec![ChangeLine::sample(now)],
                older: Some("/devices/d?before=3".to_owned()),
                viewers: vec![Viewed { at: Moment::new(now, now), who: Text::verbatim("見本 花子") }],
            };
            let empty = Self {
                shell: Shell::sample(Text::verbatim("受付1"), true),
                id: "d".to_owned(),
                seen: None,
                pending: false,
                alerts: Alerts::none(),
                may_retire: false,
                papers: Vec::new(),
                custody: Custody::samples().pop().expect("a quiet one"),
                notices: Vec::new(),
                permit: None,
                verdict: None,
                facts: Vec::new(),
                sent: None,
                changes: Vec::new(),
                older: None,
                viewers: Vec::new(),
                about: Vec::new(),
                card: CardView { pairs: Vec::new(), written: None, may_write: false },
                reason: Said::new("まだ報告がありません", Lang::Japanese),
                mark: Mark::of(State::Unknown),
                facility: full.facility.clone(),
            };
            vec![full, empty]
        }
    }
}
