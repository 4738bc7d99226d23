//! `cargo xtask ci`: the steps, cheapest first.
//!
//! All steps share one `target` directory and never change RUSTFLAGS, so that each reuses what the
//! step before has compiled.

mod tests;

use std::time::Instant;

use anyhow::bail;
use clap::{Args, ValueEnum};
use xshell::{Shell, cmd};

use crate::steps::{display, step};
use crate::tidy;
use crate::workspace::{Package, Workspace};

/// What `cargo xtask ci` takes.
#[derive(Args)]
pub(crate) struct Options {
    /// Runs only these steps, in their usual order
    #[arg(long, value_delimiter = ',')]
    only: Vec<Step>,
}

/// The steps, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting as rustfmt.toml says
    Fmt,
    /// The rules of the workspace that no lint knows
    Tidy,
    /// Lints, warnings are errors
    Clippy,
    /// Everything, with all features
    Build,
    /// Unit and integration tests
    Test,
    /// The examples in the documentation
    Doctest,
    /// Each package by itself, with its default features, without any, and with each of the others
    Alone,
    /// The documentation, warnings are errors
    Doc,
}

/// Runs the steps, all of them: one round shows everything that is wrong.
///
/// # Errors
/// Lists the steps that failed, with the tests that did; their own output says why.
pub(crate) fn run(shell: &Shell, workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut failures = Vec::new();
    for selected in selected(&options.only) {
        if let Err(error) = step(selected.name(), || selected.run(shell, workspace)) {
            println!("{error:#}");
            failures.push(format!("{error:#}"));
        }
    }
    let time = display(started.elapsed());
    if failures.is_empty() {
        println!("ci: all steps passed ({time})");
        return Ok(());
    }
    bail!("ci failed ({time}):\n{}", failures.join("\n"))
}

/// All steps, or those asked for; in either case in the order of the enum.
fn selected(only: &[Step]) -> Vec<Step> {
    let wanted = |step: &Step| only.is_empty() || only.contains(step);
    Step::value_variants().iter().copied().filter(wanted).collect()
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Clippy => "clippy",
            Self::Build => "build",
            Self::Test => "test",
            Self::Doctest => "doctest",
            Self::Alone => "alone",
            Self::Doc => "doc",
        }
    }

    fn run(self, shell: &Shell, workspace: &Workspace) -> anyhow::Result<()> {
        match self {
            Self::Fmt => fmt(shell),
            Self::Tidy => tidy::run(shell, workspace),
            Self::Clippy => clippy(shell),
            Self::Build => build(shell),
            Self::Test => test(shell),
            Self::Doctest => doctest(shell),
            Self::Alone => alone(shell, workspace),
            Self::Doc => doc(shell),
        }
    }
}

fn fmt(shell: &Shell) -> anyhow::Result<()> {
    if cmd!(shell, "cargo fmt --all --check").run().is_err() {
        bail!("the sources are not formatted: run `cargo fmt --all`");
    }
    Ok(())
}

fn clippy(shell: &Shell) -> anyhow::Result<()> {
    cmd!(shell, "cargo clippy --workspace --all-targets --all-features --locked -- -D warnings")
        .run()?;
    Ok(())
}

// The running xtask is left out of the next three: some systems refuse to overwrite a program that
// runs. Its own tests are a command of their own, which reuses what `cargo xtask` has just built.

fn build(shell: &Shell) -> anyhow::Result<()> {
    cmd!(shell, "cargo build --workspace --exclude xtask --all-targets --all-features --locked")
        .run()?;
    Ok(())
}

fn test(shell: &Shell) -> anyhow::Result<()> {
    // Not `--all-targets`, which would also run the benchmarks.
    tests::run(
        shell,
        &[
            &["--package", "xtask"],
            &["--workspace", "--exclude", "xtask", "--tests", "--all-features"],
        ],
    )
}

fn doctest(shell: &Shell) -> anyhow::Result<()> {
    tests::run(shell, &[&["--workspace", "--exclude", "xtask", "--all-features", "--doc"]])
}

