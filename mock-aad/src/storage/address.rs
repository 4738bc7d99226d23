//! What a request addresses: the account, the protocol, the file system, the path.

use adls_wire::RemotePath;
use http::{HeaderMap, Method, header};
use percent_encoding::percent_decode_str;

use super::endpoint::Endpoint;
use super::errors::{BodyForm, ErrorCode, StorageError};
use super::protocol::Protocol;
use super::query::Query;

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

/// The file system and the path that a header like `x-ms-rename-source` names, without its query.
///
/// # Errors
/// When it names no path in a file system.
pub(crate) fn source(text: &str) -> Result<(String, RemotePath), StorageError> {
    match split(text)? {
        (Some(file_system), Some(rest)) => Ok((file_system, rest.path)),
        _ => Err(ErrorCode::InvalidSourceUri.into()),
    }
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
    let text = decoded.trim_start_matches('/');
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
    fn a_source_is_a_path_in_a_file_system() {
        let (file_system, path) = source("/fs/a%20b%2Fc").unwrap();
        assert_eq!((file_system.as_str(), path.as_str()), ("fs", "/a b/c"));
        for text in ["", "/", "/fs"] {
            assert_eq!(source(text).unwrap_err().code(), ErrorCode::InvalidSourceUri, "{text}");
        }
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
