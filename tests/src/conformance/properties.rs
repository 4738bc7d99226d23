//! What is kept about an item beside its content, and what it is given when it is made.

use std::collections::BTreeMap;
use std::time::Duration;

use adls_fs::{
    AclSpec, Conditions, ContentHeaders, ErrorKind, Expiry, FileSystemClient, MkdirsOptions,
    Permission, PropertiesOptions, RemotePath, WriteOptions,
};

use super::below;

const SOMEBODY: &str = "5a1e0000-0000-4000-8000-000000000999";

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(super) async fn metadata_is_replaced_and_merged(client: &FileSystemClient, base: &RemotePath) {
    let at = below(base);
    let (file, directory) = (at("f"), at("d"));
    client.put(&file, "x").await.unwrap();
    client.mkdirs(&directory).await.unwrap();
    for item in [&file, &directory] {
        let first = map(&[("Owner", "Zoë, 1=2"), ("gone", "")]);
        let etag = client.set_metadata(item, &first).await.unwrap();
        let found = client.properties(item).await.unwrap();
        assert_eq!((found.metadata, found.status.etag), (first, etag));
        let changes =
            BTreeMap::from([("gone".to_owned(), None), ("new".to_owned(), Some("1".to_owned()))]);
        let etag = client.update_metadata(item, &changes).await.unwrap();
        let found = client.properties(item).await.unwrap();
        let wanted = map(&[("Owner", "Zoë, 1=2"), ("new", "1")]);
        assert_eq!((found.metadata, found.status.etag), (wanted, etag));
        client.set_metadata(item, &BTreeMap::new()).await.unwrap();
        assert_eq!(client.properties(item).await.unwrap().metadata, BTreeMap::new());
    }
    assert_eq!(client.read(&file).await.unwrap(), "x");
    let error = client.set_metadata(&file, &map(&[("a-b", "1")])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let error = client.properties(at("none")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

pub(super) async fn content_headers_are_replaced(client: &FileSystemClient, base: &RemotePath) {
    let file = below(base)("f");
    let options = WriteOptions::default()
        .content_type("text/csv".to_owned())
        .content_language("de".to_owned())
        .metadata(map(&[("a", "1")]));
    client.put_with(&file, "x", options).await.unwrap();
    let before = client.properties(&file).await.unwrap();
    assert_eq!(before.headers.content_type.as_deref(), Some("text/csv"));
    assert_eq!(before.headers.content_language.as_deref(), Some("de"));
    let headers = before.headers.cache_control("no-cache".to_owned()).content_language(None);
    client.set_content_headers(&file, &headers).await.unwrap();
    let after = client.properties(&file).await.unwrap();
    assert_eq!((after.headers, after.metadata), (headers, map(&[("a", "1")])));
    // An earlier version is not changed any more.
    let old = Conditions::default().if_match(before.status.etag);
    let options = PropertiesOptions::default().conditions(old);
    let none = ContentHeaders::default();
    let error = client.set_content_headers_with(&file, &none, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionNotMet, "{error}");
    // What is appended leaves headers and metadata as they are.
    client.append(&file).await.unwrap().close().await.unwrap();
    let appended = client.properties(&file).await.unwrap();
    assert_eq!(appended.headers.cache_control.as_deref(), Some("no-cache"));
    assert_eq!(appended.metadata, map(&[("a", "1")]));
}

pub(super) async fn what_is_made_has_what_it_is_given(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let at = below(base);
    let acl: AclSpec =
        format!("user::rw-,user:{SOMEBODY}:r--,group::r--,mask::r--,other::---").parse().unwrap();
    let options = WriteOptions::default()
        .acl(acl.clone())
        .group(SOMEBODY.to_owned())
        .metadata(map(&[("Name", "Zoë")]))
        .content_type("text/csv".to_owned())
        .expiry(Expiry::AfterNow(Duration::from_secs(600)));
    let large = vec![b'x'; (4 << 20) + 1];
    for (name, content, overwrite) in
        [("new", b"x".to_vec(), false), ("new", b"y".to_vec(), true), ("large", large, false)]
    {
        let file = at(name);
        let options = options.clone().overwrite(overwrite);
        client.put_with(&file, content, options).await.unwrap();
        let found = client.properties(&file).await.unwrap();
        assert_eq!(found.metadata, map(&[("Name", "Zoë")]), "{name}");
        assert_eq!(found.headers.content_type.as_deref(), Some("text/csv"));
        assert!(found.status.expires.is_some());
        assert_eq!(found.status.group.as_deref(), Some(SOMEBODY));
        assert_eq!(AclSpec(client.acl(&file).await.unwrap().entries), acl);
    }
    let mode = |mode| Permission::from_mode(mode);
    let options = MkdirsOptions::default()
        .permission(mode(0o1777))
        .umask(mode(0o027))
        .metadata(map(&[("a", "1")]));
    client.mkdirs_with(at("d"), options).await.unwrap();
    let found = client.properties(at("d")).await.unwrap();
    assert_eq!(found.status.permission, Some(mode(0o1750)));
    assert_eq!(found.metadata, map(&[("a", "1")]));
    for overwrite in [false, true] {
        let options =
            WriteOptions::default().overwrite(overwrite).permission(mode(0o666)).umask(mode(0o26));
        client.put_with(at("m"), "x", options).await.unwrap();
        assert_eq!(client.stat(at("m")).await.unwrap().permission, Some(mode(0o640)));
    }
}

pub(super) async fn properties_are_refused_where_the_service_keeps_none(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let file = &below(base)("f");
    client.put(file, "x").await.unwrap();
    let metadata = map(&[("a", "1")]);
    let with = WriteOptions::default;
    let directory = MkdirsOptions::default().metadata(metadata.clone());
    for refused in [
        client.properties(file).await.map(drop),
        client.set_metadata(file, &metadata).await.map(drop),
        client.update_metadata(file, &BTreeMap::new()).await.map(drop),
        client.set_content_headers(file, &ContentHeaders::default()).await.map(drop),
        client.put_with(file, "y", with().overwrite(true).metadata(metadata)).await.map(drop),
        client.create_with(file, with().content_type("text/csv".to_owned())).await.map(drop),
        client.mkdirs_with(file, directory).await,
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains(file.as_str()), "{error}");
    }
    assert_eq!(client.read(file).await.unwrap(), "x");
}

pub(super) async fn rights_are_refused_where_no_creation_takes_them(
    client: &FileSystemClient,
    base: &RemotePath,
) {
    let file = &below(base)("f");
    let acl: AclSpec = "user::rwx,group::r-x,other::---".parse().unwrap();
    let umask = Permission::from_mode(0o27);
    let expiry = Expiry::AfterNow(Duration::from_secs(60));
    let with = WriteOptions::default;
    for refused in [
        client.put_with(file, "x", with().acl(acl)).await.map(drop),
        client.put_with(file, "x", with().umask(umask)).await.map(drop),
        client.put_with(file, "x", with().group(SOMEBODY.to_owned())).await.map(drop),
        client.create_with(file, with().expiry(expiry)).await.map(drop),
        client.mkdirs_with(file, MkdirsOptions::default().umask(umask)).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert!(!client.exists(file).await.unwrap());
}
