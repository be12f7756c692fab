//! `POST /v1/check-in`: strict parse, durable, then the answer.

use hashimori_shared::checkin::{self, CheckIn, CheckInReply, Outcome, PROTOCOL_VERSION, Standing};
use hashimori_shared::lang::Lang;
use hashimori_shared::report::parse_report;
use hashimori_shared::time::Timestamp;

use super::answer::{self, Refused};
use super::told::{self, Told};
use super::{Answer, Handler, body};
use crate::metrics::Answered;
use crate::store::ingest::{Body, NewReport, Rejected, Submission};

/// The last instant a calendar can show: the year 9999.
const LATEST: i64 = 253_402_300_799;

/// What a device that is held is told; what it is held for is none of its holder's business.
const fn ask_administrator(lang: Lang) -> &'static str {
    lang.pick("管理者に連絡してください", "Ask your administrator")
}

impl Handler<'_> {
    pub(super) async fn check_in(&self, bytes: &[u8]) -> Result<Answer, Refused> {
        let now = self.app.time();
        let leaf = self.peer.valid_certificate(now)?;
        let sent: CheckIn = body::json(bytes)?;
        if sent.v != PROTOCOL_VERSION {
            return Err(Refused::Version(sent.v));
        }
        instant("/observed_at", sent.observed_at)?;
        instant("/sent_at", sent.sent_at)?;
        let device = self.known.number(self.app, self.peer, leaf, now).await?;
        let submission = Submission {
            device,
            boot: sent.boot,
            seq: sent.seq,
            observed_at: sent.observed_at,
            sent_at: sent.sent_at,
            received_at: now,
            have_verdict: sent.have_verdict.map(|held| told::stored(self.app, held, self.lang)),
            dropped: sent.dropped,
            body: match sent.body {
                checkin::Body::Unchanged(digest) => Body::Unchanged(digest),
                checkin::Body::Report(raw) => Body::Report(Box::new(report(raw.get().as_bytes())?)),
            },
        };
        let ack = self.app.ingest.submit(submission).await.map_err(Refused::from)?;
        self.app.metrics.answered(match ack.outcome {
            Outcome::Accepted | Outcome::Duplicate => Answered::Accepted,
            Outcome::FullWanted => Answered::FullWanted,
        });
        let told = Told::of(self.app, device, ack.verdict, self.lang).await;
        answer::json(&CheckInReply {
            v: PROTOCOL_VERSION,
            outcome: ack.outcome,
            server_time: now,
            next_check_in_s: self.app.settings.check_in_interval_s,
            epoch: ack.epoch,
            standing: ack.standing,
            pack: ack.pack.to_string(),
            verdict: told.verdict,
            verdict_digest: told.digest,
            lang: told.lang,
            message: matches!(ack.standing, Standing::Held).then(|| ask_administrator(told.lang).to_owned()),
            announcements: self.app.pki.authority().announcements.clone(),
        })
    }
}

fn report(json: &[u8]) -> Result<NewReport, Refused> {
    let parsed = parse_report(json).map_err(|mut errors| {
        for error in &mut errors {
            error.pointer.insert_str(0, "/body/report");
        }
        Refused::Invalid(errors)
    })?;
    NewReport::new(json, parsed).map_err(|e| Refused::Failed(format!("a report does not compress: {e}")))
}

/// A device's clock may be wrong by years, but not outside the calendar.
fn instant(pointer: &str, at: Timestamp) -> Result<(), Refused> {
    if (0..=LATEST).contains(&at.seconds()) { Ok(()) } else { Err(Refused::field(pointer, "seconds since 1970, up to the year 9999")) }
}

impl From<Rejected> for Refused {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Overloaded | Rejected::Unavailable | Rejected::Stopped => Self::Busy,
            Rejected::OutOfUse => Self::Retired,
            Rejected::StorageFull => Self::Full,
            // The number was looked up in this very store.
            Rejected::UnknownDevice => Self::Failed("a device's number is not in the store".to_owned()),
            Rejected::Failed => Self::Failed("a check-in could not be stored".to_owned()),
        }
    }
}
