//! Variables that are wrong, and files as tools of Windows write them.

use std::path::PathBuf;

use adls_auth::{
    AuthErrorKind, ClientCertificate, ClientCertificateCredential, Env, EnvironmentCredential,
    Error, WorkloadIdentityCredential,
};
use adls_http::TokenCredential;
use adls_http::test_util::ScriptedTransport;

use crate::applications::{pem, thumbprint};
use crate::support::*;

/// A text as different tools write it.
fn spellings(text: &str) -> [Vec<u8>; 5] {
    let wide = |order: fn(u16) -> [u8; 2]| {
        format!("\u{feff}{text}\r\n").encode_utf16().flat_map(order).collect()
    };
    [
        text.as_bytes().to_vec(),
        text.replace('\n', "\r\n").into_bytes(),
        format!("\u{feff}{text}\r\n").into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ]
}

#[tokio::test]
async fn text_from_windows_tools_is_read() {
    for bytes in spellings(&pem()) {
        assert_eq!(ClientCertificate::from_pem(&bytes).unwrap().thumbprint(), thumbprint());
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    for bytes in spellings("eyJ.federated.token") {
        std::fs::write(&path, bytes).unwrap();
        let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
        let credential =
            WorkloadIdentityCredential::new_with(CLIENT_ID, &path, options(&transport)).unwrap();
        credential.get_token(&data_lake()).await.unwrap();
        assert!(transport.transcript().contains("client_assertion=eyJ.federated.token&"));
    }
    // A file of another kind is named as such, and none of it is sent.
    let error = ClientCertificate::from_pem(&[0x30, 0x82, 0xff, 0x00]).unwrap_err();
    assert!(error.to_string().contains("PKCS#12"), "{error}");
    for other in ["root:x:0:0:root\ndaemon:x:1", "two words", "", "\0", &"x".repeat(300_000)] {
        std::fs::write(&path, other).unwrap();
        let transport = ScriptedTransport::new([]);
        let credential =
            WorkloadIdentityCredential::new_with(CLIENT_ID, &path, options(&transport)).unwrap();
        let error = credential.get_token(&data_lake()).await.unwrap_err();
        assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::Unavailable);
        assert_eq!(transport.count(), 0);
    }
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let transport = ScriptedTransport::new([]);
    let application = [("AZURE_CLIENT_ID", CLIENT_ID), ("AZURE_CLIENT_SECRET", "s3cret")];
    for (name, value) in [
        ("AZURE_AUTHORITY_HOST", "http://login.test"),
        ("AZURE_AUTHORITY_HOST", "ftp://login.test"),
        ("AZURE_AUTHORITY_HOST", "https://login.test/?a=b"),
        ("AZURE_TENANT_ID", "a/../b"),
    ] {
        let env = Env::from_pairs(application.into_iter().chain([(name, value)]));
        let error = EnvironmentCredential::new_with(&env, options(&transport)).unwrap_err();
        assert!(error.to_string().starts_with(name), "{error}");
        assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
    }
    let directory = tempfile::tempdir().unwrap();
    let no_pem = directory.path().join("no.pem");
    std::fs::write(&no_pem, "hello").unwrap();
    for path in ["/missing/app.pem".to_owned(), no_pem.to_str().unwrap().to_owned()] {
        let env = Env::from_pairs([
            ("AZURE_CLIENT_ID", CLIENT_ID),
            ("AZURE_CLIENT_CERTIFICATE_PATH", &path),
        ]);
        let error =
            EnvironmentCredential::new_with(&env, options(&transport)).unwrap_err().to_string();
        assert!(error.starts_with("AZURE_CLIENT_CERTIFICATE_PATH: "), "{error}");
        assert!(error.contains(&path), "{error}");
    }
    let good = directory.path().join("good.pem");
    std::fs::write(&good, pem()).unwrap();
    let switch = |value: &str| {
        let env = Env::from_pairs([
            ("AZURE_CLIENT_ID", CLIENT_ID),
            ("AZURE_CLIENT_CERTIFICATE_PATH", good.to_str().unwrap()),
            ("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", value),
        ]);
        EnvironmentCredential::new_with(&env, options(&transport))
    };
    assert!(["", "0", "True", "false\r\n"].into_iter().all(|value| switch(value).is_ok()));
    let error = switch("yes please").unwrap_err().to_string();
    assert!(error.starts_with("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN is neither"), "{error}");
    let env = Env::from_pairs([
        ("AZURE_CLIENT_ID", CLIENT_ID),
        ("AZURE_FEDERATED_TOKEN_FILE", "/missing/token"),
    ]);
    let by_file = WorkloadIdentityCredential::from_env_with(&env, options(&transport)).unwrap();
    let by_environment = EnvironmentCredential::new_with(&env, options(&transport)).unwrap();
    for credential in [&by_file as &dyn TokenCredential, &by_environment] {
        let error = credential.get_token(&data_lake()).await.unwrap_err().to_string();
        assert!(error.starts_with("AZURE_FEDERATED_TOKEN_FILE: "), "{error}");
        assert!(error.contains("/missing/token"), "{error}");
    }
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn an_application_that_signed_in_before_renews_by_what_proves_it() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (certificate, token) = (write("app.pem", &pem()), write("token", "eyJ.a.b"));
    let (certificate, token) = (certificate.to_str().unwrap(), token.to_str().unwrap());
    let found = |pairs: &[(&str, &str)]| {
        let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
        let env = Env::from_pairs(pairs.iter().copied());
        let found =
            EnvironmentCredential::for_application(CLIENT_ID, &env, options(&transport)).unwrap();
        (transport, found)
    };
    let id = ("AZURE_CLIENT_ID", CLIENT_ID);
    for (proof, sent) in [
        (("AZURE_CLIENT_SECRET", "s3cret"), "client_secret=s3cret"),
        (("AZURE_CLIENT_CERTIFICATE_PATH", certificate), "client_assertion=ey"),
        (("AZURE_FEDERATED_TOKEN_FILE", token), "client_assertion=eyJ.a.b"),
    ] {
        // The tenant and the host are those of the sign-in; a line end of Windows is no part of a value.
        let with_end = format!("{}\r\n", proof.1);
        let proof = (proof.0, &*with_end);
        let (transport, credential) = found(&[id, proof, ("AZURE_TENANT_ID", "other.test")]);
        credential.unwrap().get_token(&data_lake()).await.unwrap();
        let transcript = transport.transcript();
        assert!(transcript.contains(sent), "{transcript}");
        assert!(transcript.contains("https://login.test/contoso.test/"), "{transcript}");
    }
    let other = ("AZURE_CLIENT_ID", "33333333-3333-4333-8333-333333333333");
    for pairs in [&[id][..], &[other, ("AZURE_CLIENT_SECRET", "s")], &[]] {
        let (transport, credential) = found(pairs);
        assert!(credential.is_none());
        assert_eq!(transport.take_unasked(), 1);
    }

    // By its file, which is not needed as long as a token is there.
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let (options, clock) = options_with_clock(&transport);
    let path = write("renewed.pem", &pem());
    let credential =
        ClientCertificateCredential::from_file_with(CLIENT_ID, &path, options).unwrap();
    credential.sign_in(&data_lake()).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    clock.advance(std::time::Duration::from_secs(2 * 3600));
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    assert!(error.to_string().contains("renewed.pem"), "{error}");
    write("renewed.pem", &pem());
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-2");
}

