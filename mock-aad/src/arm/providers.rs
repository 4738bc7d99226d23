//! Resource providers: their types, their registration, the operations of Data Lake Store.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Context;
use super::answer::Answer;
use super::errors::ArmError;
use super::lists::{self, Top};
use super::state::{Object, State, key};
use super::{subscriptions, version};

const DATA_LAKE_STORE: &str = adls_wire::arm::DATA_LAKE_STORE_PROVIDER;
const MOVABLE: &str = "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, \
                       SystemAssignedResourceIdentity";

/// The one other provider of which the emulator keeps resources, and their type.
pub(super) const NAMESPACE: &str = "Microsoft.Compute";
pub(super) const KIND: &str = "availabilitySets";
pub(super) const API_VERSION: &str = "2019-07-01";

const STORAGE: &str = "Microsoft.Storage";
/// The version of storage accounts that templates name.
pub(super) const STORAGE_VERSION: &str = STORAGE_VERSIONS[0];
/// Versions of storage accounts, newest first. Every date is taken; these are shown.
const STORAGE_VERSIONS: [&str; 12] = [
    "2025-06-01",
    "2024-01-01",
    "2023-05-01",
    "2023-01-01",
    "2022-09-01",
    "2021-09-01",
    "2021-01-01",
    "2019-06-01",
    "2018-07-01",
    "2017-10-01",
    "2015-06-15",
    "2015-05-01-preview",
];

/// A provider that a subscription can be registered with.
struct Provider {
    namespace: &'static str,
    /// The provider's own application and role, the same in every tenant.
    application_id: Uuid,
    role_definition_id: Uuid,
    types: &'static [Type],
}

/// A resource type of a provider.
struct Type {
    name: &'static str,
    versions: &'static [&'static str],
    regions: Regions,
    /// Whether the first preview of the provider had it.
    early: bool,
    /// Whether it came after the traffic was recorded that the others are from.
    late: bool,
    capabilities: Option<&'static str>,
}

/// Which regions of a type are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Regions {
    None,
    /// Those that have had Data Lake Store.
    Store,
    All,
}

const fn storage_type(name: &'static str, regions: Regions) -> Type {
    Type {
        name,
        versions: &STORAGE_VERSIONS,
        regions,
        early: true,
        late: false,
        capabilities: None,
    }
}

const fn store_type(name: &'static str, regional: bool, early: bool) -> Type {
    let regions = if regional { Regions::Store } else { Regions::None };
    Type {
        name,
        versions: &version::DATA_LAKE_STORE,
        regions,
        early,
        late: false,
        capabilities: None,
    }
}

/// `Microsoft.DataLakeStore` as recorded, and the one other provider of which the emulator keeps
/// resources.
const PROVIDERS: [Provider; 3] = [
    Provider {
        namespace: DATA_LAKE_STORE,
        application_id: Uuid::from_u128(0xe9f4_9c6b_5ce5_44c8_925d_0150_17e9_f7ad),
        role_definition_id: Uuid::from_u128(0x17eb_9cca_f08a_4499_b2d3_852d_175f_614f),
        types: &[
            Type { capabilities: Some(MOVABLE), ..store_type("accounts", true, true) },
            store_type("accounts/firewallRules", true, true),
            store_type("locations", false, true),
            store_type("locations/operationresults", false, true),
            store_type("locations/checkNameAvailability", false, false),
            store_type("locations/capability", false, false),
            store_type("operations", false, true),
        ],
    },
    Provider {
        namespace: NAMESPACE,
        application_id: Uuid::from_u128(0x60e6_cd67_9c8c_4951_9b3c_23c2_5a21_69af),
        role_definition_id: Uuid::from_u128(0xe477_0acb_272e_4dc8_87f3_12f4_4a61_2224),
        types: &[Type {
            name: KIND,
            versions: &[API_VERSION, "2015-06-15", "2015-05-01-preview"],
            regions: Regions::Store,
            early: true,
            late: false,
            capabilities: Some(MOVABLE),
        }],
    },
    Provider {
        namespace: STORAGE,
        application_id: Uuid::from_u128(0xa6aa_9161_5291_40bb_8c5c_923b_567b_ee3b),
        role_definition_id: Uuid::from_u128(0x070a_b87f_0efc_4423_b18b_756f_3bdb_0236),
        types: &[
            Type { capabilities: Some(MOVABLE), ..storage_type("storageAccounts", Regions::All) },
            storage_type("operations", Regions::None),
            Type { early: false, ..storage_type("storageAccounts/listAccountSas", Regions::None) },
            Type { early: false, ..storage_type("storageAccounts/listServiceSas", Regions::None) },
            Type { early: false, ..storage_type("locations", Regions::None) },
            Type {
                early: false,
                ..storage_type("locations/deleteVirtualNetworkOrSubnets", Regions::None)
            },
            storage_type("usages", Regions::None),
            storage_type("checkNameAvailability", Regions::None),
            storage_type("storageAccounts/services", Regions::All),
            storage_type("storageAccounts/services/metricDefinitions", Regions::All),
            Type { late: true, ..storage_type("locations/asyncoperations", Regions::All) },
            Type { late: true, ..storage_type("locations/usages", Regions::All) },
            Type { late: true, ..storage_type("storageAccounts/blobServices", Regions::All) },
            Type {
                late: true,
                ..storage_type("storageAccounts/blobServices/containers", Regions::All)
            },
            Type { late: true, ..storage_type("storageAccounts/encryptionScopes", Regions::All) },
        ],
    },
];

