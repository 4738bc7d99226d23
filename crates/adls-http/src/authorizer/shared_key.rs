//! Signatures over the whole request, by a key of the account.

use std::time::SystemTime;

use adls_wire::shared_key::{DATE, HeaderOrder, Scheme, SignedRequest, Whitespace};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use jiff::Timestamp;

use super::{Authorizer, OutgoingRequest};
use crate::credential::AccountKey;
use crate::{BoxFuture, Error, Result};

/// Signs every try with SharedKey. A try that says no time of its own gets one, since the service refuses
/// what is older than 15 minutes.
#[derive(Debug)]
pub(crate) struct SharedKeyAuthorizer(pub(crate) AccountKey);

impl SharedKeyAuthorizer {
    fn sign(&self, request: &mut OutgoingRequest<'_>) -> Result<()> {
        let now = request.now();
        if !request.headers().contains_key(DATE) {
            request.headers_mut().insert(DATE, date(now)?);
        }
        let mut value = HeaderValue::try_from(self.authorization(request))
            .map_err(|_| Error::credential("the account has a name that no header can carry"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(())
    }

    fn authorization(&self, request: &OutgoingRequest<'_>) -> String {
        // The transport adds the length later; of what it adds it is all that is signed.
        let length = request.body_length().to_string();
        let own = request.headers().iter().filter(|(name, _)| *name != CONTENT_LENGTH);
        let headers = own.map(|(name, value)| (name.as_str(), value.as_bytes()));
        let headers: Vec<_> =
            headers.chain([(CONTENT_LENGTH.as_str(), length.as_bytes())]).collect();
        let url = request.url().as_url();
        let query: Vec<_> = url.query_pairs().into_owned().collect();
        let signed = SignedRequest {
            method: request.method().as_str(),
            path: url.path(),
            query: &query,
            headers: &headers,
        };
        let (scheme, account) = (Scheme::SharedKey, self.0.account());
        // As the newest SDKs have it.
        let text = signed.string_to_sign(account, scheme, HeaderOrder::Culture, Whitespace::Kept);
        scheme.authorization(account, &self.0.signing_key().sign(&text))
    }
}

impl Authorizer for SharedKeyAuthorizer {
    fn authorize<'a>(&'a self, request: &'a mut OutgoingRequest<'_>) -> BoxFuture<'a, Result<()>> {
        let signed = self.sign(request);
        Box::pin(std::future::ready(signed))
    }
}

/// `Tue, 24 Dec 2019 20:37:22 GMT`.
fn date(now: SystemTime) -> Result<HeaderValue> {
    let unusable =
        || Error::credential("the clock shows no time that a request can be signed with");
    let now = Timestamp::try_from(now).map_err(|_| unusable())?;
    let text = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::try_from(text).map_err(|_| unusable())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use http::{HeaderMap, HeaderName, Method};

    use super::*;

    /// Tue, 01 Jan 2030 00:00:00 GMT.
    const NOW: Duration = Duration::from_secs(1_893_456_000);

    fn signed(
        (account, method, url): (&str, Method, &str),
        headers: &[(&'static str, &'static str)],
        body_length: usize,
    ) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let mut request = OutgoingRequest {
            method: &method,
            url: url.parse().unwrap(),
            headers: headers.iter().map(pair).collect(),
            body_length,
            now: SystemTime::UNIX_EPOCH + NOW,
            refusal: None,
        };
        let key = STANDARD.encode((0..64).collect::<Vec<u8>>());
        SharedKeyAuthorizer(AccountKey::new(account, &key).unwrap()).sign(&mut request).unwrap();
        request.headers
    }

    /// The signatures are those of azure-storage-blob 12.31.1 for the same requests.
    #[test]
    fn signs_as_the_newest_sdk_does() {
        let version = ("x-ms-version", "2026-10-06");
        for (request, headers, body_length, signature) in [
            (
                (
                    "lake",
                    Method::PUT,
                    "https://lake.dfs.core.windows.net/fs/a%2Fb%20c?resource=file&mode=legacy",
                ),
                &[
                    version,
                    ("x-ms-source-lease-id", ""),
                    ("content-type", "application/json"),
                    ("x-ms-properties", "a=YQ=="),
                ][..],
                0,
                "MXZ49E1Bz3dTh42/q2BA/hW4O58gYgGwTf41Mw22AfM=",
            ),
            (
                ("lake", Method::PUT, "https://lake.blob.core.windows.net/fs/a?comp=metadata"),
                &[
                    version,
                    ("x-ms-meta-foo-bar", "1"),
                    ("x-ms-meta-foo_bar", "2"),
                    ("x-ms-meta-foobar", "3"),
                    ("x-ms-meta-foo1", "4"),
                    ("x-ms-meta-f-oobar", "two  blanks"),
                ],
                0,
                "bBOsPJZMViTg8W17v2+kUS1zIH8E9kdxbjew0Cz0nzc=",
            ),
            (
                (
                    "devstoreaccount1",
                    Method::GET,
                    "http://127.0.0.1:10000/devstoreaccount1/fs?restype=container&comp=list\
                     &prefix=a%2Fb%20%C3%BC&include=metadata",
                ),
                &[version, ("if-match", "\"0x1\""), ("content-language", "de")],
                0,
                "R5NHhC/U9vN7S+vikKnnW7ytn+G4piBGdRCLf/rlYRM=",
            ),
            (
                (
                    "lake",
                    Method::PATCH,
                    "https://lake.dfs.core.windows.net/fs/%E6%96%87%E4%BB%B6/a%2Bb%25\
                     ?action=append&position=0",
                ),
                &[version, ("content-md5", "XrY7u+Ae7tCTyyK7j1rNww==")],
                11,
                "1WpR04i1kfkQPiVKy4rTr01FzAlXKD1/tRkp6lZfS1E=",
            ),
        ] {
            let account = request.0;
            let headers = signed(request, headers, body_length);
            assert_eq!(headers["x-ms-date"], "Tue, 01 Jan 2030 00:00:00 GMT");
            let authorization = &headers["authorization"];
            assert_eq!(authorization, format!("SharedKey {account}:{signature}").as_str());
            assert!(!format!("{headers:?}").contains(signature));
        }
    }

    #[test]
    fn a_time_of_ones_own_stays() {
        let url = "https://lake.test/fs";
        let own = [("x-ms-date", "Tue, 01 Jan 2030 00:05:00 GMT")];
        let headers = signed(("lake", Method::GET, url), &own, 0);
        assert_eq!(headers["x-ms-date"], own[0].1);
        let other = signed(("lake", Method::GET, url), &[], 0);
        assert_ne!(headers["authorization"], other["authorization"]);
    }
}
