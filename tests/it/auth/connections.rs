//! Connections that do not come to stand, over real sockets and TLS.

use std::sync::Arc;

use adls_http::{
    ClientOptions, ConnectFailure, HttpTransport, HttpTransportOptions, Idempotency, Pipeline,
    Request,
};
use adls_tests::Emulated;
use http::{Method, StatusCode};

/// What becomes of a request to `url` by a client that trusts `certificates` alone.
async fn ask(url: &str, certificates: Vec<Vec<u8>>) -> adls_http::Result<u16> {
    let mut options = HttpTransportOptions::default();
    options.use_system_proxy = false;
    options.use_system_certificates = false;
    options.root_certificates = certificates;
    let transport = Arc::new(HttpTransport::new(&options)?);
    let pipeline = Pipeline::builder(ClientOptions::with_transport(transport)).build()?;
    let request = Request::new("TEST", Method::GET, url.parse().unwrap(), Idempotency::Safe);
    // Any answer will do.
    pipeline
        .send(request.accept(StatusCode::NOT_FOUND))
        .await
        .map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn words_name_the_right_thing() {
    let emulated = Emulated::start().await.unwrap();
    let ready = emulated.emulator.ready();
    let authority = vec![std::fs::read(&ready.ca_cert).unwrap()];
    let nowhere = format!("{}/nowhere", ready.https_url);
    assert_eq!(ask(&nowhere, authority.clone()).await.unwrap(), 404);

    // Nobody vouches for the certificate; or it is for other names.
    let other_name = ready.https_url.replace("127.0.0.1", "other.localhost");
    for (url, certificates) in [(&ready.https_url, vec![]), (&other_name, authority.clone())] {
        let error = ask(url, certificates).await.unwrap_err();
        assert_eq!(error.connect_failure(), Some(ConnectFailure::Certificate), "{error}");
        assert_eq!(error.tries(), 1, "it would come out the same");
        assert!(error.hint().unwrap().contains("SSL_CERT_FILE"));
    }
    let plain = ready.http_url.replace("http://", "https://");
    let error = ask(&plain, authority).await.unwrap_err();
    assert_eq!((error.connect_failure(), error.tries()), (Some(ConnectFailure::Tls), 1), "{error}");
}
