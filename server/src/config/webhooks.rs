//! The webhook settings, validated.

use super::settings::{given, wrong};
use super::{ConfigError, inputs};
use crate::domain::webhook::{Network, Networks};
use crate::webhooks::WebhookSettings;

/// Validates.
pub(super) fn validate(inputs: inputs::WebhooksInputs) -> Result<WebhookSettings, ConfigError> {
    let network = |text: &String| text.parse::<Network>().map_err(|error| wrong("webhooks.networks", format!("lists {text:?}: {error}")));
    let networks = inputs.networks.iter().map(network).collect::<Result<_, _>>()?;
    Ok(WebhookSettings { networks: Networks(networks), authorities: given(inputs.authorities) })
}

#[cfg(test)]
mod tests {
    use super::super::{Fragments, Settings};
    use super::*;

    fn webhooks(text: &str) -> Result<WebhookSettings, ConfigError> {
        let mut fragments = Fragments::default();
        fragments.text("test.toml", &format!("[webhooks]\n{text}"))?;
        Ok(Settings::validate(fragments.merge()?, None)?.webhooks)
    }

    #[test]
    fn webhooks_go_to_the_open_network_unless_others_are_named() {
        assert_eq!(webhooks("").expect("valid"), WebhookSettings::default());
        let settings = webhooks("networks = [\"192.168.10.0/24\", \"::1\"]\nauthorities = \"/etc/ca.pem\"").expect("valid");
        assert_eq!((settings.networks.0.len(), settings.authorities.is_some()), (2, true));
        let error = webhooks("networks = [\"intranet\"]").expect_err("refused").to_string();
        assert!(error.contains("webhooks.networks") && error.contains("intranet"), "{error}");
    }
}
