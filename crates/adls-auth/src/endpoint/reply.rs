//! What comes back from a token endpoint.

use std::time::{Duration, SystemTime};

use adls_http::AccessToken;
use secrecy::SecretString;
use serde_json::Value;

/// What is assumed where the authority does not tell, as official clients do.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(600);

/// Tokens, as an authority or a managed identity endpoint gives them.
///
/// Read leniently: numbers come as integers (v2.0) and as strings (v1, managed identity), unneeded
/// members may be `null`, absent or of any type.
#[derive(Debug)]
pub(crate) struct TokenReply {
    pub(crate) access_token: AccessToken,
    pub(crate) extended_expires_on: Option<SystemTime>,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) id_token: Option<SecretString>,
    pub(crate) client_info: Option<String>,
    /// What the token is good for.
    pub(crate) scopes: Vec<String>,
    /// The family of clients that share refresh tokens.
    pub(crate) family_id: Option<String>,
}

impl TokenReply {
    /// Reads a reply that was received at `now`. `granted` completes the list of scopes.
    ///
    /// # Errors
    /// What is missing or wrong, in words that quote no value.
    pub(crate) fn parse(
        json: &Value,
        now: SystemTime,
        granted: impl FnOnce(Option<&str>) -> Vec<String>,
    ) -> Result<Self, &'static str> {
        let text = |name: &str| json[name].as_str().filter(|text| !text.is_empty());
        let secret = text("access_token").ok_or("it holds no access_token")?;
        if text("token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err("its token_type is not Bearer");
        }
        let after = |name: &str| whole_number(&json[name]).map(|seconds| add(now, seconds));
        // The relative time first: it is right even where this machine's clock is not.
        let expires_on = after("expires_in")
            .or_else(|| whole_number(&json["expires_on"]).map(|at| add(SystemTime::UNIX_EPOCH, at)))
            .unwrap_or(now + DEFAULT_LIFETIME);
        let mut access_token = AccessToken::new(secret, expires_on);
        if let Some(refresh_on) = after("refresh_in") {
            access_token = access_token.with_refresh_on(refresh_on);
        }
        Ok(Self {
            access_token,
            extended_expires_on: after("ext_expires_in"),
            refresh_token: text("refresh_token").map(SecretString::from),
            id_token: text("id_token").map(SecretString::from),
            client_info: text("client_info").map(str::to_owned),
            scopes: granted(text("scope")),
            family_id: text("foci")
                .map(str::to_owned)
                .or_else(|| json["foci"].as_u64().map(|family| family.to_string())),
        })
    }
}

/// A number of seconds, whatever JSON type it came as.
pub(crate) fn whole_number(value: &Value) -> Option<u64> {
    let float = match value {
        Value::Number(number) => match number.as_u64() {
            Some(whole) => return Some(whole),
            None => number.as_f64()?,
        },
        Value::String(text) => match text.trim().parse() {
            Ok(whole) => return Some(whole),
            Err(_) => text.trim().parse().ok()?,
        },
        _ => return None,
    };
    // `as` saturates, so that neither a negative nor an absurd number does harm.
    float.is_finite().then_some(float as u64)
}

/// Far beyond the end of time is the end of time.
fn add(start: SystemTime, seconds: u64) -> SystemTime {
    const CENTURY: u64 = 100 * 365 * 86_400;
    start + Duration::from_secs(seconds.min(CENTURY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(json: &Value) -> Result<TokenReply, &'static str> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        TokenReply::parse(json, now, |scope| scope.into_iter().map(str::to_owned).collect())
    }

    fn expiry(reply: &TokenReply) -> u64 {
        let expires_on = reply.access_token.expires_on();
        expires_on.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
    }

    #[test]
    fn numbers_of_every_type() {
        for (json, expected) in [
            (json!({"access_token": "a", "expires_in": 3599}), 1_003_599),
            (json!({"access_token": "a", "expires_in": "3599"}), 1_003_599),
            (json!({"access_token": "a", "expires_in": 3599.7}), 1_003_599),
            (json!({"access_token": "a", "expires_in": "3599.7"}), 1_003_599),
            (json!({"access_token": "a", "expires_in": null, "expires_on": "1002000"}), 1_002_000),
            (
                json!({"access_token": "a", "expires_in": "soon", "expires_on": 1_002_000}),
                1_002_000,
            ),
            (json!({"access_token": "a", "expires_in": "60", "expires_on": "9"}), 1_000_060),
            (json!({"access_token": "a", "expires_in": -5}), 1_000_000),
            (json!({"access_token": "a"}), 1_000_600),
        ] {
            assert_eq!(expiry(&parse(&json).unwrap()), expected, "{json}");
        }
    }

    #[test]
    fn null_and_unknown_members() {
        let reply = parse(&json!({
            "token_type": "bearer", "access_token": "a", "expires_in": u64::MAX, "scope": null,
            "refresh_token": "", "id_token": null, "foci": 1, "refresh_in": "1800",
            "something": {"new": []},
        }))
        .unwrap();
        assert!(reply.refresh_token.is_none() && reply.id_token.is_none());
        assert!(reply.scopes.is_empty());
        assert_eq!(reply.family_id.as_deref(), Some("1"));
        let refresh_on = reply.access_token.refresh_on().unwrap();
        assert_eq!(refresh_on, SystemTime::UNIX_EPOCH + Duration::from_secs(1_001_800));
    }

    #[test]
    fn no_token_is_no_reply() {
        for json in [json!({}), json!([]), json!("x"), json!({"access_token": ""})] {
            assert_eq!(parse(&json).unwrap_err(), "it holds no access_token");
        }
        let proof = json!({"access_token": "a", "token_type": "pop"});
        assert_eq!(parse(&proof).unwrap_err(), "its token_type is not Bearer");
    }

    #[test]
    fn shows_no_secret() {
        let json =
            json!({"access_token": "s3cret", "refresh_token": "s3cret", "id_token": "s3cret"});
        assert!(!format!("{:?}", parse(&json).unwrap()).contains("s3cret"));
    }
}
