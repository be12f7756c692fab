//! What can happen to an account's ways in, to be told to its owner.

use hashimori_shared::time::Timestamp;

use super::reset::Waiting;
use crate::domain::act::What;
use crate::domain::ids::PersonId;
use crate::domain::mail::{self, Letter, Link, Recipients};

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A person, the owner or another.
    Person(PersonId),
    /// Somebody at the collector's machine.
    Operator,
}

impl By {
    /// As stored.
    pub fn code(self) -> String {
        match self {
            Self::Person(id) => id.to_string(),
            Self::Operator => "operator".to_owned(),
        }
    }

    /// From the store.
    pub fn from_code(code: &str) -> Option<Self> {
        if code == "operator" { Some(Self::Operator) } else { code.parse().ok().map(Self::Person) }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)+) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $name),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word in the store.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// Key of what to tell the owner.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => concat!("event-", $code)),+ }
            }
        }
    };
}

kinds! {
    /// Somebody else issued a one-time link to set the account up again.
    ResetIssued = "reset_issued";
    /// The link was used: every former way in is void.
    ResetUsed = "reset_used";
    /// With the right password, but without a second factor, somebody asked to be set up again after the delay.
    ResetAsked = "reset_asked";
    /// The owner stopped that, by signing in as usual.
    ResetStopped = "reset_stopped";
    /// A new password.
    PasswordChanged = "password_changed";
    /// Password, app and recovery codes are gone.
    PasswordRemoved = "password_removed";
    /// Another authenticator app.
    AppChanged = "app_changed";
    /// New recovery codes.
    CodesRenewed = "codes_renewed";
    /// A passkey more.
    PasskeyAdded = "passkey_added";
    /// A passkey less.
    PasskeyRemoved = "passkey_removed";
    /// Linked to an account at the region's OpenID provider.
    OidcLinked = "oidc_linked";
    /// No longer linked.
    OidcUnlinked = "oidc_unlinked";
    /// A mail address was confirmed.
    AddressRegistered = "address_registered";
    /// It is forgotten.
    AddressRemoved = "address_removed";
    /// A secret address for calendars was made.
    CalendarMade = "calendar_made";
    /// It was ended.
    CalendarEnded = "calendar_ended";
}

impl Kind {
    /// The kind a stored word stands for.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// What the operation log calls it.
    pub const fn what(self) -> What {
        match self {
            Self::ResetIssued | Self::ResetUsed | Self::ResetAsked | Self::ResetStopped => What::AccountReset,
            Self::PasswordChanged | Self::PasswordRemoved => What::PasswordChanged,
            Self::AppChanged | Self::CodesRenewed | Self::PasskeyAdded | Self::PasskeyRemoved | Self::OidcLinked | Self::OidcUnlinked => {
                What::FactorChanged
            }
            Self::AddressRegistered | Self::AddressRemoved => What::AddressChanged,
            Self::CalendarMade | Self::CalendarEnded => What::CalendarChanged,
        }
    }

    /// The letter that tells the owner at once. Of a link that is issued, whoever issues it writes: the letter may be the link.
    pub fn letter(self, owner: PersonId, now: Timestamp) -> Option<Letter<'static>> {
        let letter =
            |kind| Letter::new(kind, Recipients::Person(owner), Link::Page("/account".to_owned())).about("at", mail::Said::At(now));
        match self {
            Self::ResetUsed => Some(letter(mail::Kind::ResetUsed)),
            Self::ResetAsked => Some(letter(mail::Kind::ResetAsked).about("ready", mail::Said::At(Waiting::asked(now).ready_at))),
            Self::ResetIssued
            | Self::ResetStopped
            | Self::PasswordChanged
            | Self::PasswordRemoved
            | Self::AppChanged
            | Self::CodesRenewed
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::OidcLinked
            | Self::OidcUnlinked
            | Self::AddressRegistered
            | Self::AddressRemoved
            | Self::CalendarMade
            | Self::CalendarEnded => None,
        }
    }

    /// Told at the next sign-in even though it was done in the owner's name: it may not have been the owner.
    pub const fn is_always_told(self) -> bool {
        matches!(self, Self::ResetAsked | Self::ResetStopped | Self::ResetUsed)
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::lang::Lang;

    use super::*;
    use crate::words::Text;

    #[test]
    fn every_kind_and_doer_survives_its_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(*kind));
            for (lang, end) in [(Lang::Japanese, '。'), (Lang::English, '.')] {
                assert!(Text::new(kind.key()).in_lang(lang).ends_with(end), "{kind:?}");
            }
        }
        assert_eq!(By::from_code(&By::Operator.code()), Some(By::Operator));
        assert_eq!(By::from_code("somebody"), None);
    }
}
