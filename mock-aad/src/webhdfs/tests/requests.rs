//! What holds for every operation: headers, errors, authentication, redirects.

use insta::assert_snapshot;

use super::*;

fn headers(reply: &Reply) -> String {
    let shown =
        reply.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    let mut lines: Vec<String> = shown.map(|line| insta_like(&line)).collect();
    lines.sort();
    format!("{}\n{}", reply.status, lines.join("\n"))
}

#[test]
fn headers_of_json() {
    let service = Service::open();
    assert_snapshot!(headers(&service.now("ann", "PUT", "/d?op=MKDIRS", "")), @"
    200
    cache-control: no-cache, no-cache, no-store, max-age=0
    content-length: 16
    content-type: application/json; charset=utf-8
    expires: -1
    pragma: no-cache
    status: 0x0
    strict-transport-security: max-age=15724800; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: ID
    x-ms-webhdfs-version: 17.04.24.00
    ");
}

#[test]
fn headers_of_a_new_file() {
    let service = Service::open();
    let path = "/d/a%2Bb%20c?op=CREATE&overwrite=true&write=true";
    assert_snapshot!(headers(&service.now("ann", "PUT", path, "x")), @"
    201
    cache-control: no-cache, no-cache, no-store, max-age=0
    content-length: 0
    contentlength: 0
    expires: -1
    location: https://mocklake.azuredatalakestore.net/webhdfs/v1/d/a+b%20c?op=CREATE&overwrite=true&write=true
    pragma: no-cache
    status: 0x0
    strict-transport-security: max-age=15724800; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: ID
    x-ms-webhdfs-version: 17.04.24.00
    ");
}

#[test]
fn headers_of_bytes_and_of_none() {
    let service = Service::open();
    service.write("/f", "x");
    service.write("/empty", "");
    assert_snapshot!(headers(&service.now("ann", "GET", "/f?op=OPEN&read=true", "")), @"
    200
    cache-control: no-cache, no-cache, no-store, max-age=0
    content-type: application/octet-stream
    expires: -1
    pragma: no-cache
    status: 0x0
    strict-transport-security: max-age=15724800; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: ID
    x-ms-webhdfs-version: 17.04.24.00
    ");
    let none = service.now("ann", "GET", "/empty?op=OPEN&read=true&offset=0&length=0", "");
    assert_eq!((none.header("content-length"), none.header("content-type")), ("0", ""));
}

#[test]
fn headers_of_the_extension_root() {
    let service = Service::open();
    service.write("/f", "x");
    let path = "/WebHdfsExt/f?op=SETEXPIRY&expiryOption=NeverExpire";
    assert_snapshot!(headers(&service.now("ann", "PUT", path, "")), @"
    200
    cache-control: no-cache, no-cache, no-store, max-age=0
    content-length: 0
    expires: -1
    pragma: no-cache
    strict-transport-security: max-age=15724800; includeSubDomains
    x-content-type-options: nosniff
    x-ms-request-id: ID
    ");
}

#[test]
fn the_second_length_of_some_empty_answers() {
    let service = Service::open();
    service.write("/f", "");
    let twice = |path: &str, method: &str| {
        let reply = service.now("ann", method, path, "");
        assert_eq!(reply.status, 200, "{path} {}", reply.line());
        !reply.header("contentlength").is_empty()
    };
    assert!(twice(
        "/f?op=MODIFYACLENTRIES&aclspec=user:a%40b:r--".replace("a%40b", "ann").as_str(),
        "PUT"
    ));
    assert!(twice("/f?op=REMOVEACL", "PUT"));
    assert!(!twice("/f?op=SETPERMISSION&permission=700", "PUT"));
    assert!(!twice("/f?op=APPEND&append=true", "POST"));
}

#[test]
fn errors_in_the_words_of_the_service() {
    let service = Service::open();
    service.write("/d/f", "0123456789");
    let lines = [
        service.ann("GET", "/no/such?op=GETFILESTATUS", ""),
        service.ann("POST", "/d/f?op=APPEND&append=true&offset=5", "blah"),
        service.ann("DELETE", "/d?op=DELETE", ""),
        service.ann("DELETE", "/gone?op=DELETE&recursive=True", ""),
        service.ann("PUT", "/d/f?op=CREATE&write=true", ""),
        service.now("bob", "GET", "/d?op=LISTSTATUS", "").line(),
        service
            .now("bob", "PUT", "/d?op=SETOWNER&owner=0000000a-0000-0000-0000-000000000000", "")
            .line(),
        service.ann("POST", "/webhdfsext/d/f?op=CONCURRENTAPPEND", "x"),
    ];
    assert_snapshot!(lines.join("\n"), @r#"
    404 0x8309000A {"RemoteException":{"exception":"FileNotFoundException","message":"File/Directory does not exist: /no/such [ID][TIME]","javaClassName":"java.io.FileNotFoundException"}}
    400 0x83090015 {"RemoteException":{"exception":"BadOffsetException","message":"APPEND failed with error 0x83090015 (Bad request. Invalid offset.). [ID][TIME]","javaClassName":"org.apache.hadoop.fs.adl.BadOffsetException"}}
    403 0x83090172 {"RemoteException":{"exception":"AccessControlException","message":"Path is not empty [ID][TIME]","javaClassName":"org.apache.hadoop.security.AccessControlException"}}
    200 0x8309000A {"boolean":false}
    403 0x83090009 {"RemoteException":{"exception":"FileAlreadyExistsException","message":"[ID]][Op=CREATE][[<openHandle>d__30::MoveNext::0x83090009]] Path /d/f already exists","javaClassName":"org.apache.hadoop.fs.FileAlreadyExistsException"}}
    403 0x83090AA2 {"RemoteException":{"exception":"AccessControlException","message":"LISTSTATUS failed with error 0x83090aa2 (Forbidden. ACL verification failed. Either the resource does not exist or the user is not authorized to perform the requested operation.). [ID][TIME]","javaClassName":"org.apache.hadoop.security.AccessControlException"}}
    403 0x83090AA2 {"RemoteException":{"exception":"AccessControlException","message":"Set Owner failed with  failed with error 0x83090aa2 (Forbidden. ACL verification failed. Either the resource does not exist or the user is not authorized to perform the requested operation.). [ID][TIME]","javaClassName":"org.apache.hadoop.security.AccessControlException"}}
    500  {"RemoteException":{"exception":"RuntimeException","message":"The exception is unexpected. [0x83090A6F] [][TIME]","javaClassName":"java.lang.RuntimeException"}}
    "#);
}

#[test]
fn bad_requests_name_the_parameter() {
    let service = Service::open();
    let lines = [
        service.ann("GET", "/?op=NOSUCHOP", ""),
        service.ann("GET", "/?op=MKDIRS", ""),
        service.ann("GET", "/", ""),
        service.ann("GET", "/?op=LISTSTATUS&listSize=0", ""),
        service.ann("GET", "/?op=LISTSTATUS&api-version=1", ""),
        service.ann("PUT", "/?op=SETPERMISSION&permission=99", ""),
        service.ann("PUT", "/?op=SETPERMISSION", ""),
        service.ann("DELETE", "/x?op=DELETE&recursive=maybe", ""),
        service.ann("PUT", "/?op=MODIFYACLENTRIES&aclspec=owner::rwx", ""),
        service.ann("PUT", "/?op=MODIFYACLENTRIES&aclspec=user:zoe:rwx", ""),
        service.ann("PUT", "/?op=MODIFYACLENTRIES&aclspec=user:ann", ""),
        service.ann("GET", "/a/../b?op=GETFILESTATUS", ""),
        service.ann("GET", "/webhdfs/v2/?op=GETFILESTATUS", ""),
        service.ann("GET", "/a%01?op=GETFILESTATUS", ""),
    ];
    assert_snapshot!(lines.join("\n"), @r#"
    400 0x80004001 {"RemoteException":{"exception":"UnsupportedOperationException","message":"The operation NOSUCHOP is not known [ID][TIME]","javaClassName":"java.lang.UnsupportedOperationException"}}
    400 0x80004001 {"RemoteException":{"exception":"UnsupportedOperationException","message":"The operation MKDIRS is sent with PUT, not with GET [ID][TIME]","javaClassName":"java.lang.UnsupportedOperationException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The parameter op is missing [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid value for the parameter listSize: \"0\" is not a number above 0 [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid value for the parameter api-version: \"1\" is not a date such as 2018-09-01, perhaps with -preview behind it [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid value for the parameter permission: \"99\" is not an octal mode such as 750 [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The parameter permission is missing [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid value for the parameter recursive: \"maybe\" is not true or false [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid value for the parameter aclspec: \"owner::rwx\" is not an ACL entry; write [default:]user|group|mask|other:[object id]:rwx [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"zoe in the ACL entry user:zoe:rwx is neither an object id nor known to the directory [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The ACL entry user:ann has no rights [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"the path \"/a/../b\" contains '..'; write the directory's own name instead [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    404 0x8309000A {"RemoteException":{"exception":"FileNotFoundException","message":"There is no resource /webhdfs/v2/; paths begin with /webhdfs/v1/ [ID][TIME]","javaClassName":"java.io.FileNotFoundException"}}
    400 0x80004005 Bad Request - Invalid URL
    "#);
}

#[test]
fn a_body_needs_a_length() {
    let service = Service::open();
    let mut call = service.call("PUT", "/d?op=MKDIRS", "");
    call.headers.clear();
    let caller = principals::known_caller(&service.state.seed, "ann").unwrap();
    let authenticated = Ok(Authenticated { caller, pseudo: false });
    let reply = block_on(async {
        reply(super::super::answer(&service.state.gen1, call, authenticated).await).await
    });
    assert_snapshot!(reply.line(), @"411 0x80004005 Length Required");
}

#[test]
fn without_a_token() {
    let service = Service::new();
    let call = service.call("GET", "/?op=LISTSTATUS", "");
    let refused =
        block_on(async { reply(super::super::handle(&service.state.gen1, call).await).await });
    assert_snapshot!(refused.line(), @r#"401 0x80070005 {"RemoteException":{"exception":"SecurityException","message":"The request has no Authorization header [ID][TIME]","javaClassName":"java.lang.SecurityException"}}"#);
    assert_snapshot!(refused.header("www-authenticate"), @r#"Bearer authorization_uri="https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001", error="invalid_token", error_description="The request has no Authorization header""#);
}

#[test]
fn pseudo_authentication() {
    let service = Service::new();
    let send = |path: &str| {
        let call = service.call("GET", path, "");
        block_on(async { reply(super::super::handle(&service.state.gen1, call).await).await })
    };
    let status = send("/?op=GETFILESTATUS&user.name=user");
    assert_eq!(status.json()["FileStatus"]["owner"], "user@emulator.test");
    assert_eq!(send("/?op=LISTSTATUS&user.name=bob").status, 403);
    service.now("user", "PUT", "/f?op=CREATE&write=true", "0123");
    let at = |offset| send(&format!("/f?op=OPEN&read=true&offset={offset}&user.name=user")).status;
    assert_eq!((at(4), at(5)), (200, 403));
    assert_snapshot!(send("/?op=LISTSTATUS&user.name=disabled").line(), @r#"401 0x80070005 {"RemoteException":{"exception":"SecurityException","message":"user.name=disabled is a disabled user, or no name at all [ID][TIME]","javaClassName":"java.lang.SecurityException"}}"#);
}

#[test]
fn operations_of_hadoop_alone() {
    let service = Service::open();
    service.write("/d/f", "0123");
    let send = |who: &str, op: &str| {
        let call = service.call("GET", &format!("/d/f?op={op}&user.name={who}"), "");
        block_on(async { reply(super::super::handle(&service.state.gen1, call).await).await })
    };
    let blocks = send("user", "GET_BLOCK_LOCATIONS").json()["LocatedBlocks"].clone();
    assert_eq!(blocks["fileLength"], 4);
    assert_eq!(blocks["locatedBlocks"], serde_json::json!([blocks["lastLocatedBlock"]]));
    assert_eq!(blocks["lastLocatedBlock"]["block"]["numBytes"], 4);
    let modern = send("user", "GETFILEBLOCKLOCATIONS&offset=4&length=1").json();
    assert_eq!(modern["BlockLocations"]["BlockLocation"], serde_json::json!([]));
    assert_eq!(send("user", "GETHOMEDIRECTORY").json()["Path"], "/user/user");
    let batch = send("user", "LISTSTATUS_BATCH").json()["DirectoryListing"].clone();
    assert_eq!(batch["remainingEntries"], 0);
    assert_eq!(send("user", "GETTRASHROOT").json()["Path"], "/user/user/.Trash");
    assert_eq!(send("user", "GETSERVERDEFAULTS").json()["FsServerDefaults"]["trashInterval"], 0);
    assert_eq!(send("user", "GETTRASHROOTS").json()["Paths"], serde_json::json!([]));
    let room = send("user", "GETSTATUS").json()["FsStatus"].clone();
    let number = |name: &str| room[name].as_i64().unwrap();
    assert_eq!((number("used"), number("remaining")), (4, number("capacity") - 4));
    let usage = send("user", "GETQUOTAUSAGE").json()["QuotaUsage"].clone();
    assert_eq!((&usage["fileAndDirectoryCount"], &usage["spaceConsumed"]), (&1.into(), &4.into()));
    assert_eq!(send("user", "GETFILECHECKSUM").status, 307);
    let checksum = send("user", "GETFILECHECKSUM&read=true").json()["FileChecksum"].clone();
    assert_eq!(checksum["algorithm"], "MD5-of-0MD5-of-512CRC32");
    assert_eq!(checksum["bytes"], "000002000000000000000000d34c063eec86863bfd45a65e1ca7460b");
    assert_eq!(checksum["length"], 28);
    assert_eq!(send("bob", "GETFILECHECKSUM&read=true").status, 403);
    assert_eq!(send("bob", "GET_BLOCK_LOCATIONS").status, 403);
    assert!(service.ann("GET", "/d/f?op=GET_BLOCK_LOCATIONS", "").starts_with("400 0x80004001"));
}

#[test]
fn copies_of_a_file_are_none_of_the_clients_business() {
    let service = Service::open();
    service.write("/d/f", "0123");
    let set = |method: &str, query: &str| {
        let path = format!("{query}&op=SETREPLICATION&user.name=ann");
        let call = service.call(method, &path, "");
        block_on(async { reply(super::super::handle(&service.state.gen1, call).await).await })
            .line()
    };
    assert_snapshot!(set("PUT", "/d/f?replication=3"), @r#"200 0x0 {"boolean":true}"#);
    assert_snapshot!(set("PUT", "/d?replication=3"), @r#"200 0x0 {"boolean":false}"#);
    assert!(set("PUT", "/d/gone?replication=3").starts_with("404"));
    assert!(set("PUT", "/d/f?replication=0").starts_with("400 0x80070057"));
    assert!(set("GET", "/d/f?replication=3").starts_with("400 0x80004001"));
    assert_eq!(service.stat("/d/f")["replication"], 1);
}

#[test]
fn an_unknown_account() {
    let service = Service::new();
    let mut call = service.call("GET", "/?op=LISTSTATUS&user.name=user", "");
    call.account = Some("nosuchaccount".to_owned());
    let reply =
        block_on(async { reply(super::super::handle(&service.state.gen1, call).await).await });
    assert_snapshot!(reply.line(), @r#"404 0x8309000A {"RemoteException":{"exception":"FileNotFoundException","message":"The account nosuchaccount does not exist [ID][TIME]","javaClassName":"java.io.FileNotFoundException"}}"#);
}

#[test]
fn redirects_to_the_same_url_with_a_flag() {
    let service = Service::open();
    let reply = service.now("ann", "PUT", "/d%2Ff?op=CREATE&api-version=2016-11-01", "");
    assert_eq!((reply.status, reply.body.len()), (307, 0));
    assert_snapshot!(reply.header("location"), @"https://mocklake.azuredatalakestore.net/webhdfs/v1/d/f?op=CREATE&api-version=2016-11-01&write=true");
    for (method, op) in [("GET", "OPEN"), ("POST", "APPEND")] {
        assert_eq!(service.now("ann", method, &format!("/x?op={op}"), "").status, 307);
    }
    let reply = service.now("ann", "GET", "/d/f?op=OPEN&noredirect=true", "");
    assert_snapshot!(reply.line(), @r#"200 0x0 {"Location":"https://mocklake.azuredatalakestore.net/webhdfs/v1/d/f?op=OPEN&noredirect=true&read=true"}"#);
    assert_eq!(service.names("/"), Vec::<String>::new());
}
