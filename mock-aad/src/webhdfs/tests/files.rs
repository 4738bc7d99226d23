//! Content: create, append, open, concat, concurrent append.

use insta::assert_snapshot;

use super::*;

#[test]
fn write_and_read() {
    let service = Service::open();
    service.write("/d/f", "hello ");
    assert_snapshot!(service.ann("POST", "/d/f?op=APPEND&append=true&offset=6", "world"), @"200 0x0");
    assert_eq!(service.read("/d/f"), "hello world");
    let part = |query: &str| service.ann("GET", &format!("/d/f?op=OPEN&read=true&{query}"), "");
    assert_eq!(part("offset=6&length=3"), "200 0x0 wor");
    assert_eq!(part("offset=6&length=99"), "200 0x0 world");
    assert_eq!(part("offset=11&length=0"), "200 0x0");
    assert_snapshot!(part("offset=11"), @r#"403 0x80004005 {"RemoteException":{"exception":"IOException","message":"OPEN failed with error 0x80004005 (Forbidden. offset 11 is out of the range [0, 11)). [ID][TIME]","javaClassName":"java.io.IOException"}}"#);
    assert_snapshot!(part("offset=12&length=0"), @r#"403 0x80004005 {"RemoteException":{"exception":"IOException","message":"OPEN failed with error 0x80004005 (Forbidden. offset 12 is out of the range [0, 11)). [ID][TIME]","javaClassName":"java.io.IOException"}}"#);
    assert_snapshot!(part("offset=-1"), @r#"400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid value for the parameter offset: \"-1\" is not a number of bytes, 0 or more [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}"#);
}

#[test]
fn an_empty_file_reads_as_nothing() {
    let service = Service::open();
    service.write("/f", "");
    assert_eq!(service.read("/f"), "");
    assert_eq!(service.ann("GET", "/f?op=OPEN&read=true&offset=0&length=10", ""), "200 0x0");
}

#[test]
fn directories_are_not_files() {
    let service = Service::open();
    service.write("/d/f", "");
    let lines = [
        service.ann("GET", "/d?op=OPEN&read=true", ""),
        service.ann("POST", "/d?op=APPEND&append=true", "x"),
        service.ann("PUT", "/d?op=CREATE&write=true&overwrite=true", ""),
        service.ann("PUT", "/d/f/below?op=CREATE&write=true", ""),
        service.ann("PUT", "/d/f?op=MKDIRS", ""),
        service.ann("PUT", "/no/parent?op=CREATE&write=true&createParent=false", ""),
        service.ann("POST", "/none?op=APPEND&append=true", ""),
    ];
    assert_snapshot!(lines.join("\n"), @r#"
    403 0x80004005 {"RemoteException":{"exception":"IOException","message":"OPEN failed with error 0x80004005 (Forbidden. /d is a directory, not a file). [ID][TIME]","javaClassName":"java.io.IOException"}}
    403 0x80004005 {"RemoteException":{"exception":"IOException","message":"APPEND failed with error 0x80004005 (Forbidden. /d is a directory, not a file). [ID][TIME]","javaClassName":"java.io.IOException"}}
    403 0x83090009 {"RemoteException":{"exception":"FileAlreadyExistsException","message":"[ID]][Op=CREATE][[<openHandle>d__30::MoveNext::0x83090009]] Path /d already exists","javaClassName":"org.apache.hadoop.fs.FileAlreadyExistsException"}}
    403 0x80004005 {"RemoteException":{"exception":"IOException","message":"CREATE failed with error 0x80004005 (Forbidden. /d/f is a file, not a directory). [ID][TIME]","javaClassName":"java.io.IOException"}}
    403 0x83090009 {"RemoteException":{"exception":"FileAlreadyExistsException","message":"[ID]][Op=MKDIRS][[<openHandle>d__30::MoveNext::0x83090009]] Path /d/f already exists","javaClassName":"org.apache.hadoop.fs.FileAlreadyExistsException"}}
    404 0x8309000A {"RemoteException":{"exception":"FileNotFoundException","message":"File/Directory does not exist: /no [ID][TIME]","javaClassName":"java.io.FileNotFoundException"}}
    404 0x8309000A {"RemoteException":{"exception":"FileNotFoundException","message":"File/Directory does not exist: /none [ID][TIME]","javaClassName":"java.io.FileNotFoundException"}}
    "#);
}

#[test]
fn overwriting_makes_a_new_incarnation() {
    let service = Service::open();
    service.write("/f", "old");
    let id = |service: &Service| {
        let path = "/f?op=GETFILESTATUS&api-version=2018-12-01";
        service.now("ann", "GET", path, "").json()["FileStatus"]["fileContextID"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let old = id(&service);
    service.now("ann", "PUT", "/f?op=CREATE&write=true&overwrite=True", "new");
    assert_eq!(service.read("/f"), "new");
    assert_ne!(id(&service), old);
    assert_snapshot!(service.ann("DELETE", &format!("/f?op=DELETE&fileContextId={old}"), "").replace(&old, "OLD"), @r#"500 0x80004005 {"RemoteException":{"exception":"RuntimeException","message":"DELETE failed with error 0x80004005 (StreamID mismatch: /f has been created anew). [ID][TIME]","javaClassName":"java.lang.RuntimeException"}}"#);
    let current = id(&service);
    assert_eq!(
        service.ann("DELETE", &format!("/f?op=DELETE&fileContextId={current}"), ""),
        r#"200 0x0 {"boolean":true}"#
    );
}

#[test]
fn bytes_are_published_with_the_sync_flag() {
    let service = Service::open();
    let lease = "leaseid=aaaaaaaa-0000-0000-0000-000000000001";
    service.now("ann", "PUT", &format!("/f?op=CREATE&write=true&syncFlag=DATA&{lease}"), "ab");
    // What comes with the creation is published at once, as recorded.
    assert_eq!(service.stat("/f")["length"], 2);
    service.pass(1);
    service.now(
        "ann",
        "POST",
        &format!("/f?op=APPEND&append=true&offset=2&syncFlag=DATA&{lease}"),
        "cd",
    );
    assert_eq!(service.read("/f"), "ab");
    let consistent = service.now("ann", "GET", "/f?op=GETFILESTATUS&getconsistentlength=true", "");
    assert_eq!(consistent.json()["FileStatus"]["length"], 4);

    service.now(
        "ann",
        "POST",
        &format!("/f?op=APPEND&append=true&offset=4&syncFlag=METADATA&{lease}"),
        "",
    );
    let published = service.stat("/f");
    assert_eq!(published["length"], 4);
    let delay =
        published["modificationTime"].as_i64().unwrap() - published["accessTime"].as_i64().unwrap();
    assert_eq!(delay, 1000);

    let conflict = service.ann("POST", "/f?op=APPEND&append=true&offset=4", "x");
    assert_snapshot!(conflict, @r#"400 0x83090A16 {"RemoteException":{"exception":"IOException","message":"APPEND failed with error 0x83090a16 (Bad request. Another writer holds a lease on /f.). [ID][TIME]","javaClassName":"java.io.IOException"}}"#);
    let other =
        "/f?op=CREATE&write=true&overwrite=true&leaseid=bbbbbbbb-0000-0000-0000-000000000002";
    assert!(service.ann("PUT", other, "").starts_with("400 0x83090A16"));
    service.now("ann", "POST", &format!("/f?op=APPEND&append=true&syncFlag=CLOSE&{lease}"), "e");
    assert_eq!(service.ann("POST", "/f?op=APPEND&append=true&offset=5", "f"), "200 0x0");
    assert_eq!(service.read("/f"), "abcdef");
}

#[test]
fn a_silent_writer_loses_the_file() {
    let service = Service::open();
    service.now("ann", "PUT", "/f?op=CREATE&write=true&syncFlag=DATA&leaseid=one", "");
    let append = "/f?op=APPEND&append=true&syncFlag=DATA&leaseid=one";
    service.now("ann", "POST", append, "left behind");
    service.pass(599);
    assert_eq!(service.stat("/f")["length"], 0);
    assert!(service.ann("POST", "/f?op=APPEND&append=true&leaseid=two", "!").starts_with("400"));
    service.pass(1);
    assert_eq!(service.stat("/f")["length"], 11);
    assert_eq!(service.ann("POST", "/f?op=APPEND&append=true&leaseid=two", "!"), "200 0x0");
    assert_eq!(service.read("/f"), "left behind!");
}

#[test]
fn a_lost_answer_is_found_out_by_an_empty_append() {
    let service = Service::open();
    service.write("/f", "0123456789");
    assert!(
        service
            .ann("POST", "/f?op=APPEND&append=true&offset=5", "56789")
            .starts_with("400 0x83090015")
    );
    assert!(
        service.ann("POST", "/f?op=APPEND&append=true&offset=9", "").starts_with("400 0x83090015")
    );
    assert_eq!(service.ann("POST", "/f?op=APPEND&append=true&offset=10", ""), "200 0x0");
}

#[test]
fn the_two_kinds_of_append_do_not_mix() {
    let service = Service::open();
    let concurrent = "/webhdfsext/c?op=CONCURRENTAPPEND";
    assert!(service.ann("POST", concurrent, "x").starts_with("404"));
    assert_eq!(
        service.ann("POST", &format!("{concurrent}&appendMode=autocreate"), "one"),
        r#"200  "Operation succeeded.""#
    );
    assert_eq!(service.ann("POST", concurrent, "two"), r#"200  "Operation succeeded.""#);
    assert_eq!(service.read("/c"), "onetwo");
    assert_snapshot!(service.ann("POST", "/c?op=APPEND&append=true", ""), @r#"400 0x83090A6F {"RemoteException":{"exception":"IllegalArgumentException","message":"APPEND failed with error 0x83090a6f (Bad request. The target file does not support this particular type of append operation. If the concurrent append operation has been used with this file in the past, you need to append to this file using the concurrent append operation. If the append operation with offset has been used in the past, you need to append to this file using the append operation with offset. On the same file, it is not possible to use both of these operations.). [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}"#);

    service.write("/undecided", "");
    assert!(
        service.ann("POST", "/webhdfsext/undecided?op=CONCURRENTAPPEND", "x").starts_with("200")
    );
}

#[test]
fn concat_consumes_its_sources() {
    let service = Service::open();
    for (path, content) in [("/d/a,b", "1"), ("/d/b", "2"), ("/d/c", ""), ("/t", "0")] {
        let path = path.replace(',', "%2C");
        service.write(&path, content);
    }
    let body = r#"{"sources":["/d/a,b","d/b","/d/c"]}"#;
    assert_eq!(service.ann("POST", "/t?op=MSCONCAT", body), "200 0x0");
    assert_eq!(service.read("/t"), "012");
    assert_eq!(service.names("/"), ["t"]);

    service.write("/d/x", "x");
    service.write("/d/y", "y");
    assert_eq!(service.ann("POST", "/new/t?op=CONCAT&sources=d/x,/d/y", ""), "200 0x0");
    assert_eq!(service.read("/new/t"), "xy");

    service.write("/d/x", "x");
    service.write("/d/other", "");
    assert_eq!(
        service.ann("POST", "/t?op=MSCONCAT&deleteSourceDirectory=true", "sources=d/x"),
        "200 0x0"
    );
    assert_eq!(service.names("/"), ["new", "t"]);
}

#[test]
fn concat_that_makes_no_sense_changes_nothing() {
    let service = Service::open();
    service.write("/d/a", "1");
    service.write("/t", "0");
    let concat = |target: &str, body| {
        let target = if target.contains('?') { target.to_owned() } else { format!("{target}?") };
        service.ann("POST", &format!("{target}op=MSCONCAT"), body)
    };
    let lines = [
        concat("/t", r#"{"sources":[]}"#),
        concat("/t", r#"{"sources":["/d/a","/d/a"]}"#),
        concat("/t", r#"{"sources":["/d/a","/t"]}"#),
        concat("/t", r#"{"sources":["/d/a","/gone"]}"#),
        concat("/t", r#"{"sources":["/d"]}"#),
        concat("/d", r#"{"sources":["/d/a"]}"#),
        concat("/d/t?deleteSourceDirectory=true&", r#"{"sources":["/d/a"]}"#),
        concat("/t", "d/a"),
        concat("/t", r#"{"source":["/d/a"]}"#),
    ];
    assert_snapshot!(lines.join("\n"), @r#"
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The list of sources is empty [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The source /d/a is listed twice [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The target /t is one of the sources [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    404 0x8309000A {"RemoteException":{"exception":"FileNotFoundException","message":"File/Directory does not exist: /gone [ID][TIME]","javaClassName":"java.io.FileNotFoundException"}}
    403 0x80004005 {"RemoteException":{"exception":"IOException","message":"MSCONCAT failed with error 0x80004005 (Forbidden. /d is a directory, not a file). [ID][TIME]","javaClassName":"java.io.IOException"}}
    403 0x80004005 {"RemoteException":{"exception":"IOException","message":"MSCONCAT failed with error 0x80004005 (Forbidden. /d is a directory, not a file). [ID][TIME]","javaClassName":"java.io.IOException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The target /d/t is in the directory that is to be deleted [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The body of MSCONCAT is neither {\"sources\":[\"a\",\"b\"]} nor sources=a,b [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"The body of MSCONCAT is neither {\"sources\":[\"a\",\"b\"]} nor sources=a,b [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    "#);
    assert_eq!((service.read("/d/a"), service.read("/t")), ("1".to_owned(), "0".to_owned()));
}

#[test]
fn expiry_removes_files() {
    let service = Service::open();
    for name in ["now", "creation", "absolute", "never"] {
        service.write(&format!("/d/{name}"), "x");
    }
    service.pass(10);
    let made = service.stat("/d/now")["accessTime"].as_i64().unwrap();
    let set = |name: &str, query: &str| {
        service.ann("PUT", &format!("/webhdfsext/d/{name}?op=SETEXPIRY&expiryOption={query}"), "")
    };
    assert_eq!(set("now", "RelativeToNow&expireTime=5000"), "200");
    assert_eq!(set("creation", "RelativeToCreationDate&expireTime=20000"), "200");
    assert_eq!(set("absolute", &format!("Absolute&expireTime={}", made + 30_000)), "200");
    assert_eq!(set("never", "RelativeToNow&expireTime=1"), "200");
    assert_eq!(set("never", "NeverExpire&expireTime=1"), "200");
    let expires =
        |name: &str| service.stat(&format!("/d/{name}"))["msExpirationTime"].as_i64().unwrap();
    assert_eq!(expires("now"), made + 15_000);
    assert_eq!(expires("creation"), made + 20_000);
    assert_eq!(expires("never"), 0);

    service.pass(5);
    assert_eq!(service.names("/d"), ["absolute", "creation", "never"]);
    service.pass(5);
    assert!(service.ann("GET", "/d/creation?op=OPEN&read=true", "").starts_with("404"));
    service.pass(86_400);
    assert_eq!(service.names("/d"), ["never"]);

    let lines = [
        set("", "RelativeToNow&expireTime=1"),
        set("never", "RelativeToNow"),
        set("never", "Absolute&expireTime=1"),
        set("never", "Sometimes"),
    ];
    assert_snapshot!(lines.join("\n"), @r#"
    400  {"RemoteException":{"exception":"IllegalArgumentException","message":"/d is a directory, and only files expire [][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400  {"RemoteException":{"exception":"IllegalArgumentException","message":"The expiry option RelativeToNow needs an expireTime of 0 or more [][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400  {"RemoteException":{"exception":"IllegalArgumentException","message":"The expiry time 1 lies in the past [][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    400  {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid value for the parameter expiryOption: \"Sometimes\" is not NeverExpire, RelativeToNow, RelativeToCreationDate or Absolute [][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}
    "#);
}

#[test]
fn a_file_of_zeros_takes_no_memory() {
    let service = Service::open();
    let mut call = service.call("PUT", "/huge?op=CREATE&write=true&user.name=ann", "head");
    call.headers.insert("x-mock-zeros", "10737418240".parse().unwrap());
    let made = block_on(async { super::super::handle(&service.state.gen1, call).await });
    assert_eq!(made.status(), 201);
    assert_eq!(service.stat("/huge")["length"], 10_737_418_244_u64);
    let tail = "/huge?op=OPEN&read=true&offset=10737418240";
    assert_eq!(service.ann("GET", tail, ""), "200 0x0 \0\0\0\0");
}

#[test]
fn the_beginning_of_time_is_the_past_and_no_way_to_say_never() {
    let service = Service::open();
    service.write("/f", "");
    let set = |query: &str| {
        service.ann("PUT", &format!("/webhdfsext/f?op=SETEXPIRY&expiryOption={query}"), "")
    };
    for time in ["0", "1"] {
        let refused = set(&format!("Absolute&expireTime={time}"));
        assert!(refused.contains(&format!("The expiry time {time} lies in the past")), "{refused}");
    }
    assert_eq!(service.stat("/f")["msExpirationTime"], 0);
    assert_eq!(set("NeverExpire&expireTime=0"), "200");
    for time in ["Absolute", "RelativeToNow&expireTime=-1"] {
        assert!(set(time).contains("needs an expireTime of 0 or more"), "{time}");
        let path = format!("/webhdfsext/missing?op=SETEXPIRY&expiryOption={time}");
        let missing = service.ann("PUT", &path, "");
        assert!(missing.starts_with("404"), "{missing}");
    }
}

#[test]
fn the_time_of_creation_is_none_that_can_be_set() {
    let service = Service::open();
    service.write("/f", "");
    let made = service.stat("/f")["accessTime"].as_i64().unwrap();
    service.ann("PUT", "/f?op=SETTIMES&accesstime=1000&modificationtime=1000", "");
    let relative = "/webhdfsext/f?op=SETEXPIRY&expiryOption=RelativeToCreationDate&expireTime=5000";
    assert_eq!(service.ann("PUT", relative, ""), "200");
    let status = service.stat("/f");
    assert_eq!(
        (&status["accessTime"], &status["msExpirationTime"]),
        (&1000.into(), &(made + 5000).into())
    );
}
