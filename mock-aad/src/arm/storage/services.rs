//! The blob service of a storage account. What it has in common with what the storage service itself shows is
//! one thing, whoever sets it; the rest is remembered here without an effect.

use http::StatusCode;
use serde_json::{Value, json};

use super::{accounts, containers};
use crate::arm::Context;
use crate::arm::answer::Answer;
use crate::arm::errors::ArmError;
use crate::arm::state::Object;
use crate::namespace::{CorsRule, Room, ServiceProperties};

const TYPE: &str = "Microsoft.Storage/storageAccounts/blobServices";
const LONGEST_RETENTION: u64 = 365;

/// GET `blobServices`: the one that there is.
pub(in crate::arm) fn list(context: &Context<'_>) -> Result<Answer, ArmError> {
    let body = json!({"value": [form(context)?]});
    Ok(Answer::storage(StatusCode::OK).with_body(body))
}

/// GET `blobServices/default`.
pub(in crate::arm) fn get(context: &Context<'_>) -> Result<Answer, ArmError> {
    Ok(Answer::storage(StatusCode::OK).with_body(form(context)?))
}

/// PUT `blobServices/default`: sets what is sent.
pub(in crate::arm) fn put(context: &Context<'_>) -> Result<Answer, ArmError> {
    let body = context.object()?;
    let mut sent = match body.get("properties") {
        None | Some(Value::Null) => Object::new(),
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => return Err(ArmError::invalid_member("properties", "must be an object")),
    };
    sent.retain(|_, value| !value.is_null());
    let (_, account) = containers::files(context)?;
    let cors = sent.shift_remove("cors").map(|cors| read_cors(&cors)).transpose()?;
    let deleted = sent.shift_remove("deleteRetentionPolicy");
    let items = deleted.as_ref().map(read_retention).transpose()?;
    let permanent = deleted.and_then(|policy| policy.get("allowPermanentDelete")?.as_bool());
    let containers = sent.shift_remove("containerDeleteRetentionPolicy");
    let containers = containers.as_ref().map(read_retention).transpose()?;
    let version = sent.shift_remove("defaultServiceVersion");
    let version = version.and_then(|version| version.as_str().map(str::to_owned));
    let set = |service: &mut ServiceProperties| {
        service.cors = cors.unwrap_or(std::mem::take(&mut service.cors));
        service.retention_days = items.unwrap_or(service.retention_days);
        service.permanent_deletes = permanent.unwrap_or(service.permanent_deletes);
        service.container_retention_days = containers.unwrap_or(service.container_retention_days);
        service.default_version = version.or(service.default_version.take());
    };
    let changed = context.arm.lake.administer(&account, Room::Takes, |edit| {
        edit.change_service_properties(set);
        Ok(())
    });
    changed.map_err(|error| {
        let code = "ServiceOperationFailure";
        ArmError::storage(StatusCode::CONFLICT, code, error.to_string())
    })?;
    let mut state = context.state_mut();
    accounts::ready(&mut state, context)?.blob_service.extend(sent);
    accounts::save(context, &state);
    drop(state);
    Ok(Answer::storage(StatusCode::OK).with_body(form(context)?))
}

fn read_retention(policy: &Value) -> Result<Option<u32>, ArmError> {
    if policy.get("enabled").and_then(Value::as_bool) != Some(true) {
        return Ok(None);
    }
    let days = policy.get("days").and_then(Value::as_u64);
    let days = days.filter(|days| (1..=LONGEST_RETENTION).contains(days));
    let days = days.and_then(|days| u32::try_from(days).ok());
    days.map(Some).ok_or_else(|| ArmError::invalid_member("days", "must be 1 to 365"))
}

fn read_cors(cors: &Value) -> Result<Vec<CorsRule>, ArmError> {
    let rules = cors.get("corsRules").and_then(Value::as_array).map(Vec::as_slice);
    let rules = rules.unwrap_or_default().iter().map(|rule| {
        let list = |name: &str| {
            let all = rule.get(name).and_then(Value::as_array).map(Vec::as_slice);
            let all: Vec<&str> = all.unwrap_or_default().iter().filter_map(Value::as_str).collect();
            all.join(",")
        };
        let age = rule.get("maxAgeInSeconds").and_then(Value::as_u64).unwrap_or_default();
        let age = u32::try_from(age)
            .map_err(|_| ArmError::invalid_member("maxAgeInSeconds", "is too large"))?;
        Ok(CorsRule {
            methods: list("allowedMethods"),
            origins: list("allowedOrigins"),
            headers: list("allowedHeaders"),
            exposed_headers: list("exposedHeaders"),
            max_age_seconds: age,
        })
    });
    rules.collect()
}

fn form(context: &Context<'_>) -> Result<Value, ArmError> {
    let (_, files) = containers::files(context)?;
    let service = files.inspect().service_properties().clone();
    let state = context.state();
    let account = accounts::find(&state, context)?;
    let retention = |days: Option<u32>| match days {
        Some(days) => json!({"enabled": true, "days": days}),
        None => json!({"enabled": false}),
    };
    let list = |text: &str| {
        text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let rules: Vec<Value> = service
        .cors
        .iter()
        .map(|rule| {
            json!({
                "allowedOrigins": list(&rule.origins),
                "allowedMethods": list(&rule.methods),
                "maxAgeInSeconds": rule.max_age_seconds,
                "exposedHeaders": list(&rule.exposed_headers),
                "allowedHeaders": list(&rule.headers),
            })
        })
        .collect();
    let mut deleted = retention(service.retention_days);
    if let Some(deleted) = deleted.as_object_mut() {
        deleted.insert("allowPermanentDelete".to_owned(), service.permanent_deletes.into());
    }
    let mut properties = account.blob_service.clone();
    properties.insert("cors".to_owned(), json!({"corsRules": rules}));
    properties.insert("deleteRetentionPolicy".to_owned(), deleted);
    let containers = retention(service.container_retention_days);
    properties.insert("containerDeleteRetentionPolicy".to_owned(), containers);
    if let Some(version) = service.default_version {
        properties.insert("defaultServiceVersion".to_owned(), version.into());
    }
    Ok(json!({
        "sku": account.document.get("sku"),
        "id": format!("{}/blobServices/default", account.id()),
        "name": "default",
        "type": TYPE,
        "properties": properties,
    }))
}
