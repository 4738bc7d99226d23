//! The question to a federation server (RequestSecurityToken) and its answer.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use roxmltree::Node;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::mex::{WsTrustEndpoint, WsTrustVersion};
use super::{failed, xml};
use crate::{AuthErrorKind, Error, Result};

/// How long the question is good for.
const LIFETIME: Duration = Duration::from_secs(600);

const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
const POLICY: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
const SECURITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

/// What a federation server says about a user.
#[derive(Debug)]
pub(super) struct SamlAssertion {
    /// As the server wrote it: it is signed, so not a letter may change.
    pub(super) xml: SecretString,
    pub(super) is_saml2: bool,
}

/// The question, which holds the password.
pub(super) fn request(
    endpoint: &WsTrustEndpoint,
    audience: &str,
    username: &str,
    password: &SecretString,
    now: SystemTime,
) -> SecretString {
    let version = endpoint.version;
    let trust = version.namespace();
    let key_type = match version {
        WsTrustVersion::Wst13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer",
        WsTrustVersion::Wst2005 => "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey",
    };
    let (action, message_id) = (version.action(), Uuid::new_v4());
    let (created, expires) = (time(now), time(now + LIFETIME));
    let (address, audience) = (escaped(endpoint.url.as_url().as_str()), escaped(audience));
    let (username, password) = (escaped(username), escaped(password.expose_secret()));
    format!(
        "<s:Envelope xmlns:s=\"{SOAP}\" xmlns:a=\"{ADDRESSING}\" xmlns:u=\"{UTILITY}\">\
         <s:Header>\
         <a:Action s:mustUnderstand=\"1\">{action}</a:Action>\
         <a:MessageID>urn:uuid:{message_id}</a:MessageID>\
         <a:ReplyTo><a:Address>{ADDRESSING}/anonymous</a:Address></a:ReplyTo>\
         <a:To s:mustUnderstand=\"1\">{address}</a:To>\
         <o:Security s:mustUnderstand=\"1\" xmlns:o=\"{SECURITY}\">\
         <u:Timestamp u:Id=\"_0\"><u:Created>{created}</u:Created>\
         <u:Expires>{expires}</u:Expires></u:Timestamp>\
         <o:UsernameToken u:Id=\"_1\"><o:Username>{username}</o:Username>\
         <o:Password>{password}</o:Password></o:UsernameToken>\
         </o:Security>\
         </s:Header>\
         <s:Body>\
         <t:RequestSecurityToken xmlns:t=\"{trust}\">\
         <p:AppliesTo xmlns:p=\"{POLICY}\"><a:EndpointReference>\
         <a:Address>{audience}</a:Address></a:EndpointReference></p:AppliesTo>\
         <t:KeyType>{key_type}</t:KeyType>\
         <t:RequestType>{trust}/Issue</t:RequestType>\
         </t:RequestSecurityToken>\
         </s:Body>\
         </s:Envelope>"
    )
    .into()
}

/// Reads the answer: an assertion, or a fault.
pub(super) fn read(text: &str) -> Result<SamlAssertion> {
    let document = xml::parse(text).map_err(|error| {
        let text = format!("the federation server did not answer in XML that can be used: {error}");
        Error::new(AuthErrorKind::UnexpectedReply, text)
    })?;
    let find = |name: &str| {
        document.descendants().find(|node| node.is_element() && node.tag_name().name() == name)
    };
    if let Some(fault) = find("Fault") {
        return Err(explain(fault));
    }
    let token_type = find("TokenType").and_then(|node| node.text()).unwrap_or_default();
    let assertion = find("RequestedSecurityToken")
        .and_then(|node| node.first_element_child())
        .ok_or_else(|| failed("its answer holds no assertion"))?;
    Ok(SamlAssertion { xml: text[assertion.range()].into(), is_saml2: is_saml2(token_type)? })
}

fn is_saml2(token_type: &str) -> Result<bool> {
    match token_type.trim() {
        "urn:oasis:names:tc:SAML:1.0:assertion"
        | "urn:oasis:names:tc:SAML:1.1:assertion"
        | "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1" => Ok(false),
        "urn:oasis:names:tc:SAML:2.0:assertion"
        | "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0" => Ok(true),
        other => Err(failed(format!("it issues assertions of the unknown type {other:?}"))),
    }
}

/// What a fault means.
fn explain(fault: Node<'_, '_>) -> Error {
    let text = |name: &str| {
        let found = fault.descendants().filter(|node| node.tag_name().name() == name);
        found.filter_map(|node| node.text()).map(str::trim).find(|text| !text.is_empty())
    };
    let reason = text("Text").or_else(|| text("faultstring")).unwrap_or("no reason given");
    let reason = reason.trim_end_matches('.');
    let refused = fault
        .descendants()
        .filter_map(|node| node.text())
        .any(|text| text.trim().ends_with("FailedAuthentication"));
    let kind = if refused { AuthErrorKind::WrongPassword } else { AuthErrorKind::FederationFailed };
    Error::new(kind, format!("the federation server refused the sign-in: {reason}"))
}

fn time(time: SystemTime) -> String {
    let timestamp = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Text as content of an element.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped.into()
}
