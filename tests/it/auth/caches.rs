//! Sign-ins that outlive a program, and their end.

use std::sync::Arc;
use std::time::Duration;

use adls_auth::{AuthErrorKind, CachedAccountCredential, Protocol, UsernamePasswordCredential};
use adls_http::TokenCredential;
use adls_tests::Emulated;
use adls_wire::aad::{AZURE_CLI_CLIENT_ID, AZURE_POWERSHELL_CLIENT_ID};

use super::{data_lake, file, kind, management, open_the_lake, options};

#[tokio::test]
async fn one_program_signs_in_and_others_work_until_it_signs_out() {
    let emulated = Emulated::start().await.unwrap();
    let ready = emulated.emulator.ready().clone();
    let directory = tempfile::tempdir().unwrap();
    let options = || {
        let mut options = options(&emulated, Protocol::V2);
        options.cache = file(&directory);
        options
    };
    let signed_in = UsernamePasswordCredential::new_with(
        &ready.username,
        ready.password.as_str(),
        options().client_id(AZURE_CLI_CLIENT_ID),
    );
    let account = signed_in.unwrap().sign_in(&management()).await.unwrap().account.unwrap();

    // The same client, and another one of its family.
    for client in [AZURE_CLI_CLIENT_ID, AZURE_POWERSHELL_CLIENT_ID] {
        let credential =
            CachedAccountCredential::new_with(account.clone(), options().client_id(client))
                .unwrap();
        open_the_lake(&emulated, Arc::new(credential)).await.unwrap();
    }
    let passwords = || {
        let requests = emulated.emulator.requests();
        let with = |grant: &str| {
            requests
                .iter()
                .filter(|request| request.form.get("grant_type").is_some_and(|g| g == grant))
                .count()
        };
        (with("password"), with("refresh_token"))
    };
    assert_eq!(passwords(), (1, 2));

    assert!(file(&directory).remove_account(&account).await.unwrap());
    let credential =
        CachedAccountCredential::new_with(account, options().client_id(AZURE_CLI_CLIENT_ID))
            .unwrap();
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(kind(&error), AuthErrorKind::NotSignedIn);
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_on_after_an_hour() {
    let emulated = Emulated::start().await.unwrap();
    let ready = emulated.emulator.ready().clone();
    for protocol in super::BOTH {
        let credential = UsernamePasswordCredential::new_with(
            &ready.username,
            ready.password.as_str(),
            options(&emulated, protocol).client_id(AZURE_CLI_CLIENT_ID),
        );
        let credential = Arc::new(credential.unwrap());
        let first = credential.get_token(&data_lake()).await.unwrap();
        for _ in 0..3 {
            emulated.emulator.clock().advance(Duration::from_secs(2 * 3600));
            open_the_lake(&emulated, credential.clone()).await.unwrap();
        }
        assert_ne!(credential.get_token(&data_lake()).await.unwrap(), first);
    }
}
