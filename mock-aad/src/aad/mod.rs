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
}

/// Answers a request to Azure AD.
pub(crate) async fn handle(_world: &Arc<World>, _call: Call) -> Response {
    empty(http::StatusCode::NOT_FOUND)
}
