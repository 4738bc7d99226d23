//! The client of a storage account: its file systems.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_http::{Credential, SafeUrl};

use crate::gen2::{Account, Gen2};
use crate::lease::{LeaseRequest, LeaseTarget, break_seconds, parse_id};
use crate::options::options;
use crate::properties::check_metadata;
use crate::sas::UserDelegationKey;
use crate::{
    Conditions, ETag, Error, ErrorKind, FileSystemClient, FileSystemOptions, Lease, LeaseOptions,
    Listing, Result,
};

/// A storage account (Gen2), whose file systems it makes, lists and deletes; Gen1 accounts have only one.
/// Clones are cheap, and share connections and token with each other and with the
/// [`FileSystemClient`]s that they give.
///
/// ```no_run
/// # use std::sync::Arc;
/// # async fn example(credential: Arc<dyn adls_http::TokenCredential>) -> Result<(), Box<dyn std::error::Error>> {
/// use adls_fs::{AccountClient, FileSystemOptions};
///
/// let endpoint = "https://account.dfs.core.windows.net".parse()?;
/// let account = AccountClient::new(endpoint, credential, FileSystemOptions::default())?;
/// account.create_file_system("raw").await?;
/// account.file_system("raw")?.put("/hello.txt", "hello\n").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AccountClient {
    account: Arc<Account>,
}

/// A file system.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSystemStatus {
    /// Its name.
    pub name: String,
    /// When it or its properties last changed; what is in it does not count.
    pub modified: Option<SystemTime>,
    /// Its version.
    pub etag: Option<ETag>,
}

/// A file system with what is kept about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSystemProperties {
    /// The file system.
    pub status: FileSystemStatus,
    /// Properties of the user's own.
    pub properties: BTreeMap<String, String>,
    /// Whether it has directories and access control lists, where that is told: an account without a
    /// hierarchical namespace has neither.
    pub hierarchical: Option<bool>,
}

/// What an account says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountInformation {
    /// Kind of redundancy, such as `Standard_LRS`.
    pub sku: Option<String>,
    /// Kind of account, such as `StorageV2`.
    pub kind: Option<String>,
    /// Whether it has directories and access control lists.
    pub hierarchical: Option<bool>,
}

options! {
    /// Options of [`list_file_systems_with`](AccountClient::list_file_systems_with).
    #[derive(Default)]
    pub struct ListFileSystemsOptions {
        /// What names begin with.
        pub prefix: Option<String>,
        /// The most entries of one page; 5,000 when `None`.
        pub page_size: Option<u32>,
        /// Where to begin: a continuation token of an earlier list.
        pub start_after: Option<String>,
    }

    /// Options of [`create_file_system_with`](AccountClient::create_file_system_with).
    #[derive(Default)]
    pub struct CreateFileSystemOptions {
        /// Properties of the user's own.
        pub properties: BTreeMap<String, String>,
        /// Whether to wait, for five minutes at most, while one of this name is still being deleted.
        pub wait_for_deletion: bool,
    }

    /// Options of [`delete_file_system_with`](AccountClient::delete_file_system_with).
    #[derive(Default)]
    pub struct DeleteFileSystemOptions {
        /// What must hold; of the tags none is known here, only times and a lease.
        pub conditions: Conditions,
    }
}

impl AccountClient {
    /// A client of the account at `endpoint`, `https://<account>.dfs.core.windows.net`; see
    /// [`FileSystemClient::gen2`] for other forms.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the options are not usable.
    pub fn new(
        endpoint: SafeUrl,
        credential: impl Into<Credential>,
        options: FileSystemOptions,
    ) -> Result<Self> {
        Ok(Self { account: Arc::new(Account::new(endpoint, credential, options)?) })
    }

