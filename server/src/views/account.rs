//! Views of signing in, of setting an account up, and of what its owner can do with it.

use askama::Template;

use hashimori_shared::lang::Lang;

use super::{MailSection, Moment, Qr, Shell};
use crate::words::Text;

/// A passkey button's other half: what the page's script needs, and what goes back with the answer.
#[derive(Clone, Debug)]
pub(crate) struct PasskeyForm {
    /// Options for the browser, JSON.
    pub options: String,
    /// The ceremony, sealed.
    pub state: String,
}

/// Whether a passkey can be used on this page.
#[derive(Clone, Debug)]
pub(crate) enum PasskeyOffer {
    /// Yes.
    Here(PasskeyForm),
    /// Not under the address the page was opened with, but under this one.
    Elsewhere(String),
    /// The collector's address cannot have passkeys.
    Nowhere,
}

/// `/sign-in`.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub shell: Shell,
    pub offer: PasskeyOffer,
    /// As typed before.
    pub login: String,
    /// Path to go to afterwards.
    pub next: String,
    pub error: Option<Text>,
    /// OpenID providers: path and name.
    pub providers: Vec<(String, String)>,
}

/// `/oidc/return`: whether this is who the owner is at the provider.
#[derive(Template)]
#[template(path = "oidc_link.html")]
pub(crate) struct OidcLinkPage {
    pub shell: Shell,
    /// The provider's name.
    pub label: String,
    /// What the provider calls the person.
    pub name: String,
    /// The answer, sealed.
    pub claim: String,
}

/// The link to the region's OpenID provider, on the owner's page.
#[derive(Clone, Debug)]
pub(crate) struct OidcLine {
    /// The provider's name.
    pub label: String,
    /// Where linking begins.
    pub path: String,
    /// What the provider calls the owner, and when the link was used last; `None`: not linked.
    pub linked: Option<(String, Option<Moment>)>,
    pub may_remove: bool,
}

/// `/sign-in/lost`.
#[derive(Template)]
#[template(path = "lost.html")]
pub(crate) struct LostPage {
    pub shell: Shell,
    /// As typed before.
    pub login: String,
    /// Key of what came of the request that was just sent.
    pub told: Option<&'static str>,
    pub error: Option<Text>,
}

/// `/step-up`.
#[derive(Template)]
#[template(path = "step_up.html")]
pub(crate) struct StepUpPage {
    pub shell: Shell,
    /// `None`: the person has no passkey.
    pub offer: Option<PasskeyOffer>,
    /// Whether the person has an authenticator app.
    pub app: bool,
    /// The linked OpenID provider: path and name.
    pub provider: Option<(String, String)>,
    pub next: String,
    pub error: Option<Text>,
}

/// `/step-up/continue`.
#[derive(Template)]
#[template(path = "kept.html")]
pub(crate) struct KeptPage {
    pub shell: Shell,
    /// Where the form goes, and its fields; `None`: nothing waits any more.
    pub form: Option<(String, Vec<(String, String)>)>,
}

/// `/start/{secret}`.
#[derive(Template)]
#[template(path = "start.html")]
pub(crate) struct StartPage {
    pub shell: Shell,
    pub secret: String,
    pub name: String,
    pub login: String,
    /// Key of the word.
    pub role: &'static str,
    /// Whether the account had been set up before: every former way in will be void.
    pub again: bool,
}

/// `/setup`.
#[derive(Template)]
#[template(path = "setup_choice.html")]
pub(crate) struct SetupChoicePage {
    pub shell: Shell,
    pub offer: PasskeyOffer,
    pub error: Option<Text>,
}

/// Fields of a new password.
#[derive(Clone, Debug)]
pub(crate) struct PasswordForm {
    pub login: String,
    pub min: usize,
    pub error: Option<Text>,
}

/// `/setup/password`.
#[derive(Template)]
#[template(path = "setup_password.html")]
pub(crate) struct SetupPasswordPage {
    pub shell: Shell,
    pub form: PasswordForm,
    /// Why there was no passkey to choose.
    pub no_passkeys: Option<PasskeyOffer>,
}

/// `/account/password`.
#[derive(Template)]
#[template(path = "account_password.html")]
pub(crate) struct AccountPasswordPage {
    pub shell: Shell,
    pub form: PasswordForm,
}

/// A seed as an authenticator app takes it.
#[derive(Clone, Debug)]
pub(crate) struct AppForm {
    pub qr: Qr,
    /// Seed in groups of four.
    pub secret: String,
    /// `otpauth:` address, for a phone that shows this very page.
    pub url: String,
    pub error: Option<Text>,
}

