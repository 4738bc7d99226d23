//! The JSON forms of an account: what a request may say, and what an answer shows.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::errors::ArmError;
use super::rule_set::{RuleKind, Rules};
use super::state::{Account, Object, Phase};
use super::version;

/// The type of an account.
pub(super) const TYPE: &str = adls_wire::arm::DATA_LAKE_STORE_ACCOUNT_TYPE;

const ON_OFF: &[&str] = &["Enabled", "Disabled"];
const TIERS: &[&str] = &[
    "Consumption",
    "Commitment_1TB",
    "Commitment_10TB",
    "Commitment_100TB",
    "Commitment_500TB",
    "Commitment_1PB",
    "Commitment_5PB",
];
/// Members of the properties that take one of a few words.
const ENUMERATIONS: [(&str, &[&str]); 6] = [
    ("firewallState", ON_OFF),
    ("firewallAllowAzureIps", ON_OFF),
    ("firewallAllowDataLakeAnalytics", ON_OFF),
    ("trustedIdProviderState", ON_OFF),
    ("encryptionState", ON_OFF),
    ("newTier", TIERS),
];
/// Members of the properties that only the service writes.
const READ_ONLY: [&str; 9] = [
    "provisioningState",
    "state",
    "endpoint",
    "accountId",
    "creationTime",
    "lastModifiedTime",
    "currentTier",
    "encryptionProvisioningState",
    "dataLakePerformanceTierState",
];
/// The properties of an entry of a list.
const BASIC: [&str; 6] =
    ["provisioningState", "state", "endpoint", "accountId", "creationTime", "lastModifiedTime"];
/// What 2015-10-01-preview shows of the properties.
const PREVIEW: [&str; 7] = [
    "firewallState",
    "firewallRules",
    "provisioningState",
    "state",
    "endpoint",
    "creationTime",
    "lastModifiedTime",
];

/// The identity of a new account.
#[derive(Clone, Debug)]
pub(super) struct AccountIdentity {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) account_id: Uuid,
    pub(super) principal_id: Uuid,
    pub(super) tenant_id: Uuid,
}

/// A request to create or update an account, checked.
#[derive(Clone, Debug, Default)]
pub(super) struct AccountRequest {
    pub(super) location: Option<String>,
    pub(super) tags: Option<Value>,
    identity: bool,
    /// The properties that a caller may write, without the lists of rules.
    properties: Object,
    pub(super) rules: Vec<(RuleKind, Rules)>,
}

impl AccountRequest {
    /// A request that names nothing but a region, with empty tags: the portal and PowerShell always
    /// send them.
    pub(super) fn in_location(location: &str) -> Self {
        Self { location: Some(location.to_owned()), tags: Some(json!({})), ..Self::default() }
    }

