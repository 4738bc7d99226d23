//! `adls emulator`: one in the background, and programs that take it for Azure.

use std::fs;

use assert_cmd::Command;

use super::setup::{Run, Setup, finish};

/// A configuration directory without an emulator.
struct Own(tempfile::TempDir);

impl Own {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adls"));
        command.env_clear().env("ADLS_CONFIG_DIR", self.0.path()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command(arguments))
    }
}

/// Ends what a failed test has left behind.
impl Drop for Own {
    fn drop(&mut self) {
        self.run(&["emulator", "stop"]);
    }
}

#[test]
fn one_in_the_background() {
    let own = Own::new();
    assert_eq!(own.run(&["emulator", "status"]).code, 1);
    assert_eq!(own.run(&["emulator", "logs"]).code, 1);
    let started = own.run(&["emulator", "start", "--log", "text"]);
    assert_eq!(started.code, 0, "{}", started.stderr);
    assert!(started.stdout.starts_with("export ADLS_EMULATOR='"), "{}", started.stdout);
    assert!(started.stderr.contains("/_mock/"), "{}", started.stderr);
    assert!(own.run(&["emulator", "start"]).stderr.contains("running already"));
    let status = own.run(&["emulator", "status"]);
    assert_eq!(status.code, 0);
    assert!(status.stdout.contains("control page"), "{}", status.stdout);
    let state: serde_json::Value =
        serde_json::from_str(&own.run(&["emulator", "status", "-o", "json"]).stdout).unwrap();
    let page = format!("{}/_mock/", state["http_url"].as_str().unwrap());
    assert_eq!(state["control_page"], page);

    let ready = own.0.path().join("emulator/ready.json");
    let mut login = own.command(&["login", "--username", "user@emulator.test", "--password-stdin"]);
    login.env("ADLS_EMULATOR", &ready);
    assert_eq!(finish(login.write_stdin("Emulator-Passw0rd")).code, 0);
    let files = |arguments: &[&str]| finish(own.command(arguments).env("ADLS_EMULATOR", &ready));
    assert_eq!(files(&["fs", "mkdir", "/kept"]).code, 0);
    let reset = own.run(&["emulator", "reset"]);
    assert_eq!((reset.code, reset.stdout.as_str()), (0, ""), "{}", reset.stderr);
    assert_eq!(files(&["fs", "test", "/kept"]).code, 1);
    let logs = own.run(&["emulator", "logs"]);
    assert!(logs.stdout.contains("mock-aad listens on"), "{}", logs.stdout);
    assert!(logs.stdout.contains("/kept?op=MKDIRS"), "{}", logs.stdout);
    assert!(!logs.stdout.contains("Bearer"), "{}", logs.stdout);

    assert_eq!(own.run(&["emulator", "stop"]).code, 0);
    assert_eq!(own.run(&["emulator", "stop"]).stderr.trim(), "no emulator is running");
}

#[test]
fn a_program_is_led_to_the_one_that_runs() {
    let setup = Setup::new();
    let ready = setup.emulator.ready();
    let script = r#"echo "$HTTPS_PROXY $ADLS_EMULATOR"; exit 5"#;
    let run = setup.run(&["emulator", "exec", "--", "/bin/sh", "-c", script]);
    assert_eq!(run.code, 5, "{}", run.stderr);
    let file = setup.directory.path().join("ready.json");
    assert_eq!(run.stdout, format!("{} {}\n", ready.proxy_url, file.display()));
    let run = setup.run(&["emulator", "exec", "--", "/nonexistent/program"]);
    assert_eq!(run.code, 127, "{}", run.stderr);
}

#[test]
fn a_program_gets_one_of_its_own_where_none_runs() {
    let own = Own::new();
    let script = r#"test -f "$ADLS_EMULATOR" && echo "$HTTPS_PROXY"; exit 5"#;
    let run = own.run(&["emulator", "exec", "--", "/bin/sh", "-c", script]);
    assert_eq!((run.code, run.stderr.as_str()), (5, ""), "{}", run.stdout);
    assert!(run.stdout.starts_with("http://127.0.0.1:"), "{}", run.stdout);
    assert_eq!(own.run(&["emulator", "exec", "--", "/bin/true"]).code, 0);
    let run = own.run(&["emulator", "exec", "--", "/nonexistent/program"]);
    assert_eq!(run.code, 127, "{}", run.stderr);
    assert_eq!(own.run(&["emulator", "status"]).code, 1);
    // Whoever has named one means that one.
    let mut named = own.command(&["emulator", "exec", "--", "/bin/true"]);
    let run = finish(named.env("ADLS_EMULATOR", own.0.path().join("gone.json")));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("unset it"), "{}", run.stderr);
}

mod read_change_write_under_a_lock {
    use super::*;

    #[test]
    fn of_many_emulators_started_at_once_one_runs() {
        let directory = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_adls"));
            command.env_clear().env("ADLS_CONFIG_DIR", directory.path()).args(arguments);
            finish(&mut command)
        };
        let started: Vec<_> = std::thread::scope(|scope| {
            let starts = (0..6).map(|_| scope.spawn(|| run(&["emulator", "start"])));
            starts.collect::<Vec<_>>().into_iter().map(|start| start.join().unwrap()).collect()
        });
        let second = started.iter().filter(|run| run.stderr.contains("is running already"));
        assert_eq!(second.count(), 5);
        assert!(started.iter().all(|run| run.code == 0 && run.stdout == started[0].stdout));
        // Also with a configuration that nobody can read.
        fs::write(directory.path().join("config.toml"), "account = 3").unwrap();
        let stopped = run(&["emulator", "stop"]);
        assert_eq!((stopped.code, stopped.stderr.trim()), (0, "the emulator is stopped"));
        assert_eq!(run(&["emulator", "stop"]).stderr.trim(), "no emulator is running");
    }
}

#[test]
fn an_emulator_that_cannot_start_says_why() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_adls"));
    let address = taken.local_addr().unwrap().to_string();
    command.env_clear().env("ADLS_CONFIG_DIR", directory.path());
    let run = finish(command.args(["emulator", "start", "--listen", &address]));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains(&address), "{}", run.stderr);
}
