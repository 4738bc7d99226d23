//! XML as the Blob protocol writes it: one writer, so that every document is escaped alike.

use std::fmt;

/// What .NET puts before a UTF-8 document, and what the service therefore sends first.
const BYTE_ORDER_MARK: char = '\u{feff}';
const DECLARATION: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;

/// Whether a text holds nothing but characters that XML 1.0 can carry. Names of blobs can hold others; a
/// list then spells them percent-encoded.
#[must_use]
pub fn is_xml_text(text: &str) -> bool {
    text.chars().all(is_xml_char)
}

fn is_xml_char(char: char) -> bool {
    match char {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        char => char >= ' ',
    }
}

/// Writes one document, element after element, and closes what was opened.
///
/// Whatever the texts are, the result is well formed: what XML cannot carry becomes U+FFFD.
///
/// ```
/// use adls_wire::xml::XmlWriter;
///
/// let mut xml = XmlWriter::new();
/// xml.open("Blobs").attribute("Count", "1").element("Name", "a<b").empty("Next").close();
/// assert_eq!(
///     xml.finish(),
///     r#"<?xml version="1.0" encoding="utf-8"?><Blobs Count="1"><Name>a&lt;b</Name><Next /></Blobs>"#
/// );
/// ```
#[derive(Clone, Debug)]
pub struct XmlWriter {
    text: String,
    open: Vec<&'static str>,
    /// Whether the start tag that was written last can still take attributes.
    in_tag: bool,
}

impl Default for XmlWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl XmlWriter {
    /// A document with a declaration.
    #[must_use]
    pub fn new() -> Self {
        Self { text: DECLARATION.to_owned(), open: Vec::new(), in_tag: false }
    }

    /// A document with a byte order mark before the declaration.
    #[must_use]
    pub fn with_byte_order_mark() -> Self {
        let mut writer = Self::new();
        writer.text.insert(0, BYTE_ORDER_MARK);
        writer
    }

    /// Begins an element, until [`close`](Self::close).
    pub fn open(&mut self, name: &'static str) -> &mut Self {
        self.end_tag();
        self.text.push('<');
        self.text.push_str(name);
        self.open.push(name);
        self.in_tag = true;
        self
    }

    /// An attribute of the element that was opened last. Anywhere else there is no place for one, so that
    /// nothing is written.
    pub fn attribute(&mut self, name: &str, value: &str) -> &mut Self {
        debug_assert!(self.in_tag, "attribute {name} outside of a start tag");
        if self.in_tag {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.escape(value, true);
            self.text.push('"');
        }
        self
    }

    /// Text within the open element.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.end_tag();
        self.escape(text, false);
        self
    }

    /// Ends the element that was opened last; one without content becomes `<Name />`.
    pub fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.close_as(name);
        }
        self
    }

    /// An element that holds nothing but text.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.end_tag();
        self.text.push('<');
        self.text.push_str(name);
        self.in_tag = true;
        if !text.is_empty() {
            self.text(text);
        }
        self.close_as(name);
        self
    }

    /// An element that holds a value whose text has nothing in it that XML would have to escape, such as a
    /// number.
    pub fn number(&mut self, name: &str, value: impl fmt::Display) -> &mut Self {
        use fmt::Write as _;
        self.end_tag();
        // Writing into a text does not fail.
        let _ = write!(self.text, "<{name}>{value}</{name}>");
        self
    }

    /// An element that holds nothing.
    pub fn empty(&mut self, name: &str) -> &mut Self {
        self.element(name, "")
    }

    /// Makes room for so many more bytes, so that the text does not move as it grows.
    pub fn reserve(&mut self, bytes: usize) -> &mut Self {
        self.text.reserve(bytes);
        self
    }

    /// How much is written: a place to which [`repeat`](Self::repeat) can refer. It ends the start tag that was
    /// written last.
    pub fn position(&mut self) -> usize {
        self.end_tag();
        self.text.len()
    }

    /// Writes once more what stands between two positions. Elements must begin and end between them.
    pub fn repeat(&mut self, part: std::ops::Range<usize>) -> &mut Self {
        self.end_tag();
        let from = part.start.min(self.text.len());
        let to = part.end.clamp(from, self.text.len());
        if self.text.is_char_boundary(from) && self.text.is_char_boundary(to) {
            self.text.extend_from_within(from..to);
        }
        self
    }

    /// The document, with every element closed.
    #[must_use]
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn end_tag(&mut self) {
        if std::mem::take(&mut self.in_tag) {
            self.text.push('>');
        }
    }

    fn close_as(&mut self, name: &str) {
        if std::mem::take(&mut self.in_tag) {
            self.text.push_str(" />");
        } else {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// A reader turns line ends into `\n`, and every blank of an attribute into a space, unless they come
    /// as references.
    fn escape(&mut self, text: &str, in_attribute: bool) {
        let is_plain =
            |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&' | b'"');
        if text.bytes().all(is_plain) {
            self.text.push_str(text);
            return;
        }
        for char in text.chars() {
            match char {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                '\r' => self.text.push_str("&#xD;"),
                '"' if in_attribute => self.text.push_str("&quot;"),
                '\n' if in_attribute => self.text.push_str("&#xA;"),
                '\t' if in_attribute => self.text.push_str("&#x9;"),
                char if is_xml_char(char) => self.text.push(char),
                _ => self.text.push(char::REPLACEMENT_CHARACTER),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest_and_what_is_open_is_closed() {
        let mut xml = XmlWriter::with_byte_order_mark();
        xml.open("A").open("B").element("C", "1").close().empty("D").open("E").open("F");
        assert_eq!(
            xml.finish(),
            "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <A><B><C>1</C></B><D /><E><F /></E></A>"
        );
    }

    #[test]
    fn a_part_is_repeated_as_it_stands() {
        let mut xml = XmlWriter::new();
        xml.open("A");
        let from = xml.position();
        xml.element("B", "<").empty("C");
        let to = xml.position();
        xml.number("D", 7).repeat(from..to).repeat(9000..9001);
        let body = xml.finish();
        assert_eq!(
            body.strip_prefix(DECLARATION).unwrap(),
            "<A><B>&lt;</B><C /><D>7</D><B>&lt;</B><C /></A>"
        );
    }

    #[test]
    fn texts_and_attributes_are_escaped() {
        let mut xml = XmlWriter::new();
        xml.open("A").attribute("b", "<\"'&\r\n\t>").text("<\"'&\r\n\t>\u{0}\u{ffff}").close();
        let body = xml.finish();
        assert_eq!(
            body.strip_prefix(DECLARATION).unwrap(),
            "<A b=\"&lt;&quot;'&amp;&#xD;&#xA;&#x9;&gt;\">&lt;\"'&amp;&#xD;\n\t&gt;\u{fffd}\u{fffd}</A>"
        );
    }

    #[test]
    fn what_xml_cannot_carry_is_known() {
        assert!(is_xml_text("a/b c\tü漢\u{10348}"));
        for text in ["\u{0}", "a\u{1b}", "\u{fffe}", "\u{ffff}"] {
            assert!(!is_xml_text(text), "{text:?}");
        }
    }
}
