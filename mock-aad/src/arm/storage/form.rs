//! The JSON forms of a storage account: what a request may say, and what an answer shows.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::StorageAccount;
use crate::arm::account_form::read_tags;
use crate::arm::errors::ArmError;
use crate::arm::state::Object;
use crate::arm::subscriptions::short;
use crate::arm::version;

/// The type of a storage account.
pub(in crate::arm) const TYPE: &str = "Microsoft.Storage/storageAccounts";

/// A kind, and the services that an account of it has.
const KINDS: [(&str, &[&str]); 5] = [
    ("StorageV2", &["dfs", "web", "blob", "queue", "table", "file"]),
    ("Storage", &["blob", "queue", "table", "file"]),
    ("BlobStorage", &["dfs", "blob", "table"]),
    ("BlockBlobStorage", &["dfs", "web", "blob"]),
    ("FileStorage", &["file"]),
];
/// The kinds that can have a hierarchical namespace.
const HIERARCHICAL: [&str; 2] = ["StorageV2", "BlockBlobStorage"];
const SKUS: [&str; 13] = [
    "Standard_LRS",
    "Standard_ZRS",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
    "Premium_LRS",
    "Premium_ZRS",
    "StandardV2_LRS",
    "StandardV2_ZRS",
    "StandardV2_GRS",
    "StandardV2_GZRS",
    "PremiumV2_LRS",
];
/// Members of the properties that take one of a few words.
const ENUMERATIONS: [(&str, &[&str]); 4] = [
    ("accessTier", &["Hot", "Cool", "Cold", "Premium", "Smart"]),
    ("minimumTlsVersion", &["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"]),
    ("publicNetworkAccess", &["Enabled", "Disabled", "SecuredByPerimeter"]),
    ("dnsEndpointType", &["Standard", "AzureDnsZone"]),
];
/// Members of the properties that are true or false.
const FLAGS: [&str; 9] = [
    "isHnsEnabled",
    "supportsHttpsTrafficOnly",
    "allowBlobPublicAccess",
    "allowSharedKeyAccess",
    "allowCrossTenantReplication",
    "defaultToOAuthAuthentication",
    "isNfsV3Enabled",
    "isSftpEnabled",
    "isLocalUserEnabled",
];
/// Members of the properties that only the service writes.
const READ_ONLY: [&str; 14] = [
    "provisioningState",
    "creationTime",
    "keyCreationTime",
    "primaryEndpoints",
    "primaryLocation",
    "statusOfPrimary",
    "secondaryEndpoints",
    "secondaryLocation",
    "statusOfSecondary",
    "lastGeoFailoverTime",
    "geoReplicationStats",
    "privateEndpointConnections",
    "failoverInProgress",
    "accountMigrationInProgress",
];
/// What is fixed when an account is made.
const IMMUTABLE: [&str; 2] = ["isHnsEnabled", "dnsEndpointType"];
/// Regions that hold the copies of others, as recorded.
const PAIRS: [(&str, &str); 10] = [
    ("westus", "eastus"),
    ("eastus", "westus"),
    ("eastus2", "centralus"),
    ("centralus", "eastus2"),
    ("southcentralus", "northcentralus"),
    ("northcentralus", "southcentralus"),
    ("northeurope", "westeurope"),
    ("westeurope", "northeurope"),
    ("eastus2euap", "centraluseuap"),
    ("centraluseuap", "eastus2euap"),
];
/// Where accounts began to be closed to unencrypted requests unless somebody opens them.
const SECURE_BY_DEFAULT: &str = "2019-04-01";

/// What a request says of an account.
#[derive(Debug, Default)]
pub(super) struct AccountRequest {
    pub(super) location: Option<String>,
    pub(super) sku: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) tags: Option<Value>,
    identity: Option<Value>,
    properties: Object,
    /// All else that it says, such as zones.
    others: Object,
}

