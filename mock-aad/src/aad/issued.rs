//! What has been handed out and must be known again: refresh tokens, device codes, open sign-ins.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use tempfile::TempPath;
use uuid::Uuid;

use super::adfs::Assertion;
use super::device::DeviceCode;
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

/// Everything handed out since the start or the last reset. Keys are secrets.
#[derive(Clone, Default)]
pub(super) struct Issued {
    pub(super) refresh_tokens: HashMap<String, RefreshToken>,
    /// By user code.
    pub(super) device_codes: HashMap<String, DeviceCode>,
    pub(super) authorization_codes: HashMap<String, AuthorizationCode>,
    /// By the id in the assertion.
    pub(super) assertions: HashMap<String, Assertion>,
    /// The files that prove a caller is on the machine, by what they hold. A snapshot keeps its own.
    pub(super) arc_proofs: HashMap<String, Arc<TempPath>>,
    /// By the value of the cookie.
    pub(super) sessions: HashMap<String, Session>,
    /// By the id that the pages carry.
    pub(super) interactions: HashMap<String, Interaction>,
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

impl Issued {
    /// Forgets what is past its end, so that a long-running emulator does not grow.
    ///
    /// Device codes stay for another lifetime, so that a late poll learns that its code has expired.
    pub(super) fn forget_expired(&mut self, now: i64) {
        self.refresh_tokens.retain(|_, token| now < token.issued + 2 * REFRESH_TOKEN_LIFETIME);
        self.device_codes.retain(|_, code| now < code.expires + super::device::LIFETIME);
        self.authorization_codes.retain(|_, code| now < 2 * code.expires - code.issued);
        self.assertions.retain(|_, assertion| now < assertion.expires);
        self.sessions.retain(|_, session| now < session.expires);
        self.interactions.retain(|_, interaction| now < interaction.expires);
    }
}
