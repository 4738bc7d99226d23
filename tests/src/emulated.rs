//! An emulator in this process, and clients that talk to it without a socket, or over TLS.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_auth::{
    AuthOptions, Authority, ClientSecretCredential, SecretString, UsernamePasswordCredential,
};
use adls_fs::{AccountClient, FileSystemClient, FileSystemOptions};
use adls_http::{
    BoxFuture, ClientOptions, Clock, HttpTransport, HttpTransportOptions, SafeUrl, TokenCredential,
    Transport,
};
use adls_mgmt::{ManagementClient, ManagementOptions};
use mock_aad::{Emulator, Seed};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A running emulator, whose clock goes along when clients wait: see [`LinkedClock`].
///
/// It panics at its end when a fault was armed and never came, since the test would then have tested
/// something else.
#[derive(Debug)]
pub struct Emulated {
    /// The emulator.
    pub emulator: Emulator,
    clock: LinkedClock,
    transport: Arc<dyn Transport>,
    authority: String,
    management: String,
    adls_suffix: String,
    gen2_suffix: String,
    path_style: bool,
}

/// Who signs in.
#[derive(Clone, Debug)]
pub enum Identity {
    /// The user of the ready file.
    User,
    /// The application of the ready file, by its secret.
    Application,
    /// Another user.
    Other {
        /// The name to sign in with.
        username: String,
        /// The password.
        password: String,
    },
}

