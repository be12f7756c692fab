//! The ways in that an account has. Invariant: an owner never removes the last one.

/// What an account can be opened with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// A password is set.
    pub password: bool,
    /// An authenticator app is registered.
    pub app: bool,
    /// Passkeys registered.
    pub passkeys: usize,
    /// An account at the region's OpenID provider is linked.
    pub oidc: bool,
}

impl Ways {
    /// Password and code together are one way; either alone is none.
    pub const fn has_password_and_app(self) -> bool {
        self.password && self.app
    }

    /// Whether there is any.
    pub const fn any(self) -> bool {
        self.has_password_and_app() || self.passkeys > 0 || self.oidc
    }

    /// Whether one passkey may go.
    pub const fn may_remove_passkey(self) -> bool {
        self.passkeys > 1 || (self.passkeys == 1 && (self.has_password_and_app() || self.oidc))
    }

    /// Whether password and app may go.
    pub const fn may_remove_password(self) -> bool {
        self.passkeys > 0 || self.oidc
    }

    /// Whether the link to the OpenID provider may go.
    pub const fn may_remove_oidc(self) -> bool {
        self.oidc && (self.passkeys > 0 || self.has_password_and_app())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_whatever_may_be_removed_leaves_a_way_in() {
        for password in [false, true] {
            for app in [false, true] {
                for (passkeys, oidc) in [(0, false), (1, false), (2, false), (0, true), (1, true)] {
                    let ways = Ways { password, app, passkeys, oidc };
                    if ways.may_remove_passkey() {
                        assert!(Ways { passkeys: passkeys - 1, ..ways }.any(), "{ways:?}");
                    }
                    if ways.may_remove_password() {
                        assert!(Ways { password: false, app: false, ..ways }.any(), "{ways:?}");
                    }
                    if ways.may_remove_oidc() {
                        assert!(Ways { oidc: false, ..ways }.any(), "{ways:?}");
                    }
                }
            }
        }
        assert!(!Ways { password: true, ..Ways::default() }.any(), "a password alone opens nothing");
    }
}
