//! Every refusal by its number and by its words.

use adls_auth::AuthErrorKind::{self as Kind, *};
use adls_auth::Error;
use adls_http::test_util::ScriptedTransport;
use adls_http::{ErrorKind, TokenCredential};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::*;

async fn refused(status: u16, word: &str, code: u32, more: &Value) -> Error {
    let transport = ScriptedTransport::new([managed(), refusal_with(status, word, code, more)]);
    let error = password(options(&transport)).get_token(&data_lake()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credential);
    assert_eq!(transport.count(), 2, "a refusal is not asked for again");
    Error::find(&error).unwrap().clone()
}

const CODES: &[(u16, &str, u32, Kind)] = &[
    (400, "invalid_grant", 50126, WrongPassword),
    (400, "invalid_grant", 50034, UnknownUser),
    (400, "invalid_grant", 50020, UnknownUser),
    (400, "invalid_grant", 50053, AccountLocked),
    (400, "unauthorized_client", 50053, AccountLocked),
    (400, "user_password_expired", 50055, PasswordExpired),
    (400, "invalid_grant", 50056, NoPassword),
    (400, "invalid_grant", 50057, AccountDisabled),
    (400, "interaction_required", 50076, MfaRequired),
    (400, "invalid_grant", 50076, MfaRequired),
    (400, "invalid_grant", 50074, MfaRequired),
    (400, "invalid_grant", 50158, MfaRequired),
    (400, "invalid_grant", 50079, MfaEnrollmentRequired),
    (400, "invalid_grant", 50072, MfaEnrollmentRequired),
    (400, "interaction_required", 53003, ConditionalAccess),
    (400, "invalid_grant", 53000, ConditionalAccess),
    (400, "invalid_grant", 53001, ConditionalAccess),
    (400, "invalid_grant", 530_035, ConditionalAccess),
    (400, "invalid_grant", 65001, ConsentRequired),
    (400, "invalid_grant", 65002, ConsentRequired),
    (400, "access_denied", 65004, ConsentRequired),
    (400, "invalid_grant", 50105, UserNotAssigned),
    (400, "unauthorized_client", 700_016, UnknownApplication),
    (400, "unauthorized_client", 70001, UnknownApplication),
    (400, "unauthorized_client", 7_000_112, ApplicationDisabled),
    (401, "invalid_client", 7_000_215, WrongClientSecret),
    (401, "invalid_client", 7_000_222, ExpiredClientSecret),
    (401, "invalid_client", 7_000_218, NotPublicClient),
    (401, "invalid_client", 700_025, PublicClientSentSecret),
    (401, "invalid_client", 700_027, BadClientAssertion),
    (401, "invalid_client", 700_024, BadClientAssertion),
    (401, "invalid_client", 50012, BadClientAssertion),
    (401, "invalid_client", 700_021, BadClientAssertion),
    (400, "invalid_request", 70021, NoFederatedCredential),
    (401, "invalid_client", 700_213, NoFederatedCredential),
    (400, "invalid_request", 90002, UnknownTenant),
    (400, "invalid_request", 50128, UnknownTenant),
    (400, "invalid_request", 50059, TenantRequired),
    (400, "invalid_request", 900_144, MalformedRequest),
    (400, "invalid_request", 9_002_313, MalformedRequest),
    (405, "invalid_request", 900_561, MalformedRequest),
    (400, "unsupported_grant_type", 70003, UnsupportedGrant),
    (400, "invalid_request", 9_001_023, UnsupportedGrant),
    (400, "invalid_instance", 50049, UnknownAuthority),
    (400, "expired_token", 70020, DeviceCodeExpired),
    (400, "invalid_grant", 54005, RefreshTokenExpired),
    (400, "invalid_grant", 70008, RefreshTokenExpired),
    (400, "invalid_grant", 70000, RefreshTokenExpired),
    (400, "invalid_grant", 700_082, RefreshTokenExpired),
    (400, "invalid_grant", 700_084, RefreshTokenExpired),
    (400, "invalid_grant", 70043, RefreshTokenExpired),
    (400, "invalid_grant", 50173, SessionRevoked),
    (400, "invalid_resource", 500_011, UnknownResource),
    (400, "invalid_resource", 50001, UnknownResource),
    (400, "invalid_resource", 650_057, UnknownResource),
    (400, "invalid_scope", 70011, InvalidScope),
    (400, "invalid_scope", 28002, InvalidScope),
    (400, "login_required", 50058, InteractionRequired),
    (400, "interaction_required", 16000, InteractionRequired),
    (400, "temporarily_unavailable", 50196, Throttled),
    // Words alone, where the number is new.
    (400, "interaction_required", 1, InteractionRequired),
    (400, "invalid_tenant", 1, UnknownTenant),
    (400, "invalid_scope", 1, InvalidScope),
    (400, "temporarily_unavailable", 1, TemporarilyUnavailable),
    (400, "invalid_grant", 1, Refused),
];

