//! The host names that the emulator stands for: one table for the certificate, the proxy and the
//! router.

use adls_wire::cloud;

use crate::seed::{ONE_LAKE, SeedOneLake};
use crate::storage::{self, Endpoint, Protocol};

/// A service, as far as a host name can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// Azure AD.
    AzureAd,
    /// Azure Resource Manager.
    ResourceManager,
    /// A Data Lake Store Gen1 account.
    Gen1,
    /// A storage account, Data Lake Storage Gen2, as it was reached.
    Gen2(Endpoint),
}

/// What a host name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The service behind it.
    pub(crate) service: Service,
    /// The account that its first label names, in lower case.
    pub(crate) account: Option<String>,
}

/// Hosts of Azure AD; those of the clouds of today, those they had before, and `aad.localhost`.
const AUTHORITIES: [&str; 11] = [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.microsoftonline.us",
    "login-us.microsoftonline.com",
    "login.usgovcloudapi.net",
    "login.microsoftonline.de",
    "aad.localhost",
];

/// Classic hosts of Resource Manager; clients use them as audience and, seldom, as address.
const CLASSIC_MANAGEMENT: [&str; 4] = [
    "management.core.windows.net",
    "management.core.chinacloudapi.cn",
    "management.core.usgovcloudapi.net",
    "management.core.cloudapi.de",
];

/// The emulator's own suffix. TLS libraries refuse `*.localhost` and accept one label more.
pub(crate) const LOCAL_SUFFIX: &str = "adls.localhost";

/// The names of this machine. Behind them, the path decides.
const OWN: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What `host` (without port, in any case) stands for; `None` for every other host.
pub(crate) fn named(host: &str) -> Option<Named> {
    let host = host.to_ascii_lowercase();
    if AUTHORITIES.contains(&host.as_str()) {
        return Some(Named { service: Service::AzureAd, account: None });
    }
    if management_hosts().any(|name| name == host) {
        return Some(Named { service: Service::ResourceManager, account: None });
    }
    if let Some(endpoint) = storage::endpoint_of_host(&host) {
        return Some(Named {
            service: Service::Gen2(endpoint),
            account: Some(ONE_LAKE.to_owned()),
        });
    }
    let (account, suffix) = host.split_once('.').filter(|(account, _)| !account.is_empty())?;
    let protocols = [Protocol::Dfs, Protocol::Blob];
    if let Some(protocol) =
        protocols.into_iter().find(|of| gen2_suffixes(*of).any(|known| known == suffix))
    {
        return Some(storage_account(account, protocol));
    }
    gen1_suffixes()
        .any(|known| known == suffix)
        .then(|| Named { service: Service::Gen1, account: Some(account.to_owned()) })
}

/// A storage account, also when the host is that of its copy in another region.
fn storage_account(label: &str, protocol: Protocol) -> Named {
    let primary = label.strip_suffix("-secondary");
    Named {
        service: Service::Gen2(Endpoint::of_host(protocol, primary.is_some())),
        account: Some(primary.unwrap_or(label).to_owned()),
    }
}

/// All hosts that the emulator answers for: those that it stands for, and the names of its machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnsweredHosts {
    /// A name by which other machines, or containers, know this one.
    public: Option<String>,
}

impl AnsweredHosts {
    pub(crate) fn new(public: Option<String>) -> Self {
        Self { public }
    }

    /// Whether the emulator answers for `host`: the proxy sends tunnels to these, and to no others unless
    /// it is to let them pass.
    pub(crate) fn contain(&self, host: &str) -> bool {
        self.own().any(|own| own.eq_ignore_ascii_case(host)) || named(host).is_some()
    }

    fn own(&self) -> impl Iterator<Item = &str> {
        OWN.into_iter().chain(self.public.as_deref())
    }

    /// The subject alternative names of the certificate.
    pub(crate) fn certificate_names(&self, one_lake: &SeedOneLake) -> Vec<String> {
        let fixed = AUTHORITIES.into_iter().chain(management_hosts()).map(str::to_owned);
        let gen2 = gen2_suffixes(Protocol::Dfs)
            .zip(gen2_suffixes(Protocol::Blob))
            .flat_map(|(dfs, blob)| [dfs, blob]);
        let fabric = [Protocol::Dfs, Protocol::Blob].map(one_lake_suffix);
        let accounts = gen1_suffixes().map(str::to_owned).chain(gen2).chain(fabric);
        fixed
            .chain(self.own().map(str::to_owned))
            .chain(accounts.map(|suffix| format!("*.{suffix}")))
            .chain(storage::certificate_names(one_lake))
            .collect()
    }
}

fn management_hosts() -> impl Iterator<Item = &'static str> {
    cloud::ALL.into_iter().map(|cloud| cloud.management_host).chain(CLASSIC_MANAGEMENT)
}

fn gen1_suffixes() -> impl Iterator<Item = &'static str> {
    cloud::ALL.into_iter().filter_map(|cloud| cloud.gen1_suffix).chain([LOCAL_SUFFIX])
}

