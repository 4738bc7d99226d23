//! Bearer tokens.

use std::sync::Arc;
use std::time::SystemTime;

use http::header::{AUTHORIZATION, HeaderValue};

use super::{Authorizer, OutgoingRequest, Refusal};
use crate::challenge::demanded_claims;
use crate::credential::{AccessToken, TokenCredential, TokenRequest};
use crate::{BoxFuture, Error, Result};

/// Puts bearer tokens on requests. After a 401 it asks for another one, with the claims that the
/// service demands.
#[derive(Debug)]
pub(crate) struct BearerAuthorizer {
    credential: Arc<dyn TokenCredential>,
    request: TokenRequest,
}

const BEARER: &str = "Bearer ";

impl BearerAuthorizer {
    pub(crate) fn new(credential: Arc<dyn TokenCredential>, request: TokenRequest) -> Self {
        Self { credential, request }
    }

    /// The token request after a refusal.
    fn renewal(&self, refusal: &Refusal) -> TokenRequest {
        let mut request = self.request.clone();
        request.claims = demanded_claims(refusal.headers()).or(request.claims);
        let refused = refusal.authorization().and_then(|value| value.to_str().ok());
        if let Some(token) = refused.and_then(|value| value.strip_prefix(BEARER)) {
            // Whatever time it had, it is over.
            request = request.rejecting(AccessToken::new(token, SystemTime::UNIX_EPOCH));
        }
        request
    }
}

impl Authorizer for BearerAuthorizer {
    fn authorize<'a>(&'a self, request: &'a mut OutgoingRequest<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let renewal = request.refusal().map(|refusal| self.renewal(refusal));
            let wanted = renewal.as_ref().unwrap_or(&self.request);
            let token = self.credential.get_token(wanted).await?;
            let mut value =
                HeaderValue::try_from(format!("{BEARER}{}", token.secret())).map_err(|_| {
                    Error::credential("the token holds characters that no header can carry")
                })?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
            Ok(())
        })
    }

    fn answers_challenges(&self) -> bool {
        true
    }
}
