//! A user, by the browser of this machine.

use adls_http::TokenRequest;

use super::token_credential;
use crate::endpoint::AuthClient;
use crate::flows::browser::{BrowserFlow, BrowserOptions, OpenError};
use crate::session::{Session, SessionTokens};
use crate::{Account, AuthOptions, ClientProof, Result, SignIn};

/// A user, by signing in with the browser of this machine.
///
/// Works with multi-factor authentication, federation and Conditional Access, since the browser does
/// the sign-in; it brings the outcome to a listener that only this machine can reach. After the
/// first time the refresh token serves, also for other resources.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::InteractiveBrowserCredential;
/// use adls_http::TokenRequest;
///
/// let credential = InteractiveBrowserCredential::new(|url| async move {
///     std::process::Command::new("xdg-open").arg(url).spawn()?;
///     Ok(())
/// })?;
/// let request = TokenRequest::new("https://datalake.azure.net//.default");
/// let account = credential.sign_in(&request).await?.account;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct InteractiveBrowserCredential {
    tokens: SessionTokens<BrowserFlow>,
}

token_credential!(InteractiveBrowserCredential);

impl InteractiveBrowserCredential {
    /// A credential in the public cloud, through the client of the Azure command line. `open` opens a
    /// page in the browser.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new<F, O>(open: O) -> Result<Self>
    where
        O: Fn(String) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), OpenError>> + Send + 'static,
    {
        Self::new_with(open, BrowserOptions::default(), AuthOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when the client id is
    /// empty, or the authority is plain http and that is not allowed.
    pub fn new_with<F, O>(open: O, browser: BrowserOptions, options: AuthOptions) -> Result<Self>
    where
        O: Fn(String) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), OpenError>> + Send + 'static,
    {
        let client = AuthClient::new(options, ClientProof::public())?;
        let flow = BrowserFlow { options: browser, open: Box::new(move |url| Box::pin(open(url))) };
        Ok(Self { tokens: Session::tokens(client, flow) })
    }

    /// Asks the user to sign in, whatever the cache holds, and says who did.
    ///
    /// # Errors
    /// Why the authority or the user refused, or what kept them from being asked.
    pub async fn sign_in(&self, request: &TokenRequest) -> Result<SignIn> {
        self.tokens.sign_in(request).await
    }

    /// Who has signed in so far.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.tokens.source().account()
    }
}
