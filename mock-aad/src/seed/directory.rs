//! Accounts out of a directory of this machine: `gen1/<account>/...` and
//! `gen2/<account>/<file system>/...` become files of these accounts.

use std::fs;
use std::path::Path;

use super::Seed;
use super::accounts::{SeedAccount, SeedPath};
use crate::error::Error;

impl Seed {
    /// Adds what a directory holds. It is read once.
    ///
    /// # Errors
    /// When it cannot be read, or holds what no account can; the text names it.
    pub fn add_directory(&mut self, directory: &Path) -> Result<(), Error> {
        for (name, place) in entries(directory)? {
            let generation = match name.as_str() {
                "gen1" => 1,
                "gen2" => 2,
                _ => {
                    return Err(unfit(
                        &place,
                        "in a seed directory are gen1/<account>/... and \
                                              gen2/<account>/<file system>/..., and nothing else",
                    ));
                }
            };
            for (name, place) in entries(&place)? {
                let mut account = SeedAccount { name, generation, ..SeedAccount::default() };
                add_items(&mut account, &place, "")?;
                self.accounts.push(account);
            }
        }
        self.check().map_err(|reason| unfit(directory, &reason))
    }
}

/// Adds what is in a directory, below `above` in the account.
fn add_items(account: &mut SeedAccount, directory: &Path, above: &str) -> Result<(), Error> {
    for (name, place) in entries(directory)? {
        let path = format!("{above}/{name}");
        let is_directory =
            fs::symlink_metadata(&place).map_err(|e| cannot_read(&place, e))?.is_dir();
        let content = match is_directory {
            true => None,
            // A link to a file is the file; a link to a directory could lead round in circles.
            false => Some(fs::read(&place).map_err(|e| cannot_read(&place, e))?.into()),
        };
        account.paths.push(SeedPath { path: path.clone(), content, ..SeedPath::default() });
        if is_directory {
            add_items(account, &place, &path)?;
        }
    }
    Ok(())
}

/// What is in a directory, by name.
fn entries(directory: &Path) -> Result<Vec<(String, std::path::PathBuf)>, Error> {
    let read = fs::read_dir(directory).map_err(|e| cannot_read(directory, e))?;
    let mut found = Vec::new();
    for entry in read {
        let place = entry.map_err(|e| cannot_read(directory, e))?.path();
        let name = place.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| unfit(&place, "its name is not UTF-8"))?;
        found.push((name.to_owned(), place.clone()));
    }
    found.sort();
    Ok(found)
}

fn cannot_read(path: &Path, source: std::io::Error) -> Error {
    Error::File { action: "cannot read", path: path.to_owned(), source }
}

fn unfit(path: &Path, reason: &str) -> Error {
    Error::Config(format!("{}: {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_becomes_accounts() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("gen1/lake/empty")).unwrap();
        fs::create_dir_all(root.join("gen2/flats/raw/2026")).unwrap();
        fs::write(root.join("gen1/lake/a b.txt"), "hello").unwrap();
        fs::write(root.join("gen2/flats/raw/2026/x.bin"), b"\xff\x00").unwrap();
        let mut seed = Seed::default();
        seed.add_directory(root).unwrap();
        let shown: Vec<String> = seed
            .accounts
            .iter()
            .flat_map(|account| {
                account.paths.iter().map(move |item| {
                    let content = item.content.as_ref().map(|bytes| bytes.len());
                    format!("{} {} {} {content:?}", account.generation, account.name, item.path)
                })
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        1 lake /a b.txt Some(5)
        1 lake /empty None
        2 flats /raw None
        2 flats /raw/2026 None
        2 flats /raw/2026/x.bin Some(2)
        ");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (path, named) in [
            ("lake/x", "gen1/<account>"),
            ("gen1/No-Dashes/x", "'No-Dashes'"),
            ("gen2/lake/UPPER/x", "'UPPER'"),
            // A file where a file system should be.
            ("gen2/lake/x", "'x'"),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "x").unwrap();
            let error = Seed::default().add_directory(directory.path()).unwrap_err().to_string();
            assert!(error.contains(named), "{path}: {error}");
        }
        let error = Seed::default().add_directory(Path::new("/nonexistent")).unwrap_err();
        assert!(error.to_string().starts_with("cannot read /nonexistent: "), "{error}");
    }
}
