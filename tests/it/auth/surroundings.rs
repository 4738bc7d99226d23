//! What the surroundings give: managed identity, workload identity, variables.

use std::sync::Arc;

use adls_auth::{
    AuthErrorKind, ChainedCredential, Env, EnvironmentCredential, ManagedIdentityCredential,
    ManagedIdentityId, Protocol,
};
use adls_http::TokenCredential;
use adls_tests::Emulated;

use super::{data_lake, kind, open_the_lake, options};

fn identity(
    emulated: &Emulated,
    id: ManagedIdentityId,
    pairs: &[(&str, &str)],
) -> ManagedIdentityCredential {
    let env = Env::from_pairs(pairs.iter().copied());
    ManagedIdentityCredential::new_with(id, &env, emulated.client_options()).unwrap()
}

#[tokio::test]
async fn managed_identities_of_a_machine_and_of_app_service() {
    let emulated = Emulated::start().await.unwrap();
    let app_service = [
        ("IDENTITY_ENDPOINT", "http://localhost:8081/msi/token"),
        ("IDENTITY_HEADER", "emulator-identity-header"),
    ];
    let machine = [("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://localhost:8080")];
    for pairs in [&machine[..], &app_service[..]] {
        let credential = identity(&emulated, ManagedIdentityId::SystemAssigned, pairs);
        open_the_lake(&emulated, Arc::new(credential)).await.unwrap();
        let unknown =
            ManagedIdentityId::ClientId("99999999-9999-4999-8999-999999999999".to_owned());
        let error = identity(&emulated, unknown, pairs).get_token(&data_lake()).await.unwrap_err();
        assert_eq!(kind(&error), AuthErrorKind::Unavailable, "{error}");
    }
}

#[tokio::test]
async fn a_chain_finds_the_one_that_applies() {
    let emulated = Emulated::start().await.unwrap();
    let ready = emulated.emulator.ready();
    let nothing = Env::from_pairs::<&str, &str>([]);
    let variables = Env::from_pairs([
        ("AZURE_TENANT_ID", &*ready.tenant_id),
        ("AZURE_CLIENT_ID", &*ready.client_id),
        ("AZURE_CLIENT_CERTIFICATE_PATH", ready.client_certificate.to_str().unwrap()),
    ]);
    let environment =
        |env: &Env| EnvironmentCredential::new_with(env, options(&emulated, Protocol::V2));
    let chain = ChainedCredential::builder()
        .try_with("no variables", environment(&nothing))
        .try_with("variables", environment(&variables))
        .build()
        .unwrap();
    open_the_lake(&emulated, Arc::new(chain)).await.unwrap();
}
