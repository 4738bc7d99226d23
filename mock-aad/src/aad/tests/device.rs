use super::*;

const V1: &str = "/common/oauth2/token";
const V2: &str = "/common/oauth2/v2.0/token";

async fn begin_v1(emulator: &Emulator) -> Value {
    let path = format!("/common/oauth2/devicecode?resource={DATA_LAKE}&client_id={CLI}");
    emulator.get(&path).await.json()
}

async fn begin_v2(emulator: &Emulator) -> Value {
    let scope = "https://datalake.azure.net//.default offline_access openid profile";
    emulator.tokens("/common/oauth2/v2.0/devicecode", &[("client_id", CLI), ("scope", scope)]).await
}

fn poll_v1(code: &Value) -> [(&'static str, &str); 4] {
    let code = code["device_code"].as_str().unwrap();
    [("grant_type", "device_code"), ("client_id", CLI), ("resource", DATA_LAKE), ("code", code)]
}

fn poll_v2(code: &Value) -> [(&'static str, &str); 5] {
    let code = code["device_code"].as_str().unwrap();
    [
        ("client_id", CLI),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_info", "1"),
        ("code", code),
        ("device_code", code),
    ]
}

fn stable(mut code: Value) -> Value {
    let user_code = code["user_code"].as_str().unwrap().to_owned();
    let message = code["message"].as_str().unwrap().replace(&user_code, "[user_code]");
    code["message"] = Value::from(message);
    redacted(code, &["user_code", "device_code"])
}

#[tokio::test]
async fn v1_spells_url_and_strings() {
    let emulator = Emulator::new();
    insta::assert_json_snapshot!(stable(begin_v1(&emulator).await), @r#"
    {
      "user_code": "[user_code]",
      "device_code": "[device_code]",
      "verification_url": "https://login.microsoftonline.com/common/oauth2/deviceauth",
      "expires_in": "900",
      "interval": "5",
      "message": "To sign in, use a web browser to open the page https://login.microsoftonline.com/common/oauth2/deviceauth and enter the code [user_code] to authenticate."
    }
    "#);
}

#[tokio::test]
async fn v2_spells_uri_and_integers() {
    let emulator = Emulator::new();
    insta::assert_json_snapshot!(stable(begin_v2(&emulator).await), @r#"
    {
      "user_code": "[user_code]",
      "device_code": "[device_code]",
      "verification_uri": "https://login.microsoftonline.com/devicelogin",
      "expires_in": 900,
      "interval": 5,
      "message": "To sign in, use a web browser to open the page https://login.microsoftonline.com/devicelogin and enter the code [user_code] to authenticate."
    }
    "#);
}

#[tokio::test]
async fn it_waits_then_gives_tokens_once() {
    let emulator = Emulator::new();
    for version in [1, 2] {
        let code = if version == 1 { begin_v1(&emulator).await } else { begin_v2(&emulator).await };
        let (path, form) = if version == 1 {
            (V1, poll_v1(&code).to_vec())
        } else {
            (V2, poll_v2(&code).to_vec())
        };
        let pending = emulator.refusal(path, &form).await;
        assert_eq!(pending, (400, 70016, "authorization_pending".to_owned()));
        let user_code = code["user_code"].as_str().unwrap();
        emulator.state.aad.approve_device(user_code, "user@emulator.test").unwrap();
        let body = emulator.tokens(path, &form).await;
        assert_eq!(body["token_type"], "Bearer");
        assert!(body["refresh_token"].is_string() && body["id_token"].is_string());
        assert!(body["scope"].is_string());
        emulator.verify(body["access_token"].as_str().unwrap(), Audience::DataLake).unwrap();
        assert_eq!(emulator.refusal(path, &form).await.1, 54005);
    }
}

#[tokio::test]
async fn a_user_with_mfa_succeeds_and_stays_signed_in() {
    let emulator = Emulator::new();
    let code = begin_v2(&emulator).await;
    let user_code = code["user_code"].as_str().unwrap().to_ascii_lowercase();
    emulator.state.aad.approve_device(&user_code, "mfa@emulator.test").unwrap();
    let body = emulator.tokens(V2, &poll_v2(&code)).await;
    assert_eq!(claims(&body["access_token"])["amr"], serde_json::json!(["pwd", "mfa"]));
    let refresh = body["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLI),
        ("refresh_token", refresh),
        ("scope", "https://management.azure.com/.default"),
    ];
    emulator.tokens(V2, &form).await;
}

#[tokio::test]
async fn denial_expiry_and_unknown_codes() {
    let emulator = Emulator::new();
    let denied = begin_v1(&emulator).await;
    emulator.state.aad.deny_device(denied["user_code"].as_str().unwrap()).unwrap();
    let refused = emulator.refusal(V1, &poll_v1(&denied)).await;
    assert_eq!((refused.0, refused.2.as_str()), (400, "authorization_declined"));

    let (v1, v2) = (begin_v1(&emulator).await, begin_v2(&emulator).await);
    emulator.advance(900);
    let refused = emulator.refusal(V1, &poll_v1(&v1)).await;
    assert_eq!(refused, (400, 70020, "code_expired".to_owned()));
    let refused = emulator.refusal(V2, &poll_v2(&v2)).await;
    assert_eq!(refused, (400, 70020, "expired_token".to_owned()));
    let late =
        emulator.state.aad.approve_device(v1["user_code"].as_str().unwrap(), "user@emulator.test");
    assert!(late.unwrap_err().contains("expired"));

    let unknown = poll_v1(&v1);
    let unknown = but(&unknown, "code", "unknown");
    let refused = emulator.refusal(V1, &unknown).await;
    assert_eq!(refused, (400, 70018, "bad_verification_code".to_owned()));
    let missing = poll_v1(&v1);
    let missing = but(&missing, "code", "");
    assert_eq!(emulator.refusal(V1, &missing).await.1, 900_144);
    let other = poll_v1(&v1);
    let other = but(&other, "client_id", POWERSHELL);
    assert_eq!(emulator.refusal(V1, &other).await.1, 70018, "a code belongs to its client");
}

#[tokio::test]
async fn control_sees_what_waits_and_says_what_is_wrong() {
    let emulator = Emulator::new();
    let aad = &emulator.state.aad;
    assert_eq!(aad.pending_devices(), Vec::<Value>::new());
    let code = begin_v2(&emulator).await;
    let user_code = code["user_code"].as_str().unwrap();
    emulator.advance(100);
    let waiting = aad.pending_devices();
    insta::assert_json_snapshot!(redacted(waiting[0].clone(), &["user_code"]), @r#"
    {
      "user_code": "[user_code]",
      "client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
      "client": "Microsoft Azure CLI",
      "resource": "https://datalake.azure.net/",
      "expires_in": 800
    }
    "#);
    assert!(aad.approve_device("NOSUCH", "user@emulator.test").is_err());
    assert!(aad.deny_device("NOSUCH").is_err());
    assert!(aad.approve_device(user_code, "nobody@emulator.test").unwrap_err().contains("50034"));
    assert!(aad.approve_device(user_code, "disabled@emulator.test").unwrap_err().contains("50057"));
    aad.approve_device(user_code, "user@emulator.test").unwrap();
    assert!(aad.deny_device(user_code).unwrap_err().contains("already"));
    assert_eq!(aad.pending_devices(), Vec::<Value>::new());
}

#[tokio::test]
async fn refusals_of_the_first_request() {
    let emulator = Emulator::new();
    let path = "/common/oauth2/devicecode";
    let form = [("client_id", CLI), ("resource", DATA_LAKE)];
    let confidential = "5a1e0000-0000-4000-8000-000000000a01";
    assert_eq!(emulator.refusal(path, &but(&form, "client_id", "")).await.1, 900_144);
    assert_eq!(emulator.refusal(path, &but(&form, "client_id", "x")).await.1, 700_016);
    assert_eq!(emulator.refusal(path, &but(&form, "client_id", confidential)).await.1, 7_000_218);
    assert_eq!(emulator.refusal(path, &but(&form, "resource", "https://x/")).await.1, 500_011);
    let answer = emulator.get("/common/oauth2/v2.0/devicecode").await;
    assert_eq!(answer.refusal().1, 900_561, "v2.0 does not take GET");
}

#[tokio::test]
async fn a_hasty_device_slows_down_where_configured() {
    let mut seed = Seed::default();
    seed.sign_in.slow_down = true;
    let emulator = Emulator::with(seed);
    let code = begin_v2(&emulator).await;
    let form = poll_v2(&code);
    let word = async || emulator.refusal(V2, &form).await.2;
    assert_eq!(word().await, "authorization_pending");
    emulator.advance(4);
    assert_eq!(word().await, "slow_down");
    emulator.advance(9);
    assert_eq!(word().await, "slow_down", "five seconds longer");
    emulator.advance(15);
    assert_eq!(word().await, "authorization_pending");
    assert_eq!(Emulator::new().refusal(V2, &form).await.1, 70018);
}
