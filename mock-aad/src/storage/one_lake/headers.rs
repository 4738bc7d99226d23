//! Headers that OneLake ignores, and says so: those for what Fabric manages.

use http::{HeaderMap, HeaderName};

use crate::seed::ONE_LAKE;

const IGNORED: [&str; 5] =
    ["x-ms-owner", "x-ms-group", "x-ms-permissions", "x-ms-acl", "x-ms-access-tier"];
const IGNORED_PREFIX: &str = "x-ms-encryption-";

/// Takes the headers out of a request that its account ignores, and returns their names in order.
pub(crate) fn take_rejected(account: &str, headers: &mut HeaderMap) -> Vec<HeaderName> {
    if !account.eq_ignore_ascii_case(ONE_LAKE) {
        return Vec::new();
    }
    let is_ignored = |name: &&HeaderName| {
        IGNORED.contains(&name.as_str()) || name.as_str().starts_with(IGNORED_PREFIX)
    };
    let mut rejected: Vec<HeaderName> = headers.keys().filter(is_ignored).cloned().collect();
    rejected.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    for name in &rejected {
        headers.remove(name);
    }
    rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(names: &[&'static str]) -> HeaderMap {
        names.iter().map(|name| (HeaderName::from_static(name), "x".parse().unwrap())).collect()
    }

    #[test]
    fn what_fabric_manages_is_taken_out_and_named() {
        let mut headers =
            sent(&["x-ms-permissions", "x-ms-umask", "x-ms-encryption-key-sha256", "x-ms-acl"]);
        let rejected = take_rejected("OneLake", &mut headers);
        assert_eq!(rejected, ["x-ms-acl", "x-ms-encryption-key-sha256", "x-ms-permissions"]);
        assert_eq!(headers.len(), 1);
        assert!(headers.contains_key("x-ms-umask"));
    }

    #[test]
    fn a_storage_account_ignores_nothing() {
        let mut headers = sent(&["x-ms-permissions", "x-ms-acl"]);
        assert!(take_rejected("lake", &mut headers).is_empty());
        assert_eq!(headers.len(), 2);
    }
}
