//! Bytes that are written: parts at positions, and the flush that publishes them.
//!
//! An append changes nothing that readers see, and the same bytes at the same position are as good twice
//! as once. A flush says which version it goes on from, so that a second writer is noticed; after a lost
//! answer the length tells whether it was carried out.

use std::time::SystemTime;

use adls_http::Idempotency;
use adls_wire::RemotePath;
use adls_wire::dfs::{header, query};
use bytes::Bytes;
use http::Method;
use uuid::Uuid;

use super::properties::{fits_headers, with_blob_headers, with_headers};
use super::version::Version;
use super::{Gen2, convert, creation};
use crate::backend::{SeenVersion, SyncMode, WriteHandle, holds_exactly};
use crate::error::{Mark, if_there, may_have_arrived};
use crate::options::{ConcurrentAppendOptions, DeleteOptions, StatOptions, WriteOptions};
use crate::{Conditions, ETag, Error, ErrorKind, FileProperties, Result, WriteResult};

/// What a creation is to be made with.
struct Creation<'a> {
    handle: &'a WriteHandle,
    options: &'a WriteOptions,
    id: Uuid,
    begun: SystemTime,
}

impl Gen2 {
    /// One call of the Blob protocol where it can say everything; readers see all of it or nothing. It knows
    /// no mode bits, so a new file with some is made empty first, and one that is replaced gets them
    /// afterwards.
    pub(super) async fn put_whole(
        &self,
        path: &RemotePath,
        content: Bytes,
        options: &WriteOptions,
    ) -> Result<WriteResult> {
        let handle = WriteHandle::new(path);
        let only_new = is_only_new(options);
        let fits = fits_headers(&options.metadata);
        // An empty one is made by what tells its makers apart: it may be a lock.
        if only_new && (creation::has_rights(options) || !fits || content.is_empty()) {
            return self.create_whole(handle, content, options).await;
        }
        self.check_parent(path, options).await?;
        let call = self
            .call("Put Blob", Method::PUT, path)
            .by_blob()
            .idempotency(once(options))
            .conditions(&creation_conditions(options))?
            .header(header::BLOB_TYPE, "BlockBlob")?
            .body(content.clone());
        let call = with_blob_headers(call, &options.content_headers())?;
        let call = if fits { creation::with_meta(call, &options.metadata)? } else { call };
        let begun = self.account.pipeline.clock().now();
        let mut losses = 0;
        let written = loop {
            match self.account.send(path, call.clone()).await {
                Ok(response) => break convert::written(&response, content.len() as u64),
                Err(error) if may_have_arrived(&error) && once(options) == Idempotency::Unsafe => {
                    losses += 1;
                    if !self.account.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                // After a lost answer, that may be the echo of the try that made the file.
                Err(error) if is_refused_by_what_is_there(&error) && losses > 0 => {
                    match holds_exactly(self, path, &content, begun).await? {
                        Some(written) => break written,
                        None => return Err(error.with_mark(Mark::Echo)),
                    }
                }
                Err(error) => return Err(self.why_not_made(path, error).await),
            }
        };
        let etag = self.complete(path, options, &written, !fits).await?;
        Ok(WriteResult { etag: etag.or(written.etag), ..written })
    }

    /// Makes an empty file and fills it. If that fails, or nobody waits for it any more, the file goes.
    async fn create_whole(
        &self,
        handle: WriteHandle,
        content: Bytes,
        options: &WriteOptions,
    ) -> Result<WriteResult> {
        let (this, options) = (self.clone(), options.clone());
        let path = handle.path.clone();
        let made = self.account.cleanups.uncut(async move {
            let made = this.create(&handle, content, &options, SyncMode::Closed).await;
            let own = handle.seen().etag.filter(|_| made.is_err());
            if let Some(own) = own {
                let conditions = Conditions::default().if_match(own).lease(handle.seen().lease);
                let only_own = DeleteOptions::default().conditions(conditions);
                if let Err(error) = this.delete(&handle.path, only_own).await {
                    tracing::warn!(path = %handle.path, %error, "an empty file may be left behind");
                }
            }
            made
        });
        made.await.unwrap_or_else(|error| {
            Err(Error::at(ErrorKind::Transient, &path)
                .with_message(format!("the task that writes {path} was stopped"))
                .with_source(error))
        })
    }

    pub(super) async fn create(
        &self,
        handle: &WriteHandle,
        first: Bytes,
        options: &WriteOptions,
        sync: SyncMode,
    ) -> Result<WriteResult> {
        self.check_parent(&handle.path, options).await?;
        let begun = self.account.pipeline.clock().now();
        let creation = Creation { handle, options, id: Uuid::new_v4(), begun };
        let made = self.create_empty(&creation).await?;
        let (headers, lease) = (options.content_headers(), options.conditions.lease.clone());
        let ids = self.account.knows(Version::TRANSACTION_IDS);
        let transaction = ids.then_some(creation.id);
        handle.see(SeenVersion { transaction, etag: made.etag.clone(), headers, lease });
        match first.is_empty() {
            true => Ok(made),
            false => self.write_at(handle, 0, first, sync).await,
        }
    }

    async fn create_empty(&self, creation: &Creation<'_>) -> Result<WriteResult> {
        let Creation { handle, options, id, .. } = creation;
        let path = &handle.path;
        let ids = self.account.knows(Version::TRANSACTION_IDS);
        let call = self
            .call("Path - Create", Method::PUT, path)
            .version(if ids { Version::TRANSACTION_IDS } else { Version::BASE })
            .idempotency(once(options))
            .query(query::RESOURCE, &"file")
            .conditions(&creation_conditions(options))?
            .header_some(header::CLIENT_TRANSACTION_ID, ids.then(|| id.to_string()))?;
        let call = creation::of_file(call, path, options)?;
        let mut losses = 0;
        loop {
            match self.account.send(path, call.clone()).await {
                Ok(response) => return Ok(convert::written(&response, 0)),
                Err(error) if may_have_arrived(&error) && once(options) == Idempotency::Unsafe => {
                    losses += 1;
                    if !self.account.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                Err(error) if is_refused_by_what_is_there(&error) && losses > 0 => {
                    return match self.was_created_by(creation).await? {
                        Some(written) => Ok(written),
                        None => Err(error.with_mark(Mark::Echo)),
                    };
                }
                Err(error) => return Err(self.why_not_made(path, error).await),
            }
        }
    }

    /// What a creation with a lost answer has made, if it was that: by its id, or where the service keeps
    /// none, an empty file that was not there before.
    async fn was_created_by(&self, creation: &Creation<'_>) -> Result<Option<WriteResult>> {
        let path = &creation.handle.path;
        let call = self
            .call("Path - Get Status", Method::HEAD, path)
            .version(Version::TRANSACTION_IDS)
            .query(query::ACTION, &"getStatus");
        let Some(found) = if_there(self.account.send(path, call).await)? else { return Ok(None) };
        match found.header(header::CLIENT_TRANSACTION_ID) {
            Some(id) if id.parse() != Ok(creation.id) => Ok(None),
            Some(_) => Ok(Some(convert::written(&found, 0))),
            None => holds_exactly(self, path, &Bytes::new(), creation.begun).await,
        }
    }

    /// Names what is in the way.
    async fn why_not_made(&self, path: &RemotePath, error: Error) -> Error {
        let error = self.name_file_above(path, error).await;
        if !error.is_already_exists() {
            return error;
        }
        match self.stat(path, StatOptions::default()).await {
            Ok(found) if found.is_dir() => error.with_kind(ErrorKind::IsDirectory),
            _ => error,
        }
    }

    /// The service makes missing parents by itself.
    async fn check_parent(&self, path: &RemotePath, options: &WriteOptions) -> Result<()> {
        let Some(parent) = path.parent().filter(|_| options.require_parent) else { return Ok(()) };
        match self.stat(&parent, StatOptions::default()).await?.is_dir() {
            true => Ok(()),
            false => Err(Error::at(ErrorKind::NotDirectory, &parent)),
        }
    }

    /// Takes the file at its end. What an earlier writer sent and never published goes: it would stand
    /// in the way of what comes.
    pub(super) async fn open_to_append(
        &self,
        handle: &WriteHandle,
        conditions: &Conditions,
    ) -> Result<u64> {
        let FileProperties { status, headers, .. } =
            self.properties(&handle.path, conditions).await?;
        if status.is_dir() {
            return Err(Error::at(ErrorKind::IsDirectory, &handle.path));
        }
        // What is appended makes it another content.
        let headers = headers.content_md5(None);
        let lease = conditions.lease.clone();
        handle.see(SeenVersion { transaction: None, etag: status.etag, headers, lease });
        self.flush(handle, status.length, SyncMode::Flushed).await?;
        Ok(status.length)
    }

    pub(super) async fn write_at(
        &self,
        handle: &WriteHandle,
        offset: u64,
        bytes: Bytes,
        sync: SyncMode,
    ) -> Result<WriteResult> {
        let length = offset + bytes.len() as u64;
        let call = self
            .call("Path - Append", Method::PATCH, &handle.path)
            .idempotency(Idempotency::Idempotent)
            .query(query::ACTION, &"append")
            .query(query::POSITION, &offset)
            .header_some(header::LEASE_ID, handle.seen().lease)?
            .body(bytes);
        self.account.send(&handle.path, call).await?;
        match sync {
            SyncMode::Unflushed => Ok(WriteResult { length, etag: None }),
            _ => self.flush(handle, length, sync).await,
        }
    }

    pub(super) async fn flush(
        &self,
        handle: &WriteHandle,
        length: u64,
        sync: SyncMode,
    ) -> Result<WriteResult> {
        let seen = handle.seen();
        let conditions =
            Conditions::default().if_match(seen.etag.clone()).lease(seen.lease.clone());
        let call = self
            .call("Path - Flush", Method::PATCH, &handle.path)
            .query(query::ACTION, &"flush")
            .query(query::POSITION, &length)
            .query_if(sync == SyncMode::Closed, query::CLOSE, &true)
            .conditions(&conditions)?;
        let call = with_headers(call, &seen.headers)?;
        let mut losses = 0;
        loop {
            let error = match self.account.send(&handle.path, call.clone()).await {
                Ok(response) => {
                    let written = convert::written(&response, length);
                    handle.see_etag(written.etag.clone());
                    return Ok(written);
                }
                Err(error) => error,
            };
            let echo = losses > 0 && error.kind() == ErrorKind::ConditionNotMet;
            if !(echo || may_have_arrived(&error)) {
                return Err(name_other_writer(error));
            }
            if let Some(written) = self.was_flushed(&handle.path, &seen, length).await? {
                handle.see_etag(written.etag.clone());
                return Ok(written);
            }
            losses += 1;
            if echo || !self.account.may_send_again(losses).await {
                return Err(name_other_writer(error));
            }
        }
    }

    /// What a flush with a lost answer has made, if it was that: another version of exactly this length, of the
    /// same creation as far as that is known. Whoever else made the file anew has given it another id.
    async fn was_flushed(
        &self,
        path: &RemotePath,
        seen: &SeenVersion,
        length: u64,
    ) -> Result<Option<WriteResult>> {
        let call = self
            .call("Path - Get Status", Method::HEAD, path)
            .version(Version::TRANSACTION_IDS)
            .query(query::ACTION, &"getStatus");
        let answer = self.account.send(path, call).await?;
        let found = convert::status(answer.headers(), path);
        let id = answer.header(header::CLIENT_TRANSACTION_ID).and_then(|id| id.parse().ok());
        let same = seen.transaction.is_none() || seen.transaction == id;
        let ours = same && seen.etag.is_some() && found.etag != seen.etag && found.length == length;
        Ok(ours.then_some(WriteResult { length, etag: found.etag }))
    }

    /// How far a file got that this writer left: what was appended can be published up to there.
    pub(super) async fn resume(
        &self,
        handle: &WriteHandle,
        candidates: [u64; 2],
    ) -> Result<Option<u64>> {
        let found = self.stat(&handle.path, StatOptions::default());
        let Some(found) = if_there(found.await)? else { return Ok(None) };
        handle.see(SeenVersion { etag: found.etag, ..handle.seen() });
        let [one, other] = candidates;
        for length in [one.max(other), one.min(other)] {
            match self.flush(handle, length, SyncMode::Flushed).await {
                Ok(_) => return Ok(Some(length)),
                Err(error) if error.kind() == ErrorKind::BadOffset => {}
                Err(error) if error.is_not_found() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    pub(super) async fn concurrent_append(
        &self,
        path: &RemotePath,
        body: Bytes,
        options: ConcurrentAppendOptions,
    ) -> Result<()> {
        let call = self
            .call("Path - Concurrent Append", Method::PATCH, path)
            .version(Version::CONCURRENT_APPEND)
            .query(query::ACTION, &"concurrentAppend")
            .query_if(options.create, query::APPEND_MODE, &"autoCreate")
            .conditions(&options.conditions)?
            .body(body);
        self.account.send(path, call).await.map(drop)
    }
}

/// A version that is not the writer's own is another writer's.
fn name_other_writer(error: Error) -> Error {
    match error.kind() {
        ErrorKind::ConditionNotMet => error.with_kind(ErrorKind::LeaseConflict),
        _ => error,
    }
}

/// Whether a creation may be sent again blindly: not when what it has made would refuse the next try.
fn once(options: &WriteOptions) -> Idempotency {
    if creation_conditions(options).is_only_lease() {
        Idempotency::Idempotent
    } else {
        Idempotency::Unsafe
    }
}

fn is_refused_by_what_is_there(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::ConditionNotMet)
}

/// Whether nothing may be there yet.
fn is_only_new(options: &WriteOptions) -> bool {
    creation_conditions(options).if_none_match == Some(ETag::any())
}

fn creation_conditions(options: &WriteOptions) -> Conditions {
    let mut conditions = options.conditions.clone();
    if !options.overwrite && conditions.if_match.is_none() {
        conditions.if_none_match = Some(ETag::any());
    }
    conditions
}
