//! The values that are more than one word.

use super::Words;
use crate::lang::{Lang, say};
use crate::report::{Antivirus, DeviceClass, ForbiddenSoftware, Hardware, Management, Os, PasswordPolicy, PendingUpdates};

impl Words {
    pub(super) fn os(self, os: &Os) -> String {
        let build = os.build.as_deref().map(|b| self.lang.bracket(b)).unwrap_or_default();
        format!("{}{build}", os.name)
    }

    pub(super) fn pending_updates(self, p: &PendingUpdates) -> String {
        let security = self.reading(&p.security, |n| say!(self.lang, "{n}件", "{n}"));
        let (total, day) = (p.total, p.lists_refreshed_at.jst_date_in(self.lang));
        say!(
            self.lang,
            "{total}件（うちセキュリティ: {security}）。一覧の取得: {day}",
            "{total} (of these for security: {security}), by lists of {day}"
        )
    }

    pub(super) fn password_policy(self, p: &PasswordPolicy) -> String {
        if !p.enforced {
            return self.lang.pick("強制されていません", "not enforced").to_owned();
        }
        let mixed = if p.letters_and_digits { self.lang.pick("、英字と数字の混在", ", letters and digits mixed") } else { "" };
        let min = p.min_length;
        say!(self.lang, "{min}文字以上{mixed}", "{min} characters or more{mixed}")
    }

    pub(super) fn antivirus(self, a: &Antivirus) -> String {
        let state = |b: &bool| {
            if *b {
                self.lang.pick("常時監視あり", "real-time protection on")
            } else {
                self.lang.pick("常時監視なし", "real-time protection off")
            }
        };
        self.listed(a.products.iter().map(|p| {
            let (id, on) = (&p.id, self.reading(&p.real_time, state));
            let day = self.reading(&p.signatures_at, |at| at.jst_date_in(self.lang));
            say!(self.lang, "{id}: {on}、定義ファイル {day}", "{id}: {on}, signatures of {day}")
        }))
    }

    pub(super) fn forbidden(self, f: &ForbiddenSoftware) -> String {
        let (hits, lang) = (self.listed(f.hits.iter().map(|h| h.id.clone())), self.lang);
        let unread = if f.unreadable.is_empty() {
            String::new()
        } else {
            let places = f.unreadable.iter().map(|u| format!("{}{}", place(&u.place, lang), lang.bracket(u.code.reason(lang))));
            let places = self.listed(places);
            say!(self.lang, "。調べ切れなかった場所: {places}", "; not searched to the end: {places}")
        };
        let searched = self.listed(f.searched.iter().map(|kind| place(kind, lang).to_owned()));
        say!(lang, "{hits}（調べた場所: {searched}{unread}）", "{hits} (searched: {searched}{unread})")
    }

    pub(super) fn management(self, m: &Management) -> String {
        if !m.enrolled {
            return self.there(false);
        }
        let state = |b: &bool| if *b { self.lang.pick("できる", "possible") } else { self.lang.pick("できない", "not possible") };
        let wipe = self.reading(&m.remote_wipe, state);
        let provider = m.provider.as_deref().unwrap_or(self.lang.pick("名称不明", "name unknown"));
        say!(self.lang, "あり（{provider}）、リモートワイプ: {wipe}", "yes ({provider}), remote wipe: {wipe}")
    }

    pub(super) fn hardware(self, h: &Hardware) -> String {
        let parts = [Some(h.class.label(self.lang)), h.vendor.as_deref(), h.model.as_deref()];
        let machine = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let Some(by) = h.hypervisor.as_deref() else { return machine };
        self.lang.list(&[machine, format!("{}{}", self.lang.pick("仮想マシン", "virtual machine"), self.by(by))])
    }

    /// Which program or product says so, in brackets; nothing where there is none, or it has no name.
    pub(super) fn by(self, name: &str) -> String {
        if matches!(name, "" | "none" | "unnamed") { String::new() } else { self.lang.bracket(name) }
    }
}

/// A kind of place that is searched for software, as people call it; an unknown kind keeps its own name.
pub fn place(kind: &str, lang: Lang) -> &str {
    match kind {
        "processes" => lang.pick("実行中のプログラム", "running programs"),
        "dpkg" => lang.pick("インストール済みの一覧（deb）", "installed packages (deb)"),
        "rpm" => lang.pick("インストール済みの一覧（rpm）", "installed packages (rpm)"),
        "programs" => lang.pick("インストール済みの一覧", "installed programs"),
        "flatpak" => "Flatpak",
        "snap" => "Snap",
        "disks" => lang.pick("増設・取り外しのディスク", "added and removable disks"),
        "home" => lang.pick("利用者のフォルダ", "users' folders"),
        other => other,
    }
}

impl DeviceClass {
    /// The word on screens.
    pub const fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Desktop => lang.pick("据え置きのパソコン", "desktop PC"),
            Self::Laptop => lang.pick("持ち運ぶパソコン", "laptop PC"),
            Self::Tablet => lang.pick("タブレット", "tablet"),
            Self::Phone => lang.pick("スマートフォン", "phone"),
            Self::Server => lang.pick("サーバー", "server"),
            Self::Unclear => lang.pick("種類不明の機器", "device of unknown kind"),
        }
    }

    /// The word on screens, in Japanese.
    pub const fn label_ja(self) -> &'static str {
        self.label(Lang::Japanese)
    }
}
