//! Containers: what they are made with, who may change them, and how they end.

use super::*;

const DAY: u64 = 24 * 60 * 60;
const LEASE: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000002";

async fn blob(emulator: &Emulator, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
    emulator.signed(Protocol::Blob, method, uri, headers).await
}

/// Sends a request to the account that keeps what is deleted.
async fn soft(emulator: &Emulator, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
    let unsigned = Unsigned { method, uri, headers, body: &[] };
    emulator.signed_with("mockgen2soft", Protocol::Blob, unsigned).await
}

/// The names of the headers that say something about what was asked for.
fn names(answer: &Answer) -> Vec<&str> {
    let common = ["server", "x-ms-request-id", "x-ms-version"];
    let mut names: Vec<&str> = answer
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| !common.contains(name))
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_container_tells_what_it_was_made_with() {
    let emulator = Emulator::new();
    let made = [
        ("x-ms-meta-a", "1"),
        ("x-ms-blob-public-access", "blob"),
        ("x-ms-default-encryption-scope", "mine"),
        ("x-ms-deny-encryption-scope-override", "true"),
    ];
    let created = blob(&emulator, "PUT", "/box?restype=container", &made).await;
    assert_eq!(created.status, 201);
    assert_eq!(names(&created), ["content-length", "etag", "last-modified"]);
    for method in ["GET", "HEAD"] {
        let told = blob(&emulator, method, "/box?restype=container", &[]).await;
        assert_eq!((told.status.as_u16(), told.text()), (200, ""));
        for name in ["etag", "last-modified"] {
            assert_eq!(told.header(name), created.header(name));
        }
        for (name, value) in made.iter().chain(&[
            ("x-ms-lease-state", "available"),
            ("x-ms-lease-status", "unlocked"),
            ("x-ms-has-immutability-policy", "false"),
            ("x-ms-has-legal-hold", "false"),
            ("x-ms-immutable-storage-with-versioning-enabled", "false"),
        ]) {
            assert_eq!(told.header(name), Some(*value), "{name}");
        }
        let metadata = blob(&emulator, method, "/box?restype=container&comp=metadata", &[]).await;
        assert_eq!(names(&metadata), ["content-length", "etag", "last-modified", "x-ms-meta-a"]);
    }
    let uri = "/mockfs?restype=container";
    let first = [("x-ms-version", "2020-10-02")];
    let told = blob(&emulator, "GET", uri, &first).await;
    assert_eq!(told.header("x-ms-immutable-storage-with-versioning-enabled"), Some("false"));
    let old = [("x-ms-version", "2020-08-04")];
    let told = blob(&emulator, "GET", uri, &old).await;
    assert_eq!(told.header("x-ms-immutable-storage-with-versioning-enabled"), None);
    assert_eq!(told.header("x-ms-blob-public-access"), None);
    assert_eq!(told.header("x-ms-default-encryption-scope"), Some("$account-encryption-key"));
}

#[tokio::test]
async fn what_is_no_container_is_not_made() {
    let emulator = Emulator::new();
    let uri = "/box?restype=container";
    for (uri, headers, status, code) in [
        (uri, [("x-ms-blob-public-access", "everything")], 400, "InvalidHeaderValue"),
        (uri, [("x-ms-deny-encryption-scope-override", "no")], 400, "InvalidHeaderValue"),
        ("/Box?restype=container", [("x-a", "b")], 400, "InvalidResourceName"),
        ("/bo?restype=container", [("x-a", "b")], 400, "OutOfRangeInput"),
        ("/mockfs?restype=container", [("x-a", "b")], 409, "ContainerAlreadyExists"),
        ("/box/a?restype=container", [("x-a", "b")], 400, "InvalidUri"),
        ("/box?restype=box", [("x-a", "b")], 400, "InvalidQueryParameterValue"),
    ] {
        let answer = blob(&emulator, "PUT", uri, &headers).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{uri} {headers:?}");
    }
    assert_eq!(blob(&emulator, "GET", uri, &[]).await.code(), "ContainerNotFound");
}

#[tokio::test]
async fn who_names_a_part_does_not_delete_the_whole() {
    let emulator = Emulator::new();
    for (protocol, word) in
        [(Protocol::Blob, "restype=container"), (Protocol::Dfs, "resource=filesystem")]
    {
        let uri = format!("/mockfs/a?{word}");
        let refused = emulator.signed(protocol, "DELETE", &uri, &[]).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "InvalidUri"));
        let uri = format!("/mockfs/?{word}");
        assert_eq!(emulator.signed(protocol, "HEAD", &uri, &[]).await.status, 200);
    }
}

