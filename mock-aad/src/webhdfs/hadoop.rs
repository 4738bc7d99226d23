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
use super::encode::Answer;
use super::failure::Failure;
use super::folders;
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
    /// A folder in pages.
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
    let status = view.status(&request.target.path, false).map_err(request.refusal())?;
    drop(view);
    let number = |name| request.query.parsed::<u64>(name, "a number of bytes, 0 or more");
    let from = number(query::OFFSET)?.unwrap_or(0);
    let to = from.saturating_add(number(query::LENGTH)?.unwrap_or(u64::MAX)).min(status.length);
    let starts = (0..status.length).step_by(folders::BLOCK_SIZE as usize);
    let blocks = starts.map(|start| (start, folders::BLOCK_SIZE.min(status.length - start)));
    let wanted = blocks.clone().filter(|(start, length)| start + length > from && *start < to);
    if modern {
        let locations: Vec<Value> = wanted.map(block_location).collect();
        return Ok(Answer::json(&json!({ "BlockLocations": { "BlockLocation": locations } })));
    }
    let wanted: Vec<Value> = wanted.map(located_block).collect();
    Ok(Answer::json(&json!({
        "LocatedBlocks": {
            "fileLength": status.length,
            "isUnderConstruction": false,
            "isLastBlockComplete": true,
            "lastLocatedBlock": blocks.last().map(located_block),
            "locatedBlocks": wanted,
        }
    })))
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
            "blockId": start / folders::BLOCK_SIZE,
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
            "fileAndDirectoryCount": summary.files + summary.folders,
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
            "blockSize": folders::BLOCK_SIZE,
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
/// folder has none.
fn set_replication(request: &Request<'_>) -> Result<Answer, Failure> {
    let copies = request.query.parsed::<u16>(REPLICATION, "a number of copies, 1 or more")?;
    if copies.unwrap_or(1) == 0 {
        return Err(Failure::bad_parameter(REPLICATION, "0", "a number of copies, 1 or more"));
    }
    let view = request.account.view(request.who());
    view.check_access(&request.target.path, Rwx::WRITE).map_err(request.refusal())?;
    let status = view.status(&request.target.path, false).map_err(request.refusal())?;
    Ok(Answer::json(&json!({ "boolean": !status.is_folder })))
}

fn list_status_batch(request: &Request<'_>) -> Result<Answer, Failure> {
    let page = Page { after: request.query.text(START_AFTER), before: None, limit: Some(BATCH) };
    let (items, more) = folders::list_page(request, &page)?;
    Ok(Answer::json(&json!({
        "DirectoryListing": {
            "partialListing": { "FileStatuses": { "FileStatus": items } },
            "remainingEntries": u8::from(more),
        }
    })))
}
