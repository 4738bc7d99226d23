//! What a group holds, whatever its type: lists, templates, moves.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Context;
use super::account_form::TYPE as ACCOUNT;
use super::answer::Answer;
use super::errors::ArmError;
use super::lists::{self, Top};
use super::operations::Change;
use super::polls::{job_accepted, job_id};
use super::state::{Object, State, key};
use super::storage::TYPE as STORAGE_ACCOUNT;
use super::{accounts, groups, providers, version};

/// GET `resources` of a group or of the subscription.
pub(super) fn list(context: &Context<'_>, group: Option<&str>) -> Result<Answer, ArmError> {
    let state = context.state();
    if let Some(group) = group
        && state.group(group).is_none()
    {
        return Err(ArmError::group_not_found(group));
    }
    let items = all(&state, group, &context.version);
    let body = lists::page(context, items, Top::Page)?;
    Ok(Answer::gateway(StatusCode::OK).with_body(body))
}

/// The short forms of all resources, in the order of their ids.
fn all(state: &State, group: Option<&str>, api_version: &str) -> Vec<Value> {
    let wanted = |of: &str| group.is_none_or(|group| of == key(group));
    let mine = state.accounts.values().filter(|account| wanted(&account.group));
    let mut items: Vec<Value> = mine.map(accounts::as_resource).collect();
    let stored = state.storage_accounts.values().filter(|account| wanted(&key(&account.group)));
    let others = state.others.values().filter(|other| wanted(&other.group));
    let documents =
        stored.map(|account| &account.document).chain(others.map(|other| &other.document));
    for document in documents {
        let mut item = Object::new();
        for name in ["id", "name", "type", "sku", "kind", "location", "tags"] {
            // A resource's sku shows in newer versions only, as recorded.
            let shown = name != "sku" || version::since(api_version, "2018-01-01");
            if let Some(value) = document.get(name).filter(|_| shown) {
                item.insert(name.to_owned(), value.clone());
            }
        }
        items.push(item.into());
    }
    items.sort_by_key(|item| key(item.get("id").and_then(Value::as_str).unwrap_or_default()));
    items
}

/// POST `exportTemplate`: the group as a deployment template.
pub(super) fn export(context: &Context<'_>, group: &str) -> Result<Answer, ArmError> {
    let wanted: Vec<String> = match context.object()?.get("resources").and_then(Value::as_array) {
        Some(ids) => ids.iter().filter_map(Value::as_str).map(key).collect(),
        None => vec!["*".to_owned()],
    };
    let state = context.state();
    if state.group(group).is_none() {
        return Err(ArmError::group_not_found(group));
    }
    let mut parameters = Object::new();
    let mut resources = Vec::new();
    for item in all(&state, Some(group), &context.version) {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        if !wanted.iter().any(|id| id == "*" || *id == key(text("id"))) {
            continue;
        }
        let short_type = text("type").rsplit('/').next().unwrap_or_default();
        let api_version = match text("type") {
            ACCOUNT => version::CURRENT,
            STORAGE_ACCOUNT => providers::STORAGE_VERSION,
            _ => providers::API_VERSION,
        };
        let parameter = format!("{short_type}_{}_name", text("name"));
        resources.push(json!({
            "type": text("type"),
            "apiVersion": api_version,
            "name": format!("[parameters('{parameter}')]"),
            "location": text("location"),
        }));
        parameters.insert(parameter, json!({"defaultValue": text("name"), "type": "String"}));
    }
    let template = json!({
        "$schema":
            "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "variables": {},
        "resources": resources,
    });
    Ok(Answer::gateway(StatusCode::OK).with_body(json!({"template": template})))
}

/// POST `moveResources`, or `validateMoveResources` when the move is not to be made.
pub(super) fn start_move(
    context: &Context<'_>,
    group: &str,
    make_it: bool,
) -> Result<Answer, ArmError> {
    let body = context.object()?;
    let target = body.get("targetResourceGroup").and_then(Value::as_str);
    let target = target.and_then(|id| id.rsplit('/').next()).unwrap_or_default();
    let ids = body.get("resources").and_then(Value::as_array).map(Vec::as_slice);
    let ids: Vec<String> =
        ids.unwrap_or_default().iter().filter_map(Value::as_str).map(key).collect();
    if ids.is_empty() || target.is_empty() {
        return Err(ArmError::invalid_request(
            "The request content was invalid: a move needs the ids of 'resources' and a \
             'targetResourceGroup'."
                .to_owned(),
        ));
    }
    let mut state = context.state_mut();
    let location = groups::writable(&state, group)?.location.clone();
    groups::writable(&state, target)?;
    let present = all(&state, Some(group), &context.version);
    for id in &ids {
        let there = present.iter().any(|item| {
            item.get("id").and_then(Value::as_str).is_some_and(|found| key(found) == *id)
        });
        if !there {
            return Err(ArmError::gateway(
                StatusCode::NOT_FOUND,
                "ResourceNotFound",
                format!("The resource '{id}' was not found in resource group '{group}'."),
            ));
        }
    }
    let (kind, change) = if make_it {
        ("RESOURCEMOVEJOB", Change::ResourcesMoved { ids, target: target.to_owned() })
    } else {
        ("RESOURCEVALIDATEMOVEJOB", Change::None)
    };
    let id = job_id(kind, &Uuid::new_v4().simple().to_string(), &location);
    let after = context.settings().moving();
    state.start(id.clone(), context.now, after, change, &context.arm.lake);
    let due = state.operations.get(&id).map_or(context.now, |operation| operation.due);
    Ok(job_accepted(context, &id, due))
}
