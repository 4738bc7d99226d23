//! Paths that come, move and go.

use super::service::Service;

/// `Path_Create`
pub(super) mod create {
    use super::*;
    use crate::storage::tests::openapi::paths_data::{KEY, with_key};

    const LEASE: &str = "11111111-2222-4333-8444-555555555555";

    /// Parents are made; a file that is there is replaced.
    pub(in super::super) async fn file(service: Service) {
        let uri = "/mockfs/a/b/f?resource=file";
        let made = service.call("PUT", uri).gives(201).await;
        assert!(made.body.is_empty());
        assert_eq!(made.header("content-length"), Some("0"));
        assert_eq!(made.header("x-ms-request-server-encrypted"), Some("true"));
        let head = service.head("/mockfs/a/b/f").await;
        assert_eq!(head.header("x-ms-resource-type"), Some("file"));
        assert_eq!(head.header("etag"), made.header("etag"));
        assert_eq!(service.head("/mockfs/a").await.header("x-ms-resource-type"), Some("directory"));
        service.file("/mockfs/a/b/f", "data").await;
        let replaced = service.call("PUT", uri).gives(201).await;
        assert_ne!(replaced.header("etag"), made.header("etag"));
        assert_eq!(service.content("/mockfs/a/b/f").await, "");
    }

    /// A directory that is there keeps what it holds.
    pub(in super::super) async fn directory(service: Service) {
        let uri = "/mockfs/d?resource=directory";
        service.call("PUT", uri).gives(201).await;
        assert_eq!(service.head("/mockfs/d").await.header("x-ms-resource-type"), Some("directory"));
        service.file("/mockfs/d/f", "data").await;
        service.call("PUT", uri).gives(201).await;
        assert_eq!(service.content("/mockfs/d/f").await, "data");
    }

    pub(in super::super) async fn content_headers(service: Service) {
        let headers = [
            ("x-ms-cache-control", "cache-control", "no-cache"),
            ("x-ms-content-encoding", "content-encoding", "gzip"),
            ("x-ms-content-language", "content-language", "de"),
            ("x-ms-content-disposition", "content-disposition", "inline"),
            ("x-ms-content-type", "content-type", "text/plain"),
            ("x-ms-properties", "x-ms-properties", "a=YQ==,b=Yg=="),
        ];
        let mut ask = service.call("PUT", "/mockfs/f?resource=file");
        for (name, _, value) in headers {
            ask = ask.header(name, value);
        }
        ask.gives(201).await;
        let head = service.head("/mockfs/f").await;
        for (_, name, value) in headers {
            assert_eq!(head.header(name), Some(value), "{name}");
        }
    }

    pub(in super::super) async fn rights(service: Service) {
        for (number, (kind, permissions, umask, expected)) in [
            ("directory", None, None, "rwxr-x---"),
            ("file", None, None, "rw-r-----"),
            ("file", Some("0777"), None, "rwxr-x---"),
            ("file", Some("0777"), Some("0057"), "rwx-w----"),
            ("file", Some("rwxrw-rw-"), Some("0000"), "rwxrw-rw-"),
            ("directory", Some("1777"), Some("0000"), "rwxrwxrwt"),
        ]
        .into_iter()
        .enumerate()
        {
            let mut ask = service.call("PUT", format!("/mockfs/{number}?resource={kind}"));
            if let Some(permissions) = permissions {
                ask = ask.header("x-ms-permissions", permissions);
            }
            if let Some(umask) = umask {
                ask = ask.header("x-ms-umask", umask);
            }
            ask.gives(201).await;
            let head = service.head(&format!("/mockfs/{number}")).await;
            assert_eq!(head.header("x-ms-permissions"), Some(expected));
        }
        let (id, _) = service.user();
        let acl = format!("user::rwx,user:{id}:r--,group::r-x,mask::r-x,other::---");
        let ask = service.call("PUT", "/mockfs/acl?resource=file").header("x-ms-acl", &*acl);
        let group = "22222222-3333-4444-5555-666666666666";
        ask.header("x-ms-owner", &*id).header("x-ms-group", group).gives(201).await;
        let head = service.dfs("HEAD", "/mockfs/acl?action=getAccessControl").gives(200).await;
        assert_eq!(head.header("x-ms-acl"), Some(&*acl));
        assert_eq!(head.header("x-ms-owner"), Some(&*id));
        assert_eq!(head.header("x-ms-group"), Some(group));
    }

