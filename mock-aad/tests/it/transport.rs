use adls_http::{Body, Transport, TransportErrorKind, TransportRequest, TransportResponse};
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode};
use mock_aad::{Emulator, FaultAction, FaultRule};

async fn body(response: TransportResponse) -> Result<Vec<u8>, TransportErrorKind> {
    let mut frames = response.body;
    let mut bytes = Vec::new();
    while let Some(frame) = frames.next().await {
        bytes.extend_from_slice(&frame.map_err(|error| error.kind())?);
    }
    Ok(bytes)
}

async fn send(
    emulator: &Emulator,
    method: Method,
    url: &str,
) -> Result<TransportResponse, TransportErrorKind> {
    let request = TransportRequest {
        method,
        url: url.parse().unwrap(),
        headers: HeaderMap::new(),
        body: Body::default(),
    };
    emulator.transport().send(request).await.map_err(|error| error.kind())
}

const CONFIGURATION: &str =
    "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration?x=y";

#[tokio::test]
async fn a_call_is_routed_and_recorded_like_a_request() {
    let emulator = Emulator::builder().start().await.unwrap();
    let answer = send(&emulator, Method::GET, CONFIGURATION).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    let length = answer.headers["content-length"].to_str().unwrap().to_owned();
    assert_eq!(body(answer).await.unwrap().len().to_string(), length);
    let recorded = emulator.requests().pop().unwrap();
    assert_eq!(recorded.host, "login.microsoftonline.com");
    assert_eq!(recorded.query, "x=y");

    let head = send(&emulator, Method::HEAD, "https://a.dfs.core.windows.net/fs").await.unwrap();
    assert_eq!(head.status, StatusCode::NOT_FOUND);
    assert_eq!(head.headers["x-ms-error-code"], "ResourceNotFound");
    assert!(body(head).await.unwrap().is_empty());
    emulator.shutdown().await;
}

#[tokio::test]
async fn other_hosts_cannot_be_reached() {
    let emulator = Emulator::builder().start().await.unwrap();
    let refused = send(&emulator, Method::GET, "https://example.com/").await.unwrap_err();
    assert_eq!(refused, TransportErrorKind::Connect);
    let own = format!("{}/_mock/clock", emulator.ready().http_url);
    assert_eq!(send(&emulator, Method::GET, &own).await.unwrap().status, StatusCode::OK);
    emulator.shutdown().await;
}

#[tokio::test]
async fn faults_break_calls_too() {
    let emulator = Emulator::builder().start().await.unwrap();
    emulator
        .add_faults([
            FaultRule::new(FaultAction::CommitAndReset).count(1),
            FaultRule::new(FaultAction::Truncate { bytes: 7 }).count(1),
        ])
        .unwrap();
    let reset = send(&emulator, Method::GET, CONFIGURATION).await.unwrap_err();
    assert_eq!(reset, TransportErrorKind::Interrupted);
    let cut = send(&emulator, Method::GET, CONFIGURATION).await.unwrap();
    assert_eq!(body(cut).await.unwrap_err(), TransportErrorKind::Interrupted);
    assert!(send(&emulator, Method::GET, CONFIGURATION).await.is_ok());
    emulator.shutdown().await;
}
