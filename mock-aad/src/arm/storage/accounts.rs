//! Storage accounts: create, get, update, delete, list, keys.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::account::StorageAccount;
use super::form::{self, AccountRequest, Identity, TYPE};
use super::keys::AccountKeys;
use super::note;
use crate::arm::Context;
use crate::arm::answer::Answer;
use crate::arm::errors::ArmError;
use crate::arm::lists::{self, Top};
use crate::arm::operations::Change;
use crate::arm::polls::retry_after;
use crate::arm::state::{Object, State, key};
use crate::arm::{groups, providers, subscriptions};
use crate::namespace::AccountKey;
use crate::seed::{ONE_LAKE, is_account_name};

/// The provider.
pub(super) const NAMESPACE: &str = "Microsoft.Storage";
/// The pause that the service asks for between polls, in seconds.
const PAUSE: i64 = 17;
/// Regions for tests of the service, which recorded traffic names.
const CANARIES: [&str; 2] = ["eastus2euap", "centraluseuap"];

/// PUT: creates an account; of one that is there it changes what is sent, as PATCH does.
pub(in crate::arm) fn put(context: &Context<'_>) -> Result<Answer, ArmError> {
    let (group, name) = names(context);
    let request = AccountRequest::read(context.object()?)?;
    let location = request.location.clone().ok_or_else(ArmError::location_required)?;
    let location = subscriptions::short(&location);
    if !subscriptions::is_region(&location) && !CANARIES.contains(&&*location) {
        return Err(ArmError::location_not_available(&location, TYPE, &subscriptions::regions()));
    }
    let mut state = context.state_mut();
    groups::writable(&state, group)?;
    providers::must_be_registered(context, &state, NAMESPACE)?;
    if let Some(there) = state.storage_accounts.get(&key(name)) {
        if key(&there.group) != key(group) {
            return Err(taken(name));
        }
        if there.location() != location {
            return Err(ArmError::invalid_resource_location(name, there.location(), &location));
        }
        return change(context, &mut state, request);
    }
    request.check_new()?;
    if key(name) == ONE_LAKE {
        return Err(taken(name));
    }
    if !is_account_name(name) {
        let message = name_problem(name);
        return Err(ArmError::storage(StatusCode::BAD_REQUEST, "AccountNameInvalid", message));
    }
    create(context, &mut state, request)
}

fn create(
    context: &Context<'_>,
    state: &mut State,
    request: AccountRequest,
) -> Result<Answer, ArmError> {
    let (group, name) = names(context);
    let seed = &context.arm.seed;
    let group = groups::writable(state, group)?.name.clone();
    let of = Identity {
        subscription: seed.subscription_id,
        tenant: seed.tenant_id,
        group: &group,
        name,
    };
    let document = form::full(&of, request, &context.version, context.now);
    let account = StorageAccount {
        group,
        incarnation: Uuid::new_v4(),
        is_ready: false,
        keys: AccountKeys::random(context.now),
        document,
        scopes: std::collections::BTreeMap::new(),
        blob_service: Object::new(),
    };
    let (location, incarnation) = (account.location().to_owned(), account.incarnation);
    state.storage_accounts.insert(key(name), account);
    let id = incarnation.to_string();
    let change = Change::StorageReady { name: key(name), incarnation };
    let after = context.settings().account_creation();
    state.start(id.clone(), context.now, after, change, &context.arm.lake);
    Ok(accepted(context, state, &location, &id))
}

/// 202: where to ask, and when.
fn accepted(context: &Context<'_>, state: &State, location: &str, id: &str) -> Answer {
    let link = format!(
        "{}/subscriptions/{}/providers/{NAMESPACE}/locations/{location}/asyncoperations/{id}\
         ?monitor=true&api-version={}",
        context.origin, context.arm.seed.subscription_id, context.version
    );
    let due = state.operations.get(id).map_or(context.now, |operation| operation.due);
    Answer::storage(StatusCode::ACCEPTED)
        .with_header("content-type", "text/plain; charset=utf-8")
        .with_header("location", link)
        .with_header("retry-after", retry_after(due, context.now, PAUSE))
}

