//! Batches, and pages of other origins.

use super::*;

struct Batches(Emulator);

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

impl Batches {
    fn new() -> Self {
        Self(Emulator::new())
    }

    /// A part, signed with the first key of the account, without a version of its own.
    fn part(&self, number: usize, method: &str, uri: &str, headers: &[(&str, &str)]) -> String {
        let version = [("x-ms-version", "")];
        let headers = [&version[..], headers].concat();
        let unsigned = Unsigned { method, uri, headers: &headers, body: b"" };
        let request = self.0.signer("mockgen2", 0).sign(self.0.now(), &unsigned);
        let lines = request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
        let lines: String = lines.collect();
        format!(
            "--mark\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: {number}\r\n\r\n{method} {uri} HTTP/1.1\r\n{lines}\r\n\r\n"
        )
    }

    async fn send(&self, uri: &str, parts: &[String]) -> Answer {
        let body = format!("{}--mark--\r\n", parts.concat());
        let headers = [("content-type", "multipart/mixed; boundary=mark")];
        let unsigned = Unsigned { method: "POST", uri, headers: &headers, body: body.as_bytes() };
        self.0.signed_with("mockgen2", Protocol::Blob, unsigned).await
    }

    async fn put(&self, name: &str) {
        let headers = [("x-ms-blob-type", "BlockBlob")];
        let uri = format!("/mockfs/{name}");
        assert_eq!(self.0.signed(Protocol::Blob, "PUT", &uri, &headers).await.status, 201);
    }
}

/// The content id, the status and the code of every part.
fn parts(answer: &Answer) -> Vec<String> {
    let kind = answer.header("content-type").unwrap();
    let (_, boundary) = kind.split_once("boundary=").unwrap();
    let text = answer.text();
    assert!(text.ends_with(&format!("--{boundary}--\r\n")));
    let mark = format!("--{boundary}\r\n");
    let parts = text.split(&mark).skip(1);
    let part = |part: &str| {
        let find = |start: &str| {
            let line = part.lines().find_map(|line| line.strip_prefix(start));
            line.unwrap_or("-").trim().to_owned()
        };
        let status = find("HTTP/1.1 ").chars().take(3).collect::<String>();
        format!("{} {status} {}", find("Content-ID: "), find("x-ms-error-code: "))
    };
    parts.map(part).collect()
}

const SERVICE: &str = "/?comp=batch";
const CONTAINER: &str = "/mockfs?restype=container&comp=batch";

#[tokio::test]
async fn every_part_is_answered_for_itself() {
    for uri in [SERVICE, CONTAINER] {
        let batches = Batches::new();
        batches.put("a").await;
        batches.put("d/b").await;
        let answer = batches
            .send(
                uri,
                &[
                    batches.part(0, "DELETE", "/mockfs/a", &[]),
                    batches.part(1, "DELETE", "/mockfs/absent", &[]),
                    batches.part(2, "DELETE", "/mockfs/d", &[]),
                    batches.part(3, "DELETE", "/mockfs/d/b", &[("if-none-match", "*")]),
                    batches.part(4, "DELETE", "/mockfs/d/b", &[]),
                ],
            )
            .await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        let expected = [
            "0 202 -",
            "1 404 BlobNotFound",
            "2 409 DirectoryIsNotEmpty",
            "3 412 ConditionNotMet",
            "4 202 -",
        ];
        assert_eq!(parts(&answer), expected);
        assert!(answer.text().contains("HTTP/1.1 404 The specified blob does not exist.\r\n"));
        let gone = batches.0.signed(Protocol::Blob, "HEAD", "/mockfs/a", &[]).await;
        assert_eq!(gone.status, 404);
    }
}

