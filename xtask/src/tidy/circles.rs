//! No circles between the files of a package: whoever reads one must not have to read all.
//!
//! A file needs another when it names something that is defined there. A module that only passes on
//! what another defines does not need it, and whoever takes a name from it needs the file where the
//! name is defined. A module and those below it are one thing, and may need each other.

use std::collections::{BTreeMap, BTreeSet};

use super::TextFile;
use super::paths::{Names, Path, Use, names};
use super::sources::is_test;

/// A file of one package, with what it names.
struct Module {
    file: String,
    /// What `use` brings in, by the name that it has here.
    names: BTreeMap<String, Path>,
    /// Paths that code or a `use` that is not only passed on spells out.
    needs: Vec<Path>,
}

type Modules = BTreeMap<Vec<String>, Module>;

/// A circle: for each file in it, a file of the circle that it needs, and a name that it takes from
/// there.
type Circle<'a> = Vec<(&'a str, &'a str, String)>;

/// All circles in these files; `packages` are the directories of the members.
pub(super) fn check(files: &[TextFile], packages: &[String]) -> Vec<String> {
    packages.iter().flat_map(|package| check_package(files, package)).collect()
}

fn check_package(files: &[TextFile], package: &str) -> Vec<String> {
    let modules = match modules(files, &format!("{package}/src/")) {
        Ok(modules) => modules,
        Err(not_rust) => return vec![not_rust],
    };
    let circles = circles(&modules);
    let shown = circles.iter().map(|circle| {
        let files: BTreeSet<_> = circle.iter().map(|(from, ..)| from).collect();
        let lines = circle.iter().map(|(from, to, name)| format!("\n    {from} -> {to}: {name}"));
        let (count, lines) = (files.len(), lines.collect::<String>());
        format!("{package} has a circle of {count} files:{lines}")
    });
    shown.collect()
}

fn modules(files: &[TextFile], sources: &str) -> Result<Modules, String> {
    let mut modules = Modules::new();
    let mut for_tests = Vec::new();
    for file in files {
        let Some(rest) = file.path.strip_prefix(sources) else { continue };
        let Some(name) = rest.strip_suffix(".rs") else { continue };
        // A program beside a library is a package of its own to the compiler.
        let is_second_root = name == "main" && modules.contains_key(&Vec::new());
        if is_test(&file.path) || is_second_root || name.starts_with("bin/") {
            continue;
        }
        let mut place: Vec<String> = name.split('/').map(str::to_owned).collect();
        if place.last().is_some_and(|last| ["lib", "main", "mod"].contains(&last.as_str())) {
            place.pop();
        }
        let found =
            names(&file.text).map_err(|error| format!("{} is not Rust: {error}", file.path))?;
        for_tests.extend(found.test_modules.iter().map(|below| [&place[..], below].concat()));
        modules.insert(place.clone(), module(&file.path, &place, found));
    }
    modules.retain(|place, _| !for_tests.iter().any(|tests| place.starts_with(tests)));
    Ok(modules)
}

fn module(file: &str, place: &[String], found: Names) -> Module {
    let mut names = BTreeMap::new();
    let mut needs = Vec::new();
    for Use { path, name, passed_on } in found.uses {
        let path = from_root(&path, place);
        if !passed_on || found.words.contains(&name) {
            needs.push(path.clone());
        }
        names.insert(name, path);
    }
    needs.extend(found.paths.iter().map(|path| from_root(path, place)));
    Module { file: file.to_owned(), names, needs }
}

/// The path as the root of the package spells it; a relative one begins in the module itself.
fn from_root(path: &[String], place: &[String]) -> Path {
    let mut base = place.to_vec();
    let mut rest = path;
    while let [first, tail @ ..] = rest {
        match first.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => drop(base.pop()),
            _ => break,
        }
        rest = tail;
    }
    base.extend_from_slice(rest);
    base
}

/// The module that defines what a path names; `None` for what is not of this package.
fn definition<'a>(modules: &'a Modules, path: &[String], depth: usize) -> Option<&'a [String]> {
    let (mut at, _) = modules.get_key_value(&[] as &[String])?;
    for (index, name) in path.iter().enumerate() {
        let child = [at.as_slice(), std::slice::from_ref(name)].concat();
        if let Some((child, _)) = modules.get_key_value(&child) {
            at = child;
            continue;
        }
        let Some(target) = modules.get(at).and_then(|module| module.names.get(name)) else {
            // The name is defined here, or comes from elsewhere altogether.
            return Some(at);
        };
        let mut whole = target.clone();
        whole.extend_from_slice(&path[index + 1..]);
        return if depth > 0 && whole != path {
            definition(modules, &whole, depth - 1)
        } else {
            None
        };
    }
    Some(at)
}

/// Which file needs which, with the first name that it takes from there.
fn edges(modules: &Modules) -> BTreeMap<&[String], BTreeMap<&[String], String>> {
    let mut edges: BTreeMap<&[String], BTreeMap<&[String], String>> = BTreeMap::new();
    for (place, module) in modules {
        let edges = edges.entry(place).or_default();
        for path in &module.needs {
            let found = definition(modules, path, 8);
            // A path that ends where it began is a name of the file's own, or a foreign one.
            let is_other =
                |found: &&[String]| !found.starts_with(place) && !place.starts_with(found);
            if let Some(found) = found.filter(is_other) {
                let name = path.last().cloned().unwrap_or_default();
                edges.entry(found).or_insert(name);
            }
        }
    }
    edges
}

