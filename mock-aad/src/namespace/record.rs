//! How nodes and deleted items are recorded in a state directory. What changes here changes the format.

use std::io;

use adls_wire::{AclScope, Permission, RemotePath, Rwx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::acl::{Acl, Entry, UNSAID, Who};
use super::content::{Appends, File, Staged};
use super::node::{Content, Node, NodeId};
use super::trash::Deleted;
use crate::store::{AccountState, FileBytes, decode, encode};

/// An account besides its nodes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AccountRecord {
    pub(super) owners: Vec<Uuid>,
    /// The number of the next node.
    pub(super) next: NodeId,
}

/// A file or directory. What is staged and who holds a file for writing is not recorded: after a restart
/// nobody does.
#[derive(Debug, Serialize, Deserialize)]
struct NodeRecord {
    parent: Option<NodeId>,
    name: Box<str>,
    owner: Uuid,
    group: Uuid,
    acl: Vec<EntryRecord>,
    sticky: bool,
    created: i64,
    accessed: i64,
    modified: i64,
    file: Option<FileRecord>,
}

/// Which state of the node it is. It stands behind the rest, where records of the first releases that
/// wrote this format have nothing.
#[derive(Debug, Serialize, Deserialize)]
struct VersionRecord {
    version: u64,
    changed: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct FileRecord {
    length: u64,
    /// When the last bytes came.
    written: i64,
    /// How many bytes are committed: all of them, but in records of earlier releases.
    published: u64,
    appends: Appends,
    expires: i64,
}

/// An entry of an ACL: whether it is one of the default ACL, whom it is about, and the rights.
#[derive(Debug, Serialize, Deserialize)]
struct EntryRecord(bool, WhoRecord, u8);

#[derive(Debug, Serialize, Deserialize)]
enum WhoRecord {
    Owner,
    User(Uuid),
    OwningGroup,
    Group(Uuid),
    Mask,
    Other,
}

/// A deleted item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DeletedRecord {
    path: RemotePath,
    by: Uuid,
    at: i64,
    weight: u64,
}

/// The record of a node.
pub(super) fn record_of(node: &Node) -> io::Result<Vec<u8>> {
    let version = VersionRecord { version: node.version, changed: node.changed };
    encode(&(NodeRecord::of(node), version))
}

/// The node that was recorded, a directory still without its children.
pub(super) fn node_of(
    record: &[u8],
    extents: &[Vec<u8>],
    state: &AccountState,
) -> Result<Node, String> {
    let (node, version) = match decode::<(NodeRecord, VersionRecord)>(record) {
        Ok((node, version)) => (node, Some(version)),
        Err(_) => (decode::<NodeRecord>(record)?, None),
    };
    node.into_node(version, extents, state)
}

impl NodeRecord {
    fn of(node: &Node) -> Self {
        Self {
            parent: node.parent,
            name: node.name.clone(),
            owner: node.owner,
            group: node.group,
            acl: node.acl.entries().iter().map(EntryRecord::of).collect(),
            sticky: node.acl.sticky,
            created: node.created,
            accessed: node.accessed,
            modified: node.modified,
            file: node.file().map(|file| FileRecord {
                length: file.committed.len(),
                written: node.modified,
                published: file.committed.len(),
                appends: file.appends,
                expires: file.expires,
            }),
        }
    }

    fn into_node(
        self,
        version: Option<VersionRecord>,
        extents: &[Vec<u8>],
        state: &AccountState,
    ) -> Result<Node, String> {
        let mut modified = self.modified;
        let content = match self.file {
            None => Content::directory(),
            Some(record) => {
                if record.published != record.length {
                    modified = record.written;
                }
                Content::File(Box::new(File {
                    committed: FileBytes::recorded(extents, record.length, state),
                    staged: Staged::Nothing,
                    appends: record.appends,
                    expires: record.expires,
                }))
            }
        };
        let is_directory = matches!(content, Content::Directory(_));
        let version = version.unwrap_or(VersionRecord { version: 0, changed: modified });
        Ok(Node {
            parent: self.parent,
            name: self.name,
            owner: self.owner,
            group: self.group,
            acl: acl(&self.acl, self.sticky, is_directory)?,
            version: version.version,
            changed: version.changed,
            created: self.created,
            accessed: self.accessed,
            modified,
            content,
        })
    }
}

impl DeletedRecord {
    pub(super) fn of(deleted: &Deleted) -> Self {
        let Deleted { path, by, at, weight } = deleted;
        Self { path: path.clone(), by: *by, at: *at, weight: *weight }
    }

    pub(super) fn into_deleted(self) -> Deleted {
        Deleted { path: self.path, by: self.by, at: self.at, weight: self.weight }
    }
}

fn acl(entries: &[EntryRecord], sticky: bool, is_directory: bool) -> Result<Acl, String> {
    let entries: Vec<Entry> = entries.iter().map(EntryRecord::entry).collect();
    let mode = UNSAID.mode() | if sticky { 0o1000 } else { 0 };
    let plain = Acl::from_permission(Permission::from_mode(mode));
    plain.replaced(&entries, is_directory).map_err(|error| error.to_string())
}

impl EntryRecord {
    fn of(entry: &Entry) -> Self {
        let who = match entry.who {
            Who::Owner => WhoRecord::Owner,
            Who::User(id) => WhoRecord::User(id),
            Who::OwningGroup => WhoRecord::OwningGroup,
            Who::Group(id) => WhoRecord::Group(id),
            Who::Mask => WhoRecord::Mask,
            Who::Other => WhoRecord::Other,
        };
        Self(entry.scope == AclScope::Default, who, entry.rights.bits() as u8)
    }

    fn entry(&self) -> Entry {
        let Self(default, who, rights) = self;
        let who = match *who {
            WhoRecord::Owner => Who::Owner,
            WhoRecord::User(id) => Who::User(id),
            WhoRecord::OwningGroup => Who::OwningGroup,
            WhoRecord::Group(id) => Who::Group(id),
            WhoRecord::Mask => Who::Mask,
            WhoRecord::Other => Who::Other,
        };
        let scope = if *default { AclScope::Default } else { AclScope::Access };
        Entry { scope, who, rights: Rwx::from_bits((*rights).into()) }
    }
}
