//! `run`: the daemon. One timer, one conversation at a time; between check-ins nothing runs and nothing wakes.

use std::time::Duration;

use super::{World, check_in};
use crate::cycle::{Cycle, Ended};
use crate::exit::{Exit, Failure};
use crate::link::Connection;
use crate::{clock, schedule, words};

pub(super) fn run(mut world: World) -> Result<Exit, Failure> {
    let mut wait = start(&mut world)?;
    let mut connection = None;
    let mut failures = 0;
    loop {
        eprintln!("<6>next check-in in {} s", wait.as_secs());
        clock::sleep(wait);
        wait = match once(&mut world, &mut connection) {
            Ok(wait) => {
                failures = 0;
                wait
            }
            // Another process is at work, or the disk is full: neither is for ever, and nothing acknowledged is lost by waiting.
            Err(failure) if matches!(failure.exit, Exit::Busy | Exit::State) => {
                eprintln!("<3>{failure}");
                failures += 1;
                Duration::from_secs(schedule::backoff(failures, &mut world.rng).into())
            }
            Err(failure) => return Err(failure),
        };
    }
}

/// Fails at once when there is nothing to run for; says who it is otherwise.
fn start(world: &mut World) -> Result<Duration, Failure> {
    let _lock = world.folder.lock().map_err(words::state)?;
    let cycle = Cycle::open(world.folder.clone(), &world.settings, &mut world.rng)?;
    eprintln!("<6>hashimori-agent {} for device {}", env!("CARGO_PKG_VERSION"), cycle.identity().device);
    Ok(cycle.first_wait(World::now(), &mut world.rng))
}

/// One check-in. The lock is held only for it: `check-in` and `unenroll` work while the daemon sleeps, so the state is read anew each time.
fn once(world: &mut World, connection: &mut Option<Connection>) -> Result<Duration, Failure> {
    let _lock = world.folder.lock().map_err(words::state)?;
    let mut cycle = Cycle::open(world.folder.clone(), &world.settings, &mut world.rng)?;
    cycle.reuse(connection.take());
    let ended = check_in::once(world, &mut cycle)?;
    if ended == Ended::Retired {
        return Err(Failure::said(Exit::Retired, words::RETIRED));
    }
    let wait = cycle.plan(&ended, World::now(), &mut world.rng).map_err(words::state)?;
    *connection = cycle.into_connection();
    Ok(wait)
}
