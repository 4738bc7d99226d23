//! The service as its clients see it: requests in, answers out.

mod applications;
mod assertions;
mod authorize;
mod device;
mod discovery;
mod federation;
mod forgeries;
mod managed_identity;
mod on_behalf_of;
mod pages;
mod password;
mod policies;
mod refresh;
mod snapshots;
mod storage;

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use uuid::Uuid;

use super::{Audience, Caller, Refusal, handle, signing_key_pem};
use crate::call::Call;
use crate::clock::Clock;
use crate::seed::Seed;
use crate::state::EmulatorState;
use crate::webhdfs::Options;

pub(super) const TENANT: &str = "5a1e0000-0000-4000-8000-000000000001";
pub(super) const CLI: &str = adls_wire::aad::AZURE_CLI_CLIENT_ID;
pub(super) const POWERSHELL: &str = adls_wire::aad::AZURE_POWERSHELL_CLIENT_ID;
pub(super) const DATA_LAKE: &str = adls_wire::aad::DATA_LAKE_RESOURCE;
pub(super) const DATA_LAKE_SCOPE: &str = "https://datalake.azure.net//.default";
pub(super) const PASSWORD: &str = "Emulator-Passw0rd";
pub(super) const ORIGIN: &str = "https://login.microsoftonline.com";

/// An emulator without listeners.
pub(super) struct Emulator {
    pub(super) state: Arc<EmulatorState>,
}

/// An answer, read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Emulator {
    pub(super) fn new() -> Self {
        Self::with(Seed::default())
    }

    pub(super) fn with(seed: Seed) -> Self {
        let clock = Clock::default();
        clock.freeze();
        Self { state: Arc::new(EmulatorState::new(seed, clock, Options::default())) }
    }

    pub(super) fn advance(&self, seconds: u64) {
        self.state.clock.advance(std::time::Duration::from_secs(seconds));
    }

    pub(super) async fn send(&self, request: http::Request<String>) -> Answer {
        let (parts, body) = request.into_parts();
        let call = Call {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: Body::from(body),
            request_id: Uuid::from_u128(0x7e57),
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            origin: ORIGIN.to_owned(),
            account: None,
        };
        let (parts, body) = handle(&self.state.aad, call).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        if !bytes.is_empty() {
            assert_eq!(parts.headers[header::CONTENT_LENGTH], bytes.len().to_string());
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(http::Request::get(path).body(String::new()).unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(
            http::Request::builder().method(Method::POST).uri(path).body(encode(form)).unwrap(),
        )
        .await
    }

    /// A token request that must succeed.
    pub(super) async fn tokens(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.post(path, form).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// A token request that must fail: status, number, word.
    pub(super) async fn refusal(&self, path: &str, form: &[(&str, &str)]) -> (u16, u64, String) {
        self.post(path, form).await.refusal()
    }

    /// A user's token for the Data Lake, by password at the v1 endpoint.
    pub(super) async fn user_token(&self) -> String {
        let body = self.tokens("/common/oauth2/token", &password_v1("user@emulator.test")).await;
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// Fills in the page that is shown and sends it off.
    pub(super) async fn send_page(&self, html: &str, fields: &[(&str, &str)]) -> Answer {
        let ctx = field(html, "ctx").unwrap_or_else(|| panic!("no ctx in {html}"));
        let mut form = vec![("ctx", ctx.as_str())];
        form.extend_from_slice(fields);
        self.post("/common/login", &form).await
    }

    /// The next page.
    pub(super) async fn step(&self, html: &str, fields: &[(&str, &str)]) -> String {
        self.send_page(html, fields).await.text
    }

    pub(super) fn verify(&self, token: &str, audience: Audience<'_>) -> Result<Caller, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        self.state.aad.verify(&headers, audience)
    }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// Status, number and word of an error body, whose parts must agree.
    pub(super) fn refusal(&self) -> (u16, u64, String) {
        let body = self.json();
        let number = body["error_codes"][0].as_u64().unwrap_or_else(|| panic!("{}", self.text));
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
        assert_eq!(body["trace_id"], self.headers["x-ms-request-id"].to_str().unwrap());
        (self.status.as_u16(), number, body["error"].as_str().unwrap().to_owned())
    }
}

/// The value of a field of a page.
pub(super) fn field(html: &str, name: &str) -> Option<String> {
    let at = html.find(&format!("name=\"{name}\""))?;
    let input = &html[html[..at].rfind('<')?..];
    let input = &input[..input.find('>')?];
    let value = input.split("value=\"").nth(1).unwrap_or_default();
    Some(value.split('"').next().unwrap_or_default().to_owned())
}

/// Form text.
pub(super) fn encode(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

/// The fields that adal sends.
pub(super) fn password_v1(username: &str) -> [(&'static str, &str); 6] {
    [
        ("grant_type", "password"),
        ("scope", "openid"),
        ("client_id", CLI),
        ("resource", DATA_LAKE),
        ("password", PASSWORD),
        ("username", username),
    ]
}

/// The fields that msal sends.
pub(super) fn password_v2(username: &str) -> [(&'static str, &str); 6] {
    [
        ("client_id", CLI),
        ("grant_type", "password"),
        ("client_info", "1"),
        ("username", username),
        ("password", PASSWORD),
        ("scope", "https://datalake.azure.net//.default offline_access openid profile"),
    ]
}

/// Replaces or adds one field.
pub(super) fn but<'a>(
    form: &[(&'a str, &'a str)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut form: Vec<_> = form.iter().copied().filter(|(n, _)| *n != name).collect();
    form.push((name, value));
    form
}

/// The claims of a token, unchecked.
pub(super) fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Seconds, as ids and signatures change from run to run.
pub(super) fn redacted(mut body: Value, names: &[&str]) -> Value {
    for name in names {
        if !body[*name].is_null() {
            body[*name] = Value::from(format!("[{name}]"));
        }
    }
    body
}