/// GET on the link of a creation: 202 until the account is there, then the account.
pub(in crate::arm) fn poll(context: &Context<'_>) -> Result<Answer, ArmError> {
    let id = context.name("id");
    let state = context.state();
    let unknown = || ArmError::operation_not_found(id);
    let operation = state.operations.get(&key(id)).ok_or_else(unknown)?;
    let Change::StorageReady { name, incarnation } = &operation.change else {
        return Err(unknown());
    };
    if !operation.done {
        return Ok(accepted(context, &state, context.name("location"), &key(id)));
    }
    match state.storage_accounts.get(name).filter(|a| a.incarnation == *incarnation) {
        Some(account) => Ok(shown(context, account)),
        None => Ok(Answer::storage(StatusCode::NO_CONTENT)),
    }
}

/// PATCH: changes what is sent.
pub(in crate::arm) fn patch(context: &Context<'_>) -> Result<Answer, ArmError> {
    let request = match context.body.is_empty() {
        true => AccountRequest::default(),
        false => AccountRequest::read(context.object()?)?,
    };
    change(context, &mut context.state_mut(), request)
}

fn change(
    context: &Context<'_>,
    state: &mut State,
    request: AccountRequest,
) -> Result<Answer, ArmError> {
    let account = ready(state, context)?;
    let mut changed = account.clone();
    form::update(&mut changed, request, context.arm.seed.tenant_id, context.now)?;
    let answer = shown(context, &changed);
    *account = changed;
    save(context, state);
    Ok(answer)
}

/// GET: the full form.
pub(in crate::arm) fn get(context: &Context<'_>) -> Result<Answer, ArmError> {
    let state = context.state();
    Ok(shown(context, find(&state, context)?))
}

fn shown(context: &Context<'_>, account: &StorageAccount) -> Answer {
    Answer::storage(StatusCode::OK).with_body(form::show(account, &context.version))
}

/// DELETE: 204 when there is none; its files go with it.
pub(in crate::arm) fn delete(context: &Context<'_>) -> Result<Answer, ArmError> {
    let (group, name) = names(context);
    let mut state = context.state_mut();
    if find_in(&state, group, name).is_none() {
        return Ok(Answer::storage(StatusCode::NO_CONTENT));
    }
    state.forget_storage_account(&key(name));
    context.arm.lake.delete_account(AccountKey::gen2(name));
    Ok(Answer::storage(StatusCode::OK))
}

/// GET on the accounts of the subscription.
pub(in crate::arm) fn list_all(context: &Context<'_>) -> Result<Answer, ArmError> {
    list(context, |_| true)
}

/// GET on the accounts of a group.
pub(in crate::arm) fn list_of_group(context: &Context<'_>) -> Result<Answer, ArmError> {
    let group = context.name("group");
    if context.state().group(group).is_none() {
        return Err(ArmError::group_not_found(group));
    }
    list(context, |account| key(&account.group) == key(group))
}

fn list(
    context: &Context<'_>,
    wanted: impl Fn(&StorageAccount) -> bool,
) -> Result<Answer, ArmError> {
    let state = context.state();
    let accounts = state.storage_accounts.values().filter(|account| wanted(account));
    let items: Vec<Value> = accounts.map(|a| form::show(a, &context.version)).collect();
    let body = lists::page(context, items, Top::Page)?;
    Ok(Answer::storage(StatusCode::OK).with_body(body))
}

/// POST `listKeys`.
pub(in crate::arm) fn list_keys(context: &Context<'_>) -> Result<Answer, ArmError> {
    let state = context.state();
    let body = form::show_keys(find(&state, context)?, &context.version);
    Ok(Answer::storage(StatusCode::OK).with_body(body))
}

