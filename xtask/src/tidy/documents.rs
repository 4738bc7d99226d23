//! Rules for the documents: no dead links, no page that the book forgets.

use super::TextFile;

const SUMMARY: &str = "docs/src/SUMMARY.md";

/// All violations in the Markdown files; `exists` tells whether a path of the repository does.
pub(super) fn check(files: &[TextFile], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        for link in relative_links(&file.text) {
            let target = resolve(&file.path, link);
            if !exists(&target) {
                violations.push(format!("{} links to {link}, which does not exist", file.path));
            }
        }
    }
    violations.extend(pages_without_entry(files));
    violations
}

/// Pages of the book that its table of contents does not name.
fn pages_without_entry(files: &[TextFile]) -> Vec<String> {
    let Some(summary) = files.iter().find(|file| file.path == SUMMARY) else {
        return Vec::new();
    };
    let listed: Vec<String> =
        relative_links(&summary.text).into_iter().map(|link| resolve(SUMMARY, link)).collect();
    files
        .iter()
        .map(|file| &file.path)
        .filter(|path| path.starts_with("docs/src/") && path.ends_with(".md") && *path != SUMMARY)
        .filter(|path| !listed.contains(path))
        .map(|path| format!("{path} is not in {SUMMARY}"))
        .collect()
}

/// The targets of `[text](target)` that are files of the repository, without their `#fragment`.
fn relative_links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
        links.extend(files.filter_map(|target| target.split('#').next()));
    }
    links
}

/// The path of the repository that a link in `from` points at.
fn resolve(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn dead_links_are_found_and_others_left_alone() {
        let text = "[a](../../README.md#x) [b](gone.md) [c](https://example.com) [d](#here)\n\
                    ```\n[e](in-code.md)\n```\n";
        let files = [file("docs/src/page.md", text)];
        let violations = check(&files, |path| path == "README.md");
        assert_eq!(violations, ["docs/src/page.md links to gone.md, which does not exist"]);
    }

    #[test]
    fn a_page_that_the_book_forgets_is_named() {
        let files = [
            file(SUMMARY, "- [One](one.md)\n"),
            file("docs/src/one.md", ""),
            file("docs/src/two.md", ""),
        ];
        assert_eq!(check(&files, |_| true), ["docs/src/two.md is not in docs/src/SUMMARY.md"]);
    }
}
