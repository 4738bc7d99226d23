//! A URL that may be shown: what could be a secret is masked unless asked for.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use url::Url;

use crate::text;

/// Query keys whose values are facts of the protocol; all others are shown as `REDACTED`.
const SHOWN: &[&str] = &[
    "$count",
    "$expand",
    "$filter",
    "$orderby",
    "$select",
    "$skip",
    "$top",
    "accesstime",
    "aclspec",
    "action",
    "api-version",
    "append",
    "appendmode",
    "beginfrom",
    "blobtype",
    "close",
    "comp",
    "createparent",
    "deletesourcedirectory",
    "destination",
    "directory",
    "expiretime",
    "expiryoption",
    "flush",
    "forceflag",
    "fsaction",
    "group",
    "length",
    "listafter",
    "listbefore",
    "listsize",
    "maxrecords",
    "maxresults",
    "mode",
    "modificationtime",
    "offset",
    "op",
    "overwrite",
    "owner",
    "paginated",
    "permission",
    "position",
    "prefix",
    "read",
    "recursive",
    "renameoptions",
    "resource",
    "restype",
    "retainuncommitteddata",
    "showonly",
    "syncflag",
    "tooid",
    "upn",
    "write",
];

/// How much of a text that is no URL is shown, in characters: it may be a whole page.
const SHOWN_TEXT: usize = 200;

/// An absolute `https` or `http` URL.
///
/// `Display` and `Debug` show no user info and mask every query value that is not known to be
/// harmless; [`SafeUrl::as_url`] gives the raw one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SafeUrl(Url);

/// Why a text is not a usable URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a usable URL: {reason}; write it like https://host/path")]
pub struct ParseUrlError {
    text: String,
    reason: String,
}

impl SafeUrl {
    /// The raw URL. Keep it out of logs and errors.
    #[must_use]
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The host, without port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Scheme, host and port: what must be equal for a token to go along.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the host is this machine: a loopback address, `localhost` or a name below it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Domain(name)) => is_localhost(name),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether the host is an address that leads no further than the network of this machine, such as
    /// that of the metadata service of virtual machines.
    #[must_use]
    pub fn is_link_local(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Ipv4(address)) => address.is_link_local(),
            Some(url::Host::Ipv6(address)) => address.is_unicast_link_local(),
            Some(url::Host::Domain(_)) | None => false,
        }
    }

    /// The URL with `path` and `query` in place of its own. `path` is percent-encoded already and
    /// starts with a slash; it goes below the path of this URL. `query` pairs are encoded here, blanks
    /// as `%20`: storage accounts take a `+` in a query for a plus when they verify a signature.
    #[must_use]
    pub fn with_path_and_query(&self, path: &str, query: &[(&str, &str)]) -> Self {
        let mut url = self.0.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{path}"));
        url.set_query(None);
        if !query.is_empty() {
            let query =
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            // A blank is a plus sign only in forms; one that is meant is `%2B` by now.
            url.set_query(Some(&query.replace('+', "%20")));
        }
        Self(url)
    }

    /// The same URL at another host.
    ///
    /// # Errors
    /// When `host` is none.
    pub fn with_host(&self, host: &str) -> Result<Self, ParseUrlError> {
        let mut url = self.0.clone();
        url.set_host(Some(host))
            .map_err(|error| ParseUrlError { text: host.to_owned(), reason: error.to_string() })?;
        Ok(Self(url))
    }

    /// Adds to the query what is percent-encoded already.
    pub(crate) fn append_query(&mut self, query: &str) {
        let query = match self.0.query().filter(|own| !own.is_empty()) {
            Some(own) => format!("{own}&{query}"),
            None => query.to_owned(),
        };
        self.0.set_query(Some(&query));
    }
}

/// What may be shown of a text that cannot be masked by its parts: nothing behind which a query or a
/// fragment begins, and where there may be a password, nothing but the scheme.
fn unparsed(text: &str) -> String {
    let text = &*text::shorten(text, SHOWN_TEXT);
    if !text.contains('@') {
        return text.split(['?', '#']).next().unwrap_or_default().to_owned();
    }
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme
        .filter(|scheme| !scheme.contains('@'))
        .map_or_else(|| "REDACTED".to_owned(), |scheme| format!("{scheme}://REDACTED"))
}

/// Whether a name means this machine: RFC 6761 reserves `localhost` and everything below it.
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

