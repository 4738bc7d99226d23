//! The account: lists of containers, settings, keys for users.

use super::*;

async fn blob(emulator: &Emulator, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
    emulator.signed(Protocol::Blob, method, uri, headers).await
}

async fn put(emulator: &Emulator, account: &str, body: &str) -> Answer {
    let uri = "/?restype=service&comp=properties";
    let unsigned = Unsigned { method: "PUT", uri, headers: &[], body: body.as_bytes() };
    emulator.signed_with(account, Protocol::Blob, unsigned).await
}

/// The texts of all elements of a name, in their order.
fn texts(answer: &Answer, name: &str) -> Vec<String> {
    let text = answer.text().trim_start_matches('\u{feff}');
    let document = roxmltree::Document::parse(text).unwrap();
    let all = document.descendants().filter(|node| node.has_tag_name(name));
    all.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_list_of_containers_repeats_what_was_asked_and_tells_what_was_wanted() {
    let emulator = Emulator::new();
    let headers = [("x-ms-meta-a", "<1>"), ("x-ms-blob-public-access", "blob")];
    blob(&emulator, "PUT", "/box?restype=container", &headers).await;
    blob(&emulator, "PUT", "/%24web?restype=container", &[]).await;
    let told = blob(&emulator, "HEAD", "/box?restype=container", &[]).await;
    let list = blob(&emulator, "GET", "/?comp=list&prefix=bo&maxresults=9&include=metadata", &[]);
    let list = list.await;
    assert_eq!(list.header("content-type"), Some("application/xml"));
    let expected = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <EnumerationResults ServiceEndpoint=\"https://mockgen2.dfs.core.windows.net/\">\
         <Prefix>bo</Prefix><MaxResults>9</MaxResults><Containers><Container><Name>box</Name>\
         <Properties><Last-Modified>{}</Last-Modified><Etag>{}</Etag>\
         <LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>\
         <PublicAccess>blob</PublicAccess>\
         <DefaultEncryptionScope>$account-encryption-key</DefaultEncryptionScope>\
         <DenyEncryptionScopeOverride>false</DenyEncryptionScopeOverride>\
         <HasImmutabilityPolicy>false</HasImmutabilityPolicy><HasLegalHold>false</HasLegalHold>\
         <ImmutableStorageWithVersioningEnabled>false</ImmutableStorageWithVersioningEnabled>\
         </Properties><Metadata><a>&lt;1&gt;</a></Metadata></Container></Containers>\
         <NextMarker /></EnumerationResults>",
        told.header("last-modified").unwrap(),
        told.header("etag").unwrap(),
    );
    assert_eq!(list.text(), expected);
    let names = |answer: &Answer| texts(answer, "Name");
    let plain = blob(&emulator, "GET", "/?comp=list", &[]).await;
    assert_eq!(names(&plain), ["$web", "box", "mockfs"]);
    assert!(!plain.text().contains("Metadata"));
    let system = blob(&emulator, "GET", "/?comp=list&include=system", &[]).await;
    assert_eq!(names(&system), ["$logs", "$web", "box", "mockfs"]);
    let refused = blob(&emulator, "GET", "/?comp=list&include=metadata,tags", &[]).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "InvalidQueryParameterValue"));
}

#[tokio::test]
async fn pages_of_containers_go_on_where_the_last_one_ended() {
    let emulator = Emulator::soft();
    let send = |method: &'static str, uri: String| {
        let emulator = &emulator;
        async move {
            let unsigned = Unsigned { method, uri: &uri, headers: &[], body: &[] };
            emulator.signed_with("mockgen2soft", Protocol::Blob, unsigned).await
        }
    };
    for _ in 0..2 {
        send("PUT", "/abc?restype=container".into()).await;
        send("DELETE", "/abc?restype=container".into()).await;
        emulator.advance(30);
    }
    assert_eq!(send("PUT", "/abc?restype=container".into()).await.status, 201);
    let (mut names, mut marker) = (Vec::new(), String::new());
    loop {
        let uri = format!("/?comp=list&maxresults=1&include=deleted&marker={marker}");
        let page = send("GET", uri).await;
        assert_eq!(texts(&page, "Name").len(), 1, "{}", page.text());
        let version = texts(&page, "Version").pop();
        names.push((texts(&page, "Name").remove(0), version.is_some()));
        marker = texts(&page, "NextMarker").remove(0);
        if marker.is_empty() {
            break;
        }
        assert!(marker.starts_with("/mockgen2soft/"), "{marker}");
        assert!(names.len() < 4, "{names:?}");
    }
    let names: Vec<_> = names.iter().map(|(name, deleted)| (&**name, *deleted)).collect();
    assert_eq!(names, [("abc", false), ("abc", true), ("abc", true), ("mockfs", false)]);
    let refused = send("GET", "/?comp=list&marker=abc".into()).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "OutOfRangeInput"));
}

