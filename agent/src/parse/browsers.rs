//! Password saving in browsers: Chromium's `Preferences` and policies, Firefox's `prefs.js`, `user.js` and `policies.json`.
//! Never opens where passwords are kept.

use serde::Deserialize;

use super::{Garbage, keyfile};

/// What a policy says of password saving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Fixed by an administrator.
    pub mandatory: Option<bool>,
    /// Default that the person may change.
    pub recommended: Option<bool>,
}

/// `PasswordManagerEnabled` of one Chromium policy file, if it is there (chromium policy documentation).
pub fn chromium_policy(json: &[u8]) -> Result<Option<bool>, Garbage> {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(rename = "PasswordManagerEnabled")]
        enabled: Option<bool>,
    }
    serde_json::from_slice::<Raw>(json).map(|raw| raw.enabled).map_err(|_| Garbage("a browser policy file is not the expected JSON"))
}

/// The person's own choice in one Chromium profile's `Preferences`; absent = never touched.
pub fn chromium_preference(json: &[u8]) -> Result<Option<bool>, Garbage> {
    #[derive(Deserialize)]
    struct Raw {
        credentials_enable_service: Option<bool>,
        profile: Option<RawProfile>,
    }
    #[derive(Deserialize)]
    struct RawProfile {
        password_manager_enabled: Option<bool>,
    }
    let raw: Raw = serde_json::from_slice(json).map_err(|_| Garbage("a browser profile's settings are not the expected JSON"))?;
    Ok(raw.credentials_enable_service.or_else(|| raw.profile.and_then(|profile| profile.password_manager_enabled)))
}

/// What Firefox's `policies.json` says (Mozilla policy templates): `OfferToSaveLogins` and `PasswordManagerEnabled` lock,
/// `OfferToSaveLoginsDefault` and an unlocked preference only set a default.
pub fn firefox_policy(json: &[u8]) -> Result<Policy, Garbage> {
    #[derive(Deserialize)]
    struct Raw {
        policies: RawPolicies,
    }
    #[derive(Deserialize)]
    struct RawPolicies {
        #[serde(rename = "OfferToSaveLogins")]
        offer: Option<bool>,
        #[serde(rename = "OfferToSaveLoginsDefault")]
        offer_default: Option<bool>,
        #[serde(rename = "PasswordManagerEnabled")]
        manager: Option<bool>,
        #[serde(rename = "Preferences")]
        preferences: Option<serde_json::Map<String, serde_json::Value>>,
    }
    let raw: Raw = serde_json::from_slice(json).map_err(|_| Garbage("the browser's policies.json is not the expected JSON"))?;
    let RawPolicies { offer, offer_default, manager, preferences } = raw.policies;
    let preference = preferences.and_then(|map| map.get(SIGNON).cloned());
    let (set, status) = match &preference {
        Some(serde_json::Value::Object(object)) => (object.get("Value").and_then(serde_json::Value::as_bool), object.get("Status")),
        Some(other) => (other.as_bool(), None),
        None => (None, None),
    };
    let locked = set.filter(|_| status.is_none_or(|status| status == "locked"));
    // Turning the password manager off forbids saving; leaving it on says nothing about the offer.
    let forbidden = manager.filter(|enabled| !enabled);
    Ok(Policy { mandatory: forbidden.or(offer).or(locked), recommended: offer_default.or(set) })
}

const SIGNON: &str = "signon.rememberSignons";

/// `signon.rememberSignons` in a Firefox preferences file, the last call winning; and whether it was set with `lockPref`.
pub fn firefox_preference(text: &str) -> Result<Option<(bool, bool)>, Garbage> {
    let mut found = None;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//") && line.contains(SIGNON)) {
        let Some((call, rest)) = line.split_once('(') else { continue };
        let locks = match call.trim() {
            "user_pref" | "pref" | "defaultPref" | "sticky_pref" => false,
            "lockPref" => true,
            _ => continue,
        };
        let Some((name, value)) = rest.split_once(',') else { return Err(PREFERENCE) };
        if name.trim().trim_matches(['"', '\'']) != SIGNON {
            continue;
        }
        let value = value.split(')').next().unwrap_or_default().trim();
        found = Some((value.parse().map_err(|_| PREFERENCE)?, locks));
    }
    Ok(found)
}

const PREFERENCE: Garbage = Garbage("the browser's preference for saving passwords is neither true nor false");

