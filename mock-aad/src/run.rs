//! One program run against an emulator of its own, which ends with it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use tempfile::TempDir;
use tokio::process::Child;

use crate::emulator::Emulator;
use crate::error::Error;
use crate::programs::ProgramEnvironment;
use crate::serve::{ServeOptions, tell};
use crate::signals::{Caught, Signals};

/// What `mock-aad run` runs, and how the emulator is.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "For any program in any language:\n\n    \
    mock-aad run -- pytest\n\n\
    The program finds the emulator in place of Azure, by proxy and certificate in its environment, and \
    the ready file as ADLS_EMULATOR. The exit code is the program's; 127 when there is no such program.")]
pub struct RunOptions {
    /// The emulator.
    #[command(flatten)]
    pub emulator: ServeOptions,
    /// The program and its arguments
    #[arg(value_name = "PROGRAM", required = true, last = true)]
    pub command: Vec<OsString>,
}

/// Starts an emulator, runs a program against it, and stops it again. Signals that come meanwhile are the
/// program's. Returns the exit code of the program; as shells do, 128 and the signal's number where one
/// has ended it.
///
/// # Errors
/// When the emulator cannot start, or the program cannot ([`Error::Program`]).
pub async fn run(options: RunOptions) -> Result<u8, Error> {
    let signals = Signals::listen()?;
    let RunOptions { emulator: options, command } = options;
    options.check()?;
    // What the program prints stays apart from the access log.
    let emulator = options.builder_with_log(tell)?.start().await?;
    let place = ReadyPlace::new(options.ready_file)?;
    emulator.ready().write(&place.file)?;
    let outcome = run_beside(&emulator, &place.file, &command, signals).await;
    let ready = emulator.ready().clone();
    emulator.shutdown().await;
    ready.remove(&place.file)?;
    outcome
}

/// Where the ready file lies, and the directory that goes with it if nobody has named one.
struct ReadyPlace {
    file: PathBuf,
    _directory: Option<TempDir>,
}

impl ReadyPlace {
    fn new(named: Option<PathBuf>) -> Result<Self, Error> {
        if let Some(file) = named {
            return Ok(Self { file, _directory: None });
        }
        let directory = crate::emulator::temporary_directory()?;
        let file = directory.path().join("ready.json");
        Ok(Self { file, _directory: Some(directory) })
    }
}

async fn run_beside(
    emulator: &Emulator,
    ready_file: &Path,
    command: &[OsString],
    signals: Signals,
) -> Result<u8, Error> {
    let (program, arguments) = command.split_first().ok_or_else(|| {
        Error::Config("no program is named; say it behind --, as in -- pytest".to_owned())
    })?;
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    let ready = emulator.ready();
    let ca_cert = ready.ca_cert.to_string_lossy();
    ProgramEnvironment::new(&ready.proxy_url, &ca_cert).apply(&mut command, ready_file);
    let failed = |source| Error::Program { program: program.into(), source };
    let child = tokio::process::Command::from(command).spawn().map_err(failed)?;
    Ok(exit_code(wait(child, signals).await.map_err(failed)?))
}

/// Waits for the end of a program, and passes signals on to it.
async fn wait(mut child: Child, mut signals: Signals) -> std::io::Result<ExitStatus> {
    loop {
        tokio::select! {
            ended = child.wait() => return ended,
            caught = signals.next() => pass_on(&child, caught),
        }
    }
}

/// Ctrl+C on a terminal reaches the program by itself, as one of the same terminal.
#[cfg(unix)]
fn pass_on(child: &Child, caught: Caught) {
    use std::io::IsTerminal as _;
    let typed = caught == Caught::interrupt() && std::io::stdin().is_terminal();
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.and_then(rustix::process::Pid::from_raw);
    let signal = rustix::process::Signal::from_named_raw(caught.as_raw_value());
    if let (false, Some(pid), Some(signal)) = (typed, pid, signal)
        && let Err(error) = rustix::process::kill_process(pid, signal)
    {
        tracing::debug!(%error, "a signal was not passed on");
    }
}

/// Ctrl+C reaches the program by itself, as one of the same console.
#[cfg(not(unix))]
fn pass_on(_: &Child, (): Caught) {}

fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status.code().or_else(|| signal.map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
