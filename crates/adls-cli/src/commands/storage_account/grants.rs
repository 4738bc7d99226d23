//! `adls storage-account grant`, `revoke` and `grants`: who may do what with the data of a storage account.

use std::collections::HashMap;

use adls_mgmt::authorization::{ListRoleAssignments, RoleAssignment};
use adls_mgmt::{BlobDataRole, ManagementClient, PrincipalType};
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::kind::Storage;
use super::principal::{Principal, WhoArgs};
use crate::commands::management::{AccountArgs, AccountRef, flatten, words};
use crate::context::Context;
use crate::failure::Outcome;
use crate::printer::Column;
use crate::progress;

/// Who gets which role where.
#[derive(Debug, Args)]
#[command(
    after_help = "A reader reads and lists, a contributor also writes and deletes, an owner does \
    everything, owners and access control lists of files included. Azure calls the roles Storage Blob \
    Data Reader, Contributor and Owner.\n\n\
    Only an owner or user access administrator of the account gives roles. A new role counts within \
    minutes. The object id of somebody else: `az ad user show --id NAME --query id`."
)]
pub(crate) struct GrantArgs {
    #[command(flatten)]
    account: AccountArgs,
    /// What the role allows with the data
    #[arg(long, value_enum, value_name = "ROLE")]
    role: WhichRole,
    #[command(flatten)]
    who: WhoArgs,
    /// What the assignee is; spares waiting for one that was made a moment ago
    #[arg(
        long,
        value_name = "TYPE",
        conflicts_with = "me",
        ignore_case = true,
        value_parser = words::<PrincipalType>(PrincipalType::WORDS)
    )]
    assignee_type: Option<PrincipalType>,
    /// Only in this container
    #[arg(long, value_name = "NAME")]
    container: Option<String>,
}

/// Who loses which role where.
#[derive(Debug, Args)]
#[command(
    after_help = "A role that was given on the resource group or the subscription, or that comes by \
    a group, stays."
)]
pub(crate) struct RevokeArgs {
    #[command(flatten)]
    account: AccountArgs,
    /// The role
    #[arg(long, value_enum, value_name = "ROLE")]
    role: WhichRole,
    #[command(flatten)]
    who: WhoArgs,
    /// Where it was given for this container alone
    #[arg(long, value_name = "NAME")]
    container: Option<String>,
}

/// Which roles to list.
#[derive(Debug, Args)]
pub(crate) struct GrantsArgs {
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    who: WhoArgs,
    /// Only those that count in this container
    #[arg(long, value_name = "NAME")]
    container: Option<String>,
    /// Also all other roles, such as that of an owner of the subscription
    #[arg(long)]
    all: bool,
}

/// A role over data. The values have no help of their own, which would spread that of the command over two
/// pages.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum WhichRole {
    Reader,
    Contributor,
    Owner,
}

const GRANT: &[Column] = &[
    ("role", "/roleName"),
    ("principal", "/principalId"),
    ("type", "/principalType"),
    ("on", "/on"),
    ("since", "/createdOn"),
    ("assignment", "/name"),
];

/// The type is left out: with it, a row would be wider than a terminal.
const LISTING: &[Column] = &[("Role", "/role"), ("Principal", "/principalId"), ("On", "/on")];

const LISTING_ALL: &[Column] =
    &[("Principal", "/principalId"), ("On", "/on"), ("Role", "/roleName")];

pub(super) async fn grant(context: &Context, args: GrantArgs) -> Outcome {
    let Principal { id, principal_type } = args.who.one_principal(context).await?;
    let principal_type = args.assignee_type.or(principal_type);
    let (client, scope) = scope(context, args.account, args.container).await?;
    let assignments = client.role_assignments();
    let spinner = progress::spinner(context.printer, format!("giving the role to {id}"));
    let given = assignments.grant(&scope, &id, principal_type, args.role.into()).await?;
    drop(spinner);
    context.printer.object(&shown(&given, &HashMap::new())?, GRANT)
}

pub(super) async fn revoke(context: &Context, args: RevokeArgs) -> Outcome {
    let Principal { id, .. } = args.who.one_principal(context).await?;
    let (client, scope) = scope(context, args.account, args.container).await?;
    let (assignments, role) = (client.role_assignments(), BlobDataRole::from(args.role));
    if assignments.revoke(&scope, &id, role).await?.is_empty() {
        context.printer.note(&format!("{id} had no role {} there", role.name()));
    }
    let theirs = ListRoleAssignments::AssignedTo(id.clone());
    let rest = assignments.list_with(&scope, &theirs)?.collect_all().await?;
    let mut rest = rest.iter().filter(|given| {
        given.properties.blob_data_role() == Some(role) && counts_at(given, &scope)
    });
    if let Some(given) = rest.next() {
        let on = place(&given.properties.scope);
        context.printer.warning(&format!("{id} still has the role, through one on the {on}"));
    }
    Ok(())
}

