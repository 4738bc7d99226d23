//! Gen2 as a [`Backend`].

use std::collections::BTreeMap;
use std::sync::Arc;
#[cfg(feature = "_object_store")]
use std::time::SystemTime;

use adls_http::{BoxFuture, Clock, SafeUrl};
use adls_wire::{Permission, RemotePath, Rwx};
use bytes::Bytes;
use http::Method;

use super::Gen2;
use super::version::Version;
use crate::acl_batch::{AclBatch, AclPage, AclTreeChange};
use crate::backend::{
    AclChange, Backend, Opened, ReadRequest, Rights, SyncMode, WriteHandle, lead_to_own,
};
use crate::lease::{LeaseAnswer, LeaseRequest};
use crate::options::{
    AclOptions, ConcatOptions, ConcurrentAppendOptions, DeleteOptions, DeletedItemsOptions, Expiry,
    ListOptions, MkdirsOptions, OwnerChange, RenameOptions, RestoreOptions, StatOptions,
    TimesChange, WriteOptions,
};
#[cfg(feature = "_object_store")]
use crate::sas::UserDelegationKey;
use crate::{
    Acl, Capabilities, Cleanups, Conditions, ContentHeaders, ContentSummary, DeletedItem, ETag,
    Error, ErrorKind, FileProperties, FileStatus, Generation, Listing, Result, WriteResult,
};

/// The service takes far more in one append; what is sent at once is held in memory.
const MAX_WRITE: usize = 4 << 20;

impl Backend for Gen2 {
    fn endpoint(&self) -> &SafeUrl {
        &self.account.endpoints.dfs
    }

    fn url(&self, path: &RemotePath) -> SafeUrl {
        self.call("", Method::GET, path).url(&self.account.endpoints)
    }

    fn generation(&self) -> Generation {
        Generation::Gen2
    }

    fn file_system(&self) -> Option<&str> {
        Some(&self.file_system)
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        self.account.pipeline.clock()
    }

    fn cleanups(&self) -> &Cleanups {
        &self.account.cleanups
    }

    fn capabilities(&self) -> Capabilities {
        let whole = !self.is_one_lake();
        Capabilities {
            concat: false,
            concurrent_append: self.account.knows(Version::CONCURRENT_APPEND),
            server_side_summary: false,
            server_side_recursive_acl: whole,
            recursive_list: true,
            expiry: whole,
            set_times: false,
            undelete: whole,
            etag: true,
            conditions: true,
            parallel_write: true,
            access_control: whole,
            rights_at_creation: whole,
            properties: true,
            leases: true,
            server_side_copy: whole,
        }
    }

    fn copy_within<'a>(
        &'a self,
        file_system: &'a str,
        source: &'a FileStatus,
        target: &'a RemotePath,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(self.copy_within(file_system, source, target))
    }

    #[cfg(feature = "_object_store")]
    fn blob_endpoint(&self) -> Option<&SafeUrl> {
        Some(&self.account.endpoints.blob)
    }

    #[cfg(feature = "_object_store")]
    fn user_delegation_key<'a>(
        &'a self,
        _: &'a RemotePath,
        until: SystemTime,
    ) -> BoxFuture<'a, Result<UserDelegationKey>> {
        Box::pin(self.account.user_delegation_key(until))
    }

    fn throttled(&self) -> u64 {
        self.account.throttle.count()
    }

    lead_to_own!();

    fn put_whole<'a>(
        &'a self,
        path: &'a RemotePath,
        content: Bytes,
        options: &'a WriteOptions,
    ) -> BoxFuture<'a, Result<WriteResult>> {
        Box::pin(self.put_whole(path, content, options))
    }

    fn concat<'a>(
        &'a self,
        target: &'a RemotePath,
        _: &'a [RemotePath],
        _: ConcatOptions,
    ) -> BoxFuture<'a, Result<()>> {
        refused(target, "the account of {path} joins no files; write them anew as one")
    }

    fn set_times<'a>(&'a self, path: &'a RemotePath, _: TimesChange) -> BoxFuture<'a, Result<()>> {
        refused(path, "the account of {path} sets no times; they are those of its last change")
    }

    fn properties<'a>(
        &'a self,
        path: &'a RemotePath,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<FileProperties>> {
        Box::pin(self.properties(path, conditions))
    }

    fn set_metadata<'a>(
        &'a self,
        path: &'a RemotePath,
        metadata: &'a BTreeMap<String, String>,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<Option<ETag>>> {
        Box::pin(self.set_metadata(path, metadata, conditions))
    }

    fn set_content_headers<'a>(
        &'a self,
        path: &'a RemotePath,
        headers: &'a ContentHeaders,
        conditions: &'a Conditions,
    ) -> BoxFuture<'a, Result<Option<ETag>>> {
        Box::pin(self.set_content_headers(path, headers, conditions))
    }

    fn change_lease<'a>(
        &'a self,
        path: &'a RemotePath,
        request: LeaseRequest,
    ) -> BoxFuture<'a, Result<LeaseAnswer>> {
        Box::pin(self.change_lease(path, request))
    }

    fn change_acl_page<'a>(
        &'a self,
        path: &'a RemotePath,
        change: &'a AclTreeChange,
        page: AclPage,
    ) -> BoxFuture<'a, Result<AclBatch>> {
        Box::pin(self.change_acl_page(path, change, page))
    }

    fn write_at<'a>(
        &'a self,
        handle: &'a WriteHandle,
        offset: u64,
        bytes: Bytes,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>> {
        Box::pin(self.write_at(handle, offset, bytes, sync))
    }

    fn flush<'a>(
        &'a self,
        handle: &'a WriteHandle,
        length: u64,
        sync: SyncMode,
    ) -> BoxFuture<'a, Result<WriteResult>> {
        Box::pin(self.flush(handle, length, sync))
    }

    fn max_write(&self) -> usize {
        MAX_WRITE
    }
}

/// What is refused before anything is sent; the text names the path.
fn refused<'a, T: Send + 'a>(path: &RemotePath, text: &str) -> BoxFuture<'a, Result<T>> {
    let text = text.replace("{path}", path.as_str());
    let error = Error::at(ErrorKind::Unsupported, path).with_message(text);
    Box::pin(std::future::ready(Err(error)))
}
