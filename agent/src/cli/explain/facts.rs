//! A report in words, one line a fact. Account names are put in for display here and appear nowhere else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hashimori_shared::ids::AccountId;
use hashimori_shared::lang::{Lang, say};
use hashimori_shared::report::Report;
use hashimori_shared::report::words::{self, FactLine};
use hashimori_shared::time::Timestamp;
use hashimori_shared::verdict::State;

/// The whole report, observed at `at`.
pub(in crate::cli) fn describe(report: &Report, at: Timestamp, names: &BTreeMap<AccountId, String>, lang: Lang) -> String {
    let mut text = String::new();
    for group in words::groups(report, at, lang) {
        let name = group.account.as_ref().and_then(|id| names.get(id));
        let shown = name.map_or_else(String::new, |name| on_this_device(name, lang));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}{shown}", group.title);
        for fact in &group.facts {
            let _ = writeln!(text, "    {}", line(fact, lang));
        }
    }
    text
}

fn line(fact: &FactLine, lang: Lang) -> String {
    let read_at = fact.read_at.as_ref().map_or_else(String::new, |at| say!(lang, "（{at} の時点）", " (as of {at})"));
    format!("{}: {}{}{}{read_at}", fact.name, unknown(fact, lang), fact.value, managed(fact, lang))
}

/// What stands behind an account's pseudonym.
pub(super) fn on_this_device(name: &str, lang: Lang) -> String {
    say!(lang, "（この機器での名前: {name}。名前は送りません）", " (on this device: {name}; the name is not sent)")
}

/// What stands before the reason why there is no value.
pub(super) fn unknown(fact: &FactLine, lang: Lang) -> String {
    if fact.known { String::new() } else { format!("{}: ", State::Unknown.label(lang)) }
}

/// What stands behind a value that only an administrator can change.
pub(super) const fn managed(fact: &FactLine, lang: Lang) -> &'static str {
    if fact.managed { lang.pick("（管理者が固定）", " (fixed by an administrator)") } else { "" }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::report::{AgentInfo, Fact, MachineFacts, UnknownCode};

    use super::*;

    #[test]
    fn a_fact_that_cannot_be_read_says_so_and_never_sounds_like_a_pass() {
        let report = Report {
            v: 1,
            agent: AgentInfo { version: "0".into(), platform: "linux".into(), privileged: false },
            machine: MachineFacts {
                firewall: Some(Fact::unknown(UnknownCode::NoPermission, "not root", "/")),
                reboot_required: Some(Fact::read(false, "/run")),
                ..MachineFacts::default()
            },
            accounts: vec![],
        };
        let text = describe(&report, Timestamp::from_seconds(1_785_715_200), &BTreeMap::new(), Lang::Japanese);
        assert!(text.contains("ファイアウォール: 未確認: 点検プログラムに読み取りの権限がありません"), "{text}");
        assert!(text.contains("再起動待ち: なし") && text.contains("見つからないか読み取れませんでした"), "{text}");
    }
}