impl AccountRequest {
    /// Reads a body.
    pub(super) fn read(mut body: Object) -> Result<Self, ArmError> {
        for name in ["id", "name", "type", "etag", "systemData"] {
            body.shift_remove(name);
        }
        body.retain(|_, value| !value.is_null());
        let location = match body.shift_remove("location") {
            None => None,
            Some(Value::String(location)) => Some(location),
            Some(_) => return Err(ArmError::invalid_member("location", "must be text")),
        };
        let sku = body.shift_remove("sku").map(|sku| {
            let name = sku.get("name").and_then(Value::as_str).unwrap_or_default();
            word(&SKUS, name).ok_or_else(|| invalid("sku"))
        });
        let kind = body.shift_remove("kind").map(|kind| {
            let names = KINDS.map(|(name, _)| name);
            word(&names, kind.as_str().unwrap_or_default()).ok_or_else(|| invalid("kind"))
        });
        let mut properties = match body.shift_remove("properties") {
            None => Object::new(),
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(ArmError::invalid_member("properties", "must be an object")),
        };
        properties.retain(|name, value| !READ_ONLY.contains(&name.as_str()) && !value.is_null());
        check(&mut properties)?;
        Ok(Self {
            location,
            sku: sku.transpose()?,
            kind: kind.transpose()?,
            tags: read_tags(body.shift_remove("tags"))?,
            identity: body.shift_remove("identity"),
            properties,
            others: body,
        })
    }

    /// Fails unless it says all that a new account needs, and nothing that does not go together.
    pub(super) fn check_new(&self) -> Result<(), ArmError> {
        let kind = self.kind.as_deref().ok_or_else(|| invalid("kind"))?;
        if self.sku.is_none() {
            return Err(invalid("sku"));
        }
        let hierarchical = self.properties.get("isHnsEnabled") == Some(&Value::Bool(true));
        if hierarchical && !HIERARCHICAL.contains(&kind) {
            return Err(invalid("isHnsEnabled"));
        }
        Ok(())
    }
}

/// The refusal of what a request says.
pub(super) fn invalid(name: &str) -> ArmError {
    ArmError::storage(
        StatusCode::BAD_REQUEST,
        "InvalidValuesForRequestParameters",
        format!("Values for request parameters are invalid: {name}."),
    )
}

/// A word as the service spells it.
fn word(words: &[&str], text: &str) -> Option<String> {
    words.iter().find(|known| known.eq_ignore_ascii_case(text)).map(|known| (*known).to_owned())
}

fn check(properties: &mut Object) -> Result<(), ArmError> {
    for (name, words) in ENUMERATIONS {
        if let Some(value) = properties.get_mut(name) {
            let text = value.as_str().unwrap_or_default();
            *value = word(words, text).ok_or_else(|| invalid(name))?.into();
        }
    }
    for name in FLAGS {
        if properties.get(name).is_some_and(|value| !value.is_boolean()) {
            return Err(ArmError::invalid_member(name, "must be true or false"));
        }
    }
    for name in ["encryption", "networkAcls"] {
        if properties.get(name).is_some_and(|value| !value.is_object()) {
            return Err(ArmError::invalid_member(name, "must be an object"));
        }
    }
    Ok(())
}

/// Who a new account is, and where.
pub(super) struct Identity<'a> {
    pub(super) subscription: uuid::Uuid,
    pub(super) tenant: uuid::Uuid,
    pub(super) group: &'a str,
    pub(super) name: &'a str,
}

/// The full form of a new account; `request` says all that it needs.
pub(super) fn full(
    of: &Identity<'_>,
    request: AccountRequest,
    version: &str,
    now: Timestamp,
) -> Object {
    let Identity { subscription, tenant, group, name } = of;
    let AccountRequest { location, sku, kind, tags, identity, properties, others } = request;
    let (kind, sku) = (kind.unwrap_or_default(), sku.unwrap_or_default());
    let location = short(&location.unwrap_or_default());
    let id =
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{TYPE}/{name}");
    let mut document = Object::new();
    let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
    put("sku", sku_form(&sku));
    put("kind", kind.clone().into());
    put("id", id.into());
    put("name", (*name).into());
    put("type", TYPE.into());
    put("location", location.clone().into());
    put("tags", tags.unwrap_or_else(|| json!({})));
    if let Some(identity) = identity {
        put("identity", identity_form(identity, *tenant));
    }
    document.extend(others);
    let mut all = Object::new();
    all.insert("privateEndpointConnections".to_owned(), json!([]));
    all.insert("networkAcls".to_owned(), network(None, None));
    all.insert(
        "supportsHttpsTrafficOnly".to_owned(),
        version::since(version, SECURE_BY_DEFAULT).into(),
    );
    all.insert("encryption".to_owned(), encryption(None, None, now));
    if kind != "Storage" {
        let tier = if sku.starts_with("Premium") { "Premium" } else { "Hot" };
        all.insert("accessTier".to_owned(), tier.into());
    }
    apply(&mut all, properties, now);
    all.insert("provisioningState".to_owned(), "Succeeded".into());
    all.insert("creationTime".to_owned(), now.to_string().into());
    all.insert("primaryEndpoints".to_owned(), endpoints(name, &kind, false));
    all.insert("primaryLocation".to_owned(), location.into());
    all.insert("statusOfPrimary".to_owned(), "available".into());
    document.insert("properties".to_owned(), all.into());
    note_copies(&mut document);
    document
}

