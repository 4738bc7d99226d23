//! Patterns of fault rules: `*`, `?`, `[a-z]`, `{one,other}`, and `\` before what is meant literally.

use globset::GlobBuilder;
use regex::bytes::{Regex, RegexBuilder};

/// The longest pattern, in bytes.
pub(crate) const MAX_LENGTH: usize = 1024;
/// How many bytes a pattern may take in memory, and how many more each thread for speed: neither a
/// hostile pattern nor a hostile path costs more than it is long.
const MAX_SIZE: usize = 128 << 10;
const MAX_CACHE: usize = 64 << 10;
/// How deep the expression behind a pattern may be nested: 16 braces always fit.
const MAX_DEPTH: u32 = 40;

/// A pattern that matches whole texts, in any case. `*` matches every character, `/` too.
#[derive(Clone, Debug)]
pub(crate) struct Glob(Regex);

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The rest of a sentence that begins with the pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_LENGTH {
            return Err(format!("is longer than {MAX_LENGTH} bytes"));
        }
        let glob = GlobBuilder::new(&pattern.to_lowercase())
            .backslash_escape(true)
            .empty_alternates(true)
            .build()
            .map_err(|error| format!("is not valid: {}", error.kind()))?;
        let regex = RegexBuilder::new(glob.regex())
            .dot_matches_new_line(true)
            .nest_limit(MAX_DEPTH)
            .size_limit(MAX_SIZE)
            .dfa_size_limit(MAX_CACHE)
            .build();
        regex
            .map(Self)
            .map_err(|_| "is too large, or has braces within braces, more than 16 deep".to_owned())
    }

    /// Whether the pattern matches the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text.to_lowercase().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).unwrap().matches(text)
    }

    #[test]
    fn patterns_and_texts() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a/b", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("*a*b*", "xaxbx", true),
            ("a?c", "aBc", true),
            ("a?c", "ac", false),
            ("*.AzureDataLakeStore.net", "x.azuredatalakestore.NET", true),
            ("Ä", "ä", true),
            ("[a-c]x", "BX", true),
            ("[!a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("{a,b{c,d}}e", "bde", true),
            ("{a,b{c,d}}e", "be", false),
            ("{,x}y", "y", true),
            ("{}y", "y", true),
            ("a,b", "a,b", true),
            (r"\*\{", "*{", true),
            (r"\*", "x", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "ab", false),
            ("**/b", "b", true),
            ("**/b", "a/b", true),
            ("a/**", "a/b/c", true),
            ("**", "a/b", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for (pattern, named) in [
            ("[", "unclosed character class"),
            ("[]", "unclosed character class"),
            ("[z-a]", "'z' > 'a'"),
            ("{a", "unclosed alternate"),
            ("a}", "unopened alternate"),
            ("a\\", "dangling"),
            (&"{".repeat(250), "unclosed alternate"),
            (&format!("{}a{}", "{".repeat(250), "}".repeat(250)), "more than 16 deep"),
            (&"a".repeat(MAX_LENGTH + 1), "longer than 1024 bytes"),
        ] {
            let error = Glob::new(pattern).unwrap_err();
            assert!(error.contains(named), "{pattern}: {error}");
        }
        assert!(matches(&format!("{}a{}", "{".repeat(16), "}".repeat(16)), "a"));
    }

    #[test]
    fn memory_is_bounded_by_design_also_that_of_a_pattern() {
        for piece in ["*", "?", "{a,b}", "{*,{*,*}}", "[a-z]", "**/", "{,}"] {
            let pattern = piece.repeat(MAX_LENGTH / piece.len());
            let glob = Glob::new(&pattern).unwrap();
            assert!(glob.0.as_str().len() <= 8 * MAX_LENGTH, "{piece}: {:?}", glob.0);
            glob.matches(&"a/".repeat(200));
        }
    }
}
