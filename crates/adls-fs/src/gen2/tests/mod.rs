//! What Gen2 is sent, and what becomes of its answers and of their absence.

mod acl_tree;
mod copies;
mod faults;
mod leases;
mod listing;
mod one_lake;
mod properties;
mod requests;

use std::sync::Arc;

use adls_http::test_util::{Answer, CountingCredential, ScriptedTransport};
use adls_wire::RemotePath;

use crate::{FileSystemClient, FileSystemOptions};

pub(crate) fn client(
    answers: impl IntoIterator<Item = Answer>,
) -> (FileSystemClient, Arc<ScriptedTransport>) {
    let transport = ScriptedTransport::new(answers);
    let endpoint = "https://account.dfs.core.windows.net".parse().unwrap();
    let options = FileSystemOptions::with_client(transport.options());
    let credential = Arc::new(CountingCredential::default());
    (FileSystemClient::gen2(endpoint, "fs", credential, options).unwrap(), transport)
}

fn path(text: &str) -> RemotePath {
    text.parse().unwrap()
}

/// An item of a kind, as a HEAD tells it.
fn item(kind: &str, length: u64, etag: &str) -> Answer {
    Answer::status(200)
        .header("content-length", &length.to_string())
        .header("content-type", "text/plain")
        .header("etag", etag)
        .header("last-modified", "Sat, 26 Nov 2022 10:43:05 GMT")
        .header("x-ms-creation-time", "Sat, 26 Nov 2022 10:43:04 GMT")
        .header("x-ms-resource-type", kind)
        .header("x-ms-owner", "o")
        .header("x-ms-group", "g")
        .header("x-ms-permissions", "rw-r-x--T+")
}

pub(crate) fn file(length: u64, etag: &str) -> Answer {
    item("file", length, etag)
}

/// An answer that tells a version and has no body.
fn done(status: u16, etag: &str) -> Answer {
    Answer::status(status).header("etag", etag)
}

fn json(text: &str) -> Answer {
    Answer::status(200).header("content-type", "application/json").body(text.to_owned())
}

pub(crate) fn refusal(status: u16, code: &str) -> Answer {
    Answer::status(status)
        .header("x-ms-error-code", code)
        .body(format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#))
}

/// The requests as text; ids of transactions, which are random, all read `[id]`.
fn requests(transport: &ScriptedTransport) -> String {
    let transcript = transport.transcript();
    let mut text = String::new();
    for line in transcript.lines().filter(|line| !line.starts_with("authorization: ")) {
        let shown = match line.split_once("x-ms-client-transaction-id: ") {
            Some(_) => "x-ms-client-transaction-id: [id]",
            None => line,
        };
        text.push_str(shown);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.replace("https://account.dfs.core.windows.net", "")
        .replace("x-ms-version: 2021-12-02\n", "")
}
