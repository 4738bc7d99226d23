//! Names: status, listing, directories, rename, delete, trash.

use insta::assert_snapshot;

use super::*;

fn without_times(value: &serde_json::Value) -> String {
    let text = value.to_string();
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(if digits.len() == 13 { "TIME" } else { &digits });
        digits.clear();
        out.push(c);
    }
    out.trim().to_owned()
}

#[test]
fn status_of_file_and_directory() {
    let service = Service::open();
    service.write("/d/f", "abc");
    let status = |path: &str| without_times(&service.now("ann", "GET", path, "").json());
    assert_snapshot!(status("/d/f?op=GETFILESTATUS"), @r#"{"FileStatus":{"length":3,"pathSuffix":"","type":"FILE","blockSize":268435456,"accessTime":TIME,"modificationTime":TIME,"replication":1,"permission":"770","owner":"00000000-0000-0000-0000-00000000000a","group":"00000000-0000-0000-0000-000000000000","msExpirationTime":0,"aclBit":false}}"#);
    assert_snapshot!(status("/d?op=MSGETFILESTATUS"), @r#"{"FileStatus":{"length":0,"pathSuffix":"","type":"DIRECTORY","blockSize":0,"accessTime":TIME,"modificationTime":TIME,"replication":0,"permission":"770","owner":"00000000-0000-0000-0000-00000000000a","group":"00000000-0000-0000-0000-000000000000","aclBit":false}}"#);
    assert_snapshot!(status("/d/f?op=GETFILESTATUS&tooid=false&api-version=2018-12-01"), @r#"{"FileStatus":{"length":3,"pathSuffix":"","type":"FILE","blockSize":268435456,"accessTime":TIME,"modificationTime":TIME,"replication":1,"permission":"770","owner":"ann@emulator.test","group":"00000000-0000-0000-0000-000000000000","msExpirationTime":0,"aclBit":false,"fileContextID":"00000000000000000000000000000003"}}"#);
}

#[test]
fn listings_of_each_version() {
    let service = Service::open();
    service.write("/d/f", "abc");
    let list = |path: &str| without_times(&service.now("ann", "GET", path, "").json());
    assert_snapshot!(list("/d?op=LISTSTATUS&api-version=2018-05-01"), @r#"{"FileStatuses":{"FileStatus":[{"length":3,"pathSuffix":"f","type":"FILE","blockSize":268435456,"accessTime":TIME,"modificationTime":TIME,"replication":1,"permission":"770","owner":"00000000-0000-0000-0000-00000000000a","group":"00000000-0000-0000-0000-000000000000","msExpirationTime":0,"aclBit":false}]}}"#);
    assert_snapshot!(list("/d/f?op=LISTSTATUS&api-version=2018-09-01"), @r#"{"FileStatuses":{"continuationToken":"","FileStatus":[{"length":3,"pathSuffix":"","type":"FILE","blockSize":268435456,"accessTime":TIME,"modificationTime":TIME,"replication":1,"permission":"770","owner":"00000000-0000-0000-0000-00000000000a","group":"00000000-0000-0000-0000-000000000000","msExpirationTime":0,"aclBit":false}]}}"#);
    service.now("ann", "PUT", "/empty?op=MKDIRS", "");
    assert_snapshot!(list("/empty?op=LISTSTATUS&api-version=2018-09-01"), @r#"{"FileStatuses":{"continuationToken":"","FileStatus":[]}}"#);
}

#[test]
fn the_preview_version_tells_less() {
    let service = Service::open();
    service.write("/d/f", "");
    for path in ["/d/f?op=GETFILESTATUS", "/d?op=LISTSTATUS"] {
        let path = format!("{path}&api-version=2015-10-01-preview");
        let text = service.ann("GET", &path, "");
        assert!(text.contains("replication"), "{text}");
        assert!(!text.contains("msExpirationTime") && !text.contains("aclBit"), "{text}");
    }
}

#[test]
fn pages() {
    let service = Service::open();
    // In code-point order, which is neither alphabetical nor that of UTF-16.
    let names = ["!", "A", "B%20c", "a", "b", "%C3%A4", "%EF%BF%BD", "%F0%9F%98%80"];
    for name in names.iter().rev() {
        service.write(&format!("/d/{name}"), "");
    }
    let names = ["!", "A", "B c", "a", "b", "ä", "\u{fffd}", "😀"];
    assert_eq!(service.names("/d"), names);

    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let after: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        let path = format!("/d?op=LISTSTATUS&listSize=3&listAfter={after}&api-version=2018-09-01");
        let page = service.now("ann", "GET", &path, "").json()["FileStatuses"].clone();
        let items = page["FileStatus"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|item| item["pathSuffix"].as_str().unwrap().to_owned()));
        token = page["continuationToken"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, names);

    let count = |query: &str| {
        let page = service.now("ann", "GET", &format!("/d?op=LISTSTATUS&{query}"), "").json();
        page["FileStatuses"]["FileStatus"].as_array().unwrap().len()
    };
    assert_eq!(count("listAfter=AA&listBefore=b"), 2);
    assert_eq!(count("listAfter=z&listBefore=a"), 0);
    assert_eq!(count("listSize=8&api-version=2018-09-01"), 8);
}

#[test]
fn directories_and_their_times() {
    let service = Service::open();
    let made = |path: &str| service.ann("PUT", &format!("{path}?op=MKDIRS&permission=733"), "");
    assert_eq!(made("/a/b/c"), r#"200 0x0 {"boolean":true}"#);
    assert_eq!(made("/a/b/c"), r#"200 0x0 {"boolean":true}"#);
    let permission = |path: &str| service.stat(path)["permission"].as_str().unwrap().to_owned();
    assert_eq!([permission("/a/b"), permission("/a/b/c")], ["770", "733"]);

    let before = service.stat("/a/b")["modificationTime"].as_i64().unwrap();
    service.pass(3);
    service.write("/a/b/f", "");
    let after = service.stat("/a/b");
    assert_eq!(after["modificationTime"].as_i64().unwrap(), before + 3000);
    assert_eq!(after["accessTime"].as_i64().unwrap(), before);
}

#[test]
fn directories_that_a_file_brings_into_being() {
    let service = Service::open();
    service.ann("PUT", "/a/b/f?op=CREATE&write=true", "");
    service.ann("PUT", "/narrow?op=MKDIRS&permission=700", "");
    service.ann("PUT", "/narrow/c/f?op=CREATE&write=true", "");
    let permission = |path: &str| service.stat(path)["permission"].clone();
    assert_eq!([permission("/a/b"), permission("/narrow/c")], ["777", "770"]);
    assert_eq!(permission("/a/b/f"), "770");
}

#[test]
fn rename_table() {
    let service = Service::open();
    for file in ["/f", "/g", "/d/x", "/e/d/y", "/n/x"] {
        service.write(file, "content");
    }
    service.write("/h", "h");
    service.now("ann", "PUT", "/empty?op=MKDIRS", "");
    let rename = |from: &str, to: &str| {
        let path = format!("{from}?op=RENAME&destination={to}");
        service.ann("PUT", &path, "").replace(r#"{"boolean":"#, "").replace('}', "")
    };
    let table = [
        // missing source, existing target, itself
        rename("/gone", "/x"),
        rename("/f", "/g"),
        rename("/f", "/f"),
        rename("/d", "/d"),
        // below itself, missing parent, parent is a file, the root
        rename("/d", "/d/inside"),
        rename("/f", "/no/parent"),
        rename("/f", "/g/below"),
        rename("/", "/x"),
        // onto a directory that has the name already
        rename("/d", "/e"),
        rename("/d", "/f&renameoptions=OVERWRITE"),
    ];
    assert_snapshot!(table.join("\n"), @"
    200 0x8309000A false
    200 0x83090009 false
    200 0x0 true
    200 0x80070057 false
    200 0x80070057 false
    200 0x8309000A false
    200 0x8309000A false
    200 0x80070057 false
    200 0x83090009 false
    200 0x83090009 false
    ");
    assert_eq!(service.names("/"), ["d", "e", "empty", "f", "g", "h", "n"]);

    assert_eq!(rename("/f", "h&renameoptions=overwrite"), "200 0x0 true");
    assert_eq!(service.read("/h"), "content");
    assert_eq!(rename("/g", "/d"), "200 0x0 true");
    assert_eq!(rename("/d", "/empty"), "200 0x0 true");
    assert_eq!(rename("/n", "/m"), "200 0x0 true");
    assert_eq!(service.names("/"), ["e", "empty", "h", "m"]);
    assert_eq!(service.names("/empty/d"), ["g", "x"]);
    assert_eq!(service.names("/m"), ["x"]);
    assert!(service.ann("PUT", "/m?op=RENAME", "").contains("destination is missing"));
}

#[test]
fn delete() {
    let service = Service::open();
    service.write("/d/f", "");
    service.now("ann", "PUT", "/e?op=MKDIRS", "");
    let delete = |path: &str| service.ann("DELETE", path, "");
    let yes = r#"200 0x0 {"boolean":true}"#;
    assert_eq!(delete("/e?op=DELETE"), yes);
    assert_eq!(delete("/d?op=DELETE&recursive=true"), yes);
    assert_eq!(delete("/d/f?op=DELETE"), r#"200 0x8309000A {"boolean":false}"#);
    assert_eq!(delete("/?op=DELETE&recursive=true"), r#"200 0x80070057 {"boolean":false}"#);
}

#[test]
fn content_summary() {
    let service = Service::open();
    service.write("/d/a", "0123456789");
    service.write("/d/e/b", "0123456789");
    let summary = |path: &str| service.ann("GET", &format!("{path}?op=GETCONTENTSUMMARY"), "");
    assert_snapshot!(summary("/d"), @r#"200 0x0 {"ContentSummary":{"directoryCount":2,"fileCount":2,"length":20,"quota":-1,"spaceConsumed":20,"spaceQuota":-1}}"#);
    assert_snapshot!(summary("/d/a"), @r#"200 0x0 {"ContentSummary":{"directoryCount":0,"fileCount":1,"length":10,"quota":-1,"spaceConsumed":10,"spaceQuota":-1}}"#);
}

#[test]
fn times_are_set() {
    let service = Service::open();
    service.write("/f", "x");
    let accessed = service.stat("/f")["accessTime"].clone();
    let set = "/f?op=SETTIMES&modificationtime=1500000000000&accesstime=-1";
    assert_eq!(service.ann("PUT", set, ""), "200 0x0");
    assert_eq!(service.stat("/f")["modificationTime"], 1_500_000_000_000_i64);
    assert_eq!(service.stat("/f")["accessTime"], accessed);
}

#[test]
fn trash() {
    let service = Service::open();
    service.write("/d/f", "content");
    service.write("/d/e/g", "");
    service.ann("DELETE", "/d/f?op=DELETE", "");
    service.ann("DELETE", "/d/e?op=DELETE&recursive=true", "");

    let list = |who: &str, query: &str| {
        let path = format!("/?op=ENUMERATEDELETEDITEMS&hint=d&{query}");
        service.now(who, "GET", &path, "").json()["trashDir"].clone()
    };
    assert_snapshot!(without_times(&list("ann", "")), @r#"{"trashDirEntry":[{"originalPath":"/d/f","trashDirPath":"/$temporary/trash/0000000000000003/f","type":"FILE","creationTime":TIME},{"originalPath":"/d/e","trashDirPath":"/$temporary/trash/0000000000000004/e","type":"DIRECTORY","creationTime":TIME}],"nextListAfter":"","numSearched":2}"#);
    assert_eq!(list("bob", "")["trashDirEntry"].as_array().unwrap().len(), 0);
    let first = list("user", "listSize=1");
    let next = first["nextListAfter"].as_str().unwrap();
    let second = list("user", &format!("listSize=1&listAfter={next}"));
    assert_eq!(second["trashDirEntry"][0]["type"], "DIRECTORY");
    assert_eq!(second["nextListAfter"], "");

    let token = first["trashDirEntry"][0]["trashDirPath"].as_str().unwrap();
    let restore = |to: &str, more: &str| {
        let path =
            format!("/?op=RESTOREDELETEDITEMS&restoreToken={token}&restoreDestination={to}{more}");
        service.ann("PUT", &path, "")
    };
    service.write("/taken", "");
    assert!(restore("/back", "&type=directory").starts_with("400"));
    assert_snapshot!(restore("/taken", "&type=file"), @r#"409 0x83090009 {"RemoteException":{"exception":"FileAlreadyExistsException","message":"[ID]][Op=RESTOREDELETEDITEMS][[<openHandle>d__30::MoveNext::0x83090009]] Path /taken already exists","javaClassName":"org.apache.hadoop.fs.FileAlreadyExistsException"}}"#);
    assert_eq!(restore("/taken", "&type=file&restoreAction=copy"), "200 0x0");
    assert_eq!(service.read("/taken%20(1)"), "content");
    assert!(restore("/again", "&type=file").starts_with("404"));
}

#[test]
fn a_full_page_has_a_token_even_when_nothing_follows() {
    let service = Service::open();
    service.write("/d/a", "");
    service.write("/d/b", "");
    let list = |query: &str| {
        let path = format!("/d?op=LISTSTATUS&{query}");
        let page = service.now("ann", "GET", &path, "").json()["FileStatuses"].clone();
        let items = page["FileStatus"].as_array().unwrap().len();
        (items, page["continuationToken"].as_str().map(str::to_owned))
    };
    let token = |text: &str| Some(text.to_owned());
    assert_eq!(list("listSize=1&api-version=2018-09-01"), (1, token("a")));
    assert_eq!(list("listSize=2&api-version=2018-09-01"), (2, token("b")));
    assert_eq!(list("listSize=2&listAfter=b&api-version=2018-09-01"), (0, token("")));
    assert_eq!(list("listSize=3&api-version=2018-09-01"), (2, token("")));
    assert_eq!(list("listSize=2&api-version=2018-05-01"), (2, None));
}

#[test]
fn the_last_of_all_numbers_may_be_asked_for() {
    let service = Service::open();
    service.write("/d/f", "");
    service.ann("DELETE", "/d/f?op=DELETE", "");
    let last = "/$temporary/trash/ffffffffffffffff/f";
    let path = format!("/?op=ENUMERATEDELETEDITEMS&hint=f&listAfter={last}");
    let page = service.now("ann", "GET", &path, "").json();
    assert_eq!(page["trashDir"]["trashDirEntry"], serde_json::json!([]));
    let restore = format!("/?op=RESTOREDELETEDITEMS&restoreToken={last}&restoreDestination=/f");
    assert!(service.ann("PUT", &restore, "").starts_with("404"));
    let page = format!("/d?op=LISTSTATUS&listSize={}", u64::MAX);
    assert!(service.ann("GET", &page, "").starts_with("200"));
}
