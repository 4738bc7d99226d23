//! `adls group`: resource groups.

use adls_mgmt::resources::{
    ListResourceGroups, ResourceGroup, ResourceGroupParameters, ResourceGroupPatch,
    ResourceGroupsClient,
};
use clap::Subcommand;

use super::management::{DeleteArgs, TagArgs, WaitArgs, WaitFor, complete, confirm, poll_until};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::printer::Column;

/// What to do with resource groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Create a resource group, or replace the tags of the one of this name
    Create {
        /// The group
        #[arg(value_name = "NAME")]
        name: String,
        /// Its region
        #[arg(long, short, value_name = "REGION")]
        location: String,
        #[command(flatten)]
        tags: TagArgs,
        /// The id of the resource that manages it
        #[arg(long, value_name = "ID")]
        managed_by: Option<String>,
    },
    /// Change a resource group
    Update {
        /// The group
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        tags: TagArgs,
        /// The id of the resource that manages it
        #[arg(long, value_name = "ID")]
        managed_by: Option<String>,
    },
    /// Delete a resource group and everything in it
    Delete {
        /// The group
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        how: DeleteArgs,
    },
    /// Show a resource group
    Show {
        /// The group
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List the resource groups of the subscription
    List {
        /// Only those with this tag
        #[arg(long, value_name = "KEY[=VALUE]")]
        tag: Option<String>,
    },
    /// Print true or false: whether there is a resource group of this name
    Exists {
        /// The group
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Wait until a resource group is there, or gone
    Wait {
        /// The group
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        how: WaitArgs,
    },
}

const GROUP: &[Column] = &[
    ("name", "/name"),
    ("location", "/location"),
    ("state", "/properties/provisioningState"),
    ("tags", "/tags"),
    ("managed by", "/managedBy"),
    ("id", "/id"),
];

const LISTING: &[Column] =
    &[("Name", "/name"), ("Location", "/location"), ("State", "/properties/provisioningState")];

pub(crate) async fn run(context: &Context, command: GroupCommand) -> Outcome {
    match command {
        GroupCommand::Create { name, location, tags, managed_by } => {
            let mut parameters = ResourceGroupParameters::new(location);
            parameters.tags = tags.tags();
            parameters.managed_by = managed_by;
            let groups = client(context).await?;
            print(context, &groups.create_or_update(&name, &parameters).await?)
        }
        GroupCommand::Update { name, tags, managed_by } => {
            let mut patch = ResourceGroupPatch::new();
            patch.tags = tags.tags();
            patch.managed_by = managed_by;
            update(context, &name, &patch).await
        }
        GroupCommand::Delete { name, how } => delete(context, &name, how).await,
        GroupCommand::Show { name } => print(context, &client(context).await?.get(&name).await?),
        GroupCommand::List { tag } => list(context, tag.as_deref()).await,
        GroupCommand::Exists { name } => {
            context.printer.answer(client(context).await?.exists(&name).await?)
        }
        GroupCommand::Wait { name, how } => wait(context, &name, how).await,
    }
}

async fn client(context: &Context) -> Outcome<ResourceGroupsClient> {
    Ok(context.management().await?.resource_groups())
}

async fn update(context: &Context, name: &str, patch: &ResourceGroupPatch) -> Outcome {
    if *patch == ResourceGroupPatch::default() {
        return Err(
            Failure::usage("there is nothing to change").hint("give --tags or --managed-by")
        );
    }
    print(context, &client(context).await?.update(name, patch).await?)
}

async fn delete(context: &Context, name: &str, how: DeleteArgs) -> Outcome {
    let question = format!("Delete the resource group {name} and everything in it?");
    confirm(context, &question, how.yes).await?;
    let poller = client(context).await?.begin_delete(name).await?;
    if how.no_wait {
        let wait = format!("`adls group wait {name} --deleted` waits until it is gone");
        context.printer.note(&format!("{name} is being deleted; {wait}"));
        return Ok(());
    }
    complete(context, poller, &format!("deleting {name}")).await
}

async fn list(context: &Context, tag: Option<&str>) -> Outcome {
    let mut options = ListResourceGroups::default();
    options.filter = tag.map(filter);
    let groups = client(context).await?.list_with(options).collect_all().await?;
    context.printer.list(&groups, LISTING)
}

async fn wait(context: &Context, name: &str, how: WaitArgs) -> Outcome {
    let groups = client(context).await?;
    let get_state = async || {
        let state = |group: ResourceGroup| group.properties.provisioning_state;
        match groups.get(name).await {
            Err(error) if error.is_absence() => Ok(None),
            group => Ok(Some(state(group?).map(|word| word.to_string()).unwrap_or_default())),
        }
    };
    poll_until(context, &format!("resource group {name}"), how, get_state).await?;
    if how.wait_for() == WaitFor::Created {
        context.printer.note(&format!("{name} is ready"));
    }
    Ok(())
}

/// The filter for groups with a tag. A quote within a text is written twice.
fn filter(tag: &str) -> String {
    let quoted = |text: &str| text.replace('\'', "''");
    match tag.split_once('=') {
        Some((key, value)) => {
            format!("tagName eq '{}' and tagValue eq '{}'", quoted(key), quoted(value))
        }
        None => format!("tagName eq '{}'", quoted(tag)),
    }
}

fn print(context: &Context, group: &ResourceGroup) -> Outcome {
    context.printer.object(group, GROUP)
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn filters() {
        assert_eq!(filter("team"), "tagName eq 'team'");
        assert_eq!(filter("a=it's"), "tagName eq 'a' and tagValue eq 'it''s'");
    }
}