    /// Reads a request's body.
    pub(super) fn read(mut body: Object) -> Result<Self, ArmError> {
        let location = match body.remove("location") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => return Err(ArmError::invalid_member("location", "must be text")),
        };
        let tags = read_tags(body.remove("tags"))?;
        let identity = read_identity(body.get("identity"))?;
        let mut properties = match body.remove("properties") {
            None | Some(Value::Null) => Object::new(),
            Some(Value::Object(properties)) => properties,
            Some(_) => return Err(ArmError::invalid_member("properties", "must be an object")),
        };
        properties.retain(|name, value| !READ_ONLY.contains(&name.as_str()) && !value.is_null());
        check_words(&mut properties)?;
        let mut rules = Vec::new();
        for kind in RuleKind::ALL {
            if let Some(list) = properties.remove(kind.segment()) {
                rules.push((kind, Rules::read(kind, &list)?));
            }
        }
        // The service lets analytics in together with the other addresses of Azure.
        if !properties.contains_key("firewallAllowDataLakeAnalytics")
            && let Some(state) = properties.get("firewallAllowAzureIps").cloned()
        {
            properties.insert("firewallAllowDataLakeAnalytics".to_owned(), state);
        }
        Ok(Self { location, tags, identity, properties, rules })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }

    /// `encryptionConfig` as a new account gets it. Accounts are encrypted unless the request says
    /// otherwise.
    fn encryption(&self) -> Result<Value, ArmError> {
        if self.text("encryptionState") == Some("Disabled") {
            return Ok(json!({}));
        }
        let Some(config) = self.properties.get("encryptionConfig").and_then(Value::as_object)
        else {
            return Ok(json!({"type": "ServiceManaged"}));
        };
        match config.get("type").and_then(Value::as_str).unwrap_or("ServiceManaged") {
            "ServiceManaged" => Ok(json!({"type": "ServiceManaged"})),
            "UserManaged" => {
                let vault = config.get("keyVaultMetaInfo");
                for member in ["keyVaultResourceId", "encryptionKeyName", "encryptionKeyVersion"] {
                    if vault.and_then(|vault| vault.get(member)?.as_str()).is_none() {
                        let name = format!("encryptionConfig.keyVaultMetaInfo.{member}");
                        return Err(ArmError::invalid_member(
                            &name,
                            "is required for a key of the user",
                        ));
                    }
                }
                Ok(Value::Object(config.clone()))
            }
            other => Err(ArmError::invalid_member(
                "encryptionConfig.type",
                &format!("is '{other}'; it must be ServiceManaged or UserManaged"),
            )),
        }
    }
}

/// The answer to a creation: what was sent, and that it is on its way.
pub(super) fn creating(
    new_account: &AccountIdentity,
    request: &AccountRequest,
    account_rules: &Rules,
) -> Object {
    let mut properties = Object::new();
    for name in ["defaultGroup", "firewallState", "firewallAllowAzureIps"] {
        copy(request, name, &mut properties);
    }
    copy(request, "firewallAllowDataLakeAnalytics", &mut properties);
    for (kind, _) in &request.rules {
        let list = account_rules.in_account(*kind);
        properties.insert(kind.segment().to_owned(), list);
    }
    for (name, value) in &request.properties {
        properties.entry(name.clone()).or_insert_with(|| value.clone());
    }
    properties.insert("provisioningState".to_owned(), "Creating".into());
    properties.insert("state".to_owned(), Value::Null);
    properties.insert("endpoint".to_owned(), Value::Null);
    properties.insert("accountId".to_owned(), new_account.account_id.to_string().into());
    properties.insert("creationTime".to_owned(), Value::Null);
    properties.insert("lastModifiedTime".to_owned(), Value::Null);
    let mut document = Object::new();
    document.insert("properties".to_owned(), properties.into());
    document.insert("location".to_owned(), request.location.clone().into());
    document.insert("tags".to_owned(), request.tags.clone().unwrap_or(Value::Null));
    if request.identity {
        let identity = identity(Uuid::nil(), Uuid::nil());
        document.insert("identity".to_owned(), identity);
    }
    add_names(new_account, &mut document);
    document
}

