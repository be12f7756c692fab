//! Workers that ask as fast as they are answered, or at a set pace, in one of three shapes of connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hashimori_tests::wire::{Answer, Connection};
use rustls::ClientConfig;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::tally::Tally;

/// How connections are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shape {
    /// One connection per device, kept open.
    Kept,
    /// A new connection per check-in that resumes the last session.
    Resumed,
    /// A new connection per check-in with a full handshake.
    Full,
}

impl Shape {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept alive",
            Self::Resumed => "new, resumed",
            Self::Full => "new, full",
        }
    }
}

/// One who asks: a device, or its shadow at the echo.
pub(crate) trait Asker: Send + 'static {
    /// TLS it speaks; keeps tickets if sessions are to be resumed.
    fn tls(&self) -> Arc<ClientConfig>;
    /// The next request body.
    fn next(&mut self) -> anyhow::Result<Vec<u8>>;
    /// Whether this answer counts.
    fn learn(&mut self, answer: &Answer) -> anyhow::Result<bool>;
}

/// How long, and how fast.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Workers asking at the same time.
    pub(crate) workers: usize,
    /// How long to ask for.
    pub(crate) duration: Duration,
    /// Questions of one worker at most.
    pub(crate) most: usize,
    /// Questions a second of all workers together; `None` = as fast as answered.
    pub(crate) rate: Option<f64>,
}

/// Runs the askers and gives them back with what came of it. Connections that are kept open are there before the clock starts.
pub(crate) async fn run<A: Asker>(
    shape: Shape,
    to: SocketAddr,
    path: &'static str,
    askers: Vec<A>,
    pace: Pace,
) -> anyhow::Result<(Vec<A>, Tally)> {
    let workers = pace.workers.min(askers.len()).max(1);
    let mut shares: Vec<Vec<A>> = (0..workers).map(|_| Vec::new()).collect();
    for (i, asker) in askers.into_iter().enumerate() {
        shares[i % workers].push(asker);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few hundred workers")]
    let every = pace.rate.map(|rate| Duration::from_secs_f64(workers as f64 / rate));
    let mut opening = JoinSet::new();
    let door = Arc::new(Semaphore::new(AT_THE_DOOR));
    for share in shares {
        opening.spawn(connect(shape, to, share, Arc::clone(&door)));
    }
    let shares = opening.join_all().await;
    let mut running = JoinSet::new();
    let start = Instant::now();
    for (i, share) in shares.into_iter().enumerate() {
        let offset = every
            .map_or(Duration::ZERO, |every| every.mul_f64(f64::from(u32::try_from(i).unwrap_or(0))) / u32::try_from(workers).unwrap_or(1));
        let worker = Worker { shape, to, path, every, from: start + offset, until: start + pace.duration, most: pace.most };
        running.spawn(worker.work(share?));
    }
    let (mut askers, mut tally) = (Vec::new(), Tally::default());
    while let Some(done) = running.join_next().await {
        let (back, counted) = done??;
        askers.extend(back);
        tally.merge(counted);
    }
    tally.elapsed = start.elapsed();
    Ok((askers, tally))
}

/// Connections opened at a time before the clock starts: the collector ends the oldest of too many unfinished handshakes of one address.
const AT_THE_DOOR: usize = 64;

/// One who asks, with its connection if it is kept open.
type Connected<A> = (A, Option<Connection>);

async fn connect<A: Asker>(shape: Shape, to: SocketAddr, askers: Vec<A>, door: Arc<Semaphore>) -> anyhow::Result<Vec<Connected<A>>> {
    let mut connected = Vec::with_capacity(askers.len());
    for asker in askers {
        let kept = if shape == Shape::Kept {
            let _turn = door.acquire().await?;
            Some(Connection::open(to, &asker.tls()).await?)
        } else {
            None
        };
        connected.push((asker, kept));
    }
    Ok(connected)
}

struct Worker {
    shape: Shape,
    to: SocketAddr,
    path: &'static str,
    every: Option<Duration>,
    from: Instant,
    until: Instant,
    most: usize,
}

impl Worker {
    async fn work<A: Asker>(self, mut askers: Vec<Connected<A>>) -> anyhow::Result<(Vec<A>, Tally)> {
        let mut tally = Tally::default();
        let mut due = self.from;
        for turn in (0..askers.len()).cycle().take(self.most) {
            match self.every {
                Some(_) => tokio::time::sleep_until(due.into()).await,
                None => due = Instant::now(),
            }
            if Instant::now() >= self.until {
                break;
            }
            let since = due;
            due += self.every.unwrap_or_default();
            let (device, kept) = &mut askers[turn];
            match self.ask(device, kept, &mut tally).await {
                Ok(answer) if answer.status == 503 => tally.shed += 1,
                Ok(answer) => {
                    if device.learn(&answer)? {
                        tally.done += 1;
                        tally.latencies_us.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
                    } else {
                        tally.failed += 1;
                        tally.example.get_or_insert_with(|| format!("{} {}", answer.status, answer.text()));
                    }
                }
                Err(error) => {
                    *kept = None;
                    tally.failed += 1;
                    tally.example.get_or_insert_with(|| format!("{error:#}"));
                }
            }
        }
        Ok((askers.into_iter().map(|(asker, _)| asker).collect(), tally))
    }

    async fn ask<A: Asker>(&self, asker: &mut A, kept: &mut Option<Connection>, tally: &mut Tally) -> anyhow::Result<Answer> {
        let body = asker.next()?;
        if self.shape == Shape::Kept {
            let connection = match kept {
                Some(connection) => connection,
                None => kept.insert(Connection::open(self.to, &asker.tls()).await?),
            };
            return connection.post(self.path, &body, true).await;
        }
        let mut connection = Connection::open(self.to, &asker.tls()).await?;
        tally.resumed += u64::from(connection.resumed());
        let answer = connection.post(self.path, &body, false).await?;
        connection.close().await;
        Ok(answer)
    }
}
