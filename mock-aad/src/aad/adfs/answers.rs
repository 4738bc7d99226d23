//! The XML that the stand-in answers with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};

use super::{Saml, Trust};
use crate::aad::directory::{User, domain_of};

const ENVELOPE: &str = "http://www.w3.org/2003/05/soap-envelope";
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
const UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const POLICY: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
const TRUST_13: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
const BEARER_11: &str = "urn:oasis:names:tc:SAML:1.0:cm:bearer";
const BEARER_20: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// Where passwords are taken.
pub(super) fn mex(origin: &str) -> String {
    include_str!("../../../assets/adfs-mex.xml").replace("{origin}", &escape(origin))
}

/// A refusal.
pub(super) fn fault(subcode: &str, text: &str) -> String {
    envelope(
        "http://www.w3.org/2005/08/addressing/soap/fault",
        &html! {
            s:Fault {
                s:Code {
                    s:Value { "s:Sender" }
                    s:Subcode { s:Value xmlns:a=(TRUST_13) { "a:" (subcode) } }
                }
                s:Reason { s:Text xml:lang="en-US" { (text) } }
            }
        },
    )
}

/// An assertion about `user` for `audience`.
pub(super) fn token(
    trust: Trust,
    saml: Saml,
    id: &str,
    audience: &str,
    user: &User,
    start: Timestamp,
    end: Timestamp,
) -> String {
    let assertion = match saml {
        Saml::V11 => assertion_11(id, audience, user, start, end),
        Saml::V20 => assertion_20(id, audience, user, start, end),
    };
    let response = response(trust, saml, audience, start, end, &assertion);
    match trust {
        Trust::Feb2005 => {
            envelope("http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/Issue", &response)
        }
        Trust::V13 => envelope(
            "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal",
            &html! {
                trust:RequestSecurityTokenResponseCollection xmlns:trust=(trust.namespace()) {
                    (response)
                }
            },
        ),
    }
}

fn response(
    trust: Trust,
    saml: Saml,
    audience: &str,
    start: Timestamp,
    end: Timestamp,
    assertion: &Markup,
) -> Markup {
    let request_type = match trust {
        Trust::Feb2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust/Issue",
        Trust::V13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
    };
    html! {
        t:RequestSecurityTokenResponse xmlns:t=(trust.namespace()) {
            t:Lifetime {
                u:Created xmlns:u=(UTILITY) { (instant(start)) }
                u:Expires xmlns:u=(UTILITY) { (instant(end)) }
            }
            p:AppliesTo xmlns:p=(POLICY) {
                a:EndpointReference xmlns:a=(ADDRESSING) { a:Address { (audience) } }
            }
            t:RequestedSecurityToken { (assertion) }
            t:TokenType { (saml.namespace()) }
            t:RequestType { (request_type) }
        }
    }
}

fn assertion_11(id: &str, audience: &str, user: &User, start: Timestamp, end: Timestamp) -> Markup {
    let subject = html! {
        saml:Subject {
            saml:NameIdentifier Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified" {
                (immutable_id(user))
            }
            saml:SubjectConfirmation { saml:ConfirmationMethod { (BEARER_11) } }
        }
    };
    html! {
        saml:Assertion MajorVersion="1" MinorVersion="1" AssertionID=(id) Issuer=(issuer(user))
            IssueInstant=(instant(start)) xmlns:saml=(Saml::V11.namespace())
        {
            saml:Conditions NotBefore=(instant(start)) NotOnOrAfter=(instant(end)) {
                saml:AudienceRestrictionCondition { saml:Audience { (audience) } }
            }
            saml:AttributeStatement {
                (subject)
                saml:Attribute AttributeName="UPN"
                    AttributeNamespace="http://schemas.xmlsoap.org/claims"
                {
                    saml:AttributeValue { (user.username) }
                }
            }
            saml:AuthenticationStatement AuthenticationInstant=(instant(start))
                AuthenticationMethod="urn:oasis:names:tc:SAML:1.0:am:password"
            {
                (subject)
            }
        }
    }
}

fn assertion_20(id: &str, audience: &str, user: &User, start: Timestamp, end: Timestamp) -> Markup {
    html! {
        saml:Assertion ID=(id) Version="2.0" IssueInstant=(instant(start))
            xmlns:saml=(Saml::V20.namespace())
        {
            saml:Issuer { (issuer(user)) }
            saml:Subject {
                saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified" {
                    (immutable_id(user))
                }
                saml:SubjectConfirmation Method=(BEARER_20) {
                    saml:SubjectConfirmationData NotOnOrAfter=(instant(end)) {}
                }
            }
            saml:Conditions NotBefore=(instant(start)) NotOnOrAfter=(instant(end)) {
                saml:AudienceRestriction { saml:Audience { (audience) } }
            }
            saml:AttributeStatement {
                saml:Attribute Name="http://schemas.xmlsoap.org/claims/UPN" {
                    saml:AttributeValue { (user.username) }
                }
            }
            saml:AuthnStatement AuthnInstant=(instant(start)) {
                saml:AuthnContext {
                    saml:AuthnContextClassRef {
                        "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
                    }
                }
            }
        }
    }
}

fn envelope(action: &str, body: &Markup) -> String {
    let envelope = html! {
        s:Envelope xmlns:s=(ENVELOPE) xmlns:a=(ADDRESSING) {
            s:Header { a:Action s:mustUnderstand="1" { (action) } }
            s:Body { (body) }
        }
    };
    envelope.into_string()
}

fn issuer(user: &User) -> String {
    format!("http://adfs.{}/adfs/services/trust/", domain_of(&user.username))
}

/// What ties the account to the one of the tenant.
fn immutable_id(user: &User) -> String {
    STANDARD.encode(user.object_id.as_bytes())
}

fn instant(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn escape(text: &str) -> String {
    let PreEscaped(escaped) = html! { (text) };
    escaped
}
