//! Appends that are certain: each is checked against its offset, and a lost answer is resolved.
//!
//! The service takes an append only at the end of the file, also an empty one. So after a lost
//! answer an empty append behind the bytes tells whether they arrived: it succeeds only then. Both
//! official clients do the same.

use adls_http::Idempotency;
use adls_wire::webhdfs::{Op, query};
use bytes::Bytes;

use super::data::{refuse_conditions, sync_flag};
use super::{Call, Gen1};
use crate::backend::{SyncMode, WriteHandle};
use crate::error::{if_there, may_have_arrived};
use crate::properties::OCTETS;
use crate::{Conditions, ErrorKind, Result, StatOptions, WriteResult};

impl Gen1 {
    pub(super) async fn append(
        &self,
        handle: &WriteHandle,
        offset: u64,
        body: Bytes,
        sync: SyncMode,
    ) -> Result<WriteResult> {
        let length = body.len() as u64;
        let written = WriteResult { length: offset + length, etag: None };
        // An empty append changes nothing but what is published: twice is as good as once.
        let idempotency =
            if length == 0 { Idempotency::Idempotent } else { Idempotency::AtOffset(offset) };
        let call = append_call(handle, offset, sync, idempotency).body(OCTETS, body);
        let mut losses = 0;
        loop {
            let Err(error) = self.send(&handle.path, call.clone()).await else {
                return Ok(written);
            };
            let echo = losses > 0 && error.kind() == ErrorKind::BadOffset;
            if length == 0 || !(may_have_arrived(&error) || echo) {
                return Err(error);
            }
            if self.published_at(handle, offset + length, sync).await? {
                return Ok(written);
            }
            losses += 1;
            if echo || !self.may_send_again(losses).await {
                return Err(error);
            }
        }
    }

    /// Takes the lease with an empty append at the published length: the length is known to be the
    /// end before anything is written, in one defined order.
    pub(super) async fn open_to_append(
        &self,
        handle: &WriteHandle,
        conditions: &Conditions,
    ) -> Result<u64> {
        refuse_conditions(&handle.path, conditions)?;
        let status = self.stat(&handle.path, StatOptions::default()).await?;
        if status.is_dir() {
            return Err(crate::Error::at(ErrorKind::IsDirectory, &handle.path));
        }
        self.append(handle, status.length, Bytes::new(), SyncMode::Unflushed).await?;
        Ok(status.length)
    }

    pub(super) async fn resume(
        &self,
        handle: &WriteHandle,
        candidates: [u64; 2],
    ) -> Result<Option<u64>> {
        for length in candidates {
            match if_there(self.ends_at(handle, length).await)? {
                Some(true) => return Ok(Some(length)),
                Some(false) => {}
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Whether the file ends at `offset` for this writer.
    pub(super) async fn ends_at(&self, handle: &WriteHandle, offset: u64) -> Result<bool> {
        self.published_at(handle, offset, SyncMode::Unflushed).await
    }

    /// Whether the file ends at `offset`; if so it is published as far as `sync` says.
    async fn published_at(
        &self,
        handle: &WriteHandle,
        offset: u64,
        sync: SyncMode,
    ) -> Result<bool> {
        let call = append_call(handle, offset, sync, Idempotency::Idempotent);
        match self.send(&handle.path, call).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BadOffset => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn append_call(
    handle: &WriteHandle,
    offset: u64,
    sync: SyncMode,
    idempotency: Idempotency,
) -> Call<'_> {
    Call::new(Op::Append, &handle.path, idempotency)
        .query(query::APPEND, &true)
        .query(query::SYNC_FLAG, &sync_flag(sync).name())
        .query(query::LEASE_ID, &handle.id)
        .query(query::FILE_SESSION_ID, &handle.id)
        .query(query::OFFSET, &offset)
}
