//! What a request addresses: the account, the protocol, the file system, the path.

use adls_wire::RemotePath;
use http::{HeaderMap, Method, header};
use percent_encoding::percent_decode_str;

use super::endpoint::Endpoint;
use super::errors::{BodyForm, ErrorCode, StorageError};
use super::one_lake::endpoint_of_host;
use super::protocol::Protocol;
use super::query::Query;
use crate::seed::ONE_LAKE;

/// What a request addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The account, in lower case.
    pub(crate) account: String,
    pub(crate) endpoint: Endpoint,
    /// The file system, or container.
    pub(crate) file_system: Option<String>,
    /// What is behind the file system; `None` when there is nothing, not even a slash.
    pub(crate) path: Option<RemotePath>,
    /// Whether the path, which is not the root, ends in a slash.
    pub(crate) trailing_slash: bool,
    /// The path as it was sent, with the account in it in path style: it is signed so.
    pub(crate) raw_path: String,
}

impl Address {
    /// Reads the path of a URL, as it was sent.
    ///
    /// # Errors
    /// When it is not UTF-8, or no path.
    pub(crate) fn parse(
        account: &str,
        endpoint: Endpoint,
        raw_path: &str,
    ) -> Result<Self, StorageError> {
        let below = if endpoint.path_style { split_first(raw_path).1 } else { raw_path };
        let (file_system, rest) = split(below)?;
        Ok(Self {
            account: account.to_ascii_lowercase(),
            endpoint,
            file_system,
            trailing_slash: rest.as_ref().is_some_and(|rest| rest.ends_in_slash),
            path: rest.map(|rest| rest.path),
            raw_path: raw_path.to_owned(),
        })
    }

    /// Fails when there is a path, which what is about a whole file system must not have: nobody means the
    /// whole who names a part.
    ///
    /// # Errors
    /// That it is no URI for it.
    pub(crate) fn require_no_path(&self) -> Result<(), StorageError> {
        match &self.path {
            Some(path) if !path.is_root() => Err(ErrorCode::InvalidUri.into()),
            _ => Ok(()),
        }
    }

    /// The path, which is the root when nothing is behind the file system.
    pub(crate) fn path_or_root(&self) -> RemotePath {
        self.path.clone().unwrap_or_else(RemotePath::root)
    }
}

/// What is behind a file system in a path.
struct Rest {
    path: RemotePath,
    ends_in_slash: bool,
}

/// What `x-ms-rename-source` names.
#[derive(Debug)]
pub(crate) struct RenameSource {
    pub(crate) file_system: String,
    pub(crate) path: RemotePath,
    /// What came behind it: a signature, if any.
    pub(crate) query: Query,
}

impl RenameSource {
    /// Reads the header of a request to `target`. It is `/{filesystem}/{path}`, encoded, with or without a
    /// host before it; where the account is in the path, clients put it there as well.
    ///
    /// # Errors
    /// When it names no path in a file system, or another account.
    pub(crate) fn parse(
        text: &str,
        target: &Address,
        is_file_system: impl Fn(&str) -> bool,
    ) -> Result<Self, StorageError> {
        let invalid = || StorageError::from(ErrorCode::InvalidSourceUri);
        let (location, query) = text.split_once('?').unwrap_or((text, ""));
        let (host, path) = split_host(location);
        let is_of_account = host.is_some_and(|host| is_host_of(host, &target.account));
        if host.is_some_and(is_host_of_some_account) && !is_of_account {
            return Err(invalid());
        }
        let (first, rest) = split(path)?;
        let (Some(first), Some(below)) = (first, rest) else { return Err(invalid()) };
        let names_account = target.endpoint.protocol.is_none()
            && !is_of_account
            && first.eq_ignore_ascii_case(&target.account)
            && !is_file_system(&first);
        if names_account {
            let (file_system, rest) = split_decoded(below.path.as_str())?;
            let (Some(file_system), Some(rest)) = (file_system, rest) else {
                return Err(invalid());
            };
            return Ok(Self { file_system, path: rest.path, query: Query::parse(query) });
        }
        // A host that names no account says it in the path, if at all.
        if host.is_some() && !is_of_account {
            return Err(invalid());
        }
        Ok(Self { file_system: first, path: below.path, query: Query::parse(query) })
    }
}

/// The blob that a URL names.
#[derive(Debug)]
pub(crate) struct CopySource {
    pub(crate) address: Address,
    /// What came behind it: a signature, if any.
    pub(crate) query: Query,
}

