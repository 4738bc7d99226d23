use adls_http::Delivery;
use adls_mgmt::resources::ResourceGroupParameters;
use adls_mgmt::storage::{
    AccountKey, AccountKeyName, BlobServiceProperties, CreateStorageAccount, DeleteRetentionPolicy,
    StorageAccount, UpdateStorageAccount,
};
use adls_mgmt::{
    ExposeSecret, KeyPermission, ManagementClient, MinimumTlsVersion, PollStatus,
    ProvisioningState, PublicNetworkAccess, StorageAccessTier, StorageAccountKind, StorageSkuName,
    Tags,
};
use adls_tests::{Emulated, Identity};
use futures_util::TryStreamExt;
use mock_aad::{FaultAction, FaultRule};

use super::{READER, group, unhurried, with_a_reader};

/// Makes a storage account with a hierarchical namespace, and waits for it.
pub(super) async fn create(client: &ManagementClient, group: &str, name: &str) -> StorageAccount {
    let create = CreateStorageAccount::new("eastus2");
    let poller = client.storage_accounts().begin_create(group, name, &create).await.unwrap();
    poller.wait().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_life_of_a_storage_account() {
    let emulated = unhurried().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.storage_accounts();
    assert!(accounts.check_name_availability("ocean").await.unwrap().name_available);
    let wrong = accounts.check_name_availability("My-Ocean").await.unwrap();
    assert_eq!(wrong.reason.as_deref(), Some("AccountNameInvalid"));

    let wanted = CreateStorageAccount::new("East US 2")
        .with_sku(StorageSkuName::StandardRagrs)
        .with_shared_key_access(false)
        .with_tag("team", "sea");
    let mut poller = accounts.begin_create(&group, "ocean", &wanted).await.unwrap();
    assert_eq!(poller.status(), PollStatus::InProgress("InProgress".to_owned()));
    let token = poller.resume_token();
    poller.step().await.unwrap();
    let making = accounts.get(&group, "ocean").await.unwrap();
    assert_eq!(making.properties.provisioning_state, Some(ProvisioningState::Creating));
    let busy = accounts.update(&group, "ocean", &UpdateStorageAccount::new()).await.unwrap_err();
    assert_eq!(busy.code(), Some("StorageAccountOperationInProgress"));
    drop(poller);

    let made = accounts.resume_create(&token).unwrap().wait().await.unwrap();
    let properties = &made.properties;
    assert_eq!(made.kind, Some(StorageAccountKind::StorageV2));
    assert_eq!(made.location, "eastus2");
    assert_eq!(properties.provisioning_state, Some(ProvisioningState::Succeeded));
    assert_eq!(properties.is_hns_enabled, Some(true));
    assert_eq!(properties.minimum_tls_version, Some(MinimumTlsVersion::Tls1_2));
    assert_eq!(properties.allow_shared_key_access, Some(false));
    assert_eq!(properties.secondary_location.as_deref(), Some("centralus"));
    assert!(properties.creation_time.is_some());
    assert_eq!(made.id, accounts.id(&group, "ocean").unwrap());
    let taken = accounts.check_name_availability("ocean").await.unwrap();
    assert_eq!((taken.name_available, taken.reason.as_deref()), (false, Some("AlreadyExists")));

    let update = UpdateStorageAccount::new()
        .with_tags(Tags::from([("owner".to_owned(), "me".to_owned())]))
        .with_sku(StorageSkuName::StandardLrs)
        .with_access_tier(StorageAccessTier::Cold)
        .with_minimum_tls_version(MinimumTlsVersion::Tls1_3)
        .with_shared_key_access(true)
        .with_public_network_access(PublicNetworkAccess::Disabled);
    let changed = accounts.update(&group, "ocean", &update).await.unwrap();
    assert_eq!(changed, accounts.get(&group, "ocean").await.unwrap());
    assert_eq!(changed.tags.unwrap().keys().collect::<Vec<_>>(), ["owner"]);
    assert_eq!(changed.sku.unwrap().name, StorageSkuName::StandardLrs);
    assert_eq!(changed.properties.access_tier, Some(StorageAccessTier::Cold));
    assert_eq!(changed.properties.public_network_access, Some(PublicNetworkAccess::Disabled));
    assert_eq!(changed.properties.secondary_location, None);

    accounts.delete(&group, "ocean").await.unwrap();
    assert!(accounts.get(&group, "ocean").await.unwrap_err().is_not_found());
    accounts.delete(&group, "ocean").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_account_can_be_made_without_a_hierarchical_namespace() {
    let emulated = Emulated::start().await.unwrap();
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.storage_accounts();
    let flat = CreateStorageAccount::new("eastus2").with_hierarchical_namespace(false);
    let poller = accounts.begin_create(&group, "flat", &flat).await.unwrap();
    assert_eq!(poller.wait().await.unwrap().properties.is_hns_enabled, Some(false));
    // It gets none later.
    let error = accounts
        .begin_create(&group, "flat", &CreateStorageAccount::new("eastus2"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("AccountPropertyCannotBeUpdated"));
}

/// The emulator gives pages of two.
#[tokio::test(start_paused = true)]
async fn lists_in_both_scopes_page_by_page() {
    let emulated = unhurried().await;
    let client = emulated.management().unwrap();
    let elsewhere = ResourceGroupParameters::new("eastus2");
    client.resource_groups().create_or_update("Lab", &elsewhere).await.unwrap();
    for name in ["ocean1", "ocean2", "ocean3"] {
        create(&client, "Lab", name).await;
    }
    let accounts = client.storage_accounts();
    let all: Vec<_> = accounts.list().try_collect().await.unwrap();
    let names: Vec<_> = all.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["mockgen2", "mockgen2empty", "mockgen2soft", "ocean1", "ocean2", "ocean3"]);
    // Lists give all of an account.
    assert_eq!(all[3], accounts.get("Lab", "ocean1").await.unwrap());

    let mut pages = accounts.list_by_resource_group("Lab").unwrap();
    let first = pages.next_page().await.unwrap().unwrap();
    assert_eq!(first.items.len(), 2);
    assert!(first.continuation.is_some());
    assert_eq!(pages.collect_all().await.unwrap().len(), 1);
    assert_eq!(accounts.find("ocean3").await.unwrap().unwrap().resource_group(), Some("Lab"));
    assert_eq!(accounts.find("pond").await.unwrap(), None);
    // The accounts of the first generation are none of these.
    let first_generation = client.accounts().list().collect_all().await.unwrap();
    assert!(first_generation.iter().all(|account| !names.contains(&account.name.as_str())));
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_an_account() {
    let emulated = Emulated::start().await.unwrap();
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.storage_accounts();
    create(&client, &group, "ocean").await;
    let before = accounts.list_keys(&group, "ocean").await.unwrap();
    assert_eq!(before.iter().map(|key| &key.name).collect::<Vec<_>>(), ["key1", "key2"]);
    assert_eq!(before[0].permissions, Some(KeyPermission::Full));
    assert!(before[0].creation_time.is_some());
    let shown = format!("{before:?}");
    assert!(before.iter().all(|key| !shown.contains(key.value.expose_secret())), "{shown}");

    let after = accounts.regenerate_key(&group, "ocean", AccountKeyName::Key1).await.unwrap();
    let texts = |keys: &[AccountKey]| -> Vec<String> {
        keys.iter().map(|key| key.value.expose_secret().to_owned()).collect()
    };
    let (before, after) = (texts(&before), texts(&after));
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1], after[1]);
    assert_eq!(texts(&accounts.list_keys(&group, "ocean").await.unwrap()), after);

    // The key of the seed is the one that its ready file names.
    let ready = emulated.emulator.ready();
    let of_seed = accounts.list_keys(&group, &ready.gen2_account).await.unwrap();
    assert_eq!(of_seed[0].value.expose_secret(), ready.gen2_key);
}

#[tokio::test(start_paused = true)]
async fn what_the_blob_service_is_set_to() {
    let emulated = Emulated::start().await.unwrap();
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    create(&client, &group, "ocean").await;
    let services = client.blob_services();
    let before = services.get(&group, "ocean").await.unwrap().properties;
    assert!(!before.delete_retention_policy.as_ref().unwrap().enabled);
    let kept = before.with_container_delete_retention(DeleteRetentionPolicy::days(30));
    let kept = kept.with_delete_retention(DeleteRetentionPolicy::days(7));
    services.set(&group, "ocean", &kept).await.unwrap();
    let after = services.get(&group, "ocean").await.unwrap().properties;
    assert_eq!(after.delete_retention_policy.as_ref().unwrap().days, Some(7));
    assert_eq!(after.container_delete_retention_policy.as_ref().unwrap().days, Some(30));
    let off = after.with_delete_retention(DeleteRetentionPolicy::disabled());
    let off = services.set(&group, "ocean", &off).await.unwrap().properties;
    assert!(!off.delete_retention_policy.unwrap().enabled);
    assert!(off.container_delete_retention_policy.unwrap().enabled);
    let too_long =
        BlobServiceProperties::default().with_delete_retention(DeleteRetentionPolicy::days(366));
    assert!(services.set(&group, "ocean", &too_long).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_is_lost_is_done_once() {
    let emulated = unhurried().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let lost = FaultRule::new(FaultAction::CommitAndReset).method("PUT").count(1);
    emulated.emulator.add_faults([lost]).unwrap();
    let account = create(&client, &group, "ocean").await;
    assert_eq!(account.properties.provisioning_state, Some(ProvisioningState::Succeeded));
    let puts = emulated.emulator.requests().iter().filter(|r| r.method == "PUT").count();
    assert_eq!(puts, 2);
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_out() {
    let emulated = Emulated::start().await.unwrap();
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let throttled = FaultAction::Status { code: 429, retry_after: Some(17), body: None };
    let path = "*/storageAccounts/*";
    emulated.emulator.add_faults([FaultRule::new(throttled).path(path).count(2)]).unwrap();
    create(&client, &group, "ocean").await;
    client.storage_accounts().list_keys(&group, "ocean").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_answer_is_lost_is_not_replaced_again() {
    let emulated = Emulated::start().await.unwrap();
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.storage_accounts();
    create(&client, &group, "ocean").await;
    let lost = FaultRule::new(FaultAction::CommitAndReset).path("*/regenerateKey").count(1);
    emulated.emulator.add_faults([lost]).unwrap();
    let error = accounts.regenerate_key(&group, "ocean", AccountKeyName::Key2).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert!(accounts.list_keys(&group, "ocean").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_taken_or_not_allowed_is_named() {
    let emulated = with_a_reader().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.storage_accounts();
    let wanted = CreateStorageAccount::new("eastus2");
    let error = accounts.begin_create("nowhere", "ocean", &wanted).await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceGroupNotFound"));
    let taken = accounts.begin_create(&group, "onelake", &wanted).await.unwrap_err();
    assert!(taken.is_conflict() && taken.hint().unwrap().contains("unique"), "{taken}");
    let error = accounts.list_keys(&group, "pond").await.unwrap_err();
    assert!(error.is_not_found());

    let reader = emulated.management_as(&Identity::Other {
        username: READER.to_owned(),
        password: "secret".to_owned(),
    });
    let accounts = reader.unwrap().storage_accounts();
    assert!(accounts.get(&group, "mockgen2").await.is_ok());
    let refused = accounts.list_keys(&group, "mockgen2").await.unwrap_err();
    assert!(refused.is_permission_denied(), "{refused}");
}
