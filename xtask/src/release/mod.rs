//! `cargo xtask release`: checks that a release can be made, and makes its commit and its tag.
//!
//! Publishing is left to `cargo publish --workspace`, after a person has looked at the commit.

mod changelog;
mod version;

use anyhow::{Context as _, bail};
use clap::Args;
use semver::Version;
use xshell::{Shell, cmd};

use self::version::Bump;
use crate::steps::step;
use crate::workspace::{Package, Workspace};

/// What `cargo xtask release` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Raises the version first; without it the version of the manifests is released
    #[arg(long)]
    bump: Option<Bump>,
    /// Changes nothing, only checks and shows what would be done (the default)
    #[arg(long, conflicts_with = "execute")]
    dry_run: bool,
    /// Writes the manifests and the change log, commits and tags
    #[arg(long)]
    execute: bool,
}

/// A release as it would be made.
struct Release {
    version: Version,
    /// The whole text of `Cargo.toml` with the new version.
    manifest: String,
    /// The whole text of `CHANGELOG.md` with a section for the new version.
    changelog: String,
}

impl Release {
    fn tag(&self) -> String {
        format!("v{}", self.version)
    }
}

/// Checks everything and, with `--execute`, makes the release.
///
/// # Errors
/// Names what stands in the way; nothing has been changed then.
pub(crate) fn run(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let release = step("versions and change log", || plan(shell, workspace, options.bump))?;
    step("work tree", || check_repository(shell, &release, options.execute))?;
    step("packages", || check_packages(shell, &workspace.publishable()))?;
    if options.execute {
        step("commit and tag", || execute(shell, &release))?;
        println!("next: push the commit and {}, then cargo publish --workspace", release.tag());
    } else {
        println!("{} can be released; nothing was changed, --execute does it", release.version);
    }
    Ok(())
}

/// The release's version and texts, or what is wrong with the present ones.
fn plan(shell: &Shell, workspace: &Workspace, bump: Option<Bump>) -> anyhow::Result<Release> {
    let current = version::common(&workspace.packages)?;
    let version = bump.map_or_else(|| current.clone(), |bump| bump.apply(&current));
    let manifest = version::set(&shell.read_file("Cargo.toml")?, &version)?;
    let today = jiff::Zoned::now().date().to_string();
    let changelog = changelog::release(&shell.read_file("CHANGELOG.md")?, &version, &today)?;
    println!("{current} -> {version}");
    Ok(Release { version, manifest, changelog })
}

/// What is released must be what is committed. A dry run only says so: it is also for trying things
/// out.
fn check_repository(shell: &Shell, release: &Release, strict: bool) -> anyhow::Result<()> {
    let changes = cmd!(shell, "git status --porcelain").read()?;
    if !changes.is_empty() {
        if strict {
            bail!("there are uncommitted changes: commit or stash them\n{changes}");
        }
        println!("uncommitted changes, which --execute would refuse:\n{changes}");
    }
    let tag = release.tag();
    if !cmd!(shell, "git tag --list {tag}").read()?.is_empty() {
        bail!("the tag {tag} exists already: raise the version with --bump");
    }
    Ok(())
}

/// Builds the archives that a registry would get, each after those it needs, without compiling them.
fn check_packages(shell: &Shell, packages: &[&Package]) -> anyhow::Result<()> {
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    println!("in this order: {}", names.join(", "));
    let selection: Vec<&str> = names.iter().flat_map(|name| ["--package", name]).collect();
    cmd!(shell, "cargo package --quiet --no-verify --allow-dirty {selection...}")
        .run()
        .context("a package cannot be made")
}

fn execute(shell: &Shell, release: &Release) -> anyhow::Result<()> {
    shell.write_file("Cargo.toml", &release.manifest)?;
    shell.write_file("CHANGELOG.md", &release.changelog)?;
    // Takes the new versions of the members into the lock file and nothing else.
    cmd!(shell, "cargo update --workspace --offline").run()?;
    let (tag, message) = (release.tag(), format!("Release {}", release.version));
    cmd!(shell, "git add Cargo.toml Cargo.lock CHANGELOG.md").run()?;
    cmd!(shell, "git commit --message {message}").run()?;
    cmd!(shell, "git tag --annotate {tag} --message {message}").run()?;
    Ok(())
}
