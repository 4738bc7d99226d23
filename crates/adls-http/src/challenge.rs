//! The `WWW-Authenticate` challenge of a 401.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::{HeaderMap, header};

/// The claims that a service demands with `error="insufficient_claims"`, as JSON text.
///
/// Continuous access evaluation: the service answers 401 to a token that is formally valid and
/// names, in base64, what the next token must carry.
pub(crate) fn demanded_claims(headers: &HeaderMap) -> Option<String> {
    headers.get_all(header::WWW_AUTHENTICATE).iter().find_map(|value| {
        let text = value.to_str().ok()?;
        (parameter(text, "error")? == "insufficient_claims")
            .then(|| decode_base64(parameter(text, "claims")?))?
    })
}

/// The value of a quoted parameter: `name="value"`.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    challenge.split(['"']).collect::<Vec<_>>().chunks(2).find_map(|pair| match pair {
        [key, value] => {
            let key = key.trim_end().strip_suffix('=')?;
            let key = key.rsplit([',', ' ']).next()?;
            key.eq_ignore_ascii_case(name).then_some(*value)
        }
        _ => None,
    })
}

/// Base64 in either alphabet, padded or not: services send both.
fn decode_base64(text: &str) -> Option<String> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let standard = text.replace('-', "+").replace('_', "/");
    String::from_utf8(LENIENT.decode(standard).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(challenge: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::WWW_AUTHENTICATE, challenge.parse().unwrap());
        demanded_claims(&headers)
    }

    #[test]
    fn only_insufficient_claims_demand_something() {
        let demand = r#"Bearer realm="", authorization_uri="https://login.test/common", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
        assert_eq!(claims(demand).as_deref(), Some(r#"{"access_token":{}}"#));
        let unpadded = r#"Bearer claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ", error="insufficient_claims""#;
        assert_eq!(claims(unpadded).as_deref(), Some(r#"{"access_token":{}}"#));
        assert_eq!(claims(r#"Bearer error="invalid_token", claims="e30=""#), None);
        assert_eq!(claims(r#"Bearer error="insufficient_claims", claims="***""#), None);
        assert_eq!(claims("Basic"), None);
    }
}
