//! Lists of paths and of blobs.

use serde_json::Value;

use super::*;
use Protocol::{Blob, Dfs};

/// Names whose order differs: by component `a` and all in it comes before `a.b`.
const NAMES: [&str; 6] = ["a/x", "a/y/z", "a.b", "a0", "b", "c/d/e"];

async fn with_names() -> Emulator {
    let emulator = Emulator::new();
    for name in NAMES {
        let uri = format!("/mockfs/{name}?resource=file");
        assert_eq!(emulator.signed(Dfs, "PUT", &uri, &[]).await.status, 201);
    }
    emulator
}

impl Emulator {
    async fn paths(&self, query: &str) -> Answer {
        self.signed(Dfs, "GET", &format!("/mockfs?resource=filesystem&{query}"), &[]).await
    }

    async fn blobs(&self, account: &str, query: &str) -> Answer {
        let uri = format!("/mockfs?restype=container&comp=list&{query}");
        let unsigned = Unsigned { method: "GET", uri: &uri, headers: &[], body: &[] };
        self.signed_with(account, Blob, unsigned).await
    }

    async fn refusal(&self, protocol: Protocol, query: &str) -> String {
        let answer = match protocol {
            Dfs => self.paths(query).await,
            Blob => self.blobs("mockgen2", query).await,
        };
        format!("{} {}", answer.status.as_u16(), answer.code())
    }
}

fn entries(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["paths"].as_array().unwrap().clone()
}

fn names(answer: &Answer) -> Vec<String> {
    entries(answer).iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
}

/// The texts of all elements of a name.
fn texts(answer: &Answer, element: &str) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let document =
        roxmltree::Document::parse(answer.text().trim_start_matches('\u{feff}')).unwrap();
    let found = document.descendants().filter(|node| node.has_tag_name(element));
    found.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn paths_come_by_component_and_blobs_by_their_whole_names() {
    let emulator = with_names().await;
    let recursive = emulator.paths("recursive=true").await;
    let by_component = ["a", "a/x", "a/y", "a/y/z", "a.b", "a0", "b", "c", "c/d", "c/d/e"];
    assert_eq!(names(&recursive), by_component);
    let flat = emulator.blobs("mockgen2", "").await;
    let by_bytes = ["a", "a.b", "a/x", "a/y", "a/y/z", "a0", "b", "c", "c/d", "c/d/e"];
    assert_eq!(texts(&flat, "Name"), by_bytes);
    let children = emulator.paths("recursive=false&directory=a").await;
    assert_eq!(names(&children), ["a/x", "a/y"]);
    let grouped = emulator.blobs("mockgen2", "delimiter=%2F").await;
    assert_eq!(texts(&grouped, "Name"), ["a.b", "a/", "a0", "b", "c/"]);
    assert_eq!(texts(&grouped, "BlobPrefix").len(), 2);
    let below = emulator.blobs("mockgen2", "delimiter=%2F&prefix=a%2F").await;
    assert_eq!(texts(&below, "Name"), ["a/x", "a/y/"]);
}

#[tokio::test]
async fn pages_of_any_size_make_the_whole_list() {
    let emulator = with_names().await;
    for recursive in ["true", "false"] {
        let all = names(&emulator.paths(&format!("recursive={recursive}")).await);
        for size in 1..=all.len() {
            let mut found = Vec::new();
            let mut query = format!("recursive={recursive}&maxResults={size}");
            loop {
                let page = emulator.paths(&query).await;
                assert!(names(&page).len() <= size);
                found.extend(names(&page));
                let Some(token) = page.header("x-ms-continuation") else { break };
                let token = encoded(token);
                query = format!("recursive={recursive}&maxResults={size}&continuation={token}");
            }
            assert_eq!(found, all);
        }
    }
    for grouped in ["", "&delimiter=%2F"] {
        let all = texts(&emulator.blobs("mockgen2", grouped).await, "Name");
        for size in 1..=all.len() {
            let mut found = Vec::new();
            let mut marker = String::new();
            loop {
                let query = format!("maxresults={size}&marker={}{grouped}", encoded(&marker));
                let page = emulator.blobs("mockgen2", &query).await;
                found.extend(texts(&page, "Name"));
                marker = texts(&page, "NextMarker").remove(0);
                if marker.is_empty() {
                    break;
                }
            }
            assert_eq!(found, all);
        }
    }
}

