//! What comes from others, made harmless: characters that do something are shown instead of sent.

use std::borrow::Cow;

use adls_http::text;

/// Characters that do something, shown instead of sent: a name must not be able to steer the terminal,
/// to hide what it is or to break a row.
pub(crate) fn escape(text: &str) -> String {
    text::escape(text).into_owned()
}

/// The same for a text of several lines. All but the first are moved in, so that none of them can pass
/// for a line of ours.
pub(super) fn escape_lines(text: &str, indent: &str) -> String {
    let lines = text.split('\n').map(|line| escape(line.trim_end_matches('\r')));
    lines.collect::<Vec<_>>().join(&format!("\n{indent}"))
}

/// At most so many characters of a text, and how much is missing.
pub(super) fn truncate(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let missing = text.len() - end;
            Cow::Owned(format!("{}… ({missing} more bytes)", &text[..end]))
        }
    }
}

/// JSON escapes the control characters of ASCII by itself, but for one; the others may be escaped too.
pub(super) fn escape_json(json: &str) -> Cow<'_, str> {
    if !json.lines().any(|line| matches!(text::escape(line), Cow::Owned(_))) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c != '\n' && is_control(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

fn is_control(c: char) -> bool {
    !c.is_ascii_graphic() && matches!(text::escape(c.encode_utf8(&mut [0; 4])), Cow::Owned(_))
}

/// A writer of lines that escapes what is in them, for the log.
pub(super) struct EscapedLines<W>(pub(super) W);

impl<W: std::io::Write> std::io::Write for EscapedLines<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let (text, end) = match text.strip_suffix('\n') {
            Some(text) => (text, "\n"),
            None => (&*text, ""),
        };
        self.0.write_all(format!("{}{end}", escape(text)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod nothing_from_a_peer_reaches_a_terminal_unescaped {
    use super::*;
    use std::io::Write;

    #[test]
    fn controls_and_format_characters_are_shown() {
        assert_eq!(escape("a\tb\u{1b}[2Jc\nd"), "a\\tb\\u{1b}[2Jc\\nd");
        assert_eq!(escape("gnp\u{202e}.exe"), "gnp\\u{202e}.exe");
        assert_eq!(escape("a\u{200b}b\u{feff}c\u{9b}d"), "a\\u{200b}b\\u{feff}c\\u{9b}d");
        assert_eq!(escape("tag\u{e0041}"), "tag\\u{e0041}");
        assert_eq!(escape("grün 漢字 😀"), "grün 漢字 😀");
    }

    #[test]
    fn a_line_of_a_peer_does_not_pass_for_one_of_ours() {
        let text = "no\r\nhint: run this\u{1b}[0m";
        assert_eq!(escape_lines(text, "    "), "no\n    hint: run this\\u{1b}[0m");
        let mut log = Vec::new();
        EscapedLines(&mut log).write_all(b"said=a\nerror: b\x1b[0m\n").unwrap();
        assert_eq!(log, b"said=a\\nerror: b\\u{1b}[0m\n");
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(truncate("short", 5), "short");
        assert_eq!(truncate("üüüü", 2), "üü… (4 more bytes)");
    }

    #[test]
    fn json_stays_the_same_document() {
        let text = "a\u{9b}2J\u{202e}ü\n\u{e0041}\u{7f}";
        let json = serde_json::json!({ "name": text }).to_string();
        let escaped = escape_json(&json);
        assert_eq!(escaped, r#"{"name":"a\u009b2J\u202eü\n\udb40\udc41\u007f"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap()["name"], text);
    }
}
