//! What is appended to files, and how it becomes their content.

use super::service::{Ask, Service};

/// A key of 32 bytes, and its SHA-256, both base64.
pub(super) const KEY: (&str, &str) = (
    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "hhAJ7E1Zn6sfQKvHbm+JiAz/WDPHnFSMmfkEXxkc2Qs=",
);

/// The request with the key.
pub(super) fn with_key(ask: Ask<'_>) -> Ask<'_> {
    let ask = ask.header("x-ms-encryption-key", KEY.0).header("x-ms-encryption-key-sha256", KEY.1);
    ask.header("x-ms-encryption-algorithm", "AES256")
}

/// Makes a file with the key, a context and a content.
pub(super) async fn encrypted(service: &Service, content: &str) {
    let ask = with_key(service.dfs("PUT", "/mockfs/f?resource=file"));
    ask.header("x-ms-encryption-context", "context").gives(201).await;
    let uri = "/mockfs/f?action=append&position=0&flush=true";
    with_key(service.dfs("PATCH", uri)).body(content).gives(202).await;
}

async fn lease_state(service: &Service) -> String {
    service.head("/mockfs/f").await.has("x-ms-lease-state").to_owned()
}

/// A request that takes a lease along.
fn acquiring<'a>(ask: Ask<'a>, action: &str, seconds: &str) -> Ask<'a> {
    use super::paths_lease::LEASE;
    let ask = ask.header("x-ms-lease-action", action).header("x-ms-lease-duration", seconds);
    ask.header("x-ms-proposed-lease-id", LEASE)
}

/// `Path_FlushData`
pub(super) mod flush {
    use super::*;
    use crate::storage::tests::openapi::paths_lease::{LEASE, leased};

