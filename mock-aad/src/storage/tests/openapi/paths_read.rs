//! Files as they are read, and what is known of paths.

use super::service::{Ask, Service};

/// Headers that a file is made with, how they are read again, and their values.
const CONTENT_HEADERS: [(&str, &str, &str); 6] = [
    ("x-ms-cache-control", "cache-control", "no-cache"),
    ("x-ms-content-encoding", "content-encoding", "gzip"),
    ("x-ms-content-language", "content-language", "de"),
    ("x-ms-content-disposition", "content-disposition", "inline"),
    ("x-ms-content-type", "content-type", "text/plain"),
    ("x-ms-content-md5", "content-md5", CONTENT_MD5),
];

/// `0123456789` and its MD5.
const CONTENT: &str = "0123456789";
const CONTENT_MD5: &str = "eB5eJF1ptWaXm4bijSPyxw==";
/// The MD5 of `234`.
const PART_MD5: &str = "KJ3/B2adeiPeDviNL3Ep5w==";

/// Makes a file with a content, its MD5 and all headers.
async fn file(service: &Service) {
    let ask = service.dfs("PUT", "/mockfs/f?resource=file");
    ask.header("x-ms-properties", "a=YQ==").gives(201).await;
    let ask = service.dfs("PATCH", "/mockfs/f?action=append&position=0");
    ask.body(CONTENT).gives(202).await;
    let mut ask = service.dfs("PATCH", "/mockfs/f?action=flush&position=10&close=true");
    for (name, _, value) in CONTENT_HEADERS {
        ask = ask.header(name, value);
    }
    ask.gives(200).await;
}

