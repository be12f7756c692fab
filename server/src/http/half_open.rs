//! Seats of strangers: unfinished handshakes, and connections without a certificate. Counted per address and in all. A newcomer beyond a cap ends the oldest one: whoever holds thousands of
//! half-open connections displaces only them, while a real device needs its place for a round trip or two.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// The places for unfinished handshakes.
#[derive(Debug)]
pub(super) struct HalfOpen {
    total: usize,
    per_address: usize,
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    next: u64,
    /// Arrival number to address, oldest first.
    all: BTreeMap<u64, IpAddr>,
    /// Dropping a sender ends that handshake.
    by_address: HashMap<IpAddr, BTreeMap<u64, oneshot::Sender<()>>>,
}

/// A place; given back when dropped.
pub(super) struct Place {
    gate: Arc<HalfOpen>,
    number: u64,
    address: IpAddr,
    evicted: oneshot::Receiver<()>,
}

/// One subscriber's network: an IPv6 host has a whole /64 to itself (RFC 4291 §2.5.4).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let s = v6.segments();
            IpAddr::V6(Ipv6Addr::new(s[0], s[1], s[2], s[3], 0, 0, 0, 0))
        }
    }
}

impl Places {
    fn remove(&mut self, number: u64) {
        let Some(address) = self.all.remove(&number) else { return };
        if let Some(places) = self.by_address.get_mut(&address) {
            places.remove(&number);
            if places.is_empty() {
                self.by_address.remove(&address);
            }
        }
    }
}

impl HalfOpen {
    pub(super) fn new(total: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self { total, per_address, places: Mutex::default() })
    }

    /// A place for a newcomer, at the cost of the oldest of its address, or of all, when there is none left.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Place {
        let address = network(address);
        let (keep, evicted) = oneshot::channel();
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let own = places.by_address.get(&address);
        let displaced = match own.filter(|own| own.len() >= self.per_address).and_then(|own| own.keys().next()) {
            Some(oldest) => Some(*oldest),
            None => places.all.keys().next().copied().filter(|_| places.all.len() >= self.total),
        };
        if let Some(oldest) = displaced {
            places.remove(oldest);
        }
        let number = places.next;
        places.next += 1;
        places.all.insert(number, address);
        places.by_address.entry(address).or_default().insert(number, keep);
        drop(places);
        Place { gate: Arc::clone(self), number, address, evicted }
    }

    /// Unfinished handshakes now.
    pub(super) fn count(&self) -> usize {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).all.len()
    }
}

impl Place {
    /// Returns when a newcomer takes this place.
    pub(super) async fn evicted(&mut self) {
        let _ = (&mut self.evicted).await;
    }

    /// The address it is counted under.
    pub(super) const fn address(&self) -> IpAddr {
        self.address
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.places.lock().unwrap_or_else(PoisonError::into_inner).remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_evicted(place: &mut Place) -> bool {
        !matches!(place.evicted.try_recv(), Err(oneshot::error::TryRecvError::Empty))
    }

    #[test]
    fn a_newcomer_ends_the_oldest_of_its_own_address_and_nobody_elses() {
        let gate = HalfOpen::new(100, 2);
        let (crowd, other): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let mut stranger = gate.take(other);
        let (mut first, mut second) = (gate.take(crowd), gate.take(crowd));
        let mut third = gate.take(crowd);
        assert!(is_evicted(&mut first));
        assert!(!is_evicted(&mut second) && !is_evicted(&mut third) && !is_evicted(&mut stranger));
        assert_eq!(gate.count(), 3);
    }

    #[test]
    fn when_all_places_are_taken_the_oldest_of_all_goes_and_dropped_places_are_free_again() {
        let gate = HalfOpen::new(2, 2);
        let address = |n: u8| IpAddr::from([192, 0, 2, n]);
        let (mut first, mut second) = (gate.take(address(1)), gate.take(address(2)));
        let third = gate.take(address(3));
        assert!(is_evicted(&mut first) && !is_evicted(&mut second));
        drop((first, third));
        let _fourth = gate.take(address(4));
        assert!(!is_evicted(&mut second));
        assert_eq!(gate.count(), 2);
    }

    #[test]
    fn hosts_of_one_ipv6_network_count_as_one() {
        let same = ["2001:db8::1", "2001:db8::ffff:1"].map(|a| network(a.parse().expect("an address")));
        assert_eq!(same[0], same[1]);
        assert_ne!(same[0], network("2001:db8:0:1::1".parse().expect("an address")));
        assert_eq!(network("::ffff:192.0.2.1".parse().expect("an address")), IpAddr::from([192, 0, 2, 1]));
    }
}
