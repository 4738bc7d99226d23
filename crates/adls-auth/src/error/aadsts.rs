//! What the authority says when it refuses, and what kind of failure that is.

use std::fmt;

use adls_http::text::{escape_lines, one_line, shorten};
use adls_wire::aad::error;
use serde_json::Value;

use super::AuthErrorKind;

/// How much is kept of a word or an id, and of the description, in characters.
const KEPT_WORD: usize = 200;
const KEPT_DESCRIPTION: usize = 2048;

/// The error body of a token endpoint, safe to be shown but for the claims, which are JSON to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorResponse {
    pub(crate) error: String,
    pub(crate) description: Option<String>,
    pub(crate) codes: Vec<u32>,
    pub(crate) suberror: Option<String>,
    pub(crate) claims: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) trace_id: Option<String>,
    /// The service's extra word that tells why a family refresh token was refused.
    pub(crate) additional_info: Option<String>,
}

impl ErrorResponse {
    /// Reads an error body; `None` when it is none.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(body).ok()?;
        Self::from_fields(|name| json.get(name).cloned())
    }

    /// Reads the same from anywhere else, such as the parameters of a redirect.
    pub(crate) fn from_fields(field: impl Fn(&str) -> Option<Value>) -> Option<Self> {
        let text = |name: &str| match field(name)? {
            Value::String(text) if !text.is_empty() => Some(text),
            Value::Object(object) if !object.is_empty() => Some(Value::Object(object).to_string()),
            _ => None,
        };
        let word = |name: &str| text(name).map(|text| one_line(&text, KEPT_WORD));
        let description = text("error_description")
            .map(|text| escape_lines(&shorten(&text, KEPT_DESCRIPTION)).into_owned());
        let mut codes: Vec<u32> = match field("error_codes") {
            Some(Value::Array(codes)) => codes.iter().filter_map(number).collect(),
            _ => Vec::new(),
        };
        if codes.is_empty() {
            codes.extend(description.as_deref().and_then(leading_code));
        }
        Some(Self {
            error: word("error")?,
            description,
            codes,
            suberror: word("suberror"),
            claims: text("claims"),
            correlation_id: word("correlation_id"),
            trace_id: word("trace_id"),
            additional_info: word("error_additional_info"),
        })
    }

    /// The kind of failure: by number where one is known, since the words are few and differ between
    /// the protocols; by suberror and word otherwise.
    pub(crate) fn kind(&self) -> AuthErrorKind {
        // Whatever number comes with it, this word means that a person said no.
        if self.error == error::AUTHORIZATION_DECLINED {
            return AuthErrorKind::DeviceCodeDeclined;
        }
        self.codes
            .iter()
            .rev() // Old replies hold an outer, vaguer number first.
            .find_map(|code| kind_of_code(*code))
            .or_else(|| kind_of_suberror(self.suberror.as_deref()?))
            .unwrap_or_else(|| kind_of_word(&self.error))
    }

    /// The number to show: the one that decided, which in old replies is the last.
    fn shown_code(&self) -> Option<u32> {
        let known = |code: &&u32| kind_of_code(**code).is_some();
        self.codes.iter().rev().find(known).or_else(|| self.codes.first()).copied()
    }
}

/// The first line of what the authority said, without the ids that have their own accessors.
impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = self.description.as_deref().unwrap_or_default();
        let end = ["\r", "\n", " Trace ID:"].iter().filter_map(|mark| description.find(mark)).min();
        let text = description[..end.unwrap_or(description.len())].trim().trim_end_matches('.');
        let code = self.shown_code().map(|code| format!("AADSTS{code}"));
        match code {
            Some(code) if !text.contains(&code) => write!(f, "{code}: ")?,
            _ => {}
        }
        f.write_str(if text.is_empty() { &self.error } else { text })
    }
}

