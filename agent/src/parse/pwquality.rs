//! `pwquality.conf`(5) and the arguments of `pam_pwquality`(8): the shortest and simplest password they let through.

use super::Garbage;

/// The settings that decide what is let through. Credits: positive = characters of that class shorten the demand, negative = so many demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quality {
    min_length: i64,
    /// Digits, upper case, lower case, others.
    credits: [i64; 4],
    min_classes: i64,
    enforcing: bool,
    /// Whether the superuser, who can set anybody's password, is bound too.
    pub enforced_for_root: bool,
}

impl Default for Quality {
    /// The library's defaults.
    fn default() -> Self {
        Self { min_length: 8, credits: [0; 4], min_classes: 0, enforcing: true, enforced_for_root: false }
    }
}

/// Settings that do not change length or classes, or only make it stricter in ways no rule asks for.
const WITHOUT_EFFECT: [&str; 15] = [
    "difok",
    "maxrepeat",
    "maxsequence",
    "maxclassrepeat",
    "gecoscheck",
    "dictcheck",
    "usercheck",
    "usersubstr",
    "badwords",
    "dictpath",
    "retry",
    "local_users_only",
    "authtok_type",
    "debug",
    "use_authtok",
];

impl Quality {
    /// Applies one configuration file over what came before.
    pub fn apply_file(&mut self, text: &str) -> Result<(), Garbage> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|line| !line.is_empty());
        for line in lines {
            let (name, value) = line.split_once('=').map_or((line, None), |(name, value)| (name.trim(), Some(value.trim())));
            self.apply(name, value)?;
        }
        Ok(())
    }

    /// Applies one argument of the PAM module; arguments win over files.
    pub fn apply_argument(&mut self, argument: &str) -> Result<(), Garbage> {
        let (name, value) = argument.split_once('=').map_or((argument, None), |(name, value)| (name, Some(value)));
        if ["try_first_pass", "use_first_pass", "type"].contains(&name) {
            return Ok(());
        }
        self.apply(name, value)
    }

    fn apply(&mut self, name: &str, value: Option<&str>) -> Result<(), Garbage> {
        const NUMBER: Garbage = Garbage("a password-quality setting is not a number");
        let number = || value.and_then(|value| value.parse::<i64>().ok()).filter(|n| n.abs() <= 10_000).ok_or(NUMBER);
        match name {
            // Below 6 the library counts 6.
            "minlen" => self.min_length = number()?.max(6),
            "dcredit" => self.credits[0] = number()?,
            "ucredit" => self.credits[1] = number()?,
            "lcredit" => self.credits[2] = number()?,
            "ocredit" => self.credits[3] = number()?,
            "minclass" => self.min_classes = number()?.clamp(0, 4),
            "enforcing" => self.enforcing = number()? != 0,
            "enforce_for_root" => self.enforced_for_root = true,
            _ if WITHOUT_EFFECT.contains(&name) => {}
            _ => return Err(Garbage("a password-quality setting is not known")),
        }
        Ok(())
    }

    /// Whether a password that misses the demands is refused and not only warned about.
    pub const fn refuses(&self) -> bool {
        self.enforcing
    }

    /// The shortest password that can pass: credits shorten the demand, but each character earns at most one.
    pub fn shortest(&self) -> u32 {
        let earned: i64 = self.credits.iter().filter(|credit| **credit > 0).sum();
        let demanded: i64 = self.credits.iter().filter(|credit| **credit < 0).map(|credit| -credit).sum();
        let by_length = (self.min_length - earned).max((self.min_length + 1) / 2);
        u32::try_from(by_length.max(demanded).max(self.min_classes).max(1)).unwrap_or(1)
    }

    /// Whether every password that can pass has both a letter and a digit: tried on each combination of classes.
    pub fn demands_letters_and_digits(&self) -> bool {
        (0_u8..16).all(|classes| {
            let has = |class: usize| classes >> class & 1 == 1;
            let demanded = self.credits.iter().enumerate().all(|(class, credit)| *credit >= 0 || has(class));
            let passes = demanded && i64::from(classes.count_ones()) >= self.min_classes.max(1);
            !passes || (has(0) && (has(1) || has(2)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quality(text: &str) -> Quality {
        let mut quality = Quality::default();
        quality.apply_file(text).expect("parses");
        quality
    }

    #[test]
    fn a_positive_credit_shortens_what_is_really_demanded() {
        assert_eq!(quality("").shortest(), 8);
        assert_eq!(quality("minlen = 8\ndcredit = 1\nucredit = 1\nlcredit = 1\nocredit = 1\n").shortest(), 4);
        assert_eq!(quality("minlen = 12\ndcredit=2").shortest(), 10);
        assert_eq!(quality("minlen = 9\nlcredit = 100").shortest(), 5, "each character earns one at most");
        assert_eq!(quality("minlen = 3").shortest(), 6, "the library's floor");
    }

    #[test]
    fn letters_and_digits_are_demanded_only_when_no_password_passes_without() {
        assert!(!quality("").demands_letters_and_digits());
        assert!(quality("dcredit=-1\nlcredit=-1").demands_letters_and_digits());
        assert!(quality("dcredit=-1\nucredit=-2").demands_letters_and_digits());
        assert!(!quality("dcredit=-1\nocredit=-1").demands_letters_and_digits());
        assert!(!quality("minclass = 3").demands_letters_and_digits(), "upper, lower and sign have no digit");
        assert!(quality("minclass = 4").demands_letters_and_digits());
        assert!(quality("minclass = 3\ndcredit = -1").demands_letters_and_digits());
    }

    #[test]
    fn a_later_setting_wins_and_an_argument_wins_over_files() {
        let mut quality = quality("minlen = 14\nminlen = 10 # site\nenforcing = 0\nenforce_for_root\n");
        assert_eq!((quality.shortest(), quality.refuses(), quality.enforced_for_root), (10, false, true));
        quality.apply_argument("minlen=6").expect("known");
        quality.apply_argument("retry=3").expect("known");
        assert_eq!(quality.shortest(), 6);
    }

    #[test]
    fn what_is_not_known_or_not_a_number_is_garbage() {
        for garbage in ["minlen = eight", "minlen", "maxlen = 4", "\u{1}\u{2}"] {
            assert!(Quality::default().apply_file(garbage).is_err(), "{garbage:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|((minlen|dcredit|ucredit|lcredit|ocredit|minclass) ?= ?-?[0-9]{1,6}\n){0,8}") {
            let mut quality = Quality::default();
            if quality.apply_file(&text).is_ok() {
                prop_assert!(quality.shortest() >= 1);
                let _ = quality.demands_letters_and_digits();
            }
        }
    }
}
