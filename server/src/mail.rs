//! Sending mail: a letter as a message (`compose`), and the conversation with the SMTP server. When and how often is the job's.
//! Passwords and one-time links are opened here, with the master key, and nowhere kept.

mod compose;

pub use compose::{Frame, compose, test_message};

use std::time::Duration;

use anyhow::Context as _;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use zeroize::Zeroizing;

use crate::config::{MailSettings, MailTls, PasswordPlace};
use crate::domain::mail::{Failure, Link};
use crate::random::Random;
use crate::secrets::MasterKey;
use crate::store::{Store, meta};

/// Where the sealed password lies in the store, and what it is sealed for.
pub const PASSWORD: &str = "mail_password";
const LINK_PURPOSE: &str = "mail-link";
/// Longest wait for the server at each step.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way to the SMTP server.
pub type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// A link that holds a secret, sealed until its letter is written.
pub fn secret_link(master: &MasterKey, random: &Random, path: &str) -> Link {
    Link::Secret(data_encoding::BASE64.encode(&master.seal(LINK_PURPOSE, path.as_bytes(), random)))
}

/// The path that `secret_link` sealed.
pub(crate) fn open_link(master: &MasterKey, sealed: &str) -> Option<Zeroizing<String>> {
    let bytes = data_encoding::BASE64.decode(sealed.as_bytes()).ok()?;
    let path = master.open(LINK_PURPOSE, &bytes).ok()?;
    std::str::from_utf8(&path).ok().map(|path| Zeroizing::new(path.to_owned()))
}

/// Seals the password as the store keeps it.
pub fn seal_password(master: &MasterKey, random: &Random, password: &str) -> String {
    data_encoding::BASE64.encode(&master.seal(PASSWORD, password.as_bytes(), random))
}

async fn password(place: &PasswordPlace, store: &Store, master: &MasterKey) -> anyhow::Result<Zeroizing<String>> {
    match place {
        PasswordPlace::File(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read mail.password_file {}", path.display()))?;
            let text = Zeroizing::new(text);
            anyhow::ensure!(
                !crate::secrets::is_exposed(path),
                "mail.password_file {} can be read by others than its owner: run `chmod 600` on it",
                path.display()
            );
            Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        PasswordPlace::Store => {
            let sealed = meta::find(store, PASSWORD).await?;
            let sealed =
                sealed.context("mail.user has no password: give mail.password_file, or run `hashimori-server mail set-password`")?;
            let bytes = data_encoding::BASE64.decode(sealed.as_bytes()).context("the sealed mail password is damaged")?;
            let plain = master.open(PASSWORD, &bytes).context("the mail password")?;
            Ok(Zeroizing::new(String::from_utf8_lossy(&plain).into_owned()))
        }
    }
}

/// The way to the server, as the settings say; connects when something is sent.
pub async fn transport(settings: &MailSettings, store: &Store, master: &MasterKey) -> anyhow::Result<Transport> {
    let mut builder = Transport::builder_dangerous(settings.host.clone()).port(settings.port).timeout(Some(PATIENCE));
    builder = builder.hello_name(ClientId::Domain(host_of(&settings.public_url).to_owned()));
    builder = builder.tls(match settings.tls {
        MailTls::None => Tls::None,
        MailTls::Starttls => Tls::Required(parameters(settings)?),
        MailTls::Implicit => Tls::Wrapper(parameters(settings)?),
    });
    if let Some((user, place)) = &settings.user {
        builder = builder.credentials(Credentials::new(user.clone(), password(place, store, master).await?.to_string()));
    }
    Ok(builder.build())
}

fn parameters(settings: &MailSettings) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.authorities {
        let pem = std::fs::read(path).with_context(|| format!("cannot read mail.authorities {}", path.display()))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(
            Certificate::from_pem(&pem).with_context(|| format!("mail.authorities {} is no PEM certificate", path.display()))?,
        );
    }
    Ok(builder.build()?)
}

/// The host in the address of the web port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("localhost")
}

/// Hands a message to the server. What the server said is neither kept nor logged: it may repeat the address.
pub async fn send(transport: &Transport, message: Message) -> Result<(), Failure> {
    let Err(error) = transport.send(message).await else { return Ok(()) };
    let code = error.status().map(u16::from);
    Err(match code {
        // RFC 4954 §6: it is the collector's signing in that is refused.
        Some(code @ (530 | 534 | 535 | 538 | 454)) => Failure::Denied(code),
        Some(code) if error.is_permanent() => Failure::Refused(code),
        Some(code) => Failure::Later(code),
        None => {
            tracing::warn!(error = %without_words(&error), "the mail server cannot be reached as it has to be");
            Failure::Unreachable
        }
    })
}

/// What went wrong on the way, from the system or TLS: no server's words are in it.
fn without_words(error: &lettre::transport::smtp::Error) -> String {
    if error.is_response() || error.is_client() { "the server does not speak as it has to".to_owned() } else { error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_link_opens_with_its_master_key_alone() {
        let random = Random::seeded(5);
        let master = MasterKey::generate(&random);
        let Link::Secret(sealed) = secret_link(&master, &random, "/start/AAAA") else { panic!("sealed") };
        assert!(!sealed.contains("start"));
        assert_eq!(open_link(&master, &sealed).as_deref().map(String::as_str), Some("/start/AAAA"));
        assert!(open_link(&MasterKey::generate(&random), &sealed).is_none());
    }

    #[test]
    fn the_host_of_an_address_is_what_stands_between_scheme_and_path() {
        assert_eq!(host_of("https://hashimori.example/x"), "hashimori.example");
        assert_eq!(host_of("http://127.0.0.1:8080"), "127.0.0.1");
    }
}
