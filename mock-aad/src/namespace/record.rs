//! How nodes and deleted items are recorded in a state directory. What changes here
//! changes the format, unless it stands behind everything that earlier releases wrote.

use std::borrow::Cow;
use std::io;

use adls_wire::{AclScope, Permission, RemotePath, Rwx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::acl::{Acl, Entry, Subject, UNSAID};
use super::blob_properties::{BlobProperties, Block, Copied, Rehydration, Tier};
use super::content::{Appends, File, Piece, Staged};
use super::file_systems::FileSystems;
use super::node::{Content, Node};
use super::node_id::NodeId;
use super::trash::{Deleted, Retention};
use crate::store::{AccountState, Parts, decode, encode};

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

/// What only items of Gen2 accounts have. It stands behind the version, and only where there is any of it.
#[derive(Debug, Serialize, Deserialize)]
struct Gen2Record<B> {
    blob: Option<B>,
    /// The file that it was sent for, and the place there.
    piece: Option<(NodeId, u64)>,
}

/// What later releases keep of an item of a Gen2 account. It stands behind the rest of that, and only where
/// there is any of it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct BlobRecord<'a> {
    blocks: Cow<'a, [Block]>,
    copied: Option<Cow<'a, Copied>>,
    tier: Option<Cow<'a, Tier>>,
    draft: Option<Cow<'a, (NodeId, RemotePath)>>,
}

/// What releases after those keep. It stands behind that, and only where there is any of it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct TierRecord {
    rehydration: Option<Rehydration>,
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
struct EntryRecord(bool, SubjectRecord, u8);

#[derive(Debug, Serialize, Deserialize)]
enum SubjectRecord {
    Owner,
    User(Uuid),
    OwningGroup,
    Group(Uuid),
    Mask,
    Other,
}

/// A deleted item. Behind it stands its [`Retention`], if it has one.
#[derive(Debug, Serialize, Deserialize)]
struct DeletedRecord {
    path: RemotePath,
    by: Uuid,
    at: i64,
    weight: u64,
}

/// The record of a node.
pub(super) fn record_of(node: &Node) -> io::Result<Vec<u8>> {
    let version = VersionRecord { version: node.version, changed: node.changed };
    let piece = match &node.content {
        Content::Piece(piece) => Some((piece.file, piece.position)),
        _ => None,
    };
    let record = NodeRecord::of(node);
    if piece.is_none() && node.blob.is_none() {
        return encode(&(record, version));
    }
    let later = node.blob.as_deref().map(BlobRecord::of).unwrap_or_default();
    let gen2 = Gen2Record { blob: node.blob.as_deref(), piece };
    let rehydration = node.blob.as_deref().and_then(|blob| blob.rehydration.clone());
    let latest = TierRecord { rehydration };
    match (later == BlobRecord::default(), latest == TierRecord::default()) {
        (true, true) => encode(&(record, version, gen2)),
        (false, true) => encode(&(record, version, gen2, later)),
        (_, false) => encode(&(record, version, gen2, later, latest)),
    }
}

/// The record of a deleted item.
pub(super) fn record_of_deleted(deleted: &Deleted) -> io::Result<Vec<u8>> {
    match &deleted.retention {
        Some(retention) => encode(&(DeletedRecord::of(deleted), retention)),
        None => encode(&DeletedRecord::of(deleted)),
    }
}

/// The deleted item that was recorded.
pub(super) fn deleted_of(record: &[u8]) -> Result<Deleted, String> {
    match decode::<(DeletedRecord, Retention)>(record) {
        Ok((deleted, retention)) => {
            Ok(Deleted { retention: Some(retention), ..deleted.into_deleted() })
        }
        Err(_) => Ok(decode::<DeletedRecord>(record)?.into_deleted()),
    }
}

/// The record of an account. Behind its file systems stands its note, and only where it has one.
pub(super) fn record_of_account(
    record: &AccountRecord,
    file_systems: &FileSystems,
    note: &str,
) -> io::Result<Vec<u8>> {
    if note.is_empty() {
        encode(&(record, file_systems))
    } else {
        encode(&(record, file_systems, note))
    }
}

/// The account that was recorded, with its note; of a Gen1 account of the first releases, without file
/// systems.
pub(super) fn account_of(record: &[u8]) -> Result<(AccountRecord, FileSystems, Box<str>), String> {
    if let Ok(whole) = decode(record) {
        return Ok(whole);
    }
    let (account, file_systems) =
        decode(record).or_else(|_| Ok::<_, String>((decode(record)?, FileSystems::default())))?;
    Ok((account, file_systems, Box::default()))
}

/// The node that was recorded, a directory still without its children.
pub(super) fn node_of(
    record: &[u8],
    extents: &[Vec<u8>],
    state: &AccountState,
) -> Result<Node, String> {
    let mut parts = Parts::of(record)?;
    let node: NodeRecord = parts.take()?;
    let mut node = node.into_node(parts.take_more()?, extents, state)?;
    let Some(gen2) = parts.take_more::<Gen2Record<Box<BlobProperties>>>()? else { return Ok(node) };
    node.blob = gen2.blob;
    let (later, latest) = (parts.take_more::<BlobRecord<'_>>()?, parts.take_more::<TierRecord>()?);
    if let Some(blob) = &mut node.blob {
        later.unwrap_or_default().give_to(blob);
        blob.rehydration = latest.and_then(|latest| latest.rehydration);
    }
    if let (Some((file, position)), Content::File(sent)) = (gen2.piece, &mut node.content) {
        let bytes = std::mem::take(&mut sent.committed);
        node.content = Content::Piece(Box::new(Piece { file, position, bytes }));
    }
    Ok(node)
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
            file: FileRecord::of(node),
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
                    committed: state.recorded_bytes(extents, record.length),
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
            blob: None,
        })
    }
}

