//! `adls login`.

mod device_code;
mod sessions;

use std::path::PathBuf;
use std::sync::Arc;

use adls_auth::{
    Account, AuthErrorKind, AuthOptions, BrowserOptions, ClientCertificateCredential,
    ClientSecretCredential, DeviceCode, DeviceCodeCredential, InteractiveBrowserCredential,
    OpenError, SignIn as SignedIn, UsernamePasswordCredential, WorkloadIdentityCredential,
};
use adls_http::{TokenCredential, TokenRequest};
use adls_wire::aad;
use clap::Args;
use secrecy::SecretString;

use crate::config::{Settings, SignIn};
use crate::context::Context;
use crate::endpoints::Endpoints;
use crate::failure::{Failure, Outcome};
use crate::identity::{azure_cli, load_certificate, managed_identity};
use crate::printer::Printer;
use crate::terminal;
use device_code::DeviceCodePrompt;
use sessions::LoginCommand;

/// How to sign in.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Without a flag, a browser is opened where there is one; else a code is shown to be \
    entered on another device.\n\nA password or secret is asked for without echo, or read from \
    standard input with --password-stdin; it is never an argument, where other users could see it.\n\n\
    A user's session goes on by itself. That of an application with --service-principal ends with its \
    tokens, after about an hour, because the secret is kept nowhere; with --certificate or \
    --federated-token the path of the file is kept, and the session goes on. Where nobody is signed in, \
    commands act as the application of AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET, \
    AZURE_CLIENT_CERTIFICATE_PATH and AZURE_FEDERATED_TOKEN_FILE, without a login."
)]
pub(crate) struct LoginArgs {
    #[command(subcommand)]
    command: Option<LoginCommand>,
    /// Sign in with this user name and a password
    #[arg(long, short, value_name = "NAME", group = "way")]
    pub(crate) username: Option<String>,
    /// Sign in by entering a code on any device; works with MFA
    #[arg(long, group = "way")]
    pub(crate) device_code: bool,
    /// Sign in with the browser of this machine; works with MFA
    #[arg(long, group = "way")]
    pub(crate) browser: bool,
    /// Sign in as the application --client-id with its secret
    #[arg(long, group = "way", requires = "client_id")]
    pub(crate) service_principal: bool,
    /// Sign in as the application --client-id with a certificate: a PEM file with key and certificate
    #[arg(long, value_name = "FILE", group = "way", requires = "client_id")]
    pub(crate) certificate: Option<PathBuf>,
    /// Sign in as the application --client-id with the token of another issuer, in this file
    #[arg(long, value_name = "FILE", group = "way", requires = "client_id")]
    pub(crate) federated_token: Option<PathBuf>,
    /// Sign in as this machine, or as the identity --client-id that is assigned to it
    #[arg(long, group = "way")]
    pub(crate) managed_identity: bool,
    /// Act as whoever is signed in to the Azure command line (`az login`)
    #[arg(long, group = "way")]
    pub(crate) azure_cli: bool,
    /// Show a QR code of the page that the code is entered on
    #[arg(long, conflicts_with_all = ["browser", "username"])]
    pub(crate) qr: bool,
    /// The tenant: its id or a domain of it
    #[arg(long, env = "ADLS_TENANT", hide_env_values = true, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// The application to sign in through [default: the Azure CLI's]
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Read the password or secret from standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

impl LoginArgs {
    /// Whether an application signs in, which has a tenant of its own.
    pub(crate) fn is_application(&self) -> bool {
        self.service_principal || self.certificate.is_some() || self.federated_token.is_some()
    }
}

/// The tenant of whoever signs in without naming one: any organization's.
const ORGANIZATIONS_TENANT: &str = "organizations";

pub(crate) async fn run(context: &mut Context, args: &LoginArgs) -> Outcome {
    if let Some(command) = &args.command {
        return sessions::run(context, command).await;
    }
    // A file in which the sign-in cannot be kept is found before somebody types a password.
    context.config.settings()?;
    for (flag, value) in [("--client-id", &args.client_id), ("--username", &args.username)] {
        if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
            return Err(Failure::usage(format!("{flag} is empty")));
        }
    }
    let sign_in = if args.managed_identity {
        sign_in_machine(context, args).await?
    } else if args.azure_cli {
        sign_in_azure_cli(context, args).await?
    } else {
        let tenant = tenant(args, context.endpoints()?)?;
        let options = context.auth_options(&tenant)?;
        match ApplicationCredential::of(args, &options).await? {
            Some(application) => sign_in_application(context, args, &application, tenant).await?,
            None => sign_in_user(context, args, options).await?,
        }
    };
    let who = sign_in.name().to_owned();
    let cloud = context.endpoints()?.name.clone();
    let clock = Arc::clone(&context.clock);
    let change = |settings: &mut Settings| {
        settings.sign_in.insert(cloud, sign_in);
    };
    context.config.change(&*clock, change).await?;
    context.printer.note(&format!("signed in as {who}"));
    Ok(())
}

