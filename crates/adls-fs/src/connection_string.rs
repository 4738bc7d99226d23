//! Connection strings of storage accounts.

use std::str::FromStr;

use adls_http::{AccountKey, Credential, SafeUrl, SasToken};
use adls_wire::cloud;

use crate::{Error, Result};

/// Names that may stand in a connection string, in the spelling of the portal.
const ACCOUNT_NAME: &str = "AccountName";
const ACCOUNT_KEY: &str = "AccountKey";
const SIGNATURE: &str = "SharedAccessSignature";
const PROTOCOL: &str = "DefaultEndpointsProtocol";
const SUFFIX: &str = "EndpointSuffix";
const BLOB: &str = "BlobEndpoint";
const DFS: &str = "DfsEndpoint";
const DEVELOPMENT: &str = "UseDevelopmentStorage";

/// The names that count here.
const USED: [&str; 8] =
    [ACCOUNT_NAME, ACCOUNT_KEY, SIGNATURE, PROTOCOL, SUFFIX, BLOB, DFS, DEVELOPMENT];

/// Names of what other services and readers of copies want to know.
const IGNORED: [&str; 10] = [
    "QueueEndpoint",
    "TableEndpoint",
    "FileEndpoint",
    "WebEndpoint",
    "BlobSecondaryEndpoint",
    "DfsSecondaryEndpoint",
    "QueueSecondaryEndpoint",
    "TableSecondaryEndpoint",
    "FileSecondaryEndpoint",
    "DevelopmentStorageProxyUri",
];

/// The most characters of a name that is shown: a longer one may be a key.
const SHOWN_NAME: usize = 32;

/// A Gen2 account as the portal and other tools write it down: where it is, and by which right it is used.
///
/// ```text
/// DefaultEndpointsProtocol=https;AccountName=mylake;AccountKey=...;EndpointSuffix=core.windows.net
/// BlobEndpoint=https://mylake.blob.core.windows.net;SharedAccessSignature=sv=...&sig=...
/// ```
///
/// Names are in any order and any case. Of the two endpoints one is enough, since the other follows from
/// it, and without any they follow from the account's name. The form is that of [Configure connection
/// strings][docs]; `Debug` shows no key and no signature.
///
/// [docs]: https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string
///
/// ```
/// use adls_fs::ConnectionString;
///
/// let text = "AccountName=mylake;AccountKey=czNjcmV0;EndpointSuffix=core.windows.net";
/// let connection: ConnectionString = text.parse()?;
/// assert_eq!(connection.account(), Some("mylake"));
/// assert_eq!(connection.dfs_endpoint().to_string(), "https://mylake.dfs.core.windows.net/");
/// # Ok::<(), adls_fs::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConnectionString {
    account: Option<String>,
    dfs: SafeUrl,
    blob: SafeUrl,
    credential: Credential,
}

impl ConnectionString {
    /// The bare name of the account, if the text says it or the endpoint does.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Where the account answers the Data Lake protocol.
    #[must_use]
    pub fn dfs_endpoint(&self) -> &SafeUrl {
        &self.dfs
    }

    /// Where the account answers the Blob protocol.
    #[must_use]
    pub fn blob_endpoint(&self) -> &SafeUrl {
        &self.blob
    }

    /// The key or the signature; [`Credential::Anonymous`] without either.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }
}

