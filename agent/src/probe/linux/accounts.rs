//! Who can log in here, and the state of each password. Names stay in this process; only pseudonyms leave it.

use hashimori_shared::report::{AccountKind, Fact, LoginPassword, UnknownCode};
use hashimori_shared::time::{DAY, Timestamp};

use super::Machine;
use super::bus::Session;
use super::disk::Obstacle;
use super::door::Door;
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
/// anybody can use it. Accounts that have certainly expired are disabled and not listed.
pub(super) fn people(machine: &Machine) -> Result<Vec<Person>, Obstacle> {
    let entries = passwd(&machine.disk.text("/etc/passwd")?)?;
    let range = uid_range(&machine.disk.text_if_any("/etc/login.defs")?.unwrap_or_default());
    let shadow_text = machine.disk.text(SHADOW);
    let door = Door::look(&machine.disk);
    let mut people: Vec<_> = entries.iter().filter_map(|entry| local(machine, entry, &shadow_text, &door, range)).collect();
    for mut person in elsewhere(machine, &entries, range) {
        if let Some(open) = door.opens(&person.name, person.uid, None) {
            person.login_password = open;
        }
        people.push(person);
    }
    Ok(people)
}

fn local(machine: &Machine, entry: &PasswdEntry, shadow_text: &Result<String, Obstacle>, door: &Door, range: (u32, u32)) -> Option<Person> {
    if !is_login_shell(&entry.shell) {
        return None;
    }
    let ordinary = (range.0..=range.1).contains(&entry.uid);
    let line = match shadow_text {
        Ok(text) => shadow(text, &entry.name),
        Err(_) if ordinary => None,
        Err(_) => return None,
    };
    // By an instant that has certainly passed: the device's own clock may run years ahead, and would hide accounts that are in use.
    if let Some(Ok(ShadowEntry { expires_day: Some(day), .. })) = line
        && machine.certain.seconds().div_euclid(DAY) >= day
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
    let login_password = if blank { login_password } else { door.opens(&entry.name, entry.uid, entry.gid).unwrap_or(login_password) };
    let blank = login_password.value() == Some(&LoginPassword::Blank);
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

/// People whose accounts are kept elsewhere (SSSD, LDAP, systemd-homed): they show by homes that belong to no local account,
/// in `/home` or in a folder of their domain (`/home/DOMAIN/user`).
fn elsewhere(machine: &Machine, entries: &[PasswdEntry], range: (u32, u32)) -> Vec<Person> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = |home: &str| machine.disk.metadata(home).ok().filter(std::fs::Metadata::is_dir).map(|metadata| metadata.uid());
    let foreign = |home: &str, uid: u32| {
        uid >= range.0 && uid != NOBODY && entries.iter().all(|entry| entry.uid != uid && entry.home.trim_end_matches('/') != home)
    };
    let mut found = Vec::new();
    for name in machine.disk.names_if_any("/home").unwrap_or_default() {
        let home = format!("/home/{name}");
        match owner(&home) {
            Some(uid) if foreign(&home, uid) => found.push((name, uid, home)),
            // No person's own: a domain's folder, where its people's homes lie.
            Some(uid) if uid < range.0 => {
                for name in machine.disk.names_if_any(&home).unwrap_or_default() {
                    let home = format!("{home}/{name}");
                    found.extend(owner(&home).filter(|uid| foreign(&home, *uid)).map(|uid| (name, uid, home)));
                }
            }
            Some(_) | None => {}
        }
    }
    found.into_iter().map(|(name, uid, home)| kept_elsewhere(name.trim_end_matches(".homedir"), uid, home)).collect()
}

const NOBODY: u32 = 65_534;

/// People who are logged in now without an account of this machine, and without a home by which `people` could have found them.
pub(super) fn logged_in(machine: &Machine, known: &[Person], sessions: &[Session]) -> Vec<Person> {
    let Ok(entries) = machine.disk.text("/etc/passwd").and_then(|text| Ok(passwd(&text)?)) else { return Vec::new() };
    let mut found: Vec<Person> = Vec::new();
    for session in sessions {
        let is_known =
            entries.iter().any(|entry| entry.uid == session.uid) || known.iter().chain(&found).any(|person| person.uid == session.uid);
        if !is_known {
            found.push(kept_elsewhere(&session.name, session.uid, String::new()));
        }
    }
    found
}

fn kept_elsewhere(name: &str, uid: u32, home: String) -> Person {
    fn unknown<T>() -> Fact<T> {
        Fact::unknown(UnknownCode::DirectoryAccount, "the account is not in this machine's own list", "/etc/passwd")
    }
    Person { name: name.to_owned(), uid, home, kind: AccountKind::Directory, login_password: unknown(), password_changed: unknown() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::imp::Survey;

    #[test]
    fn somebody_who_is_logged_in_without_an_account_of_this_machine_is_an_account_of_a_directory() {
        let tree = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(tree.path().join("etc")).expect("made");
        let text = "root:x:0:0::/root:/bin/bash\nhanako:x:1000:1000::/home/hanako:/bin/bash\ngdm:x:110:110::/var/lib/gdm3:/bin/false\n";
        std::fs::write(tree.path().join("etc/passwd"), text).expect("written");
        let survey = Survey::of_tree(tree.path());
        let session = |uid, name: &str| Session { uid, name: name.into(), kind: "wayland".into(), desktop: "gnome".into() };
        let sessions =
            [session(1000, "hanako"), session(1_234_600_500, "CLINIC\\jiro"), session(1_234_600_500, "CLINIC\\jiro"), session(110, "gdm")];
        let found = logged_in(&survey.machine, &survey.people, &sessions);
        assert_eq!(found.iter().map(|person| (person.uid, person.kind)).collect::<Vec<_>>(), [(1_234_600_500, AccountKind::Directory)]);
        assert!(
            matches!(&found[0].login_password.reading, hashimori_shared::report::Reading::Unknown(u) if u.code == UnknownCode::DirectoryAccount)
        );
        assert_eq!(
            crate::probe::imp::homes::open(&survey, &found[0]),
            Err(Obstacle::HomeUnknown),
            "its home is not taken for another place"
        );
    }
}
