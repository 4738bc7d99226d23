//! Role assignments: give, show, list, take away.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::assignment::{Assignment, TYPE};
use super::{definitions, scope};
use crate::arm::Context;
use crate::arm::answer::Answer;
use crate::arm::errors::ArmError;
use crate::arm::lists;
use crate::arm::state::Object;
use crate::seed::Seed;

/// PUT: gives a role.
pub(in crate::arm) fn put(context: &Context<'_>) -> Result<Answer, ArmError> {
    let given = read(context)?;
    let mut state = context.state_mut();
    scope::check(&state, &given.scope)?;
    if state.role(given.role).is_none() {
        return Err(definitions::unknown(given.role));
    }
    let key = given.key();
    if let Some(there) = state.assignments.get(&key) {
        if (there.principal, there.role) != (given.principal, given.role) {
            let message = "Tenant ID, application ID, principal ID, and scope are not allowed to \
                           be updated.";
            let code = "RoleAssignmentUpdateNotPermitted";
            return Err(ArmError::gateway(StatusCode::BAD_REQUEST, code, message.to_owned()));
        }
    } else {
        let same = |there: &&Assignment| {
            (there.principal, there.role) == (given.principal, given.role)
                && there.scope.eq_ignore_ascii_case(&given.scope)
        };
        if let Some(there) = state.assignments.values().find(same) {
            let message = format!(
                "The role assignment already exists. The ID of the existing role assignment is {}.",
                there.name
            );
            return Err(ArmError::gateway(StatusCode::CONFLICT, "RoleAssignmentExists", message));
        }
    }
    let body = form(context, &given);
    let scope = given.scope.clone();
    state.assignments.insert(key, given);
    state.save_storage_account(&scope, &context.arm.lake);
    Ok(Answer::gateway(StatusCode::CREATED).with_body(body))
}

/// What a request gives, to whom.
fn read(context: &Context<'_>) -> Result<Assignment, ArmError> {
    let name = context.name("id");
    if Uuid::try_parse(name).is_err() {
        let message = format!(
            "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
        );
        return Err(ArmError::gateway(StatusCode::BAD_REQUEST, "InvalidRoleAssignmentId", message));
    }
    let mut body = context.object()?;
    let Some(Value::Object(mut properties)) = body.remove("properties") else {
        return Err(ArmError::invalid_member("properties", "is required"));
    };
    let mut text = |name: &str| match properties.shift_remove(name) {
        Some(Value::String(text)) => Ok(Some(text)),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(ArmError::invalid_member(name, "must be text")),
    };
    let role = text("roleDefinitionId")?;
    let role = role.as_deref().and_then(|id| Uuid::try_parse(id.rsplit('/').next()?).ok());
    let role =
        role.ok_or_else(|| ArmError::invalid_member("roleDefinitionId", "must name a role"))?;
    let principal = text("principalId")?.and_then(|id| Uuid::try_parse(&id).ok());
    let principal =
        principal.ok_or_else(|| ArmError::invalid_member("principalId", "must be a GUID"))?;
    let kind = match (text("principalType")?, kind_of(&context.arm.seed, principal)) {
        (Some(kind), _) => kind,
        (None, Some(kind)) => kind.to_owned(),
        // Whoever says of what kind it is may name somebody whom the directory does not show yet.
        (None, None) => {
            let tenant = context.arm.seed.tenant_id;
            let message = format!(
                "Principal {} does not exist in the directory {tenant}. Check that you have the \
                 correct principal ID.",
                principal.simple()
            );
            return Err(ArmError::gateway(StatusCode::BAD_REQUEST, "PrincipalNotFound", message));
        }
    };
    for name in ["scope", "createdOn", "updatedOn", "createdBy", "updatedBy"] {
        properties.shift_remove(name);
    }
    properties.retain(|_, value| !value.is_null());
    Ok(Assignment {
        name: name.to_owned(),
        scope: scope::of(context),
        principal,
        principal_type: kind,
        role,
        created: context.now,
        updated: context.now,
        created_by: Some(context.caller.object_id),
        others: properties,
    })
}

/// What kind of principal the directory has of an id.
fn kind_of(seed: &Seed, id: Uuid) -> Option<&'static str> {
    if seed.users.iter().any(|user| user.object_id == id) {
        return Some("User");
    }
    if seed.applications.iter().any(|application| application.object_id == id) {
        return Some("ServicePrincipal");
    }
    seed.groups.iter().any(|group| group.object_id == id).then_some("Group")
}

