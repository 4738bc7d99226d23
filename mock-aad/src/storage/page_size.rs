//! How many entries a page of a list has.

use super::errors::StorageError;
use super::request::Request;

/// The most that there ever are.
const MOST: usize = 5000;
/// The number of entries after which a page is taken for a long one.
const LONG: usize = 64;

/// How many bytes a page will still take: known of a long one by its first entries, so that its text does not
/// move as it grows, and else 0.
pub(crate) fn expected_rest(written: usize, given: usize, limit: usize) -> usize {
    if given == LONG { written / LONG * limit.saturating_sub(LONG) } else { 0 }
}

/// How many entries a request wants by a word of its query. More than there ever are means as many as
/// there ever are.
///
/// # Errors
/// When it is no number, or none is wanted.
pub(crate) fn page_size(request: &Request, name: &str) -> Result<usize, StorageError> {
    match request.query_as::<i64>(name)? {
        None => Ok(MOST),
        Some(wanted) if wanted < 1 => {
            let shown = request.query.get(name).unwrap_or_default();
            Err(StorageError::out_of_range(name, shown, 1, MOST))
        }
        Some(wanted) => Ok(usize::try_from(wanted).unwrap_or(MOST).min(MOST)),
    }
}
