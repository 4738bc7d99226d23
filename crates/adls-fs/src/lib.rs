//! File systems in Azure Data Lake: directories, files, access control, streams and transfers.
//!
//! [`FileSystemClient`] is the one entrance. It is made for an account and takes whatever can get
//! tokens for it; everything else is reached from there.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # async fn example(credential: Arc<dyn adls_http::TokenCredential>) -> Result<(), Box<dyn std::error::Error>> {
//! use adls_fs::{FileSystemClient, FileSystemOptions};
//!
//! let endpoint = "https://account.azuredatalakestore.net".parse()?;
//! let client = FileSystemClient::gen1(endpoint, credential, FileSystemOptions::default())?;
//!
//! client.put("/reports/2026/total.csv", "1;2;3\n").await?;
//! for entry in client.list("/reports/2026").collect_all().await? {
//!     println!("{}", entry.name());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Everything runs on tokio: streams, walks and transfers start tasks of their own, and end them when
//! they are dropped.
//!
//! A method `x` that has options comes as `x` with defaults and as `x_with`, which takes them. Paths are
//! given as anything that is one: see [`IntoPath`].
//!
//! What an account can do beyond the common ground is told by [`Capabilities`]. Every failure is an
//! [`Error`] with an [`ErrorKind`] that is the same for every kind of account.

mod access_control;
mod access_explanation;
mod access_file;
mod account_client;
mod acl_batch;
mod acl_tree;
mod backend;
mod capabilities;
mod cleanups;
mod client;
mod conditions;
mod connection_string;
mod creation;
mod error;
mod from_url;
mod gen1;
mod gen2;
mod glob;
mod join;
mod lease;
mod leasing;
mod listing;
mod metadata;
#[cfg(feature = "_object_store")]
pub mod object_store;
mod options;
mod path;
mod properties;
mod reader;
mod recursive;
mod remote_url;
mod replacement;
pub mod sas;
mod status;
mod text;
mod throttle;
pub mod transfer;
mod usage;
mod walk;
mod writer;

pub use access_explanation::{AccessDecision, AccessExplanation, AccessStep, AccessSubject};
pub use access_file::RestoreAccessOptions;
pub use account_client::{
    AccountClient, AccountInformation, CreateFileSystemOptions, DeleteFileSystemOptions,
    FileSystemProperties, FileSystemStatus, ListFileSystemsOptions,
};
pub use acl_batch::{AclBatch, AclFailure, AclTreeChange, TreeAclOptions};
pub use acl_tree::AclBatches;
pub use adls_http::{AccountKey, Credential, SasToken};
pub use adls_wire::{
    AclEntry, AclScope, AclSpec, AclTag, ModeChange, ParseAclError, ParsePathError,
    ParsePermissionError, Permission, RemotePath, Rwx,
};
pub use backend::ByteStream;
pub use capabilities::Capabilities;
pub use cleanups::Cleanups;
pub use client::FileSystemClient;
pub use conditions::{Conditions, ETag};
pub use connection_string::ConnectionString;
pub use error::{Error, ErrorKind, TreeChangeReport};
pub use glob::{Expansion, Glob, GlobPattern};
pub use lease::{Lease, LeaseDuration, LeaseOptions, LeaseState, LeaseStatus};
pub use listing::Listing;
pub use options::{
    AccessControlOptions, AclOptions, AppendOptions, ConcatOptions, ConcurrentAppendOptions,
    DeleteOptions, DeletedItemsOptions, Expiry, ExpiryOptions, FileSystemOptions, ListOptions,
    MkdirsOptions, OwnerChange, PropertiesOptions, RenameOptions, RestoreConflict, RestoreOptions,
    StatOptions, TimesChange, WriteOptions,
};
pub use path::IntoPath;
pub use properties::{ContentHeaders, FileProperties};
pub use reader::{ReadOptions, Reader};
pub use recursive::{TreeChange, TreeChangeOptions};
pub use remote_url::{Generation, ParseRemoteUrlError, RemoteUrl};
pub use status::{Acl, ContentSummary, DeletedItem, FileKind, FileStatus, WriteResult};
pub use usage::Usage;
pub use walk::{Walk, WalkOptions};
pub use writer::Writer;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
