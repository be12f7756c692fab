//! Linux: each fact is asked in its own bounded room; a room that hangs or breaks costs its fact and nothing else.

mod accounts;
mod disk;

use std::collections::BTreeMap;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use hashimori_shared::ids::AccountId;
use hashimori_shared::report::{Account, AccountKind, AgentInfo, Fact, MachineFacts, Os, REPORT_VERSION, Reading, Report, UnknownCode};
use hashimori_shared::time::Timestamp;

use self::accounts::Person;
use self::disk::{Disk, Obstacle};
use super::{Limits, ProbeContext, pseudonym};
use crate::parse::os_release;

/// The machine under observation.
#[derive(Clone)]
struct Machine {
    disk: Disk,
    now: Timestamp,
    limits: Limits,
    /// Whether this is the running system itself, with processes, a bus and commands, and not a recorded tree.
    live: bool,
}

impl Machine {
    fn new(ctx: &ProbeContext) -> Self {
        let live = ctx.root.as_os_str() == "/";
        Self { disk: Disk::new(&ctx.root, ctx.limits.file_bytes), now: ctx.now, limits: ctx.limits.clone(), live }
    }
}

pub(super) fn observe(ctx: &ProbeContext) -> Report {
    let machine = Machine::new(ctx);
    let mut accounts: Vec<Account> = match accounts::people(&machine) {
        Ok(people) => people.into_iter().map(|person| account(&machine, ctx, person)).collect(),
        Err(obstacle) => vec![somebody(obstacle)],
    };
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    accounts.dedup_by(|a, b| a.id == b.id);
    Report {
        v: REPORT_VERSION,
        agent: AgentInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: "linux".to_owned(),
            privileged: rustix::process::geteuid().is_root(),
        },
        machine: machine_facts(&machine),
        accounts,
    }
}

fn machine_facts(machine: &Machine) -> MachineFacts {
    MachineFacts {
        os: Some(os(machine)),
        last_update: not_yet(),
        pending_updates: not_yet(),
        reboot_required: not_yet(),
        auto_login: not_yet(),
        password_policy: not_yet(),
        antivirus: not_yet(),
        forbidden_software: not_yet(),
        browsers: not_yet(),
        disk_encryption: not_yet(),
        firewall: not_yet(),
        management: not_yet(),
        hardware: not_yet(),
        hardware_ids: not_yet(),
        mobile_line: not_yet(),
        foreign: BTreeMap::new(),
    }
}

fn not_yet<T>() -> Option<Fact<T>> {
    Some(Fact::unknown(UnknownCode::NotReadYet, "this version of the agent does not read it yet", "none"))
}

fn account(_machine: &Machine, ctx: &ProbeContext, person: Person) -> Account {
    Account {
        id: pseudonym::account(&ctx.pseudonym_key, &person.name, person.uid),
        kind: person.kind,
        last_used: Reading::unknown(UnknownCode::NotReadYet, "this version of the agent does not read it yet"),
        login_password: Some(person.login_password),
        password_changed: Some(person.password_changed),
        screen_lock: not_yet(),
        password_saving: not_yet(),
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

/// Runs `room` on its own thread and waits at most `limit`. A thread that hangs is left behind: the observing process is short-lived.
#[expect(dead_code, reason = "the first rooms read only small local files")]
fn bounded<T: Send + 'static>(limit: Duration, room: impl FnOnce() -> T + Send + 'static) -> Result<T, Reading<std::convert::Infallible>> {
    let (sender, receiver) = sync_channel(1);
    let run = move || {
        let _ = sender.send(room());
    };
    if std::thread::Builder::new().stack_size(512 << 10).spawn(run).is_err() {
        return Err(Reading::unknown(UnknownCode::Other, "no thread could be started"));
    }
    receiver.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => Reading::unknown(UnknownCode::Timeout, "reading took too long and was given up"),
        RecvTimeoutError::Disconnected => Reading::unknown(UnknownCode::ParseFailed, "reading broke down inside the agent"),
    })
}

/// The kernel's random id of this boot (proc(5)); a recorded tree may hold one too.
pub(super) fn boot_marker(ctx: &ProbeContext) -> String {
    Machine::new(ctx).disk.text("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned()).unwrap_or_default()
}

pub(super) fn account_names(ctx: &ProbeContext) -> BTreeMap<AccountId, String> {
    let people = accounts::people(&Machine::new(ctx)).unwrap_or_default();
    people.into_iter().map(|person| (pseudonym::account(&ctx.pseudonym_key, &person.name, person.uid), person.name)).collect()
}
