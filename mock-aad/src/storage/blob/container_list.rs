//! Lists of containers.

use adls_wire::sas::SasPermissions;
use adls_wire::xml::XmlWriter;
use http::StatusCode;

use crate::namespace::{DeletedFileSystem, FileSystem, View};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::needs::{Needs, Resource};
use crate::storage::page_size::page_size;
use crate::storage::request::Request;
use crate::storage::text::dates;
use crate::storage::text::names::is_hidden;
use crate::storage::{convert, file_system_form};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// What a list shows besides live containers of the account's owners.
#[derive(Clone, Copy, Debug, Default)]
struct Include {
    metadata: bool,
    deleted: bool,
    system: bool,
}

/// A container in a list.
#[derive(Clone, Copy, Debug)]
struct Listed<'a> {
    name: &'a str,
    found: &'a FileSystem,
    deleted: Option<&'a DeletedFileSystem>,
}

impl<'a> Listed<'a> {
    /// The place in the list: several deleted ones may have had one name, behind the live one.
    fn place(&self) -> (&'a str, &'a str) {
        (self.name, self.deleted.map_or("", |deleted| &deleted.version))
    }
}

/// `GET /?comp=list`.
pub(super) fn list(exchange: &Exchange<'_>) -> Result<Answer, StorageError> {
    let request = exchange.request;
    let identity = exchange.identity(Needs::any(Resource::Service, SasPermissions::LIST))?;
    let prefix = request.query.get("prefix").unwrap_or_default();
    let most = page_size(request, "maxresults")?;
    let include = include(request)?;
    let account = &request.address.account;
    let marker = request.query.get("marker");
    let start = marker.map(|marker| place_of(marker, account)).transpose()?.unwrap_or_default();

    let view = exchange.view(&identity);
    let mut rest = listed(&view, prefix, start, include);
    let next = rest.get(most).map(|next| marker_of(next, account));
    rest.truncate(most);

    let mut xml = XmlWriter::with_byte_order_mark();
    xml.open("EnumerationResults").attribute("ServiceEndpoint", &request.service_endpoint());
    for (name, value) in [
        ("Prefix", Some(prefix).filter(|prefix| !prefix.is_empty())),
        ("Marker", marker),
        ("MaxResults", request.query.get("maxresults")),
    ] {
        if let Some(value) = value {
            xml.element(name, value);
        }
    }
    xml.open("Containers");
    for container in rest {
        write(&mut xml, request, &view, container, include);
    }
    xml.close().element("NextMarker", &next.unwrap_or_default());
    let body = xml.finish();
    Ok(Answer::with_body(StatusCode::OK, body).header("content-type", "application/xml"))
}

fn include(request: &Request) -> Result<Include, StorageError> {
    let mut include = Include::default();
    let text = request.query.get("include").unwrap_or_default();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match &*word.to_ascii_lowercase() {
            "metadata" => include.metadata = true,
            "deleted" => include.deleted = true,
            "system" => include.system = true,
            _ => {
                let reason = "it is none of metadata, deleted, system";
                return Err(StorageError::invalid_query("include", word, reason));
            }
        }
    }
    Ok(include)
}

/// What is still to be listed, by name.
fn listed<'v>(
    view: &'v View<'_>,
    prefix: &'v str,
    start: (&str, &str),
    include: Include,
) -> Vec<Listed<'v>> {
    let live = view.file_systems(prefix, start.0).map(|(name, found)| Listed {
        name,
        found,
        deleted: None,
    });
    let gone = view.deleted_file_systems().filter(|_| include.deleted);
    let gone = gone.filter(|gone| gone.name.starts_with(prefix)).map(|gone| Listed {
        name: &gone.name,
        found: &gone.file_system,
        deleted: Some(gone),
    });
    let shown = |listed: &Listed<'_>| {
        listed.place() >= start && (include.system || !is_hidden(listed.name))
    };
    let mut listed: Vec<Listed<'v>> = live.chain(gone).filter(shown).collect();
    listed.sort_unstable_by_key(Listed::place);
    listed
}

/// Markers name the first container that is still to come.
fn marker_of(next: &Listed<'_>, account: &str) -> String {
    match next.place() {
        (name, "") => format!("/{account}/{name}"),
        (name, version) => format!("/{account}/{name}/{version}"),
    }
}

fn place_of<'m>(marker: &'m str, account: &str) -> Result<(&'m str, &'m str), StorageError> {
    let of_account = marker.strip_prefix('/').and_then(|rest| rest.strip_prefix(account));
    let place = of_account.and_then(|rest| rest.strip_prefix('/'));
    let place = place.ok_or_else(|| StorageError::from(ErrorCode::OutOfRangeInput))?;
    Ok(place.split_once('/').unwrap_or((place, "")))
}

fn write(
    xml: &mut XmlWriter,
    request: &Request,
    view: &View<'_>,
    listed: Listed<'_>,
    include: Include,
) {
    let Listed { name, found, deleted } = listed;
    xml.open("Container").element("Name", name);
    if let Some(deleted) = deleted {
        xml.element("Deleted", "true").element("Version", &deleted.version);
    }
    xml.open("Properties")
        .element("Last-Modified", &dates::rfc1123(found.changed))
        .element("Etag", &convert::quoted(found.etag()));
    if deleted.is_some() {
        // No lease outlives its container.
        xml.element("LeaseStatus", "unlocked").element("LeaseState", "expired");
    } else {
        let lease = view.lease_of_file_system(found);
        xml.element("LeaseStatus", convert::lease_status(lease.locked))
            .element("LeaseState", convert::lease_state(lease.state));
        if let Some(duration) = lease.duration {
            xml.element("LeaseDuration", convert::lease_duration(duration));
        }
    }
    if let Some(access) = found.public_access {
        xml.element("PublicAccess", file_system_form::public_access_word(access));
    }
    let denies = if found.denies_other_scopes { "true" } else { "false" };
    xml.element("DefaultEncryptionScope", file_system_form::scope(found))
        .element("DenyEncryptionScopeOverride", denies)
        .element("HasImmutabilityPolicy", "false")
        .element("HasLegalHold", "false");
    if file_system_form::tells_of_versions(request.version) {
        xml.element("ImmutableStorageWithVersioningEnabled", "false");
    }
    if let Some(deleted) = deleted {
        let left = deleted.purged_at.unwrap_or_default().saturating_sub(view.now());
        let days = left.max(0).saturating_add(DAY_MILLIS - 1) / DAY_MILLIS;
        xml.element("DeletedTime", &dates::rfc1123(deleted.deleted_at))
            .element("RemainingRetentionDays", &days.to_string());
    }
    xml.close();
    if include.metadata {
        xml.open("Metadata");
        for (name, value) in convert::properties(&found.metadata).iter() {
            xml.element(name, &String::from_utf8_lossy(value));
        }
        xml.close();
    }
    xml.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_a_name_of_the_account_and_maybe_which_deleted_container_it_is() {
        assert_eq!(place_of("/lake/a", "lake"), Ok(("a", "")));
        assert_eq!(place_of("/lake/a/01D8", "lake"), Ok(("a", "01D8")));
        for other in ["", "a", "/a", "/pond/a", "/lakes/a", "lake/a", "/lake"] {
            let refused = place_of(other, "lake").unwrap_err();
            assert_eq!(refused.code(), ErrorCode::OutOfRangeInput, "{other}");
        }
    }
}