async fn sign_in_machine(context: &Context, args: &LoginArgs) -> Outcome<SignIn> {
    let client_id = args.client_id.clone().unwrap_or_default();
    let machine = context.managed_identity_env()?;
    let credential = managed_identity(context.client_options()?, &client_id, &machine)?;
    let scope = context.endpoints()?.management_scope();
    credential.get_token(&TokenRequest::new(scope)).await?;
    Ok(SignIn { managed_identity: true, client_id, ..SignIn::default() })
}

/// Whoever `az` acts as, asked once, so that a missing sign-in is found now.
async fn sign_in_azure_cli(context: &Context, args: &LoginArgs) -> Outcome<SignIn> {
    let tenant = args.tenant.clone().unwrap_or_default();
    let credential = azure_cli(&context.client_options()?, &tenant);
    let scope = context.endpoints()?.management_scope();
    credential.get_token(&TokenRequest::new(scope)).await?;
    Ok(SignIn { azure_cli: true, tenant, ..SignIn::default() })
}

/// An application, by what proves that it is the one.
enum ApplicationCredential {
    Secret(ClientSecretCredential),
    Certificate(ClientCertificateCredential),
    FederatedToken(WorkloadIdentityCredential),
}

impl ApplicationCredential {
    /// The application that the arguments name, if one is to sign in.
    async fn of(args: &LoginArgs, options: &AuthOptions) -> Outcome<Option<Self>> {
        let client_id = args.client_id.as_deref().unwrap_or_default();
        let options = options.clone();
        Ok(if args.service_principal {
            let secret = password(args, format!("Secret of {client_id}: ")).await?;
            Some(Self::Secret(ClientSecretCredential::new_with(client_id, secret, options)?))
        } else if let Some(file) = &args.certificate {
            let certificate = load_certificate(file)?;
            let credential =
                ClientCertificateCredential::new_with(client_id, certificate, options)?;
            Some(Self::Certificate(credential))
        } else if let Some(file) = &args.federated_token {
            let credential = WorkloadIdentityCredential::new_with(client_id, file, options)?;
            Some(Self::FederatedToken(credential))
        } else {
            None
        })
    }

    /// Asks the authority, whatever the cache holds: a wrong secret must not pass for a good one.
    async fn sign_in(&self, scope: String) -> Result<SignedIn, adls_auth::Error> {
        let request = TokenRequest::new(scope);
        Ok(match self {
            Self::Secret(credential) => credential.sign_in(&request).await?,
            Self::Certificate(credential) => credential.sign_in(&request).await?,
            Self::FederatedToken(credential) => credential.sign_in(&request).await?,
        })
    }
}

