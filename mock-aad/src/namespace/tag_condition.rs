//! Expressions over the tags of a file, `"name" = 'value' AND "other" > 'x'`: what must hold of a file before
//! something is done with it, and what files are found by.

use super::blob_properties::Tags;

/// The name that stands for the file system in what files are found by.
const FILE_SYSTEM: &str = "@container";

/// An expression: one of several alternatives must hold, of which each is a list of comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagCondition {
    alternatives: Vec<Vec<Comparison>>,
}

/// A tag, or the file system, beside a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    name: Box<str>,
    operator: Operator,
    value: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The longer ones first, as others begin like them.
const OPERATORS: [(&str, Operator); 6] = [
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<>", Operator::Unequal),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl Operator {
    fn holds(self, found: &str, value: &str) -> bool {
        match self {
            Self::Equal => found == value,
            Self::Unequal => found != value,
            Self::Less => found < value,
            Self::LessOrEqual => found <= value,
            Self::Greater => found > value,
            Self::GreaterOrEqual => found >= value,
        }
    }
}

impl Comparison {
    fn holds(&self, file_system: &str, tags: &Tags) -> bool {
        let found = match &*self.name {
            FILE_SYSTEM => Some(file_system),
            name => tags.get(name).map(|value| &**value),
        };
        match found {
            Some(found) => self.operator.holds(found, &self.value),
            // What is not there is another value than any.
            None => self.operator == Operator::Unequal,
        }
    }
}

impl TagCondition {
    /// Reads a condition; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let mut alternatives = vec![vec![reader.comparison()?]];
        while !reader.is_at_end() {
            if reader.word("AND") {
                let comparison = reader.comparison()?;
                alternatives.last_mut()?.push(comparison);
            } else if reader.word("OR") {
                alternatives.push(vec![reader.comparison()?]);
            } else {
                return None;
            }
        }
        Some(Self { alternatives })
    }

    /// Reads what files are found by: no alternatives, nothing that is unequal, and a tag at least.
    pub(crate) fn parse_search(text: &str) -> Option<Self> {
        let found = Self::parse(text)?;
        let [all] = found.alternatives.as_slice() else { return None };
        let fits = all.iter().all(|one| match &*one.name {
            FILE_SYSTEM => one.operator == Operator::Equal,
            _ => one.operator != Operator::Unequal,
        });
        let has_tag = all.iter().any(|one| &*one.name != FILE_SYSTEM);
        (fits && has_tag).then_some(found)
    }

    /// Whether it holds of a file.
    pub(crate) fn holds(&self, file_system: &str, tags: &Tags) -> bool {
        let mut alternatives = self.alternatives.iter();
        alternatives.any(|all| all.iter().all(|one| one.holds(file_system, tags)))
    }

    /// Whether it names a tag.
    pub(crate) fn names(&self, tag: &str) -> bool {
        self.alternatives.iter().flatten().any(|one| &*one.name == tag)
    }
}

/// What of a text is still to be read.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn is_at_end(&self) -> bool {
        self.rest.trim_start().is_empty()
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let name = match self.rest.trim_start().starts_with('"') {
            true => self.quoted('"')?,
            false => self.plain_name()?,
        };
        let rest = self.rest.trim_start();
        let (sign, operator) = OPERATORS.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
        self.rest = &rest[sign.len()..];
        Some(Comparison { name, operator, value: self.quoted('\'')? })
    }

    /// A name without quotation marks.
    fn plain_name(&mut self) -> Option<Box<str>> {
        let rest = self.rest.trim_start();
        let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '@';
        let end = rest.find(|char| !is_part(char)).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then(|| name.into())
    }

    fn quoted(&mut self, mark: char) -> Option<Box<str>> {
        let rest = self.rest.trim_start().strip_prefix(mark)?;
        let (text, rest) = rest.split_once(mark)?;
        self.rest = rest;
        Some(text.into())
    }

    /// Passes over a word, if it is the next.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let is_next = rest.get(..word.len()).is_some_and(|next| next.eq_ignore_ascii_case(word));
        if is_next {
            self.rest = &rest[word.len()..];
        }
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> Option<bool> {
        let tag = |(name, value): (&str, &str)| (name.into(), value.into());
        let tags: Tags = [("a", "1"), ("b c", "x y"), ("n", "020")].map(tag).into();
        Some(TagCondition::parse(text)?.holds("fs", &tags))
    }

    #[test]
    fn tags_are_compared_as_texts() {
        for (text, expected) in [
            ("\"a\"='1'", true),
            ("a = '1'", true),
            ("\"A\"='1'", false),
            ("\"a\"='1' AND \"b c\"='x y'", true),
            ("\"a\"='1'and \"b c\"='x'", false),
            ("\"a\"='2' OR \"n\">='019' AND \"n\"<='020'", true),
            ("\"n\">'020'", false),
            ("\"n\"<'1'", true),
            ("\"a\"<>'1'", false),
            ("\"none\"<>'1'", true),
            ("\"none\"<'1'", false),
            ("@container='fs'", true),
        ] {
            assert_eq!(holds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_none() {
        for text in [
            "",
            "\"a\"",
            "\"a\"=1",
            "\"a\"='1",
            "='1'",
            "\"a\"='1' \"b\"='2'",
            "\"a\"='1' AND",
            "a~'1'",
        ] {
            assert_eq!(holds(text), None, "{text}");
        }
    }

    #[test]
    fn files_are_found_by_tags_that_all_hold() {
        let is_search = |text| TagCondition::parse_search(text).is_some();
        assert!(is_search("@container='fs' AND \"a\">'1'"));
        for text in
            ["\"a\"='1' OR \"b\"='2'", "\"a\"<>'1'", "@container='fs'", "@container>'a' AND a='1'"]
        {
            assert!(!is_search(text), "{text}");
        }
    }
}
