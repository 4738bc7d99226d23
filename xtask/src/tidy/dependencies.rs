//! Which member may depend on which.

use std::collections::BTreeSet;

use xshell::Shell;

use crate::workspace::{Dependency, Kind, Package, Workspace};

/// The packages that each member may use, always or for its tests.
const EDGES: &[(&str, &[&str])] = &[
    ("adls-wire", &[]),
    ("adls-http", &["adls-wire"]),
    ("adls-auth", &["adls-http", "adls-wire"]),
    ("adls-mgmt", &["adls-http", "adls-wire"]),
    ("adls-fs", &["adls-http", "adls-wire"]),
    ("adls", &["adls-auth", "adls-fs", "adls-http", "adls-mgmt"]),
    ("mock-aad", &["adls-wire"]),
    ("adls-cli", &["adls-auth", "adls-fs", "adls-http", "adls-mgmt", "adls-wire"]),
    (
        "adls-tests",
        &["adls", "adls-auth", "adls-fs", "adls-http", "adls-mgmt", "adls-wire", "mock-aad"],
    ),
    ("xtask", &[]),
];

/// Uses that exist only while a feature is on: who, whom, which feature.
const OPTIONAL_EDGES: &[(&str, &str, &str)] =
    &[("mock-aad", "adls-http", "transport"), ("adls-cli", "mock-aad", "emulator")];

/// Pairs with no way from the first to the second, over whatever lies between.
const UNREACHABLE: &[(&str, &str)] = &[
    ("adls-fs", "adls-auth"),
    ("adls-mgmt", "adls-auth"),
    ("mock-aad", "adls-auth"),
    ("mock-aad", "adls-fs"),
    ("mock-aad", "adls-mgmt"),
];

/// All violations in the manifests and the lock file.
pub(super) fn check(shell: &Shell, workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let mut violations = check_manifests(workspace);
    violations.extend(check_lints(shell, workspace)?);
    Ok(violations)
}

fn check_manifests(workspace: &Workspace) -> Vec<String> {
    let mut violations = Vec::new();
    for package in &workspace.packages {
        violations.extend(check_edges(workspace, package));
        violations.extend(check_versions(workspace, package));
    }
    for &(from, to) in UNREACHABLE {
        if reachable(workspace, from).contains(to) {
            violations.push(format!("{from} reaches {to}, from which it must stay independent"));
        }
    }
    violations
}

fn check_edges(workspace: &Workspace, package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, allowed)) = EDGES.iter().find(|(from, _)| *from == name) else {
        return vec![format!(
            "{name} is new: say in xtask/src/tidy/dependencies.rs what it may use"
        )];
    };
    let internal = package.dependencies.iter().filter(|d| workspace.package(&d.name).is_some());
    internal
        .filter(|dependency| !allowed.contains(&dependency.name.as_str()))
        .filter_map(|dependency| check_optional_edge(package, dependency))
        .collect()
}

fn check_optional_edge(package: &Package, dependency: &Dependency) -> Option<String> {
    let (from, to) = (package.name.as_str(), dependency.name.as_str());
    let edge = OPTIONAL_EDGES.iter().find(|(f, t, _)| *f == from && *t == to);
    let Some((_, _, feature)) = edge else {
        return Some(format!("{from} must not depend on {to}: see docs/src/architecture.md"));
    };
    if !dependency.optional || dependency.kind.is_some() {
        return Some(format!("{from} may use {to} only as an optional dependency"));
    }
    let enables = |items: &Vec<String>| items.iter().any(|item| *item == format!("dep:{to}"));
    let enabled_by: Vec<_> =
        package.features.iter().filter(|(_, items)| enables(items)).map(|(name, _)| name).collect();
    if enabled_by != [feature] {
        return Some(format!("{from} may use {to} only behind its feature `{feature}`"));
    }
    None
}

/// A published package must name a version of what it needs, or its registry refuses it.
fn check_versions(workspace: &Workspace, package: &Package) -> Vec<String> {
    let unversioned = |d: &&Dependency| {
        workspace.package(&d.name).is_some() && d.kind != Some(Kind::Dev) && d.req == "*"
    };
    let needs = package.dependencies.iter().filter(|_| package.is_published()).filter(unversioned);
    needs.map(|d| format!("{} needs a version of {}", package.name, d.name)).collect()
}