#[tokio::test]
async fn a_page_goes_on_where_an_entry_has_gone() {
    let emulator = with_names().await;
    let page = emulator.paths("recursive=true&maxResults=2").await;
    let token = encoded(page.header("x-ms-continuation").unwrap());
    let gone = emulator.signed(Dfs, "DELETE", "/mockfs/a?recursive=true", &[]).await;
    assert_eq!(gone.status, 200, "{}", gone.code());
    let rest = emulator.paths(&format!("recursive=true&continuation={token}")).await;
    assert_eq!(names(&rest), ["a.b", "a0", "b", "c", "c/d", "c/d/e"]);
}

#[tokio::test]
async fn tokens_belong_to_the_list_that_they_were_made_for() {
    let emulator = with_names().await;
    let page = emulator.paths("recursive=true&maxResults=1").await;
    let token = encoded(page.header("x-ms-continuation").unwrap());
    for query in [
        format!("recursive=false&continuation={token}"),
        format!("recursive=true&directory=a&continuation={token}"),
        "recursive=true&continuation=bWFkZSB1cA%3D%3D".to_owned(),
    ] {
        let refusal = emulator.refusal(Dfs, &query).await;
        assert_eq!(refusal, "400 InvalidQueryParameterValue", "{query}");
    }
    let page = emulator.blobs("mockgen2", "maxresults=1").await;
    let marker = encoded(&texts(&page, "NextMarker")[0]);
    for query in [
        format!("prefix=a&marker={marker}"),
        format!("delimiter=%2F&marker={marker}"),
        format!("showonly=deleted&marker={marker}"),
        format!("marker={token}"),
        "marker=a".to_owned(),
    ] {
        assert_eq!(emulator.refusal(Blob, &query).await, "400 OutOfRangeInput", "{query}");
    }
}

#[tokio::test]
async fn a_list_may_begin_amid_the_directory() {
    let emulator = with_names().await;
    for (query, expected) in [
        ("recursive=true&beginFrom=b", &["b", "c", "c/d", "c/d/e"][..]),
        ("recursive=true&beginFrom=a%2Fy%2Fz", &["a/y/z", "a.b", "a0", "b", "c", "c/d", "c/d/e"]),
        ("recursive=true&directory=a&beginFrom=y", &["a/y", "a/y/z"]),
        ("recursive=false&beginFrom=a1", &["b", "c"]),
        ("recursive=true&beginFrom=z", &[]),
    ] {
        assert_eq!(names(&emulator.paths(query).await), expected, "{query}");
    }
    let refusal = emulator.refusal(Dfs, "recursive=false&beginFrom=a%2Fx").await;
    assert_eq!(refusal, "400 InvalidQueryParameterValue");
    let from = emulator.blobs("mockgen2", "startFrom=a%2Fy%2Fz").await;
    assert_eq!(texts(&from, "Name"), ["a/y/z", "a0", "b", "c", "c/d", "c/d/e"]);
    let grouped = emulator.blobs("mockgen2", "delimiter=%2F&startFrom=a%2F").await;
    assert_eq!(texts(&grouped, "Name"), ["a/", "a0", "b", "c/"]);
}

#[tokio::test]
async fn a_file_lists_itself_and_what_is_missing_is_not_found() {
    let emulator = with_names().await;
    assert_eq!(names(&emulator.paths("recursive=true&directory=a%2Fx").await), ["a/x"]);
    let missing = emulator.refusal(Dfs, "recursive=true&directory=nothing").await;
    assert_eq!(missing, "404 PathNotFound");
    assert!(texts(&emulator.blobs("mockgen2", "prefix=nothing%2F").await, "Name").is_empty());
    let uri = "/missing?resource=filesystem&recursive=true";
    assert_eq!(emulator.signed(Dfs, "GET", uri, &[]).await.code(), "FilesystemNotFound");
    for more in ["", "&showonly=deleted"] {
        let uri = format!("/missing?restype=container&comp=list{more}");
        assert_eq!(emulator.signed(Blob, "GET", &uri, &[]).await.code(), "ContainerNotFound");
    }
}

