//! Accounts that a path or a signature names, behind a host that names none.

use http::{HeaderMap, header};

use super::address::split_first;
use super::endpoint::Endpoint;
use super::query::Query;
use super::service::Storage;
use super::signatures::shared_key::SharedKey;
use crate::seed::is_account_name;

/// The account that a request is for, if it is for one.
///
/// Two of the service's own SDKs leave the account out of the path of a rename. Then the account that
/// signed counts, and the path is file system and path.
pub(crate) fn by_path(
    storage: &Storage,
    path: &str,
    query: &str,
    headers: &HeaderMap,
) -> Option<(String, Endpoint)> {
    let first = split_first(path).0.to_ascii_lowercase();
    let signer = signer(headers);
    if let Some(signer) = signer.filter(|signer| *signer != first && storage.has(signer)) {
        return Some((signer.to_owned(), Endpoint::shared(false)));
    }
    if !is_account_name(&first) {
        return None;
    }
    let is_signed_for = || signer == Some(&first) || has_signature(query);
    let found = storage.has(&first) || (storage.auto_create_accounts && is_signed_for());
    found.then(|| (first, Endpoint::shared(true)))
}

/// The account whose key is said to have signed the request.
fn signer(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(SharedKey::parse(text)?.ok()?.account())
}

/// Whether a query holds a shared access signature, which is always one of the account that the path
/// names.
fn has_signature(query: &str) -> bool {
    let query = Query::parse(query);
    query.has("sig") && query.has("sv")
}
