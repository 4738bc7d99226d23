//! Who commands act as: the saved sign-in, else the application that the environment names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adls_auth::{
    Account, AuthOptions, AzureCliCredential, CachedAccountCredential, ClientCertificate,
    ClientCertificateCredential, ClientSecretCredential, Env, ManagedIdentityCredential,
    ManagedIdentityId, TokenCache, WorkloadIdentityCredential,
};
use adls_http::{ClientOptions, TokenCredential};
use secrecy::SecretString;

use crate::config::{Settings, SignIn};
use crate::endpoints::Endpoints;
use crate::environment::{Application, Environment};
use crate::failure::{Failure, Outcome};

/// Who commands act as.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) sign_in: SignIn,
    source: CredentialSource,
}

/// What gets new tokens.
#[derive(Clone, Debug)]
pub(crate) enum CredentialSource {
    /// What is in the token cache. For an application that is its last token and no more.
    Cache,
    /// The machine itself.
    ManagedIdentity,
    /// Whoever is signed in to `az`.
    AzureCli,
    Secret(SecretString),
    /// The file of a certificate with its key.
    Certificate(PathBuf),
    /// The file of the token of another issuer.
    FederatedToken(PathBuf),
}

impl Identity {
    /// Who is signed in to this cloud; without a saved sign-in, the application of the environment.
    pub(crate) fn find(
        endpoints: &Endpoints,
        settings: &Settings,
        environment: &Environment,
    ) -> Outcome<Self> {
        let application = &environment.application;
        if let Some(saved) = settings.sign_in.get(&endpoints.name) {
            let source = CredentialSource::of_sign_in(saved, application);
            return Ok(Self { sign_in: saved.clone(), source });
        }
        let nobody =
            Failure::not_signed_in(format!("nobody is signed in to {}", endpoints.display_name()))
                .hint("sign in with `adls login`");
        let (client_id, source) =
            match (&application.client_id, CredentialSource::of_environment(application)) {
                (Some(client_id), Some(source)) => (client_id, source),
                (Some(_), None) => {
                    return Err(nobody.hint(
                        "AZURE_CLIENT_ID is set, but none of AZURE_CLIENT_SECRET, \
                     AZURE_CLIENT_CERTIFICATE_PATH and AZURE_FEDERATED_TOKEN_FILE",
                    ));
                }
                (None, Some(_)) => {
                    return Err(
                        nobody.hint("a proof is in the environment, but no AZURE_CLIENT_ID")
                    );
                }
                (None, None) => {
                    return Err(nobody
                        .hint("no account of Azure? `adls quickstart` shows everything without"));
                }
            };
        let emulated = endpoints.emulator.as_ref().map(|emulator| &emulator.tenant_id);
        let Some(tenant) = application.tenant.as_ref().or(emulated) else {
            return Err(nobody.hint(
                "AZURE_CLIENT_ID is set, but not AZURE_TENANT_ID: an application signs in to its \
                 own tenant",
            ));
        };
        let (tenant, client_id) = (tenant.clone(), client_id.clone());
        Ok(Self { sign_in: SignIn { tenant, client_id, ..SignIn::default() }, source })
    }

    /// Whether nothing here gets new tokens when those in the cache have ended.
    pub(crate) fn expires_with_token(&self) -> bool {
        matches!(self.source, CredentialSource::Cache) && self.sign_in.expires_with_token()
    }

    /// What gets tokens.
    pub(crate) async fn credential(
        &self,
        options: AuthOptions,
        machine: &Env,
    ) -> Outcome<Arc<dyn TokenCredential>> {
        let client_id = self.sign_in.client_id.as_str();
        Ok(match &self.source {
            CredentialSource::ManagedIdentity => {
                Arc::new(managed_identity(options.client, client_id, machine)?)
            }
            CredentialSource::AzureCli => {
                Arc::new(azure_cli(&options.client, &self.sign_in.tenant))
            }
            CredentialSource::Cache => {
                Arc::new(match self.cached_account(&options.cache).await? {
                    Some(account) => {
                        CachedAccountCredential::new_with(account, options.client_id(client_id))?
                    }
                    None => CachedAccountCredential::for_app(client_id, options)?,
                })
            }
            CredentialSource::Secret(secret) => {
                Arc::new(ClientSecretCredential::new_with(client_id, secret.clone(), options)?)
            }
            CredentialSource::Certificate(file) => {
                Arc::new(ClientCertificateCredential::from_file_with(client_id, file, options)?)
            }
            CredentialSource::FederatedToken(file) => {
                Arc::new(WorkloadIdentityCredential::new_with(client_id, file, options)?)
            }
        })
    }

