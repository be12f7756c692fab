//! A facility's own rules (§26): which of the pack's parameters a facility may lay down for itself, and how they are laid over the pack.
//! Invariant: without the 事務局's acceptance a facility's own rules never loosen the region's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::digest;
use super::{Pack, Parameters, limits};

/// Which way a parameter gets tighter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tighter {
    /// The larger, the tighter.
    Larger,
    /// The smaller, the tighter.
    Smaller,
    /// As `Smaller`, but 0 = off is the loosest of all.
    SmallerOrOn,
    /// On.
    On,
}

/// What a parameter is laid down as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnValue {
    /// On or off.
    Switch(bool),
    /// Characters, seconds or days.
    Number(u32),
}

macro_rules! own_parameters {
    ($($(#[$doc:meta])* $variant:ident = $section:ident.$field:ident, $kind:ident, $clause:literal, $tighter:ident, $range:expr;)+) => {
        /// A parameter that a facility may lay down for itself: those that decide how its devices are judged, and how long its
        /// papers last.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OwnParameter { $($(#[$doc])* $variant),+ }

        impl OwnParameter {
            /// Every one, in the order of the pack.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its key in the pack: `screen_lock.max_s`.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => concat!(stringify!($section), ".", stringify!($field))),+ }
            }

            /// The clause it belongs to; empty: no single one.
            pub const fn clause(self) -> &'static str {
                match self { $(Self::$variant => $clause),+ }
            }

            /// Which way it gets tighter.
            pub const fn tighter(self) -> Tighter {
                match self { $(Self::$variant => Tighter::$tighter),+ }
            }

            /// Smallest and largest number that makes sense; of a switch 0 and 1.
            pub const fn range(self) -> (u32, u32) {
                match self { $(Self::$variant => $range),+ }
            }

            /// What these parameters say.
            pub const fn of(self, parameters: &Parameters) -> OwnValue {
                match self { $(Self::$variant => OwnValue::$kind(parameters.$section.$field)),+ }
            }

            fn set(self, parameters: &mut Parameters, value: OwnValue) -> bool {
                match (self, value) {
                    $((Self::$variant, OwnValue::$kind(value)) => { parameters.$section.$field = value; true })+
                    (_, OwnValue::Number(_) | OwnValue::Switch(_)) => false,
                }
            }
        }
    };
}

own_parameters! {
    /// §20-1: wanted length.
    PasswordMin = password.min, Number, "§20-1", Larger, (1, 64);
    /// §20-1: shortest length where the device can do no more.
    PasswordFloor = password.floor, Number, "§20-1", Larger, (1, 64);
    /// §20-1: letters and digits mixed.
    PasswordAlnum = password.alnum, Switch, "§20-1", On, (0, 1);
    /// §20-1: days until it is changed; 0: not judged.
    PasswordMaxAge = password.max_age_days, Number, "§20-1", SmallerOrOn, (30, 366);
    /// §19-4: days until the network's own password is changed; 0: not judged.
    NetworkPasswordMaxAge = network_password.max_age_days, Number, "§19-4", SmallerOrOn, (30, 366);
    /// §19-6: seconds until the screen locks.
    ScreenLock = screen_lock.max_s, Number, "§19-6", Smaller, (30, 86_400);
    /// §20-3: days after which signatures are 推奨未達.
    AntivirusAmber = antivirus.amber_days, Number, "§20-3", Smaller, (0, 3_660);
    /// §20-3: days after which signatures are 不適合.
    AntivirusFail = antivirus.fail_days, Number, "§20-3", Smaller, (1, 3_660);
    /// §20-5: days after which updates are 推奨未達.
    UpdateAmber = update.amber_days, Number, "§20-5", Smaller, (0, 3_660);
    /// §20-5: days after which updates are 不適合.
    UpdateFail = update.fail_days, Number, "§20-5", Smaller, (1, 3_660);
    /// §20-5: longest hold.
    UpdateHold = update.hold_max_days, Number, "§20-5", Smaller, (1, 3_660);
    /// §20-5: days after which update lists say nothing.
    UpdateLists = update.lists_max_age_days, Number, "§20-5", Smaller, (1, 3_660);
    /// How long a person's word stands on the facility's devices.
    AttestationDays = attestation.days, Number, "", Smaller, (1, 730);
    /// The same on personal devices.
    AttestationPersonal = attestation.personal_days, Number, "", Smaller, (1, 730);
    /// §20-7: longest use of a personal device as an exception, in days.
    PersonalDeviceDays = personal_devices.max_days, Number, "§20-7", Smaller, (1, 366);
    /// §20-8: longest 包括届, in days.
    TakeOutDays = take_out.standing_days, Number, "§20-8", Smaller, (1, 366);
}

