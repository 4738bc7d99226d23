//! Resource Manager: the clients of `adls-mgmt` against the emulator.

mod accounts;
mod examples;
mod groups;
mod lists;

use adls_mgmt::ManagementClient;
use adls_mgmt::data_lake_store::{Account, CreateAccount};
use adls_tests::Emulated;
use mock_aad::{ManagementSettings, Seed};

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

/// The group that is there from the start.
fn group(emulated: &Emulated) -> String {
    emulated.emulator.ready().resource_group.clone()
}

async fn create(client: &ManagementClient, group: &str, account: &str) -> Account {
    let create = CreateAccount::new("eastus2");
    client.accounts().begin_create(group, account, &create).await.unwrap().wait().await.unwrap()
}
