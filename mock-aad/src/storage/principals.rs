//! Between object ids and the texts that requests have for owners and groups.

use uuid::Uuid;

use super::convert;
use super::errors::StorageError;
use super::request::Request;
use crate::seed::Seed;

/// The object id that a header names: an id itself, `$superuser`, or the name of a user of the directory.
///
/// # Errors
/// When it names nobody.
pub(crate) fn of_header(
    request: &Request,
    seed: &Seed,
    name: &str,
) -> Result<Option<Uuid>, StorageError> {
    let Some(text) = request.header(name) else { return Ok(None) };
    let id = id_of(seed, text);
    id.map(Some).ok_or_else(|| StorageError::invalid_header(name, text))
}

fn id_of(seed: &Seed, text: &str) -> Option<Uuid> {
    if text.eq_ignore_ascii_case(convert::SUPER_USER) {
        return Some(Uuid::nil());
    }
    let named = || seed.users.iter().find(|user| user.username.eq_ignore_ascii_case(text));
    Uuid::try_parse(text).ok().or_else(|| named().map(|user| user.object_id))
}
