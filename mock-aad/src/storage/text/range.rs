//! `Range` and `x-ms-range`: which bytes of a content are asked for.
//!
//! The service reads one range that begins at a number. Everything else is ignored, so that the whole content
//! is the answer: several ranges, suffixes (`bytes=-5`), ends that do not fit 63 bits, and what is no range.

use std::ops::Range;

use http::HeaderMap;

use super::headers;
use crate::storage::errors::StorageError;

/// One range of bytes as it was asked for; the end is the last byte's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) first: u64,
    pub(crate) last: Option<u64>,
}

/// A range that begins behind the end of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsatisfiable;

impl ByteRange {
    /// The range that a request asks for, if any; `x-ms-range` wins over `Range`.
    pub(crate) fn requested(headers: &HeaderMap) -> Result<Option<Self>, StorageError> {
        let text = match headers::get(headers, "x-ms-range")? {
            Some(text) => Some(text),
            None => headers::get(headers, "range")?,
        };
        Ok(text.and_then(Self::parse))
    }

    /// Reads `bytes=first-last`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (unit, range) = text.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = range.split_once('-')?;
        let first = number(first)?;
        let last = match last.trim() {
            "" => None,
            last => Some(number(last)?),
        };
        last.is_none_or(|last| first <= last).then_some(Self { first, last })
    }

    /// The bytes of a content of this length that are asked for: at least one.
    pub(crate) fn within(self, length: u64) -> Result<Range<u64>, Unsatisfiable> {
        if self.first >= length {
            return Err(Unsatisfiable);
        }
        let end = self.last.map_or(length, |last| last.saturating_add(1).min(length));
        Ok(self.first..end)
    }
}

/// A position: digits that make a number of 63 bits.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse::<i64>().ok()).flatten()?;
    u64::try_from(number).ok()
}

/// `Content-Range` of a part, which holds at least one byte.
pub(crate) fn content_range(part: &Range<u64>, length: u64) -> String {
    format!("bytes {}-{}/{length}", part.start, part.end.saturating_sub(1))
}

/// `Content-Range` of a refused range.
pub(crate) fn unsatisfied(length: u64) -> String {
    format!("bytes */{length}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn requested(headers: &[(&'static str, &str)]) -> Option<ByteRange> {
        let header = |(name, value): &(&'static str, &str)| {
            (http::HeaderName::from_static(name), value.parse().unwrap())
        };
        ByteRange::requested(&headers.iter().map(header).collect()).unwrap()
    }

    fn range(first: u64, last: Option<u64>) -> Option<ByteRange> {
        Some(ByteRange { first, last })
    }

    #[test]
    fn the_one_of_microsoft_wins_unless_it_is_empty() {
        assert_eq!(requested(&[]), None);
        assert_eq!(
            requested(&[("range", "bytes=0-1"), ("x-ms-range", "bytes=2-")]),
            range(2, None)
        );
        assert_eq!(requested(&[("range", "bytes=0-1"), ("x-ms-range", "")]), range(0, Some(1)));
        assert_eq!(requested(&[("range", "bytes=0-1"), ("x-ms-range", "lines=1-2")]), None);
    }

    #[test]
    fn one_range_of_bytes() {
        assert_eq!(requested(&[("x-ms-range", "bytes=0-33554431")]), range(0, Some(33_554_431)));
        assert_eq!(requested(&[("range", "Bytes = 5 - 9 ")]), range(5, Some(9)));
        let most = i64::MAX.unsigned_abs();
        assert_eq!(requested(&[("range", &format!("bytes=0-{most}"))]), range(0, Some(most)));
    }

    #[test]
    fn other_ranges_are_ignored() {
        for text in [
            // A recorded one, of which the service sent the whole file.
            "bytes=0-18446744073709551614",
            "bytes=9223372036854775808-",
            "bytes=0-9223372036854775808",
            "bytes=-5",
            "bytes=0-1,4-5",
            "bytes=5-1",
            "bytes=+1-2",
            "bytes=a-b",
            "bytes=",
            "bytes",
            "0-1",
        ] {
            assert_eq!(requested(&[("range", text)]), None, "{text}");
        }
    }

    #[test]
    fn what_is_left_of_a_content() {
        let whole = ByteRange { first: 0, last: Some(33_554_431) };
        assert_eq!(whole.within(1024), Ok(0..1024));
        assert_eq!(content_range(&(0..1024), 1024), "bytes 0-1023/1024");
        assert_eq!(ByteRange { first: 1024, last: Some(1535) }.within(5125), Ok(1024..1536));
        assert_eq!(content_range(&(1024..1536), 5125), "bytes 1024-1535/5125");
        assert_eq!(ByteRange { first: 1024, last: None }.within(1024), Err(Unsatisfiable));
        assert_eq!(whole.within(0), Err(Unsatisfiable));
        assert_eq!(unsatisfied(0), "bytes */0");
    }

    proptest! {
        #[test]
        fn a_range_never_leaves_the_content(first: u64, last: Option<u64>, length: u64) {
            if let Ok(part) = (ByteRange { first, last }).within(length)
                && last.is_none_or(|last| first <= last)
            {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }

        #[test]
        fn no_text_is_too_strange(text in "(bytes=)?[0-9a-z,+ -]{0,24}") {
            requested(&[("range", &text)]);
        }
    }
}
