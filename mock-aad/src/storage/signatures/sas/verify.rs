//! Proves a token: its lifetime, its signature over the resource that a request names, and from
//! where it may be used.

use std::net::IpAddr;

use adls_wire::sas::{SasServices, StringToSign, canonicalized_resource};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

use super::access_policy::{AccessPolicy, Terms};
use super::delegation::{DelegationKeyFields, delegation_key};
use super::grant::{Grant, OnBehalfOf, ResponseOverrides, Scope, components};
use super::origin;
use super::refused::SasRefused;
use super::required::Required;
use super::token::{Kind, Resource, SharedAccessSignature};
use crate::storage::signatures::key::SigningKey;
use crate::storage::text::dates;

/// How long a key that a user asks for is good at most.
pub(crate) const LONGEST_KEY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a request names, and how it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    /// The account.
    pub(crate) account: &'a str,
    /// The file system; `None` if the request is about the account.
    pub(crate) file_system: Option<&'a str>,
    /// The decoded path, of a list the directory that is listed; empty if the request is about the
    /// file system.
    pub(crate) path: &'a str,
    /// The headers.
    pub(crate) headers: &'a HeaderMap,
    /// The decoded query.
    pub(crate) query: &'a [(String, String)],
    /// The address of the client.
    pub(crate) source: IpAddr,
    /// Whether it came over TLS.
    pub(crate) tls: bool,
}

/// The keys that may have signed a token.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'a> {
    /// The keys of the account.
    pub(crate) account: &'a [SigningKey],
    /// The secret from which the keys of users follow.
    pub(crate) delegation_master: &'a [u8],
}

impl SharedAccessSignature {
    /// Checks the token for a request, and tells what it gives. `policy` is the stored access
    /// policy of the file system that [`Self::policy_id`] names, if there is one.
    ///
    /// # Errors
    /// Why the token does not count for this request.
    pub(crate) fn verify(
        &self,
        target: Target<'_>,
        keys: Keys<'_>,
        policy: Option<&AccessPolicy>,
        now: Timestamp,
    ) -> Result<Grant, SasRefused> {
        let terms = self.terms(policy)?;
        in_time(terms, now)?;
        let (scope, resources) = self.scope(target)?;
        match self.kind {
            Kind::Account { .. } | Kind::Service(_) => {
                self.signed_by(keys.account, target, &resources)?;
            }
            Kind::UserDelegation(..) => {
                self.key_in_time(now)?;
                let key = self.delegation_key(target.account, keys.delegation_master);
                self.signed_by(&[key], target, &resources)?;
            }
        }
        if self.addresses.is_some_and(|range| !origin::contains(range, target.source)) {
            return Err(SasRefused::SourceAddress(target.source));
        }
        if self.demands_tls && !target.tls {
            return Err(SasRefused::Protocol);
        }
        if matches!(self.kind, Kind::Account { services: SasServices { blob: false, .. }, .. }) {
            return Err(SasRefused::Service);
        }
        Ok(self.grant(terms, scope))
    }

    fn terms(&self, policy: Option<&AccessPolicy>) -> Result<Terms, SasRefused> {
        match (self.policy_id(), policy) {
            (None, _) => AccessPolicy::default().complete(&self.own),
            (Some(_), Some(policy)) => policy.complete(&self.own),
            (Some(id), None) => Err(SasRefused::NoSuchPolicy(id.to_owned())),
        }
    }

    /// What the token is for within this request, and how that may be written in the text.
    fn scope(&self, target: Target<'_>) -> Result<(Scope, Vec<String>), SasRefused> {
        let resource = match self.kind {
            Kind::Account { types, .. } => {
                return Ok((Scope::Account(types), vec![String::new()]));
            }
            Kind::Service(resource) | Kind::UserDelegation(resource, _) => resource,
        };
        let name = target.file_system.ok_or(SasRefused::Elsewhere("file system"))?;
        let file_system = name.to_owned();
        let mut path: Vec<String> = components(target.path).map(str::to_owned).collect();
        let resource_at = |path: &str| canonicalized_resource(target.account, name, path);
        match resource {
            Resource::FileSystem => Ok((Scope::FileSystem(file_system), vec![resource_at("")])),
            Resource::Directory(depth) if depth > path.len() => {
                Err(SasRefused::Depth { depth, components: path.len() })
            }
            Resource::Directory(0) => {
                // SDKs write the root directory with and without a slash.
                let root = resource_at("");
                let resources = vec![format!("{root}/"), root];
                Ok((Scope::Directory { file_system, path: Vec::new() }, resources))
            }
            Resource::Directory(depth) => {
                path.truncate(depth);
                let resources = vec![resource_at(&path.join("/"))];
                Ok((Scope::Directory { file_system, path }, resources))
            }
            Resource::Path if path.is_empty() => Err(SasRefused::Elsewhere("path")),
            Resource::Path => {
                let resources = vec![resource_at(&path.join("/"))];
                Ok((Scope::Path { file_system, path }, resources))
            }
        }
    }

