//! Runs tests to the end, whatever fails among them, and lists at the end what did.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use xshell::Shell;

/// Runs `cargo test` once for each list of arguments.
///
/// # Errors
/// Names every test that failed, and every run that ended without saying which.
pub(super) fn run(shell: &Shell, runs: &[&[&str]]) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    for arguments in runs {
        println!("$ cargo test {} --locked --no-fail-fast", arguments.join(" "));
        let mut child = Command::new("cargo")
            .current_dir(shell.current_dir())
            .arg("test")
            .args(*arguments)
            .args(["--locked", "--no-fail-fast"])
            .stdout(Stdio::piped())
            .spawn()
            .context("cargo cannot be started")?;
        let output = child.stdout.take().context("cargo has no output")?;
        let named = failures(BufReader::new(output), &mut std::io::stdout())?;
        if !child.wait()?.success() && named.is_empty() {
            failed.push(format!("cargo test {}", arguments.join(" ")));
        }
        failed.extend(named);
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} failed:\n    {}", failed.len(), failed.join("\n    "))
}

/// Passes the output of the test harness on; returns the names of the tests that it calls failed.
fn failures(output: impl BufRead, to: &mut impl Write) -> anyhow::Result<Vec<String>> {
    let mut failed = Vec::new();
    for line in output.split(b'\n') {
        let line = line?;
        to.write_all(&line)?;
        to.write_all(b"\n")?;
        failed.extend(failed_test(&String::from_utf8_lossy(&line)));
    }
    Ok(failed)
}

/// The test of a line such as `test fs::sync::up ... FAILED`.
fn failed_test(line: &str) -> Option<String> {
    let name = line.trim_end().strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
    Some(name.to_owned())
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn every_failed_test_is_named_and_all_output_is_passed_on() {
        let output = "running 3 tests\ntest a ... ok\ntest b::c ... FAILED\r\n\u{fc}\ntest d ... FAILED\n\
                      \ntest result: FAILED. 1 passed; 2 failed\n";
        let mut passed_on = Vec::new();
        assert_eq!(failures(output.as_bytes(), &mut passed_on).unwrap(), ["b::c", "d"]);
        assert_eq!(passed_on, output.as_bytes());
    }
}