/// GET: one of them.
pub(in crate::arm) fn get(context: &Context<'_>) -> Result<Answer, ArmError> {
    let state = context.state();
    let found = state.assignments.get(&key(context)).ok_or_else(|| {
        let message = format!("The role assignment '{}' is not found.", context.name("id"));
        ArmError::gateway(StatusCode::NOT_FOUND, "RoleAssignmentNotFound", message)
    })?;
    Ok(Answer::gateway(StatusCode::OK).with_body(form(context, found)))
}

/// DELETE: shows what was taken away; 204 when there was nothing.
pub(in crate::arm) fn delete(context: &Context<'_>) -> Result<Answer, ArmError> {
    let mut state = context.state_mut();
    let Some(gone) = state.assignments.remove(&key(context)) else {
        return Ok(Answer::gateway(StatusCode::NO_CONTENT));
    };
    state.save_storage_account(&gone.scope, &context.arm.lake);
    Ok(Answer::gateway(StatusCode::OK).with_body(form(context, &gone)))
}

fn key(context: &Context<'_>) -> String {
    format!("{}/providers/{TYPE}/{}", scope::of(context), context.name("id")).to_ascii_lowercase()
}

/// GET on those at a scope, above it and below it, as far as the filter wants them.
pub(in crate::arm) fn list(context: &Context<'_>) -> Result<Answer, ArmError> {
    let scope = scope::of(context);
    let wanted = Wanted::read(context)?;
    let state = context.state();
    scope::check(&state, &scope)?;
    let items: Vec<Value> = state
        .assignments
        .values()
        .filter(|given| given.counts_at(&scope) || (!wanted.not_below && given.is_within(&scope)))
        .filter(|given| wanted.principals.as_ref().is_none_or(|all| all.contains(&given.principal)))
        .map(|given| form(context, given))
        .collect();
    let body = json!({"value": items});
    Ok(Answer::gateway(StatusCode::OK).with_body(body))
}

/// What a filter wants.
#[derive(Default)]
struct Wanted {
    not_below: bool,
    principals: Option<Vec<Uuid>>,
}

impl Wanted {
    /// Reads the filter: `atScope()`, `principalId eq '…'` and `assignedTo('…')`, joined by `and`.
    fn read(context: &Context<'_>) -> Result<Self, ArmError> {
        let mut wanted = Self::default();
        let Some(text) = context.query.get("$filter") else { return Ok(wanted) };
        let lower = text.to_ascii_lowercase();
        for part in lower.split(" and ").map(str::trim).filter(|part| !part.is_empty()) {
            if part == "atscope()" {
                wanted.not_below = true;
                continue;
            }
            let id = part.split('\'').nth(1).and_then(|id| Uuid::try_parse(id).ok());
            let Some(id) = id else { return Err(lists::unreadable("$filter", text, UNKNOWN)) };
            wanted.principals = Some(if part.starts_with("assignedto(") {
                // Also what comes by groups.
                let groups = context.arm.seed.groups.iter();
                let mine = groups.filter(|group| group.members.contains(&id));
                std::iter::once(id).chain(mine.map(|group| group.object_id)).collect()
            } else if part.starts_with("principalid eq ") {
                vec![id]
            } else {
                return Err(lists::unreadable("$filter", text, UNKNOWN));
            });
        }
        Ok(wanted)
    }
}

const UNKNOWN: &str = "it may have atScope(), principalId eq '<id>' and assignedTo('<id>')";

fn form(context: &Context<'_>, given: &Assignment) -> Value {
    let subscription = context.arm.seed.subscription_id;
    let by = given.created_by.map(|id| id.to_string()).unwrap_or_default();
    let mut properties = Object::new();
    let shown = [
        ("roleDefinitionId", definitions::id_of(subscription, given.role)),
        ("principalId", given.principal.to_string()),
        ("principalType", given.principal_type.clone()),
        ("scope", given.scope.clone()),
    ];
    properties.extend(shown.map(|(name, value)| (name.to_owned(), value.into())));
    properties.extend([
        ("condition".to_owned(), Value::Null),
        ("conditionVersion".to_owned(), Value::Null),
    ]);
    let times = [
        ("createdOn", given.created.to_string()),
        ("updatedOn", given.updated.to_string()),
        ("createdBy", by.clone()),
        ("updatedBy", by),
    ];
    properties.extend(times.map(|(name, value)| (name.to_owned(), value.into())));
    for name in ["delegatedManagedIdentityResourceId", "description"] {
        properties.insert(name.to_owned(), Value::Null);
    }
    properties.extend(given.others.clone());
    json!({"properties": properties, "id": given.id(), "type": TYPE, "name": given.name})
}
