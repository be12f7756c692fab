//! One check-in from end to end: observe, store in the outbox, send what waits, keep the answer.
//! Knows no real clock, no daemon and no command line.

mod answers;
#[cfg(test)]
mod tests;

use std::time::Duration;

use hashimori_shared::checkin::{Body, CHECK_IN_PATH, CheckIn, PROTOCOL_VERSION};
use hashimori_shared::ids::ReportDigest;
use hashimori_shared::time::Timestamp;
use rand::Rng;
use serde_json::value::RawValue;

use crate::client::{Disposition, disposition};
use crate::exit::{Exit, Failure};
use crate::identity::{Enrolment, Identity};
use crate::key::DeviceKey;
use crate::link::{Connection, Link};
use crate::observe::Observation;
use crate::outbox::{Entry, Outbox};
use crate::state::{Base, Folder, Note, Observed, Progress, StateError};
use crate::{config::Settings, schedule, trust, words};

/// How sending ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Everything that waited is acknowledged.
    Done,
    /// Something has to wait; what and why is in `Progress::trouble`.
    Later(Wait, Exit),
    /// The device is retired.
    Retired,
}

/// How long something has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// As long as the collector said, seconds.
    Told(u32),
    /// A back-off.
    Backoff,
    /// Until the next regular check-in.
    Regular,
}

/// An enrolled agent at work.
#[derive(Debug)]
pub(crate) struct Cycle {
    folder: Folder,
    pub(crate) progress: Progress,
    outbox: Outbox,
    link: Link,
    min_interval_s: u32,
}

impl Cycle {
    /// Opens the state of an enrolled device. The caller holds the folder's lock.
    pub(crate) fn open(folder: Folder, settings: &Settings, rng: &mut impl Rng) -> Result<Self, Failure> {
        let identity = enrolled(&folder)?;
        let key = DeviceKey::load(&folder, identity.key_place).map_err(|e| Failure::said(Exit::State, words::KEY_LOST).because(e))?;
        let mut progress = Progress::load(&folder, rng).map_err(words::state)?;
        let opened = Outbox::open(&folder).map_err(words::state)?;
        if opened.damaged > 0 {
            progress.set_aside = progress.set_aside.saturating_add(opened.damaged);
            progress.dropped = progress.dropped.saturating_add(opened.damaged);
            // At once: the file is out of the way now, and nobody would count it a second time.
            progress.save(&folder).map_err(words::state)?;
        }
        progress.next_seq = progress.next_seq.max(opened.outbox.highest_seq().unwrap_or(0) + 1).max(1);
        let language = settings.language.unwrap_or(identity.language);
        let mut link = Link::new(folder.clone(), identity, key, settings.proxy.clone(), trust::certain_time(progress.known_time));
        link.ask_for(language);
        Ok(Self { folder, progress, outbox: opened.outbox, link, min_interval_s: settings.min_interval_s })
    }

    /// Ends this piece of work and hands the connection on, so that the next one can resume its TLS session.
    pub(crate) fn into_connection(self) -> Option<Connection> {
        self.link.into_connection()
    }

    /// Goes on with the connection of an earlier piece of work, unless the identity has changed since.
    pub(crate) fn reuse(&mut self, connection: Option<Connection>) {
        self.link.reuse(connection);
    }

    /// The identity.
    pub(crate) const fn identity(&self) -> &Identity {
        self.link.identity()
    }

    /// Stores an observation as the next check-in.
    pub(crate) fn store(&mut self, now: Timestamp, observation: Observation) -> Result<(), StateError> {
        let json = serde_json::to_string(&observation.report).unwrap_or_default();
        let digest = ReportDigest::of(json.as_bytes());
        if observation.whole {
            Observed { at: now, report: observation.report }.save(&self.folder)?;
        }
        let known = self.outbox.newest_digest().or_else(|| self.valid_base().map(|b| b.digest));
        let body = match RawValue::from_string(json) {
            Ok(raw) if known != Some(digest) => Body::Report(raw),
            Ok(_) | Err(_) => Body::Unchanged(digest),
        };
        let seq = self.take_seq();
        let dropped = self.outbox.push(&Entry { boot: observation.boot, seq, observed_at: now, body })?;
        self.progress.dropped = self.progress.dropped.saturating_add(dropped);
        self.progress.save(&self.folder)
    }

