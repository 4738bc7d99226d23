//! What has been handed out and must be known again: refresh tokens, device codes, open sign-ins.

use std::fmt;

use super::adfs::Assertion;
use super::device::DeviceCode;
use super::expiring::Expiring;
use super::managed_identity::ArcProof;
use super::signin::{AuthorizationCode, Interaction, Session};
use super::tokens::RefreshToken;

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