#[tokio::test]
async fn no_part_is_authorised_by_the_whole() {
    let batches = Batches::new();
    batches.put("a").await;
    let signed = batches.part(0, "DELETE", "/mockfs/a", &[]);
    let unsigned: String = signed
        .lines()
        .filter(|line| !line.starts_with("authorization"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    let forged = signed.replace("/mockfs/a", "/mockfs/./a");
    let answer = batches.send(SERVICE, &[unsigned, forged]).await;
    assert_eq!(parts(&answer)[0], "0 401 NoAuthenticationInformation");
    assert!(parts(&answer)[1].starts_with("0 403 "), "{:?}", parts(&answer));
    assert_eq!(batches.0.signed(Protocol::Blob, "HEAD", "/mockfs/a", &[]).await.status, 200);
    let whole = request("POST", SERVICE, &[("content-type", "multipart/mixed; boundary=mark")]);
    let refused = batches.0.at(Protocol::Blob, whole).await;
    assert_eq!(refused.status, 401, "{refused:?}");
}

#[tokio::test]
async fn what_no_batch_may_have_is_refused_as_a_whole() {
    let batches = Batches::new();
    batches.put("a").await;
    let delete = |number| batches.part(number, "DELETE", "/mockfs/a", &[]);
    let tier = batches.part(1, "PUT", "/mockfs/a?comp=tier", &[("x-ms-access-tier", "Cool")]);
    let most: Vec<String> = (0..256).map(delete).collect();
    for (what, uri, parts) in [
        ("nothing", SERVICE, vec![]),
        ("kinds", SERVICE, vec![delete(0), tier.clone()]),
        ("read", SERVICE, vec![batches.part(0, "GET", "/mockfs/a", &[])]),
        ("container", SERVICE, vec![batches.part(0, "DELETE", "/mockfs?restype=container", &[])]),
        ("batch", SERVICE, vec![batches.part(0, "POST", SERVICE, &[])]),
        ("elsewhere", CONTAINER, vec![batches.part(0, "DELETE", "/other/a", &[])]),
        ("257", SERVICE, [&most[..], &[delete(256)]].concat()),
    ] {
        assert_eq!(told(&batches.send(uri, &parts).await), (400, "InvalidInput"), "{what}");
    }
    assert_eq!(batches.0.signed(Protocol::Blob, "HEAD", "/mockfs/a", &[]).await.status, 200);
    let set = batches.send(SERVICE, &[tier]).await;
    assert_eq!(parts(&set), ["1 200 -"]);
    let all = batches.send(SERVICE, &most).await;
    assert_eq!(parts(&all).len(), 256);
    assert_eq!(parts(&all)[0], "0 202 -");
    assert_eq!(parts(&all)[255], "255 404 BlobNotFound");
}

/// With one rule for a site and one for everybody's reads.
async fn with_rules() -> Emulator {
    let emulator = Emulator::new();
    let rule = |origins: &str, methods: &str, headers: &str| {
        format!(
            "<CorsRule><AllowedOrigins>{origins}</AllowedOrigins><AllowedMethods>{methods}</AllowedMethods>\
             <AllowedHeaders>{headers}</AllowedHeaders><ExposedHeaders>x-ms-*,etag</ExposedHeaders>\
             <MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule>"
        )
    };
    let body = format!(
        "<StorageServiceProperties><Cors>{}{}</Cors></StorageServiceProperties>",
        rule("https://a.example,https://*.b.example", "GET,PUT", "x-ms-meta-*,content-type"),
        rule("*", "HEAD", "")
    );
    let uri = "/?restype=service&comp=properties";
    let unsigned = Unsigned { method: "PUT", uri, headers: &[], body: body.as_bytes() };
    let set = emulator.signed_with("mockgen2", Protocol::Blob, unsigned).await;
    assert_eq!(set.status, 202, "{}", set.text());
    emulator
}

#[tokio::test]
async fn browsers_are_told_what_pages_may_send() {
    let ask = async |emulator: &Emulator, origin: &str, method: &str, headers: &str| {
        let sent = [
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ];
        emulator.at(Protocol::Blob, request("OPTIONS", "/mockfs/a", &sent)).await
    };
    let emulator = with_rules().await;
    let answer = ask(&emulator, "https://a.example", "PUT", "X-MS-Meta-A, content-type").await;
    assert_eq!(answer.status, 200);
    for (name, value) in [
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-allow-headers", "X-MS-Meta-A, content-type"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "5"),
        ("vary", "Origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(ask(&emulator, "https://x.b.example", "GET", "").await.status, 200);
    let everybody = ask(&emulator, "https://c.example", "HEAD", "").await;
    assert_eq!(everybody.header("access-control-allow-origin"), Some("*"));
    assert_eq!(everybody.header("vary"), None);
    for (origin, method, headers) in [
        ("https://c.example", "GET", ""),
        ("http://a.example", "GET", ""),
        ("https://evil.example?.b.example", "DELETE", ""),
        ("https://.b.example", "GET", ""),
        ("https://a.example", "DELETE", ""),
        ("https://a.example", "GET", "x-other"),
    ] {
        let refused = ask(&emulator, origin, method, headers).await;
        assert_eq!(told(&refused), (403, "CorsPreflightFailure"), "{origin} {method} {headers}");
    }
    let refused = ask(&Emulator::new(), "https://a.example", "GET", "").await;
    assert_eq!(told(&refused), (403, "CorsPreflightFailure"));
    let silent = request("OPTIONS", "/mockfs/a", &[("origin", "https://a.example")]);
    let refused = emulator.at(Protocol::Blob, silent).await;
    assert_eq!(told(&refused), (400, "MissingRequiredHeader"));
}

#[tokio::test]
async fn pages_are_told_whether_they_may_read() {
    let emulator = with_rules().await;
    let get = async |method: &str, origin: &str| {
        emulator.signed(Protocol::Dfs, method, "/mockfs/absent", &[("origin", origin)]).await
    };
    let answer = get("GET", "https://a.example").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://a.example"));
    assert_eq!(answer.header("vary"), Some("Origin"));
    let exposed = answer.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("x-ms-error-code") && !exposed.contains("server"), "{exposed}");
    assert_eq!(
        get("HEAD", "https://c.example").await.header("access-control-allow-origin"),
        Some("*")
    );
    let other = get("GET", "https://c.example").await;
    assert_eq!(other.header("access-control-allow-origin"), None);
    assert_eq!(other.header("vary"), Some("Origin"));
    let none = emulator.signed(Protocol::Dfs, "GET", "/mockfs/absent", &[]).await;
    assert_eq!(none.header("vary"), None);
}

#[tokio::test]
async fn what_accounts_with_a_hierarchical_namespace_cannot_do_is_said() {
    let batches = Batches::new();
    batches.put("a").await;
    for (method, comp) in [
        ("PUT", "page"),
        ("GET", "pagelist"),
        ("PUT", "snapshot"),
        ("PUT", "incrementalcopy"),
        ("POST", "query"),
        ("PUT", "seal"),
        ("PUT", "immutabilityPolicies"),
        ("DELETE", "immutabilityPolicies"),
        ("PUT", "legalhold"),
    ] {
        let uri = format!("/mockfs/a?comp={comp}");
        let refused = batches.0.signed(Protocol::Blob, method, &uri, &[]).await;
        let expected = (409, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts");
        assert_eq!(told(&refused), expected, "{comp}");
    }
}
