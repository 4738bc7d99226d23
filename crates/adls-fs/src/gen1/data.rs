//! Bytes: open, create, concurrent append. Plain appends are in `append.rs`.

use std::ops::Range;

use adls_http::Idempotency;
use adls_wire::RemotePath;
use adls_wire::webhdfs::{Op, SyncFlag, query};
use bytes::Bytes;
use futures_util::StreamExt;
use uuid::Uuid;

use super::{Call, Gen1, error, may_have_arrived};
use crate::backend::{ByteStream, Publish, WriteSession};
use crate::options::{ConcurrentAppendOptions, WriteOptions};
use crate::{ErrorKind, Result};

pub(super) const OCTETS: &str = "application/octet-stream";

impl Gen1 {
    pub(super) async fn open(
        &self,
        path: &RemotePath,
        range: Range<u64>,
        session: Uuid,
    ) -> Result<ByteStream> {
        let call = Call::new(Op::Open, path, Idempotency::Safe)
            .query(query::READ, &true)
            .query(query::OFFSET, &range.start)
            .query(query::LENGTH, &(range.end - range.start))
            .query(query::FILE_SESSION_ID, &session);
        let response = self.pipeline.send_streaming(call.request(&self.endpoint)).await;
        let response = response.map_err(|error| error::from_http(path, error))?;
        let path = path.clone();
        let frames = response.into_stream();
        Ok(frames.map(move |frame| frame.map_err(|error| error::from_http(&path, error))).boxed())
    }

    pub(super) async fn create(
        &self,
        path: &RemotePath,
        body: Bytes,
        options: &WriteOptions,
        session: WriteSession,
        publish: Publish,
    ) -> Result<()> {
        let idempotency =
            if options.overwrite { Idempotency::Idempotent } else { Idempotency::Unsafe };
        let call = Call::new(Op::Create, path, idempotency)
            .query(query::WRITE, &true)
            .query(query::OVERWRITE, &options.overwrite)
            .query_some(query::PERMISSION, options.permission)
            .query_if(options.require_parent, query::CREATE_PARENT, &false)
            .query(query::SYNC_FLAG, &sync_flag(publish).name())
            .query(query::LEASE_ID, &session.0)
            .query(query::FILE_SESSION_ID, &session.0)
            .body(OCTETS, body.clone());
        let mut losses = 0;
        loop {
            match self.send(path, call.clone()).await {
                Ok(_) => return Ok(()),
                Err(error) if may_have_arrived(&error) && !options.overwrite => {
                    losses += 1;
                    if !self.may_send_again(losses).await {
                        return Err(error);
                    }
                }
                // After a lost answer, "exists" may be the echo of the try that made the file.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && losses > 0 => {
                    return match self.holds(path, &body, session, publish).await? {
                        true => Ok(()),
                        false => Err(error),
                    };
                }
                // A file would have been replaced.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && options.overwrite => {
                    return Err(error.with_kind(ErrorKind::IsDirectory));
                }
                Err(error) => return Err(self.name_file_above(path, error).await),
            }
        }
    }

    /// Whether the file at `path` is what a creation with a lost answer would have left. A file
    /// given up holds exactly `body`; one still held takes an append at its end from nobody but us.
    async fn holds(
        &self,
        path: &RemotePath,
        body: &Bytes,
        session: WriteSession,
        publish: Publish,
    ) -> Result<bool> {
        let length = body.len() as u64;
        if publish != Publish::Close {
            return self.ends_at(path, length, session).await;
        }
        if self.stat(path, crate::StatOptions::default()).await?.length != length {
            return Ok(false);
        }
        let mut at = 0;
        while at < body.len() {
            let before = at;
            let mut frames = self.open(path, at as u64..length, session.0).await?;
            while let Some(frame) = frames.next().await {
                let frame = frame?;
                if body.get(at..at + frame.len()) != Some(&frame[..]) {
                    return Ok(false);
                }
                at += frame.len();
            }
            if at == before {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) async fn concurrent_append(
        &self,
        path: &RemotePath,
        body: Bytes,
        options: ConcurrentAppendOptions,
    ) -> Result<()> {
        let call = Call::new(Op::ConcurrentAppend, path, Idempotency::Unsafe)
            .query_if(options.create, query::APPEND_MODE, &"autocreate")
            .body(OCTETS, body);
        self.send(path, call).await.map(drop)
    }
}

pub(super) fn sync_flag(publish: Publish) -> SyncFlag {
    match publish {
        Publish::Hold => SyncFlag::Data,
        Publish::Flush => SyncFlag::Metadata,
        Publish::Close => SyncFlag::Close,
    }
}
