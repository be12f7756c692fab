//! Who gets through the handshake, and what an expired leaf may still do.

use hashimori_shared::checkin::{CHECK_IN_PATH, Outcome};
use hashimori_shared::enroll::ENROLL_PATH;
use hashimori_shared::problem::kind;
use rcgen::{CertificateParams, KeyPair};
use serde_json::json;

use crate::bench::Bench;
use crate::client::{Machine, Quirks, TLS12, config, connect, post};

#[tokio::test]
async fn without_a_device_certificate_only_enrolment_is_open() {
    let bench = Bench::start().await;
    let anonymous = config(&bench, None, &Quirks::default());
    let mut machine = Machine::new("a");
    let body = machine.next(&bench, "0.1.0");
    for path in [CHECK_IN_PATH, "/v1/renew", "/v1/leave"] {
        let answer = post(&anonymous, bench.address(), path, &body).await.expect("an answer");
        assert!(answer.status == 401 && answer.problem().is(kind::CERTIFICATE_REQUIRED), "{path}");
    }
    let answer = post(&anonymous, bench.address(), ENROLL_PATH, &json!({})).await.expect("an answer");
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_header_that_names_a_device_is_no_identity() {
    let bench = Bench::start().await;
    let machine = Machine::active(&bench, "a").await;
    let anonymous = config(&bench, None, &Quirks::default());
    let mut connection = connect(&anonymous, bench.address()).await.expect("connects");
    let id = machine.id.expect("enrolled");
    let path = format!("{CHECK_IN_PATH} HTTP/1.1\r\nx-client-cert-subject: CN={id}\r\nx-forwarded-client-cert: {id}\r\nx-ignore:");
    let answer = connection.post(&path, b"{}").await.expect("an answer");
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a_certificate_of_a_foreign_authority_does_not_pass_the_handshake() {
    let bench = Bench::start().await;
    let key = KeyPair::generate().expect("a key");
    let foreign = CertificateParams::new(vec!["device".to_owned()]).expect("names").self_signed(&key).expect("signed");
    let foreign = config(&bench, Some((vec![foreign.der().clone()], &key)), &Quirks::default());
    let refused = post(&foreign, bench.address(), CHECK_IN_PATH, &json!({})).await;
    assert!(refused.is_err(), "TLS 1.3 tells the client after its own Finished: the first read fails");
}

#[tokio::test]
async fn tls_1_2_and_other_protocols_are_refused() {
    let bench = Bench::start().await;
    for quirks in [Quirks { versions: TLS12, ..Quirks::default() }, Quirks { alpn: b"h2", ..Quirks::default() }] {
        let client = config(&bench, None, &quirks);
        assert!(connect(&client, bench.address()).await.is_err());
    }
}

#[tokio::test]
async fn an_expired_leaf_may_renew_with_the_same_key_for_400_days_and_do_nothing_else() {
    let mut bench = Bench::start().await;
    let mut machine = Machine::active(&bench, "a").await;
    let id = machine.id;
    bench.pass(90 * 86_400 + 1).await;
    machine.forget_sessions(&bench);
    let answer = machine.check_in(&bench).await;
    assert!(answer.status == 403 && answer.problem().is(kind::CERTIFICATE_EXPIRED));
    let other = KeyPair::generate().expect("a key");
    assert_eq!(machine.renew_with(&bench, &other).await.problem().errors[0].pointer, "/csr");
    let renewed = machine.renew_with(&bench, &machine.key).await;
    assert_eq!(renewed.status, 200);
    let mut fresh = machine;
    fresh.take(&bench, &renewed);
    assert_eq!(fresh.id, id);
    assert_eq!(fresh.check_in(&bench).await.reply().outcome, Outcome::Accepted);
    bench.pass((90 + 401) * 86_400).await;
    fresh.forget_sessions(&bench);
    let gone = fresh.renew_with(&bench, &fresh.key).await;
    assert!(gone.status == 403 && gone.problem().is(kind::CERTIFICATE_EXPIRED));
}