#[tokio::test]
async fn words_that_lists_do_not_know_are_named() {
    let emulator = with_names().await;
    for (protocol, query, refusal) in [
        (Dfs, "", "400 MissingRequiredQueryParameter"),
        (Dfs, "recursive=maybe", "400 InvalidQueryParameterValue"),
        (Dfs, "recursive=true&maxResults=0", "400 OutOfRangeQueryParameterValue"),
        (Dfs, "recursive=true&maxResults=-1", "400 OutOfRangeQueryParameterValue"),
        (Dfs, "recursive=true&maxResults=many", "400 InvalidQueryParameterValue"),
        (Blob, "maxresults=0", "400 OutOfRangeQueryParameterValue"),
        (Blob, "delimiter=.", "400 InvalidQueryParameterValue"),
        (Blob, "showonly=everything", "400 InvalidQueryParameterValue"),
        (Blob, "include=metadata,dreams", "400 InvalidQueryParameterValue"),
    ] {
        assert_eq!(emulator.refusal(protocol, query).await, refusal, "{query}");
    }
    assert_eq!(names(&emulator.paths("recursive=true&maxResults=9000").await).len(), 10);
}

#[tokio::test]
async fn entries_tell_more_from_version_to_version() {
    let emulator = with_names().await;
    let uri = "/mockfs?resource=filesystem&recursive=true&directory=c";
    for (version, more) in [
        ("2019-12-12", &[][..]),
        ("2020-02-10", &["creationTime"]),
        ("2021-06-08", &["creationTime", "expiryTime"]),
    ] {
        let answer = emulator.signed(Dfs, "GET", uri, &[("x-ms-version", version)]).await;
        assert_eq!(answer.header("content-type"), Some("application/json;charset=utf-8"));
        let entries = entries(&answer);
        let keys = |entry: &Value| -> Vec<String> {
            assert!(entry.as_object().unwrap().values().all(Value::is_string), "{entry}");
            entry.as_object().unwrap().keys().cloned().collect()
        };
        let mut of_file =
            ["contentLength", "etag", "group", "lastModified", "name", "owner", "permissions"]
                .to_vec();
        of_file.extend(more);
        of_file.sort_unstable();
        let mut of_directory = of_file.clone();
        of_directory.push("isDirectory");
        of_directory.sort_unstable();
        assert_eq!(
            (keys(&entries[0]), keys(&entries[1])),
            (
                of_directory.into_iter().map(str::to_owned).collect(),
                of_file.into_iter().map(str::to_owned).collect(),
            )
        );
    }
    let entries =
        entries(&emulator.signed(Dfs, "GET", uri, &[("x-ms-version", "2021-06-08")]).await);
    assert_eq!(entries[0]["expiryTime"], "0");
    let head = emulator.signed(Dfs, "HEAD", "/mockfs/c/d", &[]).await;
    let etag = head.header("etag").unwrap().trim_matches('"');
    assert_eq!((&entries[0]["name"], &entries[0]["etag"]), (&"c/d".into(), &etag.into()));
}

