//! The tokens that Azure AD handed out, decoded, for people to look at.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::call::Response;

/// How many tokens are kept; older ones make room.
const KEPT: usize = 256;
/// Answers with tokens are smaller, unless a caller has put much into them.
const LARGEST_ANSWER: u64 = 64 << 10;

/// A token without its signature, which makes it worthless to whoever reads it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct IssuedToken {
    /// The number of the recorded request that it answered.
    pub(crate) request: u64,
    /// When it was handed out, by the emulator's clock.
    #[serde(serialize_with = "as_text")]
    pub(crate) time: Timestamp,
    /// `access_token` or `id_token`.
    pub(crate) kind: &'static str,
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

/// Keeps the recent tokens.
#[derive(Debug, Default)]
pub(crate) struct TokenLog(Mutex<VecDeque<IssuedToken>>);

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    id_token: Option<String>,
}

impl TokenLog {
    fn log(&self) -> MutexGuard<'_, VecDeque<IssuedToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks into an answer of Azure AD, and gives it back as it was.
    pub(crate) async fn observe(
        &self,
        response: Response,
        request: u64,
        time: Timestamp,
    ) -> Response {
        let small = response.body().size_hint().upper().is_some_and(|size| size <= LARGEST_ANSWER);
        if !small || !response.status().is_success() {
            return response;
        }
        let (parts, body) = response.into_parts();
        // The services make such bodies from bytes, and those do not fail.
        let bytes =
            body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        self.keep(&bytes, request, time);
        Response::from_parts(parts, Body::from(bytes))
    }

    fn keep(&self, answer: &Bytes, request: u64, time: Timestamp) {
        let Ok(Answer { access_token, id_token }) = serde_json::from_slice(answer) else { return };
        let tokens = [("access_token", access_token), ("id_token", id_token)];
        let mut log = self.log();
        for (kind, token) in tokens {
            let Some((header, claims)) = token.as_deref().and_then(decode) else { continue };
            if log.len() == KEPT {
                log.pop_front();
            }
            log.push_back(IssuedToken { request, time, kind, header, claims });
        }
    }

    /// The tokens that are kept, oldest first.
    pub(crate) fn tokens(&self) -> Vec<IssuedToken> {
        self.log().iter().cloned().collect()
    }

    /// Forgets all tokens.
    pub(crate) fn clear(&self) {
        *self.log() = VecDeque::new();
    }
}

fn as_text<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// Header and claims of a JWT; `None` for what is not one.
fn decode(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.').map(|part| {
        let json = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice(&json).ok()
    });
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::call;

    fn token(claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2VjcmV0", encode(&json!({"alg": "RS256"})), encode(claims))
    }

    #[tokio::test]
    async fn keeps_what_tokens_say_and_not_the_tokens() {
        let log = TokenLog::default();
        let body = json!({
            "access_token": token(&json!({"aud": "a"})),
            "id_token": token(&json!({"aud": "b"})),
            "refresh_token": "opaque",
        });
        let answer = call::json(StatusCode::OK, &body);
        let answer = log.observe(answer, 7, Timestamp::UNIX_EPOCH).await;
        let sent = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap(), body);
        let kept = log.tokens();
        assert_eq!(kept.iter().map(|t| t.kind).collect::<Vec<_>>(), ["access_token", "id_token"]);
        assert_eq!((kept[1].request, &kept[1].claims["aud"]), (7, &json!("b")));
        assert!(!serde_json::to_string(&kept).unwrap().contains("c2VjcmV0"));

        for (status, body) in [
            (StatusCode::OK, json!({"keys": []})),
            (StatusCode::OK, json!({"access_token": "not.a.jwt"})),
            (StatusCode::BAD_REQUEST, json!({"access_token": token(&json!({}))})),
        ] {
            log.observe(call::json(status, &body), 8, Timestamp::UNIX_EPOCH).await;
        }
        assert_eq!(log.tokens().len(), 2);
        log.clear();
        assert!(log.tokens().is_empty());
    }
}
