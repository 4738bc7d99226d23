//! What the emulator holds when it starts: one tenant with its people and applications, one
//! subscription, one resource group, one Gen1 account, storage accounts, and a workspace of OneLake.

mod accounts;
mod directory;
mod identity;
mod management;
mod one_lake;
mod storage;

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use uuid::Uuid;

pub use accounts::{SeedAccount, SeedPath};
pub use identity::{
    SeedApplication, SeedFederatedCredential, SeedGroup, SeedPolicy, SeedRequirement, SeedSecret,
    SeedUser,
};
pub use management::ManagementSettings;
pub(crate) use one_lake::ONE_LAKE;
pub use one_lake::{SeedItem, SeedOneLake, SeedWorkspace};
pub use storage::{DataRole, SeedStorageAccount};
pub(crate) use storage::{is_account_name, is_file_system_name};

/// The state the emulator starts from and returns to on a reset.
///
/// The default is fixed and documented, so that tests may hard-code it; a file given with
/// `--config` replaces it, field by field.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// The tenant's id.
    pub tenant_id: Uuid,
    /// The tenant's domain; user names end in it.
    pub tenant_domain: String,
    /// The subscription's id.
    pub subscription_id: Uuid,
    /// The subscription's display name.
    pub subscription_name: String,
    /// A resource group that is there from the start.
    pub resource_group: String,
    /// The region of the group and the account, as `eastus2`.
    pub location: String,
    /// A Gen1 account that is there from the start.
    pub default_account: String,
    /// The storage accounts (Gen2) that are there from the start. Others that come into being have the
    /// keys of the first.
    pub storage_accounts: Vec<SeedStorageAccount>,
    /// Further accounts, and what is to be in these and in others.
    pub accounts: Vec<SeedAccount>,
    /// The workspaces of Microsoft Fabric that OneLake answers for.
    pub onelake: SeedOneLake,
    /// How many seconds clients are asked to wait between two questions whether a device code was
    /// entered.
    pub device_code_interval: u32,
    /// The users.
    pub users: Vec<SeedUser>,
    /// The groups.
    pub groups: Vec<SeedGroup>,
    /// The applications.
    pub applications: Vec<SeedApplication>,
    /// Domains whose users sign in at a server of their own.
    pub federated_domains: Vec<String>,
    /// What users must do for some resources.
    pub conditional_access: Vec<SeedPolicy>,
    /// How device codes, managed identities and the like behave.
    pub sign_in: SignInSettings,
    /// How Resource Manager behaves.
    pub management: ManagementSettings,
}

/// How Azure AD behaves where the service leaves room or tests need it.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInSettings {
    /// Whether a device that polls faster than it was told gets `slow_down` (RFC 8628); the service
    /// answers `authorization_pending`.
    pub slow_down: bool,
    /// What App Service and Service Fabric put into the environment as the header of requests for
    /// managed identities.
    pub identity_header: String,
    /// Where an Azure Arc agent writes the files that prove a caller is on the machine; clients take
    /// them from no other directory.
    pub arc_directory: PathBuf,
}

impl fmt::Debug for SignInSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInSettings")
            .field("slow_down", &self.slow_down)
            .field("arc_directory", &self.arc_directory)
            .finish_non_exhaustive()
    }
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            slow_down: false,
            identity_header: "emulator-identity-header".to_owned(),
            arc_directory: PathBuf::from("/var/opt/azcmagent/tokens"),
        }
    }
}

/// The private key and the certificate of the seed's application, PEM. Shipped, because making an RSA
/// key takes longer than everything else at start.
pub(crate) const CLIENT_CERTIFICATE: &str = include_str!("../../assets/client-certificate.pem");
/// The subscription: the id that stands in the examples of documentation and in traffic from which
/// real ids were removed, so that both run unchanged.
const SUBSCRIPTION_ID: Uuid = Uuid::nil();
/// The resource group that is there from the start.
const RESOURCE_GROUP: &str = "emulator-group";
/// A domain whose users sign in at a server of their own.
const FEDERATED_DOMAIN: &str = "federated.test";
/// Whose tokens the seed's application takes for its own credential, signed with the emulator's key.
const FEDERATED_ISSUER: &str = "https://federation.emulator.test";
const FEDERATED_SUBJECT: &str = "system:serviceaccount:default:emulator";
/// Where native applications listen for the end of a sign-in.
const LOOPBACK: [&str; 2] = ["http://localhost", "http://127.0.0.1"];
/// Where native applications let the browser end that read the address of its window.
const NATIVE_CLIENT: &str = "https://login.microsoftonline.com/common/oauth2/nativeclient";
/// The client id of the seed's application.
pub(crate) const CLIENT_ID: Uuid = Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0a01);
/// The secret of the seed's application.
pub(crate) const CLIENT_SECRET: &str = "emulator-client-secret";
/// The client id of the seed's application without any role, to which only access control lists give
/// something.
pub(crate) const ACL_CLIENT_ID: Uuid = Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0a02);
/// The secret of that application.
pub(crate) const ACL_CLIENT_SECRET: &str = "emulator-acl-client-secret";
/// The password of every user of the seed.
pub(crate) const PASSWORD: &str = "Emulator-Passw0rd";

