//! Deleting paths.

use adls_wire::RemotePath;
use adls_wire::sas::SasPermissions;
use http::StatusCode;

use crate::namespace::{Deletion, EntryItem};
use crate::storage::access::Identity;
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::continuation::{Kind, Position, Scope};
use crate::storage::version::ServiceVersion;

/// Since this version a recursive deletion can be asked for in pages.
const PAGES: ServiceVersion = ServiceVersion::of(2023, 8, 3);
/// How many items one page of a recursive deletion looks at.
const PAGE: usize = 1000;

/// `DELETE /{filesystem}/{path}`.
pub(in crate::storage) fn delete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, SasPermissions::DELETE))?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    let deletion = match request.query_flag("recursive")? {
        true => Deletion::Recursive,
        false => Deletion::Single,
    };
    let paginated = request.query_flag("paginated")?;
    let after = continuation(exchange, &path)?;
    if paginated
        && deletion == Deletion::Recursive
        && request.version >= PAGES
        && identity.is_checked()
        && let Some(last) = checked(exchange, &identity, &item, after.as_ref())?
    {
        let token = exchange.token_key().issue(&scope(exchange, &path), &Position::After(last));
        return Ok(Answer::empty(StatusCode::ACCEPTED)
            .header("content-length", "0")
            .header("x-ms-continuation", token));
    }
    let deleted =
        exchange.change(&identity, Purpose::Write, |edit| edit.delete_entry(&item, deletion))?;
    Ok(exchange.deleted(StatusCode::OK, deleted))
}

/// Looks at one page of what is to be deleted; where that ends, if it is not the last one.
fn checked(
    exchange: &Exchange<'_>,
    identity: &Identity,
    item: &EntryItem<'_>,
    after: Option<&RemotePath>,
) -> Result<Option<String>, StorageError> {
    let last = exchange.view(identity).check_deletion(item, after, PAGE);
    let last = last.map_err(exchange.refusal(Purpose::Write))?;
    Ok(last.map(|path| path.as_str().to_owned()))
}

fn scope<'s>(exchange: &'s Exchange<'_>, path: &'s RemotePath) -> Scope<'s> {
    let address = &exchange.request.address;
    Scope {
        kind: Kind::Delete,
        account: &address.account,
        file_system: address.file_system.as_deref().unwrap_or_default(),
        directory: path.as_str(),
        recursive: true,
    }
}

/// Where the page before ended.
fn continuation(
    exchange: &Exchange<'_>,
    path: &RemotePath,
) -> Result<Option<RemotePath>, StorageError> {
    let Some(token) = exchange.request.query.get("continuation") else { return Ok(None) };
    exchange.walked(&scope(exchange, path), token).map(Some)
}
