//! `adls emulator env` and `exec`: other programs that take the emulator for Azure.

use std::ffi::{OsStr, OsString};

use clap::Args;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::environment::EMULATOR;
use crate::failure::{Failure, Outcome};
use crate::printer::Format;

/// Which program.
#[derive(Debug, Args)]
#[command(after_help = "For any program in any language:\n\n    \
    adls emulator exec -- python script.py\n\n\
    Its exit code is the program's; 127 when there is no such program.")]
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

/// Variables that would lead past the emulator's proxy.
const NO_PROXY_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The proxy, and the certificate authority under the names that each language's libraries look for.
fn variables(state: &Value) -> [(&'static str, &str); 4] {
    let value = |pointer: &str| state.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let ca = value("/ca_cert");
    [
        ("HTTPS_PROXY", value("/proxy_url")),
        ("REQUESTS_CA_BUNDLE", ca),
        ("SSL_CERT_FILE", ca),
        ("NODE_EXTRA_CA_CERTS", ca),
    ]
}

pub(super) async fn env(context: &Context) -> Outcome {
    let state = super::running(context).await?;
    let variables = variables(&state);
    if matches!(context.printer.format(), Format::Json | Format::Jsonl) {
        let object: Map<_, _> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        return context.printer.json(&Value::Object(object));
    }
    let lines = variables.map(|(name, value)| format!("{name}={}", shell_quote_if_needed(value)));
    lines.iter().try_for_each(|line| context.printer.line(line))
}

pub(super) async fn exec(context: &Context, args: &ExecArgs) -> Outcome {
    let state = super::running(context).await?;
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Failure::usage("no program is named"));
    };
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    for (name, value) in variables(&state) {
        command.env(name, value);
    }
    // Some libraries look at the other spelling first.
    command.env("https_proxy", variables(&state)[0].1);
    for name in NO_PROXY_VARIABLES {
        command.env_remove(name);
    }
    let ready = super::ready_file(context);
    command.env(EMULATOR, std::path::absolute(&ready).unwrap_or(ready));
    replace_process(command, program)
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

/// A value that a shell takes as one word whatever is in it.
pub(super) fn shell_quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// The same only where it is needed: then `env $(adls emulator env) program` works as well.
fn shell_quote_if_needed(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        shell_quote(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(shell_quote_if_needed("http://127.0.0.1:1"), "http://127.0.0.1:1");
        assert_eq!(shell_quote_if_needed("/my config's/ca.pem"), r"'/my config'\''s/ca.pem'");
        assert_eq!(shell_quote_if_needed(""), "''");
        assert_eq!(shell_quote_if_needed("a$b"), "'a$b'");
    }
}
