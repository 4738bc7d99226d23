//! File systems over DFS.

use super::*;

async fn dfs(emulator: &Emulator, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
    emulator.signed(Protocol::Dfs, method, uri, headers).await
}

/// The names in a list, and the continuation.
fn listed(answer: &Answer) -> (Vec<String>, String) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let names = body["filesystems"].as_array().unwrap().iter();
    let names = names.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect();
    (names, answer.header("x-ms-continuation").unwrap().to_owned())
}

#[tokio::test]
async fn properties_are_the_metadata_of_the_container() {
    let emulator = Emulator::new();
    let uri = "/lake?resource=filesystem";
    let created = dfs(&emulator, "PUT", uri, &[("x-ms-properties", "a=MQ==,b=Mg==")]).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.header("x-ms-namespace-enabled"), Some("true"));
    let told = dfs(&emulator, "HEAD", uri, &[]).await;
    assert_eq!(told.header("x-ms-properties"), Some("a=MQ==,b=Mg=="));
    assert_eq!(told.header("x-ms-namespace-enabled"), Some("true"));
    assert_eq!(told.header("x-ms-default-encryption-scope"), Some("$account-encryption-key"));
    assert_eq!(told.header("x-ms-deny-encryption-scope-override"), Some("false"));
    assert_eq!(told.header("etag"), created.header("etag"));
    let container = "/lake?restype=container";
    let container = emulator.signed(Protocol::Blob, "HEAD", container, &[]).await;
    assert_eq!(container.header("x-ms-meta-b"), Some("2"));
    assert_eq!(container.header("x-ms-namespace-enabled"), None);

    let set = dfs(&emulator, "PATCH", uri, &[("x-ms-properties", "c=Mw==")]).await;
    assert_eq!((set.status.as_u16(), set.header("content-length")), (200, Some("0")));
    assert_ne!(set.header("etag"), created.header("etag"));
    let told = dfs(&emulator, "HEAD", uri, &[]).await;
    assert_eq!(told.header("x-ms-properties"), Some("c=Mw=="));
    dfs(&emulator, "PATCH", uri, &[]).await;
    assert_eq!(dfs(&emulator, "HEAD", uri, &[]).await.header("x-ms-properties"), Some(""));
}

#[tokio::test]
async fn what_lies_in_a_file_system_is_no_state_of_it() {
    let emulator = Emulator::new();
    let uri = "/mockfs?resource=filesystem";
    let before = dfs(&emulator, "HEAD", uri, &[]).await;
    emulator.advance(5);
    assert_eq!(dfs(&emulator, "PUT", "/mockfs/a?resource=file", &[]).await.status, 201);
    let after = dfs(&emulator, "HEAD", uri, &[]).await;
    for name in ["etag", "last-modified"] {
        assert_eq!(after.header(name), before.header(name));
    }
}

#[tokio::test]
async fn a_list_comes_in_pages_by_name() {
    let emulator = Emulator::new();
    for name in ["box2", "box1", "box3", "other", "$blobchangefeed"] {
        let uri = format!("/{}?resource=filesystem", name.replace('$', "%24"));
        assert_eq!(dfs(&emulator, "PUT", &uri, &[]).await.status, 201, "{name}");
    }
    let all = dfs(&emulator, "GET", "/?resource=account", &[]).await;
    assert_eq!(all.header("content-type"), Some("application/json;charset=utf-8"));
    let names: Vec<String> =
        ["box1", "box2", "box3", "mockfs", "other"].map(str::to_owned).to_vec();
    assert_eq!(listed(&all), (names, String::new()));
    let body: serde_json::Value = serde_json::from_slice(&all.body).unwrap();
    let keys: Vec<&String> = body["filesystems"][0].as_object().unwrap().keys().collect();
    let expected =
        ["DefaultEncryptionScope", "DenyEncryptionScopeOverride", "etag", "lastModified", "name"];
    assert_eq!(keys, expected);

    let uri = "/?resource=account&prefix=box&maxResults=2";
    let (first, token) = listed(&dfs(&emulator, "GET", uri, &[]).await);
    assert_eq!(first, ["box1", "box2"]);
    // The rest stays the rest when the next one goes.
    dfs(&emulator, "DELETE", "/box3?resource=filesystem", &[]).await;
    dfs(&emulator, "PUT", "/box4?resource=filesystem", &[]).await;
    let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    let next = format!("{uri}&continuation={token}");
    assert_eq!(listed(&dfs(&emulator, "GET", &next, &[]).await).0, ["box4"]);

    let foreign = format!("/?resource=account&continuation={token}");
    for uri in [&*foreign, "/?resource=account&continuation=Ym94"] {
        let refused = dfs(&emulator, "GET", uri, &[]).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "InvalidQueryParameterValue"));
    }
}

#[tokio::test]
async fn a_page_has_at_least_one_entry_and_at_most_5000() {
    let emulator = Emulator::new();
    for (wanted, status, code) in [
        ("1", 200, ""),
        ("5000", 200, ""),
        ("100000", 200, ""),
        ("0", 400, "OutOfRangeQueryParameterValue"),
        ("-1", 400, "OutOfRangeQueryParameterValue"),
        ("many", 400, "InvalidQueryParameterValue"),
    ] {
        for (protocol, uri) in [
            (Protocol::Dfs, "/?resource=account&maxResults="),
            (Protocol::Blob, "/?comp=list&maxresults="),
        ] {
            let answer = emulator.signed(protocol, "GET", &format!("{uri}{wanted}"), &[]).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{wanted}");
        }
    }
}

#[tokio::test]
async fn a_file_system_is_deleted_if_its_dates_allow() {
    let emulator = Emulator::new();
    let uri = "/mockfs?resource=filesystem";
    let told = dfs(&emulator, "HEAD", uri, &[]).await;
    let date = told.header("last-modified").unwrap();
    let failed = dfs(&emulator, "DELETE", uri, &[("if-modified-since", date)]).await;
    assert_eq!((failed.status.as_u16(), failed.code()), (412, "ConditionNotMet"));
    let refused = dfs(&emulator, "PATCH", uri, &[("if-none-match", "*")]).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "ConditionHeadersNotSupported"));
    let deleted = dfs(&emulator, "DELETE", uri, &[("if-unmodified-since", date)]).await;
    assert_eq!((deleted.status.as_u16(), deleted.header("content-length")), (202, Some("0")));
    let again = dfs(&emulator, "DELETE", uri, &[]).await;
    assert_eq!((again.status.as_u16(), again.code()), (404, "FilesystemNotFound"));
}
