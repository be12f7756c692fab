//! One message on its way: its address is looked up, looked at, and held to while it is sent, so that no name can lead the collector to
//! where it must not go. No redirect is followed, no proxy used, and what the receiver says is not read.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use openidconnect::reqwest::{self, Url};

use super::WebhookSettings;
use crate::domain::webhook::{LONGEST_URL, Networks, Outcome};

/// Longest that a receiver is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why an address is refused when it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrongTarget {
    /// It is none, or too long, or names a user.
    Form,
    /// It is not `https://`.
    Plain,
    /// It leads to where webhooks must not go.
    Forbidden,
}

/// Where a webhook goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    url: Url,
    host: String,
}

impl Target {
    /// As typed. What its name stands for is looked at when something is sent.
    pub(crate) fn parse(typed: &str, networks: &Networks) -> Result<Self, WrongTarget> {
        let target = Self::read(typed)?;
        let this_machine = (target.host == "localhost").then_some(IpAddr::from([127, 0, 0, 1]));
        let forbidden = target.address().or(this_machine).is_some_and(|address| !networks.allow(address));
        if forbidden { Err(WrongTarget::Forbidden) } else { Ok(target) }
    }

    /// As it was kept: where it may go was looked at when it was typed, and is again when it is looked up.
    pub(super) fn read(typed: &str) -> Result<Self, WrongTarget> {
        let typed = typed.trim();
        let mut url = Url::parse(typed).map_err(|_| WrongTarget::Form)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if typed.chars().count() > LONGEST_URL || host.is_empty() || !url.username().is_empty() || url.password().is_some() {
            return Err(WrongTarget::Form);
        }
        url.set_fragment(None);
        let target = Self { url, host };
        match (target.url.scheme(), target.is_loopback()) {
            ("https", _) | ("http", true) => Ok(target),
            _ => Err(WrongTarget::Plain),
        }
    }

    /// The whole address.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The host in it.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Where the host is an address itself.
    fn address(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }

    /// The addresses it stands for now, each looked at. One that is forbidden forbids all: who can put one there can put others.
    async fn look_up(&self, networks: &Networks) -> Result<Vec<SocketAddr>, Outcome> {
        let port = self.url.port_or_known_default().ok_or(Outcome::Forbidden)?;
        let found: Vec<SocketAddr> = if let Some(address) = self.address() {
            vec![SocketAddr::new(address, port)]
        } else {
            let asked = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((self.host.as_str(), port))).await;
            asked.map_err(|_| Outcome::Slow)?.map_err(|_| Outcome::Unreachable)?.collect()
        };
        let plain_beyond = |address: &SocketAddr| self.url.scheme() != "https" && !address.ip().to_canonical().is_loopback();
        if found.iter().any(|address| !networks.allow(address.ip()) || plain_beyond(address)) {
            return Err(Outcome::Forbidden);
        }
        if found.is_empty() { Err(Outcome::Unreachable) } else { Ok(found) }
    }
}

/// A message, signed.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) signature: String,
    pub(super) body: String,
}

/// Sends a message; how it went.
pub(super) async fn send(settings: &WebhookSettings, target: &Target, message: Message) -> Outcome {
    match try_to_send(settings, target, message).await {
        Ok(status) => Outcome::Answered(status),
        Err(outcome) => outcome,
    }
}

async fn try_to_send(settings: &WebhookSettings, target: &Target, message: Message) -> Result<u16, Outcome> {
    let addresses = target.look_up(&settings.networks).await?;
    let client = client(settings, target, &addresses).map_err(|error| {
        tracing::error!(error = format!("{error:#}"), "no webhook can be sent");
        Outcome::Unreachable
    })?;
    let request = client
        .post(target.url.clone())
        .header("content-type", "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp)
        .header("webhook-signature", message.signature)
        .body(message.body);
    match request.send().await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) if error.is_timeout() => Err(Outcome::Slow),
        Err(error) => {
            // Without its address: that may hold a secret.
            tracing::info!(error = %error.without_url(), "a webhook's receiver cannot be reached as it has to be");
            Err(Outcome::Unreachable)
        }
    }
}

fn client(settings: &WebhookSettings, target: &Target, addresses: &[SocketAddr]) -> anyhow::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .https_only(target.url.scheme() == "https")
        .resolve_to_addrs(&target.host, addresses)
        .user_agent("hashimori-webhook/1");
    if let Some(path) = &settings.authorities {
        for certificate in reqwest::Certificate::from_pem_bundle(&std::fs::read(path)?)? {
            builder = builder.add_root_certificate(certificate);
        }
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str, networks: &[&str]) -> Result<String, WrongTarget> {
        let networks = Networks(networks.iter().map(|text| text.parse().expect("a network")).collect());
        Target::parse(typed, &networks).map(|target| target.as_str().to_owned())
    }

    #[test]
    fn an_address_is_https_names_no_user_and_leads_to_no_private_machine() {
        assert_eq!(parse(" https://hook.example/a?b=c#d ", &[]), Ok("https://hook.example/a?b=c".to_owned()));
        for (bad, why) in [
            ("hook.example", WrongTarget::Form),
            ("https://", WrongTarget::Form),
            ("https://user:pass@hook.example/", WrongTarget::Form),
            (&format!("https://hook.example/{}", "a".repeat(LONGEST_URL)), WrongTarget::Form),
            ("http://hook.example/", WrongTarget::Plain),
            ("ftp://hook.example/", WrongTarget::Plain),
            ("file://localhost/etc/passwd", WrongTarget::Form),
            ("https://127.0.0.1/", WrongTarget::Forbidden),
            ("https://localhost/", WrongTarget::Forbidden),
            ("http://localhost/", WrongTarget::Forbidden),
            ("https://[::1]/", WrongTarget::Forbidden),
            ("https://2130706433/", WrongTarget::Forbidden),
            ("https://0x7f.1/", WrongTarget::Forbidden),
            ("https://169.254.169.254/latest", WrongTarget::Forbidden),
            ("https://[::ffff:10.0.0.1]/", WrongTarget::Forbidden),
        ] {
            assert_eq!(parse(bad, &[]), Err(why), "{bad}");
        }
    }

    #[test]
    fn this_machine_is_reached_where_the_operator_says_so_and_only_there_without_tls() {
        assert!(parse("http://127.0.0.1:9000/", &["127.0.0.0/8"]).is_ok());
        assert!(parse("http://localhost:9000/", &["127.0.0.0/8"]).is_ok());
        assert_eq!(parse("http://192.168.10.7/", &["192.168.10.0/24"]), Err(WrongTarget::Plain));
        assert!(parse("https://192.168.10.7/", &["192.168.10.0/24"]).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_stands_for_a_private_machine_is_not_followed() {
        // Typed while the operator allowed it, and looked up when he does not any more: as when a name is made to stand for another.
        let target = Target::parse("https://localhost:9/", &Networks(vec!["127.0.0.0/8".parse().expect("a network")])).expect("allowed");
        assert_eq!(target.look_up(&Networks::default()).await, Err(Outcome::Forbidden));
    }
}
