//! How many entries a page of a list has.

use super::errors::StorageError;
use super::request::Request;

/// The most that there ever are.
const MOST: usize = 5000;

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