/// Every member that `from` uses, directly or not, with all features on; its tests aside.
fn reachable(workspace: &Workspace, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(package) = open.pop().and_then(|name| workspace.package(&name)) {
        let used = package.dependencies.iter().filter(|d| d.kind != Some(Kind::Dev));
        for dependency in used.filter(|d| workspace.package(&d.name).is_some()) {
            if seen.insert(dependency.name.clone()) {
                open.push(dependency.name.clone());
            }
        }
    }
    seen
}

/// A member without this table would silently be linted by the defaults.
fn check_lints(shell: &Shell, workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for package in &workspace.packages {
        let manifest = shell.read_file(&package.manifest_path)?;
        if !manifest.contains("[lints]\nworkspace = true\n") {
            violations.push(format!("{} does not take the lints of the workspace", package.name));
        }
    }
    Ok(violations)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// One dependency of the workspace under test.
    fn dependency(name: &str) -> Value {
        json!({"name": name, "kind": null, "optional": false, "req": "^0.1.0"})
    }

    fn package(name: &str, dependencies: &[Value], features: &Value) -> Value {
        json!({"name": name, "version": "0.1.0", "manifest_path": format!("/w/{name}/Cargo.toml"),
               "dependencies": dependencies, "features": features, "publish": null})
    }

    fn violations(packages: &[Value]) -> Vec<String> {
        let metadata =
            json!({"workspace_root": "/w", "target_directory": "/w/target", "packages": packages});
        check_manifests(&Workspace::parse(&metadata.to_string()).unwrap())
    }

    #[test]
    fn the_edges_of_the_diagram_are_accepted() {
        let mut optional = dependency("adls-http");
        optional["optional"] = json!(true);
        let packages = [
            package("adls-wire", &[], &json!({})),
            package("adls-http", &[dependency("adls-wire"), dependency("reqwest")], &json!({})),
            package("adls-fs", &[dependency("adls-http")], &json!({})),
            package("mock-aad", &[optional], &json!({"transport": ["dep:adls-http"]})),
        ];
        assert_eq!(violations(&packages), Vec::<String>::new());
    }

    #[test]
    fn an_edge_against_the_diagram_is_refused_directly_and_over_others() {
        let packages = [
            package("adls-fs", &[dependency("adls-http")], &json!({})),
            package("adls-http", &[dependency("adls-auth")], &json!({})),
            package("adls-auth", &[], &json!({})),
        ];
        assert_eq!(
            violations(&packages),
            [
                "adls-http must not depend on adls-auth: see docs/src/architecture.md",
                "adls-fs reaches adls-auth, from which it must stay independent",
            ]
        );
    }

    #[test]
    fn the_emulator_may_know_the_pipeline_only_behind_its_feature() {
        let always = package("mock-aad", &[dependency("adls-http")], &json!({}));
        let mut optional = dependency("adls-http");
        optional["optional"] = json!(true);
        let features = json!({"transport": ["dep:adls-http"], "default": ["dep:adls-http"]});
        let by_default = package("mock-aad", &[optional], &features);
        let http = package("adls-http", &[], &json!({}));
        assert_eq!(
            violations(&[always, http.clone()]),
            ["mock-aad may use adls-http only as an optional dependency"]
        );
        assert_eq!(
            violations(&[by_default, http]),
            ["mock-aad may use adls-http only behind its feature `transport`"]
        );
    }

    #[test]
    fn an_unknown_member_and_a_missing_version_are_named() {
        let mut unversioned = dependency("adls-wire");
        unversioned["req"] = json!("*");
        let packages = [
            package("adls-new", &[], &json!({})),
            package("adls-http", &[unversioned], &json!({})),
            package("adls-wire", &[], &json!({})),
        ];
        assert_eq!(
            violations(&packages),
            [
                "adls-new is new: say in xtask/src/tidy/dependencies.rs what it may use",
                "adls-http needs a version of adls-wire",
            ]
        );
    }
}