#[tokio::test]
async fn settings_are_kept_and_decide_how_long_deleted_containers_last() {
    let emulator = Emulator::new();
    let uri = "/?restype=service&comp=properties";
    let on = "<StorageServiceProperties><DeleteRetentionPolicy><Enabled>true</Enabled>\
              <Days>3</Days></DeleteRetentionPolicy><ContainerDeleteRetentionPolicy>\
              <Enabled>true</Enabled><Days>2</Days></ContainerDeleteRetentionPolicy>\
              </StorageServiceProperties>";
    let set = put(&emulator, "mockgen2", on).await;
    assert_eq!((set.status.as_u16(), set.header("content-length")), (202, Some("0")));
    let told = blob(&emulator, "GET", uri, &[]).await;
    assert_eq!(told.header("content-type"), Some("application/xml"));
    assert_eq!(texts(&told, "Days"), ["7", "3", "2"]);
    blob(&emulator, "DELETE", "/mockfs?restype=container", &[]).await;
    let list = blob(&emulator, "GET", "/?comp=list&include=deleted", &[]).await;
    assert_eq!(texts(&list, "RemainingRetentionDays"), ["2"]);

    for (body, code) in [
        ("", "InvalidXmlDocument"),
        ("<StorageServiceProperties>", "InvalidXmlDocument"),
        (&*on.replace('3', "366"), "InvalidXmlNodeValue"),
    ] {
        let refused = put(&emulator, "mockgen2", body).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, code), "{body}");
    }
    assert_eq!(texts(&blob(&emulator, "GET", uri, &[]).await, "Days"), ["7", "3", "2"]);
    let large = "x".repeat(300 * 1024);
    let refused = put(&emulator, "mockgen2", &large).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (413, "RequestBodyTooLarge"));
}

#[tokio::test]
async fn the_seed_says_whether_an_account_keeps_what_is_deleted() {
    let emulator = Emulator::new();
    let uri = "/?restype=service&comp=properties";
    for (account, days) in [("mockgen2", &["7"][..]), ("mockgen2soft", &["7", "7", "7"])] {
        let unsigned = Unsigned { method: "GET", uri, headers: &[], body: &[] };
        let told = emulator.signed_with(account, Protocol::Blob, unsigned).await;
        assert_eq!(texts(&told, "Days"), days, "{account}");
    }
}

#[tokio::test]
async fn only_the_other_region_tells_how_far_it_has_come() {
    let emulator = Emulator::new();
    let uri = "/?restype=service&comp=stats";
    let refused = blob(&emulator, "GET", uri, &[]).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "InvalidQueryParameterValue"));
    let unsigned = Unsigned { method: "GET", uri, headers: &[], body: &[] };
    let request = emulator.signer("mockgen2", 0).sign(emulator.now(), &unsigned);
    let secondary = Endpoint::of_host(Protocol::Blob, true);
    let told = emulator.send("mockgen2", secondary, request).await;
    assert_eq!(texts(&told, "Status"), ["live"]);
    let now = emulator.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    assert_eq!(texts(&told, "LastSyncTime"), [now]);
}

#[tokio::test]
async fn every_path_tells_what_account_it_belongs_to() {
    let emulator = Emulator::new();
    let word = "restype=account&comp=properties";
    let told = |answer: &Answer| {
        (answer.status.as_u16(), answer.header("x-ms-is-hns-enabled").map(str::to_owned))
    };
    let yes = (200, Some("true".to_owned()));
    for path in ["/", "/mockfs", "/mockfs/", "/mockfs/a", "/nofs/a"] {
        for method in ["GET", "HEAD"] {
            let answer = blob(&emulator, method, &format!("{path}?{word}"), &[]).await;
            assert_eq!(told(&answer), yes, "{path}");
            assert_eq!(answer.header("x-ms-account-kind"), Some("StorageV2"));
            assert_eq!(answer.header("x-ms-sku-name"), Some("Standard_RAGRS"));
        }
        let uri = format!("{path}?{word}&{}", emulator.account_sas("o", "w"));
        assert_eq!(told(&emulator.at(Protocol::Blob, request("GET", &uri, &[])).await), yes);
        let refused = emulator.at(Protocol::Blob, request("GET", &format!("{path}?{word}"), &[]));
        assert_eq!(refused.await.status, 401);
    }
    for (method, uri) in [("PUT", format!("/mockfs?{word}")), ("GET", "/?restype=account".into())] {
        let refused = blob(&emulator, method, &uri, &[]).await;
        assert!(refused.status.is_client_error(), "{method} {uri}");
    }
}

