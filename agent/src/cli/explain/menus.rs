//! Where on this very desktop a setting is: the menus' names as GNOME's own translation shows them, Japanese and English.
//! (gnome-control-center's catalogue: 43 in Debian 12, and since 46 with the panels `System` and `Privacy & Security`, in Ubuntu
//! 24.04 and Debian 13.)

use std::path::Path;

use hashimori_shared::lang::Lang;

/// How the settings program arranges its panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// GNOME up to 45: Users and Privacy at the top.
    Flat,
    /// GNOME 46 and later.
    Nested,
    /// Another desktop, or none: its menus are not known here.
    Other,
}

/// A way through menus: what to do, by the names that a desktop in Japanese shows, and the same by those of one in English.
pub(super) struct Way {
    ja: &'static str,
    en: &'static str,
}

impl Way {
    /// For a desktop in that language.
    pub(super) const fn get(&self, lang: Lang) -> &'static str {
        lang.pick(self.ja, self.en)
    }
}

impl Layout {
    /// The layout of the GNOME that is installed.
    pub(super) fn of_this_device() -> Self {
        Self::of(std::fs::read_to_string(Path::new("/usr/share/gnome/gnome-version.xml")).ok().as_deref())
    }

    fn of(version_xml: Option<&str>) -> Self {
        let major = version_xml.and_then(|xml| xml.split("<platform>").nth(1)?.split('<').next()?.trim().parse::<u32>().ok());
        match major {
            Some(40..=45) => Self::Flat,
            Some(46..) => Self::Nested,
            Some(_) | None => Self::Other,
        }
    }

    /// Ways that lead to what this clause asks for; none where only a person's habit counts, or the menus are not known.
    pub(super) fn ways(self, clause: &str) -> Vec<Way> {
        let (users, lock) = match self {
            Self::Flat => (USERS_FLAT, LOCK_FLAT),
            Self::Nested => (USERS_NESTED, LOCK_NESTED),
            Self::Other => return Vec::new(),
        };
        match clause {
            "§19-6" => users.into_iter().chain(lock).collect(),
            "§20-1" => users.into(),
            "§20-2" => vec![REMOVE],
            "§20-5" => UPDATE.into(),
            _ => Vec::new(),
        }
    }
}

const USERS_FLAT: [Way; 2] = [
    Way {
        ja: "「設定」→「ユーザー」→「ロック解除…」を押し、「パスワード」で設定する",
        en: "Settings → Users → Unlock…, then set one under Password",
    },
    Way {
        ja: "「設定」→「ユーザー」で「自動ログイン」をオフにする", en: "Settings → Users: turn Automatic Login off"
    },
];
const USERS_NESTED: [Way; 2] = [
    Way {
        ja: "「設定」→「システム」→「ユーザー」→「ロック解除…」を押し、「パスワード」で設定する",
        en: "Settings → System → Users → Unlock…, then set one under Password",
    },
    Way {
        ja: "「設定」→「システム」→「ユーザー」で「自動ログイン」をオフにする",
        en: "Settings → System → Users: turn Automatic Login off",
    },
];
const LOCK_FLAT: [Way; 2] = [
    Way {
        ja: "「設定」→「プライバシー」→「画面ロック」で「自動画面ロック」をオンにする",
        en: "Settings → Privacy → Screen Lock: turn Automatic Screen Lock on",
    },
    Way {
        ja: "同じ画面の「ブランクスクリーンの遅延」と「自動画面ロックの遅延」を合わせて15分以内にする",
        en: "In the same place: set Blank Screen Delay and Automatic Screen Lock Delay to 15 minutes at most together",
    },
];
const LOCK_NESTED: [Way; 2] = [
    Way {
        ja: "「設定」→「プライバシーとセキュリティ」→「画面ロック」で「自動画面ロック」をオンにする",
        en: "Settings → Privacy & Security → Screen Lock: turn Automatic Screen Lock on",
    },
    Way {
        ja: "同じ画面の「ブランクスクリーンの遅延」と「自動画面ロックの遅延」を合わせて15分以内にする",
        en: "In the same place: set Blank Screen Delay and Automatic Screen Lock Delay to 15 minutes at most together",
    },
];
const UPDATE: [Way; 2] = [
    Way {
        ja: "「ソフトウェア」→「アップデート」で、待っている更新を入れて再起動する",
        en: "Software → Updates: install what waits, then restart",
    },
    Way {
        ja: "Ubuntu では「ソフトウェアの更新」を開いて、更新を入れる", en: "On Ubuntu: open Software Updater and install the updates"
    },
];
const REMOVE: Way = Way {
    ja: "「ソフトウェア」→「インストール済み」から、そのソフトを削除する",
    en: "Software → Installed: uninstall that program",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menus_are_those_of_the_installed_gnome_and_none_are_made_up_for_another_desktop() {
        let version = |platform: &str| Layout::of(Some(&format!("<gnome-version>\n <platform>{platform}</platform>\n</gnome-version>")));
        assert_eq!(
            (version("43"), version("48"), version("3"), version("x")),
            (Layout::Flat, Layout::Nested, Layout::Other, Layout::Other)
        );
        assert_eq!(Layout::of(None), Layout::Other);
        assert!(Layout::Flat.ways("§20-1")[0].get(Lang::Japanese).contains("「設定」→「ユーザー」"));
        assert!(Layout::Nested.ways("§19-6").iter().any(|way| way.get(Lang::English).contains("Privacy & Security → Screen Lock")));
        assert!(Layout::Other.ways("§20-1").is_empty() && Layout::Nested.ways("§20-6").is_empty());
    }
}
