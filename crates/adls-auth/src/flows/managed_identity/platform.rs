//! Which kind of endpoint there is: told by variables that the platform sets.

use std::path::{Path, PathBuf};

use adls_http::SafeUrl;
use secrecy::SecretString;

use super::{ManagedIdentityId, arc, imds};
use crate::{Env, Error, Result};

/// Where tokens are handed out.
#[derive(Debug)]
pub(crate) enum Platform {
    /// Virtual machines: the instance metadata service.
    Imds { base: SafeUrl },
    /// App Service and Functions.
    AppService { endpoint: SafeUrl, header: SecretString },
    /// Azure Machine Learning, and App Service of old.
    MachineLearning { endpoint: SafeUrl, secret: SecretString },
    /// Cloud Shell, and the virtual machine extension of old.
    CloudShell { endpoint: SafeUrl },
    /// Machines outside Azure, connected by Azure Arc.
    Arc { endpoint: SafeUrl, tokens_directory: PathBuf },
}

impl Platform {
    /// Finds out by the variables, in the order in which official clients look.
    pub(crate) fn detect(env: &Env, id: &ManagedIdentityId) -> Result<Self> {
        let url = |name: &str| -> Result<Option<SafeUrl>> {
            env.get(name).map(|text| local_url(name, &text)).transpose()
        };
        let identity_endpoint = url("IDENTITY_ENDPOINT")?;
        let platform = match (identity_endpoint, env.get("IDENTITY_HEADER"), url("MSI_ENDPOINT")?) {
            (Some(_), Some(_), _) if env.get("IDENTITY_SERVER_THUMBPRINT").is_some() => {
                return Err(Error::unavailable(
                    "managed identities of Service Fabric are not supported",
                ));
            }
            (Some(endpoint), Some(header), _) => {
                Self::AppService { endpoint, header: header.into() }
            }
            (Some(endpoint), None, _) if env.get("IMDS_ENDPOINT").is_some() => {
                Self::arc(endpoint, env)
            }
            (_, _, Some(endpoint)) => match env.get("MSI_SECRET") {
                Some(secret) => Self::MachineLearning { endpoint, secret: secret.into() },
                None => Self::CloudShell { endpoint },
            },
            _ if Path::new(arc::AGENT).exists() => {
                Self::arc(imds::url(arc::DEFAULT_ENDPOINT)?, env)
            }
            _ => Self::Imds {
                base: match url("AZURE_POD_IDENTITY_AUTHORITY_HOST")? {
                    Some(base) => base,
                    None => imds::url(imds::DEFAULT_BASE)?,
                },
            },
        };
        platform.check(id)?;
        Ok(platform)
    }

    fn arc(endpoint: SafeUrl, env: &Env) -> Self {
        Self::Arc { endpoint, tokens_directory: arc::tokens_directory(env) }
    }

    /// Some hosts have but one identity; giving out that one instead of another would be wrong.
    fn check(&self, id: &ManagedIdentityId) -> Result<()> {
        let only_system = matches!(self, Self::CloudShell { .. } | Self::Arc { .. });
        let unknown = matches!(self, Self::MachineLearning { .. })
            && !matches!(id, ManagedIdentityId::SystemAssigned | ManagedIdentityId::ClientId(_));
        if unknown || (only_system && *id != ManagedIdentityId::SystemAssigned) {
            return Err(Error::invalid_input(format!(
                "this host cannot choose an identity by {}; leave it out or assign another way",
                match id {
                    ManagedIdentityId::SystemAssigned => "nothing",
                    ManagedIdentityId::ClientId(_) => "client id",
                    ManagedIdentityId::ObjectId(_) => "object id",
                    ManagedIdentityId::ResourceId(_) => "resource id",
                }
            )));
        }
        Ok(())
    }
}

/// An endpoint that a variable names. Secrets go there and tokens come from there, without encryption, so
/// it has to be on this machine or in its own network, as all that platforms set are.
fn local_url(name: &str, text: &str) -> Result<SafeUrl> {
    let url: SafeUrl =
        text.parse().map_err(|error| Error::unavailable(format!("{name}: {error}")))?;
    if url.is_loopback() || url.is_link_local() {
        return Ok(url);
    }
    Err(Error::invalid_input(format!(
        "{name} leads to {}, and not to this machine (a loopback or link-local address); correct it \
         or unset it",
        url.host()
    )))
}
