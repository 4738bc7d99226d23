//! What a refusal of the namespace is in the words of the protocols.

use http::{HeaderName, HeaderValue};

use super::errors::{ErrorCode, StorageError};
use super::protocol::Protocol;
use crate::namespace::{Condition, Error, FileSystemState, GuardError, LeaseError, NodeKind, Side};

/// What an operation does, as far as its refusals depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It reads an item.
    Read,
    /// It changes an item.
    Write,
    /// It moves an item.
    Rename,
    /// It reads or changes a file system itself.
    FileSystem,
}

/// The error that a request is told.
pub(crate) fn refuse(error: &Error, protocol: Protocol, purpose: Purpose) -> StorageError {
    match error {
        Error::AlreadyExists { found: NodeKind::Directory, .. } if protocol == Protocol::Dfs => {
            let name = HeaderName::from_static("x-ms-existing-resource-type");
            StorageError::from(ErrorCode::PathAlreadyExists)
                .header(name, HeaderValue::from_static("directory"))
        }
        Error::InvalidAcl(text) => {
            StorageError::from(ErrorCode::InvalidAccessControlList).saying(text.clone())
        }
        Error::Invalid(text) => StorageError::from(ErrorCode::InvalidInput).saying(text.clone()),
        Error::NotStored(error) => {
            StorageError::from(ErrorCode::ServerBusy).saying(error.to_string())
        }
        Error::Damaged(text) => StorageError::from(ErrorCode::InternalError).saying(text.clone()),
        error => code(error, protocol, purpose).into(),
    }
}

fn code(error: &Error, protocol: Protocol, purpose: Purpose) -> ErrorCode {
    match error {
        Error::NotFound { side: Side::Source, .. } => ErrorCode::SourcePathNotFound,
        Error::NotFound { side: Side::TargetParent, .. } if purpose == Purpose::Rename => {
            ErrorCode::RenameDestinationParentPathNotFound
        }
        Error::NotFound { .. } | Error::NotDeleted(_) => match purpose {
            Purpose::FileSystem => ErrorCode::FilesystemNotFound,
            _ => ErrorCode::PathNotFound,
        },
        Error::AlreadyExists { .. } => ErrorCode::PathAlreadyExists,
        Error::TypeMismatch { side: Side::TargetParent, .. } => ErrorCode::PathConflict,
        Error::TypeMismatch { .. } if purpose == Purpose::Rename => {
            ErrorCode::InvalidSourceOrDestinationResourceType
        }
        Error::TypeMismatch { .. } => ErrorCode::PathConflict,
        Error::Root if purpose == Purpose::Rename => ErrorCode::InvalidRenameSourcePath,
        Error::Root => ErrorCode::InvalidUri,
        Error::IntoItself(_) => ErrorCode::InvalidRenameSourcePath,
        Error::NotEmpty(_) if purpose == Purpose::Rename => ErrorCode::PathAlreadyExists,
        Error::NotEmpty(_) => ErrorCode::DirectoryNotEmpty,
        Error::PermissionDenied(_) => ErrorCode::AuthorizationPermissionMismatch,
        Error::ConditionNotMet { side: Side::Source, .. } => ErrorCode::SourceConditionNotMet,
        Error::ConditionNotMet { failed, .. } => not_met(*failed, protocol, purpose),
        Error::WrongPosition { .. } => match purpose {
            Purpose::Write if protocol == Protocol::Dfs => ErrorCode::InvalidQueryParameterValue,
            _ => ErrorCode::AppendPositionConditionNotMet,
        },
        Error::BeyondEnd { .. } => ErrorCode::InvalidRange,
        Error::LeaseConflict { .. } => ErrorCode::LeaseIdMissing,
        Error::Guarded { reason, .. } => guarded(*reason, purpose),
        Error::Lease(error) => lease(*error, purpose),
        Error::WrongAppendKind { .. } => ErrorCode::InvalidAppendOperation,
        Error::NoFileSystem(_) => ErrorCode::FilesystemNotFound,
        Error::FileSystemTaken { state: FileSystemState::Live, .. } => {
            ErrorCode::FilesystemAlreadyExists
        }
        Error::FileSystemTaken { .. } => ErrorCode::FilesystemBeingDeleted,
        Error::FlushPosition { .. } => ErrorCode::InvalidFlushPosition,
        Error::Rehydrating(_) => ErrorCode::BlobBeingRehydrated,
        Error::OtherScope(_) => ErrorCode::BlobCustomerSpecifiedEncryptionMismatch,
        Error::OtherKey(_) => ErrorCode::BlobUsesCustomerSpecifiedEncryption,
        Error::NoKey(_) => ErrorCode::BlobDoesNotUseCustomerSpecifiedEncryption,
        Error::DirectoryExpiry(_) => ErrorCode::ExpiryNotSupportedForDirectory,
        Error::InvalidAcl(_) => ErrorCode::InvalidAccessControlList,
        Error::NotOfBlocks(_) => ErrorCode::BlobOperationNotSupported,
        Error::OfBlocks(_) => ErrorCode::InvalidFlushOperation,
        Error::OtherBlobKind(_) => ErrorCode::InvalidBlobType,
        Error::NoBlock(_) => ErrorCode::InvalidBlockList,
        Error::BlockIdLength(_) => ErrorCode::InvalidBlobOrBlock,
        Error::TooManyBlocks(_) => ErrorCode::BlockCountExceedsLimit,
        Error::TooLong(_) => ErrorCode::MaxBlobSizeConditionNotMet,
        Error::NotStored(_) => ErrorCode::ServerBusy,
        Error::Damaged(_) => ErrorCode::InternalError,
        Error::Invalid(_) => ErrorCode::InvalidInput,
    }
}

