//! Making files and directories.

use adls_wire::sas::SasPermissions;
use uuid::Uuid;

use crate::namespace::{Appends, BlobKind, BlobProperties, LeaseDuration, NewEntry, NodeKind};
use crate::storage::creation::{self, CREATES, Creation};
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::request::Request;
use crate::storage::text::conditions::Purpose as ConditionPurpose;
use crate::storage::text::{acl, lease, properties::Properties};
use crate::storage::{content_headers, convert, expiry, intake, principals};

/// `PUT /{filesystem}/{path}?resource=file|directory`.
pub(in crate::storage) fn create(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(needs(request))?;
    intake::require_none(request)?;
    let kind = match request.query.get("resource") {
        Some("directory") => NodeKind::Directory,
        _ => NodeKind::File,
    };
    let path = exchange.path();
    let mut item = exchange.item(&path, ConditionPurpose::Write)?;
    let creation = Creation::of(exchange, &mut item)?;
    let entries = request.header("x-ms-acl").map(acl::parse_set).transpose()?;
    let permission = request.header("x-ms-permissions").map(acl::parse_permission).transpose()?;
    let umask = request.header("x-ms-umask").map(acl::parse_umask).transpose()?;
    if let (Some(_), Some(text)) = (&entries, request.header("x-ms-permissions")) {
        return Err(StorageError::unsupported_header("x-ms-permissions", text));
    }
    let seed = &exchange.storage.seed;
    let metadata = Properties::from_dfs(&request.headers)?.unwrap_or_default();
    let new = NewEntry {
        existing: creation.existing(),
        appends: Appends::Ordered,
        permission,
        umask: umask.map(|umask| umask.mode()),
        acl: entries.as_deref(),
        owner: principals::of_header(request, seed, "x-ms-owner")?,
        group: principals::of_header(request, seed, "x-ms-group")?,
        expiry: expiry::of(request)?,
        lease: new_lease(request)?,
        bytes: creation::zeros(request)?,
        properties: BlobProperties {
            headers: content_headers::of_dfs(request)?.of_content(),
            metadata: creation::kept(convert::metadata(&metadata), kind),
            kind: blob_kind(request)?,
            encryption: exchange.encryption_of_new()?,
            transaction_id: request.header("x-ms-client-transaction-id").map(Into::into),
            ..BlobProperties::default()
        },
        ..NewEntry::new(kind)
    };
    exchange.change_or(&identity, creation.refusal(exchange), |edit| {
        let id = edit.create_entry(&item, new)?;
        Ok(creation::created(&edit.changed_entry(id)))
    })
}

/// Who gives an item away, or says who may use it, needs the letters for that, too.
fn needs(request: &Request) -> Needs {
    let mut needs = Needs::any(Resource::Object, CREATES);
    if request.header("x-ms-owner").is_some() || request.header("x-ms-group").is_some() {
        needs = needs.and(SasPermissions::OWNERSHIP);
    }
    if request.header("x-ms-acl").is_some() {
        needs = needs.and(SasPermissions::PERMISSIONS);
    }
    needs
}

/// A lease that is to come with the item.
fn new_lease(request: &Request) -> Result<Option<(Uuid, LeaseDuration)>, StorageError> {
    let id = lease::id(&request.headers, lease::PROPOSED_LEASE_ID)?;
    let duration = lease::duration(&request.headers)?;
    match (id, duration) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(StorageError::missing_header(lease::PROPOSED_LEASE_ID)),
        (Some(id), _) => {
            let duration = lease::required_duration(&request.headers)?;
            Ok(Some((id, convert::duration(duration))))
        }
    }
}

fn blob_kind(request: &Request) -> Result<BlobKind, StorageError> {
    match request.query.get("blobtype") {
        None => Ok(BlobKind::Block),
        Some(text) if text.eq_ignore_ascii_case("blockblob") => Ok(BlobKind::Block),
        Some(text) if text.eq_ignore_ascii_case("appendblob") => Ok(BlobKind::Append),
        Some(text) => {
            Err(StorageError::invalid_query("blobtype", text, "it is no kind of blob here"))
        }
    }
}
