//! Times what the pipeline adds to a request: over a transport that answers at once.
//!
//! `cargo bench -p adls-tests --bench pipeline`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use adls_http::{
    AccessToken, Body, BoxFuture, ClientOptions, Idempotency, Pipeline, Request, SafeUrl,
    TokenCredential, TokenRequest, Transport, TransportError, TransportRequest, TransportResponse,
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, Method, StatusCode};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const CALLS: u32 = 100_000;
const ROUNDS: u32 = 7;
const ANSWER: &[u8] = br#"{"boolean":true}"#;

/// Answers without a network.
#[derive(Debug)]
struct AtOnce;

impl Transport for AtOnce {
    fn send(
        &self,
        request: TransportRequest,
    ) -> BoxFuture<'_, std::result::Result<TransportResponse, TransportError>> {
        black_box(request);
        let body = stream::iter([Ok(Bytes::from_static(ANSWER))]).boxed();
        let answer = TransportResponse { status: StatusCode::OK, headers: HeaderMap::new(), body };
        Box::pin(async move { Ok(answer) })
    }
}

/// Has a token that lasts.
#[derive(Debug)]
struct AtHand(AccessToken);

impl TokenCredential for AtHand {
    fn get_token<'a>(
        &'a self,
        _: &'a TokenRequest,
    ) -> BoxFuture<'a, adls_http::Result<AccessToken>> {
        Box::pin(async move { Ok(self.0.clone()) })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let url: SafeUrl = "https://account.azuredatalakestore.net/webhdfs/v1/a?op=MKDIRS".parse()?;
    let token = AccessToken::new("t".repeat(1500), SystemTime::now() + Duration::from_secs(3600));
    let pipeline = Pipeline::builder(ClientOptions::with_transport(Arc::new(AtOnce)))
        .credential(
            &[&url],
            AtHand(token),
            TokenRequest::new("https://datalake.azure.net//.default"),
        )
        .build()?;
    let (mut bare, mut through) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            let (headers, body) = (HeaderMap::new(), Body::default());
            let request = TransportRequest { method: Method::PUT, url: url.clone(), headers, body };
            let answer = AtOnce.send(request).await?;
            black_box(answer.body.try_collect::<Vec<_>>().await?);
        }
        bare = bare.min(start.elapsed().as_secs_f64() / f64::from(CALLS));
        let start = Instant::now();
        for _ in 0..CALLS {
            let request = Request::new("MKDIRS", Method::PUT, url.clone(), Idempotency::Idempotent);
            black_box(pipeline.send(request).await?);
        }
        through = through.min(start.elapsed().as_secs_f64() / f64::from(CALLS));
    }
    println!("the pipeline adds {:.2} microseconds to a request", (through - bare) * 1e6);
    Ok(())
}
