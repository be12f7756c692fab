//! How a device stands: a machine that is in order, and what is wrong with it.

use hashimori_shared::report::{
    AccountKind, Antivirus, AutoLogin, BrowserProfile, DeviceClass, Fact, Hardware, HardwareIds, LoginPassword, Os, OsFamily,
    PendingUpdates, Reading, Report, ScreenLock, SoftwareHit, sample,
};
use hashimori_shared::time::Timestamp;

/// Systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    Debian,
    Ubuntu,
    Windows11,
    /// Its account is kept elsewhere: of its password people have to say.
    Windows11Cloud,
}

/// What is wrong with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    NeverLocks,
    LocksLate,
    OldPassword,
    NoPassword,
    LogsInByItself,
    NoAntivirus,
    OldSignatures,
    AncientSignatures,
    SharesFiles,
    OldSystem,
    LateUpdates,
    NoUpdates,
    SavesPasswords,
    /// The agent may read nothing.
    Blind,
}

impl Flaw {
    /// What happens to devices, the more often the commoner.
    pub(crate) const COMMON: &'static [Self] = &[
        Self::NeverLocks,
        Self::LocksLate,
        Self::OldPassword,
        Self::OldPassword,
        Self::LogsInByItself,
        Self::NoAntivirus,
        Self::OldSignatures,
        Self::OldSignatures,
        Self::AncientSignatures,
        Self::SharesFiles,
        Self::OldSystem,
        Self::OldSystem,
        Self::LateUpdates,
        Self::LateUpdates,
        Self::NoUpdates,
        Self::SavesPasswords,
        Self::SavesPasswords,
        Self::NoPassword,
        Self::Blind,
        Self::Blind,
    ];
    /// The worst device there is.
    pub(crate) const WORST: &'static [Self] =
        &[Self::NeverLocks, Self::NoPassword, Self::LogsInByItself, Self::NoAntivirus, Self::SharesFiles, Self::OldSystem, Self::NoUpdates];
}

/// A device's machine, agent and flaws.
#[derive(Clone, Debug)]
pub(crate) struct Posture {
    pub(crate) machine: Machine,
    pub(crate) class: DeviceClass,
    /// Version of its agent.
    pub(crate) agent: &'static str,
    pub(crate) model: u64,
    pub(crate) flaws: Vec<Flaw>,
}

impl Posture {
    /// What device `number` reports at `now`.
    pub(crate) fn report(&self, number: u32, now: Timestamp) -> Report {
        let mut report = self.in_order(now);
        for flaw in &self.flaws {
            self.spoil(&mut report, *flaw, now);
        }
        self.agent.clone_into(&mut report.agent.version);
        let id = format!("{:032x}", 0xde30_0000_u64 + u64::from(number));
        let ids = HardwareIds { system_uuid: Some(id.clone()), serial: None, machine_id: Some(id) };
        report.machine.hardware_ids = Some(Fact::read(ids, self.firmware()));
        let model = Some(format!("Model {}", self.model));
        let hardware = Hardware { class: self.class, vendor: Some("Example Computer".into()), model, hypervisor: None };
        report.machine.hardware = Some(Fact::read(hardware, self.firmware()));
        report
    }

    const fn is_windows(&self) -> bool {
        matches!(self.machine, Machine::Windows11 | Machine::Windows11Cloud)
    }

