//! A collector for benchmarks: enrols everybody, accepts everything, and says on standard output how long each body was.
//! First line: `host:port`; second line: an enrolment code; then one line a request: path, bytes, whether the TLS session was resumed.

use std::io::Write as _;
use std::sync::Arc;

use hashimori_shared::code::EnrolmentCode;
use sha2::{Digest as _, Sha256};
use testing::{LONG, Pki, Server, issued, json, reply};
use x509_parser::prelude::{FromDer as _, X509Certificate};

#[expect(dead_code, reason = "shared with the tests, which use the rest")]
#[path = "../src/testing.rs"]
mod testing;

fn main() {
    let pki = Arc::new(Pki::new("benchmark root"));
    let root = pki.root();
    let (_, certificate) = X509Certificate::from_der(&root).expect("a certificate");
    let mut root_pin = [0; 10];
    root_pin.copy_from_slice(&Sha256::digest(certificate.public_key().raw)[..10]);
    let code = EnrolmentCode { secret: [7; 16], root_pin }.to_text();
    let server = Server::start(&pki.clone(), move |seen| {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{} {} {}", seen.path, seen.body.len(), if seen.resumed { "resumed" } else { "full" });
        let _ = out.flush();
        match seen.path.as_str() {
            "/v1/enroll" | "/v1/renew" => json(200, &issued(&pki, &seen.json(), LONG)),
            "/v1/check-in" => {
                let mut answer = reply("accepted", 1_800_000_000, 1);
                // One minute is the shortest interval an agent keeps: the benchmark does not wait an hour.
                answer["next_check_in_s"] = 60.into();
                json(200, &answer)
            }
            _ => (204, vec![], vec![]),
        }
    });
    println!("{}\n{code}", server.endpoint());
    loop {
        std::thread::park();
    }
}
