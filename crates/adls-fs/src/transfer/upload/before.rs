//! What earlier runs of an upload have done already.

use adls_wire::RemotePath;
use bytes::Bytes;

use crate::error::if_there;
use crate::reader::FileSource;
use crate::transfer::Overwrite;
use crate::transfer::journal::ItemNotes;
use crate::transfer::placement::mark;
use crate::transfer::run::Run;
use crate::{FileStatus, Result};

/// What is known of an upload's target beforehand.
#[derive(Clone, Debug)]
pub(in crate::transfer) enum Existing {
    /// It has to be asked for if it matters.
    Unknown,
    /// Nothing is there.
    Nothing,
    /// This is there.
    Known(Box<FileStatus>),
    /// This directory is there, and goes when the file is complete.
    InTheWay,
}

/// Whether an earlier run has brought the file to its target, and it is still there. What was to be
/// left alone is not sent again if it is as long; what was to be replaced is passed over only if it
/// is known to be the very file of that run.
pub(super) async fn done_before(
    run: &Run,
    notes: &ItemNotes,
    target: &RemotePath,
    existing: &Existing,
    length: u64,
) -> Result<bool> {
    let Some(left) = notes.finished() else { return Ok(false) };
    match run.options.overwrite {
        Overwrite::Refuse => {}
        Overwrite::Replace if left.is_some() => {}
        // Sent once more, or compared by the rule of the transfer: either costs no more.
        _ => return Ok(false),
    }
    let is_same = |status: &FileStatus| match left {
        Some(left) => mark(status).as_deref() == Some(left),
        None => status.is_file() && status.length == length,
    };
    match existing {
        Existing::Nothing | Existing::InTheWay => Ok(false),
        Existing::Known(status) if left.is_none() => Ok(is_same(status)),
        _ => Ok(identified(run, target).await?.as_ref().is_some_and(is_same)),
    }
}

/// Whether an earlier run ended between giving the file its name and noting that; gives how it looks.
pub(super) async fn renamed_before(
    run: &Run,
    notes: &ItemNotes,
    directory: &RemotePath,
    target: &RemotePath,
    length: u64,
) -> Result<Option<Option<String>>> {
    let Some(complete) = notes.was_renaming() else { return Ok(None) };
    let temporary = directory.child(&notes.temporary_name())?;
    if identified(run, &temporary).await?.is_some() {
        return Ok(None);
    }
    let found = identified(run, target).await?;
    let found = found.filter(|status| status.is_file() && status.length == length);
    Ok(found
        .map(|status| mark(&status))
        .filter(|mark| complete.is_none() || mark.as_deref() == complete))
}

async fn identified(run: &Run, path: &RemotePath) -> Result<Option<FileStatus>> {
    let _request = run.queue.request().await;
    if_there(run.client.identified(path).await)
}

/// Whether a file in the account holds exactly these bytes, which fit into one request.
pub(super) async fn holds_the_same(run: &Run, path: &RemotePath, content: &Bytes) -> Result<bool> {
    let status = run.client.stat(path).await?;
    let length = content.len() as u64;
    if !status.is_file() || status.length != length {
        return Ok(false);
    }
    let source = FileSource::new(run.backend(), &status);
    let seen = source.range(0..length).frames_and_end().await?;
    Ok(!seen.goes_on && seen.frames.concat() == content[..])
}