/// Pairs of which the first must not exceed the second.
const ORDERED: [(OwnParameter, OwnParameter); 4] = [
    (OwnParameter::PasswordFloor, OwnParameter::PasswordMin),
    (OwnParameter::AntivirusAmber, OwnParameter::AntivirusFail),
    (OwnParameter::UpdateAmber, OwnParameter::UpdateFail),
    (OwnParameter::AttestationPersonal, OwnParameter::AttestationDays),
];

impl OwnParameter {
    /// The parameter with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|parameter| parameter.key() == key)
    }

    /// Whether 0 is allowed and means that nothing is judged.
    pub const fn can_be_off(self) -> bool {
        matches!(self.tighter(), Tighter::SmallerOrOn)
    }

    /// Whether `new` is as tight as `old` or tighter.
    pub const fn holds(self, old: OwnValue, new: OwnValue) -> bool {
        match (self.tighter(), old, new) {
            (Tighter::On, OwnValue::Switch(old), OwnValue::Switch(new)) => new || !old,
            (Tighter::Larger, OwnValue::Number(old), OwnValue::Number(new)) => new >= old,
            (Tighter::Smaller, OwnValue::Number(old), OwnValue::Number(new)) => new <= old,
            (Tighter::SmallerOrOn, OwnValue::Number(old), OwnValue::Number(new)) => old == 0 || (new != 0 && new <= old),
            (Tighter::On | Tighter::Larger | Tighter::Smaller | Tighter::SmallerOrOn, ..) => false,
        }
    }

    const fn fits(self, value: OwnValue) -> bool {
        let (low, high) = self.range();
        match value {
            OwnValue::Switch(_) => matches!(self.tighter(), Tighter::On),
            OwnValue::Number(0) if self.can_be_off() => true,
            OwnValue::Number(n) => !matches!(self.tighter(), Tighter::On) && low <= n && n <= high,
        }
    }
}

/// Why own rules make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnRulesError {
    /// A value outside of the parameter's range.
    #[error("{} must be {} to {}", .0.key(), .0.range().0, .0.range().1)]
    Range(OwnParameter),
    /// The first must not exceed the second, the facility's and the region's values taken together.
    #[error("{} must not exceed {}", .0.key(), .1.key())]
    Order(OwnParameter, OwnParameter),
}

/// What a facility lays down: only what differs from the region's pack need be named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnRules(BTreeMap<OwnParameter, OwnValue>);

impl OwnRules {
    /// Of these.
    pub fn new(rules: impl IntoIterator<Item = (OwnParameter, OwnValue)>) -> Self {
        Self(rules.into_iter().collect())
    }

    /// Parameter by parameter, in the order of the pack.
    pub fn iter(&self) -> impl Iterator<Item = (OwnParameter, OwnValue)> {
        self.0.iter().map(|(parameter, value)| (*parameter, *value))
    }

    /// What is laid down for this parameter.
    pub fn get(&self, parameter: OwnParameter) -> Option<OwnValue> {
        self.0.get(&parameter).copied()
    }

    /// Whether nothing is laid down.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are looser than `pack`: they need the 事務局's acceptance.
    pub fn looser_than<'a>(&'a self, pack: &'a Pack) -> impl Iterator<Item = OwnParameter> + 'a {
        let looser = |parameter: OwnParameter, value| !parameter.holds(parameter.of(&pack.parameters), value);
        self.iter().filter(move |(parameter, value)| looser(*parameter, *value)).map(|(parameter, _)| parameter)
    }

