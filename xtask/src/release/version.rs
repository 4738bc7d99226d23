//! The one version that all members share.

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use semver::Version;
use toml_edit::{DocumentMut, Item, value};

use crate::workspace::Package;

/// Which part of a version is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bump {
    /// Breaks users
    Major,
    /// Adds something; before 1.0 also breaks users
    Minor,
    /// Repairs something
    Patch,
}

impl Bump {
    /// The next version; a pre-release tag is dropped.
    pub(crate) fn apply(self, version: &Version) -> Version {
        let Version { major, minor, patch, .. } = *version;
        match self {
            Self::Major => Version::new(major + 1, 0, 0),
            Self::Minor => Version::new(major, minor + 1, 0),
            Self::Patch => Version::new(major, minor, patch + 1),
        }
    }
}

/// The version of all packages.
///
/// # Errors
/// When two differ.
pub(crate) fn common(packages: &[Package]) -> anyhow::Result<Version> {
    let first = packages.first().context("the workspace has no packages")?;
    if let Some(other) = packages.iter().find(|package| package.version != first.version) {
        let (a, b) = (first, other);
        bail!(
            "{} is {} but {} is {}: let both take version.workspace",
            a.name,
            a.version,
            b.name,
            b.version
        );
    }
    Version::parse(&first.version).with_context(|| format!("cannot read {}", first.version))
}

/// The top-level manifest with another version: the shared one, and that of each member where others
/// depend on it. All else stays as it is written.
///
/// # Errors
/// When the manifest has no shared version.
pub(crate) fn set(manifest: &str, version: &Version) -> anyhow::Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("cannot read Cargo.toml")?;
    let workspace = manifest
        .get_mut("workspace")
        .and_then(Item::as_table_mut)
        .context("Cargo.toml has no [workspace]")?;
    let shared = workspace
        .get_mut("package")
        .and_then(|package| package.get_mut("version"))
        .context("Cargo.toml has no version in [workspace.package]")?;
    *shared = value(version.to_string());
    let dependencies = workspace.get_mut("dependencies").and_then(Item::as_table_mut);
    for (_, dependency) in dependencies.into_iter().flat_map(|table| table.iter_mut()) {
        let Some(member) = dependency.as_inline_table_mut().filter(|d| d.contains_key("path"))
        else {
            continue;
        };
        if let Some(wanted) = member.get_mut("version") {
            let decor = wanted.decor().clone();
            *wanted = version.to_string().into();
            *wanted.decor_mut() = decor;
        }
    }
    Ok(manifest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn packages(versions: [&str; 2]) -> Vec<Package> {
        let package = |name: &str, version: &str| {
            serde_json::json!({"name": name, "version": version, "dependencies": [], "features": {},
                               "manifest_path": "/w/Cargo.toml"})
        };
        let packages = [package("one", versions[0]), package("two", versions[1])];
        let metadata = serde_json::json!({"workspace_root": "/w", "target_directory": "/w/target",
                                          "packages": packages});
        Workspace::parse(&metadata.to_string()).unwrap().packages
    }

    #[test]
    fn a_bump_resets_what_is_below_it() {
        let from = version("1.2.3-rc.1");
        assert_eq!(Bump::Major.apply(&from), version("2.0.0"));
        assert_eq!(Bump::Minor.apply(&from), version("1.3.0"));
        assert_eq!(Bump::Patch.apply(&from), version("1.2.4"));
    }

    #[test]
    fn packages_must_agree_on_their_version() {
        assert_eq!(common(&packages(["0.1.0", "0.1.0"])).unwrap(), version("0.1.0"));
        assert_eq!(
            common(&packages(["0.1.0", "0.2.0"])).unwrap_err().to_string(),
            "one is 0.1.0 but two is 0.2.0: let both take version.workspace"
        );
    }

    #[test]
    fn only_the_members_versions_change_and_the_layout_stays() {
        let manifest = "\
[workspace]
members = [\"a\"] # all of them

[workspace.package]
version = \"0.1.0\"
rust-version = \"1.90\"

[workspace.dependencies]
adls-wire = { version = \"0.1.0\", path = \"crates/adls-wire\" }

anyhow = \"1\"
toml = { version = \"0.1.0\", features = [\"x\"] }
";
        let expected = manifest
            .replacen("version = \"0.1.0\"\nrust", "version = \"0.2.0\"\nrust", 1)
            .replacen("wire = { version = \"0.1.0\"", "wire = { version = \"0.2.0\"", 1);
        assert_eq!(set(manifest, &version("0.2.0")).unwrap(), expected);
    }

    #[test]
    fn a_manifest_without_a_shared_version_is_refused() {
        let error = set("[workspace]\nmembers = []\n", &version("0.2.0")).unwrap_err();
        assert_eq!(error.to_string(), "Cargo.toml has no version in [workspace.package]");
    }
}
