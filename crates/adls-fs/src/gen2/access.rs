//! Rights: mode bits, owners, access control lists. The service replaces a whole list, so that a change of
//! some entries reads it, edits it and sets it.

use adls_http::Idempotency;
use adls_wire::dfs::{header, query};
use adls_wire::{AclEntry, AclScope, AclSpec, AclTag, Permission, RemotePath, Rwx};
use http::Method;

use super::{Gen2, convert, error};
use crate::backend::{AclChange, Rights};
use crate::options::{AclOptions, OwnerChange};
use crate::{Acl, Conditions, ErrorKind, Result};

/// How often a list is read again that somebody else replaced meanwhile.
const MOST_EDITS: u32 = 5;

/// The code that says that the caller lacks rights on an item.
const LACKS_RIGHTS: &str = "AuthorizationPermissionMismatch";

impl Gen2 {
    pub(super) async fn set_permission(
        &self,
        path: &RemotePath,
        permission: Permission,
        conditions: &Conditions,
    ) -> Result<()> {
        self.check_has("mode bits", path)?;
        let call = self
            .set_access_control(path)
            .conditions(conditions)?
            .header(header::PERMISSIONS, permission.to_string())?;
        self.account.send(path, call).await.map(drop)
    }

    pub(super) async fn set_owner(
        &self,
        path: &RemotePath,
        change: OwnerChange,
        conditions: &Conditions,
    ) -> Result<()> {
        self.check_has("owners", path)?;
        let call = self
            .set_access_control(path)
            .conditions(conditions)?
            .header_some(header::OWNER, change.owner)?
            .header_some(header::GROUP, change.group)?;
        self.account.send(path, call).await.map(drop)
    }

    /// All in one request but for the sticky bit, which no list says.
    pub(super) async fn set_rights(
        &self,
        path: &RemotePath,
        rights: &Rights,
        conditions: &Conditions,
    ) -> Result<()> {
        self.check_has("rights of its own", path)?;
        let Rights { acl, owner, group, .. } = rights;
        if acl.is_none() && owner.is_none() && group.is_none() {
            return Ok(());
        }
        let call = self
            .set_access_control(path)
            .conditions(conditions)?
            .header_some(header::OWNER, owner.as_ref())?
            .header_some(header::GROUP, group.as_ref())?
            .header_some(header::ACL, acl.as_ref().map(|(list, _)| list.to_string()))?;
        self.account.send(path, call).await?;
        match acl {
            Some((_, mode)) if mode.sticky() => self.set_permission(path, *mode, conditions).await,
            _ => Ok(()),
        }
    }

    pub(super) async fn acl(&self, path: &RemotePath, options: AclOptions) -> Result<Acl> {
        self.check_has("access control lists", path)?;
        self.read_acl(path, options.principal_names).await.map(|(acl, _)| acl)
    }

    pub(super) async fn change_acl(
        &self,
        path: &RemotePath,
        change: AclChange<'_>,
        conditions: &Conditions,
    ) -> Result<()> {
        self.check_has("access control lists", path)?;
        if let AclChange::Set(acl) = change
            && acl.0.iter().any(|entry| entry.scope == AclScope::Default)
        {
            return self.put_acl(path, acl, conditions).await;
        }
        // What the caller asks for would not hold the next time either.
        let edits = if conditions.is_only_lease() { MOST_EDITS } else { 1 };
        for _ in 1..edits {
            match self.edit_acl(path, change, conditions).await {
                Err(error) if error.kind() == ErrorKind::ConditionNotMet => {}
                edited => return edited,
            }
        }
        self.edit_acl(path, change, conditions).await
    }

    async fn edit_acl(
        &self,
        path: &RemotePath,
        change: AclChange<'_>,
        conditions: &Conditions,
    ) -> Result<()> {
        let (acl, etag) = self.read_acl(path, false).await?;
        let edited = edited(&acl.entries, change);
        if edited.0 == acl.entries && conditions.is_empty() {
            return Ok(());
        }
        let mut conditions = conditions.clone();
        conditions.if_match = conditions.if_match.or(etag);
        self.put_acl(path, &edited, &conditions).await
    }

    async fn read_acl(
        &self,
        path: &RemotePath,
        principal_names: bool,
    ) -> Result<(Acl, Option<crate::ETag>)> {
        let call = self
            .call("Path - Get Access Control", Method::HEAD, path)
            .query(query::ACTION, &"getAccessControl")
            .query_if(principal_names, query::UPN, &true);
        let response = self.account.send(path, call).await?;
        let acl = convert::acl(&response).map_err(|error| error::from_http(path, error))?;
        Ok((acl, convert::etag(response.headers())))
    }

    async fn put_acl(
        &self,
        path: &RemotePath,
        acl: &AclSpec,
        conditions: &Conditions,
    ) -> Result<()> {
        let call = self
            .set_access_control(path)
            .conditions(conditions)?
            .header(header::ACL, acl.to_string())?;
        self.account.send(path, call).await.map(drop)
    }

