//! The ready file: where the emulator listens and whom it knows.

use serde::{Deserialize, Serialize};

/// What a test needs to know to use a running emulator; written as JSON by `--ready-file`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ready {
    /// Base URL without TLS.
    pub http_url: String,
    /// Base URL with TLS.
    pub https_url: String,
}