/// GET on all providers; without a subscription they have no registration.
pub(super) fn list(context: &Context<'_>, subscription: Option<Uuid>) -> Result<Answer, ArmError> {
    let state = context.state();
    let form = |provider: &Provider| form(context, &state, provider, subscription);
    let items: Vec<Value> = PROVIDERS.iter().map(form).collect();
    let body = lists::page(context, items, Top::Page)?;
    Ok(Answer::gateway(StatusCode::OK).with_body(body))
}

/// GET on a provider, POST `register` and `unregister`, which change its state: what it is meanwhile,
/// and afterwards.
pub(super) fn one(
    context: &Context<'_>,
    method: &str,
    change: Option<(&'static str, &'static str)>,
) -> Result<Answer, ArmError> {
    let namespace = context.name("namespace");
    let known = PROVIDERS.iter().find(|known| known.namespace.eq_ignore_ascii_case(namespace));
    let provider = known.ok_or_else(|| unknown(namespace))?;
    if context.method != method {
        return Err(ArmError::method_not_allowed(context.method));
    }
    let mut state = context.state_mut();
    let mut body = form(context, &state, provider, Some(context.arm.seed.subscription_id));
    // The answer to a change shows it on its way; a provider that is there already says so at once.
    if let Some((meanwhile, after)) = change
        && registration(&state, provider.namespace) != after
    {
        state.registrations.insert(key(provider.namespace), after);
        if let Some(body) = body.as_object_mut() {
            body.insert("registrationState".to_owned(), meanwhile.into());
        }
    }
    Ok(Answer::gateway(StatusCode::OK).with_body(body))
}

/// Refuses new resources of a provider that the subscription is not registered with.
pub(super) fn must_be_registered(
    context: &Context<'_>,
    state: &State,
    namespace: &str,
) -> Result<(), ArmError> {
    if registration(state, namespace) == "Registered" {
        return Ok(());
    }
    let message = format!(
        "The subscription '{}' is not registered to use namespace '{namespace}'. See \
         https://aka.ms/rps-not-found for how to register subscriptions.",
        context.arm.seed.subscription_id
    );
    Err(ArmError::gateway(StatusCode::CONFLICT, "MissingSubscriptionRegistration", message))
}

fn registration(state: &State, namespace: &str) -> &'static str {
    state.registrations.get(&key(namespace)).copied().unwrap_or("Registered")
}

/// The refusal of a namespace that the emulator does not have.
pub(super) fn unknown(namespace: &str) -> ArmError {
    let message = format!("The resource namespace '{namespace}' is invalid.");
    ArmError::gateway(StatusCode::NOT_FOUND, "InvalidResourceNamespace", message)
}

fn form(
    context: &Context<'_>,
    state: &State,
    provider: &Provider,
    subscription: Option<Uuid>,
) -> Value {
    // As recorded: 2014 shows what the first preview had, without authorization; 2020 adds a policy.
    let early = !version::since(&context.version, "2015-01-01");
    let late = version::since(&context.version, "2020-01-01");
    let shown =
        provider.types.iter().filter(|kind| if kind.late { late } else { kind.early || !early });
    let types: Vec<Value> = shown.map(|kind| type_form(kind, early, late)).collect();
    let scope = subscription.map(|id| format!("/subscriptions/{id}")).unwrap_or_default();
    let mut form = Object::new();
    form.insert("id".to_owned(), format!("{scope}/providers/{}", provider.namespace).into());
    form.insert("namespace".to_owned(), provider.namespace.into());
    if !early {
        let authorization = json!({
            "applicationId": provider.application_id,
            "roleDefinitionId": provider.role_definition_id,
        });
        form.insert("authorization".to_owned(), authorization);
    }
    form.insert("resourceTypes".to_owned(), types.into());
    if subscription.is_some() {
        let registered = registration(state, provider.namespace);
        form.insert("registrationState".to_owned(), registered.into());
        if late {
            form.insert("registrationPolicy".to_owned(), "RegistrationRequired".into());
        }
    }
    form.into()
}

