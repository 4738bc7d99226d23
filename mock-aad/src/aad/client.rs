//! Clients, and the credentials with which they prove who they are.

use super::assertion;
use super::claims::ClientProof;
use super::directory::Application;
use super::error::{Refused, code};
use super::exchange::Exchange;

/// A client that has proven who it is, as far as it can.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) application: Application,
    pub(super) proof: ClientProof,
}

impl Exchange<'_> {
    /// The client's id: from a parameter, the Basic header, or the subject of the assertion.
    pub(super) fn client_id(&self) -> Option<String> {
        let named = self.named_client().map(str::to_owned);
        named.or_else(|| assertion::subject(self.params.get("client_assertion")?))
    }

    /// The client that the request names, with its credential checked.
    ///
    /// # Errors
    /// AADSTS900144 without `client_id`, 700016 for an unknown one, and those of [`Self::prove`].
    pub(super) fn client(&self) -> Result<Client, Refused> {
        let id = self.client_id().ok_or_else(|| self.params.missing("client_id"))?;
        let application = self.aad.directory().application(&id)?.clone();
        self.prove(application)
    }

    /// Checks the credential that came with the request against what `application` has.
    ///
    /// # Errors
    /// AADSTS7000215 for a wrong secret, 7000222 for one that has ended, 700025 when a public client
    /// sends one, 7000218 when another client sends none, and those of [`assertion::check`].
    pub(super) fn prove(&self, application: Application) -> Result<Client, Refused> {
        let assertion = self.params.get("client_assertion");
        let proof = match (assertion, self.secret()) {
            (None, None) if application.public_client => ClientProof::Public,
            (None, None) => return Err(Refused::credential_missing()),
            _ if has_no_credential(&application) => return Err(credential_of_public_client()),
            (Some(assertion), _) => {
                assertion::check(self, &application, assertion)?;
                ClientProof::Assertion
            }
            (None, Some(secret)) => {
                check_secret(&application, secret, self.now)?;
                ClientProof::Secret
            }
        };
        Ok(Client { application, proof })
    }
}

fn has_no_credential(application: &Application) -> bool {
    application.public_client
        && application.secrets.is_empty()
        && application.certificates.is_empty()
        && application.federated_credentials.is_empty()
}

fn check_secret(application: &Application, secret: &str, now: i64) -> Result<(), Refused> {
    let Some(known) = application.secrets.iter().find(|known| known.value == secret) else {
        return Err(Refused::new(
            code::INVALID_CLIENT_SECRET,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the \
                 client secret value, not the client secret ID, for a secret added to app '{}'.",
                application.client_id
            ),
        ));
    };
    let end = known.expires.and_then(|end| jiff::Timestamp::try_from(end).ok());
    if end.is_some_and(|end| now >= end.as_second()) {
        return Err(Refused::new(
            code::CLIENT_SECRET_EXPIRED,
            format!(
                "The provided client secret keys for app '{}' are expired. Visit the Azure portal to \
                 create new keys for your app, or consider using certificate credentials for added \
                 security.",
                application.client_id
            ),
        ));
    }
    Ok(())
}

fn credential_of_public_client() -> Refused {
    Refused::new(
        code::PUBLIC_CLIENT_SENT_SECRET,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    )
}
