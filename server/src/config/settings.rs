//! Validated settings: the only form of configuration that the program sees.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{ConfigError, Inputs, MailSettings, inputs, mail, webhooks};
use crate::secrets::{CREDENTIAL, KeySource};
use crate::store::StoreUrl;
use crate::webhooks::WebhookSettings;

/// Validated settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Data folder.
    pub data: PathBuf,
    /// Where the store is.
    pub store: StoreUrl,
    /// Where the master key is.
    pub master_key: KeySource,
    /// The port of devices.
    pub device: DeviceSettings,
    /// The port of people.
    pub web: WebSettings,
    /// The port of Prometheus, if any.
    pub metrics: Option<SocketAddr>,
    /// What one client may take.
    pub limits: Limits,
    /// Seconds between two check-ins of a device.
    pub check_in_interval_s: u32,
    /// Folder of rule packs, if any.
    pub packs: Option<PathBuf>,
    /// Folder of catalogues, if any.
    pub catalogues: Option<PathBuf>,
    /// Folder of the daily backup; `None`: none is made.
    pub backup: Option<PathBuf>,
    /// Backups kept.
    pub backups_kept: usize,
    /// Mail, if any is sent.
    pub mail: Option<MailSettings>,
    /// Where webhooks may go.
    pub webhooks: WebhookSettings,
    /// Form of the log.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_filter: String,
}

/// The port of devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSettings {
    /// Address and port.
    pub listen: SocketAddr,
    /// Names and addresses devices reach it by, never empty.
    pub names: Vec<String>,
    /// Port devices are told, when it is not the one listened on.
    pub public_port: Option<u16>,
}

/// The port of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSettings {
    /// Address and port.
    pub listen: SocketAddr,
    /// Address people type, without a slash at its end, when it is not made from `listen`.
    pub public_url: Option<String>,
    /// Certificate files; `None`: plain HTTP on loopback or behind `trusted_proxies`.
    pub tls: Option<WebTls>,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Those of them that speak the PROXY protocol: all or none.
    pub proxied_by: Vec<IpAddr>,
}

impl DeviceSettings {
    /// `host:port` as devices are told; `bound` is where the port really is, when that is known.
    pub fn endpoint(&self, bound: Option<SocketAddr>) -> String {
        let port = self.public_port.unwrap_or_else(|| bound.unwrap_or(self.listen).port());
        let host = self.names.first().map_or("localhost", String::as_str);
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl WebSettings {
    /// Address people type, without a slash at its end; `bound` is where the port really is, when that is known.
    pub fn url(&self, bound: Option<SocketAddr>) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", bound.unwrap_or(self.listen)))
    }
}

/// Certificate files of the web port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebTls {
    /// Chain, PEM.
    pub certificate: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

/// Limits of the listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections.
    pub connections: usize,
    /// Unfinished handshakes in all.
    pub half_open: usize,
    /// Unfinished handshakes of one address.
    pub half_open_per_address: usize,
    /// Longest handshake.
    pub handshake: Duration,
    /// Longest head of a request, from its first byte.
    pub header: Duration,
    /// Longest body.
    pub body: Duration,
    /// Longest rest between requests.
    pub idle: Duration,
    /// Bytes of a head.
    pub header_bytes: usize,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of all bodies that the device port holds at once.
    pub bodies_bytes: usize,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

pub(super) fn wrong(key: &'static str, rule: impl Into<String>) -> ConfigError {
    ConfigError::Value { key, rule: rule.into() }
}

fn address(key: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| wrong(key, format!("must be an address and a port, such as 127.0.0.1:8443; {text:?} is not")))
}

pub(super) fn given(path: PathBuf) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then_some(path)
}

