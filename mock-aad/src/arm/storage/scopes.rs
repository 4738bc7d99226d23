//! Encryption scopes of a storage account. The storage service takes every name of one, whether it is here or
//! not: nothing is encrypted.

use http::StatusCode;
use serde_json::{Value, json};

use super::account::StorageAccount;
use super::accounts;
use crate::arm::Context;
use crate::arm::answer::Answer;
use crate::arm::errors::ArmError;
use crate::arm::state::Object;

const TYPE: &str = "Microsoft.Storage/storageAccounts/encryptionScopes";

/// PUT: makes one, or changes what is sent of one that is there.
pub(in crate::arm) fn put(context: &Context<'_>) -> Result<Answer, ArmError> {
    let name = context.name("scope");
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !(3..=63).contains(&name.len()) || !name.bytes().all(fits) {
        let message = format!(
            "The encryption scope name '{name}' is not valid. It must be 3 to 63 letters, digits \
             and dashes."
        );
        let code = "EncryptionScopeNameInvalid";
        return Err(ArmError::storage(StatusCode::BAD_REQUEST, code, message));
    }
    set(context, true)
}

/// PATCH: changes what is sent.
pub(in crate::arm) fn patch(context: &Context<'_>) -> Result<Answer, ArmError> {
    set(context, false)
}

fn set(context: &Context<'_>, may_make: bool) -> Result<Answer, ArmError> {
    let name = context.name("scope");
    let mut body = if context.body.is_empty() { Object::new() } else { context.object()? };
    let mut sent = match body.remove("properties") {
        None | Some(Value::Null) => Object::new(),
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(ArmError::invalid_member("properties", "must be an object")),
    };
    for name in ["creationTime", "lastModifiedTime"] {
        sent.shift_remove(name);
    }
    sent.retain(|_, value| !value.is_null());
    let mut state = context.state_mut();
    let account = accounts::ready(&mut state, context)?;
    let is_new = !account.scopes.contains_key(name);
    if is_new && !may_make {
        return Err(not_found(name));
    }
    let now = Value::from(context.now.to_string());
    let properties = account.scopes.entry(name.to_owned()).or_insert_with(|| {
        let defaults = [
            ("source", json!("Microsoft.Storage")),
            ("state", json!("Enabled")),
            ("creationTime", now.clone()),
        ];
        defaults.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    });
    properties.extend(sent);
    properties.insert("lastModifiedTime".to_owned(), now);
    let body = form(account, name);
    accounts::save(context, &state);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(Answer::storage(status).with_body(body))
}

/// GET: one of them.
pub(in crate::arm) fn get(context: &Context<'_>) -> Result<Answer, ArmError> {
    let name = context.name("scope");
    let state = context.state();
    let account = accounts::find(&state, context)?;
    if !account.scopes.contains_key(name) {
        return Err(not_found(name));
    }
    Ok(Answer::storage(StatusCode::OK).with_body(form(account, name)))
}

/// GET on all of them, by name.
pub(in crate::arm) fn list(context: &Context<'_>) -> Result<Answer, ArmError> {
    let state = context.state();
    let account = accounts::find(&state, context)?;
    let items: Vec<Value> = account.scopes.keys().map(|name| form(account, name)).collect();
    Ok(Answer::storage(StatusCode::OK).with_body(json!({"value": items})))
}

fn not_found(name: &str) -> ArmError {
    let message = format!("The encryption scope '{name}' does not exist.");
    ArmError::storage(StatusCode::NOT_FOUND, "EncryptionScopeNotFound", message)
}

fn form(account: &StorageAccount, name: &str) -> Value {
    json!({
        "id": format!("{}/encryptionScopes/{name}", account.id()),
        "name": name,
        "type": TYPE,
        "properties": account.scopes.get(name),
    })
}