    fn signed_by(
        &self,
        keys: &[SigningKey],
        target: Target<'_>,
        resources: &[String],
    ) -> Result<(), SasRefused> {
        let required = Required::of(&self.parameters, target.headers, target.query)?;
        for resource in resources {
            let text = self.string_to_sign(target.account, resource, &required);
            if keys.iter().any(|key| key.verifies(text.as_bytes(), &self.signature)) {
                return Ok(());
            }
        }
        let resource = resources.last().map_or("", String::as_str);
        let string_to_sign = self.string_to_sign(target.account, resource, &required.shown());
        Err(SasRefused::Mismatch { string_to_sign })
    }

    fn string_to_sign(&self, account: &str, resource: &str, required: &Required) -> String {
        let text = StringToSign {
            kind: self.kind.sas_kind(),
            version: self.version,
            parameters: self.parameters.pairs(),
            account,
            resource,
            required_headers: &required.headers,
            required_query: &required.query,
        };
        text.text()
    }

    fn delegation_key(&self, account: &str, master: &[u8]) -> SigningKey {
        let text = |name| self.parameters.text(name);
        let fields = DelegationKeyFields {
            account,
            object_id: text("skoid"),
            tenant: text("sktid"),
            start: text("skt"),
            expiry: text("ske"),
            service: text("sks"),
            version: text("skv"),
            delegated_tenant: text("skdutid"),
        };
        SigningKey::new(&delegation_key(master, &fields))
    }

    fn key_in_time(&self, now: Timestamp) -> Result<(), SasRefused> {
        let start = self.parameters.read_required("skt", dates::parse_iso8601)?;
        let expiry = self.parameters.read_required("ske", dates::parse_iso8601)?;
        if expiry.duration_since(start) > LONGEST_KEY {
            return Err(SasRefused::KeyTooLong {
                start: start.to_string(),
                expiry: expiry.to_string(),
            });
        }
        if now < start || now >= expiry {
            return Err(SasRefused::KeyOutOfTime {
                start: start.to_string(),
                expiry: expiry.to_string(),
                now: now.to_string(),
            });
        }
        Ok(())
    }

    fn grant(&self, terms: Terms, scope: Scope) -> Grant {
        let text = |name| self.parameters.get(name).map(str::to_owned);
        let (delegator, on_behalf_of, bearer) = match self.kind {
            Kind::UserDelegation(_, people) => {
                (Some(people.delegator), people.on_behalf_of, people.bearer)
            }
            Kind::Account { .. } | Kind::Service(_) => (None, OnBehalfOf::Anyone, None),
        };
        Grant {
            permissions: terms.permissions,
            scope,
            delegator,
            on_behalf_of,
            bearer,
            correlation_id: text("scid"),
            encryption_scope: text("ses"),
            overrides: ResponseOverrides {
                cache_control: text("rscc"),
                content_disposition: text("rscd"),
                content_encoding: text("rsce"),
                content_language: text("rscl"),
                content_type: text("rsct"),
            },
        }
    }
}

/// Checks the lifetime of a token.
fn in_time(terms: Terms, now: Timestamp) -> Result<(), SasRefused> {
    let Terms { start, expiry, .. } = terms;
    if let Some(start) = start.filter(|start| *start >= expiry) {
        return Err(SasRefused::EndsBeforeStart {
            start: start.to_string(),
            expiry: expiry.to_string(),
        });
    }
    if now >= expiry || start.is_some_and(|start| now < start) {
        return Err(SasRefused::OutOfTime {
            start: start.map_or_else(String::new, |start| start.to_string()),
            expiry: expiry.to_string(),
            now: now.to_string(),
        });
    }
    Ok(())
}
