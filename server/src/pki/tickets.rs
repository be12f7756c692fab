//! TLS session tickets whose keys live sealed in the store, so that a resumption works with any collector process and after a
//! restart. A key seals for at most an hour and opens for at most two.

use std::sync::{Arc, PoisonError, RwLock};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::server::ProducesTickets;

use super::authority::{Hands, PkiError};
use crate::store::Store;

/// Seconds after which a new key seals; looked at every ten minutes, so that none seals for more than an hour.
const ROTATE_S: i64 = 3_000;
/// Seconds that a key may seem to be made ahead of now.
const AHEAD_S: i64 = 300;
/// Seconds for which a ticket surely opens: the key that sealed it stays for one more rotation.
const LIFETIME_S: u32 = 2_400;
/// Longest ticket that is tried at all: a chain of two certificates fits three times over.
const LONGEST: usize = 8_192;
const NAME: usize = 16;
const NONCE: usize = 12;
const PURPOSE: &str = "ticket-key";

struct TicketKey {
    name: [u8; NAME],
    key: LessSafeKey,
}

/// The ticket keys in use: the first seals, all open.
#[derive(Default)]
pub struct Tickets(RwLock<Arc<Vec<TicketKey>>>);

impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tickets(…)")
    }
}

impl Tickets {
    fn keys(&self) -> Arc<Vec<TicketKey>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Makes a new key when the newest is an hour old (whichever process comes first), and takes the store's keys into use.
pub async fn rotate_tickets(tickets: &Tickets, store: &Store, hands: Hands<'_>) -> Result<(), PkiError> {
    let fresh_from = hands.now.plus_seconds(-ROTATE_S);
    let newest = store.list_ticket_keys().await?.first().map(|(_, _, made)| *made);
    // A key from the future was made before the clock was put right: it would never rotate. Other processes' clocks differ a little.
    let to_come = hands.now.plus_seconds(AHEAD_S);
    if newest.is_none_or(|made| made <= fresh_from || made > to_come) {
        let name = data_encoding::HEXLOWER.encode(&hands.random.bytes::<NAME>());
        let key = zeroize::Zeroizing::new(hands.random.bytes::<32>());
        let sealed = hands.master.seal(PURPOSE, &*key, hands.random);
        let mut tx = store.begin().await?;
        tx.rotate_ticket_key(&name, sealed, hands.now, (fresh_from.plus_seconds(-ROTATE_S), to_come)).await?;
        tx.commit().await?;
    }
    let mut keys = Vec::new();
    for (name, sealed, made) in store.list_ticket_keys().await? {
        let mut bytes = [0; NAME];
        let named = data_encoding::HEXLOWER.decode_mut(name.as_bytes(), &mut bytes) == Ok(NAME);
        let open = hands.master.open(PURPOSE, &sealed)?;
        if named
            && made <= to_come
            && let Ok(key) = UnboundKey::new(&CHACHA20_POLY1305, &open)
        {
            keys.push(TicketKey { name: bytes, key: LessSafeKey::new(key) });
        }
    }
    *tickets.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    Ok(())
}

impl ProducesTickets for Tickets {
    fn enabled(&self) -> bool {
        !self.keys().is_empty()
    }

