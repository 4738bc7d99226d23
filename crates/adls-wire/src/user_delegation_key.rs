//! Keys with which a user signs shared access signatures: the XML of [Get User Delegation Key][docs].
//!
//! [docs]: https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key

use std::fmt;

use roxmltree::{Document, Node};

use crate::xml::XmlWriter;

/// The query of the request, which is a `POST` to the root of the Blob endpoint.
pub const QUERY: [(&str, &str); 2] = [("restype", "service"), ("comp", "userdelegationkey")];

/// The names of the elements.
pub mod element {
    /// The root of the request.
    pub const KEY_INFO: &str = "KeyInfo";
    /// From when on the key is to be good; the time of the request unless it is there.
    pub const START: &str = "Start";
    /// Until when it is to be good.
    pub const EXPIRY: &str = "Expiry";
    /// The tenant whose users may have signatures of it.
    pub const DELEGATED_USER_TID: &str = "DelegatedUserTid";

    /// The root of the answer.
    pub const USER_DELEGATION_KEY: &str = "UserDelegationKey";
    /// Whose key it is.
    pub const SIGNED_OID: &str = "SignedOid";
    /// The tenant of that user.
    pub const SIGNED_TID: &str = "SignedTid";
    /// From when on it is good.
    pub const SIGNED_START: &str = "SignedStart";
    /// Until when it is good.
    pub const SIGNED_EXPIRY: &str = "SignedExpiry";
    /// The service that it is for.
    pub const SIGNED_SERVICE: &str = "SignedService";
    /// The version that gave it.
    pub const SIGNED_VERSION: &str = "SignedVersion";
    /// The tenant whose users may have signatures of it.
    pub const SIGNED_DELEGATED_USER_TID: &str = "SignedDelegatedUserTid";
    /// The key, in base64.
    pub const VALUE: &str = "Value";
}

/// What a key is asked for with. Times are as in a shared access signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyInfo<'a> {
    /// From when on it is to be good; the time of the request when `None`.
    pub start: Option<&'a str>,
    /// Until when it is to be good, at most seven days later.
    pub expiry: &'a str,
    /// The tenant whose users may have signatures of it, if that is another one.
    pub delegated_tenant: Option<&'a str>,
}

impl KeyInfo<'_> {
    /// The body of the request.
    #[must_use]
    pub fn to_xml(self) -> String {
        let mut xml = XmlWriter::new();
        xml.open(element::KEY_INFO);
        if let Some(start) = self.start {
            xml.element(element::START, start);
        }
        xml.element(element::EXPIRY, self.expiry);
        if let Some(tenant) = self.delegated_tenant {
            xml.element(element::DELEGATED_USER_TID, tenant);
        }
        xml.finish()
    }
}

/// A key as the answer tells it. A signature repeats all of it but the value, letter by letter.
#[derive(Clone, PartialEq, Eq)]
pub struct UserDelegationKey {
    /// Whose key it is (`skoid`).
    pub object_id: String,
    /// The tenant of that user (`sktid`).
    pub tenant: String,
    /// From when on it is good (`skt`).
    pub start: String,
    /// Until when it is good (`ske`).
    pub expiry: String,
    /// The service that it is for (`sks`).
    pub service: String,
    /// The version that gave it (`skv`).
    pub version: String,
    /// The tenant whose users may have signatures of it (`skdutid`), if that is another one.
    pub delegated_tenant: Option<String>,
    /// The key, in base64. `Debug` does not show it.
    pub value: String,
}

/// An answer that tells no key. What it tells is not shown, since it may hold one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseUserDelegationKeyError {
    /// It is not an XML document of this kind.
    #[error("it is not an XML document with a UserDelegationKey")]
    Document,
    /// An element is missing or empty.
    #[error("it has no {0}")]
    Missing(&'static str),
}

