//! Users: password, device code, refresh token.

use std::sync::Arc;

use adls_auth::{
    AuthErrorKind, DeviceCodeCredential, Protocol, RefreshTokenCredential,
    UsernamePasswordCredential,
};
use adls_http::TokenCredential;
use adls_tests::Emulated;
use adls_wire::aad::AZURE_CLI_CLIENT_ID;

use super::{BOTH, crowded, data_lake, file, kind, management, open_the_lake, options, refusal};

fn password(
    emulated: &Emulated,
    protocol: Protocol,
    user: &str,
    password: &str,
) -> UsernamePasswordCredential {
    let options = options(emulated, protocol);
    UsernamePasswordCredential::new_with(user, password, options.client_id(AZURE_CLI_CLIENT_ID))
        .unwrap()
}

/// A device code credential whose user signs in as `user` at once, or refuses.
fn device(
    emulated: &Arc<Emulated>,
    protocol: Protocol,
    user: Option<&'static str>,
) -> DeviceCodeCredential {
    let (options, emulated) = (options(emulated, protocol), Arc::clone(emulated));
    DeviceCodeCredential::new_with(
        move |code| {
            let emulated = Arc::clone(&emulated);
            async move {
                match user {
                    Some(user) => emulated.emulator.approve_device(&code.user_code, user).unwrap(),
                    None => emulated.emulator.deny_device(&code.user_code).unwrap(),
                }
            }
        },
        options.client_id(AZURE_CLI_CLIENT_ID),
    )
    .unwrap()
}

#[tokio::test]
async fn a_password_opens_the_lake_and_the_management() {
    for protocol in BOTH {
        let emulated = Emulated::start().await.unwrap();
        let ready = emulated.emulator.ready().clone();
        let credential = password(&emulated, protocol, &ready.username, &ready.password);
        open_the_lake(&emulated, Arc::new(credential.clone())).await.unwrap();
        credential.get_token(&management()).await.unwrap();
        let account = credential.account().unwrap();
        assert_eq!(account.username, ready.username);
        assert_eq!(account.tenant_id, ready.tenant_id);
        assert!(account.home_account_id.ends_with(&ready.tenant_id));
        // The second resource came by the refresh token.
        let grants: Vec<String> = emulated
            .emulator
            .requests()
            .iter()
            .filter_map(|request| request.form.get("grant_type").cloned())
            .collect();
        assert_eq!(grants, ["password", "refresh_token"]);
    }
}

#[tokio::test]
async fn every_state_of_an_account_has_its_reason() {
    let emulated = Emulated::with_seed(crowded()).await.unwrap();
    let ready = emulated.emulator.ready().clone();
    for (user, expected, code) in [
        ("nobody@emulator.test", AuthErrorKind::UnknownUser, 50034),
        (&*ready.mfa_username, AuthErrorKind::MfaRequired, 50076),
        (&*ready.disabled_username, AuthErrorKind::AccountDisabled, 50057),
        ("locked@emulator.test", AuthErrorKind::AccountLocked, 50053),
        ("expired@emulator.test", AuthErrorKind::PasswordExpired, 50055),
    ] {
        for protocol in BOTH {
            let error = refusal(&password(&emulated, protocol, user, &ready.password)).await;
            assert_eq!((error.kind(), error.codes()), (expected, &[code][..]), "{error}");
            assert!(error.hint().is_some());
            assert_eq!(error.correlation_id().unwrap().len(), 36);
        }
    }
    for protocol in BOTH {
        let error = refusal(&password(&emulated, protocol, &ready.username, "wrong")).await;
        assert_eq!(error.kind(), AuthErrorKind::WrongPassword);
        let options = options(&emulated, protocol);
        let confidential = UsernamePasswordCredential::new_with(
            &ready.username,
            ready.password.as_str(),
            options.client_id(&ready.client_id),
        );
        let error = refusal(&confidential.unwrap()).await;
        assert_eq!(error.kind(), AuthErrorKind::NotPublicClient);
    }
    let unknown = data_lake().with_tenant("nowhere.test");
    let credential = password(&emulated, Protocol::V2, &ready.username, &ready.password);
    let error = credential.get_token(&unknown).await.unwrap_err();
    assert_eq!(kind(&error), AuthErrorKind::UnknownTenant);
}