#[tokio::test]
async fn the_name_of_a_deleted_container_stays_taken_for_half_a_minute() {
    let emulator = Emulator::new();
    let uri = "/mockfs?restype=container";
    let deleted = blob(&emulator, "DELETE", uri, &[]).await;
    assert_eq!((deleted.status.as_u16(), names(&deleted)), (202, vec!["content-length"]));
    emulator.advance(29);
    for (protocol, uri, taken, missing) in [
        (Protocol::Blob, uri, "ContainerBeingDeleted", "ContainerNotFound"),
        (
            Protocol::Dfs,
            "/mockfs?resource=filesystem",
            "FilesystemBeingDeleted",
            "FilesystemNotFound",
        ),
    ] {
        let refused = emulator.signed(protocol, "PUT", uri, &[]).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (409, taken));
        for method in ["HEAD", "DELETE"] {
            let refused = emulator.signed(protocol, method, uri, &[]).await;
            assert_eq!((refused.status.as_u16(), refused.code()), (404, missing), "{method}");
        }
    }
    emulator.advance(1);
    assert_eq!(blob(&emulator, "PUT", uri, &[]).await.status, 201);
}

#[tokio::test]
async fn metadata_are_replaced_and_begin_a_new_state() {
    let emulator = Emulator::new();
    let uri = "/mockfs?restype=container&comp=metadata";
    let before = blob(&emulator, "HEAD", uri, &[]).await;
    emulator.advance(1);
    let set = blob(&emulator, "PUT", uri, &[("x-ms-meta-a", "1"), ("x-ms-meta-b", "2")]).await;
    assert_eq!((set.status.as_u16(), names(&set).len()), (200, 3));
    assert_ne!(set.header("etag"), before.header("etag"));
    blob(&emulator, "PUT", uri, &[("x-ms-meta-c", "3")]).await;
    let told = blob(&emulator, "HEAD", uri, &[]).await;
    assert_eq!((told.header("x-ms-meta-a"), told.header("x-ms-meta-c")), (None, Some("3")));
    let refused = blob(&emulator, "PUT", uri, &[("x-ms-meta-a-b", "1")]).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "InvalidMetadata"));
}

#[tokio::test]
async fn dates_are_conditions_and_tags_are_none() {
    let emulator = Emulator::new();
    let made = blob(&emulator, "HEAD", "/mockfs?restype=container", &[]).await;
    let (etag, date) = (made.header("etag").unwrap(), made.header("last-modified").unwrap());
    for (method, comp) in [("PUT", "metadata"), ("PUT", "acl"), ("PUT", "lease"), ("DELETE", "")] {
        let uri = match comp {
            "" => "/mockfs?restype=container".to_owned(),
            comp => format!("/mockfs?restype=container&comp={comp}"),
        };
        let lease = [("x-ms-lease-action", "break")];
        let with = |condition| [lease[0], condition];
        let failed = blob(&emulator, method, &uri, &with(("if-modified-since", date))).await;
        assert_eq!((failed.status.as_u16(), failed.code()), (412, "ConditionNotMet"), "{uri}");
        let refused = blob(&emulator, method, &uri, &with(("if-match", etag))).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (400, "ConditionHeadersNotSupported"),
            "{uri}"
        );
    }
    let headers = [("if-unmodified-since", date)];
    let deleted = blob(&emulator, "DELETE", "/mockfs?restype=container", &headers).await;
    assert_eq!(deleted.status, 202);
}

#[tokio::test]
async fn only_who_holds_the_lease_deletes_and_others_may_still_write() {
    let emulator = Emulator::new();
    let uri = "/mockfs?restype=container";
    let metadata = "/mockfs?restype=container&comp=metadata";
    for (uri, method) in [(uri, "HEAD"), (metadata, "PUT"), (uri, "DELETE")] {
        let refused = blob(&emulator, method, uri, &[("x-ms-lease-id", LEASE)]).await;
        let code = "LeaseNotPresentWithContainerOperation";
        assert_eq!((refused.status.as_u16(), refused.code()), (412, code));
    }
    let acquire = [
        ("x-ms-lease-action", "acquire"),
        ("x-ms-lease-duration", "-1"),
        ("x-ms-proposed-lease-id", LEASE),
    ];
    let lease = "/mockfs?restype=container&comp=lease";
    assert_eq!(blob(&emulator, "PUT", lease, &acquire).await.status, 201);
    let told = blob(&emulator, "HEAD", uri, &[("x-ms-lease-id", LEASE)]).await;
    assert_eq!(told.header("x-ms-lease-state"), Some("leased"));
    assert_eq!(told.header("x-ms-lease-status"), Some("locked"));
    assert_eq!(told.header("x-ms-lease-duration"), Some("infinite"));
    assert_eq!(blob(&emulator, "PUT", metadata, &[]).await.status, 200);
    let other = [("x-ms-lease-id", OTHER)];
    for (uri, method) in [(metadata, "PUT"), (uri, "DELETE")] {
        let refused = blob(&emulator, method, uri, &other).await;
        let code = "LeaseIdMismatchWithContainerOperation";
        assert_eq!((refused.status.as_u16(), refused.code()), (412, code));
    }
    let refused = blob(&emulator, "DELETE", uri, &[]).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (412, "LeaseIdMissing"));
    let deleted = blob(&emulator, "DELETE", uri, &[("x-ms-lease-id", LEASE)]).await;
    assert_eq!(deleted.status, 202);
}

