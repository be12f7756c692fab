//! Listening sockets, and errors that say what to do when there is none to be had.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

/// Connections the system may keep waiting for us; it cuts this to its own limit (net.core.somaxconn).
const BACKLOG: u32 = 4_096;

/// Why a port could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has it.
    #[error("{what}: {address} is in use by another program; stop it or set `{key}` to another port")]
    InUse {
        /// Which port of ours.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// The setting.
        key: &'static str,
    },
    /// The account may not.
    #[error("{what}: no permission to listen on {address}; use a port above 1023, or grant CAP_NET_BIND_SERVICE (see the systemd unit)")]
    NoPermission {
        /// Which port of ours.
        what: &'static str,
        /// Where.
        address: SocketAddr,
    },
    /// Something else.
    #[error("{what}: cannot listen on {address} (`{key}`): {cause}")]
    Other {
        /// Which port of ours.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// The setting.
        key: &'static str,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
}

/// Opens a port; `what` and `key` (the setting) go into errors.
pub fn bind(what: &'static str, key: &'static str, address: SocketAddr) -> Result<TcpListener, BindError> {
    let open = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restart must not wait for old connections to be forgotten. (On Windows the same option would allow sharing the port.)
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::AddrInUse => BindError::InUse { what, address, key },
        std::io::ErrorKind::PermissionDenied => BindError::NoPermission { what, address },
        _ => BindError::Other { what, address, key, cause },
    })
}

/// Longest an open connection may take to finish once the collector is to end, so that nobody who takes no answer holds it up.
pub(super) const LONGEST_GOODBYE: Duration = Duration::from_secs(15);

/// Pause after the system gave no connection although one was there.
const PAUSE: Duration = Duration::from_millis(50);

/// The next connection; `None` once `stop` is cancelled. Out of files, or a connection that was gone at once, is neither a
/// reason to stop nor one to spin.
pub(super) async fn next(listener: &TcpListener, stop: &CancellationToken) -> Option<(TcpStream, SocketAddr)> {
    loop {
        match stop.run_until_cancelled(listener.accept()).await? {
            Ok(accepted) => return Some(accepted),
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_in_use_is_named_together_with_its_setting() {
        let first = bind("device port", "device.listen", ([127, 0, 0, 1], 0).into()).expect("a free port");
        let address = first.local_addr().expect("an address");
        let error = bind("device port", "device.listen", address).expect_err("in use").to_string();
        assert!(error.contains(&address.to_string()) && error.contains("device.listen"), "{error}");
    }
}