#[tokio::test]
async fn a_federated_user_signs_in_at_the_own_server() {
    for protocol in BOTH {
        let emulated = Emulated::start().await.unwrap();
        let secret = emulated.emulator.ready().password.clone();
        let credential = password(&emulated, protocol, "user@federated.test", &secret);
        credential.get_token(&data_lake()).await.unwrap();
        assert_eq!(credential.account().unwrap().username, "user@federated.test");
        let paths: Vec<String> =
            emulated.emulator.requests().iter().map(|request| request.path.clone()).collect();
        assert!(paths.iter().any(|path| path.contains("/trust/13/usernamemixed")), "{paths:?}");
        let wrong = refusal(&password(&emulated, protocol, "user@federated.test", "wrong")).await;
        assert_eq!(wrong.kind(), AuthErrorKind::WrongPassword, "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_code_brings_in_a_user_with_a_second_factor() {
    for protocol in BOTH {
        let emulated = Arc::new(Emulated::start().await.unwrap());
        let credential = device(&emulated, protocol, Some("mfa@emulator.test"));
        let signed_in = credential.sign_in(&data_lake()).await.unwrap();
        assert_eq!(signed_in.account.unwrap().username, "mfa@emulator.test");
        credential.get_token(&management()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_code_may_be_refused_or_forgotten() {
    for protocol in BOTH {
        let emulated = Arc::new(Emulated::start().await.unwrap());
        let error = refusal(&device(&emulated, protocol, None)).await;
        assert_eq!(error.kind(), AuthErrorKind::DeviceCodeDeclined);
        let ignored = DeviceCodeCredential::new_with(
            |_| async {},
            options(&emulated, protocol).client_id(AZURE_CLI_CLIENT_ID),
        );
        let error = refusal(&ignored.unwrap()).await;
        assert_eq!(error.kind(), AuthErrorKind::DeviceCodeExpired);
    }
}

#[tokio::test]
async fn a_refresh_token_from_elsewhere_also_of_the_family() {
    let emulated = Emulated::start().await.unwrap();
    let ready = emulated.emulator.ready().clone();
    let directory = tempfile::tempdir().unwrap();
    let mut with_file = options(&emulated, Protocol::V2);
    with_file.cache = file(&directory);
    UsernamePasswordCredential::new_with(
        &ready.username,
        ready.password.as_str(),
        with_file.client_id(AZURE_CLI_CLIENT_ID),
    )
    .unwrap()
    .sign_in(&data_lake())
    .await
    .unwrap();
    let text = std::fs::read(directory.path().join("msal_token_cache.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let entry = json["RefreshToken"].as_object().unwrap().values().next().unwrap();
    let token = entry["secret"].as_str().unwrap();
    for (client, protocol) in [
        (AZURE_CLI_CLIENT_ID, Protocol::V1),
        (adls_wire::aad::AZURE_POWERSHELL_CLIENT_ID, Protocol::V2),
    ] {
        let options = options(&emulated, protocol);
        let credential =
            RefreshTokenCredential::new_with(token, options.client_id(client)).unwrap();
        open_the_lake(&emulated, Arc::new(credential.clone())).await.unwrap();
        assert_eq!(credential.account().unwrap().username, ready.username);
    }
    let options = options(&emulated, Protocol::V2);
    let nonsense =
        RefreshTokenCredential::new_with("nonsense", options.client_id(AZURE_CLI_CLIENT_ID))
            .unwrap();
    assert!(refusal(&nonsense).await.oauth_error().is_some());
}
