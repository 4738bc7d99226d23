//! Options of the operations. Each is made by `default()` and adjusted by the methods that are
//! named like its fields.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use adls_http::{ClientOptions, SafeUrl};
use adls_wire::{AclSpec, Permission};

use crate::{Cleanups, Conditions};

/// Declares option types with a setter for each field, in the manner of `std::fs::OpenOptions`.
macro_rules! options {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $name {
            $(
                $(#[$field_meta])*
                #[must_use]
                pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                    self.$field = $field.into();
                    self
                }
            )*
        }
    )*};
}
pub(crate) use options;

/// Options of a [`FileSystemClient`](crate::FileSystemClient).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileSystemOptions {
    /// Transport, retries, time limits.
    pub client: ClientOptions,
    /// The token scope to ask for instead of the service's own.
    pub scope: Option<String>,
    /// Gen2: where the account's Blob endpoint is, when its host does not follow from that of the DFS
    /// endpoint, which has `.dfs.` where the other has `.blob.`.
    pub blob_endpoint: Option<SafeUrl>,
    /// Where what dropped writers and transfers leave to do is counted; a program awaits it before it
    /// ends. Clients may share one.
    pub cleanups: Cleanups,
}

impl Default for FileSystemOptions {
    fn default() -> Self {
        Self::with_client(ClientOptions::default())
    }
}

impl FileSystemOptions {
    /// Options over this transport and these limits.
    #[must_use]
    pub fn with_client(client: ClientOptions) -> Self {
        Self { client, scope: None, blob_endpoint: None, cleanups: Cleanups::default() }
    }
}

