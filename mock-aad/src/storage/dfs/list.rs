//! Listing paths.

use adls_wire::RemotePath;
use adls_wire::sas::SasPermissions;
use http::StatusCode;

use super::entry_writer::EntryWriter;
use crate::namespace::{EntryItem, ListStart, PathList};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::item_headers::Naming;
use crate::storage::needs::{Needs, Resource};
use crate::storage::page_size::page_size;
use crate::storage::refusal::Purpose;
use crate::storage::text::continuation::{Kind, Position, Scope};
use crate::storage::text::names;

const CONTINUATION: &str = "continuation";
const BEGIN_FROM: &str = "beginFrom";

/// `GET /{filesystem}?resource=filesystem`.
pub(in crate::storage) fn list(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::List, SasPermissions::LIST))?;
    let naming = Naming::of(exchange)?;
    request.required_query("recursive")?;
    let recursive = request.query_flag("recursive")?;
    let limit = page_size(request, "maxResults")?;
    let named = request.query.get("directory").unwrap_or_default();
    let directory = names::decoded_path(&exchange.names.inner(named)?)?;
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
    let mut entries = EntryWriter::new(&naming, request.version, limit);
    let mut written = Ok(());
    let next = exchange
        .view(&identity)
        .list_entries(&EntryItem::new(file_system, &directory), &which, |name, entry| {
            if let Err(error) = entries.write(&exchange.names.shown(name), &entry) {
                written = Err(error);
            }
        })
        .map_err(exchange.refusal(Purpose::Read))?;
    written
        .map_err(|error| StorageError::from(ErrorCode::InternalError).saying(error.to_string()))?;
    let next = next
        .map(|last| exchange.token_key().issue(&scope, &Position::After(last.as_str().to_owned())));
    Ok(Answer::with_body(StatusCode::OK, entries.finish())
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
        let begin_from =
            query.get(BEGIN_FROM).map(|text| begin_from(exchange, text, scope, directory));
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
    exchange: &Exchange<'_>,
    text: &str,
    scope: &Scope<'_>,
    directory: &RemotePath,
) -> Result<RemotePath, StorageError> {
    let invalid = |reason| StorageError::invalid_query(BEGIN_FROM, text, reason);
    let below = match directory.is_root() {
        true => names::decoded_path(&exchange.names.inner(text)?)?,
        false => names::decoded_path(text)?,
    };
    if !scope.recursive && below.segments().count() > 1 {
        return Err(invalid("a list that is not recursive can begin only in the directory itself"));
    }
    directory
        .join(below.as_str().trim_start_matches('/'))
        .map_err(|_| invalid("it is no path below the directory"))
}
