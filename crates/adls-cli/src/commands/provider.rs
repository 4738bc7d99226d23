//! `adls provider`: the services that a subscription has to register before it uses them.

use adls_mgmt::RegistrationState;
use adls_mgmt::resources::{Provider, ProvidersClient};
use adls_wire::arm;
use clap::{Args, Subcommand};

use crate::context::Context;
use crate::failure::Outcome;
use crate::printer::Column;

/// What to do with resource providers.
#[derive(Debug, Subcommand)]
pub(crate) enum ProviderCommand {
    /// Let the subscription use a provider; needed once
    Register(ProviderArgs),
    /// Undo that
    Unregister(ProviderArgs),
    /// Show whether a provider is registered; with -o json also what it offers
    Show(ProviderArgs),
    /// List all providers
    List,
}

/// Which provider.
#[derive(Debug, Args)]
pub(crate) struct ProviderArgs {
    /// The provider
    #[arg(value_name = "NAMESPACE", default_value = arm::DATA_LAKE_STORE_PROVIDER)]
    namespace: String,
}

const PROVIDER: &[Column] =
    &[("Namespace", "/namespace"), ("RegistrationState", "/registrationState")];

pub(crate) async fn run(context: &Context, command: ProviderCommand) -> Outcome {
    match command {
        ProviderCommand::Register(args) => {
            let provider = client(context).await?.register(&args.namespace).await?;
            if provider.registration_state == Some(RegistrationState::Registering) {
                let show = format!("`adls provider show {}` tells when it is done", args.namespace);
                context.printer.note(&format!("it takes a minute; {show}"));
            }
            print(context, &provider)
        }
        ProviderCommand::Unregister(args) => {
            print(context, &client(context).await?.unregister(&args.namespace).await?)
        }
        ProviderCommand::Show(args) => {
            print(context, &client(context).await?.get(&args.namespace).await?)
        }
        ProviderCommand::List => {
            let providers = client(context).await?.list().collect_all().await?;
            context.printer.list(&providers, PROVIDER)
        }
    }
}

async fn client(context: &Context) -> Outcome<ProvidersClient> {
    Ok(context.management().await?.providers())
}

fn print(context: &Context, provider: &Provider) -> Outcome {
    context.printer.object(provider, PROVIDER)
}
