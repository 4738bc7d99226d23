use base64::Engine as _;

use super::*;

const V1: &str = "/emulator.test/oauth2/token";
const V2: &str = "/5A1E0000-0000-4000-8000-000000000001/oauth2/v2.0/token";
const CLIENT: &str = "5a1e0000-0000-4000-8000-000000000a01";
const SECRET: &str = "emulator-client-secret";

fn v1() -> [(&'static str, &'static str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("resource", DATA_LAKE),
        ("client_secret", SECRET),
    ]
}

fn v2() -> [(&'static str, &'static str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("scope", "https://datalake.azure.net/.default"),
        ("client_secret", SECRET),
    ]
}

#[tokio::test]
async fn answers_carry_an_access_token_and_nothing_of_users() {
    let emulator = Emulator::new();
    let names =
        |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let body = emulator.tokens(V1, &v1()).await;
    assert_eq!(
        names(&body),
        "token_type expires_in ext_expires_in expires_on not_before resource access_token"
    );
    let body = emulator.tokens(V2, &v2()).await;
    assert_eq!(names(&body), "token_type expires_in ext_expires_in access_token");
    let noise = ["iat", "nbf", "exp", "aio", "rh", "uti"];
    insta::assert_json_snapshot!(redacted(claims(&body["access_token"]), &noise), @r#"
    {
      "aud": "https://datalake.azure.net",
      "iss": "https://sts.windows.net/5a1e0000-0000-4000-8000-000000000001/",
      "iat": "[iat]",
      "nbf": "[nbf]",
      "exp": "[exp]",
      "aio": "[aio]",
      "appid": "5a1e0000-0000-4000-8000-000000000a01",
      "appidacr": "1",
      "idp": "https://sts.windows.net/5a1e0000-0000-4000-8000-000000000001/",
      "idtyp": "app",
      "oid": "5a1e0000-0000-4000-8000-000000000210",
      "rh": "[rh]",
      "sub": "5a1e0000-0000-4000-8000-000000000210",
      "tid": "5a1e0000-0000-4000-8000-000000000001",
      "uti": "[uti]",
      "ver": "1.0"
    }
    "#);
    let caller =
        emulator.verify(body["access_token"].as_str().unwrap(), Audience::DataLake).unwrap();
    assert_eq!(caller.username, None);
    assert_eq!(caller.client_id.to_string(), CLIENT);
    assert_eq!(caller.object_id.to_string(), "5a1e0000-0000-4000-8000-000000000210");
}

#[tokio::test]
async fn the_credential_may_come_in_a_basic_header() {
    let emulator = Emulator::new();
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    let request = http::Request::post(V1)
        .header("authorization", format!("Basic {pair}"))
        .body(encode(&[("grant_type", "client_credentials"), ("resource", DATA_LAKE)]))
        .unwrap();
    assert_eq!(emulator.send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn refusals() {
    let emulator = Emulator::new();
    let invalid = "invalid_client";
    let table = [
        (V1, but(&v1(), "client_secret", "wrong"), 401, 7_000_215, invalid),
        (V1, but(&v1(), "client_secret", ""), 401, 7_000_216, invalid),
        (V1, but(&but(&v1(), "client_secret", ""), "client_id", CLI), 401, 7_000_216, invalid),
        (V1, but(&v1(), "client_id", CLI), 401, 700_025, invalid),
        ("/common/oauth2/token", v1().to_vec(), 400, 50059, "invalid_request"),
        ("/organizations/oauth2/v2.0/token", v2().to_vec(), 400, 50059, "invalid_request"),
        (V2, but(&v2(), "scope", ""), 400, 900_144, "invalid_request"),
        (
            V2,
            but(&v2(), "scope", "https://datalake.azure.net/user_impersonation"),
            400,
            1_002_012,
            "invalid_scope",
        ),
        (V2, but(&v2(), "scope", "https://no.test/.default"), 400, 500_011, "invalid_resource"),
    ];
    for (path, form, status, number, word) in table {
        let refused = emulator.refusal(path, &form).await;
        assert_eq!(refused, (status, number, word.to_owned()), "{path} {form:?}");
    }
}

#[tokio::test]
async fn a_confidential_client_signs_users_in_with_its_secret() {
    let emulator = Emulator::new();
    let form = password_v1("user@emulator.test");
    let form = but(&form, "client_id", CLIENT);
    let body = emulator.tokens(V1, &but(&form, "client_secret", SECRET)).await;
    let token = claims(&body["access_token"]);
    assert_eq!(token["appidacr"], "1");
    assert_eq!(token["upn"], "user@emulator.test");
    assert!(!body["id_token"].as_str().unwrap().ends_with('.'), "it is signed");
    assert!(body["foci"].is_null());
}
