//! An emulator as a process of its own, as long as the value lives.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::process::Process;

/// It is ready within milliseconds; a machine under load gets more.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running emulator; it ends when this is dropped.
pub(crate) struct Emulator {
    process: Child,
    /// The file that says where it is.
    pub(crate) ready_file: PathBuf,
    pub(crate) proxy_url: String,
    pub(crate) ca_cert: PathBuf,
    /// How long it took until it accepted.
    pub(crate) started_in: Duration,
}

/// What the harness needs of the ready file; the scripts read the rest.
#[derive(Deserialize)]
struct Ready {
    proxy_url: String,
    ca_cert: PathBuf,
}

impl Emulator {
    /// Starts `program` on free ports with further `flags`, in which paths are relative to `base`,
    /// and waits until it accepts. What it makes lies in `directory`, its output goes to `log`.
    pub(crate) fn start(
        program: &Path,
        flags: &[String],
        base: &Path,
        directory: &Path,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let ready_file = directory.join("ready.json");
        let output =
            File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let started = Instant::now();
        let mut process = Command::new(program)
            .arg("serve")
            .args(["--listen", "127.0.0.1:0"])
            .args(["--tls-listen", "127.0.0.1:0"])
            .args(["--proxy-listen", "127.0.0.1:0"])
            .arg("--ready-file")
            .arg(&ready_file)
            .arg("--ca-dir")
            .arg(directory.join("ca"))
            .args(flags)
            .current_dir(base)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        match wait_until_ready(&mut process, &ready_file) {
            Ok(ready) => {
                let Ready { proxy_url, ca_cert } = ready;
                let started_in = started.elapsed();
                Ok(Self { process, ready_file, proxy_url, ca_cert, started_in })
            }
            Err(error) => {
                end(&mut process);
                let said = std::fs::read_to_string(log).unwrap_or_default();
                Err(error.context(format!("the emulator did not start: {}", said.trim())))
            }
        }
    }
}

impl Emulator {
    /// Python with a script that signs in through the emulator's proxy, and goes straight to files.
    pub(crate) fn python(&self, interpreter: &Path, script: &Path) -> Command {
        let mut command = Command::new(interpreter);
        command.arg(script);
        command.env("HTTPS_PROXY", &self.proxy_url).env("NO_PROXY", ".localhost");
        command.env("REQUESTS_CA_BUNDLE", &self.ca_cert);
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONWARNINGS", "ignore");
        command
    }

    /// The process, of which the system may tell something.
    pub(crate) fn process(&self) -> Process {
        Process(self.process.id())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// The file is written in one step, so what exists is complete.
fn wait_until_ready(process: &mut Child, file: &Path) -> anyhow::Result<Ready> {
    let started = Instant::now();
    while started.elapsed() < START_TIMEOUT {
        if let Ok(text) = std::fs::read_to_string(file) {
            return serde_json::from_str(&text).context("cannot read the ready file");
        }
        if let Some(status) = process.try_wait()? {
            bail!("it ended with {status}");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    bail!("no ready file after {START_TIMEOUT:?}");
}

/// Ends a process that may have ended already; there is nothing to do about either failing.
fn end(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}
