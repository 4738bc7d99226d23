//! Firewall rules, virtual network rules and trusted identity providers: three kinds of children
//! of an account that differ in their members only.

use std::net::Ipv4Addr;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Context;
use super::account_form::TYPE;
use super::accounts;
use super::answer::Answer;
use super::errors::ArmError;
use super::lists::{self, Top};
use super::route::RuleKind;
use super::state::{Account, Object};

/// The children of one account, or of one kind when read from a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules(Vec<(RuleKind, Rule)>);

/// One child.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    name: String,
    properties: Object,
}

/// A path to a child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) group: &'a str,
    pub(super) account: &'a str,
    pub(super) kind: RuleKind,
    pub(super) name: &'a str,
}

impl Rule {
    /// A member of the properties, if it is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }
}

impl Rules {
    /// Reads the list in an account's request: each entry has a name and properties.
    pub(super) fn read(kind: RuleKind, list: &Value) -> Result<Self, ArmError> {
        let member = kind.segment();
        let entries = list.as_array().ok_or_else(|| wrong(member, "must be a list"))?;
        let mut rules = Self::default();
        for entry in entries {
            let name = entry.get("name").and_then(Value::as_str);
            let properties = entry.get("properties").and_then(Value::as_object);
            let (Some(name), Some(properties)) = (name, properties) else {
                return Err(wrong(member, "must have a name and properties in each entry"));
            };
            check(kind, properties)?;
            rules.put(kind, Rule { name: name.to_owned(), properties: properties.clone() });
        }
        Ok(rules)
    }

    /// The children of one kind, oldest first.
    pub(super) fn of(&self, kind: RuleKind) -> impl Iterator<Item = &Rule> {
        self.0.iter().filter(move |(k, _)| *k == kind).map(|(_, rule)| rule)
    }

    /// Replaces all children of one kind.
    pub(super) fn replace(&mut self, kind: RuleKind, rules: Self) {
        self.0.retain(|(k, _)| *k != kind);
        self.0.extend(rules.0);
    }

    /// The list as the account itself shows it: without ids and types, as recorded.
    pub(super) fn in_account(&self, kind: RuleKind) -> Value {
        let entry = |rule: &Rule| json!({"properties": rule.properties, "name": rule.name});
        self.of(kind).map(entry).collect()
    }

    fn get(&self, kind: RuleKind, name: &str) -> Option<&Rule> {
        self.of(kind).find(|rule| rule.name.eq_ignore_ascii_case(name))
    }

    fn put(&mut self, kind: RuleKind, rule: Rule) {
        let same = |(k, old): &&mut (RuleKind, Rule)| {
            *k == kind && old.name.eq_ignore_ascii_case(&rule.name)
        };
        match self.0.iter_mut().find(same) {
            Some((_, old)) => old.properties = rule.properties,
            None => self.0.push((kind, rule)),
        }
    }

    fn remove(&mut self, kind: RuleKind, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(k, rule)| *k != kind || !rule.name.eq_ignore_ascii_case(name));
        self.0.len() < before
    }
}

/// GET on all children of a kind.
pub(super) fn list(
    context: &Context<'_>,
    group: &str,
    account: &str,
    kind: RuleKind,
) -> Result<Answer, ArmError> {
    let state = context.state();
    let account = accounts::find(&state, group, account)?;
    let items = account.rules.of(kind).map(|rule| form(account, kind, rule, true)).collect();
    let body = lists::page(context, items, Top::Page)?;
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// The five calls on one child.
pub(super) fn one(
    context: &Context<'_>,
    method: &Method,
    name: &Name<'_>,
) -> Result<Answer, ArmError> {
    match *method {
        Method::GET => get(context, name),
        Method::PUT => put(context, name),
        Method::PATCH => patch(context, name),
        Method::DELETE => delete(context, name),
        _ => Err(ArmError::method_not_allowed(method)),
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
        _ => Err(wrong("properties", "is required")),
    }
}

/// Checks the members that a kind needs.
fn check(kind: RuleKind, properties: &Object) -> Result<(), ArmError> {
    let text = |name: &str| {
        let found = properties.get(name).and_then(Value::as_str);
        found.ok_or_else(|| wrong(name, "is required"))
    };
    match kind {
        RuleKind::Firewall => {
            let address = |name: &str| {
                let address = text(name)?.parse::<Ipv4Addr>();
                address.map_err(|_| wrong(name, "must be an IPv4 address"))
            };
            if address("startIpAddress")? > address("endIpAddress")? {
                return Err(wrong("endIpAddress", "must not be below startIpAddress"));
            }
        }
        RuleKind::VirtualNetwork => {
            if text("subnetId")?.is_empty() {
                return Err(wrong("subnetId", "must be the resource id of a subnet"));
            }
        }
        RuleKind::TrustedIdProvider => {
            if !text("idProvider")?.to_ascii_lowercase().starts_with("https://") {
                return Err(wrong("idProvider", "must be the URL of an identity provider"));
            }
        }
    }
    Ok(())
}

/// The refusal of a member of a body.
pub(super) fn wrong(name: &str, why: &str) -> ArmError {
    ArmError::invalid_request(format!(
        "The request content was invalid: the member '{name}' {why}."
    ))
}
