//! Nobody gets in with a token that was changed, or used for something else.

use adls_wire::sas::{PARAMETERS, SasVersion};

use super::{Request, SasRefused, by_user, for_file_system, of_sdks, permissions};

/// Another value that is good by itself, for each parameter.
fn others(name: &str) -> &'static [&'static str] {
    match name {
        "sv" => {
            &["2018-11-09", "2020-02-10", "2020-12-06", "2024-08-04", "2026-04-06", "2026-10-05"]
        }
        "ss" => &["bq", "bf"],
        "srt" => &["s", "co", "ocs"],
        "sr" => &["b", "c", "d"],
        "sdd" => &["0", "1", "2", "3"],
        "sp" => &["racwdl", "r", "rx"],
        "st" => &["2029-01-01", "2030-01-01T00:00:01Z"],
        "se" => &["2031-01-01", "2030-01-05T00:00:01Z"],
        "skt" | "ske" => &["2030-01-01T00:00:01Z", "2030-01-07T00:00:01Z"],
        "sip" => &["10.0.0.5", "0.0.0.0-255.255.255.255"],
        "spr" => &["https", "https,http"],
        "si" => &["policy-2"],
        "sks" => &["b", "q"],
        "skv" => &["2018-11-09"],
        "skoid" | "sktid" | "skdutid" | "saoid" | "suoid" | "sduoid" | "scid" => {
            &["00000000-0000-4000-8000-0000000000ff"]
        }
        "srh" => &["x-ms-meta-k", "x-ms-client-request-id"],
        "srq" => &["comp", "timeout"],
        _ => &["other"],
    }
}

fn refused(request: &Request, what: &str) {
    let outcome = request.verify();
    let refused = outcome.expect_err(&format!("{what}: {:?}", request.query));
    let signature = request.get("sig").unwrap_or("none at all");
    assert!(!format!("{refused} {refused:?}").contains(signature) || signature.is_empty());
}

