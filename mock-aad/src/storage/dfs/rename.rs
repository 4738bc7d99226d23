//! Renaming.

use adls_wire::sas::SasPermissions;
use http::StatusCode;

use crate::namespace::{EntryItem, EntryRename, RenameMode};
use crate::storage::address::RenameSource;
use crate::storage::creation::Creation;
use crate::storage::errors::StorageError;
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::text::conditions::{Conditions, Purpose as ConditionPurpose};
use crate::storage::text::{dates, lease, properties::Properties};
use crate::storage::{access, convert};

/// What takes something away.
const TAKES: SasPermissions = SasPermissions::MOVE.or(SasPermissions::DELETE);
/// What puts something there.
const PUTS: SasPermissions =
    SasPermissions::CREATE.or(SasPermissions::WRITE).or(SasPermissions::MOVE);

/// `PUT /{filesystem}/{path}` with `x-ms-rename-source`. Content headers of the request do not count, as
/// recorded.
pub(in crate::storage) fn rename(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let named = request.required_header("x-ms-rename-source")?;
    let is_file_system = |name: &str| exchange.account.inspect().file_system(name).is_ok();
    let source = RenameSource::parse(named, &request.address, is_file_system)?;
    let identity = exchange.identity(Needs::any(Resource::Object, PUTS))?;
    let source_identity = access::source_identity(
        exchange.storage,
        request,
        &exchange.account,
        &exchange.caller,
        &source,
        Needs::any(Resource::Object, TAKES),
    )?;
    let source_file_system = exchange.kind.file_system(&source.file_system)?;
    let translated = exchange.kind.names(Some(&source.file_system)).translated(&source.path)?;
    let path = exchange.path();
    let mut target = exchange.item(&path, ConditionPurpose::Write)?;
    let creation = Creation::of_move(exchange, &mut target)?;
    let rename = EntryRename {
        source: EntryItem {
            conditions: convert::conditions(&Conditions::of_source(&request.headers)?),
            lease: lease::id(&request.headers, lease::SOURCE_LEASE_ID)?,
            ..EntryItem::new(source_file_system, translated.as_ref().unwrap_or(&source.path))
        },
        target,
        mode: mode(exchange)?,
        existing: creation.existing(),
        metadata: Properties::from_dfs(&request.headers)?.map(|all| convert::metadata(&all)),
        transaction_id: request.header("x-ms-client-transaction-id").map(Into::into),
        source_access: Some(source_identity.access()),
    };
    exchange.change_or(&identity, creation.refusal(exchange), |edit| {
        let id = edit.rename_entry(rename)?;
        let renamed = edit.changed_entry(id);
        Ok(Answer::empty(StatusCode::CREATED)
            .header("etag", convert::quoted(renamed.etag()))
            .header("last-modified", dates::rfc1123(renamed.last_modified()))
            .header("content-length", "0"))
    })
}

fn mode(exchange: &Exchange<'_>) -> Result<RenameMode, StorageError> {
    match exchange.request.query.get("mode") {
        None => Ok(RenameMode::Posix),
        Some(text) if text.eq_ignore_ascii_case("posix") => Ok(RenameMode::Posix),
        Some(text) if text.eq_ignore_ascii_case("legacy") => Ok(RenameMode::Legacy),
        Some(text) => {
            Err(StorageError::invalid_query("mode", text, "it is neither posix nor legacy"))
        }
    }
}