impl Settings {
    /// Validates. `credentials` is systemd's credential folder of this service (`$CREDENTIALS_DIRECTORY`), if it has one.
    pub fn validate(inputs: Inputs, credentials: Option<&Path>) -> Result<Self, ConfigError> {
        if inputs.data.as_os_str().is_empty() {
            return Err(wrong("data", "must name a folder"));
        }
        let store = match inputs.store.url.as_str() {
            "" => StoreUrl::Sqlite(inputs.data.join("store.db")),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => StoreUrl::Postgres(url.to_owned()),
            _ => return Err(wrong("store.url", "must be empty (SQLite) or begin with postgres://")),
        };
        let backup = given(inputs.backup.folder).unwrap_or_else(|| inputs.data.join("backup"));
        if inputs.backup.keep == 0 {
            return Err(wrong("backup.keep", "must be at least 1"));
        }
        if !(60..=86_400).contains(&inputs.check_in.interval_s) {
            return Err(wrong("check_in.interval_s", "must be 60 to 86400 seconds"));
        }
        let log_format = match inputs.log.format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return Err(wrong("log.format", format!("must be text or json, not {other:?}"))),
        };
        let metrics = match inputs.metrics.listen.as_str() {
            "" => None,
            text => Some(address("metrics.listen", text)?),
        };
        let web = web(inputs.web)?;
        Ok(Self {
            mail: mail::validate(inputs.mail, &web)?,
            webhooks: webhooks::validate(inputs.webhooks)?,
            master_key: master_key(inputs.secrets, &inputs.data, credentials)?,
            store,
            device: device(inputs.device)?,
            web,
            metrics,
            limits: limits(&inputs.limits)?,
            check_in_interval_s: inputs.check_in.interval_s,
            packs: given(inputs.rules.packs),
            catalogues: given(inputs.rules.catalogues),
            backup: inputs.backup.daily.then_some(backup),
            backups_kept: inputs.backup.keep,
            log_format,
            log_filter: inputs.log.filter,
            data: inputs.data,
        })
    }
}

fn master_key(inputs: inputs::SecretsInputs, data: &Path, credentials: Option<&Path>) -> Result<KeySource, ConfigError> {
    let name = inputs.master_key_keyring;
    match (given(inputs.master_key_file), name.is_empty()) {
        (Some(_), false) => return Err(wrong("secrets.master_key_keyring", "and `secrets.master_key_file` name two places: give one")),
        (Some(file), true) => return Ok(KeySource::File(file)),
        (None, false) if name.trim() != name || name.len() > 100 || name.chars().any(char::is_control) => {
            return Err(wrong("secrets.master_key_keyring", "must be a name of 1 to 100 bytes without spaces around it"));
        }
        (None, false) => return Ok(KeySource::Keyring(name)),
        (None, true) => {}
    }
    if let Some(credential) = credentials.map(|folder| folder.join(CREDENTIAL)).filter(|path| path.exists()) {
        return Ok(KeySource::Credential(credential));
    }
    let mut beside = data.as_os_str().to_owned();
    beside.push(".master-key");
    Ok(KeySource::File(beside.into()))
}

fn device(inputs: inputs::DeviceInputs) -> Result<DeviceSettings, ConfigError> {
    let names_fit = !inputs.names.is_empty()
        && (inputs.names.iter()).all(|n| n.is_ascii() && !n.is_empty() && !n.contains(|c: char| c.is_whitespace() || "/@,".contains(c)));
    if !names_fit {
        return Err(wrong("device.names", "must list at least one host name or address, without port"));
    }
    Ok(DeviceSettings {
        listen: address("device.listen", &inputs.listen)?,
        names: inputs.names,
        public_port: (inputs.public_port != 0).then_some(inputs.public_port),
    })
}

fn web(inputs: inputs::WebInputs) -> Result<WebSettings, ConfigError> {
    let listen = address("web.listen", &inputs.listen)?;
    let tls = match (given(inputs.certificate), given(inputs.key)) {
        (Some(certificate), Some(key)) => Some(WebTls { certificate, key }),
        (None, None) => None,
        (Some(_), None) => return Err(wrong("web.key", "must be given together with web.certificate")),
        (None, Some(_)) => return Err(wrong("web.certificate", "must be given together with web.key")),
    };
    let mut trusted_proxies = Vec::new();
    for text in &inputs.trusted_proxies {
        trusted_proxies.push(text.parse().map_err(|_| wrong("web.trusted_proxies", format!("must list addresses; {text:?} is not one")))?);
    }
    if tls.is_none() && !listen.ip().is_loopback() && trusted_proxies.is_empty() {
        return Err(wrong(
            "web.listen",
            "is open to the network without TLS: give web.certificate and web.key, or web.trusted_proxies, or listen on 127.0.0.1",
        ));
    }
    if inputs.proxy_protocol && trusted_proxies.is_empty() {
        return Err(wrong("web.proxy_protocol", "needs the proxies' addresses in web.trusted_proxies"));
    }
    let proxied_by = if inputs.proxy_protocol { trusted_proxies.clone() } else { Vec::new() };
    let public_url = inputs.public_url.trim_end_matches('/');
    if !public_url.is_empty() && !public_url.starts_with("https://") && !public_url.starts_with("http://") {
        return Err(wrong("web.public_url", "must begin with https:// or http://"));
    }
    Ok(WebSettings { listen, public_url: (!public_url.is_empty()).then(|| public_url.to_owned()), tls, trusted_proxies, proxied_by })
}

