//! File systems.

use adls_wire::sas::SasPermissions;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::namespace::FileSystem;
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::page_size::page_size;
use crate::storage::refusal::Purpose;
use crate::storage::text::continuation::{Kind, Position, Scope};
use crate::storage::text::dates;
use crate::storage::text::names::is_hidden;
use crate::storage::text::properties::Properties;
use crate::storage::{convert, file_system_form};

const CONTINUATION: &str = "continuation";
const NAMESPACE_ENABLED: &str = "x-ms-namespace-enabled";

/// `GET /?resource=account`.
pub(in crate::storage) fn list(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Service, SasPermissions::LIST))?;
    let prefix = request.query.get("prefix").unwrap_or_default();
    let most = page_size(request, "maxResults")?;
    let scope = Scope {
        kind: Kind::FileSystems,
        account: &request.address.account,
        file_system: "",
        directory: prefix,
        recursive: false,
    };
    let start = match request.query.get(CONTINUATION) {
        None => String::new(),
        Some(token) => match exchange.token_key().read(&scope, token) {
            Ok(Position::From(name) | Position::After(name)) => name,
            Err(_) => {
                let reason = "it is not the continuation of this list";
                return Err(StorageError::invalid_query(CONTINUATION, token, reason));
            }
        },
    };
    let view = exchange.view(&identity);
    let mut rest =
        view.file_systems(prefix, &start).filter(|(name, _)| !is_hidden(name)).peekable();
    let page: Vec<Value> =
        rest.by_ref().take(most).map(|(name, found)| entry(name, found)).collect();
    let next = rest
        .peek()
        .map(|(name, _)| exchange.token_key().issue(&scope, &Position::From((*name).to_owned())));
    let body = json!({ "filesystems": page }).to_string();
    // The last page has the header, too, and nothing in it.
    Ok(Answer::with_body(StatusCode::OK, body)
        .header("content-type", "application/json;charset=utf-8")
        .header("x-ms-continuation", next.unwrap_or_default()))
}

/// A file system in a list. All values are texts, as in every list of this protocol.
fn entry(name: &str, found: &FileSystem) -> Value {
    let denies = if found.denies_other_scopes { "true" } else { "false" };
    let mut entry = Map::new();
    for (key, value) in [
        ("DefaultEncryptionScope", file_system_form::scope(found).to_owned()),
        ("DenyEncryptionScopeOverride", denies.to_owned()),
        ("etag", convert::unquoted(found.etag())),
        ("lastModified", dates::rfc1123(found.changed)),
        ("name", name.to_owned()),
    ] {
        entry.insert(key.to_owned(), value.into());
    }
    Value::Object(entry)
}

/// `PUT /{filesystem}?resource=filesystem`.
pub(in crate::storage) fn create(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let needs = Needs::any(Resource::FileSystem, SasPermissions::CREATE | SasPermissions::WRITE);
    let identity = exchange.identity(needs)?;
    let name = exchange.file_system()?;
    let properties = Properties::from_dfs(&request.headers)?.unwrap_or_default();
    let new = file_system_form::new(request, &properties)?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        let made = edit.create_file_system(name, new)?;
        let answer = Answer::empty(StatusCode::CREATED).header("content-length", "0");
        Ok(file_system_form::tell_state(answer, made).header(NAMESPACE_ENABLED, "true"))
    })
}

/// `PATCH /{filesystem}?resource=filesystem`.
pub(in crate::storage) fn set_properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::any(Resource::FileSystem, SasPermissions::WRITE))?;
    let item = file_system_form::item(exchange)?;
    let properties = Properties::from_dfs(&exchange.request.headers)?.unwrap_or_default();
    let metadata = convert::metadata(&properties);
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        let changed = edit.set_file_system_metadata(&item, metadata)?;
        let answer = Answer::empty(StatusCode::OK).header("content-length", "0");
        Ok(file_system_form::tell_state(answer, changed))
    })
}

/// `HEAD /{filesystem}?resource=filesystem`.
pub(in crate::storage) fn properties(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::any(Resource::FileSystem, SasPermissions::READ))?;
    let item = file_system_form::item_without_conditions(exchange)?;
    let view = exchange.view(&identity);
    let found = view.file_system_if(&item).map_err(exchange.refusal(Purpose::FileSystem))?;
    let properties = convert::properties(&found.metadata).to_dfs();
    let answer = file_system_form::tell_state(Answer::empty(StatusCode::OK), found)
        .header("x-ms-properties", properties)
        .header(NAMESPACE_ENABLED, "true");
    Ok(file_system_form::tell_scope(answer, found))
}

/// `DELETE /{filesystem}?resource=filesystem`.
pub(in crate::storage) fn delete(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let identity = exchange.identity(Needs::any(Resource::FileSystem, SasPermissions::DELETE))?;
    let item = file_system_form::item(exchange)?;
    exchange.change(&identity, Purpose::FileSystem, |edit| {
        edit.delete_file_system(&item)?;
        Ok(Answer::empty(StatusCode::ACCEPTED).header("content-length", "0"))
    })
}
