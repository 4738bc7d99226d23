//! Data Lake Store Gen1: the WebHDFS dialect of `https://<account>.azuredatalakestore.net`.
//!
//! Shapes and names follow recorded traffic of the service; where the published OpenAPI file
//! differs (times as ticks, camelCase names), the traffic wins.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::permission::Permission;

/// The path prefix of nearly every operation.
pub const ROOT: &str = "/webhdfs/v1";
/// The path prefix of the extension operations; the service takes any case.
pub const EXTENSION_ROOT: &str = "/webhdfsext";
/// The api-version sent by the newest Python client, which has continuation tokens in listings.
pub const API_VERSION: &str = "2018-09-01";
/// The api-version that names the incarnation of a file, as the newest Java client sends it.
pub const FILE_CONTEXT_API_VERSION: &str = "2018-12-01";
/// The api-version of the trash operations.
pub const TRASH_API_VERSION: &str = "2018-08-01";
/// The largest body that the service appends as one record, in bytes.
pub const MAX_APPEND: usize = 4 * 1024 * 1024;

/// Query parameters. Servers match them without regard to case.
pub mod query {
    /// The operation.
    pub const OP: &str = "op";
    /// The version of the protocol.
    pub const API_VERSION: &str = "api-version";
    /// Byte offset of OPEN and APPEND.
    pub const OFFSET: &str = "offset";
    /// Byte count of OPEN.
    pub const LENGTH: &str = "length";
    /// OPEN: answer with the bytes, not with a redirect.
    pub const READ: &str = "read";
    /// CREATE: take the bytes, do not redirect.
    pub const WRITE: &str = "write";
    /// APPEND: take the bytes, do not redirect.
    pub const APPEND: &str = "append";
    /// CREATE: replace an existing file.
    pub const OVERWRITE: &str = "overwrite";
    /// Mode bits, octal.
    pub const PERMISSION: &str = "permission";
    /// How far a write is published: see [`super::SyncFlag`].
    pub const SYNC_FLAG: &str = "syncFlag";
    /// The writer that holds the file.
    pub const LEASE_ID: &str = "leaseid";
    /// One id for all calls of one open file.
    pub const FILE_SESSION_ID: &str = "filesessionid";
    /// CREATE: make missing parents.
    pub const CREATE_PARENT: &str = "createParent";
    /// LISTSTATUS: page size.
    pub const LIST_SIZE: &str = "listSize";
    /// LISTSTATUS: exclusive lower bound by name, or a continuation token.
    pub const LIST_AFTER: &str = "listAfter";
    /// LISTSTATUS: exclusive upper bound by name.
    pub const LIST_BEFORE: &str = "listBefore";
    /// GETFILESTATUS: `true` for a length that counts what open writers have sent.
    pub const CONSISTENT_LENGTH: &str = "getconsistentlength";
    /// `true` for object ids, `false` for principal names.
    pub const TOO_ID: &str = "tooid";
    /// RENAME: where to.
    pub const DESTINATION: &str = "destination";
    /// RENAME: `OVERWRITE`.
    pub const RENAME_OPTIONS: &str = "renameoptions";
    /// DELETE: with everything below.
    pub const RECURSIVE: &str = "recursive";
    /// DELETE: only this incarnation of the file.
    pub const FILE_CONTEXT_ID: &str = "fileContextId";
    /// CONCAT: comma-separated paths.
    pub const SOURCES: &str = "sources";
    /// MSCONCAT: remove the directory of the sources.
    pub const DELETE_SOURCE_DIRECTORY: &str = "deleteSourceDirectory";
    /// ACL operations: the entries.
    pub const ACL_SPEC: &str = "aclspec";
    /// SETOWNER: the new owner.
    pub const OWNER: &str = "owner";
    /// SETOWNER: the new group.
    pub const GROUP: &str = "group";
    /// CHECKACCESS: the wanted rights, `rwx` letters.
    pub const FS_ACTION: &str = "fsaction";
    /// SETTIMES: milliseconds since 1970.
    pub const MODIFICATION_TIME: &str = "modificationtime";
    /// SETTIMES: milliseconds since 1970.
    pub const ACCESS_TIME: &str = "accesstime";
    /// SETEXPIRY: see [`super::ExpiryOption`].
    pub const EXPIRY_OPTION: &str = "expiryOption";
    /// SETEXPIRY: milliseconds, relative or since 1970.
    pub const EXPIRE_TIME: &str = "expireTime";
    /// CONCURRENTAPPEND: `autocreate`.
    pub const APPEND_MODE: &str = "appendMode";
    /// ENUMERATEDELETEDITEMS: what the original path must contain.
    pub const HINT: &str = "hint";
    /// RESTOREDELETEDITEMS: the item, as `trashDirPath` names it.
    pub const RESTORE_TOKEN: &str = "restoreToken";
    /// RESTOREDELETEDITEMS: where to.
    pub const RESTORE_DESTINATION: &str = "restoreDestination";
    /// RESTOREDELETEDITEMS: `copy` or `overwrite` when something is there already.
    pub const RESTORE_ACTION: &str = "restoreAction";
    /// RESTOREDELETEDITEMS: `file` or `directory`.
    pub const TYPE: &str = "type";
    /// OPEN, CREATE, APPEND: answer 200 with the location as JSON instead of a redirect.
    pub const NO_REDIRECT: &str = "noredirect";
    /// The caller's name, honoured only where authentication is switched off.
    pub const USER_NAME: &str = "user.name";
}

