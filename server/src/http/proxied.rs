//! The PROXY protocol: what a layer-4 proxy says of its client before anything else (versions 1 and 2,
//! https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt). Whoever reads it knows that the peer is a proxy that says so: it is never
//! guessed at. Only the client's address is taken, for throttling; nobody is known by it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// How version 2 begins.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Longest line of version 1, its end included.
const LINE: usize = 107;
/// Most that version 2 may hold beside its fixed part: addresses, and what else proxies add.
const MOST: usize = 4_096;

/// Why a connection is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unproxied {
    /// It broke off.
    #[error("it ended within the PROXY header")]
    Ended(#[from] std::io::Error),
    /// There is no such header.
    #[error("no PROXY header came first: is `web.proxy_protocol` set for a proxy that sends none?")]
    Other,
}

/// Whether a peer is one of the proxies, in whichever form its address is written.
pub(super) fn is_among(proxies: &[IpAddr], peer: IpAddr) -> bool {
    // A port that listens on both families sees an IPv4 peer as `::ffff:…`.
    proxies.iter().any(|proxy| proxy.to_canonical() == peer.to_canonical())
}

/// Reads the header and nothing after it. The client's address; `None`: the proxy speaks for itself, or does not know.
pub(super) async fn client(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<IpAddr>, Unproxied> {
    // Neither version is shorter.
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    if start == SIGNATURE {
        return binary(stream).await;
    }
    let mut line = start.to_vec();
    while !line.ends_with(b"\r\n") {
        if line.len() >= LINE || !line.starts_with(b"PROXY ") {
            return Err(Unproxied::Other);
        }
        line.push(stream.read_u8().await?);
    }
    text(&line)
}

/// A line of version 1, as `PROXY TCP4 192.0.2.7 198.51.100.1 50000 443`.
fn text(line: &[u8]) -> Result<Option<IpAddr>, Unproxied> {
    let mut words = std::str::from_utf8(line).map_err(|_| Unproxied::Other)?.trim_end().split(' ').skip(1);
    let (family, address) = (words.next(), words.next().unwrap_or_default());
    let address = match family {
        Some("TCP4") => address.parse::<Ipv4Addr>().map(IpAddr::from),
        Some("TCP6") => address.parse::<Ipv6Addr>().map(IpAddr::from),
        Some("UNKNOWN") => return Ok(None),
        Some(_) | None => return Err(Unproxied::Other),
    };
    address.map(Some).map_err(|_| Unproxied::Other)
}

async fn binary(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<IpAddr>, Unproxied> {
    let (command, family, length) = (stream.read_u8().await?, stream.read_u8().await?, usize::from(stream.read_u16().await?));
    if length > MOST {
        return Err(Unproxied::Other);
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match (command, family >> 4) {
        // LOCAL: the proxy itself, to see whether we are there. Without a family, or a socket of its own machine.
        (0x20, _) | (0x21, 0 | 3) => Ok(None),
        // Source first, then destination and both ports.
        (0x21, 1) if length >= 12 => Ok(rest.first_chunk().map(|address: &[u8; 4]| IpAddr::from(*address))),
        (0x21, 2) if length >= 36 => Ok(rest.first_chunk().map(|address: &[u8; 16]| IpAddr::from(*address))),
        _ => Err(Unproxied::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of these bytes, and what is left for TLS.
    async fn read(bytes: &[u8]) -> (Result<Option<IpAddr>, Unproxied>, usize) {
        let mut left = bytes;
        let read = client(&mut left).await;
        (read, left.len())
    }

    fn version_2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).expect("short").to_be_bytes();
        [&SIGNATURE, &[command, family][..], &length, rest].concat()
    }

    #[tokio::test]
    async fn the_clients_address_is_read_of_either_version_and_nothing_behind_it() {
        let v4 = [192, 0, 2, 7, 198, 51, 100, 1, 0xC3, 0x50, 0x01, 0xBB];
        let with_more = [&v4[..], &[4, 0, 1, 0]].concat();
        let v6 = ["2001:db8::7", "2001:db8::1"].map(|text| text.parse::<Ipv6Addr>().expect("an address").octets()).concat();
        let v6 = [v6.as_slice(), &[0xC3, 0x50, 0x01, 0xBB]].concat();
        for (header, address) in [
            (version_2(0x21, 0x11, &v4), Some("192.0.2.7")),
            (version_2(0x21, 0x11, &with_more), Some("192.0.2.7")),
            (version_2(0x21, 0x21, &v6), Some("2001:db8::7")),
            (version_2(0x21, 0x00, &[]), None),
            (version_2(0x20, 0x11, &v4), None),
            (b"PROXY TCP4 192.0.2.7 198.51.100.1 50000 443\r\n".to_vec(), Some("192.0.2.7")),
            (b"PROXY TCP6 2001:db8::7 2001:db8::1 50000 443\r\n".to_vec(), Some("2001:db8::7")),
            (b"PROXY UNKNOWN\r\n".to_vec(), None),
        ] {
            let (read, left) = read(&[header.as_slice(), b"TLS"].concat()).await;
            assert_eq!((read.expect("a header"), left), (address.map(|text| text.parse().expect("an address")), 3), "{header:?}");
        }
    }

    #[tokio::test]
    async fn what_is_no_such_header_or_too_long_is_refused_and_never_guessed_at() {
        let long = [b"PROXY TCP4 ".as_slice(), &[b'1'; 200], b"\r\n"].concat();
        let short = [192, 0, 2, 7];
        for bytes in [
            b"GET /sign-in HTTP/1.1\r\nhost: hashimori.example\r\n\r\n".to_vec(),
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n".to_vec(),
            b"PROXY TCP4 no.address 198.51.100.1 1 2\r\n".to_vec(),
            b"PROXY SCTP 192.0.2.7 198.51.100.1 1 2\r\n".to_vec(),
            version_2(0x21, 0x11, &short),
            version_2(0x11, 0x11, &[0; 12]),
            version_2(0x21, 0x11, &vec![0; MOST + 1]),
            long,
            b"PROXY TCP4 192".to_vec(),
            Vec::new(),
        ] {
            assert!(read(&bytes).await.0.is_err(), "{bytes:?}");
        }
    }
}
