//! Rotation without enrolling again, and what the operator announces.

use data_encoding::BASE64;
use hashimori_server::domain::act::Actor;
use hashimori_server::pki::{Authority, PkiError, Say, announce, export_root_key, forget_root_key, rotate_issuing};
use hashimori_shared::checkin::Outcome;
use hashimori_shared::enroll::{Announcement, AnnouncementPayload};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::bench::Bench;
use crate::client::Machine;

/// Takes into use what changed in the store, as the periodic job does.
async fn take_up(bench: &Bench) {
    let authority = Authority::load(&bench.app().store, &bench.app().master).await.expect("loads");
    bench.app().verifier.replace_roots(&authority.roots).expect("roots");
    bench.app().pki.replace(authority);
}

#[tokio::test]
async fn after_a_rotation_old_devices_check_in_and_renew_and_new_ones_enrol() {
    let bench = Bench::start().await;
    let app = bench.app();
    let mut old = Machine::active(&bench, "a").await;
    let pin = app.pki.authority().root_pin;
    let issuing = app.pki.authority().issuing.clone();
    rotate_issuing(&app.store, &app.settings.device.names, None, (Actor::Operator, app.hands())).await.expect("rotates");
    bench.clock.advance(1);
    take_up(&bench).await;
    assert_ne!(app.pki.authority().issuing, issuing);
    assert_eq!(app.pki.authority().root_pin, pin);
    old.forget_sessions(&bench);
    assert_eq!(old.check_in(&bench).await.reply().outcome, Outcome::Accepted);
    let renewed = old.renew_with(&bench, &old.key).await;
    old.take(&bench, &renewed);
    assert_eq!(old.check_in(&bench).await.reply().outcome, Outcome::Accepted);
    Machine::new("b").enrol(&bench).await;
}

#[tokio::test]
async fn the_issuing_authority_renews_itself_while_its_root_is_here_and_waits_for_the_root_when_it_is_offline() {
    let mut bench = Bench::start().await;
    let ends = bench.app().pki.authority().issuing_ends;
    bench.pass(ends.seconds_since(bench.now()) - 89 * 86_400).await;
    let renewed = bench.app().pki.authority();
    assert!(renewed.issuing_ends > ends && !renewed.issuing_runs_out(bench.now()));
    let app = bench.app();
    let pem = export_root_key(&app.store, app.hands()).await.expect("exports");
    forget_root_key(&app.store, app.hands()).await.expect("forgets");
    take_up(&bench).await;
    assert!(!app.pki.authority().root_key_here);
    let names = &app.settings.device.names;
    assert!(matches!(rotate_issuing(&app.store, names, None, (Actor::Operator, app.hands())).await, Err(PkiError::RootOffline)));
    let foreign = rcgen::KeyPair::generate().expect("a key").serialize_pem();
    assert!(matches!(
        rotate_issuing(&app.store, names, Some(&foreign), (Actor::Operator, app.hands())).await,
        Err(PkiError::ForeignRootKey)
    ));
    rotate_issuing(&app.store, names, Some(&pem), (Actor::Operator, app.hands())).await.expect("rotates with the exported key");
}

fn verify(bench: &Bench, said: &Announcement) -> AnnouncementPayload {
    let authority = bench.app().pki.authority();
    let (_, root) = X509Certificate::from_der(&authority.roots[0]).expect("a certificate");
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, root.public_key().subject_public_key.data.to_vec());
    let signature = BASE64.decode(said.signature.as_bytes()).expect("base64");
    key.verify(said.payload.as_bytes(), &signature).expect("signed by the root");
    serde_json::from_str(&said.payload).expect("a payload")
}

#[tokio::test]
async fn the_next_root_and_a_successor_are_announced_signed_by_this_root_with_rising_numbers() {
    let bench = Bench::start().await;
    let app = bench.app();
    let mut machine = Machine::active(&bench, "a").await;
    assert!(machine.check_in(&bench).await.reply().announcements.is_empty());
    let moved = Say::Successor(vec!["new.example:8443".to_owned()]);
    announce(&app.store, moved, None, app.hands()).await.expect("announces");
    announce(&app.store, Say::NextRoot, None, app.hands()).await.expect("announces");
    take_up(&bench).await;
    let said = machine.check_in(&bench).await.reply().announcements;
    let [first, second] = said.as_slice() else { panic!("{said:?}") };
    let AnnouncementPayload::Successor { serial: 1, endpoints } = verify(&bench, first) else { panic!("{first:?}") };
    assert_eq!(endpoints, ["new.example:8443"]);
    let AnnouncementPayload::NextRoot { serial: 2, root } = verify(&bench, second) else { panic!("{second:?}") };
    assert_eq!(BASE64.decode(root.as_bytes()).expect("base64"), app.pki.authority().roots[1].to_vec());
}
