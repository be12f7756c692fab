//! `check-in`: once, now.

use super::World;
use crate::cycle::{Cycle, Ended};
use crate::exit::{Exit, Failure};
use crate::words;

pub(super) fn check_in(mut world: World) -> Result<Exit, Failure> {
    let _lock = world.folder.lock().map_err(words::state)?;
    let mut cycle = Cycle::open(world.folder.clone(), &world.settings, &mut world.rng)?;
    let ended = once(&world, &mut cycle)?;
    cycle.plan(&ended, World::now(), &mut world.rng).map_err(words::state)?;
    match ended {
        Ended::Done => {
            println!("送りました。");
            if let Some(message) = cycle.progress.last_reply.as_ref().and_then(|r| r.message.as_deref()) {
                println!("{message}");
            }
            Ok(Exit::Done)
        }
        Ended::Later(_, exit) => {
            let trouble = cycle.progress.trouble.as_ref().map_or("", |t| t.text.as_str());
            Err(Failure::new(exit, trouble))
        }
        Ended::Retired => Err(Failure::said(Exit::Retired, words::RETIRED)),
    }
}

/// Observes, stores and sends; a retired device is left alone.
pub(super) fn once(world: &World, cycle: &mut Cycle) -> Result<Ended, Failure> {
    if cycle.progress.retired_at.is_some() {
        return Ok(Ended::Retired);
    }
    let Some(key) = world.pseudonym_key()? else { return Err(Failure::said(Exit::State, words::KEY_LOST)) };
    let now = World::now();
    let observation = world.observe(now, key);
    cycle.store(now, observation).map_err(words::state)?;
    cycle.send(&World::now).map_err(words::state)
}
