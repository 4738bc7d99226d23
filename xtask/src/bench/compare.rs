//! Programs that do the same work in turns, where they find it and where they leave it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::measure::{Sample, in_turns};
use super::table::{Section, Throughput};

/// Where programs find and leave things.
pub(super) struct Directories {
    pub(super) local: PathBuf,
    pub(super) remote: &'static str,
}

impl Directories {
    /// The directory that takes what is uploaded.
    pub(super) fn target(&self) -> String {
        self.remote("target")
    }

    pub(super) fn remote(&self, name: &str) -> String {
        format!("{}/{name}", self.remote)
    }

    pub(super) fn local(&self, name: &str) -> String {
        self.local.join(name).to_string_lossy().into_owned()
    }

    /// Empties the directories that take what is transferred; `remove` takes away that in the account.
    pub(super) fn clean(&self, remove: impl Fn(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let directory = self.local.join("target");
        fs::remove_dir_all(&directory)?;
        fs::create_dir_all(&directory)?;
        remove(&self.target())
    }
}

/// Runs all lines in turns. `run` gets a name that is unique to the run; `clean` takes away what runs have left.
///
/// # Errors
/// When a program fails.
pub(super) fn compare<L>(
    (name, throughput): (&str, Throughput),
    (lines, name_of): (&[L], impl Fn(&L) -> &'static str),
    runs: usize,
    run: impl Fn(&L, &str) -> anyhow::Result<Sample>,
    clean: impl Fn() -> anyhow::Result<()>,
) -> anyhow::Result<Section> {
    let medians = in_turns(lines, runs, |line, round| {
        let sample = run(line, &format!("{}-{round}", path_segment(name_of(line))))?;
        if matches!(throughput, Throughput::Mib(_)) {
            clean()?;
        }
        Ok(sample)
    })?;
    // Small files go in the end: some file systems make new ones slowly while they delete others.
    clean()?;
    let lines = lines.iter().map(name_of).zip(medians).collect();
    Ok(Section { name: name.to_owned(), throughput, lines })
}

/// A program's name as a part of a path.
fn path_segment(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Has the benchmark's own program make or remove something.
///
/// # Errors
/// When it fails.
pub(super) fn prepare(mut bench: Command, words: &[&str]) -> anyhow::Result<()> {
    let status = bench.args(words).stdout(Stdio::null()).status();
    let status = status.context("cannot start the benchmark")?;
    if !status.success() {
        bail!("cannot prepare {words:?}: {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use super::*;

    #[test]
    fn small_files_stay_until_all_have_had_their_turns() {
        let order = RefCell::new(Vec::new());
        let compared = |throughput| {
            order.borrow_mut().clear();
            let run = |_: &&'static str, unique: &str| {
                order.borrow_mut().push(unique.to_owned());
                Ok(Sample { time: Duration::ZERO, cpu: Duration::ZERO, peak: 0 })
            };
            let clean = || {
                order.borrow_mut().push("clean".to_owned());
                Ok(())
            };
            let lines = (&["one 1.0", "two"][..], |line: &&'static str| *line);
            let section = compare(("work", throughput), lines, 1, run, clean).unwrap();
            assert_eq!(
                section.lines.iter().map(|line| line.0).collect::<Vec<_>>(),
                ["one 1.0", "two"]
            );
            order.borrow().join(" ")
        };
        assert_eq!(compared(Throughput::Files(1)), "one10-0 two-0 clean");
        assert_eq!(compared(Throughput::Mib(1)), "one10-0 clean two-0 clean clean");
    }
}