/// Each condition that does not hold.
fn unmet(service: &Service, etag: &str) -> [(&'static str, String); 4] {
    [
        ("if-match", "\"0x0\"".to_owned()),
        ("if-unmodified-since", service.date(-60)),
        ("if-none-match", etag.to_owned()),
        ("if-modified-since", service.date(60)),
    ]
}

/// `Path_Read`
pub(super) mod read {
    use super::*;
    use crate::storage::tests::openapi::paths_data::{self, KEY, with_key};
    use crate::storage::tests::openapi::paths_lease::{LEASE, leased};

    fn get(service: &Service) -> Ask<'_> {
        service.call("GET", "/mockfs/f")
    }

    pub(in super::super) async fn whole(service: Service) {
        file(&service).await;
        let read = get(&service).gives(200).await;
        assert_eq!(read.text(), CONTENT);
        for (_, name, value) in CONTENT_HEADERS {
            assert_eq!(read.header(name), Some(value), "{name}");
        }
        for (name, value) in [
            ("content-length", "10"),
            ("accept-ranges", "bytes"),
            ("x-ms-resource-type", "file"),
            ("x-ms-properties", "a=YQ=="),
            ("x-ms-server-encrypted", "true"),
        ] {
            assert_eq!(read.header(name), Some(value), "{name}");
        }
    }

    /// Of a range `Content-MD5` is that of the part, if that is asked for, and the file's has another name.
    pub(in super::super) async fn range(service: Service) {
        file(&service).await;
        for (range, part, content_range) in [
            ("bytes=2-4", "234", "bytes 2-4/10"),
            ("bytes=8-", "89", "bytes 8-9/10"),
            ("bytes=8-100", "89", "bytes 8-9/10"),
        ] {
            let read = get(&service).header("range", range).gives(206).await;
            assert_eq!(read.text(), part);
            assert_eq!(read.header("content-range"), Some(content_range));
            assert_eq!(read.header("content-length"), Some(&*part.len().to_string()));
            assert_eq!(read.header("content-md5"), None);
            assert_eq!(read.header("x-ms-content-md5"), Some(CONTENT_MD5));
        }
        let ask = get(&service).header("range", "bytes=2-4");
        let read = ask.header("x-ms-range-get-content-md5", "true").gives(206).await;
        assert_eq!(read.header("content-md5"), Some(PART_MD5));
        for (_, name, value) in CONTENT_HEADERS.iter().filter(|header| header.1 != "content-md5") {
            assert_eq!(read.header(name), Some(*value), "{name}");
        }
    }

    pub(in super::super) async fn lease(service: Service) {
        file(&service).await;
        let read = get(&service).header("x-ms-lease-id", LEASE);
        read.refused(412, "LeaseNotPresent").await;
        leased(&service, "/mockfs/f").await;
        let read = get(&service).header("x-ms-lease-id", LEASE).gives(200).await;
        for (name, value) in [
            ("x-ms-lease-state", "leased"),
            ("x-ms-lease-status", "locked"),
            ("x-ms-lease-duration", "fixed"),
        ] {
            assert_eq!(read.header(name), Some(value), "{name}");
        }
        let part = get(&service).header("range", "bytes=0-1").gives(206).await;
        assert_eq!(part.header("x-ms-lease-duration"), Some("fixed"));
        let other = "99999999-2222-4333-8444-555555555555";
        let read = get(&service).header("x-ms-lease-id", other);
        read.refused(412, "LeaseIdMismatch").await;
    }

    pub(in super::super) async fn encryption(service: Service) {
        paths_data::encrypted(&service, "data").await;
        let read = with_key(get(&service)).gives(200).await;
        assert_eq!(read.text(), "data");
        assert_eq!(read.header("x-ms-encryption-key-sha256"), Some(KEY.1));
        let part = with_key(get(&service)).header("range", "bytes=1-2").gives(206).await;
        assert_eq!(part.text(), "at");
        get(&service).refused(409, "BlobUsesCustomerSpecifiedEncryption").await;
        service.file("/mockfs/plain", "").await;
        let ask = with_key(service.call("GET", "/mockfs/plain"));
        ask.refused(409, "BlobDoesNotUseCustomerSpecifiedEncryption").await;
    }

    pub(in super::super) async fn conditions(service: Service) {
        file(&service).await;
        let tag = service.head("/mockfs/f").await.has("etag").to_owned();
        for (name, value) in unmet(&service, &tag) {
            let status =
                if ["if-match", "if-unmodified-since"].contains(&name) { 412 } else { 304 };
            get(&service).header(name, value).refused(status, "ConditionNotMet").await;
        }
        get(&service).header("if-match", &*tag).gives(200).await;
        get(&service).header("if-none-match", "\"0x0\"").gives(200).await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        file(&service).await;
        let behind = get(&service).header("range", "bytes=10-");
        let behind = behind.refused(416, "InvalidRange").await;
        assert_eq!(behind.header("content-range"), Some("bytes */10"));
        service.call("GET", "/mockfs/no").refused(404, "PathNotFound").await;
        service.call("GET", "/no-such/f").refused(404, "FilesystemNotFound").await;
        let ask = get(&service).header("range", "bytes=0-4194304");
        let ask = ask.header("x-ms-range-get-content-md5", "true");
        ask.refused(400, "OutOfRangeInput").await;
        let ask = get(&service).header("x-ms-lease-id", "mine");
        ask.refused(400, "InvalidHeaderValue").await;
    }
}

/// `Path_GetProperties`
pub(super) mod properties {
    use super::*;
    use crate::storage::tests::Answer;
    use crate::storage::tests::openapi::paths_data::{self, KEY, with_key};
    use crate::storage::tests::openapi::paths_lease::{LEASE, leased};

