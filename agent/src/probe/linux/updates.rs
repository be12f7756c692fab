//! Updates on Debian and its kin: pending ones from apt's lists, the last one from dpkg's log. Runs nothing and writes nothing.

use std::collections::BTreeMap;
use std::io::Read;

use hashimori_shared::report::{Fact, PendingUpdates, Reading, UnknownCode};
use hashimori_shared::time::Timestamp;
use jiff::tz::TimeZone;

use super::Survey;
use super::disk::{Disk, Obstacle};
use crate::parse::apt::distribution::Distribution;
use crate::parse::apt::history;
use crate::parse::apt::pending::Ledger;
use crate::parse::apt::pins::{Archive, Preferences};

const LISTS: &str = "/var/lib/apt/lists";

pub(super) fn pending(survey: &Survey) -> Fact<PendingUpdates> {
    count(survey).map_or_else(|obstacle| obstacle.fact(LISTS), |pending| Fact::read(pending, LISTS))
}

fn count(survey: &Survey) -> Result<PendingUpdates, Obstacle> {
    let disk = &survey.machine.disk;
    let packages = survey.packages.as_deref().map_err(|obstacle| *obstacle)?;
    let preferences = preferences(disk)?;
    let names = disk.names(LISTS)?;
    let archives = archives(disk, &names)?;
    let distribution = distribution(disk)?;
    let mut own: Vec<&Archive> = Vec::new();
    let mut ledger = Ledger::new(packages, &preferences);
    for name in &names {
        let Some((start, ending)) = name.rsplit_once("_Packages") else { continue };
        if !concerns(start, packages.iter().map(|package| package.architecture.as_str())) {
            continue;
        }
        let archive = archives.iter().filter(|(prefix, _)| name.starts_with(prefix.as_str())).max_by_key(|(prefix, _)| prefix.len());
        let unnamed = Archive::default();
        let archive = archive.map_or(&unnamed, |(_, archive)| archive);
        let host = name.split('_').next().unwrap_or_default();
        let file = disk.open(&format!("{LISTS}/{name}"))?;
        let mut list: Box<dyn Read> = match ending {
            "" => Box::new(file),
            ".lz4" => Box::new(lz4_flex::frame::FrameDecoder::new(file)),
            _ => return Err(Obstacle::Garbage("apt's lists are compressed in a way this agent does not read")),
        };
        ledger.read(&mut list, archive, host)?;
        own.extend(archives.values().find(|known| *known == archive && distribution.owns(known)));
    }
    let (security, main): (Vec<&Archive>, Vec<&Archive>) = own.iter().copied().partition(|archive| archive.is_security());
    if main.is_empty() {
        return Err(Obstacle::NoOwnList);
    }
    let pending = ledger.count();
    if security.is_empty() {
        let without = Reading::unknown(UnknownCode::SourceMissing, "the distribution's security archive is not among apt's lists");
        return Ok(PendingUpdates { total: pending.total, security: without, lists_refreshed_at: made(&main)? });
    }
    Ok(PendingUpdates { total: pending.total, security: Reading::Value(pending.security), lists_refreshed_at: made(&security)? })
}

fn distribution(disk: &Disk) -> Result<Distribution, Obstacle> {
    let text = disk.text("/etc/os-release").or_else(|_| disk.text("/usr/lib/os-release"))?;
    Ok(Distribution::from_os_release(&text))
}

/// Whether a list is of an architecture that something installed has; `binary-all` and flat archives concern everybody.
fn concerns<'a>(start: &str, mut installed: impl Iterator<Item = &'a str>) -> bool {
    let Some((_, architecture)) = start.rsplit_once("_binary-") else { return true };
    architecture == "all" || installed.any(|known| known == architecture)
}

fn preferences(disk: &Disk) -> Result<Preferences, Obstacle> {
    let mut preferences = Preferences::default();
    for text in settings(disk, "/etc/apt/preferences", "/etc/apt/preferences.d")? {
        preferences.add_file(&text)?;
    }
    for text in settings(disk, "/etc/apt/apt.conf", "/etc/apt/apt.conf.d")? {
        preferences.add_configuration(&text);
    }
    Ok(preferences)
}

