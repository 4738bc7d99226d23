//! What only Hadoop's own client asks for: it takes the service for a cluster of its own.
//!
//! The service is not known to answer any of this; the emulator does for callers with pseudo
//! authentication, so that Hadoop's shell and Spark work against it. Shapes are those of HDFS.

use adls_wire::webhdfs::query;
use adls_wire::{RemotePath, Rwx};
use http::Method;
use serde_json::{Value, json};

use super::Request;
use super::checksum;
use super::directories;
use super::encode::Answer;
use super::failure::Failure;
use crate::namespace::Page;
use crate::store::Slices;

/// How many items a page of a batched listing has; HDFS' own default.
const BATCH: usize = 1000;
const START_AFTER: &str = "startAfter";
const REPLICATION: &str = "replication";
/// How HDFS says that there is no quota.
const NO_QUOTA: i64 = -1;

/// An operation of HDFS that is none of the service's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HadoopOp {
    /// Where the blocks of a file are, in either shape.
    BlockLocations { modern: bool },
    /// A digest by which two files are told apart.
    FileChecksum,
    /// Where relative paths start.
    HomeDirectory,
    /// A directory in pages.
    ListStatusBatch,
    /// What counts against quotas.
    QuotaUsage,
    /// What a client does that is not told otherwise.
    ServerDefaults,
    /// In how many places a file is kept.
    SetReplication,
    /// How much room there is.
    Status,
    /// Where a client puts what it deletes, if it does not delete at once.
    TrashRoot,
    /// Where deleted things wait for their end.
    TrashRoots,
}

impl HadoopOp {
    /// The operation of that name, if it is sent with that method.
    pub(super) fn find(method: &Method, name: &str) -> Option<Self> {
        Some(match (method.as_str(), name.to_ascii_uppercase().as_str()) {
            ("GET", "GET_BLOCK_LOCATIONS") => Self::BlockLocations { modern: false },
            ("GET", "GETFILEBLOCKLOCATIONS") => Self::BlockLocations { modern: true },
            ("GET", "GETFILECHECKSUM") => Self::FileChecksum,
            ("GET", "GETHOMEDIRECTORY") => Self::HomeDirectory,
            ("GET", "GETQUOTAUSAGE") => Self::QuotaUsage,
            ("GET", "GETSERVERDEFAULTS") => Self::ServerDefaults,
            ("GET", "GETSTATUS") => Self::Status,
            ("GET", "GETTRASHROOT") => Self::TrashRoot,
            ("GET", "GETTRASHROOTS") => Self::TrashRoots,
            ("GET", "LISTSTATUS_BATCH") => Self::ListStatusBatch,
            ("PUT", "SETREPLICATION") => Self::SetReplication,
            _ => return None,
        })
    }
}

pub(super) async fn answer(request: &Request<'_>, op: HadoopOp) -> Result<Answer, Failure> {
    match op {
        HadoopOp::BlockLocations { modern } => block_locations(request, modern),
        HadoopOp::FileChecksum => file_checksum(request).await,
        HadoopOp::HomeDirectory => Ok(Answer::json(&json!({ "Path": home_directory(request) }))),
        HadoopOp::ListStatusBatch => list_status_batch(request),
        HadoopOp::QuotaUsage => quota_usage(request),
        HadoopOp::ServerDefaults => Ok(server_defaults()),
        HadoopOp::SetReplication => set_replication(request),
        HadoopOp::Status => status(request),
        HadoopOp::TrashRoot => {
            let path = format!("{}/.Trash", home_directory(request));
            Ok(Answer::json(&json!({ "Path": path })))
        }
        // What is deleted is gone.
        HadoopOp::TrashRoots => Ok(Answer::json(&json!({ "Paths": [] }))),
    }
}

