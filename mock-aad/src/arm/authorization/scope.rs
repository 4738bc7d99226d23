//! Scopes: the paths at which roles are given.

use http::StatusCode;

use crate::arm::Context;
use crate::arm::errors::ArmError;
use crate::arm::state::{State, key};
use crate::arm::storage::TYPE as STORAGE_ACCOUNT;

/// The scope of a request as it is spelled: empty, or with a slash at its begin and none at its end.
pub(super) fn of(context: &Context<'_>) -> String {
    match context.name("scope") {
        "" => String::new(),
        path => format!("/{path}"),
    }
}

/// Fails unless a scope is something that is there: the subscription, a group, a storage account or what is
/// below it. Resources of others are taken on trust.
pub(super) fn check(state: &State, scope: &str) -> Result<(), ArmError> {
    let parts: Vec<&str> = scope.split('/').skip(1).collect();
    let (group, below) = match *parts.as_slice() {
        [first, _] if first.eq_ignore_ascii_case("subscriptions") => return Ok(()),
        [first, _, second, group, ref below @ ..]
            if first.eq_ignore_ascii_case("subscriptions")
                && second.eq_ignore_ascii_case("resourceGroups") =>
        {
            (group, below)
        }
        _ => {
            let message = format!("The scope '{scope}' is none that roles can be given at here.");
            return Err(ArmError::gateway(StatusCode::BAD_REQUEST, "InvalidScope", message));
        }
    };
    if state.group(group).is_none() {
        return Err(ArmError::group_not_found(group));
    }
    if let [_, namespace, kind, name, ..] = *below
        && format!("{namespace}/{kind}").eq_ignore_ascii_case(STORAGE_ACCOUNT)
    {
        let account = state.storage_accounts.get(&key(name));
        if account.is_none_or(|account| key(&account.group) != key(group)) {
            return Err(ArmError::resource_not_found(STORAGE_ACCOUNT, name, group));
        }
    }
    Ok(())
}