/// A file and the files of its folder that apt would take: no extension, or `pref` or `conf`.
fn settings(disk: &Disk, file: &str, dir: &str) -> Result<Vec<String>, Obstacle> {
    let taken =
        |name: &&String| !name.starts_with('.') && name.rsplit_once('.').is_none_or(|(_, ending)| ending == "pref" || ending == "conf");
    let mut texts = Vec::new();
    for name in disk.names_if_any(dir)?.iter().filter(taken) {
        texts.push(disk.text(&format!("{dir}/{name}"))?);
    }
    texts.extend(disk.text_if_any(file)?);
    Ok(texts)
}

/// Every archive by the beginning of its lists' names.
fn archives(disk: &Disk, names: &[String]) -> Result<BTreeMap<String, Archive>, Obstacle> {
    let mut archives = BTreeMap::new();
    for name in names {
        let prefix = name.strip_suffix("InRelease").or_else(|| name.strip_suffix("Release")).filter(|prefix| prefix.ends_with('_'));
        if let Some(prefix) = prefix {
            let head = disk.head(&format!("{LISTS}/{name}"), 4096)?;
            archives.insert(prefix.to_owned(), Archive::from_release(&String::from_utf8_lossy(&head)));
        }
    }
    Ok(archives)
}

/// A moment at or after which the lists were certainly fetched: the newest date at which one of these archives was made.
/// Nothing else tells: apt gives files the server's time, and touches its stamps also when no server could be reached.
fn made(archives: &[&Archive]) -> Result<Timestamp, Obstacle> {
    let newest = archives.iter().filter_map(|archive| archive.date).max();
    newest.map(|date| Timestamp::from_seconds(date.as_second())).ok_or(Obstacle::Garbage("apt's lists do not say when they were made"))
}

pub(super) fn last(survey: &Survey) -> Fact<Timestamp> {
    const LOG: &str = "/var/log/dpkg.log";
    let disk = &survey.machine.disk;
    let read = || -> Result<Option<Timestamp>, Obstacle> {
        let zone = disk.bytes("/etc/localtime").ok().and_then(|bytes| TimeZone::tzif("local", &bytes).ok()).unwrap_or(TimeZone::UTC);
        let mut logs = 0;
        for path in [LOG, "/var/log/dpkg.log.1"] {
            let Some(text) = disk.text_if_any(path)? else { continue };
            logs += 1;
            if let Some(at) = history::last_update(&text, &zone) {
                return Ok(Some(Timestamp::from_seconds(at.as_second())));
            }
        }
        if logs == 0 { Err(Obstacle::Missing) } else { Ok(None) }
    };
    match read() {
        Ok(Some(at)) if at > survey.machine.now.plus_days(1) => {
            Fact::unknown(UnknownCode::ConflictingSources, "the last update in the log lies in the future", LOG)
        }
        Ok(Some(at)) => Fact::read(at, LOG),
        Ok(None) => Fact::unknown(UnknownCode::SourceMissing, "the package logs that are kept hold no update", LOG),
        Err(obstacle) => obstacle.fact(LOG),
    }
}

/// `/run/reboot-required` speaks only where something installed writes it; without that its absence says nothing.
pub(super) fn reboot_required(survey: &Survey) -> Fact<bool> {
    const FLAG: &str = "/run/reboot-required";
    const WRITERS: [&str; 3] = ["unattended-upgrades", "update-notifier-common", "reboot-notifier"];
    if survey.machine.disk.exists(FLAG) || survey.machine.disk.exists("/var/run/reboot-required") {
        return Fact::read(true, FLAG);
    }
    match &survey.packages {
        Ok(packages) if packages.iter().any(|package| WRITERS.contains(&package.name.as_str())) => Fact::read(false, FLAG),
        Ok(_) => Fact::unknown(UnknownCode::SourceMissing, "nothing installed records whether a restart is wanted", FLAG),
        Err(obstacle) => obstacle.fact(FLAG),
    }
}
