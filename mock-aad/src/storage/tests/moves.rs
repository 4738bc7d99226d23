//! Renaming, deleting, bringing back.

use super::*;

/// An emulator in which somebody works with the key of an account.
struct Lake {
    emulator: Emulator,
    account: &'static str,
}

impl Lake {
    fn new() -> Self {
        Self { emulator: Emulator::new(), account: "mockgen2" }
    }

    /// One that keeps what is deleted.
    fn soft() -> Self {
        Self { emulator: Emulator::soft(), account: "mockgen2soft" }
    }

    async fn dfs(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let unsigned = Unsigned { method, uri, headers, body: &[] };
        self.emulator.signed_with(self.account, Protocol::Dfs, unsigned).await
    }

    async fn blob(&self, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
        let unsigned = Unsigned { method, uri, headers, body: &[] };
        self.emulator.signed_with(self.account, Protocol::Blob, unsigned).await
    }

    /// Makes files, and directories whose names end in a slash.
    async fn make(&self, names: &[&str]) {
        for name in names {
            let kind = if name.ends_with('/') { "directory" } else { "file" };
            let uri = format!("/mockfs/{}?resource={kind}", name.trim_end_matches('/'));
            assert_eq!(self.dfs("PUT", &uri, &[]).await.status, 201, "{name}");
        }
    }

    async fn rename(&self, from: &str, to: &str, headers: &[(&str, &str)]) -> Answer {
        let source = format!("/mockfs/{from}");
        let mut all = vec![("x-ms-rename-source", &*source)];
        all.extend_from_slice(headers);
        self.dfs("PUT", &format!("/mockfs/{to}"), &all).await
    }

    /// Every path there is, as the namespace knows them.
    fn paths(&self) -> Vec<String> {
        let account = self.emulator.state.storage.present_account(self.account).unwrap();
        let view = account.inspect();
        let root = adls_wire::RemotePath::root();
        let top = crate::namespace::EntryItem::new("mockfs", &root);
        let start = crate::namespace::ListStart::Beginning;
        let list = crate::namespace::PathList { recursive: true, start, limit: 100 };
        let mut paths = Vec::new();
        view.list_entries(&top, &list, |path, entry| {
            paths.push(format!("{path}{}", if entry.is_directory() { "/" } else { "" }));
        })
        .unwrap();
        paths
    }
}

