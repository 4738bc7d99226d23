//! The programs that a benchmark runs, built in release.

use std::path::PathBuf;

use anyhow::Context as _;
use xshell::{Shell, cmd};

use crate::workspace::Workspace;

/// Builds everything at once, so that all share one set of features; returns the benchmark of this
/// name, whose file name only cargo knows.
pub(super) fn bench(shell: &Shell, workspace: &Workspace, name: &str) -> anyhow::Result<PathBuf> {
    let messages = cmd!(
        shell,
        "cargo build --release --locked --message-format json-render-diagnostics
            --package adls-cli --package mock-aad --package adls-tests
            --bin adls --bin mock-aad --bench {name}"
    )
    .read()?;
    let built = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let target = &message["target"];
        let is_bench = target["kind"][0] == "bench" && target["name"] == name;
        is_bench.then(|| message["executable"].as_str().map(PathBuf::from))?
    });
    built.with_context(|| format!("cargo has built no {name} in {}", workspace.target.display()))
}
