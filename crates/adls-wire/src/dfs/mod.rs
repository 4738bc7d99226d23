//! Data Lake Storage Gen2: the DFS protocol of `https://<account>.dfs.core.windows.net`.
//!
//! Source: the reference of the service,
//! <https://learn.microsoft.com/rest/api/storageservices/data-lake-storage-gen2>. The service sends the
//! values of lists as text, whatever its description says; numbers and booleans are taken as well.

mod deleted;
pub mod header;
mod lenient;
mod listing;
mod properties;
pub mod query;

pub use deleted::{DeletedEntry, DeletedList, ParseDeletedListError};
pub use listing::{FileSystemEntry, FileSystemList, PathEntry, PathList, filetime_to_unix_millis};
pub use properties::{ParsePropertiesError, decode_properties, encode_properties};

use serde::Deserialize;

/// The answer to a change of the access control lists of a tree: what one call has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AclChangeResponse {
    /// Directories that were changed.
    #[serde(deserialize_with = "lenient::number")]
    pub directories_successful: u64,
    /// Files that were changed.
    #[serde(deserialize_with = "lenient::number")]
    pub files_successful: u64,
    /// Items that could not be changed.
    #[serde(deserialize_with = "lenient::number")]
    pub failure_count: u64,
    /// What became of them.
    pub failed_entries: Vec<FailedAclEntry>,
}

/// An item whose access control list could not be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FailedAclEntry {
    /// Its path from the root of the file system, without a slash before it.
    pub name: String,
    /// `FILE` or `DIRECTORY`.
    #[serde(rename = "type")]
    pub entry_type: String,
    /// Why not, in the service's words.
    pub error_message: String,
}
