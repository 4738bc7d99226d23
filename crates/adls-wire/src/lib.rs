//! Names, shapes and text forms of the protocols that a data lake speaks.
//!
//! This crate does no I/O and knows no client and no server: it holds what both sides must spell
//! alike. Semantics (who may do what, what an offset means, how a list is paged) are deliberately
//! absent, so that a client and an emulator built on it cannot inherit each other's mistakes.
//!
//! | module | protocol |
//! |---|---|
//! | [`aad`] | Azure AD token endpoints: paths, grants, resource identifiers, error codes |
//! | [`arm`] | Azure Resource Manager: paths, versions, shapes of accounts and resource groups |
//! | [`dfs`] | Data Lake Storage Gen2: headers, parameters, JSON shapes, properties |
//! | [`webhdfs`] | Data Lake Store Gen1: operations, parameters, JSON shapes, exceptions |
//! | [`acl`], [`permission`], [`mode_change`] | POSIX access control lists and mode bits in their text forms |
//! | [`path`] | remote paths and their percent-encoding |
//! | [`shared_key`], [`sas`] | storage accounts: the strings that keys and shared access signatures sign |
//! | [`user_delegation_key`] | storage accounts: the keys with which users sign |
//! | [`xml`] | the writer of the Blob protocol's XML documents |
//! | [`cloud`] | the hosts and audiences of each Azure cloud |

pub mod aad;
pub mod acl;
pub mod arm;
pub mod cloud;
pub mod dfs;
pub mod mode_change;
pub mod path;
pub mod permission;
pub mod sas;
pub mod shared_key;
pub mod user_delegation_key;
pub mod webhdfs;
pub mod xml;

pub use acl::{AclEntry, AclScope, AclSpec, AclTag, ParseAclError};
pub use mode_change::{ModeChange, ParseModeError};
pub use path::{ParsePathError, RemotePath};
pub use permission::{ParsePermissionError, Permission, Rwx};
