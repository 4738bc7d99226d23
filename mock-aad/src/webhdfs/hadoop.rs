//! What only Hadoop's own client asks for: it takes the service for a cluster of its own.
//!
//! The service is not known to answer any of this; the emulator does for callers with pseudo
//! authentication, so that Hadoop's shell and Spark work against it. Shapes are those of HDFS.

use adls_wire::webhdfs::query;
use serde_json::{Value, json};

use super::Request;
use super::encode::Answer;
use super::failure::Failure;
use super::folders;
use crate::namespace::Page;

/// How many items a page of a batched listing has; HDFS' own default.
const BATCH: usize = 1000;
const START_AFTER: &str = "startAfter";

/// An operation of HDFS that is none of the service's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HadoopOp {
    /// Where the blocks of a file are, in either shape.
    BlockLocations { modern: bool },
    /// Where relative paths start.
    HomeDirectory,
    /// A folder in pages.
    ListStatusBatch,
}

impl HadoopOp {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "GET_BLOCK_LOCATIONS" => Some(Self::BlockLocations { modern: false }),
            "GETFILEBLOCKLOCATIONS" => Some(Self::BlockLocations { modern: true }),
            "GETHOMEDIRECTORY" => Some(Self::HomeDirectory),
            "LISTSTATUS_BATCH" => Some(Self::ListStatusBatch),
            _ => None,
        }
    }
}

pub(super) fn answer(request: &Request<'_>, op: HadoopOp) -> Result<Answer, Failure> {
    match op {
        HadoopOp::BlockLocations { modern } => block_locations(request, modern),
        HadoopOp::HomeDirectory => Ok(home_directory(request)),
        HadoopOp::ListStatusBatch => list_status_batch(request),
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

fn home_directory(request: &Request<'_>) -> Answer {
    let name = request.caller.username.as_deref().unwrap_or_default();
    let name = name.split('@').next().unwrap_or_default();
    Answer::json(&json!({ "Path": format!("/user/{name}") }))
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
