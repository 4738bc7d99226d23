//! Adapters to and from the credentials of the official Azure SDK for Rust (`azure_core` 1.x).
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use adls_auth::azure_sdk::ForAzureSdk;
//! use adls_auth::DeviceCodeCredential;
//!
//! let credential = DeviceCodeCredential::new(|code| async move { println!("{}", code.message) })?;
//! // What every client of the SDK takes:
//! let for_the_sdk: Arc<dyn azure_core::credentials::TokenCredential> =
//!     ForAzureSdk::new(Arc::new(credential));
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;

use adls_http::{AccessToken, BoxFuture, TokenCredential, TokenRequest};
use azure_core::credentials::{AccessToken as SdkToken, TokenCredential as SdkCredential};
use azure_core::credentials::{Secret, TokenRequestOptions};

use crate::{AuthErrorKind, Error};

/// A credential of this project, for clients of the SDK.
#[derive(Clone, Debug)]
pub struct ForAzureSdk(Arc<dyn TokenCredential>);

/// A credential of the SDK, such as those of `azure_identity`, for clients of this project.
///
/// The SDK has no way to ask for claims or another tenant; such requests fail.
#[derive(Clone, Debug)]
pub struct FromAzureSdk(Arc<dyn SdkCredential>);

impl ForAzureSdk {
    /// The credential in the form in which the SDK's clients take it.
    #[must_use]
    pub fn new(credential: Arc<dyn TokenCredential>) -> Arc<Self> {
        Arc::new(Self(credential))
    }
}

impl FromAzureSdk {
    /// The credential in the form in which this project's clients take it.
    #[must_use]
    pub fn new(credential: Arc<dyn SdkCredential>) -> Arc<Self> {
        Arc::new(Self(credential))
    }

    async fn ask(&self, request: &TokenRequest) -> crate::Result<AccessToken> {
        let unable = |what: &str| {
            Error::invalid_input(format!("a credential of the Azure SDK cannot ask for {what}"))
        };
        if request.claims.is_some() {
            return Err(unable("claims"));
        }
        if request.tenant_id.is_some() {
            return Err(unable("another tenant than its own"));
        }
        let scopes: Vec<&str> = request.scopes.iter().map(String::as_str).collect();
        let token = self.0.get_token(&scopes, None).await.map_err(|error| {
            let message = "the credential of the Azure SDK failed";
            Error::with_source(AuthErrorKind::Refused, message, error)
        })?;
        let token = AccessToken::new(token.token.secret(), token.expires_on.into());
        if request.rejected.as_ref() == Some(&token) {
            // The SDK's credentials cache, and cannot be told that a token is bad.
            return Err(Error::new(
                AuthErrorKind::TokenRejected,
                AuthErrorKind::TokenRejected.cause(),
            ));
        }
        Ok(token)
    }
}

#[async_trait::async_trait]
impl SdkCredential for ForAzureSdk {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<SdkToken> {
        let mut request = TokenRequest::default();
        request.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let token = self.0.get_token(&request).await.map_err(|error| {
            azure_core::Error::new(azure_core::error::ErrorKind::Credential, error)
        })?;
        let secret = Secret::new(token.secret().to_owned());
        Ok(SdkToken::new(secret, token.expires_on().into()))
    }
}

impl TokenCredential for FromAzureSdk {
    fn get_token<'a>(
        &'a self,
        request: &'a TokenRequest,
    ) -> BoxFuture<'a, adls_http::Result<AccessToken>> {
        Box::pin(async move { Ok(self.ask(request).await?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adls_http::test_util::CountingCredential;

    fn request() -> TokenRequest {
        TokenRequest::new("https://datalake.azure.net//.default")
    }

    #[tokio::test]
    async fn there_and_back() {
        let ours = Arc::new(CountingCredential::default());
        let theirs: Arc<dyn SdkCredential> = ForAzureSdk::new(ours.clone());
        let back = FromAzureSdk::new(theirs);
        let token = back.get_token(&request()).await.unwrap();
        assert_eq!(token, ours.get_token(&request()).await.unwrap());
        assert_eq!(token.expires_on(), ours.get_token(&request()).await.unwrap().expires_on());
        assert_eq!(ours.requests()[0], request());

        for unable in [
            request().with_claims("{}"),
            request().with_tenant("contoso.test"),
            request().rejecting(token),
        ] {
            assert!(back.get_token(&unable).await.is_err(), "{unable:?}");
        }
        assert!(!format!("{back:?}").contains("token-1"));
    }

    #[tokio::test]
    async fn reasons_survive_both_ways() {
        #[derive(Debug)]
        struct Refusing;
        impl TokenCredential for Refusing {
            fn get_token<'a>(
                &'a self,
                _request: &'a TokenRequest,
            ) -> BoxFuture<'a, adls_http::Result<AccessToken>> {
                let error = Error::new(AuthErrorKind::NotSignedIn, "nobody is signed in");
                Box::pin(std::future::ready(Err(error.into())))
            }
        }
        let theirs: Arc<dyn SdkCredential> = ForAzureSdk::new(Arc::new(Refusing));
        let error = FromAzureSdk::new(theirs).get_token(&request()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the credential of the Azure SDK failed: nobody is signed in"
        );
    }
}
