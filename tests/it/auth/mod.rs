//! Azure AD: the credentials of `adls-auth` against the emulator, and what they open.

mod applications;
mod browser;
mod caches;
mod connections;
mod surroundings;
mod users;

use std::sync::Arc;

use adls_auth::{AuthErrorKind, AuthOptions, Authority, Error, Protocol, TokenCache};
use adls_fs::{FileSystemClient, FileSystemOptions, RemotePath};
use adls_http::{TokenCredential, TokenRequest};
use adls_tests::Emulated;
use mock_aad::{Seed, SeedUser};

pub(crate) const BOTH: [Protocol; 2] = [Protocol::V1, Protocol::V2];

fn data_lake() -> TokenRequest {
    TokenRequest::new("https://datalake.azure.net//.default")
}

fn management() -> TokenRequest {
    TokenRequest::new("https://management.core.windows.net//.default")
}

fn options(emulated: &Emulated, protocol: Protocol) -> AuthOptions {
    let tenant = &emulated.emulator.ready().tenant_id;
    let authority = Authority::new("https://login.microsoftonline.com", tenant).unwrap();
    let mut options = AuthOptions::default().client(emulated.client_options()).authority(authority);
    options.protocol = protocol;
    options
}

/// Looks at the root of the default account with tokens of `credential`.
async fn open_the_lake(
    emulated: &Emulated,
    credential: Arc<dyn TokenCredential>,
) -> adls_fs::Result<()> {
    let account = &emulated.emulator.ready().default_account;
    let endpoint = format!("https://{account}.azuredatalakestore.net").parse().unwrap();
    let options = FileSystemOptions::with_client(emulated.client_options());
    let client = FileSystemClient::gen1(endpoint, credential, options).unwrap();
    client.stat(&RemotePath::root()).await.map(drop)
}

async fn refusal(credential: &dyn TokenCredential) -> Error {
    let error = credential.get_token(&data_lake()).await.unwrap_err();
    Error::find(&error).unwrap().clone()
}

fn kind(error: &adls_http::Error) -> AuthErrorKind {
    Error::find(error).unwrap().kind()
}

/// The tenant of every emulator, with more users: one for each state that an account can be in.
fn crowded() -> Seed {
    let mut seed = Seed::default();
    let base = seed.users[0].clone();
    let another = |number: u128, name: &str| SeedUser {
        object_id: uuid::Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0900 | number),
        username: format!("{name}@emulator.test"),
        account_owner: false,
        ..base.clone()
    };
    seed.users.push(SeedUser { locked: true, ..another(1, "locked") });
    seed.users.push(SeedUser { password_expired: true, ..another(2, "expired") });
    seed
}

fn file(directory: &tempfile::TempDir) -> TokenCache {
    TokenCache::file(directory.path().join("msal_token_cache.json"))
}
