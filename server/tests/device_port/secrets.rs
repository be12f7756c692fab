//! What a thief of the database and the data folder finds.

use std::path::Path;

use hashimori_server::pki::{WhichRoot, export_root_key};

use crate::bench::Bench;
use crate::client::Machine;

fn holds(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).expect("reads").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return holds(&path, needle);
        }
        std::fs::read(&path).expect("reads").windows(needle.len()).any(|w| w == needle)
    })
}

#[tokio::test]
async fn database_and_data_folder_hold_no_key_no_code_and_not_the_master_key() {
    let mut bench = Bench::start().await;
    if bench.store_file().is_none() {
        return;
    }
    let code = bench.issue(bench.wish(1)).await;
    let machine = Machine::active(&bench, "a").await;
    let app = bench.app();
    let pem = export_root_key(&app.store, WhichRoot::Present, app.hands()).await.expect("exports");
    let root = rcgen::KeyPair::from_pem(&pem[pem.find("-----BEGIN PRIVATE").expect("a key")..]).expect("a key");
    let master = app.master.to_text().to_string();
    // PKCS#8 of a P-256 key: the 32 bytes of the private scalar follow the fixed head (RFC 5915).
    let scalar = |key: &rcgen::KeyPair| key.serialize_der()[36..68].to_vec();
    let (root_scalar, public) = (scalar(&root), root.public_key_raw().to_vec());
    let text = code.to_text();
    bench.halt().await;
    let data = bench.dir.path().join("data");
    assert!(holds(&data, &public), "the search finds what is there: the root's public key");
    let master_bytes = data_encoding::HEXLOWER.decode(master.as_bytes()).expect("hexadecimal");
    for (what, needle) in [
        ("the root's private key", root_scalar.as_slice()),
        ("a device's private key", scalar(&machine.key).as_slice()),
        ("the master key", master_bytes.as_slice()),
        ("the master key's text", master.as_bytes()),
        ("an enrolment code", text.as_bytes()),
        ("a code's secret", code.secret.as_slice()),
        ("a code's secret as text", code.secret_hex().as_bytes()),
        ("a PEM private key", b"PRIVATE KEY".as_slice()),
    ] {
        assert!(!holds(&data, needle), "{what}");
    }
}
