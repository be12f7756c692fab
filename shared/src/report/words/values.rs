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
        let hits = self.listed(f.hits.iter().map(|h| h.id.clone()));
        let unread = if f.unreadable.is_empty() {
            String::new()
        } else {
            let places = f.unreadable.iter().map(|u| format!("{}{}", u.place, self.lang.bracket(u.code.reason(self.lang))));
            let places = self.listed(places);
            say!(self.lang, "。調べ切れなかった場所: {places}", "; not searched to the end: {places}")
        };
        let searched = self.lang.list(&f.searched);
        say!(self.lang, "{hits}（調べた場所: {searched}{unread}）", "{hits} (searched: {searched}{unread})")
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
        let parts: Vec<&str> = [h.vendor.as_deref(), h.model.as_deref()].into_iter().flatten().collect();
        let guest = h.hypervisor.as_deref().map(|v| say!(self.lang, "、仮想マシン（{v}）", ", virtual machine ({v})")).unwrap_or_default();
        format!("{} {}{guest}", h.class.label(self.lang), parts.join(" ")).trim().to_owned()
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