/// The whole file lies on this machine, in blocks of the fixed size.
fn block_locations(request: &Request<'_>, modern: bool) -> Result<Answer, Failure> {
    let view = request.account.view(request.who());
    let status = view.status(&request.target.path).map_err(request.refusal())?;
    drop(view);
    let number = |name| request.query.parsed::<u64>(name, "a number of bytes, 0 or more");
    let from = number(query::OFFSET)?.unwrap_or(0);
    let to = from.saturating_add(number(query::LENGTH)?.unwrap_or(u64::MAX)).min(status.length);
    let wanted = Blocks::between(from, to, status.length);
    if modern {
        let locations: Vec<Value> = wanted.iter().map(block_location).collect();
        return Ok(Answer::json(&json!({ "BlockLocations": { "BlockLocation": locations } })));
    }
    let last = status.length.checked_sub(1).and_then(|end| {
        Blocks::between(end, status.length, status.length).iter().last().map(located_block)
    });
    let wanted: Vec<Value> = wanted.iter().map(located_block).collect();
    Ok(Answer::json(&json!({
        "LocatedBlocks": {
            "fileLength": status.length,
            "isUnderConstruction": false,
            "isLastBlockComplete": true,
            "lastLocatedBlock": last,
            "locatedBlocks": wanted,
        }
    })))
}

/// The most blocks that one answer tells of: those of 2 TiB.
const MAX_BLOCKS: u64 = 8192;

/// The blocks that hold a part of a file.
#[derive(Clone, Copy, Debug)]
struct Blocks {
    /// The size of each but the last one; a multiple of the fixed size, so that there are not too many
    /// of them in a sparse file without end.
    size: u64,
    /// The number of the first one, and of the one behind the last.
    first: u64,
    end: u64,
    length: u64,
}

impl Blocks {
    /// Those between two offsets of a file of this length.
    fn between(from: u64, to: u64, length: u64) -> Self {
        let part = to.saturating_sub(from);
        // An unaligned part touches one block more.
        let fixed = part.div_ceil(directories::BLOCK_SIZE).saturating_add(1);
        let size = directories::BLOCK_SIZE.saturating_mul(fixed.div_ceil(MAX_BLOCKS).max(1));
        let end = if part == 0 { from / size } else { to.div_ceil(size) };
        Self { size, first: from / size, end, length }
    }

    /// Where each starts, and how long it is.
    fn iter(self) -> impl Iterator<Item = (u64, u64)> {
        (self.first..self.end).map(move |number| {
            let start = number * self.size;
            (start, self.size.min(self.length - start))
        })
    }
}

fn block_location((start, length): (u64, u64)) -> Value {
    json!({
        "offset": start,
        "length": length,
        "corrupt": false,
        "hosts": ["localhost"],
        "names": ["127.0.0.1:0"],
        "cachedHosts": [],
        "storageTypes": ["DISK"],
        "topologyPaths": ["/default-rack/127.0.0.1:0"],
    })
}

fn located_block((start, length): (u64, u64)) -> Value {
    json!({
        "block": {
            "blockId": start / directories::BLOCK_SIZE,
            "blockPoolId": "emulator",
            "generationStamp": 0,
            "numBytes": length,
        },
        "startOffset": start,
        "isCorrupt": false,
        "cachedLocations": [],
        "storageTypes": ["DISK"],
        "locations": [{
            "ipAddr": "127.0.0.1",
            "hostName": "localhost",
            "storageID": "emulator",
            "xferPort": 0,
            "infoPort": 0,
            "infoSecurePort": 0,
            "ipcPort": 0,
            "networkLocation": "/default-rack",
            "adminState": "NORMAL",
        }],
    })
}

/// Like the bytes of a file, its checksum takes two steps: some clients insist on the redirect.
async fn file_checksum(request: &Request<'_>) -> Result<Answer, Failure> {
    let checksum =
        checksum::of(whole(request)?).await.map_err(|error| Failure::unreadable(&error))?;
    Ok(Answer::json(&json!({
        "FileChecksum": {
            "algorithm": checksum.algorithm(),
            "bytes": checksum.hex(),
            "length": checksum::LENGTH,
        }
    })))
}

fn whole(request: &Request<'_>) -> Result<Slices, Failure> {
    let view = request.account.view(request.who());
    view.open(&request.target.path, 0, None).map_err(request.refusal())
}

fn home_directory(request: &Request<'_>) -> String {
    let name = request.caller.username.as_deref().unwrap_or_default();
    format!("/user/{}", name.split('@').next().unwrap_or_default())
}

