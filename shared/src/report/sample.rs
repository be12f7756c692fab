//! Fictional reports for tests, the load generator and page samples. Everything in them is made up; instants are relative to `at`.

use std::collections::BTreeMap;

use super::{
    Account, AccountKind, AgentInfo, Antivirus, AntivirusProduct, AutoLogin, Browser, BrowserProfile, DeviceClass, Fact, Firewall,
    ForbiddenSoftware, Hardware, HardwareIds, LoginPassword, MachineFacts, Management, MountEncryption, Os, OsFamily, PasswordPolicy,
    PendingUpdates, REPORT_VERSION, Reading, Report, ScreenLock, SoftwareHit, UnknownCode,
};
use crate::time::Timestamp;

const PLACES: [&str; 4] = ["processes", "dpkg", "flatpak", "home"];

/// A Debian PC of a well-kept clinic: everything a machine can tell is in order.
pub fn good_debian(at: Timestamp) -> Report {
    let days_ago = |n: i64| at.plus_days(-n);
    Report {
        v: REPORT_VERSION,
        agent: agent("linux", true),
        machine: MachineFacts {
            os: Some(Fact::read(debian("13", "13.3"), "/etc/os-release")),
            last_update: Some(Fact::read(days_ago(3), "/var/log/dpkg.log")),
            pending_updates: Some(Fact::read(pending(0, 0, days_ago(1)), "/var/lib/apt/lists")),
            reboot_required: Some(Fact::read(false, "/run/reboot-required")),
            auto_login: Some(Fact::read(AutoLogin { enabled: false, by: "gdm3".into() }, "/etc/gdm3/daemon.conf")),
            password_policy: Some(Fact::read(
                PasswordPolicy { enforced: true, min_length: 10, letters_and_digits: true, since: Reading::Value(days_ago(200)) },
                "/etc/security/pwquality.conf",
            )),
            antivirus: Some(Fact::read(antivirus("clamav", Some(true), Some(days_ago(1))), "systemd")),
            forbidden_software: Some(Fact::read(software(&[], &PLACES), "processes, packages, files")),
            browsers: Some(Fact::read(vec![browser("firefox", "153.4.0esr")], "/var/lib/dpkg/status")),
            disk_encryption: Some(Fact::read(vec![mount("/", true, "luks2"), mount("swap", true, "luks2")], "/sys/block")),
            firewall: Some(Fact::read(Firewall { active: true, by: "ufw".into() }, "/etc/ufw/ufw.conf")),
            management: Some(Fact::read(Management { enrolled: false, provider: None, remote_wipe: Reading::Value(false) }, "packages")),
            hardware: Some(Fact::read(hardware(DeviceClass::Desktop), "/sys/class/dmi/id")),
            hardware_ids: Some(Fact::read(hardware_ids(1), "/sys/class/dmi/id")),
            mobile_line: Some(Fact::read(false, "/sys/class/net")),
            foreign: BTreeMap::new(),
        },
        accounts: vec![good_account("k7f2", at), good_account("m3x9", at)],
    }
}

/// A neglected PC: nearly every measured check is missed.
pub fn bad_debian(at: Timestamp) -> Report {
    let days_ago = |n: i64| at.plus_days(-n);
    let mut report = good_debian(at);
    let hit = SoftwareHit { id: "qbittorrent".into(), how: "process".into() };
    report.machine = MachineFacts {
        os: Some(Fact::read(debian("10", "10.13"), "/etc/os-release")),
        last_update: Some(Fact::read(days_ago(400), "/var/log/dpkg.log")),
        pending_updates: Some(Fact::read(pending(214, 97, days_ago(2)), "/var/lib/apt/lists")),
        auto_login: Some(Fact::read(AutoLogin { enabled: true, by: "lightdm".into() }, "/etc/lightdm/lightdm.conf")),
        antivirus: Some(Fact::read(Antivirus { products: Vec::new(), catalogue: "2026-11-22".into() }, "systemd")),
        forbidden_software: Some(Fact::read(software(&[hit], &PLACES), "processes, packages, files")),
        browsers: Some(Fact::read(vec![browser("chromium", "90.0.4430.212")], "/var/lib/dpkg/status")),
        disk_encryption: Some(Fact::read(vec![mount("/", false, "none")], "/sys/block")),
        hardware: Some(Fact::read(hardware(DeviceClass::Laptop), "/sys/class/dmi/id")),
        hardware_ids: Some(Fact::read(hardware_ids(2), "/sys/class/dmi/id")),
        ..report.machine
    };
    let mut account = good_account("p5w8", at);
    account.login_password = Some(Fact::read(LoginPassword::Blank, "/etc/shadow"));
    account.password_changed = Some(Fact::read(days_ago(700), "/etc/shadow"));
    account.screen_lock = Some(Fact::read(ScreenLock { locks_after_s: None, desktop: "gnome".into() }, "dconf"));
    account.password_saving = Some(Fact::read(vec![profile("chromium", Some(true))], "~/.config/chromium"));
    report.accounts = vec![account];
    report
}

