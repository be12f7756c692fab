//! Made-up content for every page of accounts.

use super::super::Sample;
use super::*;
use crate::domain::people::password::Weak;
use hashimori_shared::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_785_715_200);

fn offers() -> [PasskeyOffer; 3] {
    let form = PasskeyForm { options: "{\"rpId\":\"x\"}".to_owned(), state: "見本".to_owned() };
    [PasskeyOffer::Here(form), PasskeyOffer::Elsewhere("https://hashimori.example".to_owned()), PasskeyOffer::Nowhere]
}

fn password(error: Option<Text>) -> PasswordForm {
    PasswordForm { login: "hanako".to_owned(), min: 13, error }
}

fn app(error: Option<Text>) -> AppForm {
    let url = "otpauth://totp/x".to_owned();
    AppForm { qr: Qr::of(&url).expect("drawn"), secret: "GEZD GNBV".to_owned(), url, error }
}

fn moment() -> Moment {
    Moment::new(NOW.plus_days(-1), NOW)
}

impl Sample for SignInPage {
    fn samples() -> Vec<Self> {
        let sample = |offer, error| Self {
            shell: Shell::sample("sign-in-title", false),
            offer,
            login: "hanako".to_owned(),
            next: "/".to_owned(),
            error,
            providers: vec![("/sign-in/oidc/x".to_owned(), "架空の組織".to_owned())],
        };
        offers().into_iter().flat_map(|offer| [sample(offer.clone(), None), sample(offer, Some(Text::new("sign-in-refused")))]).collect()
    }
}

fn provider() -> (String, String) {
    ("/step-up/oidc/x?next=/account".to_owned(), "架空の組織".to_owned())
}

impl Sample for OidcLinkPage {
    fn samples() -> Vec<Self> {
        let shell = Shell::sample("oidc-link-title", true);
        vec![Self { shell, label: "架空の組織".to_owned(), name: "hanako".to_owned(), claim: "x".to_owned() }]
    }
}

impl Sample for LostPage {
    fn samples() -> Vec<Self> {
        let sample = |told, error| Self { shell: Shell::sample("lost-title", false), login: "hanako".to_owned(), told, error };
        let throttled = Text::new("error-throttled").with("until", NOW);
        vec![sample(None, None), sample(Some("lost-asked"), None), sample(Some("lost-mailed"), None), sample(None, Some(throttled))]
    }
}

impl Sample for StepUpPage {
    fn samples() -> Vec<Self> {
        let sample = |offer, app, error| Self {
            shell: Shell::sample("step-up-title", true),
            offer,
            app,
            provider: Some(provider()),
            next: "/account".to_owned(),
            error,
        };
        let mut all: Vec<Self> = offers().into_iter().map(|offer| sample(Some(offer), true, None)).collect();
        all.push(sample(None, true, Some(Text::new("sign-in-refused"))));
        all.push(sample(Some(PasskeyOffer::Nowhere), false, None));
        all
    }
}

impl Sample for KeptPage {
    fn samples() -> Vec<Self> {
        let sample = |form| Self { shell: Shell::sample("kept-title", true), form };
        vec![sample(Some(("/account/codes".to_owned(), vec![("uses".to_owned(), "3".to_owned())]))), sample(None)]
    }
}

impl Sample for StartPage {
    fn samples() -> Vec<Self> {
        let sample = |again| Self {
            shell: Shell::sample("start-title", false),
            secret: "AAAA".to_owned(),
            name: "見本 花子".to_owned(),
            login: "hanako".to_owned(),
            role: "role-secretariat",
            again,
        };
        vec![sample(false), sample(true)]
    }
}

impl Sample for SetupChoicePage {
    fn samples() -> Vec<Self> {
        let sample = |offer, error| Self { shell: Shell::sample("setup-title", false), offer, error };
        offers().into_iter().map(|offer| sample(offer, Some(Text::new("app-wrong-code")))).collect()
    }
}

impl Sample for SetupPasswordPage {
    fn samples() -> Vec<Self> {
        let sample = |error, no_passkeys| Self { shell: Shell::sample("setup-password-title", false), form: password(error), no_passkeys };
        let [_, elsewhere, nowhere] = offers();
        vec![sample(None, Some(elsewhere)), sample(Some(Weak::Short.text()), Some(nowhere)), sample(None, None)]
    }
}

impl Sample for AccountPasswordPage {
    fn samples() -> Vec<Self> {
        vec![Self { shell: Shell::sample("account-password-title", true), form: password(Some(Weak::Short.text())) }]
    }
}

impl Sample for SetupAppPage {
    fn samples() -> Vec<Self> {
        let sample = |error| Self { shell: Shell::sample("setup-app-title", false), form: app(error) };
        vec![sample(None), sample(Some(Text::new("app-wrong-code")))]
    }
}

