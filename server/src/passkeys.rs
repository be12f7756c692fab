//! Passkeys (WebAuthn level 3): which address they belong to, the options a browser is given, and what its answers prove.
//! Knows neither SQL nor HTTP. A ceremony's state is text: the caller keeps it where the browser cannot change it.

use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn,
    WebauthnBuilder, WebauthnError,
};

use crate::domain::ids::PersonId;
use crate::domain::people::Person;

/// Passkeys of one address.
#[derive(Clone, Debug)]
pub struct Passkeys {
    core: Webauthn,
    host: String,
    address: String,
}

/// What a browser is given, and what it is held to afterwards.
#[derive(Clone, Debug)]
pub struct Offer {
    /// `PublicKeyCredentialCreationOptions` or `…RequestOptions` as JSON, binary members in base64url.
    pub options: String,
    /// The ceremony's state, as JSON.
    pub state: String,
}

/// A passkey as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Credential id, base64url.
    pub credential: String,
    /// Public key, counter and flags as JSON.
    pub stored: String,
}

/// Why an answer proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Not what a browser answers.
    #[error("not the answer of a browser")]
    Malformed,
    /// It answers something else, or for another address, or its signature does not fit.
    #[error("the answer proves nothing: {0}")]
    Proof(#[from] WebauthnError),
    /// The person did not unlock the authenticator, or the same key answered elsewhere in between.
    #[error("the authenticator did not verify its user, or counts backwards")]
    Unverified,
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    serde_json::from_str(text).map_err(|_| Refused::Malformed)
}

impl Passkeys {
    /// Passkeys of the address that people type (`https://host[:port]`), or of `http://localhost` with any port. An IP address
    /// cannot have passkeys (WebAuthn §5.1.3: the RP id is a domain): `None`.
    pub fn at(origin: &str) -> Option<Self> {
        let url = Url::parse(origin).ok()?;
        let loopback = url.host_str().is_some_and(is_loopback);
        let url = if loopback && url.scheme() == "http" { Url::parse("http://localhost").ok()? } else { url };
        let host = url.domain()?.to_owned();
        if url.scheme() != "https" && host != "localhost" {
            return None;
        }
        let builder = WebauthnBuilder::new(&host, &url).ok()?.rp_name("橋守").allow_any_port(host == "localhost");
        let core = builder.build().ok()?;
        let address = url.as_str().trim_end_matches('/').to_owned();
        Some(Self { core, host, address })
    }

    /// Whether a page reached under this `Host` can use them.
    pub fn belong_to(&self, host: &str) -> bool {
        host.rsplit_once(':').map_or(host, |(name, _)| name).eq_ignore_ascii_case(&self.host)
    }

    /// Under which address they can be used.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Begins registering a passkey for a person who has these already (credential ids, base64url).
    pub fn offer_registration(&self, person: &Person, known: &[String]) -> Result<Offer, WebauthnError> {
        let known = known.iter().filter_map(|id| BASE64URL_NOPAD.decode(id.as_bytes()).ok()).collect();
        let user = uuid(person.id);
        let (options, state) = self.core.start_passkey_registration(user, person.login.as_str(), &person.name, Some(known))?;
        // Found without a name being typed (discoverable): the library asks for this only where it also checks the maker.
        let mut options = member(options, "publicKey")?;
        options["authenticatorSelection"]["residentKey"] = json!("required");
        options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        Ok(Offer { options: options.to_string(), state: written(&state)? })
    }

    /// The passkey that an answer registers.
    pub fn accept_registration(&self, state: &str, answer: &str) -> Result<Proven, Refused> {
        let (state, answer): (PasskeyRegistration, RegisterPublicKeyCredential) = (parse(state)?, parse(answer)?);
        proven(&self.core.finish_passkey_registration(&answer, &state)?)
    }

    /// Begins proving oneself with any passkey of this address.
    pub fn offer_proof(&self) -> Result<Offer, WebauthnError> {
        let (options, state) = self.core.start_discoverable_authentication()?;
        Ok(Offer { options: member(options, "publicKey")?.to_string(), state: written(&state)? })
    }

    /// Whose passkey an answer claims to be (person, credential id): not proven yet.
    pub fn claimed(&self, answer: &str) -> Result<(PersonId, String), Refused> {
        let answer: PublicKeyCredential = parse(answer)?;
        let (person, credential) = self.core.identify_discoverable_authentication(&answer)?;
        Ok((PersonId::new(person), BASE64URL_NOPAD.encode(credential)))
    }

    /// Checks an answer against the stored passkey that it claims; how that is to be stored from now on.
    pub fn accept_proof(&self, state: &str, answer: &str, stored: &str) -> Result<Proven, Refused> {
        let (state, answer): (DiscoverableAuthentication, PublicKeyCredential) = (parse(state)?, parse(answer)?);
        let mut passkey: Passkey = parse(stored)?;
        let result = self.core.finish_discoverable_authentication_v2(&answer, state, &passkey)?;
        if !result.user_verified() {
            return Err(Refused::Unverified);
        }
        passkey.update_credential(&result);
        proven(&passkey)
    }
}

/// Addresses of this machine itself, as a browser writes them.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn uuid(person: PersonId) -> Uuid {
    // An id's text is a UUID's text.
    Uuid::parse_str(&person.to_string()).unwrap_or_default()
}

fn written(value: &impl serde::Serialize) -> Result<String, WebauthnError> {
    serde_json::to_string(value).map_err(WebauthnError::ParseJSONFailure)
}

fn member(value: impl serde::Serialize, name: &str) -> Result<Value, WebauthnError> {
    Ok(serde_json::to_value(value).map_err(WebauthnError::ParseJSONFailure)?[name].take())
}

fn proven(passkey: &Passkey) -> Result<Proven, Refused> {
    Ok(Proven { credential: BASE64URL_NOPAD.encode(passkey.cred_id()), stored: written(passkey)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ip_address_and_plain_http_have_no_passkeys_and_loopback_has_those_of_localhost() {
        for none in ["https://192.0.2.7", "https://[2001:db8::1]:8080", "http://hashimori.example", "nonsense"] {
            assert!(Passkeys::at(none).is_none(), "{none}");
        }
        let named = Passkeys::at("https://hashimori.example:8443").expect("a domain");
        assert!(named.belong_to("hashimori.example:8443") && named.belong_to("Hashimori.example") && !named.belong_to("192.0.2.7:8443"));
        let loopback = Passkeys::at("http://127.0.0.1:8080").expect("localhost");
        assert!(loopback.belong_to("localhost:8080") && !loopback.belong_to("127.0.0.1:8080"));
        assert_eq!(loopback.address(), "http://localhost");
    }

    #[test]
    fn what_is_no_answer_is_refused_as_such() {
        let passkeys = Passkeys::at("https://hashimori.example").expect("a domain");
        let offer = passkeys.offer_proof().expect("an offer");
        for text in ["", "{}", "[]", "null", "{\"id\":1}"] {
            assert!(matches!(passkeys.claimed(text), Err(Refused::Malformed)), "{text}");
            assert!(matches!(passkeys.accept_registration(&offer.state, text), Err(Refused::Malformed)), "{text}");
        }
    }
}
