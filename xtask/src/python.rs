//! Virtual environments and source distributions, one per requirements file, made once and reused.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use xshell::{Shell, cmd};

/// Holds the requirements that an environment was made from; written when it is complete.
const STAMP: &str = "requirements.installed";

/// Makes the environment for a requirements file, unless there is one made from the same text.
///
/// # Errors
/// When Python or its `venv` is missing, or a package cannot be installed.
pub(crate) fn ensure_environment(
    shell: &Shell,
    directory: &Path,
    requirements: &Path,
) -> anyhow::Result<()> {
    let environment = environment(directory, requirements)?;
    let stamp = environment.join(STAMP);
    let wanted = stamp_content(shell, requirements)?;
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    let python = system_python();
    cmd!(shell, "{python} -m venv --clear {environment}").run().with_context(|| {
        format!("cannot make a virtual environment: are {python} and its venv module installed (Debian: python3-venv)?")
    })?;
    let interpreter = interpreter(directory, requirements)?;
    // Most modules are never imported; those that are get compiled then.
    cmd!(
        shell,
        "{interpreter} -m pip install --quiet --disable-pip-version-check --no-compile --requirement {requirements}"
    )
    .run()
    .with_context(|| format!("cannot install {}", requirements.display()))?;
    shell.write_file(&stamp, wanted)?;
    Ok(())
}

/// Unpacks the source distributions that a requirements file asks for and pins by hash into the directory `target`,
/// unless they are there from the same text. Nothing of them is installed.
///
/// # Errors
/// When Python is missing, or a source distribution cannot be had or is another than was pinned.
pub(crate) fn ensure_sources(
    shell: &Shell,
    requirements: &Path,
    target: &Path,
) -> anyhow::Result<()> {
    let stamp = target.join(STAMP);
    let wanted = stamp_content(shell, requirements)?;
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    shell.remove_path(target)?;
    shell.create_dir(target)?;
    let python = system_python();
    let archives = shell.create_temp_dir()?;
    let directory = archives.path();
    cmd!(
        shell,
        "{python} -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --requirement {requirements} --dest {directory}"
    )
    .run()
    .with_context(|| format!("cannot download the sources of {}", requirements.display()))?;
    for archive in shell.read_dir(directory)? {
        cmd!(shell, "{python} -m tarfile --extract {archive} {target}").run()?;
    }
    shell.write_file(&stamp, wanted)?;
    Ok(())
}

/// The interpreter of the environment for a requirements file.
///
/// # Errors
/// When the file has no name.
pub(crate) fn interpreter(directory: &Path, requirements: &Path) -> anyhow::Result<PathBuf> {
    let environment = environment(directory, requirements)?;
    Ok(match cfg!(windows) {
        true => environment.join("Scripts").join("python.exe"),
        false => environment.join("bin").join("python"),
    })
}

fn environment(directory: &Path, requirements: &Path) -> anyhow::Result<PathBuf> {
    let Some(stem) = requirements.file_stem() else {
        bail!("{} is not a requirements file", requirements.display());
    };
    Ok(directory.join(stem))
}

/// Another Python makes another environment, too.
fn stamp_content(shell: &Shell, requirements: &Path) -> anyhow::Result<String> {
    let python = system_python();
    let version = cmd!(shell, "{python} --version").quiet().read().with_context(|| {
        format!("cannot run {python}, which the interop scripts need: install it")
    })?;
    let text = std::fs::read_to_string(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    Ok(format!("# {version}\n{text}"))
}

fn system_python() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}
