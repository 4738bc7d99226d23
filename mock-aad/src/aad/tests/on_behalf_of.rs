use super::*;

const V2: &str = "/emulator.test/oauth2/v2.0/token";
const V1: &str = "/emulator.test/oauth2/token";
const CLIENT: &str = "5a1e0000-0000-4000-8000-000000000a01";

async fn users_token(emulator: &Emulator, username: &str) -> String {
    let form = password_v2(username);
    let scope = format!("api://{CLIENT}/user_impersonation");
    let tokens = emulator.tokens(V2, &but(&form, "scope", &scope)).await;
    tokens["access_token"].as_str().unwrap().to_owned()
}

fn form(assertion: &str) -> Vec<(&str, &str)> {
    vec![
        ("client_id", CLIENT),
        ("grant_type", adls_wire::aad::grant::JWT_BEARER),
        ("client_info", "1"),
        ("client_secret", "emulator-client-secret"),
        ("requested_token_use", "on_behalf_of"),
        ("assertion", assertion),
        ("scope", "https://datalake.azure.net/.default offline_access"),
    ]
}

#[tokio::test]
async fn an_application_acts_for_the_user() {
    let emulator = Emulator::new();
    let assertion = users_token(&emulator, "user@emulator.test").await;
    let tokens = emulator.tokens(V2, &form(&assertion)).await;
    let caller =
        emulator.verify(tokens["access_token"].as_str().unwrap(), Audience::DataLake).unwrap();
    assert_eq!(caller.username.as_deref(), Some("user@emulator.test"));
    assert_eq!(caller.client_id.to_string(), CLIENT);
    assert!(tokens["refresh_token"].is_string());
    let v1 = but(&form(&assertion), "scope", "");
    let tokens = emulator.tokens(V1, &but(&v1, "resource", DATA_LAKE)).await;
    assert_eq!(claims(&tokens["access_token"])["appidacr"], "1");
}

#[tokio::test]
async fn refusals() {
    let emulator = Emulator::new();
    let assertion = users_token(&emulator, "user@emulator.test").await;
    let other = emulator.user_token().await;
    let application = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("client_secret", "emulator-client-secret"),
        ("scope", "5a1e0000-0000-4000-8000-000000000a01/.default"),
    ];
    let own = emulator.tokens(V2, &application).await["access_token"].clone();
    let cut = &assertion[..assertion.len() - 8];
    let good = form(&assertion);
    let table = [
        (but(&good, "assertion", &other), 400, 50013),
        (but(&good, "assertion", own.as_str().unwrap()), 400, 50013),
        (but(&good, "assertion", cut), 400, 50013),
        (but(&good, "assertion", ""), 400, 900_144),
        (but(&good, "requested_token_use", ""), 400, 900_144),
        (but(&good, "requested_token_use", "fun"), 400, 9_002_313),
        (but(&good, "client_secret", ""), 401, 7_000_218),
        (but(&but(&good, "client_secret", ""), "client_id", CLI), 401, 7_000_218),
    ];
    for (form, status, number) in table {
        let refused = emulator.refusal(V2, &form).await;
        assert_eq!((refused.0, refused.1), (status, number), "{form:?}");
    }
    emulator.advance(3600 + 300);
    assert_eq!(emulator.refusal(V2, &good).await, (400, 500_133, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_policy_of_the_second_service_reaches_the_user() {
    let seed = "[[conditional_access]]\nid = '11111111-2222-4333-8444-555555555555'\n\
                resources = ['https://datalake.azure.net/']\nrequire = 'mfa'";
    let emulator = Emulator::with(seed.parse().unwrap());
    let assertion = users_token(&emulator, "user@emulator.test").await;
    let body = emulator.post(V2, &form(&assertion)).await.json();
    assert_eq!(body["error_codes"][0], 50076);
    assert!(body["claims"].as_str().unwrap().contains("capolids"));
}
