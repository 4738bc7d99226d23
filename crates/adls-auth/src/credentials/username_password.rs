//! A user, by name and password.

use adls_http::TokenRequest;
use secrecy::SecretString;

use super::token_credential;
use crate::endpoint::AuthClient;
use crate::flows::password::PasswordFlow;
use crate::session::{Session, SessionTokens};
use crate::{Account, AuthOptions, ClientProof, Error, Result, SignIn};

/// A user, by name and password.
///
/// The password is sent only when no refresh token of the user is at hand. A refused password is
/// not sent again within a minute, however often a token is asked for. Accounts with multi-factor authentication cannot sign in this way:
/// [`AuthErrorKind::MfaRequired`](crate::AuthErrorKind::MfaRequired) says so, and a
/// [`DeviceCodeCredential`](crate::DeviceCodeCredential) is the way out.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::UsernamePasswordCredential;
/// use adls_http::{TokenCredential, TokenRequest};
///
/// let credential = UsernamePasswordCredential::new("user@contoso.com", "password")?;
/// let token = credential.get_token(&TokenRequest::new("https://datalake.azure.net//.default")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UsernamePasswordCredential {
    tokens: SessionTokens<PasswordFlow>,
}

token_credential!(UsernamePasswordCredential);

impl UsernamePasswordCredential {
    /// A credential for the user in the public cloud, through the client of the Azure command line.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Result<Self> {
        Self::new_with(username, password, AuthOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id or the
    /// user name is empty, or the authority is plain http and that is not allowed.
    pub fn new_with(
        username: impl Into<String>,
        password: impl Into<SecretString>,
        options: AuthOptions,
    ) -> Result<Self> {
        let (username, password) = (username.into(), password.into());
        if username.trim().is_empty() {
            return Err(Error::invalid_input(
                "the user name is empty; give it as the user types it, such as user@contoso.com",
            ));
        }
        let client = AuthClient::new(options, ClientProof::public())?;
        Ok(Self { tokens: Session::tokens(client, PasswordFlow::new(username, password)) })
    }

    /// Sends the password, whatever the cache holds, and says who signed in.
    ///
    /// # Errors
    /// Why the authority refused, or what kept it from being asked.
    pub async fn sign_in(&self, request: &TokenRequest) -> Result<SignIn> {
        self.tokens.sign_in(request).await
    }

    /// Who has signed in so far.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.tokens.source().account()
    }
}
