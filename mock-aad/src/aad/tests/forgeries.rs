//! Tokens that somebody made up, each wrong in one thing. The genuine one is accepted.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::*;

const OTHER_TENANT: &str = "11111111-2222-4333-8444-555555555555";

/// A genuine token, to be bent.
struct Forge {
    header: Value,
    claims: Value,
    token: String,
    key: EncodingKey,
}

impl Forge {
    async fn new(emulator: &Emulator) -> Self {
        let token = emulator.user_token().await;
        let header = token.split('.').next().unwrap();
        Self {
            header: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap(),
            claims: claims(&Value::from(token.as_str())),
            token,
            key: EncodingKey::from_rsa_pem(signing_key_pem().as_bytes()).unwrap(),
        }
    }

    /// Signed with the service's own key, which is what makes each forgery test one check.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::RS256);
        format!("{message}.{}", signature.unwrap())
    }

    fn claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.sign(&self.header, &claims)
    }

    fn without(&self, names: &[&str]) -> String {
        let mut claims = self.claims.clone();
        for name in names {
            claims.as_object_mut().unwrap().remove(*name);
        }
        self.sign(&self.header, &claims)
    }

    fn head(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.sign(&header, &self.claims)
    }

    fn parts(&self) -> [&str; 3] {
        let mut parts = self.token.split('.');
        [parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap()]
    }

    /// With an HMAC over the same message, keyed with something public.
    fn hmac(&self, alg: &str, algorithm: hmac::Algorithm, key: &[u8]) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(alg);
        let message = format!("{}.{}", part(&header), part(&self.claims));
        let tag = hmac::sign(&hmac::Key::new(algorithm, key), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn unsigned(&self, alg: &str) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(alg);
        format!("{}.{}.", part(&header), part(&self.claims))
    }

    fn other_algorithm(&self, algorithm: Algorithm) -> String {
        let mut header = Header::new(algorithm);
        header.kid = self.header["kid"].as_str().map(str::to_owned);
        jsonwebtoken::encode(&header, &self.claims, &self.key).unwrap()
    }

    fn other_key(&self, pem: &str, kid: Option<&str>) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = kid.or(self.header["kid"].as_str()).map(str::to_owned);
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        jsonwebtoken::encode(&header, &self.claims, &key).unwrap()
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A key that nobody published.
fn strangers_key() -> String {
    use aws_lc_rs::encoding::AsDer as _;
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let body = STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}

