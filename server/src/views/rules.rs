//! Views that explain: the regulation clause by clause, and what the agent looks at.

use askama::Template;
use hashimori_shared::pack::Keep;

use super::{Said, Shell};
use crate::words::Text;

/// `/rules`.
#[derive(Template)]
#[template(path = "rules.html")]
pub(crate) struct RulesPage {
    pub shell: Shell,
    /// Edition and source of the regulation, and the pack's revision.
    pub edition: Said,
    pub source: Said,
    pub pack: String,
    pub groups: Vec<RuleGroup>,
    /// What is kept how long, and where the periods come from.
    pub kept: Vec<(&'static str, Text)>,
    pub kept_source: Option<Said>,
}

/// How long something is kept, in words.
pub(crate) fn kept(keep: Keep) -> Text {
    match keep {
        Keep::Days(days) => Text::new("retention-days").with("n", u32::from(days)),
        Keep::Months(months) if months % 12 == 0 => Text::new("retention-years").with("n", u32::from(months / 12)),
        Keep::Months(months) => Text::new("retention-months").with("n", u32::from(months)),
    }
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
    pub title: Said,
    pub gist: Said,
    /// The regulation's own text, where the operator has loaded it.
    pub official: Option<String>,
    pub strength: &'static str,
    pub responsible: String,
    pub answered: String,
    /// Where it is done: keys of the words, and the pages where the reader has them.
    pub done: Vec<(&'static str, Option<String>)>,
    /// Why it is left to people.
    pub left_to_people: Option<Said>,
    pub conflict: Option<ConflictLine>,
}

/// Another rule in force that says something else.
#[derive(Clone, Debug)]
pub(crate) struct ConflictLine {
    pub note: Said,
    pub source: Said,
    pub verified: bool,
}

/// What the agent sends: keys of the lines, and which fields of a report each of them tells of. A report has no others.
const SEEN: &[(&str, &[&str])] = &[
    ("checked-seen-password", &["login_password", "password_policy", "password_changed", "auto_login"]),
    ("checked-seen-lock", &["screen_lock"]),
    ("checked-seen-os", &["os", "last_update", "pending_updates", "reboot_required"]),
    ("checked-seen-antivirus", &["antivirus"]),
    ("checked-seen-software", &["forbidden_software"]),
    ("checked-seen-browser", &["browsers", "password_saving"]),
    ("checked-seen-protection", &["disk_encryption", "firewall", "management"]),
    ("checked-seen-hardware", &["hardware", "mobile_line", "hardware_ids"]),
    ("checked-seen-accounts", &["id", "kind", "last_used"]),
    ("checked-seen-agent", &["version", "platform", "privileged"]),
];

/// `/what-is-checked`.
#[derive(Template)]
#[template(path = "what_is_checked.html")]
pub(crate) struct WhatIsCheckedPage {
    pub shell: Shell,
    /// How long what was sent is kept.
    pub kept: Text,
}

#[cfg(test)]
mod samples {
    use hashimori_shared::lang::Lang;

    use super::super::Sample;
    use super::*;

    impl Sample for RulesPage {
        fn samples() -> Vec<Self> {
            let ja = |text: &str| Said::new(text, Lang::Japanese);
            let line = RuleLine {
                id: "§20-1".to_owned(),
                anchor: "c20-1".to_owned(),
                title: ja("起動時パスワード"),
                gist: ja("要旨"),
                official: Some("本文".to_owned()),
                strength: "Required",
                responsible: "User".to_owned(),
                answered: "Record".to_owned(),
                done: vec![("paper-take-out", Some("/facilities/f/papers".to_owned())), ("rules-place-mail", None)],
                left_to_people: Some(ja("理由")),
                conflict: Some(ConflictLine { note: ja("差異"), source: ja("第7.0版"), verified: false }),
            };
            let bare = RuleLine { official: None, done: Vec::new(), left_to_people: None, conflict: None, ..line.clone() };
            vec![Self {
                shell: Shell::sample("rules-title", true),
                edition: ja("平成31年"),
                source: ja("規程"),
                pack: "itsutsubashi-2019-02-08 1".to_owned(),
                groups: vec![RuleGroup { title: Text::new("rules-article").with("n", 20_u32), clauses: vec![line, bare] }],
                kept: vec![("retention-reports", kept(Keep::Months(13))), ("retention-log", kept(Keep::Days(1)))],
                kept_source: Some(ja("規程に定めがない")),
            }]
        }
    }

    impl Sample for WhatIsCheckedPage {
        fn samples() -> Vec<Self> {
            let kept = Text::new("retention-checked-about").with("reports", kept(Keep::Months(13))).with("records", kept(Keep::Months(60)));
            vec![Self { shell: Shell::sample("checked-title", false), kept }]
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hashimori_shared::report::{Account, AgentInfo, MachineFacts, sample};
    use hashimori_shared::time::Timestamp;

    use super::*;

    /// Names of all fields of a value: with one missing here, or one too many, this does not compile.
    macro_rules! fields {
        ($value:expr, $of:ident { $($field:ident),+ }) => {{
            let $of { $($field: _),+ } = $value;
            [$(stringify!($field)),+]
        }};
    }

    #[test]
    fn the_page_for_anybody_tells_of_every_field_of_a_report_and_of_no_other() {
        let report = sample::bad_debian(Timestamp::from_seconds(1_785_715_200));
        let machine = fields!(
            report.machine,
            MachineFacts {
                os,
                last_update,
                pending_updates,
                reboot_required,
                auto_login,
                password_policy,
                antivirus,
                forbidden_software,
                browsers,
                disk_encryption,
                firewall,
                management,
                hardware,
                hardware_ids,
                mobile_line,
                foreign
            }
        );
        let first = report.accounts.into_iter().next().expect("an account");
        let account =
            fields!(first, Account { id, kind, last_used, login_password, password_changed, screen_lock, password_saving, foreign });
        let agent = fields!(report.agent, AgentInfo { version, platform, privileged });
        // What a newer agent sends is told by the page of its own build.
        let sent: BTreeSet<&str> = machine.into_iter().chain(account).chain(agent).filter(|field| *field != "foreign").collect();
        let told: Vec<&str> = SEEN.iter().flat_map(|(_, fields)| fields.iter().copied()).collect();
        assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), sent);
        assert_eq!(told.len(), sent.len(), "each once: {told:?}");
    }
}
