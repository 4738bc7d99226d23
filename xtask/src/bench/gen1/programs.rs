//! The programs that are compared, and how each is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::compare::prepare;
use crate::bench::measure::{Sample, TimeSource, measure};
use crate::bench::start::sign_in;
use crate::emulator::Emulator;
use crate::python;

/// The environments of both generations of the Python package.
pub(super) const REQUIREMENTS: [&str; 2] = [OLD, NEW];
const OLD: &str = "requirements-walk.txt";
const NEW: &str = "requirements-gen1-sdk-identity.txt";

/// A program that does a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// Loops over reqwest.
    Bare,
    /// A write of as many bytes to a local file, without any network.
    Disk,
    /// The crate `adls-fs`.
    Library,
    /// The command line.
    Adls,
    /// azure-datalake-store 0.0.53.
    OldSdk,
    /// azure-datalake-store 1.0.1.
    NewSdk,
}

/// A program with what it is told to do.
pub(super) struct Invocation {
    pub(super) program: Program,
    /// `{}` stands for what is unique to the run.
    pub(super) arguments: Vec<String>,
}

impl Program {
    /// What the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare reqwest",
            Self::Disk => "local write",
            Self::Library => "adls-fs",
            Self::Adls => "adls",
            Self::OldSdk => "Python SDK 0.0.53",
            Self::NewSdk => "Python SDK 1.0.1",
        }
    }

    /// Whether it needs an environment.
    pub(super) fn is_python(self) -> bool {
        matches!(self, Self::OldSdk | Self::NewSdk)
    }

    /// Whose clock counts where `ours` does for the toolkit: never that of a whole process with an
    /// interpreter in it.
    pub(super) fn timed(self, ours: TimeSource) -> TimeSource {
        if self.is_python() { TimeSource::Reported } else { ours }
    }
}

/// Where the programs are.
pub(super) struct Programs<'a> {
    pub(super) bench: PathBuf,
    pub(super) adls: PathBuf,
    pub(super) environments: PathBuf,
    pub(super) sdk: PathBuf,
    pub(super) emulator: &'a Emulator,
    /// The directory in which `adls` keeps its settings.
    pub(super) home: PathBuf,
}

impl Programs<'_> {
    /// Signs `adls` in as an application, so that it has a token at hand; the bare loops get one, too.
    pub(super) fn sign_in(&self) -> anyhow::Result<()> {
        sign_in(&self.adls, &self.home, &self.emulator.ready_file)?;
        measure(self.adls().args(["--quiet", "fs", "test", "/"]), TimeSource::Process)?;
        self.prepare(&["token", &self.token().to_string_lossy()])
    }

    /// Has the benchmark's own program make or remove something.
    pub(super) fn prepare(&self, arguments: &[&str]) -> anyhow::Result<()> {
        prepare(self.bench("prepare"), arguments)
    }

    /// Measures one line; `unique` stands for `{}` in its arguments.
    pub(super) fn run(
        &self,
        line: &Invocation,
        ours: TimeSource,
        unique: &str,
    ) -> anyhow::Result<Sample> {
        let mut command = self.command(line.program)?;
        command.args(line.arguments.iter().map(|argument| argument.replace("{}", unique)));
        measure(&mut command, line.program.timed(ours))
    }

    fn command(&self, program: Program) -> anyhow::Result<Command> {
        Ok(match program {
            Program::Bare => {
                let mut command = self.bench("bare");
                command.arg(self.token());
                command
            }
            Program::Disk => self.bench("disk"),
            Program::Library => self.bench("library"),
            Program::Adls => self.adls(),
            Program::OldSdk => self.sdk(OLD)?,
            Program::NewSdk => self.sdk(NEW)?,
        })
    }

    fn bench(&self, program: &str) -> Command {
        let mut command = Command::new(&self.bench);
        command.arg(&self.emulator.ready_file).arg(program);
        command
    }

    /// The file with the token of the bare loops.
    fn token(&self) -> PathBuf {
        self.home.with_file_name("token")
    }

    fn adls(&self) -> Command {
        let mut command = Command::new(&self.adls);
        command.env("ADLS_EMULATOR", &self.emulator.ready_file);
        command.env("ADLS_CONFIG_DIR", &self.home);
        command
    }

    /// Signs in through the emulator's proxy, and goes straight to the files.
    fn sdk(&self, requirements: &str) -> anyhow::Result<Command> {
        let interpreter = python::interpreter(&self.environments, Path::new(requirements))?;
        let mut command = self.emulator.python(&interpreter, &self.sdk);
        command.arg(&self.emulator.ready_file);
        Ok(command)
    }
}
