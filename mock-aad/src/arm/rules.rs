//! Firewall rules, virtual network rules and trusted identity providers of an account.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Context;
use super::account_form::TYPE;
use super::accounts;
use super::answer::Answer;
use super::errors::ArmError;
use super::lists::{self, Top};
use super::rule_set::{Rule, RuleKind, check};
use super::state::{Account, Object};

/// A path to a child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) group: &'a str,
    pub(super) account: &'a str,
    pub(super) kind: RuleKind,
    pub(super) name: &'a str,
}

/// GET on all children of a kind.
pub(super) fn list(context: &Context<'_>, kind: RuleKind) -> Result<Answer, ArmError> {
    let state = context.state();
    let account = accounts::find(&state, context.name("group"), context.name("account"))?;
    let items = account.rules.of(kind).map(|rule| form(account, kind, rule, true)).collect();
    let body = lists::page(context, items, Top::Page)?;
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// The calls on one child.
pub(super) fn one(context: &Context<'_>, kind: RuleKind) -> Result<Answer, ArmError> {
    let [group, account, name] = ["group", "account", "name"].map(|name| context.name(name));
    let name = &Name { group, account, kind, name };
    match *context.method {
        Method::GET => get(context, name),
        Method::PUT => put(context, name),
        Method::PATCH => patch(context, name),
        Method::DELETE => delete(context, name),
        _ => Err(ArmError::method_not_allowed(context.method)),
    }
}

fn get(context: &Context<'_>, name: &Name<'_>) -> Result<Answer, ArmError> {
    let state = context.state();
    let account = accounts::find(&state, name.group, name.account)?;
    let rule =
        account.rules.get(name.kind, name.name).ok_or_else(ArmError::nested_resource_not_found)?;
    let body = form(account, name.kind, rule, true);
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// PUT: 200 even for a new child, as recorded.
fn put(context: &Context<'_>, name: &Name<'_>) -> Result<Answer, ArmError> {
    let properties = properties(context)?;
    check(name.kind, &properties)?;
    store(context, name, properties)
}

/// PATCH: members that are not sent stay.
fn patch(context: &Context<'_>, name: &Name<'_>) -> Result<Answer, ArmError> {
    let sent = if context.body.is_empty() { Object::new() } else { properties(context)? };
    let mut merged = {
        let state = context.state();
        let account = accounts::find(&state, name.group, name.account)?;
        let rule = account
            .rules
            .get(name.kind, name.name)
            .ok_or_else(ArmError::nested_resource_not_found)?;
        rule.properties.clone()
    };
    merged.extend(sent);
    check(name.kind, &merged)?;
    store(context, name, merged)
}

fn store(context: &Context<'_>, name: &Name<'_>, properties: Object) -> Result<Answer, ArmError> {
    let mut state = context.state_mut();
    let account = accounts::find_mut(&mut state, name.group, name.account)?;
    accounts::must_be_active(account)?;
    account.count_change();
    account.rules.put(name.kind, Rule { name: name.name.to_owned(), properties });
    let Some(rule) = account.rules.get(name.kind, name.name) else {
        return Err(ArmError::nested_resource_not_found());
    };
    let body = form(account, name.kind, rule, false);
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

fn delete(context: &Context<'_>, name: &Name<'_>) -> Result<Answer, ArmError> {
    let mut state = context.state_mut();
    let account = accounts::find_mut(&mut state, name.group, name.account)?;
    accounts::must_be_active(account)?;
    if !account.rules.remove(name.kind, name.name) {
        return Ok(Answer::provider(StatusCode::NO_CONTENT));
    }
    account.count_change();
    Ok(Answer::provider(StatusCode::OK))
}

/// The full form of a child. A virtual network rule has a state in a GET, and none in the answer
/// to its PUT, as recorded.
fn form(account: &Account, kind: RuleKind, rule: &Rule, with_state: bool) -> Value {
    let mut properties = rule.properties.clone();
    if with_state && kind == RuleKind::VirtualNetwork {
        properties.insert("state".to_owned(), "Active".into());
    }
    let segment = kind.segment();
    json!({
        "properties": properties,
        "id": format!("{}/{segment}/{}", account.id(), rule.name),
        "name": rule.name,
        "type": format!("{TYPE}/{segment}"),
    })
}

fn properties(context: &Context<'_>) -> Result<Object, ArmError> {
    match context.object()?.remove("properties") {
        Some(Value::Object(mut properties)) => {
            properties.retain(|name, value| name != "state" && !value.is_null());
            Ok(properties)
        }
        _ => Err(ArmError::invalid_member("properties", "is required")),
    }
}
