//! Names of headers, in lower case as they are compared.

/// The version of the protocol that is spoken.
pub const VERSION: &str = "x-ms-version";
/// `file` or `directory`.
pub const RESOURCE_TYPE: &str = "x-ms-resource-type";
/// What is in the way of something that was to be made.
pub const EXISTING_RESOURCE_TYPE: &str = "x-ms-existing-resource-type";
/// The owner's object id, or principal name.
pub const OWNER: &str = "x-ms-owner";
/// The owning group's object id, or principal name.
pub const GROUP: &str = "x-ms-group";
/// Mode bits: letters from the service, letters or octal digits to it.
pub const PERMISSIONS: &str = "x-ms-permissions";
/// What is taken from the mode bits of something new.
pub const UMASK: &str = "x-ms-umask";
/// An access control list in its short text form.
pub const ACL: &str = "x-ms-acl";
/// Properties of the user's own; see [`encode_properties`](super::encode_properties).
pub const PROPERTIES: &str = "x-ms-properties";
/// Where the next page begins.
pub const CONTINUATION: &str = "x-ms-continuation";
/// When something was made, as an RFC 1123 date.
pub const CREATION_TIME: &str = "x-ms-creation-time";
/// When a file will be removed: an RFC 1123 date, or milliseconds for the relative ways to say it.
pub const EXPIRY_TIME: &str = "x-ms-expiry-time";
/// How [`EXPIRY_TIME`] is meant.
pub const EXPIRY_OPTION: &str = "x-ms-expiry-option";
/// The source of a rename: `/filesystem/path`, percent-encoded.
pub const RENAME_SOURCE: &str = "x-ms-rename-source";
/// The id that tells whose try of a creation or a rename it was that had the effect.
pub const CLIENT_TRANSACTION_ID: &str = "x-ms-client-transaction-id";
/// The URL of what is copied.
pub const COPY_SOURCE: &str = "x-ms-copy-source";
/// `success`, `pending`, `aborted` or `failed`.
pub const COPY_STATUS: &str = "x-ms-copy-status";
/// The lease that is held on the item.
pub const LEASE_ID: &str = "x-ms-lease-id";
/// The lease that is held on the source of a rename.
pub const SOURCE_LEASE_ID: &str = "x-ms-source-lease-id";
/// What is to be done with a lease.
pub const LEASE_ACTION: &str = "x-ms-lease-action";
/// The id that a new lease shall have.
pub const PROPOSED_LEASE_ID: &str = "x-ms-proposed-lease-id";
/// How long a lease lasts, in seconds; -1 for no end.
pub const LEASE_DURATION: &str = "x-ms-lease-duration";
/// How long a lease goes on after it was broken, in seconds.
pub const LEASE_BREAK_PERIOD: &str = "x-ms-lease-break-period";
/// The seconds until a broken lease ends.
pub const LEASE_TIME: &str = "x-ms-lease-time";
/// `available`, `leased`, `breaking`, `broken` or `expired`.
pub const LEASE_STATE: &str = "x-ms-lease-state";
/// `locked` or `unlocked`.
pub const LEASE_STATUS: &str = "x-ms-lease-status";
/// Whether what is stored is encrypted.
pub const SERVER_ENCRYPTED: &str = "x-ms-server-encrypted";
/// The scope with whose key something is encrypted.
pub const ENCRYPTION_SCOPE: &str = "x-ms-encryption-scope";
/// What the writer has noted about the encryption, readable without the key.
pub const ENCRYPTION_CONTEXT: &str = "x-ms-encryption-context";
/// The SHA-256 of the key that the caller has brought for the encryption, in base64.
pub const ENCRYPTION_KEY_SHA256: &str = "x-ms-encryption-key-sha256";
/// The type of the content that is stored.
pub const CONTENT_TYPE: &str = "x-ms-content-type";
/// The coding of the content that is stored.
pub const CONTENT_ENCODING: &str = "x-ms-content-encoding";
/// The language of the content that is stored.
pub const CONTENT_LANGUAGE: &str = "x-ms-content-language";
/// How the content that is stored is to be shown.
pub const CONTENT_DISPOSITION: &str = "x-ms-content-disposition";
/// How the content that is stored may be cached.
pub const CACHE_CONTROL: &str = "x-ms-cache-control";
/// The MD5 of the whole content that is stored, in base64.
pub const CONTENT_MD5: &str = "x-ms-content-md5";
/// What deleted item shall come back: its encoded path with the query `deletionid`.
pub const UNDELETE_SOURCE: &str = "x-ms-undelete-source";
/// Condition on the source of a rename, like `If-Match`.
pub const SOURCE_IF_MATCH: &str = "x-ms-source-if-match";
/// Condition on the source of a rename, like `If-None-Match`.
pub const SOURCE_IF_NONE_MATCH: &str = "x-ms-source-if-none-match";
/// Condition on the source of a rename, like `If-Modified-Since`.
pub const SOURCE_IF_MODIFIED_SINCE: &str = "x-ms-source-if-modified-since";
/// Condition on the source of a rename, like `If-Unmodified-Since`.
pub const SOURCE_IF_UNMODIFIED_SINCE: &str = "x-ms-source-if-unmodified-since";
/// Which kind of blob is made.
pub const BLOB_TYPE: &str = "x-ms-blob-type";
/// The type of the content that a blob gets.
pub const BLOB_CONTENT_TYPE: &str = "x-ms-blob-content-type";
/// The coding of the content that a blob gets.
pub const BLOB_CONTENT_ENCODING: &str = "x-ms-blob-content-encoding";
/// The language of the content that a blob gets.
pub const BLOB_CONTENT_LANGUAGE: &str = "x-ms-blob-content-language";
/// How the content that a blob gets is to be shown.
pub const BLOB_CONTENT_DISPOSITION: &str = "x-ms-blob-content-disposition";
/// How the content that a blob gets may be cached.
pub const BLOB_CACHE_CONTROL: &str = "x-ms-blob-cache-control";
/// The MD5 of the whole content that a blob gets, in base64.
pub const BLOB_CONTENT_MD5: &str = "x-ms-blob-content-md5";
/// What begins the name of a header that holds one of the user's own properties on the Blob side.
pub const META_PREFIX: &str = "x-ms-meta-";
/// Headers that the service did not take, separated by commas.
pub const REJECTED_HEADERS: &str = "x-ms-rejected-headers";
/// Where an append to the end has put its bytes.
pub const APPEND_OFFSET: &str = "x-ms-append-offset";
