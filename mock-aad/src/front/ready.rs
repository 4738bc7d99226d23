//! The ready file: where the emulator listens and whom it knows.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files;
use crate::error::Error;
use crate::seed::{Seed, SeedApplication, SeedStorageAccount, SeedUser};

/// What a test needs to know to use a running emulator; written as JSON by `--ready-file`.
///
/// The identities are those of the seed. Where the configuration has no such identity, the text is
/// empty.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ready {
    /// Base URL without TLS, as `http://127.0.0.1:40001`.
    pub http_url: String,
    /// Base URL with TLS.
    pub https_url: String,
    /// URL of the HTTP proxy, for `HTTPS_PROXY`.
    pub proxy_url: String,
    /// The PEM file of the certificate authority that clients must trust.
    pub ca_cert: PathBuf,
    /// The tenant's id.
    pub tenant_id: String,
    /// The tenant's domain.
    pub tenant_domain: String,
    /// The subscription's id.
    pub subscription_id: String,
    /// A resource group that exists.
    pub resource_group: String,
    /// The region of the group and the account.
    pub location: String,
    /// What follows the account in a Gen1 host, with the TLS port: `adls.localhost:40002`.
    pub adls_suffix: String,
    /// A Gen1 account that exists.
    pub default_account: String,
    /// A Gen2 account that exists.
    pub gen2_account: String,
    /// The first key of that account, base64.
    pub gen2_key: String,
    /// A file system in that account.
    pub gen2_filesystem: String,
    /// A second Gen2 account, which is empty.
    pub gen2_account2: String,
    /// The first key of the second account.
    pub gen2_key2: String,
    /// A Gen2 account that keeps what is deleted, blobs and containers.
    pub gen2_soft_account: String,
    /// The first key of that account.
    pub gen2_soft_key: String,
    /// A workspace of OneLake, a file system of the account `onelake`.
    pub onelake_workspace: String,
    /// The id of that workspace.
    pub onelake_workspace_id: String,
    /// An item in that workspace, a directory of the file system.
    pub onelake_item: String,
    /// The id of that item.
    pub onelake_item_id: String,
    /// A user who may sign in with the password alone.
    pub username: String,
    /// The password of that user; with the default seed, of all users.
    pub password: String,
    /// A user who must pass multi-factor authentication.
    pub mfa_username: String,
    /// A user whose account is disabled.
    pub disabled_username: String,
    /// An application through which users sign in without a secret.
    pub public_client_id: String,
    /// An application with a secret.
    pub client_id: String,
    /// The secret of that application.
    pub client_secret: String,
    /// An application with a secret and without any role over data.
    pub acl_client_id: String,
    /// The secret of that application.
    pub acl_client_secret: String,
    /// One PEM file with a private key and its certificate, for that application.
    pub client_certificate: PathBuf,
    /// The PEM file of the private key that signs the emulator's tokens.
    pub signing_key: PathBuf,
    /// The process that runs the emulator.
    pub pid: u32,
}

/// Where it listens, without the secrets.
impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready")
            .field("http_url", &self.http_url)
            .field("https_url", &self.https_url)
            .field("proxy_url", &self.proxy_url)
            .field("tenant_domain", &self.tenant_domain)
            .field("username", &self.username)
            .field("client_id", &self.client_id)
            .field("pid", &self.pid)
            .finish_non_exhaustive()
    }
}

/// Where the emulator listens, and its files.
#[derive(Debug)]
pub(crate) struct Places {
    /// What stands in URLs instead of the address, if other machines know this one by a name.
    pub(crate) public_host: Option<String>,
    pub(crate) http: std::net::SocketAddr,
    pub(crate) tls: std::net::SocketAddr,
    pub(crate) proxy: std::net::SocketAddr,
    pub(crate) ca_cert: PathBuf,
    pub(crate) client_certificate: PathBuf,
    pub(crate) signing_key: PathBuf,
}

