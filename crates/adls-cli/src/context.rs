//! Flags, environment and configuration merged, and the clients made from them.

use std::io;
use std::sync::Arc;

use adls_auth::{
    Account, AuthOptions, Authority, CachedAccountCredential, Env, ManagedIdentityCredential,
    ManagedIdentityId, TokenCache,
};
use adls_fs::{FileSystemClient, FileSystemOptions, RemotePath, RemoteUrl, Scheme};
use adls_http::{ClientOptions, SafeUrl, TokenCredential};
use adls_mgmt::resources::SubscriptionsClient;
use adls_mgmt::{ManagementClient, ManagementOptions};

use crate::cli::Global;
use crate::config::{Config, SignIn};
use crate::endpoints::{Endpoints, ReadyFile};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

/// What every command works with. Flags win over the environment, the environment over
/// `config.toml`, that over defaults.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) printer: Printer,
    pub(crate) environment: Environment,
    pub(crate) config: Config,
    global: Global,
}

/// A place in a file system: what a path argument means.
#[derive(Clone, Debug)]
pub(crate) struct Remote {
    /// The account's bare name.
    pub(crate) account: String,
    /// The path inside the account.
    pub(crate) path: RemotePath,
    /// Whether the argument ended in a slash: as a target it then means "into it".
    pub(crate) folder_form: bool,
    /// The account's file system.
    pub(crate) client: FileSystemClient,
}

impl Context {
    pub(crate) fn new(global: Global, environment: Environment, printer: Printer) -> Outcome<Self> {
        let config = Config::load(&environment)?;
        Ok(Self { printer, environment, config, global })
    }

    /// Where the services are.
    pub(crate) fn endpoints(&self) -> Outcome<Endpoints> {
        match &self.environment.emulator {
            Some(path) => Endpoints::of_emulator(ReadyFile::read(path)?),
            None => {
                let cloud = self.global.cloud.as_ref().or(self.config.settings.cloud.as_ref());
                Endpoints::of_cloud(cloud.map(String::as_str))
            }
        }
    }

    /// The subscription of management commands.
    pub(crate) fn subscription(&self, endpoints: &Endpoints) -> Outcome<String> {
        let given = self.global.subscription.as_ref();
        let sign_in = self.config.settings.sign_in.get(&endpoints.name);
        let chosen = sign_in.and_then(|sign_in| sign_in.subscription.as_ref());
        let emulator = endpoints.emulator.as_ref().map(|ready| &ready.subscription_id);
        let configured = self.config.settings.subscription.as_ref();
        let found = given.or(chosen).or(emulator).or(configured);
        found.cloned().ok_or_else(|| {
            Failure::usage("no subscription is set")
                .hint("name one with --subscription, or choose one with `adls subscription set`")
        })
    }

    /// Who is signed in here.
    pub(crate) fn sign_in(&self, endpoints: &Endpoints) -> Outcome<&SignIn> {
        self.config.settings.sign_in.get(&endpoints.name).ok_or_else(|| {
            Failure::not_signed_in(format!("nobody is signed in to {}", endpoints.title()))
                .hint("sign in with `adls login`")
        })
    }

    /// The token cache of this configuration folder.
    pub(crate) fn token_cache(&self) -> Outcome<TokenCache> {
        Ok(TokenCache::file(self.config.token_cache()?))
    }

    /// Options of credentials for a tenant; their tokens go to the token cache.
    pub(crate) fn auth_options(
        &self,
        endpoints: &Endpoints,
        client: ClientOptions,
        tenant: &str,
    ) -> Outcome<AuthOptions> {
        let authority = Authority::new(endpoints.authority.as_url().as_str(), tenant)?;
        let mut options = AuthOptions::new(client, authority);
        options.cache = self.token_cache()?;
        Ok(options)
    }

    /// The credential of whoever is signed in.
    pub(crate) async fn credential(
        &self,
        endpoints: &Endpoints,
        client: ClientOptions,
    ) -> Outcome<Arc<dyn TokenCredential>> {
        let sign_in = self.sign_in(endpoints)?;
        if sign_in.managed_identity {
            return Ok(Arc::new(managed_identity(client, Some(&sign_in.client_id))?));
        }
        let options = self.auth_options(endpoints, client, &sign_in.tenant)?;
        let credential = match self.cached_account(sign_in).await? {
            Some(account) => CachedAccountCredential::new(options, &sign_in.client_id, account)?,
            None => CachedAccountCredential::for_app(options, &sign_in.client_id)?,
        };
        Ok(Arc::new(credential))
    }

    /// The user who is signed in, out of the token cache; `None` for an application.
    pub(crate) async fn cached_account(&self, sign_in: &SignIn) -> Outcome<Option<Account>> {
        let Some(id) = &sign_in.home_account_id else { return Ok(None) };
        let accounts = self.token_cache()?.accounts().await?;
        let account = accounts.into_iter().find(|account| account.home_account_id == *id);
        if account.is_none() {
            let name = sign_in.username.as_deref().unwrap_or(id);
            let text = format!("{name} has no tokens in the cache any more");
            return Err(Failure::not_signed_in(text).hint("sign in with `adls login`"));
        }
        Ok(account)
    }

