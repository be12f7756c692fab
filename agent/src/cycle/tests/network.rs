//! Proxies, successors, resumption, oversized answers.

use super::*;
use crate::testing::Proxy;

fn proxied(device: &mut Device, url: String) {
    device.proxy = Some(ProxySetting { url, ca: None, no_proxy: None });
}

#[test]
fn a_check_in_goes_through_a_connect_proxy_with_its_password() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![]);
    let proxy = Proxy::start(true);
    let mut device = Device::at(&server, &pki);
    proxied(&mut device, format!("http://clinic:himitsu@{}", proxy.addr()));
    assert_eq!(device.check_in(1).1, Ended::Done);
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with(&format!("CONNECT {} HTTP/1.1", server.endpoint())), "{}", heads[0]);
    assert!(heads[0].contains("Proxy-Authorization: Basic Y2xpbmljOmhpbWl0c3U="), "{}", heads[0]);
    assert!(server.seen()[0].leaf.is_some(), "mutual TLS inside the tunnel");
}

#[test]
fn a_proxy_that_refuses_or_is_not_there_is_named_and_nothing_is_lost() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![]);
    let proxy = Proxy::start(false);
    let mut device = Device::at(&server, &pki);
    proxied(&mut device, format!("http://{}", proxy.addr()));
    let (cycle, ended) = device.check_in(1);
    assert_eq!(ended, Ended::Later(Wait::Backoff, Exit::Later));
    assert!(cycle.progress.trouble.expect("a note").text.contains("プロキシ"));
    assert!(server.seen().is_empty(), "never around the proxy");
    proxied(&mut device, "http://127.0.0.1:9".to_owned());
    assert_eq!(device.cycle().send(&|| NOW).expect("state"), Ended::Later(Wait::Backoff, Exit::Later));
    assert_eq!(device.cycle().outbox.len(), 1);
}

#[test]
fn the_next_connection_resumes_the_tls_session_of_the_last() {
    let pki = Arc::new(Pki::new("根"));
    let closing = || (200, vec![("Connection", "close".to_owned())], reply("accepted", NOW.seconds(), 1).to_string().into_bytes());
    let server = collector(&pki, vec![closing(), closing()]);
    let device = Device::at(&server, &pki);
    let (first, _) = device.check_in(1);
    let mut second = device.cycle();
    second.reuse(first.into_connection());
    second.store(NOW, observation(1)).expect("stored");
    assert_eq!(second.send(&|| NOW).expect("state"), Ended::Done);
    assert_eq!(server.seen().iter().map(|s| s.resumed).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_successor_is_tried_when_the_present_endpoint_is_gone_or_dead_and_kept_when_it_answers() {
    for dead in [false, true] {
        let pki = Arc::new(Pki::new("根"));
        let old = Server::start(&pki, |_| (410, vec![], vec![]));
        let new = collector(&pki, vec![]);
        // Port 9 (discard) is not served here: a connection is refused at once.
        let old_endpoint = if dead { "127.0.0.1:9".to_owned() } else { old.endpoint() };
        let device = Device::enrolled(&pki, &[old_endpoint.clone(), new.endpoint()], LONG);
        let (cycle, ended) = device.check_in(1);
        assert_eq!(ended, Ended::Done);
        assert_eq!(cycle.identity().endpoints, [new.endpoint(), old_endpoint]);
        assert_eq!(device.cycle().identity().endpoints[0], new.endpoint(), "kept on the disk");
        assert_eq!(old.seen().len(), usize::from(!dead));
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_the_end() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![(200, vec![], vec![b' '; 1024 * 1024])]);
    let device = Device::at(&server, &pki);
    assert_eq!(device.check_in(1).1, Ended::Later(Wait::Backoff, Exit::Later));
    assert_eq!(device.cycle().outbox.len(), 1);
}
