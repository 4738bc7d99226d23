//! The records of accounts, nodes and extents, in one transactional file.

use std::collections::HashMap;
use std::io;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use redb::{
    Builder, Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, StorageBackend,
    TableDefinition, WriteTransaction,
};

use super::batch::{AccountId, Batch, Change};
use super::disk::{Disk, DiskFile, is_full};
use super::segments::Segments;

/// Names the version of everything in the directory, under [`FORMAT_KEY`].
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
const FORMAT_KEY: &str = "format";
/// What this version writes and reads. It rises with every change of a record or of the layout.
const FORMAT: u64 = 2;
/// The number and the record of an account, by name.
const ACCOUNTS: TableDefinition<'_, &str, (u64, &[u8])> = TableDefinition::new("accounts_2");
/// Files and directories, by account and number.
const NODES: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("nodes_2");
/// Where the bytes of files are, by account, node and position.
const EXTENTS: TableDefinition<'_, (u64, u64, u32), &[u8]> = TableDefinition::new("extents_2");
/// Deleted items, by account and number of their topmost node.
const TRASH: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("trash_2");

pub(super) const NAME: &str = "metadata.redb";
const NEW: &str = "metadata.new";
/// Records come from memory that holds everything anyway, so that little is gained by a cache.
const CACHE: usize = 4 * 1024 * 1024;

/// The file of records.
#[derive(Debug)]
pub(super) struct Metadata {
    disk: Arc<dyn Disk>,
    segments: Arc<Segments>,
    /// `None` after a failure from which there was no way back.
    database: RwLock<Option<Database>>,
    /// How many nodes have been removed since the file was made smaller.
    removed: AtomicU64,
}

/// Everything stored of an account.
#[derive(Debug, Default)]
pub(crate) struct StoredAccount {
    pub(crate) record: Vec<u8>,
    pub(crate) nodes: Vec<(u64, Vec<u8>)>,
    /// The extents of each file, ascending by position.
    pub(crate) extents: HashMap<u64, Vec<Vec<u8>>>,
    pub(crate) trash: Vec<(u64, Vec<u8>)>,
}

/// The database's file, which falls back on the reserve when the disk is full.
#[derive(Debug)]
struct Backend {
    file: Arc<dyn DiskFile>,
    segments: Arc<Segments>,
}

impl Backend {
    fn with_reserve(&self, work: impl Fn() -> io::Result<()>) -> io::Result<()> {
        match work() {
            Err(error) if is_full(&error) && self.segments.space.release() => work(),
            done => done,
        }
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(out, offset)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with_reserve(|| self.file.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.with_reserve(|| self.file.write_all_at(data, offset))
    }
}

/// An error of the database, with the kind of the input or output error behind it.
pub(super) fn io_error(error: impl Into<redb::Error>) -> io::Error {
    match error.into() {
        redb::Error::Io(error) => error,
        error => io::Error::other(error),
    }
}

fn all(account: u64) -> RangeInclusive<(u64, u64)> {
    (account, 0)..=(account, u64::MAX)
}

fn all_extents(account: u64, nodes: RangeInclusive<u64>) -> RangeInclusive<(u64, u64, u32)> {
    (account, *nodes.start(), 0)..=(account, *nodes.end(), u32::MAX)
}

impl Metadata {
    /// Opens the file, which is made if the directory is new.
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        segments: Arc<Segments>,
        files: &[(String, u64)],
    ) -> io::Result<Self> {
        let len = files.iter().find(|(name, _)| name == NAME).map(|(_, len)| *len);
        let metadata =
            Self { disk, segments, database: RwLock::new(None), removed: AtomicU64::new(0) };
        if len.unwrap_or(0) == 0 {
            if files.iter().any(|(name, _)| super::segments::number(name).is_some()) {
                let how = if len.is_some() { "is empty" } else { "is missing" };
                return Err(io::Error::other(format!(
                    "{NAME} {how}, although there are bytes of files in extents/; nothing was \
                     changed, bring {NAME} back from a copy or empty the directory"
                )));
            }
            metadata.make(files, len.is_some())?;
        }
        metadata.reopen()?;
        Ok(metadata)
    }