    fn head<'a>(service: &'a Service, query: &str) -> Ask<'a> {
        service.call("HEAD", format!("/mockfs/f{query}"))
    }

    fn check(answer: &Answer, expected: &[(&str, Option<&str>)]) {
        for (name, value) in expected {
            assert_eq!(answer.header(name), *value, "{name}");
        }
    }

    pub(in super::super) async fn all(service: Service) {
        file(&service).await;
        let date = service.date(3600);
        let ask = service.blob("PUT", "/mockfs/f?comp=expiry");
        let ask = ask.header("x-ms-expiry-option", "Absolute");
        ask.header("x-ms-expiry-time", &*date).gives(200).await;
        let found = head(&service, "").gives(200).await;
        assert!(found.body.is_empty());
        for (_, name, value) in CONTENT_HEADERS {
            assert_eq!(found.header(name), Some(value), "{name}");
        }
        check(
            &found,
            &[
                ("content-length", Some("10")),
                ("x-ms-resource-type", Some("file")),
                ("x-ms-properties", Some("a=YQ==")),
                ("x-ms-owner", Some("$superuser")),
                ("x-ms-group", Some("$superuser")),
                ("x-ms-permissions", Some("rw-r-----")),
                ("x-ms-server-encrypted", Some("true")),
                ("x-ms-lease-state", Some("available")),
                ("x-ms-lease-status", Some("unlocked")),
                ("x-ms-creation-time", Some(&*service.date(0))),
                ("x-ms-expiry-time", Some(&*date)),
            ],
        );
        service.directory("/mockfs/d").await;
        let found = service.call("HEAD", "/mockfs/d").gives(200).await;
        check(&found, &[("x-ms-resource-type", Some("directory")), ("content-length", Some("0"))]);
        let root = service.call("HEAD", "/mockfs/").gives(200).await;
        check(&root, &[("x-ms-resource-type", Some("directory"))]);
    }

    pub(in super::super) async fn get_status(service: Service) {
        file(&service).await;
        let found = head(&service, "?action=getStatus").gives(200).await;
        check(
            &found,
            &[
                ("content-length", Some("10")),
                ("x-ms-resource-type", Some("file")),
                ("x-ms-permissions", Some("rw-r-----")),
                ("x-ms-properties", None),
            ],
        );
    }

    pub(in super::super) async fn get_access_control(service: Service) {
        file(&service).await;
        let (id, name) = service.user();
        let acl = format!("user::rw-,user:{id}:r--,group::r--,mask::r--,other::---");
        let ask = service.dfs("PATCH", "/mockfs/f?action=setAccessControl");
        ask.header("x-ms-acl", &*acl).header("x-ms-owner", &*id).gives(200).await;
        let named = acl.replace(&id, &name);
        for (query, acl, owner) in
            [("", &acl, &id), ("&upn=false", &acl, &id), ("&upn=true", &named, &name)]
        {
            let found =
                head(&service, &format!("?action=getAccessControl{query}")).gives(200).await;
            check(
                &found,
                &[
                    ("x-ms-acl", Some(acl)),
                    ("x-ms-owner", Some(owner)),
                    ("x-ms-group", Some("$superuser")),
                    ("x-ms-permissions", Some("rw-r-----+")),
                ],
            );
        }
    }

    pub(in super::super) async fn encryption(service: Service) {
        paths_data::encrypted(&service, "data").await;
        let found = with_key(head(&service, "")).gives(200).await;
        check(
            &found,
            &[
                ("x-ms-encryption-key-sha256", Some(KEY.1)),
                ("x-ms-encryption-context", Some("context")),
            ],
        );
        let ask = service.dfs("PUT", "/scoped?resource=filesystem");
        ask.header("x-ms-default-encryption-scope", "scope").gives(201).await;
        service.file("/scoped/f", "").await;
        let found = service.call("HEAD", "/scoped/f").gives(200).await;
        check(&found, &[("x-ms-encryption-scope", Some("scope"))]);
    }

    pub(in super::super) async fn lease(service: Service) {
        file(&service).await;
        let ask = head(&service, "").header("x-ms-lease-id", LEASE);
        ask.refused(412, "LeaseNotPresent").await;
        leased(&service, "/mockfs/f").await;
        let found = head(&service, "").header("x-ms-lease-id", LEASE).gives(200).await;
        check(
            &found,
            &[
                ("x-ms-lease-state", Some("leased")),
                ("x-ms-lease-status", Some("locked")),
                ("x-ms-lease-duration", Some("fixed")),
            ],
        );
    }

    pub(in super::super) async fn conditions(service: Service) {
        file(&service).await;
        let tag = service.head("/mockfs/f").await.has("etag").to_owned();
        for (name, value) in unmet(&service, &tag) {
            let status =
                if ["if-match", "if-unmodified-since"].contains(&name) { 412 } else { 304 };
            head(&service, "").header(name, value).refused(status, "ConditionNotMet").await;
        }
        head(&service, "").header("if-match", &*tag).gives(200).await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        file(&service).await;
        head(&service, "?action=getEverything").refused(400, "InvalidQueryParameterValue").await;
        let ask = head(&service, "?action=getAccessControl&upn=perhaps");
        ask.refused(400, "InvalidQueryParameterValue").await;
        service.call("HEAD", "/mockfs/no").refused(404, "PathNotFound").await;
        service.call("HEAD", "/no-such/f").refused(404, "FilesystemNotFound").await;
    }
}
