//! Permissions: ACLs, mode bits, owners, and that they are enforced.

use insta::assert_snapshot;

use super::*;

const ANN: &str = "00000000-0000-0000-0000-00000000000a";
const BOB: &str = "00000000-0000-0000-0000-00000000000b";

fn acl(service: &Service, path: &str) -> String {
    let reply = service.now("user", "GET", &format!("{path}?op=MSGETACLSTATUS"), "");
    let entries = reply.json()["AclStatus"]["entries"].as_array().unwrap().clone();
    let short = |text: &str| {
        text.replace(ANN, "ann").replace(BOB, "bob").replace(&STAFF.to_string(), "staff")
    };
    entries.iter().map(|entry| short(entry.as_str().unwrap())).collect::<Vec<_>>().join(" ")
}

#[test]
fn both_readers() {
    let service = Service::open();
    service.write("/f", "");
    let read = |query: &str| service.ann("GET", &format!("/f?op={query}"), "");
    assert_snapshot!(read("MSGETACLSTATUS"), @r#"200 0x0 {"AclStatus":{"entries":["user::rwx","group::rwx","other::---"],"owner":"00000000-0000-0000-0000-00000000000a","group":"00000000-0000-0000-0000-000000000000","permission":"770","stickyBit":false}}"#);
    assert_snapshot!(read("GETACLSTATUS"), @r#"200 0x0 {"AclStatus":{"entries":[],"owner":"00000000-0000-0000-0000-00000000000a","group":"00000000-0000-0000-0000-000000000000","permission":"770","stickyBit":false}}"#);
    service.ann("PUT", &format!("/f?op=MODIFYACLENTRIES&aclspec=user:{BOB}:rwx"), "");
    assert_snapshot!(read("GETACLSTATUS&tooid=false"), @r#"200 0x0 {"AclStatus":{"entries":["user:bob@emulator.test:rwx","group::rwx"],"owner":"ann@emulator.test","group":"00000000-0000-0000-0000-000000000000","permission":"770","stickyBit":false}}"#);
    assert_eq!(service.stat("/f")["aclBit"], true);
}

#[test]
fn the_life_of_an_acl() {
    let service = Service::open();
    service.write("/f", "");
    let change = |op: &str, spec: &str| {
        assert_eq!(service.ann("PUT", &format!("/f?op={op}&aclSpec={spec}"), ""), "200 0x0");
        acl(&service, "/f")
    };
    let steps = [
        change("SETACL", &format!("user::rwx,group::r-x,other::---,user:{BOB}:rwx")),
        change("MODIFYACLENTRIES", &format!("user:{BOB}:-w-,group:staff:r--")),
        change("REMOVEACLENTRIES", &format!("user:{BOB},group:staff:,user:{ANN}")),
        change("REMOVEACL", ""),
        change("REMOVEDEFAULTACL", ""),
    ];
    assert_snapshot!(steps.join("\n"), @"
    user::rwx user:bob:rwx group::r-x mask::rwx other::---
    user::rwx user:bob:-w- group::r-x group:staff:r-- mask::rwx other::---
    user::rwx group::r-x mask::r-x other::---
    user::rwx group::r-x other::---
    user::rwx group::r-x other::---
    ");
    assert_eq!(service.stat("/f")["aclBit"], false);
    let refused = service.ann("PUT", "/f?op=MODIFYACLENTRIES&aclspec=default:user:ann:r--", "");
    assert_snapshot!(refused, @r#"400 0x80070057 {"RemoteException":{"exception":"IllegalArgumentException","message":"Invalid ACL: only directories have default entries. [ID][TIME]","javaClassName":"java.lang.IllegalArgumentException"}}"#);
}

#[test]
fn default_acls_are_inherited() {
    let service = Service::open();
    service.ann("PUT", "/d?op=MKDIRS", "");
    service.ann("PUT", &format!("/d?op=MODIFYACLENTRIES&aclspec=default:user:{BOB}:rwx"), "");
    service.write("/d/sub/f", "");
    assert_eq!(acl(&service, "/d/sub/f"), "user::rwx user:bob:rwx group::rwx mask::rwx other::---");
    assert!(acl(&service, "/d/sub").contains("default:user:bob:rwx"));
    assert_eq!(service.stat("/d/sub/f")["permission"], "770");
    service.ann("PUT", "/d/limited?op=CREATE&write=true&permission=750", "");
    assert_eq!(
        acl(&service, "/d/limited"),
        "user::rwx user:bob:rwx group::rwx mask::r-x other::---"
    );
}

#[test]
fn rights_are_enforced() {
    let service = Service::open();
    service.write("/d/f", "secret");
    let bob = |method: &str, path: &str, body| service.now("bob", method, path, body).status;
    let read = "/d/f?op=OPEN&read=true";
    assert_eq!(bob("GET", read, ""), 403);
    assert_eq!(bob("GET", "/d/f?op=GETFILESTATUS", ""), 403);
    assert_eq!(bob("PUT", "/d/new?op=CREATE&write=true", ""), 403);
    assert_eq!(bob("DELETE", "/d/f?op=DELETE", ""), 403);

    // Passing through the directory, then reading the file, then appending to it.
    service.ann("PUT", &format!("/d?op=MODIFYACLENTRIES&aclspec=user:{BOB}:--x"), "");
    assert_eq!(bob("GET", "/d/f?op=GETFILESTATUS", ""), 200);
    assert_eq!(bob("GET", read, ""), 403);
    service.ann("PUT", &format!("/d/f?op=MODIFYACLENTRIES&aclspec=user:{BOB}:r--"), "");
    assert_eq!(bob("GET", read, ""), 200);
    assert_eq!(bob("POST", "/d/f?op=APPEND&append=true", "x"), 403);
    assert_eq!(bob("GET", "/d/f?op=CHECKACCESS&fsaction=r--", ""), 200);
    assert_eq!(bob("GET", "/d/f?op=CHECKACCESS&fsaction=rw-", ""), 403);
    service.ann("PUT", "/d/f?op=MODIFYACLENTRIES&aclspec=mask::---", "");
    assert_eq!(bob("GET", read, ""), 403);

    // Listing needs read, changing children needs write; deleting needs nothing on the file.
    assert_eq!(bob("GET", "/d?op=LISTSTATUS", ""), 403);
    service.ann("PUT", &format!("/d?op=MODIFYACLENTRIES&aclspec=user:{BOB}:rwx"), "");
    assert_eq!(bob("GET", "/d?op=LISTSTATUS", ""), 200);
    assert_eq!(bob("DELETE", "/d/f?op=DELETE", ""), 200);
    assert_eq!(bob("PUT", "/d?op=SETPERMISSION&permission=777", ""), 403);
}

#[test]
fn a_mode_of_660_hides_the_directory() {
    let service = Service::open();
    service.write("/d/f", "");
    assert_eq!(service.ann("PUT", "/d?op=SETPERMISSION&permission=0660", ""), "200 0x0");
    assert_eq!(service.stat("/d")["permission"], "660");
    assert!(service.ann("GET", "/d?op=LISTSTATUS", "").starts_with("403"));
    assert_eq!(service.names("/d"), ["f"]);
}

#[test]
fn sticky_directories_protect_the_items_of_others() {
    let service = Service::open();
    service.ann("PUT", "/d?op=MKDIRS&permission=1777", "");
    assert_eq!(service.stat("/d")["permission"], "1777");
    service.write("/d/f", "");
    assert_eq!(service.now("bob", "DELETE", "/d/f?op=DELETE", "").status, 403);
    assert_eq!(service.now("bob", "PUT", "/d/f?op=RENAME&destination=/d/g", "").status, 403);
    assert_eq!(service.now("ann", "DELETE", "/d/f?op=DELETE", "").status, 200);
}

#[test]
fn owners_and_groups() {
    let service = Service::open();
    service.write("/f", "");
    assert_eq!(service.stat("/f")["owner"], ANN);
    let set = |who: &str, query: &str| {
        service.now(who, "PUT", &format!("/f?op=SETOWNER&{query}"), "").status
    };
    assert_eq!(set("ann", &format!("owner={ANN}")), 403);
    assert_eq!(set("ann", &format!("group={BOB}")), 403);
    assert_eq!(set("ann", "group=staff"), 200);
    assert_eq!(set("bob", "group=staff"), 403);
    assert_eq!(set("user", &format!("owner={BOB}&group={ANN}")), 200);
    assert_eq!(set("user", ""), 400);
    let status = service.stat("/f");
    assert_eq!((status["owner"].as_str(), status["group"].as_str()), (Some(BOB), Some(ANN)));
}

#[test]
fn new_items_get_the_group_of_their_directory() {
    let service = Service::open();
    service.ann("PUT", "/d?op=MKDIRS", "");
    service.ann("PUT", "/d?op=SETOWNER&group=staff", "");
    service.write("/d/e/f", "");
    assert_eq!(service.stat("/d/e/f")["group"], STAFF.to_string());
}
