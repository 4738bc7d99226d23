//! Tags of blobs.

use adls_wire::RemotePath;
use adls_wire::sas::SasPermissions;
use adls_wire::xml::XmlWriter;
use axum::body::Body;
use http::StatusCode;

use super::get::require_current;
use crate::namespace::EntryItem;
use crate::storage::convert;
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange, document};
use crate::storage::needs::{Needs, Resource};
use crate::storage::refusal::Purpose;
use crate::storage::text::conditions::{Conditions, Purpose as ConditionPurpose};
use crate::storage::text::{tags, xml};

const NEEDS: Needs = Needs::any(Resource::Object, SasPermissions::TAGS);

/// `GET /{container}/{blob}?comp=tags`.
pub(in crate::storage) fn get(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    require_current(exchange)?;
    let identity = exchange.identity(NEEDS)?;
    let path = exchange.path();
    let item = item(exchange, &path)?;
    let view = exchange.view(&identity);
    // Whoever has this state of the content need not have its tags: no answer is "not modified".
    let entry = view.entry(&item).map_err(exchange.refusal(Purpose::Write))?;
    let mut xml = XmlWriter::with_byte_order_mark();
    tags::write(&mut xml, &entry.properties().tags);
    Ok(Answer::with_body(StatusCode::OK, xml.finish()).header("content-type", "application/xml"))
}

/// `PUT /{container}/{blob}?comp=tags`, which replaces all of them.
pub(in crate::storage) async fn set(
    exchange: &Exchange<'_>,
    body: Body,
) -> Result<Answer, StorageError> {
    require_current(exchange)?;
    let identity = exchange.identity(NEEDS)?;
    let path = exchange.path();
    let item = item(exchange, &path)?;
    let new = tags::of_xml(&document(body, xml::LARGEST).await?)?;
    exchange.change(&identity, Purpose::Write, |edit| {
        edit.set_entry_tags(&item, new)?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    })
}

/// The blob. Its conditions have names of their own, beside which the common ones do not count.
fn item<'p>(
    exchange: &'p Exchange<'_>,
    path: &'p RemotePath,
) -> Result<EntryItem<'p>, StorageError> {
    let mut item = exchange.item(path, ConditionPurpose::Write)?;
    let own = Conditions::of_blob(&exchange.request.headers)?;
    if !own.is_empty() {
        item.conditions = convert::conditions(&own);
    }
    Ok(item)
}
