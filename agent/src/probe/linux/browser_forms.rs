//! Every form in which a browser comes to a machine, and where each keeps its profiles. Pure data.

/// How a browser is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    Dpkg(&'static str),
    Snap(&'static str),
    Flatpak(&'static str),
}

/// How a browser's settings are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settings {
    /// As Chromium's, with the folder of policies it obeys (empty: none it could see).
    Chromium(&'static str),
    Firefox(FirefoxKind),
    /// Not by this version of the agent: where it is used, nothing is known.
    Unread,
}

/// Which policies a Firefox sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FirefoxKind {
    /// Those of the system and of the folder it lies in.
    System,
    /// Those of the system; its own folder is the snap's.
    Snap,
    /// None of the system's.
    Flatpak,
}

/// One form of one browser.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Id as in `report::Browser::id`.
    pub(super) id: &'static str,
    pub(super) package: Package,
    /// Folders below a home where it keeps profiles; those of an unread browser show that it is used.
    pub(super) roots: &'static [&'static str],
    pub(super) settings: Settings,
}

const fn deb(id: &'static str, name: &'static str, settings: Settings, roots: &'static [&'static str]) -> Form {
    Form { id, package: Package::Dpkg(name), roots, settings }
}

const fn snap(id: &'static str, name: &'static str, settings: Settings, roots: &'static [&'static str]) -> Form {
    Form { id, package: Package::Snap(name), roots, settings }
}

const fn flatpak(id: &'static str, name: &'static str, settings: Settings, roots: &'static [&'static str]) -> Form {
    Form { id, package: Package::Flatpak(name), roots, settings }
}

/// A sandboxed one obeys no policy this agent could see.
const SANDBOXED: Settings = Settings::Chromium("");
const BRAVE: Settings = Settings::Chromium("/etc/brave/policies");
const CHROME: Settings = Settings::Chromium("/etc/opt/chrome/policies");
const CHROMIUM: Settings = Settings::Chromium("/etc/chromium/policies");
const EDGE: Settings = Settings::Chromium("/etc/opt/edge/policies");
const FIREFOX: Settings = Settings::Firefox(FirefoxKind::System);
/// Its place before version 147 and since.
const FIREFOX_ROOTS: &[&str] = &[".mozilla/firefox", ".config/mozilla/firefox"];

