//! Gen1 as a [`Backend`].

use std::sync::Arc;

use adls_http::{BoxFuture, Clock, SafeUrl};
use adls_wire::webhdfs::MAX_APPEND;
use adls_wire::{Permission, RemotePath, Rwx};
use bytes::Bytes;

use super::Gen1;
use crate::backend::{
    AclChange, Backend, Opened, ReadRequest, Rights, SyncMode, WriteHandle, lead_to_own,
};
use crate::options::{
    AclOptions, ConcatOptions, ConcurrentAppendOptions, DeleteOptions, DeletedItemsOptions, Expiry,
    ListOptions, MkdirsOptions, OwnerChange, RenameOptions, RestoreOptions, StatOptions,
    TimesChange, WriteOptions,
};
use crate::{
    Acl, Capabilities, Cleanups, Conditions, ContentSummary, DeletedItem, FileStatus, Generation,
    Listing, Result, WriteResult,
};

impl Backend for Gen1 {
    fn endpoint(&self) -> &SafeUrl {
        &self.endpoint
    }

    fn url(&self, path: &RemotePath) -> SafeUrl {
        self.endpoint.with_path_and_query(&path.encoded(), &[])
    }

    fn generation(&self) -> Generation {
        Generation::Gen1
    }

    fn file_system(&self) -> Option<&str> {
        None
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        self.pipeline.clock()
    }

    fn cleanups(&self) -> &Cleanups {
        &self.cleanups
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            concat: true,
            concurrent_append: true,
            server_side_summary: true,
            server_side_recursive_acl: false,
            recursive_list: false,
            expiry: true,
            set_times: true,
            undelete: true,
            etag: false,
            conditions: false,
            parallel_write: false,
            access_control: true,
            rights_at_creation: false,
            properties: false,
            leases: false,
            server_side_copy: false,
        }
    }

    fn throttled(&self) -> u64 {
        self.throttle.count()
    }

    lead_to_own!();

    fn concat<'a>(
        &'a self,
        target: &'a RemotePath,
        sources: &'a [RemotePath],
        options: ConcatOptions,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.concat(target, sources, options))
    }

    fn set_times<'a>(
        &'a self,
        path: &'a RemotePath,
        change: TimesChange,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.set_times(path, change))
    }

    fn write_at<'a>(
        &'a self,
        handle: &'a WriteHandle,
        offset: u64,
        bytes: Bytes,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>> {
        Box::pin(self.append(handle, offset, bytes, sync))
    }

    fn flush<'a>(
        &'a self,
        handle: &'a WriteHandle,
        length: u64,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>> {
        Box::pin(self.append(handle, length, Bytes::new(), sync))
    }

    fn max_write(&self) -> usize {
        MAX_APPEND
    }
}