/// Gets a token for each service at once: a secret is not kept, so this may be the only time. The
/// paths of files are, so that the session goes on.
async fn sign_in_application(
    context: &Context,
    args: &LoginArgs,
    application: &ApplicationCredential,
    tenant: String,
) -> Outcome<SignIn> {
    let endpoints = context.endpoints()?;
    warn_replaced_cache(context, &application.sign_in(endpoints.management_scope()).await?);
    for scope in [endpoints.storage_scope(), endpoints.data_lake_scope()] {
        match application.sign_in(scope).await {
            Ok(signed_in) => warn_replaced_cache(context, &signed_in),
            // A tenant that has never had a lake of that generation does not know its service.
            Err(failure) if failure.codes().contains(&aad::code::RESOURCE_NOT_FOUND) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    let absolute = |file: &Option<PathBuf>| {
        let file = file.as_ref()?;
        Some(std::path::absolute(file).unwrap_or_else(|_| file.clone()))
    };
    Ok(SignIn {
        tenant,
        client_id: args.client_id.clone().unwrap_or_default(),
        certificate: absolute(&args.certificate),
        federated_token: absolute(&args.federated_token),
        ..SignIn::default()
    })
}

async fn sign_in_user(
    context: &Context,
    args: &LoginArgs,
    options: AuthOptions,
) -> Outcome<SignIn> {
    let printer = context.printer;
    let client_id = args.client_id.as_deref().unwrap_or(aad::AZURE_CLI_CLIENT_ID);
    let request = TokenRequest::new(context.endpoints()?.management_scope());
    let signed_in = if let Some(username) = &args.username {
        let password = password(args, format!("Password for {username}: ")).await?;
        let credential =
            UsernamePasswordCredential::new_with(username, password, options.client_id(client_id))?;
        credential.sign_in(&request).await?
    } else if args.browser || has_browser(context, args) {
        let open = move |url: String| open_browser(printer, url);
        let browser = BrowserOptions::default();
        let options = options.client_id(client_id);
        let credential = InteractiveBrowserCredential::new_with(open, browser, options.clone())?;
        match credential.sign_in(&request).await {
            Err(error) if error.kind() == AuthErrorKind::Unavailable && !args.browser => {
                printer.note(&error.to_string());
                sign_in_by_device_code(context, args, options, &request).await?
            }
            signed_in => signed_in?,
        }
    } else {
        sign_in_by_device_code(context, args, options.client_id(client_id), &request).await?
    };
    warn_replaced_cache(context, &signed_in);
    let Account { tenant_id, username, home_account_id, .. } = known(signed_in.account)?;
    Ok(SignIn {
        tenant: tenant_id,
        client_id: client_id.to_owned(),
        username: Some(username),
        home_account_id: Some(home_account_id),
        ..SignIn::default()
    })
}

/// Whether a browser could show the page to somebody: not to one who is at another machine.
fn has_browser(context: &Context, args: &LoginArgs) -> bool {
    !args.device_code
        && !args.qr
        && context.environment.has_display
        && webbrowser::Browser::default().exists()
}

async fn sign_in_by_device_code(
    context: &Context,
    args: &LoginArgs,
    options: AuthOptions,
    request: &TokenRequest,
) -> Outcome<SignedIn> {
    let endpoints = context.endpoints()?;
    let prompt = DeviceCodePrompt::new(context.printer, &context.clock, endpoints, args.qr);
    let shown = prompt.clone();
    let show = move |code: DeviceCode| {
        shown.show(&code);
        std::future::ready(())
    };
    let signed_in = DeviceCodeCredential::new_with(show, options)?.sign_in(request).await;
    prompt.end();
    Ok(signed_in?)
}

/// Says that the token cache was broken, and where it is now.
fn warn_replaced_cache(context: &Context, signed_in: &SignedIn) {
    if let Some(place) = &signed_in.replaced_cache {
        context.printer.warning(&format!(
            "the token cache could not be read, so it was moved to {}; others who were signed in \
             have to do so again",
            place.display()
        ));
    }
}

/// Opens the page, and names it in case the wrong browser comes up.
async fn open_browser(printer: Printer, url: String) -> Result<(), OpenError> {
    printer.prompt("sign in with the browser; if none has opened, go to");
    printer.prompt(&url);
    printer
        .note("or give this up and use `adls login --device-code`, with the browser of any device");
    // Text-mode browsers block until they are left.
    tokio::task::spawn_blocking(move || webbrowser::open(&url)).await??;
    Ok(())
}

/// The tenant to ask. An application belongs to one, so it has to be named.
fn tenant(args: &LoginArgs, endpoints: &Endpoints) -> Outcome<String> {
    match (&args.tenant, &endpoints.emulator) {
        (Some(tenant), _) => Ok(tenant.clone()),
        (None, Some(emulator)) => Ok(emulator.tenant_id.clone()),
        (None, None) if args.is_application() => {
            Err(Failure::usage("an application signs in to its own tenant, and none is named")
                .hint("name it with --tenant"))
        }
        (None, None) => Ok(ORGANIZATIONS_TENANT.to_owned()),
    }
}

fn known(account: Option<Account>) -> Outcome<Account> {
    account.ok_or_else(|| Failure::new("the authority issued a token without saying for whom"))
}

/// A password from standard input or a prompt without echo; never from an argument. Somebody at a
/// terminal is asked in any case.
async fn password(args: &LoginArgs, question: String) -> Outcome<SecretString> {
    if args.password_stdin && !terminal::stdin_is_terminal() {
        return terminal::read_secret("the password").await;
    }
    terminal::secret(&terminal::prompt_password(question).await?, "the password")
}
