//! What one report costs the collector's processor: strict reading, and judging.
//!
//! `cargo bench -p hashimori-shared --features samples --bench evaluate`
//!
//! A full report is judged by 16 clauses with 28 checks and an answer to each; README holds the figures (the limit is 20 µs).
//! Best of 400 batches on 2 virtual cores: strict reading of its 2.2–2.7 KB 16–19 µs, half of it the walk that finds duplicate names and broken limits.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hashimori_shared::catalogue::Catalogues;
use hashimori_shared::evaluate::{Answer, Attestation, AttestedBy, DeviceContext, Input, evaluate};
use hashimori_shared::pack::Pack;
use hashimori_shared::report::{Report, parse_report, sample};
use hashimori_shared::time::Timestamp;

/// 2026-11-22 12:00 JST.
const NOW: Timestamp = Timestamp::from_seconds(1_795_316_400);

/// An answer to everything that only a person can answer.
fn attestations(pack: &Pack) -> Vec<Attestation> {
    let asked = pack.device_clauses().flat_map(|c| c.checks.iter().filter(|k| k.question.is_some()).map(move |k| (c, k)));
    asked
        .map(|(clause, check)| Attestation {
            clause: clause.id.clone(),
            check: check.id.clone(),
            answer: Answer::Yes,
            by: AttestedBy::Administrator,
            at: NOW.plus_days(-10),
        })
        .collect()
}

fn judging(c: &mut Criterion) {
    let (pack, catalogues, device) = (Pack::bundled(), Catalogues::bundled(), DeviceContext::default());
    let attestations = attestations(&pack);
    let mut group = c.benchmark_group("evaluate");
    let samples: [(&str, Report); 3] = [
        ("good_debian", sample::good_debian(NOW)),
        ("bad_debian", sample::bad_debian(NOW)),
        ("japanese_windows", sample::japanese_windows(NOW)),
    ];
    for (name, report) in &samples {
        let input =
            Input { pack: &pack, catalogues: &catalogues, report: Some(report), attestations: &attestations, device: &device, now: NOW };
        group.bench_function(*name, |b| b.iter(|| evaluate(black_box(&input))));
    }
    group.finish();
}

fn reading(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse_report");
    for (name, report) in [("good_debian", sample::good_debian(NOW)), ("japanese_windows", sample::japanese_windows(NOW))] {
        let json = serde_json::to_vec(&report).expect("a report serialises");
        group.throughput(criterion::Throughput::Bytes(json.len() as u64));
        group.bench_function(name, |b| b.iter(|| parse_report(black_box(&json))));
    }
    group.finish();
}

criterion_group!(benches, judging, reading);
criterion_main!(benches);
