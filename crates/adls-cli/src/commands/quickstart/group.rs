//! The resource group that each journey begins and ends with.

use adls_mgmt::ManagementClient;
use adls_mgmt::resources::ResourceGroupParameters;

use super::steps::{Steps, expect};
use crate::failure::Outcome;

pub(super) async fn create(
    steps: &mut Steps<'_>,
    management: &ManagementClient,
    name: &str,
    location: &str,
) -> Outcome {
    steps
        .step(&format!("create group {name}"), async {
            let parameters = ResourceGroupParameters::new(location);
            let made = management.resource_groups().create_or_update(name, &parameters).await?;
            Ok(((), format!("in {}", made.location)))
        })
        .await
}

pub(super) async fn delete(
    steps: &mut Steps<'_>,
    management: &ManagementClient,
    name: &str,
) -> Outcome {
    steps
        .step(&format!("delete group {name}"), async {
            let groups = management.resource_groups();
            groups.begin_delete(name).await?.wait().await?;
            expect("the group is there", &groups.exists(name).await?, &false)?;
            Ok(((), "it is gone".to_owned()))
        })
        .await
}
