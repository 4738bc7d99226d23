//! Applications that prove who they are by more than a secret.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use adls_auth::{
    AssertionAlgorithm, AuthErrorKind, ClientAssertionCredential, ClientCertificate,
    ClientCertificateCredential, ClientProof, Env, Error, OnBehalfOfCredential,
    WorkloadIdentityCredential, jwt,
};
use adls_http::TokenCredential;
use adls_http::test_util::ScriptedTransport;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use insta::assert_snapshot;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;

use crate::support::*;

struct Identity {
    key: KeyPair,
    certificate: rcgen::Certificate,
}

/// Two identities, made once: keys take their time.
fn identities() -> &'static [Identity; 2] {
    static IDENTITIES: LazyLock<[Identity; 2]> = LazyLock::new(|| [identity(), identity()]);
    &IDENTITIES
}

fn identity() -> Identity {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::new(["app.test".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    Identity { key, certificate }
}

impl Identity {
    fn pem(&self) -> String {
        format!("{}{}", self.key.serialize_pem(), self.certificate.pem())
    }
}

/// An application's certificate with its key.
pub(crate) fn pem() -> String {
    identities()[0].pem()
}

/// The thumbprint of that certificate.
pub(crate) fn thumbprint() -> String {
    ClientCertificate::from_pem(pem().as_bytes()).unwrap().thumbprint()
}

/// The assertion of the first request, with the rest of its form.
fn assertion(transport: &ScriptedTransport) -> (String, String) {
    let transcript = transport.transcript();
    let form = transcript.lines().last().unwrap();
    let fields: Vec<(String, String)> =
        url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let (assertion, rest): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(name, _)| name == "client_assertion");
    let rest: Vec<String> = rest.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (assertion[0].1.clone(), rest.join("\n"))
}

fn check_signature(
    token: &str,
    identity: &Identity,
    algorithm: &'static dyn VerificationAlgorithm,
) {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    let public = UnparsedPublicKey::new(algorithm, identity.key.public_key_raw());
    public.verify(message.as_bytes(), &signature).unwrap();
}

#[tokio::test]
async fn a_certificate_signs_for_this_endpoint_and_these_ten_minutes() {
    let [identity, _] = identities();
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    let certificate = ClientCertificate::from_pem(identity.pem().as_bytes()).unwrap();
    let credential =
        ClientCertificateCredential::new_with(CLIENT_ID, certificate, options(&transport)).unwrap();
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    let (token, rest) = assertion(&transport);
    assert_snapshot!(rest, @r"
    client_id=11111111-1111-4111-8111-111111111111
    grant_type=client_credentials
    client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
    scope=https://datalake.azure.net//.default
    ");
    let decoded = jwt::decode_unverified(&token).unwrap();
    let thumbprint = digest(&SHA256, identity.certificate.der());
    assert_eq!(
        json!(decoded.header),
        json!({
            "typ": "JWT", "alg": "PS256",
            "x5t#S256": BASE64_URL_SAFE_NO_PAD.encode(thumbprint),
        })
    );
    let mut claims = decoded.claims;
    assert_eq!(claims.remove("jti").unwrap().as_str().unwrap().len(), 36);
    assert_eq!(
        json!(claims),
        json!({
            "aud": "https://login.test/contoso.test/oauth2/v2.0/token",
            "iss": CLIENT_ID, "sub": CLIENT_ID,
            "iat": 1_767_225_600, "nbf": 1_767_225_600, "exp": 1_767_226_200,
        })
    );
    check_signature(&token, identity, &RSA_PSS_2048_8192_SHA256);
}

#[tokio::test]
async fn the_older_algorithm_and_the_chain_on_request() {
    let [identity, issuer] = identities();
    let transport = ScriptedTransport::new([ok(&app_reply("1"))]);
    // The chain may come before the certificate itself.
    let pem = format!("{}{}", issuer.certificate.pem(), identity.pem());
    let certificate = ClientCertificate::from_pem(pem.as_bytes()).unwrap();
    let certificate = certificate.with_algorithm(AssertionAlgorithm::Rs256).with_chain_sent();
    let credential =
        ClientCertificateCredential::new_with(CLIENT_ID, certificate, options_v1(&transport))
            .unwrap();
    credential.get_token(&data_lake()).await.unwrap();
    let (token, rest) = assertion(&transport);
    assert!(rest.contains("resource=https://datalake.azure.net/"), "{rest}");
    let decoded = jwt::decode_unverified(&token).unwrap();
    let der = [identity.certificate.der(), issuer.certificate.der()];
    let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, der[0]);
    assert_eq!(
        json!(decoded.header),
        json!({
            "typ": "JWT", "alg": "RS256",
            "x5t": BASE64_URL_SAFE_NO_PAD.encode(thumbprint),
            "x5c": der.map(|der| BASE64_STANDARD.encode(der)),
        })
    );
    assert_eq!(decoded.claims["aud"], "https://login.test/contoso.test/oauth2/token");
    check_signature(&token, identity, &RSA_PKCS1_2048_8192_SHA256);
}

#[test]
fn certificates_that_are_of_no_use() {
    let [identity, other] = identities();
    let elliptic = KeyPair::generate().unwrap().serialize_pem();
    let mismatched = format!("{}{}", identity.key.serialize_pem(), other.certificate.pem());
    for (pem, reason) in [
        (identity.certificate.pem(), "holds no private key"),
        (identity.key.serialize_pem(), "but no certificate"),
        (mismatched, "none of the certificates belongs to the private key"),
        (format!("{elliptic}{}", identity.certificate.pem()), "not a usable RSA key"),
        (
            format!(
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n{}",
                identity.certificate.pem()
            ),
            "is encrypted",
        ),
        ("-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----".to_owned(), "not valid PEM"),
        (String::new(), "holds no private key"),
    ] {
        let error = ClientCertificate::from_pem(pem.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
        assert!(error.to_string().contains(reason), "{error}");
    }
    let good = ClientCertificate::from_pem(identity.pem().as_bytes()).unwrap();
    assert_eq!(good.thumbprint().len(), 40);
    assert!(format!("{good:?}").contains(&good.thumbprint()));
}

#[tokio::test]
async fn assertions_of_a_callback_are_asked_for_each_time() {
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let credential = ClientAssertionCredential::new_with(
        CLIENT_ID,
        move || {
            let call = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                match call {
                    0 | 1 => Ok(format!("assertion-{call}").into()),
                    _ => Err("the signing service is down".into()),
                }
            }
        },
        options(&transport),
    )
    .unwrap();
    credential.get_token(&data_lake()).await.unwrap();
    credential.get_token(&management()).await.unwrap();
    assert!(transport.transcript().contains("client_assertion=assertion-0&"));
    assert_eq!(assertion(&transport).0, "assertion-1");
    let third = adls_http::TokenRequest::new("https://storage.azure.com//.default");
    let error = credential.get_token(&third).await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!(error.kind(), AuthErrorKind::BadClientAssertion);
    assert_snapshot!(error, @"no client assertion could be had: the signing service is down");
}

#[tokio::test]
async fn a_workloads_token_file_is_read_for_each_request() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    let transport = ScriptedTransport::new([ok(&app_reply("1")), ok(&app_reply("2"))]);
    let env = |file: &str| {
        Env::from_pairs([
            ("AZURE_FEDERATED_TOKEN_FILE", file),
            ("AZURE_CLIENT_ID", CLIENT_ID),
            ("AZURE_TENANT_ID", "fabrikam.test"),
            ("AZURE_AUTHORITY_HOST", "https://login.env.test:8443/"),
        ])
    };
    let credential = WorkloadIdentityCredential::from_env_with(
        &env(path.to_str().unwrap()),
        options(&transport),
    )
    .unwrap();
    let missing = credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&missing).unwrap().kind(), AuthErrorKind::Unavailable);
    for (request, content) in [(data_lake(), "first\n"), (management(), "second")] {
        std::fs::write(&path, content).unwrap();
        credential.get_token(&request).await.unwrap();
    }
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.env.test:8443/fabrikam.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=first&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default

    POST https://login.env.test:8443/fabrikam.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=second&scope=https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default
    ");
    std::fs::write(&path, "\n").unwrap();
    let third = adls_http::TokenRequest::new("https://storage.azure.com//.default");
    assert!(credential.get_token(&third).await.is_err());

    let nothing =
        WorkloadIdentityCredential::from_env_with(&env(""), options(&transport)).unwrap_err();
    assert_eq!(nothing.kind(), AuthErrorKind::Unavailable);
    assert_snapshot!(nothing, @"AZURE_FEDERATED_TOKEN_FILE is not set");
}

