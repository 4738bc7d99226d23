//! `Authorization: SharedKey`, as a client makes it for each request.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use reqwest::{Method, Url};

use crate::Result;

/// The version of the protocol that is spoken.
pub(crate) const VERSION: &str = "2026-06-06";

/// The version whose signatures cover what [`Key::shared_access_signature`] writes.
const SAS_VERSION: &str = "2021-12-02";

/// A key of an account.
pub(crate) struct Key {
    account: String,
    key: hmac::Key,
}

impl Key {
    pub(crate) fn new(account: &str, key: &str) -> Result<Self> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(key)?);
        Ok(Self { account: account.to_owned(), key })
    }

    /// All headers of a request whose own are `headers`, in lower case; the service's kind is signed.
    pub(crate) fn sign(
        &self,
        method: &Method,
        url: &Url,
        headers: &[(&'static str, &str)],
        length: usize,
    ) -> Result<Vec<(&'static str, String)>> {
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&Timestamp::now())?;
        let mut all: BTreeMap<&'static str, String> =
            headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        all.insert("x-ms-date", date);
        all.insert("x-ms-version", VERSION.to_owned());
        let length = if length == 0 { String::new() } else { length.to_string() };
        // Of the eleven standard headers these requests have but the length.
        let mut text = format!("{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n");
        for (name, value) in all.iter().filter(|(name, _)| name.starts_with("x-ms-")) {
            let _ = writeln!(text, "{name}:{value}");
        }
        let _ = write!(text, "/{}{}", self.account, url.path());
        let query: BTreeMap<_, _> = url.query_pairs().collect();
        for (name, value) in &query {
            let _ = write!(text, "\n{}:{value}", name.to_lowercase());
        }
        let signature = STANDARD.encode(hmac::sign(&self.key, text.as_bytes()));
        let authorization = format!("SharedKey {}:{signature}", self.account);
        Ok(all.into_iter().chain([("authorization", authorization)]).collect())
    }

    /// The query that lets everybody who has it do anything below a file system, until tomorrow.
    pub(crate) fn shared_access_signature(&self, file_system: &str) -> Result<String> {
        let until = Timestamp::now() + jiff::SignedDuration::from_hours(24);
        let until = until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let permissions = "racwdlmeop";
        let resource = format!("/blob/{}/{file_system}", self.account);
        // Behind the permissions the start, and behind the resource what is not said: an identifier, addresses
        // and protocols; in the end a snapshot, a scope of encryption, and the headers of answers.
        let text =
            format!("{permissions}\n\n{until}\n{resource}\n\n\n\n{SAS_VERSION}\nc\n\n\n\n\n\n\n");
        let signature = STANDARD.encode(hmac::sign(&self.key, text.as_bytes()));
        let pairs = [
            ("sv", SAS_VERSION),
            ("sr", "c"),
            ("sp", permissions),
            ("se", until.as_str()),
            ("sig", signature.as_str()),
        ];
        let url = Url::parse_with_params("https://localhost", pairs)?;
        Ok(url.query().unwrap_or_default().to_owned())
    }
}
