//! Bytes: open, create, concurrent append. Plain appends are in `append.rs`.

use adls_http::Idempotency;
use adls_wire::RemotePath;
use adls_wire::webhdfs::{Op, SyncFlag, query};
use bytes::Bytes;
use futures_util::StreamExt;

use super::{Call, Gen1, error};
use crate::backend::{Opened, ReadRequest, SyncMode, WriteHandle, holds_exactly};
use crate::creation::check_conditions;
use crate::error::{Mark, check_plain, may_have_arrived};
use crate::options::{ConcurrentAppendOptions, WriteOptions};
use crate::properties::OCTETS;
use crate::{Capabilities, Conditions, ETag, ErrorKind, Result, WriteResult};

impl Gen1 {
    pub(super) async fn open(&self, path: &RemotePath, request: ReadRequest) -> Result<Opened> {
        let ReadRequest { range, session, conditions } = request;
        refuse_conditions(path, &conditions)?;
        let length = (range.end != u64::MAX).then(|| range.end - range.start);
        let call = Call::new(Op::Open, path, Idempotency::Safe)
            .query(query::READ, &true)
            .query(query::OFFSET, &range.start)
            .query_some(query::LENGTH, length)
            .query(query::FILE_SESSION_ID, &session);
        let response = self.pipeline.send_streaming(call.request(&self.endpoint)).await;
        let response = response.map_err(|error| error::from_http(path, error))?;
        check_plain(path, response.headers())?;
        let path = path.clone();
        let frames = response.into_stream();
        let frames = frames.map(move |frame| frame.map_err(|error| error::from_http(&path, error)));
        // The answer has no word about the file.
        Ok(Opened { status: None, attributes: None, stream: frames.boxed() })
    }

    pub(super) async fn create(
        &self,
        handle: &WriteHandle,
        body: Bytes,
        options: &WriteOptions,
        sync: SyncMode,
    ) -> Result<WriteResult> {
        let path = &handle.path;
        // That nothing is there yet is the one condition that the service knows.
        let only_new = options.conditions.if_none_match.as_ref() == Some(&ETag::any());
        let others = options.conditions.clone();
        refuse_conditions(path, &if only_new { others.if_none_match(None) } else { others })?;
        let overwrite = options.overwrite && !only_new;
        let idempotency = if overwrite { Idempotency::Idempotent } else { Idempotency::Unsafe };
        let call = Call::new(Op::Create, path, idempotency)
            .query(query::WRITE, &true)
            .query(query::OVERWRITE, &overwrite)
            .query_some(query::PERMISSION, options.permission)
            .query_if(options.require_parent, query::CREATE_PARENT, &false)
            .query(query::SYNC_FLAG, &sync_flag(sync).name())
            .query(query::LEASE_ID, &handle.id)
            .query(query::FILE_SESSION_ID, &handle.id)
            .body(OCTETS, body.clone());
        let written = WriteResult { length: body.len() as u64, etag: None };
        let begun = self.pipeline.clock().now();
        let mut losses = 0;
        loop {
            match self.send(path, call.clone()).await {
                Ok(_) => return Ok(written),
                Err(error) if may_have_arrived(&error) && !overwrite => {
                    losses += 1;
                    if !self.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                // After a lost answer, "exists" may be the echo of the try that made the file.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && losses > 0 => {
                    let ours = match sync {
                        SyncMode::Closed => {
                            holds_exactly(self, path, &body, begun).await?.is_some()
                        }
                        _ => self.is_held_by_us(handle, written.length).await?,
                    };
                    return match ours {
                        true => Ok(written),
                        false => Err(error.with_mark(Mark::Echo)),
                    };
                }
                // A file would have been replaced.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && overwrite => {
                    return Err(error.with_kind(ErrorKind::IsDirectory));
                }
                Err(error) => return Err(self.name_file_above(path, error).await),
            }
        }
    }

    /// Whether the file at `path`, made by a creation that goes on, is held by our lease: then
    /// somebody else is refused, and we are not. A file that nobody holds is of another maker.
    async fn is_held_by_us(&self, handle: &WriteHandle, length: u64) -> Result<bool> {
        let other = WriteHandle::new(&handle.path);
        match self.ends_at(&other, length).await {
            Ok(true) => {
                self.append(&other, length, Bytes::new(), SyncMode::Closed).await?;
                Ok(false)
            }
            Ok(false) => Ok(false),
            Err(error) if error.kind() == ErrorKind::LeaseConflict => {
                match self.ends_at(handle, length).await {
                    Err(error) if error.kind() == ErrorKind::LeaseConflict => Ok(false),
                    held => held,
                }
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn concurrent_append(
        &self,
        path: &RemotePath,
        body: Bytes,
        options: ConcurrentAppendOptions,
    ) -> Result<()> {
        refuse_conditions(path, &options.conditions)?;
        let call = Call::new(Op::ConcurrentAppend, path, Idempotency::Unsafe)
            .query_if(options.create, query::APPEND_MODE, &"autocreate")
            .body(OCTETS, body);
        self.send(path, call).await.map(drop)
    }
}

/// Refuses conditions before anything is sent: the service knows none.
pub(super) fn refuse_conditions(path: &RemotePath, conditions: &Conditions) -> Result<()> {
    check_conditions(Capabilities::default(), path, conditions)
}

pub(super) fn sync_flag(sync: SyncMode) -> SyncFlag {
    match sync {
        SyncMode::Unflushed => SyncFlag::Data,
        SyncMode::Flushed => SyncFlag::Metadata,
        SyncMode::Closed => SyncFlag::Close,
    }
}
