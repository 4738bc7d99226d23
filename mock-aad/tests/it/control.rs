use mock_aad::Emulator;
use serde_json::Value;

use crate::wire::{call, status, talk, tcp};

async fn json(url: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let (status, text) = call(url, method, path, body).await;
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}")))
}

async fn start() -> (Emulator, String) {
    let emulator = Emulator::builder().start().await.unwrap();
    let url = emulator.ready().http_url.clone();
    (emulator, url)
}

#[tokio::test]
async fn the_clock_is_steered() {
    let (emulator, url) = start().await;
    let (_, frozen) = json(&url, "POST", "/_mock/clock/freeze", "").await;
    assert_eq!(frozen["frozen"], true);
    let (_, later) = json(&url, "POST", "/_mock/clock/advance", r#"{"seconds": 3600}"#).await;
    let moved = later["unix_seconds"].as_i64().unwrap() - frozen["unix_seconds"].as_i64().unwrap();
    assert_eq!(moved, 3600);
    let (_, running) = json(&url, "POST", "/_mock/clock/resume", "").await;
    assert_eq!(running["frozen"], false);
    assert!(running["unix_seconds"].as_i64() >= later["unix_seconds"].as_i64());
    json(&url, "POST", "/_mock/reset", "").await;
    let (_, reset) = json(&url, "GET", "/_mock/clock", "").await;
    assert!(reset["unix_seconds"].as_i64() < later["unix_seconds"].as_i64());
    emulator.shutdown().await;
}

#[tokio::test]
async fn fault_rules_are_listed_with_what_they_did() {
    let (emulator, url) = start().await;
    let rules = r#"[{"path": "/gone/*", "action": {"status": {"code": 503}}},
                    {"count": 1, "action": "reset_before"}]"#;
    assert_eq!(json(&url, "POST", "/_mock/faults", rules).await.0, 200);
    assert_eq!(call(&url, "GET", "/gone/for/good", "").await.0, 503);
    let (_, listed) = json(&url, "GET", "/_mock/faults", "").await;
    assert_eq!(listed[0]["applied"], 1);
    assert_eq!(listed[1]["action"], "reset_before");
    let (_, recorded) = json(&url, "GET", "/_mock/requests", "").await;
    assert_eq!(recorded.as_array().unwrap().len(), 1);
    assert_eq!(recorded[0]["fault"], "status");
    assert_eq!(recorded[0]["status"], 503);
    assert_eq!(json(&url, "DELETE", "/_mock/faults", "").await.0, 200);
    assert_eq!(json(&url, "DELETE", "/_mock/requests", "").await.0, 200);
    assert_eq!(json(&url, "GET", "/_mock/faults", "").await.1, Value::Array(vec![]));
    assert_eq!(json(&url, "GET", "/_mock/requests", "").await.1, Value::Array(vec![]));
    emulator.shutdown().await;
}

#[tokio::test]
async fn health_and_the_certificate_are_told() {
    let (emulator, url) = start().await;
    assert_eq!(json(&url, "GET", "/_mock/health", "").await.1["status"], "ok");
    let (status, pem) = call(&url, "GET", "/_mock/ca.pem", "").await;
    assert_eq!(status, 200);
    assert_eq!(pem, std::fs::read_to_string(&emulator.ready().ca_cert).unwrap());
    emulator.shutdown().await;
}

