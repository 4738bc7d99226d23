//! The records of accounts and nodes, in one transactional file.

use std::ops::RangeInclusive;
use std::path::Path;

use redb::{Builder, Database, ReadableDatabase, TableDefinition};

/// What is known of an account besides its nodes, by name.
const ACCOUNTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("accounts");
/// Files and folders, by account and number.
const NODES: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("nodes");
/// Deleted items, by account and number of their topmost node.
const TRASH: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("trash");

/// Records come from memory that holds everything anyway, so that little is gained by a cache.
const CACHE: usize = 4 * 1024 * 1024;

/// The file of records.
#[derive(Debug)]
pub(super) struct Metadata {
    database: Database,
}

/// Records by number.
pub(crate) type Records = Vec<(u64, Vec<u8>)>;

/// Everything stored of an account.
#[derive(Debug)]
pub(crate) struct StoredAccount {
    pub(crate) name: String,
    pub(crate) account: Vec<u8>,
    pub(crate) nodes: Records,
    pub(crate) trash: Records,
}

/// What changes together: a record for each number, or `None` where it goes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) account: Vec<u8>,
    pub(crate) nodes: Vec<(u64, Option<Vec<u8>>)>,
    pub(crate) trash: Vec<(u64, Option<Vec<u8>>)>,
}

fn all(account: &str) -> RangeInclusive<(&str, u64)> {
    (account, 0)..=(account, u64::MAX)
}

impl Metadata {
    pub(super) fn open(path: &Path) -> Result<Self, redb::Error> {
        let database = Builder::new().set_cache_size(CACHE).create(path)?;
        let transaction = database.begin_write()?;
        transaction.open_table(ACCOUNTS)?;
        transaction.open_table(NODES)?;
        transaction.open_table(TRASH)?;
        transaction.commit()?;
        Ok(Self { database })
    }

    /// All accounts.
    pub(super) fn load(&self) -> Result<Vec<StoredAccount>, redb::Error> {
        let transaction = self.database.begin_read()?;
        let accounts = transaction.open_table(ACCOUNTS)?;
        let nodes = transaction.open_table(NODES)?;
        let trash = transaction.open_table(TRASH)?;
        let mut found = Vec::new();
        for entry in accounts.range::<&str>(..)? {
            let (name, account) = entry?;
            let name = name.value().to_owned();
            found.push(StoredAccount {
                account: account.value().to_owned(),
                nodes: records(&nodes, &name)?,
                trash: records(&trash, &name)?,
                name,
            });
        }
        Ok(found)
    }

    /// Stores a batch, all of it or nothing; it survives a crash from then on. What is not `wanted`
    /// any more when its turn comes is not stored.
    pub(super) fn commit(
        &self,
        account: &str,
        batch: &Batch,
        wanted: impl FnOnce() -> bool,
    ) -> Result<(), redb::Error> {
        let transaction = self.database.begin_write()?;
        if !wanted() {
            return Ok(transaction.abort()?);
        }
        {
            let mut accounts = transaction.open_table(ACCOUNTS)?;
            accounts.insert(account, batch.account.as_slice())?;
            for (definition, changes) in [(NODES, &batch.nodes), (TRASH, &batch.trash)] {
                let mut table = transaction.open_table(definition)?;
                for (number, record) in changes {
                    match record {
                        Some(record) => table.insert((account, *number), record.as_slice())?,
                        None => table.remove((account, *number))?,
                    };
                }
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Removes an account with everything in it.
    pub(super) fn remove(&self, account: &str) -> Result<(), redb::Error> {
        let transaction = self.database.begin_write()?;
        {
            transaction.open_table(ACCOUNTS)?.remove(account)?;
            transaction.open_table(NODES)?.retain_in(all(account), |_, _| false)?;
            transaction.open_table(TRASH)?.retain_in(all(account), |_, _| false)?;
        }
        transaction.commit()?;
        Ok(())
    }
}

fn records(
    table: &redb::ReadOnlyTable<(&'static str, u64), &'static [u8]>,
    account: &str,
) -> Result<Records, redb::Error> {
    let mut found = Vec::new();
    for entry in table.range(all(account))? {
        let (key, record) = entry?;
        found.push((key.value().1, record.value().to_owned()));
    }
    Ok(found)
}
