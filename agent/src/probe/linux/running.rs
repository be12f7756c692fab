//! Names of running processes, and when accounts were last used.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Seek as _, SeekFrom};

use hashimori_shared::report::{Reading, UnknownCode};
use hashimori_shared::time::Timestamp;
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use super::accounts::Person;
use super::disk::{Disk, Obstacle};
use super::{Machine, Survey};
use crate::parse::logins::{LASTLOG_RECORD, WTMP_RECORD, jst_day_start, last_by_name, lastlog};

/// Base names of all running executables, in lower case: as the kernel shortens them and, where it may be seen, in full.
pub(super) fn processes(machine: &Machine) -> Result<BTreeSet<String>, Obstacle> {
    if !machine.live {
        return Err(Obstacle::NotLive);
    }
    // With hidepid an ordinary user sees only their own processes: then "not found" would be no finding.
    if !machine.disk.exists("/proc/1/comm") {
        return Err(Obstacle::Denied);
    }
    let mut system = System::new().map_err(|_| Obstacle::Failed)?;
    let kinds = ProcessRefreshKind::nothing().with_exe(UpdateKind::OnlyIfNotSet).without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, false, kinds);
    let mut names = BTreeSet::new();
    for process in system.processes().values() {
        names.insert(process.name().to_string_lossy().to_ascii_lowercase());
        let executable = process.exe().and_then(|path| path.file_name());
        names.extend(executable.map(|name| name.to_string_lossy().trim_end_matches(" (deleted)").to_ascii_lowercase()));
    }
    if names.is_empty() { Err(Obstacle::Failed) } else { Ok(names) }
}

/// The name as the kernel keeps it: 15 bytes (proc(5), `comm`).
pub(super) fn is_running(names: &BTreeSet<String>, wanted: &str) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    let short = wanted.get(..15).unwrap_or(&wanted);
    names.contains(&wanted) || (wanted.len() > 15 && names.contains(short))
}

/// Whether this person's running desktop has a variable of this name in its environment. Values are not kept. Without the right to
/// look into other people's processes it reads as no: the files that set a session's environment are looked at besides.
pub(super) fn session_has(disk: &Disk, uid: u32, variable: &str) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let desktop = |pid: &String| {
        let owner = disk.metadata(&format!("/proc/{pid}")).ok()?.uid();
        let name = disk.head(&format!("/proc/{pid}/comm"), 16).ok()?;
        (owner == uid && name.starts_with(b"gnome-")).then_some(())
    };
    let wanted = format!("{variable}=");
    let pids = disk.names("/proc").unwrap_or_default();
    pids.iter().filter(|pid| pid.bytes().all(|b| b.is_ascii_digit()) && desktop(pid).is_some()).any(|pid| {
        let environment = disk.head(&format!("/proc/{pid}/environ"), 64 << 10).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry.starts_with(wanted.as_bytes()))
    })
}

/// Newest logins per account name from the end of wtmp.
pub(super) fn logins(machine: &Machine) -> BTreeMap<String, Timestamp> {
    const RECORDS: u64 = 4_000;
    let mut newest = BTreeMap::new();
    for path in ["/var/log/wtmp.1", "/var/log/wtmp"] {
        let tail = || -> Result<Vec<u8>, Obstacle> {
            let mut file = machine.disk.open(path)?;
            let size = WTMP_RECORD as u64;
            let skip = (file.metadata()?.len() / size).saturating_sub(RECORDS) * size;
            file.seek(SeekFrom::Start(skip))?;
            let mut bytes = Vec::new();
            file.take(RECORDS * size).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        newest.extend(tail().map(|bytes| last_by_name(&bytes)).unwrap_or_default());
    }
    newest
}

/// The day an account was last used: now if it has a session, else the newest login on record.
pub(super) fn last_used(survey: &Survey, person: &Person) -> Reading<Timestamp> {
    let sessions = survey.bus.as_ref().ok().and_then(|bus| bus.sessions.as_ref().ok());
    let here_now = sessions.is_some_and(|sessions| sessions.iter().any(|session| session.uid == person.uid));
    let recorded = [survey.logins.get(&person.name).copied(), from_lastlog(survey, person.uid)].into_iter().flatten().max();
    let last = if here_now { Some(survey.machine.now) } else { recorded.filter(|at| *at <= survey.machine.now.plus_days(1)) };
    last.map_or_else(
        || Reading::unknown(UnknownCode::SourceMissing, "no login of this account is on record"),
        |at| Reading::Value(jst_day_start(at)),
    )
}

fn from_lastlog(survey: &Survey, uid: u32) -> Option<Timestamp> {
    let mut file = survey.machine.disk.open("/var/log/lastlog").ok()?;
    file.seek(SeekFrom::Start(u64::from(uid) * LASTLOG_RECORD as u64)).ok()?;
    let mut record = [0; LASTLOG_RECORD];
    file.read_exact(&mut record).ok()?;
    lastlog(&record)
}