/// The full form of a new account, not yet active; the lists of rules stay empty.
pub(super) fn full(
    new_account: &AccountIdentity,
    request: &AccountRequest,
) -> Result<Object, ArmError> {
    let encryption = request.encryption()?;
    let mut properties = Object::new();
    let word = |name: &str, default: &str| Value::from(request.text(name).unwrap_or(default));
    copy(request, "defaultGroup", &mut properties);
    for (name, default) in [
        ("firewallState", "Disabled"),
        ("firewallAllowAzureIps", "Disabled"),
        ("firewallAllowDataLakeAnalytics", "Disabled"),
    ] {
        properties.insert(name.to_owned(), word(name, default));
    }
    properties.insert("firewallRules".to_owned(), json!([]));
    properties.insert("virtualNetworkRules".to_owned(), json!([]));
    let state = word("trustedIdProviderState", "Disabled");
    properties.insert("trustedIdProviderState".to_owned(), state);
    properties.insert("trustedIdProviders".to_owned(), json!([]));
    properties.insert("encryptionState".to_owned(), word("encryptionState", "Enabled"));
    if encryption.get("type").and_then(Value::as_str) == Some("UserManaged") {
        // Until the key vault is enabled for the account.
        properties.insert("encryptionProvisioningState".to_owned(), "Creating".into());
    }
    properties.insert("encryptionConfig".to_owned(), encryption);
    // A tier that is named at creation holds at once; later changes wait for the next month.
    for name in ["currentTier", "newTier"] {
        properties.insert(name.to_owned(), word("newTier", "Consumption"));
    }
    for (name, value) in &request.properties {
        properties.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let endpoint = format!("{}.azuredatalakestore.net", new_account.name.to_ascii_lowercase());
    properties.insert("provisioningState".to_owned(), "Creating".into());
    properties.insert("state".to_owned(), Value::Null);
    properties.insert("endpoint".to_owned(), endpoint.into());
    properties.insert("accountId".to_owned(), new_account.account_id.to_string().into());
    let mut document = Object::new();
    document.insert("properties".to_owned(), properties.into());
    document.insert("location".to_owned(), request.location.clone().into());
    if let Some(tags) = &request.tags {
        document.insert("tags".to_owned(), tags.clone());
    }
    if request.identity {
        let identity = identity(new_account.principal_id, new_account.tenant_id);
        document.insert("identity".to_owned(), identity);
    }
    add_names(new_account, &mut document);
    Ok(document)
}

/// Marks a full form as ready, created at `at`.
pub(super) fn activate(document: &mut Object, at: Timestamp) {
    if let Some(properties) = document.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("provisioningState".to_owned(), "Succeeded".into());
        properties.insert("state".to_owned(), "Active".into());
        properties.insert("creationTime".to_owned(), time(at).into());
        properties.insert("lastModifiedTime".to_owned(), time(at).into());
    }
}

/// Applies an update: tags are replaced as a set, properties one by one.
pub(super) fn update(
    account: &mut Account,
    request: AccountRequest,
    at: Timestamp,
) -> Result<(), ArmError> {
    if let Some(tags) = request.tags {
        put_tags(&mut account.document, tags);
    }
    for (kind, rules) in request.rules {
        account.rules.replace(kind, rules);
    }
    let Some(properties) = account.properties_mut() else { return Ok(()) };
    for (name, value) in request.properties {
        match name.as_str() {
            // What an account was created with; clients that send back all they got are no error.
            "encryptionState" => {}
            "encryptionConfig" => update_key_version(properties, &value)?,
            _ => {
                properties.insert(name, value);
            }
        }
    }
    properties.insert("lastModifiedTime".to_owned(), time(at).into());
    Ok(())
}

/// Of the encryption only the version of the user's key can change.
fn update_key_version(properties: &mut Object, request: &Value) -> Result<(), ArmError> {
    let Some(version) = request.pointer("/keyVaultMetaInfo/encryptionKeyVersion") else {
        return Ok(());
    };
    let vault = properties
        .get_mut("encryptionConfig")
        .and_then(|config| config.get_mut("keyVaultMetaInfo")?.as_object_mut());
    let Some(vault) = vault else {
        return Err(ArmError::invalid_member(
            "encryptionConfig",
            "cannot be changed: the key of this account is not managed by the user",
        ));
    };
    vault.insert("encryptionKeyVersion".to_owned(), version.clone());
    Ok(())
}

/// Puts tags where they belong in the order of members, after the location.
fn put_tags(document: &mut Object, tags: Value) {
    let place = document.keys().position(|name| name == "location").map_or(0, |place| place + 1);
    document.shift_remove("tags");
    document.shift_insert(place, "tags".to_owned(), tags);
}

/// The form that a GET answers.
pub(super) fn show(account: &Account, api_version: &str) -> Value {
    let mut document = match &account.phase {
        Phase::Creating(first) => first.clone(),
        Phase::Active | Phase::Deleting => {
            let mut document = account.document.clone();
            if let Some(properties) = document.get_mut("properties").and_then(Value::as_object_mut)
            {
                for kind in RuleKind::ALL {
                    let list = account.rules.in_account(kind);
                    properties.insert(kind.segment().to_owned(), list);
                }
                if account.phase == Phase::Deleting {
                    properties.insert("provisioningState".to_owned(), "Deleting".into());
                }
            }
            document
        }
    };
    if api_version == version::PREVIEW {
        keep(&mut document, &PREVIEW);
        document.remove("identity");
        if !document.contains_key("tags") {
            put_tags(&mut document, Value::Null);
        }
    }
    document.into()
}

