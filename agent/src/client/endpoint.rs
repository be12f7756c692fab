//! `host:port` of a collector's device port.

use std::fmt;
use std::str::FromStr;

use rustls_pki_types::ServerName;

/// A collector's device port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: String,
    port: u16,
}

/// Not `host:port`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be host:port, for example collector.example:8443")]
pub(crate) struct InvalidEndpoint;

impl Endpoint {
    /// `https://host:port` with `path`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{self}{path}")
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    /// Accepts a pasted `https://host:port/` as well; IPv6 addresses in brackets.
    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        let text = text.trim();
        let text = text.strip_prefix("https://").unwrap_or(text);
        let text = text.strip_suffix('/').unwrap_or(text);
        let (host, port) = text.rsplit_once(':').ok_or(InvalidEndpoint)?;
        let port = port.parse().ok().filter(|p| *p != 0).ok_or(InvalidEndpoint)?;
        let bare = match (host.strip_prefix('['), host.strip_suffix(']')) {
            (Some(_), Some(_)) => &host[1..host.len() - 1],
            (None, None) if !host.contains(':') => host,
            _ => return Err(InvalidEndpoint),
        };
        ServerName::try_from(bare).map_err(|_| InvalidEndpoint)?;
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_host_and_port_and_nothing_else() {
        for (typed, meant) in [
            ("collector.example:8443", "collector.example:8443"),
            (" https://Collector.example:8443/ ", "collector.example:8443"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("[::1]:8443", "[::1]:8443"),
        ] {
            assert_eq!(typed.parse::<Endpoint>().map(|e| e.to_string()).as_deref(), Ok(meant));
        }
        for bad in
            ["collector.example", "collector.example:0", ":8443", "::1:8443", "a b:1", "http://x:1/y", "x:99999", "[::1:8443", "user@x:1"]
        {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad}");
        }
    }
}