fn limits(inputs: &inputs::LimitsInputs) -> Result<Limits, ConfigError> {
    for (key, value) in [
        ("limits.connections", inputs.connections),
        ("limits.half_open", inputs.half_open),
        ("limits.half_open_per_address", inputs.half_open_per_address),
        ("limits.body_bytes", inputs.body_bytes),
    ] {
        if value == 0 {
            return Err(wrong(key, "must be at least 1"));
        }
    }
    if inputs.header_bytes < 8_192 {
        return Err(wrong("limits.header_bytes", "must be at least 8192"));
    }
    if inputs.bodies_bytes / 4 < inputs.body_bytes {
        return Err(wrong("limits.bodies_bytes", "must be at least four times limits.body_bytes"));
    }
    let seconds =
        |key, s: u64| if (1..=3_600).contains(&s) { Ok(Duration::from_secs(s)) } else { Err(wrong(key, "must be 1 to 3600 seconds")) };
    Ok(Limits {
        connections: inputs.connections,
        half_open: inputs.half_open,
        half_open_per_address: inputs.half_open_per_address,
        handshake: seconds("limits.handshake_s", inputs.handshake_s)?,
        header: seconds("limits.header_s", inputs.header_s)?,
        body: seconds("limits.body_s", inputs.body_s)?,
        idle: seconds("limits.idle_s", inputs.idle_s)?,
        header_bytes: inputs.header_bytes,
        body_bytes: inputs.body_bytes,
        bodies_bytes: inputs.bodies_bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Fragments;
    use super::*;

    fn settings(text: &str) -> Result<Settings, ConfigError> {
        let mut fragments = Fragments::default();
        fragments.text("test.toml", text)?;
        Settings::validate(fragments.merge()?, None)
    }

    #[test]
    fn the_sample_shows_every_key_with_its_default() {
        let sample: Inputs = toml::from_str(include_str!("../../../deploy/hashimori-server.toml")).expect("parses");
        assert_eq!(sample, Inputs::default());
        let keys = |text: &str| text.parse::<toml::Table>().expect("a table");
        let (shown, all) =
            (keys(include_str!("../../../deploy/hashimori-server.toml")), toml::Table::try_from(Inputs::default()).expect("writes"));
        assert_eq!(shown, all);
        Settings::validate(sample, None).expect("the defaults are valid");
    }

    /// What the promises on memory and on strangers rest on: a change of these is a change of what README promises.
    #[test]
    fn without_configuration_a_handshake_has_five_seconds_and_head_and_body_ten() {
        let limits = settings("").expect("valid").limits;
        let s = Duration::from_secs;
        assert_eq!((limits.handshake, limits.header, limits.body, limits.idle), (s(5), s(10), s(10), s(60)));
        assert_eq!((limits.connections, limits.half_open, limits.half_open_per_address), (8_000, 4_096, 512));
        assert_eq!((limits.header_bytes, limits.body_bytes, limits.bodies_bytes), (16 << 10, 256 << 10, 64 << 20));
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_wherever_it_comes_from() {
        let error = settings("[device]\nlissten = \"x\"\n").expect_err("refused").to_string();
        assert!(error.contains("lissten") && error.contains("test.toml") && error.contains("line 2"), "{error}");
        let mut fragments = Fragments::default();
        let variable = ("HASHIMORI__DEVICE__LISSTEN".to_owned(), "x".to_owned());
        let error = fragments.environment([variable]).expect_err("refused").to_string();
        assert!(error.contains("HASHIMORI__DEVICE__LISSTEN") && error.contains("lissten"), "{error}");
        let error = fragments.set("--set", "nowhere.x", "1").expect_err("refused").to_string();
        assert!(error.contains("nowhere"), "{error}");
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let mut fragments = Fragments::default();
        fragments.text("f", "[device]\nlisten = \"127.0.0.1:1\"\npublic_port = 9\n[limits]\nidle_s = 7").expect("a file");
        let variable = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let environment =
            [variable("HASHIMORI__DEVICE__LISTEN", "127.0.0.1:2"), variable("HASHIMORI__LIMITS__IDLE_S", "8"), variable("PATH", "/")];
        fragments.environment(environment).expect("variables");
        fragments.set("--set", "device.listen", "127.0.0.1:3").expect("a flag");
        let settings = Settings::validate(fragments.merge().expect("merges"), None).expect("valid");
        assert_eq!((settings.device.listen.port(), settings.device.public_port), (3, Some(9)));
        assert_eq!(settings.limits.idle, Duration::from_secs(8));
    }

    #[test]
    fn people_are_never_served_in_the_clear_over_the_network() {
        let error = settings("[web]\nlisten = \"0.0.0.0:80\"").expect_err("refused").to_string();
        assert!(error.contains("web.listen"), "{error}");
        settings("[web]\nlisten = \"0.0.0.0:80\"\ntrusted_proxies = [\"192.0.2.1\"]").expect("behind a named proxy");
        settings("[web]\nlisten = \"0.0.0.0:443\"\ncertificate = \"c\"\nkey = \"k\"").expect("with a certificate");
    }

    #[test]
    fn the_proxy_protocol_is_spoken_by_named_proxies_alone() {
        let error = settings("[web]\nproxy_protocol = true").expect_err("refused").to_string();
        assert!(error.contains("web.proxy_protocol") && error.contains("web.trusted_proxies"), "{error}");
        let web = |more: &str| settings(&format!("[web]\ntrusted_proxies = [\"192.0.2.1\"]\n{more}")).expect("valid").web;
        assert_eq!((web("").proxied_by.len(), web("proxy_protocol = true").proxied_by.len()), (0, 1));
    }

    #[test]
    fn the_master_key_is_where_it_is_said_to_be_and_a_credential_counts_only_when_nothing_is_said() {
        let credentials = tempfile::tempdir().expect("a folder");
        std::fs::write(credentials.path().join(CREDENTIAL), "").expect("written");
        let of = |text: &str, credentials| {
            let mut fragments = Fragments::default();
            fragments.text("test.toml", text).expect("parses");
            Settings::validate(fragments.merge().expect("merges"), credentials).expect("valid").master_key
        };
        let (keyring, file) = ("[secrets]\nmaster_key_keyring = \"n\"", "[secrets]\nmaster_key_file = \"k\"");
        for there in [None, Some(credentials.path())] {
            assert_eq!(of(keyring, there), KeySource::Keyring("n".to_owned()));
            assert_eq!(of(file, there), KeySource::File("k".into()));
        }
        assert_eq!(of("", Some(credentials.path())), KeySource::Credential(credentials.path().join(CREDENTIAL)));
        assert_eq!(of("data = \"d\"", None), KeySource::File("d.master-key".into()));
    }

    #[test]
    fn each_impossible_value_is_refused_by_its_key() {
        for (text, key) in [
            ("[device]\nlisten = \"x\"", "device.listen"),
            ("[device]\nnames = []", "device.names"),
            ("[store]\nurl = \"mysql://x\"", "store.url"),
            ("[limits]\nheader_bytes = 1", "limits.header_bytes"),
            ("[limits]\nhandshake_s = 0", "limits.handshake_s"),
            ("[limits]\nbodies_bytes = 262144", "limits.bodies_bytes"),
            ("[check_in]\ninterval_s = 1", "check_in.interval_s"),
            ("[log]\nformat = \"xml\"", "log.format"),
            ("[web]\nkey = \"k\"", "web.certificate"),
            ("[backup]\nkeep = 0", "backup.keep"),
            ("[secrets]\nmaster_key_file = \"k\"\nmaster_key_keyring = \"n\"", "secrets.master_key_file"),
            ("[secrets]\nmaster_key_keyring = \" n\"", "secrets.master_key_keyring"),
            ("[mail]\nhost = \"m.example\"\nsender = \"a@b.example\"", "web.public_url"),
        ] {
            let error = settings(text).expect_err(key).to_string();
            assert!(error.contains(key), "{error}");
        }
    }
}
