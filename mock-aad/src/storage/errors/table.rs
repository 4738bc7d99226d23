//! The one table of everything that can go wrong: what each protocol calls it, with which status, in which
//! words.
//!
//! Recorded answers of the service decide, then its published lists of codes. Of [`ErrorCode`]s that only one
//! protocol documents, the other's face is the closest that it has.

use http::StatusCode;

use crate::storage::protocol::Protocol;

/// How one protocol tells an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Face {
    pub(crate) status: StatusCode,
    /// The value of `x-ms-error-code`.
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

const fn face(status: StatusCode, code: &'static str, message: &'static str) -> Face {
    Face { status, code, message }
}

/// The code of a row: its name, unless it has another one.
macro_rules! code {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $code:literal) => {
        $code
    };
}

/// The face over Blob: that over DFS, unless the row has another one.
macro_rules! blob {
    ($dfs:expr) => {
        $dfs
    };
    ($dfs:expr, $status:ident $code:literal $message:literal) => {
        face(StatusCode::$status, $code, $message)
    };
}

/// A row is `Name => STATUS ("Code") "message", STATUS ("Code") "message";` with the DFS protocol first. Its
/// code is left out where it is the name, and what Blob has where it is the same.
macro_rules! codes {
    ($(
        $name:ident => $status:ident $(($code:literal))? $message:literal
        $(, $blob_status:ident ($blob_code:literal) $blob_message:literal)?;
    )*) => {
        /// Everything that can go wrong, in both protocols. Names are those of DFS where it has one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum ErrorCode {
            $(#[doc = concat!("See its row in the table: `", stringify!($name), "`.")] $name,)*
        }

        impl ErrorCode {
            /// Every code.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// How a protocol tells it.
            pub(crate) const fn face(self, protocol: Protocol) -> Face {
                match (self, protocol) {$(
                    (Self::$name, Protocol::Dfs) => {
                        face(StatusCode::$status, code!($name $($code)?), $message)
                    }
                    (Self::$name, Protocol::Blob) => blob!(
                        face(StatusCode::$status, code!($name $($code)?), $message)
                        $(, $blob_status $blob_code $blob_message)?
                    ),
                )*}
            }
        }
    };
}

