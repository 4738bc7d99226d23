//! Callers who give only a name, which the directory need not know.

use super::super::pseudo_names::{self, PrincipalKind};
use super::*;

impl Service {
    /// Sends as whoever is named, without a token.
    fn as_anybody(&self, who: &str, method: &str, path: &str) -> Reply {
        let mut call = self.call(method, &format!("{path}&user.name={who}"), "");
        call.headers.clear();
        block_on(async { reply(super::super::handle(&self.state.gen1, call).await).await })
    }

    fn done_by(&self, who: &str, method: &str, path: &str) -> serde_json::Value {
        let reply = self.as_anybody(who, method, path);
        assert!((200..300).contains(&reply.status), "{path}: {}", reply.line());
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }
}

#[test]
fn whoever_it_is_works_in_the_default_account() {
    let service = Service::new();
    service.done_by("root", "PUT", "/user/root?op=MKDIRS&permission=755");
    service.done_by("root", "PUT", "/user/root/f?op=CREATE&write=true&permission=644");
    let status = service.done_by("zoe", "GET", "/user/root/f?op=GETFILESTATUS");
    assert_eq!(status["FileStatus"]["owner"], "root");
    assert_eq!(status["FileStatus"]["group"], "users");
    service.done_by("zoe", "GET", "/user/root/f?op=OPEN&read=true");
    assert_eq!(service.as_anybody("zoe", "DELETE", "/user/root/f?op=DELETE").status, 403);
    assert_eq!(service.done_by("zoe", "GET", "/?op=GETHOMEDIRECTORY")["Path"], "/user/zoe");
    service.done_by("root", "DELETE", "/user?op=DELETE&recursive=true");
}

#[test]
fn a_name_is_the_same_id_in_every_emulator() {
    let owner = |who: &str| {
        let service = Service::new();
        service.done_by(who, "PUT", "/f?op=CREATE&write=true");
        service.stat("/f")["owner"].as_str().unwrap().to_owned()
    };
    assert_eq!(owner("bob2"), owner("bob2"));
    assert_ne!(owner("bob2"), owner("bob3"));
    let id = Uuid::from_u128(99).to_string();
    assert_eq!(owner(&id), id);
}

#[test]
fn entries_about_any_name_are_taken_and_shown_as_given() {
    let service = Service::new();
    service.done_by("me", "PUT", "/d?op=MKDIRS&permission=700");
    assert_eq!(service.as_anybody("eve", "GET", "/d?op=LISTSTATUS").status, 403);
    let spec = "user:eve:r-x,group:people:r--,default:user:Eve:rwx";
    service.done_by("me", "PUT", &format!("/d?op=MODIFYACLENTRIES&aclspec={spec}"));
    let acl = service.done_by("me", "GET", "/d?op=GETACLSTATUS");
    let entries = acl["AclStatus"]["entries"].as_array().unwrap();
    for entry in spec.split(',') {
        assert!(entries.contains(&entry.into()), "{entry}: {entries:?}");
    }
    service.done_by("eve", "GET", "/d?op=LISTSTATUS");
    service.done_by("me", "PUT", "/d?op=REMOVEACLENTRIES&aclspec=user:eve:");
    assert_eq!(service.as_anybody("eve", "GET", "/d?op=LISTSTATUS").status, 403);

    service.done_by("user", "PUT", "/d?op=SETOWNER&owner=eve&group=people");
    let status = service.done_by("eve", "GET", "/d?op=GETFILESTATUS")["FileStatus"].clone();
    assert_eq!((status["owner"].as_str(), status["group"].as_str()), (Some("eve"), Some("people")));
}

#[test]
fn names_go_with_a_reset_and_come_back_with_a_snapshot() {
    let service = Service::new();
    service.done_by("eve", "PUT", "/f?op=CREATE&write=true");
    let snapshot = service.state.snapshot().unwrap();
    service.state.reset().unwrap();
    service.state.restore(&snapshot).unwrap();
    let status = service.done_by("user", "GET", "/f?op=GETFILESTATUS");
    assert_eq!(status["FileStatus"]["owner"], "eve");
}

#[test]
fn a_name_opens_no_other_account() {
    let service = Service::new();
    service.state.lake.create_account("other", Vec::new(), None);
    let mut call = service.call("PUT", "/d?op=MKDIRS&user.name=eve", "");
    call.account = Some("other".to_owned());
    let answer =
        block_on(async { reply(super::super::handle(&service.state.gen1, call).await).await });
    assert_eq!(answer.status, 403);
}

#[test]
fn what_can_be_no_name_is_refused() {
    let service = Service::new();
    for name in ["a%0Ab", &"x".repeat(300)] {
        assert_eq!(service.as_anybody(name, "GET", "/?op=LISTSTATUS").status, 401, "{name}");
    }
    let refused =
        service.as_anybody("me", "PUT", &format!("/?op=SETOWNER&owner={}", "x".repeat(300)));
    assert_eq!(refused.status, 400);
}

#[test]
fn names_of_those_who_are_refused_are_not_remembered() {
    let service = Service::new();
    let names = |kind: &str, from: u32| -> String {
        (from..from + 20).map(|number| format!("{kind}:name{number}:rwx,")).collect()
    };
    service.done_by("me", "PUT", "/d?op=MKDIRS&permission=755");
    for round in 0..3 {
        let spec = format!("{}user::rwx", names("user", round * 20));
        let path = format!("/d?op=MODIFYACLENTRIES&aclspec={spec}");
        assert_eq!(service.as_anybody("eve", "PUT", &path).status, 403);
    }
    service.done_by("guest", "GET", "/d?op=LISTSTATUS");
    for name in ["eve", "name1", "guest"] {
        let id =
            service.as_anybody("user", "PUT", &format!("/d?op=SETOWNER&owner={name}&tooid=true"));
        assert_eq!(id.status, 200);
    }
    let learned = &service.state.gen1.pseudo_names;
    let known = |name: &str| learned.name(pseudo_names::id(PrincipalKind::User, name).unwrap());
    assert!(known("me").is_some() && known("eve").is_some());
    assert!(known("name2").is_none());
}