#[tokio::test]
async fn by_number() {
    for (status, word, code, kind) in CODES {
        let error = refused(*status, word, *code, &json!({})).await;
        assert_eq!(error.kind(), *kind, "{code}");
        assert_eq!(error.codes(), [*code]);
        assert_eq!(error.oauth_error(), Some(*word));
        let text = error.to_string();
        assert!(text.contains(&format!("AADSTS{code}: The words change")), "{text}");
        assert!(!text.contains("Trace ID"), "{text}");
        let knows_a_way = !matches!(kind, MalformedRequest | Refused);
        assert_eq!(error.hint().is_some(), knows_a_way, "{kind:?}");
        for words in error.hint().into_iter().chain([&*text]) {
            assert!(words.starts_with(char::is_lowercase) && !words.ends_with('.'), "{words}");
        }
    }
}

#[tokio::test]
async fn by_suberror_where_the_number_is_new() {
    for (suberror, kind) in [
        ("basic_action", MfaRequired),
        ("additional_action", ConditionalAccess),
        ("message_only", ConditionalAccess),
        ("consent_required", ConsentRequired),
        ("user_password_expired", PasswordExpired),
        ("bad_token", RefreshTokenExpired),
        ("token_expired", RefreshTokenExpired),
    ] {
        let error = refused(400, "invalid_grant", 1, &json!({"suberror": suberror})).await;
        assert_eq!(error.kind(), kind);
        assert_eq!(error.suberror(), Some(suberror));
    }
}

#[tokio::test]
async fn carries_what_the_next_step_needs() {
    let claims = r#"{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}"#;
    let more = json!({"suberror": "basic_action", "claims": claims});
    let error = refused(400, "invalid_grant", 50076, &more).await;
    assert_eq!(error.claims(), Some(claims));
    assert_eq!(error.correlation_id(), Some("c-1"));
    assert_eq!(error.trace_id(), Some("t-1"));
    assert!(error.description().unwrap().contains("Correlation ID: c-1"));
    assert!(error.needs_interaction());
    assert_eq!(error.http_error().unwrap().status().unwrap(), 400);
    assert_snapshot!(error, @"multi-factor authentication is required: AADSTS50076: The words change");
    assert_snapshot!(error.hint().unwrap(), @"a password alone cannot satisfy this; sign in with a device code or a browser");
    let outer: adls_http::Error = error.into();
    assert_snapshot!(outer, @"multi-factor authentication is required: AADSTS50076: The words change");

    let as_object: Value = serde_json::from_str(claims).unwrap();
    let error = refused(400, "invalid_grant", 50076, &json!({"claims": as_object})).await;
    assert_eq!(error.claims(), Some(claims));
}

#[tokio::test]
async fn old_replies_hold_an_outer_number_first_and_new_ones_one_line() {
    let old = json!({
        "error_codes": [70002, 50126],
        "error_description": "AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password\r\nTrace ID: x",
    });
    let error = refused(400, "invalid_grant", 0, &old).await;
    assert_eq!(error.kind(), WrongPassword);
    assert_snapshot!(error, @"wrong user name or password: AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password");
    let one_line = json!({
        "error_description": "AADSTS50034: The user account does not exist. Trace ID: x Correlation ID: y Timestamp: z",
    });
    assert_snapshot!(refused(400, "invalid_grant", 50034, &one_line).await, @"the tenant has no such user: AADSTS50034: The user account does not exist");
    let bare = json!({"error_codes": null, "error_description": "AADSTS50057: Disabled."});
    assert_eq!(refused(400, "invalid_grant", 0, &bare).await.kind(), AccountDisabled);
}
