//! Whether a login program's PAM stack lets an account in that has shown nothing: the `auth` rules, gone through as libpam does
//! (pam.conf(5)) with every module that asks for a secret saying no.

use super::Garbage;
use super::pam::{Rule, rules};

/// The account that stands at the door.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Login name.
    pub name: &'a str,
    /// Number.
    pub uid: u32,
    /// Groups it is in, by name.
    pub groups: &'a [String],
}

/// What the stack does with somebody who shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Turns them away: something is asked for.
    Asked,
    /// Lets them in.
    Open,
    /// It hangs on a condition this agent does not follow.
    Unclear,
}

/// The `auth` rules of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryStack(Vec<Rule>);

/// What a module answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// It takes no part in the decision.
    Nothing,
    /// Yes or no by something that cannot be seen.
    Either,
}

/// What the stack does with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Ok,
    Done,
    Bad,
    Die,
    Ignore,
    Jump(usize),
}

impl EntryStack {
    /// Follows `service` through its includes. `file` gives the text of a file in `/etc/pam.d`, if it exists.
    pub fn load(service: &str, file: &mut dyn FnMut(&str) -> Option<String>) -> Result<Self, Garbage> {
        rules("auth", service, file).map(Self)
    }

    /// Whether `caller` gets in without a secret.
    pub fn lets_in(&self, caller: &Caller<'_>) -> Entry {
        let (mut good, mut bad, mut unclear, mut at) = (false, false, false, 0);
        while let Some(rule) = self.0.get(at) {
            at += 1;
            let answer = match answer(rule, caller) {
                Answer::Either => {
                    unclear = true;
                    Answer::Nothing
                }
                seen => seen,
            };
            match action(&rule.control, answer) {
                Action::Ok => good = true,
                Action::Done if !bad => return Entry::Open,
                Action::Die => return if unclear { Entry::Unclear } else { Entry::Asked },
                Action::Bad => bad = true,
                Action::Done | Action::Ignore => {}
                Action::Jump(over) => at += over,
            }
        }
        match (good && !bad, unclear) {
            (true, false) => Entry::Open,
            (_, true) => Entry::Unclear,
            (false, false) => Entry::Asked,
        }
    }
}

fn answer(rule: &Rule, caller: &Caller<'_>) -> Answer {
    match rule.module.as_str() {
        // The login programs run as the superuser, which is all that pam_rootok asks.
        "pam_permit.so" | "pam_rootok.so" => Answer::Yes,
        "pam_succeed_if.so" => succeeds(&rule.arguments, caller),
        // Decide by lists and places, not by a secret.
        "pam_listfile.so" | "pam_wheel.so" | "pam_localuser.so" | "pam_rhosts.so" | "pam_exec.so" | "pam_script.so"
            if can_let_in(&rule.control) =>
        {
            Answer::Either
        }
        "pam_env.so"
        | "pam_faildelay.so"
        | "pam_faillock.so"
        | "pam_tally2.so"
        | "pam_nologin.so"
        | "pam_shells.so"
        | "pam_securetty.so"
        | "pam_group.so"
        | "pam_keyinit.so"
        | "pam_mount.so"
        | "pam_listfile.so"
        | "pam_wheel.so"
        | "pam_localuser.so"
        | "pam_rhosts.so"
        | "pam_exec.so"
        | "pam_script.so"
        | "pam_echo.so"
        | "pam_issue.so"
        | "pam_time.so"
        | "pam_access.so"
        | "pam_debug.so"
        | "pam_selinux_permit.so" => Answer::Nothing,
        _ => Answer::No,
    }
}

/// Whether a yes of this module can end the stack well, or jump over what asks.
fn can_let_in(control: &str) -> bool {
    matches!(action(control, Answer::Yes), Action::Done | Action::Jump(_))
}

/// pam_succeed_if(8): every condition must hold.
fn succeeds(arguments: &[String], caller: &Caller<'_>) -> Answer {
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !FLAGS.contains(word)).collect();
    let (conditions, rest) = words.as_chunks::<3>();
    if !rest.is_empty() || conditions.is_empty() {
        return Answer::Either;
    }
    let mut unclear = false;
    for condition in conditions {
        match holds(condition, caller) {
            Some(true) => {}
            Some(false) => return Answer::No,
            None => unclear = true,
        }
    }
    if unclear { Answer::Either } else { Answer::Yes }
}

const FLAGS: [&str; 6] = ["debug", "use_uid", "quiet", "quiet_fail", "quiet_success", "audit"];

