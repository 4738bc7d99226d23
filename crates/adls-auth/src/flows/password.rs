//! A user signs in by name and password.

use adls_http::{BoxFuture, Idempotency};
use adls_wire::aad::{grant, param};
use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::{Audience, AuthClient, GrantForm, TokenReply, Wanted};
use crate::session::{Grant, Subject};
use crate::{AuthErrorKind, Error, Result};

/// A user's name and password.
#[derive(Debug)]
pub(crate) struct Password {
    pub(crate) username: String,
    pub(crate) password: SecretString,
}

impl Password {
    /// Where the user's domain signs in: official clients ask that first. A host that does not tell,
    /// or does not know the domain, is asked for the token itself.
    async fn check_realm(&self, client: &AuthClient) -> Result<()> {
        if client.authority().is_adfs() {
            return Ok(());
        }
        let Some(realm) = client.user_realm(&self.username).await? else { return Ok(()) };
        let kind = realm["account_type"].as_str().unwrap_or_default();
        if kind.eq_ignore_ascii_case("federated") {
            return Err(Error::new(
                AuthErrorKind::FederationFailed,
                format!("the account {} signs in at a federation server", self.username),
            ));
        }
        Ok(())
    }
}

impl Grant for Password {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        wanted: &'a Wanted,
        _refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(async move {
            self.check_realm(client).await?;
            let form = GrantForm {
                operation: "password",
                grant_type: grant::PASSWORD,
                fields: vec![
                    (param::USERNAME, &self.username),
                    (param::PASSWORD, self.password.expose_secret()),
                ],
                audience: Audience::User,
                // A lost answer may have been a refusal, and every refusal counts towards a lock.
                idempotency: Idempotency::Unsafe,
            };
            client.request_token(wanted, form).await
        })
    }

    fn subject(&self) -> Subject<'_> {
        Subject::User(Some(&self.username))
    }
}
