//! A user types a code into a browser on any device (RFC 8628).

use std::fmt;
use std::time::{Duration, SystemTime};

use adls_http::text::{escape_lines, one_line, shorten};
use adls_http::{BoxFuture, Idempotency};
use adls_wire::aad::{error, grant, param};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::endpoint::{
    Audience, AuthClient, GrantForm, ResolvedTokenRequest, TokenReply, whole_number,
};
use crate::flows::flow::{Flow, Subject};
use crate::{AuthErrorKind, Error, Protocol, Result};

/// How much slower to poll when told to (RFC 8628, 3.5).
const SLOW_DOWN_STEP: Duration = Duration::from_secs(5);
/// Where the reply does not tell (RFC 8628, 3.2).
const DEFAULT_INTERVAL: u64 = 5;
/// Where the reply does not tell; what Azure AD uses.
const DEFAULT_LIFETIME: u64 = 900;

/// How much of what the authority wants to be shown is shown, in characters.
const SHOWN_CODE: usize = 100;
const SHOWN_TEXT: usize = 2048;

/// What to show to the user: go to `verification_uri` and enter `user_code` before `expires_on`. The
/// texts are safe for a terminal: what would steer it is escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceCode {
    /// The code that the user types in.
    pub user_code: String,
    /// The page that asks for it.
    pub verification_uri: String,
    /// The authority's own text that says so, in English.
    pub message: String,
    /// When the code ends.
    pub expires_on: SystemTime,
    /// How often the authority is asked whether the user is done.
    pub interval: Duration,
}

/// Shows a code to the user.
pub(crate) type Prompt = Box<dyn Fn(DeviceCode) -> BoxFuture<'static, ()> + Send + Sync>;

/// The device code flow.
pub(crate) struct DeviceCodeFlow {
    pub(crate) prompt: Prompt,
}

impl Flow for DeviceCodeFlow {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(async move {
            let resolved = resolved.with_claims_of(refused);
            let (code, secret) = request_code(client, &resolved).await?;
            (self.prompt)(code.clone()).await;
            poll(client, &resolved, &code, &secret).await
        })
    }

    fn subject(&self) -> Subject<'_> {
        Subject::User(None)
    }
}

impl fmt::Debug for DeviceCodeFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCodeFlow").finish_non_exhaustive()
    }
}

async fn request_code(
    client: &AuthClient,
    resolved: &ResolvedTokenRequest,
) -> Result<(DeviceCode, SecretString)> {
    let url = resolved.authority.device_code_endpoint(client.protocol());
    let audience = client.audience_field(Audience::User, &resolved.scopes)?;
    let claims = client.claims_parameter(resolved.claims.as_deref())?;
    let mut fields = vec![(param::CLIENT_ID, client.client_id())];
    fields.extend(audience.as_ref().map(|(name, value)| (*name, value.as_str())));
    fields.extend(claims.as_deref().map(|claims| (param::CLAIMS, claims)));
    let (response, answer) =
        client.post("device code", url, Idempotency::Idempotent, &fields).await?;
    let now = client.pipeline().clock().now();
    parse_code(&answer, now).map_err(|problem| Error::http(response.decode_error(problem)))
}

fn parse_code(
    json: &Value,
    now: SystemTime,
) -> std::result::Result<(DeviceCode, SecretString), &'static str> {
    let text = |name: &str| json[name].as_str().filter(|text| !text.is_empty());
    let secret = text("device_code").ok_or("it holds no device_code")?;
    let user_code = text("user_code").ok_or("it holds no user_code")?;
    // v2.0 and RFC 8628 say `_uri`, v1 says `_url`.
    let verification_uri = text("verification_uri")
        .or_else(|| text("verification_url"))
        .ok_or("it holds no verification_uri")?;
    let seconds = |name: &str, default: u64| whole_number(&json[name]).unwrap_or(default);
    let lifetime = seconds("expires_in", DEFAULT_LIFETIME).min(86_400);
    let interval = seconds("interval", DEFAULT_INTERVAL).clamp(1, 300);
    let user_code = one_line(user_code, SHOWN_CODE);
    let verification_uri = one_line(verification_uri, SHOWN_TEXT);
    let message = text("message").map_or_else(
        || format!("To sign in, open {verification_uri} and enter the code {user_code}."),
        |message| escape_lines(&shorten(message, SHOWN_TEXT)).into_owned(),
    );
    let code = DeviceCode {
        user_code,
        verification_uri,
        message,
        expires_on: now + Duration::from_secs(lifetime),
        interval: Duration::from_secs(interval),
    };
    Ok((code, secret.into()))
}

/// Asks until the user is done, has refused, or the code has ended.
async fn poll(
    client: &AuthClient,
    resolved: &ResolvedTokenRequest,
    code: &DeviceCode,
    secret: &SecretString,
) -> Result<TokenReply> {
    let clock = client.pipeline().clock();
    let mut interval = code.interval;
    loop {
        clock.sleep(interval).await;
        let refusal = match client.request_token(resolved, poll_form(client, secret)).await {
            Ok(reply) => return Ok(reply),
            Err(refusal) => refusal,
        };
        match refusal.oauth_error() {
            Some(error::AUTHORIZATION_PENDING) => {}
            Some(error::SLOW_DOWN) => interval += SLOW_DOWN_STEP,
            // A lost answer costs one turn, not the sign-in that the user is in the middle of.
            None if refusal.kind() == AuthErrorKind::Network => interval += SLOW_DOWN_STEP,
            _ => return Err(refusal),
        }
        if clock.now() + interval > code.expires_on {
            return Err(Error::new(
                AuthErrorKind::DeviceCodeExpired,
                format!("nobody entered the code {} in time", code.user_code),
            ));
        }
    }
}

fn poll_form<'a>(client: &AuthClient, secret: &'a SecretString) -> GrantForm<'a> {
    let (grant_type, name) = match client.protocol() {
        Protocol::V1 => (grant::DEVICE_CODE_V1, param::CODE),
        Protocol::V2 => (grant::DEVICE_CODE, param::DEVICE_CODE),
    };
    GrantForm {
        operation: "device code",
        grant_type,
        fields: vec![(name, secret.expose_secret())],
        audience: Audience::Remembered,
        idempotency: Idempotency::Idempotent,
    }
}
