//! Where modules lie: one that has modules in files of their own is `x/mod.rs` beside them, not `x.rs`
//! above them.

use std::collections::BTreeSet;

use super::TextFile;

/// All modules that lie in the other way; `packages` are the directories of the members.
pub(super) fn check(files: &[TextFile], packages: &[String]) -> Vec<String> {
    packages.iter().flat_map(|package| check_package(files, package)).collect()
}

fn check_package(files: &[TextFile], package: &str) -> Vec<String> {
    let directory = format!("{package}/");
    let sources = files.iter().map(|file| &*file.path);
    let sources: Vec<_> =
        sources.filter(|path| path.starts_with(&directory) && path.ends_with(".rs")).collect();
    let parents: BTreeSet<_> =
        sources.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
    let above: Vec<_> = sources
        .iter()
        .filter_map(|path| path.strip_suffix(".rs"))
        .filter(|module| parents.contains(module))
        .collect();
    let refused =
        |module: &&str| format!("{module}.rs has modules below it: move it to {module}/mod.rs");
    above.iter().map(refused).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_files(package: &str, paths: &[&str]) -> Vec<String> {
        let file =
            |path: &&str| TextFile { path: format!("{package}/{path}"), text: String::new() };
        check(&paths.iter().map(file).collect::<Vec<_>>(), &[package.to_owned()])
    }

    #[test]
    fn a_module_lies_beside_those_below_it() {
        let good = ["src/lib.rs", "src/a/mod.rs", "src/a/b.rs", "src/c.rs", "tests/it/main.rs"];
        assert_eq!(check_files("p", &good), Vec::<String>::new());
        let expected = ["p/src/a.rs has modules below it: move it to p/src/a/mod.rs"];
        assert_eq!(check_files("p", &["src/lib.rs", "src/a.rs", "src/a/b.rs"]), expected);
    }
}
