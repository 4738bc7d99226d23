//! Who may do what, and until when: permissions, owners, ACLs, times, expiry.

use adls_http::Idempotency;
use adls_wire::webhdfs::{ExpiryOption, Op, query};
use adls_wire::{AclScope, Permission, RemotePath, Rwx};

use super::data::refuse_conditions;
use super::{Call, Gen1, convert, error};
use crate::backend::{AclChange, Rights};
use crate::options::{AclOptions, Expiry, OwnerChange, TimesChange};
use crate::{Acl, Conditions, ErrorKind, Result};

impl Gen1 {
    pub(super) async fn set_permission(
        &self,
        path: &RemotePath,
        permission: Permission,
        conditions: &Conditions,
    ) -> Result<()> {
        refuse_conditions(path, conditions)?;
        let call = Call::new(Op::SetPermission, path, Idempotency::Idempotent)
            .query(query::PERMISSION, &permission);
        self.send(path, call).await.map(drop)
    }

    pub(super) async fn set_owner(
        &self,
        path: &RemotePath,
        change: OwnerChange,
        conditions: &Conditions,
    ) -> Result<()> {
        refuse_conditions(path, conditions)?;
        let call = Call::new(Op::SetOwner, path, Idempotency::Idempotent)
            .query_some(query::OWNER, change.owner)
            .query_some(query::GROUP, change.group);
        self.send(path, call).await.map(drop)
    }

    pub(super) async fn set_rights(
        &self,
        path: &RemotePath,
        rights: &Rights,
        conditions: &Conditions,
    ) -> Result<()> {
        let Rights { acl, owner, group, is_directory } = rights;
        let owners = OwnerChange { owner: owner.clone(), group: group.clone() };
        if owners != OwnerChange::default() {
            self.set_owner(path, owners, conditions).await?;
        }
        let Some((list, mode)) = acl else { return Ok(()) };
        self.change_acl(path, AclChange::Set(list), conditions).await?;
        // A list without default entries leaves those that are there.
        if *is_directory && list.0.iter().all(|entry| entry.scope == AclScope::Access) {
            self.change_acl(path, AclChange::RemoveDefault, conditions).await?;
        }
        match mode.sticky() {
            true => self.set_permission(path, *mode, conditions).await,
            false => Ok(()),
        }
    }

    pub(super) async fn set_times(&self, path: &RemotePath, change: TimesChange) -> Result<()> {
        let call = Call::new(Op::SetTimes, path, Idempotency::Idempotent)
            .query_some(query::MODIFICATION_TIME, change.modified.map(convert::to_millis))
            .query_some(query::ACCESS_TIME, change.accessed.map(convert::to_millis));
        self.send(path, call).await.map(drop)
    }

    pub(super) async fn set_expiry(
        &self,
        path: &RemotePath,
        expiry: Expiry,
        conditions: &Conditions,
    ) -> Result<()> {
        refuse_conditions(path, conditions)?;
        let (option, time) = match expiry {
            Expiry::Never => (ExpiryOption::NeverExpire, None),
            Expiry::At(time) => {
                (ExpiryOption::Absolute, Some(u128::from(convert::to_millis(time))))
            }
            Expiry::AfterNow(time) => (ExpiryOption::RelativeToNow, Some(time.as_millis())),
            Expiry::AfterCreation(time) => {
                (ExpiryOption::RelativeToCreationDate, Some(time.as_millis()))
            }
        };
        let call = Call::new(Op::SetExpiry, path, Idempotency::Idempotent)
            .query(query::EXPIRY_OPTION, &option.name())
            .query_some(query::EXPIRE_TIME, time);
        self.send(path, call).await.map(drop)
    }

    /// Asked with MSGETACLSTATUS unless told otherwise: the plain operation leaves out what the mode
    /// bits say.
    pub(super) async fn acl(&self, path: &RemotePath, options: AclOptions) -> Result<Acl> {
        let op = if options.without_mode { Op::GetAclStatus } else { Op::MsGetAclStatus };
        let call = Call::new(op, path, Idempotency::Safe).query_if(
            options.principal_names,
            query::TOO_ID,
            &false,
        );
        let response = self.send(path, call).await?;
        convert::acl(&response).map_err(|error| error::from_http(path, error))
    }

    pub(super) async fn change_acl(
        &self,
        path: &RemotePath,
        change: AclChange<'_>,
        conditions: &Conditions,
    ) -> Result<()> {
        refuse_conditions(path, conditions)?;
        let (op, spec) = match change {
            AclChange::Set(spec) => (Op::SetAcl, Some(spec)),
            AclChange::Modify(spec) => (Op::ModifyAclEntries, Some(spec)),
            AclChange::RemoveEntries(spec) => (Op::RemoveAclEntries, Some(spec)),
            AclChange::RemoveAll => (Op::RemoveAcl, None),
            AclChange::RemoveDefault => (Op::RemoveDefaultAcl, None),
        };
        let call = Call::new(op, path, Idempotency::Idempotent).query_some(query::ACL_SPEC, spec);
        self.send(path, call).await.map(drop)
    }

    pub(super) async fn check_access(&self, path: &RemotePath, wanted: Rwx) -> Result<bool> {
        let call =
            Call::new(Op::CheckAccess, path, Idempotency::Safe).query(query::FS_ACTION, &wanted);
        match self.send(path, call).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error),
        }
    }
}
