//! `adls emulator`: one emulator in the background, found again by its ready file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use adls_http::{ClientOptions, Idempotency, Pipeline, Request, Response, SafeUrl};
use clap::Subcommand;
use mock_aad::ServeOptions;
use serde_json::Value;

use crate::context::Context;
use crate::endpoints::ReadyFile;
use crate::environment::EMULATOR;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

/// How long an emulator may take to be ready, or to be gone; it needs a few milliseconds, and five
/// seconds when requests are open.
const CHANGE_LIMIT: Duration = Duration::from_secs(10);
/// How often it is looked for.
const CHANGE_POLL: Duration = Duration::from_millis(10);

const COLUMNS: &[Column] = &[
    ("https", "/https_url"),
    ("http", "/http_url"),
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
    /// Print the environment that leads unmodified programs to it
    #[command(after_help = "For any program in any language:\n\n    \
        env $(adls emulator env) python script.py")]
    Env,
    /// Run an emulator in the foreground
    #[command(hide = true)]
    Run(ServeOptions),
}

pub(crate) async fn run(context: &Context, command: EmulatorCommand) -> Outcome {
    match command {
        EmulatorCommand::Start(options) => start(context, options).await,
        EmulatorCommand::Stop => stop(context).await,
        EmulatorCommand::Status => status(context).await,
        EmulatorCommand::Env => env(context).await,
        EmulatorCommand::Run(options) => Ok(mock_aad::serve(options).await?),
    }
}

/// The files of the emulator that this configuration folder knows.
struct Files {
    ready: PathBuf,
    log: PathBuf,
    ca: PathBuf,
}

impl Files {
    fn of(context: &Context) -> Self {
        let folder = context.config.folder().join("emulator");
        Self {
            ready: folder.join("ready.json"),
            log: folder.join("emulator.log"),
            ca: folder.join("ca"),
        }
    }
}

async fn start(context: &Context, mut options: ServeOptions) -> Outcome {
    let files = Files::of(context);
    let ready = options.ready_file.get_or_insert_with(|| files.ready.clone()).clone();
    options.ca_dir.get_or_insert_with(|| files.ca.clone());
    if let Some(state) = ask_running(&ready).await? {
        context.printer.note("an emulator is running already");
        return announce(context, &ready, &state);
    }
    let folder = ready.parent().unwrap_or(Path::new("."));
    for folder in [folder, files.log.parent().unwrap_or(folder)] {
        std::fs::create_dir_all(folder).map_err(|e| Failure::file("create", folder, &e))?;
    }
    // What a killed emulator has left behind must not be taken for the new one.
    match std::fs::remove_file(&ready) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file("remove", &ready, &error));
        }
        _ => {}
    }
    spawn(&options, &files.log)?;
    let state = wait_until_ready(&ready, &files.log).await?;
    context.printer.note("the emulator is running; stop it with `adls emulator stop`");
    announce(context, &ready, &state)
}

fn spawn(options: &ServeOptions, log: &Path) -> Outcome {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program's own file: {error}")))?;
    let log_file =
        std::fs::File::create(log).map_err(|error| Failure::file("create", log, &error))?;
    let mut command = Command::new(&program);
    command
        .args(["emulator", "run"])
        .args(arguments(options))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log_file);
    // Ctrl+C in the terminal that started it is not meant for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let spawned = command.spawn();
    spawned.map(drop).map_err(|error| Failure::file("start", &program, &error))
}

/// The options as arguments of another process.
fn arguments(options: &ServeOptions) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut value = |flag: &str, value: OsString| {
        arguments.push(flag.into());
        arguments.push(value);
    };
    value("--listen", options.listen.to_string().into());
    value("--tls-listen", options.tls_listen.to_string().into());
    value("--proxy-listen", options.proxy_listen.to_string().into());
    let paths = [
        ("--config", &options.config),
        ("--ready-file", &options.ready_file),
        ("--ca-dir", &options.ca_dir),
        ("--state-dir", &options.state_dir),
    ];
    for (flag, path) in paths {
        if let Some(path) = path {
            value(flag, path.into());
        }
    }
    let switches = [
        ("--auto-create-accounts", options.auto_create_accounts),
        ("--allow-pseudo-auth", options.allow_pseudo_auth),
        ("--allow-remote", options.allow_remote),
    ];
    arguments.extend(switches.iter().filter(|(_, on)| *on).map(|(flag, _)| OsString::from(flag)));
    arguments
}

async fn wait_until_ready(ready: &Path, log: &Path) -> Outcome<Value> {
    let found = tokio::time::timeout(CHANGE_LIMIT, async {
        while !ready.exists() {
            tokio::time::sleep(CHANGE_POLL).await;
        }
    });
    if found.await.is_err() {
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let said = said.trim().lines().last().unwrap_or("it said nothing").to_owned();
        return Err(Failure::new(format!("the emulator did not start: {said}")));
    }
    read_state(ready)
}

