//! `adls login list` and `adls login switch`: who has signed in here before.

use std::sync::Arc;

use adls_auth::Account;
use adls_wire::aad;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::config::{Settings, SignIn};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

const COLUMNS: &[Column] =
    &[("Active", "/active"), ("Name", "/name"), ("Type", "/type"), ("Tenant", "/tenantId")];

/// What to do with sign-ins that are there.
#[derive(Debug, Subcommand)]
pub(crate) enum LoginCommand {
    /// List who has signed in to this cloud and has tokens in the cache
    List,
    /// Act as somebody else who has signed in before
    Switch(SwitchArgs),
}

/// Whom to act as.
#[derive(Debug, Args)]
pub(crate) struct SwitchArgs {
    /// The user name, or the client id of an application
    #[arg(value_name = "NAME")]
    name: String,
    /// In this tenant, where there are several
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
}

pub(super) async fn run(context: &mut Context, command: &LoginCommand) -> Outcome {
    match command {
        LoginCommand::List => list(context).await,
        LoginCommand::Switch(args) => switch(context, args).await,
    }
}

async fn list(context: &Context) -> Outcome {
    let active = context.identity().ok().map(|identity| identity.sign_in);
    let rows: Vec<Value> = found(context)
        .await?
        .iter()
        .map(|sign_in| {
            let is_active = active.as_ref().is_some_and(|active| is_same(active, sign_in));
            let kind = if sign_in.username.is_some() { "user" } else { "servicePrincipal" };
            json!({
                "active": is_active,
                "name": sign_in.name(),
                "type": kind,
                "tenantId": sign_in.tenant,
            })
        })
        .collect();
    context.printer.list(&rows, COLUMNS)
}

async fn switch(context: &mut Context, args: &SwitchArgs) -> Outcome {
    let is_wanted = |sign_in: &SignIn| {
        sign_in.name().eq_ignore_ascii_case(&args.name)
            && args.tenant.as_ref().is_none_or(|tenant| sign_in.tenant == *tenant)
    };
    let mut wanted: Vec<_> = found(context).await?.into_iter().filter(is_wanted).collect();
    let sign_in = match (wanted.pop(), wanted.len()) {
        (Some(sign_in), 0) => sign_in,
        (Some(_), _) => {
            return Err(Failure::usage(format!("{} is signed in to several tenants", args.name))
                .hint("name one with --tenant; `adls login list` shows them"));
        }
        (None, _) => {
            return Err(Failure::usage(format!("{} has no tokens in the cache", args.name))
                .hint("see who has with `adls login list`, or sign in with `adls login`"));
        }
    };
    let name = sign_in.name().to_owned();
    let cloud = context.endpoints()?.name.clone();
    let clock = Arc::clone(&context.clock);
    let change = |settings: &mut Settings| {
        settings.sign_in.insert(cloud, sign_in);
    };
    context.config.change(&*clock, change).await?;
    context.printer.note(&format!("acting as {name}"));
    Ok(())
}

/// Everybody in the token cache who has signed in to this cloud.
async fn found(context: &Context) -> Outcome<Vec<SignIn>> {
    let cache = context.token_cache();
    let endpoints = context.endpoints()?;
    let host = endpoints.authority.host().to_owned();
    let saved = context.config.settings()?.sign_in.get(&endpoints.name).cloned();
    let users = cache.accounts().await?;
    let users = users.into_iter().filter(|account| account.environment == host).map(of_user);
    let apps = cache.apps().await?;
    let apps = apps.into_iter().filter(|app| app.environment == host).map(|app| SignIn {
        tenant: app.tenant_id,
        client_id: app.client_id,
        ..SignIn::default()
    });
    let mut found: Vec<SignIn> = users.chain(apps).collect();
    // What is saved of the active one is more than the cache tells.
    if let Some(saved) = saved {
        match found.iter_mut().find(|sign_in| is_same(sign_in, &saved)) {
            Some(same) => *same = saved,
            None => found.push(saved),
        }
    }
    Ok(found)
}

fn of_user(account: Account) -> SignIn {
    SignIn {
        tenant: account.tenant_id,
        client_id: aad::AZURE_CLI_CLIENT_ID.to_owned(),
        username: Some(account.username),
        home_account_id: Some(account.home_account_id),
        ..SignIn::default()
    }
}

fn is_same(one: &SignIn, other: &SignIn) -> bool {
    match (&one.home_account_id, &other.home_account_id) {
        (Some(one_id), Some(other_id)) => one_id == other_id && one.tenant == other.tenant,
        (None, None) => one.client_id == other.client_id && one.tenant == other.tenant,
        _ => false,
    }
}
