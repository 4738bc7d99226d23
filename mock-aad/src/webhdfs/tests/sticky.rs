//! The sticky bit: whoever may change a directory still cannot take away what is not theirs.

use super::*;

/// `/d` is sticky and open to everybody; in it are a file and a full directory of bob's.
fn service() -> Service {
    let service = Service::open();
    service.ann("PUT", "/d?op=MKDIRS&permission=777", "");
    service.ann("PUT", "/d/sub?op=MKDIRS&permission=777", "");
    service.now("user", "PUT", "/d/sub?op=SETPERMISSION&permission=1777", "");
    for path in ["/d/sub/f", "/d/sub/full/f"] {
        let made =
            service.now("bob", "PUT", &format!("{path}?op=CREATE&write=true&permission=777"), "b");
        assert_eq!(made.status, 201);
    }
    service.now("user", "PUT", "/d/sub/full?op=SETPERMISSION&permission=777", "");
    service.now("user", "PUT", "/d/sub?op=SETOWNER&owner=user", "");
    service
}

fn everything(service: &Service) -> String {
    ["/d", "/d/sub", "/d/sub/full"].map(|path| service.names(path).join(",")).join(" ")
}

#[test]
fn others_take_nothing_away_in_any_way() {
    let service = service();
    let before = everything(&service);
    for (method, request, body) in [
        ("DELETE", "/d?op=DELETE&recursive=true", ""),
        ("DELETE", "/d/sub?op=DELETE&recursive=true", ""),
        ("DELETE", "/d/sub/f?op=DELETE", ""),
        ("PUT", "/d/sub/f?op=RENAME&destination=/d/mine", ""),
        ("PUT", "/d/sub/full?op=RENAME&destination=/d/mine", ""),
        ("POST", "/d/joined?op=MSCONCAT", r#"{"sources":["/d/sub/f"]}"#),
        ("POST", "/d/joined?op=CONCAT&sources=/d/sub/f", ""),
        ("PUT", "/d/sub/f?op=CREATE&write=true&overwrite=true", "a"),
    ] {
        let answer = service.ann(method, request, body);
        assert!(answer.starts_with("403 0x83090AA2"), "{request}: {answer}");
        assert_eq!(everything(&service), before, "{request}");
    }
}

#[test]
fn others_replace_nothing() {
    let service = service();
    service.write("/mine", "a");
    let overwrite = "/mine?op=RENAME&destination=/d/sub/f&renameoptions=OVERWRITE";
    assert!(service.ann("PUT", overwrite, "").starts_with("403"));
    service.ann("DELETE", "/mine?op=DELETE", "");
    let trash = service.now("ann", "GET", "/?op=ENUMERATEDELETEDITEMS&hint=mine", "").json();
    let token = trash["trashDir"]["trashDirEntry"][0]["trashDirPath"].as_str().unwrap().to_owned();
    for to in ["/d/sub/f", "/d/sub", "/d/sub/full"] {
        let restore = format!(
            "/?op=RESTOREDELETEDITEMS&restoreToken={token}&restoreDestination={to}&restoreAction=overwrite"
        );
        let answer = service.ann("PUT", &restore, "");
        assert!(answer.starts_with("403"), "{to}: {answer}");
        assert_eq!(service.read("/d/sub/f"), "b");
    }
}

#[test]
fn a_directory_of_sources_goes_only_with_what_the_caller_may_remove() {
    let service = Service::open();
    service.ann("PUT", "/parts?op=MKDIRS&permission=777", "");
    service.write("/parts/1", "a");
    service.now("bob", "PUT", "/parts/in/f?op=CREATE&write=true&permission=777", "b");
    service.now("user", "PUT", "/parts/in?op=SETPERMISSION&permission=1777", "");
    let join = "/joined?op=MSCONCAT&deleteSourceDirectory=true";
    let answer = service.ann("POST", join, r#"{"sources":["/parts/1"]}"#);
    assert!(answer.starts_with("403"), "{answer}");
    assert_eq!(service.names("/parts"), ["1", "in"]);

    // A directory that is left empty stays when its own directory is another's and sticky.
    service.now("user", "PUT", "/box?op=MKDIRS&permission=777", "");
    service.now("user", "PUT", "/box/in?op=MKDIRS&permission=777", "");
    service.now("user", "PUT", "/box?op=SETPERMISSION&permission=1777", "");
    service.ann("PUT", "/box/in/1?op=CREATE&write=true", "a");
    let answer = service.ann("POST", "/joined?op=MSCONCAT", r#"{"sources":["/box/in/1"]}"#);
    assert_eq!(answer, "200 0x0");
    assert_eq!(service.names("/box"), ["in"]);
}

#[test]
fn owners_and_super_users_may() {
    for who in ["bob", "user"] {
        let service = service();
        let deleted = service.now(who, "DELETE", "/d/sub/f?op=DELETE", "").line();
        assert_eq!(deleted, r#"200 0x0 {"boolean":true}"#, "{who}");
    }
    let service = service();
    service.now("user", "PUT", "/d/sub?op=SETOWNER&owner=ann", "");
    let deleted = service.ann("DELETE", "/d/sub?op=DELETE&recursive=true", "");
    assert_eq!(deleted, r#"200 0x0 {"boolean":true}"#);
}
