//! Listing paths.

use std::fmt;

use adls_wire::RemotePath;
use http::StatusCode;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::namespace::{EntryItem, EntryRef, ListStart, PathList};
use crate::storage::convert;
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::item_headers::{self, Naming};
use crate::storage::needs::{Needs, Resource};
use crate::storage::page_size::page_size;
use crate::storage::refusal::Purpose;
use crate::storage::signatures::sas::Letters;
use crate::storage::text::continuation::{Kind, Position, Scope};
use crate::storage::text::dates::{self, LastDate};
use crate::storage::text::etag::Unquoted;
use crate::storage::text::names;
use crate::storage::version::ServiceVersion;

/// From these versions on entries tell when they were made, and when they vanish.
const CREATION_TIME: ServiceVersion = ServiceVersion::of(2020, 2, 10);
const EXPIRY_TIME: ServiceVersion = ServiceVersion::of(2021, 6, 8);
const CONTINUATION: &str = "continuation";
const BEGIN_FROM: &str = "beginFrom";

/// An entry as it is written: all values are texts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(rename = "EncryptionContext", skip_serializing_if = "Option::is_none")]
    encryption_context: Option<&'a str>,
    #[serde(rename = "EncryptionScope", skip_serializing_if = "Option::is_none")]
    encryption_scope: Option<&'a str>,
    content_length: Text<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_time: Option<Text<u64>>,
    etag: Text<Unquoted>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_time: Option<Text<u64>>,
    group: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_directory: Option<&'static str>,
    last_modified: &'a str,
    name: &'a str,
    owner: &'a str,
    permissions: String,
}

/// A value that is written as a text.
#[derive(Debug)]
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// What many entries of a list have in common, as it was written last.
#[derive(Debug, Default)]
struct Last {
    date: LastDate,
    owner: Option<(Uuid, String)>,
    group: Option<(Uuid, String)>,
}

/// The name of somebody, which is that of the entry before if it is the same one.
fn last_name<'l>(last: &'l mut Option<(Uuid, String)>, id: Uuid, naming: &Naming<'_>) -> &'l str {
    if last.as_ref().is_none_or(|(known, _)| *known != id) {
        *last = None;
    }
    &last.get_or_insert_with(|| (id, naming.name(id))).1
}

impl<'a> Entry<'a> {
    fn of(
        name: &'a str,
        entry: &EntryRef<'a>,
        last: &'a mut Last,
        naming: &Naming<'_>,
        version: ServiceVersion,
    ) -> Self {
        let encryption = &entry.properties().encryption;
        let expires = || Text(entry.expires().map_or(0, dates::filetime));
        let Last { date, owner, group } = last;
        Self {
            encryption_context: encryption.context.as_deref(),
            encryption_scope: encryption.scope.as_deref(),
            content_length: Text(entry.length()),
            creation_time: (version >= CREATION_TIME)
                .then(|| Text(dates::filetime(entry.created()))),
            etag: Text(Unquoted(convert::number(entry.etag()))),
            expiry_time: (version >= EXPIRY_TIME).then(expires),
            group: last_name(group, entry.group(), naming),
            is_directory: entry.is_directory().then_some("true"),
            last_modified: date.rfc1123(entry.last_modified()),
            name,
            owner: last_name(owner, entry.owner(), naming),
            permissions: item_headers::permissions(entry),
        }
    }
}

/// `GET /{filesystem}?resource=filesystem`.
pub(in crate::storage) fn list(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::List, Letters::LIST))?;
    let naming = Naming::of(exchange)?;
    request.required_query("recursive")?;
    let recursive = request.query_flag("recursive")?;
    let limit = page_size(request, "maxResults")?;
    let directory = names::decoded_path(request.query.get("directory").unwrap_or_default())?;
    let file_system = exchange.file_system()?;
    let scope = Scope {
        kind: Kind::Paths,
        account: &request.address.account,
        file_system,
        directory: directory.as_str(),
        recursive,
    };
    let start = Start::of(exchange, &scope, &directory)?;
    let which = PathList { recursive, start: start.as_list_start(), limit };
    let mut body = b"{\"paths\":[".to_vec();
    let mut last = Last::default();
    let mut written = Ok(());
    let next = exchange
        .view(&identity)
        .list_entries(&EntryItem::new(file_system, &directory), &which, |name, entry| {
            if !body.ends_with(b"[") {
                body.push(b',');
            }
            let entry = Entry::of(name, &entry, &mut last, &naming, request.version);
            if let Err(error) = serde_json::to_writer(&mut body, &entry) {
                written = Err(error);
            }
        })
        .map_err(exchange.refusal(Purpose::Read))?;
    written
        .map_err(|error| StorageError::from(ErrorCode::InternalError).saying(error.to_string()))?;
    body.extend_from_slice(b"]}\n");
    let next = next
        .map(|last| exchange.token_key().issue(&scope, &Position::After(last.as_str().to_owned())));
    Ok(Answer::with_body(StatusCode::OK, body)
        .header("content-type", "application/json;charset=utf-8")
        .header_if("x-ms-continuation", next))
}

/// Where the page begins that a request asks for.
enum Start {
    Beginning,
    After(RemotePath),
    At(RemotePath),
}

impl Start {
    /// A token says where the page before has ended, whatever the request says of the beginning.
    fn of(
        exchange: &Exchange<'_>,
        scope: &Scope<'_>,
        directory: &RemotePath,
    ) -> Result<Self, StorageError> {
        let query = &exchange.request.query;
        let begin_from = query.get(BEGIN_FROM).map(|text| begin_from(text, scope, directory));
        let begin_from = begin_from.transpose()?;
        let Some(token) = query.get(CONTINUATION) else {
            return Ok(begin_from.map_or(Self::Beginning, Self::At));
        };
        let foreign = || {
            let reason = "it is no token of this list";
            StorageError::invalid_query(CONTINUATION, token, reason)
        };
        match exchange.token_key().read(scope, token) {
            Ok(Position::After(path)) => path.parse().map(Self::After).map_err(|_| foreign()),
            Ok(Position::From(_)) | Err(_) => Err(foreign()),
        }
    }

    fn as_list_start(&self) -> ListStart<'_> {
        match self {
            Self::Beginning => ListStart::Beginning,
            Self::After(path) => ListStart::After(path),
            Self::At(path) => ListStart::At(path),
        }
    }
}

/// The path that is meant by one below the directory.
fn begin_from(
    text: &str,
    scope: &Scope<'_>,
    directory: &RemotePath,
) -> Result<RemotePath, StorageError> {
    let invalid = |reason| StorageError::invalid_query(BEGIN_FROM, text, reason);
    let below = names::decoded_path(text)?;
    if !scope.recursive && below.segments().count() > 1 {
        return Err(invalid("a list that is not recursive can begin only in the directory itself"));
    }
    directory
        .join(below.as_str().trim_start_matches('/'))
        .map_err(|_| invalid("it is no path below the directory"))
}
