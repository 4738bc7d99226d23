//! The credentials, one file each.

mod cached_account;
mod client_secret;
mod device_code;
mod refresh_token;
mod static_token;
mod username_password;

pub use cached_account::CachedAccountCredential;
pub use client_secret::ClientSecretCredential;
pub use device_code::DeviceCodeCredential;
pub use refresh_token::RefreshTokenCredential;
pub use static_token::StaticTokenCredential;
pub use username_password::UsernamePasswordCredential;

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

use token_credential;
