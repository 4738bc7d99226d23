//! What has been handed out and must be known again: refresh tokens, device codes, open sign-ins.

use std::fmt;
use std::sync::Arc;

use tempfile::TempPath;
use uuid::Uuid;

use super::adfs::Assertion;
use super::device::DeviceCode;
use super::expiring::{Expiring, Weigh};
use super::resource::Asked;
use super::signin::{AuthorizationCode, Interaction, Session};

/// Seconds that a refresh token lives without being used, the service's default.
pub(super) const REFRESH_TOKEN_LIFETIME: i64 = 90 * 86_400;

/// A sign-in that can be continued without the user.
#[derive(Clone, Debug)]
pub(super) struct RefreshToken {
    pub(super) user: Uuid,
    pub(super) client: Uuid,
    /// Whether other applications of the client's family may redeem it.
    pub(super) family: bool,
    /// What the first request asked for: a request that names nothing means the same.
    pub(super) asked: Asked,
    pub(super) methods: Vec<String>,
    /// How often the user's password had been changed: a change revokes earlier tokens.
    pub(super) password_epoch: u32,
    /// Seconds since 1970.
    pub(super) issued: i64,
}

/// How many bytes the refresh tokens may take: some 50,000 of them.
const REFRESH_TOKENS: usize = 32 << 20;
/// The same for each of the other kinds, which live for minutes.
const OTHERS: usize = 4 << 20;
/// The same for the files of Azure Arc, which are some hundred.
const ARC_PROOFS: usize = 64 << 10;

/// Everything handed out since the start or the last reset. Keys are secrets.
#[derive(Clone)]
pub(super) struct Issued {
    pub(super) refresh_tokens: Expiring<RefreshToken>,
    /// By user code.
    pub(super) device_codes: Expiring<DeviceCode>,
    pub(super) authorization_codes: Expiring<AuthorizationCode>,
    /// By the id in the assertion.
    pub(super) assertions: Expiring<Assertion>,
    /// The files that prove a caller is on the machine, by what they hold. A snapshot keeps its own.
    pub(super) arc_proofs: Expiring<ArcProof>,
    /// By the value of the cookie.
    pub(super) sessions: Expiring<Session>,
    /// By the id that the pages carry.
    pub(super) interactions: Expiring<Interaction>,
}

/// A file that is removed when nobody can prove anything with it any more.
pub(super) type ArcProof = Arc<TempPath>;

impl Weigh for ArcProof {
    fn weight(&self) -> usize {
        self.as_os_str().len()
    }
}

impl Weigh for RefreshToken {
    fn weight(&self) -> usize {
        self.asked.weight() + texts(&self.methods)
    }
}

/// How many bytes a list of texts takes.
pub(super) fn texts(list: &[String]) -> usize {
    list.iter().map(|text| size_of::<String>() + text.len()).sum()
}

impl Default for Issued {
    fn default() -> Self {
        Self {
            refresh_tokens: Expiring::with_size(REFRESH_TOKENS),
            device_codes: Expiring::with_size(OTHERS),
            authorization_codes: Expiring::with_size(OTHERS),
            assertions: Expiring::with_size(OTHERS),
            arc_proofs: Expiring::with_size(ARC_PROOFS),
            sessions: Expiring::with_size(OTHERS),
            interactions: Expiring::with_size(OTHERS),
        }
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("refresh_tokens", &self.refresh_tokens.len())
            .field("device_codes", &self.device_codes.len())
            .field("authorization_codes", &self.authorization_codes.len())
            .field("assertions", &self.assertions.len())
            .field("arc_proofs", &self.arc_proofs.len())
            .field("sessions", &self.sessions.len())
            .field("interactions", &self.interactions.len())
            .finish()
    }
}

/// Whether a text has the form of something with this prefix that was handed out here.
pub(super) fn is_well_formed(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    })
}