/// Changes what a request says; what it leaves out stays.
pub(super) fn update(
    account: &mut StorageAccount,
    request: AccountRequest,
    tenant: uuid::Uuid,
    now: Timestamp,
) -> Result<(), ArmError> {
    let AccountRequest { location: _, sku, kind, tags, identity, properties, others } = request;
    if let Some(kind) = kind.filter(|kind| kind != account.kind()) {
        if kind != "StorageV2" || !["Storage", "BlobStorage"].contains(&account.kind()) {
            return Err(invalid("kind"));
        }
        let shown = endpoints(account.name(), &kind, false);
        account.document.insert("kind".to_owned(), kind.into());
        if let Some(properties) = account.properties_mut() {
            properties.insert("primaryEndpoints".to_owned(), shown);
        }
    }
    if let Some(there) = account.properties_mut() {
        for name in IMMUTABLE {
            // What was left out at creation is what it is without.
            let is = there.get(name).cloned().unwrap_or(Value::Bool(false));
            if properties.get(name).is_some_and(|wanted| *wanted != is) {
                return Err(cannot_be_updated(name));
            }
        }
        apply(there, properties, now);
    }
    let changed = [
        ("sku", sku.map(|sku| sku_form(&sku))),
        ("tags", tags),
        ("identity", identity.map(|identity| identity_form(identity, tenant))),
    ];
    for (name, value) in changed {
        if let Some(value) = value {
            account.document.insert(name.to_owned(), value);
        }
    }
    account.document.extend(others);
    note_copies(&mut account.document);
    Ok(())
}

fn cannot_be_updated(name: &str) -> ArmError {
    ArmError::storage(
        StatusCode::BAD_REQUEST,
        "AccountPropertyCannotBeUpdated",
        format!(
            "The property '{name}' was specified in the input, but it cannot be updated as it is \
             read-only. For more information, see - https://aka.ms/storageaccountupdate"
        ),
    )
}

/// Puts what is sent of properties into those that are there; of two, parts are.
fn apply(there: &mut Object, mut sent: Object, now: Timestamp) {
    if let Some(acls) = sent.shift_remove("networkAcls") {
        let before = there.get("networkAcls").cloned();
        there.insert("networkAcls".to_owned(), network(before, Some(acls)));
    }
    if let Some(wanted) = sent.shift_remove("encryption") {
        let before = there.get("encryption").cloned();
        there.insert("encryption".to_owned(), encryption(before, Some(wanted), now));
    }
    there.extend(sent);
}

fn object(value: Option<Value>) -> Object {
    match value {
        Some(Value::Object(object)) => object,
        _ => Object::new(),
    }
}

fn network(before: Option<Value>, sent: Option<Value>) -> Value {
    let mut form = object(before);
    form.extend(object(sent));
    let defaults = [
        ("bypass", json!("AzureServices")),
        ("virtualNetworkRules", json!([])),
        ("ipRules", json!([])),
        ("defaultAction", json!("Allow")),
    ];
    for (name, value) in defaults {
        form.entry(name).or_insert(value);
    }
    form.into()
}

/// Blobs and files are always encrypted, whatever is sent.
fn encryption(before: Option<Value>, sent: Option<Value>, now: Timestamp) -> Value {
    let (mut form, mut sent) = (object(before), object(sent));
    let wanted = object(sent.shift_remove("services"));
    let mut services = object(form.shift_remove("services"));
    for name in ["file", "blob"] {
        let default = json!({
            "keyType": "Account", "enabled": true, "lastEnabledTime": now.to_string(),
        });
        services.entry(name).or_insert(default);
    }
    for (name, service) in wanted {
        let mut shown = object(services.shift_remove(&name));
        shown.extend(object(Some(service)));
        shown.insert("enabled".to_owned(), true.into());
        shown.entry("lastEnabledTime").or_insert_with(|| now.to_string().into());
        services.insert(name, shown.into());
    }
    form.insert("services".to_owned(), services.into());
    form.extend(sent.into_iter().filter(|(_, value)| !value.is_null()));
    form.entry("keySource").or_insert_with(|| "Microsoft.Storage".into());
    form.into()
}

