//! A service calls on in the name of the user who called it.

use adls_http::{BoxFuture, Idempotency};
use adls_wire::aad::{grant, param};
use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::{Audience, AuthClient, GrantForm, ResolvedTokenRequest, TokenReply};
use crate::flows::flow::{Flow, Subject};
use crate::{Error, Result};

/// The access token that the user has sent.
#[derive(Debug)]
pub(crate) struct OnBehalfOfFlow {
    pub(crate) assertion: SecretString,
}

impl Flow for OnBehalfOfFlow {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        _refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(client.request_token(
            resolved,
            GrantForm {
                operation: "on behalf of",
                grant_type: grant::JWT_BEARER,
                fields: vec![
                    (param::REQUESTED_TOKEN_USE, "on_behalf_of"),
                    (param::ASSERTION, self.assertion.expose_secret()),
                ],
                audience: Audience::User,
                idempotency: Idempotency::Idempotent,
            },
        ))
    }

    fn subject(&self) -> Subject<'_> {
        Subject::User(None)
    }
}
