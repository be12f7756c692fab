//! Rotation without enrolling again, and what the operator announces.

use data_encoding::BASE64;
use hashimori_server::domain::act::Actor;
use hashimori_server::pki::{
    Authority, PkiError, Say, WhichRoot, announce, export_root_key, forget_root_key, renew_due, rotate_issuing, switch_root,
};
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
    let pem = export_root_key(&app.store, WhichRoot::Present, app.hands()).await.expect("exports");
    forget_root_key(&app.store, WhichRoot::Present, app.hands()).await.expect("forgets");
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

#[tokio::test]
async fn after_a_switch_of_roots_old_leaves_serve_and_renew_until_none_can_come_back_and_new_codes_name_the_new_root() {
    let mut bench = Bench::start().await;
    let app = bench.app();
    let names = &app.settings.device.names.clone();
    assert!(matches!(switch_root(&app.store, names, None, app.hands()).await, Err(PkiError::NoNextRoot)));
    let mut old = Machine::active(&bench, "a").await;
    let before = app.pki.authority();
    announce(&app.store, Say::Successor(vec!["new.example:8443".to_owned()]), None, app.hands()).await.expect("announces");
    announce(&app.store, Say::NextRoot, None, app.hands()).await.expect("announces");
    bench.clock.advance(1);
    switch_root(&app.store, names, None, app.hands()).await.expect("switches");
    take_up(&bench).await;
    let after = app.pki.authority();
    assert_ne!(after.root_pin, before.root_pin);
    assert_eq!((after.older_roots, after.roots.len()), (1, 2));
    assert_eq!(after.roots[1], before.roots[0], "what stands below the old root is still let in");

    old.forget_sessions(&bench);
    let said = old.check_in(&bench).await.reply().announcements;
    let AnnouncementPayload::Successor { serial: 1, .. } = verify(&bench, &said[0]) else { panic!("{said:?}") };
    let renewed = old.renew_with(&bench, &old.key).await;
    old.take(&bench, &renewed);
    assert_eq!(old.check_in(&bench).await.reply().outcome, Outcome::Accepted);
    Machine::new("b").enrol(&bench).await;
    let key = Authority::load(&app.store, &app.master).await.expect("loads").root_key_here;
    assert!(key, "the new root's key");

    // Not a day too early: until then a leaf from before the switch may come out of its drawer.
    bench.pass(489 * 86_400).await;
    let app = bench.app();
    renew_due(&app.store, &app.pki.authority(), names, app.hands()).await.expect("runs");
    take_up(&bench).await;
    assert_eq!(app.pki.authority().older_roots, 1);
    bench.pass(2 * 86_400).await;
    let app = bench.app();
    // The collector may have done it by itself at its start.
    renew_due(&app.store, &app.pki.authority(), names, app.hands()).await.expect("runs");
    take_up(&bench).await;
    let ended = app.pki.authority();
    assert_eq!((ended.older_roots, ended.roots.len(), ended.server.cert.len()), (0, 1, 3));
}

#[tokio::test]
async fn whoever_trusts_only_the_first_of_three_roots_still_reaches_the_collector() {
    let bench = Bench::start().await;
    let app = bench.app();
    let mut old = Machine::active(&bench, "a").await;
    let first = app.pki.authority().roots[0].clone();
    let names = &app.settings.device.names;
    for _ in 0..2 {
        announce(&app.store, Say::NextRoot, None, app.hands()).await.expect("announces");
        bench.clock.advance(1);
        switch_root(&app.store, names, None, app.hands()).await.expect("switches");
    }
    take_up(&bench).await;
    let only = crate::client::config_trusting(&[first], &bench, Some(old.identity()), &crate::client::Quirks::default());
    let body = old.next(&bench, "0.1.0").to_string();
    let mut connection = crate::client::connect(&only, bench.address()).await.expect("trusted over the crosses");
    let answer = connection.post(hashimori_shared::checkin::CHECK_IN_PATH, body.as_bytes()).await.expect("an answer");
    assert_eq!(answer.reply().outcome, Outcome::Accepted);
}

#[tokio::test]
async fn a_next_root_whose_key_is_kept_offline_is_switched_to_with_that_key_alone() {
    let bench = Bench::start().await;
    let app = bench.app();
    let names = &app.settings.device.names;
    announce(&app.store, Say::NextRoot, None, app.hands()).await.expect("announces");
    let present = export_root_key(&app.store, WhichRoot::Present, app.hands()).await.expect("exports");
    let next = export_root_key(&app.store, WhichRoot::Next, app.hands()).await.expect("exports");
    forget_root_key(&app.store, WhichRoot::Next, app.hands()).await.expect("forgets");
    assert!(matches!(switch_root(&app.store, names, None, app.hands()).await, Err(PkiError::RootOffline)));
    assert!(matches!(switch_root(&app.store, names, Some(&present), app.hands()).await, Err(PkiError::ForeignRootKey)));
    switch_root(&app.store, names, Some(&next), app.hands()).await.expect("switches");
    take_up(&bench).await;
    assert!(!app.pki.authority().root_key_here, "it stays offline");
    rotate_issuing(&app.store, names, Some(&next), (Actor::Operator, app.hands())).await.expect("rotates");
}
