//! URLs of items in an account, in all the ways in which they are written.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use adls_http::SafeUrl;
use adls_wire::{ParsePathError, RemotePath, cloud, webhdfs};
use url::form_urlencoded;

use crate::Error;

/// The suffix of accounts in an emulator on this machine.
const EMULATOR_SUFFIX: &str = "adls.localhost";

/// The generation of Data Lake Storage that an account is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// Data Lake Store: one file system for each account.
    Gen1,
    /// Data Lake Storage: a storage account with file systems, which are its blob containers.
    Gen2,
}

/// The scheme before `://`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scheme {
    Adl,
    Abfs,
    Abfss,
    Https,
}

/// Where an item is, account included.
///
/// | written | generation |
/// |---|---|
/// | `adl://account/path`, `adl://account.azuredatalakestore.net/path` | Gen1 |
/// | `https://account.azuredatalakestore.net/path`, also below `/webhdfs/v1` | Gen1 |
/// | `abfss://filesystem@account/path`, `abfss://filesystem@account.dfs.core.windows.net/path`, `abfs://` | Gen2 |
/// | `https://account.dfs.core.windows.net/filesystem/path`, `https://account.blob.core.windows.net/filesystem/path` | Gen2 |
/// | `abfss://workspace@onelake.dfs.fabric.microsoft.com/item.Lakehouse/Files/path` | Gen2 |
///
/// In `adl` and `abfs` URLs the path is taken as it is: blanks, `%`, `?` and `#` are parts of names, as
/// in the Hadoop shell, and nothing is percent-decoded. In `https` URLs it is percent-encoded. Signatures
/// and passwords have no place in any of them: they are refused, and not shown.
///
/// `Display` writes a URL in the way in which it was read; read again it is the same. What it does not
/// keep are `/webhdfs/v1`, `.` and doubled slashes.
///
/// ```
/// use adls_fs::{Generation, RemoteUrl};
///
/// let url: RemoteUrl = "adl://account/data/50% done.csv".parse()?;
/// assert_eq!((url.generation(), url.account()), (Generation::Gen1, "account"));
/// assert_eq!(url.path().as_str(), "/data/50% done.csv");
/// assert_eq!(url.to_string(), "adl://account/data/50% done.csv");
///
/// let url: RemoteUrl = "https://account.dfs.core.windows.net/raw/day%201/".parse()?;
/// assert_eq!((url.generation(), url.file_system()), (Generation::Gen2, Some("raw")));
/// assert_eq!(url.host_suffix(), Some("dfs.core.windows.net"));
/// assert_eq!(url.path().as_str(), "/day 1");
/// assert!(url.is_directory_form());
/// # Ok::<(), adls_fs::ParseRemoteUrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RemoteUrl {
    scheme: Scheme,
    file_system: Option<String>,
    account: String,
    host_suffix: Option<String>,
    path: RemotePath,
}

/// What a client is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientOf<'a> {
    pub(crate) generation: Generation,
    pub(crate) endpoint: &'a SafeUrl,
    pub(crate) file_system: Option<&'a str>,
}

/// Why a text is not a [`RemoteUrl`]. What may be a secret is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseRemoteUrlError {
    /// It does not begin with a known scheme.
    #[error(
        "{0:?} is not a remote URL; write adl://account/path or abfss://filesystem@account/path"
    )]
    Scheme(String),
    /// The account is missing or holds characters that no account name has.
    #[error("{0:?} names no usable account; write it like adl://account/path")]
    Account(String),
    /// The host of an `https` URL is not that of an account.
    #[error(
        "{0:?} does not lead to a storage account; write it like \
         https://account.dfs.core.windows.net/filesystem/path or adl://account/path"
    )]
    Host(String),
    /// A Gen2 URL without a file system.
    #[error("{0:?} names no file system; write it like abfss://filesystem@account/path")]
    FileSystem(String),
    /// It carries a query or a fragment.
    #[error(
        "{0:?} has a query or a fragment behind it, which no name of a file has; leave it off, and give \
         a signature as the credential; in https URLs write ? as %3F and # as %23"
    )]
    Query(String),
    /// Its percent-encoding is not UTF-8.
    #[error("the percent-encoding of {0:?} is not UTF-8")]
    Encoding(String),
    /// The path is not usable.
    #[error("in {url:?}: {source}")]
    Path {
        /// The text as given.
        url: String,
        /// What is wrong with its path.
        source: ParsePathError,
    },
}

