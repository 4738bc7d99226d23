use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;

use super::*;
use crate::seed::{CLIENT_CERTIFICATE, SeedSecret};

const V1: &str = "/emulator.test/oauth2/token";
const V2: &str = "/emulator.test/oauth2/v2.0/token";
const CLIENT: &str = "5a1e0000-0000-4000-8000-000000000a01";
const TYPE: &str = adls_wire::aad::CLIENT_ASSERTION_TYPE;
const INVALID: &str = "invalid_client";

fn thumbprint(algorithm: &'static digest::Algorithm) -> Vec<u8> {
    let der = CertificateDer::from_pem_slice(CLIENT_CERTIFICATE.as_bytes()).unwrap();
    digest::digest(algorithm, &der).as_ref().to_vec()
}

fn sha1() -> Vec<u8> {
    thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY)
}

fn header(algorithm: Algorithm) -> Header {
    Header { x5t: Some(URL_SAFE.encode(sha1())), ..Header::new(algorithm) }
}

fn body(emulator: &Emulator) -> Value {
    let now = emulator.state.clock.now().as_second();
    json!({
        "iss": CLIENT, "sub": CLIENT, "aud": format!("{ORIGIN}{V2}"),
        "nbf": now, "exp": now + 600, "jti": "1",
    })
}

fn sign(header: &Header, claims: &Value) -> String {
    let key = EncodingKey::from_rsa_pem(CLIENT_CERTIFICATE.as_bytes()).unwrap();
    jsonwebtoken::encode(header, claims, &key).unwrap()
}

fn form(assertion: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("scope", "https://datalake.azure.net/.default"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ]
}

#[tokio::test]
async fn thumbprints_and_algorithms_of_real_clients() {
    let emulator = Emulator::new();
    let sha256 = thumbprint(&digest::SHA256);
    let pem_text = STANDARD.encode("-----BEGIN CERTIFICATE-----\n");
    let table = [
        ("adal", header(Algorithm::RS256)),
        (
            "unpadded",
            Header { x5t: Some(URL_SAFE_NO_PAD.encode(sha1())), ..Header::new(Algorithm::RS256) },
        ),
        (
            "Rust",
            Header {
                x5t: Some(STANDARD.encode(sha1())),
                x5c: Some(vec![pem_text]),
                ..Header::new(Algorithm::RS256)
            },
        ),
        (
            "msal with PFX",
            Header { x5t_s256: Some(URL_SAFE.encode(&sha256)), ..Header::new(Algorithm::PS256) },
        ),
    ];
    for (name, header) in table {
        let mut claims_of_client = body(&emulator);
        if name.starts_with("msal") {
            let now = emulator.state.clock.now().as_second();
            claims_of_client["exp"] = json!(now as f64 + 600.25);
        }
        let assertion = sign(&header, &claims_of_client);
        let tokens = emulator.tokens(V2, &form(&assertion)).await;
        assert_eq!(claims(&tokens["access_token"])["appidacr"], "2", "{name}");
        emulator.verify(tokens["access_token"].as_str().unwrap(), Audience::DataLake).unwrap();
    }
}

#[tokio::test]
async fn audiences_of_real_clients() {
    let emulator = Emulator::new();
    for audience in [
        format!("{ORIGIN}{V1}"),
        format!("{ORIGIN}/{TENANT}/oauth2/v2.0/token"),
        format!("{ORIGIN}/{TENANT}/v2.0"),
        format!("https://sts.windows.net/{TENANT}/"),
        format!("{ORIGIN}/emulator.test"),
    ] {
        let mut claims = body(&emulator);
        claims["aud"] = json!(audience);
        let assertion = sign(&header(Algorithm::RS256), &claims);
        let form = but(&form(&assertion), "scope", "");
        let tokens = emulator.tokens(V1, &but(&form, "resource", DATA_LAKE)).await;
        assert!(tokens["access_token"].is_string(), "{audience}");
    }
}

#[tokio::test]
async fn the_client_may_be_named_by_the_assertion_alone() {
    let emulator = Emulator::new();
    let assertion = sign(&header(Algorithm::RS256), &body(&emulator));
    emulator.tokens(V2, &but(&form(&assertion), "client_id", "")).await;
}

