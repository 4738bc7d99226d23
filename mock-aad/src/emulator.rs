//! The emulator as a value: start it, talk to it, stop it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use url::Host;

use crate::clock::Clock;
use crate::control::{Control, ControlToken, Guard, OnRequest};
use crate::error::Error;
use crate::front::faults::FaultRule;
use crate::front::hosts::AnsweredHosts;
use crate::front::listen::{Addresses, Bound, Running};
use crate::front::ready::{Places, Ready};
use crate::front::recorder::RecordedRequest;
use crate::front::tls::{Authority, CA_FILE};
use crate::front::{Front, files};
use crate::namespace::Lake;
use crate::seed::{self, Seed};
use crate::state::{EmulatorState, SnapshotId, check_initial_accounts};
use crate::webhdfs::{Options, PseudoNames};

/// A running emulator. It ends when it is dropped; [`shutdown`](Self::shutdown) ends it gracefully.
#[derive(Debug)]
pub struct Emulator {
    control: Arc<Control>,
    running: Running,
    set_aside: Vec<String>,
    /// Holds the certificate files when no directory was named for them.
    _files: Option<TempDir>,
}

/// How an emulator is to be started.
#[derive(Clone, Debug)]
pub struct Builder {
    addresses: Addresses,
    seed: Seed,
    options: Options,
    ca_dir: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    durability: Durability,
    allow_remote: bool,
    control_token: Option<ControlToken>,
    public_host: Option<String>,
    proxy_passthrough: bool,
    on_request: Option<OnRequest>,
}

/// What an answer promises about a state directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Durability {
    /// A crash of the machine loses nothing that was answered
    #[default]
    Full,
    /// Faster: the end of the process loses nothing, a crash of the machine may lose everything
    Relaxed,
}

impl Emulator {
    /// An emulator with the seed state, listening on free loopback ports.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens and whom it knows.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.control.ready
    }

    /// The emulator's clock: tokens, operations and files go by it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.control.state.clock
    }

    /// Back to the seed state and to real time. Tokens that are out stay valid, snapshots stay. With a
    /// state directory it blocks until that is on disk; when it cannot be, nothing changes, which the
    /// log tells.
    pub fn reset(&self) {
        if let Err(error) = self.control.reset() {
            tracing::error!(%error, "no reset");
        }
    }

    /// Keeps the state of the services and of the clock as it is now, to be gone back to. It costs little,
    /// whatever the size of the files: their bytes are shared. A request that is under way may be in
    /// it in part.
    ///
    /// # Errors
    /// [`Error::TooManySnapshots`] when 64 are kept; [`forget_snapshot`](Self::forget_snapshot) ends one.
    pub fn snapshot(&self) -> Result<SnapshotId, Error> {
        self.control.state.snapshot()
    }

    /// Back to a snapshot, as often as needed. Refresh tokens, device codes and sessions are those of the
    /// snapshot; access tokens that are younger stay valid, as the keys do not change. Fault rules and
    /// recorded requests stay as they are.
    ///
    /// # Errors
    /// [`Error::UnknownSnapshot`], or [`Error::NotStored`] from a state directory, for which it blocks;
    /// then nothing has changed.
    pub fn restore(&self, id: &SnapshotId) -> Result<(), Error> {
        self.control.state.restore(id)
    }

    /// The snapshots that are kept, oldest first.
    #[must_use]
    pub fn snapshots(&self) -> Vec<SnapshotId> {
        self.control.state.snapshots().into_iter().map(|taken| taken.id).collect()
    }

    /// Forgets a snapshot.
    ///
    /// # Errors
    /// [`Error::UnknownSnapshot`].
    pub fn forget_snapshot(&self, id: &SnapshotId) -> Result<(), Error> {
        self.control.state.forget_snapshot(id)
    }

    /// The recent requests to the services, oldest first, without their secrets. Calls of `/_mock` are
    /// not among them.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.control.recorder.requests()
    }

    /// Forgets the recorded requests.
    pub fn clear_requests(&self) {
        self.control.recorder.clear();
    }

    /// Lets requests fail from now on; the rules come behind those that are in force.
    ///
    /// # Errors
    /// [`Error::Fault`] when a rule makes no sense; then none of these rules is in force.
    pub fn add_faults(&self, rules: impl IntoIterator<Item = FaultRule>) -> Result<(), Error> {
        self.control.faults.add(rules.into_iter().collect())
    }

    /// The fault rules in force, each with the number of faults that it has caused: a test of a fault
    /// proves something only if the fault came.
    #[must_use]
    pub fn faults(&self) -> Vec<(FaultRule, u64)> {
        self.control.faults.list()
    }

    /// Removes all fault rules.
    pub fn clear_faults(&self) {
        self.control.faults.clear();
    }

    /// The user codes of device sign-ins that wait for a person.
    #[must_use]
    pub fn pending_devices(&self) -> Vec<String> {
        let pending = self.control.state.aad.pending_devices();
        let code = |device: &serde_json::Value| device["user_code"].as_str().map(str::to_owned);
        pending.iter().filter_map(code).collect()
    }

    /// Signs a user in with the device code behind `user_code`, as if the person had done so on the
    /// page, a second factor included.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such code or user, or the user may not sign in.
    pub fn approve_device(&self, user_code: &str, username: &str) -> Result<(), Error> {
        self.control.state.aad.approve_device(user_code, username).map_err(Error::Device)
    }

    /// Refuses the device code behind `user_code`, as if the person had said no.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no such code.
    pub fn deny_device(&self, user_code: &str) -> Result<(), Error> {
        self.control.state.aad.deny_device(user_code).map_err(Error::Device)
    }

    #[cfg(test)]
    pub(crate) fn shared(&self) -> Arc<crate::front::shared::Shared> {
        self.running.shared()
    }

    #[cfg(feature = "transport")]
    pub(crate) fn front(&self) -> Front {
        Front { control: self.control.clone() }
    }

    /// Completes when `POST /_mock/shutdown` asks for the end.
    pub async fn asked_to_stop(&self) {
        self.control.stop.notified().await;
    }

    /// What of the state directory cannot be used and was set aside at the start.
    #[must_use]
    pub fn set_aside(&self) -> &[String] {
        &self.set_aside
    }

    /// Closes the listeners, waits up to five seconds for open requests to end, and stores what writers
    /// have not flushed.
    pub async fn shutdown(self) {
        self.running.shutdown().await;
        let state = self.control.state.clone();
        let closed = tokio::task::spawn_blocking(move || state.lake.close()).await;
        if let Err(error) = closed {
            tracing::error!(%error, "the state directory was not closed");
        }
    }
}