/// The parts of a text that count, by name.
struct Parts<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self> {
        let mut parts: Vec<(&'static str, &str)> = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            // What has no name may be a secret.
            let (name, value) = part.split_once('=').ok_or_else(|| {
                invalid("has a part that is not of the form Name=value; separate the parts with ;")
            })?;
            let is = |known: &&str| known.eq_ignore_ascii_case(name.trim());
            let Some(name) = USED.into_iter().find(|known| is(known)) else {
                if IGNORED.iter().any(is) {
                    continue;
                }
                return Err(unknown(name.trim()));
            };
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(invalid(&format!("has {name} twice; leave one out")));
            }
            parts.push((name, value.trim()));
        }
        Ok(Self(parts))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value).filter(|value| !value.is_empty())
    }

    fn endpoint(&self, name: &str) -> Result<Option<SafeUrl>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let url: SafeUrl =
            text.parse().map_err(|error| invalid(&format!("has no usable {name}: {error}")))?;
        if url.as_url().query().is_some() {
            return Err(invalid(&format!(
                "has a query in {name}; give a signature as {SIGNATURE}"
            )));
        }
        Ok(Some(url))
    }

    /// The endpoints, DFS and Blob.
    fn endpoints(&self) -> Result<(SafeUrl, SafeUrl)> {
        match (self.endpoint(DFS)?, self.endpoint(BLOB)?) {
            (Some(dfs), Some(blob)) => return Ok((dfs, blob)),
            (Some(dfs), None) => return Ok((dfs.clone(), counterpart(&dfs, ".dfs.", ".blob.")?)),
            (None, Some(blob)) => return Ok((counterpart(&blob, ".blob.", ".dfs.")?, blob)),
            (None, None) => {}
        }
        let account = self
            .get(ACCOUNT_NAME)
            .ok_or_else(|| invalid(&format!("names no account; add {ACCOUNT_NAME}= or {DFS}=")))?;
        let protocol = self.get(PROTOCOL).unwrap_or("https");
        let public = cloud::PUBLIC.gen2_suffix.trim_start_matches("dfs.");
        let suffix = self.get(SUFFIX).unwrap_or(public);
        let at = |service: &str| {
            let text = format!("{protocol}://{account}.{service}.{suffix}");
            text.parse::<SafeUrl>().map_err(|error| {
                invalid(&format!("has no usable {PROTOCOL}, {ACCOUNT_NAME} or {SUFFIX}: {error}"))
            })
        };
        Ok((at("dfs")?, at("blob")?))
    }

    fn credential(&self, account: Option<&str>) -> Result<Credential> {
        match (self.get(ACCOUNT_KEY), self.get(SIGNATURE)) {
            (Some(_), Some(_)) => {
                Err(invalid(&format!("has both {ACCOUNT_KEY} and {SIGNATURE}; leave one out")))
            }
            (Some(key), None) => {
                let account = account.ok_or_else(|| {
                    invalid(&format!("says not whose {ACCOUNT_KEY} it has; add {ACCOUNT_NAME}="))
                })?;
                Ok(AccountKey::new(account, key)?.into())
            }
            (None, Some(signature)) => Ok(SasToken::new(signature)?.into()),
            (None, None) => Ok(Credential::Anonymous),
        }
    }
}

impl FromStr for ConnectionString {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts = Parts::read(text)?;
        if parts.get(DEVELOPMENT).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Err(invalid(&format!(
                "has {DEVELOPMENT}=true, which leaves it to each program where the emulator is; write \
                 {ACCOUNT_NAME}=, {ACCOUNT_KEY}= and {DFS}= of the emulator that is meant, such as \
                 {DFS}=http://127.0.0.1:10000/devstoreaccount1"
            )));
        }
        let (dfs, blob) = parts.endpoints()?;
        let account = parts.get(ACCOUNT_NAME).map(str::to_owned).or_else(|| account_of(&dfs));
        let credential = parts.credential(account.as_deref())?;
        Ok(Self { account, dfs, blob, credential })
    }
}

fn invalid(what: &str) -> Error {
    Error::invalid(format!("the connection string {what}"))
}

fn unknown(name: &str) -> Error {
    let harmless = name.len() <= SHOWN_NAME && name.chars().all(|c| c.is_ascii_alphabetic());
    let shown = if harmless { format!("{name:?}") } else { "an unknown name".to_owned() };
    invalid(&format!("has {shown}, which means nothing; known are {}", USED.join(", ")))
}

/// The other endpoint of the same account: the host has another label, or where it has none of these, as
/// with an emulator, both protocols are at one place.
fn counterpart(url: &SafeUrl, own: &str, other: &str) -> Result<SafeUrl> {
    if !url.host().contains(own) {
        return Ok(url.clone());
    }
    let text = url.as_url().as_str().replacen(own, other, 1);
    text.parse().map_err(|error| invalid(&format!("has an endpoint without counterpart: {error}")))
}

