//! Data Lake Store accounts: create, get, update, delete, list.

use adls_wire::arm::DATA_LAKE_STORE_PROVIDER;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::seed::Seed;

use super::Context;
use super::account_form::{self, AccountIdentity, AccountRequest, TYPE};
use super::answer::Answer;
use super::errors::ArmError;
use super::lists::{self, Top};
use super::operations::Change;
use super::polls::{ACCOUNT_PAUSE, retry_after};
use super::rule_set::Rules;
use super::state::{Account, Object, Phase, State, key};
use super::{groups, providers, subscriptions};

/// Puts a finished account into the seed's group, unless one of that name is there.
pub(super) fn seed_account(
    state: &mut State,
    seed: &Seed,
    name: &str,
    owners: Vec<Uuid>,
    now: Timestamp,
) {
    let name = name.to_ascii_lowercase();
    if state.accounts.contains_key(&name) {
        return;
    }
    groups::seed_group(state, seed);
    let new_account = new_identity(seed, &seed.resource_group, &name);
    let request = AccountRequest::in_location(&seed.location);
    let Ok(mut document) = account_form::full(&new_account, &request) else { return };
    account_form::activate(&mut document, now);
    let account = Account {
        group: key(&seed.resource_group),
        account_id: new_account.account_id,
        owners,
        changes: 1,
        phase: Phase::Active,
        document,
        rules: Rules::default(),
    };
    state.accounts.insert(name, account);
}

/// Why `name` cannot be the name of an account; `None` when it can.
pub(super) fn name_problem(name: &str) -> Option<String> {
    let rule = adls_wire::arm::ACCOUNT_NAME_RULE;
    (!adls_wire::arm::is_account_name(name))
        .then(|| format!("The account name '{name}' is not valid. It must be {rule}."))
}

/// PUT: creates an account, or replaces the settings of one that is there.
pub(super) fn put(context: &Context<'_>, group: &str, name: &str) -> Result<Answer, ArmError> {
    let request = AccountRequest::read(context.object()?)?;
    let location = request.location.clone().ok_or_else(ArmError::location_required)?;
    check_location(&location)?;
    let mut state = context.state_mut();
    groups::writable(&state, group)?;
    providers::must_be_registered(context, &state, DATA_LAKE_STORE_PROVIDER)?;
    if state.accounts.contains_key(&key(name)) {
        return replace(context, &mut state, group, name, request);
    }
    if let Some(problem) = name_problem(name) {
        let status = StatusCode::BAD_REQUEST;
        return Err(ArmError::provider(status, "AccountNameInvalid", problem));
    }
    create(context, &mut state, group, name, &request)
}

fn create(
    context: &Context<'_>,
    state: &mut State,
    group: &str,
    name: &str,
    request: &AccountRequest,
) -> Result<Answer, ArmError> {
    let new_account = new_identity(&context.arm.seed, group, name);
    let document = account_form::full(&new_account, request)?;
    let mut rules = Rules::default();
    for (kind, list) in &request.rules {
        rules.replace(*kind, list.clone());
    }
    let first = account_form::creating(&new_account, request, &rules);
    let mut account = Account {
        group: key(group),
        account_id: new_account.account_id,
        owners: vec![context.caller.object_id],
        changes: 0,
        phase: Phase::Creating(first),
        document,
        rules,
    };
    // The answer is the one of an account on its way, even when it is ready a moment later.
    let body = account_form::show(&account, &context.version);
    let number = account.count_change();
    let answer = Answer::provider(StatusCode::CREATED).with_body(body);
    let answer = with_links(context, answer, &account, group, number);
    state.accounts.insert(key(name), account);
    let change = Change::AccountReady { name: key(name), account_id: new_account.account_id };
    let after = context.settings().account_creation();
    let id = operation_id(new_account.account_id, number);
    state.start(id.clone(), context.now, after, change, &context.arm.lake);
    Ok(with_pause(context, answer, state, &id))
}