/// Response headers.
pub mod header {
    /// The service's id of one answer.
    pub const REQUEST_ID: &str = "x-ms-request-id";
    /// The caller's id of one operation, `<uuid>.<try>`.
    pub const CLIENT_REQUEST_ID: &str = "x-ms-client-request-id";
    /// The version of the service.
    pub const VERSION: &str = "x-ms-webhdfs-version";
    /// `0x0`, or the HRESULT of a failure.
    pub const STATUS: &str = "Status";
}

/// An operation: its name in the `op` parameter and its HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Op {
    /// Read bytes.
    Open,
    /// Create or replace a file.
    Create,
    /// Append at the end.
    Append,
    /// Append by several writers at once, order not guaranteed.
    ConcurrentAppend,
    /// Join files, sources in the query.
    Concat,
    /// Join files, sources in the body.
    MsConcat,
    /// One item's status.
    GetFileStatus,
    /// A directory's children.
    ListStatus,
    /// Create a directory and its parents.
    MkDirs,
    /// Rename or move.
    Rename,
    /// Delete.
    Delete,
    /// Change owner or group.
    SetOwner,
    /// Change mode bits.
    SetPermission,
    /// Change times.
    SetTimes,
    /// Ask whether the caller has some rights.
    CheckAccess,
    /// Count what lies below.
    GetContentSummary,
    /// The ACL without its base entries.
    GetAclStatus,
    /// The ACL, all entries.
    MsGetAclStatus,
    /// Replace the access ACL.
    SetAcl,
    /// Add or replace entries.
    ModifyAclEntries,
    /// Remove entries.
    RemoveAclEntries,
    /// Back to the base entries.
    RemoveAcl,
    /// Remove the default ACL.
    RemoveDefaultAcl,
    /// Let a file vanish later.
    SetExpiry,
    /// List the trash.
    EnumerateDeletedItems,
    /// Take something out of the trash.
    RestoreDeletedItems,
}

impl Op {
    /// Every operation.
    pub const ALL: [Self; 26] = [
        Self::Open,
        Self::Create,
        Self::Append,
        Self::ConcurrentAppend,
        Self::Concat,
        Self::MsConcat,
        Self::GetFileStatus,
        Self::ListStatus,
        Self::MkDirs,
        Self::Rename,
        Self::Delete,
        Self::SetOwner,
        Self::SetPermission,
        Self::SetTimes,
        Self::CheckAccess,
        Self::GetContentSummary,
        Self::GetAclStatus,
        Self::MsGetAclStatus,
        Self::SetAcl,
        Self::ModifyAclEntries,
        Self::RemoveAclEntries,
        Self::RemoveAcl,
        Self::RemoveDefaultAcl,
        Self::SetExpiry,
        Self::EnumerateDeletedItems,
        Self::RestoreDeletedItems,
    ];