fn sku_form(name: &str) -> Value {
    let tier = if name.starts_with("Premium") { "Premium" } else { "Standard" };
    json!({"name": name, "tier": tier})
}

/// An identity of the account itself gets its ids.
fn identity_form(identity: Value, tenant: uuid::Uuid) -> Value {
    let mut form = object(Some(identity));
    let own =
        form.get("type").and_then(Value::as_str).is_some_and(|t| t.contains("SystemAssigned"));
    if own {
        form.insert("principalId".to_owned(), json!(uuid::Uuid::new_v4()));
        form.insert("tenantId".to_owned(), json!(tenant));
    }
    form.into()
}

/// The addresses of the services: those of the public cloud, which lead to the emulator for whoever comes
/// through its proxy.
fn endpoints(name: &str, kind: &str, secondary: bool) -> Value {
    let services = KINDS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, all)| *all);
    let copy = if secondary { "-secondary" } else { "" };
    let mut form = Object::new();
    // Files have no second address.
    for service in services.iter().filter(|service| !secondary || **service != "file") {
        let zone = if *service == "web" { "z20." } else { "" };
        let address = format!("https://{name}{copy}.{zone}{service}.core.windows.net/");
        form.insert((*service).to_owned(), address.into());
    }
    form.into()
}

/// Says where the copies of an account are, as its sku has it.
fn note_copies(document: &mut Object) {
    let text = |at: &str| {
        let found = document.get(at).or_else(|| document.get("sku")?.get(at));
        found.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let sku = document.get("sku").and_then(|sku| sku.get("name")?.as_str()).unwrap_or_default();
    let copied = sku.ends_with("GRS") || sku.ends_with("GZRS");
    let readable = sku.contains("RAG");
    let (location, name, kind) = (text("location"), text("name"), text("kind"));
    let pair = PAIRS.iter().find(|(of, _)| *of == location).map_or("centralus", |(_, pair)| *pair);
    let Some(Value::Object(properties)) = document.get_mut("properties") else { return };
    for name in ["secondaryLocation", "statusOfSecondary", "secondaryEndpoints"] {
        properties.shift_remove(name);
    }
    if copied {
        properties.insert("secondaryLocation".to_owned(), pair.into());
        properties.insert("statusOfSecondary".to_owned(), "available".into());
    }
    if copied && readable {
        properties.insert("secondaryEndpoints".to_owned(), endpoints(&name, &kind, true));
    }
}

/// The full form as a version shows it.
pub(super) fn show(account: &StorageAccount, version: &str) -> Value {
    let mut form = account.document.clone();
    let Some(properties) = form.get_mut("properties").and_then(Value::as_object_mut) else {
        return form.into();
    };
    if !account.is_ready {
        properties.insert("provisioningState".to_owned(), "Creating".into());
    }
    if !version::since(version, "2018-02-01") {
        for place in ["primaryEndpoints", "secondaryEndpoints"] {
            if let Some(Value::Object(endpoints)) = properties.get_mut(place) {
                endpoints.shift_remove("dfs");
                endpoints.shift_remove("web");
            }
        }
    }
    if !version::since(version, "2019-06-01") {
        properties.shift_remove("privateEndpointConnections");
        let services = properties.get_mut("encryption").and_then(|of| of.get_mut("services"));
        for service in services.and_then(Value::as_object_mut).into_iter().flatten() {
            if let Value::Object(service) = service.1 {
                service.shift_remove("keyType");
            }
        }
    }
    if version::since(version, "2021-02-01") {
        let times: Object = account
            .keys
            .named()
            .map(|(name, key)| (name.to_owned(), key.created.to_string().into()))
            .collect();
        properties.insert("keyCreationTime".to_owned(), times.into());
    }
    form.into()
}

/// The keys as a version shows them.
pub(super) fn show_keys(account: &StorageAccount, version: &str) -> Value {
    let permissions = if version::since(version, "2019-04-01") { "FULL" } else { "Full" };
    let keys = account.keys.named().map(|(name, key)| {
        let mut form = json!({"keyName": name, "value": key.value, "permissions": permissions});
        if version::since(version, "2021-02-01")
            && let Some(form) = form.as_object_mut()
        {
            form.insert("creationTime".to_owned(), key.created.to_string().into());
        }
        form
    });
    json!({"keys": keys.collect::<Vec<_>>()})
}
