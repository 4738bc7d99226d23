//! Times small requests: the emulator beside bare axum handlers that verify the same token.
//!
//! One handler verifies the signature each time, the other remembers which tokens have a good one, as
//! the emulator does. Both look at the token's times for every request.
//!
//! `cargo bench -p mock-aad --bench requests`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::time::Instant;

use adls_wire::Permission;
use adls_wire::webhdfs::{FileStatus, FileStatusResponse, FileType};
use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use mock_aad::{Emulator, Ready};
use serde::Deserialize;
use serde_json::Value;
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
    let keys = keys(Connection::open(address).await?, &ready.tenant_id).await?;
    let permission: Permission = "770".parse()?;
    let verifying = bare_server(Bare { keys: keys.clone(), permission, proven: None }).await?;
    let remembering =
        bare_server(Bare { keys, permission, proven: Some(RwLock::default()) }).await?;

    let question = request("GET", "/webhdfs/v1/file?op=GETFILESTATUS", &token);
    let mut servers = [
        ("emulator", address, 0.0_f64),
        ("bare handler that verifies each time", verifying, 0.0),
        ("bare handler that remembers", remembering, 0.0),
    ];
    for _ in 0..ROUNDS {
        for (_, address, best) in &mut servers {
            *best = best.max(rate(*address, &question).await?);
        }
    }
    println!("{:<38} {:>10} {:>20}", "", "requests/s", "emulator's to these");
    let ours = servers[0].2;
    for (name, _, best) in servers {
        println!("{name:<38} {best:>10.0} {:>20.2}", ours / best);
    }
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

/// A handler that does for its token no more than it must.
struct Bare {
    keys: Vec<(String, DecodingKey)>,
    permission: Permission,
    /// Claims of tokens whose signature was good, where they are remembered.
    proven: Option<RwLock<HashMap<String, Arc<Claims>>>>,
}

/// What is still looked at when the signature is known.
#[derive(Deserialize)]
struct Claims {
    exp: u64,
    nbf: u64,
}

/// The keys that the emulator publishes, by name.
async fn keys(
    mut emulator: Connection,
    tenant: &str,
) -> anyhow::Result<Vec<(String, DecodingKey)>> {
    let path = format!("/{tenant}/discovery/keys");
    let answer = emulator.exchange(&request("GET", &path, "none")).await?;
    let set: Value = serde_json::from_slice(&answer)?;
    let keys = set["keys"].as_array().context("no keys")?.iter().filter_map(|key| {
        let (n, e) = (key["n"].as_str()?, key["e"].as_str()?);
        Some((key["kid"].as_str()?.to_owned(), DecodingKey::from_rsa_components(n, e).ok()?))
    });
    Ok(keys.collect())
}

async fn bare_server(bare: Bare) -> anyhow::Result<SocketAddr> {
    let app = Router::new().route("/webhdfs/v1/file", get(answer)).with_state(Arc::new(bare));
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

/// As much as a status has.
async fn answer(State(bare): State<Arc<Bare>>, headers: HeaderMap) -> Result<String, StatusCode> {
    bare.check(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let status = FileStatus {
        length: 0,
        path_suffix: String::new(),
        file_type: FileType::File,
        block_size: 268_435_456,
        access_time: 0,
        modification_time: 0,
        replication: 1,
        permission: bare.permission,
        owner: String::new(),
        group: String::new(),
        ms_expiration_time: Some(0),
        acl_bit: false,
        file_context_id: None,
    };
    serde_json::to_string(&FileStatusResponse { file_status: status })
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

impl Bare {
    /// Whether the request has a token that is good now.
    fn check(&self, headers: &HeaderMap) -> Option<()> {
        let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let claims = match &self.proven {
            None => Arc::new(self.prove(token)?),
            Some(proven) => {
                let known = proven.read().ok()?.get(token).cloned();
                match known {
                    Some(claims) => claims,
                    None => {
                        let claims = Arc::new(self.prove(token)?);
                        proven.write().ok()?.insert(token.to_owned(), Arc::clone(&claims));
                        claims
                    }
                }
            }
        };
        (claims.nbf..claims.exp).contains(&jsonwebtoken::get_current_timestamp()).then_some(())
    }

    /// The claims, if one of the keys has signed them.
    fn prove(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let (_, key) = self.keys.iter().find(|(name, _)| *name == kid)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_aud = false;
        Some(jsonwebtoken::decode(token, key, &validation).ok()?.claims)
    }
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
