//! From a path to the thing it names. Literal segments match in any case, double slashes vanish.

use percent_encoding::percent_decode_str;

/// The thing that a path names, with its names as the caller spelled them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `/metadata/endpoints`, which needs no token.
    Metadata,
    /// `/tenants`
    Tenants,
    /// `/subscriptions`
    Subscriptions,
    /// `/providers`
    TenantProviders,
    /// `/providers/{namespace}/operations`
    ProviderOperations { namespace: String },
    /// Below `/subscriptions/{id}`.
    Subscription { id: String, target: Target },
    /// Nothing that Resource Manager knows.
    Unknown,
}

/// What lies below a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Subscription,
    Locations,
    Providers,
    Provider {
        namespace: String,
        action: ProviderAction,
    },
    Groups,
    Group {
        group: String,
        part: GroupPart,
    },
    Resources,
    /// A running job of Resource Manager, polled by its `Location`.
    Job {
        id: String,
    },
    /// All Data Lake Store accounts of the subscription.
    Accounts,
    AccountsOfGroup {
        group: String,
    },
    Account {
        group: String,
        account: String,
        part: AccountPart,
    },
    /// Below a region of the Data Lake Store provider.
    Region {
        location: String,
        part: RegionPart,
    },
    /// A resource of another provider.
    Other {
        group: String,
        namespace: String,
        kind: String,
        name: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProviderAction {
    Itself,
    Register,
    Unregister,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupPart {
    Itself,
    Resources,
    ExportTemplate,
    MoveResources,
    ValidateMoveResources,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AccountPart {
    Itself,
    EnableKeyVault,
    /// The result of the `n`th change of the account.
    OperationResult {
        number: String,
    },
    Rules {
        kind: RuleKind,
    },
    Rule {
        kind: RuleKind,
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RegionPart {
    CheckNameAvailability,
    Capability,
    Usages,
    OperationResult { id: String },
}

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

    fn parse(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.segment().eq_ignore_ascii_case(segment))
    }
}

/// The thing that `path` names.
pub(super) fn parse(path: &str) -> Route {
    let segments: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let lower: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let name = |index: usize| segments[index].clone();
    match lower.as_slice() {
        ["metadata", "endpoints"] => Route::Metadata,
        ["tenants"] => Route::Tenants,
        ["subscriptions"] => Route::Subscriptions,
        ["providers"] => Route::TenantProviders,
        ["providers", _, "operations"] => Route::ProviderOperations { namespace: name(1) },
        ["subscriptions", _, rest @ ..] => match target(rest, &segments[2..]) {
            Some(target) => Route::Subscription { id: name(1), target },
            None => Route::Unknown,
        },
        _ => Route::Unknown,
    }
}

/// `lower` is matched, `segments` keeps the spelling.
fn target(lower: &[&str], segments: &[String]) -> Option<Target> {
    let name = |index: usize| segments[index].clone();
    Some(match lower {
        [] => Target::Subscription,
        ["locations"] => Target::Locations,
        ["resources"] => Target::Resources,
        ["operationresults", _] => Target::Job { id: name(1) },
        ["providers"] => Target::Providers,
        ["providers", "microsoft.datalakestore", "accounts"] => Target::Accounts,
        ["providers", "microsoft.datalakestore", "locations", _, rest @ ..] => {
            Target::Region { location: name(3), part: region_part(rest, &segments[4..])? }
        }
        ["providers", _] => provider(name(1), ProviderAction::Itself),
        ["providers", _, "register"] => provider(name(1), ProviderAction::Register),
        ["providers", _, "unregister"] => provider(name(1), ProviderAction::Unregister),
        ["resourcegroups"] => Target::Groups,
        ["resourcegroups", _, rest @ ..] => group_target(name(1), rest, &segments[2..])?,
        _ => return None,
    })
}

fn provider(namespace: String, action: ProviderAction) -> Target {
    Target::Provider { namespace, action }
}

fn region_part(lower: &[&str], segments: &[String]) -> Option<RegionPart> {
    Some(match lower {
        ["checknameavailability"] => RegionPart::CheckNameAvailability,
        ["capability"] => RegionPart::Capability,
        ["usages"] => RegionPart::Usages,
        ["operationresults", _] => RegionPart::OperationResult { id: segments[1].clone() },
        _ => return None,
    })
}

fn group_target(group: String, lower: &[&str], segments: &[String]) -> Option<Target> {
    let part = match lower {
        [] => GroupPart::Itself,
        ["resources"] => GroupPart::Resources,
        ["exporttemplate"] => GroupPart::ExportTemplate,
        ["moveresources"] => GroupPart::MoveResources,
        ["validatemoveresources"] => GroupPart::ValidateMoveResources,
        ["providers", "microsoft.datalakestore", "accounts"] => {
            return Some(Target::AccountsOfGroup { group });
        }
        ["providers", "microsoft.datalakestore", "accounts", _, rest @ ..] => {
            let part = account_part(rest, &segments[4..])?;
            return Some(Target::Account { group, account: segments[3].clone(), part });
        }
        ["providers", _, _, _] => {
            let [_, namespace, kind, name] = segments else { return None };
            let (namespace, kind, name) = (namespace.clone(), kind.clone(), name.clone());
            return Some(Target::Other { group, namespace, kind, name });
        }
        _ => return None,
    };
    Some(Target::Group { group, part })
}

fn account_part(lower: &[&str], segments: &[String]) -> Option<AccountPart> {
    Some(match lower {
        [] => AccountPart::Itself,
        ["enablekeyvault"] => AccountPart::EnableKeyVault,
        ["operationresults", _] => AccountPart::OperationResult { number: segments[1].clone() },
        [kind] => AccountPart::Rules { kind: RuleKind::parse(kind)? },
        [kind, _] => AccountPart::Rule { kind: RuleKind::parse(kind)?, name: segments[1].clone() },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(path: &str) -> Target {
        match parse(path) {
            Route::Subscription { target, .. } => target,
            other => panic!("{path} is {other:?}"),
        }
    }

    #[test]
    fn literals_match_in_any_case_and_names_keep_theirs() {
        let part =
            AccountPart::Rule { kind: RuleKind::TrustedIdProvider, name: "Rule 1".to_owned() };
        let expected =
            Target::Account { group: "MyGroup".to_owned(), account: "Acct".to_owned(), part };
        for path in [
            "/subscriptions/s/resourceGroups/MyGroup/providers/Microsoft.DataLakeStore/accounts/Acct/trustedIdProviders/Rule%201",
            "//SUBSCRIPTIONS/s//resourcegroups/MyGroup/Providers/microsoft.datalakestore/Accounts/Acct/trustedidproviders/Rule%201/",
        ] {
            assert_eq!(below(path), expected);
        }
    }

    #[test]
    fn double_slashes_vanish() {
        assert_eq!(parse("//metadata/endpoints"), Route::Metadata);
        assert_eq!(below("/subscriptions//s/resourcegroups/"), Target::Groups);
    }

    #[test]
    fn every_part_has_its_path() {
        let provider = "/subscriptions/s/providers/Microsoft.DataLakeStore";
        assert_eq!(below(&format!("{provider}/accounts")), Target::Accounts);
        assert_eq!(
            below(&format!("{provider}/locations/EastUS2/operationResults/x_0")),
            Target::Region {
                location: "EastUS2".to_owned(),
                part: RegionPart::OperationResult { id: "x_0".to_owned() }
            }
        );
        assert_eq!(
            below(&format!("{provider}/register")),
            Target::Provider {
                namespace: "Microsoft.DataLakeStore".to_owned(),
                action: ProviderAction::Register
            }
        );
        assert_eq!(parse("/subscriptions/s/resourcegroups/g/nonsense"), Route::Unknown);
        assert_eq!(parse("/"), Route::Unknown);
    }
}
