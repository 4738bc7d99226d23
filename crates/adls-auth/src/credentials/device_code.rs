//! A user, by a code that is typed into a browser.

use adls_http::TokenRequest;

use super::token_credential;
use crate::endpoint::AuthClient;
use crate::flows::device_code::{DeviceCode, DeviceCodeFlow};
use crate::session::{Session, SessionTokens};
use crate::{Account, AuthOptions, ClientProof, Result, SignIn};

/// A user, by a code that they type into a browser, on this or any other device.
///
/// Works with multi-factor authentication, federation and Conditional Access, since the browser does
/// the sign-in. After the first time the refresh token serves, also for other resources.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::DeviceCodeCredential;
/// use adls_http::TokenRequest;
///
/// let credential = DeviceCodeCredential::new(|code| async move { println!("{}", code.message) })?;
/// let request = TokenRequest::new("https://datalake.azure.net//.default");
/// let account = credential.sign_in(&request).await?.account;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DeviceCodeCredential {
    tokens: SessionTokens<DeviceCodeFlow>,
}

token_credential!(DeviceCodeCredential);

impl DeviceCodeCredential {
    /// A credential in the public cloud, through the client of the Azure command line. `prompt` shows
    /// the code; polling begins when its future completes.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new<F, P>(prompt: P) -> Result<Self>
    where
        P: Fn(DeviceCode) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self::new_with(prompt, AuthOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with<F, P>(prompt: P, options: AuthOptions) -> Result<Self>
    where
        P: Fn(DeviceCode) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let client = AuthClient::new(options, ClientProof::public())?;
        let prompt =
            Box::new(move |code| Box::pin(prompt(code)) as adls_http::BoxFuture<'static, ()>);
        Ok(Self { tokens: Session::tokens(client, DeviceCodeFlow { prompt }) })
    }

    /// Asks the user to sign in, whatever the cache holds, and says who did.
    ///
    /// # Errors
    /// [`AuthErrorKind::DeviceCodeExpired`](crate::AuthErrorKind::DeviceCodeExpired) or
    /// [`AuthErrorKind::DeviceCodeDeclined`](crate::AuthErrorKind::DeviceCodeDeclined) when the user
    /// does not; else why the authority refused, or what kept it from being asked.
    pub async fn sign_in(&self, request: &TokenRequest) -> Result<SignIn> {
        self.tokens.sign_in(request).await
    }

    /// Who has signed in so far.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.tokens.source().account()
    }
}
