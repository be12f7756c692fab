//! Devices that check in without pause while something happens to their collector, and what they were told before it did.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::ensure;
use hashimori_shared::checkin::CHECK_IN_PATH;
use hashimori_shared::time::Timestamp;
use tokio::task::JoinHandle;

use crate::collector::Collector;
use crate::synthetic::Synthetic;
use crate::waiting::until_async;
use crate::wire::Connection;

/// When the devices say that it is.
const NOW: Timestamp = Timestamp::from_seconds(1_785_000_000);

/// What a device sent until there was no answer any more: what was acknowledged, and what it never heard of again.
#[derive(Debug)]
pub struct Sent {
    /// The device.
    pub device: Synthetic,
    /// Bodies of the acknowledged check-ins, in order.
    pub acknowledged: Vec<Vec<u8>>,
    /// The body it has no answer to.
    pub unanswered: Option<Vec<u8>>,
}

/// Devices at work.
#[derive(Debug)]
pub struct Crowd {
    devices: Vec<JoinHandle<anyhow::Result<Sent>>>,
    acknowledged: Arc<AtomicUsize>,
    deaf: Arc<AtomicBool>,
}

impl Crowd {
    /// Sets these to work, each on one connection.
    pub fn work(devices: Vec<Synthetic>, collector: SocketAddr) -> Self {
        let (acknowledged, deaf) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let busy = |device| tokio::spawn(busy(device, collector, Arc::clone(&acknowledged), Arc::clone(&deaf)));
        Self { devices: devices.into_iter().map(busy).collect(), acknowledged, deaf }
    }

    /// Check-ins acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until so many are acknowledged.
    pub async fn until_acknowledged(&self, count: usize) -> anyhow::Result<()> {
        until_async(&format!("{count} acknowledgements"), async || (self.acknowledged() >= count).then_some(())).await
    }

    /// What is answered from now on is not heard any more.
    pub fn deafen(&self) {
        self.deaf.store(true, Ordering::SeqCst);
    }

    /// What each sent, once none has an answer to expect any more.
    pub async fn rest(self) -> anyhow::Result<Vec<Sent>> {
        let mut all = Vec::new();
        for device in self.devices {
            all.push(device.await??);
        }
        Ok(all)
    }
}

/// Checks in, every third time with a changed report, until there is no answer any more.
async fn busy(mut device: Synthetic, collector: SocketAddr, count: Arc<AtomicUsize>, deaf: Arc<AtomicBool>) -> anyhow::Result<Sent> {
    let mut acknowledged = Vec::new();
    let mut connection = Connection::open(collector, &device.tls(false)?).await?;
    for turn in 0_u32.. {
        let body = device.next(turn.is_multiple_of(3), NOW)?;
        let answer = connection.post(CHECK_IN_PATH, &body, true).await;
        match answer {
            Ok(answer) if !deaf.load(Ordering::SeqCst) => {
                ensure!(device.learn(&answer)?, "{} {}", answer.status, answer.text());
                acknowledged.push(body);
                count.fetch_add(1, Ordering::SeqCst);
                if answer.header("connection") == Some("close") {
                    break;
                }
            }
            Ok(_) | Err(_) => return Ok(Sent { device, acknowledged, unanswered: Some(body) }),
        }
    }
    Ok(Sent { device, acknowledged, unanswered: None })
}

/// Sends each device's newest `most` acknowledged check-ins again, to a collector that must know them all, and whatever was not
/// answered; how many of each. The devices are told what became of them and can go on.
pub async fn found_again(collector: &Collector, sent: &mut [Sent], most: usize) -> anyhow::Result<(usize, usize)> {
    let (mut found, mut again) = (0, 0);
    for Sent { device, acknowledged, unanswered } in sent {
        let mut connection = Connection::open(collector.device_address(), &device.tls(false)?).await?;
        for body in acknowledged.iter().rev().take(most) {
            let answer = connection.post(CHECK_IN_PATH, body, true).await?;
            let known = answer.text().contains("\"outcome\":\"duplicate\"");
            ensure!(known, "device {}: an acknowledged check-in is not known: {} {}", device.number, answer.status, answer.text());
            found += 1;
        }
        if let Some(body) = unanswered.take() {
            let answer = connection.post(CHECK_IN_PATH, &body, true).await?;
            ensure!(answer.status == 200, "{} {}", answer.status, answer.text());
            again += 1;
        }
    }
    Ok((found, again))
}