/// All that are known (osquery's and the makers' tables of profile folders).
pub(super) const FORMS: &[Form] = &[
    deb("brave", "brave-browser", BRAVE, &[".config/BraveSoftware/Brave-Browser"]),
    deb("brave", "brave-browser-beta", BRAVE, &[".config/BraveSoftware/Brave-Browser-Beta"]),
    deb("brave", "brave-browser-nightly", BRAVE, &[".config/BraveSoftware/Brave-Browser-Nightly"]),
    snap("brave", "brave", SANDBOXED, &["snap/brave/current/.config/BraveSoftware/Brave-Browser"]),
    flatpak("brave", "com.brave.Browser", SANDBOXED, &[".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser"]),
    deb("chrome", "google-chrome-stable", CHROME, &[".config/google-chrome"]),
    deb("chrome", "google-chrome-beta", CHROME, &[".config/google-chrome-beta"]),
    deb("chrome", "google-chrome-unstable", CHROME, &[".config/google-chrome-unstable"]),
    deb("chrome", "google-chrome-canary", CHROME, &[".config/google-chrome-canary"]),
    flatpak("chrome", "com.google.Chrome", SANDBOXED, &[".var/app/com.google.Chrome/config/google-chrome"]),
    flatpak("chrome", "com.google.ChromeDev", SANDBOXED, &[".var/app/com.google.ChromeDev/config/google-chrome-unstable"]),
    deb("chromium", "chromium", CHROMIUM, &[".config/chromium"]),
    deb("chromium", "chromium-browser", CHROMIUM, &[".config/chromium"]),
    snap("chromium", "chromium", SANDBOXED, &["snap/chromium/common/chromium", "snap/chromium/current/.config/chromium"]),
    flatpak("chromium", "org.chromium.Chromium", SANDBOXED, &[".var/app/org.chromium.Chromium/config/chromium"]),
    flatpak(
        "chromium",
        "io.github.ungoogled_software.ungoogled_chromium",
        SANDBOXED,
        &[".var/app/io.github.ungoogled_software.ungoogled_chromium/config/chromium"],
    ),
    deb("edge", "microsoft-edge-stable", EDGE, &[".config/microsoft-edge"]),
    deb("edge", "microsoft-edge-beta", EDGE, &[".config/microsoft-edge-beta"]),
    deb("edge", "microsoft-edge-dev", EDGE, &[".config/microsoft-edge-dev"]),
    flatpak("edge", "com.microsoft.Edge", SANDBOXED, &[".var/app/com.microsoft.Edge/config/microsoft-edge"]),
    deb("firefox", "firefox", FIREFOX, FIREFOX_ROOTS),
    deb("firefox", "firefox-esr", FIREFOX, FIREFOX_ROOTS),
    deb("firefox", "firefox-beta", FIREFOX, FIREFOX_ROOTS),
    deb("firefox", "firefox-devedition", FIREFOX, FIREFOX_ROOTS),
    deb("firefox", "firefox-nightly", FIREFOX, FIREFOX_ROOTS),
    snap(
        "firefox",
        "firefox",
        Settings::Firefox(FirefoxKind::Snap),
        &["snap/firefox/common/.mozilla/firefox", "snap/firefox/common/.config/mozilla/firefox"],
    ),
    flatpak(
        "firefox",
        "org.mozilla.firefox",
        Settings::Firefox(FirefoxKind::Flatpak),
        &[".var/app/org.mozilla.firefox/.mozilla/firefox", ".var/app/org.mozilla.firefox/config/mozilla/firefox"],
    ),
    deb("opera", "opera-stable", SANDBOXED, &[".config/opera"]),
    deb("opera", "opera-beta", SANDBOXED, &[".config/opera-beta"]),
    deb("opera", "opera-developer", SANDBOXED, &[".config/opera-developer"]),
    snap("opera", "opera", SANDBOXED, &["snap/opera/current/.config/opera"]),
    snap("opera", "opera-beta", SANDBOXED, &["snap/opera-beta/current/.config/opera-beta"]),
    flatpak("opera", "com.opera.Opera", SANDBOXED, &[".var/app/com.opera.Opera/config/opera"]),
    deb("vivaldi", "vivaldi-stable", SANDBOXED, &[".config/vivaldi"]),
    deb("vivaldi", "vivaldi-snapshot", SANDBOXED, &[".config/vivaldi-snapshot"]),
    snap("vivaldi", "vivaldi", SANDBOXED, &["snap/vivaldi/current/.config/vivaldi"]),
    flatpak("vivaldi", "com.vivaldi.Vivaldi", SANDBOXED, &[".var/app/com.vivaldi.Vivaldi/config/vivaldi"]),
    deb("epiphany", "epiphany-browser", Settings::Unread, &[".local/share/epiphany", ".config/epiphany"]),
    flatpak("epiphany", "org.gnome.Epiphany", Settings::Unread, &[".var/app/org.gnome.Epiphany"]),
    deb("falkon", "falkon", Settings::Unread, &[".config/falkon"]),
    snap("falkon", "falkon", Settings::Unread, &["snap/falkon"]),
    flatpak("falkon", "org.kde.falkon", Settings::Unread, &[".var/app/org.kde.falkon"]),
    deb("floorp", "floorp", Settings::Unread, &[".floorp"]),
    flatpak("floorp", "one.ablaze.floorp", Settings::Unread, &[".var/app/one.ablaze.floorp"]),
    deb("konqueror", "konqueror", Settings::Unread, &[".config/konquerorrc", ".local/share/konqueror"]),
    deb("librewolf", "librewolf", Settings::Unread, &[".librewolf", ".config/librewolf"]),
    flatpak("librewolf", "io.gitlab.librewolf-community", Settings::Unread, &[".var/app/io.gitlab.librewolf-community"]),
    deb("midori", "midori", Settings::Unread, &[]),
    flatpak("midori", "org.midori_browser.Midori", Settings::Unread, &[".var/app/org.midori_browser.Midori"]),
    deb("palemoon", "palemoon", Settings::Unread, &[".moonchild productions"]),
    deb("qutebrowser", "qutebrowser", Settings::Unread, &[".config/qutebrowser", ".local/share/qutebrowser"]),
    flatpak("qutebrowser", "org.qutebrowser.qutebrowser", Settings::Unread, &[".var/app/org.qutebrowser.qutebrowser"]),
    deb("seamonkey", "seamonkey", Settings::Unread, &[]),
    deb("torbrowser", "torbrowser-launcher", Settings::Unread, &[".local/share/torbrowser"]),
    flatpak("torbrowser", "org.torproject.torbrowser-launcher", Settings::Unread, &[".var/app/org.torproject.torbrowser-launcher"]),
    deb("waterfox", "waterfox", Settings::Unread, &[".waterfox"]),
    flatpak("waterfox", "net.waterfox.waterfox", Settings::Unread, &[".var/app/net.waterfox.waterfox"]),
    deb("yandex", "yandex-browser-stable", Settings::Unread, &[".config/yandex-browser"]),
    flatpak("zen", "app.zen_browser.zen", Settings::Unread, &[".var/app/app.zen_browser.zen"]),
];
