//! Signatures for a file system or a part of it, by a key of the account.

use std::time::SystemTime;

use adls_http::{AccountKey, SasToken};
use adls_wire::sas::{SasIpRange, SasKind, SasPermissions, SasProtocol, SasVersion};

use super::parameters::{Common, Parameters};
use super::{SasResource, SasResponseHeaders};
use crate::options::options;
use crate::{Error, Result};

/// The most characters of the name of a stored access policy.
const LONGEST_POLICY: usize = 64;

options! {
    /// A signature for a file system, a directory or a file, by a key of the account. Access control lists
    /// have no say then: what it permits is all that counts.
    pub struct ServiceSas {
        /// What it is for.
        pub resource: SasResource,
        /// What it permits. Nothing only where a stored access policy says it.
        pub permissions: SasPermissions,
        /// Until when, to the second; `None` only where a stored access policy says it.
        pub expires_on: Option<SystemTime>,
        /// From when on; at once when `None`. Clocks differ: what is to be used at once should not start
        /// now, but be left open.
        pub starts_on: Option<SystemTime>,
        /// The name of the access policy, stored with the file system, that says the rest. What it says
        /// must not stand here too. Whoever changes the policy changes what the signature is good for.
        pub policy: Option<String>,
        /// The addresses from which it can be used; all when `None`.
        pub ip_range: Option<SasIpRange>,
        /// The protocols over which it can be used; https unless set.
        pub protocol: SasProtocol,
        /// The encryption scope that what is written with it gets.
        pub encryption_scope: Option<String>,
        /// Headers of the answers to reads with it.
        pub response_headers: SasResponseHeaders,
        /// The version that it is of; [`SasVersion::DEFAULT`] unless set.
        pub version: SasVersion,
    }
}

impl ServiceSas {
    /// A signature that permits this on that, until then.
    #[must_use]
    pub fn new(resource: SasResource, permissions: SasPermissions, expires_on: SystemTime) -> Self {
        Self {
            resource,
            permissions,
            expires_on: Some(expires_on),
            starts_on: None,
            policy: None,
            ip_range: None,
            protocol: SasProtocol::Https,
            encryption_scope: None,
            response_headers: SasResponseHeaders::default(),
            version: SasVersion::DEFAULT,
        }
    }

    /// A signature that leaves it to a stored access policy of the file system what it permits, and until
    /// when. If the policy leaves one of them open, say it with [`permissions`](Self::permissions) or
    /// [`expires_on`](Self::expires_on).
    #[must_use]
    pub fn by_policy(resource: SasResource, policy: impl Into<String>) -> Self {
        let this = Self::new(resource, SasPermissions::NONE, SystemTime::UNIX_EPOCH);
        Self { expires_on: None, policy: Some(policy.into()), ..this }
    }

    /// The signature, for the account of the key.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when it would permit nothing or what none for
    /// such a resource can, never expire, expire before it starts, or say what its version does not know.
    pub fn sign(&self, key: &AccountKey) -> Result<SasToken> {
        let mut parameters = Parameters::new(SasKind::Service, self.version)?;
        self.resource.add_to(&mut parameters)?;
        match &self.policy {
            Some(policy) if policy.chars().count() > LONGEST_POLICY => {
                return Err(Error::invalid(format!(
                    "{policy:?} is no name of a stored access policy: those have at most \
                     {LONGEST_POLICY} characters"
                )));
            }
            Some(policy) => parameters.add("si", policy.as_str())?,
            None if self.expires_on.is_none() => {
                return Err(Error::invalid(
                    "the shared access signature would never expire; set expires_on, or policy to a \
                     stored access policy that says it",
                ));
            }
            None => {}
        }
        if self.policy.is_none() || !self.permissions.is_empty() {
            parameters.add_permissions(self.resource.kind(), self.permissions)?;
        }
        parameters.add_common(&Common {
            starts_on: self.starts_on,
            expires_on: self.expires_on,
            ip_range: self.ip_range,
            protocol: self.protocol,
            encryption_scope: self.encryption_scope.as_deref(),
        })?;
        self.response_headers.add_to(&mut parameters)?;
        let account = key.account();
        parameters.sign(account, &self.resource.canonicalized(account), key.signing_key())
    }
}
