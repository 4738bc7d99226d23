//! What is no signature: the error names it and the way out.

use super::*;
use crate::{Error, ErrorKind, Result};

fn refused<T: std::fmt::Debug>(result: Result<T>, named: &str) {
    let error: Error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(error.to_string().contains(named), "{named:?} is not in: {error}");
}

fn file() -> SasResource {
    SasResource::file("fs", "/a").unwrap()
}

fn service(letters: &str) -> ServiceSas {
    ServiceSas::new(file(), permissions(letters), day(4))
}

#[test]
fn permissions_are_those_of_the_kind() {
    let key = account_key();
    let account = |letters| AccountSas::new(permissions(letters), SasResourceTypes::ALL, day(4));
    refused(account("rop").sign(&key), "for an account cannot permit op; possible are racwdxyltfi");
    assert!(account("racwdxyltfi").sign(&key).unwrap().secret().contains("&sp=rwdxylacfti&"));
    refused(account("").sign(&key), "SasPermissions::READ");
    refused(service("rl").sign(&key), "for a file cannot permit l");
    refused(service("").sign(&key), "SasPermissions::READ");
    let directory = SasResource::directory("fs", "/").unwrap();
    let sas = ServiceSas::new(directory, permissions("rfi"), day(4));
    refused(sas.sign(&key), "for a directory cannot permit fi");
    let sas = UserDelegationSas::new(file(), permissions("fr"), day(4));
    refused(sas.sign("lake", &user_key()), "for a file cannot permit f");
    let none = AccountSas::new(permissions("r"), SasResourceTypes::default(), day(4));
    refused(none.sign(&key), "SasResourceTypes::ALL");
}

#[test]
fn times_must_make_sense() {
    let key = account_key();
    refused(service("r").starts_on(day(4)).sign(&key), "later expires_on");
    refused(service("r").expires_on(None).sign(&key), "never expire");
    refused(
        service("r").expires_on(SystemTime::UNIX_EPOCH + Duration::MAX / 1_000_000).sign(&key),
        "calendars",
    );
    let outliving = UserDelegationSas::new(file(), permissions("r"), day(7));
    refused(outliving.sign("lake", &user_key()), "which ends at 2030-01-07T00:00:00Z");
    // What is below a second is not signed.
    let at_its_end = day(6) + Duration::from_millis(999);
    let sas = UserDelegationSas::new(file(), permissions("r"), at_its_end);
    assert!(sas.sign("lake", &user_key()).is_ok());
}

#[test]
fn versions_know_what_they_sign() {
    let key = account_key();
    let version = |text: &str| text.parse::<SasVersion>().unwrap();
    refused(service("r").version(version("2017-04-17")).sign(&key), "2018-11-09 to 2026-10-06");
    let scoped = service("r").encryption_scope("a".to_owned());
    refused(scoped.clone().version(version("2020-10-02")).sign(&key), "know no ses");
    assert!(scoped.version(version("2020-12-06")).sign(&key).is_ok());
    let directory = SasResource::directory("fs", "/a").unwrap();
    let sas = ServiceSas::new(directory, permissions("r"), day(4));
    refused(sas.version(version("2019-12-12")).sign(&key), "know no sdd");
}

#[test]
fn texts_must_be_something_and_one_line() {
    let key = account_key();
    let headers = |text: &str| SasResponseHeaders::default().content_type(text.to_owned());
    refused(service("r").response_headers(headers("")).sign(&key), "rsct");
    refused(service("r").response_headers(headers("a\nb")).sign(&key), "rsct");
    refused(service("r").encryption_scope(String::new()).sign(&key), "ses");
    refused(ServiceSas::by_policy(file(), "").sign(&key), "si of a shared");
    refused(ServiceSas::by_policy(file(), "x".repeat(65)).sign(&key), "64 characters");
    for name in ["", "a/b", "a\nb"] {
        refused(SasResource::file_system(name), "bare name");
    }
    refused(SasResource::file("fs", "/"), "SasResource::directory");
    refused(SasResource::directory("fs", "../a"), "'..'");
    let odd = adls_wire::RemotePath::root().child("a\nb").unwrap();
    refused(SasResource::file("fs", odd), "control character");
}

#[test]
fn people_and_accounts_have_names() {
    let sas = UserDelegationSas::new(file(), permissions("r"), day(4));
    for account in ["", "lake.dfs.core.windows.net", "la/ke"] {
        refused(sas.sign(account, &user_key()), "not the name of an account");
    }
    let agent = sas.clone().agent(SasAgent::Authorized("me".to_owned()));
    refused(agent.sign("lake", &user_key()), "\"me\" is no object id");
    refused(sas.correlation_id("1".to_owned()).sign("lake", &user_key()), "correlation id");
}

#[test]
fn a_policy_may_leave_something_open() {
    let sas = ServiceSas::by_policy(file(), "p").permissions(permissions("r"));
    let token = sas.expires_on(day(4)).sign(&account_key()).unwrap();
    assert!(
        token.secret().contains("si=p&sp=r&se=2030-01-05T00%3A00%3A00Z&"),
        "{}",
        token.secret()
    );
}
