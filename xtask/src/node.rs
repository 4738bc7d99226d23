//! Packages for Node, one directory of them per lock file, installed once and reused.

use std::path::Path;

use anyhow::Context as _;
use xshell::{Shell, cmd};

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];
/// Holds the lock file that the packages were installed from; written when they are complete.
const STAMP: &str = "packages.installed";

/// Installs the packages that the directory `source` locks into the directory `target`, unless they are
/// there from the same lock file.
///
/// # Errors
/// When npm is missing, or a package cannot be installed.
pub(crate) fn ensure_packages(shell: &Shell, source: &Path, target: &Path) -> anyhow::Result<()> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let version =
        cmd!(shell, "{npm} --version").quiet().ignore_stderr().read().with_context(|| {
            format!("cannot run {npm}, which the interop scripts need: install Node.js 20 or newer")
        })?;
    let lock = shell.read_file(source.join("package-lock.json"))?;
    let wanted = format!("npm {version}\n{lock}");
    let stamp = target.join(STAMP);
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    shell.create_dir(target)?;
    for manifest in MANIFESTS {
        shell.copy_file(source.join(manifest), target.join(manifest))?;
    }
    // No package of ours has to be built, and none gets to run anything.
    cmd!(shell, "{npm} ci --prefix {target} --ignore-scripts --no-audit --no-fund --silent")
        .run()
        .with_context(|| format!("cannot install the packages of {}", source.display()))?;
    shell.write_file(&stamp, wanted)?;
    Ok(())
}
