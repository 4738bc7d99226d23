//! A stand-in for the sign-in server of an organization with a federated domain: it tells where it
//! takes passwords (MEX), and turns a password into a SAML assertion (WS-Trust 1.3 and 2005).

mod answers;

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use roxmltree::{Document, Node};
use uuid::Uuid;

use super::directory::{PasswordFlow, User, domain_of};
use super::expiring::Weigh;
use super::incoming::Incoming;
use super::{Aad, xml};
use crate::call::Response;

/// The two versions of WS-Trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// February 2005.
    Feb2005,
    /// 1.3.
    V13,
}

/// The two kinds of assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saml {
    V11,
    V20,
}

/// An assertion that was handed out. Whoever knows its id has it, as nobody can guess one.
#[derive(Clone, Debug)]
pub(super) struct Assertion {
    pub(super) user: Uuid,
    pub(super) saml: Saml,
    /// Seconds since 1970.
    pub(super) expires: i64,
}

impl Weigh for Assertion {
    fn weight(&self) -> usize {
        0
    }
}

/// Seconds that an assertion is good for.
const LIFETIME: i64 = 3600;

impl Saml {
    /// The namespace of its elements, which is also its token type.
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::V11 => "urn:oasis:names:tc:SAML:1.0:assertion",
            Self::V20 => "urn:oasis:names:tc:SAML:2.0:assertion",
        }
    }

    /// The attribute that holds an assertion's id.
    pub(super) fn id_attribute(self) -> &'static str {
        match self {
            Self::V11 => "AssertionID",
            Self::V20 => "ID",
        }
    }

    /// Whether a request names this type, by the namespace or by the name of the token profile.
    fn is_named(self, token_type: &str) -> bool {
        let profile = match self {
            Self::V11 => "#SAMLV1.1",
            Self::V20 => "#SAMLV2.0",
        };
        token_type == self.namespace() || token_type.ends_with(profile)
    }
}

impl Trust {
    fn namespace(self) -> &'static str {
        match self {
            Self::Feb2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust",
            Self::V13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
        }
    }
}

/// What a request for a token says.
struct TokenRequest<'a> {
    username: &'a str,
    password: &'a str,
    audience: &'a str,
    saml: Saml,
}

/// Answers `GET /adfs/services/trust/mex`.
pub(super) fn mex(incoming: &Incoming) -> Response {
    match incoming.only(&[Method::GET, Method::HEAD]) {
        Ok(()) => incoming.soap(StatusCode::OK, answers::mex(&incoming.origin)),
        Err(refused) => incoming.soap(refused.status(), String::new()),
    }
}

/// Answers `POST /adfs/services/trust/{2005,13}/usernamemixed`.
pub(super) fn issue(aad: &Aad, incoming: &Incoming, trust: Trust) -> Response {
    if let Err(refused) = incoming.only(&[Method::POST]) {
        return incoming.soap(refused.status(), String::new());
    }
    match try_issue(aad, incoming, trust) {
        Ok(answer) => incoming.soap(StatusCode::OK, answer),
        // ADFS answers mistakes of the caller with 500 too.
        Err(fault) => incoming
            .soap(StatusCode::INTERNAL_SERVER_ERROR, answers::fault(fault.subcode, fault.text)),
    }
}

/// Why no assertion is given, in the words of ADFS.
struct Fault {
    subcode: &'static str,
    text: &'static str,
}

const INVALID: Fault =
    Fault { subcode: "InvalidRequest", text: "MSIS3127: The specified request failed." };
const FAILED: Fault = Fault {
    subcode: "FailedAuthentication",
    text: "ID3242: The security token could not be authenticated or authorized.",
};

fn try_issue(aad: &Aad, incoming: &Incoming, trust: Trust) -> Result<String, Fault> {
    let text = std::str::from_utf8(&incoming.body).map_err(|_| INVALID)?;
    let document = xml::parse(text).ok_or(INVALID)?;
    let request = read(&document, trust).ok_or(INVALID)?;
    let user = sign_in(aad, &request)?;
    let id = format!("_{}", Uuid::new_v4());
    let now = incoming.now;
    let assertion = Assertion {
        user: user.object_id,
        saml: request.saml,
        expires: now.as_second().saturating_add(LIFETIME),
    };
    let end = assertion.expires;
    aad.issued().assertions.insert(&id, assertion, end, now.as_second());
    let end = now.checked_add(SignedDuration::from_secs(LIFETIME)).unwrap_or(Timestamp::MAX);
    Ok(answers::token(trust, request.saml, &id, request.audience, &user, now, end))
}

fn sign_in(aad: &Aad, request: &TokenRequest<'_>) -> Result<User, Fault> {
    let now = aad.now();
    let mut directory = aad.directory_mut();
    if !directory.is_federated(domain_of(request.username)) {
        return Err(FAILED);
    }
    directory
        .sign_in(request.username, request.password, PasswordFlow::Interactive, now)
        .map_err(|_| FAILED)
}

fn read<'a>(document: &'a Document<'_>, trust: Trust) -> Option<TokenRequest<'a>> {
    let token = find(document.root(), "UsernameToken")?;
    let request = find(document.root(), "RequestSecurityToken")?;
    (request.tag_name().namespace() == Some(trust.namespace())).then_some(())?;
    let applies_to = find(request, "AppliesTo")?;
    let token_type = find(request, "TokenType").and_then(|node| node.text());
    let saml = match token_type.map(str::trim) {
        None => Saml::V11,
        Some(name) => [Saml::V11, Saml::V20].into_iter().find(|saml| saml.is_named(name))?,
    };
    Some(TokenRequest {
        username: find(token, "Username")?.text()?.trim(),
        password: find(token, "Password")?.text()?,
        audience: find(applies_to, "Address")?.text()?.trim(),
        saml,
    })
}

fn find<'a, 'i>(under: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    under.descendants().find(|node| node.is_element() && node.tag_name().name() == name)
}
