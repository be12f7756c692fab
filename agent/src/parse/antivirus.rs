//! What antivirus products on Linux say of themselves: ClamAV's database header and configuration, mdatp's health report.

use hashimori_shared::report::{Reading, UnknownCode};
use hashimori_shared::time::Timestamp;
use serde::Deserialize;

use super::Garbage;

/// When a ClamAV database was made, from its 512-byte header `ClamAV-VDB:09 Dec 2007 15-50 +0000:45:…` (ClamAV documentation, Signatures).
pub fn clamav_made_at(header: &[u8]) -> Result<Timestamp, Garbage> {
    const FORM: Garbage = Garbage("the signature database has no ClamAV header with a date");
    let text = header.strip_prefix(b"ClamAV-VDB:").and_then(|rest| rest.get(..40)).ok_or(FORM)?;
    let text = String::from_utf8_lossy(text);
    let words: Vec<&str> = text.splitn(5, ' ').collect();
    let [day, month, year, time, zone] = words[..] else { return Err(FORM) };
    let zone = zone.split(':').next().unwrap_or_default();
    let instant = format!("{day} {month} {year} {} {zone}", time.replace('-', ":"));
    let parsed = jiff::fmt::strtime::parse("%d %b %Y %H:%M %z", instant).and_then(|broken| broken.to_timestamp()).map_err(|_| FORM)?;
    Ok(Timestamp::from_seconds(parsed.as_second()))
}

/// Whether clamd.conf(5) names anything for clamonacc(8) to watch.
pub fn clamav_watches_something(clamd_conf: &str) -> bool {
    clamd_conf.lines().any(|line| {
        let mut words = line.split_ascii_whitespace();
        matches!(words.next(), Some("OnAccessIncludePath" | "OnAccessMountPath")) && words.next().is_some()
    })
}

/// State of Microsoft Defender for Endpoint, from `mdatp health --output json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefenderHealth {
    /// Whether it watches files in use.
    pub real_time: Reading<bool>,
    /// When its definitions were updated.
    pub signatures_at: Reading<Timestamp>,
}

#[derive(Deserialize)]
struct RawHealth {
    healthy: Option<bool>,
    #[serde(rename = "passiveModeEnabled")]
    passive: Option<serde_json::Value>,
    #[serde(rename = "realTimeProtectionEnabled")]
    real_time: Option<serde_json::Value>,
    #[serde(rename = "definitionsUpdated")]
    updated: Option<serde_json::Value>,
}

/// Reads the health report; a field of another form than expected is unknown, never a guess.
pub fn defender_health(json: &[u8]) -> Result<DefenderHealth, Garbage> {
    let raw: RawHealth = serde_json::from_slice(json).map_err(|_| Garbage("mdatp's health report is not the expected JSON"))?;
    // A bare value, or an object that wraps it with whether policy set it.
    let inner = |value: Option<serde_json::Value>| match value {
        Some(serde_json::Value::Object(mut object)) => object.remove("value"),
        other => other,
    };
    let watches = inner(raw.real_time).and_then(|value| value.as_bool());
    let passive = inner(raw.passive).and_then(|value| value.as_bool());
    // A scanner that is not well, or leaves the work to another, is switched on and does not watch.
    let real_time = match (watches, raw.healthy, passive) {
        (Some(true), Some(true), None | Some(false)) => Reading::Value(true),
        (Some(true), Some(false), _) | (Some(true), _, Some(true)) => {
            Reading::unknown(UnknownCode::ConflictingSources, "mdatp says that it protects, and that it is not healthy or only passive")
        }
        (Some(false), _, _) => Reading::Value(false),
        (Some(true) | None, _, _) => opaque(),
    };
    let millis = inner(raw.updated).and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()));
    let signatures_at = millis.filter(|ms| *ms > 1_000_000_000_000).map(|ms| Timestamp::from_seconds(ms / 1000));
    Ok(DefenderHealth { real_time, signatures_at: signatures_at.map_or_else(opaque, Reading::Value) })
}

fn opaque<T>() -> Reading<T> {
    Reading::unknown(UnknownCode::ParseFailed, "the field of mdatp's health report is missing or of a form that is not known")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clamav_header_says_when_it_was_made_in_both_forms_of_the_clock() {
        let header =
            |time: &str| format!("ClamAV-VDB:16 Sep 2021 {time} -0400:26295:1975885:90:abc:def:builder:1631795562{}", " ".repeat(400));
        for time in ["08-32", "08:32"] {
            assert_eq!(clamav_made_at(header(time).as_bytes()), Ok(Timestamp::from_seconds(1_631_795_520)), "{time}");
        }
        for garbage in [&b""[..], b"ClamAV-VDB:", b"ClamAV-VDB:99 Foo 2021 08-32 -0400:26295:19758850000000000000", b"PK\x03\x04"] {
            assert!(clamav_made_at(garbage).is_err());
        }
    }

    #[test]
    fn the_scanner_watches_only_what_its_configuration_names() {
        assert!(clamav_watches_something("ScanOnAccess yes\nOnAccessIncludePath /home\n"));
        assert!(!clamav_watches_something("#OnAccessIncludePath /home\nOnAccessExcludeUname clamav\n"));
    }

    #[test]
    fn mdatp_says_whether_it_protects_and_what_is_not_understood_stays_unknown() {
        let health = defender_health(include_bytes!("../../fixtures/antivirus/mdatp-health.json")).expect("parses");
        assert_eq!(health.real_time, Reading::Value(true));
        assert_eq!(health.signatures_at, Reading::Value(Timestamp::from_seconds(1_795_000_000)));
        let odd = defender_health(br#"{"realTimeProtectionEnabled":"maybe","definitionsUpdated":"Jul 10, 2026 at 01:23:45 PM"}"#)
            .expect("parses");
        assert!(odd.real_time.value().is_none() && odd.signatures_at.value().is_none());
        let said = |json: &str| defender_health(json.as_bytes()).expect("parses").real_time;
        for unwell in [
            r#"{"healthy":false,"realTimeProtectionEnabled":{"value":true}}"#,
            r#"{"healthy":true,"passiveModeEnabled":{"value":true},"realTimeProtectionEnabled":{"value":true}}"#,
            r#"{"realTimeProtectionEnabled":true}"#,
        ] {
            assert!(said(unwell).value().is_none(), "{unwell}");
        }
        assert_eq!(said(r#"{"healthy":false,"realTimeProtectionEnabled":{"value":false}}"#), Reading::Value(false));
        assert!(defender_health(b"Error: daemon is not running").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_them_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), tail in "\\PC{0,60}") {
            let _ = clamav_made_at(&bytes);
            let _ = clamav_made_at(format!("ClamAV-VDB:{tail}").as_bytes());
            let _ = defender_health(&bytes);
        }
    }
}