/// Reads over Blob tell that nothing has changed; everything else fails alike.
fn not_met(failed: Condition, protocol: Protocol, purpose: Purpose) -> ErrorCode {
    let unchanged = matches!(failed, Condition::IfNoneMatch | Condition::IfModifiedSince);
    match (protocol, purpose) {
        (Protocol::Blob, Purpose::Read) if unchanged => ErrorCode::NotModified,
        _ => ErrorCode::ConditionNotMet,
    }
}

fn guarded(reason: GuardError, purpose: Purpose) -> ErrorCode {
    let of_file_system = purpose == Purpose::FileSystem;
    match (reason, of_file_system) {
        (GuardError::IdMissing, false) => ErrorCode::LeaseIdMissing,
        (GuardError::IdMissing, true) => ErrorCode::FilesystemLeaseIdMissing,
        (GuardError::IdMismatch, false) => ErrorCode::LeaseIdMismatch,
        (GuardError::IdMismatch, true) => ErrorCode::FilesystemLeaseIdMismatch,
        (GuardError::NotPresent, false) => ErrorCode::LeaseNotPresent,
        (GuardError::NotPresent, true) => ErrorCode::FilesystemLeaseNotPresent,
        (GuardError::Lost, false) => ErrorCode::LeaseLost,
        (GuardError::Lost, true) => ErrorCode::FilesystemLeaseLost,
    }
}

fn lease(error: LeaseError, purpose: Purpose) -> ErrorCode {
    match error {
        LeaseError::AlreadyPresent => ErrorCode::LeaseAlreadyPresent,
        LeaseError::IdMismatchWithLeaseOperation => ErrorCode::LeaseIdMismatchWithLeaseOperation,
        LeaseError::NotPresentWithLeaseOperation if purpose == Purpose::FileSystem => {
            ErrorCode::FilesystemLeaseNotPresentWithLeaseOperation
        }
        LeaseError::NotPresentWithLeaseOperation => ErrorCode::LeaseNotPresentWithLeaseOperation,
        LeaseError::IsBreakingAndCannotBeAcquired => ErrorCode::LeaseIsBreakingAndCannotBeAcquired,
        LeaseError::IsBreakingAndCannotBeChanged => ErrorCode::LeaseIsBreakingAndCannotBeChanged,
        LeaseError::IsBrokenAndCannotBeRenewed => ErrorCode::LeaseIsBrokenAndCannotBeRenewed,
    }
}
