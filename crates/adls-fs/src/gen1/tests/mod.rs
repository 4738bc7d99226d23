//! What Gen1 is sent, and what becomes of its answers and of their absence.

mod faults;
mod requests;

use std::sync::Arc;

use adls_http::test_util::{Answer, CountingCredential, ScriptedTransport};
use adls_wire::RemotePath;

use crate::{FileSystemClient, FileSystemOptions};

pub(crate) fn client(
    answers: impl IntoIterator<Item = Answer>,
) -> (FileSystemClient, Arc<ScriptedTransport>) {
    let transport = ScriptedTransport::new(answers);
    let endpoint = "https://account.azuredatalakestore.net".parse().unwrap();
    let options = FileSystemOptions::with_client(transport.options());
    let credential = Arc::new(CountingCredential::default());
    (FileSystemClient::gen1(endpoint, credential, options).unwrap(), transport)
}

pub(crate) fn path(text: &str) -> RemotePath {
    text.parse().unwrap()
}

pub(crate) fn json(text: &str) -> Answer {
    Answer::status(200)
        .header("content-type", "application/json; charset=utf-8")
        .body(text.to_owned())
}

pub(crate) fn empty() -> Answer {
    Answer::status(200)
}

pub(crate) fn boolean(value: bool) -> Answer {
    json(&format!(r#"{{"boolean":{value}}}"#))
}

pub(crate) fn file_status(length: u64) -> Answer {
    status("FILE", length)
}

pub(crate) fn directory_status() -> Answer {
    status("DIRECTORY", 0)
}

/// A file that was made after the test began.
pub(crate) fn new_file(length: u64) -> Answer {
    status_at("FILE", length, 1_900_000_000_000, "")
}

/// A file of a certain identity.
pub(crate) fn identified_file(length: u64, identity: &str) -> Answer {
    let identity = format!(r#","fileContextID":"{identity}""#);
    status_at("FILE", length, 1_495_839_739_035, &identity)
}

fn status(kind: &str, length: u64) -> Answer {
    status_at(kind, length, 1_495_839_739_035, "")
}

fn status_at(kind: &str, length: u64, created: u64, more: &str) -> Answer {
    json(&format!(
        r#"{{"FileStatus":{{"length":{length},"pathSuffix":"","type":"{kind}","blockSize":268435456,"accessTime":{created},"modificationTime":1495839739101,"replication":1,"permission":"770","owner":"o","group":"g","msExpirationTime":0,"aclBit":false{more}}}}}"#
    ))
}

pub(crate) fn exception(status: u16, name: &str, message: &str) -> Answer {
    Answer::status(status).header("x-ms-request-id", "the-request").body(format!(
        r#"{{"RemoteException":{{"exception":"{name}","message":"{message}","javaClassName":"java"}}}}"#
    ))
}

pub(crate) fn not_found() -> Answer {
    exception(404, "FileNotFoundException", "File/Directory does not exist: /x [id][time]")
}

pub(crate) fn bad_offset() -> Answer {
    let message = "APPEND failed with error 0x83090015 (Bad request. Invalid offset.). [id][time]";
    exception(400, "BadOffsetException", message)
}

/// The requests as text; session ids, which are random, all read `[session]`. Of each request only
/// its line, its body, and headers that say something about the body are left.
pub(crate) fn requests(transport: &ScriptedTransport) -> String {
    let transcript = transport.transcript();
    let mut text = String::new();
    for line in transcript.lines() {
        if line.starts_with("authorization: ") {
            continue;
        }
        text.push_str(&mask_ids(line));
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.replace("https://account.azuredatalakestore.net", "")
}

fn mask_ids(line: &str) -> String {
    let Some((before, rest)) = line.split_once("sessionid=") else { return line.to_owned() };
    let before = match before.split_once("leaseid=") {
        Some((head, lease)) => format!("{head}leaseid=[session]{}", &lease[36..]),
        None => before.to_owned(),
    };
    format!("{before}sessionid=[session]{}", &rest[36..])
}
