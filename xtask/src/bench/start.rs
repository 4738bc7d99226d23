//! What a person waits for before anything happens: programs that start, and an emulator at rest.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use xshell::{Shell, cmd};

use super::measure::{Sample, TimeSource, measure, median};
use crate::emulator::Emulator;
use crate::steps::step;
use crate::workspace::{Workspace, executable};

const RUNS: usize = 15;

/// What the project promises.
const EMULATOR_START: Duration = Duration::from_millis(50);
const EMULATOR_MEMORY: u64 = 20 << 20;
const VERSION: Duration = Duration::from_millis(10);
const LISTING: Duration = Duration::from_millis(30);

/// Builds in release, measures and prints.
///
/// # Errors
/// When a program cannot be built or fails.
pub(super) fn run(shell: &Shell, workspace: &Workspace) -> anyhow::Result<()> {
    step("build", || {
        Ok(cmd!(shell, "cargo build --release --locked --package adls-cli --package mock-aad")
            .run()?)
    })?;
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let built = workspace.target.join("release");
    let (adls, mock) = (built.join(executable("adls")), built.join(executable("mock-aad")));
    let log = workspace.target.join("bench.emulator.log");
    let start = || Emulator::start(&mock, &[], scratch.path(), scratch.path(), &log);

    // The first one makes its certificates, which the others find.
    drop(start()?);
    let mut starts = Vec::new();
    for _ in 0..RUNS {
        std::fs::remove_file(scratch.path().join("ready.json"))?;
        starts.push(start()?.started_in);
    }
    starts.sort();
    std::fs::remove_file(scratch.path().join("ready.json"))?;
    let emulator = start()?;
    let memory = emulator.process().resident_memory();

    let home = scratch.path().join("home");
    sign_in(&adls, &home, &emulator.ready_file)?;
    let ls = |directory: &str| {
        let mut command = Command::new(&adls);
        command.env("ADLS_EMULATOR", &emulator.ready_file).env("ADLS_CONFIG_DIR", &home);
        command.args(["fs", "ls", directory]);
        command
    };
    let version = process(|| {
        let mut command = Command::new(&adls);
        command.arg("--version");
        command
    })?;
    let listing = process(|| ls("/"))?;

    println!("{}", report("emulator, start to ready", starts[RUNS / 2], EMULATOR_START));
    match memory {
        Some(bytes) => println!(
            "{} emulator at rest: {:.1} MiB; promised: at most {} MiB",
            super::verdict(bytes <= EMULATOR_MEMORY),
            bytes as f64 / f64::from(1 << 20),
            EMULATOR_MEMORY >> 20
        ),
        None => println!("emulator at rest: this system does not tell its memory"),
    }
    for (what, sample, most) in [
        ("adls --version", version, VERSION),
        ("adls fs ls, signed in, an empty directory", listing, LISTING),
    ] {
        let peak = sample.peak as f64 / f64::from(1 << 20);
        println!("{}; peak memory {peak:.1} MiB", report(what, sample.time, most));
    }
    Ok(())
}

fn report(what: &str, time: Duration, most: Duration) -> String {
    format!(
        "{} {what}: {:.1} ms; promised: at most {} ms",
        super::verdict(time <= most),
        time.as_secs_f64() * 1e3,
        most.as_millis()
    )
}

fn process(command: impl Fn() -> Command) -> anyhow::Result<Sample> {
    let runs = (0..RUNS).map(|_| measure(&mut command(), TimeSource::Process));
    let samples = runs.collect::<anyhow::Result<Vec<_>>>()?;
    median(samples).context("no run")
}

/// Signs `adls` in as the application of the ready file.
pub(super) fn sign_in(adls: &Path, home: &Path, ready_file: &Path) -> anyhow::Result<()> {
    #[derive(serde::Deserialize)]
    struct Application {
        client_id: String,
        client_secret: String,
        tenant_id: String,
    }
    let ready = std::fs::read_to_string(ready_file)?;
    let Application { client_id, client_secret, tenant_id } = serde_json::from_str(&ready)?;
    let mut secret = tempfile::tempfile()?;
    std::io::Write::write_all(&mut secret, client_secret.as_bytes())?;
    std::io::Seek::rewind(&mut secret)?;
    let status = Command::new(adls)
        .env("ADLS_EMULATOR", ready_file)
        .env("ADLS_CONFIG_DIR", home)
        .args(["login", "--service-principal", "--client-id", &client_id])
        .args(["--tenant", &tenant_id, "--password-stdin", "--quiet"])
        .stdin(secret)
        .stdout(Stdio::null())
        .status()
        .context("cannot start adls")?;
    if !status.success() {
        bail!("adls login ended with {status}");
    }
    Ok(())
}
