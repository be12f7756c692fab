//! The mail settings, validated.

use std::path::PathBuf;

use super::settings::{given, wrong};
use super::{ConfigError, WebSettings, inputs};
use crate::domain::mail::MailAddress;

/// Mail, over one SMTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the conversation is encrypted.
    pub tls: MailTls,
    /// Certificates that sign the server's; `None`: the public ones.
    pub authorities: Option<PathBuf>,
    /// Where letters come from.
    pub sender: MailAddress,
    /// Who signs in, and where the password is; `None`: nobody does.
    pub user: Option<(String, PasswordPlace)>,
    /// Whether the operation log's head is mailed every day.
    pub daily_head: bool,
    /// Address of the web port that letters lead to, without a slash at its end.
    pub public_url: String,
}

/// How the conversation is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// From the server's greeting on; a server that does not offer it is sent nothing (RFC 3207).
    Starttls,
    /// From the first byte (RFC 8314).
    Implicit,
    /// Not at all: the server is on this machine.
    None,
}

/// Where the password is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordPlace {
    /// Sealed in the store.
    Store,
    /// In a file.
    File(PathBuf),
}

/// Validates; `None`: no mail is sent.
pub(super) fn validate(inputs: inputs::MailInputs, web: &WebSettings) -> Result<Option<MailSettings>, ConfigError> {
    if inputs.host.is_empty() {
        return Ok(None);
    }
    let fits = inputs.host.is_ascii() && !inputs.host.contains(|c: char| c.is_whitespace() || "/@,[]".contains(c));
    if !fits {
        return Err(wrong("mail.host", "must be a host name or an address, without port"));
    }
    if inputs.port == 0 {
        return Err(wrong("mail.port", "must be 1 to 65535"));
    }
    let tls = match inputs.tls.as_str() {
        "starttls" => MailTls::Starttls,
        "implicit" => MailTls::Implicit,
        "none" if is_here(&inputs.host) => MailTls::None,
        "none" => return Err(wrong("mail.tls", "may be none on loopback only: passwords and one-time links would travel in the clear")),
        other => return Err(wrong("mail.tls", format!("must be starttls, implicit or none, not {other:?}"))),
    };
    let sender =
        MailAddress::parse(&inputs.sender).map_err(|_| wrong("mail.sender", "must be an address, such as hashimori@example.jp"))?;
    let Some(public_url) = web.public_url.clone() else {
        return Err(wrong("web.public_url", "must be set where mail is sent: letters link to it"));
    };
    let password = given(inputs.password_file);
    if inputs.user.is_empty() && password.is_some() {
        return Err(wrong("mail.user", "must be given together with mail.password_file"));
    }
    let place = password.map_or(PasswordPlace::Store, PasswordPlace::File);
    Ok(Some(MailSettings {
        host: inputs.host,
        port: inputs.port,
        tls,
        authorities: given(inputs.authorities),
        sender,
        user: (!inputs.user.is_empty()).then_some((inputs.user, place)),
        daily_head: inputs.daily_head,
        public_url,
    }))
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::{Fragments, Settings};
    use super::*;

    fn mail(text: &str) -> Result<Option<MailSettings>, ConfigError> {
        let mut fragments = Fragments::default();
        fragments.text("test.toml", &format!("[web]\npublic_url = \"https://hashimori.example/\"\n[mail]\n{text}"))?;
        Ok(Settings::validate(fragments.merge()?, None)?.mail)
    }

    #[test]
    fn without_a_host_no_mail_is_sent_and_with_one_it_is_encrypted() {
        assert_eq!(mail("sender = \"nonsense\"").expect("valid"), None);
        let settings = mail("host = \"mail.example\"\nsender = \"hashimori@hotaru.example\"").expect("valid").expect("mail");
        assert_eq!((settings.tls, settings.port, settings.user, settings.daily_head), (MailTls::Starttls, 587, None, false));
        assert_eq!(settings.public_url, "https://hashimori.example");
    }

    #[test]
    fn each_impossible_mail_setting_is_refused_by_its_key() {
        let with = |more: &str| mail(&format!("host = \"mail.example\"\nsender = \"a@hotaru.example\"\n{more}"));
        for (more, key) in [
            ("port = 0", "mail.port"),
            ("tls = \"none\"", "mail.tls"),
            ("tls = \"maybe\"", "mail.tls"),
            ("password_file = \"x\"", "mail.user"),
            ("passwort = \"x\"", "passwort"),
        ] {
            let error = with(more).expect_err(key).to_string();
            assert!(error.contains(key), "{error}");
        }
        assert!(mail("host = \"mail.example\"").expect_err("no sender").to_string().contains("mail.sender"));
        assert!(mail("host = \"mail.example:25\"\nsender = \"a@b.example\"").is_ok_and(|settings| settings.is_some()), "IPv6 has colons");
        assert!(mail("host = \"mail/x\"\nsender = \"a@b.example\"").expect_err("a path").to_string().contains("mail.host"));
    }

    #[test]
    fn a_server_on_this_machine_may_go_without_encryption_and_a_user_has_a_password_somewhere() {
        for host in ["127.0.0.1", "::1", "localhost"] {
            let text = format!("host = \"{host}\"\ntls = \"none\"\nsender = \"a@hotaru.example\"\nuser = \"u\"");
            let settings = mail(&text).expect("valid").expect("mail");
            assert_eq!((settings.tls, settings.user), (MailTls::None, Some(("u".to_owned(), PasswordPlace::Store))));
        }
    }
}
