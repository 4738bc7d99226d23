//! Data from and to memory.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use super::{Bare, Publish};
use crate::Result;
use crate::loops::Service as _;

impl Bare {
    /// As many files as parts at once, each made of appends: data cannot come faster.
    pub(super) async fn write(self: &Arc<Self>, directory: &str, length: usize) -> Result<()> {
        let (part, files) = (self.room.bounds.part, self.room.bounds.parts);
        let content = &Bytes::from(vec![7; part]);
        let count = length / files / part;
        stream::iter(0..files)
            .map(|number| async move {
                let (file, session) = (format!("{directory}/{number}"), Uuid::new_v4());
                for index in 0..count {
                    let publish = if index + 1 == count { Publish::Close } else { Publish::Hold };
                    let offset = (index * part) as u64;
                    self.send(&file, session, offset, content.clone(), publish).await?;
                }
                Ok(())
            })
            .buffer_unordered(files)
            .try_collect()
            .await
    }

    /// Each part as one piece, as a reader gives it.
    pub(super) async fn read(self: &Arc<Self>, file: &str, length: u64) -> Result<()> {
        let (part, session) = (self.room.bounds.part as u64, Uuid::new_v4());
        stream::iter((0..length).step_by(self.room.bounds.part))
            .map(|offset| async move {
                self.open(file, session, offset, part.min(length - offset)).await?.bytes().await?;
                Ok(())
            })
            .buffer_unordered(self.room.bounds.parts)
            .try_collect()
            .await
    }
}
