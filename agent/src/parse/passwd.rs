//! `passwd`(5), `shadow`(5), `login.defs`(5) and `shells`(5): who can log in, and what state the password is in. A hash is looked at for its
//! form only and never leaves this file.

use hashimori_shared::report::LoginPassword;

use super::Garbage;

/// One account of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswdEntry {
    /// Login name.
    pub name: String,
    /// Whether the second field is empty: a blank password without shadow.
    pub blank_here: bool,
    /// Number.
    pub uid: u32,
    /// Number of its own group.
    pub gid: Option<u32>,
    /// Home folder.
    pub home: String,
    /// Login shell; empty means `/bin/sh`.
    pub shell: String,
}

/// The accounts of `/etc/passwd`. Lines that are no account are skipped as the C library does; a file without the superuser is garbage.
pub fn passwd(text: &str) -> Result<Vec<PasswdEntry>, Garbage> {
    let entry = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, password, uid, gid, _gecos, home, shell] = fields[..] else { return None };
        let uid = uid.parse().ok()?;
        let named = !name.is_empty() && !name.starts_with(['+', '-', '#']);
        named.then(|| PasswdEntry {
            name: name.into(),
            blank_here: password.is_empty(),
            uid,
            gid: gid.parse().ok(),
            home: home.into(),
            shell: shell.trim_end().into(),
        })
    };
    let entries: Vec<_> = text.lines().filter_map(entry).collect();
    if entries.iter().any(|entry| entry.uid == 0) { Ok(entries) } else { Err(Garbage("the account list has no superuser")) }
}

/// The groups of an account in `/etc/group` (group(5)): those that list it, and its own by number.
pub fn groups(text: &str, name: &str, gid: Option<u32>) -> Vec<String> {
    let group = |line: &str| {
        let fields: Vec<&str> = line.trim_end().split(':').collect();
        let [group, _, number, members] = fields[..] else { return None };
        let own = gid.is_some() && number.parse().ok() == gid;
        (own || members.split(',').any(|member| member.trim() == name)).then(|| group.to_owned())
    };
    text.lines().filter_map(group).collect()
}

/// One account's line of `/etc/shadow`, without the hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowEntry {
    /// State of the password.
    pub password: LoginPassword,
    /// Day of the last change since 1970-01-01; `Some(0)` = must be changed at the next login, `None` = ageing is off.
    pub changed_day: Option<i64>,
    /// Day after which the account is disabled.
    pub expires_day: Option<i64>,
}

/// The line of `name` in `/etc/shadow`; `None` if there is none.
pub fn shadow(text: &str, name: &str) -> Option<Result<ShadowEntry, Garbage>> {
    let line = text.lines().find(|line| line.split_once(':').is_some_and(|(first, _)| first == name))?;
    Some(shadow_line(line))
}

fn shadow_line(line: &str) -> Result<ShadowEntry, Garbage> {
    const FORM: Garbage = Garbage("a line of the shadow file is not of nine fields with numbers");
    let fields: Vec<&str> = line.split(':').collect();
    let [_, password, changed, _, _, _, _, expires, _] = fields[..] else { return Err(FORM) };
    let day = |text: &str| if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| FORM) };
    Ok(ShadowEntry { password: password_state(password)?, changed_day: day(changed)?, expires_day: day(expires)? })
}

/// crypt(5): `$id$…` and `_…` are hashes, 13 characters of the DES alphabet too; `!` and `*` can be no hash.
fn password_state(field: &str) -> Result<LoginPassword, Garbage> {
    let des = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'/');
    match field {
        "" => Ok(LoginPassword::Blank),
        "x" => Err(Garbage("the password is kept somewhere this agent does not know")),
        _ if field.starts_with(['!', '*']) => Ok(LoginPassword::Locked),
        _ if field.starts_with('$') && field.matches('$').count() >= 3 => Ok(LoginPassword::Set),
        _ if field.len() == 20 && field.starts_with('_') && des(&field[1..]) => Ok(LoginPassword::Set),
        _ if field.len() == 13 && des(field) => Ok(LoginPassword::Set),
        _ => Err(Garbage("the password field is neither blank, locked nor a hash")),
    }
}

