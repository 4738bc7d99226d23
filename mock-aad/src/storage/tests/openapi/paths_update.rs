//! `Path_Update`: the one operation that the description has for all changes of a path, besides those that it
//! has for each of them.

use super::service::{Ask, Service};

fn update<'a>(service: &'a Service, query: &str) -> Ask<'a> {
    service.call("PATCH", format!("/mockfs/f?{query}"))
}

pub(super) async fn append(service: Service) {
    service.file("/mockfs/f", "").await;
    let md5 = "4vxxTEcn7pOV8yTNLn8zHw==";
    let ask = update(&service, "action=append&position=0").header("content-md5", md5);
    let taken = ask.body("abcd").gives(202).await;
    assert_eq!(taken.header("content-md5"), Some(md5));
    assert_eq!(service.content("/mockfs/f").await, "");
    if service.is_newest() {
        let ask = update(&service, "action=append&position=4");
        let ask = ask.header("x-ms-structured-body", "XSM/1.0; properties=crc64");
        let ask = ask.header("x-ms-structured-content-length", "4");
        let taken = ask.body(super::paths_data::append::message(&[b"efgh"])).gives(202).await;
        taken.has("x-ms-structured-body");
    }
}

pub(super) async fn flush(service: Service) {
    service.file("/mockfs/f", "").await;
    update(&service, "action=append&position=0").body("abcd").gives(202).await;
    let ask = update(&service, "action=flush&position=4&retainUncommittedData=false&close=true");
    let done = ask.header("x-ms-content-type", "text/plain").gives(200).await;
    let head = service.head("/mockfs/f").await;
    assert_eq!(head.header("etag"), done.header("etag"));
    assert_eq!(head.header("content-type"), Some("text/plain"));
    assert_eq!(service.content("/mockfs/f").await, "abcd");
}

/// The whole set is replaced.
pub(super) async fn set_properties(service: Service) {
    service.file("/mockfs/f", "").await;
    for properties in ["a=YQ==,b=Yg==", "c=Yw=="] {
        let before = service.head("/mockfs/f").await;
        let ask = update(&service, "action=setProperties");
        let set = ask.header("x-ms-properties", properties).gives(200).await;
        assert_ne!(set.header("etag"), before.header("etag"));
        let head = service.head("/mockfs/f").await;
        assert_eq!(head.header("x-ms-properties"), Some(properties));
        assert_eq!(head.header("etag"), set.header("etag"));
    }
    let headers = [
        ("x-ms-cache-control", "cache-control", "no-cache"),
        ("x-ms-content-type", "content-type", "text/plain"),
        ("x-ms-content-disposition", "content-disposition", "inline"),
        ("x-ms-content-encoding", "content-encoding", "gzip"),
        ("x-ms-content-language", "content-language", "de"),
    ];
    let mut ask = update(&service, "action=setProperties");
    for (name, _, value) in headers {
        ask = ask.header(name, value);
    }
    ask.gives(200).await;
    let head = service.head("/mockfs/f").await;
    for (_, name, value) in headers {
        assert_eq!(head.header(name), Some(value), "{name}");
    }
    let ask = update(&service, "action=setProperties").header("if-match", "\"0x0\"");
    ask.header("x-ms-properties", "").refused(412, "ConditionNotMet").await;
}

pub(super) async fn set_access_control(service: Service) {
    service.file("/mockfs/f", "").await;
    let ask = update(&service, "action=setAccessControl");
    ask.header("x-ms-permissions", "rwxrwxrwx").gives(200).await;
    let head = service.head("/mockfs/f").await;
    assert_eq!(head.header("x-ms-permissions"), Some("rwxrwxrwx"));
}

pub(super) async fn set_access_control_recursive(service: Service) {
    for name in ["a", "b"] {
        service.file(&format!("/mockfs/f/{name}"), "").await;
    }
    let acl = "user::rwx,group::r-x,other::--x";
    let query = "action=setAccessControlRecursive&mode=set&maxRecords=2&forceFlag=true";
    let first = update(&service, query).header("x-ms-acl", acl).gives(200).await;
    let token = super::lists::encoded(first.has("x-ms-continuation"));
    let query = format!("{query}&continuation={token}");
    let rest = update(&service, &query).header("x-ms-acl", acl).gives(200).await;
    let count = |key: &str| [&first, &rest].map(|page| page.json()[key].as_u64().unwrap());
    assert_eq!(count("directoriesSuccessful"), [1, 0]);
    assert_eq!(count("filesSuccessful"), [1, 1]);
    assert_eq!(count("failureCount"), [0, 0]);
}

pub(super) async fn refusals(service: Service) {
    service.file("/mockfs/f", "").await;
    update(&service, "").refused(400, "MissingRequiredQueryParameter").await;
    update(&service, "action=rename").refused(400, "InvalidQueryParameterValue").await;
    let ask = update(&service, "action=setProperties").header("x-ms-properties", "a b=YQ==");
    ask.refused(400, "InvalidPropertyName").await;
    let missing = service.call("PATCH", "/mockfs/no?action=setProperties");
    missing.header("x-ms-properties", "a=YQ==").refused(404, "PathNotFound").await;
    let missing = service.call("PATCH", "/no-such/f?action=setProperties");
    missing.header("x-ms-properties", "a=YQ==").refused(404, "FilesystemNotFound").await;
}
