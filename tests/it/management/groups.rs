use adls_mgmt::resources::{
    ListResourceGroups, ListResources, ResourceGroupParameters, ResourceGroupPatch,
};
use adls_mgmt::{PollStatus, ProvisioningState, RegistrationState, Tags};
use adls_tests::Emulated;
use mock_aad::{FaultAction, FaultRule};

use super::{create, unhurried};

#[tokio::test(start_paused = true)]
async fn a_life_of_a_group() {
    let emulated = unhurried().await;
    let client = emulated.management().unwrap();
    let groups = client.resource_groups();
    assert!(!groups.exists("Lab").await.unwrap());
    let parameters = ResourceGroupParameters::new("East US 2").with_tag("team", "sea");
    let made = groups.create_or_update("Lab", &parameters).await.unwrap();
    assert_eq!((made.name.as_str(), made.location.as_str()), ("Lab", "eastus2"));
    assert!(groups.exists("lab").await.unwrap());
    let patch = ResourceGroupPatch::new().with_tags(Tags::new());
    assert!(groups.update("Lab", &patch).await.unwrap().tags.unwrap_or_default().is_empty());
    create(&client, "Lab", "ocean").await;

    let mut poller = groups.begin_delete("Lab").await.unwrap();
    assert!(matches!(poller.step().await.unwrap(), PollStatus::InProgress(_)));
    let deleting = groups.get("Lab").await.unwrap();
    assert_eq!(deleting.properties.provisioning_state, Some(ProvisioningState::Deleting));
    poller.wait().await.unwrap();
    assert!(!groups.exists("Lab").await.unwrap());
    assert_eq!(client.accounts().find("ocean").await.unwrap(), None);
    assert!(groups.get("Lab").await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_answer_is_lost_is_followed_all_the_same() {
    let emulated = unhurried().await;
    let groups = emulated.management().unwrap().resource_groups();
    groups.create_or_update("Lab", &ResourceGroupParameters::new("eastus2")).await.unwrap();
    let lost = FaultRule::new(FaultAction::CommitAndReset).method("DELETE").count(1);
    emulated.emulator.add_faults([lost]).unwrap();
    groups.begin_delete("Lab").await.unwrap().wait().await.unwrap();
    assert!(!groups.exists("Lab").await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn resources_move_from_group_to_group() {
    let emulated = unhurried().await;
    let client = emulated.management().unwrap();
    let groups = client.resource_groups();
    let parameters = ResourceGroupParameters::new("eastus2");
    groups.create_or_update("from", &parameters).await.unwrap();
    let target = groups.create_or_update("to", &parameters).await.unwrap().id;
    let account = create(&client, "from", "ocean").await;
    let poller = groups.begin_move_resources("from", &[&account.id], &target).await.unwrap();
    poller.wait().await.unwrap();
    let options = ListResources::default();
    let list = client.resources().list_by_resource_group_with("to", options).unwrap();
    let moved = list.collect_all().await.unwrap();
    assert_eq!(moved.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["ocean"]);
    assert!(client.accounts().get("from", "ocean").await.unwrap_err().is_not_found());
    let template = groups.begin_export_template("to", &[]).await.unwrap().wait().await.unwrap();
    assert!(template.template["resources"].is_array());
}

#[tokio::test(start_paused = true)]
async fn groups_by_tag() {
    let emulated = Emulated::start().await.unwrap();
    let groups = emulated.management().unwrap().resource_groups();
    let tagged = ResourceGroupParameters::new("eastus2").with_tag("team", "sea");
    groups.create_or_update("one", &tagged).await.unwrap();
    groups.create_or_update("two", &ResourceGroupParameters::new("eastus2")).await.unwrap();
    let options =
        ListResourceGroups::default().with_filter("tagName eq 'team' and tagValue eq 'sea'");
    let found = groups.list_with(options).collect_all().await.unwrap();
    assert_eq!(found.iter().map(|g| g.name.as_str()).collect::<Vec<_>>(), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn providers() {
    const STORE: &str = "Microsoft.DataLakeStore";
    let emulated = Emulated::start().await.unwrap();
    let providers = emulated.management().unwrap().providers();
    let provider = providers.register(STORE).await.unwrap();
    assert_eq!(provider.registration_state, Some(RegistrationState::Registered));
    assert!(provider.resource_types.iter().any(|t| t.resource_type == "accounts"));
    let all = providers.list().collect_all().await.unwrap();
    assert!(all.iter().any(|p| p.namespace == STORE));
    providers.unregister(STORE).await.unwrap();
    let state = providers.get(STORE).await.unwrap().registration_state;
    assert_ne!(state, Some(RegistrationState::Registered));
}

#[tokio::test(start_paused = true)]
async fn subscriptions() {
    let emulated = Emulated::start().await.unwrap();
    let client = emulated.management().unwrap();
    let subscriptions = client.subscriptions();
    let all = subscriptions.list().collect_all().await.unwrap();
    assert_eq!(all[0].subscription_id, client.subscription_id());
    let one = subscriptions.get(client.subscription_id()).await.unwrap();
    assert_eq!(one.display_name, all[0].display_name);
    let regions = subscriptions.list_locations(client.subscription_id()).unwrap();
    assert!(regions.collect_all().await.unwrap().iter().any(|l| l.name == "eastus2"));
    let tenants = subscriptions.list_tenants().collect_all().await.unwrap();
    assert_eq!(tenants[0].tenant_id, emulated.emulator.ready().tenant_id);
}
