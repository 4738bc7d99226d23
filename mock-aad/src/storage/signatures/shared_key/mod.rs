//! `Authorization: SharedKey account:signature`: a request that is signed with a key of the
//! account, over the bytes that came in.

use adls_wire::shared_key::{self, HeaderOrder, Scheme, Whitespace};
use http::HeaderMap;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use super::key::{Signature, SigningKey};
use super::redaction;

/// How far the date of a request may be from the service's time, in either direction.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// What of a request is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedRequest<'a> {
    /// The method on the request line, whatever `X-HTTP-Method-Override` says.
    pub(crate) method: &'a str,
    /// The path as it was sent, still encoded; in path style with the account in it.
    pub(crate) path: &'a str,
    /// The query, decoded, in the order in which it was sent.
    pub(crate) query: &'a [(String, String)],
    /// The headers, the empty ones included.
    pub(crate) headers: &'a HeaderMap,
}

/// What an `Authorization` header of this kind says. Nothing about it is proven.
#[derive(Debug)]
pub(crate) struct SharedKey<'a> {
    account: &'a str,
    signature: Signature,
    scheme: Scheme,
}

/// Why a request that is signed with a key is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum SharedKeyRefused {
    /// The header is not `SharedKey account:signature`.
    #[error("The Authorization header is not of the form 'SharedKey account:signature'.")]
    Malformed,
    /// The header names an account that the address does not.
    #[error("The Authorization header names the account '{signed}', the request is for '{asked}'.")]
    OtherAccount {
        /// The account in the header.
        signed: String,
        /// The account in the address.
        asked: String,
    },
    /// Neither `x-ms-date` nor `Date` says when the request was made.
    #[error("Request date header not specified")]
    NoDate,
    /// The date is none.
    #[error("Request date header is not a valid date: '{0}'")]
    NoSuchDate(String),
    /// The date is too far from the service's time.
    #[error("Request date header too old: '{0}'")]
    TooOld(String),
    /// The date is too far ahead of the service's time.
    #[error("Request date header is in the future: '{0}'")]
    InFuture(String),
    /// No key of the account gives this signature.
    #[error(
        "The MAC signature found in the HTTP request is not the same as any computed signature. \
         Server used following string to sign: '{string_to_sign}'."
    )]
    Mismatch {
        /// The text that should have been signed, without the secrets in it.
        string_to_sign: String,
    },
}

impl<'a> SharedKey<'a> {
    /// Reads an `Authorization` header; `None` if it is of another scheme.
    pub(crate) fn parse(header: &'a str) -> Option<Result<Self, SharedKeyRefused>> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        let scheme = Scheme::from_name(scheme)?;
        let parsed = rest.trim().split_once(':').and_then(|(account, signature)| {
            let signature = Signature::from_base64(signature)?;
            (!account.is_empty()).then_some(Self { account, signature, scheme })
        });
        Some(parsed.ok_or(SharedKeyRefused::Malformed))
    }

    /// The account whose key is said to have signed.
    pub(crate) fn account(&self) -> &'a str {
        self.account
    }

    /// Checks that one of the `keys` of `account` signed this request, and recently.
    pub(crate) fn verify(
        &self,
        request: SignedRequest<'_>,
        account: &str,
        keys: &[SigningKey],
        now: Timestamp,
    ) -> Result<(), SharedKeyRefused> {
        if self.account != account {
            return Err(SharedKeyRefused::OtherAccount {
                signed: self.account.to_owned(),
                asked: account.to_owned(),
            });
        }
        recent(request.headers, now)?;
        let headers = request.headers.iter();
        let headers: Vec<_> =
            headers.map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let SignedRequest { method, path, query, .. } = request;
        let signed = shared_key::SignedRequest { method, path, query, headers: &headers };
        let verified = [HeaderOrder::Culture, HeaderOrder::Bytes].into_iter().any(|order| {
            [Whitespace::Folded, Whitespace::Kept].into_iter().any(|whitespace| {
                let text = signed.string_to_sign(account, self.scheme, order, whitespace);
                keys.iter().any(|key| key.verifies(&text, &self.signature))
            })
        });
        if verified {
            return Ok(());
        }
        Err(SharedKeyRefused::Mismatch { string_to_sign: shown(signed, account, self.scheme) })
    }
}

/// The string to sign as it may be told: the secrets in it are replaced.
fn shown(signed: shared_key::SignedRequest<'_>, account: &str, scheme: Scheme) -> String {
    let header = |(name, value): &(&str, &[u8])| {
        redaction::header(name, &String::from_utf8_lossy(value)).into_bytes()
    };
    let values: Vec<Vec<u8>> = signed.headers.iter().map(header).collect();
    let names = signed.headers.iter().map(|(name, _)| *name);
    let headers: Vec<_> = names.zip(values.iter().map(Vec::as_slice)).collect();
    let query = signed.query.iter();
    let query: Vec<(String, String)> =
        query.map(|(name, value)| (name.clone(), redaction::parameter(name, value))).collect();
    let shown = shared_key::SignedRequest { query: &query, headers: &headers, ..signed };
    let text = shown.string_to_sign(account, scheme, HeaderOrder::Culture, Whitespace::Folded);
    String::from_utf8_lossy(&text).into_owned()
}

/// Checks the date of a request. `x-ms-date` counts before `Date`, which some clients cannot set.
fn recent(headers: &HeaderMap, now: Timestamp) -> Result<(), SharedKeyRefused> {
    let header = headers.get(shared_key::DATE).or_else(|| headers.get("date"));
    let shown = header
        .map_or_else(String::new, |value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if shown.is_empty() {
        return Err(SharedKeyRefused::NoDate);
    }
    let Ok(date) = DateTimeParser::new().parse_timestamp(&shown) else {
        return Err(SharedKeyRefused::NoSuchDate(shown));
    };
    let age = now.duration_since(date);
    if age > SKEW {
        return Err(SharedKeyRefused::TooOld(shown));
    }
    if age < -SKEW {
        return Err(SharedKeyRefused::InFuture(shown));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
