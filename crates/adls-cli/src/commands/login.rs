//! `adls login` and `adls logout`.

use std::io::Read;

use adls_auth::{
    Account, AuthOptions, ClientSecretCredential, DeviceCode, DeviceCodeCredential,
    UsernamePasswordCredential,
};
use adls_http::{TokenCredential, TokenRequest};
use adls_wire::aad;
use secrecy::SecretString;

use crate::cli::{LoginArgs, LogoutArgs};
use crate::config::SignIn;
use crate::context::Context;
use crate::endpoints::Endpoints;
use crate::failure::{Failure, Outcome};

/// The tenant of whoever signs in without naming one: any organization's.
const ANY_ORGANIZATION: &str = "organizations";

pub(crate) async fn login(context: &mut Context, args: &LoginArgs) -> Outcome {
    let endpoints = context.endpoints()?;
    let tenant = tenant(args, &endpoints)?;
    let client_id = args.client_id.as_deref().unwrap_or(aad::AZURE_CLI_CLIENT_ID);
    let options = context.auth_options(&endpoints, endpoints.client_options()?, &tenant)?;
    let printer = context.printer;
    let request = TokenRequest::new(endpoints.management_scope());
    let account = if args.service_principal {
        sign_in_application(args, options, client_id, &endpoints).await?;
        None
    } else if let Some(username) = &args.username {
        let password = password(args, &format!("Password for {username}: "))?;
        printer.warning(
            "passwords fail where multi-factor authentication is on;\n         better: `adls login \
             --device-code`, or --service-principal for programs",
        );
        let credential = UsernamePasswordCredential::new(options, client_id, username, password)?;
        Some(known(credential.sign_in(&request).await?.account)?)
    } else {
        let credential = DeviceCodeCredential::new(options, client_id, move |code| {
            let message = message(&code);
            async move { printer.prompt(&message) }
        })?;
        Some(known(credential.sign_in(&request).await?.account)?)
    };
    let who = account.as_ref().map_or(client_id, |account| account.username.as_str()).to_owned();
    remember(context, endpoints.name, tenant, client_id, account)?;
    context.printer.note(&format!("signed in as {who}"));
    Ok(())
}

pub(crate) async fn logout(context: &mut Context, args: &LogoutArgs) -> Outcome {
    let cache = context.token_cache()?;
    if args.all {
        cache.clear().await?;
        context.config.settings.sign_in.clear();
        context.config.save()?;
        context.printer.note("signed out of every account");
        return Ok(());
    }
    let endpoints = context.endpoints()?;
    let Some(sign_in) = context.config.settings.sign_in.remove(&endpoints.name) else {
        context.printer.note(&format!("nobody was signed in to {}", endpoints.title()));
        return Ok(());
    };
    match &sign_in.home_account_id {
        Some(id) => {
            for account in cache.accounts().await? {
                if account.home_account_id == *id {
                    cache.remove_account(&account).await?;
                }
            }
        }
        None => {
            for app in cache.apps().await? {
                if app.client_id == sign_in.client_id {
                    cache.remove_app(&app).await?;
                }
            }
        }
    }
    context.config.save()?;
    let who = sign_in.username.as_deref().unwrap_or(&sign_in.client_id);
    context.printer.note(&format!("{who} is signed out"));
    Ok(())
}

/// The tenant to ask. An application belongs to one, so it has to be named.
fn tenant(args: &LoginArgs, endpoints: &Endpoints) -> Outcome<String> {
    match (&args.tenant, &endpoints.emulator) {
        (Some(tenant), _) => Ok(tenant.clone()),
        (None, Some(emulator)) => Ok(emulator.tenant_id.clone()),
        (None, None) if args.service_principal => {
            Err(Failure::usage("an application signs in to its own tenant, and none is named")
                .hint("name it with --tenant"))
        }
        (None, None) => Ok(ANY_ORGANIZATION.to_owned()),
    }
}

/// Gets a token for each service at once: the secret is not kept, so this is the only time.
async fn sign_in_application(
    args: &LoginArgs,
    options: AuthOptions,
    client_id: &str,
    endpoints: &Endpoints,
) -> Outcome {
    let secret = password(args, &format!("Secret of {client_id}: "))?;
    let credential = ClientSecretCredential::new(options, client_id, secret)?;
    for scope in [endpoints.management_scope(), endpoints.data_lake_scope()] {
        credential.get_token(&TokenRequest::new(scope)).await?;
    }
    Ok(())
}

fn remember(
    context: &mut Context,
    name: String,
    tenant: String,
    client_id: &str,
    account: Option<Account>,
) -> Outcome {
    let sign_in = match account {
        Some(account) => SignIn {
            tenant: account.tenant_id,
            client_id: client_id.to_owned(),
            username: Some(account.username),
            home_account_id: Some(account.home_account_id),
            subscription: None,
        },
        None => SignIn {
            tenant,
            client_id: client_id.to_owned(),
            username: None,
            home_account_id: None,
            subscription: None,
        },
    };
    context.config.settings.sign_in.insert(name, sign_in);
    context.config.save()
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
