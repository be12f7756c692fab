//! Configuration in three stages: fragments (file, environment, flags) → merged → validated `Settings`.
//! Only `Settings` enters the program. An unknown key in the file is an error that names it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hashimori_shared::lang::Lang;
use serde::Deserialize;

use crate::probe::Signatures;

/// Where the state lies unless told otherwise.
pub(crate) const DEFAULT_STATE: &str = "/var/lib/hashimori-agent";
/// Where the configuration is looked for unless told otherwise; it may be absent.
pub(crate) const DEFAULT_CONFIG: &str = "/etc/hashimori-agent/agent.toml";

/// `agent.toml`. Every key is optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileConfig {
    /// `http://[user:password@]host:port` of a proxy that knows CONNECT, or `none`. Default: the environment's `HTTPS_PROXY`.
    /// `https://…` (TLS 1.3 to the proxy itself) needs `proxy_ca`.
    pub(crate) proxy: Option<String>,
    /// File with the certificates (PEM) that an `https://` proxy is trusted by; the system's own are never asked. Default none.
    pub(crate) proxy_ca: Option<PathBuf>,
    /// Never check in more often than this, in minutes (1–1440). The collector's own interval holds when it is longer. Default 1.
    pub(crate) min_interval_minutes: Option<u32>,
    /// Where the device's key lies: `auto`, `file` or `keyring`. Default `auto`.
    pub(crate) key_store: Option<String>,
    /// Seconds the facts may take to be read before they count as unknown (5–600). Default 60.
    pub(crate) probe_timeout_seconds: Option<u32>,
    /// Folder of catalogues (`software*.toml`, `antivirus*.toml`) that replace those of the package. Default none.
    pub(crate) catalogues: Option<PathBuf>,
    /// Language in which this device is told its verdict: `ja` or `en`. Default: the one named at enrolment, else `ja`.
    pub(crate) language: Option<String>,
}

/// What environment and command line say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    /// State folder.
    pub(crate) state: Option<PathBuf>,
    /// Configuration file; must exist when named.
    pub(crate) config: Option<PathBuf>,
    /// Proxy, as in the file.
    pub(crate) proxy: Option<String>,
    /// `HTTPS_PROXY` (or its lower-case form).
    pub(crate) env_proxy: Option<String>,
    /// `NO_PROXY` (or its lower-case form).
    pub(crate) env_no_proxy: Option<String>,
}

/// Which store holds the device's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyChoice {
    /// The OS keyring where a daemon can use one that survives a reboot, else the file.
    Auto,
    /// A file that only the agent's account can read.
    File,
    /// The OS keyring, or fail.
    Keyring,
}

/// A CONNECT proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProxySetting {
    /// `http://[user:password@]host:port`, or `https://…`.
    pub(crate) url: String,
    /// What an `https://` proxy is trusted by, PEM.
    pub(crate) ca: Option<PathBuf>,
    /// Hosts reached without it (`NO_PROXY` syntax).
    pub(crate) no_proxy: Option<String>,
}

/// Validated configuration.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// State folder.
    pub(crate) state: PathBuf,
    /// Proxy, if any.
    pub(crate) proxy: Option<ProxySetting>,
    /// Shortest interval between check-ins, seconds.
    pub(crate) min_interval_s: u32,
    /// Where the key lies.
    pub(crate) key_store: KeyChoice,
    /// Longest time the facts may take, seconds.
    pub(crate) probe_timeout_s: u32,
    /// Folder of the local administrator's catalogues, if any; they were valid when the program started.
    pub(crate) catalogues: Option<PathBuf>,
    /// Language in which this device is told its verdict, if it is named here.
    pub(crate) language: Option<Lang>,
}

/// A configuration that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidConfig {
    /// The file cannot be read.
    #[error("設定ファイル {0} を読めません: {1}")]
    Unreadable(String, String),
    /// The file is not what it should be; toml's message names key and line.
    #[error("設定ファイル {0} に誤りがあります: {1}")]
    Syntax(String, String),
    /// A catalogue that cannot be used; the message names file and line.
    #[error("設定 catalogues のフォルダの一覧表が使えません: {0}")]
    Catalogue(String),
    /// A value out of range.
    #[error("設定 {key} は {rule} でなければなりません（今は {found}）")]
    Value {
        /// Key.
        key: &'static str,
        /// What it must be.
        rule: &'static str,
        /// What it is.
        found: String,
    },
}

/// Reads the file (if there is one) and merges everything: flags over environment over file over defaults.
pub(crate) fn load(overrides: Overrides) -> Result<Settings, InvalidConfig> {
    let (path, must_exist) = match &overrides.config {
        Some(path) => (path.clone(), true),
        None => (PathBuf::from(DEFAULT_CONFIG), false),
    };
    let file = match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path)?,
        // The package's own is root's alone, for it may hold a proxy's password; whoever only looks at this device needs none of it.
        Err(e) if !must_exist && matches!(e.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => FileConfig::default(),
        Err(e) => return Err(InvalidConfig::Unreadable(path.display().to_string(), e.to_string())),
    };
    validate(file, overrides)
}

fn parse(text: &str, path: &Path) -> Result<FileConfig, InvalidConfig> {
    toml::from_str(text).map_err(|e| InvalidConfig::Syntax(path.display().to_string(), e.to_string().trim().to_owned()))
}

