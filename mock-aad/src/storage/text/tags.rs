//! Tags of blobs: in a header as a form, in bodies as XML; and what they may consist of.

use adls_wire::xml::XmlWriter;
use url::form_urlencoded;

use super::xml;
use crate::namespace::Tags;
use crate::storage::errors::{ErrorCode, StorageError};

/// The header with the tags of a blob in the making.
pub(crate) const HEADER: &str = "x-ms-tags";
/// The most tags of a blob.
const MOST: usize = 10;
/// The most characters of a name, and of a value.
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 256;
const PUNCTUATION: &str = " +-./:=_";

/// Reads tags as they stand in a header, `name=value&name=value`.
///
/// # Errors
/// When they break a rule.
pub(crate) fn of_header(text: &str) -> Result<Tags, StorageError> {
    let mut tags = Tags::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        add(&mut tags, &name, &value)?;
    }
    Ok(tags)
}

/// Reads tags as a body has them.
///
/// # Errors
/// When it has none, or they break a rule.
pub(crate) fn of_xml(body: &[u8]) -> Result<Tags, StorageError> {
    let document = xml::parse(xml::text(body)?, "Tags")?;
    let set = xml::child(document.root_element(), "TagSet");
    let set = set.ok_or_else(|| StorageError::missing_xml("TagSet"))?;
    let mut tags = Tags::new();
    for tag in xml::children(set) {
        if tag.tag_name().name() != "Tag" {
            return Err(ErrorCode::InvalidXmlDocument.into());
        }
        let text = |name| {
            let element = xml::child(tag, name).ok_or_else(|| StorageError::missing_xml(name))?;
            // Blanks at the ends are part of it.
            Ok::<_, StorageError>(element.text().unwrap_or_default())
        };
        add(&mut tags, text("Key")?, text("Value")?)?;
    }
    Ok(tags)
}

/// Writes tags as bodies have them.
pub(crate) fn write(xml: &mut XmlWriter, tags: &Tags) {
    xml.open("Tags").open("TagSet");
    for (name, value) in tags {
        xml.open("Tag").element("Key", name).element("Value", value).close();
    }
    xml.close().close();
}

fn add(tags: &mut Tags, name: &str, value: &str) -> Result<(), StorageError> {
    let refused =
        |code: ErrorCode| StorageError::from(code).detail("TagKey", name).detail("TagValue", value);
    let permitted = |char: char| char.is_ascii_alphanumeric() || PUNCTUATION.contains(char);
    if name.is_empty() {
        return Err(refused(ErrorCode::EmptyTagName));
    }
    if !name.chars().chain(value.chars()).all(permitted) {
        return Err(refused(ErrorCode::InvalidTag));
    }
    if tags.len() == MOST || name.len() > LONGEST_NAME || value.len() > LONGEST_VALUE {
        return Err(refused(ErrorCode::TagsTooLarge));
    }
    match tags.insert(name.into(), value.into()) {
        None => Ok(()),
        Some(_) => Err(refused(ErrorCode::DuplicateTagNames)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(header: &str) -> Option<ErrorCode> {
        of_header(header).err().map(|refused| refused.code())
    }

    #[test]
    fn a_header_and_a_body_say_the_same() {
        let tags = of_header("b=&a%3A1=x+y%2Bz").unwrap();
        let told: Vec<(&str, &str)> =
            tags.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(told, [("a:1", "x y+z"), ("b", "")]);
        let mut xml = XmlWriter::with_byte_order_mark();
        write(&mut xml, &tags);
        assert_eq!(of_xml(xml.finish().as_bytes()).unwrap(), tags);
    }

    #[test]
    fn tags_are_few_short_plain_and_have_names_of_their_own() {
        let name = "n".repeat(LONGEST_NAME);
        let value = "v".repeat(LONGEST_VALUE);
        let ten: Vec<String> = (0..10).map(|number| format!("t{number}=")).collect();
        let ten = ten.join("&");
        assert_eq!(code(&format!("{name}={value}&A=1&a=1")), None);
        assert_eq!(code(&ten), None);
        for (header, expected) in [
            (format!("{name}n=v"), ErrorCode::TagsTooLarge),
            (format!("n={value}v"), ErrorCode::TagsTooLarge),
            (format!("{ten}&more="), ErrorCode::TagsTooLarge),
            ("=v".to_owned(), ErrorCode::EmptyTagName),
            ("a=1&a=2".to_owned(), ErrorCode::DuplicateTagNames),
            ("a=1%262".to_owned(), ErrorCode::InvalidTag),
            ("%C3%A4=1".to_owned(), ErrorCode::InvalidTag),
        ] {
            assert_eq!(code(&header), Some(expected), "{header}");
        }
    }

    #[test]
    fn a_body_has_one_set_of_whole_tags() {
        let code = |inner: &str| {
            let body = format!("<Tags>{inner}</Tags>");
            of_xml(body.as_bytes()).err().map(|refused| refused.code())
        };
        assert_eq!(code("<TagSet />"), None);
        assert_eq!(code(""), Some(ErrorCode::MissingRequiredXmlNode));
        let tag = "<Key>a</Key>";
        assert_eq!(
            code(&format!("<TagSet><Tag>{tag}</Tag></TagSet>")),
            Some(ErrorCode::MissingRequiredXmlNode)
        );
        assert_eq!(code(&format!("<TagSet>{tag}</TagSet>")), Some(ErrorCode::InvalidXmlDocument));
    }
}
