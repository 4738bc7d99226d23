//! A refresh token is exchanged for an access token of any resource, and a newer refresh token.

use std::sync::{Mutex, PoisonError};

use adls_http::{BoxFuture, Idempotency};
use adls_wire::aad::{error, grant, param};
use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::{Audience, AuthClient, GrantForm, ResolvedTokenRequest, TokenReply};
use crate::flows::flow::{Flow, Subject};
use crate::{AuthErrorKind, Error, Result};

/// Redeems a refresh token. The authority lets the old one live on, so a lost answer may be asked
/// for again.
pub(crate) async fn redeem(
    client: &AuthClient,
    resolved: &ResolvedTokenRequest,
    token: &SecretString,
) -> Result<TokenReply> {
    let form = GrantForm {
        operation: "refresh token",
        grant_type: grant::REFRESH_TOKEN,
        fields: vec![(param::REFRESH_TOKEN, token.expose_secret())],
        audience: Audience::User,
        idempotency: Idempotency::Idempotent,
    };
    client.request_token(resolved, form).await
}

/// Whether the token will never be good for anything again. Refusals that concern what was asked
/// for, or what the user still has to do, leave it usable.
pub(crate) fn is_used_up(refusal: &Error) -> bool {
    match refusal.kind() {
        AuthErrorKind::RefreshTokenExpired | AuthErrorKind::SessionRevoked => true,
        AuthErrorKind::Refused => refusal.oauth_error() == Some(error::INVALID_GRANT),
        _ => false,
    }
}

/// A refresh token from elsewhere, and what became of it.
#[derive(Debug)]
pub(crate) struct RefreshTokenFlow {
    latest: Mutex<SecretString>,
}

impl RefreshTokenFlow {
    pub(crate) fn new(token: SecretString) -> Self {
        Self { latest: Mutex::new(token) }
    }
}

impl Flow for RefreshTokenFlow {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        _refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(async move {
            let token = self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let reply = redeem(client, resolved, &token).await?;
            if let Some(newer) = &reply.refresh_token {
                *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = newer.clone();
            }
            Ok(reply)
        })
    }

    fn subject(&self) -> Subject<'_> {
        Subject::User(None)
    }
}
