//! The content type of a file.

use std::borrow::Cow;
use std::ops::Deref;

use serde::{Deserialize, Serialize, Serializer};

/// The content type where nobody names one.
const OCTET_STREAM: &str = "application/octet-stream";

/// A content type, as clients name it. Most files have the same one: all of them then share one text, so that
/// a list of many does not have to look at each.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct ContentType(Cow<'static, str>);

impl ContentType {
    /// The one where nobody names any.
    pub(crate) const UNSAID: Self = Self(Cow::Borrowed(OCTET_STREAM));
}

impl From<&str> for ContentType {
    fn from(text: &str) -> Self {
        match text {
            OCTET_STREAM => Self::UNSAID,
            text => Self(Cow::Owned(text.to_owned())),
        }
    }
}

impl From<String> for ContentType {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl Deref for ContentType {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Serialize for ContentType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_one_takes_no_memory_of_its_own() {
        for text in [OCTET_STREAM, "text/plain", ""] {
            let content_type = ContentType::from(text);
            assert_eq!(&*content_type, text);
            assert_eq!(matches!(content_type.0, Cow::Borrowed(_)), text == OCTET_STREAM);
        }
    }
}
