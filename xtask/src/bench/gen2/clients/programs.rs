//! The programs that are compared, and how each is started.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde::Deserialize;

use crate::bench::compare::prepare;
use crate::bench::measure::{Sample, TimeSource, measure};
use crate::emulator::Emulator;
use crate::python;
use crate::workspace::{Workspace, executable};

/// The environment of the Python package.
pub(super) const REQUIREMENTS: &str = "requirements-gen2-suite.txt";

/// Where the package for Node has AzCopy.
const AZCOPY: &str = "node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64";

/// A program that does a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// Loops over reqwest.
    Bare,
    /// The crate `adls-fs`.
    Library,
    /// The command line.
    Adls,
    /// AzCopy over the DFS protocol.
    AzCopyDfs,
    /// AzCopy over the Blob protocol.
    AzCopyBlob,
    /// azure-storage-file-datalake.
    Sdk,
}

/// A program with what it is told to do. `{}` in an argument stands for what is unique to the run.
pub(super) struct Invocation {
    pub(super) program: Program,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Plain(String),
    /// A path in the account, which each program names otherwise.
    Remote(String),
}

impl Program {
    /// Those that others have made.
    pub(super) const PEERS: [Self; 3] = [Self::AzCopyDfs, Self::AzCopyBlob, Self::Sdk];

    /// What the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare reqwest",
            Self::Library => "adls-fs",
            Self::Adls => "adls",
            Self::AzCopyDfs => "AzCopy 10.32, DFS",
            Self::AzCopyBlob => "AzCopy 10.32, Blob",
            Self::Sdk => "Python SDK 12.26",
        }
    }

    /// Whether it needs an environment.
    pub(super) fn is_python(self) -> bool {
        self == Self::Sdk
    }

    /// Whose clock counts where `ours` does for the toolkit: never that of a whole process with an
    /// interpreter in it.
    pub(super) fn timed(self, ours: TimeSource) -> TimeSource {
        if self.is_python() { TimeSource::Reported } else { ours }
    }
}

/// Where the programs are, and the account.
pub(super) struct Programs<'a> {
    emulator: &'a Emulator,
    bench: PathBuf,
    adls: PathBuf,
    /// The directory of what foreign programs need.
    foreign: PathBuf,
    sdk: PathBuf,
    /// The directory in which programs keep their settings.
    home: PathBuf,
    account: Account,
    application: Application,
}

/// What the ready file says of the application that owns the data.
#[derive(Deserialize)]
struct Application {
    tenant_id: String,
    client_id: String,
    client_secret: String,
}

/// What the ready file says of the account.
#[derive(Deserialize)]
pub(super) struct Account {
    #[serde(rename = "gen2_account")]
    name: String,
    #[serde(rename = "gen2_filesystem")]
    file_system: String,
    /// The query behind a URL that lets AzCopy in, once there is one.
    #[serde(skip)]
    signature: String,
}

impl Account {
    /// A path as a program is told it.
    fn address(&self, program: Program, path: &str) -> String {
        let Self { name, file_system, signature } = self;
        let protocol = match program {
            Program::Bare | Program::Library | Program::Sdk => return path.to_owned(),
            Program::Adls => return format!("abfss://{file_system}@{name}{path}"),
            Program::AzCopyDfs => "dfs",
            Program::AzCopyBlob => "blob",
        };
        format!("https://{name}.{protocol}.core.windows.net/{file_system}{path}?{signature}")
    }
}

impl<'a> Programs<'a> {
    pub(super) fn new(
        workspace: &Workspace,
        emulator: &'a Emulator,
        bench: &Path,
        scratch: &Path,
    ) -> anyhow::Result<Self> {
        let ready = std::fs::read_to_string(&emulator.ready_file)?;
        let mut this = Self {
            emulator,
            bench: bench.to_owned(),
            adls: workspace.target.join("release").join(executable("adls")),
            foreign: workspace.target.join("interop"),
            sdk: workspace.root.join("tests/benches/gen2_sdk.py"),
            home: scratch.join("home"),
            account: serde_json::from_str(&ready)?,
            application: serde_json::from_str(&ready)?,
        };
        let file = scratch.join("signature");
        this.prepare(&["signature", &file.to_string_lossy()])?;
        this.account.signature = std::fs::read_to_string(file)?;
        Ok(this)
    }

