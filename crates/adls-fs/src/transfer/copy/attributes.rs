//! What items have beside their content, and what of it goes along with a copy.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use adls_wire::RemotePath;

use crate::backend::Rights;
use crate::options::options;
use crate::properties::OCTETS;
use crate::{
    Conditions, ContentHeaders, Expiry, FileStatus, FileSystemClient, Generation, Result,
    TimesChange, WriteOptions,
};

/// Who owns what an account key has made on Gen2; no object id, and of no meaning on Gen1.
const SUPERUSER: &str = "$superuser";

/// Something that an item has beside its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// The access control list, mode bits included.
    Rights,
    /// Owner and owning group.
    Owners,
    /// Metadata, and the headers of the content.
    Properties,
    /// When it was modified.
    Times,
    /// When the service removes it.
    Expiry,
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rights => "rights",
            Self::Owners => "owners",
            Self::Properties => "properties",
            Self::Times => "times",
            Self::Expiry => "expiry",
        })
    }
}

options! {
    /// What goes along with the content of what is copied.
    #[derive(Copy, Default)]
    pub struct PreservedAttributes {
        /// Access control lists and mode bits, exactly as they are; those of a copy are otherwise what its
        /// directory gives it.
        pub rights: bool,
        /// Owner and owning group, which only super-users set.
        pub owners: bool,
        /// Metadata and the headers of the content.
        pub properties: bool,
        /// When files and directories were modified.
        pub times: bool,
        /// When the service removes files.
        pub expiry: bool,
    }
}

impl PreservedAttributes {
    /// All of them.
    #[must_use]
    pub fn all() -> Self {
        Self { rights: true, owners: true, properties: true, times: true, expiry: true }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The attributes of one item, as far as they are kept.
#[derive(Clone, Debug, Default)]
pub(in crate::transfer) struct ItemAttributes {
    rights: Option<Rights>,
    headers: ContentHeaders,
    metadata: BTreeMap<String, String>,
    /// Whether headers and metadata are all that the source has.
    all_properties: bool,
    modified: Option<SystemTime>,
    expires: Option<SystemTime>,
}

impl ItemAttributes {
    /// Reads what shall be kept of an item, and says what the account of `to` has no place for.
    pub(in crate::transfer) async fn read(
        from: &FileSystemClient,
        item: &FileStatus,
        wanted: PreservedAttributes,
        to: &FileSystemClient,
    ) -> Result<(Self, Vec<Attribute>)> {
        let (source, target) = (from.capabilities(), to.capabilities());
        let (mut this, mut lost) = (Self::default(), Vec::new());
        let mut kept = |attribute, has_it: bool, has_place: bool| {
            if has_it && !has_place {
                lost.push(attribute);
            }
            has_it && has_place
        };
        let (rights, owners) =
            (wanted.rights && source.access_control, wanted.owners && source.access_control);
        let rights = kept(Attribute::Rights, rights, target.access_control);
        let owners = kept(Attribute::Owners, owners, target.access_control);
        if rights || owners {
            let has = Rights::read(from, item).await?;
            let known = |id: &String| to.generation() == Generation::Gen2 || id != SUPERUSER;
            this.rights = Some(Rights {
                acl: has.acl.filter(|_| rights),
                owner: has.owner.filter(|id| owners && known(id)),
                group: has.group.filter(|id| owners && known(id)),
                ..has
            });
        }
        if wanted.properties && source.properties {
            let found = from.properties(&item.path).await?;
            let has_some = !found.metadata.is_empty() || is_told(&found.headers);
            if kept(Attribute::Properties, has_some, target.properties) {
                (this.headers, this.metadata) = (found.headers, found.metadata);
            }
            this.all_properties = target.properties;
        }
        if kept(Attribute::Expiry, wanted.expiry && item.expires.is_some(), target.expiry) {
            this.expires = item.expires;
        }
        // That an account sets no times is said once, since it concerns every item.
        this.modified = (wanted.times && target.set_times).then_some(item.modified);
        Ok((this, lost))
    }

    /// Whether a copy is to have all headers and metadata that its source has.
    pub(in crate::transfer) fn has_all_properties(&self) -> bool {
        self.all_properties
    }

    /// A file that is made gets its headers and metadata at once.
    pub(in crate::transfer) fn write_options(&self, options: WriteOptions) -> WriteOptions {
        let ContentHeaders {
            content_type,
            content_encoding,
            content_language,
            content_disposition,
            cache_control,
            content_md5,
        } = self.headers.clone();
        WriteOptions {
            content_type,
            content_encoding,
            content_language,
            content_disposition,
            cache_control,
            content_md5,
            metadata: self.metadata.clone(),
            ..options
        }
    }

    /// Gives a file the rest, its rights last: they may be fewer than the copy needs.
    pub(in crate::transfer) async fn give_file(
        &self,
        client: &FileSystemClient,
        path: &RemotePath,
        lease: Option<&String>,
    ) -> Result<()> {
        let conditions = Conditions { lease: lease.cloned(), ..Conditions::default() };
        if let Some(expires) = self.expires {
            client.backend().set_expiry(path, Expiry::At(expires), &conditions).await?;
        }
        self.give_rights_and_times(client, path, &conditions).await
    }

    /// Gives a directory all of them.
    pub(in crate::transfer) async fn give_directory(
        &self,
        client: &FileSystemClient,
        path: &RemotePath,
    ) -> Result<()> {
        if !self.metadata.is_empty() {
            client.set_metadata(path, &self.metadata).await?;
        }
        self.give_rights_and_times(client, path, &Conditions::default()).await
    }

    async fn give_rights_and_times(
        &self,
        client: &FileSystemClient,
        path: &RemotePath,
        conditions: &Conditions,
    ) -> Result<()> {
        if let Some(modified) = self.modified {
            client.set_times(path, TimesChange::default().modified(modified)).await?;
        }
        match &self.rights {
            Some(rights) => client.backend().set_rights(path, rights, conditions).await,
            None => Ok(()),
        }
    }
}

/// Whether the headers say anything that every file does not have. The digest of a content can be had from it
/// at any time.
fn is_told(headers: &ContentHeaders) -> bool {
    let headers = ContentHeaders { content_md5: None, ..headers.clone() };
    let plain = ContentHeaders::default();
    let of_no_type = ContentHeaders { content_type: Some(OCTETS.to_owned()), ..plain.clone() };
    headers != plain && headers != of_no_type
}
