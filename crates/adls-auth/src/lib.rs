//! Azure AD credentials for people and services.
//!
//! A *credential* gets access tokens for a *resource* from an [`Authority`] and implements
//! [`TokenCredential`](adls_http::TokenCredential), the trait that every client of this project takes.
//! Most are made by `new` for the public cloud, and by `new_with` with [`AuthOptions`]; they keep their tokens in a
//! [`TokenCache`], renew them before they expire, and send one request however many callers wait.
//!
//! | who signs in | credential |
//! |---|---|
//! | a user, by a code typed into a browser elsewhere | [`DeviceCodeCredential`] |
//! | a user, by the browser of this machine | [`InteractiveBrowserCredential`] |
//! | a user, by an authorization code that the application received | [`AuthorizationCodeCredential`] |
//! | a user, by name and password | [`UsernamePasswordCredential`] |
//! | a user who signed in before | [`CachedAccountCredential`] |
//! | a user, by a refresh token from elsewhere | [`RefreshTokenCredential`] |
//! | an application, by its secret | [`ClientSecretCredential`] |
//! | an application, by its certificate | [`ClientCertificateCredential`] |
//! | an application, by assertions from elsewhere | [`ClientAssertionCredential`] |
//! | a Kubernetes pod or the like, by its token file | [`WorkloadIdentityCredential`] |
//! | the machine that the program runs on | [`ManagedIdentityCredential`] |
//! | a user who has called this service | [`OnBehalfOfCredential`] |
//! | whoever is signed in to `az` | [`AzureCliCredential`] |
//! | whoever environment variables name | [`EnvironmentCredential`] |
//! | the first of several that applies | [`ChainedCredential`] |
//! | whoever a given token is for | [`StaticTokenCredential`] |
//!
//! Failures are [`Error`]s, which name the cause, the authority's number for it (`AADSTS50126`) and,
//! with [`Error::hint`], the way out. Behind a failed operation of a client
//! [`Error::find`] finds them.

mod account;
mod authority;
#[cfg(feature = "azure_core")]
pub mod azure_sdk;
mod cache;
mod certificate;
mod credentials;
mod endpoint;
mod env;
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
pub use cache::{CacheKey, TokenCache};
pub use certificate::{AssertionAlgorithm, ClientCertificate};
pub use credentials::{
    AuthorizationCodeCredential, AzureCliCredential, CachedAccountCredential, ChainedCredential,
    ChainedCredentialBuilder, ClientAssertionCredential, ClientCertificateCredential,
    ClientSecretCredential, DeviceCodeCredential, EnvironmentCredential,
    InteractiveBrowserCredential, ManagedIdentityCredential, OnBehalfOfCredential,
    RefreshTokenCredential, StaticTokenCredential, UsernamePasswordCredential,
    WorkloadIdentityCredential,
};
pub use endpoint::{AssertionError, ClientProof};
pub use env::Env;
pub use error::{Attempt, AuthErrorKind, Error};
pub use flows::authorization_code::{AuthorizationRequest, PageOptions, ResponseMode};
pub use flows::browser::{BrowserOptions, OpenError};
pub use flows::device_code::DeviceCode;
pub use flows::managed_identity::ManagedIdentityId;
pub use options::AuthOptions;
pub use secrecy::SecretString;
pub use session::SignIn;

/// A result whose error is this crate's [`Error`] unless another is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;
