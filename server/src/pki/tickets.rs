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
    // A key from the future was made before the clock was put right: it would never rotate.
    if newest.is_none_or(|made| made <= fresh_from || made > hands.now) {
        let name = data_encoding::HEXLOWER.encode(&hands.random.bytes::<NAME>());
        let key = zeroize::Zeroizing::new(hands.random.bytes::<32>());
        let sealed = hands.master.seal(PURPOSE, &*key, hands.random);
        let mut tx = store.begin().await?;
        tx.rotate_ticket_key(&name, sealed, hands.now, fresh_from.plus_seconds(-ROTATE_S)).await?;
        tx.commit().await?;
    }
    let mut keys = Vec::new();
    for (name, sealed, made) in store.list_ticket_keys().await? {
        let mut bytes = [0; NAME];
        let named = data_encoding::HEXLOWER.decode_mut(name.as_bytes(), &mut bytes) == Ok(NAME);
        let open = hands.master.open(PURPOSE, &sealed)?;
        if named
            && made.seconds_since(hands.now) <= 0
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
