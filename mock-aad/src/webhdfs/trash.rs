//! Operations on deleted items.

use adls_wire::webhdfs::query;
use serde_json::{Value, json};

use super::Request;
use super::encode::Answer;
use super::failure::Failure;
use crate::namespace::{NodeId, NodeKind, OnConflict, TrashItem};

const HINT: &str = "hint";
const RESTORE_TOKEN: &str = "restoreToken";
const RESTORE_DESTINATION: &str = "restoreDestination";
const RESTORE_ACTION: &str = "restoreAction";
const TYPE: &str = "type";
/// The longest page, and its size unless said.
const MAX_PAGE: usize = 4000;
/// Below this path the service keeps what was deleted; here it only makes up names.
const TRASH: &str = "/$temporary/trash";

pub(super) fn enumerate(request: &Request<'_>) -> Result<Answer, Failure> {
    let hint = request.query.required(HINT)?;
    let size = request.query.choice(query::LIST_SIZE, "a number from 1 to 4000", |text| {
        text.parse().ok().filter(|size| (1..=MAX_PAGE).contains(size))
    })?;
    let expected = "a nextListAfter of an earlier answer";
    let after = request.query.choice(query::LIST_AFTER, expected, parse_token)?;
    let view = request.account.view(request.who());
    let page = view.deleted(hint, after, size.unwrap_or(MAX_PAGE));
    drop(view);
    let last = page.items.last().filter(|_| page.more).map(token).unwrap_or_default();
    let entries: Vec<Value> = page.items.iter().map(entry).collect();
    Ok(Answer::json(&json!({
        "trashDir": {
            "trashDirEntry": entries,
            "nextListAfter": last,
            "numSearched": page.searched,
        }
    })))
}

fn entry(item: &TrashItem) -> Value {
    json!({
        "originalPath": item.path.as_str(),
        "trashDirPath": token(item),
        "type": item.kind.to_string().to_ascii_uppercase(),
        "creationTime": item.deleted_at,
    })
}

/// The path in the trash, which is also the token to restore it with.
fn token(item: &TrashItem) -> String {
    format!("{TRASH}/{:016x}/{}", item.id, item.path.file_name().unwrap_or_default())
}

fn parse_token(token: &str) -> Option<NodeId> {
    let id = token.strip_prefix(TRASH)?.strip_prefix('/')?.split('/').next()?;
    NodeId::from_str_radix(id, 16).ok()
}

pub(super) fn restore(request: &Request<'_>) -> Result<Answer, Failure> {
    let token = "a trashDirPath of ENUMERATEDELETEDITEMS";
    let id = request.query.choice(RESTORE_TOKEN, token, parse_token)?;
    let id = id.ok_or_else(|| Failure::missing_parameter(RESTORE_TOKEN))?;
    let to = request.query.path(RESTORE_DESTINATION)?;
    let kind = request.query.choice(TYPE, "file, directory or folder", |text| {
        match text.to_ascii_lowercase().as_str() {
            "file" => Some(NodeKind::File),
            "directory" | "folder" => Some(NodeKind::Directory),
            _ => None,
        }
    })?;
    let action = request.query.choice(RESTORE_ACTION, "copy or overwrite", |text| {
        match text.to_ascii_lowercase().as_str() {
            "copy" => Some(OnConflict::Copy),
            "overwrite" => Some(OnConflict::Overwrite),
            _ => None,
        }
    })?;
    request.change(|edit| edit.restore(id, &to, kind, action.unwrap_or(OnConflict::Fail)))?;
    Ok(Answer::Empty)
}
