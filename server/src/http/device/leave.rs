//! `POST /v1/leave`: the device says that it leaves. It is written down; what it means, a person decides.

use hashimori_shared::checkin::PROTOCOL_VERSION;
use hashimori_shared::enroll::LeaveRequest;

use super::answer::{self, Refused};
use super::{Answer, Handler, body};
use crate::store::device;

impl Handler<'_> {
    pub(super) async fn leave(&self, bytes: &[u8]) -> Result<Answer, Refused> {
        let now = self.app.time();
        let leaf = self.peer.valid_certificate(now)?;
        let sent: LeaveRequest = body::json(bytes)?;
        if sent.v != PROTOCOL_VERSION {
            return Err(Refused::Version(sent.v));
        }
        let n = self.known.number(self.app, self.peer, leaf, now).await?;
        let mut tx = self.app.store.begin().await?;
        let found = device::find_by_n(&mut *tx, n).await?.ok_or(Refused::NoCertificate)?;
        if found.standing.told().is_none() {
            return Err(Refused::Retired);
        }
        tx.upsert_leaving(found.id, sent.left_at, now).await?;
        tx.commit().await?;
        tracing::info!(device = %found.id, "a device said that it leaves");
        Ok(answer::no_content())
    }
}
