//! What the provider knows about a region: free names, capability, usage.

use http::StatusCode;
use serde_json::{Value, json};

use super::Context;
use super::account_form::TYPE;
use super::accounts;
use super::answer::Answer;
use super::errors::ArmError;
use super::state::{State, key};
use super::subscriptions::{self, is_region, short};

/// How many accounts a subscription may have, as recorded. Shown, not enforced: test suites make
/// more of them in parallel than people did.
const MAX_ACCOUNTS: usize = 10;

/// POST `checkNameAvailability`.
pub(super) fn check_name(context: &Context<'_>) -> Result<Answer, ArmError> {
    let body = context.object()?;
    let text = |name: &str| {
        let found = body.get(name).and_then(Value::as_str);
        found.ok_or_else(|| ArmError::invalid_member(name, "is required"))
    };
    let (name, kind) = (text("name")?, text("type")?);
    if !kind.eq_ignore_ascii_case(TYPE) {
        return Err(ArmError::invalid_member("type", &format!("must be {TYPE}")));
    }
    let body = if let Some(problem) = accounts::name_problem(name) {
        json!({"nameAvailable": false, "reason": "AccountNameInvalid", "message": problem})
    } else if context.state().accounts.contains_key(&key(name)) {
        let message = format!("An account named '{name}' already exists.");
        json!({"nameAvailable": false, "reason": "AlreadyExists", "message": message})
    } else {
        json!({"nameAvailable": true})
    };
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// GET `capability`: 404 for a region without accounts, which clients take for "nothing here".
pub(super) fn capability(context: &Context<'_>, location: &str) -> Result<Answer, ArmError> {
    offered(location)?;
    let body = json!({
        "subscriptionId": context.arm.seed.subscription_id,
        "state": "Registered",
        "maxAccountCount": MAX_ACCOUNTS,
        "accountCount": count(&context.state()),
        "migrationState": false,
    });
    Ok(Answer::provider(StatusCode::OK).with_body(body))
}

/// GET `usages`: of every region of the cloud, as documented.
pub(super) fn usages(context: &Context<'_>, location: &str) -> Result<Answer, ArmError> {
    if !is_region(&short(location)) {
        return Err(not_found(location));
    }
    let id = format!(
        "/subscriptions/{}/providers/Microsoft.DataLakeStore/locations/{location}/usages/\
         DataLakeStoreAccounts",
        context.arm.seed.subscription_id
    );
    let usage = json!({
        "unit": "Count",
        "id": id,
        "currentValue": count(&context.state()),
        "limit": MAX_ACCOUNTS,
        "name": {
            "value": "DataLakeStoreAccounts",
            "localizedValue": "Data Lake Store Accounts",
        },
    });
    Ok(Answer::provider(StatusCode::OK).with_body(json!({"value": [usage]})))
}

/// All accounts count, wherever they are: the limit is one of the subscription.
fn count(state: &State) -> usize {
    state.accounts.len()
}

fn offered(location: &str) -> Result<(), ArmError> {
    if subscriptions::STORE_REGIONS.iter().any(|region| short(region) == short(location)) {
        return Ok(());
    }
    Err(not_found(location))
}

fn not_found(location: &str) -> ArmError {
    let message = format!("The location '{location}' has no Data Lake Store.");
    ArmError::provider(StatusCode::NOT_FOUND, "LocationNotFound", message)
}
