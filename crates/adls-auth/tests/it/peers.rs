//! What an authority, or whoever poses as one, can and cannot do.

use std::sync::{Arc, Mutex};

use adls_auth::{AuthErrorKind, DeviceCodeCredential, Env, Error, ManagedIdentityCredential};
use adls_http::test_util::{Answer, ScriptedTransport};
use adls_http::{ConnectFailure, TokenCredential};
use serde_json::{Value, json};

use crate::support::*;

fn device_code(
    transport: &Arc<ScriptedTransport>,
) -> (DeviceCodeCredential, Arc<Mutex<Vec<adls_auth::DeviceCode>>>) {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&shown);
    let credential = DeviceCodeCredential::new_with(
        move |code| {
            seen.lock().unwrap().push(code);
            async {}
        },
        options(transport).client_id(CLIENT_ID),
    );
    (credential.unwrap(), shown)
}

fn code() -> Value {
    json!({
        "user_code": "ABCD", "device_code": "d", "verification_uri": "https://x/device",
        "expires_in": 60, "interval": 5,
    })
}

#[tokio::test(start_paused = true)]
async fn credentials_go_only_where_said() {
    // Neither a redirect nor a challenge sends a secret elsewhere.
    let elsewhere = "Bearer authorization_uri=\"https://evil.test/common\"";
    for answer in [
        Answer::status(307).header("location", "https://evil.test/token"),
        Answer::status(401).header("www-authenticate", elsewhere),
    ] {
        let transport = ScriptedTransport::new([answer]);
        client_secret(options(&transport)).get_token(&data_lake()).await.unwrap_err();
        assert_eq!(transport.count(), 1);
        assert!(!transport.transcript().contains("evil"));
    }
    // An identity's secret goes to this machine or its own network.
    for (name, more) in [
        ("IDENTITY_ENDPOINT", ("IDENTITY_HEADER", "s3cret")),
        ("IDENTITY_ENDPOINT", ("IMDS_ENDPOINT", "x")),
        ("MSI_ENDPOINT", ("MSI_SECRET", "s3cret")),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", ("X", "x")),
    ] {
        for (url, good) in [
            ("http://evil.test/token", false),
            ("https://evil.test/token", false),
            ("http://10.0.0.1/token", false),
            ("http://localhost.evil.test/token", false),
            ("http://169.254.130.2:8081/token", true),
            ("http://127.0.0.1:41056/token", true),
        ] {
            let env = Env::from_pairs([(name, url), more]);
            let transport = ScriptedTransport::new([]);
            let id = adls_auth::ManagedIdentityId::SystemAssigned;
            let made = ManagedIdentityCredential::new_with(id, &env, transport.options());
            assert_eq!(made.is_ok(), good, "{name} {url}");
            if let Err(error) = made {
                assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
                assert!(error.to_string().starts_with(name), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_from_a_peer_reaches_a_terminal_unescaped() {
    let attack = "\u{1b}]0;owned\u{7}\u{202e}";
    let mut code = code();
    code["message"] = json!(format!("go\r\nto {attack}"));
    code["user_code"] = json!(format!("AB{attack}\nCD"));
    code["verification_uri"] = json!(format!("https://x/{attack}"));
    let words = json!({
        "error": format!("e{attack}"),
        "error_description": format!("AADSTS7: d{attack}\r\nTrace ID: t"),
        "correlation_id": format!("c{attack}"),
        "suberror": format!("s{attack}"),
    });
    let refused = Answer::status(400).body(words.to_string());
    let transport = ScriptedTransport::new([ok(&code), refused]);
    let (credential, shown) = device_code(&transport);
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    let shown = shown.lock().unwrap()[0].clone();
    let found = Error::find(&error).unwrap();
    assert_eq!(shown.message, "go\nto \\u{1b}]0;owned\\u{7}\\u{202e}");
    assert_eq!(found.description(), Some("AADSTS7: d\\u{1b}]0;owned\\u{7}\\u{202e}\nTrace ID: t"));
    assert_eq!(
        found.to_string(),
        "the authority refused: AADSTS7: d\\u{1b}]0;owned\\u{7}\\u{202e}"
    );
    for text in [
        &shown.user_code,
        &shown.verification_uri,
        &error.to_string(),
        found.oauth_error().unwrap(),
        found.correlation_id().unwrap(),
        found.suberror().unwrap(),
    ] {
        assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_by_design() {
    let long = "x".repeat(3 << 20);
    let transport = ScriptedTransport::new([ok(&app_reply(&long))]);
    let error = client_secret(options(&transport)).get_token(&data_lake()).await.unwrap_err();
    assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::UnexpectedReply);
    assert!(error.to_string().contains("larger than 1 MiB"), "{error}");

    let mut code = code();
    code["message"] = json!("y".repeat(500_000));
    let transport = ScriptedTransport::new([ok(&code), refusal(400, "expired_token", 70020)]);
    let (credential, shown) = device_code(&transport);
    credential.get_token(&data_lake()).await.unwrap_err();
    assert!(shown.lock().unwrap()[0].message.len() < 10_000);

    // Whatever is sent as a refusal, a person can read what is shown of it.
    for body in ["x".repeat(50 << 20), "[".repeat(1 << 20), format!("{{\"error\":\"{long}\"}}")] {
        let transport = ScriptedTransport::new([Answer::status(400).body(body)]);
        let error = client_secret(options(&transport)).get_token(&data_lake()).await.unwrap_err();
        assert!(error.to_string().len() < 10_000, "{}", error.to_string().len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_is_wanted_for_two_things_at_once_is_asked_once() {
    let transport = ScriptedTransport::new([
        ok(&code()),
        pending(),
        ok(&user_reply("1")),
        ok(&management_reply("2")),
    ]);
    let (credential, shown) = device_code(&transport);
    let (one, two) = (data_lake(), management());
    let both = futures_util::future::join(credential.get_token(&one), credential.get_token(&two));
    let (one, two) = both.await;
    assert_eq!((one.unwrap().secret(), two.unwrap().secret()), ("access-1", "access-2"));
    assert_eq!(shown.lock().unwrap().len(), 1);
    assert!(transport.transcript().contains("refresh_token=refresh-1"));

    // Nor is one who said no asked again at once; but later, for another thing, they are.
    let declined = || refusal(400, "authorization_declined", 0);
    let transport = ScriptedTransport::new([ok(&code()), declined(), ok(&code()), declined()]);
    let (credential, shown) = device_code(&transport);
    let (one, two) = (data_lake(), management());
    let both = futures_util::future::join(credential.get_token(&one), credential.get_token(&two));
    let (one, two) = both.await;
    for error in [one.unwrap_err(), two.unwrap_err()] {
        assert_eq!(Error::find(&error).unwrap().kind(), AuthErrorKind::DeviceCodeDeclined);
    }
    assert_eq!(shown.lock().unwrap().len(), 1);
    credential.get_token(&data_lake()).await.unwrap_err();
    assert_eq!(shown.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn words_name_the_right_thing() {
    let transport = ScriptedTransport::new([Answer::unconnected(ConnectFailure::Certificate)]);
    let error = client_secret(options(&transport)).get_token(&data_lake()).await.unwrap_err();
    let error = Error::find(&error).unwrap();
    assert_eq!((error.kind(), transport.count()), (AuthErrorKind::Network, 1));
    assert!(error.hint().unwrap().contains("SSL_CERT_FILE"));
    assert!(error.to_string().contains("cannot connect to login.test"), "{error}");
}
