//! Dependencies that nothing names any more.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use proc_macro2::{TokenStream, TokenTree};

use super::TextFile;
use crate::workspace::{Dependency, Package, Workspace};

/// All dependencies of members that no source of the member names.
pub(super) fn check(files: &[TextFile], workspace: &Workspace, packages: &[String]) -> Vec<String> {
    let members = workspace.packages.iter().zip(packages);
    let mut violations: Vec<String> =
        members.flat_map(|(package, directory)| check_package(files, package, directory)).collect();
    violations.extend(check_shared(files, workspace));
    violations
}

fn check_package(files: &[TextFile], package: &Package, directory: &str) -> Vec<String> {
    let sources = files.iter().filter(|file| {
        file.path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
            && file.path.ends_with(".rs")
    });
    let mut words = BTreeSet::new();
    for source in sources {
        if let Ok(tokens) = TokenStream::from_str(&source.text) {
            read_words(tokens, &mut words);
        }
    }
    // The library of `serde-json` is `serde_json`, that of `md-5` is `md5`.
    let named = |name: &str| {
        words.contains(&name.replace('-', "_")) || words.contains(&name.replace('-', ""))
    };
    let unused = package.dependencies.iter().filter(|dependency| !named(dependency.local_name()));
    unused
        .map(|d| {
            let name = d.local_name();
            format!("{} depends on {name}, which none of its sources names", package.name)
        })
        .collect()
}

/// Every word, also in the examples of documentation.
fn read_words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                words.insert(word.to_string());
            }
            TokenTree::Group(group) => read_words(group.stream(), words),
            TokenTree::Literal(text) => {
                let text = text.to_string();
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                words.extend(text.split(|c| !is_word(c)).map(str::to_owned));
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// Entries of `[workspace.dependencies]` that no member takes.
fn check_shared(files: &[TextFile], workspace: &Workspace) -> Vec<String> {
    let Some(manifest) = files.iter().find(|file| file.path == "Cargo.toml") else {
        return Vec::new();
    };
    let taken: BTreeSet<&str> = workspace
        .packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(Dependency::local_name)
        .collect();
    let Ok(document) = manifest.text.parse::<toml_edit::DocumentMut>() else {
        return vec!["Cargo.toml is not TOML".to_owned()];
    };
    let shared = document.get("workspace").and_then(|table| table.get("dependencies")?.as_table());
    let names = shared.into_iter().flat_map(|table| table.iter().map(|(name, _)| name));
    names
        .filter(|name| !taken.contains(name))
        .map(|name| format!("no member takes {name} from the dependencies of the workspace"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check_files(files: &[(&str, &str)], dependencies: &[&str]) -> Vec<String> {
        let text = |(path, text): &(&str, &str)| TextFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        let dependencies: Vec<_> =
            dependencies.iter().map(|name| json!({"name": name, "req": "^1"})).collect();
        let metadata = json!({
            "workspace_root": "/w", "target_directory": "/w/target",
            "packages": [{"name": "a", "version": "1.0.0", "manifest_path": "/w/a/Cargo.toml",
                          "features": {}, "dependencies": dependencies}],
        });
        let workspace = Workspace::parse(&metadata.to_string()).unwrap();
        check(&files.iter().map(text).collect::<Vec<_>>(), &workspace, &["a".to_owned()])
    }

    #[test]
    fn a_dependency_is_used_if_a_source_of_its_package_names_it() {
        let files = [
            ("a/src/lib.rs", "use serde_json::Value;\n/// `url::Url`\nfn f() {}\n// http\n"),
            ("a/tests/it.rs", "fn f() { bytes::Bytes::new(); }\n"),
            ("ab/src/lib.rs", "use tokio;\n"),
            (
                "Cargo.toml",
                "[workspace.dependencies]\nserde-json = \"1\"\nhttp = \"1\"\nrand = \"1\"\n",
            ),
        ];
        assert_eq!(
            check_files(&files, &["serde-json", "url", "bytes", "tokio", "http"]),
            [
                "a depends on tokio, which none of its sources names",
                "a depends on http, which none of its sources names",
                "no member takes rand from the dependencies of the workspace",
            ]
        );
    }
}
