//! Azure AD credentials for people and services.
//!
//! A *credential* gets access tokens for a *resource* from an [`Authority`] and implements
//! [`TokenCredential`](adls_http::TokenCredential), the trait that every client of this project takes.
//! All of them are made by `new(options, ...)` with the same [`AuthOptions`], keep their tokens in a
//! [`TokenCache`], renew them before they expire, and send one request however many callers wait.
//!
//! | who signs in | credential |
//! |---|---|
//! | a user, by a code typed into a browser elsewhere | [`DeviceCodeCredential`] |
//! | a user, by name and password | [`UsernamePasswordCredential`] |
//! | a user who signed in before | [`CachedAccountCredential`] |
//! | a user, by a refresh token from elsewhere | [`RefreshTokenCredential`] |
//! | an application, by its secret | [`ClientSecretCredential`] |
//! | whoever a given token is for | [`StaticTokenCredential`] |
//!
//! Failures are [`Error`]s, which name the cause, the authority's number for it (`AADSTS50126`) and,
//! with [`Error::hint`], the way out. Behind a failed operation of a client
//! [`Error::find`] finds them.

mod account;
mod authority;
mod cache;
mod credentials;
mod endpoint;
mod error;
mod flows;
pub mod jwt;
mod options;
mod scope;
mod session;
mod tokens;

pub use account::{Account, CachedApp};
pub use adls_wire::cloud;
pub use authority::{Authority, Protocol};
pub use cache::TokenCache;
pub use credentials::{
    CachedAccountCredential, ClientSecretCredential, DeviceCodeCredential, RefreshTokenCredential,
    StaticTokenCredential, UsernamePasswordCredential,
};
pub use error::{AuthErrorKind, Error};
pub use flows::device_code::DeviceCode;
pub use options::AuthOptions;
pub use secrecy::SecretString;
pub use session::SignIn;

/// A result whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
