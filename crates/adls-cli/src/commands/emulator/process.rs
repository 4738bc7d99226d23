//! The emulator's own process in the background.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clap::ValueEnum as _;
use mock_aad::{CONTROL_TOKEN, Durability, ServeOptions};

use crate::failure::{Failure, Outcome};

/// Starts it; what it says goes to the log.
pub(super) fn spawn(options: &ServeOptions, log: &Path) -> Outcome<Child> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program's own file: {error}")))?;
    let cannot_create = |error| Failure::file("create", log, &error);
    let log_file = std::fs::File::create(log).map_err(cannot_create)?;
    // Both streams write behind each other, through one position.
    let access_log = log_file.try_clone().map_err(cannot_create)?;
    let mut command = Command::new(&program);
    command
        .args(["emulator", "run"])
        .args(arguments(options))
        .stdin(Stdio::null())
        .stdout(access_log)
        .stderr(log_file);
    // Not as an argument, which every user of the machine could read.
    if let Some(token) = &options.control_token {
        command.env(CONTROL_TOKEN, token.reveal());
    }
    // Ctrl+C in the terminal that started it is not meant for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(|error| Failure::file("start", &program, &error))
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
    if options.durability != Durability::default() {
        value("--durability", "relaxed".into());
    }
    if let Some(host) = &options.public_host {
        value("--public-host", host.into());
    }
    if let Some(log) = options.log.and_then(|log| log.to_possible_value()) {
        value("--log", log.get_name().into());
    }
    let paths = [
        ("--config", &options.config),
        ("--ready-file", &options.ready_file),
        ("--ca-dir", &options.ca_dir),
        ("--seed-dir", &options.seed_dir),
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
        ("--proxy-passthrough", options.proxy_passthrough),
    ];
    arguments.extend(switches.iter().filter(|(_, on)| *on).map(|(flag, _)| OsString::from(flag)));
    arguments
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
            // It goes by the environment.
            if name == "control-token" {
                continue;
            }
            given.push(format!("--{name}"));
            if argument.get_action().takes_values() {
                // The last word of a list is not the default.
                let words = argument.get_possible_values();
                given.push(match words.last() {
                    Some(word) => word.get_name().to_owned(),
                    None if name.ends_with("listen") => "127.0.0.1:1".to_owned(),
                    None => "v".to_owned(),
                });
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
