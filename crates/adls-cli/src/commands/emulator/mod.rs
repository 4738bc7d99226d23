//! `adls emulator`: one emulator in the background, found again by its ready file.

mod control;
mod process;
mod programs;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use clap::Subcommand;
use http::Method;
use mock_aad::ServeOptions;
use serde_json::Value;

use self::control::ControlClient;
use self::programs::ExecArgs;
use crate::config::{FileLock, create_directory};
use crate::context::Context;
use crate::endpoints::ReadyFile;
use crate::environment::EMULATOR;
use crate::failure::{Failure, Outcome};
use crate::printer::{Column, Format};

/// How long an emulator may take to be ready, or to be gone; it needs a few milliseconds, five seconds
/// when requests are open, and more on a machine that is busy. One that has failed is noticed at once.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is looked for.
const CHANGE_POLL: Duration = Duration::from_millis(10);

/// Where the address of the page for people is added to the state.
const CONTROL_PAGE: &str = "/control_page";

const COLUMNS: &[Column] = &[
    ("https", "/https_url"),
    ("http", "/http_url"),
    ("control page", CONTROL_PAGE),
    ("proxy", "/proxy_url"),
    ("certificate", "/ca_cert"),
    ("tenant", "/tenant_domain"),
    ("username", "/username"),
    ("password", "/password"),
    ("account", "/default_account"),
    ("process", "/pid"),
];

/// What to do with the emulator.
#[derive(Debug, Subcommand)]
pub(crate) enum EmulatorCommand {
    /// Start an emulator in the background
    #[command(after_help = "Prints the line that points adls at it; in a shell:\n\n    \
        eval \"$(adls emulator start)\"")]
    Start(ServeOptions),
    /// Stop it; all its data is gone
    Stop,
    /// Show whether it runs, and how to reach it
    Status,
    /// Open its control page in a browser
    Open,
    /// Show what it has said since its start
    Logs,
    /// Back to the state of its start: files, accounts, sign-ins and faults are gone
    Reset,
    /// Run a program that then finds it in place of Azure, unmodified
    Exec(ExecArgs),
    /// Print the environment that leads unmodified programs to it
    #[command(
        after_help = "Values are quoted for a shell where that is needed. To set them in one:\n\n    \
        set -a; eval \"$(adls emulator env)\"; set +a\n\n\
        For one program `adls emulator exec -- PROGRAM` does the same."
    )]
    Env,
    /// Run an emulator in the foreground
    #[command(hide = true)]
    Run(ServeOptions),
}

impl EmulatorCommand {
    /// Whether it is what runs until it is told to end.
    pub(crate) fn runs_in_the_foreground(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Exec(_))
    }
}

pub(crate) async fn run(context: &Context, command: EmulatorCommand) -> Outcome {
    match command {
        EmulatorCommand::Start(options) => start(context, options).await,
        EmulatorCommand::Stop => stop(context).await,
        EmulatorCommand::Status => status(context).await,
        EmulatorCommand::Open => open(context).await,
        EmulatorCommand::Logs => logs(context),
        EmulatorCommand::Reset => reset(context).await,
        EmulatorCommand::Env => programs::env(context).await,
        EmulatorCommand::Exec(args) => programs::exec(context, args).await,
        EmulatorCommand::Run(options) => Ok(mock_aad::serve(options).await?),
    }
}

/// The files of the emulator that this configuration directory knows.
struct EmulatorFiles {
    ready: PathBuf,
    log: PathBuf,
    ca: PathBuf,
}

impl EmulatorFiles {
    fn new(context: &Context) -> Self {
        let directory = context.config.directory().join("emulator");
        Self {
            ready: directory.join("ready.json"),
            log: directory.join("emulator.log"),
            ca: directory.join("ca"),
        }
    }
}

async fn start(context: &Context, mut options: ServeOptions) -> Outcome {
    let files = EmulatorFiles::new(context);
    let ready = options.ready_file.get_or_insert_with(|| files.ready.clone()).clone();
    let ready = std::path::absolute(&ready).unwrap_or(ready);
    options.ready_file = Some(ready.clone());
    options.ca_dir.get_or_insert_with(|| files.ca.clone());
    let directory = ready.parent().unwrap_or(Path::new("."));
    for directory in [directory, files.log.parent().unwrap_or(directory)] {
        create_directory(directory)?;
    }
    // Whoever comes second finds the emulator of the first.
    let _lock = lock(context, &ready).await?;
    if let Ok(Some(state)) = ControlClient::new()?.state(&ready).await {
        context.printer.note(
            "an emulator is running already, with the options of its start; `adls emulator stop` ends it",
        );
        return print_started(context, &ready, &state);
    }
    // What a killed emulator has left behind must not be taken for the new one.
    match std::fs::remove_file(&ready) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file("remove", &ready, &error));
        }
        _ => {}
    }
    let process = process::spawn(&options, &files.log)?;
    let state = wait_until_ready(context, &ready, process, &files.log).await?;
    context.printer.note("the emulator is running; stop it with `adls emulator stop`");
    context.printer.note(&format!("its control page: {}", control_page(&state)));
    print_started(context, &ready, &state)
}

/// The page for people of an emulator.
fn control_page(state: &Value) -> String {
    let http_url = state.pointer("/http_url").and_then(Value::as_str).unwrap_or_default();
    format!("{http_url}/_mock/")
}