/// First and last number of ordinary accounts from `/etc/login.defs`; 1000 and 60000 where it is silent (login.defs(5)).
pub fn uid_range(login_defs: &str) -> (u32, u32) {
    let number = |key: &str| {
        let mut words =
            login_defs.lines().map(str::split_ascii_whitespace).filter_map(|mut w| (w.next()? == key).then(|| w.next()).flatten());
        words.next_back().and_then(|word| word.parse().ok())
    };
    (number("UID_MIN").unwrap_or(1000), number("UID_MAX").unwrap_or(60_000))
}

/// Whether a person can get a session with this shell: it is not one of those that only say no.
pub fn is_login_shell(shell: &str) -> bool {
    let refuses = ["nologin", "false", "true", "sync", "halt", "shutdown", "git-shell"];
    !refuses.contains(&shell.rsplit('/').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn state(field: &str) -> Option<LoginPassword> {
        shadow(&format!("hanako:{field}:20000:0:99999:7:::\n"), "hanako").expect("listed").ok().map(|entry| entry.password)
    }

    #[test]
    fn every_form_of_the_shadow_field_is_told_apart() {
        assert_eq!(state(""), Some(LoginPassword::Blank));
        for locked in ["!", "!!", "*", "!*", "!$y$j9T$abc$def"] {
            assert_eq!(state(locked), Some(LoginPassword::Locked), "{locked}");
        }
        for set in ["$y$j9T$abc$def", "$6$salt$hash", "$1$s$h", "ab1./Zz09AbCd", "_J9..CCCCXBrJUJV154M"] {
            assert_eq!(state(set), Some(LoginPassword::Set), "{set}");
        }
        for garbage in ["x", "hello", "$", "山田"] {
            assert_eq!(state(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn days_of_change_and_expiry_are_read_and_a_short_line_is_garbage() {
        let entry = shadow("taro:!:19000:0:90:7:30:19500:\n", "taro").expect("listed").expect("parses");
        assert_eq!((entry.changed_day, entry.expires_day), (Some(19_000), Some(19_500)));
        assert_eq!(shadow("taro:$y$a$b$c::0:::::\n", "taro").expect("listed").expect("parses").changed_day, None);
        assert!(shadow("taro:$y$a$b$c:2000x:0:::::\n", "taro").expect("listed").is_err());
        assert!(shadow("taro:$y$a$b$c", "taro").expect("listed").is_err());
        assert!(shadow("taro2:::::::::\n", "taro").is_none());
    }

    #[test]
    fn the_account_list_skips_what_is_no_account_but_needs_its_superuser() {
        let text = "root:x:0:0:root:/root:/bin/bash\n+::::::\n# note\nhanako:x:1000:1000:,,,:/home/hanako:/bin/bash\n";
        let names: Vec<_> = passwd(text).expect("parses").into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["root", "hanako"]);
        assert!(passwd("\u{fffd}\u{fffd}garbage").is_err());
    }

    #[test]
    fn an_account_is_in_the_groups_that_list_it_and_in_its_own() {
        let text = "root:x:0:\nsudo:x:27:hanako,taro\nnopasswdlogin:x:130:taro\nhanako:x:1000:\nbroken\n";
        assert_eq!(groups(text, "hanako", Some(1000)), ["sudo", "hanako"]);
        assert_eq!(groups(text, "taro", None), ["sudo", "nopasswdlogin"]);
        assert_eq!(groups(text, "jiro", Some(130)), ["nopasswdlogin"]);
        assert!(groups(text, "tar", None).is_empty());
    }

    #[test]
    fn the_range_of_people_comes_from_login_defs() {
        assert_eq!(uid_range("#UID_MIN 1\nUID_MIN\t\t 500\nSYS_UID_MAX 5\n"), (500, 60_000));
        assert_eq!(uid_range("garbage"), (1000, 60_000));
        assert!(is_login_shell("/bin/bash") && is_login_shell("") && !is_login_shell("/usr/sbin/nologin"));
    }

    proptest! {
        #[test]
        fn no_text_makes_them_panic_and_no_garbage_counts_as_a_set_password(text in "\\PC*", field in "[^$:!*\\n]{1,12}") {
            let _ = (passwd(&text), shadow(&text, "a"), uid_range(&text), groups(&text, "a", Some(1)));
            prop_assert_ne!(state(&field), Some(LoginPassword::Set));
        }
    }
}
