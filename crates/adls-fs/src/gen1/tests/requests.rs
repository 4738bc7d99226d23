//! The exact request of every operation.

use std::time::{Duration, SystemTime};

use adls_wire::{Permission, Rwx};
use futures_util::StreamExt;
use insta::assert_snapshot;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::transfer::TransferOptions;
use crate::{
    AccessControlOptions, AclOptions, ConcatOptions, ConcurrentAppendOptions, Conditions,
    DeleteOptions, ETag, ErrorKind, Expiry, ExpiryOptions, FileKind, ListOptions, MkdirsOptions,
    OwnerChange, ReadOptions, RenameOptions, RestoreConflict, RestoreOptions, StatOptions,
    TimesChange, WriteOptions,
};

#[tokio::test]
async fn a_request_carries_token_and_version() {
    let (client, transport) = client([file_status(6)]);
    client.stat(&path("/a")).await.unwrap();
    assert_snapshot!(transport.transcript(), @r"
    GET https://account.azuredatalakestore.net/webhdfs/v1/a?op=GETFILESTATUS&api-version=2018-09-01
    authorization: Bearer token-1
    ");
}

#[tokio::test]
async fn stat() {
    let (client, transport) =
        client([file_status(6), directory_status(), directory_status(), file_status(1)]);
    let status = client.stat(&path("/a b/c+d")).await.unwrap();
    assert_eq!((status.kind, status.length, status.name()), (FileKind::File, 6, "c+d"));
    assert_eq!(status.modified, SystemTime::UNIX_EPOCH + Duration::from_millis(1_495_839_739_101));
    assert_eq!(status.expires, None);
    client.stat(&path("/")).await.unwrap();
    client.stat_with(&path("/a"), StatOptions::default().principal_names(true)).await.unwrap();
    client.stat_with(&path("/a"), StatOptions::default().unpublished(true)).await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    GET /webhdfs/v1/a%20b/c%2Bd?op=GETFILESTATUS&api-version=2018-09-01

    GET /webhdfs/v1/?op=GETFILESTATUS&api-version=2018-09-01

    GET /webhdfs/v1/a?op=GETFILESTATUS&tooid=false&api-version=2018-09-01

    GET /webhdfs/v1/a?op=GETFILESTATUS&getconsistentlength=true&api-version=2018-09-01
    ");
}

#[tokio::test]
async fn list() {
    let first = r#"{"FileStatuses":{"continuationToken":"a b","FileStatus":[{"pathSuffix":"a","type":"FILE","length":1,"permission":"644"}]}}"#;
    let second = r#"{"FileStatuses":{"continuationToken":"","FileStatus":[{"pathSuffix":"b","type":"DIRECTORY","permission":"1755"}]}}"#;
    let (client, transport) = client([json(first), json(second), json(second)]);
    let mut listing = client.list(path("/f"));
    let entry = listing.next().await.unwrap().unwrap();
    assert_eq!((entry.path, entry.length), (path("/f/a"), 1));
    assert_eq!(listing.continuation(), Some("a b"));
    let rest = listing.collect_all().await.unwrap();
    assert_eq!(rest[0].path, path("/f/b"));
    assert!(rest[0].permission.unwrap().sticky());
    let options = ListOptions::default()
        .page_size(10)
        .start_after("a".to_owned())
        .before("m".to_owned())
        .principal_names(true);
    client.list_with(path("/f"), options).collect_all().await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    GET /webhdfs/v1/f?op=LISTSTATUS&listSize=4000&api-version=2018-09-01

    GET /webhdfs/v1/f?op=LISTSTATUS&listSize=4000&listAfter=a%20b&api-version=2018-09-01

    GET /webhdfs/v1/f?op=LISTSTATUS&listSize=10&listAfter=a&listBefore=m&tooid=false&api-version=2018-09-01
    ");
}

#[tokio::test]
async fn directories_and_names() {
    let (client, transport) = client([
        boolean(true),
        boolean(true),
        not_found(),
        boolean(true),
        file_status(1),
        boolean(true),
        boolean(true),
        boolean(false),
    ]);
    client.mkdirs(&path("/a/b")).await.unwrap();
    let options = MkdirsOptions::default().permission(Permission::from_mode(0o750));
    client.mkdirs_with(&path("/a/c"), options).await.unwrap();
    client.rename(&path("/a"), &path("/b c")).await.unwrap();
    client
        .rename_with(&path("/a"), &path("/b"), RenameOptions::default().overwrite(true))
        .await
        .unwrap();
    assert!(client.delete(&path("/b")).await.unwrap());
    assert!(
        !client.delete_with(&path("/b"), DeleteOptions::default().recursive(true)).await.unwrap()
    );
    assert_snapshot!(requests(&transport), @r"
    PUT /webhdfs/v1/a/b?op=MKDIRS&api-version=2018-09-01

    PUT /webhdfs/v1/a/c?op=MKDIRS&permission=750&api-version=2018-09-01

    GET /webhdfs/v1/b%20c?op=GETFILESTATUS&api-version=2018-09-01

    PUT /webhdfs/v1/a?op=RENAME&destination=%2Fb%20c&api-version=2018-09-01

    GET /webhdfs/v1/b?op=GETFILESTATUS&api-version=2018-09-01

    PUT /webhdfs/v1/a?op=RENAME&destination=%2Fb&renameoptions=OVERWRITE&api-version=2018-09-01

    DELETE /webhdfs/v1/b?op=DELETE&recursive=false&api-version=2018-09-01

    DELETE /webhdfs/v1/b?op=DELETE&recursive=true&api-version=2018-09-01
    ");
}

#[tokio::test]
async fn concat_and_summary() {
    let summary = r#"{"ContentSummary":{"directoryCount":1,"fileCount":2,"length":20,"quota":-1,"spaceConsumed":20,"spaceQuota":-1}}"#;
    let (client, transport) = client([empty(), empty(), empty(), json(summary)]);
    let sources = [path("/parts/1"), path("/parts/2, and more")];
    client.concat(&path("/whole"), &sources).await.unwrap();
    let options = ConcatOptions::default().delete_source_directory(true);
    client.concat_with(&path("/whole"), &sources[..1], options).await.unwrap();
    let in_query = ConcatOptions::default().in_query(true);
    let plain = [path("/parts/1"), path("/parts/2")];
    client.concat_with(&path("/whole"), &plain, in_query.clone()).await.unwrap();
    let error = client.concat_with(&path("/whole"), &sources, in_query).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let summary = client.content_summary(&path("/")).await.unwrap();
    assert_eq!((summary.directories, summary.files, summary.length), (1, 2, 20));
    assert_snapshot!(requests(&transport), @r#"
    POST /webhdfs/v1/whole?op=MSCONCAT&api-version=2018-09-01
    content-type: application/json

    {"sources":["/parts/1","/parts/2, and more"]}

    POST /webhdfs/v1/whole?op=MSCONCAT&deleteSourceDirectory=true&api-version=2018-09-01
    content-type: application/json

    {"sources":["/parts/1"]}

    POST /webhdfs/v1/whole?op=CONCAT&sources=%2Fparts%2F1%2C%2Fparts%2F2&api-version=2018-09-01

    GET /webhdfs/v1/?op=GETCONTENTSUMMARY&api-version=2018-09-01
    "#);
}

#[tokio::test]
async fn access() {
    let denied = exception(403, "AccessControlException", "CHECKACCESS failed");
    let (client, transport) =
        client([empty(), empty(), empty(), empty(), empty(), denied, not_found()]);
    let file = path("/f");
    client.set_permission(&file, Permission::from_mode(0o1640)).await.unwrap();
    client.set_owner(&file, OwnerChange::default().owner("o".to_owned())).await.unwrap();
    let both = OwnerChange::default().owner("o".to_owned()).group("g".to_owned());
    client.set_owner(&file, both).await.unwrap();
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1234);
    client.set_times(&file, TimesChange::default().modified(at).accessed(at)).await.unwrap();
    assert!(client.check_access(&file, Rwx::READ | Rwx::EXECUTE).await.unwrap());
    assert!(!client.check_access(&file, Rwx::ALL).await.unwrap());
    let error = client.check_access(&file, Rwx::ALL).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_snapshot!(requests(&transport), @r"
    PUT /webhdfs/v1/f?op=SETPERMISSION&permission=1640&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=SETOWNER&owner=o&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=SETOWNER&owner=o&group=g&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=SETTIMES&modificationtime=1234&accesstime=1234&api-version=2018-09-01

    GET /webhdfs/v1/f?op=CHECKACCESS&fsaction=r-x&api-version=2018-09-01

    GET /webhdfs/v1/f?op=CHECKACCESS&fsaction=rwx&api-version=2018-09-01

    GET /webhdfs/v1/f?op=CHECKACCESS&fsaction=rwx&api-version=2018-09-01
    ");
}

#[tokio::test]
async fn acl() {
    let status = r#"{"AclStatus":{"entries":["user::rwx","user:5a0f:r-x","group::r-x","mask::r-x","other::---","default:user::rwx"],"owner":"o","group":"g","permission":"750","stickyBit":false}}"#;
    let answers =
        [json(status), json(status), json(status), empty(), empty(), empty(), empty(), empty()];
    let (client, transport) = client(answers);
    let file = path("/f");
    let acl = client.acl(&file).await.unwrap();
    assert_eq!(acl.entries.len(), 6);
    assert_eq!(acl.permission, Permission::from_mode(0o750));
    client.acl_with(&file, AclOptions::default().principal_names(true)).await.unwrap();
    client.acl_with(&file, AclOptions::default().without_mode(true)).await.unwrap();
    let set = "user::rwx,group::r-x,other::---".parse().unwrap();
    client.set_acl(&file, &set).await.unwrap();
    let entries = "user:5a0f:r-x,default:group:7:rwx".parse().unwrap();
    client.modify_acl(&file, &entries).await.unwrap();
    let entries = "user:5a0f,default:group:7".parse().unwrap();
    client.remove_acl_entries(&file, &entries).await.unwrap();
    client.remove_acl(&file).await.unwrap();
    client.remove_default_acl(&file).await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    GET /webhdfs/v1/f?op=MSGETACLSTATUS&api-version=2018-09-01

    GET /webhdfs/v1/f?op=MSGETACLSTATUS&tooid=false&api-version=2018-09-01

    GET /webhdfs/v1/f?op=GETACLSTATUS&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=SETACL&aclspec=user%3A%3Arwx%2Cgroup%3A%3Ar-x%2Cother%3A%3A---&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=MODIFYACLENTRIES&aclspec=user%3A5a0f%3Ar-x%2Cdefault%3Agroup%3A7%3Arwx&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=REMOVEACLENTRIES&aclspec=user%3A5a0f%2Cdefault%3Agroup%3A7&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=REMOVEACL&api-version=2018-09-01

    PUT /webhdfs/v1/f?op=REMOVEDEFAULTACL&api-version=2018-09-01
    ");
}

#[tokio::test]
async fn expiry() {
    let (client, transport) = client([empty(), empty(), empty(), empty()]);
    let file = path("/f");
    let hour = Duration::from_secs(3600);
    client.set_expiry(&file, Expiry::Never).await.unwrap();
    client.set_expiry(&file, Expiry::At(SystemTime::UNIX_EPOCH + hour)).await.unwrap();
    client.set_expiry(&file, Expiry::AfterNow(hour)).await.unwrap();
    client.set_expiry(&file, Expiry::AfterCreation(hour)).await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    PUT /webhdfsext/f?op=SETEXPIRY&expiryOption=NeverExpire&api-version=2018-09-01

    PUT /webhdfsext/f?op=SETEXPIRY&expiryOption=Absolute&expireTime=3600000&api-version=2018-09-01

    PUT /webhdfsext/f?op=SETEXPIRY&expiryOption=RelativeToNow&expireTime=3600000&api-version=2018-09-01

    PUT /webhdfsext/f?op=SETEXPIRY&expiryOption=RelativeToCreationDate&expireTime=3600000&api-version=2018-09-01
    ");
}

#[tokio::test]
async fn reading() {
    let (client, transport) = client([
        file_status(10),
        empty().body("0123456789"),
        empty().body("34"),
        file_status(0),
        empty().body("89"),
        file_status(10),
        bad_offset(),
        file_status(10),
        bad_offset(),
        directory_status(),
    ]);
    let mut reader = client.open(&path("/f")).await.unwrap();
    let mut text = String::new();
    reader.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "0123456789");
    let frames: Vec<_> = client.read_range(&path("/f"), 3..5).await.unwrap().collect().await;
    assert_eq!(frames[0].as_ref().unwrap(), "34");
    assert_eq!(client.read("/empty").await.unwrap(), "");
    // Only where less comes than was asked for, the length matters.
    let mut over_the_end = client.read_range("/f", 8..u64::MAX).await.unwrap();
    assert_eq!(over_the_end.next().await.unwrap().unwrap(), "89");
    assert!(over_the_end.next().await.is_none());
    assert!(client.read_range("/f", 10..12).await.unwrap().next().await.is_none());
    let directory = client.read_range("/d", 0..1).await.err().unwrap();
    assert_eq!(directory.kind(), ErrorKind::IsDirectory);
    assert_snapshot!(requests(&transport), @r"
    GET /webhdfs/v1/f?op=GETFILESTATUS&api-version=2018-09-01

    GET /webhdfs/v1/f?op=OPEN&read=true&offset=0&length=10&filesessionid=[session]&api-version=2018-09-01

    GET /webhdfs/v1/f?op=OPEN&read=true&offset=3&length=2&filesessionid=[session]&api-version=2018-09-01

    GET /webhdfs/v1/empty?op=GETFILESTATUS&api-version=2018-09-01

    GET /webhdfs/v1/f?op=OPEN&read=true&offset=8&filesessionid=[session]&api-version=2018-09-01

    GET /webhdfs/v1/f?op=GETFILESTATUS&api-version=2018-09-01

    GET /webhdfs/v1/f?op=OPEN&read=true&offset=10&length=2&filesessionid=[session]&api-version=2018-09-01

    GET /webhdfs/v1/f?op=GETFILESTATUS&api-version=2018-09-01

    GET /webhdfs/v1/d?op=OPEN&read=true&offset=0&length=1&filesessionid=[session]&api-version=2018-09-01

    GET /webhdfs/v1/d?op=GETFILESTATUS&api-version=2018-09-01
    ");
}

#[tokio::test]
async fn writing() {
    let (client, transport) = client([
        Answer::status(201),
        Answer::status(201),
        empty(),
        empty(),
        file_status(3),
        empty(),
        empty(),
    ]);
    client.put(&path("/whole"), "content").await.unwrap();
    let options = WriteOptions::default()
        .overwrite(true)
        .permission(Permission::from_mode(0o600))
        .require_parent(true);
    let mut writer = client.create_with(&path("/f"), options).await.unwrap();
    writer.write_all(b"abc").await.unwrap();
    writer.flush().await.unwrap();
    writer.flush().await.unwrap();
    writer.shutdown().await.unwrap();
    writer.shutdown().await.unwrap();
    assert!(writer.write_all(b"d").await.is_err());
    let mut writer = client.append(&path("/f")).await.unwrap();
    assert_eq!(writer.position(), 3);
    writer.write_all(b"de").await.unwrap();
    writer.shutdown().await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    PUT /webhdfs/v1/whole?op=CREATE&write=true&overwrite=false&syncFlag=CLOSE&leaseid=[session]&filesessionid=[session]&api-version=2018-09-01
    content-type: application/octet-stream

    content

    PUT /webhdfs/v1/f?op=CREATE&write=true&overwrite=true&permission=600&createParent=false&syncFlag=DATA&leaseid=[session]&filesessionid=[session]&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=METADATA&leaseid=[session]&filesessionid=[session]&offset=0&api-version=2018-09-01
    content-type: application/octet-stream

    abc

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=CLOSE&leaseid=[session]&filesessionid=[session]&offset=3&api-version=2018-09-01

    GET /webhdfs/v1/f?op=GETFILESTATUS&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=DATA&leaseid=[session]&filesessionid=[session]&offset=3&api-version=2018-09-01

    POST /webhdfs/v1/f?op=APPEND&append=true&syncFlag=CLOSE&leaseid=[session]&filesessionid=[session]&offset=3&api-version=2018-09-01
    content-type: application/octet-stream

    de
    ");
}

#[tokio::test]
async fn concurrent_append() {
    let done = || json("\"Operation succeeded.\"");
    let (client, transport) = client([done(), done()]);
    let options = ConcurrentAppendOptions::default();
    client.concurrent_append_with(&path("/f"), "a", options.clone()).await.unwrap();
    client.concurrent_append_with(&path("/f"), "b", options.create(true)).await.unwrap();
    assert_snapshot!(requests(&transport), @r"
    POST /webhdfsext/f?op=CONCURRENTAPPEND&api-version=2018-09-01
    content-type: application/octet-stream

    a

    POST /webhdfsext/f?op=CONCURRENTAPPEND&appendMode=autocreate&api-version=2018-09-01
    content-type: application/octet-stream

    b
    ");
}

#[tokio::test]
async fn trash() {
    let empty_page = r#"{"trashDir":{"trashDirEntry":[],"nextListAfter":"t1","numSearched":9}}"#;
    let page = r#"{"trashDir":{"trashDirEntry":[{"originalPath":"/a/b","trashDirPath":"/$t/1","type":"DIRECTORY","creationTime":1000}],"nextListAfter":"","numSearched":1}}"#;
    let (client, transport) = client([json(empty_page), json(page), empty(), empty()]);
    let items = client.deleted_items("a/b").collect_all().await;
    let items = items.unwrap();
    assert_eq!((&items[0].path, items[0].kind), (&path("/a/b"), FileKind::Directory));
    assert_eq!(items[0].deleted, SystemTime::UNIX_EPOCH + Duration::from_secs(1));
    client.restore_with(&items[0], &path("/back"), RestoreOptions::default()).await.unwrap();
    client
        .restore_with(
            &items[0],
            &path("/back"),
            RestoreOptions::default().on_conflict(RestoreConflict::Replace),
        )
        .await
        .unwrap();
    assert_snapshot!(requests(&transport), @r"
    GET /webhdfs/v1/?op=ENUMERATEDELETEDITEMS&hint=a%2Fb&listSize=4000&api-version=2018-08-01

    GET /webhdfs/v1/?op=ENUMERATEDELETEDITEMS&hint=a%2Fb&listSize=4000&listAfter=t1&api-version=2018-08-01

    PUT /webhdfs/v1/?op=RESTOREDELETEDITEMS&restoreToken=%2F%24t%2F1&restoreDestination=%2Fback&type=directory&api-version=2018-08-01

    PUT /webhdfs/v1/?op=RESTOREDELETEDITEMS&restoreToken=%2F%24t%2F1&restoreDestination=%2Fback&type=directory&restoreAction=overwrite&api-version=2018-08-01
    ");
}

#[tokio::test]
async fn what_cannot_be_right_is_not_sent() {
    let (client, transport) = client([]);
    let (root, file) = (path("/"), path("/f"));
    let refused = [
        client.rename(&root, &file).await,
        client.rename(&file, &path("/f/g")).await,
        client.delete(&root).await.map(drop),
        client.concat(&file, [""; 0]).await,
        client.concat(&file, &[path("/a"), path("/a")]).await,
        client.concat(&file, &[path("/a"), path("/f")]).await,
        client.set_owner(&file, OwnerChange::default()).await,
        client.set_times(&file, TimesChange::default()).await,
        client.set_acl(&file, &"user:5a0f".parse().unwrap()).await,
        client.remove_acl_entries(&file, &"user:5a0f:r-x".parse().unwrap()).await,
        client.concurrent_append(&file, vec![0; (4 << 20) + 1]).await,
    ];
    let texts: Vec<_> = refused.into_iter().map(|r| r.unwrap_err().to_string()).collect();
    assert_snapshot!(texts.join("\n"), @r"
    the root directory cannot be renamed
    /f cannot be renamed to /f/g, which lies inside it
    the root directory cannot be deleted; delete what is in it
    no sources to join into /f
    /a is named twice among the sources of /f
    /f is both a source and the target
    name an owner or a group for /f
    name a time to set for /f
    the ACL entry user:5a0f has no rights; add them, as in :r-x
    the ACL entry user:5a0f:r-x has rights; leave them off to remove it
    4194305 bytes are too many for one concurrent append; send at most 4194304
    ");
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn conditions_that_the_service_does_not_know_send_nothing() {
    let (client, transport) = client([]);
    let conditions = || Conditions::default().if_match(ETag::new("0x1"));
    let lease = Conditions::default().lease("7".to_owned());
    let rights = || AccessControlOptions::default().conditions(conditions());
    let expiry = ExpiryOptions::default().conditions(conditions());
    let append = ConcurrentAppendOptions::default().conditions(conditions());
    let transfer = TransferOptions::default().conditions(conditions());
    for refused in [
        client.put_with("/f", "", WriteOptions::default().conditions(lease)).await.map(drop),
        client
            .rename_with("/f", "/g", RenameOptions::default().target_conditions(conditions()))
            .await,
        client.delete_with("/f", DeleteOptions::default().conditions(conditions())).await.map(drop),
        client.open_with("/f", ReadOptions::default().conditions(conditions())).await.map(drop),
        client.set_permission_with("/f", "750".parse().unwrap(), rights()).await,
        client.remove_acl_with("/f", rights()).await,
        client.set_expiry_with("/f", Expiry::Never, expiry).await,
        client.concurrent_append_with("/f", "x", append).await,
        client
            .upload_with(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), "/f", transfer)
            .await
            .map(drop),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn that_nothing_is_there_yet_is_a_condition_that_the_service_knows() {
    let (client, transport) = client([empty()]);
    let nothing_yet = Conditions::default().if_none_match(ETag::any());
    let options = WriteOptions::default().overwrite(true).conditions(nothing_yet);
    let written = client.put_with("/f", "abc", options).await.unwrap();
    assert_eq!((written.length, written.etag), (3, None));
    assert!(requests(&transport).contains("overwrite=false"));
}

#[tokio::test]
async fn a_text_that_is_no_path_sends_nothing() {
    let (client, transport) = client([]);
    for refused in [
        client.stat("/a/..").await.map(drop),
        client.list("/a/..").collect_all().await.map(drop),
        client.walk("/a/..").next().await.unwrap().map(drop),
        client.list("/a/..").next().await.unwrap().map(drop),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert_eq!(transport.count(), 0);
}
