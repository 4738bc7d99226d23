//! The machine that the program runs on.

use adls_http::ClientOptions;

use super::token_credential;
use crate::flows::managed_identity::{ManagedIdentity, ManagedIdentityId};
use crate::tokens::Tokens;
use crate::{Env, Result};

/// The identity of the machine or service that the program runs on: virtual machines, App Service
/// and Functions, Machine Learning, Cloud Shell, and machines connected by Azure Arc.
///
/// Which of them it is, is told by variables that the platform sets. Where none are set, the
/// instance metadata service of virtual machines is tried; when nobody answers there within seconds,
/// the credential fails with [`AuthErrorKind::Unavailable`](crate::AuthErrorKind::Unavailable).
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::{ManagedIdentityCredential, ManagedIdentityId};
///
/// let credential = ManagedIdentityCredential::new(ManagedIdentityId::SystemAssigned)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ManagedIdentityCredential {
    tokens: Tokens<ManagedIdentity>,
}

token_credential!(ManagedIdentityCredential);

impl ManagedIdentityCredential {
    /// A credential for the identity `id` of this machine.
    ///
    /// # Errors
    /// As for [`new_with`](Self::new_with).
    pub fn new(id: ManagedIdentityId) -> Result<Self> {
        Self::new_with(id, &Env::process(), ClientOptions::default())
    }

    /// The same with options, and by the variables in `env`.
    ///
    /// # Errors
    /// [`AuthErrorKind::InvalidInput`](crate::AuthErrorKind::InvalidInput) when this kind of host
    /// cannot choose an identity in that way;
    /// [`AuthErrorKind::Unavailable`](crate::AuthErrorKind::Unavailable) when the variables name a
    /// kind of host that is not supported, or no URL.
    pub fn new_with(id: ManagedIdentityId, env: &Env, client: ClientOptions) -> Result<Self> {
        Ok(Self { tokens: Tokens::new(ManagedIdentity::new(client, id, env)?) })
    }
}
