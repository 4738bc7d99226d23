//! Single values of request headers.

use http::HeaderMap;

use crate::storage::errors::StorageError;

/// The value of a header; an empty one is as good as none, since clients send empty headers.
pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, StorageError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    match value.to_str() {
        Ok(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Err(_) => {
            Err(StorageError::invalid_header(name, &String::from_utf8_lossy(value.as_bytes())))
        }
    }
}

/// The value of a header, read by `parse`; what that refuses is a bad request.
pub(crate) fn parsed<T>(
    headers: &HeaderMap,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, StorageError> {
    let Some(text) = get(headers, name)? else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| StorageError::invalid_header(name, text))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn empty_values_count_as_none_and_bad_ones_are_refused() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-a", HeaderValue::from_static(" "));
        headers.insert("x-ms-b", HeaderValue::from_static(" 7 "));
        headers.insert("x-ms-c", HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(get(&headers, "x-ms-a"), Ok(None));
        assert_eq!(get(&headers, "x-ms-z"), Ok(None));
        assert_eq!(parsed(&headers, "x-ms-b", |text| text.parse().ok()), Ok(Some(7)));
        assert_eq!(
            parsed(&headers, "x-ms-b", |text| text.strip_prefix('8').map(str::len)),
            Err(StorageError::invalid_header("x-ms-b", "7"))
        );
        assert_eq!(
            get(&headers, "x-ms-c"),
            Err(StorageError::invalid_header("x-ms-c", "\u{fffd}"))
        );
    }
}
