//! The service under test: what is sent to it is held against the description.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::described::{COMMON, NEWEST, Operation};
use crate::storage::Endpoint;
use crate::storage::Protocol;
use crate::storage::tests::signing::Unsigned;
use crate::storage::tests::{Answer, Emulator, REQUEST_ID};

const CLIENT_REQUEST_ID: &str = "openapi";

/// The account in whose file system `mockfs` everything happens.
const ACCOUNT: &str = "mockgen2";
/// The account that keeps what is deleted, with a file system of the same name.
pub(super) const SOFT: &str = "mockgen2soft";

/// An emulator that is asked for one operation, in one version.
pub(super) struct Service {
    pub(super) emulator: Emulator,
    pub(super) version: &'static str,
    operation: &'static Operation,
    seen: Seen,
}

/// The headers that answers have had, with their status.
pub(super) type Seen = Rc<RefCell<BTreeSet<(u16, String)>>>;

/// A request on its way.
pub(super) struct Ask<'a> {
    service: &'a Service,
    account: &'static str,
    protocol: Protocol,
    method: &'static str,
    uri: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    authorization: Option<String>,
    /// Whether the description of the operation applies.
    is_under_test: bool,
}

impl Service {
    pub(super) fn new(operation: &'static Operation, version: &'static str, seen: &Seen) -> Self {
        Self { emulator: Emulator::soft(), version, operation, seen: Rc::clone(seen) }
    }

    /// Whether what only the newest description has is to be tried.
    pub(super) fn is_newest(&self) -> bool {
        self.version == NEWEST
    }

    /// A request of the operation.
    pub(super) fn call(&self, method: &'static str, uri: impl Into<String>) -> Ask<'_> {
        let protocol = match self.operation.id {
            "FileSystem_ListBlobHierarchySegment" | "Path_SetExpiry" | "Path_Undelete" => {
                Protocol::Blob
            }
            _ => Protocol::Dfs,
        };
        Ask { is_under_test: true, ..self.ask(protocol, method, uri.into()) }
    }

    /// A DFS request that prepares something, or looks at what came of it.
    pub(super) fn dfs(&self, method: &'static str, uri: impl Into<String>) -> Ask<'_> {
        self.ask(Protocol::Dfs, method, uri.into())
    }

    /// The same over the Blob protocol.
    pub(super) fn blob(&self, method: &'static str, uri: impl Into<String>) -> Ask<'_> {
        self.ask(Protocol::Blob, method, uri.into())
    }

    fn ask(&self, protocol: Protocol, method: &'static str, uri: String) -> Ask<'_> {
        Ask {
            service: self,
            account: ACCOUNT,
            protocol,
            method,
            uri,
            headers: Vec::new(),
            body: Vec::new(),
            authorization: None,
            is_under_test: false,
        }
    }

    /// Makes a file with a content.
    pub(super) async fn file(&self, path: &str, content: &str) {
        self.dfs("PUT", format!("{path}?resource=file")).gives(201).await;
        if !content.is_empty() {
            let uri = format!("{path}?action=append&position=0&flush=true");
            self.dfs("PATCH", uri).body(content).gives(202).await;
        }
    }

    /// Makes a directory.
    pub(super) async fn directory(&self, path: &str) {
        self.dfs("PUT", format!("{path}?resource=directory")).gives(201).await;
    }

    /// What HEAD says about a path.
    pub(super) async fn head(&self, path: &str) -> Answer {
        self.dfs("HEAD", path).gives(200).await
    }

    /// What a file holds.
    pub(super) async fn content(&self, path: &str) -> String {
        self.dfs("GET", path).gives(200).await.text().to_owned()
    }

    /// A person: the object id, and the name that stands for it where names are asked for.
    pub(super) fn user(&self) -> (String, String) {
        let user = &self.emulator.state.seed.users[0];
        (user.object_id.to_string(), user.username.clone())
    }

    /// A date that is so many seconds from now, as headers have it.
    pub(super) fn date(&self, seconds: i64) -> String {
        date(self.emulator.now() + SignedDuration::from_secs(seconds))
    }

    /// Checks that everything that is described was seen, but for what never comes.
    pub(super) fn check_seen(&self) {
        let seen = self.seen.borrow();
        for (status, _) in self.operation.answers {
            for header in COMMON.into_iter().chain(self.operation.headers(*status, self.version)) {
                let was_seen = seen.contains(&(*status, header.to_owned()));
                let never = self.operation.never(*status, header, self.version);
                let of = format!("{} {status} {header}", self.operation.id);
                assert_eq!(was_seen, never.is_none(), "{of}: {}", never.unwrap_or("not seen"));
            }
        }
    }
}

/// A time as headers have it.
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

impl Ask<'_> {
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// The same of the account that keeps what is deleted.
    pub(super) fn of_soft(self) -> Self {
        Self { account: SOFT, ..self }
    }

    /// The same with a token instead of a signature.
    pub(super) fn with_token(self, authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), ..self }
    }

    /// The answer, which is no error.
    pub(super) async fn gives(self, status: u16) -> Answer {
        let (is_under_test, service) = (self.is_under_test, self.service);
        let asked = format!("{} {}", self.method, self.uri);
        let answer = self.send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, ""),
            "{asked} {:?}: {}",
            service.version,
            answer.text()
        );
        check_common(&answer, service.version);
        for (name, value) in &answer.headers {
            check_form(name.as_str(), value.to_str().unwrap());
        }
        if is_under_test {
            let described = service.operation.answers.iter().any(|(known, _)| *known == status);
            assert!(described, "{asked}: {status} is not described");
            let names = answer.headers.keys().map(|name| (status, name.as_str().to_owned()));
            service.seen.borrow_mut().extend(names);
        }
        answer
    }

    /// The answer, which is an error of this code.
    pub(super) async fn refused(self, status: u16, code: &str) -> Answer {
        let (service, protocol, method) = (self.service, self.protocol, self.method);
        let asked = format!("{method} {}", self.uri);
        let answer = self.send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{asked} {}: {}",
            service.version,
            answer.text()
        );
        check_common(&answer, service.version);
        if method == "HEAD" || status == 304 {
            assert!(answer.body.is_empty() && answer.header("content-type").is_none(), "{asked}");
            return answer;
        }
        // The description spells Code and Message; the service, and with it all clients, do not.
        match protocol {
            Protocol::Dfs => {
                assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
                let error = &answer.json()["error"];
                assert_eq!(error["code"], code, "{asked}");
                assert!(error["message"].as_str().unwrap().contains(REQUEST_ID), "{asked}");
            }
            Protocol::Blob => {
                assert_eq!(answer.header("content-type"), Some("application/xml"));
                let text = answer.text().trim_start_matches('\u{feff}');
                let document = roxmltree::Document::parse(text).unwrap();
                let root = document.root_element();
                let child = |name| root.children().find(|node| node.has_tag_name(name)).unwrap();
                assert!(root.has_tag_name("Error"), "{asked}");
                assert_eq!(child("Code").text(), Some(code), "{asked}");
                assert!(child("Message").text().unwrap().contains(REQUEST_ID), "{asked}");
            }
        }
        answer
    }

    async fn send(self) -> Answer {
        let Self { service, account, protocol, method, uri, headers, body, authorization, .. } =
            self;
        let mut all =
            vec![("x-ms-version", service.version), ("x-ms-client-request-id", CLIENT_REQUEST_ID)];
        all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
        let unsigned = Unsigned { method, uri: &uri, headers: &all, body: &body };
        let mut request =
            service.emulator.signer(account, 0).sign(service.emulator.now(), &unsigned);
        if let Some(authorization) = authorization {
            request.headers_mut().insert("authorization", authorization.parse().unwrap());
        }
        service.emulator.send(account, Endpoint::of_host(protocol, false), request).await
    }
}

