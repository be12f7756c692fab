//! `POST /v1/enroll`: a code lets a device in; it lands in 登録待ち with the hardware it showed. One answer for every code that
//! does not work. Asked again with the same code and key (the answer got lost), the same device gets another leaf.

use hashimori_shared::checkin::PROTOCOL_VERSION;
use hashimori_shared::enroll::{EnrollRequest, Issued};
use hashimori_shared::report::{DeviceClass, HardwareIds};
use hashimori_shared::time::Timestamp;

use super::answer::{self, Refused};
use super::renew::A_DAY;
use super::{Answer, Handler, body};
use crate::domain::device::Standing;
use crate::domain::enrolment::{FAILURES_ALLOWED, secret_hash};
use crate::domain::ids::DeviceId;
use crate::domain::membership::Doing;
use crate::pki::{LeafRequest, Subject};
use crate::store::certificate::Evidence;
use crate::store::enrolment_code::Admission;
use crate::store::{Tx, appointment, certificate, device, facility, membership, meta};

/// Longest label of a device, characters.
const LABEL_CHARS: usize = 60;
/// Longest of any other word a device says of itself, characters.
const WORD_CHARS: usize = 128;

impl Handler<'_> {
    pub(super) async fn enroll(&self, bytes: &[u8]) -> Result<Answer, Refused> {
        let app = self.app;
        // The throttle counts by the clock, whatever it shows, so that its windows go on; everything else by the collector's time.
        let (now, tick) = (app.time(), app.clock.now());
        let sent: EnrollRequest = body::json(bytes)?;
        if sent.v != PROTOCOL_VERSION {
            return Err(Refused::Version(sent.v));
        }
        let secret = secret(&sent.secret)?;
        let request = request_for(&sent.csr)?;
        let label = label(&sent)?;
        let class = sent.hardware.as_ref().map_or(DeviceClass::Unclear, |h| h.class);
        let shown = evidence(sent, &request)?;
        let origin = self.peer.origin(app);
        if app.store.count_code_failures(&origin, tick).await? >= FAILURES_ALLOWED {
            return Err(Refused::Throttled);
        }
        let mut tx = app.store.begin_ledger().await?;
        let hash = secret_hash(&secret);
        // The same code and key again: an answer got lost. Asked first, so that a code for many is not used up by one.
        let (admission, device) = if let Some(known) = again(&mut tx, &hash, &request.key_digest).await? {
            if certificate::count_since(&mut tx, known.1, now.plus_days(-1)).await? >= A_DAY {
                return Err(Refused::Throttled);
            }
            known
        } else if !self.rests(&mut tx, &hash, now).await?
            && let Some(mut admission) = tx.use_code(&hash, now).await?
        {
            // Undone with the transaction: the code is not used up by it.
            if !membership::find_state(&mut *tx, admission.facility).await?.is_some_and(|state| state.allows(Doing::Begin)) {
                return Err(Refused::FacilityClosed);
            }
            // While time stands still no code runs out: a person looks at whoever comes with one.
            admission.auto_confirm &= !app.clock_guard.is_frozen();
            let id = DeviceId::new(app.random.uuid(now));
            admit(&mut tx, id, &admission, Arrival { label, class, shown }, now).await?;
            (admission, id)
        } else {
            tx.count_code_failure(&origin, tick).await?;
            tx.commit().await?;
            return Err(Refused::Code);
        };
        let authority = app.pki.authority();
        let subject = Subject { device, facility: admission.facility, region: admission.region };
        let leaf = authority.issue(&request, subject, now, &app.random)?;
        tx.insert_certificate(device, &leaf, &request.key_digest, now).await?;
        tx.commit().await?;
        tracing::info!(%device, facility = %admission.facility, code = %admission.code, "enrolled a device");
        let facility = facility::find(&app.store, admission.region, admission.facility).await?;
        answer::json(&Issued {
            v: PROTOCOL_VERSION,
            device: device.to_string(),
            chain: authority.chain_for(&leaf),
            facility: facility.map(|f| f.name).unwrap_or_default(),
            server_time: now,
            epoch: meta::epoch(&app.store).await?,
        })
    }
}

impl Handler<'_> {
    /// Whether a code rests because the 代行者 who issued it does not act now.
    async fn rests(&self, tx: &mut Tx, hash: &str, now: Timestamp) -> Result<bool, Refused> {
        if self.app.rules.book().any_pack().parameters().administrator.deputy {
            return Ok(false);
        }
        let Some(code) = tx.find_admission(hash).await? else { return Ok(false) };
        Ok(appointment::rests(&mut **tx, &code.issued_by, now).await?)
    }
}

struct Arrival {
    label: String,
    class: DeviceClass,
    shown: Evidence,
}

