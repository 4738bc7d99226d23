//! An application signs in as itself.

use adls_http::{BoxFuture, Idempotency};
use adls_wire::aad::grant;

use crate::endpoint::{Audience, AuthClient, GrantForm, ResolvedTokenRequest, TokenReply};
use crate::flows::flow::{Flow, Subject};
use crate::{Error, Result};

/// The client credentials grant: how the application proves who it is, is the client's matter.
#[derive(Debug)]
pub(crate) struct ClientCredentialsFlow;

impl Flow for ClientCredentialsFlow {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        _refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(client.request_token(
            resolved,
            GrantForm {
                operation: "client credentials",
                grant_type: grant::CLIENT_CREDENTIALS,
                fields: Vec::new(),
                audience: Audience::App,
                idempotency: Idempotency::Idempotent,
            },
        ))
    }

    fn subject(&self) -> Subject<'_> {
        Subject::App
    }
}
