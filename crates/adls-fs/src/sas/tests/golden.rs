//! The same signatures as azure-storage-blob 12.31.1 and azure-storage-file-datalake 12.26.1 make with the
//! same keys.

use std::collections::BTreeSet;

use adls_http::SasToken;

use super::*;

/// The order of the parameters is anybody's choice.
fn same(token: &SasToken, expected: &str) {
    let pairs = |query: &str| -> BTreeSet<(String, String)> {
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    };
    assert_eq!(pairs(token.secret()), pairs(expected));
}

fn newest() -> SasVersion {
    "2026-10-06".parse().unwrap()
}

#[test]
fn of_an_account() {
    let sas = AccountSas::new(permissions("tfcaldwr"), SasResourceTypes::ALL, day(4))
        .starts_on(day(0))
        .ip_range("10.0.0.1-10.0.0.9".parse::<SasIpRange>().unwrap())
        .encryption_scope("scope1".to_owned())
        .version(newest());
    same(
        &sas.sign(&account_key()).unwrap(),
        "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlacft\
             &sip=10.0.0.1-10.0.0.9&spr=https&sv=2026-10-06&ss=b&srt=sco&ses=scope1\
             &sig=7fICX73MHGYyOU9GH3Jk8M7474kQlhhWbqArVtcc5hU%3D",
    );
}

#[test]
fn of_a_service() {
    let headers = SasResponseHeaders::default()
        .cache_control("no-cache".to_owned())
        .content_disposition("attachment; filename=\"x y\"".to_owned())
        .content_encoding("gzip".to_owned())
        .content_language("de".to_owned())
        .content_type("text/plain".to_owned());
    let file_system = SasResource::file_system("fs").unwrap();
    let sas = ServiceSas::new(file_system.clone(), permissions("poemldwcar"), day(4))
        .starts_on(day(0))
        .ip_range(SasIpRange::from("10.0.0.5".parse::<std::net::IpAddr>().unwrap()))
        .protocol(SasProtocol::HttpsAndHttp)
        .response_headers(headers)
        .version(newest());
    same(
        &sas.sign(&account_key()).unwrap(),
        "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdlmeop\
             &sip=10.0.0.5&spr=https%2Chttp&sv=2026-10-06&sr=c&rscc=no-cache\
             &rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de\
             &rsct=text/plain&sig=HrGesLl9xIRgG97mErGShHhASqBlheq6LKWvHdKeukg%3D",
    );
    let sas = ServiceSas::by_policy(file_system, "policy-1").version(newest());
    same(
        &sas.sign(&account_key()).unwrap(),
        "spr=https&sv=2026-10-06&si=policy-1&sr=c\
             &sig=7dq2MqQWiUaSWHpdnOJfTsWePI8zcJx6AUD6N98xACc%3D",
    );
    let directory = SasResource::directory("fs", "/a/ü b/").unwrap();
    let sas = ServiceSas::new(directory, permissions("rle"), day(4)).version(newest());
    same(
        &sas.sign(&account_key()).unwrap(),
        "se=2030-01-05T00%3A00%3A00Z&sp=rle&spr=https&sv=2026-10-06&sr=d&sdd=2\
             &sig=ptAouqioKEKZrpOjwGja0liaPaoSO6BDQX2GQ0oy/2Y%3D",
    );
    let file = SasResource::file("fs", "/a/ü b/文件 1+2%.txt").unwrap();
    let sas = ServiceSas::new(file, permissions("rw"), day(4)).version(newest());
    same(
        &sas.sign(&account_key()).unwrap(),
        "se=2030-01-05T00%3A00%3A00Z&sp=rw&spr=https&sv=2026-10-06&sr=b\
             &sig=HL3yJWI%2BlQwSUqPmAxC4wew5tGjzBLXYb07EUPtQnaU%3D",
    );
}

#[test]
fn of_a_user() {
    let (agent, correlation) =
        ("00000000-0000-4000-8000-0000000000d4", "00000000-0000-4000-8000-0000000000e5");
    let directory = SasResource::directory("fs", "/a/b").unwrap();
    let sas = UserDelegationSas::new(directory, permissions("rl"), day(4))
        .starts_on(day(0))
        .agent(SasAgent::Authorized(agent.to_owned()))
        .correlation_id(correlation.to_owned())
        .version(newest());
    same(
        &sas.sign("lake", &user_key()).unwrap(),
        "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&spr=https\
             &sv=2026-10-06&sr=d&sdd=2&saoid=00000000-0000-4000-8000-0000000000d4\
             &scid=00000000-0000-4000-8000-0000000000e5\
             &skoid=00000000-0000-4000-8000-0000000000a1\
             &sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z\
             &ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06\
             &sig=FR3Wl%2B5VBeZN7oVpSDbXZ8F33vxY3DQizvz%2Bc7Y72HY%3D",
    );
    let file = SasResource::file("fs", "/a/b.csv").unwrap();
    let sas = UserDelegationSas::new(file, permissions("r"), day(4))
        .agent(SasAgent::Unauthorized(agent.to_owned()))
        .ip_range(SasIpRange::from("10.0.0.5".parse::<std::net::IpAddr>().unwrap()))
        .version(newest());
    same(
        &sas.sign("lake", &user_key()).unwrap(),
        "se=2030-01-05T00%3A00%3A00Z&sp=r&sip=10.0.0.5&spr=https&sv=2026-10-06\
             &sr=b&suoid=00000000-0000-4000-8000-0000000000d4\
             &skoid=00000000-0000-4000-8000-0000000000a1\
             &sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z\
             &ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06\
             &sig=8y0OML5ek3rzPjMgqsKfvpjnbMxLL31%2B84rQ50S7bZE%3D",
    );
    let file_system = SasResource::file_system("fs").unwrap();
    let sas = UserDelegationSas::new(file_system, permissions("rl"), day(4))
        .encryption_scope("scope1".to_owned())
        .version(newest());
    same(
        &sas.sign("lake", &user_key()).unwrap(),
        "se=2030-01-05T00%3A00%3A00Z&sp=rl&spr=https&sv=2026-10-06&sr=c\
             &ses=scope1&skoid=00000000-0000-4000-8000-0000000000a1\
             &sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z\
             &ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06\
             &sig=S6faLufyZk9cbsxi1YGhECF9ZEuPRi43Ju2hN%2B0V6rI%3D",
    );
}

#[test]
fn texts_are_encoded_once_and_secrets_shown_nowhere() {
    let file = SasResource::file("fs", "/a").unwrap();
    let headers = SasResponseHeaders::default().content_type("a+b %&=é".to_owned());
    let sas = ServiceSas::new(file, permissions("r"), day(4)).response_headers(headers);
    let token = sas.sign(&account_key()).unwrap();
    assert!(token.secret().contains("&rsct=a%2Bb%20%25%26%3D%C3%A9&"), "{}", token.secret());
    let (_, signature) = token.secret().split_once("sig=").unwrap();
    let shown = format!("{sas:?} {token:?} {:?} {:?}", user_key(), account_key());
    assert!(!shown.contains(signature) && !shown.contains(KEY), "{shown}");
}