#[tokio::test]
async fn blobs_tell_what_is_asked_for() {
    let emulator = with_names().await;
    for (query, expected) in [
        ("showonly=files&prefix=a", &["a.b", "a/x", "a/y/z", "a0"][..]),
        ("showonly=directories", &["a", "a/y", "c", "c/d"]),
        ("showonly=directories&delimiter=%2F", &["a/", "c/"]),
    ] {
        assert_eq!(texts(&emulator.blobs("mockgen2", query).await, "Name"), expected, "{query}");
    }
    let plain = emulator.blobs("mockgen2", "prefix=a%2F").await;
    assert_eq!(texts(&plain, "ResourceType"), ["file", "directory", "file"]);
    assert_eq!(texts(&plain, "Metadata").len() + texts(&plain, "Owner").len(), 0);
    let more = emulator.blobs("mockgen2", "prefix=a%2F&include=metadata,permissions").await;
    assert_eq!(texts(&more, "hdi_isfolder"), ["true"]);
    assert_eq!(texts(&more, "Owner"), ["$superuser"; 3]);
    assert_eq!(texts(&more, "Permissions"), ["rw-r-----", "rwxr-x---", "rw-r-----"]);
    assert_eq!(texts(&more, "Acl")[0], "user::rw-,group::r--,other::---");
    assert!(more.text().contains("ServiceEndpoint=\"https://mockgen2."), "{}", more.text());
    assert!(more.text().contains("<Prefix>a/</Prefix><Blobs>"), "{}", more.text());
}

#[tokio::test]
async fn names_that_xml_cannot_carry_are_encoded() {
    let emulator = Emulator::new();
    let uri = "/mockfs/a%EF%BF%BEb%3C?resource=file";
    assert_eq!(emulator.signed(Dfs, "PUT", uri, &[]).await.status, 201);
    let list = emulator.blobs("mockgen2", "").await;
    assert!(
        list.text().contains("<Name Encoded=\"true\">a%EF%BF%BEb%3C</Name>"),
        "{}",
        list.text()
    );
}

#[tokio::test]
async fn deleted_entries_are_listed_until_they_are_gone_for_good() {
    let emulator = Emulator::soft();
    let send = async |method: &str, path: &str| {
        let uri = format!("/mockfs/{path}");
        let unsigned = Unsigned { method, uri: &uri, headers: &[], body: &[] };
        let answer = emulator.signed_with("mockgen2soft", Dfs, unsigned).await;
        assert!(answer.status.is_success(), "{}", answer.code());
    };
    for path in ["a", "d/b", "d/c", "e"] {
        send("PUT", &format!("{path}?resource=file")).await;
    }
    for path in ["a", "d/b", "d?recursive=true"] {
        send("DELETE", path).await;
    }
    // Once more under the same name.
    send("PUT", "a?resource=file").await;
    send("DELETE", "a").await;
    let list = async |query: &str| emulator.blobs("mockgen2soft", query).await;
    let deleted = list("showonly=deleted").await;
    assert_eq!(texts(&deleted, "Name"), ["a", "a", "d", "d/b"]);
    assert_eq!(texts(&deleted, "Deleted"), ["true"; 4]);
    assert_eq!(texts(&deleted, "RemainingRetentionDays"), ["7"; 4]);
    assert_eq!(texts(&deleted, "ResourceType"), ["file", "file", "directory", "file"]);
    let ids = texts(&deleted, "DeletionId");
    assert!(ids[0] < ids[1], "{ids:?}");
    assert_eq!(texts(&list("showonly=deleted&prefix=d").await, "Name"), ["d", "d/b"]);
    let grouped = list("showonly=deleted&delimiter=%2F").await;
    assert_eq!(texts(&grouped, "Name"), ["a", "a", "d"]);
    assert_eq!(texts(&list("").await, "Name"), ["e"]);
    let all = list("include=deleted").await;
    assert_eq!(texts(&all, "Name"), ["a", "a", "d", "d/b", "e"]);
    for query in ["showonly=deleted", "include=deleted"] {
        let (mut found, mut marker) = (Vec::new(), String::new());
        loop {
            let page = list(&format!("{query}&maxresults=1&marker={}", encoded(&marker))).await;
            found.extend(texts(&page, "DeletionId"));
            marker = texts(&page, "NextMarker").remove(0);
            if marker.is_empty() {
                break;
            }
        }
        assert_eq!(found, ids);
    }
    emulator.state.storage.clock.advance(std::time::Duration::from_secs(8 * 24 * 3600));
    assert!(texts(&list("showonly=deleted").await, "Name").is_empty());
}
