//! What there is, for people to look at.

use serde_json::Value;

use super::Arm;
use super::state::{Object, Phase, State, key};

/// A resource group with what is in it.
#[derive(Clone, Debug)]
pub(crate) struct GroupView {
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) is_deleting: bool,
    pub(crate) resources: Vec<ResourceView>,
}

/// A resource of a group.
#[derive(Clone, Debug)]
pub(crate) struct ResourceView {
    pub(crate) name: String,
    /// The type, such as `Microsoft.Storage/storageAccounts`.
    pub(crate) kind: String,
    /// Where it stands, such as `Succeeded`.
    pub(crate) state: String,
}

impl Arm {
    /// All groups, by name.
    pub(crate) fn group_views(&self) -> Vec<GroupView> {
        let state = self.read();
        let view = |(key, group): (&String, &super::state::Group)| GroupView {
            name: group.name.clone(),
            location: group.location.clone(),
            is_deleting: group.deleting,
            resources: resources(&state, key),
        };
        state.groups.iter().map(view).collect()
    }
}

fn resources(state: &State, group: &str) -> Vec<ResourceView> {
    let gen1 = state.accounts.values().filter(|account| account.group == group);
    let gen1 = gen1.map(|account| {
        let phase = match account.phase {
            Phase::Creating(_) => "Creating",
            Phase::Active => "Succeeded",
            Phase::Deleting => "Deleting",
        };
        ResourceView { state: phase.to_owned(), ..of_document(&account.document) }
    });
    let gen2 = state.storage_accounts.values().filter(|account| key(&account.group) == group);
    let others = state.others.values().filter(|other| other.group == group);
    gen1.chain(gen2.map(|account| of_document(&account.document)))
        .chain(others.map(|other| of_document(&other.document)))
        .collect()
}

fn of_document(document: &Object) -> ResourceView {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let properties = document.get("properties");
    ResourceView {
        name: text(document.get("name")),
        kind: text(document.get("type")),
        state: text(properties.and_then(|properties| properties.get("provisioningState"))),
    }
}