const POLICIES: &str = "<SignedIdentifiers><SignedIdentifier><Id>a</Id><AccessPolicy>\
    <Start>2030-01-01T00:00:00.0000000Z</Start><Expiry>2030-01-02T00:00:00.0000000Z</Expiry>\
    <Permission>rl</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>";

#[tokio::test]
async fn access_policies_and_public_access_are_set_together() {
    let emulator = Emulator::new();
    let uri = "/mockfs?restype=container&comp=acl";
    let set = |access: Option<&'static str>, body: &'static str| {
        let headers: Vec<_> =
            access.map(|access| ("x-ms-blob-public-access", access)).into_iter().collect();
        let emulator = &emulator;
        async move {
            let unsigned =
                Unsigned { method: "PUT", uri, headers: &headers, body: body.as_bytes() };
            emulator.signed_with("mockgen2", Protocol::Blob, unsigned).await
        }
    };
    let answer = set(Some("container"), POLICIES).await;
    assert_eq!(answer.status, 200);
    assert_eq!(names(&answer), ["content-length", "etag", "last-modified"]);
    let told = blob(&emulator, "GET", uri, &[]).await;
    let expected = format!("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>{POLICIES}");
    assert_eq!((told.text(), told.header("etag")), (&*expected, answer.header("etag")));
    assert_eq!(told.header("x-ms-blob-public-access"), Some("container"));
    assert_eq!(told.header("content-type"), Some("application/xml"));
    assert_eq!(blob(&emulator, "HEAD", uri, &[]).await.text(), "");
    let refused = set(None, "<SignedIdentifiers><A /></SignedIdentifiers>").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "InvalidXmlDocument"));
    assert_eq!(set(None, "").await.status, 200);
    let told = blob(&emulator, "GET", uri, &[]).await;
    assert!(told.text().ends_with("<SignedIdentifiers />"), "{}", told.text());
    assert_eq!(told.header("x-ms-blob-public-access"), None);
}

#[tokio::test]
async fn everybody_reads_what_a_container_shows_to_everybody() {
    let emulator = Emulator::new();
    let read = || emulator.at(Protocol::Blob, request("GET", "/box?restype=container", &[]));
    let set = |access: &'static str| {
        let headers = [("x-ms-blob-public-access", access)];
        let emulator = &emulator;
        async move { blob(emulator, "PUT", "/box?restype=container&comp=acl", &headers).await }
    };
    blob(&emulator, "PUT", "/box?restype=container", &[]).await;
    assert_eq!(read().await.status, 401);
    set("container").await;
    assert_eq!(read().await.status, 200);
    set("blob").await;
    assert_eq!(read().await.status, 401);
    set("container").await;
    for (method, uri) in [("DELETE", "/box?restype=container"), ("GET", "/?comp=list")] {
        let refused = emulator.at(Protocol::Blob, request(method, uri, &[])).await;
        assert_eq!(refused.code(), "NoAuthenticationInformation", "{method} {uri}");
    }
}