    pub(super) fn set_access_control(&self, path: &RemotePath) -> super::call::Call {
        self.call("Path - Set Access Control", Method::PATCH, path)
            .idempotency(Idempotency::Idempotent)
            .query(query::ACTION, &"setAccessControl")
    }

    pub(super) async fn check_access(&self, path: &RemotePath, wanted: Rwx) -> Result<bool> {
        let call = self
            .call("Path - Check Access", Method::HEAD, path)
            .query(query::ACTION, &"checkAccess")
            .query(query::FS_ACTION, &wanted);
        match self.account.send(path, call).await {
            Ok(_) => Ok(true),
            // Others, such as those of a firewall, say nothing of the rights on the item.
            Err(error) if error.code() == Some(LACKS_RIGHTS) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The list after a change, as POSIX has it: a mask that the change does not name covers afterwards
/// what there is, for which the service makes it anew; and a default list has entries for the owner,
/// the group and everybody else.
fn edited(entries: &[AclEntry], change: AclChange<'_>) -> AclSpec {
    let same = |a: &AclEntry, b: &AclEntry| {
        (a.scope, a.tag, &a.qualifier) == (b.scope, b.tag, &b.qualifier)
    };
    let mut list = entries.to_vec();
    match change {
        AclChange::Set(acl) => {
            list.retain(|entry| entry.scope == AclScope::Default);
            list.extend(acl.0.iter().cloned());
        }
        AclChange::Modify(acl) => {
            list.retain(|entry| !acl.0.iter().any(|new| same(entry, new)));
            drop_masks(&mut list, acl);
            list.extend(acl.0.iter().cloned());
            complete_default(&mut list);
        }
        AclChange::RemoveEntries(acl) => {
            list.retain(|entry| is_required(entry) || !acl.0.iter().any(|old| same(entry, old)));
            drop_masks(&mut list, acl);
        }
        AclChange::RemoveAll => list.retain(AclEntry::is_base),
        AclChange::RemoveDefault => list.retain(|entry| entry.scope == AclScope::Access),
    }
    list.sort();
    AclSpec(list)
}

/// Whether a list cannot be without this entry: those for the owner, the group and everybody else.
fn is_required(entry: &AclEntry) -> bool {
    entry.qualifier.is_empty() && entry.tag != AclTag::Mask
}

/// Drops the masks of the scopes that a change is about and names no mask for.
fn drop_masks(list: &mut Vec<AclEntry>, change: &AclSpec) {
    let of = |scope| move |entry: &&AclEntry| entry.scope == scope;
    for scope in [AclScope::Access, AclScope::Default] {
        let mut entries = change.0.iter().filter(of(scope)).peekable();
        if entries.peek().is_some() && !entries.any(|entry| entry.tag == AclTag::Mask) {
            list.retain(|entry| entry.scope != scope || entry.tag != AclTag::Mask);
        }
    }
}

/// Takes from the item's own list what a new default one lacks.
fn complete_default(list: &mut Vec<AclEntry>) {
    if list.iter().all(|entry| entry.scope == AclScope::Access) {
        return;
    }
    let lacks = |tag| {
        !list.iter().any(|entry| {
            entry.scope == AclScope::Default && entry.tag == tag && entry.qualifier.is_empty()
        })
    };
    let missing = list.iter().filter(|entry| entry.is_base() && lacks(entry.tag)).cloned();
    let missing: Vec<_> = missing.map(AclEntry::into_default).collect();
    list.extend(missing);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> AclSpec {
        text.parse().unwrap()
    }

    #[test]
    fn edits_are_those_of_posix() {
        let base = "user::rwx,group::r-x,other::---";
        let named = "user::rwx,user:a:rw-,group::r-x,mask::rwx,other::---";
        let both = "user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---";
        let modify = |from: &str, with: &str| edited(&list(from).0, AclChange::Modify(&list(with)));
        let remove =
            |from: &str, with: &str| edited(&list(from).0, AclChange::RemoveEntries(&list(with)));
        for (made, wanted) in [
            (modify(base, "user:a:rw-"), "user::rwx,user:a:rw-,group::r-x,other::---"),
            (modify(named, "user:a:r--"), "user::rwx,user:a:r--,group::r-x,other::---"),
            (modify(named, "mask::r--"), "user::rwx,user:a:rw-,group::r-x,mask::r--,other::---"),
            (
                modify(base, "default:user:a:rwx"),
                &format!(
                    "{base},default:user::rwx,default:user:a:rwx,default:group::r-x,default:other::---"
                ),
            ),
            (remove(named, "user:a"), base),
            (remove(named, "user:b"), "user::rwx,user:a:rw-,group::r-x,other::---"),
            (remove(named, "user:"), "user::rwx,user:a:rw-,group::r-x,other::---"),
            (edited(&list(named).0, AclChange::RemoveAll), base),
            (edited(&list(both).0, AclChange::RemoveDefault), base),
            (
                edited(&list(both).0, AclChange::Set(&list("user::r--,group::r--,other::r--"))),
                "user::r--,group::r--,other::r--,default:user::rwx,default:group::r-x,default:other::---",
            ),
        ] {
            assert_eq!(made.to_string(), wanted);
        }
    }
}
