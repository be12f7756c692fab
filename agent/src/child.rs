//! Child processes that nobody trusts to end: a bounded wait, and an end for everything they started.
//! Each leads its own process group (`process_group(0)`).

use std::process::Child;
use std::time::Duration;

/// Whether a child that has said all it had to say ends well, within `limit` and a second at most.
pub(crate) fn ends_well(child: &mut Child, limit: Duration) -> std::io::Result<bool> {
    const STEP: Duration = Duration::from_millis(5);
    let mut left = limit.min(Duration::from_secs(1));
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if left.is_zero() {
            return Ok(false);
        }
        std::thread::sleep(STEP);
        left = left.saturating_sub(STEP);
    }
}

/// Ends the child's whole group: a shell script's children must not outlive it.
pub(crate) fn kill(child: &mut Child) {
    #[cfg(target_os = "linux")]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
