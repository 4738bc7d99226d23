use mock_aad::{Emulator, Error, FaultAction, FaultRule};
use tokio::io::AsyncReadExt;

use crate::wire::{call, read_head, talk, tcp, tls};

async fn faulty(rule: FaultRule) -> Emulator {
    let emulator = Emulator::builder().start().await.unwrap();
    emulator.add_faults([rule]).unwrap();
    emulator
}

const ASK: &str = "GET /fs HTTP/1.1\r\nHost: a.dfs.core.windows.net\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_reset_is_a_reset_also_under_tls() {
    for action in [FaultAction::ResetBefore, FaultAction::CommitAndReset] {
        let emulator = faulty(FaultRule::new(action)).await;
        let ready = emulator.ready();
        let plain = talk(&mut tcp(&ready.http_url).await, ASK).await.unwrap_err();
        assert_eq!(plain.kind(), std::io::ErrorKind::ConnectionReset);
        let stream = tcp(&ready.https_url).await;
        let mut stream = tls(ready, stream, "a.dfs.core.windows.net").await;
        let secure = talk(&mut stream, ASK).await.unwrap_err();
        assert_eq!(secure.kind(), std::io::ErrorKind::ConnectionReset);
        let recorded = emulator.requests();
        assert_eq!(recorded.len(), 2);
        assert!(recorded.iter().all(|r| r.status.is_none() && r.fault.is_some()));
        emulator.shutdown().await;
    }
}

#[tokio::test]
async fn a_status_comes_with_its_headers_and_then_ends() {
    let status = FaultAction::Status {
        code: 429,
        retry_after: Some(7),
        body: Some(serde_json::Value::String("slow down".to_owned())),
    };
    let emulator = faulty(FaultRule::new(status).host("*.dfs.*").method("get").count(1)).await;
    let url = &emulator.ready().http_url;
    let answer = talk(&mut tcp(url).await, ASK).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    assert!(answer.contains("retry-after: 7\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nslow down"), "{answer}");
    assert!(talk(&mut tcp(url).await, ASK).await.unwrap().starts_with("HTTP/1.1 404 "));
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_truncated_answer_ends_early() {
    let emulator = faulty(FaultRule::new(FaultAction::Truncate { bytes: 10 })).await;
    let answer = talk(&mut tcp(&emulator.ready().http_url).await, ASK).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, r#"{"error":{"#);
    let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
    assert!(length.parse::<usize>().unwrap() > 10);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_stalled_answer_has_a_head_only() {
    let emulator = faulty(FaultRule::new(FaultAction::Stall)).await;
    let mut stream = tcp(&emulator.ready().http_url).await;
    tokio::io::AsyncWriteExt::write_all(&mut stream, ASK.as_bytes()).await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 404 "));
    let mut byte = [0];
    let read = tokio::time::timeout(std::time::Duration::from_millis(100), stream.read(&mut byte));
    assert!(read.await.is_err());
    drop(stream);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_corrupt_answer_is_no_json() {
    let emulator = faulty(FaultRule::new(FaultAction::Corrupt)).await;
    let answer = talk(&mut tcp(&emulator.ready().http_url).await, ASK).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(body).is_err());
    assert!(body.contains("ResourceNotFound"));
    emulator.shutdown().await;
}

#[tokio::test]
async fn the_control_interface_is_spared_and_reset_removes_all_rules() {
    let emulator = faulty(FaultRule::new(FaultAction::ResetBefore)).await;
    let url = &emulator.ready().http_url;
    assert!(talk(&mut tcp(url).await, ASK).await.is_err());
    assert_eq!(call(url, "POST", "/_mock/reset", "").await.0, 200);
    assert!(emulator.requests().is_empty());
    assert!(talk(&mut tcp(url).await, ASK).await.is_ok());
    let error = emulator.add_faults([FaultRule::new(FaultAction::Stall).path("[")]).unwrap_err();
    assert!(matches!(error, Error::Fault(_)), "{error}");
    emulator.shutdown().await;
}
