//! When, from where and how tokens are good; and what stored policies say of it.

use super::{Request, SasRefused, by_user, for_file_system, permissions, policy, time};

fn signed(token: &'static str) -> Request {
    Request::with(("fs", "", token)).signed()
}

#[test]
fn a_token_is_good_from_its_start_until_its_expiry() {
    let token = "sp=r&sr=c&sv=2021-12-02&st=2030-01-02&se=2030-01-03T00:00:00Z";
    let good = |now| Request::with(("fs", "", token)).at("2030-01-02T01:00:00Z").signed().at(now);
    assert!(good("2030-01-02T00:00:00Z").verify().is_ok());
    assert!(good("2030-01-02T23:59:59Z").verify().is_ok());
    for now in ["2030-01-01T23:59:59Z", "2030-01-03T00:00:00Z"] {
        let refused = good(now).verify().unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "Signature not valid in the specified time frame: Start [2030-01-02T00:00:00Z] - \
                 Expiry [2030-01-03T00:00:00Z] - Current [{now}]"
            )
        );
    }
}

#[test]
fn a_start_is_not_needed() {
    assert!(for_file_system("2021-12-02").at("1999-01-01T00:00:00Z").verify().is_ok());
    let late = for_file_system("2021-12-02").at("2030-01-05T00:00:00Z").verify();
    assert!(matches!(late, Err(SasRefused::OutOfTime { start, .. }) if start.is_empty()));
}

#[test]
fn the_expiry_is_after_the_start() {
    let outcome = signed("sp=r&sr=c&sv=2021-12-02&st=2030-01-03&se=2030-01-03").verify();
    assert!(matches!(outcome, Err(SasRefused::EndsBeforeStart { .. })));
}

#[test]
fn a_users_key_has_a_lifetime_of_its_own() {
    let token = by_user("2021-12-02").set("se", "2030-02-01").signed();
    assert!(token.clone().at("2030-01-07T23:59:59Z").verify().is_ok());
    for now in ["2029-12-31T23:59:59Z", "2030-01-08T00:00:00Z"] {
        let refused = token.clone().at(now).verify();
        assert!(matches!(refused, Err(SasRefused::KeyOutOfTime { .. })), "{now}");
    }
}

#[test]
fn a_users_key_lives_for_seven_days_at_most() {
    let token = by_user("2021-12-02");
    assert!(token.verify().is_ok());
    let longer = token.set("ske", "2030-01-08T00:00:01Z").signed().verify();
    assert!(matches!(longer, Err(SasRefused::KeyTooLong { .. })));
}

#[test]
fn a_stored_policy_completes_a_token() {
    let stored = signed("sp=rl&sr=c&sv=2021-12-02&si=p");
    let grant = stored.verify().unwrap();
    assert_eq!(grant.permissions, permissions("rl"));
    let expired = stored.clone().at("2030-01-05T00:00:00Z").verify();
    assert!(matches!(expired, Err(SasRefused::OutOfTime { .. })));
    let mut early = stored.clone();
    early.policy.as_mut().unwrap().start = Some(time("2030-01-02T00:00:01Z"));
    assert!(matches!(early.verify(), Err(SasRefused::OutOfTime { .. })));
    let revoked = Request { policy: None, ..stored };
    assert_eq!(revoked.verify(), Err(SasRefused::NoSuchPolicy("p".to_owned())));
}

#[test]
fn a_token_may_not_repeat_its_policy() {
    let mut request = signed("sp=rl&se=2030-01-04&sr=c&sv=2021-12-02&si=p");
    assert_eq!(request.verify(), Err(SasRefused::InPolicyToo));
    request.policy = Some(policy());
    request.policy.as_mut().unwrap().expiry = None;
    assert!(request.signed().verify().is_ok());
}

#[test]
fn users_have_no_stored_policies() {
    let refused = by_user("2021-12-02").set("si", "p").signed().verify();
    assert_eq!(refused, Err(SasRefused::NotSigned("si")));
}

#[test]
fn addresses_and_protocol_are_checked() {
    let addressed = signed("sp=r&se=2030-01-05&sr=c&sv=2021-12-02&sip=10.0.0.5-10.0.0.6");
    assert!(addressed.verify().is_ok());
    let elsewhere = Request { source: "10.0.0.7".parse().unwrap(), ..addressed };
    assert!(matches!(elsewhere.verify().unwrap_err(), SasRefused::SourceAddress(_)));

    for (token, plain_is_fine) in [
        ("sp=r&se=2030-01-05&sr=c&sv=2021-12-02&spr=https", false),
        ("sp=r&se=2030-01-05&sr=c&sv=2021-12-02&spr=https,http", true),
        ("sp=r&se=2030-01-05&sr=c&sv=2021-12-02", true),
    ] {
        assert!(signed(token).verify().is_ok(), "{token}");
        let plain = Request { tls: false, ..signed(token) }.verify();
        assert_eq!(plain.err(), (!plain_is_fine).then_some(SasRefused::Protocol), "{token}");
    }
}

#[test]
fn an_account_token_must_be_for_blobs() {
    let token = "sp=r&se=2030-01-05&ss=qf&srt=sco&sv=2021-12-02";
    assert_eq!(signed(token).verify().unwrap_err(), SasRefused::Service);
    assert!(signed("sp=r&se=2030-01-05&ss=bf&srt=sco&sv=2021-12-02").verify().is_ok());
}