#[tokio::test]
async fn on_behalf_of_a_caller() {
    let transport = ScriptedTransport::new([ok(&user_reply("1")), ok(&management_reply("2"))]);
    let proof = ClientProof::secret("s3cret").unwrap();
    let credential =
        OnBehalfOfCredential::new_with(CLIENT_ID, proof, "token-of-user", options(&transport))
            .unwrap();
    assert_eq!(credential.get_token(&data_lake()).await.unwrap().secret(), "access-1");
    assert_eq!(credential.account().unwrap().username, "user@contoso.test");
    // The refresh token that came with it spares the second exchange.
    assert_eq!(credential.get_token(&management()).await.unwrap().secret(), "access-2");
    assert_snapshot!(transport.transcript(), @r"
    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&client_info=1&client_secret=s3cret&requested_token_use=on_behalf_of&assertion=token-of-user&scope=https%3A%2F%2Fdatalake.azure.net%2F%2F.default+offline_access+openid+profile

    POST https://login.test/contoso.test/oauth2/v2.0/token
    accept: application/json
    content-type: application/x-www-form-urlencoded
    return-client-request-id: true

    client_id=11111111-1111-4111-8111-111111111111&grant_type=refresh_token&client_info=1&client_secret=s3cret&refresh_token=refresh-1&scope=https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default+offline_access+openid+profile
    ");
}

#[cfg(feature = "pkcs12")]
#[test]
fn pkcs12_files_with_old_and_new_ciphers() {
    use p12_keystore::{
        Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain,
    };
    let [identity, other] = identities();
    let key = PrivateKey::from_der(&identity.key.serialize_der()).unwrap();
    let certificate = Certificate::from_der(identity.certificate.der()).unwrap();
    let mut store = KeyStore::new();
    let chain = PrivateKeyChain::new("1", key, [certificate]);
    store.add_entry("app", KeyStoreEntry::PrivateKeyChain(chain));
    for algorithm in [
        EncryptionAlgorithm::PbeWithHmacSha256AndAes256,
        EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc,
    ] {
        let file = store.writer("p@ss").encryption_algorithm(algorithm).write().unwrap();
        let read = ClientCertificate::from_pkcs12(&file, "p@ss").unwrap();
        let pem = ClientCertificate::from_pem(identity.pem().as_bytes()).unwrap();
        assert_eq!(read.thumbprint(), pem.thumbprint());
        let error = ClientCertificate::from_pkcs12(&file, "wrong").unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
        assert!(error.to_string().contains("cannot be opened"), "{error}");
    }
    let mut trusted = KeyStore::new();
    let certificate = Certificate::from_der(other.certificate.der()).unwrap();
    trusted.add_entry("ca", KeyStoreEntry::Certificate(certificate));
    let file = trusted.writer("p").write().unwrap();
    let error = ClientCertificate::from_pkcs12(&file, "p").unwrap_err();
    assert!(error.to_string().contains("no private key"), "{error}");
    assert!(ClientCertificate::from_pkcs12(b"nonsense", "p").is_err());
}
