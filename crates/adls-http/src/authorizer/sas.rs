//! Shared access signatures in the query, and behind sources that headers name.

use http::header::{HeaderMap, HeaderValue};
use url::Host;

use super::{Authorizer, OutgoingRequest};
use crate::credential::SasToken;
use crate::{BoxFuture, Error, Result, SafeUrl};

/// The source of a rename, `/{file system}/{path}`: always in the account of the request.
const RENAME_SOURCE: &str = "x-ms-rename-source";
/// The source of a copy, a URL.
const COPY_SOURCE: &str = "x-ms-copy-source";
/// What proves the right to the source of a copy, if the caller says so.
const COPY_SOURCE_AUTHORIZATION: &str = "x-ms-copy-source-authorization";

/// Puts a shared access signature into the query.
///
/// A request with a source needs a right to that too, and the service looks for it behind the source in the
/// header that names it. The signature is put there as well, unless the caller has given another one for
/// the source, or the source of a copy is in another account: whoever runs that would learn it.
#[derive(Debug)]
pub(crate) struct SasAuthorizer(pub(crate) SasToken);

impl SasAuthorizer {
    fn sign(&self, request: &mut OutgoingRequest<'_>) -> Result<()> {
        request.append_query(self.0.secret());
        if let Some(source) = unsigned(request.headers(), RENAME_SOURCE) {
            let signed = self.behind(source)?;
            request.headers_mut().insert(RENAME_SOURCE, signed);
        }
        let copied = unsigned(request.headers(), COPY_SOURCE)
            .filter(|_| !request.headers().contains_key(COPY_SOURCE_AUTHORIZATION))
            .filter(|source| is_in_account_of(request.url(), source));
        if let Some(source) = copied {
            let signed = self.behind(source)?;
            request.headers_mut().insert(COPY_SOURCE, signed);
        }
        Ok(())
    }

    fn behind(&self, source: &str) -> Result<HeaderValue> {
        let separator = if source.contains('?') { '&' } else { '?' };
        let signed = format!("{source}{separator}{}", self.0.secret());
        let mut value = HeaderValue::try_from(signed)
            .map_err(|_| Error::credential("the signature holds what no header can carry"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl Authorizer for SasAuthorizer {
    fn authorize<'a>(&'a self, request: &'a mut OutgoingRequest<'_>) -> BoxFuture<'a, Result<()>> {
        let signed = self.sign(request);
        Box::pin(std::future::ready(signed))
    }
}

/// The source in a header, if it has no signature.
fn unsigned<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let source = headers.get(name)?.to_str().ok()?;
    let query = source.split_once('?').map_or("", |(_, query)| query);
    let is_signed = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "sig");
    (!is_signed).then_some(source)
}

/// Whether a source is in the account that a request goes to, by the same endpoint.
fn is_in_account_of(request: &SafeUrl, source: &str) -> bool {
    source.parse::<SafeUrl>().is_ok_and(|source| {
        source.origin() == request.origin() && account_in_path(&source) == account_in_path(request)
    })
}

/// The account that the path begins with where the host names none, as with emulators.
fn account_in_path(url: &SafeUrl) -> Option<&str> {
    let url = url.as_url();
    match url.host() {
        Some(Host::Domain(name)) if name != "localhost" => None,
        _ => url.path_segments().and_then(|mut segments| segments.next()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use http::Method;

    use super::*;

    fn signed(url: &str, headers: &[(&'static str, &'static str)]) -> (String, HeaderMap) {
        let mut own = HeaderMap::new();
        for (name, value) in headers {
            own.insert(*name, HeaderValue::from_static(value));
        }
        let mut request = OutgoingRequest {
            method: &Method::PUT,
            url: url.parse().unwrap(),
            headers: own,
            body_length: 0,
            now: SystemTime::UNIX_EPOCH,
            refusal: None,
        };
        let token = SasToken::new("sv=1&sig=s3cret%3D").unwrap();
        SasAuthorizer(token).sign(&mut request).unwrap();
        assert!(!format!("{request:?}").contains("s3cret"), "{request:?}");
        (request.url.as_url().to_string(), request.headers)
    }

    #[test]
    fn the_source_of_a_rename_is_signed_too() {
        for (source, expected) in [
            ("/fs/a%20b%3F", "/fs/a%20b%3F?sv=1&sig=s3cret%3D"),
            ("/fs/a?snapshot=1", "/fs/a?snapshot=1&sv=1&sig=s3cret%3D"),
            ("/fs/a?sv=2&sig=another", "/fs/a?sv=2&sig=another"),
            ("/fs/sig=1", "/fs/sig=1?sv=1&sig=s3cret%3D"),
        ] {
            let (url, headers) = signed("https://lake.test/fs/b", &[(RENAME_SOURCE, source)]);
            assert_eq!(url, "https://lake.test/fs/b?sv=1&sig=s3cret%3D");
            assert_eq!(headers[RENAME_SOURCE], expected);
        }
    }

    #[test]
    fn the_source_of_a_copy_is_signed_in_the_same_account_only() {
        let lake = "https://lake.blob.core.windows.net/fs/b";
        let local = "http://127.0.0.1:10000/lake/fs/b";
        for (url, source, own) in [
            (lake, "https://lake.blob.core.windows.net/fs/a", true),
            (lake, "https://pond.blob.core.windows.net/fs/a", false),
            (lake, "http://lake.blob.core.windows.net/fs/a", false),
            (lake, "https://lake.blob.core.windows.net:444/fs/a", false),
            (lake, "https://lake.blob.core.windows.net@evil.test/fs/a", false),
            (lake, "/fs/a", false),
            (local, "http://127.0.0.1:10000/lake/fs/a", true),
            (local, "http://127.0.0.1:10000/pond/fs/a", false),
        ] {
            let (_, headers) = signed(url, &[(COPY_SOURCE, source)]);
            let expected = if own { format!("{source}?sv=1&sig=s3cret%3D") } else { source.into() };
            assert_eq!(headers[COPY_SOURCE], expected.as_str(), "{url}");
        }
        let source = "https://lake.blob.core.windows.net/fs/a";
        let given = [(COPY_SOURCE, source), (COPY_SOURCE_AUTHORIZATION, "Bearer x")];
        assert_eq!(signed(lake, &given).1[COPY_SOURCE], source);
    }
}
