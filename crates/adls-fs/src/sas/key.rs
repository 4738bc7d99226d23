//! Keys with which users sign, and how to get one.

use std::time::SystemTime;

use adls_http::{Idempotency, Pipeline, Request, SafeUrl, SigningKey};
use adls_wire::sas::SasVersion;
use adls_wire::user_delegation_key::{self as wire, KeyInfo};
use http::{HeaderName, HeaderValue, Method, StatusCode};

use super::time;
use crate::error::http_kind;
use crate::{Error, ErrorKind, Result};

/// The operation's name in the service's reference.
const OPERATION: &str = "Get User Delegation Key";
const VERSION: HeaderName = HeaderName::from_static("x-ms-version");
/// More than any answer has, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A key with which a user signs [`UserDelegationSas`](super::UserDelegationSas), for a week at most. It
/// permits nothing by itself beyond what the user may do, but that to whoever has it.
///
/// `Debug` does not show the secret.
#[derive(Clone, Debug)]
pub struct UserDelegationKey {
    /// What the service has told, without the value.
    told: wire::UserDelegationKey,
    expires_on: SystemTime,
    key: SigningKey,
}

impl UserDelegationKey {
    /// The key in an answer of Get User Delegation Key, fetched by whatever means.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] when the text is no such answer.
    pub fn from_xml(text: &str) -> Result<Self> {
        let misread = |why: String| {
            let text = format!("the answer tells no user delegation key: {why}");
            Error::new(ErrorKind::Protocol).with_message(text)
        };
        let mut told =
            wire::UserDelegationKey::from_xml(text).map_err(|error| misread(error.to_string()))?;
        let key = SigningKey::from_base64(&std::mem::take(&mut told.value));
        let key = key.map_err(|_| misread("its Value is not base64".to_owned()))?;
        let expires_on = time::read(&told.expiry)
            .ok_or_else(|| misread("its SignedExpiry is no time".to_owned()))?;
        Ok(Self { told, expires_on, key })
    }

    /// The object id of the user.
    #[must_use]
    pub fn object_id(&self) -> &str {
        &self.told.object_id
    }

    /// The tenant of the user.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        &self.told.tenant
    }

    /// Until when it can sign, and what it has signed can be used.
    #[must_use]
    pub fn expires_on(&self) -> SystemTime {
        self.expires_on
    }

    pub(super) fn told(&self) -> &wire::UserDelegationKey {
        &self.told
    }

    pub(super) fn signing_key(&self) -> &SigningKey {
        &self.key
    }
}

/// Fetches a key of whoever is signed in: the credential of `pipeline` must be one that gets tokens.
///
/// `blob_endpoint` is that of the account's Blob service, such as `https://mylake.blob.core.windows.net`,
/// and one of the pipeline's. The key is good from `starts_on`, or at once, until `expires_on`, which is at
/// most seven days later. A key can be fetched as often as one likes; [`UserDelegationKeyCache`] keeps one.
///
/// The rules are those of [Get User Delegation Key][docs].
///
/// [docs]: https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key
/// [`UserDelegationKeyCache`]: super::UserDelegationKeyCache
///
/// # Errors
/// [`ErrorKind::Unauthenticated`] when the credential gets no token, or is not one that could;
/// [`ErrorKind::PermissionDenied`] when the user has no role that lets it make keys, such as *Storage Blob
/// Delegator*; [`ErrorKind::Invalid`] when the service takes the times for none; else as for every request.
pub async fn fetch_user_delegation_key(
    pipeline: &Pipeline,
    blob_endpoint: &SafeUrl,
    starts_on: Option<SystemTime>,
    expires_on: SystemTime,
) -> Result<UserDelegationKey> {
    let start = starts_on.map(time::write).transpose()?;
    let expiry = time::write(expires_on)?;
    let info = KeyInfo { start: start.as_deref(), expiry: &expiry, delegated_tenant: None };
    let version = HeaderValue::try_from(SasVersion::DEFAULT.to_string())
        .map_err(|error| Error::invalid(error.to_string()))?;
    let url = blob_endpoint.with_path_and_query("/", &wire::QUERY);
    // Asking twice gives two answers and changes nothing.
    let request = Request::new(OPERATION, Method::POST, url, Idempotency::Safe)
        .header(VERSION, version)
        .body("application/xml; charset=utf-8", info.to_xml())
        .longest_answer(LONGEST_ANSWER);
    let answer = pipeline.send(request).await.map_err(failed)?;
    UserDelegationKey::from_xml(&String::from_utf8_lossy(answer.body()))
}

fn failed(error: adls_http::Error) -> Error {
    let kind = http_kind(&error).unwrap_or_else(|| service_error_kind(&error));
    let message = format!("no user delegation key could be had: {}", error.summary());
    Error::from(error).with_kind(kind).with_message(message)
}

fn service_error_kind(error: &adls_http::Error) -> ErrorKind {
    match error.status() {
        Some(StatusCode::UNAUTHORIZED) => ErrorKind::Unauthenticated,
        // Also what keys and signatures are told, which cannot ask for a key.
        Some(_) if error.code() == Some("AuthenticationFailed") => ErrorKind::Unauthenticated,
        Some(StatusCode::FORBIDDEN) => ErrorKind::PermissionDenied,
        Some(StatusCode::NOT_FOUND) => ErrorKind::NotFound,
        Some(StatusCode::TOO_MANY_REQUESTS) => ErrorKind::Throttled,
        Some(status) if status.is_server_error() => ErrorKind::Transient,
        Some(status) if status.is_client_error() => ErrorKind::Invalid,
        _ => ErrorKind::Protocol,
    }
}
