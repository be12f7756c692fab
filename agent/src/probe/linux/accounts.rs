//! Who can log in here, and the state of each password. Names stay in this process; only pseudonyms leave it.

use hashimori_shared::report::{AccountKind, Fact, LoginPassword, UnknownCode};
use hashimori_shared::time::{DAY, Timestamp};

use super::{Machine, disk::Obstacle};
use crate::parse::passwd::{PasswdEntry, ShadowEntry, is_login_shell, passwd, shadow, uid_range};

const SHADOW: &str = "/etc/shadow";

/// An account a person can log in with.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) home: String,
    pub(super) kind: AccountKind,
    pub(super) login_password: Fact<LoginPassword>,
    pub(super) password_changed: Fact<Timestamp>,
}

/// All interactive accounts. Ordinary numbers with a real shell; any other account only where its password is blank, because then
/// anybody can use it. Accounts that have expired are disabled and not listed.
pub(super) fn people(machine: &Machine) -> Result<Vec<Person>, Obstacle> {
    let entries = passwd(&machine.disk.text("/etc/passwd")?)?;
    let (first, last) = uid_range(&machine.disk.text_if_any("/etc/login.defs")?.unwrap_or_default());
    let shadow_text = machine.disk.text(SHADOW);
    let mut people: Vec<_> = entries.iter().filter_map(|entry| local(machine, entry, &shadow_text, (first, last))).collect();
    people.extend(elsewhere(machine, &entries, (first, last)));
    Ok(people)
}

fn local(machine: &Machine, entry: &PasswdEntry, shadow_text: &Result<String, Obstacle>, range: (u32, u32)) -> Option<Person> {
    if !is_login_shell(&entry.shell) {
        return None;
    }
    let ordinary = (range.0..=range.1).contains(&entry.uid);
    let line = match shadow_text {
        Ok(text) => shadow(text, &entry.name),
        Err(_) if ordinary => None,
        Err(_) => return None,
    };
    if let Some(Ok(ShadowEntry { expires_day: Some(day), .. })) = line
        && machine.now.seconds().div_euclid(DAY) >= day
    {
        return None;
    }
    let blank = entry.blank_here || matches!(line, Some(Ok(ShadowEntry { password: LoginPassword::Blank, .. })));
    let (login_password, password_changed) = match (shadow_text, line) {
        _ if entry.blank_here => (Fact::read(LoginPassword::Blank, "/etc/passwd"), Obstacle::Missing.fact("/etc/passwd")),
        (Err(obstacle), _) => (obstacle.fact(SHADOW), obstacle.fact(SHADOW)),
        (Ok(_), None) => (no_shadow_line(), no_shadow_line()),
        (Ok(_), Some(Err(garbage))) => (Obstacle::from(garbage.clone()).fact(SHADOW), Obstacle::from(garbage).fact(SHADOW)),
        (Ok(_), Some(Ok(line))) => (Fact::read(line.password, SHADOW), changed(line.changed_day, machine.now)),
    };
    (ordinary || blank).then(|| Person {
        name: entry.name.clone(),
        uid: entry.uid,
        home: entry.home.clone(),
        kind: AccountKind::Local,
        login_password,
        password_changed,
    })
}

fn no_shadow_line<T>() -> Fact<T> {
    Fact::unknown(UnknownCode::SourceMissing, "the account has no line in the shadow file", SHADOW)
}

/// The day of the last change, as its first instant (UTC), so that a policy younger than the change never seems older.
fn changed(day: Option<i64>, now: Timestamp) -> Fact<Timestamp> {
    let unknown = |code, text: &str| Fact::unknown(code, text, SHADOW);
    match day {
        None => unknown(UnknownCode::SourceMissing, "the system keeps no date of the last change"),
        Some(0) => unknown(UnknownCode::SourceMissing, "a new password is demanded at the next login and no date is kept"),
        Some(day) if day < 0 || day > now.plus_days(1).seconds().div_euclid(DAY) => {
            unknown(UnknownCode::ConflictingSources, "the date of the last change lies in the future or before 1970")
        }
        Some(day) => Fact::read(Timestamp::from_seconds(day * DAY), SHADOW),
    }
}

/// People whose accounts are kept elsewhere (SSSD, LDAP, systemd-homed): they show by homes that belong to no local account.
fn elsewhere(machine: &Machine, entries: &[PasswdEntry], range: (u32, u32)) -> Vec<Person> {
    use std::os::unix::fs::MetadataExt as _;
    let homes = machine.disk.names_if_any("/home").unwrap_or_default();
    let owned = homes.into_iter().filter(|name| name != "lost+found").filter_map(|name| {
        let home = format!("/home/{name}");
        let metadata = machine.disk.metadata(&home).ok().filter(std::fs::Metadata::is_dir)?;
        let uid = metadata.uid();
        let foreign =
            uid >= range.0 && uid != u32::from(u16::MAX) - 1 && entries.iter().all(|entry| entry.uid != uid && entry.home != home);
        foreign.then(|| (name.trim_end_matches(".homedir").to_owned(), uid, home))
    });
    owned
        .map(|(name, uid, home)| Person {
            name,
            uid,
            home,
            kind: AccountKind::Directory,
            login_password: kept_elsewhere(),
            password_changed: kept_elsewhere(),
        })
        .collect()
}

fn kept_elsewhere<T>() -> Fact<T> {
    Fact::unknown(UnknownCode::DirectoryAccount, "the account is not in this machine's own list", "/etc/passwd")
}
