//! Conditional headers, of what a request is about and of the source of a rename.
//!
//! Reads take every combination; the service evaluates
//! `If-Match && If-Unmodified-Since && (If-None-Match || If-Modified-Since)`. Everything else takes one
//! header, or a tag together with the date that says the same, which then does not count; lists of several
//! tags are documented for reads only, so that elsewhere they are refused.

use http::HeaderMap;

use super::dates;
use super::etag::EntityTags;
use super::headers;
use crate::namespace::TagCondition;
use crate::storage::errors::{ErrorCode, StorageError};

/// What an operation does, as far as its conditions depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
}

/// What must hold for an operation to be carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    pub(crate) if_match: Option<EntityTags>,
    pub(crate) if_none_match: Option<EntityTags>,
    /// Milliseconds since 1970, in whole seconds.
    pub(crate) if_modified_since: Option<i64>,
    /// Milliseconds since 1970, in whole seconds.
    pub(crate) if_unmodified_since: Option<i64>,
}

/// What must hold of the tags of what a request is about, and of those of what is copied.
pub(crate) const IF_TAGS: &str = "x-ms-if-tags";
pub(crate) const SOURCE_IF_TAGS: &str = "x-ms-source-if-tags";

/// The four headers of one set of conditions.
struct Names {
    if_match: &'static str,
    if_none_match: &'static str,
    if_modified_since: &'static str,
    if_unmodified_since: &'static str,
}

const TARGET: Names = Names {
    if_match: "if-match",
    if_none_match: "if-none-match",
    if_modified_since: "if-modified-since",
    if_unmodified_since: "if-unmodified-since",
};

/// Of the blob, where the request is about something that belongs to it.
const BLOB: Names = Names {
    if_match: "x-ms-blob-if-match",
    if_none_match: "x-ms-blob-if-none-match",
    if_modified_since: "x-ms-blob-if-modified-since",
    if_unmodified_since: "x-ms-blob-if-unmodified-since",
};

const SOURCE: Names = Names {
    if_match: "x-ms-source-if-match",
    if_none_match: "x-ms-source-if-none-match",
    if_modified_since: "x-ms-source-if-modified-since",
    if_unmodified_since: "x-ms-source-if-unmodified-since",
};

impl Conditions {
    /// The conditions on what the request is about.
    pub(crate) fn of(headers: &HeaderMap, purpose: Purpose) -> Result<Self, StorageError> {
        Self::read(headers, &TARGET, purpose)
    }

    /// The conditions on the source of a rename.
    pub(crate) fn of_source(headers: &HeaderMap) -> Result<Self, StorageError> {
        Self::read(headers, &SOURCE, Purpose::Write)
    }

    /// The conditions on the blob of a request that is about its tags.
    pub(crate) fn of_blob(headers: &HeaderMap) -> Result<Self, StorageError> {
        Self::read(headers, &BLOB, Purpose::Write)
    }

    fn read(headers: &HeaderMap, names: &Names, purpose: Purpose) -> Result<Self, StorageError> {
        let date = |name| {
            if headers.get_all(name).iter().count() > 1 {
                return Err(ErrorCode::MultipleConditionHeadersNotSupported.into());
            }
            headers::parsed(headers, name, dates::parse_rfc1123)
        };
        let conditions = Self {
            if_match: tags(headers, names.if_match)?,
            if_none_match: tags(headers, names.if_none_match)?,
            if_modified_since: date(names.if_modified_since)?,
            if_unmodified_since: date(names.if_unmodified_since)?,
        };
        match purpose {
            Purpose::Read => Ok(conditions),
            Purpose::Write => conditions.one(),
        }
    }

