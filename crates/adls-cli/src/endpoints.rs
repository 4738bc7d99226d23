//! Where the services are: a cloud, or an emulator named by its ready file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adls_http::{ClientOptions, HttpTransport, HttpTransportOptions, SafeUrl};
use adls_wire::aad;
use adls_wire::cloud::{self, Cloud};
use serde::Deserialize;

use crate::environment::EMULATOR;
use crate::failure::{Failure, Outcome};
use crate::transport::{Activity, MonitoredTransport};

/// Where the services are, and how to reach them.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The name under which the sign-in is remembered.
    pub(crate) name: String,
    /// What issues tokens, without the tenant.
    pub(crate) authority: SafeUrl,
    /// Resource Manager.
    pub(crate) management: SafeUrl,
    /// The audience of management tokens.
    pub(crate) management_resource: String,
    /// What follows the account's name in a Gen1 host, with a port if there is one.
    pub(crate) gen1_suffix: Option<String>,
    /// What follows the account's name in a Gen2 host, with a port if there is one.
    pub(crate) gen2_suffix: String,
    /// The emulator, if this is one.
    pub(crate) emulator: Option<ReadyFile>,
}

/// What is needed of an emulator's ready file.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ReadyFile {
    pub(crate) http_url: String,
    pub(crate) https_url: String,
    pub(crate) ca_cert: PathBuf,
    pub(crate) tenant_id: String,
    pub(crate) subscription_id: String,
    pub(crate) adls_suffix: String,
    pub(crate) default_account: String,
    #[serde(default)]
    pub(crate) gen2_account: Option<String>,
}

impl ReadyFile {
    /// The same of an emulator in this process.
    #[cfg(feature = "emulator")]
    pub(crate) fn of(ready: &mock_aad::Ready) -> Self {
        Self {
            http_url: ready.http_url.clone(),
            https_url: ready.https_url.clone(),
            ca_cert: ready.ca_cert.clone(),
            tenant_id: ready.tenant_id.clone(),
            subscription_id: ready.subscription_id.clone(),
            adls_suffix: ready.adls_suffix.clone(),
            default_account: ready.default_account.clone(),
            gen2_account: Some(ready.gen2_account.clone()),
        }
    }

    /// Reads a ready file.
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        let hint = "start an emulator with `adls emulator start`, or unset ADLS_EMULATOR for Azure";
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::file("read the emulator's ready file", path, &error).hint(hint)
        })?;
        serde_json::from_str(&text).map_err(|_| {
            Failure::new(format!("{} is not an emulator's ready file", path.display())).hint(hint)
        })
    }
}

impl Endpoints {
    /// The endpoints of the cloud with this name; the public one by default.
    pub(crate) fn of_cloud(name: Option<&str>) -> Outcome<Self> {
        let cloud = match name {
            None => &cloud::PUBLIC,
            Some(name) => {
                let found = cloud::ALL.iter().find(|cloud| cloud.name.eq_ignore_ascii_case(name));
                found.ok_or_else(|| {
                    let names: Vec<_> = cloud::ALL.iter().map(|cloud| cloud.name).collect();
                    Failure::usage(format!("{name:?} is not a cloud"))
                        .hint(format!("use one of {}", names.join(", ")))
                })?
            }
        };
        let Cloud { name, authority_host, management_host, .. } = *cloud;
        Ok(Self {
            name: name.to_owned(),
            authority: url(&format!("https://{authority_host}"))?,
            management: url(&format!("https://{management_host}"))?,
            management_resource: cloud.management_resource.to_owned(),
            gen1_suffix: cloud.gen1_suffix.map(str::to_owned),
            gen2_suffix: cloud.gen2_suffix.to_owned(),
            emulator: None,
        })
    }

    /// The endpoints of an emulator.
    pub(crate) fn of_emulator(ready: ReadyFile) -> Outcome<Self> {
        Ok(Self {
            name: "emulator".to_owned(),
            authority: url(&ready.https_url)?,
            management: url(&ready.https_url)?,
            management_resource: cloud::PUBLIC.management_resource.to_owned(),
            gen1_suffix: Some(ready.adls_suffix.clone()),
            gen2_suffix: format!("dfs.{}", ready.adls_suffix),
            emulator: Some(ready),
        })
    }

