//! The credentials, one file each.

mod authorization_code;
mod azure_cli;
mod cached_account;
mod chained;
mod client_assertion;
mod client_certificate;
mod client_secret;
mod device_code;
mod environment;
mod interactive_browser;
mod managed_identity;
mod on_behalf_of;
mod refresh_token;
mod static_token;
mod username_password;
mod workload_identity;

pub use authorization_code::AuthorizationCodeCredential;
pub use azure_cli::AzureCliCredential;
pub use cached_account::CachedAccountCredential;
pub use chained::{ChainedCredential, ChainedCredentialBuilder};
pub use client_assertion::ClientAssertionCredential;
pub use client_certificate::ClientCertificateCredential;
pub use client_secret::ClientSecretCredential;
pub use device_code::DeviceCodeCredential;
pub use environment::EnvironmentCredential;
pub use interactive_browser::InteractiveBrowserCredential;
pub use managed_identity::ManagedIdentityCredential;
pub use on_behalf_of::OnBehalfOfCredential;
pub use refresh_token::RefreshTokenCredential;
pub use static_token::StaticTokenCredential;
pub use username_password::UsernamePasswordCredential;
pub use workload_identity::WorkloadIdentityCredential;

/// Makes a credential with a field `tokens` one for every client.
macro_rules! token_credential {
    ($credential:ty) => {
        impl adls_http::TokenCredential for $credential {
            fn get_token<'a>(
                &'a self,
                request: &'a adls_http::TokenRequest,
            ) -> adls_http::BoxFuture<'a, adls_http::Result<adls_http::AccessToken>> {
                self.tokens.get(request)
            }
        }
    };
}

/// Lets a credential of an application sign in on purpose.
macro_rules! application_sign_in {
    ($credential:ty) => {
        impl $credential {
            /// Asks the authority, whatever the cache holds: shows whether the proof is still good.
            ///
            /// # Errors
            /// Why the authority refused, or what kept it from being asked.
            pub async fn sign_in(
                &self,
                request: &adls_http::TokenRequest,
            ) -> crate::Result<crate::SignIn> {
                self.tokens.sign_in(request).await
            }
        }
    };
}

use application_sign_in;
use token_credential;
