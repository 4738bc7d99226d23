//! The two generations of the protocol.

/// The two generations of token endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `/oauth2/...`, with `resource=`; numbers in answers are strings.
    V1,
    /// `/oauth2/v2.0/...`, with `scope=`; numbers in answers are integers.
    V2,
}
