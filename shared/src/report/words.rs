//! A report's facts in words, for the device's own screen and the collector's pages alike: the value or the reason there is
//! none, where it was read, and when. Facts of a newer agent are shown under their own names.

mod values;

pub use values::place;

use super::{Account, AccountKind, Fact, LoginPassword, MachineFacts, MountEncryption, Reading, Report};
use crate::ids::AccountId;
use crate::lang::{Lang, say};
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

/// Every fact of a report in a language, machine first; `observed_at` is the instant of the whole report.
pub fn groups(report: &Report, observed_at: Timestamp, lang: Lang) -> Vec<FactGroup> {
    Words { lang, observed_at }.groups(report)
}

/// What keeps a stranger out of the device and its disk, in a language: encryption, start-up passwords, screen locks. What a report
/// does not speak of stands there as unknown.
pub fn protection(report: &Report, observed_at: Timestamp, lang: Lang) -> Vec<FactGroup> {
    Words { lang, observed_at }.protection(report)
}

/// What a fact is called in Japanese and in English.
type Name = (&'static str, &'static str);

const DISK_ENCRYPTION: Name = ("ディスクの暗号化", "Disk encryption");
const START_UP_PASSWORD: Name = ("起動時パスワード", "Start-up password");
const SCREEN_LOCK: Name = ("画面の自動ロック", "Automatic screen lock");

/// How facts are put into words: in which language, and as of when.
#[derive(Clone, Copy)]
struct Words {
    lang: Lang,
    observed_at: Timestamp,
}

impl Words {
    fn groups(self, report: &Report) -> Vec<FactGroup> {
        let mut groups = vec![FactGroup {
            title: self.lang.pick("機器全体", "The whole device").to_owned(),
            account: None,
            facts: self.machine(&report.machine),
        }];
        if report.accounts.is_empty() {
            let title = self.lang.pick(
                "ログインできるアカウントは、見つからないか読み取れませんでした",
                "No account that somebody can log in with was found, or none could be read",
            );
            groups.push(FactGroup { title: title.to_owned(), account: None, facts: Vec::new() });
        }
        groups.extend(report.accounts.iter().map(|account| self.account(account)));
        groups
    }

    fn protection(self, report: &Report) -> Vec<FactGroup> {
        let mut groups = self.groups(report);
        for (at, group) in groups.iter_mut().enumerate() {
            let wanted: &[Name] = match (at, &group.account) {
                (0, _) => &[DISK_ENCRYPTION],
                (_, Some(_)) => &[START_UP_PASSWORD, SCREEN_LOCK],
                (_, None) => &[],
            };
            let told = std::mem::take(&mut group.facts);
            group.facts = wanted.iter().map(|&(ja, en)| self.told(&told, self.lang.pick(ja, en))).collect();
        }
        groups
    }

    /// The line of this name, or one that says that there is none.
    fn told(self, lines: &[FactLine], name: &str) -> FactLine {
        lines.iter().find(|line| line.name == name).cloned().unwrap_or_else(|| FactLine {
            name: name.to_owned(),
            value: self.lang.pick("報告に含まれていません", "not in the report").to_owned(),
            known: false,
            detail: None,
            source: String::new(),
            read_at: None,
            managed: false,
        })
    }