fn modulus(emulator: &Emulator) -> Vec<u8> {
    let set = emulator.state.aad.keys.key_set(None);
    URL_SAFE_NO_PAD.decode(set["keys"][0]["n"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn every_forgery_is_refused() {
    let emulator = Emulator::new();
    let forge = Forge::new(&emulator).await;
    let now = emulator.state.clock.now().as_second();
    let [head, body, signature] = forge.parts();
    let second_key = emulator.state.aad.keys.key_set(None)["keys"][1]["kid"].clone();
    let stranger = strangers_key();
    let certificate = emulator.state.aad.keys.key_set(None)["keys"][0]["x5c"][0].clone();
    let issuer = |tenant: &str| json!(format!("https://sts.windows.net/{tenant}/"));
    let mut tampered: Value = forge.claims.clone();
    tampered["upn"] = json!("disabled@emulator.test");
    let flipped = {
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        bytes[100] ^= 1;
        URL_SAFE_NO_PAD.encode(bytes)
    };

    assert!(emulator.verify(&forge.token, Audience::DataLake).is_ok(), "the genuine token");
    assert!(
        emulator.verify(&forge.sign(&forge.header, &forge.claims), Audience::DataLake).is_ok(),
        "the forger signs as the service does"
    );

    let forgeries: Vec<(&str, String)> = vec![
        // Algorithms.
        ("alg none", forge.unsigned("none")),
        ("alg None", forge.unsigned("None")),
        ("alg NONE with the old signature", {
            let token = forge.unsigned("NONE");
            format!("{token}{signature}")
        }),
        ("alg empty", forge.unsigned("")),
        ("alg missing", {
            let mut header = forge.header.clone();
            header.as_object_mut().unwrap().remove("alg");
            forge.sign(&header, &forge.claims)
        }),
        ("HS256 with the public modulus", {
            forge.hmac("HS256", hmac::HMAC_SHA256, &modulus(&emulator))
        }),
        ("HS256 with the public certificate", {
            forge.hmac("HS256", hmac::HMAC_SHA256, certificate.as_str().unwrap().as_bytes())
        }),
        ("HS256 with an empty key", forge.hmac("HS256", hmac::HMAC_SHA256, b"")),
        ("HS512 with the public modulus", {
            forge.hmac("HS512", hmac::HMAC_SHA512, &modulus(&emulator))
        }),
        ("PS256 with the right key", forge.other_algorithm(Algorithm::PS256)),
        ("RS512 with the right key", forge.other_algorithm(Algorithm::RS512)),
        ("RS384 with the right key", forge.other_algorithm(Algorithm::RS384)),
        ("header says RS512, signed with RS256", forge.head("alg", json!("RS512"))),
        // Keys.
        ("another key under our kid", forge.other_key(&stranger, None)),
        ("another key under its own kid", forge.other_key(&stranger, Some("stranger"))),
        ("our kid on the second key's token", {
            forge.other_key(include_str!("../../../assets/signing-key-2.pem"), None)
        }),
        ("second kid on the first key's token", forge.head("kid", second_key)),
        ("unknown kid", forge.head("kid", json!("AAAA"))),
        ("kid in another case", {
            let kid = forge.header["kid"].as_str().unwrap().to_ascii_uppercase();
            forge.head("kid", json!(kid))
        }),
        ("kid missing", {
            let mut header = forge.header.clone();
            header.as_object_mut().unwrap().remove("kid");
            forge.sign(&header, &forge.claims)
        }),
        ("key sent along in jwk, signed by a stranger", {
            let mut header = Header::new(Algorithm::RS256);
            header.x5c = certificate.as_str().map(|c| vec![c.to_owned()]);
            let key = EncodingKey::from_rsa_pem(stranger.as_bytes()).unwrap();
            jsonwebtoken::encode(&header, &forge.claims, &key).unwrap()
        }),
        ("critical extension", forge.head("crit", json!(["b64"]))),
        // Signature and shape.
        ("payload tampered", format!("{head}.{}.{signature}", part(&tampered))),
        ("header tampered", {
            let mut header = forge.header.clone();
            header["typ"] = json!("jwt");
            format!("{}.{body}.{signature}", part(&header))
        }),
        ("one bit of the signature", format!("{head}.{body}.{flipped}")),
        ("signature truncated", format!("{head}.{body}.{}", &signature[..signature.len() - 4])),
        ("signature empty", format!("{head}.{body}.")),
        ("signature missing", format!("{head}.{body}")),
        ("signature padded", {
            let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
            format!("{head}.{body}.{}", URL_SAFE.encode(bytes))
        }),
        ("four parts", format!("{head}.{body}.{signature}.{signature}")),
        ("token truncated", forge.token[..forge.token.len() / 2].to_owned()),
        ("not a token", "abc".to_owned()),
        ("payload not JSON", {
            let message = format!("{head}.{}", URL_SAFE_NO_PAD.encode("{"));
            let signature =
                jsonwebtoken::crypto::sign(message.as_bytes(), &forge.key, Algorithm::RS256);
            format!("{message}.{}", signature.unwrap())
        }),
        // Audience.
        ("audience of storage", forge.claim("aud", json!("https://storage.azure.com/"))),
        ("audience of Graph", forge.claim("aud", json!("https://graph.microsoft.com"))),
        ("audience of the client", forge.claim("aud", json!(CLI))),
        ("audience with a suffix", {
            forge.claim("aud", json!("https://datalake.azure.net.evil.test/"))
        }),
        ("audience with two slashes", forge.claim("aud", json!("https://datalake.azure.net//"))),
        ("audience a list", forge.claim("aud", json!([DATA_LAKE]))),
        ("audience missing", forge.without(&["aud"])),
        // Issuer and tenant.
        ("issuer of another tenant", forge.claim("iss", issuer(OTHER_TENANT))),
        ("issuer and tenant of another", {
            let mut claims = forge.claims.clone();
            claims["iss"] = issuer(OTHER_TENANT);
            claims["tid"] = json!(OTHER_TENANT);
            forge.sign(&forge.header, &claims)
        }),
        ("tenant of another", forge.claim("tid", json!(OTHER_TENANT))),
        ("tenant missing", forge.without(&["tid"])),
        ("issuer without slash", {
            forge.claim("iss", json!(format!("https://sts.windows.net/{TENANT}")))
        }),
        ("issuer of version 2.0", {
            forge.claim("iss", json!(format!("https://login.microsoftonline.com/{TENANT}/v2.0")))
        }),
        (
            "issuer by another host",
            forge.claim("iss", json!(format!("https://evil.test/{TENANT}/"))),
        ),
        ("issuer missing", forge.without(&["iss"])),
        ("version 2.0", forge.claim("ver", json!("2.0"))),
        ("version missing", forge.without(&["ver"])),
        // Times.
        ("expired", forge.claim("exp", json!(now - 301))),
        ("expired at the end of the skew", forge.claim("exp", json!(now - 300))),
        ("expiry missing", forge.without(&["exp"])),
        ("expiry a text", forge.claim("exp", json!("4000000000"))),
        ("expiry a fraction", forge.claim("exp", json!(4e9 + 0.5))),
        ("not yet valid", forge.claim("nbf", json!(now + 301))),
        ("start missing", forge.without(&["nbf"])),
        // What it allows, and to whom.
        ("scp missing", forge.without(&["scp"])),
        ("scp empty", forge.claim("scp", json!(""))),
        ("scp of something else", forge.claim("scp", json!("User.Read"))),
        ("scp almost right", forge.claim("scp", json!("user_impersonation2"))),
        ("scp a list", forge.claim("scp", json!(["user_impersonation"]))),
        ("scp and names missing", forge.without(&["scp", "upn", "unique_name"])),
        ("a public client as an application", {
            let mut claims = forge.claims.clone();
            claims["sub"] = claims["oid"].clone();
            for name in ["scp", "upn"] {
                claims.as_object_mut().unwrap().remove(name);
            }
            forge.sign(&forge.header, &claims)
        }),
        ("user missing", forge.without(&["oid"])),
        ("user not an id", forge.claim("oid", json!("root"))),
        ("client missing", forge.without(&["appid"])),
    ];
    assert!(forgeries.len() >= 40);
    for (name, token) in &forgeries {
        let result = emulator.verify(token, Audience::DataLake);
        assert!(result.is_err(), "accepted: {name}");
        match *name {
            "expired" | "expired at the end of the skew" => {
                assert_eq!(result, Err(Refusal::Expired), "{name}");
            }
            "issuer of another tenant" | "issuer and tenant of another" | "tenant of another" => {
                assert!(matches!(result, Err(Refusal::WrongTenant { .. })), "{name}");
            }
            _ => assert!(matches!(result, Err(Refusal::Invalid(_))), "{name}: {result:?}"),
        }
    }
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    let emulator = Emulator::new();
    let forge = Forge::new(&emulator).await;
    let now = emulator.state.clock.now().as_second();
    for token in [forge.claim("exp", json!(now - 299)), forge.claim("nbf", json!(now + 300))] {
        assert!(emulator.verify(&token, Audience::DataLake).is_ok());
    }
}

#[tokio::test]
async fn time_is_the_emulators() {
    let emulator = Emulator::new();
    let token = emulator.user_token().await;
    emulator.advance(3600 + 299);
    assert!(emulator.verify(&token, Audience::DataLake).is_ok());
    emulator.advance(1);
    assert_eq!(emulator.verify(&token, Audience::DataLake), Err(Refusal::Expired));
}

#[tokio::test]
async fn headers_that_are_not_a_bearer_token() {
    let emulator = Emulator::new();
    let token = emulator.user_token().await;
    let verify = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        emulator.state.aad.verify(&headers, Audience::DataLake).map(drop)
    };
    let good = format!("bearer {token}");
    assert_eq!(verify(&[&good]), Ok(()), "the scheme's case does not matter");
    assert_eq!(verify(&[]), Err(Refusal::Missing));
    for values in [
        vec!["Bearer"],
        vec!["Bearer "],
        vec![token.as_str()],
        vec!["Basic dXNlcjpwYXNz"],
        vec![good.as_str(), good.as_str()],
    ] {
        assert_eq!(verify(&values), Err(Refusal::Malformed), "{values:?}");
    }
    assert_eq!(verify(&[&format!("{good} x")]), Err(Refusal::Malformed));
}
