//! From the shapes of the wire to those of this crate.

use std::time::{Duration, SystemTime};

use adls_http::{Page, Response};
use adls_wire::webhdfs::{self, AclStatusResponse, FileStatusesResponse, FileType};
use adls_wire::{AclEntry, RemotePath};

use crate::listing::Entry;
use crate::{Acl, FileKind, FileStatus};

pub(super) fn status(wire: webhdfs::FileStatus, path: RemotePath) -> FileStatus {
    let is_file = wire.file_type == FileType::File;
    FileStatus {
        path,
        kind: if is_file { FileKind::File } else { FileKind::Directory },
        length: wire.length,
        modified: from_millis(wire.modification_time),
        accessed: Some(from_millis(wire.access_time)),
        // It is set with the creation and never moves.
        created: Some(from_millis(wire.access_time)),
        expires: wire.ms_expiration_time.filter(|time| *time > 0).map(from_millis),
        permission: Some(wire.permission),
        owner: Some(wire.owner),
        group: Some(wire.group),
        has_acl: wire.acl_bit,
        etag: None,
        incarnation: wire.file_context_id,
    }
}

/// A page of the directory; of a file the page is the file itself, with an empty name.
pub(super) fn page(
    response: &Response,
    directory: &RemotePath,
) -> adls_http::Result<Page<Entry<FileStatus>>> {
    let page = response.json::<FileStatusesResponse>()?.file_statuses;
    let items = page.file_status.into_iter().map(|entry| {
        let path = match entry.path_suffix.as_str() {
            "" => directory.clone(),
            name => directory.child(name).map_err(|_| {
                format!(
                    "the service lists {name:?} in {directory}, which is not the name of an item"
                )
            })?,
        };
        Ok(status(entry, path))
    });
    let items = items.collect();
    let continuation = page.continuation_token.filter(|token| !token.is_empty());
    Ok(Page { items, continuation })
}

pub(super) fn acl(response: &Response) -> adls_http::Result<Acl> {
    let wire = response.json::<AclStatusResponse>()?.acl_status;
    let entries = wire.entries.iter().map(|entry| entry.parse::<AclEntry>());
    Ok(Acl {
        entries: entries.collect::<Result<_, _>>().map_err(|error| response.decode_error(error))?,
        owner: wire.owner,
        group: wire.group,
        permission: wire.permission,
    })
}

/// Milliseconds since 1970. A time before that is not a time of the service.
pub(super) fn from_millis(millis: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

pub(super) fn to_millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
