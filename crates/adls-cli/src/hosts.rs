//! Which hosts may be asked: those of the cloud, those that the user trusts, or the emulator alone.

use adls_fs::{Generation, RemoteUrl};
use adls_http::SafeUrl;
use adls_wire::cloud;

use crate::endpoints::Endpoints;
use crate::failure::{Failure, Outcome};

/// The suffix under which every emulator has its Gen1 accounts, without the port.
const EMULATOR_SUFFIX: &str = "adls.localhost";

/// The account that a URL leads to. `trusted` are suffixes that the user has named. A host that is
/// none of the cloud's would get the user's token: whoever owns it could then work in all accounts.
pub(crate) fn account_endpoint(
    endpoints: &Endpoints,
    trusted: &[String],
    url: &RemoteUrl,
) -> Outcome<SafeUrl> {
    let usual = || match url.generation() {
        Generation::Gen2 => endpoints.gen2(url.account()),
        _ => endpoints.gen1(url.account()),
    };
    let Some(suffix) = url.host_suffix() else { return usual() };
    let suffix = dfs_suffix(&normalize(suffix));
    let host = format!("{}.{suffix}", url.account());
    let is_one_lake = cloud::is_one_lake_host(&host);
    let mut trusted = trusted.iter().map(|suffix| normalize(suffix));
    match &endpoints.emulator {
        Some(emulator) => {
            let own = [EMULATOR_SUFFIX.to_owned(), normalize(&emulator.adls_suffix)];
            let of_clouds = |cloud: &cloud::Cloud| match url.generation() {
                Generation::Gen2 => Some(cloud.gen2_suffix),
                _ => cloud.gen1_suffix,
            };
            let own = own.into_iter().map(|own| match url.generation() {
                Generation::Gen2 => format!("dfs.{own}"),
                _ => own,
            });
            let clouds = cloud::ALL.iter().filter_map(of_clouds).map(normalize);
            let mut known = own.chain(clouds).chain(trusted);
            if is_one_lake || known.any(|known| cloud::is_below(&host, &known)) {
                return usual();
            }
            Err(Failure::usage(format!("{} is not a host of the emulator", host_of(url)))
                .hint(format!("write {}", bare(url)))
                .hint("without ADLS_EMULATOR in the environment, adls talks to the cloud"))
        }
        None => {
            let known = match url.generation() {
                Generation::Gen2 => Some(normalize(&endpoints.gen2_suffix)),
                _ => endpoints.gen1_suffix.as_deref().map(normalize),
            };
            if known.as_ref().is_some_and(|known| cloud::is_below(&host, known)) {
                return usual();
            }
            // Regions and workspaces have hosts of their own there.
            if is_one_lake || trusted.any(|trusted| cloud::is_below(&host, &trusted)) {
                return crate::endpoints::url(&format!("https://{host}"));
            }
            let failure = Failure::usage(format!(
                "{} is not a host of {}, so it gets no token",
                host_of(url),
                endpoints.name
            ));
            let failure = match known {
                Some(known) => {
                    failure.hint(format!("accounts are at <account>.{known}; write {}", bare(url)))
                }
                None => failure,
            };
            Err(failure.hint(format!(
                "if you trust every host below {suffix:?}, add it to storage_suffixes in config.toml"
            )))
        }
    }
}

/// The same URL without a host.
fn bare(url: &RemoteUrl) -> String {
    match url.file_system() {
        Some(file_system) => format!("abfss://{file_system}@{}{}", url.account(), url.path()),
        None => format!("adl://{}{}", url.account(), url.path()),
    }
}

/// The suffix of the DFS endpoint for that of the Blob endpoint, which has the same files.
fn dfs_suffix(suffix: &str) -> String {
    match suffix.strip_prefix("blob.") {
        Some(rest) => format!("dfs.{rest}"),
        None => suffix.to_owned(),
    }
}

/// The bare name of an account that may be given as a whole host.
pub(crate) fn bare_account(
    endpoints: &Endpoints,
    trusted: &[String],
    name: &str,
) -> Outcome<String> {
    let url: RemoteUrl = format!("adl://{name}/").parse().map_err(|_| not_an_account(name))?;
    if !url.path().is_root() {
        return Err(not_an_account(name));
    }
    account_endpoint(endpoints, trusted, &url)?;
    Ok(url.account().to_owned())
}

/// The URL of a storage account that is given as a whole host.
pub(crate) fn storage_account(name: &str) -> Outcome<RemoteUrl> {
    let url: Result<RemoteUrl, _> = format!("abfss://-@{name}/").parse();
    let url = url.map_err(|_| not_an_account(name))?;
    if url.path().is_root() { Ok(url) } else { Err(not_an_account(name)) }
}

