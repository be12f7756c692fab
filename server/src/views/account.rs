//! Views of signing in and of setting an account up.

use askama::Template;

use super::{Qr, Shell};

/// `/sign-in`.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub shell: Shell,
    /// As typed before.
    pub login: String,
    /// Path to go to afterwards.
    pub next: String,
    pub error: Option<String>,
}

/// `/start/{secret}`.
#[derive(Template)]
#[template(path = "start.html")]
pub(crate) struct StartPage {
    pub shell: Shell,
    pub secret: String,
    pub name: String,
    pub login: String,
    pub role: &'static str,
}

/// `/setup/password`.
#[derive(Template)]
#[template(path = "setup_password.html")]
pub(crate) struct SetupPasswordPage {
    pub shell: Shell,
    pub login: String,
    pub min: usize,
    pub error: Option<&'static str>,
}

/// `/setup/app`.
#[derive(Template)]
#[template(path = "setup_app.html")]
pub(crate) struct SetupAppPage {
    pub shell: Shell,
    pub qr: Qr,
    /// Seed in groups of four.
    pub secret: String,
    /// `otpauth:` address, for a phone that shows this very page.
    pub url: String,
    pub error: Option<&'static str>,
}

/// `/setup/recovery`; without codes when they were shown before.
#[derive(Template)]
#[template(path = "recovery.html")]
pub(crate) struct RecoveryPage {
    pub shell: Shell,
    pub codes: Vec<String>,
}

#[cfg(test)]
mod samples {
    use super::super::Sample;
    use super::*;

    impl Sample for SignInPage {
        fn samples() -> Vec<Self> {
            let sample =
                |error| Self { shell: Shell::sample("サインイン", false), login: "hanako".to_owned(), next: "/".to_owned(), error };
            vec![sample(None), sample(Some("違います。".to_owned()))]
        }
    }

    impl Sample for StartPage {
        fn samples() -> Vec<Self> {
            vec![Self {
                shell: Shell::sample("アカウントの設定", false),
                secret: "AAAA".to_owned(),
                name: "見本 花子".to_owned(),
                login: "hanako".to_owned(),
                role: "事務局",
            }]
        }
    }

    impl Sample for SetupPasswordPage {
        fn samples() -> Vec<Self> {
            let sample =
                |error| Self { shell: Shell::sample("パスワードの設定", false), login: "hanako".to_owned(), min: 13, error };
            vec![sample(None), sample(Some("短すぎます。"))]
        }
    }

    impl Sample for SetupAppPage {
        fn samples() -> Vec<Self> {
            let sample = |error| Self {
                shell: Shell::sample("確認アプリの登録", false),
                qr: Qr::of("otpauth://totp/x").expect("drawn"),
                secret: "GEZD GNBV".to_owned(),
                url: "otpauth://totp/x".to_owned(),
                error,
            };
            vec![sample(None), sample(Some("違います。"))]
        }
    }

    impl Sample for RecoveryPage {
        fn samples() -> Vec<Self> {
            let sample = |codes| Self { shell: Shell::sample("予備コード", true), codes };
            vec![sample(vec!["AAAAA-BBBBB".to_owned()]), sample(Vec::new())]
        }
    }
}
