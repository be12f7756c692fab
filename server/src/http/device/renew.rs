//! `POST /v1/renew`: a fresh leaf over the same key, also for a leaf that ended up to 400 days ago, and for a lost device.

use hashimori_shared::checkin::PROTOCOL_VERSION;
use hashimori_shared::enroll::{Issued, RenewRequest};

use super::answer::{self, Refused};
use super::enroll::request_for;
use super::{Answer, Handler, body};
use crate::pki::Subject;
use crate::store::{certificate, device, facility, meta};

/// Leaves a device may be issued in a day; more would only fill the store.
pub(super) const A_DAY: i64 = 10;

impl Handler<'_> {
    pub(super) async fn renew(&self, bytes: &[u8]) -> Result<Answer, Refused> {
        let app = self.app;
        let now = app.time();
        let leaf = self.peer.renewable_certificate(now)?;
        let sent: RenewRequest = body::json(bytes)?;
        if sent.v != PROTOCOL_VERSION {
            return Err(Refused::Version(sent.v));
        }
        let request = request_for(&sent.csr)?;
        if request.key_digest != leaf.key_digest {
            return Err(Refused::field("/csr", "must be over the key of the certificate that is renewed"));
        }
        let n = self.known.number(app, self.peer, leaf, now).await?;
        let mut tx = app.store.begin().await?;
        // Standing is read inside the transaction that issues: a device retired a moment ago gets nothing.
        let found = device::find_by_n(&mut *tx, n).await?.ok_or(Refused::NoCertificate)?;
        if found.standing.told().is_none() {
            return Err(Refused::Retired);
        }
        if certificate::count_since(&mut tx, found.id, now.plus_days(-1)).await? >= A_DAY {
            return Err(Refused::Throttled);
        }
        let authority = app.pki.authority();
        let subject = Subject { device: found.id, facility: found.facility, region: found.region };
        let fresh = authority.issue(&request, subject, now, &app.random)?;
        tx.insert_certificate(found.id, &fresh, &request.key_digest, now).await?;
        tx.commit().await?;
        tracing::info!(device = %found.id, "renewed a device's certificate");
        let facility = facility::find(&app.store, found.region, found.facility).await?;
        answer::json(&Issued {
            v: PROTOCOL_VERSION,
            device: found.id.to_string(),
            chain: authority.chain_for(&fresh),
            facility: facility.map(|f| f.name).unwrap_or_default(),
            server_time: now,
            epoch: meta::epoch(&app.store).await?,
        })
    }
}