    /// The value of the `op` parameter.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(self) -> &'static str {
        self.facts().1
    }

    /// The operation named by an `op` parameter, in any case; also the `MS` spellings of status and
    /// listing, which the Java client knows.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        match name.as_str() {
            "MSGETFILESTATUS" => Some(Self::GetFileStatus),
            "MSLISTSTATUS" => Some(Self::ListStatus),
            name => Self::ALL.into_iter().find(|op| op.name() == name),
        }
    }

    fn facts(self) -> (&'static str, &'static str) {
        match self {
            Self::Open => ("OPEN", "GET"),
            Self::Create => ("CREATE", "PUT"),
            Self::Append => ("APPEND", "POST"),
            Self::ConcurrentAppend => ("CONCURRENTAPPEND", "POST"),
            Self::Concat => ("CONCAT", "POST"),
            Self::MsConcat => ("MSCONCAT", "POST"),
            Self::GetFileStatus => ("GETFILESTATUS", "GET"),
            Self::ListStatus => ("LISTSTATUS", "GET"),
            Self::MkDirs => ("MKDIRS", "PUT"),
            Self::Rename => ("RENAME", "PUT"),
            Self::Delete => ("DELETE", "DELETE"),
            Self::SetOwner => ("SETOWNER", "PUT"),
            Self::SetPermission => ("SETPERMISSION", "PUT"),
            Self::SetTimes => ("SETTIMES", "PUT"),
            Self::CheckAccess => ("CHECKACCESS", "GET"),
            Self::GetContentSummary => ("GETCONTENTSUMMARY", "GET"),
            Self::GetAclStatus => ("GETACLSTATUS", "GET"),
            Self::MsGetAclStatus => ("MSGETACLSTATUS", "GET"),
            Self::SetAcl => ("SETACL", "PUT"),
            Self::ModifyAclEntries => ("MODIFYACLENTRIES", "PUT"),
            Self::RemoveAclEntries => ("REMOVEACLENTRIES", "PUT"),
            Self::RemoveAcl => ("REMOVEACL", "PUT"),
            Self::RemoveDefaultAcl => ("REMOVEDEFAULTACL", "PUT"),
            Self::SetExpiry => ("SETEXPIRY", "PUT"),
            Self::EnumerateDeletedItems => ("ENUMERATEDELETEDITEMS", "GET"),
            Self::RestoreDeletedItems => ("RESTOREDELETEDITEMS", "PUT"),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How far a write is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyncFlag {
    /// More comes: keep the lease, publish nothing.
    Data,
    /// Publish length and time, keep the lease.
    Metadata,
    /// Publish, and give up the lease.
    Close,
}

impl SyncFlag {
    /// The value of the `syncFlag` parameter.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "DATA",
            Self::Metadata => "METADATA",
            Self::Close => "CLOSE",
        }
    }

    /// From the value of the `syncFlag` parameter, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Data, Self::Metadata, Self::Close]
            .into_iter()
            .find(|flag| flag.name().eq_ignore_ascii_case(name))
    }
}

/// What the time of a SETEXPIRY counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpiryOption {
    /// Keep the file for ever.
    NeverExpire,
    /// From now.
    RelativeToNow,
    /// From the file's creation.
    RelativeToCreationDate,
    /// From 1970.
    Absolute,
}

impl ExpiryOption {
    /// The value of the `expiryOption` parameter.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NeverExpire => "NeverExpire",
            Self::RelativeToNow => "RelativeToNow",
            Self::RelativeToCreationDate => "RelativeToCreationDate",
            Self::Absolute => "Absolute",
        }
    }

    /// From the value of the `expiryOption` parameter, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::NeverExpire, Self::RelativeToNow, Self::RelativeToCreationDate, Self::Absolute]
            .into_iter()
            .find(|option| option.name().eq_ignore_ascii_case(name))
    }
}

/// The `type` of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FileType {
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// One item, as GETFILESTATUS and LISTSTATUS describe it. Fields stand in the order of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileStatus {
    /// Bytes; 0 for a directory.
    #[serde(default)]
    pub length: u64,
    /// The bare name in a listing; empty in a status.
    #[serde(default)]
    pub path_suffix: String,
    /// File or directory.
    #[serde(rename = "type")]
    pub file_type: FileType,
    /// 256 MiB for files, 0 for directories.
    #[serde(default)]
    pub block_size: u64,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub access_time: i64,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub modification_time: i64,
    /// 1 for files, 0 for directories.
    #[serde(default)]
    pub replication: u32,
    /// Mode bits.
    pub permission: Permission,
    /// Object id, or principal name when asked with `tooid=false`.
    #[serde(default)]
    pub owner: String,
    /// Object id, or principal name when asked with `tooid=false`.
    #[serde(default)]
    pub group: String,
    /// Milliseconds since 1970, 0 for never; absent for directories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms_expiration_time: Option<i64>,
    /// Whether the ACL holds more than the base entries.
    #[serde(default)]
    pub acl_bit: bool,
    /// Opaque; changes when a file is created anew. Only with api-version 2018-12-01 and later.
    #[serde(default, rename = "fileContextID", skip_serializing_if = "Option::is_none")]
    pub file_context_id: Option<String>,
}

