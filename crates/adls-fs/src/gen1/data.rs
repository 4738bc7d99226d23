//! Bytes: open, create, concurrent append. Plain appends are in `append.rs`.

use std::ops::Range;
use std::time::SystemTime;

use adls_http::Idempotency;
use adls_wire::RemotePath;
use adls_wire::webhdfs::{Op, SyncFlag, query};
use bytes::Bytes;
use futures_util::StreamExt;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use uuid::Uuid;

use super::{Call, Gen1, convert, error, may_have_arrived};
use crate::backend::{ByteStream, Publish, WriteSession};
use crate::error::Mark;
use crate::options::{ConcurrentAppendOptions, WriteOptions};
use crate::{Error, ErrorKind, Result, StatOptions};

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
        check_plain(path, response.headers())?;
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
        let begun = self.pipeline.clock().now();
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
                    let ours = match publish {
                        Publish::Close => self.was_left_by_us(path, &body, begun).await?,
                        _ => self.is_held_by_us(path, body.len() as u64, session).await?,
                    };
                    return match ours {
                        true => Ok(()),
                        false => Err(error.with_mark(Mark::Echo)),
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

    /// Whether the file at `path` is what a creation with a lost answer has left: it holds exactly
    /// `body`, and was not made before we began. Equal bytes alone do not tell, since two who make
    /// the same file at once would both take it for theirs.
    async fn was_left_by_us(
        &self,
        path: &RemotePath,
        body: &Bytes,
        begun: SystemTime,
    ) -> Result<bool> {
        let length = body.len() as u64;
        let found = self.stat(path, StatOptions::default()).await?;
        // The service keeps times to the millisecond.
        let begun = convert::to_millis(begun);
        let older = found.accessed.is_none_or(|created| convert::to_millis(created) < begun);
        if older || !found.is_file() || found.length != length {
            return Ok(false);
        }
        let mut at = 0;
        while at < body.len() {
            let before = at;
            let mut frames = self.open(path, at as u64..length, Uuid::new_v4()).await?;
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

    /// Whether the file at `path`, made by a creation that goes on, is held by our lease: then
    /// somebody else is refused, and we are not. A file that nobody holds is of another maker.
    async fn is_held_by_us(
        &self,
        path: &RemotePath,
        length: u64,
        session: WriteSession,
    ) -> Result<bool> {
        let other = WriteSession::new();
        match self.ends_at(path, length, other).await {
            Ok(true) => {
                self.append(path, length, Bytes::new(), other, Publish::Close).await?;
                Ok(false)
            }
            Ok(false) => Ok(false),
            Err(error) if error.kind() == ErrorKind::LeaseConflict => {
                match self.ends_at(path, length, session).await {
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
        let call = Call::new(Op::ConcurrentAppend, path, Idempotency::Unsafe)
            .query_if(options.create, query::APPEND_MODE, &"autocreate")
            .body(OCTETS, body);
        self.send(path, call).await.map(drop)
    }
}

/// Fails for a body that is not the bytes themselves. Nobody has asked for another coding, and
/// nobody here undoes one.
fn check_plain(path: &RemotePath, headers: &HeaderMap) -> Result<()> {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    let mut other = codings.map(|coding| String::from_utf8_lossy(coding.as_bytes()).into_owned());
    let other = other.find(|coding| !matches!(coding.trim(), "" | "identity"));
    match other {
        None => Ok(()),
        Some(coding) => Err(Error::at(ErrorKind::Protocol, path).with_message(format!(
            "the bytes of {path} came encoded with {coding:?}, which was not asked for; is there a \
             proxy on the way that changes answers?"
        ))),
    }
}

pub(super) fn sync_flag(publish: Publish) -> SyncFlag {
    match publish {
        Publish::Hold => SyncFlag::Data,
        Publish::Flush => SyncFlag::Metadata,
        Publish::Close => SyncFlag::Close,
    }
}
