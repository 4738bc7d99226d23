//! What the emulator holds when it starts: one tenant with its people and applications, one
//! subscription, one resource group, one Data Lake account.

use serde::Deserialize;
use uuid::Uuid;

use crate::arm::ManagementSettings;

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
    /// How many seconds clients are asked to wait between two questions whether a device code was
    /// entered.
    pub device_code_interval: u32,
    /// The users.
    pub users: Vec<SeedUser>,
    /// The groups.
    pub groups: Vec<SeedGroup>,
    /// The applications.
    pub applications: Vec<SeedApplication>,
    /// How Resource Manager behaves.
    pub management: ManagementSettings,
}

/// A user of the tenant.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedUser {
    /// The object id.
    pub object_id: Uuid,
    /// The user name, `name@domain`.
    pub username: String,
    /// The display name.
    pub display_name: String,
    /// The password.
    pub password: String,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// Whether a password alone is not enough.
    pub mfa_required: bool,
    /// The code that the sign-in page accepts as the second factor.
    pub mfa_code: String,
    /// Whether the password has expired.
    pub password_expired: bool,
    /// The role on the subscription, `Owner`, `Contributor` or `Reader`; empty for none.
    pub role: String,
    /// Whether the user is a super-user of the default account.
    pub account_owner: bool,
}

/// A security group of the tenant.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedGroup {
    /// The object id.
    pub object_id: Uuid,
    /// The display name.
    pub display_name: String,
    /// Object ids of users and applications.
    #[serde(default)]
    pub members: Vec<Uuid>,
}

/// An application of the tenant, with its service principal.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedApplication {
    /// The application's id, which clients send as `client_id`.
    pub client_id: Uuid,
    /// The object id of its service principal.
    pub object_id: Uuid,
    /// The display name.
    pub display_name: String,
    /// Whether users may sign in through it without a secret.
    pub public_client: bool,
    /// Whether it belongs to the family whose members share refresh tokens.
    pub family: bool,
    /// Its secrets.
    pub secrets: Vec<String>,
    /// Whether nobody has consented to it yet.
    pub consent_missing: bool,
    /// The role on the subscription, `Owner`, `Contributor` or `Reader`; empty for none.
    pub role: String,
    /// Whether it is a super-user of the default account.
    pub account_owner: bool,
}

/// The private key and the certificate of the seed's application, PEM. Shipped, because making an RSA
/// key takes longer than everything else at start.
pub(crate) const CLIENT_CERTIFICATE: &str = include_str!("../assets/client-certificate.pem");
/// The client id of the seed's application.
pub(crate) const CLIENT_ID: Uuid = Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0a01);
/// The secret of the seed's application.
pub(crate) const CLIENT_SECRET: &str = "emulator-client-secret";
/// The password of every user of the seed.
pub(crate) const PASSWORD: &str = "Emulator-Passw0rd";

impl Default for SeedUser {
    fn default() -> Self {
        Self {
            object_id: Uuid::nil(),
            username: String::new(),
            display_name: String::new(),
            password: String::new(),
            enabled: true,
            mfa_required: false,
            mfa_code: "123456".to_owned(),
            password_expired: false,
            role: String::new(),
            account_owner: false,
        }
    }
}

impl Default for SeedApplication {
    fn default() -> Self {
        Self {
            client_id: Uuid::nil(),
            object_id: Uuid::nil(),
            display_name: String::new(),
            public_client: false,
            family: false,
            secrets: Vec::new(),
            consent_missing: false,
            role: String::new(),
            account_owner: false,
        }
    }
}

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
            ..SeedApplication::default()
        };
        Self {
            tenant_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0001),
            tenant_domain: "emulator.test".to_owned(),
            subscription_id: Uuid::from_u128(0x5a1e_0000_0000_4000_8000_0000_0000_0002),
            subscription_name: "Emulator".to_owned(),
            resource_group: "emulator-group".to_owned(),
            location: "eastus2".to_owned(),
            default_account: "mocklake".to_owned(),
            device_code_interval: 5,
            users: vec![
                SeedUser { account_owner: true, ..user(1, "user", "Emulator User") },
                SeedUser { mfa_required: true, ..user(2, "mfa", "Emulator User with MFA") },
                SeedUser { enabled: false, ..user(3, "disabled", "Disabled Emulator User") },
            ],
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
                    secrets: vec![CLIENT_SECRET.to_owned()],
                    role: "Owner".to_owned(),
                    account_owner: true,
                    ..SeedApplication::default()
                },
            ],
        }
    }
}

impl Seed {
    /// Object ids of the super-users of the default account.
    pub(crate) fn account_owners(&self) -> Vec<Uuid> {
        let users = self.users.iter().filter(|u| u.account_owner).map(|u| u.object_id);
        let applications =
            self.applications.iter().filter(|a| a.account_owner).map(|a| a.object_id);
        users.chain(applications).collect()
    }
}