    /// Lets `adls` have a token at hand; the bare loops get one, too.
    pub(super) fn sign_in(&self) -> anyhow::Result<()> {
        let root = self.account.address(Program::Adls, "/");
        measure(self.adls().args(["--quiet", "fs", "test", &root]), TimeSource::Process)?;
        self.prepare(&["token", &self.token().to_string_lossy()])
    }

    /// Has the benchmark's own program make or remove something.
    pub(super) fn prepare(&self, arguments: &[&str]) -> anyhow::Result<()> {
        prepare(self.bench(&[]), arguments)
    }

    /// Measures one line; `unique` stands for `{}` in its arguments.
    pub(super) fn run(
        &self,
        line: &Invocation,
        ours: TimeSource,
        unique: &str,
    ) -> anyhow::Result<Sample> {
        let mut command = self.command(line.program)?;
        command.args(line.arguments.iter().map(|argument| match argument {
            Argument::Plain(text) => text.replace("{}", unique),
            Argument::Remote(path) => {
                self.account.address(line.program, &path.replace("{}", unique))
            }
        }));
        measure(&mut command, line.program.timed(ours))
    }

    fn command(&self, program: Program) -> anyhow::Result<Command> {
        Ok(match program {
            Program::Bare => self.bench(&["bare", &self.token().to_string_lossy()]),
            Program::Library => self.bench(&["library"]),
            Program::Adls => self.adls(),
            Program::AzCopyDfs | Program::AzCopyBlob => self.azcopy()?,
            Program::Sdk => self.sdk()?,
        })
    }

    fn bench(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.bench);
        command.arg(&self.emulator.ready_file).args(words);
        command
    }

    /// The file with the token of the bare loops.
    fn token(&self) -> PathBuf {
        self.home.with_file_name("token")
    }

    fn adls(&self) -> Command {
        let mut command = Command::new(&self.adls);
        command.env("ADLS_EMULATOR", &self.emulator.ready_file);
        command.env("ADLS_CONFIG_DIR", &self.home);
        let Application { tenant_id, client_id, client_secret } = &self.application;
        command.env("AZURE_TENANT_ID", tenant_id).env("AZURE_CLIENT_ID", client_id);
        command.env("AZURE_CLIENT_SECRET", client_secret);
        command
    }

    /// Goes to the emulator through its proxy, since AzCopy takes an account for one only by the names that the
    /// cloud has: one more request a connection, and the same TLS behind it.
    fn azcopy(&self) -> anyhow::Result<Command> {
        let program = self.foreign.join("azcopy").join(AZCOPY);
        make_executable(&program)
            .with_context(|| format!("there is no AzCopy at {}", program.display()))?;
        let mut command = Command::new(program);
        command.env("HOME", &self.home).env("AZCOPY_DISABLE_SYSLOG", "true");
        command.env("AZCOPY_LOG_LOCATION", self.home.join("logs"));
        command.env("AZCOPY_JOB_PLAN_LOCATION", self.home.join("plans"));
        command.env("HTTPS_PROXY", &self.emulator.proxy_url);
        command.env("SSL_CERT_FILE", &self.emulator.ca_cert);
        Ok(command)
    }

    /// Signs in through the emulator's proxy, and goes straight to the files.
    fn sdk(&self) -> anyhow::Result<Command> {
        let interpreter = python::interpreter(&self.foreign, Path::new(REQUIREMENTS))?;
        let mut command = self.emulator.python(&interpreter, &self.sdk);
        command.arg(&self.emulator.ready_file);
        Ok(command)
    }
}

/// The package has lost the bit on its way to the registry.
fn make_executable(program: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755))?;
    }
    std::fs::metadata(program).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_has_its_own_address_of_a_path() {
        let account = Account {
            name: "one".to_owned(),
            file_system: "fs".to_owned(),
            signature: "sig=1".to_owned(),
        };
        let of = |program| account.address(program, "/a/b");
        assert_eq!(of(Program::Bare), "/a/b");
        assert_eq!(of(Program::Adls), "abfss://fs@one/a/b");
        assert_eq!(of(Program::AzCopyBlob), "https://one.blob.core.windows.net/fs/a/b?sig=1");
        assert_eq!(of(Program::AzCopyDfs), "https://one.dfs.core.windows.net/fs/a/b?sig=1");
    }
}