    fn take_seq(&mut self) -> u64 {
        let seq = self.progress.next_seq;
        self.progress.next_seq = seq.saturating_add(1);
        seq
    }

    /// The acknowledged base, unless the collector's store has changed since (another epoch).
    fn valid_base(&self) -> Option<Base> {
        self.progress.base.filter(|base| self.progress.last_reply.as_ref().is_none_or(|reply| reply.epoch == base.epoch))
    }

    /// Sends what waits, oldest first, until nothing waits or something has to wait; then the leaf is renewed if it is due.
    pub(crate) fn send(&mut self, clock: &impl Fn() -> Timestamp) -> Result<Ended, StateError> {
        if self.progress.retired_at.is_some() {
            return Ok(Ended::Retired);
        }
        let mut renewed = false;
        if self.link.identity().is_expired(clock()) {
            // Known without asking; should the device's clock be wrong, an early renewal does no harm.
            if let Some(ended) = self.renew(clock())? {
                return Ok(ended);
            }
            renewed = true;
        }
        loop {
            let (oldest, damaged) = self.outbox.oldest()?;
            if damaged > 0 {
                self.progress.set_aside = self.progress.set_aside.saturating_add(damaged);
                self.progress.dropped = self.progress.dropped.saturating_add(damaged);
            }
            let Some(entry) = oldest else { break };
            if let Body::Unchanged(digest) = entry.body
                && self.valid_base().is_none_or(|base| base.digest != digest)
            {
                self.in_full(&entry)?;
                continue;
            }
            let now = clock();
            let full = matches!(entry.body, Body::Report(_));
            let json = self.message(&entry, now);
            let disposition = match self.link.post(CHECK_IN_PATH, &json) {
                Ok(answer) => disposition(&answer),
                Err(no_answer) => return self.no_answer(now, &no_answer).map(|(wait, exit)| Ended::Later(wait, exit)),
            };
            match disposition {
                Disposition::Delete(reply) => self.acknowledged(&entry, clock(), *reply)?,
                Disposition::SendInFull(reply) => {
                    self.heard(clock(), *reply)?;
                    self.progress.base = None;
                    self.progress.save(&self.folder)?;
                    if full {
                        return self.later(now, Wait::Backoff, Exit::Later, words::NOT_UNDERSTOOD);
                    }
                    self.in_full(&entry)?;
                }
                Disposition::Renew if !renewed => {
                    if let Some(ended) = self.renew(now)? {
                        return Ok(ended);
                    }
                    renewed = true;
                }
                Disposition::Renew | Disposition::Defer => return self.later(now, Wait::Regular, Exit::Refused, words::NOT_UNDERSTOOD),
                Disposition::RateLimited(Some(s)) => return self.later(now, Wait::Told(s), Exit::Later, words::BUSY_THERE),
                Disposition::RateLimited(None) => return self.later(now, Wait::Backoff, Exit::Later, words::BUSY_THERE),
                Disposition::Retry => return self.later(now, Wait::Backoff, Exit::Later, words::FAILED_THERE),
                Disposition::Gone => return self.later(now, Wait::Backoff, Exit::Later, words::GONE),
                Disposition::SetAside => {
                    self.outbox.set_oldest_aside()?;
                    self.progress.set_aside = self.progress.set_aside.saturating_add(1);
                    self.progress.dropped = self.progress.dropped.saturating_add(1);
                    self.progress.trouble = Some(Note::new(now, |lang| words::REFUSED_REPORT.get(lang).to_owned()));
                    self.progress.save(&self.folder)?;
                }
                Disposition::Quiet => return self.retire(now),
            }
        }
        if self.progress.known_time.is_some_and(|known| self.link.identity().wants_renewal(known)) && !renewed {
            // The check-in itself is done: a renewal that fails is tried again next time, long before the leaf runs out.
            self.renew(clock())?;
        }
        Ok(Ended::Done)
    }

