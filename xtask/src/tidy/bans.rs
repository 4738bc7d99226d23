//! What may not be depended on, or only by some: `deny.toml` says it, in the terms of cargo-deny.

use anyhow::{Context as _, bail};
use toml_edit::{DocumentMut, InlineTable, Value};
use xshell::{Shell, cmd};

/// One ban.
#[derive(Debug, PartialEq, Eq)]
struct Ban {
    package: String,
    instead: Option<String>,
    /// Who may name it all the same.
    wrappers: Vec<String>,
}

/// All packages that would be built and use what they may not.
pub(super) fn check(shell: &Shell) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for ban in bans(&shell.read_file("deny.toml")?)? {
        violations.extend(ban.violations(&users(shell, &ban.package)?));
    }
    Ok(violations)
}

fn bans(text: &str) -> anyhow::Result<Vec<Ban>> {
    let document: DocumentMut = text.parse().context("deny.toml is not TOML")?;
    let denied = document.get("bans").and_then(|bans| bans.get("deny")?.as_array());
    let denied = denied.context("deny.toml has no list `deny` under [bans]")?;
    let ban = |value: &Value| value.as_inline_table().and_then(Ban::read);
    let bans: Option<Vec<Ban>> = denied.iter().map(ban).collect();
    bans.context("each entry of `deny` in deny.toml must be a table with `crate`")
}

impl Ban {
    fn read(entry: &InlineTable) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let wrappers = entry.get("wrappers").and_then(Value::as_array);
        let names = wrappers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        Some(Self {
            package: text("crate")?,
            instead: text("use-instead"),
            wrappers: names.collect(),
        })
    }

    fn violations(&self, users: &[String]) -> Vec<String> {
        let foreign = users.iter().filter(|user| !self.wrappers.contains(user));
        let way_out = match &self.instead {
            Some(instead) => format!("; use {instead}"),
            None => String::new(),
        };
        foreign
            .map(|user| format!("{user} uses {}, which deny.toml bans{way_out}", self.package))
            .collect()
    }
}

/// The packages that name this one and would be built with it, whichever feature is on. The lock file
/// does not tell: it has what dependencies leave off, too.
fn users(shell: &Shell, package: &str) -> anyhow::Result<Vec<String>> {
    let output = cmd!(
        shell,
        "cargo tree --workspace --all-features --edges normal,build,dev --prefix none --depth 1 --invert {package}"
    )
    .quiet()
    .ignore_status()
    .output()
    .context("cannot run cargo tree")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && !errors.contains("did not match any packages") {
        bail!("cargo tree cannot tell who uses {package}: {errors}");
    }
    Ok(named(&String::from_utf8_lossy(&output.stdout)))
}

/// The names in the lines behind the first, which is about the package itself.
fn named(tree: &str) -> Vec<String> {
    let mut names: Vec<_> =
        tree.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANS: &str = "[bans]\ndeny = [\n    { crate = \"ring\", use-instead = \"aws-lc-rs\" },\n    \
                        { crate = \"axum\", wrappers = [\"mock-aad\"] },\n]\n";

    #[test]
    fn what_is_banned_is_named_with_who_uses_it_and_the_way_out() {
        let bans = bans(BANS).unwrap();
        let users = named(
            "x v1.0.0\nmock-aad v0.1.0 (/w/mock-aad)\nadls-fs v0.1.0 (/w/fs)\nadls-fs v0.1.0 (*)\n",
        );
        assert_eq!(users, ["adls-fs", "mock-aad"]);
        assert_eq!(
            bans[0].violations(&users),
            [
                "adls-fs uses ring, which deny.toml bans; use aws-lc-rs",
                "mock-aad uses ring, which deny.toml bans; use aws-lc-rs",
            ]
        );
        assert_eq!(bans[1].violations(&users), ["adls-fs uses axum, which deny.toml bans"]);
        assert_eq!(bans[0].violations(&named("")), Vec::<String>::new());
    }

    #[test]
    fn a_list_that_cannot_be_read_is_no_empty_list() {
        assert!(bans("[bans]\n").is_err());
        assert!(bans("[bans]\ndeny = [\"ring\"]\n").is_err());
    }
}