fn announce(context: &Context, ready: &Path, state: &Value) -> Outcome {
    match context.printer.format() {
        crate::printer::Format::Table => {
            let quoted = ready.display().to_string().replace('\'', r"'\''");
            context.print(context.printer.line(&format!("export {EMULATOR}='{quoted}'")))
        }
        _ => context.print(context.printer.object(state, COLUMNS)),
    }
}

async fn stop(context: &Context) -> Outcome {
    let ready = ready_file(context);
    if ask_running(&ready).await?.is_none() {
        context.printer.note("no emulator is running");
        return Ok(());
    }
    let ready_file = ReadyFile::read(&ready)?;
    ask(&ready_file, http::Method::POST, "/_mock/shutdown")
        .await
        .map_err(|error| Failure::new(format!("cannot stop the emulator: {error}")))?;
    // Only then may another one be started in its place.
    let gone = tokio::time::timeout(CHANGE_LIMIT, async {
        while matches!(ask_running(&ready).await, Ok(Some(_))) || ready.exists() {
            tokio::time::sleep(CHANGE_POLL).await;
        }
    });
    if gone.await.is_err() {
        return Err(Failure::new("the emulator was asked to stop and is still there"));
    }
    context.printer.note("the emulator is stopped");
    Ok(())
}

async fn status(context: &Context) -> Outcome {
    context.print(context.printer.object(&running(context).await?, COLUMNS))
}

/// The proxy, and the certificate authority under the names that each language's libraries look for.
async fn env(context: &Context) -> Outcome {
    let state = running(context).await?;
    let value = |pointer: &str| state.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let ca = value("/ca_cert");
    let variables = [
        ("HTTPS_PROXY", value("/proxy_url")),
        ("REQUESTS_CA_BUNDLE", ca),
        ("SSL_CERT_FILE", ca),
        ("NODE_EXTRA_CA_CERTS", ca),
    ];
    let lines = variables.map(|(name, value)| format!("{name}={value}"));
    context.print(context.printer.line(&lines.join("\n")))
}

async fn running(context: &Context) -> Outcome<Value> {
    let state = ask_running(&ready_file(context)).await?;
    state.ok_or_else(|| {
        Failure::new("no emulator is running").hint("start one with `adls emulator start`")
    })
}

/// The ready file of the emulator that is meant: the environment's, else the own one.
fn ready_file(context: &Context) -> PathBuf {
    context.environment.emulator.clone().unwrap_or_else(|| Files::of(context).ready)
}

/// The state of the emulator behind a ready file; `None` when it does not answer.
async fn ask_running(ready: &Path) -> Outcome<Option<Value>> {
    if !ready.exists() {
        return Ok(None);
    }
    let ready_file = ReadyFile::read(ready)?;
    match ask(&ready_file, http::Method::GET, "/_mock/ready").await {
        Ok(answer) => Ok(Some(answer.json().map_err(|error| Failure::new(error.to_string()))?)),
        Err(_) => Ok(None),
    }
}

fn read_state(ready: &Path) -> Outcome<Value> {
    let text = std::fs::read(ready)
        .map_err(|e| Failure::file("read the emulator's ready file", ready, &e))?;
    serde_json::from_slice(&text).map_err(|error| {
        Failure::new(format!("{} is not an emulator's ready file: {error}", ready.display()))
    })
}

/// One question to the emulator's control interface, without retries: either it is there or not.
async fn ask(ready: &ReadyFile, method: http::Method, path: &str) -> adls_http::Result<Response> {
    let base: SafeUrl = ready.http_url.parse().map_err(|error: adls_http::ParseUrlError| {
        adls_http::Error::invalid_input(error.to_string())
    })?;
    let mut transport = adls_http::HttpTransportOptions::default();
    transport.use_system_proxy = false;
    let transport = adls_http::HttpTransport::new(&transport)?;
    let mut options = ClientOptions::with_transport(std::sync::Arc::new(transport));
    options.retry.max_retries = 0;
    let pipeline = Pipeline::builder(options).build()?;
    let url = base.with_path_and_query(path, &[]);
    pipeline.send(Request::new("emulator", method, url, Idempotency::Idempotent)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, Parser};

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        options: ServeOptions,
    }

    #[test]
    fn the_background_process_gets_every_option() {
        let mut given = vec!["emulator".to_owned()];
        for argument in ServeOptions::augment_args(clap::Command::new("x")).get_arguments() {
            let name = argument.get_long().unwrap();
            given.push(format!("--{name}"));
            if argument.get_action().takes_values() {
                given.push(if name.ends_with("listen") { "127.0.0.1:1" } else { "v" }.to_owned());
            }
        }
        let passed = arguments(&Cli::try_parse_from(&given).unwrap().options);
        let mut passed: Vec<_> = passed.iter().map(|text| text.to_str().unwrap()).collect();
        passed.sort_unstable();
        given.remove(0);
        given.sort_unstable();
        assert_eq!(passed, given);
    }
}
