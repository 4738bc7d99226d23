//! The tenant that a path names.

use super::directory::Directory;
use super::error::{Refused, code};

/// The tenant that a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Authority {
    /// The tenant of the directory, by id or by a domain.
    Tenant,
    /// Any organization or personal account.
    Common,
    /// Any organization.
    Organizations,
    /// Personal accounts only.
    Consumers,
    /// The pseudo tenant of an on-premises server: msrestazure reaches a custom authority only so.
    Adfs,
}

impl Authority {
    /// What the tenant segment names in this directory.
    ///
    /// # Errors
    /// AADSTS90002 when it is another tenant.
    pub(super) fn find(segment: &str, directory: &Directory) -> Result<Self, Refused> {
        match segment.to_ascii_lowercase().as_str() {
            "common" => Ok(Self::Common),
            "organizations" => Ok(Self::Organizations),
            "consumers" | "9188040d-6c67-4c5b-b112-36a304b66dad" => Ok(Self::Consumers),
            "adfs" => Ok(Self::Adfs),
            tenant if directory.is_tenant(tenant) => Ok(Self::Tenant),
            _ => Err(Refused::new(
                code::TENANT_NOT_FOUND,
                format!(
                    "Tenant '{segment}' not found. Check to make sure you have the correct tenant \
                     ID and are signing into the correct cloud. Check with your subscription \
                     administrator, this may happen if there are no active subscriptions for the \
                     tenant."
                ),
            )),
        }
    }

    /// Whether an application may act by itself here: it needs to be clear which tenant is meant.
    pub(super) fn names_a_tenant(&self) -> bool {
        matches!(self, Self::Tenant | Self::Adfs)
    }
}