    fn machine(self, m: &MachineFacts) -> Vec<FactLine> {
        let p = |ja, en| self.lang.pick(ja, en);
        let mut lines = Vec::new();
        self.line(&mut lines, "OS", m.os.as_ref(), |os| self.os(os));
        self.line(&mut lines, p("最後に更新を入れた日", "Last updated"), m.last_update.as_ref(), |at| self.days_ago(*at));
        self.line(&mut lines, p("まだ入れていない更新", "Updates that wait"), m.pending_updates.as_ref(), |u| {
            self.pending_updates(u)
        });
        self.line(&mut lines, p("再起動待ち", "Waiting for a restart"), m.reboot_required.as_ref(), |b| self.there(*b));
        self.line(&mut lines, p("起動時の自動ログイン", "Automatic login at start-up"), m.auto_login.as_ref(), |a| {
            format!("{}{}", self.on(a.enabled), self.by(&a.by))
        });
        self.line(&mut lines, p("パスワードの決まり", "Rules for passwords"), m.password_policy.as_ref(), |policy| {
            self.password_policy(policy)
        });
        self.line(&mut lines, p("ウイルス対策ソフト", "Antivirus software"), m.antivirus.as_ref(), |a| self.antivirus(a));
        self.line(&mut lines, p("ファイル交換ソフトなど", "File-sharing software"), m.forbidden_software.as_ref(), |f| {
            self.forbidden(f)
        });
        self.line(&mut lines, p("ブラウザ", "Browsers"), m.browsers.as_ref(), |list| {
            self.listed(list.iter().map(|b| format!("{} {}", b.id, b.version)))
        });
        self.line(&mut lines, p(DISK_ENCRYPTION.0, DISK_ENCRYPTION.1), m.disk_encryption.as_ref(), |list| {
            let state = |b: &bool| if *b { p("暗号化", "encrypted") } else { p("暗号化なし", "not encrypted") };
            let words = |d: &MountEncryption| {
                format!("{}: {}{}", d.mount.trim_end_matches(':'), self.reading(&d.encrypted, state), self.by(&d.method))
            };
            self.listed(list.iter().map(words))
        });
        self.line(&mut lines, p("ファイアウォール", "Firewall"), m.firewall.as_ref(), |f| {
            format!("{}{}", self.on(f.active), self.by(&f.by))
        });
        self.line(&mut lines, p("機器管理サービス（MDM）", "Device management (MDM)"), m.management.as_ref(), |m| {
            self.management(m)
        });
        self.line(&mut lines, p("機種", "Model"), m.hardware.as_ref(), |h| self.hardware(h));
        let ids = p("機器を見分けるための要約値", "Digests to tell the device by");
        self.line(&mut lines, ids, m.hardware_ids.as_ref(), |h| {
            let count = [&h.system_uuid, &h.serial, &h.machine_id].into_iter().flatten().count();
            say!(self.lang, "{count}種類（元の番号は送られません）", "{count} (the numbers themselves are not sent)")
        });
        self.line(&mut lines, p("携帯回線", "Mobile line"), m.mobile_line.as_ref(), |b| self.there(*b));
        self.foreign(&mut lines, &m.foreign);
        lines
    }

    fn account(self, account: &Account) -> FactGroup {
        let p = |ja, en| self.lang.pick(ja, en);
        let mut lines = Vec::new();
        self.line(&mut lines, p(START_UP_PASSWORD.0, START_UP_PASSWORD.1), account.login_password.as_ref(), |password| {
            match password {
                LoginPassword::Set => p("設定あり", "set"),
                LoginPassword::Blank => p("空（誰でもログインできます）", "blank (anybody can log in)"),
                LoginPassword::Locked => p("パスワードではログインできません", "nobody can log in with a password"),
            }
            .to_owned()
        });
        self.line(&mut lines, p("パスワードの変更日", "Password changed"), account.password_changed.as_ref(), |at| {
            self.days_ago(*at)
        });
        self.line(&mut lines, p(SCREEN_LOCK.0, SCREEN_LOCK.1), account.screen_lock.as_ref(), |lock| {
            let desktop = self.by(&lock.desktop);
            match lock.locks_after_s.map(|seconds| (seconds / 60, seconds % 60)) {
                Some((m, s)) => say!(self.lang, "{m}分{s}秒で自動ロック{desktop}", "locks after {m} min {s} s{desktop}"),
                None => say!(self.lang, "自動ではロックしません{desktop}", "does not lock by itself{desktop}"),
            }
        });
        self.line(
            &mut lines,
            p("ブラウザのパスワード保存", "Passwords saved by browsers"),
            account.password_saving.as_ref(),
            |list| {
                let state = |b: &bool| if *b { p("保存する", "saves them") } else { p("保存しない", "does not save them") };
                self.listed(list.iter().map(|profile| {
                    let fixed = if profile.locked { p("、管理者が固定", ", fixed by an administrator") } else { "" };
                    format!("{} {}: {}{fixed}", profile.browser, profile.profile, self.reading(&profile.saves_passwords, state))
                }))
            },
        );
        self.foreign(&mut lines, &account.foreign);
        let kind = match account.kind {
            AccountKind::Local => p("この機器のアカウント", "kept on this device"),
            AccountKind::Directory => p("組織の認証サーバーのアカウント", "kept on a server elsewhere"),
            AccountKind::Other => p("種類の分からないアカウント", "of unknown kind"),
        };
        let last = self.reading(&account.last_used, |at| at.jst_date_in(self.lang));
        let name = account.id.as_str();
        let title = say!(self.lang, "アカウント {name}（{kind}、最後の利用: {last}）", "Account {name} ({kind}, last used: {last})");
        FactGroup { title, account: Some(account.id.clone()), facts: lines }
    }

