//! Gen1 as a [`Backend`]: every method leads to the one of the same name.

use std::sync::Arc;

use adls_http::{BoxFuture, Clock, SafeUrl};
use adls_wire::webhdfs::MAX_APPEND;
use adls_wire::{Permission, RemotePath, Rwx};
use bytes::Bytes;

use super::Gen1;
use crate::backend::{AclChange, Backend, Opened, ReadRequest, SyncMode, WriteHandle};
use crate::options::{
    AclOptions, ConcatOptions, ConcurrentAppendOptions, DeleteOptions, DeletedItemsOptions, Expiry,
    ListOptions, MkdirsOptions, OwnerChange, RenameOptions, RestoreOptions, StatOptions,
    TimesChange, WriteOptions,
};
use crate::{
    Acl, Capabilities, Cleanups, ContentSummary, DeletedItem, FileStatus, Listing, Result,
    WriteResult,
};

impl Backend for Gen1 {
    fn endpoint(&self) -> &SafeUrl {
        &self.endpoint
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
        }
    }

    fn throttled(&self) -> u64 {
        self.throttle.count()
    }

    fn stat<'a>(
        &'a self,
        path: &'a RemotePath,
        options: StatOptions,
    ) -> BoxFuture<'a, Result<FileStatus>> {
        Box::pin(self.stat(path, options))
    }

    fn list(&self, path: &RemotePath, options: ListOptions) -> Listing {
        self.list(path, options)
    }

    fn mkdirs<'a>(
        &'a self,
        path: &'a RemotePath,
        options: MkdirsOptions,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.mkdirs(path, options))
    }

    fn rename<'a>(
        &'a self,
        from: &'a RemotePath,
        to: &'a RemotePath,
        options: RenameOptions,
        has_looked: bool,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.rename(from, to, options, has_looked))
    }

    fn delete<'a>(
        &'a self,
        path: &'a RemotePath,
        options: DeleteOptions,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(self.delete(path, options))
    }

    fn concat<'a>(
        &'a self,
        target: &'a RemotePath,
        sources: &'a [RemotePath],
        options: ConcatOptions,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.concat(target, sources, options))
    }

    fn content_summary<'a>(
        &'a self,
        path: &'a RemotePath,
    ) -> BoxFuture<'a, Result<ContentSummary>> {
        Box::pin(self.content_summary(path))
    }

    fn set_permission<'a>(
        &'a self,
        path: &'a RemotePath,
        permission: Permission,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.set_permission(path, permission))
    }

    fn set_owner<'a>(
        &'a self,
        path: &'a RemotePath,
        change: OwnerChange,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.set_owner(path, change))
    }

    fn set_times<'a>(
        &'a self,
        path: &'a RemotePath,
        change: TimesChange,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.set_times(path, change))
    }

    fn set_expiry<'a>(&'a self, path: &'a RemotePath, expiry: Expiry) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.set_expiry(path, expiry))
    }

    fn acl<'a>(&'a self, path: &'a RemotePath, options: AclOptions) -> BoxFuture<'a, Result<Acl>> {
        Box::pin(self.acl(path, options))
    }

    fn change_acl<'a>(
        &'a self,
        path: &'a RemotePath,
        change: AclChange<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.change_acl(path, change))
    }

    fn check_access<'a>(
        &'a self,
        path: &'a RemotePath,
        wanted: Rwx,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(self.check_access(path, wanted))
    }

    fn open<'a>(
        &'a self,
        path: &'a RemotePath,
        request: ReadRequest,
    ) -> BoxFuture<'a, Result<Opened>> {
        Box::pin(self.open(path, request))
    }

    fn create<'a>(
        &'a self,
        handle: &'a WriteHandle,
        first: Bytes,
        options: &'a WriteOptions,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>> {
        Box::pin(self.create(handle, first, options, sync))
    }

    fn open_to_append<'a>(&'a self, handle: &'a WriteHandle) -> BoxFuture<'a, Result<u64>> {
        Box::pin(self.open_to_append(handle))
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

    fn resume<'a>(
        &'a self,
        handle: &'a WriteHandle,
        candidates: [u64; 2],
    ) -> BoxFuture<'a, Result<Option<u64>>> {
        Box::pin(self.resume(handle, candidates))
    }

    fn concurrent_append<'a>(
        &'a self,
        path: &'a RemotePath,
        body: Bytes,
        options: ConcurrentAppendOptions,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.concurrent_append(path, body, options))
    }

    fn deleted_items(&self, hint: &str, options: DeletedItemsOptions) -> Listing<DeletedItem> {
        self.deleted_items(hint, options)
    }

    fn restore<'a>(
        &'a self,
        item: &'a DeletedItem,
        target: &'a RemotePath,
        options: RestoreOptions,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.restore(item, target, options))
    }

    fn max_write(&self) -> usize {
        MAX_APPEND
    }
}
