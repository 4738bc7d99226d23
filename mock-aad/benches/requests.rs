//! Times small requests: the emulator beside a bare axum handler that verifies the same token.
//!
//! `cargo bench -p mock-aad --bench requests`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use mock_aad::{Emulator, Ready};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const CONNECTIONS: usize = 64;
const REQUESTS: usize = 600;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let ready = emulator.ready();
    let address: SocketAddr = ready.http_url.trim_start_matches("http://").parse()?;
    let token = token(address, ready).await?;
    let make = request("PUT", "/webhdfs/v1/file?op=CREATE&write=true&overwrite=true", &token);
    Connection::open(address).await?.exchange(&make).await?;
    let keys = Connection::open(address).await?;
    let bare = bare_server(keys, &ready.tenant_id).await?;

    let question = request("GET", "/webhdfs/v1/file?op=GETFILESTATUS", &token);
    let (mut ours, mut limit) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        ours = ours.max(rate(address, &question).await?);
        limit = limit.max(rate(bare, &question).await?);
    }
    println!("emulator {ours:.0}, bare handler {limit:.0} requests/s: ratio {:.2}", ours / limit);
    Ok(())
}

/// Requests per second over many connections that stay open.
async fn rate(address: SocketAddr, question: &[u8]) -> anyhow::Result<f64> {
    let question: Arc<[u8]> = question.into();
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(address).await?);
    }
    let start = Instant::now();
    let tasks = connections.into_iter().map(|mut connection| {
        let question = Arc::clone(&question);
        tokio::spawn(async move {
            for _ in 0..REQUESTS {
                connection.exchange(&question).await?;
            }
            anyhow::Ok(())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok((CONNECTIONS * REQUESTS) as f64 / start.elapsed().as_secs_f64())
}

async fn token(address: SocketAddr, ready: &Ready) -> anyhow::Result<String> {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&resource=https://datalake.azure.net/",
        ready.client_id, ready.client_secret
    );
    let text = format!(
        "POST /{}/oauth2/token HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        ready.tenant_id,
        form.len()
    );
    let answer = Connection::open(address).await?.exchange(text.as_bytes()).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    Ok(answer["access_token"].as_str().context("no token")?.to_owned())
}

fn request(method: &str, path: &str, token: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

/// Verifies the signature with the published keys, and answers as much as a status has.
async fn bare_server(mut keys: Connection, tenant: &str) -> anyhow::Result<SocketAddr> {
    let path = format!("/{tenant}/discovery/keys");
    let answer = keys.exchange(&request("GET", &path, "none")).await?;
    let set: Value = serde_json::from_slice(&answer)?;
    let keys = set["keys"].as_array().context("no keys")?.iter().filter_map(|key| {
        let (n, e) = (key["n"].as_str()?, key["e"].as_str()?);
        Some((key["kid"].as_str()?.to_owned(), DecodingKey::from_rsa_components(n, e).ok()?))
    });
    let keys: Arc<[(String, DecodingKey)]> = keys.collect();
    let app = Router::new().route("/webhdfs/v1/file", get(answer_verified)).with_state(keys);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper_util::service::TowerToHyperService::new(app.clone());
            let stream = hyper_util::rt::TokioIo::new(stream);
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(stream, service),
            );
        }
    });
    Ok(address)
}

async fn answer_verified(
    State(keys): State<Arc<[(String, DecodingKey)]>>,
    headers: HeaderMap,
) -> Result<String, StatusCode> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        value.and_then(|value| value.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
    let key = keys.iter().find(|(name, _)| Some(name) == kid.as_ref());
    let (_, key) = key.ok_or(StatusCode::UNAUTHORIZED)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_aud = false;
    jsonwebtoken::decode::<Value>(token, key, &validation).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(json!({ "FileStatus": {
        "length": 0, "pathSuffix": "", "type": "FILE", "blockSize": 268_435_456,
        "accessTime": 0, "modificationTime": 0, "replication": 1, "permission": "770",
        "owner": "", "group": "", "msExpirationTime": 0, "aclBit": false,
    }})
    .to_string())
}

/// A connection that does nothing but send bytes and find the end of an answer.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    /// Sends a request; returns the body of its answer, which must be a success with a length.
    async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                anyhow::bail!("the connection was closed");
            }
            let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end])?.to_ascii_lowercase();
            anyhow::ensure!(head.starts_with("http/1.1 2"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("no length")?.trim().parse()?;
            if self.buffer.len() >= end + 4 + length {
                return Ok(self.buffer[end + 4..end + 4 + length].to_vec());
            }
        }
    }
}
