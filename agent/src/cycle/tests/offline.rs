//! Weeks without a collector, hour by hour with a clock that is moved by hand, as the daemon goes through them.

use std::time::Duration;

use super::*;

const WEEKS: i64 = 2;
const HOURS: u32 = 24 * 7 * 2;

/// One turn of the daemon at `now`: open, observe, store, try to send, plan. Returns the wait.
fn turn(device: &Device, facts: u32, now: Timestamp) -> (Ended, Duration) {
    let mut cycle = device.cycle();
    cycle.store(now, observation(facts)).expect("stored");
    let ended = cycle.send(&|| now).expect("the state folder works");
    let wait = cycle.plan(&ended, now, &mut StdRng::seed_from_u64(now.seconds().unsigned_abs())).expect("planned");
    (ended, wait)
}

/// Bytes of everything below the state folder's outbox.
fn outbox_bytes(device: &Device) -> u64 {
    let files = std::fs::read_dir(device.folder.path().join("outbox")).expect("an outbox");
    files.map(|file| file.expect("a file").metadata().expect("metadata").len()).sum()
}

#[test]
fn through_weeks_offline_the_outbox_stays_bounded_what_went_is_counted_and_every_change_arrives_in_the_end() {
    let pki = Arc::new(Pki::new("根"));
    let server = collector(&pki, vec![]);
    // Port 9 (discard) is not served here: a connection is refused at once.
    let device = Device::enrolled(&pki, &["127.0.0.1:9".to_owned()], LONG);
    let mut now = NOW;
    let (mut stored, mut longest) = (0_u32, Duration::ZERO);
    while now < NOW.plus_days(7 * WEEKS) {
        // Something changes once a day.
        let day = u32::try_from(now.seconds_since(NOW) / 86_400).expect("small");
        let (ended, wait) = turn(&device, day, now);
        assert_eq!(ended, Ended::Later(Wait::Backoff, Exit::Later));
        assert!((5..=3600).contains(&wait.as_secs()), "{wait:?}");
        longest = longest.max(wait);
        stored += 1;
        // The daemon would try again sooner; each try adds one more.
        now = now.plus_seconds(i64::try_from(wait.as_secs().max(3600)).expect("small"));
    }
    assert!(stored >= HOURS && longest > Duration::from_mins(30), "{stored} turns, waits up to {longest:?}");

    let waiting = device.cycle();
    let held = waiting.outbox.len();
    assert_eq!(u32::try_from(held).expect("small") + waiting.progress.dropped, stored, "what went is counted");
    assert!(held <= 128 && outbox_bytes(&device) < 3 * 1024 * 1024, "{held} check-ins");
    drop(waiting);

    // One file goes bad on the disk meanwhile, and the collector comes back.
    let newest = std::fs::read_dir(device.folder.path().join("outbox")).expect("listed").map(|f| f.expect("a file").path()).max();
    std::fs::write(newest.expect("one waits"), b"garbage").expect("damaged");
    let mut identity = device.cycle().identity().clone();
    identity.endpoints = vec![server.endpoint()];
    identity.save(&device.folder).expect("saved");
    let (ended, _) = turn(&device, 999, now);
    assert_eq!(ended, Ended::Done);

    let seen = check_ins(&server);
    let first = seen.first().expect("a check-in");
    assert_eq!(first["dropped"].as_u64(), Some(u64::from(stored) - held as u64 + 1), "the damaged one counts as dropped");
    assert_eq!(seen.len(), held, "the rest arrives, and the one just made");
    let days: Vec<u64> = seen.iter().filter_map(|c| c["body"]["report"]["machine"]["last_update"]["value"].as_u64()).collect();
    let whole = u64::try_from(7 * WEEKS).expect("small");
    // Full reports go last: of every day's change there is one, except perhaps the one that was damaged.
    assert!((0..whole - 1).all(|day| days.contains(&day)) && days.last() == Some(&999), "{days:?}");
    let last = device.cycle();
    assert_eq!((last.outbox.len(), last.progress.dropped, last.progress.failures), (0, 0, 0));
    assert_eq!(device.folder.list("damaged").expect("listed").len(), 1);
}
