//! What a 災害時特例 lets in: unmanaged devices of staff, lent ones, and those of teams that come to help. Registering takes half a
//! minute, everything in it may be left out, and nothing waits for it. What was let in is cleared afterwards, one by one.
//! Invariant: a device is cleared only when everything that its kind asks for was said to be done, or with a reason why not.

use hashimori_shared::time::Timestamp;

use crate::domain::act::Actor;
use crate::domain::ids::{ExceptionId, FacilityId, LetInId};
use crate::domain::people::half_width;

/// Longest name or other word, in characters.
pub const LONGEST_WORD: usize = 60;

super::words!(
    /// Whose it is.
    Whose {
        /// Somebody's of the facility.
        Own = "own", "let-in-own";
        /// Lent or shared: its MCS password is known to several.
        Lent = "lent", "let-in-lent";
        /// Of a team that came to help; has a sponsor and an end.
        Guest = "guest", "let-in-guest";
    }
);

super::words!(
    /// What it is.
    Machine {
        /// A telephone.
        Phone = "phone", "let-in-phone";
        /// A tablet.
        Tablet = "tablet", "let-in-tablet";
        /// A computer.
        Computer = "computer", "let-in-computer";
        /// Something else, or not said.
        Other = "other", "let-in-other";
    }
);

super::words!(
    /// What has to be done before it is cleared.
    Check {
        /// Logged out of MCS.
        LoggedOut = "logged_out", "let-in-check-logged-out";
        /// Saved passwords removed.
        Passwords = "passwords", "let-in-check-passwords";
        /// Pictures and downloads removed.
        Pictures = "pictures", "let-in-check-pictures";
        /// The app removed.
        Apps = "apps", "let-in-check-apps";
        /// The MCS password changed.
        NewPassword = "new_password", "let-in-check-new-password";
    }
);

super::words!(
    /// How it was cleared.
    Cleared {
        /// Everything was done.
        Done = "done", "let-in-cleared-done";
        /// It was never used, or was registered twice or by mistake.
        Unused = "unused", "let-in-cleared-unused";
        /// It cannot be reached any more.
        Unreachable = "unreachable", "let-in-cleared-unreachable";
        /// It was turned into an application (§20-7), and that was approved.
        Application = "application", "let-in-cleared-application";
    }
);

impl Cleared {
    /// How somebody can say that it was cleared; the rest comes about by itself.
    pub fn ways() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|way| *way != Self::Application)
    }
}

impl Whose {
    /// Whether it can go on in use with an application (§20-7): what somebody of the facility uses.
    pub const fn may_apply(self) -> bool {
        match self {
            Self::Own => true,
            Self::Lent | Self::Guest => false,
        }
    }

    /// What has to be done with it.
    pub const fn checks(self) -> &'static [Check] {
        match self {
            Self::Own | Self::Guest => &[Check::LoggedOut, Check::Passwords, Check::Pictures, Check::Apps],
            Self::Lent => Check::ALL,
        }
    }
}

/// Why something typed cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A word is too long; holds its field.
    #[error("{0} has at most {LONGEST_WORD} characters")]
    Long(&'static str),
    /// A guest without a name or without where they come from; holds the field.
    #[error("a guest has a {0}")]
    Guest(&'static str),
    /// Not so many days.
    #[error("a guest stays for 1 to {0} days")]
    Days(u32),
}

/// What somebody says of a device: everything may be empty, but for guests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Whose.
    pub whose: Whose,
    /// What.
    pub machine: Machine,
    /// Whoever uses it.
    pub name: String,
    /// Where a guest comes from.
    pub from: String,
    /// Telephone.
    pub contact: String,
    /// For how many days a guest stays.
    pub days: Option<u32>,
}

/// As typed: words for `whose` and `machine`, and free text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    /// Whose.
    pub whose: &'a str,
    /// What.
    pub machine: &'a str,
    /// Name.
    pub name: &'a str,
    /// From where.
    pub from: &'a str,
    /// Telephone.
    pub contact: &'a str,
    /// Days.
    pub days: &'a str,
}

