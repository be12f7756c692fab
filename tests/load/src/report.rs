//! The figures, as a table for people and as JSON for machines.

use serde_json::json;

use crate::drive::Shape;
use crate::measure::over;
use crate::process::Used;
use crate::tally::{Tally, as_f64};

/// One round of one shape.
pub(crate) struct Round {
    durable: f64,
    echo: f64,
    p50_ms: f64,
    p99_ms: f64,
    half_p99_ms: f64,
    cpu_us: f64,
    written: f64,
    shed: f64,
    failed: f64,
    resumed: f64,
    example: Option<String>,
}

impl Round {
    pub(crate) fn new(load: &mut Tally, used: Used, echo: f64, mut half: Tally) -> Self {
        let each = as_f64(load.done.max(1));
        Self {
            durable: load.rate(),
            echo,
            p50_ms: load.latency_ms(0.5),
            p99_ms: load.latency_ms(0.99),
            half_p99_ms: half.latency_ms(0.99),
            cpu_us: as_f64(used.cpu_us) / each,
            written: as_f64(used.written) / each,
            shed: as_f64(load.shed + half.shed),
            failed: as_f64(load.failed + half.failed),
            resumed: as_f64(load.resumed) / each,
            example: load.example.take().or(half.example),
        }
    }

    fn ratio(&self) -> f64 {
        self.durable / self.echo
    }

    pub(crate) fn line(&self) -> String {
        let trouble = match self.shed + self.failed {
            0.0 => String::new(),
            _ => format!("; {} told to come back, {} failed, e.g. {:?}", self.shed, self.failed, self.example),
        };
        format!(
            "{:.0}/s durable, echo {:.0}/s, ratio {:.2}, p50 {:.1} ms, p99 {:.1} ms, at half load p99 {:.1} ms{trouble}",
            self.durable,
            self.echo,
            self.ratio(),
            self.p50_ms,
            self.p99_ms,
            self.half_p99_ms
        )
    }
}

/// What held connections cost.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) connections: u32,
    pub(crate) resident_kib: u64,
    pub(crate) each_kib: f64,
}

/// Everything measured.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) engine: &'static str,
    pub(crate) shapes: Vec<(Shape, Vec<Round>)>,
    pub(crate) held: Held,
    pub(crate) peak_kib: u64,
}

impl Figures {
    pub(crate) fn print(&self) {
        println!("\n{}, medians of the rounds:", self.engine);
        println!("| connections | durable/s | echo/s | ratio | p50 ms | p99 ms | half load p99 ms | CPU µs | written B |");
        println!("|---|---|---|---|---|---|---|---|---|");
        for (shape, rounds) in &self.shapes {
            let middle = |figure: fn(&Round) -> f64| over(rounds, figure);
            println!(
                "| {} | {:.0} | {:.0} | {:.2} | {:.1} | {:.1} | {:.1} | {:.0} | {:.0} |",
                shape.name(),
                middle(|r| r.durable),
                middle(|r| r.echo),
                middle(Round::ratio),
                middle(|r| r.p50_ms),
                middle(|r| r.p99_ms),
                middle(|r| r.half_p99_ms),
                middle(|r| r.cpu_us),
                middle(|r| r.written),
            );
        }
        let Held { connections, resident_kib, each_kib } = &self.held;
        println!(
            "memory: peak {} MiB; {} MiB with {connections} idle connections held, {each_kib:.1} KiB each",
            self.peak_kib / 1024,
            resident_kib / 1024
        );
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        let shapes: serde_json::Map<_, _> = self
            .shapes
            .iter()
            .map(|(shape, rounds)| {
                let middle = |figure: fn(&Round) -> f64| over(rounds, figure);
                let figures = json!({
                    "durable_per_s": middle(|r| r.durable), "echo_per_s": middle(|r| r.echo), "ratio": middle(Round::ratio),
                    "p50_ms": middle(|r| r.p50_ms), "p99_ms": middle(|r| r.p99_ms), "half_load_p99_ms": middle(|r| r.half_p99_ms),
                    "cpu_us": middle(|r| r.cpu_us), "written_bytes": middle(|r| r.written),
                    "told_to_come_back": middle(|r| r.shed), "failed": middle(|r| r.failed), "resumed_share": middle(|r| r.resumed),
                });
                (shape.name().to_owned(), figures)
            })
            .collect();
        json!({
            "engine": self.engine, "shapes": shapes, "peak_kib": self.peak_kib,
            "held": { "connections": self.held.connections, "resident_kib": self.held.resident_kib, "each_kib": self.held.each_kib },
        })
    }
}
