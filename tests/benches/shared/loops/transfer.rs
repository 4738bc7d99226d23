//! Files and directories from and to the disk.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use uuid::Uuid;

use super::Service;
use super::local::{Source, finish, temporary};
use super::tasks::{Tasks, blocking};
use super::walk::{Walk, local_files};
use crate::Result;

/// Sends a file, or all files below a directory.
pub(crate) async fn put(service: &Arc<impl Service>, local: &Path, remote: &str) -> Result<()> {
    let mut files = local_files(local);
    let mut tasks = service.room().files();
    while let Some(file) = files.recv().await {
        let (path, length) = file?;
        let mut target = remote.to_owned();
        for name in path.strip_prefix(local)? {
            target.push('/');
            target.push_str(name.to_str().ok_or("a name is not Unicode")?);
        }
        tasks.start(put_file(Arc::clone(service), path, target, length)).await?;
    }
    tasks.finish().await
}

async fn put_file(
    service: Arc<impl Service>,
    local: PathBuf,
    remote: String,
    length: u64,
) -> Result<()> {
    let room = service.room();
    if length > room.bounds.part as u64 {
        return service.put_parts(local, &remote, length).await;
    }
    let (_, part) = room.read(move || Source::open(&local, 0), length).await?;
    let _request = room.request().await?;
    service.put_whole(&remote, part.content.clone()).await
}

/// Fetches a file, or a directory with everything in it.
pub(crate) async fn get(service: &Arc<impl Service>, remote: &str, local: &Path) -> Result<()> {
    let status = service.status(remote).await?;
    if !status.is_directory {
        let (file, target) = (remote.to_owned(), local.to_owned());
        return get_file(Arc::clone(service), file, target, status.length).await;
    }
    make_directory(local.to_owned()).await?;
    let mut walk = Walk::new(service, remote);
    let mut tasks = service.room().files();
    while let Some((path, status)) = walk.entries.recv().await {
        let relative = path.strip_prefix(remote).unwrap_or_default();
        let target = local.join(relative.trim_start_matches('/'));
        match status.is_directory {
            true => make_directory(target).await?,
            false => {
                let file = get_file(Arc::clone(service), path, target, status.length);
                tasks.start(file).await?;
            }
        }
    }
    walk.finish().await?;
    tasks.finish().await
}

async fn get_file(
    service: Arc<impl Service>,
    file: String,
    target: PathBuf,
    length: u64,
) -> Result<()> {
    if length > service.room().bounds.part as u64 {
        return get_parts(&service, file.into(), target, length).await;
    }
    let frames = frames(&*service, &file, Uuid::new_v4(), 0, length).await?;
    blocking(move || {
        let mut temporary = temporary(&target)?;
        frames.iter().try_for_each(|frame| temporary.write_all(frame))?;
        finish(temporary, &target)
    })
    .await
}

async fn get_parts(
    service: &Arc<impl Service>,
    file: Arc<str>,
    target: PathBuf,
    length: u64,
) -> Result<()> {
    let bounds = service.room().bounds;
    let (part, session) = (bounds.part as u64, Uuid::new_v4());
    let place = target.clone();
    let made = Arc::new(blocking(move || temporary(&place)).await?);
    let mut tasks = Tasks::new(bounds.parts);
    for offset in (0..length).step_by(bounds.part) {
        let (service, file, made) = (Arc::clone(service), Arc::clone(&file), Arc::clone(&made));
        let work = async move {
            let wanted = part.min(length - offset);
            let frames = frames(&*service, &file, session, offset, wanted).await?;
            blocking(move || {
                let mut place = made.reopen()?;
                place.seek(SeekFrom::Start(offset))?;
                frames.iter().try_for_each(|frame| Ok(place.write_all(frame)?))
            })
            .await
        };
        tasks.start(work).await?;
    }
    tasks.finish().await?;
    let made = Arc::into_inner(made).ok_or("a task still writes")?;
    blocking(move || finish(made, &target)).await
}

/// A range of a file as it comes, without putting its pieces together.
async fn frames(
    service: &impl Service,
    file: &str,
    session: Uuid,
    offset: u64,
    length: u64,
) -> Result<Vec<Bytes>> {
    if length == 0 {
        return Ok(Vec::new());
    }
    let _request = service.room().request().await?;
    let answer = service.open(file, session, offset, length).await?;
    Ok(answer.bytes_stream().try_collect().await?)
}

async fn make_directory(path: PathBuf) -> Result<()> {
    blocking(move || Ok(std::fs::create_dir_all(path)?)).await
}
