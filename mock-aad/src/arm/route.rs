//! What lies where: the table of Resource Manager's routes.

use super::answer::Answer;
use super::authorization::{assignments, definitions};
use super::errors::ArmError;
use super::rule_set::RuleKind;
use super::version::Versions;
use super::{
    Context, accounts, availability_sets, groups, polls, providers, regions, resources, rules,
    storage, subscriptions,
};
use crate::routes::{Names, matches, segments};

/// What answers a request.
pub(super) type Operation = fn(&Context<'_>) -> Result<Answer, ArmError>;

/// Something that a path names.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) pattern: &'static str,
    /// The resource type, of which roles speak; empty for what lies in no subscription.
    pub(super) kind: &'static str,
    pub(super) versions: Versions,
    /// By method; `*` takes every one.
    operations: &'static [(&'static str, Operation)],
}

impl Route {
    /// What answers `method`.
    pub(super) fn operation(&self, method: &str) -> Option<Operation> {
        let mut operations = self.operations.iter();
        operations.find(|(known, _)| [method, "*"].contains(known)).map(|(_, operation)| *operation)
    }
}

/// The thing that `path` names, and the names in it; `None` for what Resource Manager does not know.
pub(super) fn find(path: &str) -> Option<(&'static Route, Names)> {
    let segments = segments(path);
    ROUTES.iter().find_map(|route| Some((route, matches(route.pattern, &segments)?)))
}

const fn route(
    pattern: &'static str,
    kind: &'static str,
    versions: Versions,
    operations: &'static [(&'static str, Operation)],
) -> Route {
    Route { pattern, kind, versions, operations }
}

use Versions::{Resources, Store};

