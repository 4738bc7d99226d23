//! Azure AD: sign-in, tokens, and their verification.
//!
//! | module | what |
//! |---|---|
//! | `route`, `authority`, `version` | what a path means |
//! | `token_endpoint`, `grants`, `exchange` | requests for tokens |
//! | `resource`, `policy` | what is asked for, and what that takes |
//! | `claims`, `keys`, `tokens` | what tokens say, who signs them, how answers carry them |
//! | `device`, `signin`, `by_hand` | device codes, the pages for people, tokens for the control page |
//! | `client`, `assertion`, `certificates` | how applications prove who they are |
//! | `discovery` | what clients ask before they sign in |
//! | `managed_identity`, `adfs` | what machines and federated domains have of their own |
//! | `verify`, `verified_tokens` | the check that every other service makes |
//! | `directory`, `issued`, `expiring` | the state |
//! | `error` | AADSTS numbers and their words |

mod adfs;
mod assertion;
mod authority;
mod by_hand;
mod certificates;
mod claims;
mod client;
mod device;
mod directory;
mod discovery;
mod error;
mod exchange;
mod expiring;
mod grants;
mod incoming;
mod issued;
mod keys;
mod managed_identity;
mod params;
mod policy;
mod random;
mod resource;
mod route;
mod signin;
#[cfg(test)]
mod tests;
mod token_endpoint;
mod tokens;
mod verified_tokens;
mod verify;
mod version;
mod xml;

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

use self::certificates::Certificate;
use self::directory::Directory;
use self::incoming::Incoming;
use self::issued::Issued;
use self::keys::Keys;
use self::resource::Resource;
use self::verified_tokens::VerifiedTokens;
use self::verify::Claims;
use crate::call::{Call, Response, empty};
use crate::clock::Clock;
use crate::seed::Seed;

pub(crate) use keys::signing_key_pem;

/// The directory: keys, users, applications, issued codes and refresh tokens.
#[derive(Debug)]
pub(crate) struct Aad {
    clock: Clock,
    keys: Keys,
    verified: VerifiedTokens<Claims>,
    /// Taken before `issued` where both are needed.
    directory: RwLock<Directory>,
    issued: Mutex<Issued>,
}

/// People, applications, and what has been handed out to them, as they were at some moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    directory: Directory,
    issued: Issued,
}

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
pub(crate) enum Audience<'a> {
    /// Azure Resource Manager: both spellings, with and without the trailing slash.
    Management,
    /// Data Lake Store Gen1; management tokens are accepted there too.
    DataLake,
    /// A storage account: tokens for all of them, and those for this one by its own URL.
    Storage {
        /// The account's name, in lower case.
        account: &'a str,
    },
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
    pub(crate) fn new(seed: &Seed, clock: Clock) -> Self {
        Self {
            clock,
            keys: Keys::shipped(),
            verified: VerifiedTokens::default(),
            directory: RwLock::new(Directory::new(seed)),
            issued: Mutex::default(),
        }
    }

    /// The groups of somebody who may sign in; `None` for a disabled user, and for nobody.
    pub(crate) fn groups_of_enabled(&self, object_id: Uuid) -> Option<Vec<Uuid>> {
        let directory = self.directory();
        directory.is_enabled(object_id).then(|| directory.groups_of(object_id))
    }

    /// Back to the seed's users and applications; the signing keys stay.
    pub(crate) fn reset(&self, seed: &Seed) {
        self.replace(Directory::new(seed), Issued::default());
    }

    /// The state as it is now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let directory = self.directory();
        let issued = self.issued().clone();
        Snapshot { directory: directory.clone(), issued }
    }

    /// Back to a snapshot, which can be restored again. The signing keys stay, and with them every
    /// access token; refresh tokens, codes and sessions that are younger are not known any more.
    pub(crate) fn restore(&self, snapshot: &Snapshot) {
        self.replace(snapshot.directory.clone(), snapshot.issued.clone());
    }

    fn replace(&self, directory: Directory, issued: Issued) {
        self.verified.clear();
        let mut current = self.directory_mut();
        *self.issued() = issued;
        *current = directory;
    }

    fn tenant_id(&self) -> Uuid {
        self.directory().tenant_id()
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, incoming: &Incoming) -> Response {
        match route::find(&incoming.path) {
            Some((route, names)) => route.answer(self, incoming, &names),
            None => empty(StatusCode::NOT_FOUND),
        }
    }
}

/// Whether `pem` holds a certificate that an application could have.
///
/// # Errors
/// The rest of a sentence that begins with the certificate.
pub(crate) fn check_certificate(pem: &str) -> Result<(), String> {
    Certificate::from_pem(pem).map(drop)
}

/// Whether tokens for a resource of this name are issued in a tenant.
pub(crate) fn is_resource(seed: &Seed, name: &str) -> bool {
    Resource::find(name, &Directory::new(seed)).is_ok()
}

/// Answers a request to Azure AD.
pub(crate) async fn handle(aad: &Aad, call: Call) -> Response {
    match Incoming::read(call, aad.now()).await {
        Ok(incoming) => aad.answer(&incoming),
        Err(response) => response,
    }
}
