//! Where on this very desktop a setting is: the menus' names as GNOME's own translation shows them, Japanese and English.
//! (gnome-control-center's catalogue: 43 in Debian 12, and since 46 with the panels `System` and `Privacy & Security`, in Ubuntu
//! 24.04 and Debian 13.)

use std::path::Path;

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

/// A way through menus: what to do, in Japanese names, and the same in English.
pub(super) struct Way {
    /// With the Japanese names.
    pub(super) ja: &'static str,
    /// The same names in English.
    pub(super) en: &'static str,
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
        ja: "「設定」→「ユーザー」→「ロック解除…」を押し、「パスワード」で設定する", en: "Settings → Users → Unlock… → Password"
    },
    Way {
        ja: "「設定」→「ユーザー」で「自動ログイン」をオフにする", en: "Settings → Users → Automatic Login: off"
    },
];
const USERS_NESTED: [Way; 2] = [
    Way {
        ja: "「設定」→「システム」→「ユーザー」→「ロック解除…」を押し、「パスワード」で設定する",
        en: "Settings → System → Users → Unlock… → Password",
    },
    Way {
        ja: "「設定」→「システム」→「ユーザー」で「自動ログイン」をオフにする", en: "Settings → System → Users → Automatic Login: off"
    },
];
const LOCK_FLAT: [Way; 2] = [
    Way {
        ja: "「設定」→「プライバシー」→「画面ロック」で「自動画面ロック」をオンにする",
        en: "Settings → Privacy → Screen Lock → Automatic Screen Lock: on",
    },
    Way {
        ja: "同じ画面の「ブランクスクリーンの遅延」と「自動画面ロックの遅延」を合わせて15分以内にする",
        en: "Blank Screen Delay plus Automatic Screen Lock Delay: 15 minutes at most",
    },
];
const LOCK_NESTED: [Way; 2] = [
    Way {
        ja: "「設定」→「プライバシーとセキュリティ」→「画面ロック」で「自動画面ロック」をオンにする",
        en: "Settings → Privacy & Security → Screen Lock → Automatic Screen Lock: on",
    },
    Way {
        ja: "同じ画面の「ブランクスクリーンの遅延」と「自動画面ロックの遅延」を合わせて15分以内にする",
        en: "Blank Screen Delay plus Automatic Screen Lock Delay: 15 minutes at most",
    },
];
const UPDATE: [Way; 2] = [
    Way {
        ja: "「ソフトウェア」→「アップデート」で、待っている更新を入れて再起動する", en: "Software → Updates"
    },
    Way { ja: "Ubuntu では「ソフトウェアの更新」を開いて、更新を入れる", en: "On Ubuntu: Software Updater" },
];
const REMOVE: Way = Way {
    ja: "「ソフトウェア」→「インストール済み」から、そのソフトを削除する", en: "Software → Installed → Uninstall"
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
        assert!(Layout::Flat.ways("§20-1")[0].ja.contains("「設定」→「ユーザー」"));
        assert!(Layout::Nested.ways("§19-6").iter().any(|way| way.en.contains("Privacy & Security → Screen Lock")));
        assert!(Layout::Other.ways("§20-1").is_empty() && Layout::Nested.ways("§20-6").is_empty());
    }
}
