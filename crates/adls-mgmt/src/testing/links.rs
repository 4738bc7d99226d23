//! Links that a service, or whoever poses as one, hands out.

use adls_http::test_util::Answer;

use super::{client, ok};
use crate::data_lake_store::CreateAccount;

const ELSEWHERE: [&str; 5] = [
    "https://evil.test/x",
    "https://arm.test.evil.test/x",
    "https://arm.test:8443/x",
    "http://arm.test/x",
    "https://arm.test@evil.test/x",
];

#[tokio::test(start_paused = true)]
async fn credentials_go_only_where_said() {
    for link in ELSEWHERE {
        let page = ok(&format!(r#"{{"value":[],"nextLink":"{link}"}}"#));
        let (here, transport) = client([page]);
        let list = here.accounts().list();
        let error = list.collect_all().await.unwrap_err();
        assert!(error.to_string().contains("link"), "{error}");
        assert_eq!(transport.count(), 1);

        for (header, status) in [("azure-asyncoperation", 201), ("location", 202)] {
            let (here, transport) = client([Answer::status(status).header(header, link)]);
            let create = CreateAccount::new("eastus2");
            let poller = here.accounts().begin_create("Lab", "ocean", &create).await.unwrap();
            assert!(poller.wait().await.is_err(), "{header} {link}");
            assert_eq!(transport.count(), 1);
        }
        let moved = Answer::status(307).header("location", link);
        let (here, transport) = client([moved]);
        assert!(here.accounts().get("Lab", "ocean").await.is_err());
        assert_eq!(transport.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_without_end_is_an_error() {
    let pages = (0..20_000).map(|page| {
        let next = format!("https://arm.test/page/{page}");
        ok(&format!(r#"{{"value":[{{"name":"a{page}"}}],"nextLink":"{next}"}}"#))
    });
    let (here, transport) = client(pages);
    let list = here.accounts().list();
    let error = list.collect_all().await.unwrap_err();
    assert!(error.to_string().contains("no end"), "{error}");
    assert_eq!(transport.count() + transport.take_unasked(), 20_000);
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_by_design() {
    // A link that is none is shown as far as a person reads.
    let long = "x".repeat(1 << 20);
    let (here, _) = client([ok(&format!(r#"{{"value":[],"nextLink":"{long}"}}"#))]);
    let list = here.accounts().list();
    let error = list.collect_all().await.unwrap_err().to_string();
    assert!(error.len() < 5_000, "{}", error.len());
}
