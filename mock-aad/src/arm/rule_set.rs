//! The children of an account: three kinds that differ in their members only.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::answer::Object;
use super::errors::ArmError;

/// The three kinds of child resources of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RuleKind {
    Firewall,
    VirtualNetwork,
    TrustedIdProvider,
}

impl RuleKind {
    /// All kinds, in the order in which an account shows them.
    pub(super) const ALL: [Self; 3] =
        [Self::Firewall, Self::VirtualNetwork, Self::TrustedIdProvider];

    /// The segment of the path, which is also the member of the account's properties.
    pub(super) fn segment(self) -> &'static str {
        match self {
            Self::Firewall => "firewallRules",
            Self::VirtualNetwork => "virtualNetworkRules",
            Self::TrustedIdProvider => "trustedIdProviders",
        }
    }
}

/// The children of one account, or of one kind when read from a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules(Vec<(RuleKind, Rule)>);

/// One child.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) properties: Object,
}

impl Rule {
    /// A member of the properties, if it is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(Value::as_str)
    }
}

impl Rules {
    /// Reads the list in an account's request: each entry has a name and properties.
    pub(super) fn read(kind: RuleKind, list: &Value) -> Result<Self, ArmError> {
        let member = kind.segment();
        let entries =
            list.as_array().ok_or_else(|| ArmError::invalid_member(member, "must be a list"))?;
        let mut rules = Self::default();
        for entry in entries {
            let name = entry.get("name").and_then(Value::as_str);
            let properties = entry.get("properties").and_then(Value::as_object);
            let (Some(name), Some(properties)) = (name, properties) else {
                return Err(ArmError::invalid_member(
                    member,
                    "must have a name and properties in each entry",
                ));
            };
            check(kind, properties)?;
            rules.put(kind, Rule { name: name.to_owned(), properties: properties.clone() });
        }
        Ok(rules)
    }

    /// The children of one kind, oldest first.
    pub(super) fn of(&self, kind: RuleKind) -> impl Iterator<Item = &Rule> {
        self.0.iter().filter(move |(k, _)| *k == kind).map(|(_, rule)| rule)
    }

    /// Replaces all children of one kind.
    pub(super) fn replace(&mut self, kind: RuleKind, rules: Self) {
        self.0.retain(|(k, _)| *k != kind);
        self.0.extend(rules.0);
    }

    /// The list as the account itself shows it: without ids and types, as recorded.
    pub(super) fn in_account(&self, kind: RuleKind) -> Value {
        let entry = |rule: &Rule| json!({"properties": rule.properties, "name": rule.name});
        self.of(kind).map(entry).collect()
    }

    pub(super) fn get(&self, kind: RuleKind, name: &str) -> Option<&Rule> {
        self.of(kind).find(|rule| rule.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn put(&mut self, kind: RuleKind, rule: Rule) {
        let same = |(k, old): &&mut (RuleKind, Rule)| {
            *k == kind && old.name.eq_ignore_ascii_case(&rule.name)
        };
        match self.0.iter_mut().find(same) {
            Some((_, old)) => old.properties = rule.properties,
            None => self.0.push((kind, rule)),
        }
    }

    pub(super) fn remove(&mut self, kind: RuleKind, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(k, rule)| *k != kind || !rule.name.eq_ignore_ascii_case(name));
        self.0.len() < before
    }
}

/// Checks the members that a kind needs.
pub(super) fn check(kind: RuleKind, properties: &Object) -> Result<(), ArmError> {
    let text = |name: &str| {
        let found = properties.get(name).and_then(Value::as_str);
        found.ok_or_else(|| ArmError::invalid_member(name, "is required"))
    };
    match kind {
        RuleKind::Firewall => {
            let address = |name: &str| {
                let address = text(name)?.parse::<Ipv4Addr>();
                address.map_err(|_| ArmError::invalid_member(name, "must be an IPv4 address"))
            };
            if address("startIpAddress")? > address("endIpAddress")? {
                return Err(ArmError::invalid_member(
                    "endIpAddress",
                    "must not be below startIpAddress",
                ));
            }
        }
        RuleKind::VirtualNetwork => {
            if text("subnetId")?.is_empty() {
                return Err(ArmError::invalid_member(
                    "subnetId",
                    "must be the resource id of a subnet",
                ));
            }
        }
        RuleKind::TrustedIdProvider => {
            if !text("idProvider")?.to_ascii_lowercase().starts_with("https://") {
                return Err(ArmError::invalid_member(
                    "idProvider",
                    "must be the URL of an identity provider",
                ));
            }
        }
    }
    Ok(())
}
