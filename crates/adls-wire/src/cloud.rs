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
