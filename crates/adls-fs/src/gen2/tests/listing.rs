//! Lists that come in pages, some of them empty.

use futures_util::StreamExt;
use insta::assert_snapshot;

use super::*;
use crate::{ErrorKind, ListOptions};

fn page(names: &[&str], token: Option<&str>) -> Answer {
    let entries = names.iter().map(|name| format!("{{\"name\":\"{name}\"}}"));
    let answer = json(&format!("{{\"paths\":[{}]}}", entries.collect::<Vec<_>>().join(",")));
    match token {
        Some(token) => answer.header("x-ms-continuation", token),
        None => answer,
    }
}

#[tokio::test]
async fn empty_pages_with_a_token_end_no_list() {
    let pages = || {
        [
            page(&[], Some("1")),
            page(&["d/a"], Some("2")),
            page(&[], Some("3")),
            page(&[], Some("4")),
            page(&["d/b"], None),
        ]
    };
    let (client, _) = client(pages());
    let entries = client.list("/d").collect_all().await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.name()).collect::<Vec<_>>(), ["a", "b"]);
    let (client, _) = super::client(pages());
    assert_eq!(client.list("/d").count().await, 2);
    let (client, _) = super::client(pages());
    let mut list = client.list("/d");
    let mut lengths = Vec::new();
    while let Some(page) = list.next_page().await {
        lengths.push(page.unwrap().items.len());
    }
    assert_eq!(lengths, [0, 1, 0, 0, 1]);
}

#[tokio::test]
async fn a_list_that_begins_at_a_name_goes_on_from_its_token() {
    let from = || ListOptions::default().begin_from("m".to_owned());
    let answers = [page(&["d/m"], Some("t")), page(&["d/n"], None), page(&["d/n"], None)];
    let (client, transport) = client(answers);
    let mut list = client.list_with("/d", from());
    assert_eq!(list.next_page().await.unwrap().unwrap().items.len(), 1);
    let token = list.continuation().unwrap().to_owned();
    assert_eq!(list.collect_all().await.unwrap().len(), 1);
    let resumed = client.list_with("/d", from().start_after(token));
    assert_eq!(resumed.collect_all().await.unwrap().len(), 1);
    assert_snapshot!(requests(&transport), @r"
    GET /fs?resource=filesystem&recursive=false&directory=d&maxResults=5000&beginFrom=m
    x-ms-version: 2026-06-06

    GET /fs?resource=filesystem&recursive=false&directory=d&maxResults=5000&continuation=t
    x-ms-version: 2026-06-06

    GET /fs?resource=filesystem&recursive=false&directory=d&maxResults=5000&continuation=t
    x-ms-version: 2026-06-06
    ");
}

#[tokio::test]
async fn an_old_service_begins_no_list_at_a_name() {
    let old = file(0, "\"0x1\"").header("x-ms-version", "2020-02-10");
    let (client, transport) = client([old]);
    client.stat("/d").await.unwrap();
    let options = ListOptions::default().begin_from("m".to_owned());
    let error = client.list_with("/d", options).collect_all().await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Unsupported, 1), "{error}");
}