impl UserDelegationKey {
    /// The body of the answer.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = XmlWriter::with_byte_order_mark();
        xml.open(element::USER_DELEGATION_KEY)
            .element(element::SIGNED_OID, &self.object_id)
            .element(element::SIGNED_TID, &self.tenant)
            .element(element::SIGNED_START, &self.start)
            .element(element::SIGNED_EXPIRY, &self.expiry)
            .element(element::SIGNED_SERVICE, &self.service)
            .element(element::SIGNED_VERSION, &self.version);
        if let Some(tenant) = &self.delegated_tenant {
            xml.element(element::SIGNED_DELEGATED_USER_TID, tenant);
        }
        xml.element(element::VALUE, &self.value);
        xml.finish()
    }

    /// Reads the body of the answer, with a byte order mark or without.
    ///
    /// # Errors
    /// When it is no such document, or something is missing.
    pub fn from_xml(text: &str) -> Result<Self, ParseUserDelegationKeyError> {
        use ParseUserDelegationKeyError::{Document as NoDocument, Missing};
        let document =
            Document::parse(text.trim_start_matches('\u{feff}')).map_err(|_| NoDocument)?;
        let root = document.root_element();
        if !root.has_tag_name(element::USER_DELEGATION_KEY) {
            return Err(NoDocument);
        }
        let required = |name| child_text(root, name).ok_or(Missing(name));
        Ok(Self {
            object_id: required(element::SIGNED_OID)?,
            tenant: required(element::SIGNED_TID)?,
            start: required(element::SIGNED_START)?,
            expiry: required(element::SIGNED_EXPIRY)?,
            service: required(element::SIGNED_SERVICE)?,
            version: required(element::SIGNED_VERSION)?,
            delegated_tenant: child_text(root, element::SIGNED_DELEGATED_USER_TID),
            value: required(element::VALUE)?,
        })
    }
}

impl fmt::Debug for UserDelegationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserDelegationKey")
            .field("object_id", &self.object_id)
            .field("tenant", &self.tenant)
            .field("start", &self.start)
            .field("expiry", &self.expiry)
            .field("service", &self.service)
            .field("version", &self.version)
            .field("delegated_tenant", &self.delegated_tenant)
            .finish_non_exhaustive()
    }
}

/// The text of the first element of this name; an empty one is none.
fn child_text(of: Node<'_, '_>, name: &str) -> Option<String> {
    let child = of.children().find(|child| child.has_tag_name(name))?;
    child.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> UserDelegationKey {
        UserDelegationKey {
            object_id: "00000000-0000-4000-8000-0000000000a1".into(),
            tenant: "00000000-0000-4000-8000-0000000000b2".into(),
            start: "2030-01-01T00:00:00Z".into(),
            expiry: "2030-01-07T00:00:00Z".into(),
            service: "b".into(),
            version: "2026-10-06".into(),
            delegated_tenant: None,
            value: "s3cret==".into(),
        }
    }

    #[test]
    fn what_is_asked() {
        let info = KeyInfo { expiry: "2030-01-07T00:00:00Z", ..KeyInfo::default() };
        assert_eq!(
            info.to_xml(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <KeyInfo><Expiry>2030-01-07T00:00:00Z</Expiry></KeyInfo>"
        );
        let info = KeyInfo { start: Some("a"), expiry: "b", delegated_tenant: Some("c") };
        assert!(info.to_xml().ends_with(
            "<KeyInfo><Start>a</Start><Expiry>b</Expiry>\
             <DelegatedUserTid>c</DelegatedUserTid></KeyInfo>"
        ));
    }

    #[test]
    fn answers_both_ways() {
        let other = UserDelegationKey { delegated_tenant: Some("c".into()), ..key() };
        for key in [key(), other] {
            assert_eq!(UserDelegationKey::from_xml(&key.to_xml()), Ok(key.clone()));
            assert!(!format!("{key:?}").contains("s3cret"));
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let whole = key().to_xml();
        for name in ["SignedOid", "SignedTid", "SignedStart", "SignedExpiry", "SignedService"] {
            let without = whole.replace(name, "Other");
            let error = UserDelegationKey::from_xml(&without).unwrap_err();
            assert_eq!(error, ParseUserDelegationKeyError::Missing(name));
        }
        let empty = whole.replace("s3cret==", " ");
        let error = UserDelegationKey::from_xml(&empty).unwrap_err();
        assert_eq!(error.to_string(), "it has no Value");
        for other in ["", "s3cret", "<html/>", "<!DOCTYPE a><UserDelegationKey/>"] {
            let error = UserDelegationKey::from_xml(other).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"));
        }
    }
}
