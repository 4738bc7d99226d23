//! The query of a request: looked up without regard to case, and rebuilt for links.

use std::fmt::Write as _;

use url::form_urlencoded;

/// The parameters of a request, in the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
    raw: String,
}

impl Query {
    pub(super) fn parse(raw: &str) -> Self {
        let pairs = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        Self { pairs, raw: raw.to_owned() }
    }

    /// The first value of `name`, decoded.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The query of a `nextLink`: as sent, with `$` escaped and another skip token, as recorded.
    pub(super) fn with_skip_token(&self, token: &str) -> String {
        let mut out = String::with_capacity(self.raw.len() + token.len() + 16);
        for pair in self.raw.split('&').filter(|pair| !pair.is_empty()) {
            let pair = pair.replace('$', "%24");
            if pair.to_ascii_lowercase().starts_with("%24skiptoken=") {
                continue;
            }
            out.push_str(&pair);
            out.push('&');
        }
        let token = token.replace('+', "%2b").replace('/', "%2f").replace('=', "%3d");
        let _ = write!(out, "%24skiptoken={token}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_escaped() {
        let query = Query::parse("API-Version=2016-11-01&%24top=2&$filter=name%20eq%20'a'");
        assert_eq!(query.get("api-version"), Some("2016-11-01"));
        assert_eq!(query.get("$top"), Some("2"));
        assert_eq!(query.get("$filter"), Some("name eq 'a'"));
        assert_eq!(query.get("$skip"), None);
    }

    #[test]
    fn a_link_repeats_the_query_with_one_token() {
        let query = Query::parse("api-version=2017-05-10&$top=2&%24skiptoken=old");
        assert_eq!(
            query.with_skip_token("eyJ=="),
            "api-version=2017-05-10&%24top=2&%24skiptoken=eyJ%3d%3d"
        );
    }
}
