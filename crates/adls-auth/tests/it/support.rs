//! Answers of an authority, and credentials that get them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adls_auth::{
    AuthOptions, Authority, ClientSecretCredential, Protocol, UsernamePasswordCredential,
};
use adls_http::test_util::{Answer, ScriptedTransport, TestClock};
use adls_http::{Clock, TokenRequest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const CLIENT_ID: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const TENANT: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const SCOPE: &str = "https://datalake.azure.net//.default";
pub(crate) const OTHER_SCOPE: &str = "https://management.core.windows.net//.default";

pub(crate) fn data_lake() -> TokenRequest {
    TokenRequest::new(SCOPE)
}

pub(crate) fn management() -> TokenRequest {
    TokenRequest::new(OTHER_SCOPE)
}

pub(crate) fn encode(json: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json.to_string())
}

pub(crate) fn id_token() -> String {
    let claims = json!({
        "oid": "0a", "tid": TENANT, "preferred_username": "user@contoso.test", "name": "User",
    });
    format!("{}.{}.", encode(&json!({"alg": "none"})), encode(&claims))
}

/// What the v2.0 endpoint answers to a user, with tokens that end in `name`.
pub(crate) fn user_reply(name: &str) -> Value {
    json!({
        "token_type": "Bearer",
        "scope": format!("openid profile {SCOPE} https://datalake.azure.net//user_impersonation"),
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": format!("access-{name}"),
        "refresh_token": format!("refresh-{name}"),
        "id_token": id_token(),
        "client_info": encode(&json!({"uid": "0a", "utid": TENANT})),
    })
}

/// The same for the other resource.
pub(crate) fn management_reply(name: &str) -> Value {
    let mut reply = user_reply(name);
    reply["scope"] = json!(format!("openid profile {OTHER_SCOPE}"));
    reply
}

/// What the v1 endpoint answers to a user.
pub(crate) fn user_reply_v1(name: &str) -> Value {
    json!({
        "token_type": "Bearer",
        "scope": "user_impersonation",
        "expires_in": "3599",
        "ext_expires_in": "3599",
        "expires_on": "1767229199",
        "not_before": "1767225300",
        "resource": "https://datalake.azure.net/",
        "access_token": format!("access-{name}"),
        "refresh_token": format!("refresh-{name}"),
        "id_token": id_token(),
        "client_info": encode(&json!({"uid": "0a", "utid": TENANT})),
    })
}

/// What an application gets.
pub(crate) fn app_reply(name: &str) -> Value {
    json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": format!("access-{name}") })
}

pub(crate) fn managed() -> Answer {
    ok(&json!({"ver": "1.0", "account_type": "Managed", "domain_name": "contoso.test"}))
}

pub(crate) fn ok(json: &Value) -> Answer {
    Answer::status(200).header("content-type", "application/json").body(json.to_string())
}

pub(crate) fn refusal(status: u16, error: &str, code: u32) -> Answer {
    refusal_with(status, error, code, &json!({}))
}

pub(crate) fn refusal_with(status: u16, error: &str, code: u32, more: &Value) -> Answer {
    let mut json = json!({
        "error": error,
        "error_description": format!(
            "AADSTS{code}: The words change.\r\nTrace ID: t-1\r\nCorrelation ID: c-1\r\n\
             Timestamp: 2026-01-01 00:00:00Z"
        ),
        "error_codes": [code],
        "timestamp": "2026-01-01 00:00:00Z",
        "trace_id": "t-1",
        "correlation_id": "c-1",
    });
    if let (Value::Object(json), Value::Object(more)) = (&mut json, more) {
        json.extend(more.clone());
    }
    Answer::status(status).body(json.to_string())
}

pub(crate) fn pending() -> Answer {
    refusal(400, "authorization_pending", 70016)
}

pub(crate) fn options(transport: &Arc<ScriptedTransport>) -> AuthOptions {
    let authority = Authority::new("https://login.test", "contoso.test").unwrap();
    AuthOptions::default().client(transport.options()).authority(authority)
}

pub(crate) fn options_v1(transport: &Arc<ScriptedTransport>) -> AuthOptions {
    let mut options = options(transport);
    options.protocol = Protocol::V1;
    options
}

/// Options whose clock the test holds.
pub(crate) fn options_with_clock(transport: &Arc<ScriptedTransport>) -> (AuthOptions, TestClock) {
    let clock = TestClock::new();
    let mut options = options(transport);
    options.client.clock = Arc::new(clock.clone());
    (options, clock)
}

pub(crate) fn password(options: AuthOptions) -> UsernamePasswordCredential {
    UsernamePasswordCredential::new_with(
        "user@contoso.test",
        "p@ss & word",
        options.client_id(CLIENT_ID),
    )
    .unwrap()
}

pub(crate) fn client_secret(options: AuthOptions) -> ClientSecretCredential {
    ClientSecretCredential::new_with(CLIENT_ID, "s3cret", options).unwrap()
}

/// How long a token still lives, in seconds.
pub(crate) fn lifetime(expires_on: SystemTime, clock: &dyn Clock) -> u64 {
    let left: Duration = expires_on.duration_since(clock.now()).unwrap_or_default();
    left.as_secs()
}
