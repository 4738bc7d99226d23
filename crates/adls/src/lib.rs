//! The data lake toolkit in one crate: sign in to Azure AD, work with the files in Azure Data Lake,
//! manage its accounts.
//!
//! A first upload, by a user who types a code into a browser:
//!
//! ```no_run
//! use adls::prelude::*;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let credential = DeviceCodeCredential::new(|code| async move { println!("{}", code.message) })?;
//! let lake = adls::connect("abfss://filesystem@account", credential)?;
//! lake.put("/hello.txt", "hello").await?;
//! # Ok(())
//! # }
//! ```
//!
//! The defaults are Azure's public cloud, the client of the Azure command line, and one set of
//! connections for the whole process. [`connect_with`] takes others.
//!
//! Each module is a crate of its own, which a program that needs no more can use alone:
//!
//! | module | crate | what it has |
//! |---|---|---|
//! | [`auth`] | `adls-auth` | credentials of Azure AD, the token cache |
//! | [`fs`] | `adls-fs` | file systems: directories, files, ACLs, streams and transfers |
//! | [`mgmt`] | `adls-mgmt` | Resource Manager: accounts and resource groups |
//! | [`http`] | `adls-http` | the traits to plug in: credential, transport, clock |

pub use adls_auth as auth;
pub use adls_fs as fs;
use adls_fs::{FileSystemClient, FileSystemOptions, RemoteUrl, Result};
pub use adls_http as http;
pub use adls_mgmt as mgmt;

use adls_http::Credential;

/// What most programs need, for one `use`.
pub mod prelude {
    pub use adls_auth::{
        AuthOptions, AzureCliCredential, ClientSecretCredential, DeviceCodeCredential,
        EnvironmentCredential, InteractiveBrowserCredential, ManagedIdentityCredential,
    };
    pub use adls_fs::transfer::TransferOptions;
    pub use adls_fs::{
        AccountClient, AccountKey, ErrorKind, FileSystemClient, FileSystemOptions, ListOptions,
        RemotePath, RemoteUrl, SasToken, WriteOptions,
    };
    pub use adls_http::{ClientOptions, Credential, TokenCredential};
}

/// A client of what `url` leads to, such as `abfss://filesystem@account` (Gen2) or `adl://account` (Gen1); see [`RemoteUrl`] for the ways
/// in which it can be written. `credential` is one of [`auth`], bare or in an `Arc`, or any other
/// [`Credential`]. Nothing is sent yet.
///
/// # Errors
/// [`ErrorKind::Invalid`](fs::ErrorKind::Invalid) when the text is no URL of an account, or the host is
/// neither Azure's nor on this machine.
pub fn connect(
    url: impl AsRef<str>,
    credential: impl Into<Credential>,
) -> Result<FileSystemClient> {
    connect_with(url, credential, FileSystemOptions::default())
}

/// The same with options.
///
/// # Errors
/// As for [`connect`].
pub fn connect_with(
    url: impl AsRef<str>,
    credential: impl Into<Credential>,
    options: FileSystemOptions,
) -> Result<FileSystemClient> {
    FileSystemClient::from_url(&url.as_ref().parse::<RemoteUrl>()?, credential, options)
}