fn type_form(kind: &Type, early: bool, late: bool) -> Value {
    // Accounts began in one region, and West Europe came last.
    let offered = match (early, late) {
        (true, _) => 1,
        (_, false) => 3,
        (_, true) => subscriptions::STORE_REGIONS.len(),
    };
    let regions = match kind.regions {
        Regions::None => Vec::new(),
        Regions::Store => subscriptions::STORE_REGIONS[..offered].to_vec(),
        Regions::All => subscriptions::region_names(),
    };
    let oldest = kind.versions.len().saturating_sub(1);
    let versions = if early { &kind.versions[oldest..] } else { kind.versions };
    let mut form = Object::new();
    form.insert("resourceType".to_owned(), kind.name.into());
    form.insert("locations".to_owned(), json!(regions));
    form.insert("apiVersions".to_owned(), json!(versions));
    if let Some(capabilities) = kind.capabilities.filter(|_| !early) {
        form.insert("capabilities".to_owned(), capabilities.into());
    }
    form.into()
}

/// GET `operations` of a provider: the actions that roles can allow.
pub(super) fn operations(namespace: &str) -> Result<Answer, ArmError> {
    if !namespace.eq_ignore_ascii_case(DATA_LAKE_STORE) {
        return Err(unknown(namespace));
    }
    let items: Vec<Value> = OPERATIONS
        .iter()
        .map(|(name, resource, operation, description)| {
            json!({
                "name": format!("{DATA_LAKE_STORE}/{name}"),
                "display": {
                    "provider": "Microsoft DataLakeStore",
                    "resource": resource,
                    "operation": operation,
                    "description": description,
                },
            })
        })
        .collect();
    Ok(Answer::provider(StatusCode::OK).with_body(json!({"value": items})))
}

/// Name, resource, operation, description.
const OPERATIONS: [(&str, &str, &str, &str); 21] = [
    (
        "operations/read",
        "Available Operations",
        "Get Available Operations",
        "Get available operations of DataLakeStore.",
    ),
    (
        "register/action",
        "Registration",
        "Register to DataLakeStore",
        "Register subscription to DataLakeStore.",
    ),
    (
        "accounts/read",
        "Account",
        "Get DataLakeStore Account",
        "Get information about an existing DataLakeStore account.",
    ),
    (
        "accounts/write",
        "Account",
        "Create or Update DataLakeStore Account",
        "Create or update a DataLakeStore account.",
    ),
    (
        "accounts/delete",
        "Account",
        "Delete DataLakeStore Account",
        "Delete a DataLakeStore account.",
    ),
    (
        "accounts/enableKeyVault/action",
        "Account",
        "Enable Key Vault for DataLakeStore Account",
        "Let a DataLakeStore account use a key of its owner.",
    ),
    (
        "accounts/Superuser/action",
        "Account",
        "Grant Superuser on DataLakeStore Account",
        "Be a super-user of the files of a DataLakeStore account.",
    ),
    (
        "accounts/firewallRules/read",
        "Firewall Rule",
        "Get Firewall Rule",
        "Get information about a firewall rule.",
    ),
    (
        "accounts/firewallRules/write",
        "Firewall Rule",
        "Create or Update Firewall Rule",
        "Create or update a firewall rule.",
    ),
    (
        "accounts/firewallRules/delete",
        "Firewall Rule",
        "Delete Firewall Rule",
        "Delete a firewall rule.",
    ),
    (
        "accounts/virtualNetworkRules/read",
        "Virtual Network Rule",
        "Get Virtual Network Rule",
        "Get information about a virtual network rule.",
    ),
    (
        "accounts/virtualNetworkRules/write",
        "Virtual Network Rule",
        "Create or Update Virtual Network Rule",
        "Create or update a virtual network rule.",
    ),
    (
        "accounts/virtualNetworkRules/delete",
        "Virtual Network Rule",
        "Delete Virtual Network Rule",
        "Delete a virtual network rule.",
    ),
    (
        "accounts/trustedIdProviders/read",
        "Trusted IdProvider",
        "Get Trusted Identity Provider",
        "Get information about a trusted identity provider.",
    ),
    (
        "accounts/trustedIdProviders/write",
        "Trusted IdProvider",
        "Create or Update Trusted Identity Provider",
        "Create or update a trusted identity provider.",
    ),
    (
        "accounts/trustedIdProviders/delete",
        "Trusted IdProvider",
        "Delete Trusted Identity Provider",
        "Delete a trusted identity provider.",
    ),
    (
        "locations/operationResults/read",
        "Operation Result",
        "Get Operation Result",
        "Get the result of a long-running operation on a DataLakeStore account.",
    ),
    (
        "locations/checkNameAvailability/action",
        "Name Availability",
        "Check DataLakeStore Account Name Availability",
        "Check whether the name of a DataLakeStore account is free.",
    ),
    (
        "locations/capability/read",
        "Subscription Capability",
        "Get DataLakeStore Capability of a Subscription",
        "Get what a subscription may do with DataLakeStore.",
    ),
    (
        "locations/usages/read",
        "Usage",
        "Get DataLakeStore Usage of a Subscription",
        "Get how much of its quota a subscription uses.",
    ),
    (
        "accounts/operationResults/read",
        "Operation Result",
        "Get Operation Result",
        "Get the result of a long-running operation on a DataLakeStore account.",
    ),
];
