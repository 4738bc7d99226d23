//! The workspace as `cargo metadata` describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;
use xshell::{Shell, cmd};

/// The workspace: where it is and what its packages are.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    /// The directory of the top-level `Cargo.toml`.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    /// The members, in cargo's order.
    pub(crate) packages: Vec<Package>,
}

/// One member of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    /// What each feature switches on.
    pub(crate) features: BTreeMap<String, Vec<String>>,
    /// The registries it may be published to; absent for any, empty for none.
    #[serde(default)]
    publish: Option<Vec<String>>,
}

/// One line of a `[dependencies]`, `[dev-dependencies]` or `[build-dependencies]` table.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// What the package calls it, where that is another name.
    #[serde(default)]
    rename: Option<String>,
    #[serde(default)]
    pub(crate) kind: Option<Kind>,
    #[serde(default)]
    pub(crate) optional: bool,
    /// The version wanted; `*` when the manifest names none.
    pub(crate) req: String,
}

/// What a dependency is for; cargo leaves it out for the ordinary ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Dev,
    Build,
}

impl Dependency {
    /// The name by which the package knows it.
    pub(crate) fn local_name(&self) -> &str {
        self.rename.as_ref().unwrap_or(&self.name)
    }
}

impl Workspace {
    /// Asks cargo; fails when `Cargo.lock` is not up to date.
    pub(crate) fn load(shell: &Shell) -> anyhow::Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml");
        let json = cmd!(
            shell,
            "cargo metadata --format-version 1 --no-deps --locked --manifest-path {manifest}"
        )
        .quiet()
        .read()
        .context("cargo cannot read the workspace; if Cargo.lock is out of date, run cargo check and commit it")?;
        Self::parse(&json)
    }

    /// Reads the output of `cargo metadata`.
    pub(crate) fn parse(json: &str) -> anyhow::Result<Self> {
        serde_json::from_str(json).context("cannot read the output of cargo metadata")
    }

    /// The package of that name, if there is one.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// The members that are published, each after those it depends on.
    pub(crate) fn publishable(&self) -> Vec<&Package> {
        let mut ordered: Vec<&Package> = Vec::new();
        let mut waiting: Vec<&Package> =
            self.packages.iter().filter(|p| p.is_published()).collect();
        while !waiting.is_empty() {
            let (ready, blocked): (Vec<_>, Vec<_>) = waiting.iter().partition(|package| {
                let blocks = |d: &Dependency| waiting.iter().any(|other| other.name == d.name);
                !package.dependencies.iter().any(blocks)
            });
            if ready.is_empty() {
                // A cycle, which cargo refuses anyway: keep the order as it is.
                ordered.extend(blocked);
                break;
            }
            ordered.extend(ready);
            waiting = blocked;
        }
        ordered
    }
}

impl Package {
    /// Whether it goes to a registry.
    pub(crate) fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|registries| !registries.is_empty())
    }

    /// Whether `--no-default-features` builds something else than the default.
    pub(crate) fn has_default_features(&self) -> bool {
        self.features.get("default").is_some_and(|features| !features.is_empty())
    }

    /// The features that users may switch on and that are off by default; those that begin with an
    /// underscore are there for the others.
    pub(crate) fn optional_features(&self) -> impl Iterator<Item = &str> {
        let default = self.features.get("default");
        self.features.keys().map(String::as_str).filter(move |name| {
            let by_default = default.is_some_and(|on| on.iter().any(|it| it == name));
            !by_default && *name != "default" && !name.starts_with('_')
        })
    }

    /// The directory of its manifest.
    pub(crate) fn directory(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

/// The file name of a program.
pub(crate) fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace::parse(
            r#"{"workspace_root": "/w", "target_directory": "/w/target", "packages": [
                {"name": "top", "version": "1.0.0", "manifest_path": "/w/top/Cargo.toml",
                 "features": {"default": ["extra"], "extra": []}, "publish": null,
                 "dependencies": [{"name": "base", "kind": null, "optional": false, "req": "^1.0.0"}]},
                {"name": "tool", "version": "1.0.0", "manifest_path": "/w/tool/Cargo.toml",
                 "features": {"default": []}, "publish": [], "dependencies": []},
                {"name": "base", "version": "1.0.0", "manifest_path": "/w/base/Cargo.toml",
                 "features": {}, "publish": null,
                 "dependencies": [{"name": "insta", "kind": "dev", "optional": false, "req": "^1"}]}
            ]}"#,
        )
        .unwrap()
    }

    #[test]
    fn publishable_packages_come_after_what_they_need() {
        let workspace = workspace();
        let names: Vec<_> = workspace.publishable().iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["base", "top"]);
    }

    #[test]
    fn only_a_feature_list_with_entries_counts_as_default_features() {
        let workspace = workspace();
        assert!(workspace.package("top").unwrap().has_default_features());
        assert!(!workspace.package("tool").unwrap().has_default_features());
        assert!(!workspace.package("base").unwrap().has_default_features());
    }

    #[test]
    fn the_kind_of_a_dependency_is_read() {
        let workspace = workspace();
        assert_eq!(workspace.package("base").unwrap().dependencies[0].kind, Some(Kind::Dev));
        assert_eq!(workspace.package("top").unwrap().dependencies[0].kind, None);
    }
}