pub(super) async fn list(context: &Context, args: GrantsArgs) -> Outcome {
    let who = args.who.principal(context).await?;
    let in_container = args.container.is_some();
    let (client, scope) = scope(context, args.account, args.container).await?;
    let which = match who {
        Some(Principal { id, .. }) => ListRoleAssignments::AssignedTo(id),
        None => ListRoleAssignments::All,
    };
    let mut given = client.role_assignments().list_with(&scope, &which)?.collect_all().await?;
    given.retain(|given| {
        (args.all || given.properties.blob_data_role().is_some())
            && (!in_container || counts_at(given, &scope))
    });
    let names = match args.all {
        true => role_names(&client, &scope).await?,
        false => HashMap::new(),
    };
    let items: Vec<Value> =
        given.iter().map(|given| shown(given, &names)).collect::<Outcome<_>>()?;
    context.printer.list(&items, if args.all { LISTING_ALL } else { LISTING })
}

/// The roles over data that somebody has in an account, or in one of its containers.
pub(crate) async fn data_roles(
    context: &Context,
    account: &str,
    container: Option<String>,
    id: &str,
) -> Outcome<Vec<BlobDataRole>> {
    let account = AccountArgs { name: Some(account.to_owned()), resource_group: None };
    let (client, scope) = scope(context, account, container).await?;
    let which = ListRoleAssignments::AssignedTo(id.to_owned());
    let given = client.role_assignments().list_with(&scope, &which)?.collect_all().await?;
    // One with a condition may be for other paths.
    let is_bound = |given: &&RoleAssignment| {
        given.properties.extra.get("condition").is_some_and(|condition| !condition.is_null())
    };
    let counts = given.iter().filter(|given| counts_at(given, &scope) && !is_bound(given));
    Ok(counts.filter_map(|given| given.properties.blob_data_role()).collect())
}

/// The scope of an account or of one of its containers, and the client to work there with.
async fn scope(
    context: &Context,
    account: AccountArgs,
    container: Option<String>,
) -> Outcome<(ManagementClient, String)> {
    let AccountRef { client, group, name } =
        AccountRef::resolve::<Storage>(context, account).await?;
    let accounts = client.storage_accounts();
    let scope = match container {
        Some(container) => accounts.container_id(&group, &name, &container)?,
        None => accounts.id(&group, &name)?,
    };
    Ok((client, scope))
}

/// What people call the roles, by the name of their definitions.
async fn role_names(client: &ManagementClient, scope: &str) -> Outcome<HashMap<String, String>> {
    let roles = client.role_definitions().list(scope)?.collect_all().await?;
    let named = roles.into_iter().filter_map(|role| Some((role.name, role.properties.role_name?)));
    Ok(named.collect())
}

/// An assignment as it is printed: with the name of its role, and where it counts in words.
fn shown(given: &RoleAssignment, names: &HashMap<String, String>) -> Outcome<Value> {
    let properties = &given.properties;
    let role = properties.blob_data_role();
    let definition = properties.role_definition_id.rsplit('/').next().unwrap_or_default();
    let name = role.map(BlobDataRole::name).or(names.get(definition).map(String::as_str));
    let mut shown = flatten(given)?;
    if let Value::Object(shown) = &mut shown {
        let short = role.and_then(|role| role.name().rsplit(' ').next());
        shown.insert("role".to_owned(), short.into());
        shown.insert("roleName".to_owned(), name.unwrap_or(definition).into());
        shown.insert("on".to_owned(), place(&properties.scope).into());
    }
    Ok(shown)
}

/// Whether an assignment counts at a scope: it was given there or above it.
fn counts_at(given: &RoleAssignment, scope: &str) -> bool {
    let above = given.properties.scope.trim_end_matches('/');
    let begins = scope.get(..above.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(above));
    begins && matches!(scope.as_bytes().get(above.len()), None | Some(b'/'))
}

/// Where a role counts, in the words of these commands.
fn place(scope: &str) -> String {
    let segments: Vec<&str> = scope.split('/').filter(|segment| !segment.is_empty()).collect();
    match *segments.as_slice() {
        [] => "tenant".to_owned(),
        ["subscriptions", _] => "subscription".to_owned(),
        [.., kind, name] if kind.eq_ignore_ascii_case("containers") => format!("container {name}"),
        [.., kind, _] if kind.eq_ignore_ascii_case("storageAccounts") => "account".to_owned(),
        [.., kind, name] if kind.eq_ignore_ascii_case("resourceGroups") => format!("group {name}"),
        _ => scope.to_owned(),
    }
}

impl From<WhichRole> for BlobDataRole {
    fn from(role: WhichRole) -> Self {
        match role {
            WhichRole::Reader => Self::Reader,
            WhichRole::Contributor => Self::Contributor,
            WhichRole::Owner => Self::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_in_words() {
        let account =
            "/subscriptions/s/resourceGroups/lab/providers/Microsoft.Storage/storageAccounts/a";
        for (scope, expected) in [
            ("/", "tenant".to_owned()),
            ("/subscriptions/s", "subscription".to_owned()),
            ("/subscriptions/s/resourcegroups/lab", "group lab".to_owned()),
            (account, "account".to_owned()),
            (&format!("{account}/blobServices/default/containers/raw"), "container raw".to_owned()),
            (&format!("{account}/x/y"), format!("{account}/x/y")),
        ] {
            assert_eq!(place(scope), expected, "{scope}");
        }
    }
}
