//! Owners, permissions and access control lists, of one item and of trees.

use serde_json::{Value, json};

use super::*;
use crate::namespace::EntryItem;

const USER: &str = "00000000-0000-4000-8000-000000000010";

async fn dfs(emulator: &Emulator, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
    emulator.signed(Protocol::Dfs, method, uri, headers).await
}

async fn make(emulator: &Emulator, names: &[&str]) {
    for name in names {
        let kind = if name.ends_with('/') { "directory" } else { "file" };
        let uri = format!("/mockfs/{}?resource={kind}", name.trim_end_matches('/'));
        assert_eq!(dfs(emulator, "PUT", &uri, &[]).await.status, 201, "{name}");
    }
}

/// Owner, group, permissions and list of an item.
fn rights(emulator: &Emulator, path: &str) -> [String; 4] {
    let account = emulator.state.storage.present_account("mockgen2").unwrap();
    let view = account.inspect();
    let path: adls_wire::RemotePath = path.parse().unwrap();
    let entry = view.entry(&EntryItem::new("mockfs", &path)).unwrap();
    let principal = crate::storage::convert::principal;
    let text = crate::storage::text::acl::to_text(&entry.acl(), principal);
    let permissions = crate::storage::text::acl::permission_text;
    [
        principal(entry.owner()),
        principal(entry.group()),
        permissions(entry.permission(), entry.has_extended_acl()),
        text,
    ]
}

const SET: &str = "?action=setAccessControl";

#[tokio::test]
async fn one_of_owner_group_and_rights_is_set_and_the_version_stays() {
    let emulator = Emulator::new();
    let made = dfs(&emulator, "PUT", "/mockfs/f?resource=file", &[]).await;
    let user = emulator.state.storage.seed.users[0].object_id.to_string();
    let base = "user::rw-,group::r--,other::---";
    let all = format!("user::rwx,user:{USER}:rw-,group::r--,mask::rw-,other::--x");
    let named = format!("user::rwx,user:{USER}:rw-,group::r--,other::--x");
    for (header, value, expected) in [
        ("x-ms-owner", USER, [USER, "$superuser", "rw-r-----", base]),
        ("x-ms-group", USER, [USER, USER, "rw-r-----", base]),
        ("x-ms-owner", "USER@emulator.test", [&*user, USER, "rw-r-----", base]),
        ("x-ms-owner", "$superuser", ["$superuser", USER, "rw-r-----", base]),
        (
            "x-ms-permissions",
            "rw-r-x-wT",
            ["$superuser", USER, "rw-r-x-wT", "user::rw-,group::r-x,other::-w-"],
        ),
        ("x-ms-permissions", "0640", ["$superuser", USER, "rw-r-----", base]),
        ("x-ms-acl", &named, ["$superuser", USER, "rwxrw---x+", &all]),
    ] {
        let uri = format!("/mockfs/f{SET}");
        let set = dfs(&emulator, "PATCH", &uri, &[(header, value)]).await;
        assert_eq!(set.status, 200, "{header} {value}");
        for name in ["etag", "last-modified"] {
            assert_eq!(set.header(name), made.header(name));
        }
        assert_eq!(set.header("content-length"), Some("0"));
        assert_eq!(set.header("x-ms-namespace-enabled"), Some("true"));
        assert_eq!(rights(&emulator, "/f"), expected, "{header} {value}");
    }
}

#[tokio::test]
async fn the_root_has_rights_too() {
    let emulator = Emulator::new();
    for uri in ["/mockfs/", "/mockfs//", "/mockfs/%2F"] {
        let headers = [("x-ms-permissions", "0701")];
        let set = dfs(&emulator, "PATCH", &format!("{uri}{SET}"), &headers).await;
        assert_eq!(set.status, 200, "{uri}");
    }
    assert_eq!(rights(&emulator, "/")[2], "rwx-----x");
}

#[tokio::test]
async fn what_is_no_right_changes_nothing() {
    let emulator = Emulator::new();
    make(&emulator, &["f"]).await;
    let before = rights(&emulator, "/f");
    let many: Vec<String> =
        (0..33).map(|n| format!("user:00000000-0000-4000-8000-0000000001{n:02}:r--")).collect();
    let many = format!("user::rwx,group::r--,other::---,{}", many.join(","));
    let acl = "InvaldAccessControlList";
    for (headers, expected) in [
        (vec![], (400, "MissingRequiredHeader")),
        (vec![("x-ms-permissions", "asdf")], (400, "InvalidPermission")),
        (vec![("x-ms-acl", "user::rwx,group::r--")], (400, acl)),
        (vec![("x-ms-acl", &*many)], (400, acl)),
        (vec![("x-ms-acl", "default:user::rwx,default:group::r--,default:other::---")], (400, acl)),
        (vec![("x-ms-owner", "nobody@emulator.test")], (400, "InvalidHeaderValue")),
        (
            vec![("x-ms-permissions", "0777"), ("x-ms-acl", "user::rwx,group::r--,other::---")],
            (400, "UnsupportedHeader"),
        ),
        (vec![("x-ms-permissions", "0777"), ("if-none-match", "*")], (412, "ConditionNotMet")),
        (vec![("x-ms-permissions", "0777"), ("if-match", "\"0x1\"")], (412, "ConditionNotMet")),
        (vec![("x-ms-permissions", "0777"), ("x-ms-lease-id", USER)], (412, "LeaseNotPresent")),
    ] {
        let uri = format!("/mockfs/f{SET}");
        let answer = dfs(&emulator, "PATCH", &uri, &headers).await;
        assert_eq!((answer.status.as_u16(), answer.code()), expected, "{headers:?}");
        assert_eq!(rights(&emulator, "/f"), before, "{headers:?}");
    }
    let permissions = [("x-ms-permissions", "0777")];
    let missing = dfs(&emulator, "PATCH", &format!("/mockfs/g{SET}"), &permissions).await;
    assert_eq!((missing.status.as_u16(), missing.code()), (404, "PathNotFound"));
}