impl CopySource {
    /// Reads an absolute URL. `None` if it is one of something else than a blob of an account, as far as its
    /// form says: of another service or of another machine. `origin` is where the caller reaches the emulator.
    ///
    /// # Errors
    /// When it is no URL.
    pub(crate) fn parse(url: &str, origin: &str) -> Result<Option<Self>, StorageError> {
        let invalid = || StorageError::from(ErrorCode::InvalidSourceUri);
        let (location, query) = url.split_once('?').unwrap_or((url, ""));
        let (host, path) = split_host(location);
        let host = host.ok_or_else(invalid)?;
        let (account, endpoint) = if let Some(endpoint) = endpoint_of_one_lake(host) {
            (ONE_LAKE.to_owned(), endpoint)
        } else if is_host_of_some_account(host) {
            let first = host.split('.').next().unwrap_or_default().to_ascii_lowercase();
            let account = first.strip_suffix("-secondary").unwrap_or(&first).to_owned();
            (account, Endpoint::of_host(Protocol::Blob, false))
        } else if split_host(origin).0 == Some(host) || is_loopback(host) {
            (split_first(path).0.to_ascii_lowercase(), Endpoint::shared(true))
        } else {
            return Ok(None);
        };
        let address = Address::parse(&account, endpoint, path)?;
        let query = Query::parse(query);
        Ok(address.path.is_some().then_some(Self { address, query }))
    }
}

/// Whether a host, perhaps with a port, is this machine, which has no host for each account.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The host before a path, if there is one.
fn split_host(location: &str) -> (Option<&str>, &str) {
    let Some((scheme, rest)) = location.split_once("://") else { return (None, location) };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return (None, location);
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (Some(host), path)
}

/// How OneLake is reached at a host, perhaps with a port, if it is one of it.
fn endpoint_of_one_lake(host: &str) -> Option<Endpoint> {
    endpoint_of_host(host.split(':').next().unwrap_or_default())
}

/// Whether a host begins with an account and one of the two protocols, or is one of OneLake.
fn is_host_of_some_account(host: &str) -> bool {
    let protocol = host.split('.').nth(1);
    endpoint_of_one_lake(host).is_some()
        || protocol.is_some_and(|word| {
            ["dfs", "blob"].iter().any(|known| word.eq_ignore_ascii_case(known))
        })
}

fn is_host_of(host: &str, account: &str) -> bool {
    if endpoint_of_one_lake(host).is_some() {
        return account == ONE_LAKE;
    }
    let first = host.split('.').next();
    is_host_of_some_account(host) && first.is_some_and(|first| first.eq_ignore_ascii_case(account))
}

/// The first segment of a path that was sent, and what follows it with its slash.
pub(crate) fn split_first(raw_path: &str) -> (&str, &str) {
    let path = raw_path.trim_start_matches('/');
    path.split_at(path.find('/').unwrap_or(path.len()))
}

/// Decodes a path and takes it apart. Slashes separate whether or not they were encoded, and a second
/// decoding does not happen: `%252F` is the text `%2F` in a name.
fn split(raw_path: &str) -> Result<(Option<String>, Option<Rest>), StorageError> {
    let invalid = || StorageError::from(ErrorCode::InvalidUri);
    let decoded = percent_decode_str(raw_path).decode_utf8().map_err(|_| invalid())?;
    split_decoded(&decoded)
}

fn split_decoded(path: &str) -> Result<(Option<String>, Option<Rest>), StorageError> {
    let invalid = || StorageError::from(ErrorCode::InvalidUri);
    let text = path.trim_start_matches('/');
    if text.is_empty() {
        return Ok((None, None));
    }
    let Some((file_system, rest)) = text.split_once('/') else {
        return Ok((Some(text.to_owned()), None));
    };
    let path: RemotePath = rest.parse().map_err(|_| invalid())?;
    let ends_in_slash = !path.is_root() && rest.ends_with('/');
    Ok((Some(file_system.to_owned()), Some(Rest { path, ends_in_slash })))
}

/// Which protocol a request speaks, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub(crate) protocol: Protocol,
    /// Whether nothing says so: neither the host nor the request. Then the answer is to suit both.
    pub(crate) is_open: bool,
    /// What the body of an error is written in.
    pub(crate) form: BodyForm,
}

impl Spoken {
    /// Finds out from the host, and where that speaks both protocols from the request. `method` is the one
    /// that is meant.
    pub(crate) fn find(
        endpoint: Endpoint,
        method: &Method,
        query: &Query,
        headers: &HeaderMap,
    ) -> Self {
        if let Some(protocol) = endpoint.protocol {
            return Self { protocol, is_open: false, form: protocol.into() };
        }
        let accepted = accepted(headers);
        let said = said(method, query, headers);
        let assumed = match accepted {
            Some(BodyForm::Xml) => Protocol::Blob,
            Some(BodyForm::Json) | None => Protocol::Dfs,
        };
        let protocol = said.unwrap_or(assumed);
        let form = accepted.unwrap_or_else(|| protocol.into());
        Self { protocol, is_open: said.is_none(), form }
    }
}

