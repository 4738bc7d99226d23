use super::*;

const V2: &str = "/organizations/oauth2/v2.0/token";
const V1: &str = "/common/oauth2/token";

fn seed(toml: &str) -> Seed {
    toml.parse().unwrap()
}

#[tokio::test]
async fn a_policy_asks_for_a_second_factor_for_one_resource() {
    let emulator = Emulator::with(seed(
        "[[conditional_access]]\nid = '11111111-2222-4333-8444-555555555555'\n\
         resources = ['https://datalake.azure.net']\nrequire = 'mfa'",
    ));
    let body = emulator.post(V2, &password_v2("user@emulator.test")).await.json();
    assert_eq!(body["error_codes"][0], 50076);
    assert!(body["claims"].as_str().unwrap().contains("11111111-2222-4333-8444-555555555555"));
    let form = password_v2("user@emulator.test");
    let other = but(&form, "scope", "https://management.azure.com/.default offline_access");
    let tokens = emulator.tokens(V2, &other).await;
    // The policy holds for a refresh too, and the refusal says which claims to ask for.
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLI),
        ("refresh_token", refresh),
        ("scope", DATA_LAKE_SCOPE),
    ];
    assert_eq!(emulator.refusal(V2, &form).await.1, 50076);
}

#[tokio::test]
async fn a_policy_blocks_a_user_in_one_application() {
    let emulator = Emulator::with(seed(&format!(
        "[[conditional_access]]\nid = '11111111-2222-4333-8444-555555555555'\n\
         users = ['USER@emulator.test']\napplications = ['{CLI}']\nrequire = 'block'"
    )));
    let refused = emulator.refusal(V1, &password_v1("user@emulator.test")).await;
    assert_eq!(refused, (400, 53003, "interaction_required".to_owned()));
    let form = password_v1("user@emulator.test");
    emulator.tokens(V1, &but(&form, "client_id", POWERSHELL)).await;
}

#[tokio::test]
async fn locked_federated_and_consenting_users() {
    let emulator = Emulator::with(seed(&format!(
        "[[users]]\nusername = 'locked@emulator.test'\npassword = '{PASSWORD}'\nlocked = true\n\
         [[users]]\nusername = 'user@emulator.test'\npassword = '{PASSWORD}'\n\
         [[users]]\nusername = 'user@federated.test'\npassword = '{PASSWORD}'\n\
         [[applications]]\nclient_id = '{CLI}'\npublic_client = true\nconsent_missing = true\n\
         consented_by = ['User@emulator.test']"
    )));
    assert_eq!(emulator.refusal(V1, &password_v1("locked@emulator.test")).await.1, 50053);
    assert_eq!(emulator.refusal(V1, &password_v1("user@federated.test")).await.1, 50056);
    emulator.tokens(V1, &password_v1("user@emulator.test")).await;
}

#[tokio::test]
async fn an_application_is_a_resource_with_tokens_of_its_own_generation() {
    let api = "5a1e0000-0000-4000-8000-00000000a910";
    let emulator = Emulator::with(seed(&format!(
        "[[users]]\nusername = 'user@emulator.test'\npassword = '{PASSWORD}'\n\
         [[applications]]\nclient_id = '{CLI}'\npublic_client = true\n\
         [[applications]]\nclient_id = '{api}'\naccess_token_version = 2\n\
         identifier_uris = ['https://emulator.test/api']"
    )));
    for scope in [
        format!("api://{api}/user_impersonation"),
        "https://emulator.test/api/.default".to_owned(),
        format!("{api}/.default"),
    ] {
        let form = password_v2("user@emulator.test");
        let tokens = emulator.tokens(V2, &but(&form, "scope", &scope)).await;
        let claims = claims(&tokens["access_token"]);
        assert_eq!(claims["aud"], api);
        assert_eq!(claims["ver"], "2.0");
        assert_eq!(claims["azp"], CLI);
        assert_eq!(claims["iss"], format!("{ORIGIN}/{TENANT}/v2.0"));
        assert!(
            emulator.verify(tokens["access_token"].as_str().unwrap(), Audience::DataLake).is_err()
        );
    }
}
