//! `adls subscription`: which subscription management commands work in.

use adls_mgmt::resources::Subscription;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

/// What to do with subscriptions.
#[derive(Debug, Subcommand)]
pub(crate) enum SubscriptionCommand {
    /// List the subscriptions that you can use
    List,
    /// Show a subscription
    Show {
        /// Its id or its name [default: the one that management commands work in]
        #[arg(value_name = "ID|NAME")]
        named: Option<String>,
    },
    /// List the regions that the subscription may use
    Locations,
    /// Choose the subscription of all management commands
    Set {
        /// Its id or its name
        #[arg(value_name = "ID|NAME")]
        subscription: String,
    },
}

const LISTING: &[Column] = &[
    ("Name", "/name"),
    ("SubscriptionId", "/id"),
    ("State", "/state"),
    ("IsDefault", "/isDefault"),
];
const DETAILS: &[Column] = &[
    ("Name", "/name"),
    ("SubscriptionId", "/id"),
    ("State", "/state"),
    ("TenantId", "/tenantId"),
    ("IsDefault", "/isDefault"),
];
const LOCATION: &[Column] = &[("Name", "/name"), ("DisplayName", "/displayName")];

pub(crate) async fn run(context: &mut Context, command: SubscriptionCommand) -> Outcome {
    match command {
        SubscriptionCommand::List => list(context).await,
        SubscriptionCommand::Show { named } => show(context, named.as_deref()).await,
        SubscriptionCommand::Locations => locations(context).await,
        SubscriptionCommand::Set { subscription } => set(context, &subscription).await,
    }
}

async fn list(context: &Context) -> Outcome {
    let subscriptions = context.subscriptions().await?.list().collect_all().await?;
    if subscriptions.is_empty() {
        context.printer.note(
            "you have no role in any subscription of this tenant: ask an owner of one for a role, or \
             sign in to another tenant with `adls login --tenant`",
        );
    }
    let items: Vec<Value> = subscriptions
        .iter()
        .map(|subscription| to_json(context, subscription))
        .collect::<Outcome<_>>()?;
    context.printer.list(&items, LISTING)
}

async fn show(context: &Context, named: Option<&str>) -> Outcome {
    let client = context.subscriptions().await?;
    let subscription = match named {
        Some(named) => find(&client.list().collect_all().await?, named)?.clone(),
        None => client.get(&context.subscription()?).await?,
    };
    context.printer.object(&to_json(context, &subscription)?, DETAILS)
}

async fn locations(context: &Context) -> Outcome {
    let subscription = context.subscription()?;
    let locations = context.subscriptions().await?.list_locations(&subscription)?;
    context.printer.list(&locations.collect_all().await?, LOCATION)
}

/// A subscription as the Azure command line prints it.
fn to_json(context: &Context, subscription: &Subscription) -> Outcome<Value> {
    let endpoints = context.endpoints()?;
    let chosen = context.subscription().ok();
    let tenant = &context.identity()?.sign_in.tenant;
    Ok(json!({
        "cloudName": endpoints.name,
        "id": subscription.subscription_id,
        "isDefault": chosen.as_ref() == Some(&subscription.subscription_id),
        "name": subscription.display_name,
        "state": subscription.state,
        "tenantId": subscription.tenant_id.as_ref().unwrap_or(tenant),
    }))
}

async fn set(context: &mut Context, wanted: &str) -> Outcome {
    let all = context.subscriptions().await?.list().collect_all().await?;
    let found = find(&all, wanted)?;
    let (id, name) = (found.subscription_id.clone(), &found.display_name);
    context.choose_subscription(id.clone()).await?;
    context.printer.note(&format!("management commands work in {name} ({id}) from now on"));
    Ok(())
}

/// The one subscription with this id or name.
fn find<'a>(all: &'a [Subscription], wanted: &str) -> Outcome<&'a Subscription> {
    let is_wanted = |subscription: &&Subscription| {
        subscription.subscription_id.eq_ignore_ascii_case(wanted)
            || subscription.display_name.eq_ignore_ascii_case(wanted)
    };
    let mut matching = all.iter().filter(is_wanted);
    match (matching.next(), matching.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            Err(Failure::usage(format!("{wanted:?} names several subscriptions"))
                .hint("name it by its id: see `adls subscription list`"))
        }
        (None, _) => Err(Failure::new(format!("there is no subscription {wanted:?} for you"))
            .hint("see `adls subscription list`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(id: &str, name: &str) -> Subscription {
        serde_json::from_value(json!({"subscriptionId": id, "displayName": name})).unwrap()
    }

    #[test]
    fn by_id_or_by_a_name_that_is_not_ambiguous() {
        let all = [subscription("1a", "Lab"), subscription("2b", "Sea"), subscription("3c", "sea")];
        assert_eq!(find(&all, "1A").unwrap().display_name, "Lab");
        assert_eq!(find(&all, "lab").unwrap().subscription_id, "1a");
        assert!(find(&all, "sea").unwrap_err().to_string().contains("several"));
        assert!(find(&all, "pond").unwrap_err().to_string().contains("no subscription"));
    }
}
