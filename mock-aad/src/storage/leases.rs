//! Calls to the lease of a path or a file system: what they ask for, and what they are told. Both
//! protocols have them, and one state.

use adls_wire::sas::SasPermissions;
use http::StatusCode;
use uuid::Uuid;

use super::convert;
use super::errors::StorageError;
use super::exchange::{Answer, Exchange};
use super::needs::{Needs, Resource};
use super::protocol::Protocol;
use super::refusal::Purpose;
use super::request::Request;
use super::text::conditions::Purpose as ConditionPurpose;
use super::text::dates;
use super::text::lease::{self, LeaseAction};
use crate::namespace::{ETag, LeaseChange, LeaseOutcome};

/// A call to a lease.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LeaseCall {
    action: LeaseAction,
    /// What is to be done with the lease.
    pub(crate) change: LeaseChange,
}

impl LeaseCall {
    /// What a request asks for. Over Blob the service chooses the id of a new lease when the caller does
    /// not.
    ///
    /// # Errors
    /// When a header that the action needs is missing, or is not what it must be.
    pub(crate) fn of(request: &Request) -> Result<Self, StorageError> {
        let headers = &request.headers;
        let held = || lease::required_id(headers, lease::LEASE_ID);
        let action = lease::action(headers)?;
        let change = match action {
            LeaseAction::Acquire => LeaseChange::Acquire {
                duration: convert::duration(lease::required_duration(headers)?),
                id: match lease::id(headers, lease::PROPOSED_LEASE_ID)? {
                    Some(id) => id,
                    None if request.protocol() == Protocol::Blob => Uuid::new_v4(),
                    None => return Err(StorageError::missing_header(lease::PROPOSED_LEASE_ID)),
                },
            },
            LeaseAction::Renew => LeaseChange::Renew { id: held()? },
            LeaseAction::Change => LeaseChange::Change {
                id: held()?,
                proposed: lease::required_id(headers, lease::PROPOSED_LEASE_ID)?,
            },
            LeaseAction::Release => LeaseChange::Release { id: held()? },
            LeaseAction::Break => {
                LeaseChange::Break { period: lease::break_period(headers)?.map(u32::from) }
            }
        };
        Ok(Self { action, change })
    }

    /// What a caller needs for it. Whoever may delete may break a lease, which would be in the way.
    pub(crate) fn needs(&self, resource: Resource) -> Needs {
        match self.action {
            LeaseAction::Break => {
                Needs::any(resource, SasPermissions::WRITE | SasPermissions::DELETE)
            }
            _ => Needs::any(resource, SasPermissions::WRITE),
        }
    }

    /// What the caller is told. `changed` is when what is leased became what it is, in milliseconds since
    /// 1970: a lease changes neither.
    pub(crate) fn answer(&self, outcome: LeaseOutcome, etag: ETag, changed: i64) -> Answer {
        let status = match self.action {
            LeaseAction::Acquire => StatusCode::CREATED,
            LeaseAction::Break => StatusCode::ACCEPTED,
            LeaseAction::Renew | LeaseAction::Change | LeaseAction::Release => StatusCode::OK,
        };
        let mut answer = Answer::empty(status)
            .header("content-length", "0")
            .header("etag", convert::quoted(etag))
            .header("last-modified", dates::rfc1123(changed));
        match outcome {
            LeaseOutcome::Held(id) => answer.set("x-ms-lease-id", id.to_string()),
            LeaseOutcome::Breaking(seconds) => answer.set("x-ms-lease-time", seconds.to_string()),
            LeaseOutcome::Released => {}
        }
        answer
    }
}

/// Changes the lease of the path that a request names.
///
/// # Errors
/// When the caller may not, a condition fails, or the lease is in a state that does not let it happen.
pub(crate) fn change_path_lease(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let call = LeaseCall::of(exchange.request)?;
    let identity = exchange.identity(call.needs(Resource::Object))?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    exchange.change(&identity, Purpose::Write, |edit| {
        let outcome = edit.change_entry_lease(&item, &call.change)?;
        let entry = edit.present_entry(&item)?;
        Ok(call.answer(outcome, entry.etag(), entry.last_modified()))
    })
}