impl<'a> BlobRecord<'a> {
    fn of(blob: &'a BlobProperties) -> Self {
        let BlobProperties { blocks, copied, tier, draft, .. } = blob;
        Self {
            blocks: blocks.into(),
            copied: copied.as_deref().map(Cow::Borrowed),
            tier: tier.as_ref().map(Cow::Borrowed),
            draft: draft.as_deref().map(Cow::Borrowed),
        }
    }

    fn give_to(self, blob: &mut BlobProperties) {
        blob.blocks = self.blocks.into_owned();
        blob.copied = self.copied.map(|copied| Box::new(copied.into_owned()));
        blob.tier = self.tier.map(Cow::into_owned);
        blob.draft = self.draft.map(|draft| Box::new(draft.into_owned()));
    }
}

impl FileRecord {
    fn of(node: &Node) -> Option<Self> {
        let (bytes, appends, expires) = match &node.content {
            Content::File(file) => (&file.committed, file.appends, file.expires),
            Content::Piece(piece) => (&piece.bytes, Appends::Undecided, 0),
            Content::Directory(_) => return None,
        };
        let length = bytes.len();
        Some(Self { length, written: node.modified, published: length, appends, expires })
    }
}

impl DeletedRecord {
    fn of(deleted: &Deleted) -> Self {
        let Deleted { path, by, at, weight, retention: _ } = deleted;
        Self { path: path.clone(), by: *by, at: *at, weight: *weight }
    }

    fn into_deleted(self) -> Deleted {
        let Self { path, by, at, weight } = self;
        Deleted { path, by, at, weight, retention: None }
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
        let subject = match entry.subject {
            Subject::Owner => SubjectRecord::Owner,
            Subject::User(id) => SubjectRecord::User(id),
            Subject::OwningGroup => SubjectRecord::OwningGroup,
            Subject::Group(id) => SubjectRecord::Group(id),
            Subject::Mask => SubjectRecord::Mask,
            Subject::Other => SubjectRecord::Other,
        };
        Self(entry.scope == AclScope::Default, subject, entry.rights.bits() as u8)
    }

    fn entry(&self) -> Entry {
        let Self(default, subject, rights) = self;
        let subject = match *subject {
            SubjectRecord::Owner => Subject::Owner,
            SubjectRecord::User(id) => Subject::User(id),
            SubjectRecord::OwningGroup => Subject::OwningGroup,
            SubjectRecord::Group(id) => Subject::Group(id),
            SubjectRecord::Mask => Subject::Mask,
            SubjectRecord::Other => Subject::Other,
        };
        let scope = if *default { AclScope::Default } else { AclScope::Access };
        Entry { scope, subject, rights: Rwx::from_bits((*rights).into()) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::namespace::blob_properties::RehydratePriority;
    use crate::store::State;
    use crate::store::fake::FakeDisk;

    fn node(content: Content) -> Node {
        let acl = Acl::from_permission(UNSAID);
        let node = Node::new("name", Uuid::nil(), Uuid::nil(), acl, content, 5);
        Node { version: 300, changed: 7, ..node }
    }

    #[test]
    fn records_of_earlier_releases_are_read_and_they_read_ours() {
        let state = State::on(Arc::new(FakeDisk::default())).unwrap().new_account("a");
        for content in [Content::directory(), Content::File(Box::default())] {
            let node = node(content);
            let ours = record_of(&node).unwrap();
            let back = node_of(&ours, &[], &state).unwrap();
            assert_eq!((back.version, back.changed, back.modified), (300, 7, 5));
            assert!(decode::<NodeRecord>(&ours).is_ok());

            let theirs = encode(&NodeRecord::of(&node)).unwrap();
            let back = node_of(&theirs, &[], &state).unwrap();
            assert_eq!((back.version, back.changed, back.modified), (0, 5, 5));
        }
        assert!(node_of(b"something else", &[], &state).is_err());
    }

    #[test]
    fn what_is_on_its_way_out_of_the_archive_stays_on_it() {
        let state = State::on(Arc::new(FakeDisk::default())).unwrap().new_account("a");
        let mut node = node(Content::File(Box::default()));
        let priority = RehydratePriority::High;
        let rehydration = Rehydration { to: "Cool".into(), priority, since: 3 };
        node.blob_mut().rehydration = Some(rehydration.clone());
        let back = node_of(&record_of(&node).unwrap(), &[], &state).unwrap();
        assert_eq!(back.blob.unwrap().rehydration, Some(rehydration));
    }

    #[test]
    fn what_an_open_writer_had_stored_with_an_earlier_release_is_visible() {
        let state = State::on(Arc::new(FakeDisk::default())).unwrap().new_account("a");
        let mut record = NodeRecord::of(&node(Content::File(Box::default())));
        let file = record.file.as_mut().unwrap();
        (file.length, file.published, file.written) = (7, 4, 9);
        let back = node_of(&encode(&record).unwrap(), &[], &state).unwrap();
        assert_eq!((back.file().unwrap().committed.len(), back.modified), (7, 9));
    }
}
