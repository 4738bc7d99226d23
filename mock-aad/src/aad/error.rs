//! Refusals of Azure AD: the AADSTS numbers, and the words and statuses that come with them.

use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::version::Version;

/// AADSTS numbers: those that clients know too, and those that only a server needs.
pub(super) mod code {
    pub(in crate::aad) use adls_wire::aad::code::*;

    /// The request names an authority without saying which tenant, for a grant that needs one.
    pub(in crate::aad) const GRANT_NOT_ON_COMMON: u32 = 9_001_023;
    /// A grant that needs the application's credential came without.
    pub(in crate::aad) const APPLICATION_CREDENTIAL_REQUIRED: u32 = 7_000_216;
    /// The v2.0 endpoint got a `resource` parameter.
    pub(in crate::aad) const RESOURCE_PARAMETER: u32 = 901_002;
    /// An application asked for a scope that is not `<resource>/.default`.
    pub(in crate::aad) const SCOPE_NOT_DEFAULT: u32 = 1_002_012;
    /// The scopes name more than one resource.
    pub(in crate::aad) const SEVERAL_RESOURCES: u32 = 28000;
    /// The grant is not one that this server issued, or not to this client.
    pub(in crate::aad) const INVALID_GRANT: u32 = 70000;
    /// The refresh token was not used for too long.
    pub(in crate::aad) const REFRESH_TOKEN_INACTIVE: u32 = 700_082;
    /// The device code was already exchanged.
    pub(in crate::aad) const CODE_REDEEMED: u32 = 54005;
    /// The person said no to a device code; the service documents no number for it.
    pub(in crate::aad) const DEVICE_DECLINED: u32 = 65004;
    /// A client assertion's signature or key is wrong.
    pub(in crate::aad) const ASSERTION_SIGNATURE: u32 = 700_027;
    /// A client assertion is outside its time range.
    pub(in crate::aad) const ASSERTION_TIME: u32 = 700_024;
    /// A client assertion is for another audience.
    pub(in crate::aad) const ASSERTION_AUDIENCE: u32 = 50012;
    /// A client assertion is about another application.
    pub(in crate::aad) const ASSERTION_SUBJECT: u32 = 700_021;
    /// No federated credential has this issuer.
    pub(in crate::aad) const FEDERATED_ISSUER: u32 = 700_211;
    /// No federated credential of the issuer has this audience.
    pub(in crate::aad) const FEDERATED_AUDIENCE: u32 = 700_212;
    /// No federated credential of the issuer has this subject.
    pub(in crate::aad) const FEDERATED_SUBJECT: u32 = 700_213;
    /// The user's token that an application presents is not good for it.
    pub(in crate::aad) const ASSERTION_INVALID: u32 = 50013;
    /// The user's token that an application presents has ended.
    pub(in crate::aad) const ASSERTION_EXPIRED: u32 = 500_133;
    /// A SAML assertion is not good.
    pub(in crate::aad) const SAML_ASSERTION: u32 = 50008;
    /// The tenant does not hold the user's password.
    pub(in crate::aad) const NO_PASSWORD: u32 = 50056;
    /// The application has not registered this redirect URI.
    pub(in crate::aad) const REDIRECT_URI_MISMATCH: u32 = 50011;
    /// The application has not registered any redirect URI.
    pub(in crate::aad) const NO_REDIRECT_URI: u32 = 500_113;
    /// The redirect URI is not the one of the authorization request.
    pub(in crate::aad) const REDIRECT_URI_CHANGED: u32 = 500_112;
    /// The application may not ask for this response type.
    pub(in crate::aad) const RESPONSE_TYPE: u32 = 700_054;
    /// Nobody is signed in, and no page may be shown.
    pub(in crate::aad) const LOGIN_REQUIRED: u32 = 50058;
    /// The code verifier does not match the challenge.
    pub(in crate::aad) const VERIFIER_MISMATCH: u32 = 501_481;
    /// The code challenge has an impossible size.
    pub(in crate::aad) const CHALLENGE_SIZE: u32 = 501_491;
    /// A sign-in page was posted whose sign-in is over.
    pub(in crate::aad) const SESSION_EXPIRED: u32 = 50089;
    /// A token could not be made.
    pub(in crate::aad) const INTERNAL: u32 = 50000;
}

/// A request that Azure AD refuses.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    code: u32,
    text: String,
    claims: Option<String>,
    allowed: Option<String>,
    extra: Vec<(&'static str, Value)>,
}

