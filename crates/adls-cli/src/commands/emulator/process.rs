//! The emulator's own process in the background.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mock_aad::{Durability, ServeOptions};

use crate::failure::{Failure, Outcome};

/// Starts it; what it says goes to the log.
pub(super) fn spawn(options: &ServeOptions, log: &Path) -> Outcome<Child> {
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
