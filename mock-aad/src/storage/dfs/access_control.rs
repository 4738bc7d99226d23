//! Owners, permissions and access control lists.

use adls_wire::sas::SasPermissions;
use adls_wire::{AclScope, RemotePath};
use http::StatusCode;
use serde_json::json;

use crate::namespace::{
    AclFailure, AclUpdate, Entry, ListStart, RecursiveAclChange, RecursiveAclPage, Subject,
};
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::continuation::{Kind, Position, Scope};
use crate::storage::text::{acl, dates};
use crate::storage::{convert, principals};

const ACL: &str = "x-ms-acl";
const PERMISSIONS: &str = "x-ms-permissions";
/// The most items that one call changes the lists of.
const MOST: usize = 2000;

/// `PATCH ?action=setAccessControl`.
pub(in crate::storage) fn set(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let (entries, permission) = (request.header(ACL), request.header(PERMISSIONS));
    let gives = ["x-ms-owner", "x-ms-group"].iter().any(|name| request.header(name).is_some());
    let needs = match (entries.or(permission).is_some(), gives) {
        (true, true) => {
            Needs::any(Resource::Object, SasPermissions::PERMISSIONS).and(SasPermissions::OWNERSHIP)
        }
        (true, false) => Needs::any(Resource::Object, SasPermissions::PERMISSIONS),
        (false, true) => Needs::any(Resource::Object, SasPermissions::OWNERSHIP),
        (false, false) => return Err(StorageError::missing_header(ACL)),
    };
    let identity = exchange.identity(needs)?;
    if let (Some(_), Some(text)) = (entries, permission) {
        return Err(StorageError::unsupported_header(PERMISSIONS, text));
    }
    let entries = entries.map(acl::parse_set).transpose()?;
    let seed = &exchange.storage.seed;
    let update = AclUpdate {
        owner: principals::of_header(request, seed, "x-ms-owner")?,
        group: principals::of_header(request, seed, "x-ms-group")?,
        permission: permission.map(acl::parse_permission).transpose()?,
        acl: entries.as_deref(),
    };
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    exchange.change(&identity, Purpose::Write, |edit| {
        let id = edit.update_acl(&item, &update)?;
        let changed = edit.changed_entry(id);
        Ok(Answer::empty(StatusCode::OK)
            .header("etag", convert::quoted(changed.etag()))
            .header("last-modified", dates::rfc1123(changed.last_modified()))
            .header("content-length", "0")
            .header("x-ms-namespace-enabled", "true"))
    })
}

/// What a request changes of many lists.
enum Change {
    Set(Vec<Entry>),
    Modify(Vec<Entry>),
    Remove(Vec<(AclScope, Subject)>),
}

impl Change {
    fn read(exchange: &Exchange<'_>) -> Result<Self, StorageError> {
        let request = exchange.request;
        let mode = request.required_query("mode")?;
        let text = request.required_header(ACL)?;
        match &*mode.to_ascii_lowercase() {
            "set" => Ok(Self::Set(acl::parse_set(text)?)),
            "modify" => Ok(Self::Modify(acl::parse_modify(text)?)),
            "remove" => Ok(Self::Remove(acl::parse_remove(text)?)),
            _ => {
                let reason = "it is none of set, modify, remove";
                Err(StorageError::invalid_query("mode", mode, reason))
            }
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Set(_) => Kind::SetAclRecursively,
            Self::Modify(_) => Kind::ModifyAclRecursively,
            Self::Remove(_) => Kind::RemoveAclRecursively,
        }
    }

    fn of_namespace(&self) -> RecursiveAclChange<'_> {
        match self {
            Self::Set(entries) => RecursiveAclChange::Set(entries),
            Self::Modify(entries) => RecursiveAclChange::Modify(entries),
            Self::Remove(entries) => RecursiveAclChange::Remove(entries),
        }
    }
}

/// `PATCH ?action=setAccessControlRecursive`.
pub(in crate::storage) fn set_recursively(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Object, SasPermissions::PERMISSIONS))?;
    let change = Change::read(exchange)?;
    let goes_on = request.query_flag("forceFlag")?;
    let limit = most(exchange)?;
    let path = exchange.path();
    let item = exchange.item(&path, ConditionPurpose::Write)?;
    let scope = Scope {
        kind: change.kind(),
        account: &request.address.account,
        file_system: exchange.file_system()?,
        directory: path.as_str(),
        recursive: true,
    };
    let after = match request.query.get("continuation") {
        Some(token) => Some(exchange.walked(&scope, token)?),
        None => None,
    };
    let start = after.as_ref().map_or(ListStart::Beginning, ListStart::After);
    let page = exchange.change(&identity, Purpose::Write, |edit| {
        edit.change_acls(&item, &change.of_namespace(), start, limit, goes_on)
    })?;
    let next = page.last.as_ref().map(|last| {
        let last = last.as_str().to_owned();
        exchange.token_key().issue(&scope, &Position::After(last))
    });
    Ok(Answer::with_body(StatusCode::OK, body(exchange, &page))
        .header("x-ms-namespace-enabled", "true")
        .header_if("x-ms-continuation", next))
}

/// How many items a call is about at most.
fn most(exchange: &Exchange<'_>) -> Result<usize, StorageError> {
    match exchange.request.query_as::<u32>("maxRecords")? {
        None => Ok(MOST),
        Some(number) if (1..=MOST).contains(&(number as usize)) => Ok(number as usize),
        Some(number) => Err(StorageError::out_of_range("maxRecords", &number.to_string(), 1, MOST)),
    }
}

/// The body has no type, and ends in a line end.
fn body(exchange: &Exchange<'_>, page: &RecursiveAclPage) -> String {
    let refusal = exchange.refusal(Purpose::Write);
    let failed = |failure: &AclFailure| {
        json!({
            "errorMessage": refusal(failure.error.clone()).to_string(),
            "name": relative(&failure.path),
            "type": if failure.is_directory { "DIRECTORY" } else { "FILE" },
        })
    };
    let body = json!({
        "directoriesSuccessful": page.directories,
        "failedEntries": page.failures.iter().map(failed).collect::<Vec<_>>(),
        "failureCount": page.failures.len(),
        "filesSuccessful": page.files,
    });
    format!("{body}\n")
}

fn relative(path: &RemotePath) -> &str {
    path.as_str().trim_start_matches('/')
}
