//! The PAM stack that sets passwords, as really loaded: `pam.d`(5) with `@include`, `include` and `substack` followed.

use hashimori_shared::report::{PasswordPolicy, Reading, UnknownCode};

use super::{Garbage, pwquality::Quality};

/// One line of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) control: String,
    /// File name of the module.
    pub(super) module: String,
    pub(super) arguments: Vec<String>,
}

const DEEPEST: usize = 8;
const LONGEST: usize = 200;

/// The `password` rules of one service, in the order they run. `file` gives the text of a file in `/etc/pam.d`, if it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordStack(Vec<Rule>);

impl PasswordStack {
    /// Follows `service` through its includes.
    pub fn load(service: &str, file: &mut dyn FnMut(&str) -> Option<String>) -> Result<Self, Garbage> {
        let rules = rules("password", service, file)?;
        if rules.is_empty() { Err(Garbage("the PAM stack has no rule for passwords")) } else { Ok(Self(rules)) }
    }

    /// What the stack demands of a new password; `quality` holds what the configuration files of pwquality say.
    ///
    /// `enforced` means: refused for everybody who can set a password, also for the superuser setting another's, because the agent
    /// cannot see who set it. Without `enforce_for_root` it is false and `min_length` is what an ordinary person meets.
    pub fn policy(&self, mut quality: Quality) -> Result<PasswordPolicy, Garbage> {
        let since = Reading::unknown(UnknownCode::SourceMissing, "not asked");
        let at = |name: &str| self.0.iter().position(|rule| rule.module == name);
        if at("pam_cracklib.so").or_else(|| at("pam_passwdqc.so")).is_some() {
            return Err(Garbage("a password-quality module is loaded that this agent does not read"));
        }
        let Some(unix) = at("pam_unix.so") else { return Err(Garbage("the PAM stack does not set passwords with pam_unix")) };
        let unix_length = minlen(&self.0[unix])?;
        let ordinary = |min_length: u32, letters_and_digits| PasswordPolicy { enforced: false, min_length, letters_and_digits, since };
        let Some(position) = at("pam_pwquality.so") else { return Ok(ordinary(unix_length, false)) };
        for argument in &self.0[position].arguments {
            quality.apply_argument(argument)?;
        }
        let bound = quality.refuses() && self.0[position].can_refuse() && !self.0[..position].iter().any(Rule::can_pass_over);
        if !bound || position > unix {
            return Ok(ordinary(unix_length, false));
        }
        let letters_and_digits = quality.demands_letters_and_digits();
        if quality.enforced_for_root {
            return Ok(PasswordPolicy { enforced: true, ..ordinary(quality.shortest(), letters_and_digits) });
        }
        Ok(ordinary(quality.shortest().max(unix_length), letters_and_digits))
    }
}

/// `pam_unix`(8): six characters unless `minlen` says otherwise, for everybody but the superuser.
fn minlen(rule: &Rule) -> Result<u32, Garbage> {
    let given = rule.arguments.iter().filter_map(|argument| argument.strip_prefix("minlen=")).next_back();
    given.map_or(Ok(6), |text| text.parse().map_err(|_| Garbage("minlen of pam_unix is not a number")))
}

impl Rule {
    /// Whether the stack fails when this module says no.
    fn can_refuse(&self) -> bool {
        match self.control.as_str() {
            "required" | "requisite" => true,
            control => control.contains("default=die") || control.contains("default=bad"),
        }
    }

    /// Whether the stack can end, or jump over what follows, when this module says yes.
    fn can_pass_over(&self) -> bool {
        let jumps =
            |word: &str| word.split_once('=').is_some_and(|(_, action)| action == "done" || action.bytes().all(|b| b.is_ascii_digit()));
        self.control == "sufficient" || self.control.trim_matches(['[', ']']).split_ascii_whitespace().any(jumps)
    }
}

/// The rules of one kind (`auth`, `password`) of a service, includes and substacks laid in line.
pub(super) fn rules(kind: &str, service: &str, file: &mut dyn FnMut(&str) -> Option<String>) -> Result<Vec<Rule>, Garbage> {
    let mut rules = Vec::new();
    follow((kind, service), file, &mut rules, DEEPEST)?;
    Ok(rules)
}

fn follow(
    (wanted, name): (&str, &str),
    file: &mut dyn FnMut(&str) -> Option<String>,
    rules: &mut Vec<Rule>,
    depth: usize,
) -> Result<(), Garbage> {
    const FORM: Garbage = Garbage("a PAM file is missing, includes itself or has a line that is not `type control module`");
    let name = name.strip_prefix("/etc/pam.d/").unwrap_or(name);
    if depth == 0 || name.contains('/') || name.starts_with('.') {
        return Err(FORM);
    }
    let text = file(name).ok_or(FORM)?.replace("\\\n", " ");
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default()) {
        let words = words(line);
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["@include", other] => follow((wanted, other), file, rules, depth - 1)?,
            [kind, "include" | "substack", other] if kind.trim_start_matches('-') == wanted => {
                follow((wanted, other), file, rules, depth - 1)?;
            }
            [kind, control, module, ..] if kind.trim_start_matches('-') == wanted => rules.push(Rule {
                control: control.to_owned(),
                module: module.rsplit('/').next().unwrap_or_default().to_owned(),
                arguments: words[3..].to_vec(),
            }),
            [] | ["auth" | "account" | "password" | "session" | "-auth" | "-account" | "-password" | "-session", _, _, ..] => {}
            _ => return Err(FORM),
        }
        if rules.len() > LONGEST {
            return Err(FORM);
        }
    }
    Ok(())
}

