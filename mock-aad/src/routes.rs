//! Tables of routes: patterns of paths, and what lies there.
//!
//! A pattern is a path such as `subscriptions/{id}/locations`. What stands literally matches in any
//! case, `{name}` takes one segment, `{name*}` at its begin takes as many as are left over; doubled slashes count
//! as one.

use crate::parameters::decode;

/// What the placeholders of a pattern took, decoded and as the caller spelled it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names(Vec<(&'static str, String)>);

impl Names {
    /// What the placeholder `name` took; empty where the pattern has none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// A text with the placeholders filled in.
    pub(crate) fn fill(&self, text: &str) -> String {
        let fill = |text: String, (name, value): &(&str, String)| {
            text.replace(&format!("{{{name}}}"), value)
        };
        self.0.iter().fold(text.to_owned(), fill)
    }
}

/// The decoded segments of a path.
pub(crate) fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect()
}

/// What `pattern` takes from these segments; `None` where it does not match.
pub(crate) fn matches(pattern: &'static str, segments: &[String]) -> Option<Names> {
    let mut names = Names::default();
    let mut rest = segments;
    let mut parts = pattern.split('/').filter(|part| !part.is_empty()).peekable();
    if let Some(name) = parts.peek().and_then(|part| part.strip_prefix('{')?.strip_suffix("*}")) {
        parts.next();
        let taken = segments.len().checked_sub(parts.clone().count())?;
        names.0.push((name, segments[..taken].join("/")));
        rest = &segments[taken..];
    }
    for part in parts {
        let placeholder = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        let (first, others) = rest.split_first()?;
        match placeholder {
            Some(name) => names.0.push((name, first.clone())),
            None if part.eq_ignore_ascii_case(first) => {}
            None => return None,
        }
        rest = others;
    }
    rest.is_empty().then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_paths() {
        let names = |pattern, path: &str| {
            let found = matches(pattern, &segments(path))?;
            Some(found.0.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" "))
        };
        for (pattern, path, expected) in [
            ("", "/", Some("")),
            ("a/b", "//A//b/", Some("")),
            ("a/b", "/a", None),
            ("a/b", "/a/b/c", None),
            ("a/{x}/{y}", "/a/B%20c/d", Some("B c d")),
            ("a/{x}", "/a", None),
            ("{x*}/a/{y}", "/1/2/a/b", Some("1/2 b")),
            ("{x*}/a/{y}", "/a/b", Some(" b")),
            ("{x*}/a/{y}", "/a", None),
        ] {
            assert_eq!(names(pattern, path).as_deref(), expected, "{pattern} {path}");
        }
        let found = matches("{tenant}/{x}", &segments("/t/1")).unwrap();
        assert_eq!((found.get("tenant"), found.get("other")), ("t", ""));
        assert_eq!(found.fill("{x}/{tenant}/{y}"), "1/t/{y}");
    }
}