fn validate(file: FileConfig, overrides: Overrides) -> Result<Settings, InvalidConfig> {
    let proxy = match overrides.proxy.or(file.proxy) {
        Some(text) if text == "none" => None,
        Some(url) => Some(proxy_setting("proxy", &url, file.proxy_ca, None)?),
        None => match overrides.env_proxy.filter(|p| !p.is_empty()) {
            Some(url) => Some(proxy_setting("HTTPS_PROXY", &url, file.proxy_ca, overrides.env_no_proxy)?),
            None => None,
        },
    };
    let key_store = match file.key_store.as_deref() {
        None | Some("auto") => KeyChoice::Auto,
        Some("file") => KeyChoice::File,
        Some("keyring") => KeyChoice::Keyring,
        Some(other) => {
            return Err(InvalidConfig::Value { key: "key_store", rule: "auto・file・keyring のどれか", found: other.into() });
        }
    };
    let language = match file.language {
        None => None,
        Some(tag) => Some(Lang::from_tag(&tag).ok_or(InvalidConfig::Value { key: "language", rule: "ja・en のどちらか", found: tag })?),
    };
    if file.catalogues.is_some() {
        Signatures::load(file.catalogues.as_deref()).map_err(InvalidConfig::Catalogue)?;
    }
    let minutes = within("min_interval_minutes", "1〜1440", file.min_interval_minutes.unwrap_or(1), 1..=1440)?;
    Ok(Settings {
        state: overrides.state.unwrap_or_else(|| PathBuf::from(DEFAULT_STATE)),
        proxy,
        min_interval_s: minutes * 60,
        key_store,
        probe_timeout_s: within("probe_timeout_seconds", "5〜600", file.probe_timeout_seconds.unwrap_or(60), 5..=600)?,
        catalogues: file.catalogues,
        language,
    })
}

fn within(key: &'static str, rule: &'static str, value: u32, range: std::ops::RangeInclusive<u32>) -> Result<u32, InvalidConfig> {
    if range.contains(&value) { Ok(value) } else { Err(InvalidConfig::Value { key, rule, found: value.to_string() }) }
}

/// What travels inside is the collector's own TLS 1.3 either way; TLS to the proxy guards its password, and asks for its CA.
fn proxy_setting(key: &'static str, url: &str, ca: Option<PathBuf>, no_proxy: Option<String>) -> Result<ProxySetting, InvalidConfig> {
    let rule = "http://ホスト:ポート の形（https:// のときは proxy_ca も必要）";
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let known = url.starts_with("http://") || (url.starts_with("https://") && ca.is_some());
    if !known || ureq::Proxy::new(&url).is_err() {
        // The value can hold a password: name the key only.
        return Err(InvalidConfig::Value { key, rule, found: "別の形".to_owned() });
    }
    Ok(ProxySetting { url, ca, no_proxy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(toml: &str) -> Result<Settings, InvalidConfig> {
        validate(parse(toml, Path::new("agent.toml"))?, Overrides::default())
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = settings("intervall = 5").expect_err("refused").to_string();
        assert!(error.contains("intervall") && error.contains("agent.toml"), "{error}");
    }

    #[test]
    fn values_out_of_range_are_refused_with_the_rule() {
        for (toml, key) in [
            ("min_interval_minutes = 0", "min_interval_minutes"),
            ("probe_timeout_seconds = 601", "probe_timeout_seconds"),
            ("key_store = \"usb\"", "key_store"),
            ("language = \"fr\"", "language"),
            ("proxy = \"socks5://p.example:1080\"", "proxy"),
            ("proxy = \"https://p.example:3128\"", "proxy_ca"),
        ] {
            let error = settings(toml).expect_err("refused").to_string();
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_environment() {
        let env = Overrides { env_proxy: Some("p1.example:8080".into()), env_no_proxy: Some("localhost".into()), ..Overrides::default() };
        let from_env = validate(FileConfig::default(), env.clone()).expect("valid").proxy.expect("a proxy");
        assert_eq!(from_env, ProxySetting { url: "http://p1.example:8080".into(), ca: None, no_proxy: Some("localhost".into()) });
        let file = FileConfig { proxy: Some("http://p2.example:3128".into()), ..FileConfig::default() };
        assert_eq!(validate(file.clone(), env.clone()).expect("valid").proxy.expect("a proxy").url, "http://p2.example:3128");
        assert_eq!(validate(file, Overrides { proxy: Some("none".into()), ..env }).expect("valid").proxy, None);
    }

    #[test]
    fn a_password_in_a_refused_proxy_is_not_repeated() {
        let error = settings("proxy = \"https://user:himitsu@p.example:3128\"").expect_err("refused").to_string();
        assert!(!error.contains("himitsu"), "{error}");
    }

    #[test]
    fn a_proxy_behind_tls_needs_its_own_certificate_authority() {
        let proxy = settings("proxy = \"https://p.example:3128\"\nproxy_ca = \"/etc/proxy.pem\"").expect("valid").proxy.expect("a proxy");
        assert_eq!(proxy.ca.as_deref(), Some(Path::new("/etc/proxy.pem")));
    }

    #[test]
    fn a_folder_of_catalogues_must_be_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let line = format!("catalogues = {:?}", folder.path());
        assert_eq!(settings(&line).expect("an empty one").catalogues.as_deref(), Some(folder.path()));
        std::fs::write(folder.path().join("antivirus.toml"), "version = \"1\"\nproducts = 2\n").expect("writes");
        let error = settings(&line).expect_err("refused").to_string();
        assert!(error.contains("antivirus.toml") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn a_named_configuration_file_must_exist() {
        let overrides = Overrides { config: Some("/nonexistent/agent.toml".into()), ..Overrides::default() };
        assert!(matches!(load(overrides), Err(InvalidConfig::Unreadable(..))));
    }
}
