//! The two programs with bare loops, one over each generation, against one emulator.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::workload::{Generation, Invocation, TARGET};
use crate::bench::compare::prepare;
use crate::bench::measure::{Sample, TimeSource, measure};
use crate::emulator::Emulator;

/// The programs, and whom they work against.
pub(super) struct Programs<'a> {
    pub(super) gen1: PathBuf,
    pub(super) gen2: PathBuf,
    pub(super) emulator: &'a Emulator,
    /// The file with the token for Gen1.
    pub(super) token: PathBuf,
}

impl Programs<'_> {
    /// Gets the token of the loops over Gen1, so that they have it at hand.
    pub(super) fn sign_in(&self) -> anyhow::Result<()> {
        self.make(Generation::First, &["token", &self.token.to_string_lossy()])
    }

    /// Makes what work needs, without a look at the clock.
    pub(super) fn prepare(&self, needed: &Invocation) -> anyhow::Result<()> {
        let words: Vec<&str> = needed.words.iter().map(String::as_str).collect();
        self.make(needed.of, &words)
    }

    /// Takes away what work has left.
    pub(super) fn clean(&self) -> anyhow::Result<()> {
        self.make(Generation::First, &["remove", TARGET])?;
        self.make(Generation::Second, &["remove", TARGET])
    }

    fn make(&self, of: Generation, words: &[&str]) -> anyhow::Result<()> {
        let command = match of {
            Generation::First => self.start(&self.gen1, &["prepare"]),
            Generation::Second => self.start(&self.gen2, &[]),
        };
        prepare(command, words)
    }

    /// Measures a loop by what it says its work took.
    pub(super) fn run(&self, line: &Invocation) -> anyhow::Result<Sample> {
        let mut command = match line.of {
            Generation::First => self.start(&self.gen1, &["bare", &self.token.to_string_lossy()]),
            Generation::Second => self.start(&self.gen2, &[]),
        };
        measure(command.args(&line.words), TimeSource::Reported)
    }

    fn start(&self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.arg(&self.emulator.ready_file).args(words);
        command
    }
}
