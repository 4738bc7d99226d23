//! What the service does by words of the Blob protocol: expiry, deleted items and their return.

use adls_http::{Idempotency, Page, Pager};
use adls_wire::RemotePath;
use adls_wire::dfs::{DeletedEntry, DeletedList, header, query};
use http::Method;

use super::call::Call;
use super::{Gen2, convert, error, http_date};
use crate::error::{if_there, may_have_arrived};
use crate::listing::Entry;
use crate::options::{
    DeletedItemsOptions, Expiry, RenameOptions, RestoreConflict, RestoreOptions, StatOptions,
};
use crate::{Conditions, DeletedItem, Error, ErrorKind, FileKind, Listing, Result};

/// The largest page that the service gives.
const PAGE_SIZE: u32 = 5000;

impl Gen2 {
    pub(super) async fn set_expiry(
        &self,
        path: &RemotePath,
        expiry: Expiry,
        conditions: &Conditions,
    ) -> Result<()> {
        self.check_has("expiry", path)?;
        // From now on counts from whichever try arrives.
        let call = self
            .call("Set Blob Expiry", Method::PUT, path)
            .by_blob()
            .idempotency(Idempotency::Idempotent)
            .query(query::COMP, &"expiry")
            .conditions(conditions)?;
        self.account.send(path, with_expiry(call, path, expiry)?).await.map(drop)
    }

    /// The service finds by what a path begins with; what `hint` says beyond that is looked for here.
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
                let prefix = hint.strip_prefix('/').filter(|prefix| !prefix.is_empty());
                let call = Call::file_system("List Blobs", Method::GET, &this.file_system)
                    .by_blob()
                    .query(query::RESTYPE, &"container")
                    .query(query::COMP, &"list")
                    .query(query::SHOW_ONLY, &"deleted")
                    .query(query::BLOB_MAX_RESULTS, &page_size)
                    .query_some(query::PREFIX, prefix)
                    .query_some(query::MARKER, token);
                let response = this.account.send_raw(call).await?;
                let text = String::from_utf8_lossy(response.body());
                let page =
                    DeletedList::parse(&text).map_err(|error| response.decode_error(error))?;
                let items = page.entries.into_iter().map(deleted_item);
                let wanted = |entry: &Entry<DeletedItem>| {
                    entry.as_ref().map_or(true, |item| item.path.as_str().contains(&hint))
                };
                Ok(Page { items: items.filter(wanted).collect(), continuation: page.next_marker })
            })
        });
        Listing::new(RemotePath::root(), pager, error::error_kind)
    }

    /// The service brings an item back to where it was; from there it is moved to where it shall be.
    pub(super) async fn restore(
        &self,
        item: &DeletedItem,
        target: &RemotePath,
        options: RestoreOptions,
    ) -> Result<()> {
        if options.on_conflict != RestoreConflict::Refuse {
            return Err(Error::at(ErrorKind::Unsupported, target).with_message(format!(
                "the account of {target} restores only to where nothing is; choose another target or \
                 move away what is there"
            )));
        }
        for place in [&item.path, target] {
            if if_there(self.stat(place, StatOptions::default()).await)?.is_some() {
                return Err(Error::at(ErrorKind::AlreadyExists, place));
            }
        }
        let encoded = item.path.encoded();
        let source =
            format!("{}?{}={}", encoded.trim_start_matches('/'), query::DELETION_ID, item.token);
        let call = self
            .call("Undelete Path", Method::PUT, &item.path)
            .by_blob()
            .query(query::COMP, &"undelete")
            .header(header::UNDELETE_SOURCE, source)?;
        self.undelete(&item.path, call).await?;
        if item.path == *target {
            return Ok(());
        }
        let moved = self.rename(&item.path, target, RenameOptions::default(), true).await;
        moved.map_err(|error| {
            let text = format!("{} is restored, but not moved to {target}: {error}", item.path);
            error.with_message(text)
        })
    }

    /// After a lost answer, that something is there says that it came back: nothing was before.
    async fn undelete(&self, path: &RemotePath, call: Call) -> Result<()> {
        let mut losses = 0;
        loop {
            let Err(error) = self.account.send(path, call.clone()).await else { return Ok(()) };
            let echo = losses > 0 && (error.is_not_found() || error.is_already_exists());
            if may_have_arrived(&error) {
                losses += 1;
                if !self.account.may_send_again(losses).await {
                    return Err(error);
                }
            } else if !echo || if_there(self.stat(path, StatOptions::default()).await)?.is_none() {
                return Err(error);
            } else {
                return Ok(());
            }
        }
    }
}

/// Says when a file is to be removed.
pub(super) fn with_expiry(call: Call, path: &RemotePath, expiry: Expiry) -> Result<Call> {
    let (option, time) = match expiry {
        Expiry::Never => ("NeverExpire", None),
        Expiry::At(time) => {
            let text = http_date::format(time).ok_or_else(|| {
                Error::invalid(format!("the end of {path} lies outside of the calendar"))
            })?;
            ("Absolute", Some(text))
        }
        Expiry::AfterNow(time) => ("RelativeToNow", Some(time.as_millis().to_string())),
        Expiry::AfterCreation(time) => ("RelativeToCreation", Some(time.as_millis().to_string())),
    };
    call.header(header::EXPIRY_OPTION, option)?.header_some(header::EXPIRY_TIME, time)
}

fn deleted_item(wire: DeletedEntry) -> Entry<DeletedItem> {
    let name = &wire.name;
    let not_a_path = || format!("among the deleted items, {name:?} is not a path");
    let path = convert::path_of(name).filter(|path| !path.is_root()).ok_or_else(not_a_path)?;
    let deleted = http_date::parse(&wire.deleted_time).ok_or_else(|| {
        format!("{name:?} was deleted at {:?}, which is no time", wire.deleted_time)
    })?;
    Ok(DeletedItem {
        path,
        kind: if wire.is_directory { FileKind::Directory } else { FileKind::File },
        deleted,
        token: wire.deletion_id,
    })
}