/// Writes a newcomer into the ledger. One that looks like a device already there waits for a person, whatever its code says.
async fn admit(tx: &mut Tx, id: DeviceId, admission: &Admission, arrival: Arrival, now: Timestamp) -> Result<(), Refused> {
    let Arrival { label, class, mut shown } = arrival;
    shown.suspicion = match tx.find_key_holder(admission.facility, &shown.key_digest).await? {
        None => tx.find_resembling(admission.facility, &shown).await?.map(|(why, like)| (why, Some(like))),
        known => known,
    };
    let confirmed = admission.auto_confirm && shown.suspicion.is_none();
    let new = device::NewDevice {
        id,
        region: admission.region,
        facility: admission.facility,
        label,
        ownership: admission.ownership,
        class,
        standing: if confirmed { Standing::Active } else { Standing::Pending },
        enrolled_at: now,
        confirmed_by: confirmed.then(|| format!("code {}", admission.code)),
    };
    device::insert(tx, &new).await?;
    tx.insert_evidence(id, admission.code, &shown).await?;
    Ok(())
}

/// The device that this code already let in with this key, unless somebody has refused or retired it since.
async fn again(tx: &mut Tx, hash: &str, key_digest: &str) -> Result<Option<(Admission, DeviceId)>, Refused> {
    let Some(admission) = tx.find_admission(hash).await? else { return Ok(None) };
    let Some(id) = tx.find_enrolled_with(admission.code, key_digest).await? else { return Ok(None) };
    let waits = device::standing_in(tx, id).await?.is_some_and(|s| matches!(s, Standing::Pending | Standing::Active));
    Ok(waits.then_some((admission, id)))
}

fn secret(text: &str) -> Result<[u8; 16], Refused> {
    let mut secret = [0; 16];
    let decoded = text.len() == 32 && data_encoding::HEXLOWER.decode_mut(text.as_bytes(), &mut secret).is_ok();
    if decoded { Ok(secret) } else { Err(Refused::field("/secret", "32 lower-case hexadecimal digits")) }
}

/// The checked certificate request in a field `csr`.
pub(super) fn request_for(csr: &str) -> Result<LeafRequest, Refused> {
    let der = data_encoding::BASE64.decode(csr.as_bytes()).map_err(|_| Refused::field("/csr", "base64 of a PKCS#10 request"))?;
    LeafRequest::parse(&der).map_err(|e| Refused::field("/csr", e.to_string()))
}

fn label(sent: &EnrollRequest) -> Result<String, Refused> {
    let Some(label) = sent.label.as_deref().map(str::trim).filter(|l| !l.is_empty()) else {
        // What it is called then is for the pages to say, in the reader's language.
        return Ok(String::new());
    };
    if label.chars().count() > LABEL_CHARS || label.chars().any(char::is_control) {
        return Err(Refused::field("/label", format!("at most {LABEL_CHARS} characters, no control characters")));
    }
    Ok(label.to_owned())
}

fn word(pointer: &str, text: String) -> Result<String, Refused> {
    if text.chars().count() > WORD_CHARS || text.chars().any(char::is_control) {
        return Err(Refused::field(pointer, format!("at most {WORD_CHARS} characters, no control characters")));
    }
    Ok(text)
}

fn optional(pointer: &str, text: Option<String>) -> Result<Option<String>, Refused> {
    text.map(|t| word(pointer, t)).transpose()
}

fn digest(pointer: &str, text: Option<String>) -> Result<Option<String>, Refused> {
    match text {
        Some(t) if t.len() != 32 || !t.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) => {
            Err(Refused::field(pointer, "32 lower-case hexadecimal digits"))
        }
        other => Ok(other),
    }
}

fn evidence(sent: EnrollRequest, request: &LeafRequest) -> Result<Evidence, Refused> {
    let (maker, model, hypervisor) = sent.hardware.map_or((None, None, None), |h| (h.vendor, h.model, h.hypervisor));
    Ok(Evidence {
        key_digest: request.key_digest.clone(),
        agent_version: word("/agent/version", sent.agent.version)?,
        platform: word("/agent/platform", sent.agent.platform)?,
        os: optional("/os", sent.os.map(|os| os.name))?,
        maker: optional("/hardware/vendor", maker)?,
        model: optional("/hardware/model", model)?,
        hypervisor: optional("/hardware/hypervisor", hypervisor)?,
        ids: HardwareIds {
            system_uuid: digest("/hardware_ids/system_uuid", sent.hardware_ids.system_uuid)?,
            serial: digest("/hardware_ids/serial", sent.hardware_ids.serial)?,
            machine_id: digest("/hardware_ids/machine_id", sent.hardware_ids.machine_id)?,
        },
        suspicion: None,
    })
}