/// Every Gen2 account has two hosts, which differ in the first label of the suffix.
fn gen2_suffixes(protocol: Protocol) -> impl Iterator<Item = String> {
    let dfs = cloud::ALL.into_iter().map(|cloud| cloud.gen2_suffix.to_owned());
    dfs.chain([format!("dfs.{LOCAL_SUFFIX}")])
        .map(move |dfs| dfs.replacen("dfs.", &format!("{}.", label(protocol)), 1))
}

/// What follows `onelake`, or a region and `-onelake`, in the hosts of OneLake.
fn one_lake_suffix(protocol: Protocol) -> String {
    format!("{}.fabric.microsoft.com", label(protocol))
}

fn label(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Dfs => "dfs",
        Protocol::Blob => "blob",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(host: &str) -> Option<Service> {
        named(host).map(|named| named.service)
    }

    #[test]
    fn hosts_lead_to_services() {
        for host in ["login.microsoftonline.com", "STS.windows.net", "aad.localhost"] {
            assert_eq!(service(host), Some(Service::AzureAd), "{host}");
        }
        for host in ["management.azure.com", "Management.Core.Windows.Net"] {
            assert_eq!(service(host), Some(Service::ResourceManager), "{host}");
        }
        let [dfs, blob] = [Protocol::Dfs, Protocol::Blob]
            .map(|protocol| Service::Gen2(Endpoint::of_host(protocol, false)));
        let secondary = |protocol| Service::Gen2(Endpoint::of_host(protocol, true));
        for (host, expected, account) in [
            ("Acct1.azuredatalakestore.net", Service::Gen1, "acct1"),
            ("acct1.adls.localhost", Service::Gen1, "acct1"),
            ("acct2.dfs.core.windows.net", dfs, "acct2"),
            ("acct2.blob.core.chinacloudapi.cn", blob, "acct2"),
            ("acct2.dfs.adls.localhost", dfs, "acct2"),
            ("acct2.blob.adls.localhost", blob, "acct2"),
            ("Acct2-Secondary.blob.core.windows.net", secondary(Protocol::Blob), "acct2"),
            ("acct2-secondary.dfs.core.windows.net", secondary(Protocol::Dfs), "acct2"),
            ("onelake.dfs.fabric.microsoft.com", dfs, "onelake"),
            ("westus-onelake.blob.fabric.microsoft.com", blob, "onelake"),
        ] {
            let named = named(host).unwrap();
            assert_eq!((named.service, named.account.as_deref()), (expected, Some(account)));
        }
    }

    #[test]
    fn other_hosts_are_nobody() {
        for host in [
            "",
            "example.com",
            "microsoftonline.com",
            "login.microsoftonline.com.example.com",
            "azuredatalakestore.net",
            ".azuredatalakestore.net",
            "a.b.azuredatalakestore.net",
            "graph.microsoft.com",
            "adls.localhost",
            "api.dfs.fabric.microsoft.com",
            "onelake.table.fabric.microsoft.com",
            "dfs.fabric.microsoft.com",
        ] {
            assert!(!AnsweredHosts::default().contain(host), "{host}");
        }
        let hosts = AnsweredHosts::new(Some("emulator".to_owned()));
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "::1", "Emulator"] {
            assert!(hosts.contain(host) && named(host).is_none(), "{host}");
        }
        let names = hosts.certificate_names(&SeedOneLake::default());
        assert!(names.contains(&"emulator".to_owned()), "{names:?}");
    }

    #[test]
    fn certificate_covers_every_name() {
        insta::assert_snapshot!(AnsweredHosts::default().certificate_names(&SeedOneLake::default()).join("\n"), @r"
        login.microsoftonline.com
        login.windows.net
        login.microsoft.com
        sts.windows.net
        login.partner.microsoftonline.cn
        login.chinacloudapi.cn
        login.microsoftonline.us
        login-us.microsoftonline.com
        login.usgovcloudapi.net
        login.microsoftonline.de
        aad.localhost
        management.azure.com
        management.chinacloudapi.cn
        management.usgovcloudapi.net
        management.microsoftazure.de
        management.core.windows.net
        management.core.chinacloudapi.cn
        management.core.usgovcloudapi.net
        management.core.cloudapi.de
        localhost
        127.0.0.1
        ::1
        *.azuredatalakestore.net
        *.adls.localhost
        *.dfs.core.windows.net
        *.blob.core.windows.net
        *.dfs.core.chinacloudapi.cn
        *.blob.core.chinacloudapi.cn
        *.dfs.core.usgovcloudapi.net
        *.blob.core.usgovcloudapi.net
        *.dfs.core.cloudapi.de
        *.blob.core.cloudapi.de
        *.dfs.adls.localhost
        *.blob.adls.localhost
        *.dfs.fabric.microsoft.com
        *.blob.fabric.microsoft.com
        *.z5a.dfs.fabric.microsoft.com
        *.z5a.blob.fabric.microsoft.com
        *.z5a.onelake.fabric.microsoft.com
        ");
    }
}
