//! `cargo xtask interop`: programs in other languages, unmodified, against the emulator.
//!
//! Each script of `tests/interop/` gets an emulator of its own in its seed state, reached through the
//! proxy and its certificate authority, and a Python environment with the versions it pins.

mod scripts;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use xshell::{Shell, cmd};

use self::scripts::{Program, Script};
use crate::emulator::Emulator;
use crate::node;
use crate::python;
use crate::steps::{display, step};
use crate::workspace::{Workspace, executable};

/// Longer than any script should need, shorter than a person's patience with one that hangs.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(300);
/// The same for those that are known to be long.
const LONG_SCRIPT_TIMEOUT: Duration = Duration::from_secs(1800);

/// What `cargo xtask interop` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Runs only these scripts, as `gen2_sdk`, or those of these suites, as `walk` or `gen1`; a script's
    /// suite is its file name up to the first `_`
    names: Vec<String>,
    /// Runs also the scripts that take long, which else run only when they are named
    #[arg(long)]
    all: bool,
}

/// Runs the scripts, also after one has failed.
///
/// # Errors
/// When nothing can be run, or when a script failed.
pub(crate) fn run(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    let scripts = scripts::discover(&workspace.root.join("tests/interop"))?;
    let scripts = scripts::select(scripts, &options.names, options.all)?;
    step("lint", || lint(shell, workspace))?;
    let harness = step("prepare", || Harness::prepare(shell, workspace, &scripts))?;
    let mut failed = Vec::new();
    for script in &scripts {
        if let Err(error) = step(&script.name, || harness.run(script)) {
            println!("{error:#}");
            failed.push(script.name.as_str());
        }
    }
    println!("interop: {}", display(started.elapsed()));
    println!("{} passed, {} failed", scripts.len() - failed.len(), failed.len());
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Names that do not exist show before anything runs, also those that only a rare step would reach.
fn lint(shell: &Shell, workspace: &Workspace) -> anyhow::Result<()> {
    let scripts = workspace.root.join("tests/interop");
    let directory = workspace.target.join("interop");
    shell.create_dir(&directory)?;
    let requirements = scripts.join("requirements-lint.txt");
    python::ensure_environment(shell, &directory, &requirements)?;
    let interpreter = python::interpreter(&directory, &requirements)?;
    cmd!(shell, "{interpreter} -m pyflakes {scripts}").run()?;
    Ok(())
}

/// What all scripts share.
struct Harness {
    /// Where Cargo puts programs of this workspace.
    built: PathBuf,
    /// Where environments, logs and what the scripts make are kept.
    directory: PathBuf,
}

impl Harness {
    /// Builds the emulator and makes the environments, or finds them made.
    fn prepare(shell: &Shell, workspace: &Workspace, scripts: &[Script]) -> anyhow::Result<Self> {
        cmd!(shell, "cargo build --package mock-aad --locked").run()?;
        let directory = workspace.target.join("interop");
        shell.create_dir(&directory)?;
        let harness = Self { built: workspace.target.join("debug"), directory };
        for requirements in scripts::requirements(scripts) {
            python::ensure_environment(shell, &harness.directory, requirements)?;
        }
        for program in scripts::programs(scripts) {
            harness.build(shell, workspace, program)?;
        }
        Ok(harness)
    }

    fn build(&self, shell: &Shell, workspace: &Workspace, program: Program) -> anyhow::Result<()> {
        let directory = workspace.root.join("tests/interop").join(program.name());
        match program {
            Program::Adls => cmd!(shell, "cargo build --package adls-cli --locked").run()?,
            Program::BlobTests | Program::DatalakeTests => {
                let requirements = directory.join("requirements.txt");
                python::ensure_sources(shell, &requirements, &self.path(program))?;
            }
            // It is built already, because every script has one.
            Program::MockAad => {}
            Program::AzCopy | Program::NodeClients => {
                node::ensure_packages(shell, &directory, &self.path(program))?;
            }
            Program::RustAzureIdentity
            | Program::RustAzureStorageBlob
            | Program::RustObjectStore => {
                let manifest = directory.join("Cargo.toml");
                let target = self.directory.join(program.name());
                cmd!(
                    shell,
                    "cargo build --manifest-path {manifest} --target-dir {target} --locked --quiet"
                )
                .run()?;
            }
        }
        Ok(())
    }

    /// Where `build` has put it.
    fn path(&self, program: Program) -> PathBuf {
        let file = executable(program.name());
        match program {
            Program::Adls | Program::MockAad => self.built.join(file),
            Program::AzCopy
            | Program::BlobTests
            | Program::DatalakeTests
            | Program::NodeClients => self.directory.join(program.name()),
            Program::RustAzureIdentity
            | Program::RustAzureStorageBlob
            | Program::RustObjectStore => {
                self.directory.join(program.name()).join("debug").join(file)
            }
        }
    }

    fn run(&self, script: &Script) -> anyhow::Result<()> {
        let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
        let log = self.directory.join(format!("{}.emulator.log", script.name));
        let program = self.built.join(executable("mock-aad"));
        let base = script.path.parent().unwrap_or(scratch.path());
        let emulator = Emulator::start(&program, &script.emulator, base, scratch.path(), &log)?;
        let interpreter = python::interpreter(&self.directory, &script.requirements)?;
        let mut command = command(script, &interpreter, &emulator, scratch.path());
        command.env("INTEROP_OUTPUT", &self.directory);
        // Compiled once for all runs, and not beside the scripts.
        command.env_remove("PYTHONDONTWRITEBYTECODE");
        command.env("PYTHONPYCACHEPREFIX", self.directory.join("pycache"));
        for program in &script.programs {
            command.env(program.variable(), self.path(*program));
        }
        let timeout = if script.is_long { LONG_SCRIPT_TIMEOUT } else { SCRIPT_TIMEOUT };
        let status = wait(&mut command, timeout)?;
        drop(emulator);
        if !status.success() {
            bail!("{} ended with {status}; the emulator's log is {}", script.name, log.display());
        }
        Ok(())
    }
}

/// The script as a process that knows nothing of the emulator but a proxy and a certificate.
fn command(script: &Script, interpreter: &Path, emulator: &Emulator, scratch: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command.arg(&script.path).arg("--ready").arg(&emulator.ready_file).current_dir(scratch);
    for foreign in ["ALL_PROXY", "HTTP_PROXY", "NO_PROXY", "all_proxy", "http_proxy", "no_proxy"] {
        command.env_remove(foreign);
    }
    for proxy in ["HTTPS_PROXY", "https_proxy"] {
        command.env(proxy, &emulator.proxy_url);
    }
    for authority in ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"] {
        command.env(authority, &emulator.ca_cert);
    }
    command.env("PYTHONWARNINGS", "ignore");
    command
}

/// Runs to the end, or stops what takes too long.
fn wait(command: &mut Command, timeout: Duration) -> anyhow::Result<ExitStatus> {
    let started = Instant::now();
    let mut child = command.spawn().context("cannot start the script")?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > timeout {
            child.kill()?;
            child.wait()?;
            bail!("still running after {}, stopped", display(timeout));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
