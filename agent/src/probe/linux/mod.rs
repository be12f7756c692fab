//! Linux: what several rooms need is surveyed once, then each fact is asked in its own bounded room;
//! a room that hangs or breaks costs its fact and nothing else. Reads only.

mod accounts;
mod antivirus;
mod browser_forms;
mod browser_profiles;
mod browsers;
mod bus;
mod command;
mod desktop;
mod disk;
mod door;
mod guards;
mod homes;
mod machine;
mod policy;
mod rooms;
mod running;
mod software;
mod updates;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashimori_shared::ids::AccountId;
use hashimori_shared::report::{Account, AccountKind, AgentInfo, Fact, MachineFacts, Os, REPORT_VERSION, Report, UnknownCode};
use hashimori_shared::time::Timestamp;

use self::accounts::Person;
use self::disk::{Disk, Obstacle};
use self::rooms::Rooms;
use super::{Limits, ProbeContext, Signatures, pseudonym};
use crate::parse::apt::installed::{Package, installed};
use crate::parse::mounts::{Mount, mounts};
use crate::parse::os_release;

/// The machine under observation.
#[derive(Clone)]
struct Machine {
    disk: Disk,
    now: Timestamp,
    /// An instant that has passed, whatever the device's clock says.
    certain: Timestamp,
    limits: Limits,
    /// Whether this is the running system itself, with processes, a bus and commands, and not a recorded tree.
    live: bool,
}

impl Machine {
    fn new(ctx: &ProbeContext) -> Self {
        let live = ctx.root.as_os_str() == "/";
        Self { disk: Disk::new(&ctx.root, ctx.limits.file_bytes), now: ctx.now, certain: ctx.certain, limits: ctx.limits.clone(), live }
    }
}

/// What several rooms need, each part with the obstacle that stood in its way.
struct Survey {
    machine: Machine,
    people: Vec<Person>,
    /// Whether the list of people is the whole list.
    people_listed: Result<(), UnknownCode>,
    packages: Result<Vec<Package>, Obstacle>,
    processes: Result<BTreeSet<String>, Obstacle>,
    mounts: Result<Vec<Mount>, Obstacle>,
    bus: Result<bus::Answers, Obstacle>,
    logins: BTreeMap<String, Timestamp>,
    signatures: Result<Signatures, String>,
}

impl Survey {
    fn new(machine: Machine, people: Result<Vec<Person>, Obstacle>, signatures: Result<Signatures, String>) -> Self {
        let rooms = Rooms::new(&machine.limits);
        let bus = rooms.start(machine.clone(), ask_bus);
        let processes = rooms.start(machine.clone(), running::processes);
        let packages = machine.disk.text("/var/lib/dpkg/status").and_then(|text| Ok(installed(&text)?));
        let mounts = machine.disk.text("/proc/self/mountinfo").and_then(|text| Ok(mounts(&text)?));
        let logins = running::logins(&machine);
        let bus = bus.wait().and_then(|answers| answers);
        let processes = processes.wait().and_then(|names| names);
        let people_listed = people.as_ref().map(|_| ()).map_err(|obstacle| obstacle.code());
        let mut people = people.unwrap_or_default();
        if let Ok(sessions) = bus.as_ref().map_err(|obstacle| *obstacle).and_then(|answers| answers.sessions.as_ref().map_err(|o| *o)) {
            people.extend(accounts::logged_in(&machine, &people, sessions));
        }
        Self { machine, people, people_listed, packages, processes, mounts, bus, logins, signatures }
    }
}

#[cfg(test)]
impl Survey {
    /// Of a recorded tree below `root`, for tests that put in what only a running system shows.
    fn of_tree(root: &std::path::Path) -> Self {
        let now = Timestamp::from_seconds(1_795_300_000);
        let context = ProbeContext { root: root.to_owned(), certain: now, ..ProbeContext::new(now, [7; 32]) };
        let machine = Machine::new(&context);
        let people = accounts::people(&machine);
        Self::new(machine, people, context.signatures)
    }
}

fn ask_bus(machine: &Machine) -> Result<bus::Answers, Obstacle> {
    if !machine.live {
        return Err(Obstacle::NotLive);
    }
    bus::ask(machine.limits.per_command, &guards::UNITS)
}

