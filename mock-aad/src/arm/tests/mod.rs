//! Whole calls over a state in memory, with the caller already known.

mod access;
mod accounts;
mod groups;
mod lists;
mod resources;
mod rules;
mod snapshots;
mod storage;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use uuid::Uuid;

use crate::aad::Caller;
use crate::call::{Call, Response};
use crate::clock::Clock;
use crate::seed::{ManagementSettings, Seed, SeedUser};
use crate::state::EmulatorState;
use crate::webhdfs::Options;

use super::{handle, serve};

const ORIGIN: &str = "https://127.0.0.1:8443";
const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000000";

/// The services with one caller in it.
struct Bench {
    state: Arc<EmulatorState>,
    caller: Caller,
}

/// An answer, read.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Bench {
    fn new() -> Self {
        Self::with(ManagementSettings::default())
    }

    fn with(management: ManagementSettings) -> Self {
        let mut seed = Seed { management, ..Seed::default() };
        let reader = SeedUser {
            object_id: Uuid::from_u128(0xeade),
            username: "reader@emulator.test".to_owned(),
            role: "Reader".to_owned(),
            ..SeedUser::default()
        };
        let stranger = SeedUser {
            object_id: Uuid::from_u128(0xbad),
            username: "stranger@emulator.test".to_owned(),
            ..SeedUser::default()
        };
        seed.users.extend([reader, stranger]);
        let clock = Clock::default();
        clock.freeze();
        let options = Options { auto_create_accounts: true, allow_pseudo_auth: true };
        let state = Arc::new(EmulatorState::new(seed, clock, options));
        let caller = caller(&state, "user@emulator.test");
        Self { state, caller }
    }

    /// The same services, seen by another user.
    fn as_user(&self, name: &str) -> Self {
        let username = format!("{name}@emulator.test");
        Self { state: Arc::clone(&self.state), caller: caller(&self.state, &username) }
    }

    fn call(method: Method, path: &str, body: Option<Value>) -> Call {
        let mut headers = HeaderMap::new();
        let body = body.map_or_else(Body::empty, |body| {
            headers.insert("content-type", "application/json; charset=utf-8".parse().unwrap());
            Body::from(body.to_string())
        });
        Call {
            method,
            uri: path.parse().unwrap(),
            headers,
            body,
            request_id: Uuid::from_u128(1),
            peer: Ipv4Addr::LOCALHOST.into(),
            origin: ORIGIN.to_owned(),
            account: None,
        }
    }

    /// Sends a request to a path below the subscription, or to a link.
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let path = match path.strip_prefix(ORIGIN) {
            Some(path) => path.to_owned(),
            None => format!("{SUBSCRIPTION}{path}"),
        };
        let call = Self::call(method, &path, body);
        read(serve(&self.state.arm, &self.caller, call).await).await
    }

    async fn get(&self, path: &str) -> Answered {
        self.send(Method::GET, path, None).await
    }

    async fn put(&self, path: &str, body: Value) -> Answered {
        self.send(Method::PUT, path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answered {
        self.send(Method::PATCH, path, Some(body)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answered {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn delete(&self, path: &str) -> Answered {
        self.send(Method::DELETE, path, None).await
    }

    fn pass(&self, seconds: u64) {
        self.state.clock.advance(Duration::from_secs(seconds));
    }
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    fn names(&self) -> Vec<&str> {
        let items = self.body["value"].as_array().unwrap();
        items.iter().map(|item| item["name"].as_str().unwrap()).collect()
    }

    /// Status, headers and body as text, without times and ids.
    fn text(&self) -> String {
        let mut out = format!("{}\n", self.status.as_u16());
        for (name, value) in &self.headers {
            out.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
        }
        if !self.body.is_null() {
            out.push_str(&serde_json::to_string_pretty(&self.body).unwrap());
        }
        out
    }
}

fn caller(state: &EmulatorState, username: &str) -> Caller {
    let user = state.seed.users.iter().find(|user| user.username == username).unwrap();
    Caller {
        object_id: user.object_id,
        tenant_id: state.seed.tenant_id,
        groups: Vec::new(),
        client_id: Uuid::from_u128(7),
        username: Some(user.username.clone()),
    }
}

async fn read(response: Response) -> Answered {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
    Answered { status: parts.status, headers: parts.headers, body }
}

/// Snapshots without what differs from run to run.
macro_rules! assert_answer {
    ($answer:expr, @$snapshot:literal) => {
        insta::with_settings!({filters => vec![
            (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
            // Times are written without trailing zeros.
            (r"content-length: \d{3}", "content-length: <hundreds>"),
            (r"\d{8}T\d{6}Z", "<stamp>"),
            (r"5a1e0000-0000-4000-8000-000000000001", "<tenant>"),
            (r"/subscriptions/00000000-0000-0000-0000-000000000000", "/subscriptions/<subscription>"),
            (r"00000000-0000-0000-0000-000000000001", "<request>"),
            (r"[1-9a-f][0-9a-f]{7}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
            (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "<uuid>"),
        ]}, {
            insta::assert_snapshot!($answer.text(), @$snapshot);
        });
    };
}
use assert_answer;