impl Ready {
    pub(crate) fn new(places: Places, seed: &Seed) -> Self {
        let name_of = |wanted: fn(&SeedUser) -> bool| {
            seed.users.iter().find(|user| wanted(user)).map(|user| user.username.clone())
        };
        let user = seed.users.iter().find(|user| can_sign_in(user));
        let public = seed.applications.iter().find(|app| app.public_client);
        let confidential = seed.applications.iter().find(|app| !app.secrets.is_empty());
        let without_role =
            |app: &&SeedApplication| !app.secrets.is_empty() && app.data_role.is_none();
        let acl_client = seed.applications.iter().find(without_role);
        let accounts = &seed.storage_accounts;
        let gen2 = accounts.first();
        let second = accounts.iter().skip(1).find(|account| account.soft_delete_days.is_none());
        let soft = accounts.iter().find(|account| account.soft_delete_days.is_some());
        let workspace = seed.onelake.workspaces.first();
        let item = workspace.and_then(|workspace| workspace.items.first());
        let place = |address: std::net::SocketAddr| match &places.public_host {
            Some(host) => format!("{host}:{}", address.port()),
            None => reachable(address).to_string(),
        };
        let name = |account: Option<&SeedStorageAccount>| {
            account.map(|account| account.name.clone()).unwrap_or_default()
        };
        let key = |account: Option<&SeedStorageAccount>| {
            account.map(|account| account.key.clone()).unwrap_or_default()
        };
        Self {
            http_url: format!("http://{}", place(places.http)),
            https_url: format!("https://{}", place(places.tls)),
            proxy_url: format!("http://{}", place(places.proxy)),
            ca_cert: places.ca_cert,
            tenant_id: seed.tenant_id.to_string(),
            tenant_domain: seed.tenant_domain.clone(),
            subscription_id: seed.subscription_id.to_string(),
            resource_group: seed.resource_group.clone(),
            location: seed.location.clone(),
            adls_suffix: format!("{}:{}", super::hosts::LOCAL_SUFFIX, places.tls.port()),
            default_account: seed.default_account.clone(),
            gen2_account: name(gen2),
            gen2_key: key(gen2),
            gen2_filesystem: gen2
                .and_then(|account| account.file_systems.first().cloned())
                .unwrap_or_default(),
            gen2_account2: name(second),
            gen2_key2: key(second),
            gen2_soft_account: name(soft),
            gen2_soft_key: key(soft),
            onelake_workspace: workspace.map(|found| found.name.clone()).unwrap_or_default(),
            onelake_workspace_id: workspace.map(|found| found.id.to_string()).unwrap_or_default(),
            onelake_item: item.map(|found| found.name.clone()).unwrap_or_default(),
            onelake_item_id: item.map(|found| found.id.to_string()).unwrap_or_default(),
            username: user.map(|user| user.username.clone()).unwrap_or_default(),
            password: user.map(|user| user.password.clone()).unwrap_or_default(),
            mfa_username: name_of(|user| user.mfa_required && user.enabled).unwrap_or_default(),
            disabled_username: name_of(|user| !user.enabled).unwrap_or_default(),
            public_client_id: public.map(|app| app.client_id.to_string()).unwrap_or_default(),
            client_id: confidential.map(|app| app.client_id.to_string()).unwrap_or_default(),
            client_secret: confidential.map(|app| app.secrets[0].value.clone()).unwrap_or_default(),
            acl_client_id: acl_client.map(|app| app.client_id.to_string()).unwrap_or_default(),
            acl_client_secret: acl_client
                .map(|app| app.secrets[0].value.clone())
                .unwrap_or_default(),
            client_certificate: places.client_certificate,
            signing_key: places.signing_key,
            pid: std::process::id(),
        }
    }

    /// Writes the ready file in one step: whoever sees it sees all of it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| files::error("cannot write", path, e.into()))?;
        text.push('\n');
        files::write_secret(path, &text)
    }

    /// Removes the ready file, unless another emulator has written its own there since.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), Error> {
        let Ok(text) = std::fs::read_to_string(path) else { return Ok(()) };
        if serde_json::from_str::<Self>(&text).is_ok_and(|written| written == *self) {
            std::fs::remove_file(path).map_err(|e| files::error("cannot remove", path, e))?;
        }
        Ok(())
    }
}