    /// Makes the file beside its place, so that one that is there is whole.
    fn make(&self, files: &[(String, u64)], replace: bool) -> io::Result<()> {
        if files.iter().any(|(name, _)| name == NEW) {
            self.disk.remove(NEW)?;
        }
        let file = self.disk.create(NEW)?;
        let backend = Backend { file: file.clone(), segments: self.segments.clone() };
        let made = Builder::new().create_with_backend(backend).map_err(io_error)?;
        let transaction = made.begin_write().map_err(io_error)?;
        open_tables(&transaction).map_err(io_error)?;
        transaction.commit().map_err(io_error)?;
        drop(made);
        file.sync_data()?;
        if replace {
            self.disk.remove(NAME)?;
        }
        self.disk.rename(NEW, NAME)?;
        self.disk.sync_directory(NAME)
    }

    /// Opens the database, also after a failure, which it remembers until then.
    pub(super) fn reopen(&self) -> io::Result<()> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        *database = None;
        let file = self.disk.open(NAME)?;
        let backend = Backend { file, segments: self.segments.clone() };
        let opened = Builder::new().set_cache_size(CACHE).create_with_backend(backend);
        let opened = opened.map_err(io_error)?;
        check_format(&opened).map_err(io_error)??;
        *database = Some(opened);
        Ok(())
    }

    /// Gives the database up.
    pub(super) fn close(&self) {
        *self.database.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn with<R>(&self, work: impl FnOnce(&Database) -> Result<R, redb::Error>) -> io::Result<R> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or_else(|| io::Error::other("it is not open"))?;
        work(database).map_err(io_error)
    }

    /// The names and numbers of all accounts.
    pub(super) fn accounts(&self) -> io::Result<Vec<(String, AccountId)>> {
        self.with(|database| {
            let table = database.begin_read()?.open_table(ACCOUNTS)?;
            let mut found = Vec::new();
            for entry in table.iter()? {
                let (name, value) = entry?;
                found.push((name.value().to_owned(), value.value().0));
            }
            Ok(found)
        })
    }

    /// What is stored of an account, unless there is nothing.
    pub(super) fn load(&self, name: &str, id: AccountId) -> io::Result<Option<StoredAccount>> {
        if self.database.read().unwrap_or_else(PoisonError::into_inner).is_none() {
            self.reopen()?;
        }
        self.with(|database| {
            let transaction = database.begin_read()?;
            let mut found = StoredAccount::default();
            match transaction.open_table(ACCOUNTS)?.get(name)? {
                Some(value) if value.value().0 == id => found.record = value.value().1.to_owned(),
                _ => return Ok(None),
            }
            for entry in transaction.open_table(NODES)?.range(all(id))? {
                let (key, record) = entry?;
                found.nodes.push((key.value().1, record.value().to_owned()));
            }
            for entry in transaction.open_table(TRASH)?.range(all(id))? {
                let (key, record) = entry?;
                found.trash.push((key.value().1, record.value().to_owned()));
            }
            for entry in transaction.open_table(EXTENTS)?.range(all_extents(id, 0..=u64::MAX))? {
                let (key, record) = entry?;
                found.extents.entry(key.value().1).or_default().push(record.value().to_owned());
            }
            Ok(Some(found))
        })
    }

    /// Makes the file smaller, when so much was removed that it is worth the time.
    pub(super) fn compact(&self) -> io::Result<()> {
        let left = self.with(|database| {
            let nodes = database.begin_read()?.open_table(NODES)?;
            Ok(nodes.len()?)
        })?;
        let removed = self.removed.load(Ordering::Relaxed);
        if removed == 0 || removed < left / 8 {
            return Ok(());
        }
        self.removed.store(0, Ordering::Relaxed);
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        let compacted = database.as_mut().map_or(Ok(true), Database::compact);
        drop(database);
        // It remembers a failure until it is opened again.
        compacted.map(drop).or_else(|error| self.reopen().map_err(|_| io_error(error)))
    }

    /// Stores changes in their order, all of them or none; they survive a crash from then on. `names`
    /// are the accounts that there are, and will be those that there are then.
    pub(super) fn commit<'a>(
        &self,
        changes: impl Iterator<Item = &'a Change>,
        names: &mut HashMap<AccountId, String>,
    ) -> io::Result<()> {
        self.with(|database| {
            let transaction = database.begin_write()?;
            let (mut changed, mut removed) = (false, 0);
            for change in changes {
                let nodes = change.batches().flat_map(|batch| &batch.nodes);
                removed += nodes.filter(|node| node.record.is_none()).count() as u64;
                changed |= apply(&transaction, change, names)?;
            }
            match changed {
                true => {
                    transaction.commit()?;
                    self.removed.fetch_add(removed, Ordering::Relaxed);
                    Ok(())
                }
                false => Ok(transaction.abort()?),
            }
        })
    }
}