impl TryFrom<Url> for SafeUrl {
    type Error = ParseUrlError;

    fn try_from(url: Url) -> Result<Self, Self::Error> {
        let error = |reason: &str| ParseUrlError {
            text: match url.cannot_be_a_base() {
                // `user:password@host` reads as a scheme and something behind it.
                true => format!("{}:...", url.scheme()),
                false => Self(url.clone()).to_string(),
            },
            reason: reason.to_owned(),
        };
        if !matches!(url.scheme(), "https" | "http") {
            return Err(error("its scheme is neither https nor http"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(error("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(error("it carries a user name or password"));
        }
        Ok(Self(url))
    }
}

impl FromStr for SafeUrl {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text)
            .map_err(|error| ParseUrlError { text: unparsed(text), reason: error.to_string() })?;
        Self::try_from(url)
    }
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = &self.0;
        write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or_default())?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(url.path())?;
        for (index, (key, value)) in url.query_pairs().enumerate() {
            let shown = SHOWN.binary_search(&key.to_ascii_lowercase().as_str()).is_ok();
            // A name without a value may be the secret itself.
            let key = if shown || !value.is_empty() { &*key } else { "REDACTED" };
            let value = if shown { &*value } else { "REDACTED" };
            f.write_char(if index == 0 { '?' } else { '&' })?;
            // One line stays one line: the names of files may hold anything.
            let printable =
                |c: char| if text::is_harmful(c) { char::REPLACEMENT_CHARACTER } else { c };
            for c in key.chars().chain(['=']).chain(value.chars()).map(printable) {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> SafeUrl {
        text.parse().unwrap()
    }

    #[test]
    fn shows_only_what_is_harmless() {
        assert!(SHOWN.is_sorted());
        assert_eq!(
            url("https://host:8443/a%20b?op=OPEN&code=s3cret&OFFSET=4").to_string(),
            "https://host:8443/a%20b?op=OPEN&code=REDACTED&OFFSET=4"
        );
        assert_eq!(url("https://host/?s3cret").to_string(), "https://host/?REDACTED=REDACTED");
        assert_eq!(
            url("https://host/?$orderby=name&$count=true&$skiptoken=s3cret").to_string(),
            "https://host/?$orderby=name&$count=true&$skiptoken=REDACTED"
        );
        assert_eq!(
            url("https://host/?destination=/a%0Ab%E2%80%AEc").to_string(),
            "https://host/?destination=/a\u{fffd}b\u{fffd}c"
        );
    }

    #[test]
    fn refuses_with_the_reason_and_without_the_secret() {
        for text in [
            "ftp://host/",
            "https://user:s3cret@host/",
            "https://user:s3cret@host:99999/",
            "https://user:s3?cret:s3cret@host:99999/",
            "user:s3cret@host/path",
            "not a url",
            "https://",
            "//host?s3cret",
            "https://host:99999/?a=b@c&code=s3cret",
        ] {
            let error = text.parse::<SafeUrl>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
            assert!(error.contains("https://host/path"), "{error}");
        }
    }

    #[test]
    fn a_page_is_not_shown_as_a_url() {
        let page = "<html>\u{1b}[2J".repeat(100_000);
        let error = page.parse::<SafeUrl>().unwrap_err().to_string();
        assert!(error.len() < 2_000 && !error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn this_network() {
        for text in ["http://169.254.169.254/a", "http://[fe80::1]/"] {
            assert!(url(text).is_link_local(), "{text}");
        }
        for text in ["http://10.0.0.1/", "http://169.254.169.254.test/", "http://127.0.0.1/"] {
            assert!(!url(text).is_link_local(), "{text}");
        }
    }

    #[test]
    fn loopback() {
        for text in [
            "http://127.0.0.1:1/",
            "http://[::1]/",
            "http://localhost/",
            "https://a.ADLS.localhost:5/",
        ] {
            assert!(url(text).is_loopback(), "{text}");
        }
        for text in ["http://127.0.0.1.test/", "http://localhost.test/", "http://10.0.0.1/"] {
            assert!(!url(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn parts_are_encoded_once() {
        let joined = url("https://host/base/").with_path_and_query("/a%20b", &[("x", "1&2=3 %")]);
        assert_eq!(joined.as_url().as_str(), "https://host/base/a%20b?x=1%262%3D3%20%25");
    }
}