    const fn firmware(&self) -> &'static str {
        if self.is_windows() { "SMBIOS" } else { "/sys/class/dmi/id" }
    }

    fn in_order(&self, now: Timestamp) -> Report {
        match self.machine {
            Machine::Debian => sample::good_debian(now),
            Machine::Ubuntu => {
                let mut report = sample::good_debian(now);
                report.machine.os = Some(Fact::read(ubuntu("24.04"), "/etc/os-release"));
                report
            }
            Machine::Windows11Cloud => sample::japanese_windows(now),
            Machine::Windows11 => {
                let mut report = sample::japanese_windows(now);
                change(&mut report.machine.pending_updates, |pending| (pending.total, pending.security) = (0, Reading::Value(0)));
                for account in &mut report.accounts {
                    account.kind = AccountKind::Local;
                    account.login_password = Some(Fact::read(LoginPassword::Set, "NetUserGetInfo"));
                    account.password_changed = Some(Fact::read(now.plus_days(-41), "NetUserGetInfo"));
                    change(&mut account.password_saving, |profiles| {
                        for profile in profiles.iter_mut() {
                            profile.saves_passwords = Reading::Value(false);
                        }
                    });
                }
                report
            }
        }
    }

    fn spoil(&self, report: &mut Report, flaw: Flaw, now: Timestamp) {
        let days_ago = |n: i64| now.plus_days(-n);
        let windows = self.is_windows();
        let source = |here: &'static str, there: &'static str| if windows { here } else { there };
        let machine = &mut report.machine;
        match flaw {
            Flaw::NeverLocks | Flaw::LocksLate => {
                let locks_after_s = (flaw == Flaw::LocksLate).then_some(1800);
                let lock = ScreenLock { locks_after_s, desktop: source("windows", "gnome").into() };
                for account in &mut report.accounts {
                    account.screen_lock = Some(Fact::read(lock.clone(), source("HKU/Control Panel/Desktop", "dconf")));
                }
            }
            Flaw::OldPassword => {
                for account in report.accounts.iter_mut().filter(|account| account.kind == AccountKind::Local) {
                    account.password_changed = Some(Fact::read(days_ago(260), source("NetUserGetInfo", "/etc/shadow")));
                }
            }
            Flaw::NoPassword => {
                for account in report.accounts.iter_mut().filter(|account| account.kind == AccountKind::Local) {
                    account.login_password = Some(Fact::read(LoginPassword::Blank, source("NetUserGetInfo", "/etc/shadow")));
                }
            }
            Flaw::LogsInByItself => {
                let by = source("winlogon", "gdm3").into();
                let place = source("HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion/Winlogon", "/etc/gdm3/daemon.conf");
                machine.auto_login = Some(Fact::read(AutoLogin { enabled: true, by }, place));
            }
            Flaw::NoAntivirus => change(&mut machine.antivirus, |antivirus: &mut Antivirus| antivirus.products.clear()),
            Flaw::OldSignatures | Flaw::AncientSignatures => {
                let made = days_ago(if flaw == Flaw::OldSignatures { 9 } else { 40 });
                change(&mut machine.antivirus, |antivirus| {
                    for product in &mut antivirus.products {
                        product.signatures_at = Reading::Value(made);
                    }
                });
            }
            Flaw::SharesFiles => change(&mut machine.forbidden_software, |software| {
                software.hits = vec![SoftwareHit { id: "qbittorrent".into(), how: "process".into() }];
            }),
            Flaw::OldSystem => {
                machine.os = Some(match self.machine {
                    Machine::Debian => Fact::read(debian("10"), "/etc/os-release"),
                    Machine::Ubuntu => Fact::read(ubuntu("18.04"), "/etc/os-release"),
                    Machine::Windows11 | Machine::Windows11Cloud => {
                        Fact::read(windows_10(), "HKLM/SOFTWARE/Microsoft/Windows NT/CurrentVersion")
                    }
                });
            }
            Flaw::LateUpdates | Flaw::NoUpdates => {
                let (days, waiting) = if flaw == Flaw::LateUpdates { (60, 12) } else { (210, 130) };
                machine.last_update = Some(Fact::read(days_ago(days), source("IUpdateSearcher", "/var/log/dpkg.log")));
                let pending = PendingUpdates { total: waiting, security: Reading::Value(waiting / 2), lists_refreshed_at: days_ago(1) };
                machine.pending_updates = Some(Fact::read(pending, source("IUpdateSearcher", "/var/lib/apt/lists")));
            }
            Flaw::SavesPasswords => {
                for account in &mut report.accounts {
                    change(&mut account.password_saving, |profiles: &mut Vec<BrowserProfile>| {
                        for profile in profiles {
                            profile.saves_passwords = Reading::Value(true);
                        }
                    });
                }
            }
            Flaw::Blind => {
                let platform = report.agent.platform.clone();
                *report = sample::all_unknown(now);
                report.agent.platform = platform;
            }
        }
    }
}

/// Changes a fact's value, where it has one.
fn change<T>(fact: &mut Option<Fact<T>>, by: impl FnOnce(&mut T)) {
    if let Some(Fact { reading: Reading::Value(value), .. }) = fact {
        by(value);
    }
}

fn debian(version: &str) -> Os {
    linux("debian", version, format!("Debian GNU/Linux {version}"))
}

fn ubuntu(version: &str) -> Os {
    linux("ubuntu", version, format!("Ubuntu {version} LTS"))
}

fn linux(id: &str, version: &str, name: String) -> Os {
    Os { family: OsFamily::Linux, id: id.into(), version: version.into(), build: None, edition: None, name }
}

fn windows_10() -> Os {
    Os {
        family: OsFamily::Windows,
        id: "windows".into(),
        version: "19045".into(),
        build: Some("19045.6456".into()),
        edition: Some("pro".into()),
        name: "Windows 10 Pro 22H2".into(),
    }
}
