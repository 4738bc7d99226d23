//! The exact request of every operation.

use std::time::{Duration, SystemTime};

use adls_wire::Rwx;
use futures_util::StreamExt;
use insta::assert_snapshot;

use super::*;
use crate::{
    AccessControlOptions, AclSpec, ConcurrentAppendOptions, Conditions, DeleteOptions, ETag,
    ErrorKind, Expiry, ExpiryOptions, FileKind, ListOptions, MkdirsOptions, OwnerChange,
    RenameOptions, StatOptions, WriteOptions,
};

#[tokio::test]
async fn a_request_carries_token_and_version() {
    let (client, transport) = client([file(6, "\"0x1\"")]);
    client.stat(&path("/a")).await.unwrap();
    assert_snapshot!(transport.transcript(), @r"
    HEAD https://account.dfs.core.windows.net/fs/a?action=getStatus
    authorization: Bearer token-1
    x-ms-version: 2021-12-02
    ");
}

#[tokio::test]
async fn stat() {
    let (client, transport) =
        client([file(6, "\"0x1\""), item("directory", 0, "\"0x2\""), file(1, "\"0x3\"")]);
    let status = client.stat(&path("/a b/c+d%")).await.unwrap();
    assert_eq!((status.kind, status.length, status.name()), (FileKind::File, 6, "c+d%"));
    assert_eq!(status.modified, SystemTime::UNIX_EPOCH + Duration::from_secs(1_669_459_385));
    assert_eq!((status.expires, status.has_acl), (None, true));
    assert_eq!(status.permission.unwrap().to_string(), "1650");
    assert_eq!(status.etag, Some(ETag::new("\"0x1\"")));
    assert!(client.stat(&path("/")).await.unwrap().is_dir());
    let conditions = Conditions::default()
        .if_match(ETag::new("0x3"))
        .if_unmodified_since(SystemTime::UNIX_EPOCH)
        .lease("the-lease".to_owned());
    let options = StatOptions::default().principal_names(true).conditions(conditions);
    client.stat_with(&path("/a"), options).await.unwrap();
    assert_snapshot!(requests(&transport), @r#"
    HEAD /fs/a%20b/c%2Bd%25?action=getStatus

    HEAD /fs/?action=getStatus

    HEAD /fs/a?action=getStatus&upn=true
    if-match: "0x3"
    if-unmodified-since: Thu, 01 Jan 1970 00:00:00 GMT
    x-ms-lease-id: the-lease
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test]
async fn list() {
    let first = r#"{"paths":[{"name":"f/a","contentLength":"1","etag":"0x1","lastModified":
        "Sat, 26 Nov 2022 10:43:05 GMT","permissions":"rw-r--r--","owner":"o","group":"g"}]}"#;
    let second = r#"{"paths":[{"name":"f/b","isDirectory":"true","permissions":"rwxr-xr-t+"},
        {"name":"elsewhere"},{"name":"f/../g"}]}"#;
    let page = || json(first).header("x-ms-continuation", "a+/=b");
    let (client, transport) = client([page(), json(second), json(second), json(second)]);
    let mut listing = client.list(path("/f"));
    let entry = listing.next().await.unwrap().unwrap();
    assert_eq!((entry.path, entry.length), (path("/f/a"), 1));
    assert_eq!(entry.etag, Some(ETag::new("\"0x1\"")));
    assert_eq!(listing.continuation(), Some("a+/=b"));
    let rest = listing.next().await.unwrap().unwrap();
    assert_eq!((rest.path.clone(), rest.is_dir(), rest.has_acl), (path("/f/b"), true, true));
    assert!(rest.permission.unwrap().sticky());
    // What leads out of the directory is no entry of it.
    for _ in 0..2 {
        assert_eq!(listing.next().await.unwrap().unwrap_err().kind(), ErrorKind::Protocol);
    }
    assert!(listing.next().await.is_none());
    let options = ListOptions::default()
        .page_size(10)
        .begin_from("m n".to_owned())
        .recursive(true)
        .principal_names(true);
    drop(client.list_with(path("/f"), options).next_page().await.unwrap().unwrap());
    let options = ListOptions::default().start_after("t".to_owned());
    drop(client.list_with(path("/"), options).next_page().await.unwrap());
    assert_snapshot!(requests(&transport), @r"
    GET /fs?resource=filesystem&recursive=false&directory=f&maxResults=5000

    GET /fs?resource=filesystem&recursive=false&directory=f&maxResults=5000&continuation=a%2B%2F%3Db

    GET /fs?resource=filesystem&recursive=true&directory=f&maxResults=10&upn=true&beginFrom=m%20n
    x-ms-version: 2026-06-06

    GET /fs?resource=filesystem&recursive=false&maxResults=5000&continuation=t
    x-ms-version: 2021-12-02
    ");
}

