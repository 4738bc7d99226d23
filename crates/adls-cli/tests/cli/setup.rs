//! An emulator, and the binary run against it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use assert_cmd::Command;
use mock_aad::{Emulator, Seed};
use serde_json::Value;
use tempfile::TempDir;

/// An emulator and a configuration directory of its own.
pub(crate) struct Setup {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) emulator: Emulator,
    pub(crate) directory: TempDir,
}

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self::with_seed(Seed { device_code_interval: 1, ..Seed::default() })
    }

    pub(crate) fn with_seed(seed: Seed) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let emulator = runtime.block_on(Emulator::builder().seed(seed).start()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let ready = serde_json::to_vec(emulator.ready()).unwrap();
        fs::write(directory.path().join("ready.json"), ready).unwrap();
        Self { runtime, emulator, directory }
    }

    /// Signed in as the user of the seed.
    pub(crate) fn signed_in() -> Self {
        Self::new().sign_in()
    }

    pub(crate) fn sign_in(self) -> Self {
        let setup = self;
        let ready = setup.emulator.ready();
        let mut login =
            setup.command(&["login", "--username", &ready.username, "--password-stdin"]);
        let run = finish(login.write_stdin(ready.password.clone()));
        assert_eq!(run.code, 0, "{}", run.stderr);
        setup
    }

    /// Signed in as the application of the seed, by its secret.
    pub(crate) fn signed_in_as_application() -> Self {
        let setup = Self::new();
        let ready = setup.emulator.ready();
        let arguments =
            ["login", "--service-principal", "--client-id", &ready.client_id, "--password-stdin"];
        let run = finish(setup.command(&arguments).write_stdin(ready.client_secret.clone()));
        assert_eq!(run.code, 0, "{}", run.stderr);
        setup
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_adls"));
        command
            .args(arguments)
            .env_clear()
            .env("ADLS_CONFIG_DIR", self.directory.path().join("config"))
            .env("ADLS_EMULATOR", self.directory.path().join("ready.json"));
        command
    }

    /// Starts a command and does not wait for it; its stderr is kept.
    pub(crate) fn spawn(&self, arguments: &[&str], stdout: Stdio) -> Child {
        self.spawn_with(arguments, Stdio::null(), stdout)
    }

    pub(crate) fn spawn_with(&self, arguments: &[&str], stdin: Stdio, stdout: Stdio) -> Child {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_adls"));
        command
            .args(arguments)
            .env_clear()
            .env("ADLS_CONFIG_DIR", self.directory.path().join("config"))
            .env("ADLS_EMULATOR", self.directory.path().join("ready.json"))
            .stdin(stdin)
            .stdout(stdout)
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command(arguments))
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub(crate) fn stdout(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.stderr);
        run.stdout
    }

    /// What a question that is answered with no prints.
    pub(crate) fn answer(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{arguments:?}: {}", run.stdout);
        run.stdout
    }

    /// What a command that must succeed prints as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let text = self.stdout(&[arguments, &["-o", "json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    /// What a command that must fail says, with its exit code.
    pub(crate) fn failure(&self, arguments: &[&str]) -> (i32, String) {
        let run = self.run(arguments);
        assert_ne!(run.code, 0, "{arguments:?}: {}", run.stdout);
        assert_eq!(run.stdout, "", "{arguments:?}");
        (run.code, run.stderr)
    }

    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        // The emulator's tasks end with their runtime; entering it lets them close their sockets.
        let _guard = self.runtime.enter();
    }
}

pub(crate) fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