/// `/setup/app`.
#[derive(Template)]
#[template(path = "setup_app.html")]
pub(crate) struct SetupAppPage {
    pub shell: Shell,
    pub form: AppForm,
}

/// `/account/app`.
#[derive(Template)]
#[template(path = "account_app.html")]
pub(crate) struct AccountAppPage {
    pub shell: Shell,
    pub form: AppForm,
    /// The seed, sealed for this session.
    pub offer: String,
}

/// `/setup/recovery`; without codes when they were shown before.
#[derive(Template)]
#[template(path = "recovery.html")]
pub(crate) struct RecoveryPage {
    pub shell: Shell,
    pub codes: Vec<String>,
}

/// `/account/passkeys`.
#[derive(Template)]
#[template(path = "new_passkey.html")]
pub(crate) struct NewPasskeyPage {
    pub shell: Shell,
    pub offer: PasskeyOffer,
    pub name: String,
    pub error: Option<Text>,
}

/// `/account`.
#[derive(Template)]
#[template(path = "account.html")]
#[expect(clippy::struct_excessive_bools, reason = "each says whether one part of the page is there")]
pub(crate) struct AccountPage {
    pub shell: Shell,
    pub login: String,
    /// Whether some of the events were not seen yet.
    pub untold: bool,
    pub events: Vec<EventLine>,
    pub passkeys: Vec<PasskeyLine>,
    pub may_remove_passkey: bool,
    pub password: bool,
    pub app: bool,
    pub codes_left: i64,
    pub may_remove_password: bool,
    /// `None`: the region has no OpenID provider.
    pub oidc: Option<OidcLine>,
    /// `None`: no mail is sent, and none was.
    pub mail: Option<MailSection>,
    /// Since when there is an address for calendars.
    pub calendar: Option<Moment>,
    pub sessions: Vec<SessionLine>,
    /// Languages to choose from, and which is chosen; none: the browser's.
    pub languages: [(Lang, bool); 2],
    /// Whether the owner looks after others' accounts.
    pub looks_after: bool,
}

/// Something that happened to the account.
#[derive(Clone, Debug)]
pub(crate) struct EventLine {
    /// When, and what.
    pub text: Text,
    pub by: Text,
    pub seen: bool,
}

/// A passkey of the account.
#[derive(Clone, Debug)]
pub(crate) struct PasskeyLine {
    pub id: String,
    pub name: String,
    pub created: Moment,
    pub used: Option<Moment>,
}

/// A session of the account.
#[derive(Clone, Debug)]
pub(crate) struct SessionLine {
    pub id: String,
    pub browser: Text,
    pub started: Moment,
    pub seen: Moment,
    /// Whether it is the one that looks.
    pub here: bool,
}

impl SessionLine {
    /// What the button does, told apart from the others.
    pub(crate) fn end_label(&self) -> Text {
        Text::new("account-session-end-label").with("browser", &self.browser).with("at", self.started.minute())
    }
}

/// `/accounts`.
#[derive(Template)]
#[template(path = "accounts.html")]
pub(crate) struct AccountsPage {
    pub shell: Shell,
    /// Whether the reader hands out links, and gives and ends roles.
    pub looks_after: bool,
    pub accounts: Vec<AccountLine>,
    pub next: Option<String>,
    pub paged: bool,
}

/// An account of the region.
#[derive(Clone, Debug)]
pub(crate) struct AccountLine {
    pub id: String,
    pub name: String,
    pub login: String,
    /// Key of the word.
    pub role: &'static str,
    pub facility: Option<String>,
    /// What it can be opened with, in words.
    pub ways: Vec<Text>,
    pub signed_in: Option<Moment>,
    /// Until when a one-time link works.
    pub link_until: Option<Text>,
    /// Whether it is the one that looks.
    pub own: bool,
    /// Whether its role is one for the whole region.
    pub regional: bool,
}

impl AccountLine {
    /// What the button does, told apart from the others.
    pub(crate) fn issue_label(&self) -> Text {
        Text::new("accounts-issue-label").with("name", &self.name).with("login", &self.login)
    }
}

/// `/accounts/issued`; without a link when it was shown before.
#[derive(Template)]
#[template(path = "issued_link.html")]
pub(crate) struct IssuedLinkPage {
    pub shell: Shell,
    pub link: Option<IssuedLink>,
}

/// A one-time link.
#[derive(Clone, Debug)]
pub(crate) struct IssuedLink {
    /// `None`: it is mailed, and shown to nobody.
    pub url: Option<String>,
    /// Where another can be had on the screen, for one that is mailed.
    pub again: Option<String>,
    pub expires_at: Text,
    pub name: String,
}

#[cfg(test)]
mod samples;