/// The account that an endpoint names: in its host, else as the first name of its path.
pub(crate) fn account_of(endpoint: &SafeUrl) -> Option<String> {
    let host = endpoint.host();
    // Between the account and the service there may be a zone or the name of a private link.
    let of_host = host
        .split_once('.')
        .filter(|_| [".dfs.", ".blob."].iter().any(|service| host.contains(service)));
    let named = match of_host {
        Some((account, _)) => account,
        None => endpoint.as_url().path_segments().and_then(|mut names| names.next())?,
    };
    (!named.is_empty()).then(|| named.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn parse(text: &str) -> ConnectionString {
        text.parse().unwrap()
    }

    fn ends(connection: &ConnectionString) -> [String; 2] {
        [&connection.dfs, &connection.blob].map(|url| url.as_url().to_string())
    }

    #[test]
    fn as_the_portal_writes_it() {
        let connection = parse(
            "DefaultEndpointsProtocol=https;AccountName=lake;AccountKey=czNjcmV0;\
             EndpointSuffix=core.windows.net",
        );
        assert_eq!(connection.account(), Some("lake"));
        assert_eq!(
            ends(&connection),
            ["https://lake.dfs.core.windows.net/", "https://lake.blob.core.windows.net/"]
        );
        assert!(
            matches!(connection.credential(), Credential::SharedKey(key) if key.account() == "lake")
        );
        assert!(!format!("{connection:?}").contains("czNj"));
    }

    #[test]
    fn names_are_in_any_order_and_case() {
        let text =
            " endpointsuffix = core.chinacloudapi.cn ; ACCOUNTKEY=czNjcmV0IQ== ;accountname=lake;;";
        assert_eq!(ends(&parse(text))[0], "https://lake.dfs.core.chinacloudapi.cn/");
    }

    #[test]
    fn one_endpoint_is_enough() {
        for (text, account, expected) in [
            (
                "BlobEndpoint=https://lake.blob.core.windows.net/;QueueEndpoint=https://x.test;\
                 SharedAccessSignature=sv=1&sig=s3cret%3D",
                Some("lake"),
                ["https://lake.dfs.core.windows.net/", "https://lake.blob.core.windows.net/"],
            ),
            (
                "DfsEndpoint=https://lake.dfs.core.windows.net;SharedAccessSignature=?sig=s3cret",
                Some("lake"),
                ["https://lake.dfs.core.windows.net/", "https://lake.blob.core.windows.net/"],
            ),
            (
                "BlobEndpoint=https://lake.z6.blob.storage.azure.net",
                Some("lake"),
                [
                    "https://lake.z6.dfs.storage.azure.net/",
                    "https://lake.z6.blob.storage.azure.net/",
                ],
            ),
            (
                "DfsEndpoint=http://127.0.0.1:10000/devstoreaccount1;AccountKey=czNjcmV0",
                Some("devstoreaccount1"),
                [
                    "http://127.0.0.1:10000/devstoreaccount1",
                    "http://127.0.0.1:10000/devstoreaccount1",
                ],
            ),
            (
                "DfsEndpoint=https://files.corp.test;BlobEndpoint=https://blobs.corp.test",
                None,
                ["https://files.corp.test/", "https://blobs.corp.test/"],
            ),
        ] {
            let connection = parse(text);
            assert_eq!(
                (connection.account(), ends(&connection)),
                (account, expected.map(String::from))
            );
            assert!(!format!("{connection:?}").contains("s3cret"), "{connection:?}");
        }
        let anonymous = parse("AccountName=lake");
        assert!(matches!(anonymous.credential(), Credential::Anonymous));
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_shown() {
        for (text, named) in [
            ("", "AccountName="),
            ("AccountKey=czNjcmV0", "AccountName="),
            ("UseDevelopmentStorage=true", "devstoreaccount1"),
            ("AccountName=lake;AccountKey=czNjcmV0;SharedAccessSignature=sig=s3cret", "both"),
            ("AccountName=lake;AccountName=pond", "AccountName twice"),
            ("AccountName=lake;AccoutKey=czNjcmV0", "\"AccoutKey\""),
            ("czNjcmV0czNjcmV0czNjcmV0czNjcmV0czNjcmV0==", "an unknown name"),
            ("AccountName=lake;czNjcmV0", "Name=value"),
            ("AccountName=lake;AccountKey=s3cret!", "base64"),
            ("AccountName=lake;SharedAccessSignature=sv=s3cret", "sig="),
            (
                "BlobEndpoint=https://lake.blob.core.windows.net/?sig=s3cret",
                "query in BlobEndpoint",
            ),
            ("BlobEndpoint=https://user:s3cret@lake.test/", "BlobEndpoint"),
            ("BlobEndpoint=lake", "BlobEndpoint"),
            ("DefaultEndpointsProtocol=ftp;AccountName=lake", "DefaultEndpointsProtocol"),
            ("DfsEndpoint=https://127.0.0.1/;AccountKey=czNjcmV0", "AccountName="),
        ] {
            let error = text.parse::<ConnectionString>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{text}");
            let shown = format!("{error} {error:?}");
            assert!(error.to_string().contains(named), "{text}: {error}");
            assert!(!shown.contains("s3cret") && !shown.contains("czNj"), "{shown}");
        }
    }
}
