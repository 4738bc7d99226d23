//! What something new is given: rights, metadata, content headers, an end of life.

use std::collections::BTreeMap;

use adls_wire::dfs::header;
use adls_wire::{AclSpec, Permission, RemotePath};

use super::call::Call;
use super::properties::{with_headers, with_metadata};
use super::{Gen2, deleted};
use crate::options::{MkdirsOptions, WriteOptions};
use crate::{Conditions, ETag, Result, WriteResult};

/// The mode bits that the service starts from when it is told none for a file.
const FILE_MODE: Permission = Permission::from_mode(0o666);

/// A creation of a file over DFS, which takes all of it.
pub(super) fn of_file(call: Call, path: &RemotePath, options: &WriteOptions) -> Result<Call> {
    // What is made is empty still; the flush tells the digest of what comes.
    let call = with_headers(call, &options.content_headers().content_md5(None))?;
    let call = with_metadata(call, &options.metadata)?;
    let WriteOptions { permission, umask, acl, owner, group, .. } = options;
    let call = with_rights(call, *permission, *umask, acl.as_ref())?
        .header_some(header::OWNER, owner.as_ref())?
        .header_some(header::GROUP, group.as_ref())?;
    match options.expiry {
        None => Ok(call),
        Some(expiry) => deleted::with_expiry(call, path, expiry),
    }
}

/// A creation of a directory, which never expires.
pub(super) fn of_directory(call: Call, options: &MkdirsOptions) -> Result<Call> {
    let MkdirsOptions { permission, umask, acl, owner, group, metadata } = options;
    let call = with_metadata(call, metadata)?;
    with_rights(call, *permission, *umask, acl.as_ref())?
        .header_some(header::OWNER, owner.as_ref())?
        .header_some(header::GROUP, group.as_ref())
}

/// Mode bits that are said without a umask are those that are had.
fn with_rights(
    call: Call,
    permission: Option<Permission>,
    umask: Option<Permission>,
    acl: Option<&AclSpec>,
) -> Result<Call> {
    let umask = umask.or(permission.map(|_| Permission::from_mode(0)));
    call.header_some(header::PERMISSIONS, permission.map(|it| it.to_string()))?
        .header_some(header::UMASK, umask.map(|umask| format!("{:04o}", umask.mode())))?
        .header_some(header::ACL, acl.map(ToString::to_string))
}

/// Whether a file is to have what the Blob protocol cannot say.
pub(super) fn has_rights(options: &WriteOptions) -> bool {
    let WriteOptions { permission, umask, acl, owner, group, expiry, .. } = options;
    let bits = permission.is_some() || umask.is_some() || acl.is_some();
    bits || owner.is_some() || group.is_some() || expiry.is_some()
}

impl Gen2 {
    /// Gives a file that was replaced over Blob what that could not say, and tells its version if that makes
    /// another one.
    pub(super) async fn complete(
        &self,
        path: &RemotePath,
        options: &WriteOptions,
        written: &WriteResult,
        with_metadata: bool,
    ) -> Result<Option<ETag>> {
        let WriteOptions { permission, umask, acl, owner, group, expiry, metadata, .. } = options;
        let lease = || Conditions::default().lease(options.conditions.lease.clone());
        let mut etag = None;
        if with_metadata {
            let own = lease().if_match(written.etag.clone());
            etag = self.set_metadata(path, metadata, &own).await?;
        }
        let mode = match (permission, umask) {
            (mode, None) => *mode,
            (mode, Some(umask)) => {
                let mode = mode.unwrap_or(FILE_MODE).mode();
                Some(Permission::from_mode(mode & !umask.mode()))
            }
        };
        if mode.is_some() || acl.is_some() || owner.is_some() || group.is_some() {
            let call = self
                .set_access_control(path)
                .conditions(&lease())?
                .header_some(header::OWNER, owner.as_ref())?
                .header_some(header::GROUP, group.as_ref())?
                .header_some(header::PERMISSIONS, mode.map(|mode| mode.to_string()))?
                .header_some(header::ACL, acl.as_ref().map(ToString::to_string))?;
            self.account.send(path, call).await?;
        }
        if let Some(expiry) = expiry {
            self.set_expiry(path, *expiry, &lease()).await?;
        }
        Ok(etag)
    }
}

/// Names metadata as Blob takes it.
pub(super) fn with_meta(call: Call, metadata: &BTreeMap<String, String>) -> Result<Call> {
    metadata.iter().try_fold(call, |call, (name, value)| call.meta(name, value))
}
