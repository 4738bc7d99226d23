//! Role definitions: those that are there of themselves, and those that somebody makes.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::role::{self, Permission, Role};
use crate::arm::Context;
use crate::arm::answer::Answer;
use crate::arm::errors::ArmError;
use crate::arm::lists;

/// The type of a role.
const TYPE: &str = "Microsoft.Authorization/roleDefinitions";

/// The id of a role as it is shown.
pub(super) fn id_of(subscription: Uuid, role: Uuid) -> String {
    format!("/subscriptions/{subscription}/providers/{TYPE}/{role}")
}

/// The refusal of a role that is not there.
pub(super) fn unknown(role: Uuid) -> ArmError {
    let message =
        format!("The specified role definition with ID '{}' does not exist.", role.simple());
    ArmError::gateway(StatusCode::NOT_FOUND, "RoleDefinitionDoesNotExist", message)
}

fn id(context: &Context<'_>) -> Result<Uuid, ArmError> {
    let text = context.name("id");
    Uuid::try_parse(text).map_err(|_| {
        let message = format!(
            "The role definition ID '{text}' is not valid. The role definition ID must be a GUID."
        );
        ArmError::gateway(StatusCode::BAD_REQUEST, "InvalidRoleDefinitionId", message)
    })
}

/// GET: one of them.
pub(in crate::arm) fn get(context: &Context<'_>) -> Result<Answer, ArmError> {
    let id = id(context)?;
    let state = context.state();
    let role = state.role(id).ok_or_else(|| unknown(id))?;
    Ok(Answer::gateway(StatusCode::OK).with_body(form(context, role)))
}

/// GET on all of them, or on those that a filter wants.
pub(in crate::arm) fn list(context: &Context<'_>) -> Result<Answer, ArmError> {
    let text = context.query.get("$filter").unwrap_or_default();
    let (mut name, mut custom) = (None, None);
    for part in text.split(" and ").map(str::trim).filter(|part| !part.is_empty()) {
        // Both say something of where roles can be given, which is everywhere here.
        if part.to_ascii_lowercase().starts_with("atscope") {
            continue;
        }
        let value = part.split('\'').nth(1).unwrap_or_default();
        match part.split_whitespace().next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "rolename" => name = Some(value),
            "type" => custom = Some(value.eq_ignore_ascii_case("CustomRole")),
            _ => {
                let why =
                    "it may have roleName eq '<name>', type eq '<type>' and atScopeAndBelow()";
                return Err(lists::unreadable("$filter", text, why));
            }
        }
    }
    let state = context.state();
    let all = role::built_in().iter().chain(state.roles.values());
    let items: Vec<Value> = all
        .filter(|role| name.is_none_or(|name| role.name.eq_ignore_ascii_case(name)))
        .filter(|role| custom.is_none_or(|custom| role.is_custom == custom))
        .map(|role| form(context, role))
        .collect();
    Ok(Answer::gateway(StatusCode::OK).with_body(json!({"value": items})))
}

/// PUT: makes a role, or makes it anew.
pub(in crate::arm) fn put(context: &Context<'_>) -> Result<Answer, ArmError> {
    let id = id(context)?;
    let role = read(context, id)?;
    let mut state = context.state_mut();
    let mut others = role::built_in().iter().chain(state.roles.values());
    if others.clone().any(|there| there.id == id && !there.is_custom) {
        return Err(built_in());
    }
    if others.any(|there| there.id != id && there.name.eq_ignore_ascii_case(&role.name)) {
        let message = format!("A custom role with the name '{}' already exists.", role.name);
        let code = "RoleDefinitionWithSameNameExists";
        return Err(ArmError::gateway(StatusCode::CONFLICT, code, message));
    }
    let body = form(context, &role);
    state.roles.insert(id, role);
    Ok(Answer::gateway(StatusCode::CREATED).with_body(body))
}

fn read(context: &Context<'_>, id: Uuid) -> Result<Role, ArmError> {
    let body = context.object()?;
    let properties = body.get("properties").and_then(Value::as_object);
    let properties =
        properties.ok_or_else(|| ArmError::invalid_member("properties", "is required"))?;
    let text = |name: &str| properties.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = text("roleName").filter(|name| !name.is_empty());
    let permissions = properties.get("permissions").and_then(Value::as_array);
    let permissions = permissions.map(Vec::as_slice).unwrap_or_default();
    Ok(Role {
        id,
        name: name.ok_or_else(|| ArmError::invalid_member("roleName", "is required"))?,
        description: text("description").unwrap_or_default(),
        is_custom: true,
        permissions: permissions
            .iter()
            .map(|permission| Permission {
                actions: texts(permission.get("actions")),
                not_actions: texts(permission.get("notActions")),
                data_actions: texts(permission.get("dataActions")),
                not_data_actions: texts(permission.get("notDataActions")),
            })
            .collect(),
        scopes: texts(properties.get("assignableScopes")),
    })
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let all = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// DELETE: shows what is gone; 204 when there was nothing.
pub(in crate::arm) fn delete(context: &Context<'_>) -> Result<Answer, ArmError> {
    let id = id(context)?;
    let mut state = context.state_mut();
    if state.role(id).is_some_and(|role| !role.is_custom) {
        return Err(built_in());
    }
    if state.assignments.values().any(|given| given.role == id) {
        let message = "There are existing role assignments referencing role.".to_owned();
        let code = "RoleDefinitionHasAssignments";
        return Err(ArmError::gateway(StatusCode::BAD_REQUEST, code, message));
    }
    Ok(match state.roles.remove(&id) {
        Some(role) => Answer::gateway(StatusCode::OK).with_body(form(context, &role)),
        None => Answer::gateway(StatusCode::NO_CONTENT),
    })
}

fn built_in() -> ArmError {
    let message = "A built-in role can neither be changed nor deleted.".to_owned();
    ArmError::gateway(StatusCode::BAD_REQUEST, "RoleDefinitionIsBuiltIn", message)
}

fn form(context: &Context<'_>, role: &Role) -> Value {
    let permissions: Vec<Value> = role
        .permissions
        .iter()
        .map(|permission| {
            json!({
                "actions": permission.actions,
                "notActions": permission.not_actions,
                "dataActions": permission.data_actions,
                "notDataActions": permission.not_data_actions,
            })
        })
        .collect();
    json!({
        "properties": {
            "roleName": role.name,
            "type": if role.is_custom { "CustomRole" } else { "BuiltInRole" },
            "description": role.description,
            "assignableScopes": role.scopes,
            "permissions": permissions,
        },
        "id": id_of(context.arm.seed.subscription_id, role.id),
        "type": TYPE,
        "name": role.id,
    })
}