    /// Whether they make sense over `pack`.
    pub fn check(&self, pack: &Pack) -> Result<(), OwnRulesError> {
        if let Some((parameter, _)) = self.iter().find(|(parameter, value)| !parameter.fits(*value)) {
            return Err(OwnRulesError::Range(parameter));
        }
        let laid = |parameter: OwnParameter| match self.get(parameter).unwrap_or(parameter.of(&pack.parameters)) {
            OwnValue::Number(n) => n,
            OwnValue::Switch(on) => u32::from(on),
        };
        match ORDERED.into_iter().find(|(low, high)| laid(*low) > laid(*high)) {
            Some((low, high)) => Err(OwnRulesError::Order(low, high)),
            None => Ok(()),
        }
    }

    /// The text they are stored as: one `key = value` a line.
    pub fn to_text(&self) -> String {
        let line = |(parameter, value): (OwnParameter, OwnValue)| match value {
            OwnValue::Switch(on) => format!("{} = {on}\n", parameter.key()),
            OwnValue::Number(n) => format!("{} = {n}\n", parameter.key()),
        };
        self.iter().map(line).collect()
    }

    /// Reads what `to_text` wrote; `None`: it is something else.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut rules = BTreeMap::new();
        for line in text.lines() {
            let (key, value) = line.split_once(" = ")?;
            let parameter = OwnParameter::from_key(key)?;
            let value = match value {
                "true" => OwnValue::Switch(true),
                "false" => OwnValue::Switch(false),
                number => OwnValue::Number(number.parse().ok()?),
            };
            if !parameter.fits(value) || rules.insert(parameter, value).is_some() {
                return None;
            }
        }
        Some(Self(rules))
    }
}

