//! Who answers a request: the host decides, and behind any other host the path.

use http::Method;

use super::hosts::{self, Named, Service};
use crate::storage::Endpoint;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// To nobody: somebody has typed the address of the emulator and nothing else.
    Home,
    /// To the emulator's own interface.
    Control,
    /// To a service.
    Service(Named),
}

/// Decides who answers `path` (percent-encoded, without query) at `host` (without port). Where neither
/// the host nor the path says it, `storage_account` is asked for the account that the request names.
pub(crate) fn route(
    host: &str,
    path: &str,
    method: &Method,
    default_account: &str,
    storage_account: impl FnOnce() -> Option<(String, Endpoint)>,
) -> Route {
    if below(path, "_mock") {
        return Route::Control;
    }
    let named = hosts::named(host);
    if named.is_none() && path == "/" && [Method::GET, Method::HEAD].contains(method) {
        return Route::Home;
    }
    Route::Service(named.unwrap_or_else(|| by_path(path, default_account, storage_account)))
}

/// Behind a host that says nothing, such as an IP address.
fn by_path(
    path: &str,
    default_account: &str,
    storage_account: impl FnOnce() -> Option<(String, Endpoint)>,
) -> Named {
    const GEN1: [&str; 2] = ["webhdfs", "webhdfsext"];
    const MANAGEMENT: [&str; 4] = ["subscriptions", "providers", "tenants", "metadata/endpoints"];
    if GEN1.iter().any(|first| below(path, first)) {
        Named { service: Service::Gen1, account: Some(default_account.to_owned()) }
    } else if MANAGEMENT.iter().any(|first| below(path, first)) {
        Named { service: Service::ResourceManager, account: None }
    } else if let Some((account, endpoint)) = storage_account() {
        Named { service: Service::Gen2(endpoint), account: Some(account) }
    } else {
        Named { service: Service::AzureAd, account: None }
    }
}

/// Whether `path` is `first` or lies below it, in any case and with any number of slashes before it:
/// some clients ask for `//metadata/endpoints`.
fn below(path: &str, first: &str) -> bool {
    let path = path.trim_start_matches('/');
    path.get(..first.len()).is_some_and(|start| start.eq_ignore_ascii_case(first))
        && matches!(path.as_bytes().get(first.len()), None | Some(b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(host: &str, path: &str) -> String {
        let storage_account =
            || path.starts_with("/known").then(|| ("known".to_owned(), Endpoint::shared(true)));
        match route(host, path, &Method::GET, "first", storage_account) {
            Route::Home => "home".to_owned(),
            Route::Control => "control".to_owned(),
            Route::Service(Named { service, account }) => {
                let service = match service {
                    Service::Gen2(_) => "Gen2".to_owned(),
                    other => format!("{other:?}"),
                };
                format!("{service} {}", account.unwrap_or_default()).trim_end().to_owned()
            }
        }
    }

    #[test]
    fn host_first_then_path() {
        let table = [
            ("login.microsoftonline.com", "/subscriptions", "AzureAd"),
            ("management.azure.com", "/common/oauth2/token", "ResourceManager"),
            ("Lake.AzureDataLakeStore.net", "/webhdfs/v1/a", "Gen1 lake"),
            ("lake.dfs.core.windows.net", "/fs", "Gen2 lake"),
            ("127.0.0.1", "/", "home"),
            ("management.azure.com", "/", "ResourceManager"),
            ("127.0.0.1", "/webhdfs/v1/a/b", "Gen1 first"),
            ("localhost", "/WebHdfsExt/a", "Gen1 first"),
            ("localhost", "/webhdfs/va/", "Gen1 first"),
            ("localhost", "/subscriptions", "ResourceManager"),
            ("localhost", "/Subscriptions/1/resourcegroups", "ResourceManager"),
            ("example.com", "/providers/Microsoft.DataLakeStore", "ResourceManager"),
            ("", "/tenants", "ResourceManager"),
            ("::1", "//metadata/endpoints", "ResourceManager"),
            ("::1", "/metadata/endpoints", "ResourceManager"),
            ("::1", "/metadata/identity/oauth2/token", "AzureAd"),
            ("localhost", "/", "home"),
            ("localhost", "/subscriptionsx", "AzureAd"),
            ("localhost", "/common/oauth2/token", "AzureAd"),
            ("localhost", "/_mock", "control"),
            ("login.windows.net", "/_mock/reset", "control"),
            ("lake.azuredatalakestore.net", "/_mockery", "Gen1 lake"),
            ("127.0.0.1", "/known/fs", "Gen2 known"),
            ("lake.dfs.core.windows.net", "/known/fs", "Gen2 lake"),
            ("login.windows.net", "/known/oauth2/token", "AzureAd"),
        ];
        for (host, path, expected) in table {
            assert_eq!(answer(host, path), expected, "{host}{path}");
        }
    }
}