    pub(in super::super) async fn lease(service: Service) {
        for (seconds, duration) in [("15", "fixed"), ("60", "fixed"), ("-1", "infinite")] {
            let path = format!("/mockfs/{seconds}");
            let ask = service.call("PUT", format!("{path}?resource=file"));
            let ask = ask.header("x-ms-proposed-lease-id", LEASE);
            ask.header("x-ms-lease-duration", seconds).gives(201).await;
            let head = service.head(&path).await;
            assert_eq!(head.header("x-ms-lease-state"), Some("leased"));
            assert_eq!(head.header("x-ms-lease-duration"), Some(duration));
        }
        let again = || service.call("PUT", "/mockfs/-1?resource=file");
        again().refused(412, "LeaseIdMissing").await;
        let other = "99999999-2222-4333-8444-555555555555";
        again().header("x-ms-lease-id", other).refused(412, "LeaseIdMismatch").await;
        again().header("x-ms-lease-id", LEASE).gives(201).await;
        let ask = service.call("PUT", "/mockfs/14?resource=file");
        let ask = ask.header("x-ms-proposed-lease-id", LEASE).header("x-ms-lease-duration", "14");
        ask.refused(400, "InvalidHeaderValue").await;
    }

    pub(in super::super) async fn expiry(service: Service) {
        let date = service.date(3600);
        for (option, time, expires) in [
            ("NeverExpire", None, None),
            ("RelativeToNow", Some("3600000"), Some(&date)),
            ("RelativeToCreation", Some("3600000"), Some(&date)),
            ("Absolute", Some(&*date), Some(&date)),
        ] {
            let path = format!("/mockfs/{option}");
            let ask = service.call("PUT", format!("{path}?resource=file"));
            let mut ask = ask.header("x-ms-expiry-option", option);
            if let Some(time) = time {
                ask = ask.header("x-ms-expiry-time", time);
            }
            ask.gives(201).await;
            let head = service.head(&path).await;
            assert_eq!(head.header("x-ms-expiry-time"), expires.map(|date| &**date), "{option}");
        }
        let directory = service.call("PUT", "/mockfs/d?resource=directory");
        let directory = directory.header("x-ms-expiry-option", "RelativeToNow");
        let directory = directory.header("x-ms-expiry-time", "3600000");
        directory.refused(400, "ExpiryNotSupportedForDirectory").await;
    }

    pub(in super::super) async fn encryption(service: Service) {
        let ask = with_key(service.call("PUT", "/mockfs/f?resource=file"));
        let made = ask.header("x-ms-encryption-context", "context").gives(201).await;
        assert_eq!(made.header("x-ms-encryption-key-sha256"), Some(KEY.1));
        let head = with_key(service.dfs("HEAD", "/mockfs/f")).gives(200).await;
        assert_eq!(head.header("x-ms-encryption-context"), Some("context"));
    }

    pub(in super::super) async fn conditions(service: Service) {
        service.file("/mockfs/f", "").await;
        let tag = service.head("/mockfs/f").await.has("etag").to_owned();
        let again = || service.call("PUT", "/mockfs/f?resource=file");
        again().header("if-none-match", "*").refused(409, "PathAlreadyExists").await;
        again().header("if-none-match", &*tag).refused(412, "ConditionNotMet").await;
        again().header("if-match", "\"0x0\"").refused(412, "ConditionNotMet").await;
        let (past, future) = (service.date(-60), service.date(60));
        again().header("if-modified-since", &*future).refused(412, "ConditionNotMet").await;
        again().header("if-unmodified-since", &*past).refused(412, "ConditionNotMet").await;
        again().header("if-unmodified-since", &*future).gives(201).await;
        again().header("if-match", &*tag).refused(412, "ConditionNotMet").await;
        let fresh = service.call("PUT", "/mockfs/new?resource=file").header("if-none-match", "*");
        fresh.gives(201).await;
        service.directory("/mockfs/d").await;
        let taken = service.call("PUT", "/mockfs/d?resource=directory");
        let taken = taken.header("if-none-match", "*").refused(409, "PathAlreadyExists").await;
        assert_eq!(taken.header("x-ms-existing-resource-type"), Some("directory"));
    }