/// Words of a line; what stands in brackets is one word.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let end = if rest.starts_with('[') { rest.find(']').map(|at| at + 1) } else { rest.find(char::is_whitespace) };
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const DEBIAN: &str = include_str!("../../fixtures/pam/debian-12-common-password");
    const DEBIAN_PWQUALITY: &str = include_str!("../../fixtures/pam/debian-12-common-password-pwquality");

    fn policy(files: &[(&str, &str)], conf: &str) -> Result<PasswordPolicy, Garbage> {
        let files: BTreeMap<_, _> = files.iter().copied().collect();
        let stack = PasswordStack::load("passwd", &mut |name| files.get(name).map(|&text| text.to_owned()))?;
        let mut quality = Quality::default();
        quality.apply_file(conf)?;
        stack.policy(quality)
    }

    fn debian(common: &str, conf: &str) -> (bool, u32, bool) {
        let policy = policy(&[("passwd", "@include common-password\n"), ("common-password", common)], conf).expect("parses");
        (policy.enforced, policy.min_length, policy.letters_and_digits)
    }

    #[test]
    fn plain_debian_asks_six_characters_of_ordinary_people_and_binds_nobody_who_is_root() {
        assert_eq!(debian(DEBIAN, ""), (false, 6, false));
        assert_eq!(debian(&DEBIAN.replace("obscure yescrypt", "obscure yescrypt minlen=10"), ""), (false, 10, false));
    }

    #[test]
    fn pwquality_counts_only_when_loaded_and_is_enforced_only_when_root_is_bound() {
        assert_eq!(debian(DEBIAN, "minlen = 12\nenforce_for_root"), (false, 6, false), "a file nobody loads is no policy");
        assert_eq!(debian(DEBIAN_PWQUALITY, "minlen = 12"), (false, 12, false));
        assert_eq!(debian(DEBIAN_PWQUALITY, "minlen = 12\nenforce_for_root\ndcredit=-1\nlcredit=-1"), (true, 12, true));
        assert_eq!(debian(DEBIAN_PWQUALITY, "enforcing = 0\nenforce_for_root"), (false, 6, false));
    }

    #[test]
    fn arguments_of_the_module_win_over_the_files() {
        let with = |arguments: &str| debian(&DEBIAN_PWQUALITY.replace("retry=3", arguments), "minlen = 14\nenforce_for_root");
        assert_eq!(with("retry=3 minlen=9"), (true, 9, false));
        assert_eq!(with("retry=3"), (true, 14, false));
    }

    #[test]
    fn a_module_that_cannot_refuse_or_can_be_passed_over_binds_nobody() {
        let optional = DEBIAN_PWQUALITY.replace("requisite\t\t\tpam_pwquality", "optional pam_pwquality");
        assert_eq!(debian(&optional, "minlen=12\nenforce_for_root"), (false, 6, false));
        let passed = format!("password sufficient pam_unix.so\n{DEBIAN_PWQUALITY}");
        assert_eq!(debian(&passed, "minlen=12\nenforce_for_root"), (false, 6, false));
        let jumped = format!("password [success=2 default=ignore] pam_sss.so\n{DEBIAN_PWQUALITY}");
        assert_eq!(debian(&jumped, "minlen=12\nenforce_for_root"), (false, 6, false));
    }

    #[test]
    fn a_red_hat_stack_is_followed_through_substack() {
        let files = [
            ("passwd", "#%PAM-1.0\nauth include system-auth\npassword   substack   system-auth\n-password optional pam_gnome_keyring.so\n"),
            (
                "system-auth",
                "auth required pam_env.so\npassword requisite pam_pwquality.so local_users_only enforce_for_root\npassword sufficient pam_unix.so yescrypt shadow use_authtok\npassword required pam_deny.so\n",
            ),
        ];
        let policy = policy(&files, "minlen = 10").expect("parses");
        assert_eq!((policy.enforced, policy.min_length), (true, 10));
    }

    #[test]
    fn what_cannot_be_followed_is_garbage_and_never_a_policy() {
        assert!(policy(&[("passwd", "@include passwd\n")], "").is_err(), "a circle");
        assert!(policy(&[("passwd", "@include absent\n")], "").is_err());
        assert!(policy(&[("passwd", "password requisite pam_passwdqc.so min=8\npassword required pam_unix.so")], "").is_err());
        assert!(policy(&[("passwd", "\u{1}binary")], "").is_err());
        assert!(policy(&[("passwd", "password required pam_unix.so minlen=six")], "").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|(password|@include|include|\\[|\\]|a|=| |\n|pam_unix.so)*") {
            let _ = policy(&[("passwd", &text), ("a", &text)], "");
        }
    }
}