#[tokio::test]
async fn directories_and_names() {
    let source = Answer::status(201);
    let answers = [
        done(201, "\"0x1\""),
        done(201, "\"0x1\""),
        source,
        Answer::status(201),
        Answer::status(202).header("x-ms-continuation", "more"),
        Answer::status(200),
        Answer::status(200),
    ];
    let (client, transport) = client(answers);
    client.mkdirs(&path("/a/b")).await.unwrap();
    let options = MkdirsOptions::default().permission("1750".parse::<crate::Permission>().unwrap());
    client.mkdirs_with(&path("/a/c"), options).await.unwrap();
    client.rename(&path("/a/b c"), &path("/d%")).await.unwrap();
    let options = RenameOptions::default()
        .conditions(Conditions::default().if_match(ETag::new("\"0x1\"")).lease("s".to_owned()))
        .target_conditions(Conditions::default().if_match(ETag::new("\"0x2\"")));
    let (from, to) = (path("/a"), path("/b"));
    let looked = client.backend().rename(&from, &to, options, true);
    looked.await.unwrap();
    client.delete_with(&path("/d"), DeleteOptions::default().recursive(true)).await.unwrap();
    client.delete(&path("/f")).await.unwrap();
    assert_snapshot!(requests(&transport), @r#"
    PUT /fs/a/b?resource=directory
    if-none-match: *

    PUT /fs/a/c?resource=directory
    if-none-match: *
    x-ms-permissions: 1750
    x-ms-umask: 0000

    PUT /fs/d%25?mode=legacy
    if-none-match: *
    x-ms-client-transaction-id: [id]
    x-ms-rename-source: /fs/a/b%20c
    x-ms-version: 2024-11-04

    PUT /fs/b?mode=legacy
    if-match: "0x2"
    x-ms-client-transaction-id: [id]
    x-ms-rename-source: /fs/a
    x-ms-source-if-match: "0x1"
    x-ms-source-lease-id: s
    x-ms-version: 2024-11-04

    DELETE /fs/d?recursive=true&paginated=true
    x-ms-version: 2023-08-03

    DELETE /fs/d?recursive=true&paginated=true&continuation=more
    x-ms-version: 2023-08-03

    DELETE /fs/f?recursive=false
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test]
async fn bytes() {
    let permission = "640".parse::<crate::Permission>().unwrap();
    let answers = [
        done(201, "\"0x1\""),
        // A new file with mode bits.
        done(201, "\"0x2\""),
        Answer::status(202),
        done(200, "\"0x3\""),
        // A writer.
        done(201, "\"0x4\""),
        Answer::status(202),
        done(200, "\"0x5\""),
        // One that goes on.
        file(3, "\"0x6\""),
        done(200, "\"0x6\""),
        Answer::status(202),
        done(200, "\"0x7\""),
        // Many.
        Answer::status(202),
        // Reading.
        file(3, "\"0x8\""),
    ];
    let (client, transport) = client(answers);
    client.put(&path("/a"), "abc").await.unwrap();
    let options = WriteOptions::default().permission(permission);
    let written = client.put_with(&path("/b"), "abc", options).await.unwrap();
    assert_eq!((written.length, written.etag), (3, Some(ETag::new("\"0x3\""))));
    let options = WriteOptions::default().overwrite(true).content_type("text/csv".to_owned());
    let mut writer = client.create_with(&path("/c"), options).await.unwrap();
    writer.write_bytes("abc".into()).await.unwrap();
    writer.close().await.unwrap();
    let mut writer = client.append(&path("/d")).await.unwrap();
    writer.write_bytes("def".into()).await.unwrap();
    assert_eq!(writer.close().await.unwrap().length, 6);
    let options = ConcurrentAppendOptions::default().create(true);
    client.concurrent_append_with(&path("/e"), "x", options).await.unwrap();
    let reader = client.open(&path("/f")).await.unwrap();
    assert_eq!(reader.status().length, 3);
    assert_snapshot!(requests(&transport), @r#"
    PUT https://account.blob.core.windows.net/fs/a
    if-none-match: *
    x-ms-blob-content-type: application/octet-stream
    x-ms-blob-type: BlockBlob

    abc

    PUT /fs/b?resource=file
    if-none-match: *
    x-ms-client-transaction-id: [id]
    x-ms-content-type: application/octet-stream
    x-ms-permissions: 640
    x-ms-umask: 0000
    x-ms-version: 2024-11-04

    PATCH /fs/b?action=append&position=0

    abc

    PATCH /fs/b?action=flush&position=3&close=true
    if-match: "0x2"
    x-ms-content-type: application/octet-stream

    PUT /fs/c?resource=file
    x-ms-client-transaction-id: [id]
    x-ms-content-type: text/csv
    x-ms-version: 2024-11-04

    PATCH /fs/c?action=append&position=0

    abc

    PATCH /fs/c?action=flush&position=3&close=true
    if-match: "0x4"
    x-ms-content-type: text/csv

    HEAD /fs/d

    PATCH /fs/d?action=flush&position=3
    if-match: "0x6"
    x-ms-content-type: text/plain

    PATCH /fs/d?action=append&position=3

    def

    PATCH /fs/d?action=flush&position=6&close=true
    if-match: "0x6"
    x-ms-content-type: text/plain

    PATCH /fs/e?action=concurrentAppend&appendmode=autoCreate
    x-ms-version: 2026-02-06

    x

    HEAD /fs/f?action=getStatus
    x-ms-version: 2021-12-02
    "#);
}

fn with_acl() -> Answer {
    done(200, "\"0x1\"")
        .header("x-ms-acl", "user::rwx,user:u:r-x,group::r-x,mask::r-x,other::---")
        .header("x-ms-permissions", "rwxr-x---+")
        .header("x-ms-owner", "o")
        .header("x-ms-group", "g")
}

#[tokio::test]
async fn rights() {
    let answers = [
        Answer::status(200),
        Answer::status(200),
        with_acl(),
        with_acl(),
        Answer::status(200),
        with_acl(),
        Answer::status(200),
        Answer::status(200),
        refusal(403, "AuthorizationPermissionMismatch"),
    ];
    let (client, transport) = client(answers);
    client.set_permission(&path("/a"), "750".parse().unwrap()).await.unwrap();
    client.set_owner(&path("/a"), OwnerChange::default().owner("me".to_owned())).await.unwrap();
    let acl = client.acl(&path("/a")).await.unwrap();
    assert_eq!((acl.entries.len(), acl.permission.to_string()), (5, "750".to_owned()));
    let list = |text: &str| text.parse::<AclSpec>().unwrap();
    client.modify_acl(&path("/a"), &list("user:v:rwx")).await.unwrap();
    client.remove_acl(&path("/a")).await.unwrap();
    assert!(client.check_access(&path("/a"), Rwx::from_bits(4)).await.unwrap());
    assert!(!client.check_access(&path("/a"), Rwx::from_bits(2)).await.unwrap());
    assert_snapshot!(requests(&transport), @r#"
    PATCH /fs/a?action=setAccessControl
    x-ms-permissions: 750

    PATCH /fs/a?action=setAccessControl
    x-ms-owner: me

    HEAD /fs/a?action=getAccessControl

    HEAD /fs/a?action=getAccessControl

    PATCH /fs/a?action=setAccessControl
    if-match: "0x1"
    x-ms-acl: user::rwx,user:u:r-x,user:v:rwx,group::r-x,other::---

    HEAD /fs/a?action=getAccessControl

    PATCH /fs/a?action=setAccessControl
    if-match: "0x1"
    x-ms-acl: user::rwx,group::r-x,other::---

    HEAD /fs/a?action=checkAccess&fsAction=r--

    HEAD /fs/a?action=checkAccess&fsAction=-w-
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test]
async fn rights_and_expiry_under_a_lease() {
    let changed_meanwhile = || refusal(412, "ConditionNotMet");
    let answers = [
        Answer::status(200),
        Answer::status(200),
        with_acl(),
        Answer::status(200),
        with_acl(),
        changed_meanwhile(),
        Answer::status(200),
        Answer::status(200),
    ];
    let (client, transport) = client(answers);
    let leased = || Conditions::default().lease("l".to_owned());
    let under_lease = || AccessControlOptions::default().conditions(leased());
    let this_version = Conditions::default().if_match(ETag::new("0x9"));
    let this_version = AccessControlOptions::default().conditions(this_version);
    let list = |text: &str| text.parse::<AclSpec>().unwrap();
    client.set_permission_with("/a", "750".parse().unwrap(), under_lease()).await.unwrap();
    let owner = OwnerChange::default().owner("me".to_owned());
    client.set_owner_with("/a", owner, under_lease()).await.unwrap();
    client.modify_acl_with("/a", &list("user:v:rwx"), under_lease()).await.unwrap();
    // What the caller asked for is not tried again with something else.
    let error = client.modify_acl_with("/a", &list("group::r-x"), this_version).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionNotMet);
    let options = ExpiryOptions::default().conditions(leased());
    client.set_expiry_with("/a", Expiry::Never, options).await.unwrap();
    let options = ConcurrentAppendOptions::default().conditions(leased());
    client.concurrent_append_with("/a", "x", options).await.unwrap();
    assert_snapshot!(requests(&transport), @r#"
    PATCH /fs/a?action=setAccessControl
    x-ms-lease-id: l
    x-ms-permissions: 750

    PATCH /fs/a?action=setAccessControl
    x-ms-lease-id: l
    x-ms-owner: me

    HEAD /fs/a?action=getAccessControl

    PATCH /fs/a?action=setAccessControl
    if-match: "0x1"
    x-ms-acl: user::rwx,user:u:r-x,user:v:rwx,group::r-x,other::---
    x-ms-lease-id: l

    HEAD /fs/a?action=getAccessControl

    PATCH /fs/a?action=setAccessControl
    if-match: "0x9"
    x-ms-acl: user::rwx,user:u:r-x,group::r-x,other::---

    PUT https://account.blob.core.windows.net/fs/a?comp=expiry
    x-ms-expiry-option: NeverExpire
    x-ms-lease-id: l

    PATCH /fs/a?action=concurrentAppend
    x-ms-lease-id: l
    x-ms-version: 2026-02-06

    x
    "#);
}

#[tokio::test]
async fn by_words_of_the_blob_protocol() {
    let page = "<EnumerationResults><Blobs><Blob><Name>d/f x</Name><DeletionId>7</DeletionId><Properties>\
        <DeletedTime>Sat, 26 Nov 2022 10:43:05 GMT</DeletedTime></Properties></Blob>\
        <Blob><Name>other</Name></Blob></Blobs><NextMarker/></EnumerationResults>";
    let answers = [
        Answer::status(200),
        Answer::status(200),
        Answer::status(200).body(page),
        refusal(404, "PathNotFound"),
        refusal(404, "PathNotFound"),
        Answer::status(200),
        Answer::status(201),
    ];
    let (client, transport) = client(answers);
    client.set_expiry(&path("/a"), Expiry::At(SystemTime::UNIX_EPOCH)).await.unwrap();
    client.set_expiry(&path("/a"), Expiry::AfterNow(Duration::from_secs(2))).await.unwrap();
    let mut items = client.deleted_items("/d/");
    let item = items.next().await.unwrap().unwrap();
    assert_eq!((item.path.as_str(), item.token.as_str()), ("/d/f x", "7"));
    client.restore(&item, &path("/g")).await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    PUT https://account.blob.core.windows.net/fs/a?comp=expiry
    x-ms-expiry-option: Absolute
    x-ms-expiry-time: Thu, 01 Jan 1970 00:00:00 GMT

    PUT https://account.blob.core.windows.net/fs/a?comp=expiry
    x-ms-expiry-option: RelativeToNow
    x-ms-expiry-time: 2000

    GET https://account.blob.core.windows.net/fs?restype=container&comp=list&showonly=deleted&maxresults=5000&prefix=d%2F

    HEAD /fs/d/f%20x?action=getStatus

    HEAD /fs/g?action=getStatus

    PUT https://account.blob.core.windows.net/fs/d/f%20x?comp=undelete
    x-ms-undelete-source: d/f%20x?deletionid=7

    PUT /fs/g?mode=legacy
    if-none-match: *
    x-ms-client-transaction-id: [id]
    x-ms-rename-source: /fs/d/f%20x
    x-ms-version: 2024-11-04
    ");
}

#[tokio::test]
async fn what_the_account_cannot_do_is_refused_before_anything_is_sent() {
    let (client, transport) = client([]);
    let times = crate::TimesChange::default().modified(SystemTime::UNIX_EPOCH);
    let refused = [
        client.concat(&path("/a"), &[path("/b")]).await.unwrap_err(),
        client.set_times(&path("/a"), times).await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    let before = ListOptions::default().before("m".to_owned());
    let error = client.list_with(path("/a"), before).collect_all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(transport.count(), 0);
}