    /// The user who is signed in, out of the token cache; `None` for an application.
    pub(crate) async fn cached_account(&self, cache: &TokenCache) -> Outcome<Option<Account>> {
        let Some(id) = &self.sign_in.home_account_id else { return Ok(None) };
        let accounts = cache.accounts().await?;
        let account = accounts.into_iter().find(|account| account.home_account_id == *id);
        if account.is_none() {
            let name = self.sign_in.name();
            let text = format!("{name} has no tokens in the cache any more");
            return Err(Failure::not_signed_in(text).hint("sign in with `adls login`"));
        }
        Ok(account)
    }
}

impl CredentialSource {
    /// What the environment has; the first of them counts.
    fn of_environment(application: &Application) -> Option<Self> {
        let Application { secret, certificate, federated_token, .. } = application;
        let secret = secret.clone().map(Self::Secret);
        let certificate = || certificate.clone().map(Self::Certificate);
        let federated_token = || federated_token.clone().map(Self::FederatedToken);
        secret.or_else(certificate).or_else(federated_token)
    }

    fn of_sign_in(saved: &SignIn, application: &Application) -> Self {
        if saved.managed_identity {
            return Self::ManagedIdentity;
        }
        if saved.azure_cli {
            return Self::AzureCli;
        }
        if let Some(file) = &saved.certificate {
            return Self::Certificate(file.clone());
        }
        if let Some(file) = &saved.federated_token {
            return Self::FederatedToken(file.clone());
        }
        // The secret is kept nowhere, but the environment may have it.
        let same = application.client_id.as_ref() == Some(&saved.client_id);
        match Self::of_environment(application) {
            Some(source) if same && saved.expires_with_token() => source,
            _ => Self::Cache,
        }
    }
}

/// The certificate of a PEM file.
pub(crate) fn load_certificate(file: &Path) -> Outcome<ClientCertificate> {
    let bytes = std::fs::read(file).map_err(|error| Failure::file("read", file, &error))?;
    ClientCertificate::from_pem(&bytes).map_err(|error| {
        Failure::new(format!("{} is no certificate to sign in with: {error}", file.display()))
            .hint("give a PEM file with the certificate and its private key")
    })
}

/// Whoever is signed in to the Azure command line; in a tenant, if one is named.
pub(crate) fn azure_cli(client: &ClientOptions, tenant: &str) -> AzureCliCredential {
    let credential = AzureCliCredential::new_with(client);
    if tenant.is_empty() { credential } else { credential.with_tenant(tenant) }
}

/// The identity of this machine; with a client id, one that is assigned to it.
pub(crate) fn managed_identity(
    client: ClientOptions,
    client_id: &str,
    machine: &Env,
) -> Outcome<ManagedIdentityCredential> {
    let id = match client_id {
        "" => ManagedIdentityId::SystemAssigned,
        id => ManagedIdentityId::ClientId(id.to_owned()),
    };
    Ok(ManagedIdentityCredential::new_with(id, machine, client)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(saved: Option<SignIn>, application: Application) -> Outcome<Identity> {
        let endpoints = Endpoints::of_cloud(None).unwrap();
        let mut settings = Settings::default();
        settings.sign_in.extend(saved.map(|saved| (endpoints.name.clone(), saved)));
        let environment = Environment { application, ..Environment::default() };
        Identity::find(&endpoints, &settings, &environment)
    }

    fn application(client_id: &str) -> Application {
        Application {
            tenant: Some("t".to_owned()),
            client_id: Some(client_id.to_owned()),
            secret: Some("s".into()),
            ..Application::default()
        }
    }

    fn saved(client_id: &str) -> SignIn {
        SignIn { tenant: "saved".to_owned(), client_id: client_id.to_owned(), ..SignIn::default() }
    }

    #[test]
    fn a_saved_sign_in_goes_first() {
        let identity = found(Some(saved("mine")), application("other")).unwrap();
        assert_eq!(identity.sign_in.tenant, "saved");
        assert!(identity.expires_with_token());
        let identity = found(None, application("other")).unwrap();
        assert_eq!((identity.sign_in.name(), identity.expires_with_token()), ("other", false));
    }

    #[test]
    fn the_environment_may_have_the_secret_of_the_saved_application() {
        let identity = found(Some(saved("mine")), application("mine")).unwrap();
        assert!(!identity.expires_with_token());
        let user = SignIn { home_account_id: Some("u".to_owned()), ..saved("mine") };
        let identity = found(Some(user), application("mine")).unwrap();
        assert!(matches!(identity.source, CredentialSource::Cache));
    }

    #[test]
    fn what_is_missing_is_named() {
        let hint = |application| {
            let failure = found(None, application).unwrap_err();
            failure.hints().join("; ")
        };
        let whole = application("a");
        let no_source = Application { secret: None, ..whole.clone() };
        assert!(hint(no_source).contains("AZURE_CLIENT_SECRET"));
        let no_client = Application { client_id: None, ..whole.clone() };
        assert!(hint(no_client).contains("AZURE_CLIENT_ID"));
        assert!(hint(Application { tenant: None, ..whole }).contains("AZURE_TENANT_ID"));
        assert!(hint(Application::default()).contains("adls login"));
    }
}
