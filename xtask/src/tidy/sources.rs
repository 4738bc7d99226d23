//! Rules for the text of source files.

use super::TextFile;

/// No file may be longer; most should stay far below.
const MAX_LINES: usize = 800;

/// Words that mark unfinished work. Split, so that this file does not break its own rule.
const UNFINISHED: [&str; 3] =
    [concat!("FIX", "ME"), concat!("to", "do!("), concat!("unimple", "mented!(")];

/// Something that is done in few places only.
struct Restriction {
    /// What is done.
    what: &'static str,
    /// The spellings that do it.
    spellings: &'static [&'static str],
    /// Beginnings of the paths where it may be done.
    places: &'static [&'static str],
}

const RESTRICTIONS: &[Restriction] = &[
    Restriction {
        what: "reads the environment",
        spellings: &["env::var", "env::args", "env::current_dir", "env::home_dir"],
        places: &[
            "crates/adls-auth/src/env.rs",
            "crates/adls-cli/src/environment.rs",
            "crates/adls-http/src/environment.rs",
            "tests/",
            "xtask/",
        ],
    },
    Restriction {
        what: "prints",
        spellings: &["print!(", "println!(", "stdout()", "stderr()"],
        places: &[
            "crates/adls-cli/src/printer/",
            // `adls fs cat` and `adls fs acl save` stream bytes, not text.
            "crates/adls-cli/src/commands/fs/acl_file.rs",
            "crates/adls-cli/src/commands/fs/read.rs",
            "mock-aad/benches/",
            "mock-aad/src/main.rs",
            "mock-aad/src/serve.rs",
            "tests/",
            "xtask/",
        ],
    },
    Restriction {
        what: "reads the clock",
        spellings: &["SystemTime::now", "Timestamp::now", "Zoned::now"],
        places: &[
            "crates/adls-http/src/clock.rs",
            "mock-aad/src/clock.rs",
            // Certificates are judged by the clocks of the clients, which are real.
            "mock-aad/src/front/tls.rs",
            "tests/",
            "xtask/",
        ],
    },
];

/// All violations in these files; `packages` are the directories of the members.
pub(super) fn check(files: &[TextFile], packages: &[String]) -> Vec<String> {
    let mut violations: Vec<String> = files.iter().flat_map(check_file).collect();
    for package in packages {
        let is_front_page = |file: &&TextFile| {
            file.path == format!("{package}/src/lib.rs")
                || file.path == format!("{package}/src/main.rs")
        };
        if !files.iter().any(|file| is_front_page(&file) && has_module_docs(&file.text)) {
            violations.push(format!("{package} has no front page: begin its root with `//!`"));
        }
    }
    violations
}

fn check_file(file: &TextFile) -> Vec<String> {
    let mut violations = check_text(file);
    if file.path.ends_with(".rs") {
        violations.extend(check_rust(file));
    }
    violations
}

fn check_text(file: &TextFile) -> Vec<String> {
    let path = &file.path;
    let mut violations = Vec::new();
    let lines = file.text.lines().count();
    if lines > MAX_LINES {
        violations.push(format!("{path} has {lines} lines, more than {MAX_LINES}: split it"));
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        violations.push(format!("{path} does not end with a newline"));
    }
    for (number, line) in numbered(&file.text) {
        if line.ends_with([' ', '\t']) {
            violations.push(format!("{path}:{number} has trailing whitespace"));
        }
        if let Some(word) = UNFINISHED.iter().find(|word| line.contains(*word)) {
            violations.push(format!("{path}:{number} is unfinished: `{word}`"));
        }
    }
    violations
}

fn check_rust(file: &TextFile) -> Vec<String> {
    let path = &file.path;
    let mut violations = Vec::new();
    if is_test(path) {
        return violations;
    }
    if !has_module_docs(&file.text) {
        violations.push(format!("{path} does not say what it is for: begin it with `//!`"));
    }
    for (number, line) in production_lines(&file.text) {
        for restriction in RESTRICTIONS {
            let allowed = restriction.places.iter().any(|place| path.starts_with(place));
            if !allowed && restriction.spellings.iter().any(|spelling| line.contains(spelling)) {
                let what = restriction.what;
                violations.push(format!("{path}:{number} {what}: leave that to its one place"));
            }
        }
    }
    violations
}

fn has_module_docs(text: &str) -> bool {
    text.lines()
        .next()
        .is_some_and(|line| line.strip_prefix("//!").is_some_and(|docs| !docs.trim().is_empty()))
}

/// Whether the file holds tests only, so that it explains itself by their names.
pub(super) fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("tests.rs") || path.starts_with("tests/it/")
}

/// The lines that are compiled into the product: no comments, and nothing from the unit tests on,
/// which by convention end a file.
fn production_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    numbered(text)
        .take_while(|(_, line)| !line.starts_with("mod tests {"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(path: &str, text: &str) -> Vec<String> {
        check(&[TextFile { path: path.to_owned(), text: text.to_owned() }], &[])
    }

    #[test]
    fn long_files_are_refused() {
        let text = format!("//! Docs.\n{}", "\n".repeat(MAX_LINES));
        assert_eq!(
            check_one("a/src/x.rs", &text),
            ["a/src/x.rs has 801 lines, more than 800: split it"]
        );
        assert_eq!(check_one("a/src/x.rs", &text[..text.len() - 1]), Vec::<String>::new());
    }

    #[test]
    fn whitespace_and_newline_at_the_end_are_checked_in_every_kind_of_file() {
        assert_eq!(check_one("docs/a.md", "one \ntwo\t\n").len(), 2);
        assert_eq!(check_one("docs/a.md", "one"), ["docs/a.md does not end with a newline"]);
    }

    #[test]
    fn unfinished_work_is_named_with_its_line() {
        let text = format!("//! Docs.\nfn f() {{ {}) }}\n", UNFINISHED[1]);
        let expected = format!("a/src/x.rs:2 is unfinished: `{}`", UNFINISHED[1]);
        assert_eq!(check_one("a/src/x.rs", &text), [expected]);
    }

    #[test]
    fn modules_need_docs_and_tests_do_not() {
        assert_eq!(check_one("a/src/x.rs", "fn f() {}\n").len(), 1);
        assert_eq!(check_one("a/src/x.rs", "//!\nfn f() {}\n").len(), 1);
        assert_eq!(check_one("a/src/x/tests.rs", "fn f() {}\n"), Vec::<String>::new());
    }

    #[test]
    fn printing_belongs_to_the_programs() {
        let text = "//! Docs.\nfn f() { println!(\"x\") }\n";
        let expected = ["mock-aad/src/aad/mod.rs:2 prints: leave that to its one place"];
        assert_eq!(check_one("mock-aad/src/aad/mod.rs", text), expected);
        assert_eq!(check_one("mock-aad/src/main.rs", text), Vec::<String>::new());
    }

    #[test]
    fn comments_and_unit_tests_may_show_what_code_must_not_do() {
        let text = "//! Docs.\n/// Like `std::env::var`.\nfn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() { println!(\"x\") }\n}\n";
        assert_eq!(check_one("crates/adls-fs/src/x.rs", text), Vec::<String>::new());
    }

    #[test]
    fn every_package_has_a_front_page() {
        let files = [TextFile { path: "a/src/main.rs".to_owned(), text: "//! A.\n".to_owned() }];
        let packages = ["a".to_owned(), "b".to_owned()];
        assert_eq!(check(&files, &packages), ["b has no front page: begin its root with `//!`"]);
    }
}
