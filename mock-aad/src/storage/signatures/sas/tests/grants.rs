//! What verified tokens give.

use adls_wire::sas::SasResourceTypes;
use uuid::uuid;

use super::super::grant::{Bearer, OnBehalfOf, ResponseOverrides, Scope};
use super::{Grant, Request, by_user, for_file_system, permissions};

fn grant(path: &'static str, token: &'static str) -> Grant {
    Request::with(("fs", path, token)).signed().verify().unwrap()
}

#[test]
fn an_account_token_covers_everything() {
    let grant = grant("a/b", "sp=rp&se=2030-01-05&ss=b&srt=co&sv=2021-12-02");
    assert_eq!(
        grant.scope,
        Scope::Account(SasResourceTypes { service: false, container: true, object: true })
    );
    assert_eq!(grant.permissions, permissions("r"));
    assert!(grant.covers("fs", "a") && grant.covers("gs", ""));
}

#[test]
fn a_file_system_token_covers_all_in_it() {
    let grant = for_file_system("2021-12-02").verify().unwrap();
    assert_eq!(grant.scope, Scope::FileSystem("fs".to_owned()));
    assert!(grant.covers("fs", "") && grant.covers("fs", "x/y"));
    assert!(!grant.covers("gs", "") && !grant.covers("f", ""));
}

#[test]
fn a_directory_token_covers_it_and_what_is_below() {
    let grant = grant("a/b/c", "sp=rl&se=2030-01-05&sr=d&sdd=2&sv=2021-12-02");
    for covered in ["a/b", "a/b/", "/a/b/x/y"] {
        assert!(grant.covers("fs", covered), "{covered}");
    }
    for other in ["", "a", "a/bc", "a/c", "b/a/b"] {
        assert!(!grant.covers("fs", other), "{other}");
    }
    assert!(!grant.covers("gs", "a/b"));
}

#[test]
fn a_token_of_the_root_covers_the_file_system() {
    let grant = grant("a", "sp=rl&se=2030-01-05&sr=d&sdd=0&sv=2021-12-02");
    assert_eq!(grant.scope, Scope::Directory { file_system: "fs".into(), path: Vec::new() });
    assert!(grant.covers("fs", "") && grant.covers("fs", "a/b") && !grant.covers("gs", ""));
}

#[test]
fn a_path_token_covers_one_path() {
    let grant = grant("a/b", "sp=r&se=2030-01-05&sr=b&sv=2021-12-02");
    assert!(grant.covers("fs", "a/b") && grant.covers("fs", "a/b/"));
    for other in ["", "a", "a/b/c", "a/bc"] {
        assert!(!grant.covers("fs", other), "{other}");
    }
}

#[test]
fn a_users_token_says_whose_and_for_whom_it_is() {
    let agent = "00000000-0000-4000-8000-0000000000d4";
    let id = uuid!("00000000-0000-4000-8000-0000000000d4");
    let user = || by_user("2026-10-06");
    let plain = user().verify().unwrap();
    assert_eq!(plain.delegator, Some(uuid!("00000000-0000-4000-8000-0000000000a1")));
    assert_eq!((plain.on_behalf_of, plain.bearer), (OnBehalfOf::Anyone, None));

    let grant = user().set("saoid", agent).set("scid", agent).signed().verify().unwrap();
    assert_eq!(grant.on_behalf_of, OnBehalfOf::Authorized(id));
    assert_eq!(grant.correlation_id.as_deref(), Some(agent));
    let grant = user().set("suoid", agent).signed().verify().unwrap();
    assert_eq!(grant.on_behalf_of, OnBehalfOf::Unauthorized(id));
    let grant = user().set("sduoid", agent).signed().verify().unwrap();
    assert_eq!(grant.bearer, Some(Bearer { object_id: id, tenant: None }));
    let tenant = "00000000-0000-4000-8000-0000000000c3";
    let grant = user().set("sduoid", agent).set("skdutid", tenant).signed().verify().unwrap();
    let tenant = Some(uuid!("00000000-0000-4000-8000-0000000000c3"));
    assert_eq!(grant.bearer, Some(Bearer { object_id: id, tenant }));
}

#[test]
fn headers_of_the_answer_and_the_encryption_scope_are_told() {
    let token =
        "sp=r&se=2030-01-05&sr=b&sv=2021-12-02&ses=scope&rscc=a&rscd=b&rsce=c&rscl=d&rsct=e";
    let grant = grant("a/b", token);
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(grant.encryption_scope, text("scope"));
    assert_eq!(
        grant.overrides,
        ResponseOverrides {
            cache_control: text("a"),
            content_disposition: text("b"),
            content_encoding: text("c"),
            content_language: text("d"),
            content_type: text("e"),
        }
    );
    assert_eq!(for_file_system("2021-12-02").verify().unwrap().delegator, None);
}
