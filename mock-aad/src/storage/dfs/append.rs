//! Sending content, and committing it.

use adls_wire::sas::SasPermissions;
use axum::body::Body;
use http::StatusCode;

use crate::namespace::{
    BlobKind, Commit, ConcurrentAppend, ContentHeaders, EntryItem, Error, Flush, LeaseAction,
    Missing, Staging,
};
use crate::storage::access::Identity;
use crate::storage::content_headers;
use crate::storage::convert;
use crate::storage::creation::CREATES;
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::intake::{self, Intake, Wanted};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::request::Request;
use crate::storage::text::conditions::{Conditions, IF_TAGS, Purpose as ConditionPurpose};
use crate::storage::text::lease::{self, WriteLeaseAction};
use crate::storage::version::ServiceVersion;

/// The most bytes that one call may append.
const LIMIT: u64 = 4000 << 20;
/// From this version on, a flush that is to be the first one is told that it is not in the words of every
/// other condition. The versions before took it for a read.
const FAILS_ALIKE: ServiceVersion = ServiceVersion::of(2021, 6, 8);
const WRITES: Needs = Needs::any(Resource::Object, SasPermissions::WRITE);
const APPENDS: Needs = Needs::any(Resource::Object, SasPermissions::WRITE.or(SasPermissions::ADD));
const POSITION: &str = "position";
const APPEND_POSITION: &str = "x-ms-conditional-appendpos";

/// `PATCH ?action=append`.
pub(in crate::storage) async fn append(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(APPENDS)?;
    let position = position(request)?;
    let lease_action = lease_action(request)?;
    let commits = request.query_flag("flush")?;
    request.query_flag("close")?;
    let asked = Conditions::of(&request.headers, ConditionPurpose::Write)?;
    let has_conditions = !asked.is_empty() || request.header(IF_TAGS).is_some();
    if !commits && has_conditions {
        return Err(ErrorCode::ConditionHeadersNotSupported.into());
    }
    let commit = match commits {
        true => Some(Commit { retain: retains(request)?, headers: committed_headers(request)? }),
        false => None,
    };
    let intake = Intake::of(request, &body, LIMIT)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    check(exchange, &identity, &item, lease_action)?;
    if intake.is_empty() {
        return Err(nothing());
    }
    let mut received = intake.receive(exchange, body, Wanted::default()).await?;
    let bytes = std::mem::take(&mut received.bytes);
    if bytes.len() == 0 {
        return Err(nothing());
    }
    let new = Staging { position, bytes, commit, lease_action };
    let answer = exchange.change_or(&identity, refusal(exchange), |edit| {
        let written = edit.stage(&item, new)?;
        let entry = edit.changed_entry(written.id);
        let answer = match commits {
            true => Answer::of_state(StatusCode::ACCEPTED, &entry),
            false => Answer::empty(StatusCode::ACCEPTED).header("content-length", "0"),
        };
        let answer = answer.header("x-ms-request-server-encrypted", "true").encrypted(&entry);
        Ok(renewed(answer, lease_action, written.lease_renewed))
    })?;
    Ok(received.confirm(answer))
}

/// `PATCH ?action=concurrentAppend`.
pub(in crate::storage) async fn append_concurrently(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity =
        exchange.identity(Needs::any(Resource::Object, CREATES.or(SasPermissions::ADD)))?;
    let missing = match request.query.get("appendmode") {
        None => Missing::Refuse,
        Some(text) if text.eq_ignore_ascii_case("autocreate") => Missing::Create,
        Some(text) => {
            let reason = "it is no mode of appending";
            return Err(StorageError::invalid_query("appendmode", text, reason));
        }
    };
    let position = request.header_as(APPEND_POSITION)?;
    let intake = Intake::of(request, &body, LIMIT)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    let found = exchange.view(&identity).check_writing(&item, None);
    match found {
        Err(Error::NotFound { .. }) if missing == Missing::Create => {
            exchange.identity(Needs::any(Resource::Object, CREATES))?;
        }
        found => {
            found.map_err(exchange.refusal(Purpose::Write))?;
            exchange.identity(APPENDS)?;
        }
    }
    if intake.is_empty() {
        return Err(nothing());
    }
    let mut received = intake.receive(exchange, body, Wanted::default()).await?;
    let bytes = std::mem::take(&mut received.bytes);
    if bytes.len() == 0 {
        return Err(nothing());
    }
    let refusal = |error| match error {
        Error::WrongPosition { .. } => ErrorCode::AppendPositionConditionNotMet.into(),
        error => exchange.refusal(Purpose::Write)(error),
    };
    let new = ConcurrentAppend { bytes, missing, position };
    let appended =
        exchange.change_or(&identity, refusal, |edit| edit.append_concurrently(&item, new))?;
    let answer = Answer::empty(StatusCode::ACCEPTED)
        .header("content-length", "0")
        .header("x-ms-append-offset", appended.offset.to_string())
        .header("x-ms-committed-block-count", appended.blocks.to_string())
        .header("x-ms-request-server-encrypted", "true")
        .header_if("x-ms-blob-created", appended.created.then_some("true"));
    Ok(received.confirm(answer))
}