impl Default for Builder {
    fn default() -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            addresses: Addresses { http: free, tls: free, proxy: free },
            seed: Seed::default(),
            options: Options::default(),
            ca_dir: None,
            state_dir: None,
            durability: Durability::default(),
            allow_remote: false,
            control_token: None,
            public_host: None,
            proxy_passthrough: false,
            on_request: None,
        }
    }
}

impl Builder {
    /// Listens here without TLS; port 0 takes a free one.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.addresses.http = address;
        self
    }

    /// Listens here with TLS.
    #[must_use]
    pub fn tls_listen(mut self, address: SocketAddr) -> Self {
        self.addresses.tls = address;
        self
    }

    /// Listens here as a proxy.
    #[must_use]
    pub fn proxy_listen(mut self, address: SocketAddr) -> Self {
        self.addresses.proxy = address;
        self
    }

    /// Starts from this state.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// An account that a request names and that does not exist comes into being: a Gen1 account with the
    /// caller as super-user, a Gen2 account with the keys of the first of the seed.
    #[must_use]
    pub fn auto_create_accounts(mut self, yes: bool) -> Self {
        self.options.auto_create_accounts = yes;
        self
    }

    /// A request without a token and with `user.name=` in its query is that user; a name that the
    /// directory does not know is somebody who may work in the default account.
    #[must_use]
    pub fn allow_pseudo_auth(mut self, yes: bool) -> Self {
        self.options.allow_pseudo_auth = yes;
        self
    }

    /// Keeps the certificate authority and the test certificates in this directory, and reuses the
    /// authority that is there, so that clients need to trust it only once. Without it they live in a
    /// temporary directory as long as the emulator.
    #[must_use]
    pub fn ca_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.ca_dir = Some(directory.into());
        self
    }

    /// Keeps accounts and their files in this directory, and starts with those that are there. A
    /// crash loses nothing that was answered, except what a writer had not flushed. Everything else,
    /// such as resource groups, tokens and the clock, starts anew.
    #[must_use]
    pub fn state_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(directory.into());
        self
    }

    /// What answers promise about the state directory.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Allows addresses that other machines can reach. Everybody who reaches the emulator can get its
    /// tokens and read its files.
    #[must_use]
    pub fn allow_remote(mut self, yes: bool) -> Self {
        self.allow_remote = yes;
        self
    }

    /// Lets callers on other machines use `/_mock` that send this token.
    #[must_use]
    pub fn control_token(mut self, token: ControlToken) -> Self {
        self.control_token = Some(token);
        self
    }

    /// A name or address by which other machines, or containers, reach this one: the certificate covers
    /// it, and the URLs of the ready file have it.
    #[must_use]
    pub fn public_host(mut self, host: impl Into<String>) -> Self {
        self.public_host = Some(host.into());
        self
    }

    /// Lets the proxy lead to hosts, too, that the emulator does not stand for.
    #[must_use]
    pub fn proxy_passthrough(mut self, yes: bool) -> Self {
        self.proxy_passthrough = yes;
        self
    }

    /// Is called with each request to a service when its answer begins, by the thread that serves it.
    /// Calls of `/_mock` are not among them.
    #[must_use]
    pub fn on_request(mut self, call: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        self.on_request = Some(OnRequest::new(call));
        self
    }

    /// Starts listening.
    ///
    /// # Errors
    /// When an address, a file, a certificate or the state of an earlier run cannot be had.
    pub async fn start(self) -> Result<Emulator, Error> {
        check_initial_accounts(&self.seed)?;
        let clock = Clock::default();
        let public_host = self.public_host.as_deref().map(public_host).transpose()?;
        let hosts = AnsweredHosts::new(public_host.as_ref().map(bare));
        let bound = Bound::bind(self.addresses, self.allow_remote).await?;
        let files = EmulatorFiles::prepare(self.ca_dir, &clock)?;
        let names = hosts.certificate_names(&self.seed.onelake);
        let tls = files.authority.server_config(names, clock.now())?;
        let places = Places {
            public_host: public_host.map(|host| host.to_string()),
            http: bound.addresses.http,
            tls: bound.addresses.tls,
            proxy: bound.addresses.proxy,
            ca_cert: files.directory.join(CA_FILE),
            client_certificate: files.directory.join(CLIENT_CERTIFICATE_FILE),
            signing_key: files.directory.join(SIGNING_KEY_FILE),
        };
        let ready = Ready::new(places, &self.seed);
        let (lake, set_aside) = match &self.state_dir {
            Some(directory) => {
                let relaxed = self.durability == Durability::Relaxed;
                Lake::open(clock.clone(), directory, relaxed)?
            }
            None => (Lake::new(clock.clone()), Vec::new()),
        };
        let mut state = EmulatorState::with_lake(self.seed, clock, self.options, lake);
        if let Some(directory) = &self.state_dir {
            // A full disk, say, is no reason not to start.
            match PseudoNames::open(directory) {
                Ok(pseudo_names) => state.gen1.pseudo_names = pseudo_names,
                Err(error) => tracing::warn!(%error, "names of users cannot be kept"),
            }
        }
        let ca_pem = files.authority.certificate_pem().to_owned();
        let guard = Guard { token: self.control_token, hosts };
        let control = Control::new(Arc::new(state), ready, ca_pem, guard, self.on_request);
        let control = Arc::new(control);
        let front = Front { control: control.clone() };
        let running = Running::start(bound, front, tls, self.proxy_passthrough);
        Ok(Emulator { control, running, set_aside, _files: files.temporary })
    }
}

