//! How an application proves to the authority who it is.

use adls_http::SafeUrl;
use adls_wire::aad::param;
use secrecy::{ExposeSecret, SecretString};

use super::AuthClient;
use crate::Result;

/// How an application proves to the authority who it is.
#[derive(Debug)]
pub(crate) enum ClientAuthentication {
    /// Not at all: anyone may use the client id of a public client.
    Public,
    /// By a secret that it shares with the authority.
    Secret(SecretString),
}

impl ClientAuthentication {
    /// The form fields of the proof, for a request to `endpoint`.
    pub(super) async fn fields(
        &self,
        _client: &AuthClient,
        _endpoint: &SafeUrl,
    ) -> Result<Vec<(&'static str, String)>> {
        Ok(match self {
            Self::Public => Vec::new(),
            Self::Secret(secret) => {
                vec![(param::CLIENT_SECRET, secret.expose_secret().to_owned())]
            }
        })
    }
}
