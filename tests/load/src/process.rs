//! What a process has used, from /proc (proc_pid_stat(5), proc_pid_io(5), proc_pid_status(5)).

use anyhow::Context as _;

/// Counters of a process tree's root and its children, at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    /// User and system time, microseconds.
    pub(crate) cpu_us: u64,
    /// Bytes it caused to be written to storage.
    pub(crate) written: u64,
}

impl Used {
    /// Sum over `processes`.
    pub(crate) fn by(processes: &[u32]) -> anyhow::Result<Self> {
        let mut sum = Self::default();
        for &process in processes {
            sum.cpu_us += cpu_us(process)?;
            sum.written += field(process, "io", "write_bytes:")?;
        }
        Ok(sum)
    }

    /// What was used since `earlier`.
    pub(crate) const fn since(self, earlier: Self) -> Self {
        Self { cpu_us: self.cpu_us.saturating_sub(earlier.cpu_us), written: self.written.saturating_sub(earlier.written) }
    }
}

/// Resident memory now, KiB.
pub(crate) fn resident_kib(process: u32) -> anyhow::Result<u64> {
    field(process, "status", "VmRSS:")
}

/// The most memory it has ever had resident, KiB.
pub(crate) fn peak_kib(process: u32) -> anyhow::Result<u64> {
    field(process, "status", "VmHWM:")
}

/// `parent` and everything below it (PostgreSQL works in children).
pub(crate) fn family(parent: u32) -> Vec<u32> {
    let tasks = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let children = tasks.split_whitespace().filter_map(|child| child.parse().ok()).flat_map(family);
    std::iter::once(parent).chain(children).collect()
}

fn cpu_us(process: u32) -> anyhow::Result<u64> {
    /// Clock ticks a second: fixed at 100 for user space on Linux.
    const TICK_US: u64 = 10_000;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit_once(')').context("stat")?.1;
    let mut fields = after_name.split_whitespace().skip(11).map(str::parse::<u64>);
    let (user, system) = (fields.next().context("utime")??, fields.next().context("stime")??);
    Ok((user + system) * TICK_US)
}

fn field(process: u32, file: &str, name: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/{file}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name} in {file}"))?;
    Ok(line.split_whitespace().next().context("empty")?.parse()?)
}