/// A PUT on an account that is there: settings that are left out go back to their defaults, what
/// was fixed at creation stays.
fn replace(
    context: &Context<'_>,
    state: &mut State,
    group: &str,
    name: &str,
    request: AccountRequest,
) -> Result<Answer, ArmError> {
    let Some(account) = state.account_mut(group, name) else {
        let message = format!("An account named '{name}' already exists.");
        return Err(ArmError::provider(StatusCode::CONFLICT, "AccountAlreadyExists", message));
    };
    let wanted = request.location.clone().unwrap_or_default();
    if subscriptions::short(&wanted) != subscriptions::short(account.location()) {
        let there = account.location().to_owned();
        return Err(ArmError::invalid_resource_location(name, &there, &wanted));
    }
    must_be_active(account)?;
    let new_account = new_identity(&context.arm.seed, group, name);
    let defaults = account_form::full(&new_account, &AccountRequest::default())?;
    let settings = ["firewallState", "firewallAllowAzureIps", "trustedIdProviderState"];
    if let Some(properties) = account.properties_mut() {
        properties.shift_remove("defaultGroup");
        for name in settings.into_iter().chain(["firewallAllowDataLakeAnalytics"]) {
            let default = defaults.get("properties").and_then(|p| p.get(name)).cloned();
            properties.insert(name.to_owned(), default.unwrap_or_default());
        }
    }
    account.document.shift_remove("tags");
    account.rules = Rules::default();
    account_form::update(account, request, context.now)?;
    account.count_change();
    let body = account_form::show(account, &context.version);
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// GET: the full form.
pub(super) fn get(context: &Context<'_>, group: &str, name: &str) -> Result<Answer, ArmError> {
    let state = context.state();
    let account = find(&state, group, name)?;
    let body = account_form::show(account, &context.version);
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// PATCH: changes what is sent; answered at once, as recorded.
pub(super) fn patch(context: &Context<'_>, group: &str, name: &str) -> Result<Answer, ArmError> {
    let request = if context.body.is_empty() {
        AccountRequest::default()
    } else {
        AccountRequest::read(context.object()?)?
    };
    let mut state = context.state_mut();
    let account = find_mut(&mut state, group, name)?;
    must_be_active(account)?;
    account_form::update(account, request, context.now)?;
    account.count_change();
    let body = account_form::show(account, &context.version);
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// DELETE: 200 when it takes no time, 202 and a link to ask when it does, 204 when there is none.
pub(super) fn delete(context: &Context<'_>, group: &str, name: &str) -> Result<Answer, ArmError> {
    let mut state = context.state_mut();
    let Some(account) = state.account_mut(group, name) else {
        return Ok(Answer::gateway(StatusCode::NO_CONTENT));
    };
    account.phase = Phase::Deleting;
    let number = account.count_change();
    let account_id = account.account_id;
    let after = context.settings().account_deletion();
    let mut answer = Answer::provider(StatusCode::OK);
    if !after.is_zero() {
        let accepted = Answer::provider(StatusCode::ACCEPTED);
        answer = with_links(context, accepted, account, group, number);
    }
    let change = Change::AccountGone { name: key(name), account_id };
    let id = operation_id(account_id, number);
    state.start(id.clone(), context.now, after, change, &context.arm.lake);
    Ok(if after.is_zero() { answer } else { with_pause(context, answer, &state, &id) })
}

/// POST `enableKeyVault`: lets an account use a key of its user.
pub(super) fn enable_key_vault(
    context: &Context<'_>,
    group: &str,
    name: &str,
) -> Result<Answer, ArmError> {
    let mut state = context.state_mut();
    let account = find_mut(&mut state, group, name)?;
    account.count_change();
    let user_managed = account
        .document
        .get("properties")
        .and_then(|properties| properties.pointer("/encryptionConfig/type")?.as_str())
        == Some("UserManaged");
    let Some(properties) = account.properties_mut().filter(|_| user_managed) else {
        return Err(ArmError::provider(
            StatusCode::BAD_REQUEST,
            "InvalidOperation",
            "Operation EnableKeyVault is invalid under current encryption state or config of \
             account."
                .to_owned(),
        ));
    };
    properties.insert("encryptionProvisioningState".to_owned(), "Succeeded".into());
    Ok(Answer::provider(StatusCode::OK))
}

/// GET on a group's or the subscription's accounts: the basic forms.
pub(super) fn list(context: &Context<'_>, group: Option<&str>) -> Result<Answer, ArmError> {
    let state = context.state();
    if let Some(group) = group
        && state.group(group).is_none()
    {
        return Err(ArmError::group_not_found(group));
    }
    let wanted = |account: &&&Account| group.is_none_or(|group| account.group == key(group));
    let accounts = state.accounts_in_order();
    let items: Vec<Value> =
        accounts.iter().filter(wanted).map(|account| account_form::basic(account)).collect();
    let body = lists::page(context, items, Top::All)?;
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// The account, or the gateway's 404; a group that is not there makes no difference, as recorded.
pub(super) fn find<'s>(state: &'s State, group: &str, name: &str) -> Result<&'s Account, ArmError> {
    state.account(group, name).ok_or_else(|| ArmError::resource_not_found(TYPE, name, group))
}

/// The same, to change it.
pub(super) fn find_mut<'s>(
    state: &'s mut State,
    group: &str,
    name: &str,
) -> Result<&'s mut Account, ArmError> {
    state.account_mut(group, name).ok_or_else(|| ArmError::resource_not_found(TYPE, name, group))
}

