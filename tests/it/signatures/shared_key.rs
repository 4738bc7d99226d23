//! Requests that a key of the account signs.

use std::time::Duration;

use adls_http::{AccountKey, ErrorKind};
use http::Method;

use super::account::{Account, Call, Way, encoded, said};

/// Names that have to be encoded, in paths and in queries.
const NAMES: [&str; 9] = [
    "a",
    "a b",
    "a+b",
    "50% done",
    "x%2Fy",
    "文件/目录 1+2%.txt",
    "&=?#;:@'()*!~,$",
    "ü{}[]|^`\"<>\\",
    "a  b ",
];

#[tokio::test]
async fn every_way_to_the_account_takes_what_the_key_signs() {
    let account = Account::start().await;
    let pipeline = account.pipeline(account.key());
    for way in [Way::Dfs, Way::PathStyle] {
        for name in NAMES {
            let path = encoded(name);
            let directory = encoded(&format!("{way:?} {name}"));
            let file = format!("{directory}{path}");
            let named = |method, query, body| Call {
                method,
                path: file.clone(),
                query,
                body,
                ..Call::default()
            };
            let send = |call| account.send(&pipeline, way, call);
            let create = [("resource", "file")];
            send(named(Method::PUT, &create, "")).await.unwrap();
            let append = [("action", "append"), ("position", "0")];
            send(named(Method::PATCH, &append, "content")).await.unwrap();
            let flush = [("action", "flush"), ("position", "7")];
            send(named(Method::PATCH, &flush, "")).await.unwrap();
            assert_eq!(said(send(named(Method::GET, &[], "")).await), "content", "{way:?} {file}");
            let whole_name = format!("{way:?} {name}");
            let list = [
                ("resource", "filesystem"),
                ("recursive", "true"),
                ("directory", whole_name.as_str()),
            ];
            let listed = said(send(Call { query: &list, ..Call::default() }).await);
            let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
            let names = listed["paths"].as_array().unwrap();
            let expected = format!("{whole_name}/{name}");
            assert!(names.iter().any(|entry| entry["name"] == expected), "{listed}");
        }
    }
}

#[tokio::test]
async fn the_blob_endpoint_takes_what_the_key_signs() {
    let account = Account::start().await;
    let pipeline = account.pipeline(account.key());
    for way in [Way::Blob, Way::PathStyle] {
        for name in NAMES {
            let path = encoded(&format!("{way:?}/{name}"));
            let metadata = [
                ("x-ms-blob-type", "BlockBlob"),
                ("x-ms-meta-foo_bar", "two  blanks"),
                ("x-ms-meta-foo1", ""),
                ("x-ms-meta-foobar", "3"),
                ("content-language", "de"),
                ("if-none-match", "*"),
            ];
            let (method, body) = (Method::PUT, "content");
            let call =
                Call { method, path: path.clone(), headers: &metadata, body, ..Call::default() };
            account.send(&pipeline, way, call).await.unwrap();
            let range = [("range", "bytes=1-3")];
            let call = Call { path, headers: &range, ..Call::default() };
            assert_eq!(said(account.send(&pipeline, way, call).await), "ont", "{way:?} {name}");
            let prefix = format!("{way:?}/{name}");
            let list = [("restype", "container"), ("comp", "list"), ("prefix", prefix.as_str())];
            let call = Call { query: &list, ..Call::default() };
            let listed = said(account.send(&pipeline, way, call).await);
            assert!(listed.contains("<Blob>"), "{listed}");
        }
    }
}

#[tokio::test]
async fn another_key_and_another_account_are_refused() {
    let account = Account::start().await;
    account.put("/a", "content").await;
    let ready = account.emulator.ready();
    let wrong = AccountKey::new(&account.name, &ready.gen2_key2).unwrap();
    let other = AccountKey::new(&ready.gen2_account2, &ready.gen2_key2).unwrap();
    for key in [wrong, other] {
        let call = Call { path: "/a".to_owned(), ..Call::default() };
        let error = account.send(&account.pipeline(key), Way::Dfs, call).await.unwrap_err();
        assert_eq!(error.code(), Some("AuthenticationFailed"));
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(&ready.gen2_key2), "{shown}");
    }
}

#[tokio::test]
async fn the_time_is_that_of_the_pipelines_clock() {
    let account = Account::start().await;
    account.put("/a", "content").await;
    let read = || Call { path: "/a".to_owned(), ..Call::default() };
    let mut options = account.client_options();
    let late = adls_http::test_util::TestClock::new();
    let now = account.now().duration_since(adls_http::Clock::now(&late)).unwrap();
    late.advance(now - Duration::from_secs(16 * 60));
    options.clock = std::sync::Arc::new(late.clone());
    let endpoint = account.endpoint(Way::Dfs);
    let pipeline = adls_http::Pipeline::builder(options)
        .credential(&[&endpoint], account.key(), adls_http::TokenRequest::default())
        .build()
        .unwrap();
    let error = account.send(&pipeline, Way::Dfs, read()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Service, Some("AuthenticationFailed")));
    late.advance(Duration::from_secs(2 * 60));
    assert_eq!(said(account.send(&pipeline, Way::Dfs, read()).await), "content");
}
