//! The kinds of things that belong to an account.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::children::{ChildKind, ChildrenClient, sealed};
use crate::{ChildResource, Extra};

/// The names of the operations on a kind, by what they begin with.
macro_rules! operations {
    ($kind:literal) => {
        sealed::Operations {
            create_or_update: concat!($kind, "_CreateOrUpdate"),
            update: concat!($kind, "_Update"),
            get: concat!($kind, "_Get"),
            delete: concat!($kind, "_Delete"),
            list: concat!($kind, "_ListByAccount"),
        }
    };
}

/// Addresses from which an account can be reached.
pub type FirewallRule = ChildResource<FirewallRuleProperties>;
/// Manages [`FirewallRule`]s.
pub type FirewallRulesClient = ChildrenClient<FirewallRuleKind>;

/// The kind of [`FirewallRule`]s.
#[derive(Clone, Copy, Debug)]
pub enum FirewallRuleKind {}

/// The addresses of a [`FirewallRule`], first and last included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct FirewallRuleProperties {
    /// The first address, IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_ip_address: Option<String>,
    /// The last address, IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_ip_address: Option<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl FirewallRuleProperties {
    /// The addresses from `start` to `end`.
    #[must_use]
    pub fn new(start: Ipv4Addr, end: Ipv4Addr) -> Self {
        Self::default().with_start(start).with_end(end)
    }

    /// Sets the first address.
    #[must_use]
    pub fn with_start(mut self, start: Ipv4Addr) -> Self {
        self.start_ip_address = Some(start.to_string());
        self
    }

    /// Sets the last address.
    #[must_use]
    pub fn with_end(mut self, end: Ipv4Addr) -> Self {
        self.end_ip_address = Some(end.to_string());
        self
    }
}

impl sealed::Sealed for FirewallRuleKind {}

impl ChildKind for FirewallRuleKind {
    type Properties = FirewallRuleProperties;
    const WHAT: &'static str = "a firewall rule";
    const SEGMENT: &'static str = "firewallRules";
    const OPERATIONS: sealed::Operations = operations!("FirewallRules");

    fn missing(properties: &FirewallRuleProperties) -> Option<&'static str> {
        match (&properties.start_ip_address, &properties.end_ip_address) {
            (None, _) => Some("a start address"),
            (_, None) => Some("an end address"),
            _ => None,
        }
    }
}

/// A virtual network from which an account can be reached.
pub type VirtualNetworkRule = ChildResource<VirtualNetworkRuleProperties>;
/// Manages [`VirtualNetworkRule`]s.
pub type VirtualNetworkRulesClient = ChildrenClient<VirtualNetworkRuleKind>;

/// The kind of [`VirtualNetworkRule`]s.
#[derive(Clone, Copy, Debug)]
pub enum VirtualNetworkRuleKind {}

/// The network of a [`VirtualNetworkRule`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct VirtualNetworkRuleProperties {
    /// The full resource id of the subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// What this model does not know; the service puts a `state` there.
    #[serde(flatten)]
    pub extra: Extra,
}

impl VirtualNetworkRuleProperties {
    /// The subnet with this full resource id.
    pub fn new(subnet_id: impl Into<String>) -> Self {
        Self { subnet_id: Some(subnet_id.into()), extra: Extra::new() }
    }
}

impl sealed::Sealed for VirtualNetworkRuleKind {}

impl ChildKind for VirtualNetworkRuleKind {
    type Properties = VirtualNetworkRuleProperties;
    const WHAT: &'static str = "a virtual network rule";
    const SEGMENT: &'static str = "virtualNetworkRules";
    const OPERATIONS: sealed::Operations = operations!("VirtualNetworkRules");

    fn missing(properties: &VirtualNetworkRuleProperties) -> Option<&'static str> {
        properties.subnet_id.is_none().then_some("a subnet")
    }
}

/// Another tenant whose users an account lets in.
pub type TrustedIdProvider = ChildResource<TrustedIdProviderProperties>;
/// Manages [`TrustedIdProvider`]s.
pub type TrustedIdProvidersClient = ChildrenClient<TrustedIdProviderKind>;

/// The kind of [`TrustedIdProvider`]s.
#[derive(Clone, Copy, Debug)]
pub enum TrustedIdProviderKind {}

/// The tenant of a [`TrustedIdProvider`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct TrustedIdProviderProperties {
    /// The issuer of the tenant's tokens: `https://sts.windows.net/<tenant>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_provider: Option<String>,
    /// What this model does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl TrustedIdProviderProperties {
    /// The tenant whose tokens this issuer signs: `https://sts.windows.net/<tenant>`.
    pub fn new(id_provider: impl Into<String>) -> Self {
        Self { id_provider: Some(id_provider.into()), extra: Extra::new() }
    }
}

impl sealed::Sealed for TrustedIdProviderKind {}

impl ChildKind for TrustedIdProviderKind {
    type Properties = TrustedIdProviderProperties;
    const WHAT: &'static str = "a trusted id provider";
    const SEGMENT: &'static str = "trustedIdProviders";
    const OPERATIONS: sealed::Operations = operations!("TrustedIdProviders");

    fn missing(properties: &TrustedIdProviderProperties) -> Option<&'static str> {
        properties.id_provider.is_none().then_some("an issuer")
    }
}
