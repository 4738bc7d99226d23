//! Users, groups, applications and policies of a tenant, as a configuration describes them.

use std::fmt;
use std::time::SystemTime;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::storage::{self, DataRole};

/// A user of the tenant.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedUser {
    /// The object id.
    pub object_id: Uuid,
    /// The user name, `name@domain`. In a federated domain the stand-in for the organization's own
    /// sign-in server knows the password, and the tenant does not.
    pub username: String,
    /// The display name.
    pub display_name: String,
    /// The password.
    pub password: String,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// Whether the account is locked, as after too many wrong passwords, and stays so.
    pub locked: bool,
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
    /// What the user may do with the data of all storage accounts, whatever their access control lists
    /// say.
    #[serde(deserialize_with = "storage::data_role")]
    pub data_role: Option<DataRole>,
}

impl Default for SeedUser {
    fn default() -> Self {
        Self {
            object_id: Uuid::nil(),
            username: String::new(),
            display_name: String::new(),
            password: String::new(),
            enabled: true,
            locked: false,
            mfa_required: false,
            mfa_code: "123456".to_owned(),
            password_expired: false,
            role: String::new(),
            account_owner: false,
            data_role: None,
        }
    }
}

/// Without the password and the code of the second factor: a configuration may hold real ones.
impl fmt::Debug for SeedUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeedUser")
            .field("object_id", &self.object_id)
            .field("username", &self.username)
            .field("enabled", &self.enabled)
            .field("mfa_required", &self.mfa_required)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A security group of the tenant.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedGroup {
    /// The object id.
    #[serde(default)]
    pub object_id: Uuid,
    /// The display name.
    pub display_name: String,
    /// Object ids of users and applications.
    #[serde(default)]
    pub members: Vec<Uuid>,
}

/// An application of the tenant, with its service principal.
#[derive(Clone, Deserialize)]
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
    pub secrets: Vec<SeedSecret>,
    /// Its certificates, PEM; a private key in the text is ignored.
    pub certificates: Vec<String>,
    /// Whose tokens it takes for its own credential.
    pub federated_credentials: Vec<SeedFederatedCredential>,
    /// Where the browser may be sent after a sign-in. For `http://localhost` and `http://127.0.0.1`
    /// any port will do (RFC 8252).
    pub redirect_uris: Vec<String>,
    /// Names under which it is asked for as a resource, besides its id and `api://<id>`.
    pub identifier_uris: Vec<String>,
    /// The generation of access tokens that are issued for it as a resource, 1 or 2.
    pub access_token_version: u8,
    /// The resource id of the managed identity that it is; empty for an ordinary application. Of
    /// several, requests that name none get the first.
    pub managed_identity: String,
    /// Whether nobody has consented to it yet.
    pub consent_missing: bool,
    /// Who has consented to it even so, by user name.
    pub consented_by: Vec<String>,
    /// The role on the subscription, `Owner`, `Contributor` or `Reader`; empty for none.
    pub role: String,
    /// Whether it is a super-user of the default account.
    pub account_owner: bool,
    /// What it may do with the data of all storage accounts, whatever their access control lists say.
    #[serde(deserialize_with = "storage::data_role")]
    pub data_role: Option<DataRole>,
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
            certificates: Vec::new(),
            federated_credentials: Vec::new(),
            redirect_uris: Vec::new(),
            identifier_uris: Vec::new(),
            access_token_version: 1,
            managed_identity: String::new(),
            consent_missing: false,
            consented_by: Vec::new(),
            role: String::new(),
            account_owner: false,
            data_role: None,
        }
    }
}

/// Without the certificates, which may come with their private keys.
impl fmt::Debug for SeedApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeedApplication")
            .field("client_id", &self.client_id)
            .field("display_name", &self.display_name)
            .field("public_client", &self.public_client)
            .field("secrets", &self.secrets)
            .field("certificates", &self.certificates.len())
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A secret of an application. In a configuration it is a text, or a table with `value` and `expires`.
#[derive(Clone)]
pub struct SeedSecret {
    /// The secret.
    pub value: String,
    /// When it ends; `None` for never.
    pub expires: Option<SystemTime>,
}

impl fmt::Debug for SeedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeedSecret").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl From<&str> for SeedSecret {
    fn from(value: &str) -> Self {
        Self { value: value.to_owned(), expires: None }
    }
}

impl<'de> Deserialize<'de> for SeedSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable)
    }
}

/// The two forms of a secret.
struct TextOrTable;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretTable {
    value: String,
    expires: Option<jiff::Timestamp>,
}

impl<'de> Visitor<'de> for TextOrTable {
    type Value = SeedSecret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a table with `value` and `expires`")
    }

    fn visit_str<E>(self, text: &str) -> Result<SeedSecret, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SeedSecret, A::Error> {
        let table = SecretTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(SeedSecret { value: table.value, expires: table.expires.map(Into::into) })
    }
}

/// Tokens of another issuer that an application presents instead of a secret (workload identity).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedFederatedCredential {
    /// The `iss` of the tokens.
    pub issuer: String,
    /// The `sub` of the tokens.
    pub subject: String,
    /// The `aud` of the tokens.
    #[serde(default = "token_exchange")]
    pub audience: String,
    /// The certificate whose key signs them, PEM; empty for the emulator's own signing key.
    #[serde(default)]
    pub certificate: String,
}

/// The audience that Azure AD asks of foreign tokens.
pub(crate) fn token_exchange() -> String {
    "api://AzureADTokenExchange".to_owned()
}

/// A conditional-access policy: what some users must do for some resources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPolicy {
    /// The policy's id, which a refusal names in its claims.
    pub id: Uuid,
    /// Whom it concerns, by user name; everybody when empty.
    #[serde(default)]
    pub users: Vec<String>,
    /// Through which applications, by client id; any when empty.
    #[serde(default)]
    pub applications: Vec<Uuid>,
    /// For which resources, such as `https://datalake.azure.net/`; any when empty.
    #[serde(default)]
    pub resources: Vec<String>,
    /// What it demands.
    pub require: SeedRequirement,
}

/// What a policy demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SeedRequirement {
    /// A second factor; else AADSTS50076 with claims that name the policy.
    Mfa,
    /// Something that cannot be met: AADSTS53003.
    Block,
}