    fn line<T>(self, lines: &mut Vec<FactLine>, name: &str, fact: Option<&Fact<T>>, words: impl Fn(&T) -> String) {
        let Some(fact) = fact else { return };
        let (value, detail) = match &fact.reading {
            Reading::Value(value) => (words(value), None),
            Reading::Unknown(unknown) => (unknown.code.reason(self.lang).to_owned(), Some(unknown.text.clone())),
        };
        lines.push(FactLine {
            name: name.to_owned(),
            value,
            known: fact.value().is_some(),
            detail,
            source: fact.source.clone(),
            read_at: fact.observed_at.map(|at| at.jst_minute_in(self.lang)),
            managed: fact.managed,
        });
    }

    fn foreign(self, lines: &mut Vec<FactLine>, facts: &std::collections::BTreeMap<String, serde_json::Value>) {
        lines.extend(facts.iter().map(|(name, value)| FactLine {
            name: say!(self.lang, "新しい点検プログラムの項目: {name}", "Of a newer checking program: {name}"),
            value: value.to_string(),
            known: true,
            detail: None,
            source: String::new(),
            read_at: None,
            managed: false,
        }));
    }

    /// A value in words, or the obstacle.
    fn reading<T, W: Into<String>>(self, reading: &Reading<T>, words: impl Fn(&T) -> W) -> String {
        match reading {
            Reading::Value(value) => words(value).into(),
            Reading::Unknown(unknown) => {
                let why = unknown.code.reason(self.lang);
                say!(self.lang, "未確認（{why}）", "unknown ({why})")
            }
        }
    }

    fn days_ago(self, at: Timestamp) -> String {
        let (day, days) = (at.jst_date_in(self.lang), self.observed_at.days_since(at).max(0));
        match days {
            0 => say!(self.lang, "{day}（観測した日）", "{day} (the day it was observed)"),
            1 => say!(self.lang, "{day}（観測した日の1日前）", "{day} (1 day before it was observed)"),
            _ => say!(self.lang, "{day}（観測した日の{days}日前）", "{day} ({days} days before it was observed)"),
        }
    }

    fn there(self, there: bool) -> String {
        (if there { self.lang.pick("あり", "yes") } else { self.lang.pick("なし", "no") }).to_owned()
    }

