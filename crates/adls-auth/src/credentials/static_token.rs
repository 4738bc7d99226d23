//! A token from elsewhere.

use adls_http::{AccessToken, BoxFuture, TokenCredential, TokenRequest};

use crate::{AuthErrorKind, Error};

/// A token from elsewhere, as it is. It is never renewed: when it ends, so does the access.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::{Duration, SystemTime};
///
/// use adls_auth::StaticTokenCredential;
/// use adls_http::{AccessToken, TokenCredential, TokenRequest};
///
/// let expires_on = SystemTime::now() + Duration::from_secs(3600);
/// let credential = StaticTokenCredential::new(AccessToken::new("eyJ0eXAi...", expires_on));
/// let request = TokenRequest::new("https://datalake.azure.net//.default");
/// assert_eq!(credential.get_token(&request).await?.secret(), "eyJ0eXAi...");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StaticTokenCredential {
    token: AccessToken,
}

impl StaticTokenCredential {
    /// A credential that always gives this token, whatever it is asked for.
    #[must_use]
    pub fn new(token: AccessToken) -> Self {
        Self { token }
    }
}

impl TokenCredential for StaticTokenCredential {
    fn get_token<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, adls_http::Result<AccessToken>> {
        let outcome = if request.rejected.as_ref() == Some(&self.token) {
            Err(Error::new(AuthErrorKind::TokenRejected, "the service refused the given token")
                .into())
        } else {
            Ok(self.token.clone())
        };
        Box::pin(std::future::ready(outcome))
    }
}
