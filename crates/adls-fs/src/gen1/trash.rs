//! Deleted items: found by a part of their path, and restored.

use adls_http::{Idempotency, Page, Pager};
use adls_wire::RemotePath;
use adls_wire::webhdfs::{Op, TRASH_API_VERSION, TrashDirResponse, TrashEntry, query};

use super::{Call, Gen1, convert, error};
use crate::listing::Entry;
use crate::options::{DeletedItemsOptions, RestoreConflict, RestoreOptions};
use crate::{DeletedItem, FileKind, Listing, Result};

/// The largest page that the service takes.
const PAGE_SIZE: u32 = 4000;

impl Gen1 {
    pub(super) fn deleted_items(
        &self,
        hint: &str,
        options: DeletedItemsOptions,
    ) -> Listing<DeletedItem> {
        let (this, hint) = (self.clone(), hint.to_owned());
        let page_size = options.page_size.unwrap_or(PAGE_SIZE);
        let pager = Pager::resume(options.start_after, move |token| {
            let (this, hint) = (this.clone(), hint.clone());
            Box::pin(async move {
                let root = RemotePath::root();
                let call = Call::new(Op::EnumerateDeletedItems, &root, Idempotency::Safe)
                    .version(TRASH_API_VERSION)
                    .query(query::HINT, &hint)
                    .query(query::LIST_SIZE, &page_size)
                    .query_some(query::LIST_AFTER, token);
                let response = this.send_raw(call).await?;
                let page = response.json::<TrashDirResponse>()?.trash_dir;
                Ok(Page {
                    items: page.trash_dir_entry.into_iter().map(deleted_item).collect(),
                    continuation: Some(page.next_list_after).filter(|token| !token.is_empty()),
                })
            })
        });
        Listing::new(RemotePath::root(), pager, error::error_kind)
    }

    pub(super) async fn restore(
        &self,
        item: &DeletedItem,
        target: &RemotePath,
        options: RestoreOptions,
    ) -> Result<()> {
        let kind = if item.kind == FileKind::File { "file" } else { "directory" };
        let action = match options.on_conflict {
            RestoreConflict::Refuse => None,
            RestoreConflict::KeepBoth => Some("copy"),
            RestoreConflict::Replace => Some("overwrite"),
        };
        let root = RemotePath::root();
        let call = Call::new(Op::RestoreDeletedItems, &root, Idempotency::Unsafe)
            .version(TRASH_API_VERSION)
            .query(query::RESTORE_TOKEN, &item.token)
            .query(query::RESTORE_DESTINATION, target)
            .query(query::TYPE, &kind)
            .query_some(query::RESTORE_ACTION, action);
        self.send(target, call).await.map(drop)
    }
}

fn deleted_item(wire: TrashEntry) -> Entry<DeletedItem> {
    let is_file = wire.entry_type.eq_ignore_ascii_case("file");
    let path = &wire.original_path;
    // As in a listing: any name that the service can report, control characters included.
    let names = path.split('/').filter(|name| !matches!(*name, "" | "."));
    let found =
        names.into_iter().try_fold(RemotePath::root(), |directory, name| directory.child(name));
    Ok(DeletedItem {
        path: found.map_err(|error| format!("in the trash, {path:?} is not a path: {error}"))?,
        kind: if is_file { FileKind::File } else { FileKind::Directory },
        deleted: convert::from_millis(wire.creation_time),
        token: wire.trash_dir_path,
    })
}
