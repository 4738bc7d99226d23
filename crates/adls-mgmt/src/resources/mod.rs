//! What every resource needs, whatever its type: groups, providers, subscriptions.

mod group;
mod groups;
mod listing;
mod providers;
mod subscriptions;

pub use group::{
    ExportedTemplate, ResourceGroup, ResourceGroupParameters, ResourceGroupPatch,
    ResourceGroupProperties,
};
pub use groups::{ListResourceGroups, ResourceGroupsClient};
pub use listing::{GenericResource, ListResources, ResourcesClient};
pub use providers::{Provider, ProviderResourceType, ProvidersClient};
pub use subscriptions::{Location, Subscription, SubscriptionsClient, Tenant};

#[cfg(test)]
mod tests;
