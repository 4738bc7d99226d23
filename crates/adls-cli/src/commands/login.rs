//! `adls login`.

use std::io::Read;
use std::path::Path;

use adls_auth::{
    Account, AuthOptions, BrowserOptions, ClientCertificate, ClientCertificateCredential,
    ClientSecretCredential, DeviceCode, DeviceCodeCredential, InteractiveBrowserCredential,
    OpenError, UsernamePasswordCredential, WorkloadIdentityCredential,
};
use adls_http::{TokenCredential, TokenRequest};
use adls_wire::aad;
use secrecy::SecretString;

use crate::cli::LoginArgs;
use crate::config::SignIn;
use crate::context::{Context, managed_identity};
use crate::endpoints::Endpoints;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

/// The tenant of whoever signs in without naming one: any organization's.
const ANY_ORGANIZATION: &str = "organizations";

pub(crate) async fn run(context: &mut Context, args: &LoginArgs) -> Outcome {
    let endpoints = context.endpoints()?;
    let sign_in = if args.managed_identity {
        as_machine(args, &endpoints).await?
    } else {
        let tenant = tenant(args, &endpoints)?;
        let options = context.auth_options(&endpoints, endpoints.client_options()?, &tenant)?;
        match Application::of(args, &options)? {
            Some(application) => as_application(args, &application, &endpoints, tenant).await?,
            None => as_user(context.printer, args, options, &endpoints).await?,
        }
    };
    let who = sign_in.name().to_owned();
    context.config.settings.sign_in.insert(endpoints.name, sign_in);
    context.config.save()?;
    context.printer.note(&format!("signed in as {who}"));
    Ok(())
}

async fn as_machine(args: &LoginArgs, endpoints: &Endpoints) -> Outcome<SignIn> {
    let credential = managed_identity(endpoints.client_options()?, args.client_id.as_deref())?;
    credential.get_token(&TokenRequest::new(endpoints.management_scope())).await?;
    Ok(SignIn {
        managed_identity: true,
        client_id: args.client_id.clone().unwrap_or_default(),
        ..SignIn::default()
    })
}

/// An application, by what proves that it is the one.
enum Application {
    Secret(ClientSecretCredential),
    Certificate(ClientCertificateCredential),
    FederatedToken(WorkloadIdentityCredential),
}

impl Application {
    /// The application that the arguments name, if one is to sign in.
    fn of(args: &LoginArgs, options: &AuthOptions) -> Outcome<Option<Self>> {
        let client_id = args.client_id.as_deref().unwrap_or_default();
        let options = options.clone();
        Ok(if args.service_principal {
            let secret = password(args, &format!("Secret of {client_id}: "))?;
            Some(Self::Secret(ClientSecretCredential::new(options, client_id, secret)?))
        } else if let Some(file) = &args.certificate {
            let certificate = ClientCertificate::from_pem(&read(file)?)?;
            let credential = ClientCertificateCredential::new(options, client_id, certificate)?;
            Some(Self::Certificate(credential))
        } else if let Some(file) = &args.federated_token {
            let credential = WorkloadIdentityCredential::new(options, client_id, file)?;
            Some(Self::FederatedToken(credential))
        } else {
            None
        })
    }

    /// Asks the authority, whatever the cache holds: a wrong secret must not pass for a good one.
    async fn sign_in(&self, scope: String) -> Outcome {
        let request = TokenRequest::new(scope);
        match self {
            Self::Secret(credential) => credential.sign_in(&request).await?,
            Self::Certificate(credential) => credential.sign_in(&request).await?,
            Self::FederatedToken(credential) => credential.sign_in(&request).await?,
        };
        Ok(())
    }
}

/// Gets a token for each service at once: what proves the application is not kept, so this is the
/// only time.
async fn as_application(
    args: &LoginArgs,
    application: &Application,
    endpoints: &Endpoints,
    tenant: String,
) -> Outcome<SignIn> {
    for scope in [endpoints.management_scope(), endpoints.data_lake_scope()] {
        application.sign_in(scope).await?;
    }
    let client_id = args.client_id.clone().unwrap_or_default();
    Ok(SignIn { tenant, client_id, ..SignIn::default() })
}

async fn as_user(
    printer: Printer,
    args: &LoginArgs,
    options: AuthOptions,
    endpoints: &Endpoints,
) -> Outcome<SignIn> {
    let client_id = args.client_id.as_deref().unwrap_or(aad::AZURE_CLI_CLIENT_ID);
    let request = TokenRequest::new(endpoints.management_scope());
    let signed_in = if let Some(username) = &args.username {
        let password = password(args, &format!("Password for {username}: "))?;
        printer.warning(
            "passwords fail where multi-factor authentication is on;\n         better: `adls login \
             --device-code`, or --service-principal for programs",
        );
        let credential = UsernamePasswordCredential::new(options, client_id, username, password)?;
        credential.sign_in(&request).await?
    } else if args.browser || (!args.device_code && webbrowser::Browser::default().exists()) {
        let open = move |url: String| open_browser(printer, url);
        let browser = BrowserOptions::default();
        let credential = InteractiveBrowserCredential::new(options, client_id, browser, open)?;
        credential.sign_in(&request).await?
    } else {
        let credential = DeviceCodeCredential::new(options, client_id, move |code| {
            let message = message(&code);
            async move { printer.prompt(&message) }
        })?;
        credential.sign_in(&request).await?
    };
    let Account { tenant_id, username, home_account_id, .. } = known(signed_in.account)?;
    Ok(SignIn {
        tenant: tenant_id,
        client_id: client_id.to_owned(),
        username: Some(username),
        home_account_id: Some(home_account_id),
        ..SignIn::default()
    })
}

/// Opens the page, and names it in case the wrong browser comes up.
async fn open_browser(printer: Printer, url: String) -> Result<(), OpenError> {
    printer.prompt(&format!("sign in with the browser; if none has opened, go to\n{url}"));
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
        (None, None) => Ok(ANY_ORGANIZATION.to_owned()),
    }
}

fn known(account: Option<Account>) -> Outcome<Account> {
    account.ok_or_else(|| Failure::new("the authority issued a token without saying for whom"))
}

/// What the user has to do, in our own words when the authority has none.
fn message(code: &DeviceCode) -> String {
    if code.message.is_empty() {
        format!("Open {} and enter the code {}", code.verification_uri, code.user_code)
    } else {
        code.message.clone()
    }
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| Failure::file("read", path, &error))
}

/// A password from standard input or a prompt without echo; never from an argument.
fn password(args: &LoginArgs, prompt: &str) -> Outcome<SecretString> {
    let text = if args.password_stdin {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
        text
    } else {
        rpassword::prompt_password(prompt).map_err(|error| {
            Failure::usage(format!("cannot ask for the password: {error}"))
                .hint("without a terminal, give it on standard input with --password-stdin")
        })?
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Failure::usage("the password is empty"));
    }
    Ok(SecretString::from(text.to_owned()))
}
