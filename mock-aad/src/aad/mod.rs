//! Azure AD: sign-in, tokens, and their verification.

use std::sync::Arc;

use uuid::Uuid;

use crate::call::{Call, Response, empty};
use crate::clock::Clock;
use crate::seed::Seed;
use crate::world::World;

/// The directory: keys, users, applications, issued codes and refresh tokens.
#[derive(Debug)]
pub(crate) struct Aad {}

/// Who makes a call, as a verified token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The object id of the user or service principal; ACLs speak of it.
    pub(crate) object_id: Uuid,
    /// The tenant.
    pub(crate) tenant_id: Uuid,
    /// Object ids of the groups it belongs to.
    pub(crate) groups: Vec<Uuid>,
    /// The application through which it came.
    pub(crate) client_id: Uuid,
    /// The user name; `None` for an application.
    pub(crate) username: Option<String>,
}

/// For whom a token must have been issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Azure Resource Manager: both spellings, with and without the trailing slash.
    Management,
    /// Data Lake Store Gen1; management tokens are accepted there too.
    DataLake,
}

/// Why a call is not authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no Authorization header.
    Missing,
    /// The header is not `Bearer <token>`.
    Malformed,
    /// Signature, algorithm, issuer, audience or a claim is wrong; the text says which.
    Invalid(String),
    /// The token is past its end.
    Expired,
    /// The token was issued by another tenant.
    WrongTenant { issuer: String },
}

impl Aad {
    pub(crate) fn new(_seed: &Seed, _clock: Clock) -> Self {
        Self {}
    }

    /// Back to the seed's users and applications; the signing keys stay.
    pub(crate) fn reset(&self, _seed: &Seed) {}

    /// Checks the token of a request: signature, issuer, audience, tenant, times, and that it
    /// carries `scp` or stands for an application.
    pub(crate) fn verify(
        &self,
        _headers: &http::HeaderMap,
        _audience: Audience,
    ) -> Result<Caller, Refusal> {
        Err(Refusal::Missing)
    }

    /// Signs `username` in with the device code behind `user_code`, as if the person had done so
    /// on the page, a second factor included.
    ///
    /// # Errors
    /// A sentence, when there is no such code or user, or the user may not sign in.
    pub(crate) fn approve_device(&self, user_code: &str, _username: &str) -> Result<(), String> {
        Err(format!("no device code '{user_code}' is waiting"))
    }

    /// Refuses the device code behind `user_code`, as if the person had said no.
    ///
    /// # Errors
    /// A sentence, when there is no such code.
    pub(crate) fn deny_device(&self, user_code: &str) -> Result<(), String> {
        Err(format!("no device code '{user_code}' is waiting"))
    }

    /// The device codes that wait for a person: `user_code`, `client_id`, `client`, `resource`,
    /// `expires_in`.
    pub(crate) fn pending_devices(&self) -> Vec<serde_json::Value> {
        Vec::new()
    }
}

/// The key that signs tokens, as PKCS#8 PEM; tests forge with it.
pub(crate) fn signing_key_pem() -> &'static str {
    include_str!("../../assets/signing-key-1.pem")
}

/// Answers a request to Azure AD.
pub(crate) async fn handle(_world: &Arc<World>, _call: Call) -> Response {
    empty(http::StatusCode::NOT_FOUND)
}
