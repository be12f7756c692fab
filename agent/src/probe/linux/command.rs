//! External commands, for products that tell their state in no other way: absolute path, C locale, empty environment, no input,
//! bounded time and output. A command that hangs is killed and its fact unknown.

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::disk::Obstacle;
use crate::child;

/// Standard output of `program` (an absolute path) if it ends with success within `limit`.
pub(super) fn output(program: &str, arguments: &[&str], limit: Duration, most: u64) -> Result<Vec<u8>, Obstacle> {
    debug_assert!(program.starts_with('/'), "commands are named by absolute path");
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("LC_ALL", "C").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    let mut child = command.spawn()?;
    let pipe = child.stdout.take().ok_or(Obstacle::Failed)?;
    let (sender, receiver) = mpsc::sync_channel(1);
    let read = move || {
        let mut bytes = Vec::new();
        let done = pipe.take(most + 1).read_to_end(&mut bytes).map(|_| bytes);
        let _ = sender.send(done);
    };
    let reader = std::thread::Builder::new().stack_size(256 << 10).spawn(read);
    let bytes = reader.map_err(|_| Obstacle::Failed).and_then(|_| match receiver.recv_timeout(limit) {
        Ok(bytes) => Ok(bytes?),
        Err(_) => Err(Obstacle::Timeout),
    });
    if bytes.as_ref().is_ok_and(|bytes| bytes.len() as u64 <= most) && child::ends_well(&mut child, limit)? {
        return bytes;
    }
    child::kill(&mut child);
    match bytes {
        Ok(bytes) if bytes.len() as u64 > most => Err(Obstacle::TooBig),
        Ok(_) => Err(Obstacle::Failed),
        Err(obstacle) => Err(obstacle),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(300);

    #[test]
    fn a_command_speaks_english_and_sees_nothing_of_our_environment() {
        let seen = output("/usr/bin/env", &[], Duration::from_secs(10), 1000).expect("ends");
        assert_eq!(String::from_utf8_lossy(&seen), "LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
    }

    #[test]
    fn a_command_that_hangs_babbles_fails_or_is_missing_gives_no_output() {
        assert_eq!(output("/bin/sleep", &["600"], LIMIT, 1000), Err(Obstacle::Timeout));
        assert_eq!(output("/usr/bin/yes", &[], Duration::from_secs(10), 1000), Err(Obstacle::TooBig));
        assert_eq!(output("/bin/sh", &["-c", "echo half; exit 3"], Duration::from_secs(10), 1000), Err(Obstacle::Failed));
        assert_eq!(output("/usr/bin/absent", &[], LIMIT, 1000), Err(Obstacle::Missing));
    }
}
