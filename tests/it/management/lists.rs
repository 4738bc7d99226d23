use std::num::NonZeroU32;

use adls_mgmt::data_lake_store::ListAccounts;
use adls_mgmt::resources::{ListResourceGroups, ResourceGroupParameters};
use futures_util::TryStreamExt;

use super::{create, group, unhurried};

/// The emulator gives pages of two.
#[tokio::test(start_paused = true)]
async fn accounts_page_by_page() {
    let emulated = unhurried().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    for account in ["lake1", "lake2", "lake3", "lake4"] {
        create(&client, &group, account).await;
    }
    let accounts = client.accounts();
    let all: Vec<_> = accounts.list().try_collect().await.unwrap();
    let names: Vec<_> = all.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["lake1", "lake2", "lake3", "lake4", "mocklake"]);
    // Lists hold the basic properties only.
    assert!(all[0].properties.endpoint.is_some() && all[0].properties.firewall_state.is_none());

    let mut pages = accounts.list_by_resource_group(&group).unwrap();
    let first = pages.next_page().await.unwrap().unwrap();
    assert_eq!(first.items.len(), 2);
    assert!(first.continuation.is_some() && pages.continuation().is_some());
    assert_eq!(pages.collect_all().await.unwrap().len(), 3);

    assert_eq!(accounts.find("lake4").await.unwrap().unwrap().resource_group(), Some(&*group));
    assert_eq!(accounts.find("pond").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn accounts_with_top_and_skip() {
    let emulated = unhurried().await;
    let (client, group) = (emulated.management().unwrap(), group(&emulated));
    for account in ["lake1", "lake2"] {
        create(&client, &group, account).await;
    }
    let one = NonZeroU32::MIN;
    let options = ListAccounts::default().with_skip(one).with_top(one);
    let some = client.accounts().list_with(options).collect_all().await.unwrap();
    assert_eq!(some.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["lake2"]);
}

#[tokio::test(start_paused = true)]
async fn groups_page_by_page() {
    let emulated = unhurried().await;
    let groups = emulated.management().unwrap().resource_groups();
    for index in 0..5 {
        let parameters = ResourceGroupParameters::new("eastus2");
        groups.create_or_update(&format!("group{index}"), &parameters).await.unwrap();
    }
    let all = groups.list().collect_all().await.unwrap();
    assert_eq!(all.len(), 6);
    let mut pages = groups.list_with(ListResourceGroups::default().with_top(NonZeroU32::MIN));
    assert_eq!(pages.next_page().await.unwrap().unwrap().items.len(), 1);
}