#[tokio::test]
async fn rules_that_nest_without_end_are_refused_and_nothing_panics() {
    let (emulator, url) = start().await;
    let nested = format!("{}a{}", "{".repeat(250), "}".repeat(250));
    let rules = format!(r#"[{{"path": "{nested}", "action": "stall"}}]"#);
    let (status, answer) = json(&url, "POST", "/_mock/faults", &rules).await;
    assert_eq!(status, 400);
    assert!(answer["error"]["message"].as_str().unwrap().contains("more than 16 deep"));
    let rule = r#"{"path": "X", "action": "stall"}"#.replace('X', &"{a,b}".repeat(800));
    let (status, _) = json(&url, "POST", "/_mock/faults", &format!("[{rule}]")).await;
    assert_eq!(status, 400);
    let deep = format!(
        r#"[{{"action": {{"status": {{"code": 500, "body": {}1{}}}}}}}]"#,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    assert_eq!(json(&url, "POST", "/_mock/faults", &deep).await.0, 400);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_status_alone_answers_with_the_error_that_fits() {
    let (emulator, url) = start().await;
    let rules = r#"{"action": "status", "code": 403}"#;
    assert_eq!(json(&url, "POST", "/_mock/faults", rules).await.0, 200);
    for op in ["LISTSTATUS", "OPEN", "GETFILESTATUS"] {
        let (status, answer) = json(&url, "GET", &format!("/webhdfs/v1/?op={op}"), "").await;
        assert_eq!(status, 403);
        assert_eq!(answer["RemoteException"]["exception"], "AccessControlException");
    }
    let (_, answer) = json(&url, "GET", "/subscriptions?api-version=2020-01-01", "").await;
    assert_eq!(answer["error"]["code"], "AuthorizationFailed");
    let (_, answer) = json(&url, "POST", "/common/oauth2/token", "").await;
    assert_eq!(answer["error"], "access_denied");
    emulator.shutdown().await;
}

#[tokio::test]
async fn mistakes_are_named() {
    let (emulator, url) = start().await;
    for (path, body, named) in [
        ("/_mock/clock/advance", "{}", "missing field `seconds`"),
        ("/_mock/clock/advance", r#"{"seconds": -1}"#, "seconds: "),
        ("/_mock/clock/advance", r#"{"seconds": 1} x"#, "trailing characters"),
        ("/_mock/faults", "{}", "action is missing"),
        ("/_mock/faults", r#"[{"action": "explode"}]"#, "rule 0: action: there is no \"explode\""),
        ("/_mock/faults", r#"[{"action": "stall", "hots": "x"}]"#, "no member \"hots\""),
        ("/_mock/faults", r#"[{"action": {"delay": {"ms": "1"}}}]"#, "rule 0: ms: \"1\""),
        ("/_mock/device/AAAA/approve", "{}", "missing field `username`"),
        ("/_mock/device/AAAA/approve", r#"{"username": "user@emulator.test"}"#, "AAAA"),
        ("/_mock/device/AAAA/deny", "", "AAAA"),
    ] {
        let (status, answer) = json(&url, "POST", path, body).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(status, 400, "{path} {body}");
        assert!(message.contains(named), "{path} {body}: {message}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn what_is_unknown_is_answered_with_what_there_is() {
    let (emulator, url) = start().await;
    let (status, answer) = json(&url, "GET", "/_mock/nothing", "").await;
    assert_eq!(status, 404);
    let available = answer["error"]["available"].as_array().unwrap();
    for known in available {
        let (method, path) = known.as_str().unwrap().split_once(' ').unwrap();
        let path = path.replace("{user code}", "AAAA").replace("{approve|deny}", "deny");
        let (_, answer) = call(&url, method, &path, "").await;
        assert!(!answer.contains("\"available\""), "{known}: {answer}");
    }
    assert_eq!(call(&url, "PUT", "/_mock/reset", "").await.0, 404);
    emulator.shutdown().await;
}

#[tokio::test]
async fn snapshots_are_taken_restored_listed_and_deleted() {
    let (emulator, url) = start().await;
    let moment = json(&url, "POST", "/_mock/clock/freeze", "").await.1["now"].clone();
    let (status, taken) = json(&url, "POST", "/_mock/snapshot", "").await;
    assert_eq!(status, 200);
    let body = taken.to_string();
    for _ in 0..2 {
        json(&url, "POST", "/_mock/clock/advance", r#"{"seconds": 60}"#).await;
        let restored = json(&url, "POST", "/_mock/restore", &body).await;
        assert_eq!(restored, (200, Value::Object(serde_json::Map::new())));
        assert_eq!(json(&url, "GET", "/_mock/clock", "").await.1["now"], moment);
    }
    json(&url, "POST", "/_mock/reset", "").await;
    let (_, listed) = json(&url, "GET", "/_mock/snapshots", "").await;
    assert_eq!(listed, serde_json::json!([{"id": taken["id"], "time": moment}]));
    assert_eq!(emulator.snapshots(), [taken["id"].as_str().unwrap().into()]);

    let named = format!("/_mock/snapshots/{}", taken["id"].as_str().unwrap());
    assert_eq!(json(&url, "DELETE", &named, "").await.0, 200);
    assert_eq!(json(&url, "GET", "/_mock/snapshots", "").await.1, Value::Array(vec![]));
    for (method, path) in [("DELETE", named.as_str()), ("POST", "/_mock/restore")] {
        let (status, answer) = json(&url, method, path, &body).await;
        assert_eq!(status, 404, "{method} {path}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(taken["id"].as_str().unwrap()), "{message}");
    }
    assert_eq!(json(&url, "POST", "/_mock/restore", "{}").await.0, 400);

    for _ in 0..64 {
        emulator.snapshot().unwrap();
    }
    let (status, answer) = json(&url, "POST", "/_mock/snapshot", "").await;
    assert_eq!(status, 409);
    assert!(answer["error"]["message"].as_str().unwrap().contains("64"), "{answer}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn pages_of_other_sites_are_refused() {
    let (emulator, url) = start().await;
    for (origin, expected) in
        [("http://evil.example", 403), ("null", 403), ("http://localhost:1", 200)]
    {
        let ask = format!(
            "POST /_mock/reset HTTP/1.1\r\nHost: localhost:1\r\nOrigin: {origin}\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let answer = talk(&mut tcp(&url).await, &ask).await.unwrap();
        assert_eq!(status(&answer), expected, "{origin}");
    }
    emulator.shutdown().await;
}

/// Such a page's origin is the host that it asks, and its host is this machine.
#[tokio::test]
async fn pages_whose_site_claims_to_be_this_machine_are_refused() {
    let (emulator, url) = start().await;
    for (host, expected) in
        [("evil.example", 403), ("[::1]:1", 200), ("aad.localhost:1", 200), ("127.0.0.2", 200)]
    {
        let ask = format!(
            "POST /_mock/reset HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let answer = talk(&mut tcp(&url).await, &ask).await.unwrap();
        assert_eq!(status(&answer), expected, "{host}");
    }
    emulator.shutdown().await;
}