    fn flush<'a>(service: &'a Service, position: u64, more: &str) -> Ask<'a> {
        let uri = format!("/mockfs/f?action=flush&position={position}{more}");
        service.call("PATCH", uri).header("content-length", "0")
    }

    async fn append(service: &Service, position: u64, content: &str) {
        let uri = format!("/mockfs/f?action=append&position={position}");
        service.dfs("PATCH", uri).body(content).gives(202).await;
    }

    pub(in super::super) async fn position(service: Service) {
        service.file("/mockfs/f", "").await;
        let before = service.head("/mockfs/f").await;
        append(&service, 4, "efgh").await;
        append(&service, 0, "abcd").await;
        assert_eq!(service.content("/mockfs/f").await, "");
        let done = flush(&service, 8, "").gives(200).await;
        assert!(done.body.is_empty());
        assert_eq!(done.header("content-length"), Some("0"));
        assert_eq!(done.header("x-ms-request-server-encrypted"), Some("false"));
        assert_ne!(done.header("etag"), before.header("etag"));
        assert_eq!(service.content("/mockfs/f").await, "abcdefgh");
    }

    pub(in super::super) async fn retain_uncommitted_data(service: Service) {
        for (retain, status) in [("true", 200), ("false", 400)] {
            service.file("/mockfs/f", "").await;
            append(&service, 0, "abcd").await;
            append(&service, 4, "efgh").await;
            flush(&service, 4, &format!("&retainUncommittedData={retain}")).gives(200).await;
            assert_eq!(service.content("/mockfs/f").await, "abcd");
            let rest = flush(&service, 8, "");
            if status == 200 {
                rest.gives(200).await;
                assert_eq!(service.content("/mockfs/f").await, "abcdefgh");
            } else {
                rest.refused(400, "InvalidFlushPosition").await;
            }
        }
    }

    pub(in super::super) async fn close(service: Service) {
        for close in ["true", "false"] {
            service.file("/mockfs/f", "").await;
            append(&service, 0, "abcd").await;
            flush(&service, 4, &format!("&close={close}")).gives(200).await;
            assert_eq!(service.content("/mockfs/f").await, "abcd");
        }
    }

    pub(in super::super) async fn content_headers(service: Service) {
        let headers = [
            ("x-ms-content-md5", "content-md5", "4vxxTEcn7pOV8yTNLn8zHw=="),
            ("x-ms-cache-control", "cache-control", "no-cache"),
            ("x-ms-content-encoding", "content-encoding", "gzip"),
            ("x-ms-content-language", "content-language", "de"),
            ("x-ms-content-disposition", "content-disposition", "inline"),
            ("x-ms-content-type", "content-type", "text/plain"),
        ];
        service.file("/mockfs/f", "").await;
        append(&service, 0, "abcd").await;
        let mut ask = flush(&service, 4, "");
        for (name, _, value) in headers {
            ask = ask.header(name, value);
        }
        ask.gives(200).await;
        let head = service.head("/mockfs/f").await;
        for (_, name, value) in headers {
            assert_eq!(head.header(name), Some(value), "{name}");
        }
    }

    pub(in super::super) async fn acquire(service: Service) {
        service.file("/mockfs/f", "").await;
        acquiring(flush(&service, 0, ""), "acquire", "15").gives(200).await;
        assert_eq!(lease_state(&service).await, "leased");
        flush(&service, 0, "").refused(412, "LeaseIdMissing").await;
    }

    pub(in super::super) async fn auto_renew(service: Service) {
        service.file("/mockfs/f", "").await;
        leased(&service, "/mockfs/f").await;
        service.emulator.advance(50);
        let ask = flush(&service, 0, "").header("x-ms-lease-action", "auto-renew");
        let done = ask.header("x-ms-lease-id", LEASE).gives(200).await;
        done.has("x-ms-lease-renewed");
        service.emulator.advance(50);
        assert_eq!(lease_state(&service).await, "leased");
    }

    pub(in super::super) async fn release(service: Service) {
        service.file("/mockfs/f", "").await;
        leased(&service, "/mockfs/f").await;
        let ask = flush(&service, 0, "").header("x-ms-lease-action", "release");
        ask.header("x-ms-lease-id", LEASE).gives(200).await;
        assert_eq!(lease_state(&service).await, "available");
    }

    pub(in super::super) async fn acquire_release(service: Service) {
        service.file("/mockfs/f", "").await;
        acquiring(flush(&service, 0, ""), "acquire-release", "15").gives(200).await;
        assert_eq!(lease_state(&service).await, "available");
    }

    pub(in super::super) async fn encryption(service: Service) {
        encrypted(&service, "data").await;
        let done = with_key(flush(&service, 4, "")).gives(200).await;
        assert_eq!(done.header("x-ms-encryption-key-sha256"), Some(KEY.1));
        assert_eq!(done.header("x-ms-request-server-encrypted"), Some("true"));
        let ask = flush(&service, 4, "");
        ask.refused(409, "BlobUsesCustomerSpecifiedEncryption").await;
    }

    pub(in super::super) async fn conditions(service: Service) {
        service.file("/mockfs/f", "data").await;
        let tag = service.head("/mockfs/f").await.has("etag").to_owned();
        let (past, future) = (service.date(-60), service.date(60));
        for (name, value) in [
            ("if-match", "\"0x0\""),
            ("if-none-match", &*tag),
            ("if-none-match", "*"),
            ("if-modified-since", &future),
            ("if-unmodified-since", &past),
        ] {
            flush(&service, 4, "").header(name, value).refused(412, "ConditionNotMet").await;
        }
        flush(&service, 4, "").header("if-match", &*tag).gives(200).await;
        // While nothing is committed, there is nothing yet.
        service.file("/mockfs/f", "").await;
        append(&service, 0, "new").await;
        flush(&service, 3, "").header("if-none-match", "*").gives(200).await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        service.file("/mockfs/f", "data").await;
        append(&service, 8, "gap").await;
        for position in [3, 5, 8, 11] {
            flush(&service, position, "").refused(400, "InvalidFlushPosition").await;
        }
        assert_eq!(service.content("/mockfs/f").await, "data");
        let none = service.call("PATCH", "/mockfs/f?action=flush");
        none.refused(400, "MissingRequiredQueryParameter").await;
        for position in ["-1", "x"] {
            let ask = service.call("PATCH", format!("/mockfs/f?action=flush&position={position}"));
            ask.refused(400, "InvalidQueryParameterValue").await;
        }
        let perhaps = flush(&service, 4, "&close=perhaps");
        perhaps.refused(400, "InvalidQueryParameterValue").await;
        let body = service.call("PATCH", "/mockfs/f?action=flush&position=4").body("data");
        body.refused(400, "ContentLengthMustBeZero").await;
        let missing = service.call("PATCH", "/mockfs/no?action=flush&position=0");
        missing.refused(404, "PathNotFound").await;
        let action = flush(&service, 4, "").header("x-ms-lease-action", "borrow");
        action.refused(400, "InvalidHeaderValue").await;
    }
}

