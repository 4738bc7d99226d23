//! Resource Manager: the clients of `adls-mgmt` against the emulator.

mod accounts;
mod examples;
mod groups;
mod lists;
mod roles;
mod storage;

use adls_mgmt::ManagementClient;
use adls_mgmt::data_lake_store::{Account, CreateAccount};
use adls_tests::Emulated;
use mock_aad::{ManagementSettings, Seed, SeedUser};

/// An emulator whose operations take as long as the service's.
async fn unhurried() -> Emulated {
    let management = ManagementSettings {
        account_creation_seconds: 35,
        account_deletion_seconds: 12,
        group_deletion_seconds: 40,
        move_seconds: 20,
        page_size: 2,
    };
    Emulated::with_seed(Seed { management, ..Seed::default() }).await.unwrap()
}

/// A user who may see everything and change nothing; the password is `secret`.
const READER: &str = "reader@emulator.test";
/// The object id of that user.
const READER_ID: &str = "5a1e0000-0000-4000-8000-0000000001ff";

/// An emulator that knows that user.
async fn with_a_reader() -> Emulated {
    let mut seed = Seed::default();
    seed.users.push(SeedUser {
        object_id: READER_ID.parse().unwrap(),
        username: READER.to_owned(),
        password: "secret".to_owned(),
        role: "Reader".to_owned(),
        ..SeedUser::default()
    });
    Emulated::with_seed(seed).await.unwrap()
}

/// The group that is there from the start.
fn group(emulated: &Emulated) -> String {
    emulated.emulator.ready().resource_group.clone()
}

async fn create(client: &ManagementClient, group: &str, account: &str) -> Account {
    let create = CreateAccount::new("eastus2");
    client.accounts().begin_create(group, account, &create).await.unwrap().wait().await.unwrap()
}
