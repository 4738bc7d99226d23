//! Attaches the bearer token, and reacts when the service refuses it.

use std::sync::Arc;

use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::challenge::demanded_claims;
use crate::credential::{AccessToken, TokenCredential, TokenRequest};
use crate::error::Error;
use crate::{Result, SafeUrl};

/// Which token goes to which origin.
#[derive(Clone, Debug)]
pub(crate) struct BearerAuth {
    pub(crate) credential: Arc<dyn TokenCredential>,
    pub(crate) request: TokenRequest,
    /// The only origin that may see the token.
    pub(crate) origin: String,
    pub(crate) allow_http_loopback: bool,
}

/// The token of one operation, over its tries.
#[derive(Debug)]
pub(crate) struct BearerSession<'a> {
    auth: &'a BearerAuth,
    request: TokenRequest,
    token: Option<AccessToken>,
    renewed: bool,
}

impl BearerAuth {
    pub(crate) fn session(&self) -> BearerSession<'_> {
        BearerSession { auth: self, request: self.request.clone(), token: None, renewed: false }
    }

    /// Refuses to let the token go where it does not belong: another origin, or unencrypted.
    fn check_destination(&self, url: &SafeUrl) -> Result<()> {
        if url.origin() != self.origin {
            return Err(Error::credential(format!(
                "refusing to send the token for {} to {}",
                self.origin,
                url.origin()
            )));
        }
        if url.is_https() || (url.is_loopback() && self.allow_http_loopback) {
            return Ok(());
        }
        Err(Error::credential(if url.is_loopback() {
            "refusing to send a token over plain http; set allow_http_loopback to allow it to this \
             machine"
                .to_owned()
        } else {
            format!("refusing to send a token to {} over plain http; use https", url.host())
        }))
    }
}

impl BearerSession<'_> {
    /// Puts the token on a try.
    pub(crate) async fn authorize(&mut self, url: &SafeUrl, headers: &mut HeaderMap) -> Result<()> {
        self.auth.check_destination(url)?;
        let token = self.auth.credential.get_token(&self.request).await?;
        let mut value =
            HeaderValue::try_from(format!("Bearer {}", token.secret())).map_err(|_| {
                Error::credential("the token holds characters that no header can carry")
            })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
        self.token = Some(token);
        Ok(())
    }

    /// After a 401: whether another try makes sense, which then gets a new token. Once only.
    pub(crate) fn renew_after_refusal(&mut self, headers: &HeaderMap) -> bool {
        if std::mem::replace(&mut self.renewed, true) {
            return false;
        }
        let Some(token) = self.token.take() else { return false };
        self.request.claims = demanded_claims(headers).or(self.request.claims.take());
        self.request.rejected = Some(token);
        true
    }
}
