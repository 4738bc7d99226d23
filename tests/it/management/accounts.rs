use std::net::Ipv4Addr;

use adls_mgmt::data_lake_store::{
    CreateAccount, Encryption, FirewallRuleProperties, TrustedIdProviderProperties, UpdateAccount,
    VirtualNetworkRuleProperties,
};
use adls_mgmt::{
    AccountState, EncryptionState, FeatureState, PollStatus, ProvisioningState, ServiceState, Tags,
    Tier,
};
use adls_tests::{Emulated, Identity};
use mock_aad::{FaultAction, FaultRule};

use super::{create, group, unhurried};

#[tokio::test(start_paused = true)]
async fn a_life_of_an_account() {
    let emulated = unhurried().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.accounts();
    assert!(accounts.check_name_availability("eastus2", "ocean").await.unwrap().name_available);

    let wanted = CreateAccount::new("eastus2").with_tag("team", "sea");
    let mut poller = accounts.begin_create(&group, "ocean", &wanted).await.unwrap();
    assert_eq!(poller.status(), PollStatus::InProgress("Creating".to_owned()));
    let token = poller.resume_token();
    assert_eq!(poller.step().await.unwrap(), PollStatus::InProgress("InProgress".to_owned()));
    let making = accounts.get(&group, "ocean").await.unwrap();
    assert_eq!(making.properties.provisioning_state, Some(ProvisioningState::Creating));
    assert_eq!((making.properties.state, making.properties.endpoint), (None, None));
    drop(poller);

    let made = accounts.resume_create(&token).unwrap().wait().await.unwrap();
    assert_eq!(made.properties.state, Some(AccountState::Active));
    assert_eq!(made.properties.encryption_state, Some(EncryptionState::Enabled));
    assert!(made.properties.creation_time.is_some());
    assert_eq!(made.tags.as_ref().unwrap()["team"], "sea");
    let taken = accounts.check_name_availability("eastus2", "ocean").await.unwrap();
    assert_eq!((taken.name_available, taken.reason.as_deref()), (false, Some("AlreadyExists")));

    let update = UpdateAccount::new()
        .with_tags(Tags::from([("owner".to_owned(), "me".to_owned())]))
        .with_firewall_state(FeatureState::Enabled)
        .with_tier(Tier::Commitment1TB);
    let poller = accounts.begin_update(&group, "ocean", &update).await.unwrap();
    let changed = poller.wait().await.unwrap();
    assert_eq!(changed.tags.unwrap().keys().collect::<Vec<_>>(), ["owner"]);
    assert_eq!(changed.properties.firewall_state, Some(FeatureState::Enabled));
    assert_eq!(changed.properties.current_tier, Some(Tier::Consumption));
    assert_eq!(changed.properties.new_tier, Some(Tier::Commitment1TB));

    accounts.begin_delete(&group, "ocean").await.unwrap().wait().await.unwrap();
    assert!(accounts.get(&group, "ocean").await.unwrap_err().is_not_found());
    // Once more is no error.
    accounts.begin_delete(&group, "ocean").await.unwrap().wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_rules_of_an_account() {
    let emulated = Emulated::start().await.unwrap();
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    create(&client, &group, "ocean").await;

    let rules = client.firewall_rules();
    let (start, end) = (Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 9));
    let properties = FirewallRuleProperties::new(start, end);
    rules.create_or_update(&group, "ocean", "my office", &properties).await.unwrap();
    let change = FirewallRuleProperties::default().with_end(Ipv4Addr::new(10, 0, 0, 7));
    let changed = rules.update(&group, "ocean", "my office", &change).await.unwrap();
    assert_eq!(changed.properties.start_ip_address.as_deref(), Some("10.0.0.1"));
    assert_eq!(changed.properties.end_ip_address.as_deref(), Some("10.0.0.7"));
    assert_eq!(rules.get(&group, "ocean", "my office").await.unwrap(), changed);
    let all = rules.list(&group, "ocean").unwrap().collect_all().await.unwrap();
    assert_eq!(all, [changed]);
    rules.delete(&group, "ocean", "my office").await.unwrap();
    rules.delete(&group, "ocean", "my office").await.unwrap();
    let error = rules.get(&group, "ocean", "my office").await.unwrap_err();
    assert_eq!(error.code(), Some("NestedResourceNotFound"));

    let networks = client.virtual_network_rules();
    let subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/one";
    let properties = VirtualNetworkRuleProperties::new(subnet);
    networks.create_or_update(&group, "ocean", "lab", &properties).await.unwrap();
    // What the service adds survives when the rule is read and written back.
    let read = networks.get(&group, "ocean", "lab").await.unwrap();
    assert_eq!(read.properties.extra["state"], "Active");
    networks.create_or_update(&group, "ocean", "lab", &read.properties).await.unwrap();
    networks.delete(&group, "ocean", "lab").await.unwrap();
    assert!(networks.list(&group, "ocean").unwrap().collect_all().await.unwrap().is_empty());

    let providers = client.trusted_id_providers();
    let properties = TrustedIdProviderProperties::new("https://sts.windows.net/partner");
    let made = providers.create_or_update(&group, "ocean", "partner", &properties).await.unwrap();
    assert_eq!(made.properties, properties);
    let account = client.accounts().get(&group, "ocean").await.unwrap();
    assert_eq!(account.properties.trusted_id_providers.unwrap()[0].name, "partner");
    providers.delete(&group, "ocean", "partner").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn encryption_is_chosen_at_creation() {
    let emulated = Emulated::start().await.unwrap();
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    let accounts = client.accounts();
    let plain = CreateAccount::new("eastus2").with_encryption(Encryption::Disabled);
    let poller = accounts.begin_create(&group, "plain", &plain).await.unwrap();
    let account = poller.wait().await.unwrap();
    assert_eq!(account.properties.encryption_state, Some(EncryptionState::Disabled));
    assert_eq!(account.identity, None);
    let error = accounts.enable_key_vault(&group, "plain").await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidOperation"));
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
async fn locations_and_operations() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.management().unwrap();
    let capability = client.locations().capability("East US 2").await.unwrap().unwrap();
    assert_eq!(capability.state, Some(ServiceState::Registered));
    assert_eq!(client.locations().capability("antarctica").await.unwrap(), None);
    let usages = client.locations().usage("eastus2").unwrap().collect_all().await.unwrap();
    assert!(usages[0].current_value >= Some(1), "{usages:?}");
    let operations = client.operations().list().collect_all().await.unwrap();
    assert!(operations.iter().any(|o| o.name == "Microsoft.DataLakeStore/accounts/read"));
}

#[tokio::test(start_paused = true)]
async fn an_application_may_do_the_same() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.management_as(&Identity::Application).unwrap();
    create(&client, &group(&emulated), "ocean").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_named() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.management().unwrap();
    let wanted = CreateAccount::new("eastus2");
    let error = client.accounts().begin_create("nowhere", "ocean", &wanted).await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceGroupNotFound"));
    assert!(error.hint().is_some());
    let error = client.accounts().get(&group(&emulated), "pond").await.unwrap_err();
    assert!(error.is_not_found());
    assert!(error.service_message().unwrap().contains("pond"), "{error}");
}
