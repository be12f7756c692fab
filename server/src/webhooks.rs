//! Webhooks at work: events are handed out to those that want them, changed counts are told, and what is due is sent, signed as Standard
//! Webhooks asks (https://www.standardwebhooks.com). When and how often is the job's. Secrets are opened here, and nowhere kept.

mod deliver;
mod send;

pub(crate) use send::{Target, WrongTarget};

use std::path::PathBuf;

use data_encoding::BASE64;
use hashimori_shared::pack::StalenessRules;
use hashimori_shared::time::Timestamp;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::domain::people::Scope;
use crate::domain::summary::Counts;
use crate::domain::webhook::{COUNTS_EVERY_S, Event, Networks};
use crate::random::Random;
use crate::secrets::MasterKey;
use crate::store::rollup;
use crate::store::{self, Store, webhook};

/// What addresses and secrets are sealed for.
const TARGET_PURPOSE: &str = "webhook-target";
const SECRET_PURPOSE: &str = "webhook-secret";
/// What a secret begins with when people see it.
const SECRET_PREFIX: &str = "whsec_";
/// Events handed out, and webhooks told of counts, in one run.
const BATCH: u16 = 200;

/// Where webhooks may go, and whom they believe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Networks that they may go to though they are not public.
    pub networks: Networks,
    /// Certificates that sign receivers', PEM, beside the public ones.
    pub authorities: Option<PathBuf>,
}

/// What a run works with.
#[derive(Clone, Copy)]
pub struct Hands<'a> {
    /// Store.
    pub store: &'a Store,
    /// Clock.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub random: &'a Random,
    /// Opens addresses and secrets.
    pub master: &'a MasterKey,
    /// Where they may go.
    pub settings: &'a WebhookSettings,
    /// Address of the web port that messages link to, without a slash at its end.
    pub public_url: &'a str,
}

/// One run. Without webhooks it asks the store three things and does nothing.
pub async fn run(hands: Hands<'_>, rules: &StalenessRules) -> anyhow::Result<()> {
    tell_counts(hands, rules).await?;
    for event in webhook::list_waiting_events(hands.store.read(), BATCH).await? {
        let mut tx = hands.store.begin().await?;
        webhook::hand_out(&mut tx, event, hands.clock.now()).await?;
        tx.commit().await?;
    }
    deliver::empty(hands).await
}

/// Tells those that want it how many devices read how, where that is not what they were told last: read from the roll-ups, at most
/// once in a while, whatever the number of devices and changes.
async fn tell_counts(hands: Hands<'_>, rules: &StalenessRules) -> Result<(), store::Error> {
    let now = hands.clock.now();
    for webhook in webhook::list_of_counts(hands.store.read(), now.plus_seconds(-COUNTS_EVERY_S), BATCH).await? {
        let scope = match webhook.scope {
            Scope::Region(region) => rollup::Scope::Region(region),
            Scope::Facility(_, facility) => rollup::Scope::Facility(facility),
        };
        let counts = rollup::summary(hands.store, scope, now.jst_day(), rules).await?.counts;
        let text = counts.to_text();
        let mut tx = hands.store.begin().await?;
        // The first time there is nothing to compare with.
        let changed = webhook.told.as_deref().filter(|told| *told != text).map(Counts::parse);
        if webhook::put_told(&mut tx, &webhook, &text, now).await?
            && let Some(before) = changed
        {
            webhook::queue_for(&mut tx, hands.random, &Event::counts(webhook.scope, (&before, &counts), now), webhook.id).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// A secret as it is made: what people put into the receiver, and as the store keeps it.
pub(crate) struct Secret {
    /// For people, once.
    pub(crate) shown: Zeroizing<String>,
    /// For the store.
    pub(crate) sealed: String,
}

/// Makes a secret.
pub(crate) fn make_secret(master: &MasterKey, random: &Random) -> Secret {
    let secret = Zeroizing::new(random.bytes::<32>());
    Secret {
        shown: Zeroizing::new(format!("{SECRET_PREFIX}{}", BASE64.encode(&*secret))),
        sealed: BASE64.encode(&master.seal(SECRET_PURPOSE, &*secret, random)),
    }
}

/// An address for the store.
pub(crate) fn seal_target(master: &MasterKey, random: &Random, target: &Target) -> String {
    BASE64.encode(&master.seal(TARGET_PURPOSE, target.as_str().as_bytes(), random))
}

/// What was sealed; `None`: it does not open any more.
fn open(master: &MasterKey, purpose: &str, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = BASE64.decode(sealed.as_bytes()).ok()?;
    master.open(purpose, &bytes).ok()
}

/// The signature of a message: HMAC-SHA256 over its id, its time and its body.
fn sign(secret: &[u8], id: &str, at: Timestamp, body: &str) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    let signed = format!("{id}.{}.{body}", at.seconds());
    format!("v1,{}", BASE64.encode(ring::hmac::sign(&key, signed.as_bytes()).as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specifications_own_example_is() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp::from_seconds(1_614_265_330), r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_sealed_shows_neither_address_nor_secret_and_opens_with_its_master_key_alone() {
        let random = Random::seeded(5);
        let master = MasterKey::generate(&random);
        let target = Target::parse("https://hook.example/path?key=himitsu", &Networks::default()).expect("an address");
        let (made, sealed) = (make_secret(&master, &random), seal_target(&master, &random, &target));
        let opened = open(&master, TARGET_PURPOSE, &sealed).expect("opens");
        assert_eq!(&**opened, target.as_str().as_bytes());
        let secret = open(&master, SECRET_PURPOSE, &made.sealed).expect("opens");
        assert_eq!(*made.shown, format!("whsec_{}", BASE64.encode(&secret)));
        assert!(open(&MasterKey::generate(&random), TARGET_PURPOSE, &sealed).is_none());
        assert!(open(&master, TARGET_PURPOSE, &made.sealed).is_none(), "one is not the other");
    }
}
