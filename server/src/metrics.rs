//! What Prometheus is told: counts and ages, never a name, an address or a facility.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// What became of a request on the device port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Answered {
    /// Stored, or known already.
    Accepted,
    /// The base report is not known: the whole one was asked for.
    FullWanted,
    /// Broke the wire format's rules.
    Invalid,
    /// No certificate, an expired one, a wrong code, a retired device.
    Refused,
    /// Overload or an unreachable store.
    Unavailable,
    /// Failed inside.
    Failed,
}

/// How a handshake ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Handshake {
    /// With certificates.
    Full,
    /// By a ticket.
    Resumed,
    /// Refused: protocol, certificate, ALPN.
    Failed,
    /// Took too long.
    TimedOut,
    /// Gave way to a newcomer.
    Evicted,
}

/// Label of request counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabel {
    outcome: Answered,
}

/// Label of handshake counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HandshakeLabel {
    outcome: Handshake,
}

/// Counts of everything; cheap to share, lock-free to count.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answers: Family<AnswerLabel, Counter>,
    handshakes: Family<HandshakeLabel, Counter>,
    /// Hot counts are held apart: a family takes a lock per look-up.
    accepted: Counter,
    /// Connections open on the device port.
    pub connections: Gauge,
    /// Handshakes under way, and connections that showed no certificate.
    pub half_open: Gauge,
    /// Bytes of bodies held.
    pub bodies: Gauge,
    /// Check-ins waiting for the writer.
    pub waiting: Gauge,
    /// Seconds until the issuing CA ends.
    pub issuing_ends_in: Gauge,
    /// 1 while the clock is not trusted and expiry is frozen.
    pub clock_frozen: Gauge,
    /// Seconds since the last backup was completed; -1: never.
    pub backup_age: Gauge,
    /// Devices still to be judged anew under the rules in force.
    pub outdated: Gauge,
    /// Letters that wait in the outbox.
    pub letters_waiting: Gauge,
    /// Those of them that could not be sent at least once.
    pub letters_retried: Gauge,
    /// Letters that a mail server took.
    pub letters_sent: Counter<u64, AtomicU64>,
    /// Letters given up.
    pub letters_failed: Counter<u64, AtomicU64>,
    /// Failures of periodic jobs.
    pub job_failures: Counter<u64, AtomicU64>,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Arc<Self> {
        let mut registry = Registry::with_prefix("hashimori");
        let answers = Family::<AnswerLabel, Counter>::default();
        let handshakes = Family::<HandshakeLabel, Counter>::default();
        let accepted = answers.get_or_create_owned(&AnswerLabel { outcome: Answered::Accepted });
        registry.register("device_requests", "Requests on the device port by what became of them", answers.clone());
        registry.register("handshakes", "TLS handshakes on the device port by how they ended", handshakes.clone());
        let mut gauge = |name: &str, help: &str, unit: Option<Unit>| {
            let gauge = Gauge::default();
            match unit {
                Some(unit) => registry.register_with_unit(name, help, unit, gauge.clone()),
                None => registry.register(name, help, gauge.clone()),
            }
            gauge
        };
        let connections = gauge("connections", "Connections open on the device port", None);
        let half_open = gauge("half_open", "Handshakes under way on the device port, and connections without a certificate", None);
        let bodies = gauge("bodies_held", "Bodies that are read or worked on now on the device port", Some(Unit::Bytes));
        let waiting = gauge("check_ins_waiting", "Check-ins waiting for the writer", None);
        let issuing_ends_in = gauge("issuing_ca_ends_in", "Time until the issuing CA ends", Some(Unit::Seconds));
        let clock_frozen = gauge("clock_frozen", "1 while the clock is not trusted and expiry is frozen", None);
        let backup_age = gauge("backup_age", "Time since the last backup was completed, -1 for never", Some(Unit::Seconds));
        let outdated = gauge("devices_outdated", "Devices still to be judged anew under the rules in force", None);
        let letters_waiting = gauge("letters_waiting", "Letters that wait in the outbox", None);
        let letters_retried = gauge("letters_retried", "Letters in the outbox that could not be sent at least once", None);
        backup_age.set(-1);
        let (letters_sent, letters_failed) = (Counter::<u64, AtomicU64>::default(), Counter::<u64, AtomicU64>::default());
        registry.register("letters_sent", "Letters that a mail server took", letters_sent.clone());
        registry.register("letters_failed", "Letters given up", letters_failed.clone());
        let job_failures = Counter::<u64, AtomicU64>::default();
        registry.register("job_failures", "Failed runs of periodic jobs", job_failures.clone());
        Arc::new(Self {
            registry,
            answers,
            handshakes,
            accepted,
            connections,
            half_open,
            bodies,
            waiting,
            issuing_ends_in,
            clock_frozen,
            backup_age,
            outdated,
            letters_waiting,
            letters_retried,
            letters_sent,
            letters_failed,
            job_failures,
        })
    }

    /// Counts an answer of the device port.
    pub fn answered(&self, outcome: Answered) {
        if outcome == Answered::Accepted {
            self.accepted.inc();
        } else {
            self.answers.get_or_create(&AnswerLabel { outcome }).inc();
        }
    }

    /// Counts a handshake.
    pub fn handshake(&self, outcome: Handshake) {
        self.handshakes.get_or_create(&HandshakeLabel { outcome }).inc();
    }

    /// OpenMetrics text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told() {
        let metrics = Metrics::new();
        metrics.answered(Answered::Accepted);
        metrics.answered(Answered::Refused);
        metrics.handshake(Handshake::Resumed);
        let text = metrics.text();
        for line in [
            "hashimori_device_requests_total{outcome=\"Accepted\"} 1",
            "hashimori_device_requests_total{outcome=\"Refused\"} 1",
            "hashimori_handshakes_total{outcome=\"Resumed\"} 1",
            "hashimori_backup_age_seconds -1",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
