//! Checks of names before anything is sent, and their places in a path.

use adls_wire::arm;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use crate::{Error, Result};

/// All but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

/// A subscription's id. Its display name is a frequent mistake.
pub(crate) fn subscription(id: &str) -> Result<String> {
    let rule = "give its id, a GUID such as 00000000-0000-0000-0000-000000000000";
    checked("a subscription", id, Uuid::try_parse(id).is_ok(), rule)
}

pub(crate) fn account(name: &str) -> Result<String> {
    checked("an account", name, arm::is_account_name(name), arm::ACCOUNT_NAME_RULE)
}

pub(crate) fn group(name: &str) -> Result<String> {
    checked("a resource group", name, arm::is_group_name(name), arm::GROUP_NAME_RULE)
}

pub(crate) fn rule(what: &'static str, name: &str) -> Result<String> {
    checked(what, name, arm::is_rule_name(name), arm::RULE_NAME_RULE)
}

pub(crate) fn provider(namespace: &str) -> Result<String> {
    let good = arm::is_provider_namespace(namespace);
    checked("a resource provider", namespace, good, arm::PROVIDER_NAMESPACE_RULE)
}

/// In paths a region goes by its short name: `East US 2` and `eastus2` are the same.
pub(crate) fn location(name: &str) -> Result<String> {
    checked("a location", name, arm::is_location(name), arm::LOCATION_RULE)?;
    Ok(name.replace(' ', ""))
}

fn checked(what: &'static str, name: &str, good: bool, rule: &'static str) -> Result<String> {
    if good { Ok(segment(name)) } else { Err(Error::invalid_name(what, name, rule)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn the_message_holds_the_rule() {
        assert_snapshot!(account("My-Store").unwrap_err(), @r#""My-Store" cannot name an account: 3 to 24 characters, lowercase letters and digits only"#);
        assert_snapshot!(group("group.").unwrap_err(), @r#""group." cannot name a resource group: 1 to 90 letters, digits, '_', '-', '.', '(' or ')', not ending in '.'"#);
        assert_snapshot!(rule("a firewall rule", "..").unwrap_err(), @r#"".." cannot name a firewall rule: not empty, neither '.' nor '..', without '/', '\' and control characters"#);
        assert_snapshot!(subscription("Pay-as-you-go").unwrap_err(), @r#""Pay-as-you-go" cannot name a subscription: give its id, a GUID such as 00000000-0000-0000-0000-000000000000"#);
        assert_snapshot!(location("").unwrap_err(), @r#""" cannot name a location: letters, digits and blanks, such as eastus2 or East US 2"#);
        assert_snapshot!(provider("Microsoft/Storage").unwrap_err(), @r#""Microsoft/Storage" cannot name a resource provider: letters, digits and '.', such as Microsoft.DataLakeStore"#);
    }

    #[test]
    fn names_become_one_segment() {
        assert_eq!(group("a_(b)-c").unwrap(), "a_%28b%29-c");
        assert_eq!(rule("a firewall rule", "my rule?").unwrap(), "my%20rule%3F");
        assert_eq!(location("East US 2").unwrap(), "EastUS2");
    }
}
