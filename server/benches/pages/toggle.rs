//! 災害時特例 over the whole region: how long turning it on, and off again, takes from the first statement until it is durable.

use std::time::Instant;

use hashimori_server::domain::disaster::Reach;
use hashimori_server::exceptions::{self, Act, Deed};
use hashimori_shared::pack::Pack;

use crate::fill::Filled;
use crate::{START, part_ms};

const TIMES: usize = 200;

pub(crate) async fn measure(filled: &Filled) -> anyhow::Result<()> {
    let Filled { store, random, region, .. } = filled;
    let rules = Pack::bundled().parameters().disaster.clone();
    let act = Act { random, doer: None, why: "浸水".to_owned(), event_at: START, now: START };
    let (mut on, mut off) = (Vec::with_capacity(TIMES), Vec::with_capacity(TIMES));
    for _ in 0..TIMES {
        let began = Instant::now();
        let mut tx = store.begin().await?;
        let made = exceptions::activate(&mut tx, &act, (*region, Reach::Region), ("規程第25条".to_owned(), false), 7).await?;
        tx.commit().await?;
        on.push(began.elapsed());
        let began = Instant::now();
        let mut tx = store.begin().await?;
        exceptions::act_on(&mut tx, &act, (*region, made.id, None), Deed::Lift, &rules).await?;
        tx.commit().await?;
        off.push(began.elapsed());
    }
    for (name, mut times) in [("exception on", on), ("exception off", off)] {
        times.sort_unstable();
        println!("{name}: p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms", part_ms(&times, 500), part_ms(&times, 990), part_ms(&times, 1000));
    }
    Ok(())
}
