//! What an account can give to something new: refusals before anything is sent.

use adls_wire::{AclSpec, Permission, RemotePath};

use crate::options::{MkdirsOptions, WriteOptions};
use crate::properties::check_metadata;
use crate::{Capabilities, Conditions, Error, ErrorKind, Result};

/// Fails for what a file cannot be given when it is made.
pub(crate) fn check_write(
    can: Capabilities,
    path: &RemotePath,
    options: &WriteOptions,
) -> Result<()> {
    let headers = [
        &options.content_type,
        &options.content_encoding,
        &options.content_language,
        &options.content_disposition,
        &options.cache_control,
        &options.content_md5,
    ];
    if !can.properties && headers.iter().any(|header| header.is_some()) {
        return Err(refused(path, "keeps no headers of the content; leave them off"));
    }
    if !can.rights_at_creation && options.expiry.is_some() {
        let way_out = match can.expiry {
            true => "takes no expiry with a creation; set it afterwards with `set_expiry`",
            false => "removes no files by itself; leave the expiry off",
        };
        return Err(refused(path, way_out));
    }
    check_names(can, path, options.metadata.keys())?;
    let WriteOptions { permission, umask, acl, owner, group, .. } = options;
    Rights { permission, umask, acl, owner, group }.check(can, path)
}

/// Fails for what a directory cannot be given when it is made.
pub(crate) fn check_mkdirs(
    can: Capabilities,
    path: &RemotePath,
    options: &MkdirsOptions,
) -> Result<()> {
    check_names(can, path, options.metadata.keys())?;
    let MkdirsOptions { permission, umask, acl, owner, group, .. } = options;
    Rights { permission, umask, acl, owner, group }.check(can, path)
}

fn check_names<'a>(
    can: Capabilities,
    path: &RemotePath,
    names: impl ExactSizeIterator<Item = &'a String>,
) -> Result<()> {
    if !can.properties && names.len() > 0 {
        return Err(refused(path, "keeps no metadata; leave it off"));
    }
    check_metadata(names.map(String::as_str))
}

/// The rights that something new shall have.
struct Rights<'a> {
    permission: &'a Option<Permission>,
    umask: &'a Option<Permission>,
    acl: &'a Option<AclSpec>,
    owner: &'a Option<String>,
    group: &'a Option<String>,
}

impl Rights<'_> {
    fn check(&self, can: Capabilities, path: &RemotePath) -> Result<()> {
        let Self { permission, umask, acl, owner, group } = self;
        let more = umask.is_some() || acl.is_some() || owner.is_some() || group.is_some();
        if !can.access_control && (more || permission.is_some()) {
            return Err(refused(path, "has no rights of its own; leave them off"));
        }
        if !can.rights_at_creation && more {
            return Err(refused(
                path,
                "takes only mode bits with a creation; set the others afterwards with `set_acl` and \
                 `set_owner`",
            ));
        }
        if acl.is_some() && (permission.is_some() || umask.is_some()) {
            return Err(Error::invalid(format!(
                "{path} can be given an access control list or mode bits, not both"
            )));
        }
        Ok(())
    }
}

/// Fails for conditions on an account that knows none.
pub(crate) fn check_conditions(
    can: Capabilities,
    path: &RemotePath,
    conditions: &Conditions,
) -> Result<()> {
    match can.conditions || conditions.is_empty() {
        true => Ok(()),
        false => {
            Err(refused(path, "knows no conditions; look with `stat` before, or leave them off"))
        }
    }
}

/// That the account cannot do something, and the way out.
pub(crate) fn refused(path: &RemotePath, way_out: &str) -> Error {
    let text = format!("the account of {path} {way_out}");
    Error::at(ErrorKind::Unsupported, path).with_message(text)
}
