//! Properties of the user's own in one header: `name=base64(value)`, separated by commas.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Why the text of a header does not hold properties.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a property; the service writes name=base64")]
pub struct ParsePropertiesError(String);

/// The text of properties; values are UTF-8.
pub fn encode_properties<'a>(properties: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in properties {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(name);
        text.push('=');
        BASE64_STANDARD.encode_string(value, &mut text);
    }
    text
}

/// The properties of a text, in its order. Bytes that are not UTF-8 are taken as ISO 8859-1, in which
/// Hadoop writes them.
///
/// # Errors
/// When a part has no `=` or is not base64.
pub fn decode_properties(text: &str) -> Result<Vec<(String, String)>, ParsePropertiesError> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let decoded = parts.map(|part| {
        let error = || ParsePropertiesError(part.to_owned());
        let (name, value) = part.split_once('=').ok_or_else(error)?;
        let bytes = BASE64_STANDARD.decode(value).map_err(|_| error())?;
        let value = String::from_utf8(bytes).unwrap_or_else(|error| {
            error.as_bytes().iter().map(|byte| char::from(*byte)).collect()
        });
        Ok((name.to_owned(), value))
    });
    decoded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let properties = [("owner", "Zoë"), ("empty", ""), ("a", "1,2=3")];
        let text = encode_properties(properties);
        assert_eq!(text, "owner=Wm/Dqw==,empty=,a=MSwyPTM=");
        let decoded = decode_properties(&text).unwrap();
        assert!(decoded.iter().map(|(name, value)| (&**name, &**value)).eq(properties));
        assert_eq!(decode_properties("").unwrap(), []);
        assert_eq!(decode_properties("a=MQ==, b=6w==").unwrap()[1].1, "ë");
        assert!(decode_properties("a").is_err());
        assert!(decode_properties("a=!").is_err());
    }
}