impl RemoteUrl {
    /// A Gen1 URL.
    #[must_use]
    pub fn gen1(account: impl Into<String>, path: RemotePath) -> Self {
        Self {
            scheme: Scheme::Adl,
            file_system: None,
            account: account.into(),
            host_suffix: None,
            path,
        }
    }

    /// A Gen2 URL.
    #[must_use]
    pub fn gen2(
        account: impl Into<String>,
        file_system: impl Into<String>,
        path: RemotePath,
    ) -> Self {
        Self {
            scheme: Scheme::Abfss,
            file_system: Some(file_system.into()),
            account: account.into(),
            host_suffix: None,
            path,
        }
    }

    /// The generation of the account: only Gen2 has file systems to name.
    #[must_use]
    pub fn generation(&self) -> Generation {
        match self.file_system {
            Some(_) => Generation::Gen2,
            None => Generation::Gen1,
        }
    }

    /// The account's bare name.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What follows the account's name in its host, if the URL says it.
    #[must_use]
    pub fn host_suffix(&self) -> Option<&str> {
        self.host_suffix.as_deref()
    }

    /// The file system of a Gen2 account; `None` for Gen1, which has only one.
    #[must_use]
    pub fn file_system(&self) -> Option<&str> {
        self.file_system.as_deref()
    }

    /// The path inside the file system.
    #[must_use]
    pub fn path(&self) -> &RemotePath {
        &self.path
    }

    /// Whether the text ended in a slash: as the target of a transfer it then means "inside".
    #[must_use]
    pub fn is_directory_form(&self) -> bool {
        self.path.is_directory_form()
    }

    /// Fails when the URL does not lead to the file system of a client, as far as it says: without a
    /// suffix only the account's name is compared. An endpoint that is an address or a bare host name,
    /// as that of an emulator, is taken for any account.
    pub(crate) fn check_file_system(&self, client: ClientOf<'_>) -> crate::Result<()> {
        let ClientOf { generation, endpoint, file_system } = client;
        if generation != self.generation() {
            return Err(Error::invalid(format!(
                "{self} is a URL of {:?}, and this client is one of {generation:?}, for {endpoint}",
                self.generation()
            )));
        }
        let host = endpoint.host();
        let address = host.parse::<IpAddr>().is_ok() || host.starts_with('[');
        let split = host.split_once('.').filter(|_| !address);
        let named = self.host_suffix.as_deref().map(host_of);
        let same = split.is_none_or(|(account, suffix)| {
            account.eq_ignore_ascii_case(&self.account)
                && named.is_none_or(|named| store_of(named).eq_ignore_ascii_case(store_of(suffix)))
        });
        if !same {
            return Err(Error::invalid(format!(
                "{self} is in another account than that of this client, {endpoint}"
            )));
        }
        match (self.file_system(), file_system) {
            (Some(own), Some(other)) if own != other => Err(Error::invalid(format!(
                "{self} is in another file system than that of this client, {other}"
            ))),
            _ => Ok(()),
        }
    }

    /// Another path in the same file system.
    #[must_use]
    pub fn with_path(&self, path: RemotePath) -> Self {
        Self { path, ..self.clone() }
    }
}

/// A suffix without the port that it may hold.
fn host_of(suffix: &str) -> &str {
    suffix.split_once(':').map_or(suffix, |(host, _)| host)
}

/// A Gen2 suffix without the label that chooses between the two ways to the same files.
fn store_of(suffix: &str) -> &str {
    suffix.strip_prefix("dfs.").or_else(|| suffix.strip_prefix("blob.")).unwrap_or(suffix)
}

fn generation_of(suffix: &str) -> Generation {
    match store_of(suffix) == suffix {
        true => Generation::Gen1,
        false => Generation::Gen2,
    }
}

fn is_gen1_suffix(suffix: &str) -> bool {
    let known = cloud::ALL.iter().filter_map(|cloud| cloud.gen1_suffix).chain([EMULATOR_SUFFIX]);
    known.into_iter().any(|known| known.eq_ignore_ascii_case(host_of(suffix)))
}

