//! URLs of items in an account: `adl://account/path` and `abfss://filesystem@account/path`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use adls_http::SafeUrl;
use adls_wire::{ParsePathError, RemotePath};

/// The scheme of a [`RemoteUrl`], which tells the kind of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// Data Lake Store (Gen1).
    Adl,
    /// Data Lake Storage (Gen2), encrypted.
    Abfss,
}

impl Scheme {
    /// As it stands before `://`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Adl => "adl",
            Self::Abfss => "abfss",
        }
    }
}

/// Where an item is, account included.
///
/// The account is a bare name or a whole host, `adl://account/...` or
/// `adl://account.azuredatalakestore.net/...`. The path is taken as it is: blanks, `%`, `?` and `#`
/// are parts of names, as in the Hadoop shell, and nothing is percent-decoded.
///
/// ```
/// use adls_fs::RemoteUrl;
///
/// let url: RemoteUrl = "adl://account/data/50% done.csv".parse()?;
/// assert_eq!(url.account(), "account");
/// assert_eq!(url.path().as_str(), "/data/50% done.csv");
/// assert_eq!(url.to_string(), "adl://account/data/50% done.csv");
///
/// let url: RemoteUrl = "abfss://raw@account.dfs.core.windows.net/data/".parse()?;
/// assert_eq!(url.file_system(), Some("raw"));
/// assert_eq!(url.host_suffix(), Some("dfs.core.windows.net"));
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
    directory_form: bool,
}

/// Why a text is not a [`RemoteUrl`].
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
    /// A Gen2 URL without a file system.
    #[error("{0:?} names no file system; write it like abfss://filesystem@account/path")]
    FileSystem(String),
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
            directory_form: false,
        }
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
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
        self.directory_form
    }

    /// Whether the URL leads to the account of this endpoint, as far as it says: without a suffix only
    /// the account's name is compared. An endpoint that is an address or a bare host name, as that of
    /// an emulator, is taken for any account.
    pub(crate) fn is_of(&self, endpoint: &SafeUrl) -> bool {
        let host = endpoint.host();
        let address = host.parse::<IpAddr>().is_ok() || host.starts_with('[');
        let Some((account, suffix)) = host.split_once('.').filter(|_| !address) else {
            return true;
        };
        // The suffix may hold a port.
        let named = self.host_suffix.as_deref().map(|suffix| match suffix.split_once(':') {
            Some((name, _)) => name,
            None => suffix,
        });
        account.eq_ignore_ascii_case(&self.account)
            && named.is_none_or(|named| named.eq_ignore_ascii_case(suffix))
    }

    /// Another path in the same file system.
    #[must_use]
    pub fn with_path(&self, path: RemotePath) -> Self {
        Self { path, directory_form: false, ..self.clone() }
    }
}

impl FromStr for RemoteUrl {
    type Err = ParseRemoteUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = split_scheme(text)?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (file_system, host) = match (scheme, authority.split_once('@')) {
            (Scheme::Abfss, Some((file_system, host))) if is_name(file_system, "-_$") => {
                (Some(file_system.to_owned()), host)
            }
            (Scheme::Abfss, _) => return Err(ParseRemoteUrlError::FileSystem(text.to_owned())),
            (Scheme::Adl, _) => (None, authority),
        };
        let (account, host_suffix) = match host.split_once('.') {
            Some((account, suffix)) if is_name(suffix, ".-:") => (account, Some(suffix.to_owned())),
            Some(_) => return Err(ParseRemoteUrlError::Account(text.to_owned())),
            None => (host, None),
        };
        if !is_name(account, "-") {
            return Err(ParseRemoteUrlError::Account(text.to_owned()));
        }
        let directory_form = path.ends_with('/') || path.ends_with("/.");
        let path = path
            .parse()
            .map_err(|source| ParseRemoteUrlError::Path { url: text.to_owned(), source })?;
        Ok(Self {
            scheme,
            file_system,
            account: account.to_owned(),
            host_suffix,
            path,
            directory_form,
        })
    }
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), ParseRemoteUrlError> {
    let error = || ParseRemoteUrlError::Scheme(text.to_owned());
    let (scheme, rest) = text.split_once("://").ok_or_else(error)?;
    match scheme.to_ascii_lowercase().as_str() {
        "adl" | "adls" => Ok((Scheme::Adl, rest)),
        "abfss" => Ok((Scheme::Abfss, rest)),
        _ => Err(error()),
    }
}

fn is_name(text: &str, also: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c))
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.as_str())?;
        if let Some(file_system) = &self.file_system {
            write!(f, "{file_system}@")?;
        }
        f.write_str(&self.account)?;
        if let Some(suffix) = &self.host_suffix {
            write!(f, ".{suffix}")?;
        }
        write!(f, "{}", self.path)?;
        if self.directory_form && !self.path.is_root() {
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
        ] {
            assert_eq!(text.parse::<RemoteUrl>().unwrap().to_string(), text);
        }
        assert_eq!("adl://account".parse::<RemoteUrl>().unwrap().to_string(), "adl://account/");
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
        ] {
            let url: RemoteUrl = url.parse().unwrap();
            assert_eq!(url.is_of(&endpoint.parse().unwrap()), same, "{url} {endpoint}");
        }
    }

    #[test]
    fn refuses_with_the_way_out() {
        use ParseRemoteUrlError as E;
        let parse = |text: &str| text.parse::<RemoteUrl>().unwrap_err();
        assert!(matches!(parse("/a/b"), E::Scheme(_)));
        assert!(matches!(parse("https://account/a"), E::Scheme(_)));
        assert!(matches!(parse("adl:///a"), E::Account(_)));
        assert!(matches!(parse("adl://user:pw@account/a"), E::Account(_)));
        assert!(matches!(parse("adl://a b/c"), E::Account(_)));
        assert!(matches!(parse("abfss://account/a"), E::FileSystem(_)));
        assert!(matches!(parse("adl://account/a/../b"), E::Path { .. }));
    }
}
