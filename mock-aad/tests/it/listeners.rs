use mock_aad::{AccessLog, Emulator, Error, FaultAction, FaultRule, RecordedRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::wire::{call, read_head, status, talk, tcp, tls};

async fn start() -> Emulator {
    Emulator::builder().start().await.unwrap()
}

const ASK: &str = "GET /_mock/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn http_and_tls_answer_alike() {
    let emulator = start().await;
    let ready = emulator.ready();
    let plain = talk(&mut tcp(&ready.http_url).await, ASK).await.unwrap();
    for host in ["localhost", "127.0.0.1", "login.microsoftonline.com", "a.adls.localhost"] {
        let mut stream = tls(ready, tcp(&ready.https_url).await, host).await;
        let secure = talk(&mut stream, ASK).await.unwrap();
        assert_eq!(status(&secure), 200, "{host}");
        assert_eq!(body(&secure), body(&plain), "{host}");
    }
    assert_eq!(serde_json::from_str::<mock_aad::Ready>(body(&plain)).unwrap(), *ready);
    emulator.shutdown().await;
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn connections_are_kept_and_dated_by_the_emulators_clock() {
    let emulator = start().await;
    emulator.clock().freeze();
    emulator.clock().advance(std::time::Duration::from_secs(100 * 366 * 86_400));
    let mut stream = tcp(&emulator.ready().http_url).await;
    for _ in 0..2 {
        let ask = "HEAD /_mock/clock HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(ask.as_bytes()).await.unwrap();
        let head = read_head(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("content-length: ") && !head.contains("content-length: 0"), "{head}");
        // A hundred years from now: the year begins with 21.
        let date = head.split("date: ").nth(1).unwrap().lines().next().unwrap();
        assert!(date.split(' ').nth(3).unwrap().starts_with("21"), "{date}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn the_proxy_tunnels_to_azure_hosts_only() {
    let emulator = start().await;
    let ready = emulator.ready();
    for version in ["HTTP/1.1", "HTTP/1.0"] {
        let mut stream = tcp(&ready.proxy_url).await;
        let ask = format!("CONNECT management.azure.com:443 {version}\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let head = read_head(&mut stream).await;
        assert_eq!(status(&head), 200);
        assert!(!head.contains("content-length"), "{head}");
        let mut tunnel = tls(ready, stream, "management.azure.com").await;
        let answer = talk(&mut tunnel, ASK).await.unwrap();
        assert_eq!(status(&answer), 200, "{answer}");
    }
    let ask = "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n";
    let mut stream = tcp(&ready.proxy_url).await;
    stream.write_all(ask.as_bytes()).await.unwrap();
    assert_eq!(status(&read_head(&mut stream).await), 403);

    let mut stream = tcp(&ready.http_url).await;
    let ask = ask.replace("example.com", "management.azure.com");
    stream.write_all(ask.as_bytes()).await.unwrap();
    assert_eq!(status(&read_head(&mut stream).await), 405);
    emulator.shutdown().await;
}

#[tokio::test]
async fn absolute_urls_name_host_and_scheme() {
    let emulator = start().await;
    let ready = emulator.ready();
    let ask = |url: &str| {
        format!("GET {url} HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n")
    };
    let url = "https://a.dfs.core.windows.net/x?code=secret";
    let answer = talk(&mut tcp(&ready.proxy_url).await, &ask(url)).await.unwrap();
    assert_eq!(status(&answer), 404);
    let recorded = emulator.requests().pop().unwrap();
    assert_eq!(
        (recorded.scheme.as_str(), recorded.host.as_str()),
        ("https", "a.dfs.core.windows.net")
    );
    assert_eq!((recorded.path.as_str(), recorded.query.as_str()), ("/x", "code=***"));
    assert_eq!(recorded.status, Some(404));

    for (url, expected) in [("http://example.com/", 403), ("ftp://localhost/", 400)] {
        let answer = talk(&mut tcp(&ready.proxy_url).await, &ask(url)).await.unwrap();
        assert_eq!(status(&answer), expected, "{url}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn odd_host_headers() {
    let emulator = start().await;
    let url = &emulator.ready().http_url;
    for (head, expected) in [
        ("GET /_mock/clock HTTP/1.0\r\n", 200),
        ("GET /_mock/clock HTTP/1.1\r\nHost: \r\nConnection: close\r\n", 400),
        ("GET /_mock/clock HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n", 400),
        ("GET /_mock/clock HTTP/1.1\r\nHost: a@b\r\nConnection: close\r\n", 400),
        ("GET /_mock/clock HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n", 400),
        ("GET /fs HTTP/1.1\r\nHost: A.DFS.core.windows.net:8443\r\nConnection: close\r\n", 404),
    ] {
        let answer = talk(&mut tcp(url).await, &format!("{head}\r\n")).await.unwrap();
        assert_eq!(status(&answer), expected, "{head}");
    }
    emulator.shutdown().await;
}

#[tokio::test]
async fn an_answer_that_comes_before_the_body_is_read_arrives() {
    let emulator = start().await;
    let body = "x".repeat(12 << 20);
    // An account that is not there is refused without a look at the body.
    let (status, text) = call_gen2(&emulator.ready().http_url, &body).await;
    assert_eq!(status, 404);
    assert!(text.contains("ResourceNotFound"));
    emulator.shutdown().await;
}

async fn call_gen2(url: &str, body: &str) -> (u16, String) {
    let text = format!(
        "PUT /f HTTP/1.1\r\nHost: a.dfs.core.windows.net\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = talk(&mut tcp(url).await, &text).await.unwrap();
    (status(&answer), answer)
}

#[tokio::test]
async fn refuses_to_be_reachable_from_elsewhere() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let error = Emulator::builder().proxy_listen(everywhere).start().await.unwrap_err();
    assert!(matches!(error, Error::NotLoopback(_)));
    assert!(error.to_string().contains("--allow-remote"), "{error}");
    let emulator = Emulator::builder().listen(everywhere).allow_remote(true).start().await.unwrap();
    assert!(emulator.ready().http_url.starts_with("http://127.0.0.1:"));
    assert_eq!(call(&emulator.ready().http_url, "GET", "/_mock/clock", "").await.0, 200);
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let emulator = start().await;
    let taken = emulator.ready().http_url.trim_start_matches("http://").parse().unwrap();
    let error = Emulator::builder().listen(taken).start().await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot listen on {taken}: ")), "{error}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn nothing_is_left_behind() {
    let emulator = start().await;
    let ready = emulator.ready().clone();
    let idle = tcp(&ready.http_url).await;
    for file in [&ready.ca_cert, &ready.client_certificate, &ready.signing_key] {
        assert!(std::fs::read_to_string(file).unwrap().starts_with("-----BEGIN "));
    }
    emulator.shutdown().await;
    assert!(!ready.ca_cert.exists());
    let address = ready.http_url.trim_start_matches("http://").to_owned();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn the_proxy_lets_other_hosts_pass_if_told_to() {
    // Loopback addresses that the emulator does not stand for.
    let closed = tokio::net::TcpListener::bind("127.0.0.9:0").await.unwrap();
    let gone = closed.local_addr().unwrap();
    drop(closed);
    let echo = tokio::net::TcpListener::bind("127.0.0.8:0").await.unwrap();
    let target = echo.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = echo.accept().await.unwrap();
        let (mut reader, mut writer) = stream.split();
        tokio::io::copy(&mut reader, &mut writer).await.unwrap();
    });
    let emulator = Emulator::builder().proxy_passthrough(true).start().await.unwrap();
    let ready = emulator.ready();
    let ask = |target: &str| format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    let mut stream = tcp(&ready.proxy_url).await;
    stream.write_all(ask(&target).as_bytes()).await.unwrap();
    assert_eq!(status(&read_head(&mut stream).await), 200);
    stream.write_all(b"hello").await.unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"hello");

    let mut stream = tcp(&ready.proxy_url).await;
    stream.write_all(ask(&gone.to_string()).as_bytes()).await.unwrap();
    assert_eq!(status(&read_head(&mut stream).await), 502);

    let mut stream = tcp(&ready.proxy_url).await;
    stream.write_all(ask("management.azure.com:443").as_bytes()).await.unwrap();
    assert_eq!(status(&read_head(&mut stream).await), 200);
    let mut tunnel = tls(ready, stream, "management.azure.com").await;
    assert_eq!(status(&talk(&mut tunnel, ASK).await.unwrap()), 200);
    emulator.shutdown().await;
}

#[tokio::test]
async fn another_name_of_the_machine_is_in_the_certificate_and_the_ready_file() {
    let emulator = Emulator::builder().public_host("emulator.internal").start().await.unwrap();
    let ready = emulator.ready();
    let (http, port) = ready.http_url.rsplit_once(':').unwrap();
    assert_eq!(http, "http://emulator.internal");
    assert!(ready.https_url.starts_with("https://emulator.internal:"));
    assert!(ready.proxy_url.starts_with("http://emulator.internal:"));
    let ask = ASK.replace("localhost", &format!("emulator.internal:{port}"));
    let here = |url: &str| format!("http://127.0.0.1:{}", url.rsplit_once(':').unwrap().1);
    let stream = tcp(&here(&ready.https_url)).await;
    let answer = talk(&mut tls(ready, stream, "emulator.internal").await, &ask).await.unwrap();
    assert_eq!(status(&answer), 200, "{answer}");
    emulator.shutdown().await;
    for wrong in ["a b", "", "http://x"] {
        let error = Emulator::builder().public_host(wrong).start().await.unwrap_err().to_string();
        assert!(error.contains(&format!("'{wrong}'")), "{error}");
    }
}

#[tokio::test]
async fn the_address_alone_leads_to_the_control_page() {
    let emulator = start().await;
    let url = &emulator.ready().http_url;
    let ask = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = talk(&mut tcp(url).await, ask).await.unwrap();
    assert_eq!(status(&answer), 302);
    assert!(answer.contains("location: /_mock/\r\n"), "{answer}");
    let ask = ask.replace("localhost", "management.azure.com");
    assert_ne!(status(&talk(&mut tcp(url).await, &ask).await.unwrap()), 302);
    emulator.shutdown().await;
}

#[tokio::test]
async fn whoever_listens_is_told_of_requests_without_their_secrets() {
    let (tell, told) = std::sync::mpsc::channel();
    let listener = move |request: &RecordedRequest| tell.send(request.clone()).unwrap();
    let emulator = Emulator::builder().on_request(listener).start().await.unwrap();
    let url = &emulator.ready().http_url;
    call(url, "GET", "/mockgen2/fs?sig=secret&comp=list", "").await;
    call(url, "GET", "/_mock/clock", "").await;
    emulator.add_faults([FaultRule::new(FaultAction::ResetBefore)]).unwrap();
    talk(&mut tcp(url).await, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap_err();
    emulator.shutdown().await;
    let told: Vec<RecordedRequest> = told.try_iter().collect();
    assert_eq!(told.len(), 2);
    assert_eq!((told[0].number, told[1].number), (1, 2));
    assert!(told[0].status.is_some() && told[0].duration.is_some());
    let line = AccessLog::Text.line(&told[0]);
    assert!(line.contains("sig=***") && !line.contains("secret"), "{line}");
    assert_eq!((told[1].status, told[1].fault.as_deref()), (None, Some("reset_before")));
}