#[tokio::test]
async fn refusals() {
    let emulator = Emulator::new();
    let now = emulator.state.clock.now().as_second();
    let with = |name: &str, value: Value| {
        let mut claims = body(&emulator);
        claims[name] = value;
        sign(&header(Algorithm::RS256), &claims)
    };
    let good = with("jti", json!("2"));
    let service_key = EncodingKey::from_rsa_pem(signing_key_pem().as_bytes()).unwrap();
    let stolen =
        jsonwebtoken::encode(&header(Algorithm::RS256), &body(&emulator), &service_key).unwrap();
    let table = [
        (700_027, "another key", stolen),
        (700_027, "no thumbprint", sign(&Header::new(Algorithm::RS256), &body(&emulator))),
        (700_027, "unknown thumbprint", {
            let header = Header { x5t: Some("AAAA".to_owned()), ..header(Algorithm::RS256) };
            sign(&header, &body(&emulator))
        }),
        (700_027, "algorithm", sign(&header(Algorithm::RS512), &body(&emulator))),
        (700_027, "signature cut", good[..good.len() - 8].to_owned()),
        (700_027, "not a token", "x".to_owned()),
        (700_024, "expired", with("exp", json!(now - 301))),
        (700_024, "not yet valid", with("nbf", json!(now + 301))),
        (700_024, "expired with a fraction", with("exp", json!(now as f64 - 300.5))),
        (700_024, "without end", with("exp", Value::Null)),
        (50012, "audience of another host", with("aud", json!(format!("https://evil.test{V2}")))),
        (
            50012,
            "audience of another tenant",
            with("aud", json!(format!("{ORIGIN}/x/oauth2/token"))),
        ),
        (50012, "audience missing", with("aud", Value::Null)),
        (700_021, "another subject", with("sub", json!(CLI))),
        (700_211, "another issuer", with("iss", json!(CLI))),
    ];
    for (number, name, assertion) in table {
        let refused = emulator.refusal(V2, &form(&assertion)).await;
        assert_eq!(refused, (401, number, INVALID.to_owned()), "{name}");
    }
    let untyped = but(&form(&good), "client_assertion_type", "");
    assert_eq!(emulator.refusal(V2, &untyped).await.1, 900_144);
    let public = but(&form(&good), "client_id", CLI);
    assert_eq!(emulator.refusal(V2, &public).await.1, 700_025);
}

#[tokio::test]
async fn a_registered_issuers_token_is_a_credential() {
    let emulator = Emulator::new();
    let now = emulator.state.clock.now().as_second();
    let key = EncodingKey::from_rsa_pem(signing_key_pem().as_bytes()).unwrap();
    let header = Header {
        kid: emulator.state.aad.keys.key_set(None)["keys"][0]["kid"].as_str().map(str::to_owned),
        ..Header::new(Algorithm::RS256)
    };
    let claims_of = |name: &str, value: Value| {
        let mut claims = json!({
            "iss": "https://federation.emulator.test",
            "sub": "system:serviceaccount:default:emulator",
            "aud": ["api://AzureADTokenExchange"],
            "iat": now, "nbf": now, "exp": now + 3600,
        });
        claims[name] = value;
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    };
    let tokens = emulator.tokens(V2, &form(&claims_of("jti", json!("1")))).await;
    assert_eq!(claims(&tokens["access_token"])["appidacr"], "2");
    let table = [
        (700_211, claims_of("iss", json!("https://other.test"))),
        (700_213, claims_of("sub", json!("other"))),
        (700_212, claims_of("aud", json!("other"))),
        (700_024, claims_of("exp", json!(now - 301))),
        (700_027, {
            let token = claims_of("jti", json!("1"));
            token[..token.len() - 8].to_owned()
        }),
    ];
    for (number, token) in table {
        let refused = emulator.refusal(V2, &form(&token)).await;
        assert_eq!(refused, (401, number, INVALID.to_owned()));
    }
}

#[tokio::test]
async fn secrets_end() {
    let mut seed = Seed::default();
    let end = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    seed.applications
        .iter_mut()
        .find(|application| application.client_id.to_string() == CLIENT)
        .unwrap()
        .secrets
        .push(SeedSecret { value: "old".to_owned(), expires: Some(end) });
    let emulator = Emulator::with(seed);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("resource", DATA_LAKE),
        ("client_secret", "old"),
    ];
    assert_eq!(emulator.refusal(V1, &form).await, (401, 7_000_222, INVALID.to_owned()));
}