/// An agent without rights on a machine that says nothing: every fact is unknown.
pub fn all_unknown(_at: Timestamp) -> Report {
    #[expect(clippy::unnecessary_wraps, reason = "every fact's field is an Option")]
    fn no<T>() -> Option<Fact<T>> {
        Some(Fact::unknown(UnknownCode::NoPermission, "the agent does not run as root", "example"))
    }
    Report {
        v: REPORT_VERSION,
        agent: agent("linux", false),
        machine: MachineFacts {
            os: no(),
            last_update: no(),
            pending_updates: no(),
            reboot_required: no(),
            auto_login: no(),
            password_policy: no(),
            antivirus: no(),
            forbidden_software: no(),
            browsers: no(),
            disk_encryption: no(),
            firewall: no(),
            management: no(),
            hardware: no(),
            hardware_ids: no(),
            mobile_line: no(),
            foreign: BTreeMap::new(),
        },
        accounts: vec![Account {
            id: id("z4n6"),
            kind: AccountKind::Local,
            last_used: Reading::unknown(UnknownCode::NoPermission, "the agent does not run as root"),
            login_password: no(),
            password_changed: no(),
            screen_lock: no(),
            password_saving: no(),
            foreign: BTreeMap::new(),
        }],
    }
}

/// A Japanese Windows 11 laptop: Microsoft account, Defender, two browsers; blankness and length cannot be read there.
pub fn japanese_windows(at: Timestamp) -> Report {
    let days_ago = |n: i64| at.plus_days(-n);
    let mut report = good_debian(at);
    report.agent = agent("windows", true);
    report.machine = MachineFacts {
        os: Some(Fact::read(
            Os {
                family: OsFamily::Windows,
                id: "windows".into(),
                version: "26200".into(),
                build: Some("26200.7171".into()),
                edition: Some("home".into()),
                name: "Windows 11 Home 25H2".into(),
            },
            "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion",
        )),
        last_update: Some(Fact::read(days_ago(12), "IUpdateSearcher")),
        pending_updates: Some(Fact::read(pending(1, 1, days_ago(1)), "IUpdateSearcher")),
        auto_login: Some(Fact::read(
            AutoLogin { enabled: false, by: "winlogon".into() },
            "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion/Winlogon",
        )),
        password_policy: Some(Fact::unknown(
            UnknownCode::DirectoryAccount,
            "local policy does not bind Microsoft accounts",
            "NetUserModalsGet",
        )),
        antivirus: Some(Fact::read(antivirus("defender", Some(true), Some(days_ago(1))), "IWSCProductList")),
        forbidden_software: Some(Fact::read(software(&[], &["processes", "programs", "home"]), "processes, Uninstall, files")),
        browsers: Some(Fact::read(vec![browser("edge", "152.0.4100.10"), browser("firefox", "156.0")], "HKLM/SOFTWARE")),
        disk_encryption: Some(Fact::read(vec![mount("C:", true, "bitlocker")], "Win32_EncryptableVolume")),
        firewall: Some(Fact::read(Firewall { active: true, by: "windows".into() }, "MSFT_NetFirewallProfile")),
        hardware: Some(Fact::read(hardware(DeviceClass::Laptop), "Win32_SystemEnclosure")),
        hardware_ids: Some(Fact::read(hardware_ids(3), "SMBIOS")),
        ..report.machine
    };
    let mut account = good_account("t6r1", at);
    account.kind = AccountKind::Directory;
    account.login_password =
        Some(Fact::unknown(UnknownCode::DirectoryAccount, "a Microsoft account keeps its password elsewhere", "NetUserGetInfo"));
    account.password_changed = account
        .login_password
        .as_ref()
        .map(|_| Fact::unknown(UnknownCode::DirectoryAccount, "a Microsoft account keeps its password elsewhere", "NetUserGetInfo"));
    account.screen_lock = Some(Fact::read(ScreenLock { locks_after_s: Some(605), desktop: "windows".into() }, "HKU/Control Panel/Desktop"));
    account.password_saving = Some(Fact::read(vec![profile("edge", Some(false)), profile("firefox", None)], "Preferences"));
    report.accounts = vec![account];
    report
}