    /// The only one, or the tag of a tag and the date that goes with it.
    fn one(mut self) -> Result<Self, StorageError> {
        if self.if_match.is_some() {
            self.if_unmodified_since = None;
        }
        if self.if_none_match.is_some() {
            self.if_modified_since = None;
        }
        let given = [
            self.if_match.is_some(),
            self.if_none_match.is_some(),
            self.if_modified_since.is_some(),
            self.if_unmodified_since.is_some(),
        ];
        let is_list = |tags: &Option<EntityTags>| matches!(tags, Some(EntityTags::These(tags)) if tags.len() > 1);
        if given.into_iter().filter(|given| *given).count() > 1
            || is_list(&self.if_match)
            || is_list(&self.if_none_match)
        {
            return Err(ErrorCode::MultipleConditionHeadersNotSupported.into());
        }
        Ok(self)
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `If-None-Match: *`: nothing may be there yet. It is told by codes of its own.
    pub(crate) fn only_if_absent(&self) -> bool {
        self.if_none_match == Some(EntityTags::Any)
    }

    /// Whether an item may be read that is in this state since a moment, in milliseconds since 1970. What
    /// the caller has already is not modified; anything else is a failed condition.
    pub(crate) fn check_read(&self, state: u64, changed: i64) -> Result<(), ErrorCode> {
        // Headers tell whole seconds, so that a state within one is not newer than what they tell.
        let changed = changed.div_euclid(1000) * 1000;
        if self.if_match.as_ref().is_some_and(|tags| !tags.name(state))
            || self.if_unmodified_since.is_some_and(|time| changed > time)
        {
            return Err(ErrorCode::ConditionNotMet);
        }
        let other = self.if_none_match.as_ref().map(|tags| !tags.name(state));
        let newer = self.if_modified_since.map(|time| changed > time);
        match (other, newer) {
            (None, None) | (Some(true), _) | (_, Some(true)) => Ok(()),
            _ => Err(ErrorCode::NotModified),
        }
    }
}

/// The expression over tags that a request has in a header, if any.
///
/// # Errors
/// When it is none.
pub(crate) fn of_tags(
    headers: &HeaderMap,
    name: &'static str,
) -> Result<Option<TagCondition>, StorageError> {
    headers::parsed(headers, name, TagCondition::parse)
}

/// All values of a header of entity tags, which may come as one list or as many headers.
fn tags(headers: &HeaderMap, name: &'static str) -> Result<Option<EntityTags>, StorageError> {
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        let text = value.to_str().map_err(|_| {
            StorageError::invalid_header(name, &String::from_utf8_lossy(value.as_bytes()))
        })?;
        values.extend(Some(text.trim()).filter(|text| !text.is_empty()));
    }
    if values.is_empty() {
        return Ok(None);
    }
    let list = values.join(",");
    EntityTags::parse(&list).map(Some).ok_or_else(|| StorageError::invalid_header(name, &list))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;
    use crate::etag::quoted;