#[test]
fn nobody_has_to_give_options() {
    let options = adls_auth::AuthOptions::default().tenant("contoso.test").unwrap();
    let authority = options.authority.unwrap().to_string();
    assert_eq!(authority, "https://login.microsoftonline.com/contoso.test");
    assert_eq!(options.client_id, adls_wire::aad::AZURE_CLI_CLIENT_ID);

    adls_auth::DeviceCodeCredential::new(|_| async {}).unwrap();
    adls_auth::InteractiveBrowserCredential::new(|_| async { Ok(()) }).unwrap();
    adls_auth::UsernamePasswordCredential::new("user@contoso.test", "p").unwrap();
    adls_auth::RefreshTokenCredential::new("refresh-0").unwrap();
    for (tenant, usable) in [("contoso.test", true), ("con/toso", false)] {
        let secret = adls_auth::ClientSecretCredential::new(tenant, CLIENT_ID, "s3cret");
        let assertion = || async { Ok("assertion".into()) };
        let assertion = adls_auth::ClientAssertionCredential::new(tenant, CLIENT_ID, assertion);
        let certificate = ClientCertificate::from_pem(pem().as_ref()).unwrap();
        let certificate = ClientCertificateCredential::new(tenant, CLIENT_ID, certificate);
        let workload = WorkloadIdentityCredential::new(tenant, CLIENT_ID, "token");
        let proof = adls_auth::ClientProof::secret("s3cret").unwrap();
        let caller = adls_auth::OnBehalfOfCredential::new(tenant, CLIENT_ID, proof, "token");
        let made = [secret.is_ok(), assertion.is_ok(), certificate.is_ok()];
        assert_eq!(made, [usable; 3], "{tenant}");
        assert_eq!([workload.is_ok(), caller.is_ok()], [usable; 2], "{tenant}");
    }
}
