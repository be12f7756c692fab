//! A report in Japanese, one line a fact. Account names are put in for display here and appear nowhere else.

use std::collections::BTreeMap;

use hashimori_shared::ids::AccountId;
use hashimori_shared::report::{
    Account, Antivirus, AutoLogin, Browser, BrowserProfile, Fact, Firewall, ForbiddenSoftware, Hardware, HardwareIds, LoginPassword,
    Management, MountEncryption, Os, PasswordPolicy, PendingUpdates, Reading, Report, ScreenLock,
};
use hashimori_shared::time::Timestamp;

/// The whole report.
pub(in crate::cli) fn describe(report: &Report, names: &BTreeMap<AccountId, String>) -> String {
    let m = &report.machine;
    let mut lines = Vec::new();
    line(&mut lines, "OS", m.os.as_ref(), |os: &Os| format!("{}（{} {}）", os.name, os.id, os.build.as_deref().unwrap_or(&os.version)));
    line(&mut lines, "最後の更新", m.last_update.as_ref(), |at: &Timestamp| at.jst_minute());
    line(&mut lines, "未適用の更新", m.pending_updates.as_ref(), pending);
    line(&mut lines, "再起動待ち", m.reboot_required.as_ref(), |b| yes(*b, "あり", "なし"));
    line(&mut lines, "自動ログイン", m.auto_login.as_ref(), |a: &AutoLogin| {
        format!("{}（{}）", yes(a.enabled, "有効", "無効"), a.by)
    });
    line(&mut lines, "パスワードの決まり", m.password_policy.as_ref(), policy);
    line(&mut lines, "ウイルス対策", m.antivirus.as_ref(), antivirus);
    line(&mut lines, "禁止ソフト", m.forbidden_software.as_ref(), forbidden);
    line(&mut lines, "ブラウザー", m.browsers.as_ref(), |list: &Vec<Browser>| {
        or_none(&list.iter().map(|b| format!("{} {}", b.id, b.version)).collect::<Vec<_>>())
    });
    line(&mut lines, "ディスクの暗号化", m.disk_encryption.as_ref(), |list: &Vec<MountEncryption>| {
        or_none(
            &list
                .iter()
                .map(|d| format!("{}: {}（{}）", d.mount, reading(&d.encrypted, |b| yes(*b, "暗号化", "平文")), d.method))
                .collect::<Vec<_>>(),
        )
    });
    line(&mut lines, "ファイアウォール", m.firewall.as_ref(), |f: &Firewall| {
        format!("{}（{}）", yes(f.active, "有効", "無効"), f.by)
    });
    line(&mut lines, "端末管理（MDM）", m.management.as_ref(), |g: &Management| {
        let provider = g.provider.as_deref().unwrap_or("提供元不明");
        if g.enrolled {
            format!("あり（{provider}）、遠隔消去: {}", reading(&g.remote_wipe, |b| yes(*b, "できる", "できない")))
        } else {
            "なし".to_owned()
        }
    });
    line(&mut lines, "機種", m.hardware.as_ref(), |h: &Hardware| {
        let parts = [h.vendor.as_deref(), h.model.as_deref(), h.hypervisor.as_deref()];
        format!("{:?} {}", h.class, parts.into_iter().flatten().collect::<Vec<_>>().join(" ")).trim_end().to_owned()
    });
    line(&mut lines, "機器の識別（要約値）", m.hardware_ids.as_ref(), |h: &HardwareIds| {
        let count = [&h.system_uuid, &h.serial, &h.machine_id].into_iter().flatten().count();
        format!("{count}種類の要約値（元の番号は送りません）")
    });
    line(&mut lines, "携帯回線", m.mobile_line.as_ref(), |b| yes(*b, "あり", "なし"));
    for (name, value) in &m.foreign {
        lines.push(format!("  {name}: {value}"));
    }
    for account in &report.accounts {
        describe_account(&mut lines, account, names.get(&account.id).map(String::as_str));
    }
    if report.accounts.is_empty() {
        lines.push("  ログインできるアカウント: 見つからない、または読めません".to_owned());
    }
    lines.join("\n") + "\n"
}

