//! Tokens for storage accounts.

use super::*;

const TOKENS: &str = "/emulator.test/oauth2/v2.0/token";

async fn issued(emulator: &Emulator, scope: &str) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "5a1e0000-0000-4000-8000-000000000a01"),
        ("scope", scope),
        ("client_secret", "emulator-client-secret"),
    ];
    let body = emulator.tokens(TOKENS, &form).await;
    body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_for_all_accounts_opens_every_one_and_one_for_an_account_only_that() {
    let emulator = Emulator::new();
    let lake = Audience::Storage { account: "lake" };
    for (scope, opens) in [
        ("https://storage.azure.com/.default", true),
        ("https://storage.azure.com//.default", true),
        ("e406a681-f3d4-42a8-90b6-c2b029497af1/.default", true),
        ("https://lake.blob.core.windows.net/.default", true),
        ("https://Lake.dfs.core.windows.net//.default", true),
        ("https://lake.dfs.core.chinacloudapi.cn/.default", true),
        ("https://other.blob.core.windows.net/.default", false),
        ("https://management.azure.com/.default", false),
        ("https://datalake.azure.net/.default", false),
    ] {
        let token = issued(&emulator, scope).await;
        assert_eq!(emulator.verify(&token, lake).is_ok(), opens, "{scope}");
        let gen1 = emulator.verify(&token, Audience::DataLake);
        assert_eq!(
            gen1.is_ok(),
            scope.contains("manage") || scope.contains("lake.azure"),
            "{scope}"
        );
    }
    for scope in
        ["https://lake.file.core.windows.net/.default", "https://a.b.dfs.core.windows.net/.default"]
    {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "5a1e0000-0000-4000-8000-000000000a01"),
            ("scope", scope),
            ("client_secret", "emulator-client-secret"),
        ];
        assert_eq!(emulator.refusal(TOKENS, &form).await.1, 500_011, "{scope}");
    }
}

#[tokio::test]
async fn who_may_be_spoken_for_is_enabled_and_keeps_the_groups() {
    let mut seed = Seed::default();
    let user = seed.users[0].object_id;
    let disabled = seed.users.iter().find(|user| !user.enabled).unwrap().object_id;
    let application = seed.applications[3].object_id;
    let group = Uuid::from_u128(0x77);
    seed.groups.push(crate::seed::SeedGroup {
        object_id: group,
        display_name: "Readers".to_owned(),
        members: vec![user, application],
    });
    let emulator = Emulator::with(seed);
    let aad = &emulator.state.aad;
    for id in [user, application] {
        assert_eq!(aad.groups_of_enabled(id), Some(vec![group]));
    }
    assert_eq!((aad.groups_of_enabled(disabled), aad.groups_of_enabled(group)), (None, None));
}
