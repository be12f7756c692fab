//! The measurement: for each shape, rounds of echo, collector, echo and half load; then held connections. Storage per device-year is
//! measured without TLS: `cargo bench -p hashimori-server --bench writer -- device-year`.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::Context as _;
use hashimori_shared::checkin::CHECK_IN_PATH;
use hashimori_tests::collector::Collector;
use hashimori_tests::postgres::Postgres;
use hashimori_tests::process::Running;
use hashimori_tests::wire::Connection;

use crate::Plan;
use crate::authority::Authority;
use crate::drive::{Asker, Pace, Shape, run};
use crate::fleet::{self, Device, Shadow};
use crate::process::{self, Used};
use crate::report::{Figures, Held, Round};
use crate::tally::{Tally, as_f64, median};

/// Devices an auto-confirming code takes.
const PER_CODE: u32 = 50;

/// Everything in the plan; prints as it goes.
pub(crate) async fn all(plan: Plan) -> anyhow::Result<()> {
    let postgres = plan.postgres.then(Postgres::start).transpose()?;
    let database = postgres.as_ref().map(|postgres| postgres.database("hashimori")).transpose()?;
    eprintln!("starting a collector on {}", if plan.postgres { "PostgreSQL" } else { "SQLite" });
    let collector = Collector::start_on(database.as_deref())?;
    let codes = (0..plan.devices.div_ceil(PER_CODE)).map(|_| collector.code_for(PER_CODE)).collect::<anyhow::Result<_>>()?;
    eprintln!("enrolling {} devices", plan.devices);
    let mut devices = fleet::enrol(collector.device_address(), codes, PER_CODE, plan.changed).await?;
    let (bodies, reply_bytes) = fleet::sample(collector.device_address(), devices.first_mut().context("no device")?).await?;
    eprintln!("a heartbeat is {} bytes, a whole check-in {}, an answer {reply_bytes}", bodies.0.len(), bodies.1.len());

    let folder = tempfile::tempdir()?;
    let authority = Authority::new()?;
    authority.write_for_server(folder.path())?;
    let shadows = (0..plan.devices).map(|n| Shadow::new(&authority, &bodies, plan.changed, n)).collect::<anyhow::Result<Vec<_>>>()?;
    let echo = Echo::start(folder.path(), reply_bytes)?;

    let mut bench = Bench { plan, collector, echo, postgres, devices, shadows };
    bench.warm_up().await?;
    let mut figures = Figures { engine: bench.engine(), ..Figures::default() };
    for shape in bench.plan.shapes.clone() {
        figures.shapes.push((shape, bench.shape(shape).await?));
    }
    figures.held = bench.held().await?;
    figures.peak_kib = process::peak_kib(bench.collector.id())?;
    figures.print();
    if let Some(file) = &bench.plan.json {
        std::fs::write(file, serde_json::to_vec_pretty(&figures.json())?).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

struct Echo {
    process: Running,
    address: SocketAddr,
}

impl Echo {
    fn start(folder: &std::path::Path, reply_bytes: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("echo").arg(folder).arg(reply_bytes.to_string());
        let mut process = Running::start(&mut command, &folder.join("echo.log"))?;
        let address = process.until_said("the echo's address", |said| said.lines().next()?.parse().ok())?;
        Ok(Self { process, address })
    }
}

struct Bench {
    plan: Plan,
    collector: Collector,
    echo: Echo,
    postgres: Option<Postgres>,
    devices: Vec<Device>,
    shadows: Vec<Shadow>,
}

impl Bench {
    const fn engine(&self) -> &'static str {
        if self.postgres.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    /// Every device's first report, so that heartbeats have a base.
    async fn warm_up(&mut self) -> anyhow::Result<()> {
        eprintln!("first reports");
        for device in &mut self.devices {
            let mut connection = Connection::open(self.collector.device_address(), &device.tls()).await?;
            let answer = connection.post(CHECK_IN_PATH, &device.next()?, false).await?;
            device.learn(&answer)?;
        }
        Ok(())
    }

    fn pace(&self, rate: Option<f64>) -> Pace {
        Pace { workers: self.plan.connections as usize, duration: self.plan.part(), most: usize::MAX, rate }
    }

    async fn shape(&mut self, shape: Shape) -> anyhow::Result<Vec<Round>> {
        let all = std::mem::take(&mut self.devices);
        self.devices = all.into_iter().map(|device| device.shaped(shape)).collect::<anyhow::Result<_>>()?;
        self.shadows = std::mem::take(&mut self.shadows).into_iter().map(|shadow| shadow.shaped(shape)).collect();
        let mut rounds: Vec<Round> = Vec::new();
        for n in 1..=self.plan.rounds {
            let before = self.ask_echo(shape).await?;
            let mark = self.used()?;
            let mut load = self.ask_collector(shape, None).await?;
            let used = self.used()?.since(mark);
            let after = self.ask_echo(shape).await?;
            let half = self.ask_collector(shape, Some(load.rate() / 2.0)).await?;
            let round = Round::new(&mut load, used, f64::midpoint(before.rate(), after.rate()), half);
            eprintln!("{}, round {n}: {}", shape.name(), round.line());
            rounds.push(round);
        }
        Ok(rounds)
    }

    async fn ask_echo(&mut self, shape: Shape) -> anyhow::Result<Tally> {
        let (shadows, tally) = run(shape, self.echo.address, CHECK_IN_PATH, std::mem::take(&mut self.shadows), self.pace(None)).await?;
        self.shadows = shadows;
        anyhow::ensure!(tally.failed == 0, "the echo failed {} times, e.g. {:?}", tally.failed, tally.example);
        Ok(tally)
    }

    async fn ask_collector(&mut self, shape: Shape, rate: Option<f64>) -> anyhow::Result<Tally> {
        let (devices, tally) =
            run(shape, self.collector.device_address(), CHECK_IN_PATH, std::mem::take(&mut self.devices), self.pace(rate)).await?;
        self.devices = devices;
        Ok(tally)
    }

    /// What the collector, and PostgreSQL if there is one, have used.
    fn used(&self) -> anyhow::Result<Used> {
        let mut processes = vec![self.collector.id()];
        processes.extend(self.postgres.iter().flat_map(|postgres| process::family(postgres.id())));
        Used::by(&processes)
    }

    /// Memory of connections that only stay open.
    async fn held(&mut self) -> anyhow::Result<Held> {
        let before = process::resident_kib(self.collector.id())?;
        let mut open = Vec::new();
        let count = self.devices.len();
        for turn in (0..count).cycle().take(self.plan.held as usize) {
            let device = &mut self.devices[turn];
            let mut connection = Connection::open(self.collector.device_address(), &device.tls()).await?;
            let answer = connection.post(CHECK_IN_PATH, &device.next()?, true).await?;
            device.learn(&answer)?;
            open.push(connection);
        }
        let after = process::resident_kib(self.collector.id())?;
        let connections = u32::try_from(open.len())?;
        Ok(Held { connections, resident_kib: after, each_kib: as_f64(after.saturating_sub(before)) / f64::from(connections.max(1)) })
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // The echo is a child of ours and ends with us even when the collector's end takes its time.
        let _ = self.echo.process.signal("KILL");
    }
}

/// The median over rounds of one figure.
pub(crate) fn over(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> f64 {
    median(&rounds.iter().map(figure).collect::<Vec<_>>())
}
