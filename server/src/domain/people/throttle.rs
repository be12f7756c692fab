//! How many failures are too many. Counted per (account, network), per account and per network, so that one bad typist
//! stops only themself: their tries beyond their own limit are turned away uncounted, and never use up the clinic's.

use std::net::IpAddr;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// One counter: failures within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Key in the store: a digest.
    pub key: String,
    /// Failures allowed within the window.
    pub limit: i64,
    /// Length of the window in seconds.
    pub window_s: i64,
}

fn bucket(kind: &str, parts: &[&str], limit: i64, window_s: i64) -> Bucket {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    Bucket { key: format!("{kind}:{}", HEXLOWER.encode(&hasher.finalize()[..16])), limit, window_s }
}

/// The network a request came from: the /24 of an IPv4 address, or the /56 of an IPv6 one (what a site is given; RFC 6177 §2).
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let o = v4.octets();
            format!("{}.{}.{}.0/24", o[0], o[1], o[2])
        }
        IpAddr::V6(v6) => {
            let s = v6.segments();
            format!("{:x}:{:x}:{:x}:{:x}::/56", s[0], s[1], s[2], s[3] & 0xFF00)
        }
    }
}

/// The counters a sign-in as `login` from `network` falls under, narrowest first.
pub fn sign_in(login: &str, network: &str) -> Vec<Bucket> {
    vec![
        bucket("sign-in", &[login, network], 8, 15 * 60),
        bucket("account", &[login], 50, 3600),
        bucket("network", &[network], 150, 15 * 60),
    ]
}

/// The counters that a passkey's answer falls under, of the browser whose cookie has this hash: no account is among them, so that
/// nobody is locked out of a passkey by guesses at their account.
pub fn passkey(browser: &str, network: &str) -> Vec<Bucket> {
    vec![bucket("one-passkey", &[browser, network], 8, 15 * 60), bucket("passkey", &[network], 150, 15 * 60)]
}

/// The counters that proving oneself anew within a session falls under.
pub fn step_up(login: &str, network: &str) -> Vec<Bucket> {
    vec![bucket("step-up", &[login], 8, 15 * 60), bucket("network", &[network], 150, 15 * 60)]
}

/// The counters that opening a one-time link falls under: whoever tries one that does not work again and again is stopped at that
/// link, before the network's counter is used up.
pub fn link(typed: &str, network: &str) -> Vec<Bucket> {
    vec![bucket("one-link", &[typed, network], 8, 15 * 60), bucket("link", &[network], 60, 15 * 60)]
}

/// The counter that reading a calendar's address falls under: programs come every few minutes, not all the time.
pub fn feed(hash: &str) -> Vec<Bucket> {
    vec![bucket("feed", &[hash], 60, 3600)]
}

/// The counters that filing a paper through a facility's link falls under: whoever files without end is stopped at that link, long
/// before the network's counter is used up.
pub fn filing(link: &str, network: &str) -> Vec<Bucket> {
    vec![bucket("filing", &[link, network], 12, 3600), bucket("filings", &[network], 120, 3600)]
}

/// The counters that mails to confirm an address fall under: nobody floods a stranger's mailbox, or many.
pub fn mail(login: &str, address: &str) -> Vec<Bucket> {
    vec![bucket("mail-to", &[&address.to_ascii_lowercase()], 5, 24 * 3600), bucket("mail-by", &[login], 5, 3600)]
}

/// The counter that mails to an applicant without an account fall under: the same as any other mail to that address.
pub fn applicant(address: &str) -> Vec<Bucket> {
    mail("", address).into_iter().take(1).collect()
}

/// The counters that registering by a facility's link falls under: a whole facility does so behind one address within minutes.
pub fn door(hash: &str, network: &str) -> Vec<Bucket> {
    vec![bucket("door", &[hash, network], 120, 15 * 60), bucket("one-door", &[hash], 600, 3600)]
}

/// The counters that showing a token which does not work falls under. Whoever shows one that works is never stopped by them.
pub fn token(shown: &str, network: &str) -> Vec<Bucket> {
    vec![bucket("token", &[shown, network], 8, 15 * 60), bucket("tokens", &[network], 150, 15 * 60)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_typist_uses_up_their_own_counter_long_before_the_networks() {
        let buckets = sign_in("hanako", "192.0.2.7");
        assert!(buckets[0].limit * 10 < buckets[2].limit);
        assert_ne!(buckets[0].key, sign_in("taro", "192.0.2.7")[0].key);
        assert_eq!(buckets[2].key, sign_in("taro", "192.0.2.7")[2].key);
        assert!(!buckets.iter().any(|b| b.key.contains("hanako") || b.key.contains("192")));
    }

    #[test]
    fn whatever_one_person_fails_at_stops_them_before_their_network() {
        let own_then_network =
            [sign_in("hanako", "n"), passkey("hash", "n"), step_up("hanako", "n"), link("AAAA", "n"), filing("hash", "n"), token("t", "n")];
        for buckets in own_then_network {
            let (own, network) = (&buckets[0], &buckets[buckets.len() - 1]);
            assert!(own.limit * 5 < network.limit && own.window_s >= network.window_s, "{own:?} {network:?}");
        }
    }

    #[test]
    fn addresses_of_one_site_are_one_network() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2ff::1"), of("2001:db8:1:200::2"));
        assert_ne!(of("2001:db8:1:2ff::1"), of("2001:db8:1:3ff::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.200"));
        assert_ne!(of("192.0.2.7"), of("192.0.3.7"));
    }
}