    pub(in super::super) async fn refusals(service: Service) {
        service.file("/mockfs/f", "").await;
        for (uri, status, code) in [
            ("/no-such/f?resource=file", 404, "FilesystemNotFound"),
            ("/mockfs/g", 400, "MissingRequiredQueryParameter"),
            ("/mockfs/g?resource=link", 400, "InvalidQueryParameterValue"),
            ("/mockfs/f/below?resource=file", 409, "PathConflict"),
        ] {
            service.call("PUT", uri).refused(status, code).await;
        }
        for (name, value, code) in [
            ("x-ms-permissions", "rwx", "InvalidPermission"),
            ("x-ms-umask", "rwx", "InvalidHeaderValue"),
            ("x-ms-acl", "user::rwx", "InvaldAccessControlList"),
            ("x-ms-properties", "a b=YQ==", "InvalidPropertyName"),
            ("x-ms-lease-id", "mine", "InvalidHeaderValue"),
            ("x-ms-expiry-option", "Sometimes", "InvalidHeaderValue"),
            ("if-modified-since", "yesterday", "InvalidHeaderValue"),
        ] {
            let ask = service.call("PUT", "/mockfs/g?resource=file").header(name, value);
            ask.refused(400, code).await;
        }
        service.dfs("HEAD", "/mockfs/g").refused(404, "PathNotFound").await;
    }

    /// What a file holds goes along, and its ETag does.
    pub(in super::super) async fn rename_file(service: Service) {
        for mode in ["", "?mode=legacy", "?mode=posix"] {
            service.file("/mockfs/from", "data").await;
            service.file("/mockfs/to", "other").await;
            let tag = service.head("/mockfs/from").await.has("etag").to_owned();
            let ask = service.call("PUT", format!("/mockfs/to{mode}"));
            let moved = ask.header("x-ms-rename-source", "/mockfs/from").gives(201).await;
            assert_eq!(moved.header("etag"), Some(&*tag));
            assert_eq!(service.content("/mockfs/to").await, "data");
            service.dfs("HEAD", "/mockfs/from").refused(404, "PathNotFound").await;
        }
        service.dfs("PUT", "/other?resource=filesystem").gives(201).await;
        let ask = service.call("PUT", "/other/to").header("x-ms-rename-source", "/mockfs/to");
        ask.header("x-ms-properties", "a=YQ==").gives(201).await;
        assert_eq!(service.content("/other/to").await, "data");
        assert_eq!(service.head("/other/to").await.header("x-ms-properties"), Some("a=YQ=="));
    }

    /// Onto a directory that is there it goes into it, by the mode `posix`; by `legacy` only an empty one
    /// is replaced.
    pub(in super::super) async fn rename_directory(service: Service) {
        let rename = |from: &'static str, to: &'static str| {
            service.call("PUT", to).header("x-ms-rename-source", from)
        };
        service.file("/mockfs/from/f", "data").await;
        rename("/mockfs/from", "/mockfs/to").gives(201).await;
        assert_eq!(service.content("/mockfs/to/f").await, "data");
        service.dfs("HEAD", "/mockfs/from").refused(404, "PathNotFound").await;
        service.directory("/mockfs/there").await;
        rename("/mockfs/to", "/mockfs/there?mode=posix").gives(201).await;
        assert_eq!(service.content("/mockfs/there/to/f").await, "data");
        service.directory("/mockfs/empty").await;
        rename("/mockfs/there/to", "/mockfs/empty?mode=legacy").gives(201).await;
        assert_eq!(service.content("/mockfs/empty/f").await, "data");
        service.directory("/mockfs/other").await;
        let onto = rename("/mockfs/other", "/mockfs/empty?mode=legacy");
        onto.refused(409, "PathAlreadyExists").await;
    }