/// Whether one condition holds; `None` = about something that is not known here.
fn holds([field, relation, value]: &[&str; 3], caller: &Caller<'_>) -> Option<bool> {
    let listed = || value.split(':').any(|name| name == caller.name);
    let grouped = || value.split(':').any(|group| caller.groups.iter().any(|own| own == group));
    match (*field, *relation) {
        ("user", "=" | "eq") => Some(*value == caller.name),
        ("user", "!=" | "ne") => Some(*value != caller.name),
        ("user", "in") => Some(listed()),
        ("user", "notin") => Some(!listed()),
        ("user", "ingroup") => Some(grouped()),
        ("user", "notingroup") => Some(!grouped()),
        ("uid", relation) => {
            let (uid, number) = (caller.uid, value.parse::<u32>().ok()?);
            match relation {
                "=" | "eq" => Some(uid == number),
                "!=" | "ne" => Some(uid != number),
                "<" | "lt" => Some(uid < number),
                "<=" | "le" => Some(uid <= number),
                ">" | "gt" => Some(uid > number),
                ">=" | "ge" => Some(uid >= number),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What a control makes of an answer; the words stand for the bracketed forms that pam.conf(5) gives for them.
fn action(control: &str, answer: Answer) -> Action {
    let yes = matches!(answer, Answer::Yes);
    let nothing = matches!(answer, Answer::Nothing | Answer::Either);
    match control {
        _ if nothing && !control.starts_with('[') => Action::Ignore,
        "required" => {
            if yes {
                Action::Ok
            } else {
                Action::Bad
            }
        }
        "requisite" => {
            if yes {
                Action::Ok
            } else {
                Action::Die
            }
        }
        "sufficient" => {
            if yes {
                Action::Done
            } else {
                Action::Ignore
            }
        }
        "optional" => {
            if yes {
                Action::Ok
            } else {
                Action::Ignore
            }
        }
        _ => {
            let keys: &[&str] = if yes {
                &["success", "default"]
            } else if nothing {
                &["ignore"]
            } else {
                &["auth_err", "default"]
            };
            let said = |key: &str| {
                let mut pairs = control.trim_matches(['[', ']']).split_ascii_whitespace().filter_map(|word| word.split_once('='));
                pairs.find(|(name, _)| *name == key).map(|(_, action)| action)
            };
            match keys.iter().find_map(|key| said(key)) {
                Some("ok") => Action::Ok,
                Some("done") => Action::Done,
                Some("die") => Action::Die,
                Some("ignore") => Action::Ignore,
                Some(number) if number.parse::<usize>().is_ok() => Action::Jump(number.parse().unwrap_or_default()),
                None if nothing => Action::Ignore,
                Some(_) | None => Action::Bad,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As Debian writes it (libpam-runtime 1.5).
    const COMMON_AUTH: &str = "auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\t\t\tpam_deny.so\n\
        auth\trequired\t\t\tpam_permit.so\nauth\toptional\t\t\tpam_cap.so\n";
    /// As Debian's gdm3 and lightdm write theirs.
    const GDM: &str = "auth requisite pam_nologin.so\nauth required pam_succeed_if.so user != root quiet_success\n\
        auth sufficient pam_succeed_if.so user ingroup nopasswdlogin\n@include common-auth\nauth optional pam_gnome_keyring.so\n\
        account required pam_permit.so\nsession required pam_permit.so\n@include common-password\n";

    fn entry(service: &str, groups: &[&str]) -> Entry {
        let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
        let mut file = |name: &str| match name {
            "door" => Some(service.to_owned()),
            "common-auth" => Some(COMMON_AUTH.to_owned()),
            "common-password" => Some("password required pam_unix.so\n".to_owned()),
            _ => None,
        };
        let stack = EntryStack::load("door", &mut file).expect("followed");
        stack.lets_in(&Caller { name: "hanako", uid: 1000, groups: &groups })
    }

    #[test]
    fn an_ordinary_stack_asks_and_lets_in_without_asking_only_members_of_the_group_it_names() {
        assert_eq!(entry(GDM, &["hanako", "sudo"]), Entry::Asked);
        assert_eq!(entry(GDM, &["hanako", "nopasswdlogin"]), Entry::Open);
        assert_eq!(entry(COMMON_AUTH, &["nopasswdlogin"]), Entry::Asked, "a stack that does not name the group asks its members too");
    }

    #[test]
    fn whatever_lets_everybody_in_before_or_instead_of_asking_is_seen() {
        for open in [
            "auth sufficient pam_permit.so\n@include common-auth\n",
            "auth [success=done default=ignore] pam_permit.so\n@include common-auth\n",
            "auth required pam_permit.so\n",
            "auth sufficient pam_unix.so\nauth required pam_permit.so\n",
            "auth [success=2 default=ignore] pam_succeed_if.so uid >= 1000\n@include common-auth\n",
            "auth sufficient pam_rootok.so\n@include common-auth\n",
            "auth optional pam_unix.so\nauth optional pam_permit.so\n",
        ] {
            assert_eq!(entry(open, &[]), Entry::Open, "{open}");
        }
        for asking in [
            "auth required pam_permit.so\n@include common-auth\n",
            "auth sufficient pam_fprintd.so\n@include common-auth\n",
            "auth required pam_env.so\nauth sufficient pam_unix.so try_first_pass\nauth required pam_deny.so\n",
            "auth required pam_unix.so\nauth sufficient pam_permit.so\n",
            "auth sufficient pam_succeed_if.so user ingroup kiosk user != hanako\n@include common-auth\n",
            "auth [success=ok default=1] pam_gdm.so\nauth optional pam_gnome_keyring.so\n@include common-auth\n",
        ] {
            assert_eq!(entry(asking, &["kiosk"]), Entry::Asked, "{asking}");
        }
    }

    #[test]
    fn a_condition_that_cannot_be_seen_is_unclear_and_not_a_pass() {
        for unclear in [
            "auth sufficient pam_succeed_if.so tty = tty7\n@include common-auth\n",
            "auth sufficient pam_succeed_if.so user\n@include common-auth\n",
            "auth sufficient pam_listfile.so item=user sense=allow file=/etc/kiosk\n@include common-auth\n",
        ] {
            assert_eq!(entry(unclear, &[]), Entry::Unclear, "{unclear}");
        }
        assert_eq!(
            entry("auth required pam_listfile.so item=user sense=deny file=/etc/ftpusers\n@include common-auth\n", &[]),
            Entry::Asked
        );
        assert!(EntryStack::load("absent", &mut |_| None).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|(auth|@include|include|\\[|\\]|success|=|done|9| |\n|pam_permit.so)*") {
            if let Ok(stack) = EntryStack::load("a", &mut |_| Some(text.clone())) {
                let _ = stack.lets_in(&Caller { name: "a", uid: 1, groups: &[] });
            }
        }
    }
}
