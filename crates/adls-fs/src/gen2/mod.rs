//! Data Lake Storage Gen2: the DFS protocol of `https://<account>.dfs.core.windows.net`, and of the Blob
//! protocol beside it what DFS lacks.

mod access;
mod account;
mod acl_tree;
mod backend;
mod call;
mod convert;
mod copy;
mod creation;
mod data;
mod deleted;
mod endpoints;
mod error;
mod file_systems;
mod http_date;
mod leases;
mod namespace;
mod properties;
mod rename;
#[cfg(test)]
pub(crate) mod tests;
mod version;
mod write;

use std::sync::Arc;

use adls_wire::RemotePath;

use crate::{Error, ErrorKind, Result};

pub(crate) use account::Account;

/// One file system of a Gen2 account. Clones share the account's connections.
#[derive(Clone, Debug)]
pub(crate) struct Gen2 {
    account: Arc<Account>,
    file_system: Arc<str>,
}

impl Gen2 {
    pub(crate) fn new(account: Arc<Account>, file_system: &str) -> Self {
        Self { account, file_system: file_system.into() }
    }

    /// Whether the account is OneLake, which is storage without rights of its own.
    fn is_one_lake(&self) -> bool {
        self.account.is_one_lake()
    }

    /// Refuses what OneLake has not, before anything is sent: it would pass over some of it in silence.
    fn check_has(&self, what: &str, path: &RemotePath) -> Result<()> {
        if !self.is_one_lake() {
            return Ok(());
        }
        Err(Error::at(ErrorKind::Unsupported, path).with_message(format!(
            "{path} is in OneLake, which has no {what}; who may do what is set in Fabric"
        )))
    }
}
