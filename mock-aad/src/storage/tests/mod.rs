//! The service as its clients see it: requests in, answers out.

mod access_control;
mod answers;
mod batches;
mod blobs;
mod blocks;
mod callers;
mod containers;
mod copies;
mod file_systems;
mod leases;
mod listing;
mod management;
mod model;
mod moves;
mod one_lake;
mod openapi;
mod path_style;
mod reading;
mod rights;
mod service;
mod signing;
mod tags;
mod writing;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use uuid::Uuid;

use self::signing::{Signer, Unsigned};
use super::{Endpoint, Protocol, fault, handle};
use crate::call::{Call, Response};
use crate::clock::Clock;
use crate::seed::Seed;
use crate::state::EmulatorState;
use crate::webhdfs::Options;

/// The id that every answer here has.
const REQUEST_ID: &str = "00000000-0000-0000-0000-000000007e57";

/// An emulator without listeners.
struct Emulator {
    state: EmulatorState,
}

/// An answer, read.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Emulator {
    fn new() -> Self {
        Self::with(Seed::default())
    }

    fn with(seed: Seed) -> Self {
        let clock = Clock::default();
        clock.freeze();
        Self { state: EmulatorState::new(seed, clock, Options::default()) }
    }

    /// One whose third account, which keeps what is deleted, has a file system as well.
    fn soft() -> Self {
        let mut seed = Seed::default();
        seed.storage_accounts[2].file_systems.push("mockfs".to_owned());
        Self::with(seed)
    }

    /// Sends a request to the first account of the seed at one of its hosts.
    async fn at(&self, protocol: Protocol, request: http::Request<Body>) -> Answer {
        self.send("mockgen2", Endpoint::of_host(protocol, false), request).await
    }

    /// Sends a request that is signed with the first key of the first account.
    async fn signed(
        &self,
        protocol: Protocol,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.signed_with("mockgen2", protocol, Unsigned { method, uri, headers, body: &[] }).await
    }

    /// Sends a request that is signed with the first key of an account.
    async fn signed_with(
        &self,
        account: &str,
        protocol: Protocol,
        unsigned: Unsigned<'_>,
    ) -> Answer {
        let request = self.signer(account, 0).sign(self.now(), &unsigned);
        self.send(account, Endpoint::of_host(protocol, false), request).await
    }

    /// Whoever has the first or second key of an account.
    fn signer(&self, account: &str, key: usize) -> Signer {
        let keys = self.state.storage.keys(account);
        Signer { account: account.to_owned(), key: STANDARD.encode(&keys[key]) }
    }

    fn now(&self) -> Timestamp {
        self.state.storage.clock.now()
    }

    async fn send(
        &self,
        account: &str,
        endpoint: Endpoint,
        request: http::Request<Body>,
    ) -> Answer {
        Answer::read(handle(&self.state.storage, call(account, request), endpoint).await).await
    }
}

/// A request as the front hands it over.
fn call(account: &str, request: http::Request<Body>) -> Call {
    let (parts, body) = request.into_parts();
    Call {
        method: parts.method,
        uri: parts.uri,
        headers: parts.headers,
        body,
        request_id: Uuid::from_u128(0x7e57),
        peer: std::net::Ipv4Addr::LOCALHOST.into(),
        origin: format!("https://{account}.dfs.core.windows.net"),
        account: Some(account.to_owned()),
    }
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self { status: parts.status, headers: parts.headers, body }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.header("x-ms-error-code").unwrap_or_default()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A request without a body.
fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> http::Request<Body> {
    let start = http::Request::builder().method(method).uri(uri);
    let add = |builder: http::request::Builder, (name, value): &(&str, &str)| {
        builder.header(*name, *value)
    };
    headers.iter().fold(start, add).body(Body::empty()).unwrap()
}