impl Said {
    /// As typed; a guest stays for at most `guest_days`.
    pub fn parse(typed: Typed<'_>, guest_days: u32) -> Result<Self, Invalid> {
        let word = |field, text: &str| {
            let word = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if word.chars().count() > LONGEST_WORD { Err(Invalid::Long(field)) } else { Ok(word) }
        };
        let whose = Whose::from_word(typed.whose).unwrap_or(Whose::Own);
        let machine = Machine::from_word(typed.machine).unwrap_or(Machine::Other);
        let (name, from, contact) = (word("name", typed.name)?, word("from", typed.from)?, word("contact", typed.contact)?);
        let days = match whose {
            Whose::Own | Whose::Lent => None,
            Whose::Guest if name.is_empty() => return Err(Invalid::Guest("name")),
            Whose::Guest if from.is_empty() => return Err(Invalid::Guest("from")),
            Whose::Guest => {
                let days = typed.days.trim().chars().map(half_width).collect::<String>().parse().unwrap_or(0);
                if !(1..=guest_days).contains(&days) {
                    return Err(Invalid::Days(guest_days));
                }
                Some(days)
            }
        };
        Ok(Self { whose, machine, name, from, contact, days })
    }

    /// Whether nobody said whose it is: used, but not registered.
    pub fn is_skipped(&self) -> bool {
        self.name.is_empty()
    }
}

/// Something that was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetIn {
    /// Its id.
    pub id: LetInId,
    /// Under which exception.
    pub exception: ExceptionId,
    /// By which facility: a guest's sponsor.
    pub facility: FacilityId,
    /// What was said of it.
    pub said: Said,
    /// From when on: event time.
    pub event_at: Timestamp,
    /// When that was entered.
    pub entered_at: Timestamp,
    /// Who entered it; a stranger came by the facility's link.
    pub by: Actor,
}

impl LetIn {
    /// When a guest's stay ends.
    pub fn until(&self) -> Option<Timestamp> {
        self.said.days.map(|days| self.event_at.plus_days(i64::from(days)))
    }
}

/// Why something is not cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCleared {
    /// Something is left to do.
    #[error("something is left to do")]
    Left,
    /// Its application is not approved.
    #[error("its application is not approved")]
    Application,
    /// Without having done everything there has to be a reason.
    #[error("there has to be a reason")]
    Reason,
}

/// Whether it can be cleared so.
pub fn clear(whose: Whose, how: Cleared, done: &[Check], why: &str) -> Result<(), NotCleared> {
    match how {
        Cleared::Done if whose.checks().iter().all(|check| done.contains(check)) => Ok(()),
        Cleared::Done => Err(NotCleared::Left),
        // Only an approval clears it so.
        Cleared::Application => Err(NotCleared::Application),
        Cleared::Unused | Cleared::Unreachable if why.is_empty() => Err(NotCleared::Reason),
        Cleared::Unused | Cleared::Unreachable => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_may_be_left_out_but_a_guest_has_a_name_a_home_and_an_end() {
        let skipped = Said::parse(Typed::default(), 7).expect("taken");
        assert!(skipped.is_skipped() && skipped.whose == Whose::Own && skipped.machine == Machine::Other);
        let guest =
            Typed { whose: "guest", name: "見本 救子", from: "架空医療班", days: "３", machine: "phone", ..Typed::default() };
        assert_eq!(Said::parse(guest, 7).map(|said| said.days), Ok(Some(3)));
        assert_eq!(Said::parse(Typed { from: "", ..guest }, 7), Err(Invalid::Guest("from")));
        for days in ["0", "8", "", "三日"] {
            assert_eq!(Said::parse(Typed { days, ..guest }, 7), Err(Invalid::Days(7)), "{days}");
        }
        assert_eq!(Said::parse(Typed { name: &"名".repeat(61), ..Typed::default() }, 7), Err(Invalid::Long("name")));
        assert_eq!(Said::parse(Typed { name: "髙﨑 𠮷子", ..Typed::default() }, 7).map(|said| said.name), Ok("髙﨑 𠮷子".to_owned()));
    }

    #[test]
    fn nothing_is_cleared_half_and_a_lent_device_gets_a_new_password() {
        for &whose in Whose::ALL {
            for &left in whose.checks() {
                let done: Vec<_> = whose.checks().iter().copied().filter(|check| *check != left).collect();
                assert_eq!(clear(whose, Cleared::Done, &done, "理由"), Err(NotCleared::Left), "{whose:?} without {left:?}");
            }
            assert_eq!(clear(whose, Cleared::Done, whose.checks(), ""), Ok(()));
            assert_eq!(clear(whose, Cleared::Unreachable, &[], ""), Err(NotCleared::Reason));
            assert_eq!(clear(whose, Cleared::Application, whose.checks(), "理由"), Err(NotCleared::Application));
        }
        assert!(Whose::Lent.checks().contains(&Check::NewPassword) && !Whose::Own.checks().contains(&Check::NewPassword));
    }
}
