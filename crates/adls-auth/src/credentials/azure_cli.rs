//! Whoever is signed in to the Azure command line.

use std::ffi::OsString;
use std::sync::Arc;

use adls_http::ClientOptions;

use super::token_credential;
use crate::flows::azure_cli::AzureCli;
use crate::tokens::Tokens;

/// Whoever is signed in to the Azure command line (`az login`).
///
/// Each new token starts a process, which takes seconds; tokens are kept in memory until they end.
/// Needs a tokio runtime with I/O enabled.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use adls_auth::AzureCliCredential;
///
/// let credential = AzureCliCredential::new().with_tenant("contoso.com");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AzureCliCredential {
    tokens: Tokens<AzureCli>,
}

token_credential!(AzureCliCredential);

impl Default for AzureCliCredential {
    fn default() -> Self {
        Self::new()
    }
}

impl AzureCliCredential {
    /// A credential that runs `az`.
    #[must_use]
    pub fn new() -> Self {
        Self::new_with(&ClientOptions::default())
    }

    /// The same with options, of which only the clock is used.
    #[must_use]
    pub fn new_with(client: &ClientOptions) -> Self {
        let program = if cfg!(windows) { "az.cmd" } else { "az" };
        let clock = Arc::clone(&client.clock);
        Self::made(AzureCli { program: program.into(), tenant: None, subscription: None, clock })
    }

    /// The same with another program in the place of `az`.
    #[must_use]
    pub fn with_program(self, program: impl Into<OsString>) -> Self {
        self.changed(|cli| cli.program = program.into())
    }

    /// The same for a certain tenant.
    #[must_use]
    pub fn with_tenant(self, tenant: impl Into<String>) -> Self {
        self.changed(|cli| cli.tenant = Some(tenant.into()))
    }

    /// The same for the account of a certain subscription, by name or id.
    #[must_use]
    pub fn with_subscription(self, subscription: impl Into<String>) -> Self {
        self.changed(|cli| cli.subscription = Some(subscription.into()))
    }

    fn changed(self, change: impl FnOnce(&mut AzureCli)) -> Self {
        let AzureCli { program, tenant, subscription, clock } = self.tokens.source();
        let mut cli = AzureCli {
            program: program.clone(),
            tenant: tenant.clone(),
            subscription: subscription.clone(),
            clock: Arc::clone(clock),
        };
        change(&mut cli);
        Self::made(cli)
    }

    fn made(cli: AzureCli) -> Self {
        Self { tokens: Tokens::new(cli) }
    }
}
