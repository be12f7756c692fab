//! Devices that are not there: real keys, real enrolment and real certificates without a real agent, for load and for misbehaviour.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use data_encoding::BASE64;
use hashimori_shared::checkin::{Body, CHECK_IN_PATH, CheckIn, PROTOCOL_VERSION};
use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::enroll::{ENROLL_PATH, EnrollRequest, Issued};
use hashimori_shared::ids::{BootId, ReportDigest, VerdictDigest};
use hashimori_shared::report::{Fact, HardwareIds, Report, sample};
use hashimori_shared::time::Timestamp;
use rcgen::{CertificateParams, KeyPair};
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::value::RawValue;

use crate::wire::{Answer, Connection, device_tls, device_tls_unchecked};

/// What a device says of itself when it enrols.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// Its ordinal in the fleet.
    pub number: u32,
    /// Its first report: kind of machine, system, agent.
    pub report: &'a Report,
    /// What a person calls it.
    pub label: &'a str,
}

/// An enrolled device.
#[derive(Debug)]
pub struct Synthetic {
    /// Its id.
    pub id: String,
    /// Its ordinal in the fleet; decides its report.
    pub number: u32,
    key: KeyPair,
    chain: Vec<CertificateDer<'static>>,
    boot: BootId,
    seq: u64,
    base: Option<ReportDigest>,
    verdict: Option<VerdictDigest>,
}

impl Synthetic {
    /// Enrols with a code, as the agent would.
    pub async fn enroll(collector: SocketAddr, code: &EnrolmentCode, number: u32) -> anyhow::Result<Self> {
        Self::enroll_as(collector, code, Newcomer { number, report: &report(number, 0), label: &format!("試験機{number}") }).await
    }

    /// The same for a device that is somebody in particular.
    pub async fn enroll_as(collector: SocketAddr, code: &EnrolmentCode, newcomer: Newcomer<'_>) -> anyhow::Result<Self> {
        let (key, number) = (KeyPair::generate()?, newcomer.number);
        let answer = ask(collector, code, &key, newcomer).await?;
        ensure!(answer.status < 300, "enrolment refused: {} {}", answer.status, answer.text());
        let issued: Issued = serde_json::from_slice(&answer.body)?;
        let chain = issued.chain.iter().map(|der| Ok(BASE64.decode(der.as_bytes())?.into())).collect::<anyhow::Result<_>>()?;
        Ok(Self { id: issued.device, number, key, chain, boot: boot_of(number), seq: 0, base: None, verdict: None })
    }

    /// TLS with its certificate. `resumes` = keeps tickets of its own.
    pub fn tls(&self, resumes: bool) -> anyhow::Result<Arc<ClientConfig>> {
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        let mut tls = device_tls(Some((self.chain.clone(), key)))?;
        tls.resumption = if resumes { Resumption::in_memory_sessions(4) } else { Resumption::disabled() };
        Ok(Arc::new(tls))
    }

    /// TLS with its certificate and somebody else's key.
    pub fn tls_with(&self, key: &KeyPair) -> anyhow::Result<Arc<ClientConfig>> {
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        Ok(Arc::new(device_tls_unchecked(self.chain.clone(), &key)?))
    }

    /// The next check-in's JSON: the whole report when it has `changed` or none was taken yet, else the heartbeat.
    pub fn next(&mut self, changed: bool, now: Timestamp) -> anyhow::Result<Vec<u8>> {
        self.seq += 1;
        let body = match self.base {
            Some(base) if !changed => Body::Unchanged(base),
            Some(_) | None => {
                let json = serde_json::to_string(&report(self.number, self.seq))?;
                self.base = Some(ReportDigest::of(json.as_bytes()));
                Body::Report(RawValue::from_string(json)?)
            }
        };
        self.wrap(body, now)
    }

    /// The next check-in's JSON with this report in full.
    pub fn next_saying(&mut self, report: &Report, now: Timestamp) -> anyhow::Result<Vec<u8>> {
        self.seq += 1;
        let json = serde_json::to_string(report)?;
        self.base = Some(ReportDigest::of(json.as_bytes()));
        self.wrap(Body::Report(RawValue::from_string(json)?), now)
    }