fn open_tables(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    transaction.open_table(META)?.insert(FORMAT_KEY, FORMAT)?;
    transaction.open_table(ACCOUNTS)?;
    transaction.open_table(NODES)?;
    transaction.open_table(EXTENTS)?;
    transaction.open_table(TRASH)?;
    Ok(())
}

/// Whether this version can read what is there.
fn check_format(database: &Database) -> Result<io::Result<()>, redb::Error> {
    let transaction = database.begin_read()?;
    let found = match transaction.open_table(META) {
        Ok(table) => table.get(FORMAT_KEY)?.map_or(0, |format| format.value()),
        // Directories had no version at first.
        Err(redb::TableError::TableDoesNotExist(_)) => 1,
        Err(error) => return Err(error.into()),
    };
    let whose = match found {
        FORMAT => return Ok(Ok(())),
        1.. if found < FORMAT => "an older version of the emulator",
        _ => "a newer version of the emulator",
    };
    Ok(Err(io::Error::other(format!(
        "it was written by {whose} (format {found}, this one has format {FORMAT}) and is not \
         converted; nothing was changed"
    ))))
}

/// Enters a change into a transaction; whether there was anything to enter.
fn apply(
    transaction: &WriteTransaction,
    change: &Change,
    names: &mut HashMap<AccountId, String>,
) -> Result<bool, redb::Error> {
    match change {
        Change::Nothing => Ok(false),
        // The account was deleted or replaced while the request was at work.
        Change::Batch(batch) if !names.contains_key(&batch.account) => Ok(false),
        Change::Batch(batch) => put(transaction, batch, &names[&batch.account]).map(|()| true),
        Change::Accounts { remove, put: made, .. } => {
            for id in remove {
                let Some(name) = names.remove(id) else { continue };
                transaction.open_table(ACCOUNTS)?.remove(name.as_str())?;
                transaction.open_table(NODES)?.retain_in(all(*id), |_, _| false)?;
                transaction.open_table(TRASH)?.retain_in(all(*id), |_, _| false)?;
                let extents = all_extents(*id, 0..=u64::MAX);
                transaction.open_table(EXTENTS)?.retain_in(extents, |_, _| false)?;
            }
            for (name, batch) in made {
                put(transaction, batch, name)?;
                names.insert(batch.account, name.clone());
            }
            Ok(true)
        }
    }
}

fn put(transaction: &WriteTransaction, batch: &Batch, name: &str) -> Result<(), redb::Error> {
    let id = batch.account;
    if let Some(record) = &batch.record {
        transaction.open_table(ACCOUNTS)?.insert(name, (id, record.as_slice()))?;
    }
    let mut nodes = transaction.open_table(NODES)?;
    let mut extents = transaction.open_table(EXTENTS)?;
    for node in &batch.nodes {
        let key = (id, node.id);
        match &node.record {
            Some(record) => {
                nodes.insert(key, record.as_slice())?;
            }
            None => {
                nodes.remove(key)?;
                extents.retain_in(all_extents(id, node.id..=node.id), |_, _| false)?;
            }
        }
        for (position, record) in &node.extents.changed {
            extents.insert((id, node.id, *position), record.as_slice())?;
        }
        for position in node.extents.surplus.clone() {
            extents.remove((id, node.id, position))?;
        }
    }
    let mut trash = transaction.open_table(TRASH)?;
    for (item, record) in &batch.trash {
        match record {
            Some(record) => trash.insert((id, *item), record.as_slice())?,
            None => trash.remove((id, *item))?,
        };
    }
    Ok(())
}