    pub(in super::super) async fn rename_conditions(service: Service) {
        service.file("/mockfs/from", "data").await;
        service.file("/mockfs/to", "").await;
        let rename =
            || service.call("PUT", "/mockfs/to").header("x-ms-rename-source", "/mockfs/from");
        let (past, future) = (service.date(-60), service.date(60));
        let from = service.head("/mockfs/from").await.has("etag").to_owned();
        for (name, value) in [
            ("x-ms-source-if-match", "\"0x0\""),
            ("x-ms-source-if-none-match", &*from),
            ("x-ms-source-if-modified-since", &future),
            ("x-ms-source-if-unmodified-since", &past),
        ] {
            rename().header(name, value).refused(412, "SourceConditionNotMet").await;
        }
        let to = service.head("/mockfs/to").await.has("etag").to_owned();
        for (name, value) in [
            ("if-match", "\"0x0\""),
            ("if-none-match", &*to),
            ("if-modified-since", &future),
            ("if-unmodified-since", &past),
        ] {
            rename().header(name, value).refused(412, "ConditionNotMet").await;
        }
        rename().header("if-none-match", "*").refused(409, "PathAlreadyExists").await;
        rename().header("x-ms-source-lease-id", LEASE).refused(412, "LeaseNotPresent").await;
        let lease = service.dfs("POST", "/mockfs/from").header("x-ms-lease-action", "acquire");
        let lease = lease.header("x-ms-lease-duration", "15");
        lease.header("x-ms-proposed-lease-id", LEASE).gives(201).await;
        rename().refused(412, "LeaseIdMissing").await;
        let renamed = rename().header("x-ms-source-lease-id", LEASE);
        renamed.header("x-ms-source-if-match", &*from).header("if-match", &*to).gives(201).await;
        // A lease that is live goes along, as recorded.
        let head = service.head("/mockfs/to").await;
        assert_eq!(head.header("x-ms-lease-state"), Some("leased"));
    }

    pub(in super::super) async fn rename_refusals(service: Service) {
        service.file("/mockfs/f", "").await;
        service.file("/mockfs/d/f", "").await;
        for (from, to, status, code) in [
            ("/mockfs/no", "/mockfs/to", 404, "SourcePathNotFound"),
            ("/mockfs/f", "/mockfs/no/to", 404, "RenameDestinationParentPathNotFound"),
            ("/mockfs/d", "/mockfs/d/below", 409, "InvalidRenameSourcePath"),
            ("/mockfs/d", "/mockfs/f", 409, "InvalidSourceOrDestinationResourceType"),
            ("/mockfs/f", "/no-such/f", 404, "FilesystemNotFound"),
            ("f", "/mockfs/to", 400, "InvalidSourceUri"),
        ] {
            let ask = service.call("PUT", to).header("x-ms-rename-source", from);
            ask.refused(status, code).await;
        }
        let mode = service.call("PUT", "/mockfs/to?mode=fast");
        let mode = mode.header("x-ms-rename-source", "/mockfs/f");
        mode.refused(400, "InvalidQueryParameterValue").await;
    }
}

/// `Path_Delete`
pub(super) mod delete {
    use super::*;
    use crate::storage::tests::openapi::lists::encoded;
    use crate::storage::tests::openapi::paths_lease::{LEASE, leased};

    /// More entries than one page of a deletion looks at, and fewer than two do.
    const MORE_THAN_A_PAGE: usize = 1100;

    pub(in super::super) async fn file(service: Service) {
        service.file("/mockfs/f", "data").await;
        let gone = service.call("DELETE", "/mockfs/f").gives(200).await;
        assert_eq!(gone.header("x-ms-deletion-id"), None);
        service.dfs("HEAD", "/mockfs/f").refused(404, "PathNotFound").await;
    }