/// `PATCH ?action=flush`.
pub(in crate::storage) fn flush(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(WRITES)?;
    intake::require_none(request)?;
    request.query_flag("close")?;
    let lease_action = lease_action(request)?;
    let commit = Commit { retain: retains(request)?, headers: committed_headers(request)? };
    let flush = Flush { position: position(request)?, commit, lease_action };
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    exchange.change_or(&identity, refusal(exchange), |edit| {
        let written = edit.flush_entry(&item, &flush)?;
        let entry = edit.changed_entry(written.id);
        let with_key = entry.properties().encryption.key_sha256.is_some();
        let answer = Answer::of_state(StatusCode::OK, &entry)
            .header("x-ms-request-server-encrypted", if with_key { "true" } else { "false" })
            .encrypted(&entry);
        Ok(renewed(answer, lease_action, written.lease_renewed))
    })
}

/// Fails before the content arrives where it would after.
fn check(
    exchange: &Exchange<'_>,
    identity: &Identity,
    item: &EntryItem<'_>,
    action: Option<LeaseAction>,
) -> Result<(), StorageError> {
    let kind = exchange.view(identity).check_writing(item, action);
    if kind.map_err(exchange.refusal(Purpose::Write))? == BlobKind::Block {
        // Only files that grow at their end can be appended to and not written.
        exchange.identity(WRITES)?;
    }
    Ok(())
}

/// Where a piece goes, or the file ends. A client that does not say it never means the beginning.
fn position(request: &Request) -> Result<u64, StorageError> {
    let text = request.required_query(POSITION)?;
    let position = text.parse().ok().filter(|position| i64::try_from(*position).is_ok());
    let reason = "it is no position in a file";
    position.ok_or_else(|| StorageError::invalid_query(POSITION, text, reason))
}

fn retains(request: &Request) -> Result<bool, StorageError> {
    request.query_flag("retainUncommittedData")
}

/// The headers that a call that commits gives the file. Its own content type counts where it says no other.
fn committed_headers(request: &Request) -> Result<ContentHeaders, StorageError> {
    let headers = content_headers::of_dfs(request)?;
    let own = || request.header("content-type").map(Into::into);
    Ok(ContentHeaders { content_type: headers.content_type.or_else(own), ..headers }.of_content())
}

/// What the call does with the lease of the file.
fn lease_action(request: &Request) -> Result<Option<LeaseAction>, StorageError> {
    let headers = &request.headers;
    let acquired = || {
        let id = lease::id(headers, lease::PROPOSED_LEASE_ID)?;
        let id = id.ok_or_else(|| StorageError::missing_header(lease::PROPOSED_LEASE_ID))?;
        Ok::<_, StorageError>((id, convert::duration(lease::required_duration(headers)?)))
    };
    let held = || match lease::id(headers, lease::LEASE_ID)? {
        Some(_) => Ok(()),
        None => Err(StorageError::missing_header(lease::LEASE_ID)),
    };
    Ok(match lease::write_action(headers)? {
        None => None,
        Some(WriteLeaseAction::Acquire) => {
            let (id, duration) = acquired()?;
            Some(LeaseAction::Acquire { id, duration })
        }
        Some(WriteLeaseAction::AcquireRelease) => {
            let (id, duration) = acquired()?;
            Some(LeaseAction::AcquireRelease { id, duration })
        }
        Some(WriteLeaseAction::AutoRenew) => {
            held()?;
            Some(LeaseAction::AutoRenew)
        }
        Some(WriteLeaseAction::Release) => {
            held()?;
            Some(LeaseAction::Release)
        }
    })
}

/// Tells whether a lease was renewed, if that was asked for.
fn renewed(answer: Answer, action: Option<LeaseAction>, renewed: bool) -> Answer {
    match action {
        Some(LeaseAction::AutoRenew) => {
            answer.header("x-ms-lease-renewed", if renewed { "true" } else { "false" })
        }
        _ => answer,
    }
}

/// An append of nothing.
fn nothing() -> StorageError {
    StorageError::invalid_header("Content-Length", "0")
}

/// What a refusal is told as.
fn refusal(exchange: &Exchange<'_>) -> impl Fn(Error) -> StorageError {
    let request = exchange.request;
    move |error| match error {
        Error::WrongPosition { position, expected } => {
            let reason = format!("it is not the end of the file, which is at {expected}");
            StorageError::invalid_query(POSITION, &position.to_string(), &reason)
        }
        error => {
            let refused = exchange.refusal(Purpose::Write)(error);
            let is_first = request.header("if-none-match") == Some("*");
            let is_not = refused.code() == ErrorCode::ConditionNotMet;
            match is_first && is_not && request.version < FAILS_ALIKE {
                true => ErrorCode::NotModified.into(),
                false => refused,
            }
        }
    }
}
