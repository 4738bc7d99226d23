//! `adls emulator env` and `exec`: other programs that take the emulator for Azure.

use std::ffi::{OsStr, OsString};

use clap::Args;
use mock_aad::{ProgramEnvironment, RunOptions, ServeOptions};
use serde_json::{Map, Value};

use super::control::ControlClient;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Format;

/// Which program.
#[derive(Debug, Args)]
#[command(after_help = "For any program in any language:\n\n    \
    adls emulator exec -- python script.py\n\n\
    Where none runs, one is started for the program, and ends with it. The exit code is the program's; 127 \
    when there is no such program.")]
pub(crate) struct ExecArgs {
    /// The program and its arguments
    #[arg(
        value_name = "PROGRAM",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<OsString>,
}

/// The environment that leads programs to an emulator, by its state.
fn environment(state: &Value) -> ProgramEnvironment<'_> {
    let value = |pointer: &str| state.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    ProgramEnvironment::new(value("/proxy_url"), value("/ca_cert"))
}

pub(super) async fn env(context: &Context) -> Outcome {
    let state = super::running(context).await?;
    let environment = environment(&state);
    if matches!(context.printer.format(), Format::Json | Format::Jsonl) {
        let object: Map<_, _> = environment
            .variables()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into_iter()
            .collect();
        return context.printer.json(&Value::Object(object));
    }
    environment.lines().iter().try_for_each(|line| context.printer.line(line))
}

/// Against the emulator that runs, or one that is there for the program alone.
pub(super) async fn exec(context: &Context, args: ExecArgs) -> Outcome {
    let ready = super::ready_file(context);
    let Some(state) = ControlClient::new()?.state(&ready).await? else {
        return match context.environment.emulator {
            // Whoever has named one means that one.
            Some(_) => Err(super::not_running(context)),
            None => exec_alone(args).await,
        };
    };
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Failure::usage("no program is named"));
    };
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    environment(&state).apply(&mut command, &ready);
    replace_process(command, program)
}

async fn exec_alone(args: ExecArgs) -> Outcome {
    let options = RunOptions { emulator: ServeOptions::default(), command: args.command };
    match mock_aad::run(options).await {
        Ok(0) => Ok(()),
        Ok(code) => Err(Failure::ended(code)),
        Err(mock_aad::Error::Program { program, source }) => {
            Err(Failure::not_run(&program.to_string_lossy(), &source))
        }
        Err(error) => Err(error.into()),
    }
}

/// Signals, terminal and exit code are the program's own, because it takes the place of this process.
#[cfg(unix)]
fn replace_process(mut command: std::process::Command, program: &OsStr) -> Outcome {
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    Err(Failure::not_run(&program.to_string_lossy(), &error))
}

/// Ctrl+C and the end of the console reach the program by themselves, as one of the same console.
#[cfg(not(unix))]
fn replace_process(mut command: std::process::Command, program: &OsStr) -> Outcome {
    let status = command.status();
    let status = status.map_err(|error| Failure::not_run(&program.to_string_lossy(), &error))?;
    std::process::exit(status.code().unwrap_or(1))
}
