//! What an answer changes: counters, base, verdict, clock, roots and endpoints, the leaf, the device's standing.

use hashimori_shared::checkin::{Body, CheckInReply, ClauseSummary, Standing, VerdictSummary};
use hashimori_shared::ids::VerdictDigest;
use hashimori_shared::time::Timestamp;

use super::{Cycle, Ended, Wait};
use crate::client::{Disposition, NoAnswer, disposition};
use crate::exit::Exit;
use crate::link::NotRenewed;
use crate::outbox::Entry;
use crate::state::{Base, LastReply, Note, StateError};
use crate::trust::{self, Taken};
use crate::words::{self, Sentence};

impl Cycle {
    /// The oldest check-in is durable at the collector. The order matters: the answer is kept before the check-in is deleted,
    /// so that a crash in between sends a duplicate and never loses a number.
    pub(super) fn acknowledged(&mut self, entry: &Entry, now: Timestamp, reply: CheckInReply) -> Result<(), StateError> {
        if let Body::Report(raw) = &entry.body {
            let digest = entry.digest();
            Base::keep(&self.folder, raw.get().as_bytes())?;
            self.progress.kept = Some(digest);
            self.progress.base = Some(Base { digest, epoch: reply.epoch, sent_at: now });
        }
        self.progress.dropped = 0;
        self.progress.failures = 0;
        self.progress.trouble = None;
        self.heard(now, reply)?;
        self.outbox.forget_oldest()
    }

    /// Keeps what an answer says, announcements included.
    pub(super) fn heard(&mut self, now: Timestamp, reply: CheckInReply) -> Result<(), StateError> {
        let known = trust::known_time_after(self.progress.known_time, now, reply.server_time);
        self.progress.known_time = Some(known);
        self.link.set_certain_time(known);
        self.progress.interval_s = Some(reply.next_check_in_s);
        if let Some(verdict) = reply.verdict {
            let own = || serde_json::to_vec(&verdict).ok().map(|json| VerdictDigest::of(&json));
            self.progress.verdict_digest = reply.verdict_digest.or_else(own);
            self.progress.verdict = Some(shown(verdict));
            self.progress.verdict_lang = reply.lang;
        }
        if reply.standing == Standing::Held {
            // A held device is told to ask its administrator, and nothing else.
            (self.progress.verdict, self.progress.verdict_digest) = (None, None);
        }
        if !reply.announcements.is_empty() {
            let mut identity = self.link.identity().clone();
            let mut changed = false;
            for announcement in &reply.announcements {
                match trust::take(&mut identity, announcement) {
                    Taken::Root | Taken::Successor => changed = true,
                    Taken::Old => {}
                    Taken::Refused(why) => eprintln!("<4>announcement ignored: {why}"),
                }
            }
            if changed {
                self.link.change_identity(identity)?;
            }
        }
        self.progress.last_reply = Some(LastReply {
            at: now,
            server_time: reply.server_time,
            outcome: reply.outcome,
            standing: reply.standing,
            pack: words::plain(&reply.pack),
            message: reply.message.as_deref().map(words::plain),
            lang: reply.lang,
            epoch: reply.epoch,
        });
        self.progress.save(&self.folder)
    }

    /// Renews the leaf; `Some` when that failed and what waits has to wait for it.
    pub(super) fn renew(&mut self, now: Timestamp) -> Result<Option<Ended>, StateError> {
        match self.link.renew() {
            Ok(()) => Ok(None),
            Err(NotRenewed::NoAnswer(no_answer)) => self.no_answer(now, &no_answer).map(|(wait, exit)| Some(Ended::Later(wait, exit))),
            Err(NotRenewed::Answered(answer)) => Ok(Some(match disposition(&answer) {
                Disposition::Quiet => self.retire(now)?,
                Disposition::RateLimited(Some(s)) => self.later(now, Wait::Told(s), Exit::Later, words::BUSY_THERE)?,
                Disposition::RateLimited(None) | Disposition::Retry | Disposition::Gone => {
                    self.later(now, Wait::Backoff, Exit::Later, words::FAILED_THERE)?
                }
                Disposition::Renew => self.later(now, Wait::Regular, Exit::Refused, words::TOO_OLD)?,
                Disposition::Delete(_) | Disposition::SendInFull(_) | Disposition::SetAside | Disposition::Defer => {
                    self.later(now, Wait::Regular, Exit::Refused, words::NOT_RENEWED)?
                }
            })),
            Err(NotRenewed::Unusable(why)) => {
                eprintln!("<4>renewal: {why}");
                self.later(now, Wait::Regular, Exit::Refused, words::NOT_RENEWED).map(Some)
            }
        }
    }

    pub(super) fn no_answer(&mut self, now: Timestamp, no_answer: &NoAnswer) -> Result<(Wait, Exit), StateError> {
        let exit = words::exit(no_answer);
        let note = Note::new(now, |lang| words::no_answer(no_answer, self.link.endpoint(), lang));
        eprintln!("<4>{no_answer}");
        self.troubled(note)?;
        Ok((Wait::Backoff, exit))
    }

    pub(super) fn later(&mut self, now: Timestamp, wait: Wait, exit: Exit, why: Sentence) -> Result<Ended, StateError> {
        self.troubled(Note::new(now, |lang| why.get(lang).to_owned()))?;
        Ok(Ended::Later(wait, exit))
    }

    fn troubled(&mut self, note: Note) -> Result<(), StateError> {
        self.progress.failures = self.progress.failures.saturating_add(1);
        self.progress.trouble = Some(note);
        self.progress.save(&self.folder)
    }

    pub(super) fn retire(&mut self, now: Timestamp) -> Result<Ended, StateError> {
        self.progress.retired_at = Some(now);
        self.progress.save(&self.folder)?;
        Ok(Ended::Retired)
    }
}

/// The verdict as it may be shown.
fn shown(verdict: VerdictSummary) -> VerdictSummary {
    let clauses = verdict.clauses.into_iter().map(|c| ClauseSummary {
        clause: words::plain(&c.clause),
        title: words::plain(&c.title),
        reason: words::plain(&c.reason),
        remedy: c.remedy.as_deref().map(words::plain),
        ..c
    });
    VerdictSummary { headline: verdict.headline, clauses: clauses.collect() }
}