/// The form in lists: no rules, no identity.
pub(super) fn basic(account: &Account) -> Value {
    let Value::Object(mut document) = show(account, version::CURRENT) else { return Value::Null };
    keep(&mut document, &BASIC);
    document.shift_remove("identity");
    if document.get("tags").is_some_and(Value::is_null) {
        document.shift_remove("tags");
    }
    document.into()
}

fn keep(document: &mut Object, names: &[&str]) {
    if let Some(properties) = document.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| names.contains(&name.as_str()));
    }
}

/// A time as the service writes it: UTC, up to seven digits after the second.
pub(super) fn time(at: Timestamp) -> String {
    let ticks = at.subsec_nanosecond() / 100;
    let whole = at.strftime("%Y-%m-%dT%H:%M:%S");
    let fraction = format!("{ticks:07}");
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}Z"),
        digits => format!("{whole}.{digits}Z"),
    }
}

/// Tags of any resource: texts by name.
pub(super) fn read_tags(tags: Option<Value>) -> Result<Option<Value>, ArmError> {
    match tags {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(tags)) if tags.values().all(Value::is_string) => Ok(Some(tags.into())),
        Some(_) => {
            Err(ArmError::invalid_member("tags", "must be an object whose members are text"))
        }
    }
}

fn read_identity(identity: Option<&Value>) -> Result<bool, ArmError> {
    match identity {
        None | Some(Value::Null) => Ok(false),
        Some(identity) => match identity.get("type").and_then(Value::as_str) {
            Some(kind) if kind.eq_ignore_ascii_case("SystemAssigned") => Ok(true),
            _ => Err(ArmError::invalid_member("identity.type", "must be SystemAssigned")),
        },
    }
}

/// Checks the enumerations, and spells their words as the service does.
fn check_words(properties: &mut Object) -> Result<(), ArmError> {
    for (name, words) in ENUMERATIONS {
        let Some(value) = properties.get_mut(name) else { continue };
        let known = value
            .as_str()
            .and_then(|text| words.iter().find(|word| word.eq_ignore_ascii_case(text)).copied());
        match known {
            Some(word) => *value = word.into(),
            None => {
                let words = words.join(", ");
                return Err(ArmError::invalid_member(
                    name,
                    &format!("is {value}; it must be one of {words}"),
                ));
            }
        }
    }
    if properties.get("defaultGroup").is_some_and(|group| !group.is_string()) {
        return Err(ArmError::invalid_member("defaultGroup", "must be text"));
    }
    Ok(())
}

fn copy(request: &AccountRequest, name: &str, properties: &mut Object) {
    if let Some(value) = request.properties.get(name) {
        properties.insert(name.to_owned(), value.clone());
    }
}

fn identity(principal_id: Uuid, tenant_id: Uuid) -> Value {
    json!({"type": "SystemAssigned", "principalId": principal_id, "tenantId": tenant_id})
}

fn add_names(new_account: &AccountIdentity, document: &mut Object) {
    document.insert("id".to_owned(), new_account.id.clone().into());
    document.insert("name".to_owned(), new_account.name.clone().into());
    document.insert("type".to_owned(), TYPE.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_drop_trailing_zeros() {
        let at = |text: &str| time(text.parse().unwrap());
        assert_eq!(at("2017-09-13T23:58:56.730315Z"), "2017-09-13T23:58:56.730315Z");
        assert_eq!(at("2017-09-13T23:58:56.123456789Z"), "2017-09-13T23:58:56.1234567Z");
        assert_eq!(at("2017-09-13T23:58:56Z"), "2017-09-13T23:58:56Z");
    }
}