impl Sample for AccountAppPage {
    fn samples() -> Vec<Self> {
        vec![Self { shell: Shell::sample("account-app-title", true), form: app(None), offer: "見本".to_owned() }]
    }
}

impl Sample for RecoveryPage {
    fn samples() -> Vec<Self> {
        let sample = |codes| Self { shell: Shell::sample("recovery-title", true), codes };
        vec![sample(vec!["AAAAA-BBBBB".to_owned()]), sample(Vec::new())]
    }
}

impl Sample for NewPasskeyPage {
    fn samples() -> Vec<Self> {
        let sample = |offer| Self {
            shell: Shell::sample("account-passkey-title", true),
            offer,
            name: "見本".to_owned(),
            error: Some(Text::new("app-wrong-code")),
        };
        offers().into_iter().map(sample).collect()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the page's own type")]
fn oidc(linked: Option<(String, Option<Moment>)>, may_remove: bool) -> Option<OidcLine> {
    Some(OidcLine { label: "架空の組織".to_owned(), path: "/account/oidc/x".to_owned(), linked, may_remove })
}

impl Sample for AccountPage {
    fn samples() -> Vec<Self> {
        let event = |seen| EventLine {
            text: Text::new("account-event").with("at", NOW).with("text", Text::new("event-passkey_added")),
            by: Text::new("by-owner"),
            seen,
        };
        let passkey = |used| PasskeyLine { id: "p".to_owned(), name: "見本の鍵".to_owned(), created: moment(), used };
        let session = |here| SessionLine {
            id: "s".to_owned(),
            browser: crate::domain::people::browser::named("Chrome（Windows）"),
            started: moment(),
            seen: moment(),
            here,
        };
        let full = Self {
            shell: Shell::sample("account-title", true),
            login: "hanako".to_owned(),
            untold: true,
            events: vec![event(false), event(true)],
            passkeys: vec![passkey(None), passkey(Some(moment()))],
            may_remove_passkey: true,
            password: true,
            app: true,
            codes_left: 3,
            may_remove_password: true,
            oidc: oidc(Some(("hanako".to_owned(), Some(moment()))), true),
            mail: Some(MailSection {
                on: true,
                address: Some("hanako@hotaru.example".to_owned()),
                pending: Some(Text::new("account-mail-pending").with("address", "h@hotaru.example".to_owned()).with("until", NOW)),
                removable: true,
            }),
            calendar: Some(moment()),
            sessions: vec![session(true), session(false)],
            languages: [(Lang::Japanese, false), (Lang::English, true)],
            looks_after: true,
        };
        let mail = |on| Some(MailSection { on, address: None, pending: None, removable: false });
        let bare = |mail| Self {
            shell: Shell::sample("account-title", true),
            login: "hanako".to_owned(),
            untold: false,
            events: Vec::new(),
            passkeys: vec![passkey(None)],
            may_remove_passkey: false,
            password: false,
            app: false,
            codes_left: 0,
            may_remove_password: false,
            oidc: oidc(None, false),
            mail,
            calendar: None,
            sessions: vec![session(true)],
            languages: Lang::ALL.map(|lang| (lang, false)),
            looks_after: false,
        };
        vec![full, bare(None), bare(mail(true)), bare(mail(false))]
    }
}

impl Sample for AccountsPage {
    fn samples() -> Vec<Self> {
        let line = |own: bool, ways: Vec<Text>| AccountLine {
            id: "p".to_owned(),
            name: "見本 花子".to_owned(),
            login: "hanako".to_owned(),
            role: "role-administrator",
            facility: Some("さくら架空診療所".to_owned()),
            ways,
            signed_in: own.then(moment),
            link_until: (!own).then(|| Text::new("accounts-link-until").with("until", NOW)),
            own,
            regional: !own,
        };
        vec![Self {
            shell: Shell::sample("accounts-title", true),
            looks_after: true,
            accounts: vec![line(true, vec![Text::new("accounts-way-passkeys").with("n", 1_i64)]), line(false, Vec::new())],
            next: Some("/accounts?after=p".to_owned()),
            paged: true,
        }]
    }
}

impl Sample for IssuedLinkPage {
    fn samples() -> Vec<Self> {
        let link = |url: Option<&str>| IssuedLink {
            url: url.map(str::to_owned),
            again: url.is_none().then(|| "/accounts/p/reset".to_owned()),
            expires_at: NOW.into(),
            name: "見本 花子".to_owned(),
        };
        let sample = |link| Self { shell: Shell::sample("accounts-issued-title", true), link };
        vec![sample(Some(link(Some("https://hashimori.example/start/AAAA")))), sample(Some(link(None))), sample(None)]
    }
}
