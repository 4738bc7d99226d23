//! Roles: what they allow, and which the service has of itself.

use std::sync::LazyLock;

use uuid::Uuid;

use crate::seed::DataRole;

/// A role definition.
#[derive(Clone, Debug)]
pub(in crate::arm) struct Role {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) description: String,
    /// Whether somebody has made it.
    pub(super) is_custom: bool,
    pub(super) permissions: Vec<Permission>,
    /// Where it can be given.
    pub(super) scopes: Vec<String>,
}

/// Actions, in which `*` stands for any text.
#[derive(Clone, Debug, Default)]
pub(super) struct Permission {
    pub(super) actions: Vec<String>,
    pub(super) not_actions: Vec<String>,
    pub(super) data_actions: Vec<String>,
    pub(super) not_data_actions: Vec<String>,
}

/// What all actions on files begin with.
const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

impl Role {
    /// Whether it allows an action of management.
    pub(in crate::arm) fn permits(&self, action: &str) -> bool {
        self.permissions.iter().any(|permission| {
            covers(&permission.actions, action) && !covers(&permission.not_actions, action)
        })
    }

    /// What it gives on files: the most of three roles that all its actions make up.
    pub(super) fn data_role(&self) -> Option<DataRole> {
        let permits = |verb: &str| {
            let action = format!("{BLOBS}/{verb}");
            self.permissions.iter().any(|permission| {
                covers(&permission.data_actions, &action)
                    && !covers(&permission.not_data_actions, &action)
            })
        };
        if !permits("read") {
            return None;
        }
        if !["write", "delete"].into_iter().all(permits) {
            return Some(DataRole::Reader);
        }
        if ["manageOwnership/action", "modifyPermissions/action"].into_iter().all(permits) {
            return Some(DataRole::Owner);
        }
        Some(DataRole::Contributor)
    }
}

fn covers(patterns: &[String], action: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, action))
}

/// Whether a text fits a pattern, in any case.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// Id, name, description, actions, actions that are excepted, actions on data.
type Row = (
    u128,
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const READ_CONTAINERS: &[&str] = &[
    "Microsoft.Storage/storageAccounts/blobServices/containers/read",
    "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
];

/// The roles that the emulator knows, with the ids that they have everywhere.
const BUILT_IN: [Row; 8] = [
    (
        0x8e3a_f657_a8ff_443c_a75c_2fe8_c4bc_b635,
        "Owner",
        "Grants full access to manage all resources, including the ability to assign roles.",
        &["*"],
        &[],
        &[],
    ),
    (
        0xb249_88ac_6180_42a0_ab88_20f7_382d_d24c,
        "Contributor",
        "Grants full access to manage all resources, without the ability to assign roles.",
        &["*"],
        &[
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
        &[],
    ),
    (
        0xacdd_72a7_3385_48ef_bd42_f606_fba8_1ae7,
        "Reader",
        "View all resources, without the ability to change anything.",
        &["*/read"],
        &[],
        &[],
    ),
    (
        0x18d7_d88d_d35e_4fb5_a5c3_7773_c20a_72d9,
        "User Access Administrator",
        "Lets people manage who has access to resources.",
        &["*/read", "Microsoft.Authorization/*"],
        &[],
        &[],
    ),
    (
        0x17d1_049b_9a84_46fb_8f53_8698_81c3_d3ab,
        "Storage Account Contributor",
        "Lets people manage storage accounts, their keys included.",
        &[
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
            "Microsoft.Storage/storageAccounts/*",
        ],
        &[],
        &[],
    ),
    (
        0xb7e6_dc6d_f1e8_4753_8033_0f27_6bb0_955b,
        "Storage Blob Data Owner",
        "Allows everything with containers and what is in them, owners and access control lists \
         included.",
        &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/*",
            "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
        ],
        &[],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
    ),
    (
        0xba92_f5b4_2d11_453d_a403_e96b_0029_c9fe,
        "Storage Blob Data Contributor",
        "Allows to read, write and delete containers and what is in them.",
        &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/write",
            "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
        ],
        &[],
        &[
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action",
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
        ],
    ),
    (
        0x2a2b_9908_6ea1_4ae2_8e65_a410_df84_e7d1,
        "Storage Blob Data Reader",
        "Allows to read and list containers and what is in them.",
        READ_CONTAINERS,
        &[],
        &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    ),
];

static ROLES: LazyLock<Vec<Role>> = LazyLock::new(|| {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let role = |(id, name, description, actions, not_actions, data_actions): Row| Role {
        id: Uuid::from_u128(id),
        name: name.to_owned(),
        description: description.to_owned(),
        is_custom: false,
        permissions: vec![Permission {
            actions: texts(actions),
            not_actions: texts(not_actions),
            data_actions: texts(data_actions),
            not_data_actions: Vec::new(),
        }],
        scopes: vec!["/".to_owned()],
    };
    BUILT_IN.into_iter().map(role).collect()
});

/// The roles that are there without anybody having made them.
pub(super) fn built_in() -> &'static [Role] {
    &ROLES
}

/// The built-in role of a name, in any case.
pub(super) fn named(name: &str) -> Option<&'static Role> {
    built_in().iter().find(|role| role.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("*", "a/b", true),
            ("*/read", "Microsoft.X/y/READ", true),
            ("*/read", "Microsoft.X/y/write", false),
            ("M/*/write", "m/a/b/write", true),
            ("M/*/write", "m/write", false),
            ("a*a", "a", false),
            ("a/b", "A/B", true),
            ("a/b", "a/b/c", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_roles_give_on_files_follows_from_their_actions() {
        for (name, expected) in [
            ("Owner", None),
            ("Reader", None),
            ("Storage Account Contributor", None),
            ("Storage Blob Data Owner", Some(DataRole::Owner)),
            ("storage blob data contributor", Some(DataRole::Contributor)),
            ("Storage Blob Data Reader", Some(DataRole::Reader)),
        ] {
            assert_eq!(named(name).unwrap().data_role(), expected, "{name}");
        }
    }

    #[test]
    fn only_some_assign_roles_and_readers_see_no_keys() {
        let allowed = |action: &str| {
            let names = built_in().iter().filter(|role| role.permits(action));
            names.map(|role| role.name.as_str()).collect::<Vec<_>>()
        };
        let assign = "Microsoft.Authorization/roleAssignments/write";
        assert_eq!(allowed(assign), ["Owner", "User Access Administrator"]);
        let keys = "Microsoft.Storage/storageAccounts/listKeys/action";
        assert_eq!(allowed(keys), ["Owner", "Contributor", "Storage Account Contributor"]);
    }
}