impl Default for Seed {
    fn default() -> Self {
        let user = |number: u128, name: &str, display_name: &str| SeedUser {
            object_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0100 | number),
            username: format!("{name}@emulator.test"),
            display_name: display_name.to_owned(),
            password: PASSWORD.to_owned(),
            role: "Owner".to_owned(),
            ..SeedUser::default()
        };
        let public = |client_id: &str, number: u128, display_name: &str| SeedApplication {
            client_id: Uuid::parse_str(client_id).unwrap_or_default(),
            object_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0200 | number),
            display_name: display_name.to_owned(),
            public_client: true,
            family: true,
            redirect_uris: LOOPBACK.into_iter().chain([NATIVE_CLIENT]).map(str::to_owned).collect(),
            ..SeedApplication::default()
        };
        let managed_identity = |number: u128, display_name: &str, path: &str| SeedApplication {
            client_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0b00 | number),
            object_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0300 | number),
            display_name: display_name.to_owned(),
            managed_identity: format!(
                "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/{path}"
            ),
            role: "Owner".to_owned(),
            account_owner: true,
            ..SeedApplication::default()
        };
        Self {
            tenant_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0001),
            tenant_domain: "emulator.test".to_owned(),
            subscription_id: SUBSCRIPTION_ID,
            subscription_name: "Emulator".to_owned(),
            resource_group: RESOURCE_GROUP.to_owned(),
            location: "eastus2".to_owned(),
            default_account: "mocklake".to_owned(),
            storage_accounts: storage::default_accounts(),
            accounts: Vec::new(),
            onelake: SeedOneLake::default(),
            device_code_interval: 5,
            users: vec![
                SeedUser { account_owner: true, ..user(1, "user", "Emulator User") },
                SeedUser { mfa_required: true, ..user(2, "mfa", "Emulator User with MFA") },
                SeedUser { enabled: false, ..user(3, "disabled", "Disabled Emulator User") },
                SeedUser {
                    username: format!("user@{FEDERATED_DOMAIN}"),
                    ..user(4, "federated", "Federated Emulator User")
                },
            ],
            federated_domains: vec![FEDERATED_DOMAIN.to_owned()],
            conditional_access: Vec::new(),
            sign_in: SignInSettings::default(),
            groups: Vec::new(),
            management: ManagementSettings::default(),
            applications: vec![
                public(adls_wire::aad::AZURE_CLI_CLIENT_ID, 1, "Microsoft Azure CLI"),
                public(adls_wire::aad::AZURE_POWERSHELL_CLIENT_ID, 2, "Microsoft Azure PowerShell"),
                SeedApplication {
                    family: false,
                    ..public("c8964590-6116-42e6-8a29-ec0865dff3d5", 3, "Data Lake Store Java SDK")
                },
                SeedApplication {
                    client_id: CLIENT_ID,
                    object_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0210),
                    display_name: "Emulator Application".to_owned(),
                    secrets: vec![CLIENT_SECRET.into()],
                    certificates: vec![CLIENT_CERTIFICATE.to_owned()],
                    federated_credentials: vec![SeedFederatedCredential {
                        issuer: FEDERATED_ISSUER.to_owned(),
                        subject: FEDERATED_SUBJECT.to_owned(),
                        audience: identity::token_exchange(),
                        certificate: String::new(),
                    }],
                    redirect_uris: LOOPBACK.map(str::to_owned).to_vec(),
                    role: "Owner".to_owned(),
                    account_owner: true,
                    data_role: Some(DataRole::Owner),
                    ..SeedApplication::default()
                },
                SeedApplication {
                    client_id: ACL_CLIENT_ID,
                    object_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0211),
                    display_name: "Emulator Application without Roles".to_owned(),
                    secrets: vec![ACL_CLIENT_SECRET.into()],
                    ..SeedApplication::default()
                },
                managed_identity(
                    1,
                    "Emulator Machine",
                    "Microsoft.Compute/virtualMachines/emulator",
                ),
                managed_identity(
                    2,
                    "emulator-identity",
                    "Microsoft.ManagedIdentity/userAssignedIdentities/emulator-identity",
                ),
            ],
        }
    }
}

impl Seed {
    /// The object id of whoever has a name: a user, a group, an application, or an id itself.
    pub(crate) fn id_of(&self, name: &str) -> Option<Uuid> {
        let called = |other: &str| other.eq_ignore_ascii_case(name);
        let user = || self.users.iter().find(|user| called(&user.username)).map(|u| u.object_id);
        let group =
            || self.groups.iter().find(|group| called(&group.display_name)).map(|g| g.object_id);
        let application = || {
            let mut all = self.applications.iter();
            all.find(|app| called(&app.display_name)).map(|app| app.object_id)
        };
        Uuid::try_parse(name).ok().or_else(user).or_else(group).or_else(application)
    }

    /// The name of somebody, or the id itself when the directory does not know it.
    pub(crate) fn name_of(&self, id: Uuid) -> String {
        let user = self.users.iter().find(|user| user.object_id == id).map(|user| &user.username);
        let group =
            || self.groups.iter().find(|group| group.object_id == id).map(|g| &g.display_name);
        let application = || {
            self.applications.iter().find(|app| app.object_id == id).map(|app| &app.display_name)
        };
        let known = user.or_else(group).or_else(application);
        known.cloned().unwrap_or_else(|| id.to_string())
    }

    /// Object ids of the super-users of the default account.
    pub(crate) fn account_owners(&self) -> Vec<Uuid> {
        let users = self.users.iter().filter(|u| u.account_owner).map(|u| u.object_id);
        let applications =
            self.applications.iter().filter(|a| a.account_owner).map(|a| a.object_id);
        users.chain(applications).collect()
    }

    /// The keys of a storage account, in any case of its name; those of the first account for one that
    /// the seed does not name, and none where the seed has no storage account at all.
    pub(crate) fn storage_keys(&self, account: &str) -> Vec<Vec<u8>> {
        let named = |known: &&SeedStorageAccount| known.name.eq_ignore_ascii_case(account);
        let known = self.storage_accounts.iter().find(named);
        known.or(self.storage_accounts.first()).map(SeedStorageAccount::keys).unwrap_or_default()
    }
}