fn number(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => number.as_u64()?.try_into().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The number in `AADSTS50126: ...`.
fn leading_code(description: &str) -> Option<u32> {
    let digits = description.strip_prefix("AADSTS")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn kind_of_code(code: u32) -> Option<AuthErrorKind> {
    use AuthErrorKind as Kind;
    Some(match code {
        50126 => Kind::WrongPassword,
        50034 | 50020 | 51004 => Kind::UnknownUser,
        50074 | 50076 | 50158 | 500_121 => Kind::MfaRequired,
        50072 | 50079 => Kind::MfaEnrollmentRequired,
        50053 => Kind::AccountLocked,
        50057 => Kind::AccountDisabled,
        50055 | 50144 => Kind::PasswordExpired,
        50056 => Kind::NoPassword,
        7_000_218 => Kind::NotPublicClient,
        700_025 => Kind::PublicClientSentSecret,
        65001 | 65002 | 65004 | 90094 => Kind::ConsentRequired,
        50105 => Kind::UserNotAssigned,
        700_016 | 70001 => Kind::UnknownApplication,
        7_000_112 => Kind::ApplicationDisabled,
        7_000_215 => Kind::WrongClientSecret,
        7_000_222 => Kind::ExpiredClientSecret,
        700_027 | 700_024 | 700_021..=700_023 | 50012 | 50013 | 500_133 => Kind::BadClientAssertion,
        70021 | 700_211..=700_213 => Kind::NoFederatedCredential,
        90002 | 50128 => Kind::UnknownTenant,
        50059 => Kind::TenantRequired,
        70019 | 70020 => Kind::DeviceCodeExpired,
        53000..=53011 | 530_002..=530_039 | 50097 | 50131 => Kind::ConditionalAccess,
        70000 | 70008 | 70043 | 54005 | 700_082 | 700_084 | 50078 | 50089 => {
            Kind::RefreshTokenExpired
        }
        50133 | 50173 => Kind::SessionRevoked,
        50058 | 16000 | 160_021 => Kind::InteractionRequired,
        500_011 | 50001 | 650_057 => Kind::UnknownResource,
        70011 | 28002 => Kind::InvalidScope,
        70003 | 9_001_023 => Kind::UnsupportedGrant,
        50049 => Kind::UnknownAuthority,
        90014 | 900_144 | 9_002_313 | 900_561 => Kind::MalformedRequest,
        90055 | 50196 => Kind::Throttled,
        50087 | 90033 | 90024 => Kind::TemporarilyUnavailable,
        _ => return None,
    })
}

fn kind_of_suberror(suberror: &str) -> Option<AuthErrorKind> {
    Some(match suberror {
        "basic_action" => AuthErrorKind::MfaRequired,
        "additional_action" | "message_only" | "protection_policy_required" => {
            AuthErrorKind::ConditionalAccess
        }
        "device_authentication_failed" => AuthErrorKind::ConditionalAccess,
        "consent_required" => AuthErrorKind::ConsentRequired,
        "user_password_expired" => AuthErrorKind::PasswordExpired,
        "bad_token" | "token_expired" => AuthErrorKind::RefreshTokenExpired,
        _ => return None,
    })
}

fn kind_of_word(word: &str) -> AuthErrorKind {
    match word {
        error::INTERACTION_REQUIRED | "login_required" => AuthErrorKind::InteractionRequired,
        "consent_required" => AuthErrorKind::ConsentRequired,
        error::USER_PASSWORD_EXPIRED => AuthErrorKind::PasswordExpired,
        error::AUTHORIZATION_DECLINED | "access_denied" => AuthErrorKind::DeviceCodeDeclined,
        error::EXPIRED_TOKEN | error::CODE_EXPIRED => AuthErrorKind::DeviceCodeExpired,
        error::INVALID_RESOURCE => AuthErrorKind::UnknownResource,
        error::INVALID_SCOPE => AuthErrorKind::InvalidScope,
        error::UNSUPPORTED_GRANT_TYPE => AuthErrorKind::UnsupportedGrant,
        error::INVALID_REQUEST => AuthErrorKind::MalformedRequest,
        "invalid_tenant" => AuthErrorKind::UnknownTenant,
        "invalid_instance" => AuthErrorKind::UnknownAuthority,
        "temporarily_unavailable" | "server_error" => AuthErrorKind::TemporarilyUnavailable,
        _ => AuthErrorKind::Refused,
    }
}
