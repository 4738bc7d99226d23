//! Applications: secret, certificate, assertion, on behalf of a user.

use std::sync::Arc;

use adls_auth::{
    AssertionAlgorithm, AuthErrorKind, ClientAssertionCredential, ClientCertificate,
    ClientCertificateCredential, ClientProof, ClientSecretCredential, OnBehalfOfCredential,
    UsernamePasswordCredential, jwt,
};
use adls_http::{TokenCredential, TokenRequest};
use adls_tests::Emulated;
use adls_wire::aad::AZURE_CLI_CLIENT_ID;

use super::{BOTH, open_the_lake, options, refusal};

fn certificate(emulated: &Emulated) -> ClientCertificate {
    let pem = std::fs::read(&emulated.emulator.ready().client_certificate).unwrap();
    ClientCertificate::from_pem(&pem).unwrap()
}

#[tokio::test]
async fn a_secret() {
    for protocol in BOTH {
        let emulated = Emulated::start().await.unwrap();
        let ready = emulated.emulator.ready().clone();
        let made = |secret: &str| {
            let options = options(&emulated, protocol);
            ClientSecretCredential::new_with(&ready.client_id, secret, options).unwrap()
        };
        open_the_lake(&emulated, Arc::new(made(&ready.client_secret))).await.unwrap();
        let error = refusal(&made("wrong")).await;
        assert_eq!(error.kind(), AuthErrorKind::WrongClientSecret);
        let unknown = ClientSecretCredential::new_with(
            "99999999-9999-4999-8999-999999999999",
            "x",
            options(&emulated, protocol),
        );
        assert_eq!(refusal(&unknown.unwrap()).await.kind(), AuthErrorKind::UnknownApplication);
    }
}

#[tokio::test]
async fn a_certificate_in_every_form() {
    let emulated = Emulated::start().await.unwrap();
    let client_id = emulated.emulator.ready().client_id.clone();
    for protocol in BOTH {
        for algorithm in [AssertionAlgorithm::Ps256, AssertionAlgorithm::Rs256] {
            for chain in [false, true] {
                let mut certificate = certificate(&emulated).with_algorithm(algorithm);
                if chain {
                    certificate = certificate.with_chain_sent();
                }
                let options = options(&emulated, protocol);
                let credential =
                    ClientCertificateCredential::new_with(&client_id, certificate, options);
                open_the_lake(&emulated, Arc::new(credential.unwrap())).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn an_assertion_that_nobody_signed() {
    let emulated = Emulated::start().await.unwrap();
    for protocol in BOTH {
        let options = options(&emulated, protocol);
        let client_id = &emulated.emulator.ready().client_id;
        let credential = ClientAssertionCredential::new_with(
            client_id,
            || async { Ok("eyJhbGciOiJub25lIn0.e30.".into()) },
            options,
        );
        let error = refusal(&credential.unwrap()).await;
        assert_eq!(error.oauth_error(), Some("invalid_client"), "{error}");
    }
}

#[tokio::test]
async fn on_behalf_of_a_user() {
    for protocol in BOTH {
        let emulated = Emulated::start().await.unwrap();
        let ready = emulated.emulator.ready().clone();
        let user = UsernamePasswordCredential::new_with(
            &ready.username,
            ready.password.as_str(),
            options(&emulated, protocol).client_id(AZURE_CLI_CLIENT_ID),
        );
        let for_the_service = TokenRequest::new(format!("api://{}/.default", ready.client_id));
        let token = user.unwrap().get_token(&for_the_service).await.unwrap();
        for proof in [
            ClientProof::secret(ready.client_secret.as_str()).unwrap(),
            ClientProof::certificate(certificate(&emulated)),
        ] {
            let options = options(&emulated, protocol);
            let credential =
                OnBehalfOfCredential::new_with(&ready.client_id, proof, token.secret(), options)
                    .unwrap();
            open_the_lake(&emulated, Arc::new(credential.clone())).await.unwrap();
            let token = credential.get_token(&super::data_lake()).await.unwrap();
            let claims = jwt::decode_unverified(token.secret()).unwrap().claims;
            assert_eq!(claims["upn"], ready.username.as_str());
            assert_eq!(claims["appid"], ready.client_id.as_str());
        }
    }
}
