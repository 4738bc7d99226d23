//! The access policies that are stored with a container, as XML.

use adls_wire::sas::SasPermissions;
use adls_wire::xml::XmlWriter;
use roxmltree::Node;

use crate::namespace::StoredPolicy;
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::text::{dates, xml};

/// The most policies of a container.
const MOST: usize = 5;
/// The most characters of the name of one.
const LONGEST_ID: usize = 64;

/// Reads the policies of a request; a body without any, which may be none at all, takes all away.
pub(super) fn read(body: &[u8]) -> Result<Vec<StoredPolicy>, StorageError> {
    let text = xml::text(body)?;
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let document = xml::parse(text, "SignedIdentifiers")?;
    let mut policies: Vec<StoredPolicy> = Vec::new();
    for element in xml::children(document.root_element()) {
        if element.tag_name().name() != "SignedIdentifier" || policies.len() == MOST {
            return Err(ErrorCode::InvalidXmlDocument.into());
        }
        let policy = policy(element)?;
        if policies.iter().any(|known| known.id == policy.id) {
            return Err(StorageError::invalid_xml("Id", &policy.id));
        }
        policies.push(policy);
    }
    Ok(policies)
}

fn policy(element: Node<'_, '_>) -> Result<StoredPolicy, StorageError> {
    let id = xml::required_text(element, "Id")?;
    if id.is_empty() || id.chars().count() > LONGEST_ID {
        return Err(StorageError::invalid_xml("Id", id));
    }
    let policy = xml::child(element, "AccessPolicy");
    let said = |name| policy.and_then(|policy| xml::child_text(policy, name)).unwrap_or_default();
    let time = |name| {
        let text = said(name);
        match text.is_empty() || dates::parse_iso8601(text).is_some() {
            true => Ok(text.to_owned()),
            false => Err(StorageError::invalid_xml(name, text)),
        }
    };
    let permission = said("Permission");
    if permission.parse::<SasPermissions>().is_err() {
        return Err(StorageError::invalid_xml("Permission", permission));
    }
    Ok(StoredPolicy {
        id: id.to_owned(),
        start: time("Start")?,
        expiry: time("Expiry")?,
        permission: permission.to_owned(),
    })
}

/// The policies as an answer tells them.
pub(super) fn write(policies: &[StoredPolicy]) -> String {
    let mut xml = XmlWriter::with_byte_order_mark();
    xml.open("SignedIdentifiers");
    for policy in policies {
        xml.open("SignedIdentifier").element("Id", &policy.id);
        let said = [
            ("Start", told(&policy.start)),
            ("Expiry", told(&policy.expiry)),
            ("Permission", policy.permission.clone()),
        ];
        let said: Vec<_> = said.iter().filter(|(_, value)| !value.is_empty()).collect();
        // A policy that says nothing is not there.
        if !said.is_empty() {
            xml.open("AccessPolicy");
            for (name, value) in said {
                xml.element(name, value);
            }
            xml.close();
        }
        xml.close();
    }
    xml.finish()
}

/// A time with the seven digits that the service tells.
fn told(text: &str) -> String {
    dates::parse_iso8601(text).map_or_else(|| text.to_owned(), dates::iso8601)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(inner: &str) -> String {
        format!("<SignedIdentifiers>{inner}</SignedIdentifiers>")
    }

    fn identifier(id: &str, policy: &str) -> String {
        format!("<SignedIdentifier><Id>{id}</Id>{policy}</SignedIdentifier>")
    }

    fn code(inner: &str) -> ErrorCode {
        read(document(inner).as_bytes()).unwrap_err().code()
    }

    #[test]
    fn times_come_back_with_seven_digits_and_what_is_not_said_does_not() {
        let body = document(
            &[
                identifier(
                    "a",
                    "<AccessPolicy><Start>2019-12-23T20:03:11.6432903Z</Start>\
                     <Expiry>2019-12-24</Expiry><Permission>rcw</Permission></AccessPolicy>",
                ),
                identifier("b&lt;", "<AccessPolicy><Start></Start><Expiry/></AccessPolicy>"),
                identifier("c", ""),
            ]
            .concat(),
        );
        let told = write(&read(body.as_bytes()).unwrap());
        let expected = document(
            &[
                identifier(
                    "a",
                    "<AccessPolicy><Start>2019-12-23T20:03:11.6432903Z</Start>\
                     <Expiry>2019-12-24T00:00:00.0000000Z</Expiry>\
                     <Permission>rcw</Permission></AccessPolicy>",
                ),
                identifier("b&lt;", ""),
                identifier("c", ""),
            ]
            .concat(),
        );
        assert!(told.ends_with(&expected), "{told}");
    }

    #[test]
    fn no_document_and_an_empty_one_are_no_policies() {
        for body in ["", " ", "<SignedIdentifiers />"] {
            assert_eq!(read(body.as_bytes()), Ok(Vec::new()));
        }
        assert!(write(&[]).ends_with("<SignedIdentifiers />"));
    }

    #[test]
    fn there_are_at_most_five_policies_with_names_of_their_own() {
        let many = |count: usize| -> String {
            (0..count).map(|number| identifier(&number.to_string(), "")).collect()
        };
        assert_eq!(read(document(&many(5)).as_bytes()).unwrap().len(), 5);
        assert_eq!(code(&many(6)), ErrorCode::InvalidXmlDocument);
        let twice = identifier("a", "").repeat(2);
        assert_eq!(code(&twice), ErrorCode::InvalidXmlNodeValue);
        let long = |length| identifier(&"x".repeat(length), "");
        assert!(read(document(&long(64)).as_bytes()).is_ok());
        assert_eq!(code(&long(65)), ErrorCode::InvalidXmlNodeValue);
        assert_eq!(code(&long(0)), ErrorCode::InvalidXmlNodeValue);
        assert_eq!(code("<SignedIdentifier />"), ErrorCode::MissingRequiredXmlNode);
        assert_eq!(code("<Other />"), ErrorCode::InvalidXmlDocument);
    }

    #[test]
    fn what_a_policy_says_must_be_times_and_letters() {
        for policy in [
            "<Start>tomorrow</Start>",
            "<Expiry>2019-13-01</Expiry>",
            "<Permission>rr</Permission>",
            "<Permission>rz</Permission>",
        ] {
            let policy = format!("<AccessPolicy>{policy}</AccessPolicy>");
            assert_eq!(code(&identifier("a", &policy)), ErrorCode::InvalidXmlNodeValue, "{policy}");
        }
    }
}
