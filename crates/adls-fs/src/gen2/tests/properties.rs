//! Properties: exact requests, lost answers, refusals.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use adls_http::TransportErrorKind::Interrupted;
use insta::assert_snapshot;

use super::*;
use crate::{
    AppendOptions, Conditions, ContentHeaders, ETag, ErrorKind, Expiry, LeaseDuration, LeaseState,
    LeaseStatus, MkdirsOptions, PropertiesOptions, WriteOptions,
};

/// A file with metadata, as a HEAD tells it.
fn with_metadata(etag: &str, properties: &str) -> Answer {
    file(3, etag).header("x-ms-properties", properties)
}

fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn all_that_is_told_is_read() {
    let answer = with_metadata("\"0x1\"", "owner=Wm/Dqw==, hdi_isfolder=dHJ1ZQ==,empty=")
        .header("content-encoding", "gzip")
        .header("content-language", "en")
        .header("content-disposition", "inline")
        .header("cache-control", "no-cache")
        .header("content-md5", "AAAA")
        .header("x-ms-lease-state", "leased")
        .header("x-ms-lease-status", "locked")
        .header("x-ms-lease-duration", "infinite")
        .header("x-ms-server-encrypted", "true")
        .header("x-ms-encryption-scope", "scope");
    let (client, transport) = client([answer, file(0, "\"0x2\"")]);
    let found = client.properties("/a").await.unwrap();
    let headers = ContentHeaders::default()
        .content_type("text/plain".to_owned())
        .content_encoding("gzip".to_owned())
        .content_language("en".to_owned())
        .content_disposition("inline".to_owned())
        .cache_control("no-cache".to_owned())
        .content_md5("AAAA".to_owned());
    assert_eq!(found.headers, headers);
    assert_eq!(found.metadata, map(&[("owner", "Zoë"), ("empty", "")]));
    assert_eq!(found.lease_state, Some(LeaseState::Leased));
    assert_eq!(found.lease_status, Some(LeaseStatus::Locked));
    assert_eq!(found.lease_duration, Some(LeaseDuration::Infinite));
    assert_eq!(found.server_encrypted, Some(true));
    assert_eq!(found.encryption_scope.as_deref(), Some("scope"));
    assert_eq!(found.status.length, 3);
    let options = PropertiesOptions::default()
        .conditions(Conditions::default().if_none_match(ETag::new("x")));
    assert_eq!(client.properties_with("/a", options).await.unwrap().lease_state, None);
    assert_snapshot!(requests(&transport), @r#"
    HEAD /fs/a

    HEAD /fs/a
    if-none-match: "x"
    x-ms-version: 2021-12-02
    "#);
    let (client, _) = super::client([with_metadata("\"0x1\"", "no base64")]);
    assert_eq!(client.properties("/a").await.unwrap_err().kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn what_is_set() {
    let answers = [
        done(200, "\"0x1\""),
        done(200, "\"0x2\""),
        done(200, "\"0x3\""),
        with_metadata("\"0x4\"", "keep=MQ==,gone=Mg=="),
        done(200, "\"0x5\""),
        with_metadata("\"0x6\"", "keep=MQ=="),
    ];
    let (client, transport) = client(answers);
    let etag = client.set_metadata("/a", &map(&[("b", "Zoë"), ("a", "1,2")])).await.unwrap();
    assert_eq!(etag, Some(ETag::new("\"0x1\"")));
    client.set_metadata("/a", &BTreeMap::new()).await.unwrap();
    let headers = ContentHeaders::default()
        .content_type("text/csv".to_owned())
        .cache_control("no-cache".to_owned());
    let conditions = Conditions::default().if_match(ETag::new("\"0x2\"")).lease("l".to_owned());
    let options = PropertiesOptions::default().conditions(conditions);
    client.set_content_headers_with("/a", &headers, options).await.unwrap();
    let changes =
        BTreeMap::from([("gone".to_owned(), None), ("new".to_owned(), Some("3".to_owned()))]);
    let etag = client.update_metadata("/a", &changes).await.unwrap();
    assert_eq!(etag, Some(ETag::new("\"0x5\"")));
    // What is so already is not set again.
    let changes = BTreeMap::from([("gone".to_owned(), None)]);
    let etag = client.update_metadata("/a", &changes).await.unwrap();
    assert_eq!(etag, Some(ETag::new("\"0x6\"")));
    assert_snapshot!(requests(&transport), @r#"
    PATCH /fs/a?action=setProperties
    x-ms-properties: a=MSwy,b=Wm/Dqw==

    PATCH /fs/a?action=setProperties

    PUT https://account.blob.core.windows.net/fs/a?comp=properties
    if-match: "0x2"
    x-ms-blob-cache-control: no-cache
    x-ms-blob-content-type: text/csv
    x-ms-lease-id: l

    HEAD /fs/a

    PATCH /fs/a?action=setProperties
    if-match: "0x4"
    x-ms-properties: keep=MQ==,new=Mw==

    HEAD /fs/a
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_is_lost_is_told_by_the_state() {
    let lost = || Answer::failure(Interrupted);
    let met = || refusal(412, "ConditionNotMet");
    let if_match = || {
        PropertiesOptions::default().conditions(Conditions::default().if_match(ETag::new("0x1")))
    };
    let wanted = map(&[("a", "1")]);
    // It was carried out, and its own effect refuses the next try.
    let (client, _) = client([lost(), met(), with_metadata("\"0x2\"", "a=MQ==")]);
    let etag = client.set_metadata_with("/f", &wanted, if_match()).await.unwrap();
    assert_eq!(etag, Some(ETag::new("\"0x2\"")));
    // Somebody else was faster.
    let (client, _) = super::client([lost(), met(), with_metadata("\"0x2\"", "a=Mg==")]);
    let error = client.set_metadata_with("/f", &wanted, if_match()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionNotMet);
    // Without a condition it is sent again.
    let (client, _) = super::client([lost(), done(200, "\"0x3\"")]);
    client.set_content_headers("/f", &ContentHeaders::default()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_somebody_else_overtakes_begins_anew_a_few_times() {
    let changes = BTreeMap::from([("a".to_owned(), Some("1".to_owned()))]);
    let round = || [with_metadata("\"0x1\"", "b=MQ=="), refusal(412, "ConditionNotMet")];
    let won = [with_metadata("\"0x2\"", "b=Mg=="), done(200, "\"0x3\"")];
    let (client, _) = client(round().into_iter().chain(won));
    assert!(client.update_metadata("/f", &changes).await.is_ok());
    let (client, transport) = super::client((0..5).flat_map(|_| round()));
    let error = client.update_metadata("/f", &changes).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::ConditionNotMet, 10));
}

#[tokio::test]
async fn creations_take_what_the_protocol_can_say() {
    let made = || [done(201, "\"0x1\""), Answer::status(202), done(200, "\"0x2\"")];
    let answers = [done(201, "\"0x1\"")].into_iter().chain(made()).chain([
        done(201, "\"0x1\""),
        Answer::status(200),
        Answer::status(200),
        Answer::status(200),
        done(201, "\"0x1\""),
    ]);
    let (client, transport) = client(answers);
    let plain = || {
        WriteOptions::default()
            .content_type("text/csv".to_owned())
            .content_encoding("gzip".to_owned())
            .metadata(map(&[("a", "1")]))
    };
    client.put_with("/plain", "x", plain()).await.unwrap();
    let rights = || {
        plain()
            .acl("user::rwx,group::r-x,other::---".parse::<crate::AclSpec>().unwrap())
            .owner("o".to_owned())
            .group("g".to_owned())
            .expiry(Expiry::AfterNow(Duration::from_secs(60)))
    };
    client.put_with("/rights", "x", rights()).await.unwrap();
    let replace = rights().overwrite(true).metadata(map(&[("a", "Zoë")]));
    client.put_with("/replaced", "x", replace).await.unwrap();
    let options = MkdirsOptions::default()
        .umask("027".parse::<crate::Permission>().unwrap())
        .metadata(map(&[("a", "1")]));
    client.mkdirs_with("/d", options).await.unwrap();
    assert_snapshot!(requests(&transport), @r#"
    PUT https://account.blob.core.windows.net/fs/plain
    if-none-match: *
    x-ms-blob-content-encoding: gzip
    x-ms-blob-content-type: text/csv
    x-ms-blob-type: BlockBlob
    x-ms-meta-a: 1

    x

    PUT /fs/rights?resource=file
    if-none-match: *
    x-ms-acl: user::rwx,group::r-x,other::---
    x-ms-client-transaction-id: [id]
    x-ms-content-encoding: gzip
    x-ms-content-type: text/csv
    x-ms-expiry-option: RelativeToNow
    x-ms-expiry-time: 60000
    x-ms-group: g
    x-ms-owner: o
    x-ms-properties: a=MQ==
    x-ms-version: 2024-11-04

    PATCH /fs/rights?action=append&position=0

    x

    PATCH /fs/rights?action=flush&position=1&close=true
    if-match: "0x1"
    x-ms-content-encoding: gzip
    x-ms-content-type: text/csv

    PUT https://account.blob.core.windows.net/fs/replaced
    x-ms-blob-content-encoding: gzip
    x-ms-blob-content-type: text/csv
    x-ms-blob-type: BlockBlob

    x

    PATCH /fs/replaced?action=setProperties
    if-match: "0x1"
    x-ms-properties: a=Wm/Dqw==

    PATCH /fs/replaced?action=setAccessControl
    x-ms-acl: user::rwx,group::r-x,other::---
    x-ms-group: g
    x-ms-owner: o

    PUT https://account.blob.core.windows.net/fs/replaced?comp=expiry
    x-ms-expiry-option: RelativeToNow
    x-ms-expiry-time: 60000

    PUT /fs/d?resource=directory
    if-none-match: *
    x-ms-properties: a=MQ==
    x-ms-umask: 0027
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test]
async fn a_writer_under_a_lease_names_it_throughout() {
    let answers = [
        with_metadata("\"0x1\"", "").header("content-encoding", "gzip"),
        done(200, "\"0x1\""),
        Answer::status(202),
        done(200, "\"0x2\""),
    ];
    let (client, transport) = client(answers);
    let options = AppendOptions::default().conditions(Conditions::default().lease("l".to_owned()));
    let mut writer = client.append_with("/a", options).await.unwrap();
    writer.write_bytes("x".into()).await.unwrap();
    writer.close().await.unwrap();
    assert_snapshot!(requests(&transport), @r#"
    HEAD /fs/a
    x-ms-lease-id: l

    PATCH /fs/a?action=flush&position=3
    if-match: "0x1"
    x-ms-content-encoding: gzip
    x-ms-content-type: text/plain
    x-ms-lease-id: l

    PATCH /fs/a?action=append&position=3
    x-ms-lease-id: l

    x

    PATCH /fs/a?action=flush&position=4&close=true
    if-match: "0x1"
    x-ms-content-encoding: gzip
    x-ms-content-type: text/plain
    x-ms-lease-id: l
    x-ms-version: 2021-12-02
    "#);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let (client, transport) = client([]);
    for name in ["a-b", "hdi_isfolder", ""] {
        let error = client.set_metadata("/a", &map(&[(name, "1")])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        let options = WriteOptions::default().metadata(map(&[(name, "1")]));
        let error = client.put_with("/a", "x", options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    }
    let both = WriteOptions::default()
        .acl("user::rwx,group::r-x,other::---".parse::<crate::AclSpec>().unwrap())
        .umask("027".parse::<crate::Permission>().unwrap());
    assert_eq!(client.create_with("/a", both).await.unwrap_err().kind(), ErrorKind::Invalid);
    let expiry = WriteOptions::default()
        .expiry(Expiry::At(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::MAX / 4)));
    assert_eq!(client.create_with("/a", expiry).await.unwrap_err().kind(), ErrorKind::Invalid);
    let headers = ContentHeaders::default().content_type("ü".to_owned());
    let error = client.set_content_headers("/a", &headers).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert_eq!(transport.count(), 0);
}
