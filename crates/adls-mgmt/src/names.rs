//! Checks of names before anything is sent, and their places in a path.

use adls_wire::arm;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

use crate::{Error, Result};

/// All but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const GUID_RULE: &str = "give its id, a GUID such as 00000000-0000-0000-0000-000000000000";

pub(crate) fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

/// A subscription's id. Its display name is a frequent mistake.
pub(crate) fn subscription(id: &str) -> Result<String> {
    checked("a subscription", id, Uuid::try_parse(id).is_ok(), GUID_RULE)
}

pub(crate) fn account(name: &str) -> Result<String> {
    checked("an account", name, arm::is_account_name(name), arm::ACCOUNT_NAME_RULE)
}

/// The rule is that of Data Lake Store accounts.
pub(crate) fn storage_account(name: &str) -> Result<String> {
    checked("a storage account", name, arm::is_account_name(name), arm::ACCOUNT_NAME_RULE)
}

pub(crate) fn container(name: &str) -> Result<String> {
    checked("a container", name, arm::is_container_name(name), arm::CONTAINER_NAME_RULE)
}

/// What is named by a GUID, such as a role.
pub(crate) fn guid(what: &'static str, id: &str) -> Result<Uuid> {
    Uuid::try_parse(id).map_err(|_| Error::invalid_name(what, id, GUID_RULE))
}

/// Who has a role, by the object id. A name at the sign-in is a frequent mistake.
pub(crate) fn principal(id: &str) -> Result<Uuid> {
    let rule = "give its object id, a GUID such as 00000000-0000-0000-0000-000000000000";
    Uuid::try_parse(id).map_err(|_| Error::invalid_name("a principal", id, rule))
}

/// The path of a scope: a subscription, a group or a resource by its id. Empty segments and dots are
/// refused, since the address would lead elsewhere.
pub(crate) fn scope(id: &str) -> Result<String> {
    let rule = "give the id of a subscription, a resource group or a resource, such as \
                /subscriptions/00000000-0000-0000-0000-000000000000";
    let names = id.trim_end_matches('/').strip_prefix('/').unwrap_or_default();
    if !names.split('/').all(arm::is_rule_name) {
        return Err(Error::invalid_name("a scope", id, rule));
    }
    Ok(names.split('/').fold(String::new(), |path, name| path + "/" + &segment(name)))
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
        assert_snapshot!(container("Raw").unwrap_err(), @r#""Raw" cannot name a container: 3 to 63 lowercase letters, digits and single '-', which neither begin nor end it"#);
        assert_snapshot!(principal("me@x.test").unwrap_err(), @r#""me@x.test" cannot name a principal: give its object id, a GUID such as 00000000-0000-0000-0000-000000000000"#);
        assert_snapshot!(scope("lab").unwrap_err(), @r#""lab" cannot name a scope: give the id of a subscription, a resource group or a resource, such as /subscriptions/00000000-0000-0000-0000-000000000000"#);
        assert_snapshot!(provider("Microsoft/Storage").unwrap_err(), @r#""Microsoft/Storage" cannot name a resource provider: letters, digits and '.', such as Microsoft.DataLakeStore"#);
    }

    #[test]
    fn names_become_one_segment() {
        assert_eq!(group("a_(b)-c").unwrap(), "a_%28b%29-c");
        assert_eq!(rule("a firewall rule", "my rule?").unwrap(), "my%20rule%3F");
        assert_eq!(location("East US 2").unwrap(), "EastUS2");
        assert_eq!(container("$web").unwrap(), "%24web");
        assert_eq!(
            scope("/subscriptions/s/resourceGroups/a (b)/").unwrap(),
            "/subscriptions/s/resourceGroups/a%20%28b%29"
        );
    }

    #[test]
    fn a_scope_leads_nowhere_else() {
        for bad in ["", "/", "subscriptions/s", "//evil.test/x", "/a//b", "/a/../b", "https://x/y"]
        {
            assert!(scope(bad).is_err(), "{bad}");
        }
    }
}
