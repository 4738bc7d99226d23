//! XML of requests: bounded before it is parsed, since a parser's work is the caller's to choose.

use roxmltree::{Document, Node, ParsingOptions};

use crate::storage::errors::{ErrorCode, StorageError};

/// More than any request of the protocol needs but lists of blocks: service properties and five access policies.
pub(crate) const LARGEST: usize = 256 * 1024;
/// More than 50,000 blocks need, with their names and with blanks between them.
pub(crate) const LARGEST_BLOCK_LIST: usize = 8 * 1024 * 1024;
/// Enough for that list, each entry of which is an element, a text and what is before the next one.
const MOST_NODES: u32 = 256 * 1024;
const DEEPEST: usize = 16;
/// The parser compares every attribute with all others of its element.
const MOST_ATTRIBUTES: usize = 64;

/// The text of a document, without the byte order mark that .NET puts before it.
pub(crate) fn text(body: &[u8]) -> Result<&str, StorageError> {
    text_within(body, LARGEST)
}

/// The same of a document that may be so large.
pub(crate) fn text_within(body: &[u8], limit: usize) -> Result<&str, StorageError> {
    if body.len() > limit {
        return Err(StorageError::from(ErrorCode::RequestBodyTooLarge)
            .detail("MaxLimit", &limit.to_string()));
    }
    let text = std::str::from_utf8(body).map_err(|_| ErrorCode::InvalidXmlDocument)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads a document whose root has this name.
pub(crate) fn parse<'a>(text: &'a str, root: &str) -> Result<Document<'a>, StorageError> {
    let invalid = || StorageError::from(ErrorCode::InvalidXmlDocument);
    if !is_bounded(text) {
        return Err(invalid());
    }
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|_| invalid())?;
    match document.root_element().tag_name().name() {
        name if name == root => Ok(document),
        _ => Err(invalid()),
    }
}

/// The elements in an element.
pub(crate) fn children<'a, 'i>(of: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    of.children().filter(Node::is_element)
}

/// The first element of this name in an element.
pub(crate) fn child<'a, 'i>(of: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    children(of).find(|child| child.tag_name().name() == name)
}

/// The text of the first element of this name in an element; empty when it holds none.
pub(crate) fn child_text<'a>(of: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(of, name).map(|child| child.text().unwrap_or_default().trim())
}

/// The same of an element that must be there.
pub(crate) fn required_text<'a>(of: Node<'a, '_>, name: &str) -> Result<&'a str, StorageError> {
    child_text(of, name).ok_or_else(|| StorageError::missing_xml(name))
}

/// Whether elements nest and attributes gather within the bounds. Of a text that is no XML it may say
/// either, as the parser has the last word.
fn is_bounded(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let skipped = if let Some(comment) = rest.strip_prefix("!--") {
            behind(comment, "-->")
        } else if let Some(data) = rest.strip_prefix("![CDATA[") {
            behind(data, "]]>")
        } else if let Some(instruction) = rest.strip_prefix('?') {
            behind(instruction, "?>")
        } else if rest.starts_with('!') {
            // A document type, which can define entities.
            return false;
        } else if let Some(end) = rest.strip_prefix('/') {
            depth = depth.saturating_sub(1);
            behind(end, ">")
        } else {
            depth += 1;
            match behind_start_tag(rest) {
                Some((empty, behind)) => {
                    if depth > DEEPEST {
                        return false;
                    }
                    depth -= usize::from(empty);
                    Some(behind)
                }
                None => return false,
            }
        };
        let Some(behind) = skipped else { return false };
        rest = behind;
    }
    true
}

fn behind<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    text.split_once(end).map(|(_, behind)| behind)
}

/// Whether the element of a start tag ends with it, and what is behind the tag; `None` for a tag without
/// end or with too many attributes.
fn behind_start_tag(text: &str) -> Option<(bool, &str)> {
    let mut attributes = 0;
    let mut quote = None;
    let mut before = 0;
    for (at, byte) in text.bytes().enumerate() {
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'=' => attributes += 1,
                b'>' => return Some((before == b'/', text.get(at + 1..)?)),
                b'<' => return None,
                _ => {}
            },
        }
        if attributes > MOST_ATTRIBUTES {
            return None;
        }
        before = byte;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(body: &[u8]) -> Option<ErrorCode> {
        text(body).and_then(|text| parse(text, "A").map(drop)).err().map(|error| error.code())
    }

    #[test]
    fn elements_are_found_by_name() {
        let body = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo>\
                    <Start>2022-08-31T22:58:28Z</Start> <Expiry> x </Expiry><Empty/></KeyInfo>";
        let document = parse(text(body.as_bytes()).unwrap(), "KeyInfo").unwrap();
        let root = document.root_element();
        assert_eq!(required_text(root, "Start"), Ok("2022-08-31T22:58:28Z"));
        assert_eq!(child_text(root, "Expiry"), Some("x"));
        assert_eq!(child_text(root, "Empty"), Some(""));
        assert_eq!(children(root).count(), 3);
        assert_eq!(required_text(root, "Other"), Err(StorageError::missing_xml("Other")));
    }

    #[test]
    fn what_is_no_document_of_the_kind() {
        for body in ["", "A", "<A>", "<B/>", "<A/><A/>", "<A b='1' b='2'/>", "{\"a\":1}"] {
            assert_eq!(code(body.as_bytes()), Some(ErrorCode::InvalidXmlDocument), "{body}");
        }
        assert_eq!(code(b"<A>\xff</A>"), Some(ErrorCode::InvalidXmlDocument));
        assert_eq!(code(b"<A x='/>' y=\"'\"><!-- <B> --><![CDATA[<B>]]></A>"), None);
    }

    #[test]
    fn work_is_bounded_before_it_begins() {
        let nested = |depth| format!("<A>{}{}</A>", "<B>".repeat(depth), "</B>".repeat(depth));
        let attributes = |count: usize| -> String {
            let list: String = (0..count).map(|number| format!(" a{number}=''")).collect();
            format!("<A{list}/>")
        };
        let large = |size: usize| format!("<A>{}</A>", "x".repeat(size - 7));
        for (fits, exceeds, expected) in [
            (nested(15), nested(16), ErrorCode::InvalidXmlDocument),
            (attributes(64), attributes(65), ErrorCode::InvalidXmlDocument),
            (large(LARGEST), large(LARGEST + 1), ErrorCode::RequestBodyTooLarge),
        ] {
            assert_eq!(code(fits.as_bytes()), None);
            assert_eq!(code(exceeds.as_bytes()), Some(expected));
        }
        let entities = "<!DOCTYPE A [<!ENTITY b 'c'>]><A>&b;</A>";
        assert_eq!(code(entities.as_bytes()), Some(ErrorCode::InvalidXmlDocument));
        let siblings = format!("<A>{}</A>", "<B/>".repeat(60_000));
        assert_eq!(code(siblings.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_body_is_too_strange(body in "[<>/!?A'\"= \\[\\]-]{0,40}") {
            code(body.as_bytes());
        }
    }
}