#[tokio::test]
async fn whoever_signed_in_gets_a_key_for_signatures() {
    let emulator = Emulator::new();
    let uri = "/?restype=service&comp=userdelegationkey";
    let second = |hours: i64| {
        let time = emulator.now() + jiff::SignedDuration::from_hours(hours);
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let (start, expiry) = (second(-1), second(24));
    let tenant = Uuid::from_u128(7);
    let body = |more: &str| {
        format!("<KeyInfo><Start>{start}</Start><Expiry>{expiry}</Expiry>{more}</KeyInfo>")
    };
    let post = |authorization: String, body: String| {
        let emulator = &emulator;
        async move {
            let sent = [("authorization", &*authorization), ("x-ms-version", "2021-12-02")];
            let sent = request("POST", uri, &sent).map(|_| Body::from(body));
            emulator.at(Protocol::Blob, sent).await
        }
    };
    let mut values = Vec::new();
    for caller in [emulator.owner().await, emulator.stranger().await] {
        let answer = post(caller, body("")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        for (name, expected) in [
            ("SignedTid", &*emulator.state.seed.tenant_id.to_string()),
            ("SignedStart", &start),
            ("SignedExpiry", &expiry),
            ("SignedService", "b"),
            ("SignedVersion", "2021-12-02"),
        ] {
            assert_eq!(texts(&answer, name), [expected]);
        }
        assert_eq!(texts(&answer, "SignedDelegatedUserTid"), [""; 0]);
        values.push((texts(&answer, "SignedOid"), texts(&answer, "Value")));
        assert_eq!(STANDARD.decode(&values.last().unwrap().1[0]).unwrap().len(), 32);
    }
    assert!(values[0].0 != values[1].0 && values[0].1 != values[1].1, "{values:?}");
    let more = format!("<DelegatedUserTid>{tenant}</DelegatedUserTid>");
    let answer = post(emulator.owner().await, body(&more)).await;
    assert_eq!(texts(&answer, "SignedDelegatedUserTid"), [tenant.to_string()]);

    let refused = post(emulator.owner().await, "<KeyInfo />".into()).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "MissingRequiredXmlNode"));
    let body = body("");
    let unsigned = Unsigned { method: "POST", uri, headers: &[], body: body.as_bytes() };
    let refused = emulator.signed_with("mockgen2", Protocol::Blob, unsigned).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "AuthenticationFailed"));
    let refused = emulator.at(Protocol::Blob, request("POST", uri, &[])).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, "NoAuthenticationInformation"));
}

#[tokio::test]
async fn the_account_is_reached_by_signatures_for_it_and_by_roles() {
    let emulator = Emulator::new();
    for (method, uri, letter, others) in [
        ("GET", "/?comp=list", "l", "rwd"),
        ("GET", "/?restype=service&comp=properties", "r", "wdl"),
        ("PUT", "/?restype=service&comp=properties", "w", "rdl"),
    ] {
        let send = |sas: String| {
            let emulator = &emulator;
            async move {
                let uri = format!("{uri}&{sas}");
                emulator.at(Protocol::Blob, request(method, &uri, &[])).await.code().to_owned()
            }
        };
        let code = send(emulator.account_sas("s", letter)).await;
        assert!(!code.starts_with("Auth"), "{uri}: {code}");
        let code = send(emulator.account_sas("co", letter)).await;
        assert_eq!(code, "AuthorizationResourceTypeMismatch", "{uri}");
        let code = send(emulator.account_sas("s", others)).await;
        assert_eq!(code, "AuthorizationPermissionMismatch", "{uri}");
        let headers = [("authorization", &*emulator.stranger().await)];
        let answer = emulator.at(Protocol::Blob, request(method, uri, &headers)).await;
        assert_eq!(answer.code(), "AuthorizationPermissionMismatch", "{uri}");
    }
}
