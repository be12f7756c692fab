//! OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636): where a browser is sent, and what its return proves.
//! Knows neither SQL nor pages. Connects to the configured issuer and to the endpoints that it names, and follows no redirect.

use std::time::Duration;

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use hashimori_shared::time::Timestamp;
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    TokenResponse as _, reqwest,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::random::Random;

/// Longest that an answer of the provider is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// A proof anew is as old as this at most, in seconds.
const FRESH_S: i64 = 10 * 60;
/// Names longer than this are cut, in characters.
const NAME_CHARS: usize = 100;

/// A provider and how we are known there.
#[derive(Clone, Debug)]
pub struct Client {
    /// Issuer, `https://…`; `http://` only on loopback.
    pub issuer: String,
    /// Our id.
    pub client_id: String,
    /// Our secret, if the provider gave one.
    pub secret: Option<Secret>,
    /// Where the browser comes back to.
    pub redirect: String,
}

/// A client secret.
#[derive(Clone)]
pub struct Secret(pub Zeroizing<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a return is held to. Kept where the browser can neither read nor change it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pledge {
    nonce: String,
    verifier: String,
}

impl Pledge {
    /// A new one.
    pub fn new(random: &Random) -> Self {
        let text = || BASE64URL_NOPAD.encode(&random.bytes::<32>());
        Self { nonce: text(), verifier: text() }
    }
}

/// Who came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The provider's lasting name for the person: unique there, at most 255 ASCII characters (OIDC Core §2).
    pub subject: String,
    /// What the provider calls the person, for people to read.
    pub name: String,
    /// When the person proved themself to the provider; `None`: longer ago than a proof counts, or the provider does not say.
    pub at: Option<Timestamp>,
}

/// Why somebody cannot be signed in this way. The text is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The provider does not answer as it should.
    #[error("the OpenID provider cannot be used: {0}")]
    Provider(String),
    /// The return proves nothing.
    #[error("the return from the OpenID provider proves nothing: {0}")]
    Proof(String),
}

/// Whether an issuer may be configured: TLS, or plain on loopback.
pub fn is_issuer(text: &str) -> bool {
    let Ok(url) = IssuerUrl::new(text.to_owned()) else { return false };
    let url = url.url();
    let loopback = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

fn provider(cause: impl std::fmt::Display) -> Refused {
    Refused::Provider(cause.to_string())
}

fn http() -> Result<reqwest::Client, Refused> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build().map_err(provider)
}

impl Client {
    async fn metadata(&self, http: &reqwest::Client) -> Result<CoreProviderMetadata, Refused> {
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(provider)?;
        CoreProviderMetadata::discover_async(issuer, http).await.map_err(provider)
    }

    fn redirect(&self) -> Result<RedirectUrl, Refused> {
        RedirectUrl::new(self.redirect.clone()).map_err(provider)
    }

    fn secret(&self) -> Option<ClientSecret> {
        self.secret.as_ref().map(|secret| ClientSecret::new(secret.0.to_string()))
    }

