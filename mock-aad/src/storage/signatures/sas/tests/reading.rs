//! What is no token, and what malformed tokens are told.

use adls_wire::sas::PARAMETERS;
use proptest::prelude::*;

use super::{Request, SasRefused, SharedAccessSignature, by_user, for_file_system};

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn detail(query: &str) -> String {
    let refused = SharedAccessSignature::parse(&pairs(query)).unwrap().unwrap_err();
    refused.to_string()
}

#[test]
fn a_query_without_signature_and_version_has_no_token() {
    for query in ["", "comp=list&restype=container", "sp=r&se=2030-01-01", "sdd=1", "SIG=x"] {
        assert!(SharedAccessSignature::parse(&pairs(query)).is_none(), "{query}");
    }
}

#[test]
fn version_and_policy_are_told_before_anything_is_proven() {
    let query = pairs("sv=2021-12-02&si=p&sr=c&sig=AAAA");
    let token = SharedAccessSignature::parse(&query).unwrap().unwrap();
    assert_eq!(token.policy_id(), Some("p"));
}

#[test]
fn what_is_missing_is_named() {
    let full = "sv=2021-12-02&sr=c&sp=r&se=2030-01-05&sig=AAAA";
    for name in ["sv", "sr", "sp", "se", "sig"] {
        let query: Vec<_> =
            full.split('&').filter(|pair| !pair.starts_with(&format!("{name}="))).collect();
        assert_eq!(detail(&query.join("&")), format!("{name} is mandatory. Cannot be empty"));
    }
    let account = "sv=2021-12-02&sp=r&se=2030-01-05&sig=AAAA";
    assert_eq!(detail(&format!("{account}&ss=b")), "srt is mandatory. Cannot be empty");
    assert_eq!(detail(&format!("{account}&srt=o")), "ss is mandatory. Cannot be empty");
    assert_eq!(detail(&format!("{account}&sr=d")), "sdd is mandatory. Cannot be empty");
    for name in ["sktid", "skt", "ske", "sks", "skv"] {
        let missing = by_user("2021-12-02").without(name).verify();
        assert_eq!(missing, Err(SasRefused::Missing(name)));
    }
}

#[test]
fn versions_that_are_not_understood_are_named() {
    for version in ["2018-03-28", "2099-01-01", "2021-13-01", "latest"] {
        let refused = for_file_system("2021-12-02").set("sv", version).verify();
        assert_eq!(refused, Err(SasRefused::Version(version.to_owned())));
    }
}

#[test]
fn values_that_are_none_are_named() {
    for (name, value) in [
        ("sp", "rz"),
        ("st", "yesterday"),
        ("se", "2030-13-01"),
        ("sip", "localhost"),
        ("spr", "http"),
        ("sr", "bs"),
        ("skt", "now"),
        ("ske", "now"),
        ("sks", "q"),
        ("skv", "1"),
        ("skoid", "me"),
        ("saoid", "me"),
        ("suoid", "me"),
        ("sduoid", "me"),
        ("skdutid", "here"),
    ] {
        let refused = by_user("2026-10-06").set(name, value).verify();
        assert_eq!(refused, Err(SasRefused::Malformed { name, value: value.to_owned() }));
    }
    let account = "sv=2021-12-02&sp=r&se=2030-01-05&sig=AAAA";
    for more in ["&ss=x&srt=o", "&ss=b&srt=x", "&ss=b&srt=o&sp=m"] {
        let query = format!("{account}{more}").replacen(
            "&sp=r",
            if more.ends_with("sp=m") { "" } else { "&sp=r" },
            1,
        );
        assert!(detail(&query).starts_with("Signature fields not well formed: '"), "{query}");
    }
    for depth in ["-1", "+1", "01", "a", "99999999999999999999"] {
        let query = format!("{account}&sr=d&sdd={}", depth.replace('+', "%2B"));
        assert_eq!(
            detail(&query),
            format!("Signature fields not well formed: '{depth}' is no valid sdd.")
        );
    }
    assert_eq!(
        detail("sv=2021-12-02&sr=c&sp=r&se=2030-01-05&sig=c2VjcmV0!"),
        "Signature fields not well formed: sig is not the base64 of a signature."
    );
}

#[test]
fn directories_came_with_a_version() {
    let directory = |sv| {
        let token = format!("sv={sv}&sr=d&sdd=1&sp=r&se=2030-01-05").leak();
        Request::with(("fs", "a", token)).signed().verify()
    };
    assert!(directory("2020-02-10").is_ok());
    let malformed = SasRefused::Malformed { name: "sr", value: "d".to_owned() };
    assert_eq!(directory("2019-12-12"), Err(malformed));
}

#[test]
fn a_depth_is_for_directories_only() {
    let refused = for_file_system("2021-12-02").set("sdd", "0").verify();
    assert_eq!(refused, Err(SasRefused::NotSigned("sdd")));
}

#[test]
fn one_token_has_one_agent() {
    let id = "00000000-0000-4000-8000-0000000000d4";
    let refused = by_user("2021-12-02").set("saoid", id).set("suoid", id).verify();
    assert_eq!(refused, Err(SasRefused::Exclusive("saoid", "suoid")));
}

#[test]
fn no_debug_output_shows_a_signature() {
    let request = for_file_system("2021-12-02");
    let token = SharedAccessSignature::parse(&request.query).unwrap().unwrap();
    let shown = format!("{token:?}");
    assert!(shown.contains("Signature(..)"));
    assert!(!shown.contains(request.get("sig").unwrap()));
}

#[test]
fn no_detail_shows_a_secret_of_a_demanded_header() {
    let mut request = by_user("2026-04-06");
    request.headers.insert("x-ms-encryption-key", "c2VjcmV0".parse().unwrap());
    let SasRefused::Mismatch { string_to_sign } =
        request.set("srh", "x-ms-encryption-key").verify().unwrap_err()
    else {
        panic!()
    };
    assert!(string_to_sign.contains("x-ms-encryption-key:REDACTED\n"), "{string_to_sign}");
}

proptest! {
    #[test]
    fn no_query_makes_it_panic(
        values in prop::collection::vec((0..PARAMETERS.len(), "\\PC{0,12}"), 0..12),
        path in "\\PC{0,12}",
        version in prop::sample::select(vec!["2018-11-09", "2020-12-06", "2026-10-06"]),
    ) {
        for request in [for_file_system(version), by_user(version)] {
            let mut request = request.on(&path);
            for (at, value) in &values {
                request = request.set(PARAMETERS[*at], value);
            }
            let _ = request.verify();
        }
    }
}