/// `Path_AppendData`
pub(super) mod append {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use crc_fast::{CrcAlgorithm, checksum};

    use super::*;
    use crate::storage::tests::openapi::paths_lease::{LEASE, leased};

    fn append<'a>(service: &'a Service, position: u64, more: &str) -> Ask<'a> {
        service.call("PATCH", format!("/mockfs/f?action=append&position={position}{more}"))
    }

    /// Nothing is seen before it is flushed.
    pub(in super::super) async fn position(service: Service) {
        service.file("/mockfs/f", "").await;
        let taken = append(&service, 4, "").body("efgh").gives(202).await;
        assert!(taken.body.is_empty());
        assert_eq!(taken.header("x-ms-request-server-encrypted"), Some("true"));
        assert_eq!((taken.header("etag"), taken.header("content-md5")), (None, None));
        append(&service, 0, "").body("abcd").gives(202).await;
        assert_eq!(service.content("/mockfs/f").await, "");
        service.dfs("PATCH", "/mockfs/f?action=flush&position=8").gives(200).await;
        assert_eq!(service.content("/mockfs/f").await, "abcdefgh");
    }

    pub(in super::super) async fn flush(service: Service) {
        service.file("/mockfs/f", "").await;
        let before = service.head("/mockfs/f").await;
        let done = append(&service, 0, "&flush=true").body("abcd").gives(202).await;
        assert_ne!(done.header("etag"), before.header("etag"));
        assert!(done.header("last-modified").is_some());
        assert_eq!(service.content("/mockfs/f").await, "abcd");
        let held = append(&service, 4, "&flush=false").body("efgh").gives(202).await;
        assert_eq!(held.header("etag"), None);
        assert_eq!(service.content("/mockfs/f").await, "abcd");
    }

    pub(in super::super) async fn checksums(service: Service) {
        service.file("/mockfs/f", "").await;
        let content = "123456789";
        for (name, good, bad, code) in [
            ("content-md5", "JfnnlDI7RTiF9RgfG2JNCw==", "4vxxTEcn7pOV8yTNLn8zHw==", "Md5Mismatch"),
            ("x-ms-content-crc64", "iJh5CoYUi64=", "iJh5CoYUi65=", "Crc64Mismatch"),
        ] {
            let taken = append(&service, 0, "").header(name, good).body(content).gives(202).await;
            assert_eq!(taken.header(name), Some(good));
            let bad = if name == "content-md5" { bad.to_owned() } else { STANDARD.encode([1; 8]) };
            let ask = append(&service, 0, "").header(name, bad).body(content);
            ask.refused(400, code).await;
        }
        let ask = append(&service, 0, "").header("content-md5", "short").body(content);
        ask.refused(400, "InvalidMd5").await;
    }

    /// A message whose segments have checksums of their own, as `XSM/1.0` lays it out.
    pub(in super::super) fn message(segments: &[&[u8]]) -> Vec<u8> {
        let crc = |bytes: &[u8]| checksum(CrcAlgorithm::Crc64Nvme, bytes).to_le_bytes();
        let length = 13 + segments.iter().map(|content| 18 + content.len()).sum::<usize>() + 8;
        let mut bytes = vec![1];
        bytes.extend(u64::try_from(length).unwrap().to_le_bytes());
        bytes.extend(1_u16.to_le_bytes());
        bytes.extend(u16::try_from(segments.len()).unwrap().to_le_bytes());
        for (number, content) in (1_u16..).zip(segments) {
            bytes.extend(number.to_le_bytes());
            bytes.extend(u64::try_from(content.len()).unwrap().to_le_bytes());
            bytes.extend(*content);
            bytes.extend(crc(content));
        }
        bytes.extend(crc(&segments.concat()));
        assert_eq!(bytes.len(), length);
        bytes
    }

    pub(in super::super) async fn structured_body(service: Service) {
        // The older description does not have it.
        if !service.is_newest() {
            return;
        }
        service.file("/mockfs/f", "").await;
        let form = "XSM/1.0; properties=crc64";
        let good = message(&[b"1234", b"56789"]);
        let ask = |length: &str| {
            let ask = append(&service, 0, "&flush=true").header("x-ms-structured-body", form);
            ask.header("x-ms-structured-content-length", length)
        };
        let taken = ask("9").body(&good).gives(202).await;
        assert_eq!(taken.header("x-ms-structured-body"), Some(form));
        assert_eq!(service.content("/mockfs/f").await, "123456789");
        let mut bad = good.clone();
        bad[13 + 10] ^= 1;
        ask("9").body(bad).refused(400, "Crc64Mismatch").await;
        assert_eq!(service.content("/mockfs/f").await, "123456789");
    }

    pub(in super::super) async fn acquire(service: Service) {
        service.file("/mockfs/f", "").await;
        acquiring(append(&service, 0, ""), "acquire", "15").body("abcd").gives(202).await;
        assert_eq!(lease_state(&service).await, "leased");
        append(&service, 4, "").body("efgh").refused(412, "LeaseIdMissing").await;
    }

    pub(in super::super) async fn auto_renew(service: Service) {
        service.file("/mockfs/f", "").await;
        leased(&service, "/mockfs/f").await;
        service.emulator.advance(50);
        let ask = append(&service, 0, "").header("x-ms-lease-action", "auto-renew");
        let taken = ask.header("x-ms-lease-id", LEASE).body("abcd").gives(202).await;
        taken.has("x-ms-lease-renewed");
        service.emulator.advance(50);
        assert_eq!(lease_state(&service).await, "leased");
    }

    pub(in super::super) async fn release(service: Service) {
        service.file("/mockfs/f", "").await;
        leased(&service, "/mockfs/f").await;
        let ask = append(&service, 0, "&flush=true").header("x-ms-lease-action", "release");
        ask.header("x-ms-lease-id", LEASE).body("abcd").gives(202).await;
        assert_eq!(lease_state(&service).await, "available");
    }

    pub(in super::super) async fn acquire_release(service: Service) {
        service.file("/mockfs/f", "").await;
        let ask = acquiring(append(&service, 0, "&flush=true"), "acquire-release", "15");
        ask.body("abcd").gives(202).await;
        assert_eq!(lease_state(&service).await, "available");
        assert_eq!(service.content("/mockfs/f").await, "abcd");
    }

    pub(in super::super) async fn encryption(service: Service) {
        encrypted(&service, "data").await;
        let taken = with_key(append(&service, 4, "")).body("more").gives(202).await;
        assert_eq!(taken.header("x-ms-encryption-key-sha256"), Some(KEY.1));
        let ask = append(&service, 4, "").body("more");
        ask.refused(409, "BlobUsesCustomerSpecifiedEncryption").await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        service.file("/mockfs/f", "").await;
        service.directory("/mockfs/d").await;
        let none = service.call("PATCH", "/mockfs/f?action=append").body("data");
        none.refused(400, "MissingRequiredQueryParameter").await;
        for position in ["-1", "x"] {
            let ask = service.call("PATCH", format!("/mockfs/f?action=append&position={position}"));
            ask.body("data").refused(400, "InvalidQueryParameterValue").await;
        }
        append(&service, 0, "").refused(400, "InvalidHeaderValue").await;
        let perhaps = append(&service, 0, "&flush=perhaps").body("data");
        perhaps.refused(400, "InvalidQueryParameterValue").await;
        let missing = service.call("PATCH", "/mockfs/no?action=append&position=0").body("data");
        missing.refused(404, "PathNotFound").await;
        let directory = service.call("PATCH", "/mockfs/d?action=append&position=0").body("data");
        directory.refused(409, "PathConflict").await;
    }
}
