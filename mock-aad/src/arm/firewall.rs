//! The firewall of an account, for the data plane to ask.

use std::net::{IpAddr, Ipv4Addr};

use super::rule_set::RuleKind;
use super::state::Account;

/// The addresses that an account's enabled firewall lets in.
///
/// Virtual network rules let nobody in here: callers of the emulator come from no subnet. The same
/// holds for `firewallAllowAzureIps`, as they come from no Azure address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Firewall {
    ranges: Vec<(Ipv4Addr, Ipv4Addr)>,
}

impl Firewall {
    /// Whether a caller with this address may pass. The loopback address of IPv6 counts as the one
    /// of IPv4, as rules know IPv4 only.
    pub(crate) fn permits(&self, address: IpAddr) -> bool {
        let address = match address.to_canonical() {
            IpAddr::V4(address) => address,
            IpAddr::V6(address) if address.is_loopback() => Ipv4Addr::LOCALHOST,
            IpAddr::V6(_) => return false,
        };
        self.ranges.iter().any(|(start, end)| (*start..=*end).contains(&address))
    }
}

/// The firewall of `account`, if it is enabled.
pub(super) fn of(account: &Account) -> Option<Firewall> {
    let enabled = account.property("firewallState")?.eq_ignore_ascii_case("Enabled");
    enabled.then(|| {
        let ranges = account.rules.of(RuleKind::Firewall).filter_map(|rule| {
            let address = |name| rule.text(name)?.parse().ok();
            Some((address("startIpAddress")?, address("endIpAddress")?))
        });
        Firewall { ranges: ranges.collect() }
    })
}