fn agent(platform: &str, privileged: bool) -> AgentInfo {
    AgentInfo { version: "0.1.0".into(), platform: platform.into(), privileged }
}

fn good_account(name: &str, at: Timestamp) -> Account {
    let midnight = Timestamp::from_seconds((at.jst_day() - 1) * crate::time::DAY - 9 * 3600);
    Account {
        id: id(name),
        kind: AccountKind::Local,
        last_used: Reading::Value(midnight),
        login_password: Some(Fact::read(LoginPassword::Set, "/etc/shadow")),
        password_changed: Some(Fact::read(at.plus_days(-30), "/etc/shadow")),
        screen_lock: Some(Fact::read(ScreenLock { locks_after_s: Some(300), desktop: "gnome".into() }, "dconf")),
        password_saving: Some(Fact::read(vec![profile("firefox", Some(false))], "prefs.js")),
        foreign: BTreeMap::new(),
    }
}

fn id(name: &str) -> crate::ids::AccountId {
    name.parse().expect("sample pseudonyms are well formed")
}

fn debian(version: &str, build: &str) -> Os {
    let name = format!("Debian GNU/Linux {version}");
    Os { family: OsFamily::Linux, id: "debian".into(), version: version.into(), build: Some(build.into()), edition: None, name }
}

fn pending(total: u32, security: u32, lists_refreshed_at: Timestamp) -> PendingUpdates {
    PendingUpdates { total, security: Reading::Value(security), lists_refreshed_at }
}

fn antivirus(id: &str, real_time: Option<bool>, signatures_at: Option<Timestamp>) -> Antivirus {
    let opaque = "the product does not say";
    let product = AntivirusProduct {
        id: id.into(),
        real_time: real_time.map_or_else(|| Reading::unknown(UnknownCode::ThirdPartyOpaque, opaque), Reading::Value),
        signatures_at: signatures_at.map_or_else(|| Reading::unknown(UnknownCode::ThirdPartyOpaque, opaque), Reading::Value),
    };
    Antivirus { products: vec![product], catalogue: "2026-11-22".into() }
}

fn software(hits: &[SoftwareHit], searched: &[&str]) -> ForbiddenSoftware {
    ForbiddenSoftware {
        hits: hits.to_vec(),
        catalogue: "2026-11-22".into(),
        searched: searched.iter().map(|&p| p.to_owned()).collect(),
        unreadable: Vec::new(),
    }
}

fn browser(id: &str, version: &str) -> Browser {
    Browser { id: id.into(), version: version.into() }
}

fn profile(browser: &str, saves: Option<bool>) -> BrowserProfile {
    let saves_passwords =
        saves.map_or_else(|| Reading::unknown(UnknownCode::UserNotLoggedIn, "the profile's folder is not readable now"), Reading::Value);
    BrowserProfile { browser: browser.into(), profile: "p1".into(), saves_passwords, locked: false }
}

fn mount(mount: &str, encrypted: bool, method: &str) -> MountEncryption {
    MountEncryption { mount: mount.into(), encrypted: Reading::Value(encrypted), method: method.into() }
}

fn hardware(class: DeviceClass) -> Hardware {
    Hardware { class, vendor: Some("Example Computer".into()), model: Some("Model 1".into()), hypervisor: None }
}

fn hardware_ids(n: u8) -> HardwareIds {
    let digest = |salt: u8| Some(format!("{salt:02x}{n:02x}").repeat(8));
    HardwareIds { system_uuid: digest(0xa1), serial: digest(0xb2), machine_id: digest(0xc3) }
}
