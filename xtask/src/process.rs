//! What the system tells of a process that runs, where it tells it as Linux does.

use std::time::Duration;

/// The length of the ticks in which Linux counts the time of processes.
const TICK: Duration = Duration::from_millis(10);

/// A running process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// The memory that it has now, in bytes.
    pub(crate) fn resident_memory(self) -> Option<u64> {
        self.memory("VmRSS:")
    }

    /// The most memory that it had at any moment, in bytes.
    pub(crate) fn peak_memory(self) -> Option<u64> {
        self.memory("VmHWM:")
    }

    /// User and system time of all its threads.
    pub(crate) fn cpu_time(self) -> Option<Duration> {
        cpu_time(&std::fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?)
    }

    fn memory(self, name: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib << 10)
    }
}

/// The program's name, which stands in parentheses, may hold anything.
fn cpu_time(stat: &str) -> Option<Duration> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    // The state is field 3; 14 and 15 are the ticks as user and as system.
    let fields = behind_name.split_ascii_whitespace().skip(14 - 3).take(2);
    let ticks = fields.map(str::parse::<u32>).sum::<Result<u32, _>>().ok()?;
    Some(TICK * ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_read_behind_any_name() {
        let stat = "7 (a) b 1) S 1 2 3 4 5 6 7 8 9 10 120 30 0 0 20 0 3";
        assert_eq!(cpu_time(stat), Some(Duration::from_millis(1500)));
        assert_eq!(cpu_time(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_a_time() {
        let process = Process(std::process::id());
        assert!(process.resident_memory().unwrap() <= process.peak_memory().unwrap());
        assert!(process.cpu_time().is_some());
    }
}