impl Emulated {
    /// An emulator with the state that every emulator begins with.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start() -> Result<Self> {
        Self::with_seed(Seed::default()).await
    }

    /// An emulator that begins with this state.
    ///
    /// # Errors
    /// When the state contradicts itself, or the emulator cannot listen.
    pub async fn with_seed(seed: Seed) -> Result<Self> {
        let emulator = Emulator::builder().seed(seed).start().await?;
        let clock = LinkedClock::new(emulator.clock().clone());
        Ok(Self {
            clock,
            transport: Arc::new(emulator.transport()),
            authority: "https://login.microsoftonline.com".to_owned(),
            management: "https://management.azure.com".to_owned(),
            adls_suffix: "azuredatalakestore.net".to_owned(),
            gen2_suffix: "dfs.core.windows.net".to_owned(),
            path_style: false,
            emulator,
        })
    }

    /// The same, but its clients connect to where it listens, over TLS.
    ///
    /// # Errors
    /// When its certificate cannot be used.
    pub fn over_tls(mut self) -> Result<Self> {
        let ready = self.emulator.ready();
        let mut options = HttpTransportOptions::default();
        options.use_system_proxy = false;
        options.use_system_certificates = false;
        options.root_certificates = vec![std::fs::read(&ready.ca_cert)?];
        self.transport = Arc::new(HttpTransport::new(&options)?);
        self.authority.clone_from(&ready.https_url);
        self.management.clone_from(&ready.https_url);
        self.adls_suffix.clone_from(&ready.adls_suffix);
        self.gen2_suffix = format!("dfs.{}", ready.adls_suffix);
        Ok(self)
    }

    /// The same, but its clients name a storage account in the path instead of in the host.
    #[must_use]
    pub fn in_path_style(mut self) -> Self {
        self.path_style = true;
        self
    }

    /// Removes all fault rules.
    ///
    /// # Panics
    /// When one of them has caused no fault.
    pub fn clear_faults(&self) {
        self.assert_faults_came();
        self.emulator.clear_faults();
    }

    fn assert_faults_came(&self) {
        for (rule, count) in self.emulator.faults() {
            assert!(count > 0, "a fault was armed and never came: {rule:?}");
        }
    }

    /// Options for every client of this emulator.
    #[must_use]
    pub fn client_options(&self) -> ClientOptions {
        let mut options = ClientOptions::with_transport(Arc::clone(&self.transport));
        options.clock = Arc::new(self.clock.clone());
        options
    }

    /// A credential of `identity`.
    ///
    /// # Errors
    /// When the emulator's ready file makes no sense.
    pub fn credential(&self, identity: &Identity) -> Result<Arc<dyn TokenCredential>> {
        let ready = self.emulator.ready();
        let authority = Authority::new(&self.authority, &ready.tenant_id)?;
        let options = AuthOptions::default().client(self.client_options()).authority(authority);
        let user = |options: AuthOptions, name: &str, password: &str| {
            let password = SecretString::from(password);
            UsernamePasswordCredential::new_with(
                name,
                password,
                options.client_id(&ready.public_client_id),
            )
        };
        Ok(match identity {
            Identity::User => Arc::new(user(options, &ready.username, &ready.password)?),
            Identity::Other { username, password } => Arc::new(user(options, username, password)?),
            Identity::Application => {
                let secret = SecretString::from(ready.client_secret.as_str());
                Arc::new(ClientSecretCredential::new_with(&ready.client_id, secret, options)?)
            }
        })
    }

    /// A client of Resource Manager, as the user of the ready file.
    ///
    /// # Errors
    /// As for [`management_as`](Self::management_as).
    pub fn management(&self) -> Result<ManagementClient> {
        self.management_as(&Identity::User)
    }

    /// A client of Resource Manager, as `identity`.
    ///
    /// # Errors
    /// When the emulator's ready file makes no sense.
    pub fn management_as(&self, identity: &Identity) -> Result<ManagementClient> {
        let options = ManagementOptions::from(self.client_options());
        let endpoint = self.management.parse()?;
        let credential = self.credential(identity)?;
        let subscription = &self.emulator.ready().subscription_id;
        Ok(ManagementClient::new_with(endpoint, credential, subscription, options)?)
    }

    /// A client of the default account's files, as the user of the ready file.
    ///
    /// # Errors
    /// As for [`file_system_as`](Self::file_system_as).
    pub fn file_system(&self) -> Result<FileSystemClient> {
        self.file_system_as(&Identity::User)
    }

    /// A client of the default account's files, as `identity`.
    ///
    /// # Errors
    /// When the emulator's ready file makes no sense.
    pub fn file_system_as(&self, identity: &Identity) -> Result<FileSystemClient> {
        let account = &self.emulator.ready().default_account;
        let endpoint = format!("https://{account}.{}", self.adls_suffix).parse()?;
        Ok(FileSystemClient::gen1(
            endpoint,
            self.credential(identity)?,
            self.file_system_options(),
        )?)
    }

    /// A client of the storage account that keeps what is deleted, as `identity`.
    ///
    /// # Errors
    /// When the emulator's ready file makes no sense.
    pub fn gen2_account(&self, identity: &Identity) -> Result<AccountClient> {
        let credential = self.credential(identity)?;
        Ok(AccountClient::new(self.gen2_endpoint()?, credential, self.file_system_options())?)
    }

    /// A client of a file system in that account, as the application of the ready file, which owns the data.
    ///
    /// # Errors
    /// When the emulator's ready file makes no sense, or the file system cannot be made.
    pub async fn gen2(&self) -> Result<FileSystemClient> {
        let account = self.gen2_account(&Identity::Application)?;
        let name = &self.emulator.ready().gen2_filesystem;
        if !account.has_file_system(name).await? {
            account.create_file_system(name).await?;
        }
        Ok(account.file_system(name)?)
    }

    /// Where the storage account that keeps what is deleted is.
    ///
    /// # Errors
    /// When the emulator's ready file makes no sense.
    pub fn gen2_endpoint(&self) -> Result<SafeUrl> {
        let ready = self.emulator.ready();
        let account = &ready.gen2_soft_account;
        Ok(match self.path_style {
            true => format!("{}/{account}", ready.https_url).parse()?,
            false => format!("https://{account}.{}", self.gen2_suffix).parse()?,
        })
    }

    /// Options for clients of files.
    #[must_use]
    pub fn file_system_options(&self) -> FileSystemOptions {
        let mut options = self.client_options();
        // Most flows run in real time, where only order matters.
        options.retry.initial_delay = Duration::from_millis(1);
        FileSystemOptions::with_client(options)
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.assert_faults_came();
        }
    }
}

/// The emulator's clock, which stands still until a client sleeps or a test moves it: what a busy
/// machine takes for the work between does not count. In a runtime whose time is paused
/// (`start_paused = true`) sleeping is instant, and has passed for the emulator too.
#[derive(Clone, Debug)]
pub struct LinkedClock {
    emulator: mock_aad::Clock,
    started_at: SystemTime,
}

impl LinkedClock {
    /// Stops the clock of an emulator, and moves it from now on.
    #[must_use]
    pub fn new(emulator: mock_aad::Clock) -> Self {
        emulator.freeze();
        let started_at = emulator.system_time();
        Self { emulator, started_at }
    }
}

impl Clock for LinkedClock {
    fn now(&self) -> SystemTime {
        self.emulator.system_time()
    }

    fn elapsed(&self) -> Duration {
        self.now().duration_since(self.started_at).unwrap_or_default()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        let end = self.elapsed().saturating_add(duration);
        Box::pin(async move {
            tokio::time::sleep(duration).await;
            // Somebody else may have slept at the same time, and longer.
            clock.emulator.advance(end.saturating_sub(clock.elapsed()));
        })
    }
}