    pub(in super::super) async fn recursive(service: Service) {
        service.file("/mockfs/d/e/f", "").await;
        service.call("DELETE", "/mockfs/d").refused(409, "DirectoryNotEmpty").await;
        let one = service.call("DELETE", "/mockfs/d?recursive=false");
        one.refused(409, "DirectoryNotEmpty").await;
        service.call("DELETE", "/mockfs/d?recursive=true").gives(200).await;
        service.dfs("HEAD", "/mockfs/d").refused(404, "PathNotFound").await;
        service.directory("/mockfs/empty").await;
        service.call("DELETE", "/mockfs/empty?recursive=false").gives(200).await;
    }

    /// For whom access control lists decide, pages check and the last one deletes. That is so since a version
    /// that is newer than the older description.
    pub(in super::super) async fn paginated(service: Service) {
        let rights = "user::rwx,group::r-x,other::rwx";
        for path in ["/mockfs/", "/mockfs/d"] {
            service.directory("/mockfs/d").await;
            let ask = service.dfs("PATCH", format!("{path}?action=setAccessControl"));
            ask.header("x-ms-acl", rights).gives(200).await;
        }
        for number in 0..MORE_THAN_A_PAGE {
            service.file(&format!("/mockfs/d/{number:05}"), "").await;
        }
        let stranger = service.emulator.stranger().await;
        let uri = "/mockfs/d?recursive=true&paginated=true";
        let ask = || service.call("DELETE", uri).with_token(&stranger);
        if !service.is_newest() {
            ask().gives(200).await;
            return;
        }
        let page = ask().gives(202).await;
        service.head("/mockfs/d").await;
        let token = encoded(page.has("x-ms-continuation"));
        let last = service.call("DELETE", format!("{uri}&continuation={token}"));
        last.with_token(&stranger).gives(200).await;
        service.dfs("HEAD", "/mockfs/d").refused(404, "PathNotFound").await;
    }

    pub(in super::super) async fn soft(service: Service) {
        service.dfs("PUT", "/mockfs/f?resource=file").of_soft().gives(201).await;
        let gone = service.call("DELETE", "/mockfs/f").of_soft().gives(200).await;
        assert!(gone.has("x-ms-deletion-id").parse::<u64>().unwrap() > 0);
    }

    pub(in super::super) async fn lease(service: Service) {
        service.file("/mockfs/d/f", "").await;
        leased(&service, "/mockfs/d/f").await;
        service.call("DELETE", "/mockfs/d/f").refused(412, "LeaseIdMissing").await;
        let above = service.call("DELETE", "/mockfs/d?recursive=true");
        above.refused(412, "LeaseIdMissing").await;
        let other = "99999999-2222-4333-8444-555555555555";
        let ask = service.call("DELETE", "/mockfs/d/f").header("x-ms-lease-id", other);
        ask.refused(412, "LeaseIdMismatch").await;
        service.call("DELETE", "/mockfs/d/f").header("x-ms-lease-id", LEASE).gives(200).await;
        let ask = service.call("DELETE", "/mockfs/d").header("x-ms-lease-id", LEASE);
        ask.refused(412, "LeaseNotPresent").await;
    }

    pub(in super::super) async fn conditions(service: Service) {
        service.file("/mockfs/f", "").await;
        let tag = service.head("/mockfs/f").await.has("etag").to_owned();
        let (past, future) = (service.date(-60), service.date(60));
        for (name, value) in [
            ("if-match", "\"0x0\""),
            ("if-none-match", &*tag),
            ("if-modified-since", &future),
            ("if-unmodified-since", &past),
        ] {
            let ask = service.call("DELETE", "/mockfs/f").header(name, value);
            ask.refused(412, "ConditionNotMet").await;
        }
        service.call("DELETE", "/mockfs/f").header("if-match", &*tag).gives(200).await;
    }

    pub(in super::super) async fn refusals(service: Service) {
        service.call("DELETE", "/mockfs/no").refused(404, "PathNotFound").await;
        service.call("DELETE", "/mockfs/no/no").refused(404, "PathNotFound").await;
        service.call("DELETE", "/no-such/f").refused(404, "FilesystemNotFound").await;
        let ask = service.call("DELETE", "/mockfs/f?recursive=perhaps");
        ask.refused(400, "InvalidQueryParameterValue").await;
    }
}
