//! Keys with which users sign shared access signatures.

use adls_wire::sas::SasPermissions;
use adls_wire::user_delegation_key::{UserDelegationKey, element};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::aad::Caller as SignedIn;
use crate::storage::access::Caller;
use crate::storage::errors::StorageError;
use crate::storage::exchange::Exchange;
use crate::storage::needs::{Needs, Resource};
use crate::storage::signatures::sas::{DelegationKeyFields, delegation_key};
use crate::storage::text::{dates, xml};

/// How much the clock of a caller may differ, in milliseconds.
const SKEW: i64 = 15 * 60 * 1000;
const SERVICE: &str = "b";

/// Who asks for a key. Whoever signed in may have one, since it gives no rights that its owner does not
/// have; who has not, has nobody to give it to.
pub(super) fn caller<'e>(exchange: &'e Exchange<'_>) -> Result<&'e SignedIn, StorageError> {
    match &exchange.caller {
        Caller::Token(caller) => {
            // Where roles are all that there is, whoever has none could sign for nothing.
            if !exchange.kind.has_access_control() {
                exchange.identity(Needs::any(Resource::Service, SasPermissions::READ))?;
            }
            Ok(caller)
        }
        Caller::Key | Caller::Sas(_) => {
            let why = "Only authentication scheme Bearer is supported";
            Err(StorageError::authentication_failed(why))
        }
        Caller::Anonymous => {
            exchange.identity(Needs::any(Resource::Service, SasPermissions::READ))?;
            Err(StorageError::authentication_failed("Nobody has signed in."))
        }
    }
}

/// A key as the answer tells it.
pub(super) fn issue(
    exchange: &Exchange<'_>,
    caller: &SignedIn,
    body: &[u8],
) -> Result<String, StorageError> {
    let request = exchange.request;
    let asked =
        Asked::read(body, request.now.as_millisecond(), exchange.kind.longest_delegation_key())?;
    let fields = DelegationKeyFields {
        account: &request.address.account,
        object_id: &caller.object_id.to_string(),
        tenant: &caller.tenant_id.to_string(),
        start: &dates::iso8601_seconds(asked.start),
        expiry: &dates::iso8601_seconds(asked.expiry),
        service: SERVICE,
        version: &request.version.to_string(),
        delegated_tenant: &asked.delegated_tenant.map(|id| id.to_string()).unwrap_or_default(),
    };
    let key = delegation_key(exchange.storage.secret.as_bytes(), &fields);
    let answer = UserDelegationKey {
        object_id: fields.object_id.to_owned(),
        tenant: fields.tenant.to_owned(),
        start: fields.start.to_owned(),
        expiry: fields.expiry.to_owned(),
        service: fields.service.to_owned(),
        version: fields.version.to_owned(),
        delegated_tenant: asked.delegated_tenant.map(|id| id.to_string()),
        value: STANDARD.encode(key),
    };
    Ok(answer.to_xml())
}

/// What a key is asked for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    /// Milliseconds since 1970.
    start: i64,
    /// Milliseconds since 1970.
    expiry: i64,
    delegated_tenant: Option<Uuid>,
}

impl Asked {
    /// Reads the body of a request; a key is good for `longest` at most.
    fn read(body: &[u8], now: i64, longest: SignedDuration) -> Result<Self, StorageError> {
        let longest = longest.as_secs() * 1000;
        let document = xml::parse(xml::text(body)?, element::KEY_INFO)?;
        let root = document.root_element();
        let time = |name, text: &str| {
            let read = dates::parse_iso8601(text).map(Timestamp::as_millisecond);
            read.ok_or_else(|| StorageError::invalid_xml(name, text))
        };
        let said = |name| xml::child_text(root, name).filter(|text| !text.is_empty());
        let start_text = said(element::START);
        let start = start_text.map_or(Ok(now), |text| time(element::START, text))?;
        let expiry_text = xml::required_text(root, element::EXPIRY)?;
        let expiry = time(element::EXPIRY, expiry_text)?;
        if (start - now).abs() > longest {
            return Err(StorageError::invalid_xml(element::START, start_text.unwrap_or_default()));
        }
        // Callers that want the whole time have counted it from their own clock.
        if expiry <= start || expiry <= now || expiry - now > longest + SKEW {
            return Err(StorageError::invalid_xml(element::EXPIRY, expiry_text));
        }
        let tenant = said(element::DELEGATED_USER_TID).map(|text| {
            text.parse().map_err(|_| StorageError::invalid_xml(element::DELEGATED_USER_TID, text))
        });
        Ok(Self { start, expiry, delegated_tenant: tenant.transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::errors::ErrorCode;
    use crate::storage::signatures::sas::LONGEST_KEY;

    const NOW: i64 = 1_700_000_000_000;
    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn asked(start: Option<i64>, expiry: i64) -> Result<Asked, ErrorCode> {
        let start = start.map(|start| format!("<Start>{}</Start>", dates::iso8601_seconds(start)));
        let expiry = dates::iso8601_seconds(expiry);
        let body =
            format!("<KeyInfo>{}<Expiry>{expiry}</Expiry></KeyInfo>", start.unwrap_or_default());
        Asked::read(body.as_bytes(), NOW, LONGEST_KEY).map_err(|error| error.code())
    }

    #[test]
    fn a_key_is_good_for_seven_days_at_most() {
        let seven = Asked { start: NOW, expiry: NOW + 7 * DAY, delegated_tenant: None };
        assert_eq!(asked(Some(NOW), NOW + 7 * DAY), Ok(seven));
        assert_eq!(asked(None, NOW + 7 * DAY), Ok(seven));
        assert!(asked(Some(NOW - DAY), NOW + DAY).is_ok());
        for (start, expiry) in [
            (Some(NOW), NOW + 8 * DAY),
            (Some(NOW), NOW - 1000),
            (Some(NOW - 8 * DAY), NOW + DAY),
            (Some(NOW + 8 * DAY), NOW + 9 * DAY),
            (Some(NOW + DAY), NOW + DAY),
        ] {
            let refused = Err(ErrorCode::InvalidXmlNodeValue);
            assert_eq!(asked(start, expiry), refused, "{start:?} {expiry}");
        }
    }

    #[test]
    fn times_and_tenants_must_be_some() {
        let code = |body: &str| Asked::read(body.as_bytes(), NOW, LONGEST_KEY).unwrap_err().code();
        let expiry = dates::iso8601_seconds(NOW + DAY);
        assert_eq!(code("<KeyInfo />"), ErrorCode::MissingRequiredXmlNode);
        assert_eq!(code("<Other />"), ErrorCode::InvalidXmlDocument);
        for inner in [
            "<Expiry>soon</Expiry>".to_owned(),
            format!("<Start>now</Start><Expiry>{expiry}</Expiry>"),
            format!("<Expiry>{expiry}</Expiry><DelegatedUserTid>x</DelegatedUserTid>"),
        ] {
            let body = format!("<KeyInfo>{inner}</KeyInfo>");
            assert_eq!(code(&body), ErrorCode::InvalidXmlNodeValue, "{body}");
        }
        let tenant = Uuid::from_u128(7);
        let body = format!(
            "<KeyInfo><Expiry>{expiry}</Expiry><DelegatedUserTid>{tenant}</DelegatedUserTid></KeyInfo>"
        );
        let asked = Asked::read(body.as_bytes(), NOW, LONGEST_KEY).unwrap();
        assert_eq!(asked.delegated_tenant, Some(tenant));
    }
}