pub(super) fn observe(ctx: &ProbeContext) -> Report {
    let machine = Machine::new(ctx);
    let people = accounts::people(&machine);
    let unlisted = people.as_ref().err().copied().map(somebody);
    let survey = Arc::new(Survey::new(machine, people, ctx.signatures.clone()));
    let machine = machine_facts(&survey);
    let mut accounts: Vec<Account> = survey.people.iter().map(|person| account(&survey, ctx, person)).chain(unlisted).collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    accounts.dedup_by(|a, b| a.id == b.id);
    Report {
        v: REPORT_VERSION,
        agent: AgentInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: "linux".to_owned(),
            privileged: rustix::process::geteuid().is_root(),
        },
        machine,
        accounts,
    }
}

fn machine_facts(survey: &Arc<Survey>) -> MachineFacts {
    let rooms = Rooms::new(&survey.machine.limits);
    let pending_updates = rooms.fact(survey, "/var/lib/apt/lists", updates::pending);
    let forbidden_software = rooms.fact(survey, "processes, packages, file names", software::forbidden_software);
    let antivirus = rooms.fact(survey, "packages, processes, units, paths", antivirus::antivirus);
    let disk_encryption = rooms.fact(survey, "/proc/self/mountinfo, /sys/block", machine::disk_encryption);
    let management = rooms.fact(survey, "paths of known management agents", guards::management);
    let browsers = rooms.fact(survey, "/var/lib/dpkg/status, snap, flatpak", browsers::browsers);
    MachineFacts {
        os: Some(os(&survey.machine)),
        last_update: Some(updates::last(survey)),
        reboot_required: Some(updates::reboot_required(survey)),
        auto_login: Some(desktop::auto_login(survey)),
        password_policy: Some(policy::password_policy(survey)),
        firewall: Some(guards::firewall(survey)),
        hardware: Some(machine::hardware(survey)),
        hardware_ids: Some(machine::hardware_ids(survey)),
        mobile_line: Some(machine::mobile_line(survey)),
        pending_updates: Some(pending_updates.wait()),
        antivirus: Some(antivirus.wait()),
        forbidden_software: Some(forbidden_software.wait()),
        browsers: Some(browsers.wait()),
        disk_encryption: Some(disk_encryption.wait()),
        management: Some(management.wait()),
        foreign: BTreeMap::new(),
    }
}

fn account(survey: &Arc<Survey>, ctx: &ProbeContext, person: &Person) -> Account {
    let rooms = Rooms::new(&survey.machine.limits);
    let (for_lock, for_saving) = (person.clone(), person.clone());
    let screen_lock = rooms.fact(survey, "~/.config/dconf/user", move |survey| desktop::screen_lock(survey, &for_lock));
    let password_saving = rooms.fact(survey, "browser profiles in ~", move |survey| browser_profiles::password_saving(survey, &for_saving));
    Account {
        id: pseudonym::account(&ctx.pseudonym_key, &person.name, person.uid),
        kind: person.kind,
        last_used: running::last_used(survey, person),
        login_password: Some(person.login_password.clone()),
        password_changed: Some(person.password_changed.clone()),
        screen_lock: Some(screen_lock.wait()),
        password_saving: Some(password_saving.wait()),
        foreign: BTreeMap::new(),
    }
}

/// A machine whose account list cannot be read still has somebody on it: an empty list would read as "nobody can log in".
fn somebody(obstacle: Obstacle) -> Account {
    const SOURCE: &str = "/etc/passwd";
    Account {
        id: pseudonym::unnamed(),
        kind: AccountKind::Other,
        last_used: obstacle.reading(),
        login_password: Some(obstacle.fact(SOURCE)),
        password_changed: Some(obstacle.fact(SOURCE)),
        screen_lock: Some(obstacle.fact(SOURCE)),
        password_saving: Some(obstacle.fact(SOURCE)),
        foreign: BTreeMap::new(),
    }
}

fn os(machine: &Machine) -> Fact<Os> {
    const SOURCE: &str = "/etc/os-release";
    let read = || -> Result<Os, Obstacle> {
        let text = machine.disk.text(SOURCE).or_else(|_| machine.disk.text("/usr/lib/os-release"))?;
        Ok(os_release::os(&text, machine.disk.text("/etc/debian_version").ok().as_deref())?)
    };
    read().map_or_else(|obstacle| obstacle.fact(SOURCE), |os| Fact::read(os, SOURCE))
}

/// The kernel's random id of this boot (proc(5)); a recorded tree may hold one too.
pub(super) fn boot_marker(ctx: &ProbeContext) -> String {
    Machine::new(ctx).disk.text("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}

pub(super) fn account_names(ctx: &ProbeContext) -> BTreeMap<AccountId, String> {
    let people = accounts::people(&Machine::new(ctx)).unwrap_or_default();
    people.into_iter().map(|person| (pseudonym::account(&ctx.pseudonym_key, &person.name, person.uid), person.name)).collect()
}
