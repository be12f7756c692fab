//! A report's facts in Japanese, for the device's own screen and the collector's pages alike: the value or the reason there is
//! none, where it was read, and when. Facts of a newer agent are shown under their own names.

use super::{
    Account, AccountKind, Antivirus, AutoLogin, Browser, BrowserProfile, DeviceClass, Fact, Firewall, ForbiddenSoftware, Hardware,
    HardwareIds, LoginPassword, Management, MountEncryption, Os, PasswordPolicy, PendingUpdates, Reading, Report, ScreenLock,
};
use crate::ids::AccountId;
use crate::time::Timestamp;

/// Facts of the machine, or of one account.
#[derive(Clone, Debug)]
pub struct FactGroup {
    /// Heading.
    pub title: String,
    /// Whose facts; `None`: the machine's.
    pub account: Option<AccountId>,
    /// In the report's order; empty where there is nothing to tell but the title.
    pub facts: Vec<FactLine>,
}

/// One fact.
#[derive(Clone, Debug)]
pub struct FactLine {
    /// What it is about.
    pub name: String,
    /// The value in words, or why there is none.
    pub value: String,
    /// Whether there is a value.
    pub known: bool,
    /// The agent's own English sentence about the obstacle.
    pub detail: Option<String>,
    /// Where it was read.
    pub source: String,
    /// When it was read, where not with the rest of the report.
    pub read_at: Option<String>,
    /// Fixed by an administrator's policy.
    pub managed: bool,
}

/// Every fact of a report, machine first; `observed_at` is the instant of the whole report.
pub fn groups(report: &Report, observed_at: Timestamp) -> Vec<FactGroup> {
    let m = &report.machine;
    let days_ago = |at: &Timestamp| format!("{}（観測時の{}日前）", at.jst_date(), observed_at.days_since(*at).max(0));
    let mut lines = Vec::new();
    line(&mut lines, "OS", m.os.as_ref(), os);
    line(&mut lines, "最後に更新を入れた日", m.last_update.as_ref(), days_ago);
    line(&mut lines, "まだ入れていない更新", m.pending_updates.as_ref(), pending_updates);
    line(&mut lines, "再起動待ち", m.reboot_required.as_ref(), |b| yes(*b, "あり", "なし").to_owned());
    line(&mut lines, "起動時の自動ログイン", m.auto_login.as_ref(), |a: &AutoLogin| {
        format!("{}（{}）", yes(a.enabled, "有効", "無効"), a.by)
    });
    line(&mut lines, "パスワードの決まり", m.password_policy.as_ref(), password_policy);
    line(&mut lines, "ウイルス対策ソフト", m.antivirus.as_ref(), antivirus);
    line(&mut lines, "ファイル交換ソフトなど", m.forbidden_software.as_ref(), forbidden);
    line(&mut lines, "ブラウザ", m.browsers.as_ref(), |list: &Vec<Browser>| {
        listed(list.iter().map(|b| format!("{} {}", b.id, b.version)))
    });
    line(&mut lines, "ディスクの暗号化", m.disk_encryption.as_ref(), |list: &Vec<MountEncryption>| {
        listed(list.iter().map(|d| format!("{}: {}（{}）", d.mount, reading(&d.encrypted, |b| yes(*b, "暗号化", "暗号化なし")), d.method)))
    });
    line(&mut lines, "ファイアウォール", m.firewall.as_ref(), |f: &Firewall| {
        format!("{}（{}）", yes(f.active, "有効", "無効"), f.by)
    });
    line(&mut lines, "機器管理サービス（MDM）", m.management.as_ref(), management);
    line(&mut lines, "機種", m.hardware.as_ref(), hardware);
    line(&mut lines, "機器を見分けるための要約値", m.hardware_ids.as_ref(), |h: &HardwareIds| {
        let count = [&h.system_uuid, &h.serial, &h.machine_id].into_iter().flatten().count();
        format!("{count}種類（元の番号は送られません）")
    });
    line(&mut lines, "携帯回線", m.mobile_line.as_ref(), |b| yes(*b, "あり", "なし").to_owned());
    foreign(&mut lines, &m.foreign);
    let mut groups = vec![FactGroup { title: "機器全体".to_owned(), account: None, facts: lines }];
    if report.accounts.is_empty() {
        let title = "ログインできるアカウントは、見つからないか読み取れませんでした".to_owned();
        groups.push(FactGroup { title, account: None, facts: Vec::new() });
    }
    groups.extend(report.accounts.iter().map(|account| of_account(account, &days_ago)));
    groups
}

fn of_account(account: &Account, days_ago: &impl Fn(&Timestamp) -> String) -> FactGroup {
    let mut lines = Vec::new();
    line(&mut lines, "起動時パスワード", account.login_password.as_ref(), |p| {
        match p {
            LoginPassword::Set => "設定あり",
            LoginPassword::Blank => "空（誰でもログインできます）",
            LoginPassword::Locked => "パスワードではログインできません",
        }
        .to_owned()
    });
    line(&mut lines, "パスワードの変更日", account.password_changed.as_ref(), days_ago);
    line(&mut lines, "画面の自動ロック", account.screen_lock.as_ref(), |lock: &ScreenLock| match lock.locks_after_s {
        Some(seconds) => format!("{}分{}秒で自動ロック（{}）", seconds / 60, seconds % 60, lock.desktop),
        None => format!("自動ではロックしません（{}）", lock.desktop),
    });
    line(&mut lines, "ブラウザのパスワード保存", account.password_saving.as_ref(), |list: &Vec<BrowserProfile>| {
        listed(list.iter().map(|p| {
            let fixed = yes(p.locked, "、管理者が固定", "");
            format!("{} {}: {}{fixed}", p.browser, p.profile, reading(&p.saves_passwords, |b| yes(*b, "保存する", "保存しない")))
        }))
    });
    foreign(&mut lines, &account.foreign);
    let kind = match account.kind {
        AccountKind::Local => "この機器のアカウント",
        AccountKind::Directory => "組織の認証サーバーのアカウント",
        AccountKind::Other => "種類の分からないアカウント",
    };
    let last = reading(&account.last_used, |at| at.jst_date());
    let title = format!("アカウント {}（{kind}、最後の利用: {last}）", account.id.as_str());
    FactGroup { title, account: Some(account.id.clone()), facts: lines }
}

