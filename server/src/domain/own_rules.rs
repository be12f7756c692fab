//! 事業所の定め (§26): what a facility lays down for itself, from the form to its end. Tighter rules are in force once they are filed;
//! looser ones wait for the 事務局, whatever else is in the filing.

use hashimori_shared::pack::{OwnParameter, OwnRules, OwnRulesError, OwnValue, Pack};

use super::people::role;
use crate::words::Text;

/// How a filing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// It loosens something, and the 事務局 has not answered.
    Waiting,
    /// The facility's devices are judged with it.
    InForce,
    /// The 事務局 refused it.
    Refused,
    /// The facility took it back.
    Withdrawn,
    /// Another filing came in its place.
    Superseded,
}

/// What can be done with a filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The 事務局 accepts it.
    Accept,
    /// The 事務局 refuses it.
    Refuse,
    /// The facility takes it back.
    Withdraw,
    /// Another one comes in its place.
    Supersede,
}

/// A step that is not possible from where a filing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a filing that is {} cannot be the object of {step:?}", .from.as_str())]
pub struct InvalidStep {
    /// How it stands.
    pub from: Stage,
    /// What was asked.
    pub step: Step,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::InForce, Self::Refused, Self::Withdrawn, Self::Superseded];

    /// Where a filing begins that is looser in this.
    pub const fn of_new(looser: &[OwnParameter]) -> Self {
        if looser.is_empty() { Self::InForce } else { Self::Waiting }
    }

    /// How it stands after a step.
    pub const fn after(self, step: Step) -> Result<Self, InvalidStep> {
        match (self, step) {
            (Self::Waiting, Step::Accept) => Ok(Self::InForce),
            (Self::Waiting, Step::Refuse) => Ok(Self::Refused),
            (Self::Waiting | Self::InForce, Step::Withdraw) => Ok(Self::Withdrawn),
            (Self::Waiting | Self::InForce, Step::Supersede) => Ok(Self::Superseded),
            (Self::InForce, Step::Accept | Step::Refuse) | (Self::Refused | Self::Withdrawn | Self::Superseded, _) => {
                Err(InvalidStep { from: self, step })
            }
        }
    }

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::InForce => "in_force",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
        }
    }

    /// The stage a stored word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word)
    }

    /// Key of the word on screens.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Waiting => "own-stage-waiting",
            Self::InForce => "own-stage-in-force",
            Self::Refused => "own-stage-refused",
            Self::Withdrawn => "own-stage-withdrawn",
            Self::Superseded => "own-stage-superseded",
        }
    }
}

/// A filing as typed, made sense of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What differs from the region's pack.
    pub rules: OwnRules,
    /// What of it is looser, so that the 事務局 has to accept it.
    pub looser: Vec<OwnParameter>,
    /// Why.
    pub reason: String,
}

/// Why a form is no filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// Not a number where there should be one.
    Number(OwnParameter),
    /// It makes no sense over the region's pack.
    Senseless(OwnRulesError),
    /// It is what the region's pack says anyhow.
    Nothing,
    /// No reason, or too long a one.
    Reason,
}

impl Draft {
    /// Reads the form over the region's pack; `typed` gives a field by the parameter's key, empty: as the region has it.
    pub fn read<'a>(pack: &Pack, reason: &str, typed: impl Fn(&str) -> &'a str) -> Result<Self, Invalid> {
        let mut rules = Vec::new();
        for &parameter in OwnParameter::ALL {
            let words = typed(parameter.key()).trim();
            if words.is_empty() {
                continue;
            }
            let regions = parameter.of(pack.parameters());
            let value = match (regions, words) {
                (OwnValue::Switch(_), "on") => OwnValue::Switch(true),
                (OwnValue::Switch(_), "off") => OwnValue::Switch(false),
                (OwnValue::Switch(_), _) => return Err(Invalid::Number(parameter)),
                (OwnValue::Number(_), words) => OwnValue::Number(number(words).ok_or(Invalid::Number(parameter))?),
            };
            if value != regions {
                rules.push((parameter, value));
            }
        }
        let rules = OwnRules::new(rules);
        rules.check(pack).map_err(Invalid::Senseless)?;
        if rules.is_empty() {
            return Err(Invalid::Nothing);
        }
        let looser = rules.looser_than(pack).collect();
        Ok(Self { rules, looser, reason: role::reason(reason).map_err(|_| Invalid::Reason)? })
    }
}

