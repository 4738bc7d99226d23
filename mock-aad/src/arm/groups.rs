//! Resource groups.

use http::StatusCode;
use serde_json::{Value, json};

use crate::seed::Seed;

use super::Context;
use super::account_form::read_tags;
use super::answer::Answer;
use super::errors::ArmError;
use super::lists::{self, Top};
use super::operations::Change;
use super::polls::{job_accepted, job_id};
use super::state::{Group, Object, State, key};
use super::{subscriptions, version};

/// The type of a group, which newer versions show.
const TYPE: &str = adls_wire::arm::RESOURCE_GROUP_TYPE;

/// Puts the seed's group into the state, unless it is there.
pub(super) fn seed_group(state: &mut State, seed: &Seed) {
    let group = || Group {
        name: seed.resource_group.clone(),
        location: subscriptions::short(&seed.location),
        tags: None,
        managed_by: None,
        deleting: false,
    };
    state.groups.entry(key(&seed.resource_group)).or_insert_with(group);
}

/// Puts the group of a resource that was kept into the state, unless it is there.
pub(super) fn restore(state: &mut State, name: &str, resource: &Object) {
    let location = resource.get("location").and_then(Value::as_str).unwrap_or_default();
    let group = || Group {
        name: name.to_owned(),
        location: location.to_owned(),
        tags: None,
        managed_by: None,
        deleting: false,
    };
    state.groups.entry(key(name)).or_insert_with(group);
}

/// The group for a change in it: it must be there, and stay.
pub(super) fn writable<'s>(state: &'s State, name: &str) -> Result<&'s Group, ArmError> {
    match state.group(name) {
        None => Err(ArmError::group_not_found(name)),
        Some(group) if group.deleting => Err(ArmError::group_being_deleted(name)),
        Some(group) => Ok(group),
    }
}

/// PUT: 201 for a new group, 200 for one that is there.
pub(super) fn put(context: &Context<'_>, name: &str) -> Result<Answer, ArmError> {
    check_name(name)?;
    let mut body = context.object()?;
    let location = match body.get("location").and_then(Value::as_str) {
        Some(location) if !location.trim().is_empty() => subscriptions::short(location),
        _ => return Err(ArmError::location_required()),
    };
    if !subscriptions::is_region(&location) {
        return Err(ArmError::gateway(
            StatusCode::BAD_REQUEST,
            "LocationNotAvailableForResourceGroup",
            format!("The provided location '{location}' is not available for resource group."),
        ));
    }
    let tags = read_tags(body.remove("tags"))?;
    let managed_by = body.remove("managedBy").filter(|value| !value.is_null());
    let mut state = context.state_mut();
    let there = match state.group(name) {
        Some(_) => Some(writable(&state, name)?.clone()),
        None => None,
    };
    if let Some(group) = there.as_ref().filter(|group| group.location != location) {
        return Err(ArmError::gateway(
            StatusCode::CONFLICT,
            "InvalidResourceGroupLocation",
            format!(
                "Invalid resource group location '{location}'. The Resource group already exists \
                 in location '{}'.",
                group.location
            ),
        ));
    }
    let status = if there.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let (shown, kept) = match there {
        Some(group) => (group.name, group.managed_by),
        None => (name.to_owned(), None),
    };
    let managed_by = managed_by.or(kept);
    let group = Group { name: shown, location, tags, managed_by, deleting: false };
    let body = form(context, &group);
    state.groups.insert(key(name), group);
    Ok(Answer::gateway(status).with_body(body))
}

/// PATCH: replaces the tags, names a manager.
pub(super) fn patch(context: &Context<'_>, name: &str) -> Result<Answer, ArmError> {
    let mut body = context.object()?;
    let tags = read_tags(body.remove("tags"))?;
    let managed_by = body.remove("managedBy").filter(|value| !value.is_null());
    let mut state = context.state_mut();
    writable(&state, name)?;
    let Some(group) = state.groups.get_mut(&key(name)) else {
        return Err(ArmError::group_not_found(name));
    };
    group.tags = tags.or_else(|| group.tags.take());
    group.managed_by = managed_by.or_else(|| group.managed_by.take());
    Ok(Answer::gateway(StatusCode::OK).with_body(form(context, group)))
}

/// GET
pub(super) fn get(context: &Context<'_>, name: &str) -> Result<Answer, ArmError> {
    let state = context.state();
    let group = state.group(name).ok_or_else(|| ArmError::group_not_found(name))?;
    Ok(Answer::gateway(StatusCode::OK).with_body(form(context, group)))
}

/// HEAD: 204 when it is there.
pub(super) fn exists(context: &Context<'_>, name: &str) -> Result<Answer, ArmError> {
    match context.state().group(name) {
        Some(_) => Ok(Answer::gateway(StatusCode::NO_CONTENT)),
        None => Err(ArmError::group_not_found(name)),
    }
}

/// GET on all groups, by name.
pub(super) fn list(context: &Context<'_>) -> Result<Answer, ArmError> {
    let state = context.state();
    let items = state.groups.values().map(|group| form(context, group)).collect();
    let body = lists::page(context, items, Top::Page)?;
    Ok(Answer::gateway(StatusCode::OK).with_body(body))
}

/// DELETE: 202 and a link to ask; everything in the group goes with it.
pub(super) fn delete(context: &Context<'_>, name: &str) -> Result<Answer, ArmError> {
    let mut state = context.state_mut();
    let Some(group) = state.groups.get_mut(&key(name)) else {
        return Err(ArmError::group_not_found(name));
    };
    let id = job_id("RESOURCEGROUPDELETIONJOB", &group.name, &group.location);
    // A second call finds the job of the first.
    if !std::mem::replace(&mut group.deleting, true) {
        let after = context.settings().group_deletion();
        let change = Change::GroupGone { group: key(name) };
        state.start(id.clone(), context.now, after, change, &context.arm.lake);
    }
    let due = state.operations.get(&id).map_or(context.now, |operation| operation.due);
    Ok(job_accepted(context, &id, due))
}

fn form(context: &Context<'_>, group: &Group) -> Value {
    let mut form = Object::new();
    let id = format!(
        "/subscriptions/{}/resourceGroups/{}",
        context.arm.seed.subscription_id, group.name
    );
    form.insert("id".to_owned(), id.into());
    form.insert("name".to_owned(), group.name.clone().into());
    if version::shows_group_type(&context.version) {
        form.insert("type".to_owned(), TYPE.into());
    }
    form.insert("location".to_owned(), group.location.clone().into());
    for (name, value) in [("managedBy", &group.managed_by), ("tags", &group.tags)] {
        if let Some(value) = value {
            form.insert(name.to_owned(), value.clone());
        }
    }
    let state = if group.deleting { "Deleting" } else { "Succeeded" };
    form.insert("properties".to_owned(), json!({"provisioningState": state}));
    form.into()
}

fn check_name(name: &str) -> Result<(), ArmError> {
    if adls_wire::arm::is_group_name(name) {
        return Ok(());
    }
    let rule = adls_wire::arm::GROUP_NAME_RULE;
    Err(ArmError::gateway(
        StatusCode::BAD_REQUEST,
        "InvalidResourceGroupName",
        format!("The resource group name '{name}' is not valid. It must be {rule}."),
    ))
}