/// The first that matches a path counts.
static ROUTES: [Route; 52] = [
    route("tenants", "", Resources, &[("GET", subscriptions::tenants)]),
    route("subscriptions", "", Resources, &[("GET", subscriptions::list)]),
    route("providers", "", Resources, &[("GET", |c| providers::list(c, None))]),
    route(
        "providers/{namespace}/operations",
        "",
        Store("operations"),
        &[("GET", |c| providers::operations(c.name("namespace")))],
    ),
    route(
        "{scope*}/providers/microsoft.authorization/roledefinitions",
        "Microsoft.Authorization/roleDefinitions",
        Resources,
        &[("GET", definitions::list)],
    ),
    route(
        "{scope*}/providers/microsoft.authorization/roledefinitions/{id}",
        "Microsoft.Authorization/roleDefinitions",
        Resources,
        &[("GET", definitions::get), ("PUT", definitions::put), ("DELETE", definitions::delete)],
    ),
    route(
        "{scope*}/providers/microsoft.authorization/roleassignments",
        "Microsoft.Authorization/roleAssignments",
        Resources,
        &[("GET", assignments::list)],
    ),
    route(
        "{scope*}/providers/microsoft.authorization/roleassignments/{id}",
        "Microsoft.Authorization/roleAssignments",
        Resources,
        &[("GET", assignments::get), ("PUT", assignments::put), ("DELETE", assignments::delete)],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.storage/storageaccounts",
        "Microsoft.Storage/storageAccounts",
        Resources,
        &[("GET", storage::accounts::list_all)],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.storage/checknameavailability",
        "Microsoft.Storage/checkNameAvailability",
        Resources,
        &[("POST", storage::accounts::check_name)],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.storage/locations/{location}/usages",
        "Microsoft.Storage/locations/usages",
        Resources,
        &[("GET", storage::accounts::usages)],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.storage/locations/{location}/asyncoperations/{id}",
        "Microsoft.Storage/locations/asyncoperations",
        Resources,
        &[("GET", storage::accounts::poll)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts",
        "Microsoft.Storage/storageAccounts",
        Resources,
        &[("GET", storage::accounts::list_of_group)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}",
        "Microsoft.Storage/storageAccounts",
        Resources,
        &[
            ("PUT", storage::accounts::put),
            ("GET", storage::accounts::get),
            ("PATCH", storage::accounts::patch),
            ("DELETE", storage::accounts::delete),
        ],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/listkeys",
        "Microsoft.Storage/storageAccounts/listKeys",
        Resources,
        &[("POST", storage::accounts::list_keys)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/regeneratekey",
        "Microsoft.Storage/storageAccounts/regenerateKey",
        Resources,
        &[("POST", storage::accounts::regenerate_key)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/blobservices",
        "Microsoft.Storage/storageAccounts/blobServices",
        Resources,
        &[("GET", storage::services::list)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/blobservices/default",
        "Microsoft.Storage/storageAccounts/blobServices",
        Resources,
        &[("GET", storage::services::get), ("PUT", storage::services::put)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/blobservices/default/containers",
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        Resources,
        &[("GET", storage::containers::list)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/blobservices/default/containers/{container}",
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        Resources,
        &[
            ("PUT", storage::containers::put),
            ("GET", storage::containers::get),
            ("PATCH", storage::containers::patch),
            ("DELETE", storage::containers::delete),
        ],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/encryptionscopes",
        "Microsoft.Storage/storageAccounts/encryptionScopes",
        Resources,
        &[("GET", storage::scopes::list)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.storage/storageaccounts/{account}/encryptionscopes/{scope}",
        "Microsoft.Storage/storageAccounts/encryptionScopes",
        Resources,
        &[
            ("PUT", storage::scopes::put),
            ("GET", storage::scopes::get),
            ("PATCH", storage::scopes::patch),
        ],
    ),
    route(
        "subscriptions/{subscription}",
        "Microsoft.Resources/subscriptions",
        Resources,
        &[("GET", subscriptions::get)],
    ),
    route(
        "subscriptions/{subscription}/locations",
        "Microsoft.Resources/subscriptions/locations",
        Resources,
        &[("GET", subscriptions::locations)],
    ),
    route(
        "subscriptions/{subscription}/resources",
        "Microsoft.Resources/subscriptions/resources",
        Resources,
        &[("GET", |c| resources::list(c, None))],
    ),
    route(
        "subscriptions/{subscription}/operationresults/{id}",
        "Microsoft.Resources/subscriptions/operationresults",
        Resources,
        &[("GET", |c| polls::job_result(c, c.name("id")))],
    ),
    route(
        "subscriptions/{subscription}/providers",
        "Microsoft.Resources/subscriptions/providers",
        Resources,
        &[("GET", |c| providers::list(c, Some(c.arm.seed.subscription_id)))],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.datalakestore/accounts",
        "Microsoft.DataLakeStore/accounts",
        Store("accounts"),
        &[("GET", |c| accounts::list(c, None))],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.datalakestore/locations/{location}/checknameavailability",
        "Microsoft.DataLakeStore/locations/checkNameAvailability",
        Store("locations"),
        &[("POST", regions::check_name)],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.datalakestore/locations/{location}/capability",
        "Microsoft.DataLakeStore/locations/capability",
        Store("locations"),
        &[("GET", |c| regions::capability(c, c.name("location")))],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.datalakestore/locations/{location}/usages",
        "Microsoft.DataLakeStore/locations/usages",
        Store("locations"),
        &[("GET", |c| regions::usages(c, c.name("location")))],
    ),
    route(
        "subscriptions/{subscription}/providers/microsoft.datalakestore/locations/{location}/operationresults/{id}",
        "Microsoft.DataLakeStore/locations/operationResults",
        Store("locations"),
        &[("GET", |c| polls::status(c, c.name("id")))],
    ),
    route(
        "subscriptions/{subscription}/providers/{namespace}",
        "Microsoft.Resources/subscriptions/providers",
        Resources,
        &[("*", |c| providers::one(c, "GET", None))],
    ),
    route(
        "subscriptions/{subscription}/providers/{namespace}/register",
        "{namespace}/register",
        Resources,
        &[("*", |c| providers::one(c, "POST", Some(("Registering", "Registered"))))],
    ),
    route(
        "subscriptions/{subscription}/providers/{namespace}/unregister",
        "{namespace}/unregister",
        Resources,
        &[("*", |c| providers::one(c, "POST", Some(("Unregistering", "Unregistered"))))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups",
        "Microsoft.Resources/subscriptions/resourceGroups",
        Resources,
        &[("GET", groups::list)],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}",
        "Microsoft.Resources/subscriptions/resourceGroups",
        Resources,
        &[
            ("PUT", |c| groups::put(c, c.name("group"))),
            ("GET", |c| groups::get(c, c.name("group"))),
            ("HEAD", |c| groups::exists(c, c.name("group"))),
            ("PATCH", |c| groups::patch(c, c.name("group"))),
            ("DELETE", |c| groups::delete(c, c.name("group"))),
        ],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/resources",
        "Microsoft.Resources/subscriptions/resourceGroups/resources",
        Resources,
        &[("GET", |c| resources::list(c, Some(c.name("group"))))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/exporttemplate",
        "Microsoft.Resources/subscriptions/resourceGroups/exportTemplate",
        Resources,
        &[("POST", |c| resources::export(c, c.name("group")))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/moveresources",
        "Microsoft.Resources/subscriptions/resourceGroups/moveResources",
        Resources,
        &[("POST", |c| resources::start_move(c, c.name("group"), true))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/validatemoveresources",
        "Microsoft.Resources/subscriptions/resourceGroups/validateMoveResources",
        Resources,
        &[("POST", |c| resources::start_move(c, c.name("group"), false))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts",
        "Microsoft.DataLakeStore/accounts",
        Store("accounts"),
        &[("GET", |c| accounts::list(c, Some(c.name("group"))))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}",
        "Microsoft.DataLakeStore/accounts",
        Store("accounts"),
        &[
            ("PUT", |c| accounts::put(c, c.name("group"), c.name("account"))),
            ("GET", |c| accounts::get(c, c.name("group"), c.name("account"))),
            ("PATCH", |c| accounts::patch(c, c.name("group"), c.name("account"))),
            ("DELETE", |c| accounts::delete(c, c.name("group"), c.name("account"))),
        ],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/enablekeyvault",
        "Microsoft.DataLakeStore/accounts/enableKeyVault",
        Store("accounts"),
        &[("POST", |c| accounts::enable_key_vault(c, c.name("group"), c.name("account")))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/operationresults/{number}",
        "Microsoft.DataLakeStore/accounts/operationresults",
        Store("accounts"),
        &[("GET", |c| polls::account_result(c, c.name("account"), c.name("number")))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/firewallRules",
        "Microsoft.DataLakeStore/accounts/firewallRules",
        Store("accounts"),
        &[("GET", |c| rules::list(c, RuleKind::Firewall))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/firewallRules/{name}",
        "Microsoft.DataLakeStore/accounts/firewallRules",
        Store("accounts"),
        &[("*", |c| rules::one(c, RuleKind::Firewall))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/virtualNetworkRules",
        "Microsoft.DataLakeStore/accounts/virtualNetworkRules",
        Store("accounts"),
        &[("GET", |c| rules::list(c, RuleKind::VirtualNetwork))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/virtualNetworkRules/{name}",
        "Microsoft.DataLakeStore/accounts/virtualNetworkRules",
        Store("accounts"),
        &[("*", |c| rules::one(c, RuleKind::VirtualNetwork))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/trustedIdProviders",
        "Microsoft.DataLakeStore/accounts/trustedIdProviders",
        Store("accounts"),
        &[("GET", |c| rules::list(c, RuleKind::TrustedIdProvider))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.datalakestore/accounts/{account}/trustedIdProviders/{name}",
        "Microsoft.DataLakeStore/accounts/trustedIdProviders",
        Store("accounts"),
        &[("*", |c| rules::one(c, RuleKind::TrustedIdProvider))],
    ),
    route(
        "subscriptions/{subscription}/resourcegroups/{group}/providers/{namespace}/{kind}/{name}",
        "{namespace}/{kind}",
        Resources,
        &[("*", availability_sets::one)],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str) -> Option<(&'static str, String)> {
        let (route, names) = find(path)?;
        Some((route.kind, names.fill("{group} {account} {name}{location} {id}{namespace}")))
    }

    #[test]
    fn literals_match_in_any_case_and_names_keep_theirs() {
        for path in [
            "/subscriptions/s/resourceGroups/MyGroup/providers/Microsoft.DataLakeStore/accounts/Acct/trustedIdProviders/Rule%201",
            "//SUBSCRIPTIONS/s//resourcegroups/MyGroup/Providers/microsoft.datalakestore/Accounts/Acct/trustedidproviders/Rule%201/",
        ] {
            let (kind, names) = found(path).unwrap();
            assert_eq!(kind, "Microsoft.DataLakeStore/accounts/trustedIdProviders");
            assert!(names.starts_with("MyGroup Acct Rule 1"), "{names}");
        }
    }

    #[test]
    fn double_slashes_vanish() {
        let (kind, _) = found("/subscriptions//s/resourcegroups/").unwrap();
        assert_eq!(kind, "Microsoft.Resources/subscriptions/resourceGroups");
    }

    #[test]
    fn every_part_has_its_path() {
        let provider = "/subscriptions/s/providers/Microsoft.DataLakeStore";
        let (kind, _) = found(&format!("{provider}/accounts")).unwrap();
        assert_eq!(kind, "Microsoft.DataLakeStore/accounts");
        let path = format!("{provider}/locations/EastUS2/operationResults/x_0");
        let (kind, names) = found(&path).unwrap();
        assert_eq!(kind, "Microsoft.DataLakeStore/locations/operationResults");
        assert!(names.contains("EastUS2 x_0"), "{names}");
        let (kind, names) = found(&format!("{provider}/register")).unwrap();
        assert_eq!(kind, "{namespace}/register");
        assert!(names.ends_with("Microsoft.DataLakeStore"), "{names}");
        assert_eq!(found("/subscriptions/s/resourcegroups/g/nonsense"), None);
        assert_eq!(found("/"), None);
    }
}