    fn lifetime(&self) -> u32 {
        LIFETIME_S
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let keys = self.keys();
        let key = keys.first()?;
        // Random, not counted: several processes seal with the same key, and a counter would tell how busy the collector is.
        let mut nonce = [0; NONCE];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let mut body = plain.to_vec();
        key.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(key.name), &mut body).ok()?;
        let mut ticket = Vec::with_capacity(NAME + NONCE + body.len());
        ticket.extend(key.name);
        ticket.extend(nonce);
        ticket.extend(body);
        (ticket.len() <= LONGEST).then_some(ticket)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        if ticket.len() > LONGEST {
            return None;
        }
        let (name, rest) = ticket.split_at_checked(NAME)?;
        let (nonce, body) = rest.split_at_checked(NONCE)?;
        let keys = self.keys();
        let key = keys.iter().find(|key| key.name == name)?;
        let mut body = body.to_vec();
        let length = key.key.open_in_place(Nonce::try_assume_unique_for_key(nonce).ok()?, Aad::from(key.name), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use hashimori_shared::time::Timestamp;

    use super::*;
    use crate::random::Random;
    use crate::secrets::MasterKey;
    use crate::store::StoreUrl;

    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    /// Ticket keys of two processes in front of one store.
    struct Two {
        store: Store,
        master: MasterKey,
        random: Random,
        one: Tickets,
        other: Tickets,
        _folder: tempfile::TempDir,
    }

    impl Two {
        async fn start() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let store = Store::open(StoreUrl::Sqlite(folder.path().join("store.db"))).await.expect("opens");
            let random = Random::seeded(3);
            let master = MasterKey::generate(&random);
            Self { store, master, random, one: Tickets::default(), other: Tickets::default(), _folder: folder }
        }

        async fn rotate(&self, now: Timestamp) {
            let hands = Hands { master: &self.master, random: &self.random, now };
            for tickets in [&self.one, &self.other] {
                rotate_tickets(tickets, &self.store, hands).await.expect("rotates");
            }
        }

        fn opens(&self, ticket: &[u8]) -> bool {
            let opened = [&self.one, &self.other].map(|tickets| tickets.decrypt(ticket).as_deref() == Some(b"session".as_slice()));
            assert_eq!(opened[0], opened[1], "what one process opens, the other does");
            opened[0]
        }

        fn seal(&self) -> Vec<u8> {
            self.one.encrypt(b"session").expect("sealed")
        }

        async fn keys(&self) -> Vec<String> {
            self.store.list_ticket_keys().await.expect("lists").into_iter().map(|(name, ..)| name).collect()
        }
    }

    #[tokio::test]
    async fn a_ticket_opens_for_its_lifetime_at_least_and_its_key_ends_after_the_second_rotation() {
        let two = Two::start().await;
        two.rotate(NOW).await;
        let first = two.keys().await;
        let ticket = two.seal();
        two.rotate(NOW.plus_seconds(ROTATE_S - 1)).await;
        assert_eq!(two.keys().await, first, "too early for a new one, and one is enough for both");
        let late = two.seal();
        two.rotate(NOW.plus_seconds(ROTATE_S)).await;
        assert_eq!(two.keys().await.len(), 2);
        assert!(two.opens(&ticket) && two.opens(&late));
        let fresh = two.seal();
        assert_ne!(fresh[..NAME], ticket[..NAME], "the new key seals");
        two.rotate(NOW.plus_seconds(ROTATE_S - 1 + i64::from(LIFETIME_S))).await;
        assert!(two.opens(&late), "sealed just before the rotation, it opens as long as it was said to");
        two.rotate(NOW.plus_seconds(2 * ROTATE_S + 1)).await;
        assert!(!two.opens(&ticket) && !two.opens(&late) && two.opens(&fresh));
        assert!(!two.keys().await.contains(&first[0]), "the key itself is gone");
    }

    #[tokio::test]
    async fn a_key_from_the_future_seals_nothing_and_opens_nothing_and_a_new_one_is_made() {
        let two = Two::start().await;
        two.rotate(NOW.plus_days(3)).await;
        let (early, ahead) = (two.keys().await, two.seal());
        two.rotate(NOW).await;
        assert_eq!(two.keys().await.len(), 1, "the one from the future is gone");
        assert!(!two.opens(&ahead));
        let ticket = two.seal();
        assert!(two.opens(&ticket));
        assert_ne!(data_encoding::HEXLOWER.encode(&ticket[..NAME]), early[0]);
        let all = two.keys().await;
        two.rotate(NOW.plus_seconds(60)).await;
        assert_eq!(two.keys().await, all, "a new one is not made at every look");
    }

    #[tokio::test]
    async fn keys_sealed_by_another_master_key_are_an_error_and_the_old_ones_stay_in_use() {
        let two = Two::start().await;
        two.rotate(NOW).await;
        let ticket = two.seal();
        let master = MasterKey::generate(&two.random);
        let hands = Hands { master: &master, random: &two.random, now: NOW.plus_seconds(1) };
        assert!(rotate_tickets(&two.one, &two.store, hands).await.is_err());
        assert!(two.opens(&ticket));
    }
}
