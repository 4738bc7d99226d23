//! XML of federation servers, looked over before it is parsed: whoever sends it must not be able to keep
//! this side busy.

use roxmltree::{Document, ParsingOptions};

/// The longest document, in bytes; descriptions of servers have about 100 KiB.
pub(super) const LONGEST: usize = 2 << 20;
/// How many parts it may have in all, how deep they may lie, and how many attributes one may have. Finding
/// that none is there twice takes the square of their number.
const MOST_NODES: u32 = 100_000;
const DEEPEST: usize = 100;
const MOST_ATTRIBUTES: usize = 200;

/// Parses a document of reasonable shape.
///
/// # Errors
/// Why it is none, in words for the end of a sentence.
pub(super) fn parse(text: &str) -> Result<Document<'_>, String> {
    check_shape(text)?;
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| error.to_string())
}

/// Goes over the tags once. What is not well formed may pass: the parser refuses it.
fn check_shape(text: &str) -> Result<(), &'static str> {
    if text.len() > LONGEST {
        return Err("it is too long");
    }
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let passive = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        let length = if let Some((mark, end)) = passive.iter().find(|(m, _)| rest.starts_with(m)) {
            rest[mark.len()..].find(end).map(|length| mark.len() + length + end.len())
        } else {
            let tag = Tag::of(rest);
            if tag.attributes > MOST_ATTRIBUTES {
                return Err("an element has too many attributes");
            }
            depth = match tag.kind {
                TagKind::Start => depth + 1,
                TagKind::End => depth.saturating_sub(1),
                TagKind::Whole => depth,
            };
            if depth > DEEPEST {
                return Err("its elements are nested too deeply");
            }
            tag.length
        };
        match length {
            Some(length) => rest = &rest[length..],
            None => return Ok(()),
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum TagKind {
    Start,
    End,
    Whole,
}

struct Tag {
    kind: TagKind,
    attributes: usize,
    /// `None` when it has no end.
    length: Option<usize>,
}

impl Tag {
    /// The tag that `text` begins with.
    fn of(text: &str) -> Self {
        let mut quote = None;
        let mut attributes = 0;
        let mut before = 0;
        for (index, byte) in text.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => {
                    let kind = match (text.as_bytes().get(1), before) {
                        (Some(b'/'), _) => TagKind::End,
                        (_, b'/') => TagKind::Whole,
                        _ => TagKind::Start,
                    };
                    return Self { kind, attributes, length: Some(index + 1) };
                }
                (None, _) => {}
            }
            before = byte;
        }
        Self { kind: TagKind::Start, attributes, length: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_by_design() {
        let attributes: String = (0..100_000).map(|n| format!(" a{n}='1'")).collect();
        let spaces: String = (0..100_000).map(|n| format!(" xmlns:n{n}=\"u{n}\"")).collect();
        for text in [
            format!("<a{attributes}/>"),
            format!("<a{spaces}/>"),
            // Also where the tag has no end, or quotes hide one.
            format!("<a{attributes}"),
            format!("<a b='>' {attributes}>"),
            "<a xmlns:b='c'>".repeat(50_000),
            format!("<a>{}</a>", "<b/>".repeat(200_000)),
            format!("<a>{}</a>", "x".repeat(LONGEST)),
        ] {
            assert!(parse(&text).is_err(), "{}", &text[..20]);
        }
    }

    #[test]
    fn what_servers_send_passes() {
        let text = "<?xml version='1.0'?><!-- <<< --><a b='1>2' c=\"'\"><![CDATA[<x>]]><d/></a>";
        let nested = format!("{}{}", "<a>".repeat(DEEPEST), "</a>".repeat(DEEPEST));
        for text in [text, &nested, "<a> b = c </a>"] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in ["", "<", "<a", "<a>", "<!DOCTYPE a><a/>", "</a>", "text"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
