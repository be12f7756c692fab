//! Those who ask: enrolled devices at the collector, and as many shadows of them at the echo.

use std::net::SocketAddr;
use std::sync::Arc;

use hashimori_shared::code::EnrolmentCode;
use hashimori_shared::time::Timestamp;
use hashimori_tests::synthetic::Synthetic;
use hashimori_tests::wire::Answer;
use rustls::ClientConfig;
use rustls::client::Resumption;
use tokio::task::JoinSet;

use crate::authority::Authority;
use crate::drive::{Asker, Shape};

/// The machine's clock.
#[expect(clippy::disallowed_methods, reason = "a load generator's check-ins are made now")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// An enrolled device that asks.
pub(crate) struct Device {
    identity: Synthetic,
    tls: Arc<ClientConfig>,
    changed: u32,
    /// Hundredths of a change saved up.
    due: u32,
}

impl Device {
    /// Changes the way it connects.
    pub(crate) fn shaped(mut self, shape: Shape) -> anyhow::Result<Self> {
        self.tls = self.identity.tls(shape == Shape::Resumed)?;
        Ok(self)
    }
}

impl Asker for Device {
    fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        self.due += self.changed;
        let changed = self.due >= 100;
        self.due %= 100;
        self.identity.next(changed, now())
    }

    fn learn(&mut self, answer: &Answer) -> anyhow::Result<bool> {
        self.identity.learn(answer)
    }
}

/// Enrols `codes.len()` batches of `per_code` devices, eight at a time.
pub(crate) async fn enrol(collector: SocketAddr, codes: Vec<EnrolmentCode>, per_code: u32, changed: u32) -> anyhow::Result<Vec<Device>> {
    let mut running = JoinSet::new();
    let mut devices = Vec::new();
    let numbers = codes.into_iter().flat_map(|code| std::iter::repeat_n(code, per_code as usize)).zip(1..);
    for (code, number) in numbers {
        if running.len() >= 8
            && let Some(done) = running.join_next().await
        {
            devices.push(done??);
        }
        running.spawn(async move {
            let device = Synthetic::enroll(collector, &code, number).await?;
            let tls = device.tls(false)?;
            anyhow::Ok(Device { identity: device, tls, changed, due: number.wrapping_mul(37) % 100 })
        });
    }
    while let Some(done) = running.join_next().await {
        devices.push(done??);
    }
    Ok(devices)
}

/// A shadow that sends the same bytes to the echo.
pub(crate) struct Shadow {
    tls: Arc<ClientConfig>,
    heartbeat: Vec<u8>,
    whole: Vec<u8>,
    changed: u32,
    due: u32,
}

impl Shadow {
    /// One with a certificate of its own; `bodies` = a heartbeat and a whole report.
    pub(crate) fn new(authority: &Authority, bodies: &(Vec<u8>, Vec<u8>), changed: u32, number: u32) -> anyhow::Result<Self> {
        let tls = Arc::new(authority.client()?);
        Ok(Self { tls, heartbeat: bodies.0.clone(), whole: bodies.1.clone(), changed, due: number.wrapping_mul(37) % 100 })
    }

    /// Changes the way it connects.
    pub(crate) fn shaped(mut self, shape: Shape) -> Self {
        let mut tls = ClientConfig::clone(&self.tls);
        tls.resumption = if shape == Shape::Resumed { Resumption::in_memory_sessions(4) } else { Resumption::disabled() };
        self.tls = Arc::new(tls);
        self
    }
}

impl Asker for Shadow {
    fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        self.due += self.changed;
        let changed = self.due >= 100;
        self.due %= 100;
        Ok(if changed { &self.whole } else { &self.heartbeat }.clone())
    }

    fn learn(&mut self, answer: &Answer) -> anyhow::Result<bool> {
        Ok(answer.status == 200)
    }
}

/// A heartbeat's and a whole check-in's bytes, and the size of the answer to a heartbeat, as `device` and its collector make them.
pub(crate) async fn sample(collector: SocketAddr, device: &mut Device) -> anyhow::Result<((Vec<u8>, Vec<u8>), usize)> {
    let whole = device.identity.next(true, now())?;
    device.identity.check_in(collector, true, now()).await?;
    let answer = device.identity.check_in(collector, false, now()).await?;
    anyhow::ensure!(answer.status == 200, "a heartbeat was refused: {} {}", answer.status, answer.text());
    let heartbeat = device.identity.next(false, now())?;
    Ok(((heartbeat, whole), answer.body.len()))
}
