//! Operations on names: status, listing, directories, rename, delete.

use adls_wire::webhdfs::{
    BooleanResponse, ContentSummary, ContentSummaryResponse, FileStatus, FileStatusResponse,
    FileStatuses, FileStatusesResponse, FileType, query,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Request;
use super::encode::Answer;
use super::failure::{Failure, code};
use crate::namespace::{
    Conditions, Deletion, Error, Existing, Item, NodeId, Page, Rename, Side, Status,
};

/// The size of a block as the service reports it: fixed, and 0 for directories.
pub(super) const BLOCK_SIZE: u64 = 256 * 1024 * 1024;
/// The longest page; also what a client gets that follows continuation tokens and names no size.
const MAX_PAGE: usize = 16_000;

const YES: BooleanResponse = BooleanResponse { boolean: true };

pub(super) fn status(request: &Request<'_>) -> Result<Answer, Failure> {
    let shown = request.shown()?;
    let consistent = request.query.flag(query::CONSISTENT_LENGTH, false)?;
    let view = request.account.view(request.who());
    let mut status = view.status(&request.target.path).map_err(request.refusal())?;
    drop(view);
    if consistent {
        status.length += status.staged;
    }
    let id = status.etag.incarnation;
    let file_context_id = request.version.file_context_ids.then(|| context_id(id));
    let file_status = FileStatus { file_context_id, ..describe(&status, String::new(), &shown) };
    Ok(statuses(request, &FileStatusResponse { file_status }))
}

pub(super) fn list(request: &Request<'_>) -> Result<Answer, Failure> {
    let size: Option<usize> =
        request.query.choice(query::LIST_SIZE, "a number above 0", |text| {
            text.parse().ok().filter(|size| *size > 0)
        })?;
    let tokens = request.version.continuation_tokens;
    let page = Page {
        after: request.query.text(query::LIST_AFTER),
        before: request.query.text(query::LIST_BEFORE),
        // A client that names no size and knows no tokens could not ask for the rest.
        limit: size.or(tokens.then_some(MAX_PAGE)).map(|size| size.min(MAX_PAGE)),
    };
    let (file_status, _) = list_page(request, &page)?;
    // As recorded: a page that is full has a token even when nothing follows. The page behind it is
    // empty, and so is its token.
    let is_full = page.limit == Some(file_status.len());
    let last = file_status.last().filter(|_| is_full).map(|item| item.path_suffix.clone());
    let continuation_token = tokens.then(|| last.unwrap_or_default());
    let file_statuses = FileStatuses { continuation_token, file_status };
    Ok(statuses(request, &FileStatusesResponse { file_statuses }))
}

/// A page of a directory, and whether there are more behind it.
pub(super) fn list_page(
    request: &Request<'_>,
    page: &Page<'_>,
) -> Result<(Vec<FileStatus>, bool), Failure> {
    let shown = request.shown()?;
    let view = request.account.view(request.who());
    let listing = view.list(&request.target.path, page).map_err(request.refusal())?;
    drop(view);
    let entry = |item: &Status| {
        let name = if listing.of_file { "" } else { &item.name };
        describe(item, name.to_owned(), &shown)
    };
    Ok((listing.items.iter().map(entry).collect(), listing.more))
}

/// An answer with the status of items, as the request's version knows it.
fn statuses<T: Serialize>(request: &Request<'_>, value: &T) -> Answer {
    if request.version.expiry_and_acl {
        return Answer::json(value);
    }
    let mut value = serde_json::to_value(value).unwrap_or_default();
    remove_keys(&mut value, &["msExpirationTime", "aclBit"]);
    Answer::json(&value)
}

fn remove_keys(value: &mut Value, keys: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| remove_keys(item, keys)),
        Value::Object(members) => {
            members.retain(|key, _| !keys.contains(&key.as_str()));
            members.values_mut().for_each(|member| remove_keys(member, keys));
        }
        _ => {}
    }
}

fn describe(status: &Status, path_suffix: String, shown: &impl Fn(Uuid) -> String) -> FileStatus {
    let is_file = !status.is_directory;
    FileStatus {
        length: status.length,
        path_suffix,
        file_type: if is_file { FileType::File } else { FileType::Directory },
        block_size: if is_file { BLOCK_SIZE } else { 0 },
        access_time: status.accessed,
        modification_time: status.modified,
        replication: u32::from(is_file),
        permission: status.permission,
        owner: shown(status.owner),
        group: shown(status.group),
        ms_expiration_time: is_file.then_some(status.expires),
        acl_bit: status.extended_acl,
        file_context_id: None,
    }
}

/// The text form of an incarnation.
fn context_id(id: NodeId) -> String {
    format!("{id:032x}")
}

fn parse_context_id(text: &str) -> Option<NodeId> {
    NodeId::from_str_radix(text, 16).ok()
}

pub(super) fn mkdirs(request: &Request<'_>) -> Result<Answer, Failure> {
    let permission = request.query.permission()?;
    request.change(|edit| edit.mkdirs(&request.target.path, permission))?;
    Ok(Answer::json(&YES))
}

pub(super) fn rename(request: &Request<'_>) -> Result<Answer, Failure> {
    let destination = request.query.path(query::DESTINATION)?;
    let existing = request.query.choice(query::RENAME_OPTIONS, "NONE or OVERWRITE", |text| {
        match text.to_ascii_uppercase().as_str() {
            "NONE" => Some(Existing::Refuse),
            "OVERWRITE" => Some(Existing::Replace),
            _ => None,
        }
    })?;
    let rename = Rename {
        source: (&request.target.path).into(),
        target: (&destination).into(),
        existing: existing.unwrap_or(Existing::Refuse),
    };
    boolean(request, request.try_change(|edit| edit.rename(&rename)))
}

pub(super) fn delete(request: &Request<'_>) -> Result<Answer, Failure> {
    let deletion = match request.query.flag(query::RECURSIVE, false)? {
        true => Deletion::Recursive,
        false => Deletion::Single,
    };
    let expected = "a fileContextID";
    let incarnation = request.query.choice(query::FILE_CONTEXT_ID, expected, parse_context_id)?;
    let conditions = Conditions { incarnation, ..Conditions::default() };
    let item = Item { path: &request.target.path, conditions };
    boolean(request, request.try_change(|edit| edit.delete(item, deletion)))
}

/// What cannot be done is a "no" with the reason's code, not an error.
fn boolean(request: &Request<'_>, done: Result<(), Error>) -> Result<Answer, Failure> {
    let code = match done {
        Ok(()) => return Ok(Answer::json(&YES)),
        Err(Error::NotFound { .. } | Error::TypeMismatch { side: Side::TargetParent, .. }) => {
            code::NOT_FOUND
        }
        Err(Error::AlreadyExists { .. } | Error::TypeMismatch { .. }) => code::ALREADY_EXISTS,
        Err(Error::Root | Error::IntoItself(_)) => code::BAD_PARAMETER,
        Err(error) => return Err(request.refusal()(error)),
    };
    Ok(Answer::No(code))
}

pub(super) fn summary(request: &Request<'_>) -> Result<Answer, Failure> {
    let view = request.account.view(request.who());
    let summary = view.summary(&request.target.path).map_err(request.refusal())?;
    drop(view);
    let content_summary = ContentSummary {
        directory_count: summary.directories,
        file_count: summary.files,
        length: summary.bytes,
        quota: -1,
        space_consumed: summary.bytes,
        space_quota: -1,
    };
    Ok(Answer::json(&ContentSummaryResponse { content_summary }))
}
