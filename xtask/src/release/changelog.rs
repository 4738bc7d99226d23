//! The change log, in the format of Keep a Changelog.

use anyhow::bail;
use semver::Version;

const UNRELEASED: &str = "## [Unreleased]";

/// The change log with a section for `version`: as it is if it has one, else with what is listed as
/// unreleased moved into a new one of that date.
///
/// # Errors
/// When there is nothing to say about the version.
pub(crate) fn release(text: &str, version: &Version, date: &str) -> anyhow::Result<String> {
    let section = format!("## [{version}]");
    if text.lines().any(|line| line.starts_with(&section)) {
        return Ok(text.to_owned());
    }
    let Some((before, after)) = text.split_once(UNRELEASED) else {
        bail!("CHANGELOG.md has neither a section `{section}` nor `{UNRELEASED}`");
    };
    let unreleased = after.split("\n## ").next().unwrap_or(after);
    if !unreleased.lines().any(|line| line.starts_with("- ")) {
        bail!("CHANGELOG.md lists nothing under `{UNRELEASED}`: what is new in {version}?");
    }
    Ok(format!("{before}{UNRELEASED}\n\n{section} - {date}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(unreleased: &str) -> String {
        format!("# Changelog\n\n{UNRELEASED}\n{unreleased}\n## [0.1.0] - 2024-02-29\n\n- First.\n")
    }

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn what_is_unreleased_becomes_the_section_of_the_version() {
        let text = log("\n### Added\n\n- A thing.\n");
        let released = release(&text, &version("0.2.0"), "2024-03-01").unwrap();
        assert_eq!(
            released,
            "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2024-03-01\n\n### Added\n\n- A thing.\n\n\
             ## [0.1.0] - 2024-02-29\n\n- First.\n"
        );
    }

    #[test]
    fn a_version_that_has_its_section_is_left_alone() {
        let text = log("");
        assert_eq!(release(&text, &version("0.1.0"), "2024-03-01").unwrap(), text);
    }

    #[test]
    fn a_release_without_news_is_refused() {
        let error = release(&log("\n### Added\n"), &version("0.2.0"), "2024-03-01").unwrap_err();
        assert_eq!(
            error.to_string(),
            "CHANGELOG.md lists nothing under `## [Unreleased]`: what is new in 0.2.0?"
        );
        let error = release("# Changelog\n", &version("0.2.0"), "2024-03-01").unwrap_err();
        assert_eq!(
            error.to_string(),
            "CHANGELOG.md has neither a section `## [0.2.0]` nor `## [Unreleased]`"
        );
    }
}
