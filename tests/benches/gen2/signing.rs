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

const VERSION: &str = "2026-06-06";

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
}