/// The protocol whose words a request has.
fn said(method: &Method, query: &Query, headers: &HeaderMap) -> Option<Protocol> {
    let dfs = ["resource", "action", "recursive"].iter().any(|name| query.has(name))
        || headers.contains_key("x-ms-rename-source")
        || *method == Method::PATCH
        || (*method == Method::POST && headers.contains_key("x-ms-lease-action"));
    let blob = || {
        ["restype", "comp"].iter().any(|name| query.has(name))
            || (*method == Method::PUT
                && ["x-ms-blob-type", "x-ms-copy-source"]
                    .iter()
                    .any(|name| headers.contains_key(*name)))
    };
    if dfs { Some(Protocol::Dfs) } else { blob().then_some(Protocol::Blob) }
}

/// What the caller says it reads, if it is one of the two.
fn accepted(headers: &HeaderMap) -> Option<BodyForm> {
    let text = headers.get(header::ACCEPT)?.to_str().ok()?.to_ascii_lowercase();
    let at = |form: &str| text.find(form);
    match (at("json"), at("xml")) {
        (Some(json), Some(xml)) if xml < json => Some(BodyForm::Xml),
        (Some(_), _) => Some(BodyForm::Json),
        (None, Some(_)) => Some(BodyForm::Xml),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(endpoint: Endpoint, path: &str) -> Address {
        Address::parse("lake", endpoint, path).unwrap()
    }

    fn shown(address: &Address) -> String {
        let slash = if address.trailing_slash { "/" } else { "" };
        let path = address.path.as_ref().map_or("-", RemotePath::as_str);
        format!("{} {path}{slash}", address.file_system.as_deref().unwrap_or("-"))
    }

    #[test]
    fn one_entry_has_many_addresses() {
        let host = Endpoint::of_host(Protocol::Dfs, false);
        for (path, expected) in [
            ("/", "- -"),
            ("/fs", "fs -"),
            ("/fs/", "fs /"),
            ("/fs//", "fs /"),
            ("/fs/%2F", "fs /"),
            ("/fs/a/b", "fs /a/b"),
            ("/fs/a%2Fb", "fs /a/b"),
            ("/fs/a%2fb", "fs /a/b"),
            ("/fs//a//b", "fs /a/b"),
            ("/fs/%2Fa", "fs /a"),
            ("/fs/a/", "fs /a/"),
            ("/fs/a%2F", "fs /a/"),
            ("/fs/a%252Fb", "fs /a%2Fb"),
            ("/fs/a%20b+c", "fs /a b+c"),
            ("/fs/%E4%BD%A0", "fs /你"),
            ("/%24web/index.html", "$web /index.html"),
        ] {
            let address = address(host, path);
            assert_eq!(shown(&address), expected, "{path}");
            assert_eq!(address.raw_path, path);
        }
    }

    #[test]
    fn in_path_style_the_account_is_no_file_system() {
        for (path, expected) in [
            ("/lake", "- -"),
            ("/lake/", "- -"),
            ("/lake/fs", "fs -"),
            ("/lake/fs/a%2Fb", "fs /a/b"),
        ] {
            let address = address(Endpoint::shared(true), path);
            assert_eq!(shown(&address), expected, "{path}");
            assert_eq!(address.raw_path, path);
        }
        assert_eq!(shown(&address(Endpoint::shared(false), "/fs/lake")), "fs /lake");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["/fs/%FF", "/fs/a/../b", "/fs/a%2F..%2Fb", "/fs/%00", "/fs/a%0Ab"] {
            let refused = Address::parse("lake", Endpoint::shared(false), path).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidUri, "{path}");
        }
    }

    #[test]
    fn a_source_is_a_path_in_a_file_system_of_the_same_account() {
        let host = Endpoint::of_host(Protocol::Dfs, false);
        let shared = Endpoint::shared(true);
        let source = |endpoint, text| {
            let target = Address::parse("lake", endpoint, "/lake/fs/x").unwrap();
            RenameSource::parse(text, &target, |name| name == "fs")
        };
        for (endpoint, text) in [
            (host, "/fs/a%20b%2Fc"),
            (host, "%2Ffs%2Fa%20b/c"),
            (host, "https://lake.dfs.core.windows.net/fs/a%20b/c"),
            (host, "https://Lake.blob.localhost:10000/fs/a%20b/c"),
            (host, "/fs/a%20b/c?sv=2021-12-02&sig=x"),
            (shared, "/fs/a%20b/c"),
            (shared, "/lake/fs/a%20b/c"),
            (shared, "http://127.0.0.1:10000/lake/fs/a%20b/c?sv=2021-12-02&sig=x"),
        ] {
            let found = source(endpoint, text).unwrap();
            assert_eq!((found.file_system.as_str(), found.path.as_str()), ("fs", "/a b/c"));
            assert_eq!(found.query.has("sig"), text.contains("sig="), "{text}");
        }
        for (endpoint, text) in [(host, "/fs/e%2520f"), (shared, "/lake/fs/e%2520f")] {
            let found = source(endpoint, text).unwrap();
            assert_eq!(found.path.as_str(), "/e%20f", "decoded more than once");
        }
        for (endpoint, text) in [
            (host, ""),
            (host, "/"),
            (host, "/fs"),
            (host, "https://other.dfs.core.windows.net/fs/a"),
            (host, "https://127.0.0.1/lake/fs/a"),
            (shared, "https://127.0.0.1/other/fs/a"),
            (shared, "https://other.dfs.core.windows.net/lake/fs/a"),
            (shared, "/lake/fs"),
        ] {
            let refused = source(endpoint, text).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidSourceUri, "{text}");
        }
    }

    #[test]
    fn an_account_in_a_path_gives_way_to_a_file_system_of_its_name() {
        let target = Address::parse("lake", Endpoint::shared(true), "/lake/lake/x").unwrap();
        let found = RenameSource::parse("/lake/fs/a", &target, |name| name == "lake").unwrap();
        assert_eq!((found.file_system.as_str(), found.path.as_str()), ("lake", "/fs/a"));
    }

    /// Name and value.
    type Header = (&'static str, &'static str);

    fn spoken(method: &Method, query: &str, headers: &[Header]) -> Spoken {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Spoken::find(Endpoint::shared(true), method, &Query::parse(query), &map)
    }

    #[test]
    fn a_host_decides_and_else_the_words_of_the_request() {
        let json = ("accept", "application/json");
        let xml = ("accept", "application/xml");
        let table: [(Method, &str, &[Header], Protocol, bool); 17] = [
            (Method::PUT, "resource=file", &[xml], Protocol::Dfs, false),
            (Method::PATCH, "Action=append&position=0", &[], Protocol::Dfs, false),
            (Method::DELETE, "recursive=true", &[xml], Protocol::Dfs, false),
            (Method::PUT, "mode=legacy", &[("x-ms-rename-source", "/a/b")], Protocol::Dfs, false),
            (Method::POST, "", &[("x-ms-lease-action", "acquire")], Protocol::Dfs, false),
            (Method::PUT, "comp=lease", &[("x-ms-lease-action", "acquire")], Protocol::Blob, false),
            (Method::GET, "restype=container&comp=list", &[json], Protocol::Blob, false),
            (Method::PUT, "comp=expiry", &[], Protocol::Blob, false),
            (Method::PUT, "", &[("x-ms-blob-type", "BlockBlob"), json], Protocol::Blob, false),
            (Method::PUT, "", &[("x-ms-copy-source", "https://a/b")], Protocol::Blob, false),
            (Method::GET, "", &[("x-ms-blob-type", "BlockBlob"), json], Protocol::Dfs, true),
            (Method::GET, "", &[], Protocol::Dfs, true),
            (Method::HEAD, "timeout=5", &[xml], Protocol::Blob, true),
            (Method::DELETE, "", &[json], Protocol::Dfs, true),
            (Method::DELETE, "", &[xml], Protocol::Blob, true),
            (Method::DELETE, "", &[("accept", "*/*")], Protocol::Dfs, true),
            (Method::GET, "", &[("accept", "application/xml, text/json")], Protocol::Blob, true),
        ];
        for (method, query, headers, protocol, is_open) in table {
            let spoken = spoken(&method, query, headers);
            assert_eq!((spoken.protocol, spoken.is_open), (protocol, is_open), "{method} {query}");
        }
        let host = Endpoint::of_host(Protocol::Blob, false);
        let spoken =
            Spoken::find(host, &Method::GET, &Query::parse("resource=x"), &HeaderMap::new());
        assert_eq!((spoken.protocol, spoken.is_open), (Protocol::Blob, false));
    }

    #[test]
    fn errors_are_written_as_the_caller_reads_where_the_host_leaves_it_open() {
        let form = |query, headers: &[Header]| spoken(&Method::GET, query, headers).form;
        let json = ("accept", "application/json");
        let xml = ("accept", "application/xml");
        assert_eq!(form("resource=filesystem", &[xml]), BodyForm::Xml);
        assert_eq!(form("resource=filesystem", &[]), BodyForm::Json);
        assert_eq!(form("comp=list", &[json]), BodyForm::Json);
        assert_eq!(form("comp=list", &[("accept", "*/*")]), BodyForm::Xml);
        let mut headers = HeaderMap::new();
        headers.insert("accept", "application/json".parse().unwrap());
        let host = Endpoint::of_host(Protocol::Blob, false);
        let spoken = Spoken::find(host, &Method::GET, &Query::parse(""), &headers);
        assert_eq!(spoken.form, BodyForm::Xml);
    }
}