impl Answer {
    /// The body, which is JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The value of a header that must be there.
    pub(super) fn has(&self, name: &str) -> &str {
        self.header(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }
}

/// Checks what every answer has.
fn check_common(answer: &Answer, version: &str) {
    assert_eq!(answer.header("x-ms-request-id"), Some(REQUEST_ID));
    assert_eq!(answer.header("x-ms-version"), Some(version));
    assert_eq!(answer.header("x-ms-client-request-id"), Some(CLIENT_REQUEST_ID));
}

/// Checks that a header has the form that the description gives it.
fn check_form(name: &str, value: &str) {
    let is_date = |text: &str| {
        let parsed = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text);
        parsed.is_ok_and(|at| date(at) == text)
    };
    let is_bool = |text: &str| text == "true" || text == "false";
    let is_number = |text: &str| text.parse::<u64>().is_ok();
    let is_good = match name {
        "etag" => value.starts_with("\"0x") && value.ends_with('"') && value.len() > 4,
        "last-modified" | "x-ms-creation-time" | "x-ms-expiry-time" => is_date(value),
        "content-length" | "x-ms-lease-time" | "x-ms-deletion-id" => is_number(value),
        "x-ms-namespace-enabled"
        | "x-ms-request-server-encrypted"
        | "x-ms-server-encrypted"
        | "x-ms-lease-renewed" => is_bool(value),
        "x-ms-lease-id" => value.parse::<uuid::Uuid>().is_ok() && value.len() == 36,
        "x-ms-lease-state" => {
            ["available", "leased", "expired", "breaking", "broken"].contains(&value)
        }
        "x-ms-lease-status" => ["locked", "unlocked"].contains(&value),
        "x-ms-lease-duration" => ["infinite", "fixed"].contains(&value),
        "x-ms-resource-type" => ["file", "directory"].contains(&value),
        "accept-ranges" => value == "bytes",
        "content-range" => value.starts_with("bytes "),
        _ => true,
    };
    assert!(is_good, "{name}: {value}");
}