impl FromStr for RemoteUrl {
    type Err = ParseRemoteUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use ParseRemoteUrlError as E;
        let (scheme, rest) = split_scheme(text)?;
        if has_query(scheme, rest) {
            return Err(E::Query(shown(text)));
        }
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (file_system, host) = match (scheme, authority.split_once('@')) {
            (Scheme::Abfs | Scheme::Abfss, Some((file_system, host))) => (Some(file_system), host),
            (Scheme::Abfs | Scheme::Abfss, None) => return Err(E::FileSystem(shown(text))),
            (Scheme::Adl | Scheme::Https, _) => (None, authority),
        };
        let (account, host_suffix) = match host.split_once('.') {
            Some((account, suffix)) if is_name(suffix, ".-:") => (account, Some(suffix)),
            Some(_) => return Err(E::Account(shown(text))),
            None => (host, None),
        };
        if !is_name(account, "-") {
            return Err(E::Account(shown(text)));
        }
        let decoded = match scheme {
            Scheme::Https => percent_decoded(path).ok_or_else(|| E::Encoding(text.to_owned()))?,
            Scheme::Adl | Scheme::Abfs | Scheme::Abfss => path.to_owned(),
        };
        let (file_system, path) = match (scheme, host_suffix) {
            (Scheme::Https, Some(suffix)) if generation_of(suffix) == Generation::Gen2 => {
                let below = decoded.trim_start_matches('/');
                let (file_system, path) = below.split_once('/').unwrap_or((below, ""));
                (Some(file_system), path)
            }
            (Scheme::Https, Some(suffix)) if is_gen1_suffix(suffix) => {
                let below = decoded.strip_prefix(webhdfs::ROOT);
                let below = below.filter(|below| below.is_empty() || below.starts_with('/'));
                (None, below.unwrap_or(&decoded))
            }
            (Scheme::Https, _) => return Err(E::Host(shown(text))),
            _ => (file_system, &*decoded),
        };
        // A workspace of OneLake may be called like a person would call it.
        let also = if account.eq_ignore_ascii_case("onelake") { "-_$. " } else { "-_$" };
        if file_system.is_some_and(|file_system| !is_name(file_system, also)) {
            return Err(E::FileSystem(shown(text)));
        }
        let path = path.parse().map_err(|source| E::Path { url: text.to_owned(), source })?;
        Ok(Self {
            scheme,
            file_system: file_system.map(str::to_owned),
            account: account.to_owned(),
            host_suffix: host_suffix.map(str::to_owned),
            path,
        })
    }
}

impl From<ParseRemoteUrlError> for Error {
    fn from(error: ParseRemoteUrlError) -> Self {
        Self::invalid(error.to_string())
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), ParseRemoteUrlError> {
    let error = || ParseRemoteUrlError::Scheme(shown(text));
    let (scheme, rest) = text.split_once("://").ok_or_else(error)?;
    match scheme.to_ascii_lowercase().as_str() {
        "adl" | "adls" => Ok((Scheme::Adl, rest)),
        "abfs" => Ok((Scheme::Abfs, rest)),
        "abfss" => Ok((Scheme::Abfss, rest)),
        "https" => Ok((Scheme::Https, rest)),
        _ => Err(error()),
    }
}

/// Whether something follows the path. Where `?` may be part of a name, only a signature does.
fn has_query(scheme: Scheme, rest: &str) -> bool {
    match (scheme, rest.split_once('?')) {
        (Scheme::Https, _) => rest.contains(['?', '#']),
        (_, Some((_, query))) => form_urlencoded::parse(query.as_bytes())
            .any(|(name, value)| name == "sig" && !value.is_empty()),
        (_, None) => false,
    }
}

fn percent_decoded(path: &str) -> Option<String> {
    percent_encoding::percent_decode_str(path).decode_utf8().ok().map(Into::into)
}

fn is_name(text: &str, also: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c))
}

