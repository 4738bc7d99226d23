//! What Resource Manager remembers of a storage account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::keys::AccountKeys;
use crate::arm::answer::Object;

/// A storage account. All but its group and its phase is kept with its files, too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::arm) struct StorageAccount {
    /// The name of its group as it was spelled; groups match in any case.
    pub(in crate::arm) group: String,
    /// Tells it from a later one of the same name.
    pub(super) incarnation: Uuid,
    /// Whether its creation has ended.
    pub(super) is_ready: bool,
    pub(super) keys: AccountKeys,
    /// The full form; members nobody knows are among it as they were sent.
    pub(in crate::arm) document: Object,
    /// Encryption scopes by name, in their full forms.
    pub(super) scopes: BTreeMap<String, Object>,
    /// What the blob service is set to, as far as the service itself has no place for it.
    pub(super) blob_service: Object,
}

impl StorageAccount {
    /// Whether it has a hierarchical namespace; the emulator has no files for others.
    pub(in crate::arm) fn is_hierarchical(&self) -> bool {
        self.flag("isHnsEnabled") == Some(true)
    }

    /// Whether requests may be signed with its keys.
    pub(super) fn permits_keys(&self) -> bool {
        self.flag("allowSharedKeyAccess") != Some(false)
    }

    /// Whether containers may be public.
    pub(super) fn permits_public_access(&self) -> bool {
        self.flag("allowBlobPublicAccess") != Some(false)
    }

    pub(in crate::arm) fn id(&self) -> &str {
        self.text("id")
    }

    pub(super) fn name(&self) -> &str {
        self.text("name")
    }

    pub(super) fn location(&self) -> &str {
        self.text("location")
    }

    pub(super) fn kind(&self) -> &str {
        self.text("kind")
    }

    fn text(&self, name: &str) -> &str {
        self.document.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.document.get("properties")?.get(name)?.as_bool()
    }

    /// The properties of the full form.
    pub(super) fn properties_mut(&mut self) -> Option<&mut Object> {
        self.document.get_mut("properties")?.as_object_mut()
    }
}
