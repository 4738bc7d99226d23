//! The hosts, suffixes and token audiences of each Azure cloud.

/// Where the services of one Azure cloud live.
///
/// Source: the endpoint tables that the Azure command line ships with. Only the public cloud has
/// ever had Data Lake Store Gen1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cloud {
    /// The name that the Azure command line uses.
    pub name: &'static str,
    /// Host that issues tokens.
    pub authority_host: &'static str,
    /// Host of Azure Resource Manager.
    pub management_host: &'static str,
    /// The classic audience of management tokens, with its trailing slash.
    pub management_resource: &'static str,
    /// What follows the account name in a Gen1 host; `None` where Gen1 was never offered.
    pub gen1_suffix: Option<&'static str>,
    /// What follows the account name in a Gen2 host.
    pub gen2_suffix: &'static str,
}

impl Cloud {
    /// Whether `host` (without a port) is that of a storage account of this cloud, so that it may see
    /// the tokens for storage: an account's name before one of the cloud's suffixes.
    #[must_use]
    pub fn owns_storage_host(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        [self.gen1_suffix, Some(self.gen2_suffix)]
            .into_iter()
            .flatten()
            .any(|suffix| is_below(host, suffix))
    }
}

/// Whether `host` is a name directly below `suffix`, which is how storage hosts are made. The same
/// test is for suffixes that a user has configured.
#[must_use]
pub fn is_below(host: &str, suffix: &str) -> bool {
    let suffix = suffix.strip_prefix('.').unwrap_or(suffix);
    let split = host.len().checked_sub(suffix.len() + 1).filter(|split| *split > 0);
    let Some((account, rest)) = split.and_then(|split| host.split_at_checked(split)) else {
        return false;
    };
    let harmless = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !suffix.is_empty()
        && account.chars().all(harmless)
        && rest.strip_prefix('.').is_some_and(|rest| rest.eq_ignore_ascii_case(suffix))
}

/// What ends every host of OneLake, the storage of Microsoft Fabric.
///
/// Source: <https://learn.microsoft.com/fabric/onelake/onelake-access-api>
pub const ONE_LAKE_SUFFIX: &str = ".fabric.microsoft.com";

/// The account that OneLake stands in for.
pub const ONE_LAKE_ACCOUNT: &str = "onelake";

/// Whether `host` (without a port) is one of OneLake: its own, that of a region, or that of a workspace.
#[must_use]
pub fn is_one_lake_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let split = host.len().checked_sub(ONE_LAKE_SUFFIX.len()).filter(|split| *split > 0);
    let Some((labels, suffix)) = split.and_then(|split| host.split_at_checked(split)) else {
        return false;
    };
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    suffix.eq_ignore_ascii_case(ONE_LAKE_SUFFIX)
        && labels.chars().all(harmless)
        && labels.rsplit_once('.').is_some_and(|(before, kind)| {
            let kinds = ["dfs", "blob", "onelake"];
            !before.is_empty() && kinds.into_iter().any(|it| it.eq_ignore_ascii_case(kind))
        })
}

/// The public cloud.
pub const PUBLIC: Cloud = Cloud {
    name: "AzureCloud",
    authority_host: "login.microsoftonline.com",
    management_host: "management.azure.com",
    management_resource: "https://management.core.windows.net/",
    gen1_suffix: Some("azuredatalakestore.net"),
    gen2_suffix: "dfs.core.windows.net",
};

/// Azure China.
pub const CHINA: Cloud = Cloud {
    name: "AzureChinaCloud",
    authority_host: "login.partner.microsoftonline.cn",
    management_host: "management.chinacloudapi.cn",
    management_resource: "https://management.core.chinacloudapi.cn/",
    gen1_suffix: None,
    gen2_suffix: "dfs.core.chinacloudapi.cn",
};

/// Azure US Government.
pub const US_GOVERNMENT: Cloud = Cloud {
    name: "AzureUSGovernment",
    authority_host: "login.microsoftonline.us",
    management_host: "management.usgovcloudapi.net",
    management_resource: "https://management.core.usgovcloudapi.net/",
    gen1_suffix: None,
    gen2_suffix: "dfs.core.usgovcloudapi.net",
};

/// Azure Germany, closed since 2021.
pub const GERMANY: Cloud = Cloud {
    name: "AzureGermanCloud",
    authority_host: "login.microsoftonline.de",
    management_host: "management.microsoftazure.de",
    management_resource: "https://management.core.cloudapi.de/",
    gen1_suffix: None,
    gen2_suffix: "dfs.core.cloudapi.de",
};

/// Every cloud known here.
pub const ALL: [Cloud; 4] = [PUBLIC, CHINA, US_GOVERNMENT, GERMANY];

/// Host names that mean the same authority, as its instance discovery tells.
pub const AUTHORITY_ALIASES: [&[&str]; 4] = [
    &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    &["login.microsoftonline.de"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_only_where_said() {
        for host in [
            "lake.azuredatalakestore.net",
            "LAKE.AzureDataLakeStore.net",
            "lake.azuredatalakestore.net.",
            "lake-secondary.dfs.core.windows.net",
        ] {
            assert!(PUBLIC.owns_storage_host(host), "{host}");
        }
        for host in [
            "lake.evil.test",
            "azuredatalakestore.net",
            ".azuredatalakestore.net",
            "lakeazuredatalakestore.net",
            "lake.azuredatalakestore.net.evil.test",
            "lake.azuredatalakestore.net@evil.test",
            "evil.test/.azuredatalakestore.net",
            "evil.test#.azuredatalakestore.net",
            "a.b.azuredatalakestore.net",
            "lake.dfs.core.chinacloudapi.cn",
            "läke.azuredatalakestore.net",
            "",
            "ä",
        ] {
            assert!(!PUBLIC.owns_storage_host(host), "{host}");
        }
        assert!(CHINA.owns_storage_host("lake.dfs.core.chinacloudapi.cn"));
        assert!(!CHINA.owns_storage_host("lake.azuredatalakestore.net"));
        for host in [
            "onelake.dfs.fabric.microsoft.com",
            "westus-onelake.blob.fabric.microsoft.com",
            "0123.z01.onelake.fabric.microsoft.com",
        ] {
            assert!(is_one_lake_host(host), "{host}");
        }
        for host in [
            "fabric.microsoft.com",
            "dfs.fabric.microsoft.com.evil.test",
            "evil@onelake.dfs.fabric.microsoft.com",
            "api.fabric.microsoft.com",
        ] {
            assert!(!is_one_lake_host(host), "{host}");
        }
        assert!(is_below("lake.lakes.corp.test", ".lakes.corp.test"));
        assert!(!is_below("lake.", ""));
    }
}
