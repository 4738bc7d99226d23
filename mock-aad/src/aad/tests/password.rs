use serde_json::{Value, json};

use super::*;

const V1: &str = "/common/oauth2/token";
const V2: &str = "/organizations/oauth2/v2.0/token";
const CHANGING: [&str; 3] = ["access_token", "refresh_token", "id_token"];
const NOISE: [&str; 8] = ["iat", "nbf", "exp", "aio", "rh", "uti", "expires_on", "not_before"];

#[tokio::test]
async fn v1_answer_has_numbers_as_strings() {
    let emulator = Emulator::new();
    let body = emulator.tokens(V1, &password_v1("user@emulator.test")).await;
    assert!(body["expires_on"].as_str().unwrap().parse::<i64>().is_ok());
    insta::assert_json_snapshot!(redacted(redacted(body, &CHANGING), &NOISE), @r#"
    {
      "token_type": "Bearer",
      "scope": "user_impersonation",
      "expires_in": "3599",
      "ext_expires_in": "3599",
      "expires_on": "[expires_on]",
      "not_before": "[not_before]",
      "resource": "https://datalake.azure.net/",
      "access_token": "[access_token]",
      "refresh_token": "[refresh_token]",
      "foci": "1",
      "id_token": "[id_token]"
    }
    "#);
}

#[tokio::test]
async fn v2_answer_has_integers() {
    let emulator = Emulator::new();
    let body = emulator.tokens(V2, &password_v2("User@Emulator.test")).await;
    insta::assert_json_snapshot!(redacted(body, &CHANGING), @r#"
    {
      "token_type": "Bearer",
      "scope": "openid profile https://datalake.azure.net//user_impersonation https://datalake.azure.net//.default",
      "expires_in": 3599,
      "ext_expires_in": 3599,
      "access_token": "[access_token]",
      "refresh_token": "[refresh_token]",
      "foci": "1",
      "id_token": "[id_token]",
      "client_info": "eyJ1aWQiOiI1YTFlMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAxMDEiLCJ1dGlkIjoiNWExZTAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxIn0"
    }
    "#);
}

#[tokio::test]
async fn access_token_claims_are_those_of_version_1_through_both_endpoints() {
    let emulator = Emulator::new();
    let v1 = emulator.tokens(V1, &password_v1("user@emulator.test")).await;
    let v2 = emulator.tokens(V2, &password_v2("user@emulator.test")).await;
    let v1 = claims(&v1["access_token"]);
    assert_eq!(v1["exp"].as_i64().unwrap() - v1["iat"].as_i64().unwrap(), 3900);
    let v1 = redacted(v1, &NOISE);
    assert_eq!(v1, redacted(claims(&v2["access_token"]), &NOISE));
    insta::assert_json_snapshot!(v1, @r#"
    {
      "aud": "https://datalake.azure.net/",
      "iss": "https://sts.windows.net/5a1e0000-0000-4000-8000-000000000001/",
      "iat": "[iat]",
      "nbf": "[nbf]",
      "exp": "[exp]",
      "acr": "1",
      "aio": "[aio]",
      "amr": [
        "pwd"
      ],
      "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
      "appidacr": "0",
      "family_name": "User",
      "given_name": "Emulator",
      "ipaddr": "127.0.0.1",
      "name": "Emulator User",
      "unique_name": "user@emulator.test",
      "upn": "user@emulator.test",
      "idtyp": "user",
      "oid": "5a1e0000-0000-4000-8000-000000000101",
      "puid": "1003200000000101",
      "rh": "[rh]",
      "scp": "user_impersonation",
      "sub": "yeKgeE_lXSAmfd7fhp6yUPM-p11zraCzOcrA6XUv54A",
      "tid": "5a1e0000-0000-4000-8000-000000000001",
      "uti": "[uti]",
      "ver": "1.0"
    }
    "#);
}

#[tokio::test]
async fn id_tokens_of_both_versions() {
    let emulator = Emulator::new();
    let v1 = emulator.tokens(V1, &password_v1("user@emulator.test")).await;
    let token = v1["id_token"].as_str().unwrap();
    assert!(token.ends_with('.'), "a public client's v1 id token is not signed");
    insta::assert_json_snapshot!(redacted(claims(&v1["id_token"]), &NOISE), @r#"
    {
      "aud": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
      "iss": "https://sts.windows.net/5a1e0000-0000-4000-8000-000000000001/",
      "iat": "[iat]",
      "nbf": "[nbf]",
      "exp": "[exp]",
      "amr": [
        "pwd"
      ],
      "family_name": "User",
      "given_name": "Emulator",
      "ipaddr": "127.0.0.1",
      "name": "Emulator User",
      "unique_name": "user@emulator.test",
      "upn": "user@emulator.test",
      "oid": "5a1e0000-0000-4000-8000-000000000101",
      "rh": "[rh]",
      "sub": "l5v7BTRyWrZ8bWx_wkB-7KECxeJjUjcASZXnQ-ctQJk",
      "tid": "5a1e0000-0000-4000-8000-000000000001",
      "uti": "[uti]",
      "ver": "1.0"
    }
    "#);
    let v2 = emulator.tokens(V2, &password_v2("user@emulator.test")).await;
    insta::assert_json_snapshot!(redacted(claims(&v2["id_token"]), &NOISE), @r#"
    {
      "aud": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
      "iss": "https://login.microsoftonline.com/5a1e0000-0000-4000-8000-000000000001/v2.0",
      "iat": "[iat]",
      "nbf": "[nbf]",
      "exp": "[exp]",
      "aio": "[aio]",
      "name": "Emulator User",
      "preferred_username": "user@emulator.test",
      "oid": "5a1e0000-0000-4000-8000-000000000101",
      "rh": "[rh]",
      "sub": "l5v7BTRyWrZ8bWx_wkB-7KECxeJjUjcASZXnQ-ctQJk",
      "tid": "5a1e0000-0000-4000-8000-000000000001",
      "uti": "[uti]",
      "ver": "2.0"
    }
    "#);
    for token in [&v1["id_token"], &v2["id_token"]] {
        assert!(emulator.verify(token.as_str().unwrap(), Audience::DataLake).is_err());
    }
}

#[tokio::test]
async fn a_token_is_good_where_it_was_asked_for() {
    let emulator = Emulator::new();
    let lake = emulator.user_token().await;
    let caller = emulator.verify(&lake, Audience::DataLake).unwrap();
    assert_eq!(caller.username.as_deref(), Some("user@emulator.test"));
    assert_eq!(caller.tenant_id.to_string(), TENANT);
    assert_eq!(caller.client_id.to_string(), CLI);
    assert!(emulator.verify(&lake, Audience::Management).is_err());
    for resource in ["https://management.core.windows.net/", "https://management.azure.com"] {
        let form = password_v1("user@emulator.test");
        let body = emulator.tokens(V1, &but(&form, "resource", resource)).await;
        assert_eq!(body["resource"], resource);
        let token = body["access_token"].as_str().unwrap();
        emulator.verify(token, Audience::Management).unwrap();
        emulator.verify(token, Audience::DataLake).unwrap();
    }
}

#[tokio::test]
async fn refusals_of_users() {
    let mut seed = Seed::default();
    seed.users.push(crate::seed::SeedUser {
        object_id: Uuid::from_u128(99),
        username: "expired@emulator.test".to_owned(),
        password: PASSWORD.to_owned(),
        password_expired: true,
        ..Default::default()
    });
    let emulator = Emulator::with(seed);
    let table = [
        ("nobody@emulator.test", 50034, "invalid_grant", "invalid_grant"),
        ("disabled@emulator.test", 50057, "invalid_grant", "invalid_grant"),
        ("expired@emulator.test", 50055, "user_password_expired", "invalid_grant"),
        ("mfa@emulator.test", 50076, "interaction_required", "invalid_grant"),
    ];
    for (username, number, v1, v2) in table {
        let refused = emulator.refusal(V1, &password_v1(username)).await;
        assert_eq!(refused, (400, number, v1.to_owned()), "{username}");
        let refused = emulator.refusal(V2, &password_v2(username)).await;
        assert_eq!(refused, (400, number, v2.to_owned()), "{username}");
    }
    let wrong = password_v2("user@emulator.test");
    let wrong = but(&wrong, "password", "wrong");
    assert_eq!(emulator.refusal(V2, &wrong).await, (400, 50126, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn mfa_refusal_names_the_claims_to_ask_for() {
    let emulator = Emulator::new();
    let body = emulator.post(V2, &password_v2("mfa@emulator.test")).await.json();
    assert_eq!(body["suberror"], "basic_action");
    let claims: Value = serde_json::from_str(body["claims"].as_str().unwrap()).unwrap();
    assert_eq!(claims["access_token"]["capolids"]["essential"], json!(true));
}

#[tokio::test]
async fn refusals_of_requests() {
    let emulator = Emulator::new();
    let form = password_v1("user@emulator.test");
    let secret = "5a1e0000-0000-4000-8000-000000000a01";
    let table = [
        ("/nowhere.test/oauth2/token", form.to_vec(), 400, 90002, "invalid_request"),
        (V1, but(&form, "client_id", "unknown"), 400, 700_016, "unauthorized_client"),
        (V1, but(&form, "client_id", secret), 401, 7_000_218, "invalid_client"),
        (V1, but(&form, "client_id", ""), 400, 900_144, "invalid_request"),
        (V1, but(&form, "username", ""), 400, 900_144, "invalid_request"),
        (V1, but(&form, "password", ""), 400, 900_144, "invalid_request"),
        (V1, but(&form, "grant_type", ""), 400, 900_144, "invalid_request"),
        (V1, but(&form, "grant_type", "magic"), 400, 70003, "unsupported_grant_type"),
        (V1, but(&form, "resource", "https://nowhere.test/"), 400, 500_011, "invalid_resource"),
        (V1, but(&form, "client_secret", "x"), 401, 700_025, "invalid_client"),
        ("/common/oauth2/v2.0/token", form.to_vec(), 400, 9_001_023, "invalid_request"),
        (V2, form.to_vec(), 400, 901_002, "invalid_request"),
    ];
    for (path, form, status, number, word) in table {
        let refused = emulator.refusal(path, &form).await;
        assert_eq!(refused, (status, number, word.to_owned()), "{path} {form:?}");
    }
    let wrong_method = emulator.get(V1).await;
    assert_eq!(wrong_method.refusal(), (405, 900_561, "invalid_request".to_owned()));
    assert_eq!(wrong_method.headers["allow"], "POST");
}

#[tokio::test]
async fn missing_consent() {
    let mut seed = Seed::default();
    seed.applications[0].consent_missing = true;
    let emulator = Emulator::with(seed);
    let body = emulator.post(V2, &password_v2("user@emulator.test")).await.json();
    assert_eq!(body["error_codes"][0], 65001);
    assert_eq!(body["suberror"], "consent_required");
}

#[tokio::test]
async fn error_body_and_headers() {
    let emulator = Emulator::new();
    let form = password_v1("user@emulator.test");
    let request = http::Request::post("/adfs/oauth2/token?api-version=1.0")
        .header("client-request-id", "0e0b1a6c-1f63-4a52-9f2e-5a1b2c3d4e5f")
        .header("return-client-request-id", "true")
        .body(encode(&but(&form, "password", "wrong")))
        .unwrap();
    let answer = emulator.send(request).await;
    assert_eq!(answer.headers["x-ms-clitelem"], "1,50126,0,,");
    assert_eq!(answer.headers["client-request-id"], "0e0b1a6c-1f63-4a52-9f2e-5a1b2c3d4e5f");
    assert_eq!(answer.headers["cache-control"], "no-store, no-cache");
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 3);
    let mut body = answer.json();
    let stamp = body["timestamp"].as_str().unwrap().to_owned();
    let description = body["error_description"].as_str().unwrap().replace(&stamp, "[timestamp]");
    body["error_description"] = Value::from(description);
    insta::assert_json_snapshot!(redacted(body, &["timestamp"]), @r#"
    {
      "error": "invalid_grant",
      "error_description": "AADSTS50126: Error validating credentials due to invalid username or password.\r\nTrace ID: 00000000-0000-0000-0000-000000007e57\r\nCorrelation ID: 0e0b1a6c-1f63-4a52-9f2e-5a1b2c3d4e5f\r\nTimestamp: [timestamp]",
      "error_codes": [
        50126
      ],
      "timestamp": "[timestamp]",
      "trace_id": "00000000-0000-0000-0000-000000007e57",
      "correlation_id": "0e0b1a6c-1f63-4a52-9f2e-5a1b2c3d4e5f",
      "error_uri": "https://login.microsoftonline.com/error?code=50126"
    }
    "#);
}

#[tokio::test]
async fn a_client_that_understands_challenges_gets_a_long_token() {
    let emulator = Emulator::new();
    let form = password_v2("user@emulator.test");
    let form = but(&form, "scope", "https://management.azure.com/.default");
    let claims_text = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let body = emulator.tokens(V2, &but(&form, "claims", claims_text)).await;
    assert_eq!(body["expires_in"], 86_399);
    assert_eq!(body["refresh_in"], 43_199);
    assert_eq!(claims(&body["access_token"])["xms_cc"], json!(["CP1"]));
    let malformed = but(&form, "claims", "{");
    assert_eq!(emulator.refusal(V2, &malformed).await.1, 9_002_313);
}

#[tokio::test]
async fn reset_unlocks_and_forgets() {
    let emulator = Emulator::new();
    let form = password_v1("user@emulator.test");
    let wrong = but(&form, "password", "wrong");
    for _ in 0..10 {
        assert_eq!(emulator.refusal(V1, &wrong).await.1, 50126);
    }
    assert_eq!(emulator.refusal(V1, &form).await, (400, 50053, "unauthorized_client".to_owned()));
    emulator.state.reset().unwrap();
    emulator.tokens(V1, &form).await;
}

#[tokio::test]
async fn scopes_that_are_none_and_resources_that_nobody_knows() {
    let emulator = Emulator::new();
    let form = password_v2("user@emulator.test");
    for (scope, number, word) in [
        ("not a scope!", 70011, "invalid_scope"),
        ("nonsense", 70011, "invalid_scope"),
        (" ", 70011, "invalid_scope"),
        ("https://datalake.azure.net/fly", 70011, "invalid_scope"),
        ("https://nowhere.test/.default", 500_011, "invalid_resource"),
        ("", 900_144, "invalid_request"),
    ] {
        let refused = emulator.refusal(V2, &but(&form, "scope", scope)).await;
        assert_eq!(refused, (400, number, word.to_owned()), "{scope}");
        let device = [("client_id", CLI), ("scope", scope)];
        let refused = emulator.refusal("/common/oauth2/v2.0/devicecode", &device).await;
        assert_eq!(refused, (400, number, word.to_owned()), "{scope}");
    }
}
