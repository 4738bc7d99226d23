//! A user signs in by name and password.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use adls_http::{BoxFuture, Idempotency};
use adls_wire::aad::{grant, param};
use secrecy::{ExposeSecret, SecretString};

use crate::endpoint::{Audience, AuthClient, GrantForm, ResolvedTokenRequest, TokenReply};
use crate::flows::federation::Federation;
use crate::flows::flow::{Flow, Subject};
use crate::{AuthErrorKind, Error, Protocol, Result};

/// How long a refusal of the password stands without asking again, as in official clients.
const REFUSAL_LIFETIME: Duration = Duration::from_secs(60);

/// A user's name and password.
#[derive(Debug)]
pub(crate) struct PasswordFlow {
    username: String,
    password: SecretString,
    /// Every wrong password counts towards a lock of the account, so that a program which goes on
    /// after a failure must not send it again and again.
    refused: Mutex<Option<(SystemTime, Error)>>,
}

impl PasswordFlow {
    pub(crate) fn new(username: String, password: SecretString) -> Self {
        Self { username, password, refused: Mutex::default() }
    }

    /// The federation server of the user's domain, if it has one: official clients ask that first. A
    /// host that does not tell, or does not know the domain, is asked for the token itself.
    async fn federation(&self, client: &AuthClient) -> Result<Option<Federation>> {
        if client.authority().is_adfs() {
            return Ok(None);
        }
        match client.user_realm(&self.username).await? {
            Some(realm) => Federation::of(&realm, client),
            None => Ok(None),
        }
    }

    async fn ask(
        &self,
        client: &AuthClient,
        resolved: &ResolvedTokenRequest,
    ) -> Result<TokenReply> {
        if let Some(federation) = self.federation(client).await? {
            return federation.sign_in(client, resolved, &self.username, &self.password).await;
        }
        let mut fields = vec![
            (param::USERNAME, &*self.username),
            (param::PASSWORD, self.password.expose_secret()),
        ];
        if client.protocol() == Protocol::V1 {
            // Without it old servers send no id token.
            fields.push((param::SCOPE, "openid"));
        }
        let form = GrantForm {
            operation: "password",
            grant_type: grant::PASSWORD,
            fields,
            audience: Audience::User,
            // A lost answer may have been a refusal, and every refusal counts towards a lock.
            idempotency: Idempotency::Unsafe,
        };
        client.request_token(resolved, form).await
    }

    fn recent_refusal(&self, now: SystemTime) -> Option<Error> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.as_ref().filter(|(until, _)| now < *until).map(|(_, error)| error.clone())
    }

    fn remember(&self, error: &Error, now: SystemTime) {
        let about_the_password = matches!(
            error.kind(),
            AuthErrorKind::WrongPassword
                | AuthErrorKind::UnknownUser
                | AuthErrorKind::AccountLocked
                | AuthErrorKind::AccountDisabled
                | AuthErrorKind::PasswordExpired
                | AuthErrorKind::NoPassword
        );
        if about_the_password {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            *refused = Some((now + REFUSAL_LIFETIME, error.clone()));
        }
    }
}

impl Flow for PasswordFlow {
    fn acquire<'a>(
        &'a self,
        client: &'a AuthClient,
        resolved: &'a ResolvedTokenRequest,
        _refused: Option<&'a Error>,
    ) -> BoxFuture<'a, Result<TokenReply>> {
        Box::pin(async move {
            let clock = client.pipeline().clock();
            if let Some(error) = self.recent_refusal(clock.now()) {
                return Err(error);
            }
            let outcome = self.ask(client, resolved).await;
            if let Err(error) = &outcome {
                self.remember(error, clock.now());
            }
            outcome
        })
    }

    fn subject(&self) -> Subject<'_> {
        Subject::User(Some(&self.username))
    }
}
