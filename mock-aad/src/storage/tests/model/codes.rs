//! Why the reference model refuses something, and what each protocol calls that.

use std::collections::BTreeSet;

use crate::storage::Protocol;

macro_rules! codes {
    ($($name:ident $dfs_status:literal $dfs:literal $blob_status:literal $blob:literal;)*) => {
        /// Why something is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Code {
            $($name,)*
        }

        impl Code {
            /// Status and code.
            pub(super) fn face(self, protocol: Protocol) -> (u16, &'static str) {
                match (self, protocol) {
                    $((Self::$name, Protocol::Dfs) => ($dfs_status, $dfs),
                    (Self::$name, Protocol::Blob) => ($blob_status, $blob),)*
                }
            }
        }
    };
}

codes! {
    Denied 403 "AuthorizationPermissionMismatch" 403 "AuthorizationPermissionMismatch";
    NotFound 404 "PathNotFound" 404 "BlobNotFound";
    SourceNotFound 404 "SourcePathNotFound" 404 "SourcePathNotFound";
    ParentNotFound 404 "RenameDestinationParentPathNotFound" 404 "RenameDestinationParentPathNotFound";
    Exists 409 "PathAlreadyExists" 409 "BlobAlreadyExists";
    WrongType 409 "PathConflict" 409 "PathConflict";
    NoFile 409 "ResourceTypeMismatch" 409 "ResourceTypeMismatch";
    TypesDiffer 409 "InvalidSourceOrDestinationResourceType" 409 "InvalidSourceOrDestinationResourceType";
    IntoItself 409 "InvalidRenameSourcePath" 409 "InvalidRenameSourcePath";
    NotEmpty 409 "DirectoryNotEmpty" 409 "DirectoryIsNotEmpty";
    ConditionNotMet 412 "ConditionNotMet" 412 "ConditionNotMet";
    NotModified 304 "ConditionNotMet" 304 "ConditionNotMet";
    SourceConditionNotMet 412 "SourceConditionNotMet" 412 "SourceConditionNotMet";
    InvalidFlushPosition 400 "InvalidFlushPosition" 400 "InvalidFlushPosition";
    InvalidRange 416 "InvalidRange" 416 "InvalidRange";
    InvalidAcl 400 "InvaldAccessControlList" 400 "InvaldAccessControlList";
    DirectoryExpiry 400 "ExpiryNotSupportedForDirectory" 400 "ExpiryNotSupportedForDirectory";
    InvalidInput 400 "InvalidInput" 400 "InvalidInput";
    InvalidHeader 400 "InvalidHeaderValue" 400 "InvalidHeaderValue";
    LeaseAlreadyPresent 409 "LeaseAlreadyPresent" 409 "LeaseAlreadyPresent";
    LeaseIdMismatchWithLeaseOperation 409 "LeaseIdMismatchWithLeaseOperation" 409 "LeaseIdMismatchWithLeaseOperation";
    LeaseIsBreakingAndCannotBeAcquired 409 "LeaseIsBreakingAndCannotBeAcquired" 409 "LeaseIsBreakingAndCannotBeAcquired";
    LeaseIsBreakingAndCannotBeChanged 409 "LeaseIsBreakingAndCannotBeChanged" 409 "LeaseIsBreakingAndCannotBeChanged";
    LeaseIsBrokenAndCannotBeRenewed 409 "LeaseIsBrokenAndCannotBeRenewed" 409 "LeaseIsBrokenAndCannotBeRenewed";
    LeaseNotPresentWithLeaseOperation 409 "LeaseNotPresentWithLeaseOperation" 409 "LeaseNotPresentWithLeaseOperation";
    LeaseIdMissing 412 "LeaseIdMissing" 412 "LeaseIdMissing";
    LeaseIdMismatch 412 "LeaseIdMismatch" 412 "LeaseIdMismatchWithBlobOperation";
    LeaseLost 412 "LeaseLost" 412 "LeaseLost";
    LeaseNotPresent 412 "LeaseNotPresent" 412 "LeaseNotPresentWithBlobOperation";
}

/// Everything that is wrong with a request: any of it may be told, and something must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusals(BTreeSet<Code>);

impl Refusals {
    pub(super) fn add(&mut self, code: Code) {
        self.0.insert(code);
    }

    pub(super) fn add_if(&mut self, wrong: bool, code: Code) {
        if wrong {
            self.add(code);
        }
    }

    pub(super) fn extend(&mut self, code: Option<Code>) {
        self.0.extend(code);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Goes on if nothing is wrong.
    pub(super) fn none(&mut self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(std::mem::take(self)) }
    }

    pub(super) fn allow(&self, protocol: Protocol, status: u16, code: &str) -> bool {
        self.0.iter().any(|known| known.face(protocol) == (status, code))
    }
}

impl From<Code> for Refusals {
    fn from(code: Code) -> Self {
        Self(BTreeSet::from([code]))
    }
}
