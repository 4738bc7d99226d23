//! What a refused request is told: a code of the [table](table), what of the request was wrong, and the
//! bodies of both protocols.

mod body;
mod table;

use std::borrow::Cow;
use std::fmt;

use http::{HeaderName, HeaderValue};

pub(crate) use body::{BodyForm, Occasion};
pub(crate) use table::ErrorCode;

use super::protocol::Protocol;

/// The longest value of a request that an answer repeats.
const LONGEST_VALUE: usize = 1024;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StorageError {
    code: ErrorCode,
    /// Said instead of the words of the table.
    message: Option<Cow<'static, str>>,
    /// Further elements of the body, in their order.
    details: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl From<ErrorCode> for StorageError {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: None, details: Vec::new(), headers: Vec::new() }
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message(Protocol::Dfs))
    }
}

impl std::error::Error for StorageError {}

impl StorageError {
    /// What went wrong.
    pub(crate) fn code(&self) -> ErrorCode {
        self.code
    }

    fn message(&self, protocol: Protocol) -> &str {
        self.message.as_deref().unwrap_or_else(|| self.code.face(protocol).message)
    }

    /// The same with other words than those of the table.
    pub(crate) fn saying(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The same with a further element of the body. It is cut where it is longer than anybody would read.
    pub(crate) fn detail(mut self, name: &'static str, value: &str) -> Self {
        let fits = |(start, char): &(usize, char)| start + char.len_utf8() <= LONGEST_VALUE;
        let value = value.char_indices().take_while(fits).map(|(_, char)| char).collect();
        self.details.push((name, value));
        self
    }

    /// The same with a further header of the answer.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A header whose value is not what it must be.
    pub(crate) fn invalid_header(name: &str, value: &str) -> Self {
        Self::from(ErrorCode::InvalidHeaderValue)
            .detail("HeaderName", name)
            .detail("HeaderValue", shown(name, value))
    }

    /// A header that the request must have.
    pub(crate) fn missing_header(name: &str) -> Self {
        Self::from(ErrorCode::MissingRequiredHeader).detail("HeaderName", name)
    }

    /// A header that goes with none of what the request is.
    pub(crate) fn unsupported_header(name: &str, value: &str) -> Self {
        Self::from(ErrorCode::UnsupportedHeader)
            .detail("HeaderName", name)
            .detail("HeaderValue", shown(name, value))
    }

    /// A query parameter whose value is not what it must be, and why.
    pub(crate) fn invalid_query(name: &str, value: &str, reason: &str) -> Self {
        Self::from(ErrorCode::InvalidQueryParameterValue)
            .detail("QueryParameterName", name)
            .detail("QueryParameterValue", shown(name, value))
            .detail("Reason", reason)
    }

    /// A query parameter that the request must have.
    pub(crate) fn missing_query(name: &str) -> Self {
        Self::from(ErrorCode::MissingRequiredQueryParameter).detail("QueryParameterName", name)
    }

    /// A query parameter that is a number, but too small or too large a one.
    pub(crate) fn out_of_range(
        name: &str,
        value: &str,
        least: impl fmt::Display,
        most: impl fmt::Display,
    ) -> Self {
        Self::from(ErrorCode::OutOfRangeQueryParameterValue)
            .detail("QueryParameterName", name)
            .detail("QueryParameterValue", value)
            .detail("MinimumAllowed", &least.to_string())
            .detail("MaximumAllowed", &most.to_string())
    }

    /// An XML element whose value is not what it must be.
    pub(crate) fn invalid_xml(name: &str, value: &str) -> Self {
        Self::from(ErrorCode::InvalidXmlNodeValue)
            .detail("XmlNodeName", name)
            .detail("XmlNodeValue", value)
    }

    /// An XML element that the body must have.
    pub(crate) fn missing_xml(name: &str) -> Self {
        Self::from(ErrorCode::MissingRequiredXmlNode).detail("XmlNodeName", name)
    }

    /// A signature or token that was refused, and why.
    pub(crate) fn authentication_failed(why: &str) -> Self {
        Self::from(ErrorCode::AuthenticationFailed).detail("AuthenticationErrorDetail", why)
    }
}

/// What an answer may repeat of a value: secrets are not, and neither is a URL with a signature in it.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    const SECRET: [&str; 4] =
        ["authorization", "x-ms-encryption-key", "x-ms-source-encryption-key", "sig"];
    let secret = SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret))
        || value.to_ascii_lowercase().contains("sig=");
    if secret { "REDACTED" } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_repeated() {
        for (name, value) in [
            ("Authorization", "SharedKey account:c2VjcmV0"),
            ("x-ms-encryption-key", "c2VjcmV0"),
            ("x-ms-rename-source", "/fs/path?sv=2020-02-10&sig=c2VjcmV0"),
            ("sig", "c2VjcmV0"),
        ] {
            let errors = [
                StorageError::invalid_header(name, value),
                StorageError::unsupported_header(name, value),
                StorageError::invalid_query(name, value, "no"),
            ];
            for error in errors {
                assert!(!format!("{error:?}").contains("c2VjcmV0"), "{error:?}");
            }
        }
    }

    #[test]
    fn values_are_cut_between_characters() {
        let error = StorageError::missing_header(&"ü".repeat(LONGEST_VALUE));
        assert_eq!(error.details, [("HeaderName", "ü".repeat(LONGEST_VALUE / 2))]);
    }

    #[test]
    fn codes_of_both_protocols_are_the_recorded_ones() {
        use ErrorCode as E;
        // Status and code, as recorded.
        let dfs: &[(ErrorCode, u16, &str)] = &[
            (E::ExpiryNotSupportedForDirectory, 400, "ExpiryNotSupportedForDirectory"),
            (E::InvalidFlushPosition, 400, "InvalidFlushPosition"),
            (E::InvalidPermission, 400, "InvalidPermission"),
            (E::AuthenticationFailed, 403, "AuthenticationFailed"),
            (E::FilesystemNotFound, 404, "FilesystemNotFound"),
            (E::PathNotFound, 404, "PathNotFound"),
            (E::SourcePathNotFound, 404, "SourcePathNotFound"),
            (E::BlobUsesCustomerSpecifiedEncryption, 409, "BlobUsesCustomerSpecifiedEncryption"),
            (E::PathAlreadyExists, 409, "PathAlreadyExists"),
            (E::ConditionNotMet, 412, "ConditionNotMet"),
            (E::LeaseIdMissing, 412, "LeaseIdMissing"),
            (E::LeaseNotPresent, 412, "LeaseNotPresent"),
            (E::SourceConditionNotMet, 412, "SourceConditionNotMet"),
        ];
        let blob: &[(ErrorCode, u16, &str)] = &[
            (E::NotModified, 304, "ConditionNotMet"),
            (E::InvalidHeaderValue, 400, "InvalidHeaderValue"),
            (E::InvalidQueryParameterValue, 400, "InvalidQueryParameterValue"),
            (E::OutOfRangeInput, 400, "OutOfRangeInput"),
            (E::AuthorizationFailure, 403, "AuthorizationFailure"),
            (E::AuthorizationPermissionMismatch, 403, "AuthorizationPermissionMismatch"),
            (E::AuthorizationResourceTypeMismatch, 403, "AuthorizationResourceTypeMismatch"),
            (E::AuthorizationServiceMismatch, 403, "AuthorizationServiceMismatch"),
            (E::PathNotFound, 404, "BlobNotFound"),
            (E::FilesystemNotFound, 404, "ContainerNotFound"),
            (E::ResourceNotFound, 404, "ResourceNotFound"),
            (E::FilesystemAlreadyExists, 409, "ContainerAlreadyExists"),
            (E::ConditionNotMet, 412, "ConditionNotMet"),
            (E::FilesystemLeaseIdMissing, 412, "LeaseIdMissing"),
            (E::LeaseNotPresent, 412, "LeaseNotPresentWithBlobOperation"),
            (E::FilesystemLeaseNotPresent, 412, "LeaseNotPresentWithContainerOperation"),
        ];
        for (protocol, table) in [(Protocol::Dfs, dfs), (Protocol::Blob, blob)] {
            for (code, status, name) in table {
                let face = code.face(protocol);
                assert_eq!((face.status.as_u16(), face.code), (*status, *name), "{protocol:?}");
            }
        }
    }

    #[test]
    fn every_row_is_an_error_with_words() {
        for code in ErrorCode::ALL {
            for protocol in [Protocol::Dfs, Protocol::Blob] {
                let face = code.face(protocol);
                let status = face.status.as_u16();
                assert!(status == 304 || (400..=503).contains(&status), "{code:?}");
                assert!(face.code.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{code:?}");
                assert!(!face.message.is_empty(), "{code:?}");
            }
        }
    }
}