fn describe_account(lines: &mut Vec<String>, account: &Account, name: Option<&str>) {
    let shown = name.map_or_else(String::new, |n| format!("（この機器での名前: {n}。名前は送りません）"));
    lines.push(format!("  アカウント {}{shown}", account.id.as_str()));
    lines.push(format!("    最後の利用: {}", reading(&account.last_used, |at| at.jst_date())));
    let mut own = Vec::new();
    line(&mut own, "起動時パスワード", account.login_password.as_ref(), |p| {
        match p {
            LoginPassword::Set => "設定あり",
            LoginPassword::Blank => "空（誰でもログインできます）",
            LoginPassword::Locked => "パスワードではログインできない",
        }
        .to_owned()
    });
    line(&mut own, "パスワードの最終変更", account.password_changed.as_ref(), |at: &Timestamp| at.jst_date());
    line(&mut own, "画面ロック", account.screen_lock.as_ref(), |s: &ScreenLock| {
        s.locks_after_s.map_or_else(|| format!("自動ではかからない（{}）", s.desktop), |n| format!("{n}秒でかかる（{}）", s.desktop))
    });
    line(&mut own, "ブラウザーのパスワード保存", account.password_saving.as_ref(), |list: &Vec<BrowserProfile>| {
        let one = |p: &BrowserProfile| {
            format!("{} {}: {}", p.browser, p.profile, reading(&p.saves_passwords, |b| yes(*b, "保存する", "保存しない")))
        };
        or_none(&list.iter().map(one).collect::<Vec<_>>())
    });
    lines.extend(own.into_iter().map(|l| format!("  {l}")));
}

fn line<T>(lines: &mut Vec<String>, label: &str, fact: Option<&Fact<T>>, say: impl FnOnce(&T) -> String) {
    let Some(fact) = fact else { return };
    let carried = fact.observed_at.map_or_else(String::new, |at| format!("（{} の時点）", at.jst_minute()));
    lines.push(format!("  {label}: {}{carried}", reading(&fact.reading, say)));
}

fn reading<T>(reading: &Reading<T>, say: impl FnOnce(&T) -> String) -> String {
    match reading {
        Reading::Value(value) => say(value),
        Reading::Unknown(unknown) => format!("わからない（{}）", unknown.code.reason_ja()),
    }
}

fn yes(value: bool, yes: &str, no: &str) -> String {
    if value { yes } else { no }.to_owned()
}

fn or_none(list: &[String]) -> String {
    if list.is_empty() { "見つからない".to_owned() } else { list.join("、") }
}

fn pending(p: &PendingUpdates) -> String {
    let security = reading(&p.security, |n| format!("{n}件"));
    format!("{}件（うち安全に関わるもの: {security}。{} の一覧による）", p.total, p.lists_refreshed_at.jst_date())
}

fn policy(p: &PasswordPolicy) -> String {
    if !p.enforced {
        return "強制されていない".to_owned();
    }
    format!("{}文字以上、英数字の混在: {}", p.min_length, yes(p.letters_and_digits, "必要", "不要"))
}

fn antivirus(a: &Antivirus) -> String {
    let one = |p: &hashimori_shared::report::AntivirusProduct| {
        let real_time = reading(&p.real_time, |b| yes(*b, "動作中", "停止"));
        format!("{}（常時監視: {real_time}、定義ファイル: {}）", p.id, reading(&p.signatures_at, |at| at.jst_date()))
    };
    or_none(&a.products.iter().map(one).collect::<Vec<_>>())
}

fn forbidden(f: &ForbiddenSoftware) -> String {
    let hits = or_none(&f.hits.iter().map(|h| h.id.clone()).collect::<Vec<_>>());
    format!("{hits}（調べた所: {}、調べられなかった所: {}件）", f.searched.join("・"), f.unreadable.len())
}

#[cfg(test)]
mod tests {
    use hashimori_shared::report::{AgentInfo, MachineFacts, UnknownCode};

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
        let text = describe(&report, &BTreeMap::new());
        assert!(text.contains("ファイアウォール: わからない（点検プログラムに読み取りの権限がありません）"), "{text}");
        assert!(text.contains("再起動待ち: なし"), "{text}");
    }
}