    /// From now on it is the other of two machines that use its key.
    pub fn become_twin(&mut self) {
        let mut boot = *self.boot.as_bytes();
        boot[15] ^= 1;
        self.boot = BootId::from_bytes(boot);
    }

    /// A check-in with this body and the present sequence number.
    pub fn wrap(&self, body: Body, now: Timestamp) -> anyhow::Result<Vec<u8>> {
        let check_in = CheckIn {
            v: PROTOCOL_VERSION,
            boot: self.boot,
            seq: self.seq,
            observed_at: now,
            sent_at: now,
            have_verdict: self.verdict,
            dropped: 0,
            body,
        };
        Ok(serde_json::to_vec(&check_in)?)
    }

    /// Takes note of the answer; whether the check-in is durable.
    pub fn learn(&mut self, answer: &Answer) -> anyhow::Result<bool> {
        const ACCEPTED: &[u8] = b"\"outcome\":\"accepted\"";
        if answer.status != 200 {
            return Ok(false);
        }
        if answer.body.windows(10).any(|window| window == b"\"verdict\":") {
            #[derive(serde::Deserialize)]
            struct WithVerdict<'r> {
                #[serde(borrow)]
                verdict: Option<&'r RawValue>,
            }
            let reply: WithVerdict<'_> = serde_json::from_slice(&answer.body).context("the reply")?;
            self.verdict = reply.verdict.map(|raw| VerdictDigest::of(raw.get().as_bytes()));
        }
        let accepted = answer.body.windows(ACCEPTED.len()).any(|window| window == ACCEPTED);
        if !accepted {
            self.base = None;
        }
        Ok(accepted)
    }

    /// One check-in on a connection of its own.
    pub async fn check_in(&mut self, collector: SocketAddr, changed: bool, now: Timestamp) -> anyhow::Result<Answer> {
        let body = self.next(changed, now)?;
        let mut connection = Connection::open(collector, &self.tls(false)?).await?;
        let answer = connection.post(CHECK_IN_PATH, &body, false).await?;
        self.learn(&answer)?;
        Ok(answer)
    }
}

async fn ask(collector: SocketAddr, code: &EnrolmentCode, key: &KeyPair, newcomer: Newcomer<'_>) -> anyhow::Result<Answer> {
    let Report { agent, machine, .. } = newcomer.report.clone();
    let csr = CertificateParams::default().serialize_request(key)?;
    let request = EnrollRequest {
        v: PROTOCOL_VERSION,
        secret: code.secret_hex(),
        csr: BASE64.encode(csr.der()),
        agent,
        os: machine.os.and_then(|fact| fact.value().cloned()),
        hardware: machine.hardware.and_then(|fact| fact.value().cloned()),
        hardware_ids: machine.hardware_ids.and_then(|fact| fact.value().cloned()).unwrap_or_default(),
        label: Some(newcomer.label.to_owned()),
    };
    let mut connection = Connection::open(collector, &Arc::new(device_tls(None)?)).await?;
    connection.post(ENROLL_PATH, &serde_json::to_vec(&request)?, false).await
}

fn boot_of(number: u32) -> BootId {
    let mut bytes = [0xb0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    BootId::from_bytes(bytes)
}

/// A plausible report of device `number`, good or bad by its number; every `revision` of it differs in when the last update was installed.
pub fn report(number: u32, revision: u64) -> Report {
    let some_day = Timestamp::from_seconds(1_780_000_000);
    let mut report = if number.is_multiple_of(3) { sample::bad_debian(some_day) } else { sample::good_debian(some_day) };
    let updated = some_day.plus_seconds(-i64::try_from(revision % 1_000_000).unwrap_or(0));
    report.machine.last_update = Some(Fact::read(updated, "/var/log/dpkg.log"));
    let id = format!("{number:032x}");
    let ids = HardwareIds { system_uuid: Some(id.clone()), serial: None, machine_id: Some(id) };
    report.machine.hardware_ids = Some(Fact::read(ids, "/sys/class/dmi/id"));
    report
}
