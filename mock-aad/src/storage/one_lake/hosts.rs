//! The hosts of OneLake: that of the tenant, those of regions, and those of single workspaces.

use uuid::Uuid;

use crate::seed::{ONE_LAKE, SeedOneLake};
use crate::storage::endpoint::Endpoint;
use crate::storage::protocol::Protocol;

const SUFFIX: &str = ".fabric.microsoft.com";
/// What the hosts of single workspaces may have before the suffix.
const OF_WORKSPACES: [&str; 3] = ["dfs", "blob", "onelake"];

/// How OneLake is reached at a host, without a port and in any case; `None` for a host of something else.
pub(crate) fn endpoint_of_host(host: &str) -> Option<Endpoint> {
    let host = host.to_ascii_lowercase();
    let labels: Vec<&str> = host.strip_suffix(SUFFIX)?.split('.').collect();
    match labels[..] {
        [first, kind] if first == ONE_LAKE || first.ends_with("-onelake") => {
            protocol(kind).map(|protocol| Endpoint::of_host(protocol, false))
        }
        // These take the words of both protocols, whatever they are called.
        [id, zone, kind] if is_workspace(id, zone) && OF_WORKSPACES.contains(&kind) => {
            Some(Endpoint::shared(false))
        }
        _ => None,
    }
}

fn protocol(label: &str) -> Option<Protocol> {
    match label {
        "dfs" => Some(Protocol::Dfs),
        "blob" => Some(Protocol::Blob),
        _ => None,
    }
}

/// Whether two labels name a workspace: its id without dashes, and `z` with the first two digits of that.
fn is_workspace(id: &str, zone: &str) -> bool {
    id.len() == 32 && Uuid::try_parse(id).is_ok() && zone.strip_prefix('z') == id.get(..2)
}

/// The names for which the certificate must hold so that the hosts of single workspaces are believed. A
/// wildcard stands for one label only.
pub(crate) fn certificate_names(one_lake: &SeedOneLake) -> Vec<String> {
    let zone = |id: Uuid| id.simple().to_string()[..2].to_owned();
    let mut zones: Vec<String> = one_lake.workspaces.iter().map(|found| zone(found.id)).collect();
    zones.sort_unstable();
    zones.dedup();
    let names = |zone: &String| OF_WORKSPACES.map(|kind| format!("*.z{zone}.{kind}{SUFFIX}"));
    zones.iter().flat_map(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_onelake() {
        let [dfs, blob] =
            [Protocol::Dfs, Protocol::Blob].map(|protocol| Endpoint::of_host(protocol, false));
        let id = "c047b3e34e89407a98d7cf9949ae92a3";
        for (host, expected) in [
            ("onelake.dfs.fabric.microsoft.com".to_owned(), Some(dfs)),
            ("OneLake.Blob.Fabric.Microsoft.com".to_owned(), Some(blob)),
            ("westus-onelake.blob.fabric.microsoft.com".to_owned(), Some(blob)),
            (format!("{id}.zc0.dfs.fabric.microsoft.com"), Some(Endpoint::shared(false))),
            (format!("{id}.zC0.onelake.fabric.microsoft.com"), Some(Endpoint::shared(false))),
            (format!("{id}.zc1.dfs.fabric.microsoft.com"), None),
            (format!("{id}.zc0.w.api.fabric.microsoft.com"), None),
            ("c047.zc0.dfs.fabric.microsoft.com".to_owned(), None),
            ("api.dfs.fabric.microsoft.com".to_owned(), None),
            ("onelake.table.fabric.microsoft.com".to_owned(), None),
            ("onelake.dfs.core.windows.net".to_owned(), None),
        ] {
            assert_eq!(endpoint_of_host(&host), expected, "{host}");
        }
    }

    #[test]
    fn the_certificate_has_the_zones_of_the_workspaces() {
        let names = certificate_names(&SeedOneLake::default());
        assert_eq!(
            names,
            [
                "*.z5a.dfs.fabric.microsoft.com",
                "*.z5a.blob.fabric.microsoft.com",
                "*.z5a.onelake.fabric.microsoft.com"
            ]
        );
    }
}