    const OLD: &str = "Sun, 22 Dec 2019 20:37:22 GMT";
    const NEW: &str = "Tue, 24 Dec 2019 20:37:22 GMT";

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        headers
    }

    fn of(list: &[(&'static str, &str)], purpose: Purpose) -> Result<Conditions, StorageError> {
        Conditions::of(&headers(list), purpose)
    }

    fn code(result: Result<Conditions, StorageError>) -> ErrorCode {
        result.unwrap_err().code()
    }

    #[test]
    fn target_and_source_are_told_apart() {
        let both = headers(&[
            ("if-match", "\"garbage\""),
            ("x-ms-source-if-unmodified-since", NEW),
            ("x-ms-source-if-match", ""),
        ]);
        let target = Conditions::of(&both, Purpose::Write).unwrap();
        let expected =
            Conditions { if_match: Some(EntityTags::These(vec![])), ..Conditions::default() };
        assert_eq!(target, expected);
        let source = Conditions::of_source(&both).unwrap();
        let expected =
            Conditions { if_unmodified_since: Some(1_577_219_842_000), ..Conditions::default() };
        assert_eq!(source, expected);
        assert!(Conditions::of(&HeaderMap::new(), Purpose::Write).unwrap().is_empty());
    }

    #[test]
    fn malformed_values_are_named() {
        let refused = of(&[("if-modified-since", "yesterday")], Purpose::Read).unwrap_err();
        assert_eq!(refused, StorageError::invalid_header("if-modified-since", "yesterday"));
        let refused = of(&[("if-none-match", "\"a")], Purpose::Read).unwrap_err();
        assert_eq!(refused, StorageError::invalid_header("if-none-match", "\"a"));
    }

    #[test]
    fn lists_may_come_as_many_headers_and_dates_may_not() {
        let (one, two) = (quoted(1), quoted(2));
        let list = [("if-match", &*one), ("if-match", &*two)];
        let read = of(&list, Purpose::Read).unwrap();
        assert_eq!(read.if_match, Some(EntityTags::These(vec![1, 2])));
        let write = of(&list, Purpose::Write);
        assert_eq!(code(write), ErrorCode::MultipleConditionHeadersNotSupported);
        let dates = of(&[("if-modified-since", OLD), ("if-modified-since", NEW)], Purpose::Read);
        assert_eq!(code(dates), ErrorCode::MultipleConditionHeadersNotSupported);
    }

    #[test]
    fn writes_take_one_condition_or_a_tag_with_its_date() {
        let tag = quoted(1);
        let pair = of(&[("if-match", &tag), ("if-unmodified-since", OLD)], Purpose::Write).unwrap();
        assert_eq!(pair, of(&[("if-match", &tag)], Purpose::Write).unwrap());
        let pair =
            of(&[("if-none-match", "*"), ("if-modified-since", OLD)], Purpose::Write).unwrap();
        assert!(pair.only_if_absent() && pair.if_modified_since.is_none());
        for many in [
            [("if-match", &*tag), ("if-none-match", "*")],
            [("if-match", &*tag), ("if-modified-since", OLD)],
            [("if-none-match", "*"), ("if-unmodified-since", OLD)],
            [("if-modified-since", OLD), ("if-unmodified-since", NEW)],
        ] {
            assert_eq!(
                code(of(&many, Purpose::Write)),
                ErrorCode::MultipleConditionHeadersNotSupported,
                "{many:?}"
            );
            assert!(of(&many, Purpose::Read).is_ok(), "{many:?}");
        }
    }

    #[test]
    fn reads_are_not_modified_or_fail() {
        let (tag, other) = (quoted(1), quoted(2));
        // Changed within the second of the newer date.
        let changed = 1_577_219_842_700;
        let (met, unmodified, failed) =
            (Ok(()), Err(ErrorCode::NotModified), Err(ErrorCode::ConditionNotMet));
        type Case<'a> = (&'a [(&'static str, &'a str)], Result<(), ErrorCode>);
        let table: &[Case<'_>] = &[
            (&[], met),
            (&[("if-match", &tag)], met),
            (&[("if-match", "*")], met),
            (&[("if-match", &other)], failed),
            (&[("if-none-match", &other)], met),
            (&[("if-none-match", &tag)], unmodified),
            (&[("if-none-match", "*")], unmodified),
            (&[("if-modified-since", OLD)], met),
            (&[("if-modified-since", NEW)], unmodified),
            (&[("if-unmodified-since", NEW)], met),
            (&[("if-unmodified-since", OLD)], failed),
            (&[("if-none-match", &tag), ("if-modified-since", OLD)], met),
            (&[("if-none-match", &tag), ("if-modified-since", NEW)], unmodified),
            (&[("if-none-match", &other), ("if-modified-since", NEW)], met),
            (&[("if-match", &other), ("if-none-match", &tag)], failed),
        ];
        for (headers, expected) in table {
            let conditions = of(headers, Purpose::Read).unwrap();
            assert_eq!(conditions.check_read(1, changed), *expected, "{headers:?}");
        }
    }
}