/// Reads the name of this machine for others.
fn public_host(text: &str) -> Result<Host, Error> {
    use std::net::IpAddr;
    let host = match text.parse() {
        Ok(IpAddr::V4(address)) => Ok(Host::Ipv4(address)),
        Ok(IpAddr::V6(address)) => Ok(Host::Ipv6(address)),
        Err(_) => Host::parse(text),
    };
    host.map_err(|_| {
        let example = "say a name such as emulator, or an address such as 10.0.0.5";
        Error::Config(format!("the public host '{text}' is not the name of a host; {example}"))
    })
}

/// The host as it stands in a certificate, without the brackets of a URL.
fn bare(host: &Host) -> String {
    match host {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

/// A directory that goes when it is dropped.
pub(crate) fn temporary_directory() -> Result<TempDir, Error> {
    let made = tempfile::Builder::new().prefix("mock-aad-").tempdir();
    made.map_err(|e| files::error("cannot make a directory in", &std::env::temp_dir(), e))
}

const CLIENT_CERTIFICATE_FILE: &str = "client-certificate.pem";
const SIGNING_KEY_FILE: &str = "signing-key.pem";

/// The files of an emulator: the authority's certificate and the test keys.
struct EmulatorFiles {
    authority: Authority,
    directory: PathBuf,
    temporary: Option<TempDir>,
}

impl EmulatorFiles {
    fn prepare(ca_dir: Option<PathBuf>, clock: &Clock) -> Result<Self, Error> {
        let files = match ca_dir {
            Some(directory) => {
                let directory = std::path::absolute(&directory)
                    .map_err(|e| files::error("cannot find", &directory, e))?;
                let authority = Authority::in_directory(&directory, clock.now())?;
                Self { authority, directory, temporary: None }
            }
            None => {
                let temporary = temporary_directory()?;
                let (authority, _) = Authority::generate(clock.now())?;
                let directory = temporary.path().to_owned();
                files::publish(&directory.join(CA_FILE), authority.certificate_pem())?;
                Self { authority, directory, temporary: Some(temporary) }
            }
        };
        let client = files.directory.join(CLIENT_CERTIFICATE_FILE);
        files::write_secret(&client, seed::CLIENT_CERTIFICATE)?;
        files::write_secret(
            &files.directory.join(SIGNING_KEY_FILE),
            crate::aad::signing_key_pem(),
        )?;
        Ok(files)
    }
}
