//! A directory takes the place of another one, which the services do not do by themselves.

use std::time::Duration;

use adls_wire::RemotePath;
use uuid::Uuid;

use crate::error::may_have_arrived;
use crate::{
    Conditions, DeleteOptions, Error, ErrorKind, FileSystemClient, IntoPath, LeaseOptions,
    RenameOptions, Result,
};

/// How long the directory that gives way is kept from others; the renames take a fraction of it.
const LEASE: Duration = Duration::from_secs(60);

impl FileSystemClient {
    /// Renames the directory `from` to `to`, where another directory gives way with everything in it: for results
    /// that are made beside what they replace. Where nothing is at `to` it is a rename.
    ///
    /// **Not atomic.** The old directory is renamed to a name beside it (`NAME.replaced-` and eight digits), under
    /// a lease where there are leases; then the new one gets the name, and the old one is deleted. For a moment
    /// nothing is at `to`. If the new one cannot get the name, the old one gets it back. If the program ends in between,
    /// everything is still there, under one of the three names.
    ///
    /// ```no_run
    /// # async fn example(client: &adls_fs::FileSystemClient) -> Result<(), Box<dyn std::error::Error>> {
    /// client.upload("report", "/report.new").await?;
    /// client.replace_directory("/report.new", "/report").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] without a source; [`ErrorKind::NotDirectory`] when either is a file;
    /// [`ErrorKind::Invalid`] when one lies in the other or is the root; [`ErrorKind::LeaseConflict`] when somebody
    /// else holds the old directory. When the old one can neither get its name back nor be deleted, the error says
    /// where it is.
    pub async fn replace_directory(&self, from: impl IntoPath, to: impl IntoPath) -> Result<()> {
        let (from, to) = (from.into_path()?, to.into_path()?);
        if from.starts_with(&to) || to.starts_with(&from) {
            let text = format!("{from} cannot replace {to}: one lies in the other");
            return Err(Error::invalid(text));
        }
        let (new, old) = tokio::try_join!(self.stat(&from), self.try_stat(&to))?;
        if new.is_file() {
            return Err(Error::at(ErrorKind::NotDirectory, &from));
        }
        match old {
            None => self.rename(&from, &to).await,
            Some(old) if old.is_file() => Err(Error::at(ErrorKind::NotDirectory, &to)),
            Some(_) => self.replace(&from, &to).await,
        }
    }

    async fn replace(&self, from: &RemotePath, to: &RemotePath) -> Result<()> {
        let aside = aside(to)?;
        let lease = match self.capabilities().leases {
            true => {
                let options = LeaseOptions::default().duration(LEASE);
                // It goes along with the directory, whose name the guard would not know.
                Some(self.lease_with(to, options).await?.keep())
            }
            false => None,
        };
        let held = Conditions { lease: lease.clone(), ..Conditions::default() };
        if let Err(error) = self.move_held(to, &aside, &held).await {
            self.let_go(to, lease.as_deref()).await;
            if may_have_arrived(&error) {
                let text = format!("{error}; what was {to} may be {aside} now");
                return Err(error.with_message(text));
            }
            return Err(error);
        }
        if let Err(error) = self.rename(from, to).await {
            let back = self.move_held(&aside, to, &held).await;
            self.let_go(if back.is_ok() { to } else { &aside }, lease.as_deref()).await;
            return Err(match back {
                Ok(()) => error,
                Err(_) => {
                    let text = format!("{error}; what was {to} is {aside} now");
                    error.with_message(text)
                }
            });
        }
        // A large tree takes longer than the lease lasts, and its new name is known to nobody.
        self.let_go(&aside, lease.as_deref()).await;
        let all = DeleteOptions::default().recursive(true);
        self.delete_with(&aside, all).await.map(drop).map_err(|error| {
            let text =
                format!("{from} is {to} now, but what was there, {aside}, is not deleted: {error}");
            error.with_message(text)
        })
    }

    async fn move_held(&self, from: &RemotePath, to: &RemotePath, held: &Conditions) -> Result<()> {
        self.rename_with(from, to, RenameOptions::default().conditions(held.clone())).await
    }

    /// The lease ends by itself if it cannot be released.
    async fn let_go(&self, path: &RemotePath, lease: Option<&str>) {
        if let Some(id) = lease
            && let Err(error) = self.release_lease(path, id).await
        {
            tracing::debug!(%path, %error, "the lease lasts until its end");
        }
    }
}

/// A name beside a directory that says what it was. No name of a temporary file: nobody may take it for one and clean
/// it up.
fn aside(directory: &RemotePath) -> Result<RemotePath> {
    let digits = &Uuid::new_v4().simple().to_string()[..8];
    let name = directory.file_name().unwrap_or_default();
    let beside = directory.parent().unwrap_or_else(RemotePath::root);
    Ok(beside.child(&format!("{name}.replaced-{digits}"))?)
}
