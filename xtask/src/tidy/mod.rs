//! `cargo xtask tidy`: the rules of the workspace that neither the compiler nor a lint knows.

mod bans;
mod circles;
mod dependencies;
mod documents;
mod layout;
mod paths;
mod sources;
mod unused;

use std::path::Path;

use anyhow::{Context as _, bail};
use walkdir::{DirEntry, WalkDir};
use xshell::Shell;

use crate::workspace::Workspace;

/// A text file of the repository.
pub(crate) struct TextFile {
    /// Its path from the top of the repository, with `/` between the parts on every system.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Checks every rule and prints all violations, not only the first.
///
/// # Errors
/// When a rule is broken or a file cannot be read.
pub(crate) fn run(shell: &Shell, workspace: &Workspace) -> anyhow::Result<()> {
    let files = text_files(&workspace.root)?;
    let mut violations = dependencies::check(shell, workspace)?;
    let packages = package_directories(workspace);
    violations.extend(bans::check(shell)?);
    violations.extend(unused::check(&files, workspace, &packages));
    violations.extend(sources::check(&files, &packages));
    violations.extend(layout::check(&files, &packages));
    violations.extend(circles::check(&files, &packages));
    violations.extend(documents::check(&files, |path| workspace.root.join(path).exists()));
    if violations.is_empty() {
        println!(
            "tidy: {} files, {} packages, no violation",
            files.len(),
            workspace.packages.len()
        );
        return Ok(());
    }
    for violation in &violations {
        println!("tidy: {violation}");
    }
    bail!("{} broken rule(s), see above", violations.len());
}

/// The directories of the members, from the top of the repository.
fn package_directories(workspace: &Workspace) -> Vec<String> {
    let relative =
        |directory: &Path| to_slashes(directory.strip_prefix(&workspace.root).unwrap_or(directory));
    workspace.packages.iter().map(|package| relative(package.directory())).collect()
}

/// Every file that a person writes; what is built, fetched or recorded is left out.
fn text_files(root: &Path) -> anyhow::Result<Vec<TextFile>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_included) {
        let entry = entry.context("cannot list the repository")?;
        let path = to_slashes(entry.path().strip_prefix(root).unwrap_or(entry.path()));
        if entry.file_type().is_file() && is_written_by_hand(&path) {
            let text = std::fs::read_to_string(entry.path())
                .with_context(|| format!("cannot read {path} as UTF-8 text"))?;
            files.push(TextFile { path, text });
        }
    }
    Ok(files)
}

fn is_included(entry: &DirEntry) -> bool {
    const EXCLUDED: [&str; 5] = ["target", ".git", "__pycache__", "node_modules", "book"];
    !(entry.file_type().is_dir() && EXCLUDED.iter().any(|name| entry.file_name() == *name))
}

fn is_written_by_hand(path: &str) -> bool {
    const KINDS: [&str; 6] = ["rs", "py", "sh", "md", "toml", "java"];
    let kind = Path::new(path).extension().and_then(|kind| kind.to_str());
    path == ".ci/run" || kind.is_some_and(|kind| KINDS.contains(&kind))
}

fn to_slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_kind_and_foreign_directories_are_skipped() {
        let directory = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "text\n").unwrap();
        };
        for path in ["src/lib.rs", ".ci/run", "data.json", "target/debug/x.rs", ".git/x.md"] {
            put(path);
        }
        let paths: Vec<_> =
            text_files(directory.path()).unwrap().into_iter().map(|file| file.path).collect();
        assert_eq!(paths, [".ci/run", "src/lib.rs"]);
    }
}