fn line<T>(lines: &mut Vec<FactLine>, name: &str, fact: Option<&Fact<T>>, words: impl Fn(&T) -> String) {
    let Some(fact) = fact else { return };
    let (value, detail) = match &fact.reading {
        Reading::Value(value) => (words(value), None),
        Reading::Unknown(unknown) => (unknown.code.reason_ja().to_owned(), Some(unknown.text.clone())),
    };
    lines.push(FactLine {
        name: name.to_owned(),
        value,
        known: fact.value().is_some(),
        detail,
        source: fact.source.clone(),
        read_at: fact.observed_at.map(Timestamp::jst_minute),
        managed: fact.managed,
    });
}

fn foreign(lines: &mut Vec<FactLine>, facts: &std::collections::BTreeMap<String, serde_json::Value>) {
    lines.extend(facts.iter().map(|(name, value)| FactLine {
        name: format!("新しい点検プログラムの項目: {name}"),
        value: value.to_string(),
        known: true,
        detail: None,
        source: String::new(),
        read_at: None,
        managed: false,
    }));
}

/// A value in words, or the obstacle.
fn reading<T, W: Into<String>>(reading: &Reading<T>, words: impl Fn(&T) -> W) -> String {
    match reading {
        Reading::Value(value) => words(value).into(),
        Reading::Unknown(unknown) => format!("未確認（{}）", unknown.code.reason_ja()),
    }
}

const fn yes(value: bool, yes: &'static str, no: &'static str) -> &'static str {
    if value { yes } else { no }
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { "なし".to_owned() } else { items.join("、") }
}

fn os(os: &Os) -> String {
    let build = os.build.as_deref().map(|b| format!("（{b}）")).unwrap_or_default();
    format!("{}{build}", os.name)
}

fn pending_updates(p: &PendingUpdates) -> String {
    let security = reading(&p.security, |n| format!("{n}件"));
    format!("{}件（うちセキュリティ: {security}）。一覧の取得: {}", p.total, p.lists_refreshed_at.jst_date())
}

fn password_policy(p: &PasswordPolicy) -> String {
    if !p.enforced {
        return "強制されていません".to_owned();
    }
    format!("{}文字以上{}", p.min_length, yes(p.letters_and_digits, "、英字と数字の混在", ""))
}

fn antivirus(a: &Antivirus) -> String {
    listed(a.products.iter().map(|p| {
        let on = reading(&p.real_time, |b| yes(*b, "常時監視あり", "常時監視なし"));
        format!("{}: {on}、定義ファイル {}", p.id, reading(&p.signatures_at, |at| at.jst_date()))
    }))
}

fn forbidden(f: &ForbiddenSoftware) -> String {
    let hits = listed(f.hits.iter().map(|h| h.id.clone()));
    let unread = if f.unreadable.is_empty() {
        String::new()
    } else {
        format!("。調べ切れなかった場所: {}", listed(f.unreadable.iter().map(|u| format!("{}（{}）", u.place, u.code.reason_ja()))))
    };
    format!("{hits}（調べた場所: {}{unread}）", f.searched.join("、"))
}

fn management(m: &Management) -> String {
    if !m.enrolled {
        return "なし".to_owned();
    }
    let wipe = reading(&m.remote_wipe, |b| yes(*b, "できる", "できない"));
    format!("あり（{}）、リモートワイプ: {wipe}", m.provider.as_deref().unwrap_or("名称不明"))
}

fn hardware(h: &Hardware) -> String {
    let parts: Vec<&str> = [h.vendor.as_deref(), h.model.as_deref()].into_iter().flatten().collect();
    let guest = h.hypervisor.as_deref().map(|v| format!("、仮想マシン（{v}）")).unwrap_or_default();
    format!("{} {}{guest}", h.class.label_ja(), parts.join(" ")).trim().to_owned()
}

impl DeviceClass {
    /// The word on screens.
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Desktop => "据え置きのパソコン",
            Self::Laptop => "持ち運ぶパソコン",
            Self::Tablet => "タブレット",
            Self::Phone => "スマートフォン",
            Self::Server => "サーバー",
            Self::Unclear => "種類不明の機器",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_fact_is_told_in_words_and_an_unknown_one_says_why() {
        let now = Timestamp::from_seconds(1_785_715_200);
        for report in [sample::good_debian(now), sample::bad_debian(now), sample::japanese_windows(now)] {
            assert!(groups(&report, now).iter().flat_map(|g| &g.facts).all(|f| !f.value.is_empty()));
        }
        let unknown = groups(&sample::all_unknown(now), now);
        assert!(unknown.iter().flat_map(|g| &g.facts).all(|f| !f.known && f.detail.is_some()));
    }

    #[test]
    fn a_newer_agents_fact_is_shown_as_such() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let mut report = sample::good_debian(now);
        report.machine.foreign.insert("tpm".to_owned(), serde_json::json!({"value": true}));
        let shown = groups(&report, now);
        assert!(shown[0].facts.iter().any(|f| f.name == "新しい点検プログラムの項目: tpm" && f.value.contains("true")));
    }
}