options! {
    /// Options of [`mkdirs_with`](crate::FileSystemClient::mkdirs_with).
    #[derive(Default)]
    pub struct MkdirsOptions {
        /// The mode bits of directories that are made; the service's own when `None`.
        pub permission: Option<Permission>,
        /// The bits that are taken from the mode bits, where no default list of the parent counts instead.
        /// When `None`, none are taken from a [`permission`](Self::permission) that is given, and the
        /// service's own from its own. An account without
        /// [`Capabilities::rights_at_creation`](crate::Capabilities::rights_at_creation) refuses it, and
        /// what follows.
        pub umask: Option<Permission>,
        /// The access control list, in the place of mode bits and umask.
        pub acl: Option<AclSpec>,
        /// The object id of the owner; the caller when `None`.
        pub owner: Option<String>,
        /// The object id of the owning group; that of the parent when `None`.
        pub group: Option<String>,
        /// Properties of the user's own; see
        /// [`set_metadata`](crate::FileSystemClient::set_metadata). An account without
        /// [`Capabilities::properties`](crate::Capabilities::properties) refuses them.
        pub metadata: BTreeMap<String, String>,
    }

    /// Options of [`stat_with`](crate::FileSystemClient::stat_with).
    #[derive(Default)]
    pub struct StatOptions {
        /// Gen1: whether the length counts what open writers have sent and not yet published.
        pub unpublished: bool,
        /// Whether owner and group are principal names instead of object ids.
        pub principal_names: bool,
        /// Whether the [incarnation](crate::FileStatus::incarnation) is wanted; Gen1 tells it only
        /// when asked.
        pub incarnation: bool,
        /// What must hold.
        pub conditions: Conditions,
    }

    /// Options of [`list_with`](crate::FileSystemClient::list_with).
    #[derive(Default)]
    pub struct ListOptions {
        /// The most entries of one page; 4,000 when `None`, as the official clients ask for.
        pub page_size: Option<u32>,
        /// Where to begin: a continuation token of an earlier listing, or on Gen1 a name, which is
        /// itself left out.
        pub start_after: Option<String>,
        /// Gen1: the name before which to end, itself left out.
        pub before: Option<String>,
        /// Gen2: the path below the directory with which to begin, itself included; without
        /// [`recursive`](Self::recursive) it is one name.
        pub begin_from: Option<String>,
        /// Whether everything below is listed, depth first, where the service does that: see
        /// [`Capabilities::recursive_list`](crate::Capabilities::recursive_list).
        /// [`walk`](crate::FileSystemClient::walk) does it everywhere.
        pub recursive: bool,
        /// Whether owner and group are principal names instead of object ids.
        pub principal_names: bool,
    }

    /// Options of [`rename_with`](crate::FileSystemClient::rename_with).
    #[derive(Default)]
    pub struct RenameOptions {
        /// Whether an existing file at the target is replaced.
        pub overwrite: bool,
        /// What must hold for the source.
        pub conditions: Conditions,
        /// What must hold for the target.
        pub target_conditions: Conditions,
    }

    /// Options of [`delete_with`](crate::FileSystemClient::delete_with).
    #[derive(Default)]
    pub struct DeleteOptions {
        /// Whether a directory goes with everything in it.
        pub recursive: bool,
        /// Delete only the item of this [incarnation](crate::FileStatus::incarnation), not another one
        /// that has been made in its place.
        pub if_incarnation: Option<String>,
        /// What must hold.
        pub conditions: Conditions,
    }

    /// Options of [`concat_with`](crate::FileSystemClient::concat_with).
    #[derive(Default)]
    pub struct ConcatOptions {
        /// Whether the directory of the sources is removed too, with everything else in it.
        pub delete_source_directory: bool,
        /// Whether a file that is at the target is replaced instead of getting the bytes at its end.
        /// It gives way only when the join is complete.
        pub overwrite: bool,
        /// Gen1: whether to ask with CONCAT, which names the sources in the query, as Hadoop does,
        /// instead of MSCONCAT. It takes few sources, and none with a comma in its name.
        pub in_query: bool,
    }

    /// Options of [`create_with`](crate::FileSystemClient::create_with),
    /// [`put_with`](crate::FileSystemClient::put_with) and
    /// [`copy_with`](crate::FileSystemClient::copy_with).
    #[derive(Default)]
    pub struct WriteOptions {
        /// Whether an existing file is replaced; without it, it is an error.
        pub overwrite: bool,
        /// The mode bits of a new file; the service's own when `None`.
        pub permission: Option<Permission>,
        /// The type of the content; `application/octet-stream` when `None`. An account without
        /// [`Capabilities::properties`](crate::Capabilities::properties) refuses it, the other headers of the
        /// content, and metadata.
        pub content_type: Option<String>,
        /// The coding of the content, such as `gzip`. Reading it with this crate needs a file without one.
        pub content_encoding: Option<String>,
        /// The language of the content.
        pub content_language: Option<String>,
        /// How the content is to be shown, such as `attachment; filename="a.csv"`.
        pub content_disposition: Option<String>,
        /// How the content may be cached.
        pub cache_control: Option<String>,
        /// The MD5 of the whole content, in base64, which the service keeps as it is given.
        pub content_md5: Option<String>,
        /// Properties of the user's own; see
        /// [`set_metadata`](crate::FileSystemClient::set_metadata).
        pub metadata: BTreeMap<String, String>,
        /// The bits that are taken from the mode bits, where no default list of the parent counts instead.
        /// When `None`, none are taken from a [`permission`](Self::permission) that is given, and the
        /// service's own from its own. An account without
        /// [`Capabilities::rights_at_creation`](crate::Capabilities::rights_at_creation) refuses it, and
        /// the fields down to the expiry.
        pub umask: Option<Permission>,
        /// The access control list, in the place of mode bits and umask.
        pub acl: Option<AclSpec>,
        /// The object id of the owner; the caller when `None`.
        pub owner: Option<String>,
        /// The object id of the owning group; that of the parent when `None`.
        pub group: Option<String>,
        /// When the service removes the file.
        pub expiry: Option<Expiry>,
        /// Whether a missing parent directory is an error instead of being made.
        pub require_parent: bool,
        /// What must hold.
        pub conditions: Conditions,
    }

    /// Options of [`append_with`](crate::FileSystemClient::append_with).
    #[derive(Default)]
    pub struct AppendOptions {
        /// What must hold when the file is opened. A [lease](Conditions::lease) is named in everything
        /// that the writer sends.
        pub conditions: Conditions,
    }

    /// Options of [`properties_with`](crate::FileSystemClient::properties_with),
    /// [`set_metadata_with`](crate::FileSystemClient::set_metadata_with),
    /// [`update_metadata_with`](crate::FileSystemClient::update_metadata_with) and
    /// [`set_content_headers_with`](crate::FileSystemClient::set_content_headers_with).
    #[derive(Default)]
    pub struct PropertiesOptions {
        /// What must hold.
        pub conditions: Conditions,
    }

    /// Options of [`acl_with`](crate::FileSystemClient::acl_with).
    #[derive(Default)]
    pub struct AclOptions {
        /// Gen1: whether to ask with GETACLSTATUS, as Hadoop does, which leaves out what the mode
        /// bits say: entries for the owner, the mask and everybody else.
        pub without_mode: bool,
        /// Whether owner, group and entries hold principal names instead of object ids.
        pub principal_names: bool,
    }

    /// Options of [`set_permission_with`](crate::FileSystemClient::set_permission_with),
    /// [`set_owner_with`](crate::FileSystemClient::set_owner_with), and of what changes an access control
    /// list, such as [`modify_acl_with`](crate::FileSystemClient::modify_acl_with).
    #[derive(Default)]
    pub struct AccessControlOptions {
        /// What must hold. A change of rights is no other version: it leaves the
        /// [entity tag](crate::ETag) as it is.
        pub conditions: Conditions,
    }

    /// Options of [`set_expiry_with`](crate::FileSystemClient::set_expiry_with).
    #[derive(Default)]
    pub struct ExpiryOptions {
        /// What must hold.
        pub conditions: Conditions,
    }

    /// Options of [`concurrent_append_with`](crate::FileSystemClient::concurrent_append_with).
    #[derive(Default)]
    pub struct ConcurrentAppendOptions {
        /// Whether a missing file is made; without it, it is an error.
        pub create: bool,
        /// What must hold.
        pub conditions: Conditions,
    }

    /// Options of [`deleted_items_with`](crate::FileSystemClient::deleted_items_with).
    #[derive(Default)]
    pub struct DeletedItemsOptions {
        /// The most entries of one page; 4,000 when `None`.
        pub page_size: Option<u32>,
        /// Where to begin: a continuation token of an earlier listing.
        pub start_after: Option<String>,
    }

    /// Options of [`restore_with`](crate::FileSystemClient::restore_with).
    #[derive(Default)]
    pub struct RestoreOptions {
        /// What becomes of something that is already at the target.
        pub on_conflict: RestoreConflict,
    }

    /// What [`set_owner`](crate::FileSystemClient::set_owner) changes; at least one of the two.
    #[derive(Default)]
    pub struct OwnerChange {
        /// The object id of the new owner.
        pub owner: Option<String>,
        /// The object id of the new owning group.
        pub group: Option<String>,
    }

    /// What [`set_times`](crate::FileSystemClient::set_times) changes; at least one of the two.
    /// Times are kept to the millisecond.
    #[derive(Default)]
    pub struct TimesChange {
        /// When the content last changed.
        pub modified: Option<SystemTime>,
        /// When it was last accessed.
        pub accessed: Option<SystemTime>,
    }
}

/// What becomes of something that is already where a deleted item is restored to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RestoreConflict {
    /// It stays, and nothing is restored.
    #[default]
    Refuse,
    /// It stays, and the item is restored under a name that the service makes up.
    KeepBoth,
    /// It is replaced.
    Replace,
}

/// When a file is removed by the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// Not at all.
    Never,
    /// At this time, to the millisecond.
    At(SystemTime),
    /// After this time from now, by the clock of the service.
    AfterNow(Duration),
    /// After this time from the creation of the file.
    AfterCreation(Duration),
}