impl Pack {
    /// This pack with a facility's own rules, filed under `name`, laid over it. What is looser than this edition counts only for those
    /// parameters whose loosening the 事務局 has `accepted`, and what would make no sense over it not at all. The revision names the
    /// rules, so that a verdict says what it was made with.
    #[must_use]
    pub fn with_own_rules(&self, name: &str, rules: &OwnRules, accepted: &[OwnParameter]) -> Self {
        let mut parameters = self.parameters.clone();
        let mut left: Vec<_> = rules.iter().collect();
        left.retain(|(parameter, value)| accepted.contains(parameter) || parameter.holds(parameter.of(&parameters), *value));
        loop {
            let before = left.len();
            // In any order: one that makes no sense alone may do so once another is laid down.
            left.retain(|(parameter, value)| {
                let mut tried = parameters.clone();
                let makes_sense = parameter.set(&mut tried, *value) && limits::check(&tried).is_ok();
                if makes_sense {
                    parameters = tried;
                }
                !makes_sense
            });
            if left.len() == before {
                break;
            }
        }
        let revision = format!("{}+{}", self.revision, digest(&rules.to_text()));
        Self { parameters, revision, own_rules: Some(Arc::from(name)), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(rules: &[(OwnParameter, u32)]) -> OwnRules {
        OwnRules::new(rules.iter().map(|(parameter, n)| (*parameter, OwnValue::Number(*n))))
    }

    #[test]
    fn what_a_facility_lays_down_counts_where_it_is_tighter_and_the_revision_says_so() {
        let pack = Pack::bundled();
        let own = rules(&[(OwnParameter::PasswordMin, 8), (OwnParameter::ScreenLock, 300)]);
        assert_eq!((own.check(&pack), own.looser_than(&pack).count()), (Ok(()), 0));
        let tighter = pack.with_own_rules("filing", &own, &[]);
        assert_eq!((tighter.parameters().password.min, tighter.parameters().screen_lock.max_s), (8, 300));
        assert!(tighter.revision().starts_with(&format!("{}+", pack.revision())), "{}", tighter.revision());
        assert_eq!((tighter.own_rules(), pack.own_rules()), (Some("filing"), None));
    }

    #[test]
    fn what_is_looser_counts_only_once_it_is_accepted() {
        let pack = Pack::bundled();
        let own = rules(&[(OwnParameter::ScreenLock, 1_800), (OwnParameter::PasswordMaxAge, 0), (OwnParameter::PasswordMin, 8)]);
        assert_eq!(own.looser_than(&pack).collect::<Vec<_>>(), [OwnParameter::PasswordMaxAge, OwnParameter::ScreenLock]);
        let read = |accepted: &[OwnParameter]| {
            let laid = pack.with_own_rules("filing", &own, accepted).parameters().clone();
            (laid.screen_lock.max_s, laid.password.max_age_days, laid.password.min)
        };
        assert_eq!(read(&[]), (900, 90, 8));
        assert_eq!(read(&[OwnParameter::ScreenLock, OwnParameter::PasswordMaxAge]), (1_800, 0, 8));
    }

    #[test]
    fn an_edition_that_asks_for_more_than_was_filed_prevails_unless_that_very_loosening_was_accepted() {
        let text = super::super::BUNDLED.replacen("min = 6\n", "min = 10\n", 1);
        let later = Pack::parse(&text).expect("an edition that asks for more");
        let own = rules(&[(OwnParameter::PasswordMin, 8), (OwnParameter::ScreenLock, 1_800)]);
        let laid = later.with_own_rules("filing", &own, &[OwnParameter::ScreenLock]).parameters().clone();
        assert_eq!((laid.password.min, laid.screen_lock.max_s), (10, 1_800));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let pack = Pack::bundled();
        for (own, wrong) in [
            (rules(&[(OwnParameter::ScreenLock, 29)]), OwnRulesError::Range(OwnParameter::ScreenLock)),
            (rules(&[(OwnParameter::PasswordAlnum, 1)]), OwnRulesError::Range(OwnParameter::PasswordAlnum)),
            (rules(&[(OwnParameter::PasswordMaxAge, 10)]), OwnRulesError::Range(OwnParameter::PasswordMaxAge)),
            (rules(&[(OwnParameter::AntivirusFail, 5)]), OwnRulesError::Order(OwnParameter::AntivirusAmber, OwnParameter::AntivirusFail)),
            (rules(&[(OwnParameter::PasswordFloor, 7)]), OwnRulesError::Order(OwnParameter::PasswordFloor, OwnParameter::PasswordMin)),
        ] {
            assert_eq!(own.check(&pack), Err(wrong), "{own:?}");
        }
        let together = rules(&[(OwnParameter::AntivirusAmber, 2), (OwnParameter::AntivirusFail, 5)]);
        assert_eq!(together.check(&pack), Ok(()));
        let laid = pack.with_own_rules("filing", &together, &[]).parameters().antivirus.clone();
        assert_eq!((laid.amber_days, laid.fail_days), (2, 5), "whichever is laid down first");
    }

    #[test]
    fn whatever_passes_the_check_is_laid_down_whole_and_survives_its_text() {
        use proptest::prelude::*;
        let pack = Pack::bundled();
        let mut runner = proptest::test_runner::TestRunner::default();
        let any = proptest::collection::btree_map(proptest::sample::select(OwnParameter::ALL), 0_u32..400, 0..8);
        runner
            .run(&any, |chosen| {
                let own = OwnRules::new(chosen.into_iter().map(|(parameter, n)| match parameter.tighter() {
                    Tighter::On => (parameter, OwnValue::Switch(n % 2 == 0)),
                    Tighter::Larger | Tighter::Smaller | Tighter::SmallerOrOn => (parameter, OwnValue::Number(n)),
                }));
                if own.check(&pack).is_ok() {
                    prop_assert_eq!(OwnRules::from_text(&own.to_text()), Some(own.clone()));
                    let laid = pack.with_own_rules("filing", &own, OwnParameter::ALL);
                    for (parameter, value) in own.iter() {
                        prop_assert_eq!(parameter.of(laid.parameters()), value, "{}", parameter.key());
                    }
                    let tight = pack.with_own_rules("filing", &own, &[]);
                    for &parameter in OwnParameter::ALL {
                        prop_assert!(parameter.holds(parameter.of(pack.parameters()), parameter.of(tight.parameters())));
                    }
                }
                Ok(())
            })
            .expect("holds");
    }

    #[test]
    fn a_text_that_is_none_of_ours_is_not_read() {
        for text in ["screen_lock.max_s = 5\n", "screen_lock.max_s = true\n", "disaster.expiry_days = 3\n", "screen_lock.max_s=300\n", "x"]
        {
            assert_eq!(OwnRules::from_text(text), None, "{text}");
        }
        let twice = "screen_lock.max_s = 300\nscreen_lock.max_s = 400\n";
        assert_eq!(OwnRules::from_text(twice), None);
        assert_eq!(OwnRules::from_text(""), Some(OwnRules::default()));
    }
}
