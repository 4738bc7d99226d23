use super::*;

const V1: &str = "/common/oauth2/token";
const V2: &str = "/organizations/oauth2/v2.0/token";

async fn refresh_token(emulator: &Emulator) -> String {
    let body = emulator.tokens(V1, &password_v1("user@emulator.test")).await;
    assert_eq!(body["foci"], "1");
    body["refresh_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn v1_takes_the_token_alone() {
    let emulator = Emulator::new();
    let token = refresh_token(&emulator).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let body = emulator.tokens("/Common/oauth2/token", &form).await;
    assert_eq!(body["resource"], DATA_LAKE);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "user_impersonation");
    assert_ne!(body["refresh_token"], token.as_str());
    emulator.tokens(V1, &form).await;
    assert_eq!(emulator.refusal(V2, &form).await.1, 900_144, "v2.0 wants the client's id");
}

#[tokio::test]
async fn it_serves_other_resources_and_the_other_endpoint() {
    let emulator = Emulator::new();
    let token = refresh_token(&emulator).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLI),
        ("refresh_token", token.as_str()),
        ("scope", "https://management.core.windows.net//.default openid"),
        ("client_info", "1"),
    ];
    let body = emulator.tokens(V2, &form).await;
    emulator.verify(body["access_token"].as_str().unwrap(), Audience::Management).unwrap();
    assert!(body["refresh_token"].is_string() && body["id_token"].is_string());
    assert_eq!(body["expires_in"], 3599);
    assert!(body["client_info"].is_string());
}

#[tokio::test]
async fn family_members_share_and_others_do_not() {
    let emulator = Emulator::new();
    let token = refresh_token(&emulator).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", POWERSHELL),
        ("refresh_token", token.as_str()),
        ("scope", DATA_LAKE_SCOPE),
    ];
    let body = emulator.tokens(V2, &form).await;
    assert_eq!(claims(&body["access_token"])["appid"], POWERSHELL);
    let java = "c8964590-6116-42e6-8a29-ec0865dff3d5";
    let answer = emulator.post(V2, &but(&form, "client_id", java)).await;
    assert_eq!(answer.refusal(), (400, 70000, "invalid_grant".to_owned()));
    assert_eq!(answer.json()["error_additional_info"], "client_mismatch");
}

#[tokio::test]
async fn it_ends_after_ninety_days_without_use() {
    let emulator = Emulator::new();
    let token = refresh_token(&emulator).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    emulator.advance(89 * 86_400);
    let newer = emulator.tokens(V1, &form).await["refresh_token"].clone();
    emulator.advance(86_400);
    let refused = emulator.refusal(V1, &form).await;
    assert_eq!(refused, (400, 700_082, "invalid_grant".to_owned()));
    let form = [("grant_type", "refresh_token"), ("refresh_token", newer.as_str().unwrap())];
    emulator.tokens(V1, &form).await;
}

#[tokio::test]
async fn refusals() {
    let emulator = Emulator::new();
    let table = [
        ("0.Aunknown", 70000, "invalid_grant"),
        ("not a token", 9_002_313, "invalid_grant"),
        ("", 900_144, "invalid_request"),
    ];
    for (token, number, word) in table {
        let form = [("grant_type", "refresh_token"), ("client_id", CLI), ("refresh_token", token)];
        assert_eq!(emulator.refusal(V1, &form).await, (400, number, word.to_owned()), "{token}");
    }
}

#[tokio::test]
async fn it_does_not_replace_a_second_factor() {
    let emulator = Emulator::new();
    let token = refresh_token(&emulator).await;
    let demand = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLI),
        ("refresh_token", token.as_str()),
        ("scope", DATA_LAKE_SCOPE),
        ("claims", demand),
    ];
    assert_eq!(emulator.refusal(V2, &form).await.1, 50076);
}

#[tokio::test]
async fn v2_gives_one_only_for_offline_access() {
    let emulator = Emulator::new();
    let form = password_v2("user@emulator.test");
    let body = emulator.tokens(V2, &but(&form, "scope", DATA_LAKE_SCOPE)).await;
    assert!(body["refresh_token"].is_null() && body["id_token"].is_null());
}
