//! Files and directories from and to the disk.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::future::try_join;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use tempfile::NamedTempFile;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::pages::Kind;
use super::tasks::{Tasks, blocking};
use super::walk::{Walk, local_files};
use super::{Bare, Publish};
use crate::Result;

/// A part of a local file in memory.
struct Part {
    content: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Bare {
    /// Twice as many files as requests, since some are being read meanwhile.
    fn file_tasks(&self) -> Tasks {
        Tasks::new(self.bounds.requests * 2)
    }

    /// A file, or all files below a directory.
    pub(super) async fn put(self: &Arc<Self>, local: &Path, remote: &str) -> Result<()> {
        let mut files = local_files(local);
        let mut tasks = self.file_tasks();
        while let Some(file) = files.recv().await {
            let (path, length) = file?;
            let mut target = remote.to_owned();
            for name in path.strip_prefix(local)? {
                target.push('/');
                target.push_str(name.to_str().ok_or("a name is not Unicode")?);
            }
            tasks.start(Arc::clone(self).put_file(path, target, length)).await?;
        }
        tasks.finish().await
    }

    async fn put_file(self: Arc<Self>, local: PathBuf, remote: String, length: u64) -> Result<()> {
        if length > self.bounds.part as u64 {
            return self.put_parts(&local, &remote, length).await;
        }
        let part = self.read_part(move || Ok(File::open(local)?), length).await?.1;
        self.send_part(&remote, Uuid::new_v4(), 0, part, Publish::Close).await
    }

    /// To a temporary name: in one stream, or in segments side by side that the service joins.
    async fn put_parts(self: &Arc<Self>, local: &Path, remote: &str, length: u64) -> Result<()> {
        let (directory, _) = remote.rsplit_once('/').ok_or("a path without a directory")?;
        let temporary = format!("{directory}/.bare-{}.part", Uuid::new_v4().simple());
        let segment = self.bounds.segment(length);
        if segment == length {
            Arc::clone(self).stream(local.to_owned(), temporary.clone(), 0..length).await?;
        } else {
            let (mut names, mut tasks) = (Vec::new(), Tasks::new(usize::MAX));
            for start in (0..length).step_by(usize::try_from(segment)?) {
                let name = format!("{temporary}.segments/{:04}", names.len());
                names.push(name.clone());
                let range = start..(start + segment).min(length);
                tasks.start(Arc::clone(self).stream(local.to_owned(), name, range)).await?;
            }
            tasks.finish().await?;
            self.join(&temporary, &names).await?;
        }
        let query = format!("op=RENAME&destination={remote}");
        self.ask(Method::PUT, &temporary, &query, Bytes::new()).await?;
        Ok(())
    }

    /// Sends a range of a file part by part, and reads the next one meanwhile if there is room.
    async fn stream(
        self: Arc<Self>,
        local: PathBuf,
        file: String,
        range: Range<u64>,
    ) -> Result<()> {
        let (session, length) = (Uuid::new_v4(), range.end - range.start);
        let size = |offset: u64| (self.bounds.part as u64).min(length - offset);
        let at_start = move || {
            let mut file = File::open(local)?;
            file.seek(SeekFrom::Start(range.start))?;
            Ok(file)
        };
        let (mut offset, (mut source, mut part)) = (0, self.read_part(at_start, size(0)).await?);
        loop {
            let end = offset + part.content.len() as u64;
            if end == length {
                return self.send_part(&file, session, offset, part, Publish::Close).await;
            }
            let send = self.send_part(&file, session, offset, part, Publish::Hold);
            let ((), next) = try_join(send, self.read_part(|| Ok(source), size(end))).await?;
            (offset, (source, part)) = (end, next);
        }
    }

    /// Opens or goes on with a file, and reads the next bytes of it.
    async fn read_part(
        &self,
        file: impl FnOnce() -> Result<File> + Send + 'static,
        length: u64,
    ) -> Result<(File, Part)> {
        let room = Arc::clone(&self.parts).acquire_owned().await?;
        blocking(move || {
            let mut file = file()?;
            let mut content = vec![0; usize::try_from(length)?];
            file.read_exact(&mut content)?;
            Ok((file, Part { content: content.into(), _room: room }))
        })
        .await
    }

    async fn send_part(
        &self,
        file: &str,
        session: Uuid,
        offset: u64,
        part: Part,
        publish: Publish,
    ) -> Result<()> {
        let _request = self.requests.acquire().await?;
        self.send(file, session, offset, part.content.clone(), publish).await
    }

    async fn join(&self, target: &str, segments: &[String]) -> Result<()> {
        let url = self.url(target, "op=MSCONCAT&deleteSourceDirectory=true");
        let request = self.client.post(url).bearer_auth(&self.token);
        let body = json!({ "sources": segments }).to_string();
        let answer = request.header(CONTENT_TYPE, "application/json").body(body).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// A file, or a directory with everything in it.
    pub(super) async fn get(self: &Arc<Self>, remote: &str, local: &Path) -> Result<()> {
        let status = self.status(remote).await?;
        if status.kind == Kind::File {
            let (file, target) = (remote.to_owned(), local.to_owned());
            return Arc::clone(self).get_file(file, target, status.length).await;
        }
        make_directory(local.to_owned()).await?;
        let mut walk = Walk::new(self, remote);
        let mut tasks = self.file_tasks();
        while let Some((path, entry)) = walk.entries.recv().await {
            let relative = path.strip_prefix(remote).unwrap_or_default();
            let target = local.join(relative.trim_start_matches('/'));
            match entry.kind {
                Kind::Directory => make_directory(target).await?,
                Kind::File => {
                    tasks.start(Arc::clone(self).get_file(path, target, entry.length)).await?;
                }
            }
        }
        walk.finish().await?;
        tasks.finish().await
    }

    async fn get_file(self: Arc<Self>, file: String, target: PathBuf, length: u64) -> Result<()> {
        if length > self.bounds.part as u64 {
            return self.get_parts(file.into(), target, length).await;
        }
        let frames = self.frames(&file, Uuid::new_v4(), 0, length).await?;
        blocking(move || {
            let mut temporary = temporary(&target)?;
            frames.iter().try_for_each(|frame| temporary.write_all(frame))?;
            finish(temporary, &target)
        })
        .await
    }

    async fn get_parts(
        self: &Arc<Self>,
        file: Arc<str>,
        target: PathBuf,
        length: u64,
    ) -> Result<()> {
        let (part, session) = (self.bounds.part as u64, Uuid::new_v4());
        let place = target.clone();
        let made = Arc::new(blocking(move || temporary(&place)).await?);
        let mut tasks = Tasks::new(self.bounds.parts);
        for offset in (0..length).step_by(self.bounds.part) {
            let (this, file, made) = (Arc::clone(self), Arc::clone(&file), Arc::clone(&made));
            let work = async move {
                let wanted = part.min(length - offset);
                let frames = this.frames(&file, session, offset, wanted).await?;
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
        &self,
        file: &str,
        session: Uuid,
        offset: u64,
        length: u64,
    ) -> Result<Vec<Bytes>> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let _request = self.requests.acquire().await?;
        let answer = self.open(file, session, offset, length).await?;
        Ok(answer.bytes_stream().try_collect().await?)
    }
}

async fn make_directory(path: PathBuf) -> Result<()> {
    blocking(move || Ok(std::fs::create_dir_all(path)?)).await
}

/// A file beside its target, with the rights of any new file.
fn temporary(target: &Path) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bare-").suffix(".part").rand_bytes(12);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    Ok(builder.tempfile_in(target.parent().ok_or("a path without a directory")?)?)
}

/// Gives it its name, unless there is something by that name.
fn finish(temporary: NamedTempFile, target: &Path) -> Result<()> {
    temporary.into_temp_path().persist_noclobber(target)?;
    Ok(())
}