/// Status and words of one number. The two generations differ in some.
struct Words {
    status: StatusCode,
    v1: &'static str,
    v2: &'static str,
    suberror: Option<&'static str>,
}

/// The ids that a refusal carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ids {
    pub(super) trace: Uuid,
    pub(super) correlation: Uuid,
}

impl Refused {
    /// A refusal with this AADSTS number; `text` is what follows the number in the description.
    pub(super) fn new(code: u32, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), claims: None, allowed: None, extra: Vec::new() }
    }

    /// A method that the endpoint does not take.
    pub(super) fn method(received: &Method, allowed: &[Method]) -> Self {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let text =
            format!("The endpoint only accepts {allowed} requests. Received a {received} request.");
        Self { allowed: Some(allowed), ..Self::new(code::METHOD_NOT_ALLOWED, text) }
    }

    /// The methods that the endpoint takes, if that was the matter.
    pub(super) fn allowed(&self) -> Option<&str> {
        self.allowed.as_deref()
    }

    /// The emulator's own failure.
    pub(super) fn internal(text: &str) -> Self {
        Self::new(code::INTERNAL, format!("There was an error issuing a token: {text}."))
    }

    /// A client that must prove who it is, and does not.
    pub(super) fn credential_missing() -> Self {
        Self::new(
            code::CLIENT_SECRET_OR_ASSERTION_REQUIRED,
            "The request body must contain the following parameter: 'client_assertion' or \
             'client_secret'.",
        )
    }

    /// A code or refresh token that this service cannot have issued; seen before the client's secret.
    pub(super) fn unparseable_grant() -> Self {
        Self::new(code::MALFORMED_REQUEST, "Invalid request. Request is malformed or invalid.")
            .with("error", "invalid_grant")
    }

    /// A code or refresh token that is not known, or not this client's.
    pub(super) fn unknown_grant() -> Self {
        Self::new(code::INVALID_GRANT, "The provided grant is invalid or malformed.")
    }

    /// Adds the claims that the client must ask for next, as JSON.
    pub(super) fn with_claims(mut self, claims: &Value) -> Self {
        self.claims = Some(claims.to_string());
        self
    }

    /// Adds a member to the body.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.extra.push((name, value.into()));
        self
    }

    pub(super) fn code(&self) -> u32 {
        self.code
    }

    /// What a person reads.
    pub(super) fn text(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    pub(super) fn status(&self) -> StatusCode {
        words(self.code).status
    }

    /// The `error` word.
    pub(super) fn error(&self, version: Version) -> &'static str {
        let words = words(self.code);
        match version {
            Version::V1 => words.v1,
            Version::V2 => words.v2,
        }
    }

    /// The JSON body, as recorded from the service.
    pub(super) fn body(&self, version: Version, ids: Ids, now: Timestamp) -> Value {
        let timestamp = timestamp(now);
        let Ids { trace, correlation } = ids;
        let mut body = json!({
            "error": self.error(version),
            "error_description": format!(
                "{}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}",
                self.text()
            ),
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        if let Some(suberror) = words(self.code).suberror {
            body["suberror"] = Value::from(suberror);
        }
        if let Some(claims) = &self.claims {
            body["claims"] = Value::from(claims.as_str());
        }
        for (name, value) in &self.extra {
            body[*name] = value.clone();
        }
        body
    }
}

/// A time as the service writes it.
pub(super) fn timestamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Status and words of a number: recorded where the service was seen, else inferred from its class
/// in OAuth 2.0. This table is the only place that knows them.
fn words(number: u32) -> Words {
    use code::*;

    let say = |status: u16, v1, v2, suberror| Words {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
        v1,
        v2,
        suberror,
    };
    let same = |status, word| say(status, word, word, None);
    match number {
        ACCOUNT_LOCKED => say(400, "unauthorized_client", "invalid_grant", None),
        USER_NOT_FOUND => say(400, "invalid_grant", "invalid_grant", Some("bad_token")),
        PASSWORD_EXPIRED => {
            say(400, "user_password_expired", "invalid_grant", Some("user_password_expired"))
        }
        MFA_REQUIRED | MFA_ENROLLMENT_REQUIRED | STRONG_AUTH_REQUIRED => {
            say(400, "interaction_required", "invalid_grant", Some("basic_action"))
        }
        BLOCKED_BY_CONDITIONAL_ACCESS => {
            say(400, "interaction_required", "invalid_grant", Some("message_only"))
        }
        CONSENT_REQUIRED => say(400, "invalid_grant", "invalid_grant", Some("consent_required")),
        GRANT_REVOKED => say(400, "invalid_grant", "invalid_grant", Some("bad_token")),
        DEVICE_CODE_EXPIRED => say(400, "code_expired", "expired_token", None),
        INVALID_USERNAME_OR_PASSWORD
        | ACCOUNT_DISABLED
        | INVALID_GRANT
        | GRANT_EXPIRED
        | REFRESH_TOKEN_INACTIVE
        | CODE_REDEEMED
        | ASSERTION_INVALID
        | ASSERTION_EXPIRED
        | SAML_ASSERTION
        | NO_PASSWORD
        | VERIFIER_MISMATCH => same(400, "invalid_grant"),
        APPLICATION_NOT_FOUND => same(400, "unauthorized_client"),
        INVALID_CLIENT_SECRET
        | CLIENT_SECRET_EXPIRED
        | CLIENT_SECRET_OR_ASSERTION_REQUIRED
        | APPLICATION_CREDENTIAL_REQUIRED
        | ASSERTION_SIGNATURE
        | ASSERTION_TIME
        | ASSERTION_AUDIENCE
        | ASSERTION_SUBJECT
        | FEDERATED_ISSUER
        | FEDERATED_AUDIENCE
        | FEDERATED_SUBJECT
        | REDIRECT_URI_CHANGED
        | PUBLIC_CLIENT_SENT_SECRET => same(401, "invalid_client"),
        TENANT_NOT_FOUND => same(400, "invalid_request"),
        UNSUPPORTED_GRANT_TYPE => same(400, "unsupported_grant_type"),
        AUTHORIZATION_PENDING => same(400, "authorization_pending"),
        BAD_VERIFICATION_CODE => same(400, "bad_verification_code"),
        DEVICE_DECLINED => same(400, "authorization_declined"),
        RESOURCE_NOT_FOUND => same(400, "invalid_resource"),
        INVALID_SCOPE | SEVERAL_RESOURCES | SCOPE_NOT_DEFAULT => same(400, "invalid_scope"),
        RESPONSE_TYPE => same(400, "unsupported_response_type"),
        LOGIN_REQUIRED => same(400, "login_required"),
        METHOD_NOT_ALLOWED => same(405, "invalid_request"),
        UNKNOWN_INSTANCE => same(400, "invalid_instance"),
        INTERNAL => same(500, "server_error"),
        _ => same(400, "invalid_request"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: Ids = Ids { trace: Uuid::from_u128(1), correlation: Uuid::from_u128(2) };

    #[test]
    fn body_as_recorded() {
        let refused = Refused::new(code::MFA_REQUIRED, "you must use more.")
            .with_claims(&json!({"access_token": {"capolids": {"essential": true}}}));
        insta::assert_json_snapshot!(refused.body(Version::V2, IDS, Timestamp::UNIX_EPOCH), @r#"
        {
          "error": "invalid_grant",
          "error_description": "AADSTS50076: you must use more.\r\nTrace ID: 00000000-0000-0000-0000-000000000001\r\nCorrelation ID: 00000000-0000-0000-0000-000000000002\r\nTimestamp: 1970-01-01 00:00:00Z",
          "error_codes": [
            50076
          ],
          "timestamp": "1970-01-01 00:00:00Z",
          "trace_id": "00000000-0000-0000-0000-000000000001",
          "correlation_id": "00000000-0000-0000-0000-000000000002",
          "error_uri": "https://login.microsoftonline.com/error?code=50076",
          "suberror": "basic_action",
          "claims": "{\"access_token\":{\"capolids\":{\"essential\":true}}}"
        }
        "#);
        assert_eq!(refused.error(Version::V1), "interaction_required");
    }

    #[test]
    fn the_two_generations_differ_where_recorded() {
        let both = |number| {
            let refused = Refused::new(number, "");
            (refused.error(Version::V1), refused.error(Version::V2))
        };
        assert_eq!(both(code::ACCOUNT_LOCKED), ("unauthorized_client", "invalid_grant"));
        assert_eq!(both(code::PASSWORD_EXPIRED), ("user_password_expired", "invalid_grant"));
        assert_eq!(both(code::DEVICE_CODE_EXPIRED), ("code_expired", "expired_token"));
        assert_eq!(both(code::AUTHORIZATION_PENDING).0, "authorization_pending");
    }
}