    /// A client of Resource Manager, as whoever is signed in.
    pub(crate) async fn management(&self) -> Outcome<ManagementClient> {
        let endpoints = self.endpoints()?;
        let client = endpoints.client_options()?;
        let credential = self.credential(&endpoints, client.clone()).await?;
        let mut options = ManagementOptions::from(client);
        options.scope = endpoints.management_scope();
        let subscription = self.subscription(&endpoints)?;
        Ok(ManagementClient::new(endpoints.management, credential, &subscription, options)?)
    }

    /// A client that lists subscriptions, as whoever is signed in. It needs none itself.
    pub(crate) async fn subscriptions(&self) -> Outcome<SubscriptionsClient> {
        let endpoints = self.endpoints()?;
        let client = endpoints.client_options()?;
        let credential = self.credential(&endpoints, client.clone()).await?;
        let mut options = ManagementOptions::from(client);
        options.scope = endpoints.management_scope();
        Ok(SubscriptionsClient::new(endpoints.management, credential, options)?)
    }

    /// Remembers the subscription of management commands, for who is signed in now.
    pub(crate) fn choose_subscription(&mut self, id: String) -> Outcome {
        let name = self.endpoints()?.name;
        if let Some(sign_in) = self.config.settings.sign_in.get_mut(&name) {
            sign_in.subscription = Some(id);
        }
        self.config.save()
    }

    /// The account of a management command: the one it names, or the default one.
    pub(crate) fn account(&self, named: Option<&str>) -> Outcome<String> {
        match named {
            Some(name) => Ok(name.to_owned()),
            None => self.default_account(&self.endpoints()?).ok_or_else(no_account),
        }
    }

    /// The account of a command that must not take the default one.
    pub(crate) fn named_account(&self, named: Option<&str>) -> Outcome<String> {
        let flag = self.global.default_account.as_deref();
        named.or(flag).map(str::to_owned).ok_or_else(no_account)
    }

    fn default_account(&self, endpoints: &Endpoints) -> Option<String> {
        let given = self.global.default_account.as_ref();
        let configured = self.config.settings.account.as_ref();
        let emulator = endpoints.emulator.as_ref().map(|ready| &ready.default_account);
        given.or(configured).or(emulator).cloned()
    }

    /// What a path argument means: a URL, or an absolute path in the default account.
    pub(crate) async fn remote(&self, text: &str) -> Outcome<Remote> {
        let endpoints = self.endpoints()?;
        let url = self.remote_url(&endpoints, text)?;
        let client = endpoints.client_options()?;
        let credential = self.credential(&endpoints, client.clone()).await?;
        let endpoint = host_of(&endpoints, &url)?;
        let options = FileSystemOptions::with_client(client);
        Ok(Remote {
            account: url.account().to_owned(),
            path: url.path().clone(),
            folder_form: url.is_folder_form(),
            client: FileSystemClient::gen1(endpoint, credential, options)?,
        })
    }

    fn remote_url(&self, endpoints: &Endpoints, text: &str) -> Outcome<RemoteUrl> {
        if !text.starts_with('/') {
            return text
                .parse()
                .map_err(|error: adls_fs::ParseRemoteUrlError| Failure::usage(error.to_string()));
        }
        let account = self.default_account(endpoints).ok_or_else(|| {
            Failure::usage(format!("no account is set, so the path {text} leads nowhere"))
                .hint(format!("write adl://<account>{text}, or name the account with --account"))
        })?;
        let url = format!("adl://{account}{text}");
        url.parse().map_err(|error: adls_fs::ParseRemoteUrlError| Failure::usage(error.to_string()))
    }

    /// A failure to print; one that ends the command quietly when the reader went away (`| head`).
    pub(crate) fn print(&self, printed: io::Result<()>) -> Outcome {
        printed.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::reader_gone(),
            _ => Failure::new(format!("cannot print: {error}")),
        })
    }
}

fn no_account() -> Failure {
    Failure::usage("no account is named").hint("name it behind the command, or with --account")
}

/// The identity of this machine; with a client id, one that is assigned to it.
pub(crate) fn managed_identity(
    client: ClientOptions,
    client_id: Option<&str>,
) -> Outcome<ManagedIdentityCredential> {
    let id = match client_id.filter(|id| !id.is_empty()) {
        Some(id) => ManagedIdentityId::ClientId(id.to_owned()),
        None => ManagedIdentityId::SystemAssigned,
    };
    Ok(ManagedIdentityCredential::new(client, id, &Env::process())?)
}

/// The host that a URL leads to.
fn host_of(endpoints: &Endpoints, url: &RemoteUrl) -> Outcome<SafeUrl> {
    match (url.scheme(), url.host_suffix()) {
        (Scheme::Adl, None) => endpoints.gen1(url.account()),
        (Scheme::Adl, Some(suffix)) => {
            let text = format!("https://{}.{suffix}", url.account());
            text.parse().map_err(|e: adls_http::ParseUrlError| Failure::usage(e.to_string()))
        }
        _ => Err(Failure::usage(format!("{url} is a Gen2 URL, and Gen2 is not supported yet"))
            .hint("use adl://account/path")),
    }
}