#[tokio::test]
async fn a_deleted_container_comes_back_while_its_days_last() {
    let emulator = Emulator::soft();
    let container = "/mockfs?restype=container";
    soft(&emulator, "PUT", "/mockfs?restype=container&comp=metadata", &[("x-ms-meta-a", "1")])
        .await;
    let before = soft(&emulator, "HEAD", container, &[]).await;
    let held = [
        ("x-ms-lease-action", "acquire"),
        ("x-ms-lease-duration", "-1"),
        ("x-ms-proposed-lease-id", LEASE),
        ("x-ms-lease-id", LEASE),
    ];
    soft(&emulator, "PUT", "/mockfs?restype=container&comp=lease", &held).await;
    assert_eq!(soft(&emulator, "DELETE", container, &held[3..]).await.status, 202);
    let list = soft(&emulator, "GET", "/?comp=list&include=deleted,metadata", &[]).await;
    let version = between(list.text(), "<Version>", "</Version>").to_owned();
    assert_eq!(between(list.text(), "<RemainingRetentionDays>", "</"), "7");
    assert!(list.text().contains("<Name>mockfs</Name><Deleted>true</Deleted>"), "{}", list.text());

    let uri = "/mockfs?restype=container&comp=undelete";
    let restore = |version: String| {
        let emulator = &emulator;
        async move {
            let headers = [
                ("x-ms-deleted-container-name", "mockfs"),
                ("x-ms-deleted-container-version", &*version),
            ];
            soft(emulator, "PUT", uri, &headers).await
        }
    };
    let missing = soft(&emulator, "PUT", uri, &[]).await;
    assert_eq!((missing.status.as_u16(), missing.code()), (400, "MissingRequiredHeader"));
    let other = restore("01D0".to_owned()).await;
    assert_eq!((other.status.as_u16(), other.code()), (404, "ContainerNotFound"));
    emulator.advance(6 * DAY);
    let restored = restore(version.clone()).await;
    assert_eq!((restored.status.as_u16(), names(&restored)), (201, vec!["content-length"]));
    let after = soft(&emulator, "HEAD", container, &[]).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.header("x-ms-meta-a"), Some("1"));
    // Nobody holds it any more.
    assert_eq!(after.header("x-ms-lease-state"), Some("available"));
    assert_eq!(restore(version).await.code(), "ContainerAlreadyExists");

    soft(&emulator, "DELETE", container, &[]).await;
    let list = soft(&emulator, "GET", "/?comp=list&include=deleted", &[]).await;
    let version = between(list.text(), "<Version>", "</Version>").to_owned();
    emulator.advance(7 * DAY);
    let list = soft(&emulator, "GET", "/?comp=list&include=deleted", &[]).await;
    assert!(list.text().contains("<Containers />"), "{}", list.text());
    assert_eq!(restore(version).await.status, 404);
}

/// What stands first between two texts.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap() + start.len();
    &text[from..from + text[from..].find(end).unwrap()]
}

#[tokio::test]
async fn only_signatures_for_the_account_reach_containers_and_only_with_the_letter() {
    let emulator = Emulator::new();
    let send = |method: &'static str, uri: &'static str, sas: String| {
        let emulator = &emulator;
        async move {
            let uri = format!("{uri}&{sas}");
            let headers = [("x-ms-lease-action", "break"), ("x-ms-version", "2021-12-02")];
            let answer = emulator.at(Protocol::Blob, request(method, &uri, &headers)).await;
            answer.code().to_owned()
        }
    };
    let container = "/box?restype=container";
    for (method, uri, letters, others) in [
        ("PUT", container, "cw", "rdl"),
        ("GET", container, "r", "wdlc"),
        ("PUT", "/box?restype=container&comp=metadata", "w", "rdlc"),
        ("PUT", "/box?restype=container&comp=lease", "wd", "rlc"),
        ("PUT", "/box?restype=container&comp=acl", "", "rwdlc"),
        ("GET", "/box?restype=container&comp=acl", "", "rwdlc"),
        ("DELETE", container, "d", "rwlc"),
    ] {
        for letter in others.chars() {
            let sas = emulator.account_sas("sco", &letter.to_string());
            let code = send(method, uri, sas).await;
            assert_eq!(code, "AuthorizationPermissionMismatch", "{method} {uri} {letter}");
        }
        for letter in letters.chars() {
            let sas = emulator.account_sas("c", &letter.to_string());
            let code = send(method, uri, sas).await;
            assert!(!code.starts_with("Auth"), "{method} {uri} {letter}: {code}");
            let sas = emulator.account_sas("so", &letter.to_string());
            let code = send(method, uri, sas).await;
            assert_eq!(code, "AuthorizationResourceTypeMismatch", "{method} {uri} {letter}");
        }
    }
}

#[tokio::test]
async fn access_control_lists_say_nothing_of_containers() {
    let emulator = Emulator::new();
    for (caller, status) in [(emulator.owner().await, 200), (emulator.stranger().await, 403)] {
        let headers = [("authorization", &*caller), ("x-ms-version", "2021-12-02")];
        let uri = "/mockfs?restype=container";
        let answer = emulator.at(Protocol::Blob, request("GET", uri, &headers)).await;
        assert_eq!(answer.status.as_u16(), status);
    }
}
