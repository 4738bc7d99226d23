//! By which right the files of storage accounts are reached where it is not the sign-in: a key or a
//! signature, from standard input or from the variables that Azure's own tools read.

use adls_fs::{AccountKey, ConnectionString, Credential, SasToken};
use adls_http::SafeUrl;
use secrecy::{ExposeSecret, SecretString};

use crate::endpoints::Endpoints;
use crate::environment::StorageVariables;
use crate::failure::{Failure, Outcome};

/// What a secret on standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretKind {
    AccountKey,
    SasToken,
}

impl SecretKind {
    /// How a sentence calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AccountKey => "the account key",
            Self::SasToken => "the shared access signature",
        }
    }

    /// The credential that it is for an account.
    pub(crate) fn credential(self, account: &str, secret: &SecretString) -> Outcome<Credential> {
        let text = secret.expose_secret();
        let made = match self {
            Self::AccountKey => AccountKey::new(account, text).map(Credential::from),
            Self::SasToken => SasToken::new(text).map(Credential::from),
        };
        made.map_err(|error| Failure::usage(error.to_string()))
    }
}

/// The account that the environment names.
pub(crate) fn account_of(variables: &StorageVariables) -> Outcome<Option<String>> {
    if let Some(account) = &variables.account {
        return Ok(Some(account.clone()));
    }
    let connection = connection_of(variables)?;
    Ok(connection.and_then(|connection| connection.account().map(str::to_owned)))
}

/// What the environment has for an account at an endpoint. A secret for one account is never used for
/// another, to whose host it would be sent: accounts of one name may be in several clouds. With an emulator nothing
/// leaves it, so there only the name counts.
pub(crate) fn credential_of(
    variables: &StorageVariables,
    account: &str,
    endpoint: &SafeUrl,
    endpoints: &Endpoints,
) -> Outcome<Option<Credential>> {
    let names =
        |named: Option<&str>| named.is_some_and(|named| named.eq_ignore_ascii_case(account));
    let emulated = endpoints.emulator.is_some();
    if let Some(connection) = connection_of(variables)?
        && names(connection.account())
        && (emulated || connection.dfs_endpoint().origin() == endpoint.origin())
    {
        return Ok(Some(connection.credential().clone()));
    }
    let usual = || endpoints.gen2(account).is_ok_and(|usual| usual.origin() == endpoint.origin());
    if !names(variables.account.as_deref()) || !(emulated || usual()) {
        return Ok(None);
    }
    let found = match (&variables.key, &variables.sas_token) {
        (Some(key), _) => Some((SecretKind::AccountKey, key)),
        (None, Some(token)) => Some((SecretKind::SasToken, token)),
        (None, None) => None,
    };
    found.map(|(kind, secret)| kind.credential(account, secret)).transpose()
}

fn connection_of(variables: &StorageVariables) -> Outcome<Option<ConnectionString>> {
    let Some(text) = &variables.connection_string else { return Ok(None) };
    text.expose_secret().parse().map(Some).map_err(|error: adls_fs::Error| {
        Failure::usage(format!("AZURE_STORAGE_CONNECTION_STRING: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "czNjcmV0";

    #[test]
    fn a_secret_is_for_its_own_account_only() {
        let by_key = StorageVariables {
            account: Some("lake".to_owned()),
            key: Some(KEY.into()),
            ..StorageVariables::default()
        };
        let connection =
            format!("AccountName=lake;AccountKey={KEY};EndpointSuffix=core.windows.net");
        let by_connection = StorageVariables {
            connection_string: Some(connection.into()),
            ..StorageVariables::default()
        };
        let by_signature = StorageVariables {
            account: Some("lake".to_owned()),
            sas_token: Some("sv=1&sig=s3cret".into()),
            ..StorageVariables::default()
        };
        let cloud = Endpoints::of_cloud(None).unwrap();
        let china = Endpoints::of_cloud(Some("AzureChinaCloud")).unwrap();
        let of = |variables: &StorageVariables, account: &str, host: &str| {
            let endpoint = format!("https://{host}").parse().unwrap();
            credential_of(variables, account, &endpoint, &cloud).unwrap().is_some()
        };
        let host = "lake.dfs.core.windows.net";
        for variables in [by_key, by_connection, by_signature] {
            assert_eq!(account_of(&variables).unwrap().as_deref(), Some("lake"));
            assert!(of(&variables, "LAKE", host));
            assert!(!of(&variables, "other", "other.dfs.core.windows.net"));
            // Another account of this name, in another cloud or at a host that the user trusts.
            assert!(!of(&variables, "lake", "lake.dfs.core.chinacloudapi.cn"));
            assert!(!of(&variables, "lake", "lake.dfs.lakes.corp.test"));
            assert!(!format!("{variables:?}").contains("s3cret"));
        }
        let connection =
            format!("AccountName=lake;AccountKey={KEY};EndpointSuffix=core.chinacloudapi.cn");
        let there = StorageVariables {
            connection_string: Some(connection.into()),
            ..StorageVariables::default()
        };
        assert!(!of(&there, "lake", host));
        let endpoint = china.gen2("lake").unwrap();
        assert!(credential_of(&there, "lake", &endpoint, &china).unwrap().is_some());
        let alone = StorageVariables { key: Some(KEY.into()), ..StorageVariables::default() };
        assert!(!of(&alone, "lake", host));
        let wrong = StorageVariables {
            account: Some("lake".to_owned()),
            key: Some("s3cret!".into()),
            ..StorageVariables::default()
        };
        let endpoint = cloud.gen2("lake").unwrap();
        let failure = credential_of(&wrong, "lake", &endpoint, &cloud).unwrap_err();
        assert!(!failure.to_string().contains("s3cret"), "{failure}");
    }
}