    /// Where to send the browser; it brings `state` back. `anew`: the person has to prove themself there once more.
    pub async fn begin(&self, pledge: &Pledge, state: String, anew: bool) -> Result<String, Refused> {
        let metadata = self.metadata(&http()?).await?;
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(self.client_id.clone()), self.secret())
            .set_redirect_uri(self.redirect()?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(pledge.verifier.clone()));
        let nonce = Nonce::new(pledge.nonce.clone());
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(state), move || nonce)
            .set_pkce_challenge(challenge);
        if anew {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(Duration::ZERO);
        }
        Ok(request.url().0.into())
    }

    /// Exchanges the code that the browser brought and verifies what comes of it. `anew` as it was asked for.
    pub async fn finish(&self, pledge: Pledge, code: String, now: Timestamp, anew: bool) -> Result<Proven, Refused> {
        let http = http()?;
        let metadata = self.metadata(&http).await?;
        let client = CoreClient::from_provider_metadata(metadata, ClientId::new(self.client_id.clone()), self.secret())
            .set_redirect_uri(self.redirect()?);
        let proof = |cause: String| Refused::Proof(cause);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(provider)?
            .set_pkce_verifier(PkceCodeVerifier::new(pledge.verifier))
            .request_async(&http)
            .await
            .map_err(|error| proof(error.to_string()))?;
        let token = answer.id_token().ok_or_else(|| proof("no ID token".to_owned()))?;
        let at = instant(now);
        let verifier = client
            .id_token_verifier()
            .set_time_fn(move || at)
            .set_auth_time_verifier_fn(move |proved| if anew { is_fresh(proved, now) } else { Ok(()) });
        let claims = token.claims(&verifier, &Nonce::new(pledge.nonce)).map_err(|error| proof(error.to_string()))?;
        let said = claims.preferred_username().map(|name| name.as_str()).or_else(|| claims.email().map(|mail| mail.as_str()));
        let subject = claims.subject().as_str();
        let name = said.unwrap_or(subject).chars().take(NAME_CHARS).collect();
        Ok(Proven { subject: subject.to_owned(), name, at: proved_at(claims.auth_time(), now) })
    }
}

/// When somebody proved themself, where that is said and fresh.
fn proved_at(said: Option<DateTime<Utc>>, now: Timestamp) -> Option<Timestamp> {
    is_fresh(said, now).ok().and(said).map(|proved| Timestamp::from_seconds(proved.timestamp()).min(now))
}

fn instant(now: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(now.seconds(), 0).unwrap_or_default()
}

/// OIDC Core §3.1.2.1: a provider asked with `max_age` has to say when the person proved themself.
fn is_fresh(proved: Option<DateTime<Utc>>, now: Timestamp) -> Result<(), String> {
    let Some(proved) = proved else { return Err("the provider does not say when the person proved themself".to_owned()) };
    let age = now.seconds() - proved.timestamp();
    // A minute ahead is two clocks that differ, not a proof from the future.
    if (-60..=FRESH_S).contains(&age) { Ok(()) } else { Err(format!("the proof is {age} s old")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_reached_over_tls_or_on_loopback_only() {
        for good in ["https://id.example/realm", "http://127.0.0.1:9000", "http://localhost:9000/a"] {
            assert!(is_issuer(good), "{good}");
        }
        for bad in ["http://id.example", "ftp://id.example", "id.example", ""] {
            assert!(!is_issuer(bad), "{bad}");
        }
    }

    #[test]
    fn a_proof_anew_is_refused_when_it_is_old_or_its_age_is_not_said() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let proved = |ago: i64| is_fresh(Some(instant(now.plus_seconds(-ago))), now);
        assert_eq!(proved(0), Ok(()));
        assert_eq!(proved(FRESH_S), Ok(()));
        assert!(proved(FRESH_S + 1).is_err());
        assert!(proved(-61).is_err());
        assert!(is_fresh(None, now).is_err());
    }

    #[test]
    fn whoever_the_provider_asked_nothing_of_lately_has_proven_nothing() {
        let now = Timestamp::from_seconds(1_785_715_200);
        let said = |ago: i64| proved_at(Some(instant(now.plus_seconds(-ago))), now);
        assert_eq!((said(0), said(FRESH_S)), (Some(now), Some(now.plus_seconds(-FRESH_S))));
        assert_eq!(said(-30), Some(now), "two clocks that differ are no proof from the future");
        assert_eq!((said(FRESH_S + 1), said(-61), proved_at(None, now)), (None, None, None));
    }

    #[test]
    fn pledges_differ_and_a_secret_does_not_show() {
        let random = Random::seeded(1);
        let (one, other) = (Pledge::new(&random), Pledge::new(&random));
        assert_ne!(one.nonce, other.nonce);
        assert_ne!(one.verifier, one.nonce);
        assert_eq!(one.verifier.len(), 43, "RFC 7636 §4.1: 43 to 128 characters");
        assert!(!format!("{:?}", Secret(Zeroizing::new("himitsu".to_owned()))).contains("himitsu"));
    }
}
