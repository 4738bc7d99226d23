//! `Microsoft.Compute/availabilitySets`: the one resource of another provider. It costs nothing
//! and starts at once, so people use it to try out the lists, moves and templates of groups.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Context;
use super::account_form::read_tags;
use super::answer::Answer;
use super::errors::ArmError;
use super::providers::{KIND, NAMESPACE};
use super::state::{Object, Other, State, key};
use super::{groups, providers, version};

const TYPE: &str = "Microsoft.Compute/availabilitySets";

/// Refuses every type but this one.
fn check_type(namespace: &str, kind: &str) -> Result<(), ArmError> {
    let known = namespace.eq_ignore_ascii_case(NAMESPACE);
    if known && kind.eq_ignore_ascii_case(KIND) {
        return Ok(());
    }
    if !known && !namespace.eq_ignore_ascii_case(adls_wire::arm::DATA_LAKE_STORE_PROVIDER) {
        return Err(providers::unknown(namespace));
    }
    let message =
        format!("The resource type '{kind}' could not be found in the namespace '{namespace}'.");
    Err(ArmError::gateway(StatusCode::NOT_FOUND, "InvalidResourceType", message))
}

/// The calls on one set.
pub(super) fn one(context: &Context<'_>) -> Result<Answer, ArmError> {
    let [namespace, kind, group, name] =
        ["namespace", "kind", "group", "name"].map(|name| context.name(name));
    check_type(namespace, kind)?;
    match *context.method {
        Method::PUT => put(context, group, name),
        Method::PATCH => patch(context, group, name),
        Method::GET => {
            let state = context.state();
            let set = find(&state, group, name)?;
            let mut body = form(context, set);
            if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
                properties.insert("virtualMachines".to_owned(), json!([]));
            }
            Ok(Answer::gateway(StatusCode::OK).with_body(body))
        }
        Method::HEAD => {
            find(&context.state(), group, name)?;
            Ok(Answer::gateway(StatusCode::NO_CONTENT))
        }
        Method::DELETE => {
            let removed = context.state_mut().others.remove(&path(group, name)).is_some();
            let status = if removed { StatusCode::OK } else { StatusCode::NO_CONTENT };
            Ok(Answer::gateway(status))
        }
        _ => Err(ArmError::method_not_allowed(context.method)),
    }
}

fn put(context: &Context<'_>, group: &str, name: &str) -> Result<Answer, ArmError> {
    let mut body = context.object()?;
    let location = body.remove("location").filter(Value::is_string);
    let location = location.ok_or_else(ArmError::location_required)?;
    let tags = read_tags(body.remove("tags"))?;
    let mut properties = json!({"platformUpdateDomainCount": 5, "platformFaultDomainCount": 3});
    if let (Some(properties), Some(Value::Object(sent))) =
        (properties.as_object_mut(), body.remove("properties"))
    {
        properties.extend(sent);
    }
    let mut document = Object::new();
    let subscription = context.arm.seed.subscription_id;
    let id =
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{TYPE}/{name}");
    document.insert("name".to_owned(), name.into());
    document.insert("id".to_owned(), id.into());
    document.insert("type".to_owned(), TYPE.into());
    document.insert("location".to_owned(), location);
    if let Some(tags) = tags {
        document.insert("tags".to_owned(), tags);
    }
    document.insert("properties".to_owned(), properties);
    let sku = body.remove("sku").unwrap_or_else(|| json!({"name": "Classic"}));
    document.insert("sku".to_owned(), sku);
    let mut state = context.state_mut();
    groups::writable(&state, group)?;
    providers::must_be_registered(context, &state, NAMESPACE)?;
    let set = Other { group: key(group), kind: TYPE.to_owned(), document };
    let body = form(context, &set);
    state.others.insert(path(group, name), set);
    Ok(Answer::gateway(StatusCode::OK).with_body(body))
}

fn patch(context: &Context<'_>, group: &str, name: &str) -> Result<Answer, ArmError> {
    let tags = read_tags(context.object()?.remove("tags"))?;
    let mut state = context.state_mut();
    find(&state, group, name)?;
    let Some(set) = state.others.get_mut(&path(group, name)) else {
        return Err(ArmError::resource_not_found(TYPE, name, group));
    };
    if let Some(tags) = tags {
        set.document.insert("tags".to_owned(), tags);
    }
    Ok(Answer::gateway(StatusCode::OK).with_body(form(context, set)))
}

fn find<'s>(state: &'s State, group: &str, name: &str) -> Result<&'s Other, ArmError> {
    if state.group(group).is_none() {
        return Err(ArmError::group_not_found(group));
    }
    let set = state.others.get(&path(group, name));
    set.ok_or_else(|| ArmError::resource_not_found(TYPE, name, group))
}

/// The sku shows since 2016.
fn form(context: &Context<'_>, set: &Other) -> Value {
    let mut document = set.document.clone();
    if !version::since(&context.version, "2016-01-01") {
        document.shift_remove("sku");
    }
    document.into()
}

fn path(group: &str, name: &str) -> String {
    key(&format!("{group}/{TYPE}/{name}"))
}