/// The groups of files of which each needs each, over others of the group.
fn circles(modules: &Modules) -> Vec<Circle<'_>> {
    let edges = edges(modules);
    let reach: BTreeMap<_, _> = edges.keys().map(|from| (*from, reachable(&edges, from))).collect();
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    for from in edges.keys() {
        if seen.contains(from) || !reach[from].contains(from) {
            continue;
        }
        let group: BTreeSet<_> =
            reach[from].iter().copied().filter(|to| reach[to].contains(from)).collect();
        seen.extend(group.iter().copied());
        let within = |place: &&[String]| {
            let needed = edges[place].iter().filter(|(to, _)| group.contains(*to));
            needed
                .map(|(to, name)| {
                    (modules[*place].file.as_str(), modules[*to].file.as_str(), name.clone())
                })
                .collect::<Vec<_>>()
        };
        circles.push(group.iter().flat_map(within).collect());
    }
    circles
}

fn reachable<'a>(
    edges: &BTreeMap<&'a [String], BTreeMap<&'a [String], String>>,
    from: &[String],
) -> BTreeSet<&'a [String]> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = edges[from].keys().copied().collect();
    while let Some(at) = open.pop() {
        if found.insert(at) {
            open.extend(edges[at].keys().copied());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_files(files: &[(&str, &str)]) -> Vec<String> {
        let file = |(path, text): &(&str, &str)| TextFile {
            path: format!("p/src/{path}"),
            text: (*text).to_owned(),
        };
        check(&files.iter().map(file).collect::<Vec<_>>(), &["p".to_owned()])
    }

    #[test]
    fn two_files_that_need_each_other_are_refused() {
        let circle = check_files(&[
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a.rs", "use crate::b::B;\npub struct A(B);\n"),
            ("b.rs", "pub struct B;\nfn f() -> super::a::A { super::a::A(B) }\n"),
        ]);
        let text = "p has a circle of 2 files:\n    p/src/a.rs -> p/src/b.rs: B\n    p/src/b.rs -> p/src/a.rs: A";
        assert_eq!(circle, [text]);
    }

    #[test]
    fn what_is_passed_on_leads_to_where_it_is_defined() {
        let straight = [
            ("lib.rs", "mod a;\nmod b;\npub use a::A;\npub use b::{B, C as D};\n"),
            ("a.rs", "use crate::{B, D};\npub struct A(B, D);\n"),
            ("b.rs", "pub struct B;\npub struct C;\n"),
        ];
        assert_eq!(check_files(&straight), Vec::<String>::new());
    }

    #[test]
    fn a_module_and_those_below_it_may_need_each_other() {
        let files = [
            ("lib.rs", "mod a;\n"),
            ("a/mod.rs", "mod x;\npub struct Base;\nfn g() { x::f(Base) }\n"),
            ("a/x.rs", "use super::Base;\npub fn f(_: Base) {}\n"),
        ];
        assert_eq!(check_files(&files), Vec::<String>::new());
    }

    #[test]
    fn what_is_passed_on_and_used_as_well_is_needed() {
        let circle = check_files(&[
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a.rs", "pub use crate::b::B;\npub struct A(B);\n"),
            ("b.rs", "pub struct B;\nfn f() -> super::a::A { super::a::A(B) }\n"),
        ]);
        assert_eq!(circle.len(), 1);
    }

    #[test]
    fn files_for_unit_tests_need_nothing() {
        let files = [
            ("lib.rs", "mod a;\n#[cfg(test)]\nmod testing;\n"),
            ("a.rs", "pub struct A;\n#[cfg(test)]\nuse crate::testing::x::f;\n"),
            ("testing/mod.rs", "pub mod x;\n"),
            ("testing/x.rs", "use crate::a::A;\npub fn f(_: A) {}\n"),
        ];
        assert_eq!(check_files(&files), Vec::<String>::new());
    }

    #[test]
    fn modules_within_a_file_belong_to_it() {
        let circle = check_files(&[
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a.rs", "mod inner {\n    use super::super::b::B;\n    pub struct A(B);\n}\n"),
            ("b.rs", "pub struct B;\nuse super::a::inner::A;\n"),
        ]);
        assert_eq!(circle.len(), 1);
        let own = [
            ("lib.rs", "mod a;\nmod b;\nmod c;\n"),
            ("a.rs", "mod b {\n    pub struct B;\n}\nuse self::b::B;\npub struct A(B);\n"),
            ("b.rs", "use crate::a::A;\nfn f(_: A) {}\n"),
        ];
        assert_eq!(check_files(&own), Vec::<String>::new());
    }

    #[test]
    fn comments_strings_and_unit_tests_need_nothing() {
        let files = [
            ("lib.rs", "mod a;\nmod b;\n"),
            ("a.rs", "use crate::b::B;\npub struct A(B);\n"),
            (
                "b.rs",
                "/// See [`crate::a::A`].\npub struct B;\nconst X: &str = \"crate::a::A\";\n\
                 #[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n",
            ),
        ];
        assert_eq!(check_files(&files), Vec::<String>::new());
    }
}