fn quota_usage(request: &Request<'_>) -> Result<Answer, Failure> {
    let view = request.account.view(request.who());
    let summary = view.summary(&request.target.path).map_err(request.refusal())?;
    drop(view);
    Ok(Answer::json(&json!({
        "QuotaUsage": {
            "fileAndDirectoryCount": summary.files + summary.directories,
            "quota": NO_QUOTA,
            "spaceConsumed": summary.bytes,
            "spaceQuota": NO_QUOTA,
            "typeQuota": {},
        }
    })))
}

/// An account has no end, so that its capacity is the largest number that clients can read.
fn status(request: &Request<'_>) -> Result<Answer, Failure> {
    let view = request.account.view(request.who());
    let used = view.summary(&RemotePath::root()).map_err(request.refusal())?.bytes;
    drop(view);
    let capacity = i64::MAX as u64;
    let remaining = capacity.saturating_sub(used);
    let status = json!({ "used": used, "remaining": remaining, "capacity": capacity });
    Ok(Answer::json(&json!({ "FsStatus": status })))
}

/// With a trash interval of 0, clients delete at once.
fn server_defaults() -> Answer {
    Answer::json(&json!({
        "FsServerDefaults": {
            "blockSize": directories::BLOCK_SIZE,
            "bytesPerChecksum": checksum::CHUNK,
            "writePacketSize": 64 * 1024,
            "replication": 1,
            "fileBufferSize": 4096,
            "encryptDataTransfer": false,
            "trashInterval": 0,
            "checksumType": checksum::KIND,
            "keyProviderUri": "",
            "defaultStoragePolicyId": 0,
        }
    }))
}

/// Taken note of and nothing else: the service keeps the number of copies to itself. As in HDFS, a
/// directory has none.
fn set_replication(request: &Request<'_>) -> Result<Answer, Failure> {
    let copies = request.query.parsed::<u16>(REPLICATION, "a number of copies, 1 or more")?;
    if copies.unwrap_or(1) == 0 {
        return Err(Failure::bad_parameter(REPLICATION, "0", "a number of copies, 1 or more"));
    }
    let view = request.account.view(request.who());
    view.check_access(&request.target.path, Rwx::WRITE).map_err(request.refusal())?;
    let status = view.status(&request.target.path).map_err(request.refusal())?;
    Ok(Answer::json(&json!({ "boolean": !status.is_directory })))
}

fn list_status_batch(request: &Request<'_>) -> Result<Answer, Failure> {
    let page = Page { after: request.query.text(START_AFTER), before: None, limit: Some(BATCH) };
    let (items, more) = directories::list_page(request, &page)?;
    Ok(Answer::json(&json!({
        "DirectoryListing": {
            "partialListing": { "FileStatuses": { "FileStatus": items } },
            "remainingEntries": u8::from(more),
        }
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(from: u64, to: u64, length: u64) -> Vec<(u64, u64)> {
        Blocks::between(from, to, length).iter().collect()
    }

    #[test]
    fn blocks_that_hold_a_part() {
        const SIZE: u64 = directories::BLOCK_SIZE;
        assert_eq!(blocks(0, 0, 0), []);
        assert_eq!(blocks(0, 5, 5), [(0, 5)]);
        assert_eq!(blocks(5, 5, 5), []);
        assert_eq!(blocks(9, 5, 5), []);
        assert_eq!(blocks(0, SIZE, SIZE), [(0, SIZE)]);
        assert_eq!(blocks(SIZE - 1, SIZE + 1, SIZE + 3), [(0, SIZE), (SIZE, 3)]);
        assert_eq!(blocks(SIZE, SIZE + 3, SIZE + 3), [(SIZE, 3)]);
    }

    #[test]
    fn memory_is_bounded_by_design_however_long_a_sparse_file() {
        for length in [1 << 48, i64::MAX as u64, u64::MAX] {
            let all = blocks(0, length, length);
            assert!(all.len() as u64 <= MAX_BLOCKS, "{length}: {}", all.len());
            assert_eq!(all.iter().map(|(_, length)| length).sum::<u64>(), length);
            let last = blocks(length - 1, length, length);
            assert_eq!(last.len(), 1);
            assert_eq!(last[0].0 + last[0].1, length);
        }
    }
}