/// Refuses to change an account that is being made or deleted.
pub(super) fn must_be_active(account: &Account) -> Result<(), ArmError> {
    let doing = match account.phase {
        Phase::Active => return Ok(()),
        Phase::Creating(_) => "created",
        Phase::Deleting => "deleted",
    };
    let message = format!("The account '{}' is being {doing}; try again later.", account.name());
    Err(ArmError::provider(StatusCode::CONFLICT, "AccountBusy", message))
}

fn check_location(location: &str) -> Result<(), ArmError> {
    let wanted = subscriptions::short(location);
    if subscriptions::STORE_REGIONS.iter().any(|region| subscriptions::short(region) == wanted) {
        return Ok(());
    }
    let offered = subscriptions::STORE_REGIONS.map(subscriptions::short).join(",");
    Err(ArmError::location_not_available(location, TYPE, &offered))
}

fn new_identity(seed: &Seed, group: &str, name: &str) -> AccountIdentity {
    AccountIdentity {
        id: format!(
            "/subscriptions/{}/resourceGroups/{group}/providers/{TYPE}/{name}",
            seed.subscription_id
        ),
        name: name.to_owned(),
        account_id: Uuid::new_v4(),
        principal_id: Uuid::new_v4(),
        tenant_id: seed.tenant_id,
    }
}

/// The id of the `number`th change of an account, as recorded in 2020.
fn operation_id(account_id: Uuid, number: u32) -> String {
    format!("{account_id}_{number}")
}

/// Adds the two links of a long-running operation.
fn with_links(
    context: &Context<'_>,
    answer: Answer,
    account: &Account,
    group: &str,
    number: u32,
) -> Answer {
    let origin = context.origin;
    let subscription = context.arm.seed.subscription_id;
    let version = &context.version;
    let region = account.location().replace(' ', "");
    let id = operation_id(account.account_id, number);
    let status = format!(
        "{origin}/subscriptions/{subscription}/providers/Microsoft.DataLakeStore/locations/\
         {region}/operationResults/{id}?api-version={version}"
    );
    let location = format!(
        "{origin}/subscriptions/{subscription}/resourcegroups/{group}/providers/{TYPE}/{}/\
         operationresults/{number}?api-version={version}",
        account.name()
    );
    answer.with_header("azure-asyncoperation", status).with_header("location", location)
}

fn with_pause(context: &Context<'_>, answer: Answer, state: &State, id: &str) -> Answer {
    let due = state.operations.get(id).map_or(context.now, |operation| operation.due);
    answer.with_header("retry-after", retry_after(due, context.now, ACCOUNT_PAUSE))
}

/// The resource form that lists of resources show.
pub(super) fn as_resource(account: &Account) -> Value {
    let mut resource = Object::new();
    for name in ["id", "name", "type", "location", "identity", "tags"] {
        if let Some(value) = account.document.get(name) {
            resource.insert(name.to_owned(), value.clone());
        }
    }
    resource.into()
}