    /// The URL of its DFS endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &SafeUrl {
        self.account.endpoint()
    }

    /// A client of one of its file systems, whether it is there or not.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the name cannot be one.
    pub fn file_system(&self, name: &str) -> Result<FileSystemClient> {
        check_name(name)?;
        Ok(FileSystemClient::of(Arc::new(Gen2::new(Arc::clone(&self.account), name))))
    }

    /// Its file systems, ascending by name.
    #[must_use]
    pub fn list_file_systems(&self) -> Listing<FileSystemStatus> {
        self.list_file_systems_with(ListFileSystemsOptions::default())
    }

    /// The same with options.
    #[must_use]
    pub fn list_file_systems_with(
        &self,
        options: ListFileSystemsOptions,
    ) -> Listing<FileSystemStatus> {
        self.account.list_file_systems(options)
    }

    /// Makes a file system.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] when there is one of this name;
    /// [`ErrorKind::BeingDeleted`] for half a minute after a deletion.
    pub async fn create_file_system(&self, name: &str) -> Result<FileSystemStatus> {
        self.create_file_system_with(name, CreateFileSystemOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`create_file_system`](Self::create_file_system).
    pub async fn create_file_system_with(
        &self,
        name: &str,
        options: CreateFileSystemOptions,
    ) -> Result<FileSystemStatus> {
        check_name(name)?;
        check_metadata(options.properties.keys().map(String::as_str))?;
        self.account.create_file_system(name, options).await
    }

    /// Whether there is a file system of this name.
    ///
    /// # Errors
    /// Any but [`ErrorKind::FileSystemNotFound`].
    pub async fn has_file_system(&self, name: &str) -> Result<bool> {
        check_name(name)?;
        self.account.has_file_system(name).await
    }

    /// A file system, with what is kept about it.
    ///
    /// # Errors
    /// [`ErrorKind::FileSystemNotFound`] when there is none.
    pub async fn file_system_properties(&self, name: &str) -> Result<FileSystemProperties> {
        check_name(name)?;
        self.account.file_system(name).await
    }

    /// Replaces the properties of the user's own; those that are left out go.
    ///
    /// # Errors
    /// [`ErrorKind::FileSystemNotFound`] when there is none;
    /// [`ErrorKind::Invalid`] for names that it does not take: see
    /// [`set_metadata`](FileSystemClient::set_metadata).
    pub async fn set_file_system_properties(
        &self,
        name: &str,
        properties: &BTreeMap<String, String>,
    ) -> Result<()> {
        check_name(name)?;
        check_metadata(properties.keys().map(String::as_str))?;
        self.account.set_file_system_properties(name, properties).await
    }

    /// Deletes a file system with everything in it, and says whether there was one. Its name stays taken
    /// for half a minute.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`] when somebody holds it.
    pub async fn delete_file_system(&self, name: &str) -> Result<bool> {
        self.delete_file_system_with(name, DeleteFileSystemOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`delete_file_system`](Self::delete_file_system).
    pub async fn delete_file_system_with(
        &self,
        name: &str,
        options: DeleteFileSystemOptions,
    ) -> Result<bool> {
        check_name(name)?;
        self.account.delete_file_system(name, options).await
    }

    /// A key for signatures by who is signed in, good until `until` at least and for a week at most: see
    /// [`UserDelegationSas`](crate::sas::UserDelegationSas). It is kept and fetched anew before it ends.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) when nobody is signed in;
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when no key lasts so long.
    pub async fn user_delegation_key(&self, until: SystemTime) -> Result<UserDelegationKey> {
        self.account.user_delegation_key(until).await
    }

    /// Takes a lease of 60 seconds on a file system, which renews itself as long as it lives. It guards the file
    /// system against its deletion, not what is in it.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`] when somebody else holds one; [`ErrorKind::FileSystemNotFound`] when there
    /// is none of this name; [`ErrorKind::Unsupported`] for a workspace of OneLake.
    pub async fn lease_file_system(&self, name: &str) -> Result<Lease> {
        self.lease_file_system_with(name, LeaseOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`lease_file_system`](Self::lease_file_system); [`ErrorKind::Invalid`] for another duration than
    /// 15 to 60 seconds, and for an id that is no GUID.
    pub async fn lease_file_system_with(&self, name: &str, options: LeaseOptions) -> Result<Lease> {
        self.check_leasable(name)?;
        let (account, owned) = (Arc::clone(&self.account), name.to_owned());
        let target = LeaseTarget {
            name: format!("the file system {name:?}"),
            ask: Arc::new(move |request| {
                let (account, name) = (Arc::clone(&account), owned.clone());
                Box::pin(async move { account.change_file_system_lease(&name, request).await })
            }),
            clock: Arc::clone(self.account.clock()),
            cleanups: self.account.cleanups().clone(),
        };
        Lease::acquire(target, options).await
    }

    /// Ends the lease of a file system, whoever holds it, after `period`: whole seconds, 60 at most, and not
    /// beyond its own end. Without a period it goes on until its own end, and one without an end ends at once.
    /// Gives how long it goes on, to the second.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`] when there is none.
    pub async fn break_file_system_lease(
        &self,
        name: &str,
        period: impl Into<Option<Duration>>,
    ) -> Result<Duration> {
        self.check_leasable(name)?;
        let seconds = break_seconds(period.into())?;
        let request = LeaseRequest::Break { seconds };
        Ok(self.account.change_file_system_lease(name, request).await?.remaining)
    }

    /// Lets a lease of a file system last for its whole time again that its holder knows by id only.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`] when it was lost; [`ErrorKind::Invalid`] when the id is no GUID.
    pub async fn renew_file_system_lease(&self, name: &str, id: &str) -> Result<()> {
        self.check_leasable(name)?;
        let request = LeaseRequest::Renew { id: parse_id(id)? };
        self.account.change_file_system_lease(name, request).await.map(drop)
    }

    /// Gives up a lease of a file system that its holder knows by id only.
    ///
    /// # Errors
    /// As for [`renew_file_system_lease`](Self::renew_file_system_lease).
    pub async fn release_file_system_lease(&self, name: &str, id: &str) -> Result<()> {
        self.check_leasable(name)?;
        let request = LeaseRequest::Release { id: parse_id(id)? };
        self.account.change_file_system_lease(name, request).await.map(drop)
    }

    fn check_leasable(&self, name: &str) -> Result<()> {
        check_name(name)?;
        match self.account.is_one_lake() {
            false => Ok(()),
            true => Err(Error::new(ErrorKind::Unsupported).with_message(format!(
                "the workspace {name:?} of OneLake gives no leases; lease a file or directory in it"
            ))),
        }
    }

    /// What the account says of itself.
    ///
    /// # Errors
    /// [`ErrorKind::PermissionDenied`] without the right to read it.
    pub async fn information(&self) -> Result<AccountInformation> {
        self.account.information().await
    }
}

impl FileSystemClient {
    /// A client of a file system in a storage account (Gen2): `https://<account>.dfs.core.windows.net`, or
    /// an endpoint with the account in its path, as emulators have.
    ///
    /// What the DFS protocol lacks is asked of the account's Blob endpoint. Where that does not follow from
    /// the host, [`FileSystemOptions::blob_endpoint`] says it.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the options or the name are not usable.
    pub fn gen2(
        endpoint: SafeUrl,
        file_system: &str,
        credential: impl Into<Credential>,
        options: FileSystemOptions,
    ) -> Result<Self> {
        AccountClient::new(endpoint, credential, options)?.file_system(file_system)
    }
}

/// Fails for what would be something else in a URL. Whatever else the service does not take, it refuses.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let harmful = |c: char| matches!(c, '/' | '\\' | '?' | '#') || c.is_control();
    if name.is_empty() || matches!(name, "." | "..") || name.contains(harmful) {
        return Err(Error::invalid(format!(
            "{name:?} is not the name of a file system; it has 3 to 63 letters, digits and hyphens, like \
             raw-data"
        )));
    }
    Ok(())
}
