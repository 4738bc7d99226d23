//! Finding blobs by their tags.

use adls_wire::sas::SasPermissions;
use adls_wire::xml::XmlWriter;
use http::StatusCode;

use super::list::foreign_marker;
use crate::namespace::{EntryRef, TagCondition, Tags};
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::page_size::page_size;
use crate::storage::refusal::Purpose;
use crate::storage::text::continuation::{Kind, Position, Scope};
use crate::storage::text::tags;

/// Says what is looked for.
const WHERE: &str = "where";

/// `GET /?comp=blobs&where=`, in the whole account.
pub(in crate::storage) fn in_account(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    find(exchange, None, Needs::any(Resource::Service, SasPermissions::FILTER))
}

/// `GET /{container}?restype=container&comp=blobs&where=`.
pub(in crate::storage) fn in_container(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let file_system = exchange.file_system()?;
    find(exchange, Some(file_system), Needs::any(Resource::List, SasPermissions::FILTER))
}

fn find(exchange: &Exchange<'_>, only: Option<&str>, needs: Needs) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(needs)?;
    let text = request.required_query(WHERE)?;
    let condition = TagCondition::parse_search(text).ok_or_else(|| {
        StorageError::invalid_query(WHERE, text, "it is no expression over tags that all must hold")
    })?;
    let limit = page_size(request, "maxresults")?;
    let scope = Scope {
        kind: Kind::FoundBlobs,
        account: &request.address.account,
        file_system: only.unwrap_or_default(),
        directory: text,
        recursive: true,
    };
    let start = start(exchange, &scope)?;
    let mut page = Page { limit, start: &start, found: Vec::new(), next: None };
    let view = exchange.view(&identity);
    let all: Vec<&str> = match only {
        Some(name) => vec![name],
        None => view.file_systems("", &start.0).map(|(name, _)| name).collect(),
    };
    for file_system in all {
        let first = if file_system == start.0 { &*start.1 } else { "" };
        let listed = view.list_blobs(file_system, "", first, false, |name, entry| {
            page.look(file_system, name, &entry, &condition)
        });
        listed.map_err(exchange.refusal(Purpose::FileSystem))?;
        if page.next.is_some() {
            break;
        }
    }
    let marker = page.next.as_ref().map(|(file_system, name)| {
        let position = Position::From(format!("{file_system}/{name}"));
        exchange.token_key().issue(&scope, &position)
    });
    let mut xml = XmlWriter::with_byte_order_mark();
    xml.open("EnumerationResults")
        .attribute("ServiceEndpoint", &request.service_endpoint())
        .element("Where", text);
    if let Some(limit) = request.query.get("maxresults") {
        xml.element("MaxResults", limit);
    }
    xml.open("Blobs");
    for (file_system, name, tags) in &page.found {
        xml.open("Blob").element("Name", name).element("ContainerName", file_system);
        tags::write(&mut xml, tags);
        xml.close();
    }
    xml.close().element("NextMarker", marker.as_deref().unwrap_or_default());
    Ok(Answer::with_body(StatusCode::OK, xml.finish()).header("content-type", "application/xml"))
}

/// The file system and the name that a page begins with.
fn start(exchange: &Exchange<'_>, scope: &Scope<'_>) -> Result<(String, String), StorageError> {
    let Some(marker) = exchange.request.query.get("marker") else { return Ok(Default::default()) };
    let place = match exchange.token_key().read(scope, marker) {
        Ok(Position::From(place)) => place,
        Ok(Position::After(_)) | Err(_) => {
            return Err(foreign_marker(marker, "it is no marker of this search"));
        }
    };
    let (file_system, name) = place.split_once('/').unwrap_or((&place, ""));
    Ok((file_system.to_owned(), name.to_owned()))
}

/// What was found so far.
struct Page<'a> {
    limit: usize,
    start: &'a (String, String),
    found: Vec<(String, String, Tags)>,
    /// Where the next page begins.
    next: Option<(String, String)>,
}

impl Page<'_> {
    /// Takes a blob if it is looked for; whether there is room for more.
    fn look(
        &mut self,
        file_system: &str,
        name: &str,
        entry: &EntryRef<'_>,
        condition: &TagCondition,
    ) -> bool {
        let tags = &entry.properties().tags;
        let is_earlier = file_system == self.start.0 && name < &*self.start.1;
        if tags.is_empty() || is_earlier || !condition.holds(file_system, tags) {
            return true;
        }
        if self.found.len() == self.limit {
            self.next = Some((file_system.to_owned(), name.to_owned()));
            return false;
        }
        let named = tags.iter().filter(|(tag, _)| condition.names(tag));
        let named = named.map(|(tag, value)| (tag.clone(), value.clone())).collect();
        self.found.push((file_system.to_owned(), name.to_owned(), named));
        true
    }
}
