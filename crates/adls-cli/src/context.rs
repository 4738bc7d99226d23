//! Flags, environment and configuration merged, and the clients made from them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use adls_auth::{AuthOptions, Authority, Env, TokenCache};
use adls_fs::{
    AccountClient, Cleanups, Credential, FileSystemClient, FileSystemOptions, RemotePath, RemoteUrl,
};
use adls_http::{ClientOptions, Clock, SafeUrl, SystemClock, TokenCredential};
use adls_mgmt::resources::SubscriptionsClient;
use adls_mgmt::{ManagementClient, ManagementOptions};
use secrecy::SecretString;
use tokio::sync::OnceCell;

use crate::arguments::GlobalArgs;
use crate::config::Config;
use crate::endpoints::{Endpoints, ReadyFile};
use crate::environment::Environment;
use crate::failure::{Exit, Failure, Outcome};
use crate::hosts;
use crate::identity::Identity;
use crate::printer::Printer;
use crate::progress::TransferCounts;
use crate::requests::RequestReporter;
use crate::shutdown::Shutdown;
use crate::storage::{self, SecretKind};
use crate::terminal;
use crate::transport::Activity;

/// What every command works with. Flags win over the environment, the environment over
/// `config.toml`, that over defaults.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) printer: Printer,
    pub(crate) environment: Environment,
    pub(crate) config: Config,
    /// Tells when the command is to end.
    pub(crate) shutdown: Shutdown,
    /// What is left to be put in order before the process ends.
    pub(crate) cleanups: Cleanups,
    pub(crate) clock: Arc<dyn Clock>,
    /// What is waited for.
    pub(crate) activity: Activity,
    /// How far the command's transfer has got.
    pub(crate) transfer: TransferCounts,
    global: GlobalArgs,
    endpoints: OnceLock<Endpoints>,
    client: OnceLock<ClientOptions>,
    cache: OnceLock<TokenCache>,
    /// Whether it has been said that nothing can be kept.
    warned: AtomicBool,
    credential: OnceCell<Arc<dyn TokenCredential>>,
    /// What came on standard input.
    secret: OnceCell<SecretString>,
    /// The account that it is for.
    secret_account: OnceLock<String>,
}

/// A place in a file system: what a path argument means.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// The account's bare name.
    pub(crate) account: String,
    /// The path inside the file system.
    pub(crate) path: RemotePath,
    /// Whether the argument ended in a slash: as a target it then means "into it".
    pub(crate) directory_form: bool,
    /// The account's file system.
    pub(crate) client: FileSystemClient,
}

impl Remote {
    /// Whether both are in the same file system, so that one can become the other.
    pub(crate) fn shares_file_system(&self, other: &Self) -> bool {
        self.account == other.account && self.client.file_system() == other.client.file_system()
    }

    /// The URL of a path in the same file system, for people.
    pub(crate) fn url_of(&self, path: &str) -> String {
        match self.client.file_system() {
            Some(file_system) => format!("abfss://{file_system}@{}{path}", self.account),
            None => format!("adl://{}{path}", self.account),
        }
    }

    /// Another path in the same file system.
    pub(crate) fn at(&self, path: RemotePath) -> Self {
        Self { path, directory_form: false, ..self.clone() }
    }

    /// The same place as a directory to put something into.
    pub(crate) fn as_directory(&self) -> Self {
        Self { directory_form: true, ..self.clone() }
    }

    /// Where it is, without the path.
    pub(crate) fn place(&self) -> String {
        match self.client.file_system() {
            Some(file_system) => format!("file system {file_system} of account {}", self.account),
            None => format!("account {}", self.account),
        }
    }
}

impl Context {
    pub(crate) fn new(
        global: GlobalArgs,
        environment: Environment,
        printer: Printer,
        shutdown: Shutdown,
    ) -> Outcome<Self> {
        let config = Config::find(&environment, global.profile.clone(), printer)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        Ok(Self {
            printer,
            environment,
            config,
            shutdown,
            cleanups: Cleanups::default(),
            activity: Activity::new(Arc::clone(&clock)),
            transfer: TransferCounts::new(Arc::clone(&clock)),
            clock,
            global,
            endpoints: OnceLock::new(),
            client: OnceLock::new(),
            cache: OnceLock::new(),
            warned: AtomicBool::new(false),
            credential: OnceCell::new(),
            secret: OnceCell::new(),
            secret_account: OnceLock::new(),
        })
    }