async fn recursive(emulator: &Emulator, path: &str, query: &str, acl: &str) -> Answer {
    let uri = format!("/mockfs/{path}?action=setAccessControlRecursive&{query}");
    dfs(emulator, "PATCH", &uri, &[("x-ms-acl", acl)]).await
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), None);
    assert_eq!(answer.header("x-ms-namespace-enabled"), Some("true"));
    serde_json::from_str(answer.text()).unwrap()
}

#[tokio::test]
async fn a_tree_is_changed_a_page_at_a_time() {
    let emulator = Emulator::new();
    make(&emulator, &["d/a/1", "d/a/2", "d/b/", "d/c", "e"]).await;
    let acl = format!("user::rwx,user:{USER}:rw-,group::r--,other::---");
    let mut token = String::new();
    let mut pages = Vec::new();
    loop {
        let query = format!("mode=set&maxRecords=2{token}");
        let page = recursive(&emulator, "d", &query, &acl).await;
        let body = json_of(&page);
        pages.push((body["directoriesSuccessful"].clone(), body["filesSuccessful"].clone()));
        let Some(next) = page.header("x-ms-continuation") else { break };
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        token = format!("&continuation={next}");
    }
    let counts = [(2, 0), (0, 2), (1, 1)];
    assert_eq!(pages, counts.map(|(directories, files)| (json!(directories), json!(files))));
    let set = format!("user::rwx,user:{USER}:rw-,group::r--,mask::rw-,other::---");
    for path in ["/d", "/d/a", "/d/a/1", "/d/a/2", "/d/b", "/d/c"] {
        assert_eq!(rights(&emulator, path)[3], set, "{path}");
    }
    assert_eq!(rights(&emulator, "/e")[3], "user::rw-,group::r--,other::---");
}

#[tokio::test]
async fn lists_are_modified_and_entries_removed_below_a_directory_and_of_a_file() {
    let emulator = Emulator::new();
    make(&emulator, &["d/f"]).await;
    let both = format!("user:{USER}:r-x,default:user:{USER}:r-x");
    let body = json_of(&recursive(&emulator, "d", "mode=modify", &both).await);
    let text =
        r#"{"directoriesSuccessful":1,"failedEntries":[],"failureCount":0,"filesSuccessful":1}"#;
    assert_eq!(body.to_string(), text);
    assert!(rights(&emulator, "/d")[3].contains(&format!("default:user:{USER}:r-x")));
    let file = format!("user::rw-,user:{USER}:r-x,group::r--,mask::r-x,other::---");
    assert_eq!(rights(&emulator, "/d/f")[3], file);
    let answer =
        recursive(&emulator, "d/f", "mode=remove&forceFlag=false", &format!("mask,user:{USER}"))
            .await;
    assert_eq!(answer.text().lines().count(), 1);
    assert!(answer.text().ends_with('\n'));
    assert_eq!(json_of(&answer)["filesSuccessful"], 1);
    assert_eq!(rights(&emulator, "/d/f")[3], "user::rw-,group::r--,other::---");
}

#[tokio::test]
async fn a_recursive_change_says_what_is_wrong_with_it() {
    let emulator = Emulator::new();
    make(&emulator, &["d/f", "e/"]).await;
    let acl = "user::rwx,group::r--,other::---";
    let first = recursive(&emulator, "d", "mode=set&maxRecords=1", acl).await;
    let token = first.header("x-ms-continuation").unwrap().replace('+', "%2B").replace('=', "%3D");
    let foreign = format!("mode=modify&continuation={token}");
    let elsewhere = format!("mode=set&continuation={token}");
    let query = "InvalidQueryParameterValue";
    for (path, query, acl, code) in [
        ("d", "maxRecords=2", acl, "MissingRequiredQueryParameter"),
        ("d", "mode=add", acl, query),
        ("d", "mode=set&forceFlag=perhaps", acl, query),
        ("d", "mode=set&maxRecords=many", acl, query),
        ("d", "mode=set&maxRecords=0", acl, "OutOfRangeQueryParameterValue"),
        ("d", "mode=set&maxRecords=2001", acl, "OutOfRangeQueryParameterValue"),
        ("d", "mode=set&continuation=AAAA", acl, query),
        ("d", &foreign, acl, query),
        ("e", &elsewhere, acl, query),
        ("d", "mode=set", "", "MissingRequiredHeader"),
        ("d", "mode=set", "user::rwx", "InvaldAccessControlList"),
        ("d", "mode=remove", acl, "InvaldAccessControlList"),
        ("none", "mode=set", acl, "PathNotFound"),
    ] {
        let answer = recursive(&emulator, path, query, acl).await;
        assert_eq!(answer.code(), code, "{path} {query}");
    }
    assert_eq!(recursive(&emulator, "d", &elsewhere, acl).await.status, 200);
}
