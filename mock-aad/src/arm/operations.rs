//! Long-running operations: what they change when they are due on the emulator's clock, and how
//! their polls are answered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::namespace::Lake;

use super::Context;
use super::answer::Answer;
use super::errors::ArmError;
use super::state::{Phase, State, key};
use super::{account_form, resources};

/// What an operation does when it is due.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// The account is ready; the id tells it from a later one of the same name.
    AccountReady {
        name: String,
        account_id: Uuid,
    },
    AccountGone {
        name: String,
        account_id: Uuid,
    },
    GroupGone {
        group: String,
    },
    ResourcesMoved {
        ids: Vec<String>,
        target: String,
    },
    /// A check without consequences.
    None,
}

/// A running or finished operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) due: Timestamp,
    pub(super) change: Change,
    pub(super) done: bool,
}

/// How long an operation is remembered after its end, so that late polls are answered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
/// How many that have ended are remembered; those that ended first are forgotten then.
const MAX_ENDED: usize = 10_000;

/// The operations that are under way and those that have ended of late, by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Operations {
    all: BTreeMap<String, Operation>,
    running: BTreeSet<(Timestamp, String)>,
    ended: BTreeSet<(Timestamp, String)>,
}

impl Operations {
    pub(super) fn get(&self, id: &str) -> Option<&Operation> {
        self.all.get(id)
    }

    /// When the next change is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.running.first().map(|(due, _)| *due)
    }

    fn insert(&mut self, id: String, operation: Operation) {
        let due = operation.due;
        if let Some(earlier) = self.all.insert(id.clone(), operation) {
            let place = (earlier.due, id.clone());
            self.running.remove(&place);
            self.ended.remove(&place);
        }
        self.running.insert((due, id));
    }

    /// Ends the next operation that is due; what it changes, and since when.
    fn end_next(&mut self, now: Timestamp) -> Option<(Timestamp, Change)> {
        let (due, id) = self.running.first().filter(|(due, _)| *due <= now)?.clone();
        self.running.pop_first();
        self.ended.insert((due, id.clone()));
        let operation = self.all.get_mut(&id)?;
        operation.done = true;
        Some((due, operation.change.clone()))
    }

    /// Forgets what nobody polls any more.
    fn forget(&mut self, now: Timestamp) {
        while let Some((ended, id)) = self.ended.first() {
            if now.duration_since(*ended) < REMEMBERED && self.ended.len() <= MAX_ENDED {
                return;
            }
            self.all.remove(id);
            self.ended.pop_first();
        }
    }
}

impl State {
    /// Starts an operation that ends `after` from `now`; with no time to pass it ends here.
    pub(super) fn start(
        &mut self,
        id: String,
        now: Timestamp,
        after: Duration,
        change: Change,
        lake: &Lake,
    ) {
        let after = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
        let due = now.checked_add(after).unwrap_or(Timestamp::MAX);
        self.operations.insert(id, Operation { due, change, done: false });
        self.settle(now, lake);
    }

    /// Makes all changes that are due, in the order of time.
    pub(super) fn settle(&mut self, now: Timestamp, lake: &Lake) {
        while let Some((due, change)) = self.operations.end_next(now) {
            self.apply(&change, due, lake);
        }
        self.operations.forget(now);
    }

    fn apply(&mut self, change: &Change, at: Timestamp, lake: &Lake) {
        match change {
            Change::AccountReady { name, account_id } => {
                self.account_ready(name, *account_id, at, lake);
            }
            Change::AccountGone { name, account_id } => {
                let present = self.accounts.get(name).is_some_and(|a| a.account_id == *account_id);
                if present {
                    self.accounts.remove(name);
                    lake.delete_account(name);
                }
            }
            Change::GroupGone { group } => self.group_gone(group, lake),
            Change::ResourcesMoved { ids, target } => resources::relocate(self, ids, target),
            Change::None => {}
        }
    }

    fn account_ready(&mut self, name: &str, account_id: Uuid, at: Timestamp, lake: &Lake) {
        let account = self.accounts.get_mut(name).filter(|account| {
            account.account_id == account_id && matches!(account.phase, Phase::Creating(_))
        });
        if let Some(account) = account {
            account.phase = Phase::Active;
            account_form::activate(&mut account.document, at);
            let group = account.property("defaultGroup").and_then(|id| id.parse().ok());
            lake.create_account(name, account.owners.clone(), group);
        }
    }

    fn group_gone(&mut self, group: &str, lake: &Lake) {
        self.groups.remove(group);
        self.others.retain(|_, other| other.group != group);
        self.accounts.retain(|name, account| {
            let stays = account.group != group;
            if !stays {
                lake.delete_account(name);
            }
            stays
        });
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(operations: &mut Operations, id: &str, due: Timestamp) {
        operations.insert(id.to_owned(), Operation { due, change: Change::None, done: false });
        assert!(operations.end_next(due).is_some());
    }

    #[test]
    fn operations_are_remembered_for_a_day() {
        let mut operations = Operations::default();
        let start = Timestamp::UNIX_EPOCH;
        let hours = |hours| start + SignedDuration::from_hours(hours);
        ended(&mut operations, "first", start);
        ended(&mut operations, "second", hours(1));
        operations.insert(
            "running".to_owned(),
            Operation { due: hours(99), change: Change::None, done: false },
        );
        operations.forget(hours(23));
        assert_eq!(operations.all.len(), 3);
        operations.forget(hours(24));
        assert!(operations.get("first").is_none() && operations.get("second").is_some());
        operations.forget(hours(98));
        assert_eq!(operations.next_due(), Some(hours(99)));
        assert_eq!(operations.all.len(), 1);
    }

    #[test]
    fn memory_is_bounded_by_design_also_while_time_stands_still() {
        let mut operations = Operations::default();
        let now = Timestamp::UNIX_EPOCH;
        for number in 0..MAX_ENDED + 50 {
            ended(&mut operations, &format!("{number:08}"), now);
            operations.forget(now);
        }
        assert_eq!((operations.all.len(), operations.ended.len()), (MAX_ENDED, MAX_ENDED));
        assert!(operations.get("00000049").is_none() && operations.get("00000050").is_some());
    }
}