/// Whether a name is not a host or a URL.
pub(crate) fn is_bare(name: &str) -> bool {
    !name.contains(['.', '/', ':'])
}

pub(crate) fn not_an_account(name: &str) -> Failure {
    Failure::usage(format!("{name:?} is not the name of an account"))
}

/// The host of a URL as it is written there.
fn host_of(url: &RemoteUrl) -> String {
    format!("{}.{}", url.account(), url.host_suffix().unwrap_or_default())
}

/// A suffix in the one form in which it is compared: no case, no dot at its ends, no default port.
fn normalize(suffix: &str) -> String {
    let suffix = suffix.trim_matches('.').to_ascii_lowercase();
    suffix.strip_suffix(":443").map(str::to_owned).unwrap_or(suffix)
}

#[cfg(test)]
mod credentials_go_only_where_said {
    use super::*;
    use crate::endpoints::ReadyFile;

    fn at(endpoints: &Endpoints, trusted: &[&str], text: &str) -> Outcome<String> {
        let trusted: Vec<_> = trusted.iter().map(|&suffix| suffix.to_owned()).collect();
        let url = text.parse().unwrap();
        account_endpoint(endpoints, &trusted, &url).map(|url| url.as_url().to_string())
    }

    #[test]
    fn in_a_cloud_to_its_own_hosts_and_to_those_that_the_user_names() {
        let cloud = Endpoints::of_cloud(None).unwrap();
        let lake = "https://lake.azuredatalakestore.net/";
        for text in [
            "adl://lake/a",
            "adl://lake.azuredatalakestore.net/a",
            "adl://lake.AzureDataLakeStore.NET/a",
            "adl://lake.azuredatalakestore.net./a",
            "adl://lake.azuredatalakestore.net:443/a",
        ] {
            assert_eq!(at(&cloud, &[], text).unwrap(), lake, "{text}");
        }
        for text in [
            "adl://acct.evil.test/a",
            "adl://lake.azuredatalakestore.net.evil.test/a",
            "adl://lake.evil-azuredatalakestore.net/a",
            "adl://lake.x.azuredatalakestore.net/a",
            "adl://lake.azuredatalakestore.net:8443/a",
            "adl://lake.adls.localhost/a",
            "adl://login.microsoftonline.com/a",
            "adl://127.0.0.1/a",
        ] {
            let refused = at(&cloud, &[], text).unwrap_err();
            assert!(refused.to_string().contains("gets no token"), "{text}: {refused}");
            assert!(refused.hints().iter().any(|hint| hint.contains("storage_suffixes")));
        }
        let own = at(&cloud, &["Lakes.Example.org"], "adl://lake.lakes.example.org/a").unwrap();
        assert_eq!(own, "https://lake.lakes.example.org/");
        assert!(at(&cloud, &["example.org"], "adl://lake.evil.example.org/a").is_err());
    }

    #[test]
    fn with_an_emulator_every_host_is_the_emulators_or_refused() {
        let emulator = Endpoints::of_emulator(ReadyFile {
            http_url: "http://127.0.0.1:1".to_owned(),
            https_url: "https://127.0.0.1:7777".to_owned(),
            ca_cert: "ca.pem".into(),
            tenant_id: "t".to_owned(),
            subscription_id: "s".to_owned(),
            adls_suffix: "adls.localhost:7777".to_owned(),
            default_account: "mocklake".to_owned(),
            gen2_account: None,
        })
        .unwrap();
        for text in [
            "adl://mocklake/",
            "adl://mocklake.azuredatalakestore.net/",
            "adl://mocklake.adls.localhost/",
            "adl://mocklake.adls.localhost:7777/",
        ] {
            let url = at(&emulator, &[], text).unwrap();
            assert_eq!(url, "https://mocklake.adls.localhost:7777/", "{text}");
        }
        for text in [
            "adl://mocklake.adls.localhost:7778/",
            "adl://mocklake.dfs.core.windows.net/",
            "adl://acct.evil.test/",
        ] {
            let refused = at(&emulator, &[], text).unwrap_err();
            assert!(refused.to_string().contains("not a host of the emulator"), "{refused}");
        }
        let bare = |name| bare_account(&emulator, &[], name);
        assert_eq!(bare("mocklake.azuredatalakestore.net").unwrap(), "mocklake");
        assert_eq!(bare("mocklake").unwrap(), "mocklake");
        for name in ["acct.evil.test", "lake/sub", "adl://lake", "a:1"] {
            assert!(bare(name).is_err(), "{name}");
        }
    }
}