/// The state of an emulator with the page for people.
fn with_control_page(mut state: Value) -> Value {
    state[&CONTROL_PAGE[1..]] = control_page(&state).into();
    state
}

/// Keeps everybody else from starting or stopping the emulator of a ready file.
async fn lock(context: &Context, ready: &Path) -> Outcome<FileLock> {
    let mut name = ready.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let path = ready.with_file_name(name);
    // Somebody else may be waiting for theirs to be ready or gone.
    let lock = FileLock::acquire(&path, &*context.clock, 3 * CHANGE_TIMEOUT).await?;
    lock.map_err(|error| Failure::file("lock", &path, &error))
}

async fn wait_until_ready(
    context: &Context,
    ready: &Path,
    process: Child,
    log: &Path,
) -> Outcome<Value> {
    let process = RefCell::new(process);
    let has_ended = || matches!(process.borrow_mut().try_wait(), Ok(Some(_)));
    let decided = wait_for(context, async || ready.exists() || has_ended()).await;
    if !decided || !ready.exists() {
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let said = said.trim().lines().last().unwrap_or("it said nothing").to_owned();
        return Err(Failure::new(format!("the emulator did not start: {said}")));
    }
    read_state(ready)
}

/// Waits until something is there; says whether it came within the limit.
async fn wait_for(context: &Context, is_there: impl AsyncFn() -> bool) -> bool {
    let started = context.clock.elapsed();
    while !is_there().await {
        if context.clock.elapsed().saturating_sub(started) > CHANGE_TIMEOUT {
            return false;
        }
        context.clock.sleep(CHANGE_POLL).await;
    }
    true
}

fn print_started(context: &Context, ready: &Path, state: &Value) -> Outcome {
    match context.printer.format() {
        Format::Table => {
            let quoted = mock_aad::shell_quote(&ready.display().to_string());
            context.printer.line(&format!("export {EMULATOR}={quoted}"))
        }
        _ => context.printer.object(&with_control_page(state.clone()), COLUMNS),
    }
}

async fn stop(context: &Context) -> Outcome {
    let ready = ready_file(context);
    let control = ControlClient::new()?;
    if control.state(&ready).await?.is_none() {
        context.printer.note("no emulator is running");
        return Ok(());
    }
    let _lock = lock(context, &ready).await?;
    if !ready.exists() {
        context.printer.note("somebody else has stopped the emulator");
        return Ok(());
    }
    let ready_file = ReadyFile::read(&ready)?;
    control
        .send(&ready_file, Method::POST, "/_mock/shutdown")
        .await
        .map_err(|error| Failure::new(format!("cannot stop the emulator: {error}")))?;
    // Only then may another one be started in its place.
    let gone = async || !ready.exists() && !matches!(control.state(&ready).await, Ok(Some(_)));
    if !wait_for(context, gone).await {
        return Err(Failure::new("the emulator was asked to stop and is still there"));
    }
    context.printer.note("the emulator is stopped");
    if context.environment.emulator.is_some() {
        context.printer.note(&format!("`unset {EMULATOR}` leads commands back to Azure"));
    }
    Ok(())
}

async fn status(context: &Context) -> Outcome {
    context.printer.object(&with_control_page(running(context).await?), COLUMNS)
}

async fn open(context: &Context) -> Outcome {
    let page = control_page(&running(context).await?);
    context.printer.line(&page)?;
    let opened = tokio::task::spawn_blocking(move || webbrowser::open(&page)).await;
    opened.map_err(std::io::Error::other).flatten().map_err(|error| {
        Failure::new(format!("no browser can be opened: {error}"))
            .hint("open the page above by hand")
    })
}

fn logs(context: &Context) -> Outcome {
    let log = EmulatorFiles::new(context).log;
    let text = std::fs::read_to_string(&log).map_err(|error| {
        Failure::file("read the emulator's log", &log, &error)
            .hint("`adls emulator start` writes one")
    })?;
    text.lines().try_for_each(|line| context.printer.line(line))
}

async fn reset(context: &Context) -> Outcome {
    running(context).await?;
    let ready = ReadyFile::read(&ready_file(context))?;
    let reset = ControlClient::new()?.send(&ready, Method::POST, "/_mock/reset").await;
    reset.map_err(|error| Failure::new(format!("cannot reset the emulator: {error}")))?;
    context.printer.note("the emulator is as it was at its start");
    Ok(())
}

async fn running(context: &Context) -> Outcome<Value> {
    let state = ControlClient::new()?.state(&ready_file(context)).await?;
    state.ok_or_else(|| not_running(context))
}

fn not_running(context: &Context) -> Failure {
    let failure =
        Failure::new("no emulator is running").hint("start one with `adls emulator start`");
    match &context.environment.emulator {
        Some(ready) => failure.hint(format!(
            "{EMULATOR} names {}; unset it to use the own emulator, or Azure",
            ready.display()
        )),
        None => failure,
    }
}

/// The ready file of the emulator that is meant: the environment's, else the own one.
fn ready_file(context: &Context) -> PathBuf {
    context.environment.emulator.clone().unwrap_or_else(|| EmulatorFiles::new(context).ready)
}

fn read_state(ready: &Path) -> Outcome<Value> {
    let text = std::fs::read(ready)
        .map_err(|e| Failure::file("read the emulator's ready file", ready, &e))?;
    serde_json::from_slice(&text)
        .map_err(|_| Failure::new(format!("{} is not an emulator's ready file", ready.display())))
}
