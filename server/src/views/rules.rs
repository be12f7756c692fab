//! Views that explain: the regulation clause by clause, and what the agent looks at.

use askama::Template;

use super::Shell;
use crate::words::Text;

/// `/rules`.
#[derive(Template)]
#[template(path = "rules.html")]
pub(crate) struct RulesPage {
    pub shell: Shell,
    /// Edition and source of the regulation, and the pack's revision.
    pub edition: String,
    pub source: String,
    pub pack: String,
    pub groups: Vec<RuleGroup>,
}

/// A heading of the regulation and its clauses.
#[derive(Clone, Debug)]
pub(crate) struct RuleGroup {
    pub title: Text,
    pub clauses: Vec<RuleLine>,
}

/// One clause.
#[derive(Clone, Debug)]
pub(crate) struct RuleLine {
    pub id: String,
    pub anchor: String,
    pub title: String,
    pub gist: String,
    /// The regulation's own text, where the operator has loaded it.
    pub official: Option<String>,
    pub strength: &'static str,
    pub responsible: String,
    pub answered: String,
    /// Why it is left to people.
    pub left_to_people: Option<String>,
    pub conflict: Option<ConflictLine>,
}

/// Another rule in force that says something else.
#[derive(Clone, Debug)]
pub(crate) struct ConflictLine {
    pub note: String,
    pub source: String,
    pub verified: bool,
}

/// `/what-is-checked`.
#[derive(Template)]
#[template(path = "what_is_checked.html")]
pub(crate) struct WhatIsCheckedPage {
    pub shell: Shell,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for RulesPage {
        fn samples() -> Vec<Self> {
            let line = RuleLine {
                id: "§20-1".to_owned(),
                anchor: "c20-1".to_owned(),
                title: "起動時パスワード".to_owned(),
                gist: "要旨".to_owned(),
                official: Some("本文".to_owned()),
                strength: "必須",
                responsible: "利用者".to_owned(),
                answered: "点検プログラム".to_owned(),
                left_to_people: Some("理由".to_owned()),
                conflict: Some(ConflictLine { note: "差異".to_owned(), source: "第7.0版".to_owned(), verified: false }),
            };
            let bare = RuleLine { official: None, left_to_people: None, conflict: None, ..line.clone() };
            vec![Self {
                shell: Shell::sample("rules-title", true),
                edition: "平成31年".to_owned(),
                source: "規程".to_owned(),
                pack: "itsutsubashi-2019-02-08 1".to_owned(),
                groups: vec![RuleGroup { title: Text::new("rules-article").with("n", 20_u32), clauses: vec![line, bare] }],
            }]
        }
    }

    impl Sample for WhatIsCheckedPage {
        fn samples() -> Vec<Self> {
            vec![Self { shell: Shell::sample("checked-title", false) }]
        }
    }
}
