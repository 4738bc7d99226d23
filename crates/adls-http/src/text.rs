//! Text that comes from elsewhere: from peers on its way to a terminal, and from files on its way in.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes whatever could steer a terminal or turn the reading direction of a line, line breaks
/// included: `\u{1b}`, `\n`, `\u{202e}`. For names, cells and everything else that is one line.
///
/// ```
/// assert_eq!(adls_http::text::escape("red \u{1b}[31m"), "red \\u{1b}[31m");
/// ```
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_where(text, is_harmful)
}

/// The same for texts of several lines: line breaks and tabs stay. A carriage return before a line
/// break is dropped; alone it could overwrite the line, and is escaped.
#[must_use]
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    let harmful = |c| is_harmful(c) && !matches!(c, '\n' | '\t');
    if text.contains("\r\n") {
        return escape_where(&text.replace("\r\n", "\n"), harmful).into_owned().into();
    }
    escape_where(text, harmful)
}

/// The first `most` characters, followed by an ellipsis where something is left out.
#[must_use]
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// A text that a peer wrote, as a part of a sentence: line breaks become blanks, the rest is escaped,
/// and what is longer than `most` characters is cut.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    let cut = shorten(text, most);
    if !cut.contains(is_harmful) {
        return cut.into_owned();
    }
    let joined = cut.split(['\r', '\n', '\t']).filter(|part| !part.is_empty());
    escape(&joined.collect::<Vec<_>>().join(" ")).into_owned()
}

fn escape_where(text: &str, harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    let plain = plain_length(text);
    let Some(first) = text[plain..].find(&harmful).map(|at| plain + at) else {
        return text.into();
    };
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(&text[..first]);
    for c in text[first..].chars() {
        if harmful(c) {
            // Into a string it cannot fail.
            let _ = write!(escaped, "{}", c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped.into()
}

/// How many bytes at the start of a text are printable ASCII, of which nothing is harmful: most texts are nothing
/// else, and blocks of bytes are looked at many at a time. May be less by a part of a block.
fn plain_length(text: &str) -> usize {
    const BLOCK: usize = 32;
    let is_plain = |block: &&[u8; BLOCK]| {
        block.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
    };
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    let plain = blocks.iter().take_while(is_plain).count();
    let rest = if plain == blocks.len() { rest } else { &[] };
    plain * BLOCK + rest.iter().take_while(|byte| matches!(byte, b' '..=b'~')).count()
}

/// Control characters, and what reorders or hides text without being seen itself.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Why bytes are not text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is neither UTF-8 nor UTF-16 with a byte order mark; save it as UTF-8")]
pub struct NotTextError;

/// The text of a file, as tools of any system write it: UTF-8, with a byte order mark or without, or
/// UTF-16 with one. The mark is not part of the text.
///
/// # Errors
/// When it is neither.
pub fn decode(bytes: &[u8]) -> Result<String, NotTextError> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => utf8(rest),
    }
}

/// The same for a single value, such as a password: one line break at the end is not part of it.
///
/// # Errors
/// As for [`decode`].
pub fn decode_line(bytes: &[u8]) -> Result<String, NotTextError> {
    let mut text = decode(bytes)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    text.truncate(line.len());
    Ok(text)
}

fn utf8(bytes: &[u8]) -> Result<String, NotTextError> {
    // UTF-16 without a mark is valid UTF-8 full of zeros, which no text holds.
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text.to_owned()),
        _ => Err(NotTextError),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotTextError> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return Err(NotTextError) };
    let units = pairs.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| NotTextError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_peer_reaches_a_terminal_unescaped() {
        for (text, cell, lines) in [
            ("plain, näive, 日本, 👩‍👩‍👧", "plain, näive, 日本, 👩‍👩‍👧", "plain, näive, 日本, 👩‍👩‍👧"),
            ("a\u{1b}]0;x\u{7}b", "a\\u{1b}]0;x\\u{7}b", "a\\u{1b}]0;x\\u{7}b"),
            ("a\u{9b}31mb\u{7f}", "a\\u{9b}31mb\\u{7f}", "a\\u{9b}31mb\\u{7f}"),
            ("a\r\nb\tc", "a\\r\\nb\\tc", "a\nb\tc"),
            ("all good\rno", "all good\\rno", "all good\\rno"),
            ("gpj.\u{202e}exe\u{2066}", "gpj.\\u{202e}exe\\u{2066}", "gpj.\\u{202e}exe\\u{2066}"),
            ("\u{feff}x\u{2028}", "\\u{feff}x\\u{2028}", "\\u{feff}x\\u{2028}"),
        ] {
            assert_eq!((&*escape(text), &*escape_lines(text)), (cell, lines));
        }
        assert!(matches!(escape("harmless"), Cow::Borrowed(_)));
        assert_eq!(one_line("a\r\nb\u{1b}\n", 100), "a b\\u{1b}");
    }

    #[test]
    fn what_is_harmful_is_found_wherever_it_stands() {
        for before in 0..100 {
            for (harmful, shown) in [('\u{1b}', "\\u{1b}"), ('\u{202e}', "\\u{202e}")] {
                let text = |between: &str| format!("{}{between}{}", "a".repeat(before), "b~ü");
                assert_eq!(escape(&text(&harmful.to_string())), text(shown));
            }
            assert!(matches!(escape(&"a ~".repeat(before)), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn cutting_keeps_characters_whole() {
        assert_eq!(shorten("äöü", 3), "äöü");
        assert_eq!(shorten("äöü", 2), "äö…");
        assert_eq!(shorten("", 0), "");
    }

    #[test]
    fn text_from_windows_tools_is_read() {
        let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(order).collect()
        };
        let text = "P4ss wörd 𝄞";
        for bytes in [
            text.as_bytes().to_vec(),
            format!("{text}\n").into_bytes(),
            format!("{text}\r\n").into_bytes(),
            format!("\u{feff}{text}\r\n").into_bytes(),
            utf16(&format!("{text}\r\n"), u16::to_le_bytes),
            utf16(&format!("{text}\n"), u16::to_be_bytes),
        ] {
            assert_eq!(decode_line(&bytes).unwrap(), text);
        }
        // One line break is the editor's; more, and blanks, are the user's.
        assert_eq!(decode_line(b" x \n\n").unwrap(), " x \n");
        assert_eq!(decode(b"a\r\nb\r\n").unwrap(), "a\r\nb\r\n");
        assert_eq!(decode_line(b"").unwrap(), "");
        for bytes in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"a\xe4b", b"a\0b\0"] {
            assert_eq!(decode(bytes), Err(NotTextError));
        }
    }
}