    const fn on(self, on: bool) -> &'static str {
        if on { self.lang.pick("有効", "on") } else { self.lang.pick("無効", "off") }
    }

    fn listed(self, items: impl Iterator<Item = String>) -> String {
        let items: Vec<String> = items.collect();
        if items.is_empty() { self.lang.pick("なし", "none").to_owned() } else { self.lang.list(&items) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::is_japanese;
    use crate::report::{AutoLogin, DeviceClass, Hardware, sample};

    const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

    #[test]
    fn every_fact_is_told_in_words_and_an_unknown_one_says_why() {
        for lang in Lang::ALL {
            for report in [sample::good_debian(NOW), sample::bad_debian(NOW), sample::japanese_windows(NOW)] {
                assert!(groups(&report, NOW, lang).iter().flat_map(|g| &g.facts).all(|f| !f.value.is_empty()));
            }
            let unknown = groups(&sample::all_unknown(NOW), NOW, lang);
            assert!(unknown.iter().flat_map(|g| &g.facts).all(|f| !f.known && f.detail.is_some()));
        }
    }

    #[test]
    fn what_protects_a_device_is_told_of_the_machine_and_of_each_account_and_silence_is_no_protection() {
        let mut report = sample::good_debian(NOW);
        let names = |report: &Report| -> Vec<(String, bool)> {
            let groups = protection(report, NOW, Lang::English);
            groups.into_iter().flat_map(|group| group.facts).map(|fact| (fact.name, fact.known)).collect()
        };
        let all = names(&report);
        assert_eq!(all.len(), 1 + 2 * report.accounts.len());
        assert_eq!(all[0], ("Disk encryption".to_owned(), true));
        report.machine.disk_encryption = None;
        report.accounts[0].screen_lock = None;
        let silent = names(&report);
        assert_eq!(silent.len(), all.len());
        assert_eq!(silent[0], ("Disk encryption".to_owned(), false));
        assert_eq!(silent[2], ("Automatic screen lock".to_owned(), false));
        report.accounts.clear();
        let groups = protection(&report, NOW, Lang::English);
        assert_eq!(groups.iter().map(|group| group.facts.len()).collect::<Vec<_>>(), [1, 0], "that there is no account is said");
    }

    #[test]
    fn nobody_reads_machine_words_of_what_is_not_there() {
        let mut report = sample::good_debian(NOW);
        report.machine.auto_login = Some(Fact::read(AutoLogin { enabled: false, by: "none".to_owned() }, "t"));
        let mount = |mount: &str, encrypted, method: &str| MountEncryption {
            mount: mount.to_owned(),
            encrypted: Reading::Value(encrypted),
            method: method.to_owned(),
        };
        report.machine.disk_encryption = Some(Fact::read(vec![mount("C:", false, "none"), mount("/home", true, "luks2")], "t"));
        let hardware = Hardware { class: DeviceClass::Unclear, vendor: None, model: None, hypervisor: Some("unnamed".to_owned()) };
        report.machine.hardware = Some(Fact::read(hardware, "t"));
        report.machine.last_update = Some(Fact::read(NOW, "t"));
        let shown = |name: &str, lang| {
            let machine = groups(&report, NOW, lang).remove(0);
            machine.facts.into_iter().find(|fact| fact.name == name).map(|fact| fact.value).unwrap_or_default()
        };
        assert_eq!(shown("起動時の自動ログイン", Lang::Japanese), "無効");
        assert_eq!(shown("ディスクの暗号化", Lang::Japanese), "C: 暗号化なし、/home: 暗号化（luks2）");
        assert_eq!(shown("機種", Lang::Japanese), "種類不明の機器、仮想マシン");
        assert_eq!(shown("Model", Lang::English), "device of unknown kind, virtual machine");
        assert_eq!(shown("最後に更新を入れた日", Lang::Japanese), "2026年8月3日（観測した日）");
        let searched = shown("ファイル交換ソフトなど", Lang::Japanese);
        assert!(searched.contains("実行中のプログラム") && !searched.contains("processes"), "{searched}");
    }

    #[test]
    fn in_english_nothing_stays_japanese() {
        for report in [sample::good_debian(NOW), sample::bad_debian(NOW), sample::japanese_windows(NOW), sample::all_unknown(NOW)] {
            for group in groups(&report, NOW, Lang::English) {
                assert!(!is_japanese(&group.title), "{}", group.title);
                for fact in group.facts {
                    assert!(!is_japanese(&fact.name) && !is_japanese(&fact.value), "{}: {}", fact.name, fact.value);
                }
            }
        }
    }

    #[test]
    fn a_newer_agents_fact_is_shown_as_such() {
        let mut report = sample::good_debian(NOW);
        report.machine.foreign.insert("tpm".to_owned(), serde_json::json!({"value": true}));
        let shown = groups(&report, NOW, Lang::Japanese);
        assert!(shown[0].facts.iter().any(|f| f.name == "新しい点検プログラムの項目: tpm" && f.value.contains("true")));
    }
}