    /// How long the command may take.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.global.timeout.filter(|limit| !limit.is_zero())
    }

    /// Where the services are.
    pub(crate) fn endpoints(&self) -> Outcome<&Endpoints> {
        if let Some(endpoints) = self.endpoints.get() {
            return Ok(endpoints);
        }
        let endpoints = match &self.environment.emulator {
            Some(path) => {
                // It has no effect here, but a name that is none would have none anywhere.
                if let Some(cloud) = &self.global.cloud {
                    Endpoints::of_cloud(Some(cloud))?;
                }
                Endpoints::of_emulator(ReadyFile::read(path)?)?
            }
            None => {
                let cloud = match &self.global.cloud {
                    Some(cloud) => Some(cloud),
                    None => self.config.settings()?.cloud.as_ref(),
                };
                Endpoints::of_cloud(cloud.map(String::as_str))?
            }
        };
        Ok(self.endpoints.get_or_init(|| endpoints))
    }

    /// Options of every client: they share one transport, and with it the connections.
    pub(crate) fn client_options(&self) -> Outcome<ClientOptions> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let mut client = self.endpoints()?.client_options(&self.activity)?;
        client.observer = Some(Arc::new(RequestReporter {
            printer: self.printer,
            activity: self.activity.clone(),
            transfer: self.transfer.clone(),
        }));
        Ok(self.client.get_or_init(|| client).clone())
    }

    /// The subscription of management commands.
    pub(crate) fn subscription(&self) -> Outcome<String> {
        let endpoints = self.endpoints()?;
        if let Some(given) = &self.global.subscription {
            return Ok(given.clone());
        }
        let settings = self.config.settings()?;
        let sign_in = settings.sign_in.get(&endpoints.name);
        let chosen = sign_in.and_then(|sign_in| sign_in.subscription.as_ref());
        let emulator = endpoints.emulator.as_ref().map(|ready| &ready.subscription_id);
        let found = chosen.or(emulator).or(settings.subscription.as_ref());
        found.cloned().ok_or_else(|| {
            Failure::usage("no subscription is set")
                .hint("name one with --subscription, or choose one with `adls subscription set`")
        })
    }

    /// Who commands act as.
    pub(crate) fn identity(&self) -> Outcome<Identity> {
        Identity::find(self.endpoints()?, self.config.settings()?, &self.environment)
    }

    /// The token cache of this configuration directory.
    pub(crate) fn token_cache(&self) -> TokenCache {
        self.cache.get_or_init(|| TokenCache::file(self.config.token_cache())).clone()
    }

    /// Says what kept tokens from being kept, unless that is known already.
    pub(crate) fn warn_unsaved_tokens(&self) {
        let told = self.warned.load(Ordering::Relaxed);
        let trouble = self.cache.get().and_then(TokenCache::trouble).filter(|_| !told);
        if let Some(trouble) = trouble {
            self.printer.warning(&format!("tokens are not kept: {trouble}"));
        }
    }

    /// Options of credentials for a tenant; their tokens go to the token cache.
    pub(crate) fn auth_options(&self, tenant: &str) -> Outcome<AuthOptions> {
        let authority = Authority::new(self.endpoints()?.authority.as_url().as_str(), tenant);
        let authority = authority.map_err(Failure::of_sign_in_arguments)?;
        let mut options =
            AuthOptions::default().client(self.client_options()?).authority(authority);
        options.cache = self.token_cache();
        Ok(options)
    }

    /// The variables by which a machine finds its identity; with an emulator, they lead there.
    pub(crate) fn managed_identity_env(&self) -> Outcome<Env> {
        Ok(match &self.endpoints()?.emulator {
            Some(emulator) if !self.environment.has_machine_identity => {
                Env::from_pairs([("AZURE_POD_IDENTITY_AUTHORITY_HOST", &emulator.http_url)])
            }
            _ => Env::process(),
        })
    }

    /// The credential of whoever commands act as.
    pub(crate) async fn credential(&self) -> Outcome<Arc<dyn TokenCredential>> {
        let credential = self.credential.get_or_try_init(async || {
            let identity = self.identity()?;
            if !self.config.is_writable() {
                self.warned.store(true, Ordering::Relaxed);
                self.printer.warning(&format!(
                    "nothing can be kept in {}: new tokens and interrupted transfers are forgotten",
                    self.config.directory().display()
                ));
            }
            // The machine's identity has no tenant of its own to name.
            let tenant = match identity.sign_in.tenant.as_str() {
                "" => "common",
                tenant => tenant,
            };
            identity.credential(self.auth_options(tenant)?, &self.managed_identity_env()?).await
        });
        Ok(Arc::clone(credential.await?))
    }

    /// A client of Resource Manager, as whoever is signed in.
    pub(crate) async fn management(&self) -> Outcome<ManagementClient> {
        let endpoints = self.endpoints()?;
        let credential = self.credential().await?;
        let mut options = ManagementOptions::from(self.client_options()?);
        options.scope = endpoints.management_scope();
        let subscription = self.subscription()?;
        Ok(ManagementClient::new_with(
            endpoints.management.clone(),
            credential,
            &subscription,
            options,
        )?)
    }

    /// A client that lists subscriptions, as whoever is signed in. It needs none itself.
    pub(crate) async fn subscriptions(&self) -> Outcome<SubscriptionsClient> {
        let endpoints = self.endpoints()?;
        let credential = self.credential().await?;
        let mut options = ManagementOptions::from(self.client_options()?);
        options.scope = endpoints.management_scope();
        Ok(SubscriptionsClient::new_with(endpoints.management.clone(), credential, options)?)
    }

    /// Remembers the subscription of management commands, for who is signed in now.
    pub(crate) async fn choose_subscription(&mut self, id: String) -> Outcome {
        let name = self.endpoints()?.name.clone();
        let clock = Arc::clone(&self.clock);
        let change = |settings: &mut crate::config::Settings| match settings.sign_in.get_mut(&name)
        {
            Some(sign_in) => sign_in.subscription = Some(id),
            None => settings.subscription = Some(id),
        };
        self.config.change(&*clock, change).await
    }

    /// The account of a management command: the one it names, or the default one.
    pub(crate) fn account(&self, named: Option<&str>) -> Outcome<String> {
        match named {
            Some(name) => self.bare_account(name),
            None => self.default_account()?.ok_or_else(no_account),
        }
    }

    /// The account of a command that must not take the default one.
    pub(crate) fn named_account(&self, named: Option<&str>) -> Outcome<String> {
        let named = named.or(self.global.default_account.as_deref()).ok_or_else(no_account)?;
        self.bare_account(named)
    }

    /// The storage account of a command, which must name it: the default one may be of the other generation.
    pub(crate) fn storage_account(&self, named: Option<&str>) -> Outcome<String> {
        let named = named.or(self.global.default_account.as_deref()).ok_or_else(no_account)?;
        if hosts::is_bare(named) {
            return Ok(named.to_owned());
        }
        let url = hosts::storage_account(named)?;
        hosts::account_endpoint(
            self.endpoints()?,
            &self.config.settings()?.storage_suffixes,
            &url,
        )?;
        Ok(url.account().to_owned())
    }

    fn default_account(&self) -> Outcome<Option<String>> {
        self.default_name()?.map(|name| self.bare_account(name)).transpose()
    }

    /// The default account as it is given, which may be with its whole host.
    fn default_name(&self) -> Outcome<Option<&String>> {
        let emulator = self.endpoints()?.emulator.as_ref();
        let given = match &self.global.default_account {
            Some(given) => Some(given),
            None => self.config.settings()?.account.as_ref(),
        };
        Ok(given.or(emulator.map(|ready| &ready.default_account)))
    }

    fn bare_account(&self, name: &str) -> Outcome<String> {
        if hosts::is_bare(name) {
            return Ok(name.to_owned());
        }
        hosts::bare_account(self.endpoints()?, &self.config.settings()?.storage_suffixes, name)
    }

    /// What a path argument means: a URL, or an absolute path in the default account.
    pub(crate) async fn remote(&self, text: &str) -> Outcome<Remote> {
        let url = self.remote_url(text)?;
        let (endpoint, options) = self.account_endpoint(&url)?;
        let client = match url.file_system() {
            Some(file_system) => {
                let credential = self.credential_for(url.account(), &endpoint).await?;
                FileSystemClient::gen2(endpoint, file_system, credential, options)?
            }
            None if self.secret_kind().is_some() => {
                return Err(Failure::usage(format!(
                    "account {} is one of Gen1, which is reached by a sign-in only",
                    url.account()
                )));
            }
            None => FileSystemClient::gen1(endpoint, self.credential().await?, options)?,
        };
        Ok(Remote {
            account: url.account().to_owned(),
            path: url.path().clone(),
            directory_form: url.is_directory_form(),
            client,
        })
    }

    /// A client of the default storage account, whose file systems a command is about.
    pub(crate) async fn account_client(&self) -> Outcome<AccountClient> {
        let name = self.default_storage_name()?.ok_or_else(no_account)?;
        self.account_client_of(&name).await
    }

    /// By what right the files of a storage account at an endpoint are reached: what comes on standard input,
    /// else what the environment has for this account, else as who is signed in.
    pub(crate) async fn credential_for(
        &self,
        account: &str,
        endpoint: &SafeUrl,
    ) -> Outcome<Credential> {
        match self.given_credential_for(account, endpoint).await? {
            Some(credential) => Ok(credential),
            None => Ok(Credential::from(self.credential().await?)),
        }
    }

    /// The same without the sign-in.
    pub(crate) async fn given_credential_for(
        &self,
        account: &str,
        endpoint: &SafeUrl,
    ) -> Outcome<Option<Credential>> {
        let Some(kind) = self.secret_kind() else {
            let endpoints = self.endpoints()?;
            return storage::credential_of(&self.environment.storage, account, endpoint, endpoints);
        };
        // It is for one account, and must not be shown to another.
        let first = self.secret_account.get_or_init(|| endpoint.origin() + account);
        if *first != endpoint.origin() + account {
            return Err(Failure::usage(format!(
                "{} on standard input is for one account, and {account} is another",
                kind.name()
            ))
            .hint("do it in two steps, or sign in with `adls login`"));
        }
        let secret = self.secret.get_or_try_init(|| terminal::read_secret(kind.name())).await?;
        kind.credential(account, secret).map(Some)
    }

    /// What standard input holds instead of content.
    pub(crate) fn secret_kind(&self) -> Option<SecretKind> {
        match (self.global.account_key_stdin, self.global.sas_token_stdin) {
            (true, _) => Some(SecretKind::AccountKey),
            (_, true) => Some(SecretKind::SasToken),
            _ => None,
        }
    }

    /// Fails where standard input holds a secret, and not what a command wants to read.
    pub(crate) fn stdin_is_content(&self) -> Outcome {
        match self.secret_kind() {
            Some(kind) => {
                Err(Failure::usage(format!("standard input holds {}, and no content", kind.name())))
            }
            None => Ok(()),
        }
    }

    /// A client of a storage account by its name or its host.
    pub(crate) async fn account_client_of(&self, name: &str) -> Outcome<AccountClient> {
        let url = match hosts::is_bare(name) {
            true => RemoteUrl::gen2(name, "-", RemotePath::root()),
            false => hosts::storage_account(name)?,
        };
        let (endpoint, options) = self.account_endpoint(&url)?;
        let credential = self.credential_for(url.account(), &endpoint).await?;
        Ok(AccountClient::new(endpoint, credential, options)?)
    }

    /// Where an account is, looked at before there is a token that could go to a wrong host.
    fn account_endpoint(&self, url: &RemoteUrl) -> Outcome<(SafeUrl, FileSystemOptions)> {
        let trusted = &self.config.settings()?.storage_suffixes;
        let endpoint = hosts::account_endpoint(self.endpoints()?, trusted, url)?;
        let mut options = FileSystemOptions::with_client(self.client_options()?);
        options.cleanups = self.cleanups.clone();
        Ok((endpoint, options))
    }

    /// The default account of commands that are about Gen2 alone: an emulator has one of each generation.
    fn default_storage_name(&self) -> Outcome<Option<String>> {
        if let Some(given) = &self.global.default_account {
            return Ok(Some(given.clone()));
        }
        if let Some(named) = storage::account_of(&self.environment.storage)? {
            return Ok(Some(named));
        }
        let emulator = self.endpoints()?.emulator.as_ref();
        let of_emulator = emulator.and_then(|ready| ready.gen2_account.as_ref());
        Ok(self.config.settings()?.account.as_ref().or(of_emulator).cloned())
    }

    /// An item that is there or not: what a path argument means that is no target. A slash at its end
    /// asks for a directory, so a file behind it is not what is meant.
    pub(crate) async fn item(&self, text: &str) -> Outcome<Remote> {
        let remote = self.remote(text).await?;
        if remote.directory_form && !remote.path.is_root() {
            let found = remote.client.try_stat(&remote.path).await?;
            if found.is_some_and(|status| !status.is_dir()) {
                return Err(not_a_directory(&remote.path));
            }
        }
        Ok(remote)
    }

    fn remote_url(&self, text: &str) -> Outcome<RemoteUrl> {
        let wrong = |error: adls_fs::ParseRemoteUrlError| Failure::usage(error.to_string());
        if !text.starts_with('/') && !text.contains("://") {
            return Err(Failure::usage(format!(
                "{text:?}: remote paths begin with /, abfss:// or adl://"
            ))
            .hint(format!("did you mean /{}?", text.trim_start_matches("./"))));
        }
        if !text.starts_with('/') {
            return text.parse().map_err(wrong);
        }
        let file_system = match &self.global.file_system {
            Some(given) => Some(given),
            None => self.config.settings()?.file_system.as_ref(),
        };
        let account = match file_system {
            Some(_) => self.default_storage_name()?,
            None => self.default_name()?.cloned(),
        };
        let account = account.ok_or_else(|| {
            Failure::usage(format!("which account? {text:?} names none"))
                .hint(format!(
                    "write abfss://<file system>@<account>{text}, name both with --account and \
                     --file-system, or once with `adls config set account NAME`"
                ))
                .hint("without an account of Azure: eval \"$(adls emulator start)\"")
        })?;
        if account.contains('/') {
            return Err(hosts::not_an_account(&account));
        }
        match file_system {
            Some(file_system) => format!("abfss://{file_system}@{account}{text}"),
            None => format!("adl://{account}{text}"),
        }
        .parse()
        .map_err(wrong)
    }

    /// Adds what is known of the sign-in to a failure for which it has ended, or does not suffice.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        // Whoever has come with a key or a signature is nobody.
        let identity = self.credential.initialized().then(|| self.identity());
        if let (Some(path), Some(Ok(identity))) = (failure.denied_path(), identity) {
            let hint = format!(
                "you are {}, and it takes the right there and x on every directory above: see `adls fs \
                 acl show {path}`",
                identity.sign_in.name()
            );
            return failure.hint(hint);
        }
        let ended = failure.exit() == Exit::NotSignedIn
            && self.identity().is_ok_and(|identity| identity.expires_with_token());
        if !ended {
            return failure;
        }
        failure.hint(
            "the secret of an application is kept nowhere, so its session ends with its tokens; it \
             goes on by itself after a login with --certificate or --federated-token, or with \
             AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET in the environment",
        )
    }
}

/// A file where the slash at the end of a path asks for a directory.
pub(crate) fn not_a_directory(path: &RemotePath) -> Failure {
    Failure::new(format!("{path} is a file, and the slash at its end asks for a directory"))
        .hint("leave the slash out if the file is meant")
}

fn no_account() -> Failure {
    Failure::usage("no account is named").hint("name it behind the command, or with --account")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::Format;

    #[tokio::test]
    async fn all_clients_of_a_process_share_one_transport() {
        let directory = tempfile::tempdir().unwrap();
        let environment =
            Environment { config_dir: Some(directory.path().to_owned()), ..Environment::default() };
        let printer = Printer::new(Format::Table, true);
        let context =
            Context::new(GlobalArgs::default(), environment, printer, Shutdown::never()).unwrap();
        let shared = context.client_options().unwrap().transport;
        assert!(Arc::ptr_eq(&shared, &context.client_options().unwrap().transport));
        assert!(Arc::ptr_eq(&shared, &context.auth_options("common").unwrap().client.transport));
    }
}
