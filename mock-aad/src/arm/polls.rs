//! How long-running operations are begun and polled over HTTP.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Context;
use super::account_form;
use super::answer::Answer;
use super::errors::ArmError;
use super::operations::{Change, Operation};
use super::state::key;

/// What is left of an operation, as `Retry-After` counts it: whole seconds, no longer than the
/// service's own pause.
pub(super) fn retry_after(due: Timestamp, now: Timestamp, pause: i64) -> String {
    let left = due.duration_since(now);
    let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    seconds.clamp(0, pause).to_string()
}

/// The pause that the service asks for between polls of an account's operation, in seconds.
pub(super) const ACCOUNT_PAUSE: i64 = 10;
/// The same for jobs of Resource Manager.
pub(super) const JOB_PAUSE: i64 = 15;

/// Answers a poll of an `Azure-AsyncOperation` link.
pub(super) fn status(context: &Context<'_>, id: &str) -> Result<Answer, ArmError> {
    let state = context.state();
    let Some(operation) = state.operations.get(&key(id)) else {
        return Err(ArmError::operation_not_found(id));
    };
    let answer = Answer::provider(StatusCode::OK);
    if operation.done {
        return Ok(answer.with_body(json!({"status": "Succeeded"})));
    }
    // The service leaves this header out here, and clients then wait half a minute.
    let pause = retry_after(operation.due, context.now, ACCOUNT_PAUSE);
    Ok(answer.with_body(json!({"status": "InProgress"})).with_header("retry-after", pause))
}

/// Answers a poll of the `Location` of an account's operation.
pub(super) fn account_result(
    context: &Context<'_>,
    account: &str,
    number: &str,
) -> Result<Answer, ArmError> {
    let state = context.state();
    let mine = |operation: &Operation| match &operation.change {
        Change::AccountReady { name, .. } | Change::AccountGone { name, .. } => {
            *name == key(account)
        }
        _ => false,
    };
    let suffix = format!("_{number}");
    let found = state.operations.all.iter().filter(|(id, o)| id.ends_with(&suffix) && mine(o));
    let Some((_, operation)) = found.max_by_key(|(_, operation)| operation.due) else {
        return Err(ArmError::operation_not_found(number));
    };
    if !operation.done {
        let pause = retry_after(operation.due, context.now, ACCOUNT_PAUSE);
        return Ok(Answer::provider(StatusCode::ACCEPTED)
            .with_header("location", context.url())
            .with_header("retry-after", pause));
    }
    match (&operation.change, state.accounts.get(&key(account))) {
        (Change::AccountReady { account_id, .. }, Some(there))
            if there.account_id == *account_id =>
        {
            let body = account_form::show(there, &context.version);
            Ok(Answer::provider(StatusCode::OK).with_body(body))
        }
        _ => Ok(Answer::provider(StatusCode::NO_CONTENT)),
    }
}

/// Answers a poll of the `Location` of a job of Resource Manager: 202 until it is done.
pub(super) fn job_result(context: &Context<'_>, id: &str) -> Result<Answer, ArmError> {
    let state = context.state();
    let Some(operation) = state.operations.get(id) else {
        return Err(ArmError::operation_not_found(id));
    };
    if !operation.done {
        return Ok(job_accepted(context, id, operation.due));
    }
    Ok(Answer::gateway(match operation.change {
        Change::ResourcesMoved { .. } | Change::None => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    }))
}

/// The first answer of a job: where to ask, and when.
pub(super) fn job_accepted(context: &Context<'_>, id: &str, due: Timestamp) -> Answer {
    let link = format!(
        "{}/subscriptions/{}/operationresults/{id}?api-version={}",
        context.origin, context.arm.seed.subscription_id, context.version
    );
    Answer::gateway(StatusCode::ACCEPTED)
        .with_header("location", link)
        .with_header("retry-after", retry_after(due, context.now, JOB_PAUSE))
}

/// The id of a job, opaque to clients: base64url over what the service puts there too.
pub(super) fn job_id(kind: &str, subject: &str, location: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let name = format!("{kind}-{}-{}", subject.to_uppercase(), location.to_uppercase());
    let job: Value = json!({"jobId": name, "jobLocation": location});
    URL_SAFE_NO_PAD.encode(job.to_string())
}
