//! A federation server's description of itself (WS-MetadataExchange), as far as it tells where a
//! user name and password may go.

use std::collections::{HashMap, HashSet};

use adls_http::SafeUrl;
use roxmltree::{Document, Node};

use super::{failed, xml};
use crate::Result;

/// Which version of WS-Trust an endpoint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WsTrustVersion {
    /// February 2005.
    Wst2005,
    /// 1.3, which goes before the older one.
    Wst13,
}

/// Where a user name and password may go.
#[derive(Debug)]
pub(super) struct WsTrustEndpoint {
    pub(super) url: SafeUrl,
    pub(super) version: WsTrustVersion,
}

impl WsTrustVersion {
    /// The namespace of its messages.
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::Wst2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust",
            Self::Wst13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
        }
    }

    /// The SOAP action that asks for a token.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Wst2005 => "http://schemas.xmlsoap.org/ws/2005/02/trust/RST/Issue",
            Self::Wst13 => "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue",
        }
    }

    fn of_action(action: &str) -> Option<Self> {
        [Self::Wst13, Self::Wst2005].into_iter().find(|version| version.action() == action)
    }

    /// The version of an endpoint at the place where federation servers usually have it.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        if path.contains("/trust/13/usernamemixed") {
            Some(Self::Wst13)
        } else if path.contains("/trust/2005/usernamemixed") {
            Some(Self::Wst2005)
        } else {
            None
        }
    }
}

/// The address in a description that takes a user name and password over an encrypted connection,
/// in the newest version of the protocol.
pub(super) fn find_endpoint(text: &str) -> Result<(String, WsTrustVersion)> {
    let document = xml::parse(text)
        .map_err(|error| failed(format!("its description is not usable XML: {error}")))?;
    let policies = policies_for_passwords(&document);
    let bindings: HashMap<String, WsTrustVersion> = named(document.root(), "binding")
        .filter_map(|binding| {
            let policy =
                named(binding, "PolicyReference").find_map(|node| node.attribute("URI"))?;
            let version = named(binding, "operation")
                .filter_map(|node| node.attribute("soapAction"))
                .find_map(WsTrustVersion::of_action)?;
            let name = binding.attribute("name")?;
            policies.contains(policy.trim_start_matches('#')).then(|| (name.to_owned(), version))
        })
        .collect();
    let endpoints = named(document.root(), "port").filter_map(|port| {
        let name = port.attribute("binding")?.rsplit(':').next()?;
        let version = bindings.get(name)?;
        let reference = named(port, "EndpointReference").next()?;
        let address = named(reference, "Address").find_map(|node| node.text())?;
        Some((address.trim().to_owned(), *version))
    });
    endpoints
        .max_by_key(|(_, version)| *version)
        .ok_or_else(|| failed("its description names no endpoint for user names and passwords"))
}

/// The policies that want a user name token over an encrypted connection.
fn policies_for_passwords<'d>(document: &'d Document<'_>) -> HashSet<&'d str> {
    named(document.root(), "Policy")
        .filter_map(|node| {
            let id = node.attributes().find(|attribute| attribute.name() == "Id")?.value();
            let resolved = named(node, "TransportBinding").next().is_some()
                && named(node, "WssUsernameToken10").next().is_some();
            resolved.then_some(id)
        })
        .collect()
}

/// The elements of this name below `node`. Names in these documents are unambiguous without their
/// namespaces, of which there are several versions in use.
fn named<'a, 'd: 'a>(node: Node<'a, 'd>, name: &'static str) -> impl Iterator<Item = Node<'a, 'd>> {
    node.descendants().filter(move |node| node.is_element() && node.tag_name().name() == name)
}
