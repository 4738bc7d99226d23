//! How nodes and deleted items are recorded in a state folder.

use std::io;

use adls_wire::{AclEntry, AclScope, AclTag, Permission, RemotePath};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::acl::{Acl, Entry, UNSAID, Who};
use super::node::{Appends, Children, Content, File, Node, NodeId};
use super::trash::Deleted;
use crate::store::{AccountState, ExtentRecord, FileBytes};

/// An account besides its nodes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AccountRecord {
    pub(super) owners: Vec<Uuid>,
    /// The number of the next node.
    pub(super) next: NodeId,
}

/// A file or folder. Who holds a file for writing is not recorded: after a restart nobody does, and
/// what had been received is visible.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NodeRecord {
    parent: Option<NodeId>,
    name: Box<str>,
    owner: Uuid,
    group: Uuid,
    acl: Vec<AclEntry>,
    #[serde(default)]
    sticky: bool,
    /// Missing where an earlier version took the time of access for it.
    #[serde(default)]
    created: Option<i64>,
    accessed: i64,
    modified: i64,
    file: Option<FileRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FileRecord {
    extents: Vec<ExtentRecord>,
    written: i64,
    published: u64,
    appends: Appends,
    expires: i64,
}

/// A deleted item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DeletedRecord {
    path: RemotePath,
    by: Uuid,
    at: i64,
    weight: u64,
}

impl NodeRecord {
    pub(super) fn of(node: &Node) -> Self {
        Self {
            parent: node.parent,
            name: node.name.clone(),
            owner: node.owner,
            group: node.group,
            acl: node.acl.entries().iter().map(to_wire).collect(),
            sticky: node.acl.sticky,
            created: Some(node.created),
            accessed: node.accessed,
            modified: node.modified,
            file: node.file().map(|file| FileRecord {
                extents: file.bytes.records(),
                written: file.written,
                published: file.published,
                appends: file.appends,
                expires: file.expires,
            }),
        }
    }

    /// The node, a folder still without its children.
    pub(super) fn into_node(self, state: &AccountState) -> io::Result<Node> {
        let content = match self.file {
            None => Content::Folder(Children::new()),
            Some(record) => Content::File(Box::new(File {
                bytes: FileBytes::recorded(&record.extents, state)?,
                published: record.published,
                written: record.written,
                writer: None,
                appends: record.appends,
                expires: record.expires,
            })),
        };
        let is_folder = matches!(content, Content::Folder(_));
        Ok(Node {
            parent: self.parent,
            name: self.name,
            owner: self.owner,
            group: self.group,
            acl: acl(&self.acl, self.sticky, is_folder)?,
            created: self.created.unwrap_or(self.accessed),
            accessed: self.accessed,
            modified: self.modified,
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

fn acl(entries: &[AclEntry], sticky: bool, is_folder: bool) -> io::Result<Acl> {
    let entries: Option<Vec<Entry>> = entries.iter().map(from_wire).collect();
    let entries = entries.ok_or_else(|| invalid("a recorded ACL is not one"))?;
    let mode = UNSAID.mode() | if sticky { 0o1000 } else { 0 };
    let plain = Acl::from_permission(Permission::from_mode(mode));
    plain.replaced(&entries, is_folder).map_err(invalid)
}

/// A record that makes no sense.
pub(super) fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn to_wire(entry: &Entry) -> AclEntry {
    let (tag, qualifier) = match entry.who {
        Who::Owner => (AclTag::User, String::new()),
        Who::User(id) => (AclTag::User, id.to_string()),
        Who::OwningGroup => (AclTag::Group, String::new()),
        Who::Group(id) => (AclTag::Group, id.to_string()),
        Who::Mask => (AclTag::Mask, String::new()),
        Who::Other => (AclTag::Other, String::new()),
    };
    AclEntry { scope: entry.scope, tag, qualifier, permissions: Some(entry.rights) }
}

fn from_wire(entry: &AclEntry) -> Option<Entry> {
    let id = || Uuid::try_parse(&entry.qualifier).ok();
    let who = match (entry.tag, entry.qualifier.is_empty()) {
        (AclTag::User, true) => Who::Owner,
        (AclTag::User, false) => Who::User(id()?),
        (AclTag::Group, true) => Who::OwningGroup,
        (AclTag::Group, false) => Who::Group(id()?),
        (AclTag::Mask, _) => Who::Mask,
        (AclTag::Other, _) => Who::Other,
    };
    let scope: AclScope = entry.scope;
    Some(Entry { scope, who, rights: entry.permissions? })
}
