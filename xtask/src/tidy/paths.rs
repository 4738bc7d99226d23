//! Reads the paths out of a Rust source: those that `use` brings in, and those that code spells out.

/// The parts of a path.
pub(super) type Path = Vec<String>;

/// One name that a `use` brings in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) path: Path,
    /// What it is called here.
    pub(super) name: String,
    /// Whether others may take it from here.
    pub(super) passed_on: bool,
}

/// The names that a source brings in, and the source without its `use` items.
pub(super) fn uses(text: &str) -> (Vec<Use>, String) {
    let mut found = Vec::new();
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((passed_on, mut item)) = begins_use(line) else {
            code.push_str(line);
            code.push('\n');
            continue;
        };
        while !item.contains(';') {
            let Some(line) = lines.next() else { break };
            item.push(' ');
            item.push_str(line.trim());
        }
        let tree = item.split(';').next().unwrap_or_default();
        expand(&mut found, &[], tree, passed_on);
    }
    (found, code)
}

/// What follows the word `use`, and whether a visibility stands before it.
fn begins_use(line: &str) -> Option<(bool, String)> {
    let line = line.trim();
    let (visible, rest) = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => (true, rest.split_once(')')?.1),
        Some(rest) => (true, rest),
        None => (false, line),
    };
    Some((visible, rest.trim_start().strip_prefix("use ")?.to_owned()))
}

/// Adds the names of a tree such as `a::{b, c::{self, d as e}}`.
fn expand(found: &mut Vec<Use>, above: &[String], tree: &str, passed_on: bool) {
    let tree = tree.trim();
    if let Some((before, group)) = tree.split_once('{') {
        let mut path = above.to_vec();
        path.extend(parts(before));
        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
        for branch in branches(group) {
            expand(found, &path, branch, passed_on);
        }
        return;
    }
    let (tree, alias) = match tree.split_once(" as ") {
        Some((tree, alias)) => (tree, Some(alias.trim().to_owned())),
        None => (tree, None),
    };
    let mut path = above.to_vec();
    path.extend(parts(tree));
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(name) = alias.or_else(|| path.last().cloned()) {
        found.push(Use { path, name, passed_on });
    }
}

/// The branches of a group, of which each may hold groups.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0_usize, 0);
    let mut branches = Vec::new();
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                branches.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    branches.push(&group[start..]);
    branches.retain(|branch| !branch.trim().is_empty());
    branches
}

fn parts(path: &str) -> Vec<String> {
    path.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The paths of at least two parts in code, outside strings.
pub(super) fn paths(code: &str) -> Vec<Path> {
    let mut found = Vec::new();
    for line in code.lines() {
        let line = without_strings(line);
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
        for word in line.split(|letter: char| !is_word(letter)) {
            let path = parts(word);
            let is_path = path.len() > 1 && !word.starts_with("::");
            if is_path && !path.iter().any(|part| part.contains(':')) {
                found.push(path);
            }
        }
    }
    found
}

/// A line with its strings emptied. One that goes on in the next line is rare enough.
fn without_strings(line: &str) -> String {
    let mut kept = String::new();
    let (mut inside, mut escaped) = (false, false);
    for letter in line.chars() {
        match letter {
            '"' if !escaped => inside = !inside,
            _ if !inside => kept.push(letter),
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_expanded_and_aliases_kept() {
        let text = "use a::{b, c::{self,\n    d as e}};\npub(crate) use super::f;\nfn g() {}\n";
        let (found, code) = uses(text);
        let shown: Vec<_> = found
            .iter()
            .map(|u| format!("{}={} {}", u.name, u.path.join("::"), u.passed_on))
            .collect();
        assert_eq!(shown, ["b=a::b false", "c=a::c false", "e=a::c::d false", "f=super::f true"]);
        assert_eq!(code, "fn g() {}\n");
    }

    #[test]
    fn paths_in_code_are_found_and_those_in_strings_are_not() {
        let code = "fn f(x: super::T) -> crate::a::B { g::<h::I>(\"j::k \\\" l::m\", 'n') }";
        let shown: Vec<_> = paths(code).iter().map(|path| path.join("::")).collect();
        assert_eq!(shown, ["super::T", "crate::a::B", "h::I"]);
    }
}