fn can_sign_in(user: &SeedUser) -> bool {
    user.enabled && !user.mfa_required && !user.password_expired
}

/// The address under which this machine reaches a listener that may be bound to every interface.
fn reachable(mut address: std::net::SocketAddr) -> std::net::SocketAddr {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Ready {
        let places = Places {
            public_host: None,
            http: "127.0.0.1:1".parse().unwrap(),
            tls: "0.0.0.0:2".parse().unwrap(),
            proxy: "[::]:3".parse().unwrap(),
            ca_cert: "ca.pem".into(),
            client_certificate: "client.pem".into(),
            signing_key: "key.pem".into(),
        };
        Ready { pid: 7, ..Ready::new(places, &Seed::default()) }
    }

    #[test]
    fn has_every_field_of_the_default_seed() {
        insta::assert_json_snapshot!(ready(), @r#"
        {
          "http_url": "http://127.0.0.1:1",
          "https_url": "https://127.0.0.1:2",
          "proxy_url": "http://[::1]:3",
          "ca_cert": "ca.pem",
          "tenant_id": "5a1e0000-0000-4000-8000-000000000001",
          "tenant_domain": "emulator.test",
          "subscription_id": "00000000-0000-0000-0000-000000000000",
          "resource_group": "emulator-group",
          "location": "eastus2",
          "adls_suffix": "adls.localhost:2",
          "default_account": "mocklake",
          "gen2_account": "mockgen2",
          "gen2_key": "bW9jay1hYWQ6IGtleSAxIG9mIHRoZSBhY2NvdW50IG1vY2tnZW4yLCBrbm93biB0byBldmVyeWJvZHkuLi4uLg==",
          "gen2_filesystem": "mockfs",
          "gen2_account2": "mockgen2empty",
          "gen2_key2": "bW9jay1hYWQ6IGtleSAxIG9mIHRoZSBhY2NvdW50IG1vY2tnZW4yZW1wdHksIGtub3duIHRvIGV2ZXJ5Ym9keQ==",
          "gen2_soft_account": "mockgen2soft",
          "gen2_soft_key": "bW9jay1hYWQ6IGtleSAxIG9mIHRoZSBhY2NvdW50IG1vY2tnZW4yc29mdCwga25vd24gdG8gZXZlcnlib2R5Lg==",
          "onelake_workspace": "mockworkspace",
          "onelake_workspace_id": "5a1e0000-0000-4000-8000-000000000c01",
          "onelake_item": "mocklakehouse.Lakehouse",
          "onelake_item_id": "5a1e0000-0000-4000-8000-000000000c02",
          "username": "user@emulator.test",
          "password": "Emulator-Passw0rd",
          "mfa_username": "mfa@emulator.test",
          "disabled_username": "disabled@emulator.test",
          "public_client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
          "client_id": "5a1e0000-0000-4000-8000-000000000a01",
          "client_secret": "emulator-client-secret",
          "acl_client_id": "5a1e0000-0000-4000-8000-000000000a02",
          "acl_client_secret": "emulator-acl-client-secret",
          "client_certificate": "client.pem",
          "signing_key": "key.pem",
          "pid": 7
        }
        "#);
    }

    #[test]
    fn the_file_goes_away_only_with_its_owner() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ready.json");
        ready().write(&path).unwrap();
        let other = Ready { pid: 8, ..ready() };
        other.remove(&path).unwrap();
        assert!(path.exists());
        ready().remove(&path).unwrap();
        assert!(!path.exists());
        ready().remove(&path).unwrap();
    }

    #[test]
    fn a_directory_that_is_missing_is_named() {
        let error = ready().write(Path::new("/nonexistent/ready.json")).unwrap_err();
        assert!(error.to_string().starts_with("cannot write /nonexistent/ready.json: "));
    }
}
