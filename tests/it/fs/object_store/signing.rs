//! Signed URLs, used by somebody without any other right.

use std::time::Duration;

use adls_fs::object_store::DataLakeStore;
use adls_fs::{AccountKey, ErrorKind};
use adls_http::{SafeUrl, TransportRequest};
use futures_util::TryStreamExt;
use http::{HeaderMap, HeaderValue, Method};
use object_store::ObjectStoreExt;

use super::{Stored, at};

const HOUR: Duration = Duration::from_secs(3600);

/// Sends a request without any credential; gives status and body.
async fn send(stored: &Stored, method: Method, url: &str, body: &'static str) -> (u16, String) {
    let url: SafeUrl = url.parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-ms-blob-type", HeaderValue::from_static("BlockBlob"));
    let request = TransportRequest { method, url, headers, body: body.into() };
    let answer = stored.lake.client_options().transport.send(request).await.unwrap();
    let frames: Vec<bytes::Bytes> = answer.body.try_collect().await.unwrap();
    (answer.status.as_u16(), String::from_utf8(frames.concat()).unwrap())
}

async fn sign(store: &DataLakeStore, method: Method, path: &str) -> String {
    store.signed_url(method, path, HOUR).await.unwrap().to_string()
}

#[tokio::test]
async fn a_url_permits_its_method_for_its_object_for_its_time() {
    let stored = Stored::gen2().await;
    let name = "d/a b%20文.csv";
    stored.put(name, "content").await;
    let ready = stored.lake.emulator.ready();
    let key = AccountKey::new(&ready.gen2_soft_account, &ready.gen2_soft_key).unwrap();
    for store in [stored.store.clone(), stored.store.clone().with_account_key(key)] {
        let get = sign(&store, Method::GET, name).await;
        assert_eq!(send(&stored, Method::GET, &get, "").await, (200, "content".to_owned()));
        assert_eq!(send(&stored, Method::DELETE, &get, "").await.0, 403);
        let put = sign(&store, Method::PUT, "d/new").await;
        assert_eq!(send(&stored, Method::PUT, &put, "written").await.0, 201);
        assert_eq!(send(&stored, Method::GET, &put, "").await.0, 403);
        assert_eq!(stored.content("d/new").await, "written");
        let delete = sign(&store, Method::DELETE, "d/new").await;
        assert_eq!(send(&stored, Method::DELETE, &delete, "").await.0, 202);
        assert!(stored.store.head(&at("d/new")).await.is_err());
        let short = sign(&store, Method::GET, name).await;
        stored.lake.emulator.clock().advance(2 * HOUR);
        assert_eq!(send(&stored, Method::GET, &short, "").await.0, 403);
        let error = store.signed_url(Method::PATCH, name, HOUR).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
}

#[tokio::test]
async fn gen1_knows_no_signatures() {
    let stored = Stored::gen1().await;
    let error = stored.store.signed_url(Method::GET, "f", HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(stored.requests(), 0);
}