/// The answer of GETFILESTATUS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatusResponse {
    /// The item.
    #[serde(rename = "FileStatus")]
    pub file_status: FileStatus,
}

/// The answer of LISTSTATUS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatusesResponse {
    /// The page.
    #[serde(rename = "FileStatuses")]
    pub file_statuses: FileStatuses,
}

/// One page of a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStatuses {
    /// Where the next page starts; empty after the last one, absent before api-version 2018-09-01.
    #[serde(default, rename = "continuationToken", skip_serializing_if = "Option::is_none")]
    pub continuation_token: Option<String>,
    /// The items, ascending by name.
    #[serde(default, rename = "FileStatus")]
    pub file_status: Vec<FileStatus>,
}

/// The answer of GETCONTENTSUMMARY.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentSummaryResponse {
    /// The summary.
    #[serde(rename = "ContentSummary")]
    pub content_summary: ContentSummary,
}

/// What lies at and below a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContentSummary {
    /// Directories, the one asked for included.
    pub directory_count: u64,
    /// Files.
    pub file_count: u64,
    /// Bytes.
    pub length: u64,
    /// Always -1.
    pub quota: i64,
    /// Equal to `length`.
    pub space_consumed: u64,
    /// Always -1.
    pub space_quota: i64,
}

/// The answer of GETACLSTATUS and MSGETACLSTATUS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclStatusResponse {
    /// The ACL.
    #[serde(rename = "AclStatus")]
    pub acl_status: AclStatus,
}

/// An item's ACL and owners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AclStatus {
    /// Entries in their text form.
    pub entries: Vec<String>,
    /// Object id.
    pub owner: String,
    /// Object id.
    pub group: String,
    /// Mode bits.
    pub permission: Permission,
    /// Whether the sticky bit is set.
    #[serde(default)]
    pub sticky_bit: bool,
}

/// The answer of MKDIRS, RENAME and DELETE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BooleanResponse {
    /// Whether it was done.
    pub boolean: bool,
}

/// The body of an MSCONCAT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcatSources {
    /// Paths, in the order in which their bytes are joined.
    pub sources: Vec<String>,
}

/// The answer of ENUMERATEDELETEDITEMS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashDirResponse {
    /// The page.
    #[serde(rename = "trashDir")]
    pub trash_dir: TrashDir,
}

/// One page of the trash. It may be empty although more pages follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrashDir {
    /// The items.
    #[serde(default)]
    pub trash_dir_entry: Vec<TrashEntry>,
    /// Where the next page starts; empty after the last one.
    #[serde(default)]
    pub next_list_after: String,
    /// How many items of the trash were looked at.
    #[serde(default)]
    pub num_searched: u64,
}

/// A deleted item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrashEntry {
    /// Where it was.
    pub original_path: String,
    /// Where it is now; also the token to restore it with.
    pub trash_dir_path: String,
    /// `file` or `directory`, in any case.
    #[serde(rename = "type")]
    pub entry_type: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub creation_time: i64,
}

/// The body of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteExceptionResponse {
    /// The error.
    #[serde(rename = "RemoteException")]
    pub remote_exception: RemoteException,
}

/// An error as the service words it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteException {
    /// The bare name of the exception.
    pub exception: String,
    /// Text; ends in the request id and the service's time.
    #[serde(default)]
    pub message: String,
    /// The full name of the exception's class.
    #[serde(default)]
    pub java_class_name: String,
}

/// The exceptions that the service is known to throw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Exception {
    /// No such file or directory.
    FileNotFound,
    /// The target exists.
    FileAlreadyExists,
    /// No permission; also a directory that is not empty.
    AccessControl,
    /// An append at a wrong offset, or a read behind the end.
    BadOffset,
    /// A bad parameter.
    IllegalArgument,
    /// The operation is not known or not offered.
    UnsupportedOperation,
    /// The token is missing or bad.
    Security,
    /// Too many requests.
    Throttled,
    /// Any other input or output failure.
    Io,
    /// An internal failure.
    Runtime,
}

