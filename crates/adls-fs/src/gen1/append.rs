//! Appends that are certain: each is checked against its offset, and a lost answer is resolved.
//!
//! The service takes an append only at the end of the file, also an empty one. So after a lost
//! answer an empty append behind the bytes tells whether they arrived: it succeeds only then. Both
//! official clients do the same.

use adls_http::Idempotency;
use adls_wire::RemotePath;
use adls_wire::webhdfs::{Op, query};
use bytes::Bytes;

use super::data::{OCTETS, sync_flag};
use super::{Call, Gen1, may_have_arrived};
use crate::backend::{Publish, WriteSession};
use crate::{ErrorKind, Result, StatOptions};

impl Gen1 {
    pub(super) async fn append(
        &self,
        path: &RemotePath,
        offset: u64,
        body: Bytes,
        session: WriteSession,
        publish: Publish,
    ) -> Result<()> {
        let length = body.len() as u64;
        // An empty append changes nothing but what is published: twice is as good as once.
        let idempotency =
            if length == 0 { Idempotency::Idempotent } else { Idempotency::AtOffset(offset) };
        let call = append_call(path, session, publish, idempotency)
            .query(query::OFFSET, &offset)
            .body(OCTETS, body);
        let mut losses = 0;
        loop {
            let Err(error) = self.send(path, call.clone()).await else { return Ok(()) };
            let echo = losses > 0 && error.kind() == ErrorKind::BadOffset;
            if length == 0 || !(may_have_arrived(&error) || echo) {
                return Err(error);
            }
            if self.published_at(path, offset + length, session, publish).await? {
                return Ok(());
            }
            losses += 1;
            if echo || !self.may_send_again(losses).await {
                return Err(error);
            }
        }
    }

    /// Takes the lease with an empty append at the published length: the length is known to be the
    /// end before anything is written, in one defined order.
    pub(super) async fn begin_append(
        &self,
        path: &RemotePath,
        session: WriteSession,
    ) -> Result<u64> {
        let status = self.stat(path, StatOptions::default()).await?;
        if status.is_dir() {
            return Err(crate::Error::at(ErrorKind::IsDirectory, path));
        }
        self.append(path, status.length, Bytes::new(), session, Publish::Hold).await?;
        Ok(status.length)
    }

    /// Whether the file ends at `offset` for this writer.
    pub(super) async fn ends_at(
        &self,
        path: &RemotePath,
        offset: u64,
        session: WriteSession,
    ) -> Result<bool> {
        self.published_at(path, offset, session, Publish::Hold).await
    }

    /// Whether the file ends at `offset`; if so it is published as far as `publish` says.
    async fn published_at(
        &self,
        path: &RemotePath,
        offset: u64,
        session: WriteSession,
        publish: Publish,
    ) -> Result<bool> {
        let call = append_call(path, session, publish, Idempotency::Idempotent)
            .query(query::OFFSET, &offset);
        match self.send(path, call).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BadOffset => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn append_call(
    path: &RemotePath,
    session: WriteSession,
    publish: Publish,
    idempotency: Idempotency,
) -> Call<'_> {
    Call::new(Op::Append, path, idempotency)
        .query(query::APPEND, &true)
        .query(query::SYNC_FLAG, &sync_flag(publish).name())
        .query(query::LEASE_ID, &session.0)
        .query(query::FILE_SESSION_ID, &session.0)
}