/// Digits as they come from a Japanese keyboard, too.
fn number(words: &str) -> Option<u32> {
    let plain = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        '0'..='9' => Some(c),
        _ => None,
    };
    words.chars().map(plain).collect::<Option<String>>()?.parse().ok()
}

impl Invalid {
    /// What to do about it.
    pub(crate) fn text(self) -> Text {
        match self {
            Self::Number(parameter) => {
                Text::new("own-wrong-number").with("name", Text::new(name_key(parameter))).about_field(parameter.key())
            }
            Self::Senseless(OwnRulesError::Range(parameter)) => {
                let (low, high) = parameter.range();
                let key = if parameter.can_be_off() { "own-wrong-range-or-off" } else { "own-wrong-range" };
                Text::new(key).with("name", Text::new(name_key(parameter))).with("low", low).with("high", high).about_field(parameter.key())
            }
            Self::Senseless(OwnRulesError::Order(low, high)) => Text::new("own-wrong-order")
                .with("low", Text::new(name_key(low)))
                .with("high", Text::new(name_key(high)))
                .about_field(high.key()),
            Self::Nothing => Text::new("own-nothing"),
            Self::Reason => Text::of_field("people-wrong-reason", "why").with("most", role::LONGEST_REASON),
        }
    }
}

/// Key of a parameter's name on screens.
pub(crate) const fn name_key(parameter: OwnParameter) -> &'static str {
    match parameter {
        OwnParameter::PasswordMin => "own-password-min",
        OwnParameter::PasswordFloor => "own-password-floor",
        OwnParameter::PasswordAlnum => "own-password-alnum",
        OwnParameter::PasswordMaxAge => "own-password-max-age",
        OwnParameter::NetworkPasswordMaxAge => "own-network-password-max-age",
        OwnParameter::ScreenLock => "own-screen-lock",
        OwnParameter::AntivirusAmber => "own-antivirus-amber",
        OwnParameter::AntivirusFail => "own-antivirus-fail",
        OwnParameter::UpdateAmber => "own-update-amber",
        OwnParameter::UpdateFail => "own-update-fail",
        OwnParameter::UpdateHold => "own-update-hold",
        OwnParameter::UpdateLists => "own-update-lists",
        OwnParameter::AttestationDays => "own-attestation-days",
        OwnParameter::AttestationPersonal => "own-attestation-personal",
        OwnParameter::PersonalDeviceDays => "own-personal-device-days",
        OwnParameter::TakeOutDays => "own-take-out-days",
    }
}

/// Keys of a number of the unit that it is counted in, and of the unit alone.
pub(crate) const fn unit_keys(parameter: OwnParameter) -> (&'static str, &'static str) {
    match parameter {
        OwnParameter::PasswordMin | OwnParameter::PasswordFloor => ("own-characters", "own-unit-characters"),
        OwnParameter::ScreenLock => ("own-seconds", "own-unit-seconds"),
        OwnParameter::PasswordAlnum
        | OwnParameter::PasswordMaxAge
        | OwnParameter::NetworkPasswordMaxAge
        | OwnParameter::AntivirusAmber
        | OwnParameter::AntivirusFail
        | OwnParameter::UpdateAmber
        | OwnParameter::UpdateFail
        | OwnParameter::UpdateHold
        | OwnParameter::UpdateLists
        | OwnParameter::AttestationDays
        | OwnParameter::AttestationPersonal
        | OwnParameter::PersonalDeviceDays
        | OwnParameter::TakeOutDays => ("own-days", "own-unit-days"),
    }
}

