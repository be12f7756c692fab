//! Views of 事業所の定め (§26): a facility's filings with the form, and a region's list of them.

use askama::Template;

use super::{Moment, Place, Said, Shell};
use crate::words::Text;

/// `/facilities/{facility}/own-rules`.
#[derive(Template)]
#[template(path = "own_rules.html")]
pub(crate) struct OwnRulesPage {
    pub shell: Shell,
    pub facility: Place,
    /// Whether the person may file; others see what was filed.
    pub may_file: bool,
    /// Key of what was done just now.
    pub done: Option<&'static str>,
    pub error: Option<Text>,
    /// What the facility's devices are judged with beside the region's pack.
    pub present: Option<FiledView>,
    /// The others, newest first.
    pub filings: Vec<FiledView>,
    pub groups: Vec<OwnGroup>,
    /// Number of the newest filing.
    pub seen: i64,
    /// As typed before.
    pub why: String,
    pub longest_reason: usize,
    /// The filing that the error is about; empty: the form for a new one.
    pub of_filing: String,
}

impl OwnRulesPage {
    /// What the ids of the fields begin with in the form that was refused.
    fn prefix(&self) -> String {
        let about = self.present.iter().chain(&self.filings).find(|filed| filed.id == self.of_filing);
        let form = |filed: &FiledView| format!("{}-{}-", if filed.may_decide { "decision" } else { "withdraw" }, filed.id);
        about.map(form).unwrap_or_default()
    }
}

/// A filing.
#[derive(Clone, Debug)]
pub(crate) struct FiledView {
    pub id: String,
    pub number: i64,
    /// Key of the word.
    pub stage: &'static str,
    /// `None`: it cannot be read.
    pub lines: Option<Vec<OwnLine>>,
    /// When, by whom and why it was filed, and what became of it.
    pub notes: Vec<Text>,
    pub may_decide: bool,
    pub may_withdraw: bool,
}

/// One parameter of a filing.
#[derive(Clone, Debug)]
pub(crate) struct OwnLine {
    /// Empty: it belongs to no single one.
    pub clause: &'static str,
    /// Key of the name.
    pub name: &'static str,
    pub own: Text,
    pub region: Text,
    pub looser: bool,
}

/// The fields of one clause.
#[derive(Clone, Debug)]
pub(crate) struct OwnGroup {
    /// `None`: what belongs to no single clause.
    pub clause: Option<(&'static str, Said)>,
    pub fields: Vec<OwnField>,
}

/// One field.
#[derive(Clone, Debug)]
pub(crate) struct OwnField {
    /// Name of the field.
    pub key: &'static str,
    pub label: Text,
    pub region: Text,
    /// As typed, or as in force.
    pub typed: String,
    /// A choice instead of a number.
    pub is_switch: bool,
    /// Whether 0 means that nothing is judged.
    pub can_be_off: bool,
}

/// `/own-rules`.
#[derive(Template)]
#[template(path = "own_rules_list.html")]
pub(crate) struct OwnRulesListPage {
    pub shell: Shell,
    pub waiting: Vec<ListedFiling>,
    pub lines: Vec<ListedFiling>,
    pub next: Option<String>,
    pub paged: bool,
}

/// A filing in the region's list.
#[derive(Clone, Debug)]
pub(crate) struct ListedFiling {
    pub facility: Place,
    pub number: i64,
    /// Key of the word.
    pub stage: &'static str,
    pub looser: bool,
    pub reason: String,
    pub filed: Moment,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::lang::Lang;
    use hashimori_shared::time::Timestamp;

    use super::super::Sample;
    use super::*;

    fn place() -> Place {
        Place { id: "f".to_owned(), name: "さくら架空診療所".to_owned() }
    }

    impl Sample for OwnRulesPage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let seconds = |n: i64| Text::new("own-seconds").with("n", n);
            let line = OwnLine { clause: "§19-6", name: "own-screen-lock", own: seconds(1_800), region: seconds(900), looser: true };
            let note = |key| Text::new(key).with("at", now).with("by", "見本 花子".to_owned()).with("why", "見本".to_owned());
            let waiting = FiledView {
                id: "w".to_owned(),
                number: 2,
                stage: "own-stage-waiting",
                lines: Some(vec![line.clone(), OwnLine { clause: "", looser: false, ..line }]),
                notes: vec![note("own-filed"), note("own-reason")],
                may_decide: true,
                may_withdraw: true,
            };
            let unreadable = FiledView { id: "u".to_owned(), lines: None, may_decide: false, may_withdraw: false, ..waiting.clone() };
            let field = OwnField {
                key: "screen_lock.max_s",
                label: Text::new("own-field-unit").with("name", Text::new("own-screen-lock")).with("unit", Text::new("own-unit-seconds")),
                region: seconds(900),
                typed: "300".to_owned(),
                is_switch: false,
                can_be_off: true,
            };
            let switch = OwnField { key: "password.alnum", is_switch: true, can_be_off: false, typed: "on".to_owned(), ..field.clone() };
            let groups = vec![
                OwnGroup { clause: Some(("§19-6", Said::new("起動時のロック", Lang::Japanese))), fields: vec![field] },
                OwnGroup { clause: None, fields: vec![switch] },
            ];
            let sample = |full: bool| Self {
                shell: Shell::sample("own-title", true),
                facility: place(),
                may_file: full,
                done: full.then_some("own-done-waiting"),
                error: full.then(|| Text::new("own-nothing")),
                of_filing: String::new(),
                present: full.then(|| FiledView { id: "p".to_owned(), may_decide: false, ..waiting.clone() }),
                filings: if full { vec![waiting.clone(), unreadable.clone()] } else { Vec::new() },
                groups: groups.clone(),
                seen: 1,
                why: "見本".to_owned(),
                longest_reason: 200,
            };
            vec![sample(true), sample(false)]
        }
    }

    impl Sample for OwnRulesListPage {
        fn samples() -> Vec<Self> {
            let now = Timestamp::from_seconds(1_785_715_200);
            let line = ListedFiling {
                facility: place(),
                number: 2,
                stage: "own-stage-waiting",
                looser: true,
                reason: "見本".to_owned(),
                filed: Moment::new(now, now),
            };
            let sample = |full: bool, paged| Self {
                shell: Shell::sample("own-list-title", true),
                waiting: if full { vec![line.clone()] } else { Vec::new() },
                lines: if full { vec![line.clone(), ListedFiling { looser: false, ..line.clone() }] } else { Vec::new() },
                next: full.then(|| "/own-rules?before=x".to_owned()),
                paged,
            };
            vec![sample(true, false), sample(false, false), sample(false, true)]
        }
    }
}
