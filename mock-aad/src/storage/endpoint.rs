//! How a request came to a storage account: what the front knows from the host.

use super::protocol::Protocol;

/// The address under which an account was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Which protocol the host speaks; `None` for a host that speaks both.
    pub(crate) protocol: Option<Protocol>,
    /// Whether the host is that of the account's read-only copy in another region.
    pub(crate) secondary: bool,
    /// Whether the first segment of the path is the account.
    pub(crate) path_style: bool,
}

impl Endpoint {
    /// The host of an account that speaks one protocol.
    pub(crate) fn of_host(protocol: Protocol, secondary: bool) -> Self {
        Self { protocol: Some(protocol), secondary, path_style: false }
    }

    /// A host that says neither account nor protocol; `path_style` when the path does say the account.
    pub(crate) fn shared(path_style: bool) -> Self {
        Self { protocol: None, secondary: false, path_style }
    }
}
