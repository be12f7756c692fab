//! A report in Japanese, one line a fact. Account names are put in for display here and appear nowhere else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hashimori_shared::ids::AccountId;
use hashimori_shared::lang::Lang;
use hashimori_shared::report::Report;
use hashimori_shared::report::words::{self, FactLine};
use hashimori_shared::time::Timestamp;

/// The whole report, observed at `at`.
pub(in crate::cli) fn describe(report: &Report, at: Timestamp, names: &BTreeMap<AccountId, String>) -> String {
    let mut text = String::new();
    for group in words::groups(report, at, Lang::Japanese) {
        let name = group.account.as_ref().and_then(|id| names.get(id));
        let shown = name.map_or_else(String::new, |n| format!("（この機器での名前: {n}。名前は送りません）"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}{shown}", group.title);
        for fact in &group.facts {
            let _ = writeln!(text, "    {}", line(fact));
        }
    }
    text
}

fn line(fact: &FactLine) -> String {
    let unknown = if fact.known { "" } else { "未確認: " };
    let managed = if fact.managed { "（管理者が固定）" } else { "" };
    let read_at = fact.read_at.as_ref().map_or_else(String::new, |at| format!("（{at} の時点）"));
    format!("{}: {unknown}{}{managed}{read_at}", fact.name, fact.value)
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
        let text = describe(&report, Timestamp::from_seconds(1_785_715_200), &BTreeMap::new());
        assert!(text.contains("ファイアウォール: 未確認: 点検プログラムに読み取りの権限がありません"), "{text}");
        assert!(text.contains("再起動待ち: なし") && text.contains("見つからないか読み取れませんでした"), "{text}");
    }
}