/// A package that compiles only because another one switches on a feature of a shared dependency
/// would break for its users; built alone, it must stand on what its own manifest says.
fn alone(shell: &Shell, workspace: &Workspace) -> anyhow::Result<()> {
    let packages: Vec<_> =
        workspace.packages.iter().filter(|package| package.is_published()).collect();
    let mut failed = Vec::new();
    for chosen in packages.iter().flat_map(|package| bare(package)).chain(rounds(&packages)) {
        let arguments = &chosen;
        let clippy = cmd!(shell, "cargo clippy {arguments...} --locked -- -D warnings");
        if clippy.run().is_err() {
            failed.push(chosen.join(" "));
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("alone: {}", failed.join(", ")) }
}

/// A package by itself: with its default features, and without any where that makes a difference.
fn bare(package: &Package) -> Vec<Vec<String>> {
    let alone = ["--package".to_owned(), package.name.clone()];
    let mut choices = vec![alone.to_vec()];
    if package.has_default_features() {
        choices.push([&alone[..], &["--no-default-features".to_owned()]].concat());
    }
    choices
}

/// Each optional feature without the others of its package; one of every package at once, since each set of
/// features compiles the dependencies anew.
fn rounds(packages: &[&Package]) -> Vec<Vec<String>> {
    let features: Vec<Vec<_>> =
        packages.iter().map(|package| package.optional_features().collect()).collect();
    let most = features.iter().map(Vec::len).max().unwrap_or_default();
    let round = |index| {
        let with_one = packages.iter().zip(&features);
        let chosen = with_one.filter_map(|(package, all)| Some((&package.name, all.get(index)?)));
        chosen
            .flat_map(|(package, feature)| {
                let feature = format!("{package}/{feature}");
                ["--package".to_owned(), package.clone(), "--features".to_owned(), feature]
            })
            .collect()
    };
    (0..most).map(round).collect()
}

fn doc(shell: &Shell) -> anyhow::Result<()> {
    let _flags = shell.push_env("RUSTDOCFLAGS", "-D warnings");
    cmd!(shell, "cargo doc --workspace --no-deps --all-features --locked").run()?;
    Ok(())
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn without_a_choice_every_step_runs_cheapest_first() {
        assert_eq!(selected(&[]), Step::value_variants());
        assert_eq!(selected(&[])[0], Step::Fmt);
    }

    #[test]
    fn chosen_steps_keep_their_usual_order() {
        assert_eq!(selected(&[Step::Clippy, Step::Fmt]), [Step::Fmt, Step::Clippy]);
    }

    #[test]
    fn a_feature_must_compile_without_the_others() {
        let workspace = Workspace::parse(
            r#"{"workspace_root": "/w", "target_directory": "/w/target", "packages": [
                {"name": "a", "version": "1.0.0", "manifest_path": "/w/a/Cargo.toml", "publish": null,
                 "features": {"default": ["on"], "on": [], "off": ["_shared"], "_shared": []},
                 "dependencies": []},
                {"name": "b", "version": "1.0.0", "manifest_path": "/w/b/Cargo.toml", "publish": null,
                 "features": {"one": [], "two": []}, "dependencies": []}
            ]}"#,
        )
        .unwrap();
        let packages: Vec<_> = workspace.packages.iter().collect();
        assert_eq!(
            bare(packages[0]),
            [&["--package", "a"][..], &["--package", "a", "--no-default-features"]]
        );
        assert_eq!(
            rounds(&packages),
            [
                &["--package", "a", "--features", "a/off", "--package", "b", "--features", "b/one"]
                    [..],
                &["--package", "b", "--features", "b/two"]
            ]
        );
    }
    #[test]
    fn a_step_is_called_what_the_command_line_calls_it() {
        for step in Step::value_variants() {
            let value = step.to_possible_value().unwrap();
            assert_eq!(value.get_name(), step.name());
        }
    }
}