/// A value as people read it: `300秒`.
pub(crate) fn value_text(parameter: OwnParameter, value: OwnValue) -> Text {
    match value {
        OwnValue::Switch(true) => Text::new("own-on"),
        OwnValue::Switch(false) => Text::new("own-off"),
        OwnValue::Number(0) if parameter.can_be_off() => Text::new("own-not-judged"),
        OwnValue::Number(n) => Text::new(unit_keys(parameter).0).with("n", n),
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;

    fn read(typed: &[(&str, &'static str)]) -> Result<Draft, Invalid> {
        Draft::read(&Pack::bundled(), "訪問が多い", |key| typed.iter().find(|(k, _)| *k == key).map_or("", |(_, v)| *v))
    }

    #[test]
    fn only_what_differs_is_filed_and_whatever_loosens_anything_waits() {
        let draft = read(&[("screen_lock.max_s", " ３００ "), ("password.min", "6"), ("password.alnum", "on")]).expect("a filing");
        assert_eq!(draft.rules.to_text(), "screen_lock.max_s = 300\n");
        assert_eq!(draft.looser, []);
        let draft = read(&[("screen_lock.max_s", "300"), ("password.alnum", "off"), ("password.max_age_days", "0")]).expect("a filing");
        assert_eq!(draft.rules.to_text(), "password.alnum = false\npassword.max_age_days = 0\nscreen_lock.max_s = 300\n");
        assert_eq!(draft.looser, [OwnParameter::PasswordAlnum, OwnParameter::PasswordMaxAge]);
    }

    #[test]
    fn what_is_no_filing_says_which_field_is_wrong_in_both_languages() {
        for (typed, key) in [
            (&[("screen_lock.max_s", "five")][..], "own-screen-lock"),
            (&[("password.alnum", "maybe")], "own-password-alnum"),
            (&[("screen_lock.max_s", "5")], "own-screen-lock"),
            (&[("password.max_age_days", "9")], "own-password-max-age"),
            (&[("antivirus.fail_days", "3")], "own-antivirus-fail"),
            (&[("screen_lock.max_s", "-1")], "own-screen-lock"),
        ] {
            let invalid = read(typed).expect_err(key);
            for lang in Lang::ALL {
                let (said, name) = (invalid.text().in_lang(lang), Text::new(key).in_lang(lang));
                assert!(said.contains(&name), "{said}");
            }
        }
        assert_eq!(read(&[("screen_lock.max_s", "900")]), Err(Invalid::Nothing));
        assert_eq!(Draft::read(&Pack::bundled(), " ", |key| if key == "password.min" { "8" } else { "" }), Err(Invalid::Reason));
    }

    #[test]
    fn what_has_ended_stays_so_and_only_what_waits_is_decided() {
        for stage in [Stage::Refused, Stage::Withdrawn, Stage::Superseded] {
            for step in [Step::Accept, Step::Refuse, Step::Withdraw, Step::Supersede] {
                assert_eq!(stage.after(step), Err(InvalidStep { from: stage, step }));
            }
        }
        assert_eq!(Stage::of_new(&[OwnParameter::ScreenLock]).after(Step::Accept), Ok(Stage::InForce));
        assert_eq!(Stage::of_new(&[OwnParameter::ScreenLock]).after(Step::Refuse), Ok(Stage::Refused));
        assert!(Stage::of_new(&[]).after(Step::Accept).is_err(), "nothing is accepted twice");
        for stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.as_str()), Some(stage));
        }
    }

    #[test]
    fn every_parameter_has_a_name_of_its_own_in_both_languages() {
        for lang in Lang::ALL {
            let mut names: Vec<_> = OwnParameter::ALL.iter().map(|parameter| Text::new(name_key(*parameter)).in_lang(lang)).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), OwnParameter::ALL.len());
        }
    }
}
