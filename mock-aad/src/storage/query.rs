//! The query of a request: decoded for operations, in the order in which it was sent for signatures.

use std::fmt;

use url::form_urlencoded;

/// Names and values, decoded. Values may be secrets, so `Debug` shows names only.
#[derive(Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Query {
    /// Reads what is behind the question mark of a URL.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// All names and values, in the order in which they were sent.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether a name is there, in any case, also without a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// The first value of a name, in any case; an empty one is none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_empty_values_are_none() {
        let query = Query::parse("maxResults=5&prefix=&comp&next=a%2Bb%3D&x=1+2");
        assert_eq!(query.get("maxresults"), Some("5"));
        assert_eq!((query.get("prefix"), query.has("Prefix")), (None, true));
        assert!(query.has("comp") && !query.has("marker"));
        assert_eq!((query.get("next"), query.get("x")), (Some("a+b="), Some("1 2")));
        assert_eq!(query.pairs().len(), 5);
    }

    #[test]
    fn values_are_not_shown() {
        let shown = format!("{:?}", Query::parse("sv=2021-12-02&sig=c2VjcmV0"));
        assert_eq!(shown, r#"["sv", "sig"]"#);
    }
}