impl Exception {
    /// Every exception.
    pub const ALL: [Self; 10] = [
        Self::FileNotFound,
        Self::FileAlreadyExists,
        Self::AccessControl,
        Self::BadOffset,
        Self::IllegalArgument,
        Self::UnsupportedOperation,
        Self::Security,
        Self::Throttled,
        Self::Io,
        Self::Runtime,
    ];

    /// The HTTP status that comes with it.
    #[must_use]
    pub fn status(self) -> u16 {
        self.facts().0
    }

    /// The `exception` member.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.facts().1
    }

    /// The `javaClassName` member.
    #[must_use]
    pub fn java_class_name(self) -> &'static str {
        self.facts().2
    }

    /// The exception with this name, if it is a known one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|exception| exception.name() == name)
    }

    fn facts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::FileNotFound => (404, "FileNotFoundException", "java.io.FileNotFoundException"),
            Self::FileAlreadyExists => (
                403,
                "FileAlreadyExistsException",
                "org.apache.hadoop.fs.FileAlreadyExistsException",
            ),
            Self::AccessControl => {
                (403, "AccessControlException", "org.apache.hadoop.security.AccessControlException")
            }
            Self::BadOffset => {
                (400, "BadOffsetException", "org.apache.hadoop.fs.adl.BadOffsetException")
            }
            Self::IllegalArgument => {
                (400, "IllegalArgumentException", "java.lang.IllegalArgumentException")
            }
            Self::UnsupportedOperation => {
                (400, "UnsupportedOperationException", "java.lang.UnsupportedOperationException")
            }
            Self::Security => (401, "SecurityException", "java.lang.SecurityException"),
            Self::Throttled => {
                (429, "ThrottledException", "org.apache.hadoop.fs.adl.ThrottledException")
            }
            Self::Io => (403, "IOException", "java.io.IOException"),
            Self::Runtime => (500, "RuntimeException", "java.lang.RuntimeException"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for op in Op::ALL {
            assert_eq!(Op::from_name(&op.name().to_lowercase()), Some(op));
        }
        for exception in Exception::ALL {
            assert_eq!(Exception::from_name(exception.name()), Some(exception));
        }
        assert_eq!(Op::from_name("MSLISTSTATUS"), Some(Op::ListStatus));
        assert_eq!(Op::from_name("LS"), None);
    }

    #[test]
    fn status_of_a_file_and_of_a_directory() {
        let file = r#"{"FileStatus":{"length":6,"pathSuffix":"","type":"FILE","blockSize":268435456,"accessTime":1495839739035,"modificationTime":1495839739101,"replication":1,"permission":"770","owner":"00000000-0000-0000-0000-000000000001","group":"00000000-0000-0000-0000-000000000000","msExpirationTime":0,"aclBit":false}}"#;
        let parsed: FileStatusResponse = serde_json::from_str(file).unwrap();
        assert_eq!(serde_json::to_string(&parsed).unwrap(), file);

        let directory = r#"{"FileStatus":{"length":0,"pathSuffix":"","type":"DIRECTORY","blockSize":0,"accessTime":1,"modificationTime":2,"replication":0,"permission":"1777","owner":"o","group":"g","aclBit":true}}"#;
        let parsed: FileStatusResponse = serde_json::from_str(directory).unwrap();
        assert_eq!(serde_json::to_string(&parsed).unwrap(), directory);
    }

    #[test]
    fn listing_in_either_key_order_and_with_unknown_fields() {
        let page = r#"{"FileStatuses":{"FileStatus":[{"pathSuffix":"a","type":"FILE","permission":"644","x":[1,[2]]}],"continuationToken":"t"}}"#;
        let parsed: FileStatusesResponse = serde_json::from_str(page).unwrap();
        assert_eq!(parsed.file_statuses.continuation_token.as_deref(), Some("t"));
        assert_eq!(parsed.file_statuses.file_status[0].path_suffix, "a");
        let old: FileStatusesResponse =
            serde_json::from_str(r#"{"FileStatuses":{"FileStatus":[]}}"#).unwrap();
        assert_eq!(old.file_statuses.continuation_token, None);
    }
}