/// POST `regenerateKey`: the old key opens nothing any more.
pub(in crate::arm) fn regenerate_key(context: &Context<'_>) -> Result<Answer, ArmError> {
    let body = context.object()?;
    let name = body.get("keyName").and_then(Value::as_str).unwrap_or_default();
    let mut state = context.state_mut();
    let account = ready(&mut state, context)?;
    if !account.keys.regenerate(name, context.now) {
        return Err(form::invalid("keyName"));
    }
    let body = form::show_keys(account, &context.version);
    save(context, &state);
    Ok(Answer::storage(StatusCode::OK).with_body(body))
}

/// POST `checkNameAvailability`.
pub(in crate::arm) fn check_name(context: &Context<'_>) -> Result<Answer, ArmError> {
    let body = context.object()?;
    let text = |name: &str| {
        let found = body.get(name).and_then(Value::as_str);
        found.ok_or_else(|| ArmError::invalid_member(name, "is required"))
    };
    let (name, kind) = (text("name")?, text("type")?);
    if !kind.eq_ignore_ascii_case(TYPE) {
        return Err(ArmError::invalid_member("type", &format!("must be {TYPE}")));
    }
    let body = if !is_account_name(name) {
        let message = name_problem(name);
        json!({"nameAvailable": false, "reason": "AccountNameInvalid", "message": message})
    } else if name == ONE_LAKE || context.state().storage_accounts.contains_key(name) {
        let message = taken(name).message;
        json!({"nameAvailable": false, "reason": "AlreadyExists", "message": message})
    } else {
        json!({"nameAvailable": true})
    };
    Ok(Answer::storage(StatusCode::OK).with_body(body))
}

/// GET `usages` of a region.
pub(in crate::arm) fn usages(context: &Context<'_>) -> Result<Answer, ArmError> {
    let location = subscriptions::short(context.name("location"));
    let state = context.state();
    let there = state.storage_accounts.values().filter(|a| a.location() == location).count();
    let usage = json!({
        "unit": "Count",
        "currentValue": there,
        "limit": 250,
        "name": {"value": "StorageAccounts", "localizedValue": "Storage Accounts"},
    });
    Ok(Answer::storage(StatusCode::OK).with_body(json!({"value": [usage]})))
}

fn taken(name: &str) -> ArmError {
    let message = format!("The storage account named {name} is already taken.");
    ArmError::storage(StatusCode::CONFLICT, "StorageAccountAlreadyTaken", message)
}

fn name_problem(name: &str) -> String {
    format!(
        "{name} is not a valid storage account name. Storage account name must be between 3 and \
         24 characters in length and use numbers and lower-case letters only."
    )
}

/// The group and the account that a request is about.
pub(super) fn names<'a>(context: &'a Context<'_>) -> (&'a str, &'a str) {
    (context.name("group"), context.name("account"))
}

fn find_in<'s>(state: &'s State, group: &str, name: &str) -> Option<&'s StorageAccount> {
    let account = state.storage_accounts.get(&key(name))?;
    (key(&account.group) == key(group)).then_some(account)
}

/// The account that a request is about, or the gateway's 404.
pub(super) fn find<'s>(
    state: &'s State,
    context: &Context<'_>,
) -> Result<&'s StorageAccount, ArmError> {
    let (group, name) = names(context);
    find_in(state, group, name).ok_or_else(|| ArmError::resource_not_found(TYPE, name, group))
}

/// The same to change it, for which its creation must have ended.
pub(super) fn ready<'s>(
    state: &'s mut State,
    context: &Context<'_>,
) -> Result<&'s mut StorageAccount, ArmError> {
    find(state, context)?;
    let (group, name) = names(context);
    let Some(account) = state.storage_accounts.get_mut(&key(name)) else {
        return Err(ArmError::resource_not_found(TYPE, name, group));
    };
    if !account.is_ready {
        let message = format!(
            "An operation is currently performing on this storage account '{name}' that requires \
             exclusive access."
        );
        return Err(ArmError::storage(
            StatusCode::CONFLICT,
            "StorageAccountOperationInProgress",
            message,
        ));
    }
    Ok(account)
}

/// Keeps what has changed of the account with its files.
pub(super) fn save(context: &Context<'_>, state: &State) {
    note::save(state, &key(context.name("account")), &context.arm.lake);
}
