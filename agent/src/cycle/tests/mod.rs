//! Check-ins against a scripted collector over real TLS, with the clock in the test's hands.

mod answers;
mod crashes;
mod network;
mod offline;
mod trust;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use hashimori_shared::lang::Lang;
use hashimori_shared::report::{AgentInfo, Fact, MachineFacts, REPORT_VERSION, Report};
use hashimori_shared::time::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;

use super::*;
use crate::config::{KeyChoice, ProxySetting};
use crate::testing::{LONG, Pki, Reply, Seen, Server, Span, issued, json, reply};

/// When these tests happen.
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A collector that answers check-ins from a list, then accepts everything; renewals always succeed.
fn collector(pki: &Arc<Pki>, answers: Vec<Reply>) -> Server {
    Server::start(pki, script(pki, answers))
}

fn script(pki: &Arc<Pki>, answers: Vec<Reply>) -> impl Fn(&Seen) -> Reply + Send + Sync + use<> {
    let (pki, answers) = (pki.clone(), Mutex::new(VecDeque::from(answers)));
    move |seen| match seen.path.as_str() {
        "/v1/renew" => json(200, &issued(&pki, &seen.json(), LONG)),
        _ => answers.lock().expect("not poisoned").pop_front().unwrap_or_else(accepted),
    }
}

fn accepted() -> Reply {
    json(200, &reply("accepted", NOW.seconds(), 1))
}

/// An enrolled device with its state in a temporary folder.
struct Device {
    _dir: tempfile::TempDir,
    folder: Folder,
    proxy: Option<ProxySetting>,
    language: Option<Lang>,
}

impl Device {
    fn enrolled(pki: &Pki, endpoints: &[String], leaf: Span) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::at(dir.path().join("state"));
        let key = DeviceKey::generate().expect("a key");
        let key_place = key.keep(&folder, KeyChoice::File).expect("kept");
        let identity = Identity {
            device: "01930000-0000-7000-8000-000000000001".to_owned(),
            endpoints: endpoints.to_vec(),
            facility: "架空薬局".to_owned(),
            label: None,
            language: Lang::Japanese,
            enrolled_at: NOW,
            roots: vec![data_encoding::BASE64.encode(&pki.root())],
            chain: pki.issue(&key.request().expect("a request"), leaf),
            key_place,
            next_root_serial: 0,
            successor_serial: 0,
        };
        identity.save(&folder).expect("saved");
        Self { _dir: dir, folder, proxy: None, language: None }
    }

    fn at(server: &Server, pki: &Pki) -> Self {
        Self::enrolled(pki, &[server.endpoint()], LONG)
    }

    fn cycle(&self) -> Cycle {
        self.cycle_in(self.folder.clone())
    }

    fn cycle_in(&self, folder: Folder) -> Cycle {
        let settings = Settings {
            state: self.folder.path().to_owned(),
            proxy: self.proxy.clone(),
            min_interval_s: 60,
            key_store: KeyChoice::File,
            probe_timeout_s: 60,
            catalogues: None,
            language: self.language,
        };
        Cycle::open(folder, &settings, &mut StdRng::seed_from_u64(1)).expect("opened")
    }

    /// One check-in of facts number `facts` at `now`, as a process of its own would make it.
    fn check_in_at(&self, facts: u32, now: Timestamp) -> (Cycle, Ended) {
        let mut cycle = self.cycle();
        cycle.store(now, observation(facts)).expect("stored");
        let ended = cycle.send(&|| now).expect("the state folder works");
        (cycle, ended)
    }

    fn check_in(&self, facts: u32) -> (Cycle, Ended) {
        self.check_in_at(facts, NOW)
    }
}

/// Facts that differ by number.
fn observation(facts: u32) -> Observation {
    let report = Report {
        v: REPORT_VERSION,
        agent: AgentInfo { version: "0.1.0".into(), platform: "linux".into(), privileged: true },
        machine: MachineFacts { last_update: Some(Fact::read(Timestamp::from_seconds(facts.into()), "test")), ..MachineFacts::default() },
        accounts: Vec::new(),
    };
    Observation { boot: hashimori_shared::ids::BootId::from_bytes([9; 16]), report, whole: true }
}

fn check_ins(server: &Server) -> Vec<Value> {
    server.seen().iter().filter(|s| s.path == "/v1/check-in").map(Seen::json).collect()
}

fn seqs(server: &Server) -> Vec<u64> {
    check_ins(server).iter().map(|c| c["seq"].as_u64().expect("a number")).collect()
}

fn is_full(check_in: &Value) -> bool {
    check_in["body"].get("report").is_some()
}
