//! Credentials that the surroundings give: managed identity, variables, the Azure command line.

use std::time::Duration;

use adls_auth::{
    AuthErrorKind, ChainedCredential, Env, EnvironmentCredential, Error, ManagedIdentityCredential,
    ManagedIdentityId, StaticTokenCredential,
};
use adls_http::test_util::{Answer, ScriptedTransport, TestClock};
use adls_http::{AccessToken, TokenCredential, TransportErrorKind};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::*;

fn identity_reply() -> Value {
    json!({
        "access_token": "access-vm", "client_id": "c", "expires_in": "86399",
        "expires_on": "1767311999", "ext_expires_in": "86399", "not_before": "1767225300",
        "resource": "https://datalake.azure.net/", "token_type": "Bearer", "refresh_token": "",
    })
}

fn identity(
    transport: &std::sync::Arc<ScriptedTransport>,
    id: ManagedIdentityId,
    pairs: &[(&str, &str)],
) -> ManagedIdentityCredential {
    let env = Env::from_pairs(pairs.iter().copied());
    ManagedIdentityCredential::new_with(id, &env, transport.options()).unwrap()
}

fn kind(error: &adls_http::Error) -> AuthErrorKind {
    Error::find(error).unwrap().kind()
}

#[tokio::test(start_paused = true)]
async fn a_virtual_machine() {
    let transport = ScriptedTransport::new([
        Answer::status(400),
        Answer::status(404),
        ok(&identity_reply()),
        ok(&identity_reply()),
    ]);
    let id = ManagedIdentityId::ClientId("uami".to_owned());
    let credential = identity(&transport, id, &[]);
    let token = credential.get_token(&data_lake()).await.unwrap();
    assert_eq!(token.secret(), "access-vm");
    // Long-lived tokens are renewed after half of their life.
    let clock = TestClock::new();
    assert!((43_190..=43_200).contains(&lifetime(token.refresh_on().unwrap(), &clock)));
    credential.get_token(&management()).await.unwrap();
    assert_snapshot!(transport.transcript(), @r"
    GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01

    GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fdatalake.azure.net%2F&client_id=uami
    metadata: true

    GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fdatalake.azure.net%2F&client_id=uami
    metadata: true

    GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F&client_id=uami
    metadata: true
    ");
}

#[tokio::test(start_paused = true)]
async fn no_virtual_machine() {
    for nothing in [Answer::never(), Answer::failure(TransportErrorKind::Connect)] {
        let transport = ScriptedTransport::new([nothing]);
        let start = tokio::time::Instant::now();
        let credential = identity(&transport, ManagedIdentityId::SystemAssigned, &[]);
        let error = credential.get_token(&data_lake()).await.unwrap_err();
        assert_eq!(kind(&error), AuthErrorKind::Unavailable);
        assert!(start.elapsed() <= Duration::from_secs(3));
        let expected = "nothing answers at 169.254.169.254, so there is no managed identity";
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_virtual_machine_without_an_identity_and_one_that_is_being_updated() {
    let refused = || {
        let text = json!({"error": "invalid_request", "error_description": "Identity not found"});
        Answer::status(400).body(text.to_string())
    };
    let transport = ScriptedTransport::new([refused(), refused()]);
    let credential = identity(&transport, ManagedIdentityId::SystemAssigned, &[]);
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(kind(&error), AuthErrorKind::Unavailable);
    assert!(error.to_string().starts_with("no such managed identity is assigned"), "{error}");

    let gone = (0..8).map(|_| Answer::status(410));
    let transport = ScriptedTransport::new(gone);
    let credential = identity(&transport, ManagedIdentityId::SystemAssigned, &[]);
    let start = tokio::time::Instant::now();
    assert!(credential.get_token(&data_lake()).await.is_err());
    assert!(start.elapsed() > Duration::from_secs(70), "{:?}", start.elapsed());
    assert_eq!(transport.count(), 8);
}

#[tokio::test]
async fn app_service_machine_learning_and_cloud_shell() {
    let app_service =
        [("IDENTITY_ENDPOINT", "http://127.0.0.1:41056/msi/token/"), ("IDENTITY_HEADER", "s3cret")];
    let machine_learning =
        [("MSI_ENDPOINT", "http://127.0.0.1:46808/MSI/auth"), ("MSI_SECRET", "s3cret")];
    let cloud_shell = [("MSI_ENDPOINT", "http://localhost:50342/oauth2/token")];
    let resource_id = ManagedIdentityId::ResourceId("/subscriptions/s/x".to_owned());
    let client_id = ManagedIdentityId::ClientId("uami".to_owned());
    let transport = ScriptedTransport::new((0..3).map(|_| ok(&identity_reply())));
    for (pairs, id) in [
        (&app_service[..], resource_id.clone()),
        (&machine_learning[..], client_id),
        (&cloud_shell[..], ManagedIdentityId::SystemAssigned),
    ] {
        let credential = identity(&transport, id, pairs);
        credential.get_token(&data_lake()).await.unwrap();
        assert!(!format!("{credential:?}").contains("s3cret"));
    }
    assert_snapshot!(transport.transcript(), @r"
    GET http://127.0.0.1:41056/msi/token/?api-version=2019-08-01&resource=https%3A%2F%2Fdatalake.azure.net%2F&mi_res_id=%2Fsubscriptions%2Fs%2Fx
    x-identity-header: s3cret

    GET http://127.0.0.1:46808/MSI/auth?api-version=2017-09-01&resource=https%3A%2F%2Fdatalake.azure.net%2F&clientid=uami
    secret: s3cret

    POST http://localhost:50342/oauth2/token
    content-type: application/x-www-form-urlencoded
    metadata: true

    resource=https%3A%2F%2Fdatalake.azure.net%2F
    ");

    let made = |pairs: &[(&str, &str)], id: &ManagedIdentityId| {
        let env = Env::from_pairs(pairs.iter().copied());
        ManagedIdentityCredential::new_with(id.clone(), &env, transport.options())
            .unwrap_err()
            .kind()
    };
    assert_eq!(made(&cloud_shell, &resource_id), AuthErrorKind::InvalidInput);
    assert_eq!(made(&machine_learning, &resource_id), AuthErrorKind::InvalidInput);
    let fabric = [&app_service[..], &[("IDENTITY_SERVER_THUMBPRINT", "x")]].concat();
    assert_eq!(made(&fabric, &resource_id), AuthErrorKind::Unavailable);
    assert_eq!(made(&[("MSI_ENDPOINT", "no url")], &resource_id), AuthErrorKind::Unavailable);
}

#[tokio::test]
async fn arc_reads_no_file_that_is_not_its_own() {
    let arc = [
        ("IDENTITY_ENDPOINT", "http://localhost:40342/token"),
        ("IMDS_ENDPOINT", "http://localhost:40342"),
    ];
    for realm in
        ["Basic realm=/etc/passwd", "Basic realm=/var/opt/azcmagent/tokens/../x.key", "Bearer"]
    {
        let challenge = Answer::status(401).header("www-authenticate", realm);
        let transport = ScriptedTransport::new([challenge]);
        let credential = identity(&transport, ManagedIdentityId::SystemAssigned, &arc);
        let error = credential.get_token(&data_lake()).await.unwrap_err();
        assert_eq!(kind(&error), AuthErrorKind::UnexpectedReply, "{error}");
        assert_eq!(transport.count(), 1);
    }
}

#[tokio::test]
async fn variables_name_an_application_or_a_user() {
    let secret = [
        ("AZURE_CLIENT_ID", CLIENT_ID),
        ("AZURE_CLIENT_SECRET", "s3cret"),
        ("AZURE_TENANT_ID", "env.test"),
    ];
    // The spelling of the Data Lake SDK for Python.
    let user = [
        ("azure_username", "user@contoso.test"),
        ("azure_password", "p"),
        ("azure_tenant_id", "env.test"),
    ];
    let transport = ScriptedTransport::new([ok(&app_reply("1")), managed(), ok(&user_reply("2"))]);
    for (pairs, token) in [(&secret, "access-1"), (&user, "access-2")] {
        let env = Env::from_pairs(pairs.iter().copied());
        let credential = EnvironmentCredential::new_with(&env, options(&transport)).unwrap();
        assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), token);
    }
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/env.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=client_credentials&client_secret=s3cret&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default

    GET https://login.test/common/UserRealm/user%40contoso.test?api-version=1.0
    accept: application/json
    return-client-request-id: true

    POST https://login.test/env.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&grant_type=password&client_info=1&username=user%40contoso.test&password=p&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile
    ");
    for (pairs, expected) in [
        (vec![], AuthErrorKind::Unavailable),
        (vec![("AZURE_CLIENT_ID", CLIENT_ID)], AuthErrorKind::Unavailable),
        (vec![("AZURE_USERNAME", "a"), ("AZURE_PASSWORD", "")], AuthErrorKind::Unavailable),
        (
            vec![("AZURE_CLIENT_ID", CLIENT_ID), ("AZURE_CLIENT_CERTIFICATE_PATH", "/missing.pem")],
            AuthErrorKind::InvalidInput,
        ),
        (vec![("AZURE_TENANT_ID", "a b")], AuthErrorKind::InvalidInput),
    ] {
        let env = Env::from_pairs(pairs);
        let error = EnvironmentCredential::new_with(&env, options(&transport)).unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
    }
}

#[tokio::test]
async fn a_chain_reports_every_attempt() {
    let transport = ScriptedTransport::new([Answer::failure(TransportErrorKind::Connect)]);
    let nothing = Env::from_pairs::<&str, &str>([]);
    let chain = ChainedCredential::builder()
        .try_with("environment", EnvironmentCredential::new_with(&nothing, options(&transport)))
        .with("managed identity", identity(&transport, ManagedIdentityId::SystemAssigned, &[]))
        .build()
        .unwrap();
    let error = chain.get_token(&data_lake()).await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!(error.kind(), AuthErrorKind::ChainFailed);
    let names: Vec<&str> = error.attempts().iter().map(|attempt| &*attempt.credential).collect();
    assert_eq!(names, ["environment", "managed identity"]);
    assert_snapshot!(error, @"no credential of the chain worked: environment: neither AZURE_CLIENT_ID nor AZURE_USERNAME with AZURE_PASSWORD is set; managed identity: nothing answers at 169.254.169.254, so there is no managed identity");
    let empty = ChainedCredential::builder().build().unwrap_err();
    assert_eq!(empty.kind(), AuthErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_chain_stops_at_a_credential_that_applies() {
    let transport = ScriptedTransport::new([
        refusal(401, "invalid_client", 7_000_215),
        refusal(401, "invalid_client", 7_000_215),
        ok(&app_reply("1")),
    ]);
    let nothing = Env::from_pairs::<&str, &str>([]);
    let never =
        StaticTokenCredential::new(AccessToken::new("other", std::time::SystemTime::UNIX_EPOCH));
    let chain = ChainedCredential::builder()
        .try_with("environment", EnvironmentCredential::new_with(&nothing, options(&transport)))
        .with("secret", client_secret(options(&transport)))
        .with("never", never)
        .build()
        .unwrap();
    let error = chain.get_token(&data_lake()).await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!(error.kind(), AuthErrorKind::WrongClientSecret);
    assert_eq!(error.codes(), [7_000_215]);
    assert_eq!(error.attempts().len(), 2);
    assert!(error.hint().is_some());
    assert!(chain.get_token(&data_lake()).await.is_err());
    // Once it has worked, it is the one.
    assert_eq!(chain.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(chain.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(transport.count(), 3);
}

/// A program in the place of `az` that prints its arguments into the token.
#[cfg(unix)]
mod azure_cli {
    use std::os::unix::fs::PermissionsExt;

    use adls_auth::{AuthErrorKind, AzureCliCredential};
    use adls_http::TokenCredential;
    use adls_http::test_util::ScriptedTransport;

    use super::kind;
    use crate::support::*;

    fn stand_in(script: &str) -> (tempfile::TempDir, AzureCliCredential) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("az");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let options = ScriptedTransport::new([]).options();
        let credential = AzureCliCredential::new_with(&options).with_program(&path);
        (directory, credential)
    }

    #[tokio::test]
    async fn gives_its_token() {
        let script = r#"echo "{\"accessToken\": \"$*\", \"expires_on\": 1767229200}""#;
        let (_directory, credential) = stand_in(script);
        let credential = credential.with_tenant("contoso.test").with_subscription("My sub (1)");
        let token = credential.get_token(&data_lake()).await.unwrap();
        assert_eq!(
            token.secret(),
            "account get-access-token --output json --scope https://datalake.azure.net//.default \
             --tenant contoso.test --subscription My sub (1)"
        );
        let evil = data_lake().with_tenant("a&calc");
        let error = credential.get_token(&evil).await.unwrap_err();
        assert_eq!(kind(&error), AuthErrorKind::InvalidInput);
    }

    #[tokio::test]
    async fn says_why_it_cannot() {
        for (script, expected) in [
            (
                "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1",
                AuthErrorKind::Unavailable,
            ),
            ("echo 'ERROR: AADSTS50076' >&2; exit 1", AuthErrorKind::Refused),
            ("echo hello", AuthErrorKind::UnexpectedReply),
        ] {
            let (_directory, credential) = stand_in(script);
            let error = credential.get_token(&data_lake()).await.unwrap_err();
            assert_eq!(kind(&error), expected, "{error}");
        }
        let options = ScriptedTransport::new([]).options();
        let missing = AzureCliCredential::new_with(&options).with_program("/nowhere/az");
        let error = missing.get_token(&data_lake()).await.unwrap_err();
        assert_eq!(kind(&error), AuthErrorKind::Unavailable);
    }
}
