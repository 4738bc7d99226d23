//! Names of parameters in the query.

/// `account`, `filesystem`, `file` or `directory`: what is asked about or made.
pub const RESOURCE: &str = "resource";
/// What is done with an item.
pub const ACTION: &str = "action";
/// Whether everything below counts.
pub const RECURSIVE: &str = "recursive";
/// The directory that is listed, from the root of the file system, without a slash before it.
pub const DIRECTORY: &str = "directory";
/// Where the page begins.
pub const CONTINUATION: &str = "continuation";
/// The most entries of a page.
pub const MAX_RESULTS: &str = "maxResults";
/// The most entries that one change of access control lists takes.
pub const MAX_RECORDS: &str = "maxRecords";
/// Whether owners and groups are told by their principal names.
pub const UPN: &str = "upn";
/// The path below the listed directory with which a list begins.
pub const BEGIN_FROM: &str = "beginFrom";
/// What the names of a list begin with.
pub const PREFIX: &str = "prefix";
/// Where bytes go.
pub const POSITION: &str = "position";
/// Whether an append commits what there is.
pub const FLUSH: &str = "flush";
/// Whether the writer gives the file up.
pub const CLOSE: &str = "close";
/// Whether what lies behind the position is kept for a later flush.
pub const RETAIN_UNCOMMITTED_DATA: &str = "retainUncommittedData";
/// How something is renamed or changed.
pub const MODE: &str = "mode";
/// Whether a change of access control lists goes on after a failure.
pub const FORCE_FLAG: &str = "forceFlag";
/// Whether a deletion may take several calls.
pub const PAGINATED: &str = "paginated";
/// The rights that are asked for.
pub const FS_ACTION: &str = "fsAction";
/// What of an item a Blob call is about.
pub const COMP: &str = "comp";
/// What kind of thing a Blob call is about.
pub const RESTYPE: &str = "restype";
/// What is to be listed.
pub const SHOW_ONLY: &str = "showonly";
/// Where a page of a Blob list begins.
pub const MARKER: &str = "marker";
/// The most entries of a page of a Blob list.
pub const BLOB_MAX_RESULTS: &str = "maxresults";
/// Which kind of blob a new file is kept in.
pub const BLOB_TYPE: &str = "blobtype";
/// Whether an append to the end makes a missing file.
pub const APPEND_MODE: &str = "appendmode";
/// The id of a deletion, in the source of an undeletion.
pub const DELETION_ID: &str = "deletionid";