    /// How a sentence calls it.
    pub(crate) fn display_name(&self) -> String {
        match &self.emulator {
            Some(emulator) => format!("the emulator at {}", emulator.https_url),
            None => self.name.clone(),
        }
    }

    /// The scope of management tokens. The resource keeps its slash, and the token's audience with
    /// it: some endpoints take no other.
    pub(crate) fn management_scope(&self) -> String {
        format!("{}/.default", self.management_resource)
    }

    /// The scope of tokens for storage accounts (Gen2).
    pub(crate) fn storage_scope(&self) -> String {
        format!("{}.default", aad::STORAGE_RESOURCE)
    }

    /// The scope of Gen1 file system tokens.
    pub(crate) fn data_lake_scope(&self) -> String {
        format!("{}/.default", aad::DATA_LAKE_RESOURCE)
    }

    /// The file system of a Gen1 account.
    pub(crate) fn gen1(&self, account: &str) -> Outcome<SafeUrl> {
        let Some(suffix) = &self.gen1_suffix else {
            return Err(Failure::usage(format!(
                "{} has no Data Lake Store Gen1, so there is no account {account}",
                self.name
            )));
        };
        url(&format!("https://{account}.{suffix}"))
    }

    /// A storage account (Gen2).
    pub(crate) fn gen2(&self, account: &str) -> Outcome<SafeUrl> {
        // OneLake is one account for all, at a host of its own.
        match (&self.emulator, account.eq_ignore_ascii_case(cloud::ONE_LAKE_ACCOUNT)) {
            (Some(emulator), true) => url(&format!("{}/{account}", emulator.https_url)),
            (None, true) => url(&format!("https://{account}.dfs{}", cloud::ONE_LAKE_SUFFIX)),
            (_, false) => url(&format!("https://{account}.{}", self.gen2_suffix)),
        }
    }

    /// Options for every client, with a transport of their own. It trusts the emulator's certificates
    /// if this is one, and then leads nowhere else. A proxy that the environment names is for the outer
    /// world, not for an emulator.
    pub(crate) fn client_options(&self, activity: &Activity) -> Outcome<ClientOptions> {
        let mut transport = HttpTransportOptions::default();
        let mut allowed_hosts = None;
        if let Some(emulator) = &self.emulator {
            let certificate = std::fs::read(&emulator.ca_cert).map_err(|error| {
                Failure::file("read the emulator's certificate", &emulator.ca_cert, &error).hint(
                    format!("the emulator of {EMULATOR} may have been stopped; unset it for Azure"),
                )
            })?;
            transport.root_certificates.push(certificate);
            transport.use_system_proxy = false;
            transport.use_system_certificates = false;
            allowed_hosts =
                Some(vec![self.authority.host().to_owned(), self.management.host().to_owned()]);
        }
        let transport = HttpTransport::new(&transport).map_err(|e| Failure::new(e.to_string()))?;
        let transport = MonitoredTransport::new(transport, activity.clone(), allowed_hosts);
        let mut options = ClientOptions::with_transport(Arc::new(transport));
        options.user_agent = Some(concat!("adls-cli/", env!("CARGO_PKG_VERSION")).to_owned());
        Ok(options)
    }
}

/// A URL out of a text that is known to be one, or nearly.
pub(crate) fn url(text: &str) -> Outcome<SafeUrl> {
    text.parse().map_err(|error: adls_http::ParseUrlError| Failure::usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_by_name() {
        let china = Endpoints::of_cloud(Some("azurechinacloud")).unwrap();
        assert_eq!(china.management.host(), "management.chinacloudapi.cn");
        assert!(china.gen1("lake").unwrap_err().to_string().contains("no Data Lake Store Gen1"));
        assert!(Endpoints::of_cloud(Some("moon")).unwrap_err().hints()[0].contains("AzureCloud"));
        let public = Endpoints::of_cloud(None).unwrap();
        assert_eq!(public.gen1("lake").unwrap().host(), "lake.azuredatalakestore.net");
        assert_eq!(public.gen2("lake").unwrap().host(), "lake.dfs.core.windows.net");
        assert_eq!(china.gen2("lake").unwrap().host(), "lake.dfs.core.chinacloudapi.cn");
        assert_eq!(public.gen2("onelake").unwrap().host(), "onelake.dfs.fabric.microsoft.com");
    }
}