#[test]
fn no_parameter_may_be_changed_removed_or_added() {
    let mut tried = 0;
    for request in of_sdks() {
        for name in PARAMETERS {
            let own = request.get(name);
            for value in others(name).iter().filter(|value| Some(**value) != own) {
                refused(&request.clone().set(name, value), name);
                tried += 1;
            }
            if own.is_some() {
                refused(&request.clone().without(name), name);
                let mut twice = request.clone();
                twice.query.push((name.to_owned(), own.unwrap_or_default().to_owned()));
                refused(&twice, name);
                refused(&request.clone().set(name, ""), name);
                tried += 3;
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn a_signature_must_be_the_right_one() {
    for request in of_sdks() {
        let own = request.get("sig").unwrap().to_owned();
        let flipped = if own.starts_with('A') { "B" } else { "A" };
        refused(&request.clone().set("sig", &format!("{flipped}{}", &own[1..])), "another");
        refused(&request.clone().set("sig", &own[4..]), "shorter");
        refused(&request.clone().set("sig", &format!("AAAA{own}")), "longer");
        refused(&request.clone().set("sig", &own.to_lowercase()), "in lower case");
        refused(&request.clone().set("sig", "?"), "no base64");
        refused(&request.clone().set("sig", ""), "empty");
        refused(&request.without("sig"), "none");
    }
}

#[test]
fn a_token_is_good_for_its_account_and_keys_only() {
    for request in of_sdks() {
        refused(&Request { account: "pond", ..request.clone() }, "account");
        let by_user = request.get("skoid").is_some();
        if by_user {
            refused(&Request { master: b"another", ..request.clone() }, "secret");
            let rotated = Request { keys: Vec::new(), ..request };
            assert!(rotated.verify().is_ok());
        } else {
            refused(&Request { keys: request.keys[..1].to_vec(), ..request.clone() }, "key");
            let secret = Request { master: b"another", ..request };
            assert!(secret.verify().is_ok());
        }
    }
}

#[test]
fn a_token_is_good_for_its_resource_only() {
    for request in of_sdks().filter(|request| request.get("sr").is_some()) {
        let elsewhere = Request { file_system: Some("gs".to_owned()), ..request.clone() };
        refused(&elsewhere, "file system");
        refused(&Request { file_system: None, ..request.clone() }, "account");
        if request.get("sr") == Some("b") {
            let path = request.path.clone();
            for other in [format!("{path}/x"), format!("x{path}"), "a".to_owned(), String::new()] {
                refused(&request.clone().on(&other), &other);
            }
        }
    }
}

#[test]
fn a_directory_is_cut_to_its_depth() {
    let directories = of_sdks().filter(|request| request.get("sdd") == Some("2"));
    let mut count = 0;
    for request in directories {
        for below in ["a/b", "a/b/", "a/b/c", "a/b/c/d/e", "/a/b/x"] {
            assert!(request.clone().on(below).verify().is_ok(), "{below}");
        }
        for other in ["a/c", "a/bc", "b/a", "x/a/b", "a/B/c"] {
            refused(&request.clone().on(other), other);
        }
        assert_eq!(
            request.clone().on("a").verify(),
            Err(SasRefused::Depth { depth: 2, components: 1 })
        );
        assert_eq!(request.on("").verify(), Err(SasRefused::Depth { depth: 2, components: 0 }));
        count += 1;
    }
    assert_eq!(count, 2);
}

#[test]
fn what_a_token_demands_of_a_request_must_be_there() {
    let demanding = of_sdks().filter(|request| request.get("srh").is_some());
    let mut count = 0;
    for request in demanding {
        let mut other = request.clone();
        other.headers.insert("x-ms-meta-k", "w".parse().unwrap());
        refused(&other, "header");
        let mut none = request.clone();
        none.headers.remove("x-ms-meta-k");
        assert_eq!(none.verify(), Err(SasRefused::NoHeader("x-ms-meta-k".to_owned())));
        refused(&request.clone().set("timeout", "31"), "parameter");
        assert_eq!(
            request.without("timeout").verify(),
            Err(SasRefused::NoParameter("timeout".to_owned()))
        );
        count += 1;
    }
    assert_eq!(count, 2);
}

#[test]
fn no_version_knows_what_it_does_not_sign() {
    for (name, value, since) in [
        ("ses", "scope", SasVersion::ENCRYPTION_SCOPES),
        ("saoid", "00000000-0000-4000-8000-0000000000ff", SasVersion::DIRECTORIES),
        ("suoid", "00000000-0000-4000-8000-0000000000ff", SasVersion::DIRECTORIES),
        ("scid", "00000000-0000-4000-8000-0000000000ff", SasVersion::DIRECTORIES),
        ("sduoid", "00000000-0000-4000-8000-0000000000ff", SasVersion::DELEGATED_USERS),
        ("skdutid", "00000000-0000-4000-8000-0000000000ff", SasVersion::DELEGATED_USERS),
        ("srh", "x-ms-meta-k", SasVersion::REQUIRED_PARTS),
        ("srq", "timeout", SasVersion::REQUIRED_PARTS),
    ] {
        for version in ["2019-12-12", "2020-02-10", "2020-12-06", "2025-07-05", "2026-04-06"] {
            let outcome = by_user(version).set(name, value).signed().verify();
            if version.parse::<SasVersion>().unwrap() < since {
                assert_eq!(outcome, Err(SasRefused::NotSigned(name)), "{version}");
            } else {
                assert!(outcome.is_ok(), "{name} {version}");
            }
            if name != "ses" {
                let by_account = for_file_system(version).set(name, value).verify();
                assert_eq!(by_account, Err(SasRefused::NotSigned(name)), "{version}");
            }
        }
    }
}

#[test]
fn line_ends_in_a_parameter_are_refused() {
    for name in ["rscc", "rsct", "ses", "sp", "skoid", "scid"] {
        let request = by_user("2021-12-02").set(name, "a\nb");
        let malformed = SasRefused::Malformed { name, value: "a\\nb".to_owned() };
        assert_eq!(request.verify(), Err(malformed));
    }
}

#[test]
fn a_stored_policy_does_not_widen_a_token_of_its_own() {
    let mut request = for_file_system("2021-12-02");
    request.policy.as_mut().unwrap().permissions = Some(permissions("racwdl"));
    assert_eq!(request.verify().unwrap().permissions, permissions("rl"));
}
