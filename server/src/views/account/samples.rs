//! Made-up content for every page of accounts.

use super::super::Sample;
use super::*;
use hashimori_shared::time::Timestamp;

fn offers() -> [PasskeyOffer; 3] {
    let form = PasskeyForm { options: "{\"rpId\":\"x\"}".to_owned(), state: "見本".to_owned() };
    [PasskeyOffer::Here(form), PasskeyOffer::Elsewhere("https://hashimori.example".to_owned()), PasskeyOffer::Nowhere]
}

fn password(error: Option<&'static str>) -> PasswordForm {
    PasswordForm { login: "hanako".to_owned(), min: 13, error }
}

fn app(error: Option<&'static str>) -> AppForm {
    let url = "otpauth://totp/x".to_owned();
    AppForm { qr: Qr::of(&url).expect("drawn"), secret: "GEZD GNBV".to_owned(), url, error }
}

fn moment() -> Moment {
    let now = Timestamp::from_seconds(1_785_715_200);
    Moment::new(now.plus_days(-1), now)
}

impl Sample for SignInPage {
    fn samples() -> Vec<Self> {
        let sample = |offer, error| Self {
            shell: Shell::sample("サインイン", false),
            offer,
            login: "hanako".to_owned(),
            next: "/".to_owned(),
            error,
        };
        offers().into_iter().flat_map(|offer| [sample(offer.clone(), None), sample(offer, Some("違います。".to_owned()))]).collect()
    }
}

impl Sample for LostPage {
    fn samples() -> Vec<Self> {
        let sample =
            |asked, error| Self {
                shell: Shell::sample("サインインできないとき", false), login: "hanako".to_owned(), asked, error
            };
        vec![sample(false, None), sample(true, None), sample(false, Some("お待ちください。".to_owned()))]
    }
}

impl Sample for StepUpPage {
    fn samples() -> Vec<Self> {
        let sample =
            |offer, app, error| Self { shell: Shell::sample("ご本人の確認", true), offer, app, next: "/account".to_owned(), error };
        let mut all: Vec<Self> = offers().into_iter().map(|offer| sample(Some(offer), true, None)).collect();
        all.push(sample(None, true, Some("違います。".to_owned())));
        all.push(sample(Some(PasskeyOffer::Nowhere), false, None));
        all
    }
}

impl Sample for KeptPage {
    fn samples() -> Vec<Self> {
        let sample = |form| Self { shell: Shell::sample("操作の続き", true), form };
        vec![sample(Some(("/account/codes".to_owned(), vec![("uses".to_owned(), "3".to_owned())]))), sample(None)]
    }
}

impl Sample for StartPage {
    fn samples() -> Vec<Self> {
        let sample = |again| Self {
            shell: Shell::sample("アカウントの設定", false),
            secret: "AAAA".to_owned(),
            name: "見本 花子".to_owned(),
            login: "hanako".to_owned(),
            role: "事務局",
            again,
        };
        vec![sample(false), sample(true)]
    }
}

impl Sample for SetupChoicePage {
    fn samples() -> Vec<Self> {
        let sample = |offer, error| Self { shell: Shell::sample("サインインの方法を選ぶ", false), offer, error };
        offers().into_iter().map(|offer| sample(offer, Some("違います。"))).collect()
    }
}

impl Sample for SetupPasswordPage {
    fn samples() -> Vec<Self> {
        let sample =
            |error, no_passkeys| Self { shell: Shell::sample("パスワードの設定", false), form: password(error), no_passkeys };
        let [_, elsewhere, nowhere] = offers();
        vec![sample(None, Some(elsewhere)), sample(Some("短すぎます。"), Some(nowhere)), sample(None, None)]
    }
}

impl Sample for AccountPasswordPage {
    fn samples() -> Vec<Self> {
        vec![Self { shell: Shell::sample("パスワードの変更", true), form: password(Some("短すぎます。")) }]
    }
}

impl Sample for SetupAppPage {
    fn samples() -> Vec<Self> {
        let sample = |error| Self { shell: Shell::sample("確認アプリの登録", false), form: app(error) };
        vec![sample(None), sample(Some("違います。"))]
    }
}

impl Sample for AccountAppPage {
    fn samples() -> Vec<Self> {
        vec![Self { shell: Shell::sample("確認アプリの登録", true), form: app(None), offer: "見本".to_owned() }]
    }
}

impl Sample for RecoveryPage {
    fn samples() -> Vec<Self> {
        let sample = |codes| Self { shell: Shell::sample("予備コード", true), codes };
        vec![sample(vec!["AAAAA-BBBBB".to_owned()]), sample(Vec::new())]
    }
}

impl Sample for NewPasskeyPage {
    fn samples() -> Vec<Self> {
        let sample =
            |offer| Self {
                shell: Shell::sample("パスキーの登録", true), offer, name: "見本".to_owned(), error: Some("違います。")
            };
        offers().into_iter().map(sample).collect()
    }
}

impl Sample for AccountPage {
    fn samples() -> Vec<Self> {
        let event =
            |seen| EventLine {
                text: "パスキーを登録しました。", at: "2026年8月3日 09:00".to_owned(), by: "ご自身".to_owned(), seen
            };
        let passkey = |used| PasskeyLine { id: "p".to_owned(), name: "見本の鍵".to_owned(), created: moment(), used };
        let session =
            |here| SessionLine { id: "s".to_owned(), browser: "Chrome（Windows）".to_owned(), started: moment(), seen: moment(), here };
        let full = Self {
            shell: Shell::sample("自分のアカウント", true),
            login: "hanako".to_owned(),
            untold: true,
            events: vec![event(false), event(true)],
            passkeys: vec![passkey(None), passkey(Some(moment()))],
            may_remove_passkey: true,
            password: true,
            app: true,
            codes_left: 3,
            may_remove_password: true,
            sessions: vec![session(true), session(false)],
            looks_after: true,
        };
        let bare = Self {
            shell: Shell::sample("自分のアカウント", true),
            login: "hanako".to_owned(),
            untold: false,
            events: Vec::new(),
            passkeys: vec![passkey(None)],
            may_remove_passkey: false,
            password: false,
            app: false,
            codes_left: 0,
            may_remove_password: false,
            sessions: vec![session(true)],
            looks_after: false,
        };
        vec![full, bare]
    }
}

impl Sample for AccountsPage {
    fn samples() -> Vec<Self> {
        let line = |own: bool, ways: &[&str]| AccountLine {
            id: "p".to_owned(),
            name: "見本 花子".to_owned(),
            login: "hanako".to_owned(),
            role: "いつつばし連絡帳管理者",
            facility: Some("さくら架空診療所".to_owned()),
            ways: ways.iter().map(|&w| w.to_owned()).collect(),
            signed_in: own.then(moment),
            link_until: (!own).then(|| "2026年8月3日 09:00".to_owned()),
            own,
            regional: !own,
        };
        vec![Self {
            shell: Shell::sample("アカウント", true),
            looks_after: true,
            accounts: vec![line(true, &["パスキー1個"]), line(false, &[])],
            next: Some("/accounts?after=p".to_owned()),
            paged: true,
        }]
    }
}

impl Sample for IssuedLinkPage {
    fn samples() -> Vec<Self> {
        let link = IssuedLink {
            url: "https://hashimori.example/start/AAAA".to_owned(),
            expires_at: "2026年8月6日 09:00".to_owned(),
            name: "見本 花子".to_owned(),
        };
        let sample = |link| Self { shell: Shell::sample("一度だけ使えるリンク", true), link };
        vec![sample(Some(link)), sample(None)]
    }
}
