//! Rights on files and directories: mode bits, owners, access control lists.

use adls_wire::{AclEntry, AclSpec, AclTag, Permission, RemotePath, Rwx};

use crate::backend::{AclChange, Rights};
use crate::creation::refused;
use crate::options::{AccessControlOptions, AclOptions, OwnerChange};
use crate::{Acl, Conditions, Error, FileStatus, FileSystemClient, IntoPath, Result};

impl FileSystemClient {
    /// Sets the mode bits. With an extended ACL the middle digit sets the mask.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`.
    pub async fn set_permission(&self, path: impl IntoPath, permission: Permission) -> Result<()> {
        self.set_permission_with(path, permission, AccessControlOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`set_permission`](Self::set_permission);
    /// [`ErrorKind::ConditionNotMet`](crate::ErrorKind::ConditionNotMet).
    pub async fn set_permission_with(
        &self,
        path: impl IntoPath,
        permission: Permission,
        options: AccessControlOptions,
    ) -> Result<()> {
        let path = path.into_path()?;
        self.require_access_control(&path)?;
        self.backend().set_permission(&path, permission, &options.conditions).await
    }

    /// Sets owner, group, or both.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when neither is given;
    /// [`ErrorKind::PermissionDenied`](crate::ErrorKind::PermissionDenied) for callers who are not super-users,
    /// also for their own files.
    pub async fn set_owner(&self, path: impl IntoPath, change: OwnerChange) -> Result<()> {
        self.set_owner_with(path, change, AccessControlOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`set_owner`](Self::set_owner);
    /// [`ErrorKind::ConditionNotMet`](crate::ErrorKind::ConditionNotMet).
    pub async fn set_owner_with(
        &self,
        path: impl IntoPath,
        change: OwnerChange,
        options: AccessControlOptions,
    ) -> Result<()> {
        let path = path.into_path()?;
        if change.owner.is_none() && change.group.is_none() {
            return Err(Error::invalid(format!("name an owner or a group for {path}")));
        }
        self.require_access_control(&path)?;
        self.backend().set_owner(&path, change, &options.conditions).await
    }

    /// The access control list, with object ids.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`.
    pub async fn acl(&self, path: impl IntoPath) -> Result<Acl> {
        self.acl_with(path, AclOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`acl`](Self::acl).
    pub async fn acl_with(&self, path: impl IntoPath, options: AclOptions) -> Result<Acl> {
        let path = path.into_path()?;
        self.backend().acl(&path, options).await
    }

    /// Replaces the access control list. `acl` must hold entries for owner, group and others; if it
    /// has no default entries, existing ones stay.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when an entry has no rights or the service refuses the
    /// list.
    pub async fn set_acl(&self, path: impl IntoPath, acl: &AclSpec) -> Result<()> {
        self.set_acl_with(path, acl, AccessControlOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`set_acl`](Self::set_acl);
    /// [`ErrorKind::ConditionNotMet`](crate::ErrorKind::ConditionNotMet).
    pub async fn set_acl_with(
        &self,
        path: impl IntoPath,
        acl: &AclSpec,
        options: AccessControlOptions,
    ) -> Result<()> {
        check_rights(acl, true)?;
        self.change_acl(path, AclChange::Set(acl), &options.conditions).await
    }

    /// Adds entries to the access control list, and replaces those for the same user or group.
    ///
    /// # Errors
    /// As for [`set_acl`](Self::set_acl).
    pub async fn modify_acl(&self, path: impl IntoPath, entries: &AclSpec) -> Result<()> {
        self.modify_acl_with(path, entries, AccessControlOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`set_acl_with`](Self::set_acl_with).
    pub async fn modify_acl_with(
        &self,
        path: impl IntoPath,
        entries: &AclSpec,
        options: AccessControlOptions,
    ) -> Result<()> {
        check_rights(entries, true)?;
        self.change_acl(path, AclChange::Modify(entries), &options.conditions).await
    }

    /// Removes entries from the access control list. Those that are not there are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when an entry has rights, which no entry to remove takes.
    pub async fn remove_acl_entries(&self, path: impl IntoPath, entries: &AclSpec) -> Result<()> {
        self.remove_acl_entries_with(path, entries, AccessControlOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`remove_acl_entries`](Self::remove_acl_entries);
    /// [`ErrorKind::ConditionNotMet`](crate::ErrorKind::ConditionNotMet).
    pub async fn remove_acl_entries_with(
        &self,
        path: impl IntoPath,
        entries: &AclSpec,
        options: AccessControlOptions,
    ) -> Result<()> {
        check_rights(entries, false)?;
        self.change_acl(path, AclChange::RemoveEntries(entries), &options.conditions).await
    }

    /// Removes everything that mode bits do not say.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`.
    pub async fn remove_acl(&self, path: impl IntoPath) -> Result<()> {
        self.remove_acl_with(path, AccessControlOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`remove_acl`](Self::remove_acl);
    /// [`ErrorKind::ConditionNotMet`](crate::ErrorKind::ConditionNotMet).
    pub async fn remove_acl_with(
        &self,
        path: impl IntoPath,
        options: AccessControlOptions,
    ) -> Result<()> {
        self.change_acl(path, AclChange::RemoveAll, &options.conditions).await
    }

    /// Removes the default entries, which new children inherit.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`.
    pub async fn remove_default_acl(&self, path: impl IntoPath) -> Result<()> {
        self.remove_default_acl_with(path, AccessControlOptions::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    /// As for [`remove_default_acl`](Self::remove_default_acl);
    /// [`ErrorKind::ConditionNotMet`](crate::ErrorKind::ConditionNotMet).
    pub async fn remove_default_acl_with(
        &self,
        path: impl IntoPath,
        options: AccessControlOptions,
    ) -> Result<()> {
        self.change_acl(path, AclChange::RemoveDefault, &options.conditions).await
    }

    async fn change_acl(
        &self,
        path: impl IntoPath,
        change: AclChange<'_>,
        conditions: &Conditions,
    ) -> Result<()> {
        let path = path.into_path()?;
        self.require_access_control(&path)?;
        self.backend().change_acl(&path, change, conditions).await
    }

    pub(crate) fn require_access_control(&self, path: &RemotePath) -> Result<()> {
        match self.capabilities().access_control {
            true => Ok(()),
            false => Err(refused(
                path,
                "has no rights of its own; change the roles of its workspace, where they are kept",
            )),
        }
    }

    /// Whether the caller has these rights.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when nothing is at `path`.
    pub async fn check_access(&self, path: impl IntoPath, wanted: Rwx) -> Result<bool> {
        let path = path.into_path()?;
        self.backend().check_access(&path, wanted).await
    }
}

impl Rights {
    /// Those of an item. A listing tells all of it for a file without more entries than its mode bits stand for.
    pub(crate) async fn read(from: &FileSystemClient, item: &FileStatus) -> Result<Self> {
        let FileStatus { permission, owner, group, .. } = item;
        let is_directory = item.is_dir();
        if let (false, false, Some(mode), Some(owner), Some(group)) =
            (is_directory, item.has_acl, permission, owner, group)
        {
            return Ok(Self {
                acl: Some((base_entries(*mode), *mode)),
                owner: Some(owner.clone()),
                group: Some(group.clone()),
                is_directory,
            });
        }
        let acl = from.acl(&item.path).await?;
        Ok(Self {
            acl: Some((AclSpec(acl.entries), acl.permission)),
            owner: Some(acl.owner),
            group: Some(acl.group),
            is_directory,
        })
    }
}

/// The entries that say the same as mode bits.
fn base_entries(mode: Permission) -> AclSpec {
    let entries = [
        (AclTag::User, mode.owner()),
        (AclTag::Group, mode.group()),
        (AclTag::Other, mode.other()),
    ];
    entries.into_iter().map(|(tag, rights)| AclEntry::access(tag, "", rights)).collect()
}

/// Entries to set need rights, entries to remove take none.
pub(crate) fn check_rights(acl: &AclSpec, wanted: bool) -> Result<()> {
    match acl.0.iter().find(|entry| entry.permissions.is_some() != wanted) {
        None if acl.0.is_empty() => {
            Err(Error::invalid("the ACL is empty; name at least one entry"))
        }
        None => Ok(()),
        Some(entry) if wanted => Err(Error::invalid(format!(
            "the ACL entry {entry} has no rights; add them, as in :r-x"
        ))),
        Some(entry) => Err(Error::invalid(format!(
            "the ACL entry {entry} has rights; leave them off to remove it"
        ))),
    }
}