fn refused(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

#[tokio::test]
async fn a_renamed_item_stays_the_same_version_with_what_is_below_it() {
    let lake = Lake::new();
    lake.make(&["a/b/f", "x/"]).await;
    let made = lake.dfs("PUT", "/mockfs/g?resource=file", &[]).await;
    let renamed = lake.rename("g", "x/g%202?mode=legacy", &[("x-ms-source-lease-id", "")]).await;
    assert_eq!(renamed.status, 201);
    for name in ["etag", "last-modified"] {
        assert_eq!(renamed.header(name), made.header(name));
    }
    assert_eq!(renamed.header("content-length"), Some("0"));
    assert_eq!(renamed.header("x-ms-request-server-encrypted"), None);
    assert_eq!(lake.rename("a/b", "x/c", &[]).await.status, 201);
    assert_eq!(lake.paths(), ["a/", "x/", "x/c/", "x/c/f", "x/g 2"]);
}

#[tokio::test]
async fn a_directory_at_the_target_takes_the_source_in_or_makes_way() {
    let lake = Lake::new();
    lake.make(&["s/f", "t/u/", "empty/", "file"]).await;
    let full = lake.rename("s", "t?mode=legacy", &[]).await;
    assert_eq!(refused(&full), (409, "PathAlreadyExists"));
    assert_eq!(lake.rename("s", "t?mode=posix", &[]).await.status, 201);
    assert_eq!(lake.rename("t/s", "empty?mode=Legacy", &[]).await.status, 201);
    assert_eq!(lake.paths(), ["empty/", "empty/f", "file", "t/", "t/u/"]);
    for (from, to) in [("t", "file"), ("file", "t")] {
        let other = lake.rename(from, to, &[]).await;
        assert_eq!(refused(&other), (409, "InvalidSourceOrDestinationResourceType"));
    }
    assert_eq!(lake.rename("t", "t2?mode=other", &[]).await.code(), "InvalidQueryParameterValue");
}

#[tokio::test]
async fn what_is_missing_or_in_the_way_of_a_rename_is_told_apart() {
    let lake = Lake::new();
    lake.make(&["d/f", "g"]).await;
    for (from, to, headers, expected) in [
        ("none", "h", vec![], (404, "SourcePathNotFound")),
        ("d", "none/d", vec![], (404, "RenameDestinationParentPathNotFound")),
        ("d", "d/e", vec![], (409, "InvalidRenameSourcePath")),
        ("d", "d", vec![], (409, "InvalidRenameSourcePath")),
        ("", "e", vec![], (409, "InvalidRenameSourcePath")),
        ("g", "d/f", vec![("if-none-match", "*")], (409, "PathAlreadyExists")),
        ("g", "d/f", vec![("if-match", "\"0x1\"")], (412, "ConditionNotMet")),
        ("g", "h", vec![("if-match", "*")], (412, "ConditionNotMet")),
        ("g", "h", vec![("x-ms-source-if-match", "\"0x1\"")], (412, "SourceConditionNotMet")),
        ("g", "h", vec![("x-ms-source-if-none-match", "*")], (412, "SourceConditionNotMet")),
        ("g", "h", vec![("x-ms-source-lease-id", LEASE)], (412, "LeaseNotPresent")),
        ("g", "d/f", vec![("x-ms-lease-id", LEASE)], (412, "LeaseNotPresent")),
        ("g", "h", vec![("x-ms-source-lease-id", "none")], (400, "InvalidHeaderValue")),
    ] {
        let answer = lake.rename(from, to, &headers).await;
        assert_eq!(refused(&answer), expected, "{from} {to} {headers:?}");
    }
    assert_eq!(lake.paths(), ["d/", "d/f", "g"]);
    for source in ["", "/mockfs", "https://other.dfs.core.windows.net/mockfs/g"] {
        let answer = lake.dfs("PUT", "/mockfs/h", &[("x-ms-rename-source", source)]).await;
        assert_eq!(answer.status, 400, "{source}");
    }
    let answer = lake.dfs("PUT", "/mockfs/h", &[("x-ms-rename-source", "/otherfs/g")]).await;
    assert_eq!(refused(&answer), (404, "FilesystemNotFound"));
}

const LEASE: &str = "00000000-0000-4000-8000-00000000001e";

#[tokio::test]
async fn live_leases_guard_both_ends_of_a_rename_and_outlive_it() {
    let lake = Lake::new();
    let lease = [("x-ms-proposed-lease-id", LEASE), ("x-ms-lease-duration", "-1")];
    for name in ["a", "b"] {
        let uri = format!("/mockfs/{name}?resource=file");
        assert_eq!(lake.dfs("PUT", &uri, &lease).await.status, 201);
    }
    lake.make(&["c"]).await;
    let held = [("x-ms-source-lease-id", LEASE)];
    assert_eq!(refused(&lake.rename("a", "n", &[]).await), (412, "LeaseIdMissing"));
    assert_eq!(refused(&lake.rename("c", "b", &[]).await), (412, "LeaseIdMissing"));
    assert_eq!(lake.rename("a", "n", &held).await.status, 201);
    assert_eq!(lake.rename("c", "b", &[("x-ms-lease-id", LEASE)]).await.status, 201);
    // That of the source has gone along, and that of what made way is still there.
    for (from, to) in [("n", "n2"), ("b", "b2")] {
        assert_eq!(refused(&lake.rename(from, to, &[]).await), (412, "LeaseIdMissing"));
        assert_eq!(lake.rename(from, to, &held).await.status, 201);
    }
    lake.make(&["d"]).await;
    assert_eq!(refused(&lake.rename("d", "d2", &held).await), (412, "LeaseNotPresent"));
}

#[tokio::test]
async fn a_deletion_needs_to_say_that_it_means_all() {
    let lake = Lake::new();
    lake.make(&["d/e/f", "g"]).await;
    assert_eq!(refused(&lake.dfs("DELETE", "/mockfs/d", &[]).await), (409, "DirectoryNotEmpty"));
    let gone = lake.dfs("DELETE", "/mockfs/d?recursive=True", &[]).await;
    assert_eq!((gone.status.as_u16(), gone.header("content-length")), (200, Some("0")));
    assert_eq!(gone.header("x-ms-delete-type-permanent"), Some("true"));
    assert_eq!(gone.header("x-ms-deletion-id"), None);
    let old = lake.dfs("DELETE", "/mockfs/g", &[("x-ms-version", "2020-04-08")]).await;
    assert_eq!((old.status.as_u16(), old.header("x-ms-delete-type-permanent")), (200, None));
    assert!(lake.paths().is_empty());
    for (uri, expected) in [
        ("/mockfs/d/e", (404, "PathNotFound")),
        ("/otherfs/d", (404, "FilesystemNotFound")),
        ("/mockfs/?recursive=true", (400, "InvalidUri")),
        ("/mockfs/d?recursive=2", (400, "InvalidQueryParameterValue")),
        ("/mockfs/d?continuation=AAAA", (400, "InvalidQueryParameterValue")),
    ] {
        assert_eq!(refused(&lake.dfs("DELETE", uri, &[]).await), expected, "{uri}");
    }
}

#[tokio::test]
async fn conditions_and_leases_guard_against_deletion() {
    let lake = Lake::new();
    let lease = [("x-ms-proposed-lease-id", LEASE), ("x-ms-lease-duration", "15")];
    lake.dfs("PUT", "/mockfs/d/f?resource=file", &lease).await;
    let uri = "/mockfs/d?recursive=true";
    assert_eq!(refused(&lake.dfs("DELETE", uri, &[]).await), (412, "LeaseIdMissing"));
    let uri = "/mockfs/d/f";
    assert_eq!(refused(&lake.dfs("DELETE", uri, &[]).await), (412, "LeaseIdMissing"));
    for (name, value) in [("if-match", "\"0x1\""), ("if-none-match", "*")] {
        let headers = [(name, value), ("x-ms-lease-id", LEASE)];
        assert_eq!(refused(&lake.dfs("DELETE", uri, &headers).await), (412, "ConditionNotMet"));
    }
    assert_eq!(lake.dfs("DELETE", uri, &[("x-ms-lease-id", LEASE)]).await.status, 200);
}

const NO_FEATURE: &str = "FeatureNotYetSupportedForHierarchicalNamespaceAccounts";

#[tokio::test]
async fn a_blob_is_deleted_by_its_own_name_and_only_alone() {
    let lake = Lake::new();
    lake.make(&["d/f", "e/"]).await;
    for (uri, expected) in [
        ("/mockfs/d", (409, "DirectoryIsNotEmpty")),
        ("/mockfs/e/", (400, "InvalidUri")),
        ("/mockfs/none", (404, "BlobNotFound")),
        ("/mockfs/d/f?snapshot=2020-01-01T00:00:00.0000000Z", (409, NO_FEATURE)),
        ("/mockfs/d/f?deletetype=permanent", (400, "InvalidQueryParameterValue")),
    ] {
        assert_eq!(refused(&lake.blob("DELETE", uri, &[]).await), expected, "{uri}");
    }
    for uri in ["/mockfs/d/f", "/mockfs/d", "/mockfs/e"] {
        let gone = lake.blob("DELETE", uri, &[]).await;
        assert_eq!((gone.status.as_u16(), gone.header("content-length")), (202, Some("0")));
        assert_eq!(gone.header("x-ms-delete-type-permanent"), Some("true"));
    }
    assert!(lake.paths().is_empty());
}

#[tokio::test]
async fn where_the_address_leaves_it_open_a_deletion_is_answered_as_the_caller_expects() {
    let lake = Lake::new();
    lake.make(&["a", "b", "c", "d"]).await;
    for (name, accept, status) in [
        ("a", Some("application/xml"), 202),
        ("b", Some("application/json"), 200),
        ("c", Some("*/*"), 200),
        ("d", None, 200),
    ] {
        let uri = format!("/mockgen2/mockfs/{name}");
        let headers: Vec<(&str, &str)> = accept.map(|text| ("accept", text)).into_iter().collect();
        let unsigned = Unsigned { method: "DELETE", uri: &uri, headers: &headers, body: &[] };
        let request = lake.emulator.signer("mockgen2", 0).sign(lake.emulator.now(), &unsigned);
        let answer = lake.emulator.send("mockgen2", Endpoint::shared(true), request).await;
        assert_eq!(answer.status, status, "{accept:?}");
    }
}

#[tokio::test]
async fn what_is_kept_is_brought_back_by_its_path_and_id() {
    let lake = Lake::soft();
    lake.make(&["d/e/f", "g%20h", "t/u/v"]).await;
    let file = lake.dfs("DELETE", "/mockfs/d/e/f", &[]).await;
    assert_eq!(file.header("x-ms-delete-type-permanent"), Some("false"));
    let id = file.header("x-ms-deletion-id").unwrap().to_owned();
    let undelete = async |uri: &str, source: &str| {
        lake.blob("PUT", &format!("{uri}?comp=undelete"), &[("x-ms-undelete-source", source)]).await
    };
    for (source, expected) in [
        ("d/e/f", (400, "InvalidHeaderValue")),
        ("d/e/f?deletionid=x", (400, "InvalidHeaderValue")),
        ("d/e/f?deletionid=1", (404, "BlobNotFound")),
    ] {
        assert_eq!(refused(&undelete("/mockfs/d/e/f", source).await), expected, "{source}");
    }
    let back = undelete("/mockfs/d/e/f", &format!("d/e/f?deletionid={id}")).await;
    assert_eq!(back.status, 200);
    assert_eq!(back.header("x-ms-resource-type"), Some("file"));
    assert!(back.header("x-ms-creation-time").is_some());
    assert_eq!((back.header("content-length"), back.header("etag")), (Some("0"), None));

    let blob = lake.blob("DELETE", "/mockfs/g%20h", &[]).await;
    let source = format!("?deletionid={}", blob.header("x-ms-deletion-id").unwrap());
    assert_eq!(undelete("/mockfs/g%20h", &source).await.status, 200);

    // A file that was deleted before its directory waits for that one.
    let file = lake.dfs("DELETE", "/mockfs/t/u/v", &[]).await;
    let file = format!("t/u/v?deletionid={}", file.header("x-ms-deletion-id").unwrap());
    let tree = lake.dfs("DELETE", "/mockfs/t?recursive=true", &[]).await;
    let tree = format!("t?deletionid={}", tree.header("x-ms-deletion-id").unwrap());
    assert_eq!(refused(&undelete("/mockfs/t/u/v", &file).await), (404, "BlobNotFound"));
    let back = undelete("/mockfs/t", &tree).await;
    assert_eq!(back.header("x-ms-resource-type"), Some("directory"));
    lake.make(&["t/u/v"]).await;
    assert_eq!(refused(&undelete("/mockfs/t/u/v", &file).await), (409, "BlobAlreadyExists"));
    lake.dfs("DELETE", "/mockfs/t/u/v", &[]).await;
    assert_eq!(undelete("/mockfs/t/u/v", &file).await.status, 200);
    assert_eq!(lake.paths(), ["d/", "d/e/", "d/e/f", "g h", "t/", "t/u/", "t/u/v"]);
}