    fn message(&self, entry: &Entry, now: Timestamp) -> Vec<u8> {
        let body = match &entry.body {
            Body::Report(raw) => Body::Report(raw.clone()),
            Body::Unchanged(digest) => Body::Unchanged(*digest),
        };
        let check_in = CheckIn {
            v: PROTOCOL_VERSION,
            boot: entry.boot,
            seq: entry.seq,
            observed_at: entry.observed_at,
            sent_at: now,
            have_verdict: self.progress.verdict_digest,
            dropped: self.progress.dropped,
            body,
        };
        serde_json::to_vec(&check_in).unwrap_or_default()
    }

    /// Turns the oldest check-in, a heartbeat on a base that does not count, into a full one under the next number.
    /// If the report's bytes are gone, so is the check-in, counted.
    fn in_full(&mut self, entry: &Entry) -> Result<(), StateError> {
        let Some(raw) = self.bytes_of(entry.digest())? else {
            self.outbox.forget_oldest()?;
            self.progress.dropped = self.progress.dropped.saturating_add(1);
            return self.progress.save(&self.folder);
        };
        let seq = self.take_seq();
        self.progress.save(&self.folder)?;
        self.outbox.replace_oldest(&Entry { boot: entry.boot, seq, observed_at: entry.observed_at, body: Body::Report(raw) })
    }

    fn bytes_of(&self, digest: ReportDigest) -> Result<Option<Box<RawValue>>, StateError> {
        let kept = match self.progress.kept {
            Some(kept) if kept == digest => Base::bytes(&self.folder, digest)?,
            Some(_) | None => None,
        };
        let bytes = match kept {
            Some(bytes) => Some(bytes),
            None => {
                Observed::load(&self.folder)?.and_then(|o| serde_json::to_vec(&o.report).ok()).filter(|b| ReportDigest::of(b) == digest)
            }
        };
        Ok(bytes.and_then(|b| String::from_utf8(b).ok()).and_then(|s| RawValue::from_string(s).ok()))
    }

    /// Sets and keeps when the next check-in is due; returns the wait.
    pub(crate) fn plan(&mut self, ended: &Ended, now: Timestamp, rng: &mut impl Rng) -> Result<Duration, StateError> {
        let interval_s = schedule::interval(self.progress.interval_s, self.min_interval_s);
        let wait_s = match ended {
            Ended::Done | Ended::Later(Wait::Regular, _) | Ended::Retired => {
                schedule::regular(&self.identity().device, now, interval_s, rng)
            }
            Ended::Later(Wait::Told(s), _) => schedule::told(*s, rng),
            Ended::Later(Wait::Backoff, _) => schedule::backoff(self.progress.failures, rng),
        };
        self.progress.next_due = Some(now.plus_seconds(i64::from(wait_s)));
        self.progress.save(&self.folder)?;
        Ok(Duration::from_secs(u64::from(wait_s)))
    }

    /// The wait before the first check-in of a daemon that starts at `now`.
    pub(crate) fn first_wait(&self, now: Timestamp, rng: &mut impl Rng) -> Duration {
        let interval_s = schedule::interval(self.progress.interval_s, self.min_interval_s);
        Duration::from_secs(u64::from(schedule::first(self.progress.next_due, now, interval_s, rng)))
    }
}

/// The identity of an enrolled device, or why there is none.
pub(crate) fn enrolled(folder: &Folder) -> Result<Identity, Failure> {
    match Identity::find(folder).map_err(words::state)? {
        Enrolment::Enrolled(identity) => Ok(*identity),
        Enrolment::Absent => Err(Failure::said(Exit::NotEnrolled, words::NOT_ENROLLED)),
        Enrolment::Damaged => Err(Failure::said(Exit::State, words::IDENTITY_DAMAGED)),
    }
}
