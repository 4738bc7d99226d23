//! XML from callers.

use roxmltree::{Document, ParsingOptions};

/// More elements and texts than a sign-in has.
const MAX_NODES: u32 = 4096;
/// More attributes than a sign-in has. The parser compares each with all others of its element, so that
/// their number is what a hostile text costs.
const MAX_ATTRIBUTES: usize = 1024;

/// Reads a text; `None` for what is not XML, or is more than a sign-in needs.
pub(super) fn parse(text: &str) -> Option<Document<'_>> {
    // Every attribute has a sign of its own, and few other places have one.
    if text.bytes().filter(|byte| *byte == b'=').count() > MAX_ATTRIBUTES {
        return None;
    }
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_by_design_whatever_the_xml() {
        assert!(parse("<a b='1'><c/>text</a>").is_some());
        let attributes: String = (0..70_000).map(|number| format!(" a{number}=''")).collect();
        for text in [
            format!("<a{attributes}/>"),
            "<a>".repeat(100_000),
            format!("<a>{}</a>", "<b/>".repeat(10_000)),
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(),
        ] {
            assert!(parse(&text).is_none());
        }
    }
}