codes! {
    // The form of a request.
    ConditionHeadersNotSupported => BAD_REQUEST "Condition headers are not supported.";
    ContentLengthMustBeZero => BAD_REQUEST "The Content-Length request header must be zero.";
    InvalidHeaderValue => BAD_REQUEST "The value for one of the HTTP headers is not in the correct format.";
    InvalidInput => BAD_REQUEST "One of the request inputs is not valid.";
    InvalidQueryParameterValue => BAD_REQUEST "Value for one of the query parameters specified in the request URI is invalid.";
    InvalidResourceName => BAD_REQUEST "The specified resource name contains invalid characters.";
    InvalidUri => BAD_REQUEST "The request URI is invalid.";
    MissingRequiredHeader => BAD_REQUEST "An HTTP header that's mandatory for this request is not specified.";
    MissingRequiredQueryParameter => BAD_REQUEST "A query parameter that's mandatory for this request is not specified.";
    MultipleConditionHeadersNotSupported => BAD_REQUEST "Multiple condition headers are not supported.";
    OutOfRangeInput => BAD_REQUEST "One of the request inputs is out of range.";
    OutOfRangeQueryParameterValue => BAD_REQUEST "One of the query parameters specified in the request URI is outside the permissible range.";
    RequestBodyTooLarge => PAYLOAD_TOO_LARGE "The request body is too large and exceeds the maximum permissible limit.";
    // A workspace of OneLake by its name and what is in it by an id, or the other way round.
    FriendlyNameSupportDisabled => BAD_REQUEST "A workspace and an item in it are both named, or both given by their ids.";
    UnsupportedQueryParameter => BAD_REQUEST "One of the query parameters specified in the request URI is not supported.";
    UnsupportedHeader => BAD_REQUEST "One of the headers of the request is not supported.";
    UnsupportedHttpVerb => METHOD_NOT_ALLOWED "The resource does not support this HTTP verb.";
    UnsupportedRestVersion =>
        BAD_REQUEST "The specified Rest Version is Unsupported.",
        BAD_REQUEST ("InvalidHeaderValue") "The value for one of the HTTP headers is not in the correct format.";
    InvalidXmlDocument => BAD_REQUEST "The XML of the request is not valid.";
    InvalidXmlNodeValue => BAD_REQUEST "The value of one of the XML nodes of the request is not valid.";
    MissingRequiredXmlNode => BAD_REQUEST "An XML node that the request must have is missing.";

    // Content and its checksums.
    Crc64Mismatch => BAD_REQUEST "The CRC64 value of the request does not match that of the content.";
    InvalidMd5 => BAD_REQUEST "The MD5 value of the request is not valid. It must be 128 bits in base64.";
    Md5Mismatch => BAD_REQUEST "The MD5 value of the request does not match that of the content.";

    // Blocks.
    BlockListTooLong => BAD_REQUEST "The block list may not contain more than 50,000 blocks.";
    InvalidBlobOrBlock => BAD_REQUEST "The specified blob or block content is invalid.";
    InvalidBlockList => BAD_REQUEST "The specified block list is invalid.";
    BlobOperationNotSupported => CONFLICT "Blob operation is not supported.";
    BlockCountExceedsLimit => CONFLICT "The committed block count cannot exceed the maximum limit of 50,000 blocks.";
    InvalidBlobType => CONFLICT "The blob type is invalid for this operation.";
    InvalidFlushOperation => CONFLICT "The resource was created or modified by the Azure Blob Service API and cannot be written to by the Azure Data Lake Storage Service API.";

    // Names, properties, rights.
    ExpiryNotSupportedForDirectory => BAD_REQUEST "Set Expiry is not supported for a directory";
    // The service itself spells it so.
    InvalidAccessControlList => BAD_REQUEST ("InvaldAccessControlList") "The access control list value is invalid.";
    InvalidPermission => BAD_REQUEST "The permission value is invalid.";
    InvalidPropertyName =>
        BAD_REQUEST "The property name contains invalid characters.",
        BAD_REQUEST ("InvalidMetadata") "The name of a metadata entry is not a valid identifier.";
    EmptyPropertyName =>
        BAD_REQUEST ("InvalidPropertyName") "A property name cannot be empty.",
        BAD_REQUEST ("EmptyMetadataKey") "The name of a metadata entry is empty.";
    MetadataTooLarge => BAD_REQUEST "The metadata is larger than the permissible size.";
    // The source of a copy, in the words that it is refused in; the status is that of the refusal.
    CannotVerifyCopySource => NOT_FOUND "The specified resource does not exist.";
    CopySourceNotAuthenticated => UNAUTHORIZED ("CannotVerifyCopySource") "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
    CopySourceForbidden => FORBIDDEN ("CannotVerifyCopySource") "This request is not authorized to perform this operation.";
    CopySourceConditionNotMet => PRECONDITION_FAILED ("CannotVerifyCopySource") "The source condition specified using HTTP conditional header(s) is not met.";
    CopySourceConflict => CONFLICT ("CannotVerifyCopySource") "The source of the copy is not in a state in which it can be read.";
    NoPendingCopyOperation => CONFLICT "There is currently no pending copy operation.";
    InvalidSourceUri => BAD_REQUEST "The source URI is invalid.";
    DuplicateTagNames => BAD_REQUEST "The tags specified contain duplicate names.";
    EmptyTagName => BAD_REQUEST "The name of one of the tag key-value pairs is empty.";
    InvalidTag => BAD_REQUEST "The tags specified are invalid. They contain characters that are not permitted.";
    TagsTooLarge => BAD_REQUEST "The tags specified exceed the maximum permissible limit.";

    // Who may do what.
    CorsPreflightFailure => FORBIDDEN "CORS not enabled or no matching rule found for this request.";
    AuthenticationFailed => FORBIDDEN "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.";
    AuthorizationFailure => FORBIDDEN "This request is not authorized to perform this operation.";
    AuthorizationPermissionMismatch => FORBIDDEN "This request is not authorized to perform this operation using this permission.";
    AuthorizationProtocolMismatch => FORBIDDEN "This request is not authorized to perform this operation using this protocol.";
    AuthorizationResourceTypeMismatch => FORBIDDEN "This request is not authorized to perform this operation using this resource type.";
    AuthorizationServiceMismatch => FORBIDDEN "This request is not authorized to perform this operation using this service.";
    AuthorizationSourceIPMismatch => FORBIDDEN "This request is not authorized to perform this operation using this source IP.";
    InsufficientAccountPermissions => FORBIDDEN "The account does not have the rights to carry out this operation.";
    KeyBasedAuthenticationNotPermitted => FORBIDDEN "Key based authentication is not permitted on this storage account.";
    FeatureNotSupportedForAccount => CONFLICT "The account being accessed does not support this feature.";
    PublicAccessNotPermitted => CONFLICT "Public access is not permitted on this storage account.";
    InvalidAuthenticationInfo => BAD_REQUEST "Authentication information is not given in the correct format. Check the value of Authorization header.";
    // A bearer token that is not one, or not one for this place.
    InvalidToken => UNAUTHORIZED ("InvalidAuthenticationInfo") "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
    NoAuthenticationInformation => UNAUTHORIZED "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
    UnauthorizedBlobOverwrite => FORBIDDEN "This request is not authorized to perform blob overwrites.";

    // What is not there.
    FilesystemNotFound =>
        NOT_FOUND "The specified filesystem does not exist.",
        NOT_FOUND ("ContainerNotFound") "The specified container does not exist.";
    PathNotFound =>
        NOT_FOUND "The specified path does not exist.",
        NOT_FOUND ("BlobNotFound") "The specified blob does not exist.";
    RenameDestinationParentPathNotFound => NOT_FOUND "The parent directory of the destination path does not exist.";
    ResourceNotFound => NOT_FOUND "The specified resource does not exist.";
    SourcePathNotFound => NOT_FOUND "The source path for a rename operation does not exist.";

    // What is there, or is of another kind.
    DirectoryNotEmpty =>
        CONFLICT "The recursive query parameter value must be true to delete a non-empty directory.",
        CONFLICT ("DirectoryIsNotEmpty") "This operation is not permitted on a non-empty directory.";
    FeatureNotYetSupportedForHierarchicalNamespaceAccounts => CONFLICT "Accounts with a hierarchical namespace do not support this yet.";
    FilesystemAlreadyExists =>
        CONFLICT "The specified filesystem already exists.",
        CONFLICT ("ContainerAlreadyExists") "The specified container already exists.";
    FilesystemBeingDeleted =>
        CONFLICT "The specified filesystem is being deleted.",
        CONFLICT ("ContainerBeingDeleted") "The specified container is being deleted. Try operation later.";
    InvalidAppendOperation => CONFLICT "The file does not take this kind of append.";
    InvalidRenameSourcePath => CONFLICT "The destination of a rename can be neither the source nor below it.";
    InvalidSourceOrDestinationResourceType => CONFLICT "The source and the destination must be of the same type.";
    PathAlreadyExists =>
        CONFLICT "The specified path already exists.",
        CONFLICT ("BlobAlreadyExists") "The specified blob already exists.";
    PathConflict => CONFLICT "The path, or an element of it, exists and has the wrong type for this operation.";
    ResourceTypeMismatch => CONFLICT "The resource is of another type than the request says.";

    // Customer-provided keys.
    BlobBeingRehydrated => CONFLICT "This operation is not permitted because the blob is being rehydrated.";
    RequestForbiddenByContainerEncryptionPolicy => FORBIDDEN "The request was forbidden by the encryption policy of the container.";
    BlobCustomerSpecifiedEncryptionMismatch => CONFLICT "The customer specified encryption does not match the encryption used to encrypt the blob.";
    BlobDoesNotUseCustomerSpecifiedEncryption => CONFLICT "The blob is not encrypted with customer specified encryption, but one was provided in the request.";
    BlobUsesCustomerSpecifiedEncryption => CONFLICT "The blob is encrypted with customer specified encryption, but it was not provided in the request.";

    // Leases: operations on one are refused with 409, everything else with 412.
    LeaseAlreadyPresent => CONFLICT "There is already a lease present.";
    LeaseIdMismatchWithLeaseOperation => CONFLICT "The lease ID specified did not match the lease ID for the resource with the specified lease operation.";
    LeaseIsBreakingAndCannotBeAcquired => CONFLICT "The lease ID matched, but the lease is breaking and cannot be acquired until it is broken.";
    LeaseIsBreakingAndCannotBeChanged => CONFLICT "The lease ID matched, but the lease is breaking and cannot be changed.";
    LeaseIsBrokenAndCannotBeRenewed => CONFLICT "The lease ID matched, but the lease was broken and cannot be renewed.";
    LeaseNotPresentWithLeaseOperation =>
        CONFLICT "There is currently no lease on the resource.",
        CONFLICT ("LeaseNotPresentWithLeaseOperation") "There is currently no lease on the blob.";
    LeaseIdMismatch =>
        PRECONDITION_FAILED "The lease ID specified did not match the lease ID for the resource.",
        PRECONDITION_FAILED ("LeaseIdMismatchWithBlobOperation") "The lease ID specified did not match the lease ID for the blob.";
    LeaseIdMissing =>
        PRECONDITION_FAILED "There is currently a lease on the resource and no lease ID was specified in the request.",
        PRECONDITION_FAILED ("LeaseIdMissing") "There is currently a lease on the blob and no lease ID was specified in the request.";
    LeaseLost =>
        PRECONDITION_FAILED "A lease ID was specified, but the lease for the resource has expired.",
        PRECONDITION_FAILED ("LeaseLost") "A lease ID was specified, but the lease for the blob has expired.";
    LeaseNotPresent =>
        PRECONDITION_FAILED "There is currently no lease on the resource.",
        PRECONDITION_FAILED ("LeaseNotPresentWithBlobOperation") "There is currently no lease on the blob.";
    FilesystemLeaseIdMismatch =>
        PRECONDITION_FAILED ("LeaseIdMismatch") "The lease ID specified did not match the lease ID for the resource.",
        PRECONDITION_FAILED ("LeaseIdMismatchWithContainerOperation") "The lease ID specified did not match the lease ID for the container.";
    FilesystemLeaseIdMissing =>
        PRECONDITION_FAILED ("LeaseIdMissing") "There is currently a lease on the resource and no lease ID was specified in the request.",
        PRECONDITION_FAILED ("LeaseIdMissing") "There is currently a lease on the container and no lease ID was specified in the request.";
    FilesystemLeaseLost =>
        PRECONDITION_FAILED ("LeaseLost") "A lease ID was specified, but the lease for the resource has expired.",
        PRECONDITION_FAILED ("LeaseLost") "A lease ID was specified, but the lease for the container has expired.";
    FilesystemLeaseNotPresent =>
        PRECONDITION_FAILED ("LeaseNotPresent") "There is currently no lease on the resource.",
        PRECONDITION_FAILED ("LeaseNotPresentWithContainerOperation") "There is currently no lease on the container.";
    FilesystemLeaseNotPresentWithLeaseOperation =>
        CONFLICT ("LeaseNotPresentWithLeaseOperation") "There is currently no lease on the resource.",
        CONFLICT ("LeaseNotPresentWithLeaseOperation") "There is currently no lease on the container.";

    // Conditions.
    AppendPositionConditionNotMet => PRECONDITION_FAILED "The append position condition specified was not met.";
    MaxBlobSizeConditionNotMet => PRECONDITION_FAILED "The max blob size condition specified was not met.";
    ConditionNotMet => PRECONDITION_FAILED "The condition specified using HTTP conditional header(s) is not met.";
    // The same of a read over Blob, which has neither body nor message.
    NotModified => NOT_MODIFIED ("ConditionNotMet") "The condition specified using HTTP conditional header(s) is not met.";
    SourceConditionNotMet => PRECONDITION_FAILED "The source condition specified using HTTP conditional header(s) is not met.";

    // Positions and ranges.
    InvalidFlushPosition => BAD_REQUEST "The uploaded data is not contiguous or the position query parameter value is not equal to the length of the file after appending the uploaded data.";
    InvalidRange => RANGE_NOT_SATISFIABLE "The range specified is invalid for the current size of the resource.";

    // The service itself. Clients tell the kinds of throttling apart by these very words.
    InternalError => INTERNAL_SERVER_ERROR "The server encountered an internal error. Please retry the request.";
    NotImplemented => NOT_IMPLEMENTED "The requested operation is not implemented on the specified resource.";
    ServerBusy => SERVICE_UNAVAILABLE "The server is currently unable to receive requests. Please retry your request.";
}