/// What may be shown of a text that is refused: nothing behind which a query begins, and before an `@`
/// only what can be a file system.
fn shown(text: &str) -> String {
    let cut = text.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    match rest.rsplit_once('@') {
        Some((user, _)) if !is_name(user, "-_$.") => format!("{scheme}://REDACTED"),
        _ => cut.to_owned(),
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, encoded) = match self.scheme {
            Scheme::Adl => ("adl", None),
            Scheme::Abfs => ("abfs", None),
            Scheme::Abfss => ("abfss", None),
            Scheme::Https => ("https", Some(self.path.encoded())),
        };
        let path = encoded.as_deref().unwrap_or(self.path.as_str());
        let file_system = self.file_system.as_deref();
        write!(f, "{scheme}://")?;
        if let (Some(file_system), None) = (file_system, &encoded) {
            write!(f, "{file_system}@")?;
        }
        f.write_str(&self.account)?;
        if let Some(suffix) = &self.host_suffix {
            write!(f, ".{suffix}")?;
        }
        match (file_system, &encoded) {
            (Some(file_system), Some(_)) => write!(f, "/{}", file_system.replace(' ', "%20"))?,
            // A directory of this name is not the prefix.
            (None, Some(path)) if path.starts_with(webhdfs::ROOT) => f.write_str(webhdfs::ROOT)?,
            _ => {}
        }
        f.write_str(path)?;
        if self.path.is_directory_form() && !self.path.is_root() {
            f.write_str("/")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_both_ways() {
        for text in [
            "adl://account/",
            "adl://account/a/b c/d+e%20?#",
            "adl://account/directory/",
            "adl://account.azuredatalakestore.net/a",
            "adl://account.adls.localhost:8443/a",
            "abfss://raw@account/a",
            "abfs://raw@account.dfs.core.windows.net/a%20 b?c#d/",
            "abfss://work-space@onelake.dfs.fabric.microsoft.com/item.Lakehouse/Files/a",
            "https://account.azuredatalakestore.net/a%20b/%3F%23%25/",
            "https://account.azuredatalakestore.net/webhdfs/v1/webhdfs/v1/a",
            "https://account.adls.localhost:8443/a",
            "https://account.dfs.core.windows.net/raw/",
            "https://account.blob.core.windows.net/raw/a%20b/",
            "https://account.dfs.core.chinacloudapi.cn/raw/a",
            "https://onelake.dfs.fabric.microsoft.com/My%20work/item.Lakehouse/Files/a",
        ] {
            let url: RemoteUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), text);
            let again: RemoteUrl = url.to_string().parse().unwrap();
            assert_eq!((&again, again.is_directory_form()), (&url, url.is_directory_form()));
        }
        for (text, canonical) in [
            ("adl://account", "adl://account/"),
            ("ADLS://account/a", "adl://account/a"),
            (
                "https://account.azuredatalakestore.net/webhdfs/v1/a",
                "https://account.azuredatalakestore.net/a",
            ),
            (
                "https://account.azuredatalakestore.net/webhdfs/v10",
                "https://account.azuredatalakestore.net/webhdfs/v1/webhdfs/v10",
            ),
            (
                "https://account.dfs.core.windows.net/raw",
                "https://account.dfs.core.windows.net/raw/",
            ),
        ] {
            assert_eq!(text.parse::<RemoteUrl>().unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn parts_of_each_spelling() {
        use Generation::{Gen1, Gen2};
        for (text, generation, file_system, account, path) in [
            ("adl://a.azuredatalakestore.net/x%20y", Gen1, None, "a", "/x%20y"),
            ("https://a.azuredatalakestore.net/webhdfs/v1/x%20y", Gen1, None, "a", "/x y"),
            ("abfs://fs@a/x%20y", Gen2, Some("fs"), "a", "/x%20y"),
            ("https://a.dfs.core.windows.net/%24web/x%20y+z", Gen2, Some("$web"), "a", "/x y+z"),
            ("https://a.blob.core.windows.net/fs", Gen2, Some("fs"), "a", "/"),
            (
                "abfss://ws@onelake.dfs.fabric.microsoft.com/i.Lakehouse/Files/x",
                Gen2,
                Some("ws"),
                "onelake",
                "/i.Lakehouse/Files/x",
            ),
        ] {
            let url: RemoteUrl = text.parse().unwrap();
            assert_eq!((url.generation(), url.file_system()), (generation, file_system), "{text}");
            assert_eq!((url.account(), url.path().as_str()), (account, path), "{text}");
        }
    }

    /// A client of the generation that its host tells.
    fn of(endpoint: &SafeUrl) -> ClientOf<'_> {
        let suffix = endpoint.host().split_once('.').map_or("", |(_, suffix)| suffix);
        let generation = generation_of(suffix);
        let file_system = (generation == Generation::Gen2).then_some("raw");
        ClientOf { generation, endpoint, file_system }
    }

    #[test]
    fn an_account_is_told_by_its_host() {
        for (url, endpoint, same) in [
            ("adl://account/a", "https://account.azuredatalakestore.net", true),
            ("adl://Account/a", "https://account.azuredatalakestore.net", true),
            ("adl://other/a", "https://account.azuredatalakestore.net", false),
            (
                "adl://account.azuredatalakestore.net/",
                "https://account.azuredatalakestore.net",
                true,
            ),
            ("adl://account.evil.test/", "https://account.azuredatalakestore.net", false),
            ("adl://account.adls.localhost:8443/a", "https://account.adls.localhost:8443", true),
            ("adl://account/a", "http://127.0.0.1:8080", true),
            ("adl://account/a", "http://localhost:8080", true),
            ("abfss://raw@account/a", "https://account.azuredatalakestore.net", false),
            ("abfss://raw@account/a", "http://127.0.0.1:8080", false),
            ("abfss://raw@account/a", "https://account.dfs.core.windows.net", true),
            (
                "https://account.blob.core.windows.net/raw/a",
                "https://account.dfs.core.windows.net",
                true,
            ),
            ("adl://account/a", "https://account.dfs.core.windows.net", false),
            ("abfss://other@account/a", "https://account.dfs.core.windows.net", false),
        ] {
            let url: RemoteUrl = url.parse().unwrap();
            let endpoint: SafeUrl = endpoint.parse().unwrap();
            let checked = url.check_file_system(of(&endpoint));
            assert_eq!(checked.is_ok(), same, "{url} {endpoint}");
        }
        let url: RemoteUrl = "abfss://raw@account/a".parse().unwrap();
        let gen1 = "https://account.azuredatalakestore.net".parse().unwrap();
        let error = url.check_file_system(of(&gen1)).unwrap_err().to_string();
        assert!(error.contains("a URL of Gen2, and this client is one of Gen1"), "{error}");
    }

    #[test]
    fn refuses_with_the_way_out() {
        use ParseRemoteUrlError as E;
        let parse = |text: &str| text.parse::<RemoteUrl>().unwrap_err();
        assert!(matches!(parse("/a/b"), E::Scheme(_)));
        assert!(matches!(parse("http://account.azuredatalakestore.net/a"), E::Scheme(_)));
        assert!(matches!(parse("https://account/a"), E::Host(_)));
        assert!(matches!(parse("https://account.test/a"), E::Host(_)));
        assert!(matches!(parse("https://account.dfs.core.windows.net/"), E::FileSystem(_)));
        assert!(matches!(parse("https://account.azuredatalakestore.net/%ff"), E::Encoding(_)));
        assert!(matches!(parse("https://account.azuredatalakestore.net/a/%2e./b"), E::Path { .. }));
        assert!(matches!(parse("adl:///a"), E::Account(_)));
        assert!(matches!(parse("adl://user:pw@account/a"), E::Account(_)));
        assert!(matches!(parse("adl://a b/c"), E::Account(_)));
        assert!(matches!(parse("abfss://account/a"), E::FileSystem(_)));
        assert!(matches!(parse("adl://account/a/../b"), E::Path { .. }));
    }

    #[test]
    fn no_refusal_shows_a_secret() {
        for text in [
            "https://account.blob.core.windows.net/raw/a?sv=1&sig=s3cret",
            "https://account.blob.core.windows.net/raw/a#s3cret",
            "abfss://raw@account/a?sv=1&sig=s3cret",
            "adl://account/a?sig=s3cret%3D&sv=1",
            "adl://user:s3cret@account/a",
            "https://user:s3cret@account.azuredatalakestore.net/a",
            "https://user:s3/cret@account.azuredatalakestore.net/a",
            "abfss://user:s3cret@account/a",
            "abfss://user:s3/cret@account/a",
            "ftp://user:s3?cret@account/a",
            "user:s3cret@account/a",
        ] {
            let error = text.parse::<RemoteUrl>().unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(!said.contains("s3") && !said.contains("cret"), "{text}: {said}");
        }
    }
}
