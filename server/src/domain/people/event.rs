//! What can happen to an account's ways in, in words for its owner.

use crate::domain::act::What;
use crate::domain::ids::PersonId;

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
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal;)+) => {
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

            /// What to tell the owner.
            pub const fn text_ja(self) -> &'static str {
                match self { $(Self::$name => $words),+ }
            }
        }
    };
}

kinds! {
    /// Somebody else issued a one-time link to set the account up again.
    ResetIssued = "reset_issued", "アカウントを設定し直すための一度だけ使えるリンクが発行されました。";
    /// The link was used: every former way in is void.
    ResetUsed = "reset_used", "一度だけ使えるリンクで、アカウントが設定し直されました。";
    /// With the right password, but without a second factor, somebody asked to be set up again after the delay.
    ResetAsked = "reset_asked", "パスワードだけで、アカウントの設定し直しが申し込まれました。";
    /// The owner stopped that, by signing in as usual.
    ResetStopped = "reset_stopped", "通常のサインインがあったため、アカウントの設定し直しの申込みを取り消しました。心当たりがないときは、パスワードを変更してください。";
    /// A new password.
    PasswordChanged = "password_changed", "パスワードを設定しました。";
    /// Password, app and recovery codes are gone.
    PasswordRemoved = "password_removed", "パスワードと確認アプリによるサインインをやめました。";
    /// Another authenticator app.
    AppChanged = "app_changed", "確認アプリを登録しました。";
    /// New recovery codes.
    CodesRenewed = "codes_renewed", "予備コードを作り直しました。";
    /// A passkey more.
    PasskeyAdded = "passkey_added", "パスキーを登録しました。";
    /// A passkey less.
    PasskeyRemoved = "passkey_removed", "パスキーを削除しました。";
    /// Linked to an account at the region's OpenID provider.
    OidcLinked = "oidc_linked", "外部のアカウントと結び付けました。";
    /// No longer linked.
    OidcUnlinked = "oidc_unlinked", "外部のアカウントとの結び付けをやめました。";
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
        }
    }

    /// Told at the next sign-in even though it was done in the owner's name: it may not have been the owner.
    pub const fn is_always_told(self) -> bool {
        matches!(self, Self::ResetAsked | Self::ResetStopped | Self::ResetUsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_doer_survives_its_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(*kind));
            assert!(kind.text_ja().ends_with('。'), "{kind:?}");
        }
        assert_eq!(By::from_code(&By::Operator.code()), Some(By::Operator));
        assert_eq!(By::from_code("somebody"), None);
    }
}
