//! The parameters of a query or of a form, decoded. Each service has its own words for what is missing
//! or wrong.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

/// Names and values in the order in which they were sent. Values may be secrets, so `Debug` shows names
/// only.
#[derive(Clone, Default)]
pub(crate) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl<'a> Parameters<'a> {
    /// Reads `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(text: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(text).collect())
    }

    /// The same, without holding on to the text.
    pub(crate) fn parse_owned(text: &[u8]) -> Parameters<'static> {
        let owned = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
            (name.into_owned().into(), value.into_owned().into())
        };
        Parameters(form_urlencoded::parse(text).map(owned).collect())
    }

    /// All names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The values of a name, to the letter.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The first value of a name, in any case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Undoes percent-encoding.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_escaped() {
        let query = Parameters::parse(b"API-Version=2016-11-01&%24top=2&$filter=name%20eq%20'a'");
        assert_eq!(query.get("api-version"), Some("2016-11-01"));
        assert_eq!(query.get("$top"), Some("2"));
        assert_eq!(query.get("$filter"), Some("name eq 'a'"));
        assert_eq!(query.get("$skip"), None);
    }

    #[test]
    fn values_are_not_shown() {
        let form = Parameters::parse_owned(b"a=secret&b=&a=x%20y+z");
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["secret", "x y z"]);
        assert_eq!(form.all("A").next(), None);
        assert_eq!(format!("{form:?}"), r#"["a", "b", "a"]"#);
    }
}
