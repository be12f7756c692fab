//! `hashimori-load demo`: a fictional region at a collector that runs already, so that its pages can be judged full. Facilities and
//! administrators come by the operator's commands, devices and reports through the device port, answers through the pages.

mod administrator;
mod dice;
mod operator;
mod past;
mod plan;
mod posture;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hashimori_shared::checkin::CHECK_IN_PATH;
use hashimori_shared::code::EnrolmentCode;
use hashimori_tests::synthetic::{Newcomer, Synthetic};
use hashimori_tests::wire::Connection;
use tokio::task::{JoinSet, spawn_blocking};

use self::operator::Operator;
use self::plan::{Device, Facility, Way};
use crate::fleet::now;

/// Facilities at work at the same time.
const AT_ONCE: usize = 4;

/// What is filled, and how.
#[derive(clap::Args, Debug)]
pub(crate) struct Demo {
    /// The program whose operator's commands are used.
    #[arg(long)]
    server: PathBuf,
    /// Its configuration file; without one its environment says everything.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Address of the device port.
    #[arg(long)]
    device: SocketAddr,
    /// Address of the web port.
    #[arg(long)]
    web: SocketAddr,
    /// Name of the region.
    #[arg(long)]
    region: String,
    /// The collector's SQLite file, to give the region's trend its past days, too.
    #[arg(long)]
    store: Option<PathBuf>,
    /// Facilities.
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=400))]
    facilities: u32,
    /// Devices in all, at least one for each facility.
    #[arg(long, default_value_t = 1500, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    devices: u32,
    /// The same seed gives the same region.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File of the facilities that are filled already: run again, it fills the others.
    #[arg(long)]
    done: PathBuf,
}

impl Demo {
    /// Fills the region; says on standard output which facility needs most: name, sign-in name and name of its administrator,
    /// parted by tabs.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let facilities = plan::region(self.seed, self.facilities as usize, self.devices as usize);
        let first = facilities.first().context("no facility")?;
        let account = first.administrator.clone().context("the first facility has an administrator")?;
        println!("{}\t{}\t{}", first.name, account.login, account.name);
        let done: BTreeSet<String> = std::fs::read_to_string(&self.done).unwrap_or_default().lines().map(str::to_owned).collect();
        let missing: Vec<Facility> = facilities.into_iter().filter(|facility| !done.contains(&facility.name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let operator = Operator { program: self.server.clone(), config: self.config.clone(), region: self.region.clone() };
        let place = Arc::new(Place { operator, device: self.device, web: self.web });
        let there = Arc::clone(&place);
        let missing = spawn_blocking(move || {
            there.operator.make_region()?;
            there.operator.take_in(&missing)?;
            for area in missing.iter().map(|facility| facility.area).collect::<BTreeSet<_>>() {
                let within = missing.iter().filter(|facility| facility.area == area).map(|facility| facility.name.as_str());
                there.operator.lay_in_area(area, &within.collect::<Vec<_>>())?;
            }
            anyhow::Ok(missing)
        })
        .await??;
        self.fill(&place, missing).await?;
        match &self.store {
            Some(file) => past::write(file, &self.region, i64::from(self.devices), (self.seed, now())).await,
            None => Ok(()),
        }
    }

    async fn fill(&self, place: &Arc<Place>, facilities: Vec<Facility>) -> anyhow::Result<()> {
        let (all, step) = (facilities.len(), facilities.len().div_ceil(10));
        let (mut filled, mut devices, mut coming, mut running) = (0, 0, facilities.into_iter(), JoinSet::new());
        loop {
            while running.len() < AT_ONCE
                && let Some(facility) = coming.next()
            {
                running.spawn(Arc::clone(place).fill(facility));
            }
            let Some(done) = running.join_next().await else { return Ok(()) };
            let facility = done??;
            append(&self.done, &facility.name)?;
            (filled, devices) = (filled + 1, devices + facility.devices.len());
            if filled % step == 0 || filled == all {
                eprintln!("   {filled} of {all} facilities, {devices} devices");
            }
        }
    }
}

fn append(file: &std::path::Path, line: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut open = std::fs::File::options().create(true).append(true).open(file).with_context(|| file.display().to_string())?;
    Ok(writeln!(open, "{line}")?)
}

/// The collector that is filled.
struct Place {
    operator: Operator,
    device: SocketAddr,
    web: SocketAddr,
}

impl Place {
    /// Enrols a facility's devices, lets them report, and lets its administrator work if there is one who does.
    async fn fill(self: Arc<Self>, facility: Facility) -> anyhow::Result<Facility> {
        let name = facility.name.clone();
        self.try_fill(facility).await.with_context(|| format!("filling {name}"))
    }

    async fn try_fill(self: Arc<Self>, facility: Facility) -> anyhow::Result<Facility> {
        let mut personal = Vec::new();
        for (way, kind) in [(Way::Confirmed, Some("--auto-confirm")), (Way::Waiting, None), (Way::Personal, Some("--personal"))] {
            let devices: Vec<&Device> = facility.devices.iter().filter(|device| device.way == way).collect();
            if devices.is_empty() {
                continue;
            }
            let (there, name, uses) = (Arc::clone(&self), facility.name.clone(), devices.len());
            let code = spawn_blocking(move || there.operator.code(&name, uses, kind)).await??;
            for device in devices {
                let enrolled = self.enrol(&code, device).await?;
                if way == Way::Personal {
                    personal.push((enrolled, device));
                } else {
                    self.report(enrolled, device).await?;
                }
            }
        }
        if let (Some(account), Some(answers)) = (facility.administrator.clone(), facility.answers.clone()) {
            let (there, name) = (Arc::clone(&self), facility.name.clone());
            let staff = facility.staff.clone();
            let ids: Vec<String> = personal.iter().map(|(device, _)| device.id.clone()).collect();
            spawn_blocking(move || {
                let start = there.operator.link(&name, &account)?;
                administrator::work(there.web, &start, &ids, (&answers, &staff), now())
            })
            .await??;
        }
        for (enrolled, device) in personal {
            self.report(enrolled, device).await?;
        }
        Ok(facility)
    }

    async fn enrol(&self, code: &EnrolmentCode, device: &Device) -> anyhow::Result<Synthetic> {
        let report = device.posture.report(device.number, now());
        Synthetic::enroll_as(self.device, code, Newcomer { number: device.number, report: &report, label: &device.label }).await
    }

    async fn report(&self, mut enrolled: Synthetic, device: &Device) -> anyhow::Result<()> {
        if device.silent {
            return Ok(());
        }
        let mut connection = Connection::open(self.device, &enrolled.tls(false)?).await?;
        // One that shares its key goes on counting after the other has begun to.
        let turns = if device.twin { 3 } else { 1 };
        for turn in 0..turns {
            if turn > 0 {
                enrolled.become_twin();
            }
            let report = device.posture.report(device.number, now());
            let body = enrolled.next_saying(&report, now())?;
            let answer = connection.post(CHECK_IN_PATH, &body, turn + 1 < turns).await?;
            ensure!(answer.status == 200, "a report was refused: {} {}", answer.status, answer.text());
        }
        Ok(())
    }
}
