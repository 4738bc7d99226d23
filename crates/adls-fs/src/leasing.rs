//! Leases of files and directories.

use std::sync::Arc;
use std::time::Duration;

use adls_wire::RemotePath;

use crate::creation::refused;
use crate::lease::{Ask, LeaseRequest, LeaseTarget, break_seconds, parse_id};
use crate::{FileSystemClient, IntoPath, Lease, LeaseOptions, Result};

impl FileSystemClient {
    /// Takes a lease of 60 seconds on a file or directory, which renews itself as long as it lives. The lease
    /// of a directory guards that alone, not what is in it.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`](crate::ErrorKind::LeaseConflict) when somebody else holds one;
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`;
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) without
    /// [`Capabilities::leases`](crate::Capabilities::leases).
    pub async fn lease(&self, path: impl IntoPath) -> Result<Lease> {
        self.lease_with(path, LeaseOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`lease`](Self::lease); [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for another duration
    /// than 15 to 60 seconds, and for an id that is no GUID.
    pub async fn lease_with(&self, path: impl IntoPath, options: LeaseOptions) -> Result<Lease> {
        let path = path.into_path()?;
        self.require_leases(&path)?;
        let target = LeaseTarget {
            name: path.to_string(),
            ask: self.ask_lease(path),
            clock: Arc::clone(self.clock()),
            cleanups: self.cleanups().clone(),
        };
        Lease::acquire(target, options).await
    }

    /// Lets a lease last for its whole time again that its holder knows by id only, such as one that was
    /// [kept](Lease::keep).
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`](crate::ErrorKind::LeaseConflict) when it was lost;
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when the id is no GUID.
    pub async fn renew_lease(&self, path: impl IntoPath, id: &str) -> Result<()> {
        let path = path.into_path()?;
        self.require_leases(&path)?;
        let request = LeaseRequest::Renew { id: parse_id(id)? };
        self.backend().change_lease(&path, request).await.map(drop)
    }

    /// Gives up a lease that its holder knows by id only.
    ///
    /// # Errors
    /// As for [`renew_lease`](Self::renew_lease).
    pub async fn release_lease(&self, path: impl IntoPath, id: &str) -> Result<()> {
        let path = path.into_path()?;
        self.require_leases(&path)?;
        let request = LeaseRequest::Release { id: parse_id(id)? };
        self.backend().change_lease(&path, request).await.map(drop)
    }

    /// Ends the lease of a file or directory, whoever holds it, after `period`: whole seconds, 60 at most, and
    /// not beyond its own end. Without a period it ends at once. Gives how long it goes on, to the second.
    ///
    /// # Errors
    /// [`ErrorKind::LeaseConflict`](crate::ErrorKind::LeaseConflict) when there is none.
    pub async fn break_lease(
        &self,
        path: impl IntoPath,
        period: impl Into<Option<Duration>>,
    ) -> Result<Duration> {
        let path = path.into_path()?;
        self.require_leases(&path)?;
        let seconds = break_seconds(period.into())?;
        let broken = self.backend().change_lease(&path, LeaseRequest::Break { seconds }).await?;
        Ok(broken.remaining)
    }

    fn ask_lease(&self, path: RemotePath) -> Ask {
        let backend = Arc::clone(self.backend());
        Arc::new(move |request| {
            let (backend, path) = (Arc::clone(&backend), path.clone());
            Box::pin(async move { backend.change_lease(&path, request).await })
        })
    }

    fn require_leases(&self, path: &RemotePath) -> Result<()> {
        match self.capabilities().leases {
            true => Ok(()),
            false => Err(refused(
                path,
                "gives leases to writers alone; whoever has a file open to write it keeps others out",
            )),
        }
    }
}
