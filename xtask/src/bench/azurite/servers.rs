//! The two servers, each with an empty directory for its data.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::bench::measure::Sample;
use crate::emulator::Emulator;
use crate::process::Process;

/// The account that Azurite has from the start, as its documentation gives it.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Node needs a while on a machine under load.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// What is measured.
pub(super) trait Server {
    fn process(&self) -> Process;
    /// A file that says where it is, as the emulator writes it.
    fn ready_file(&self) -> &Path;
    /// From its start to its first answer.
    fn started(&self) -> Sample;
}

/// A time of which nothing else is known.
pub(super) fn sample(time: Duration) -> Sample {
    Sample { time, cpu: Duration::ZERO, peak: 0 }
}

/// The emulator with a state directory.
pub(super) struct Ours {
    emulator: Emulator,
    started_in: Duration,
    _directory: TempDir,
}

/// Starts the emulator. Azurite does not wait for the disk, so that the emulator does not either.
pub(super) fn emulator(program: &Path, log: &Path) -> anyhow::Result<Ours> {
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    let state = directory.path().join("state").to_string_lossy().into_owned();
    let flags = ["--state-dir", &state, "--durability", "relaxed"].map(str::to_owned);
    let started = Instant::now();
    let emulator = Emulator::start(program, &flags, directory.path(), directory.path(), log)?;
    let ready: Value = serde_json::from_str(&std::fs::read_to_string(&emulator.ready_file)?)?;
    let url = ready["http_url"].as_str().context("the ready file has no http_url")?;
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    wait_for_answer(address.parse()?, || Ok(()))?;
    Ok(Ours { emulator, started_in: started.elapsed(), _directory: directory })
}

impl Server for Ours {
    fn process(&self) -> Process {
        self.emulator.process()
    }

    fn ready_file(&self) -> &Path {
        &self.emulator.ready_file
    }

    fn started(&self) -> Sample {
        sample(self.started_in)
    }
}

/// Azurite's server of Blob.
pub(super) struct Azurite {
    child: Child,
    started_in: Duration,
    ready_file: PathBuf,
    _directory: TempDir,
}

impl Azurite {
    /// Starts it from its packages. Its clients read the ready file of an emulator of ours that says where it is
    /// instead, so that they are the same.
    pub(super) fn start(packages: &Path, ours: &Path, log: &Path) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let emulator = Emulator::start(ours, &[], directory.path(), directory.path(), log)?;
        let mut ready: Value =
            serde_json::from_str(&std::fs::read_to_string(&emulator.ready_file)?)?;
        drop(emulator);
        let address = free_address()?;
        for (name, value) in [
            ("http_url", format!("http://{address}")),
            ("gen2_account", ACCOUNT.to_owned()),
            ("gen2_key", KEY.to_owned()),
            ("gen2_filesystem", "bench".to_owned()),
        ] {
            ready[name] = value.into();
        }
        let ready_file = directory.path().join("azurite.json");
        std::fs::write(&ready_file, serde_json::to_vec(&ready)?)?;
        let program = packages.join("node_modules/azurite/dist/src/blob/main.js");
        let output = File::create(log)?;
        let started = Instant::now();
        let child = Command::new("node")
            .arg(program)
            .args(["--silent", "--skipApiVersionCheck", "--disableTelemetry"])
            .args(["--blobHost", "127.0.0.1", "--blobPort", &address.port().to_string()])
            .arg("--location")
            .arg(directory.path().join("data"))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("cannot start node")?;
        let mut azurite =
            Self { child, started_in: Duration::ZERO, ready_file, _directory: directory };
        wait_for_answer(address, || match azurite.child.try_wait()? {
            Some(status) => bail!("Azurite ended with {status}; see {}", log.display()),
            None => Ok(()),
        })?;
        azurite.started_in = started.elapsed();
        Ok(azurite)
    }
}

impl Server for Azurite {
    fn process(&self) -> Process {
        Process(self.child.id())
    }

    fn ready_file(&self) -> &Path {
        &self.ready_file
    }

    fn started(&self) -> Sample {
        sample(self.started_in)
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        // It may have ended already; there is nothing to do about either failing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Nobody listens there now.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Waits until a server answers anything at all.
fn wait_for_answer(
    address: SocketAddr,
    mut is_alive: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let started = Instant::now();
    while started.elapsed() < START_TIMEOUT {
        is_alive()?;
        if answers(address).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    bail!("no answer from {address} after {START_TIMEOUT:?}");
}

fn answers(address: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(START_TIMEOUT))?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    stream.read_exact(&mut [0; 8])
}
