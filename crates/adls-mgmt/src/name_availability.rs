//! Whether a name is free.

use serde::{Deserialize, Serialize};

use crate::Extra;

/// Whether an account's name is free.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NameAvailability {
    /// Whether it is.
    pub name_available: bool,
    /// Why not, as a word: `AlreadyExists`, `AccountNameInvalid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why not, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}