/// Profile folders of `profiles.ini`, relative to its own folder or absolute, in the order of the file.
pub fn firefox_profiles(profiles_ini: &str) -> Result<Vec<String>, Garbage> {
    let mut profiles = Vec::new();
    for entry in keyfile::entries(profiles_ini).filter(|entry| entry.group.starts_with("Profile") && entry.key == "Path") {
        if entry.value.is_empty() || entry.value.split('/').any(|part| part == "..") {
            return Err(Garbage("a browser profile lies where it should not"));
        }
        profiles.push(entry.value.to_owned());
    }
    let sections = keyfile::entries(profiles_ini).count();
    if sections == 0 { Err(Garbage("profiles.ini has no entries")) } else { Ok(profiles) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chromium_saves_unless_the_person_or_a_policy_says_no() {
        assert_eq!(
            chromium_preference(br#"{"credentials_enable_service":false,"profile":{"password_manager_enabled":true}}"#),
            Ok(Some(false))
        );
        assert_eq!(chromium_preference(br#"{"profile":{"name":"x","password_manager_enabled":false}}"#), Ok(Some(false)));
        assert_eq!(chromium_preference(br#"{"profile":{}}"#), Ok(None));
        assert_eq!(chromium_policy(br#"{"PasswordManagerEnabled":false,"HomepageLocation":"https://example.jp"}"#), Ok(Some(false)));
        for garbage in [&b"{"[..], b"", b"[]]", br#"{"credentials_enable_service":"no"}"#] {
            assert!(chromium_preference(garbage).is_err());
        }
        assert!(chromium_policy(br#"{"PasswordManagerEnabled":0}"#).is_err());
    }

    #[test]
    fn firefox_policies_lock_and_their_defaults_do_not() {
        let policy = |json: &str| firefox_policy(format!("{{\"policies\":{json}}}").as_bytes()).expect("parses");
        assert_eq!(policy(r#"{"OfferToSaveLogins":false}"#).mandatory, Some(false));
        assert_eq!(policy(r#"{"PasswordManagerEnabled":false,"OfferToSaveLogins":true}"#).mandatory, Some(false));
        assert_eq!(policy(r#"{"PasswordManagerEnabled":true}"#), Policy::default());
        assert_eq!(policy(r#"{"OfferToSaveLoginsDefault":false}"#), Policy { mandatory: None, recommended: Some(false) });
        assert_eq!(policy(r#"{"Preferences":{"signon.rememberSignons":{"Value":false,"Status":"locked"}}}"#).mandatory, Some(false));
        assert_eq!(policy(r#"{"Preferences":{"signon.rememberSignons":{"Value":false,"Status":"default"}}}"#).mandatory, None);
        assert!(firefox_policy(b"{}").is_err());
        assert!(firefox_policy(b"garbage").is_err());
    }

    #[test]
    fn the_last_preference_wins_and_comments_and_longer_names_do_not_count() {
        let text = include_str!("../../fixtures/browsers/firefox-prefs.js");
        assert_eq!(firefox_preference(text), Ok(Some((false, false))));
        assert_eq!(
            firefox_preference(
                "// user_pref(\"signon.rememberSignons\", false);\nuser_pref(\"signon.rememberSignons.visibilityToggle\", false);\n"
            ),
            Ok(None)
        );
        assert_eq!(firefox_preference("lockPref(\"signon.rememberSignons\", false);"), Ok(Some((false, true))));
        assert!(firefox_preference("user_pref(\"signon.rememberSignons\", maybe);").is_err());
    }

    #[test]
    fn profiles_are_listed_and_a_path_that_climbs_is_refused() {
        let text = include_str!("../../fixtures/browsers/firefox-profiles.ini");
        assert_eq!(firefox_profiles(text), Ok(vec!["ab12cd34.default".to_owned(), "ef56ab78.default-esr".to_owned()]));
        assert!(firefox_profiles("[Profile0]\nPath=../../elsewhere\n").is_err());
        assert!(firefox_profiles("garbage").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_them_panic(text in "\\PC*|((user_pref|lockPref)?\\(?\"signon.rememberSignons\"?,? ?(true|fals)?\\)?;?\n)*") {
            let _ = (chromium_policy(text.as_bytes()), chromium_preference(text.as_bytes()), firefox_policy(text.as_bytes()));
            let _ = (firefox_preference(&text), firefox_profiles(&text));
        }
    }
}
