//! Signatures for a file system or a part of it, by a key of a user.

use std::time::SystemTime;

use adls_http::SasToken;
use adls_wire::sas::{SasIpRange, SasKind, SasPermissions, SasProtocol, SasVersion};
use uuid::Uuid;

use super::parameters::{Common, Parameters};
use super::{SasResource, SasResponseHeaders, UserDelegationKey, time};
use crate::options::options;
use crate::{Error, Result};

options! {
    /// A signature for a file system, a directory or a file, by a key of a user. It permits what it says
    /// and the user may do, whichever is less, so that no key of the account has to leave its safe.
    pub struct UserDelegationSas {
        /// What it is for.
        pub resource: SasResource,
        /// What it permits.
        pub permissions: SasPermissions,
        /// Until when, to the second. It cannot outlive the key.
        pub expires_on: SystemTime,
        /// From when on; at once when `None`. Clocks differ: what is to be used at once should not start
        /// now, but be left open.
        pub starts_on: Option<SystemTime>,
        /// For whom the user makes it; for whoever has it when `None`.
        pub agent: Option<SasAgent>,
        /// A UUID by which the logs of the service tell it (`scid`).
        pub correlation_id: Option<String>,
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

/// For whom a user makes a signature, by object id. What is made with it belongs to that principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SasAgent {
    /// A principal whose rights the maker has checked: access control lists are not asked (`saoid`).
    Authorized(String),
    /// A principal whom access control lists must allow it as well (`suoid`).
    Unauthorized(String),
}

impl UserDelegationSas {
    /// A signature that permits this on that, until then.
    #[must_use]
    pub fn new(resource: SasResource, permissions: SasPermissions, expires_on: SystemTime) -> Self {
        Self {
            resource,
            permissions,
            expires_on,
            starts_on: None,
            agent: None,
            correlation_id: None,
            ip_range: None,
            protocol: SasProtocol::Https,
            encryption_scope: None,
            response_headers: SasResponseHeaders::default(),
            version: SasVersion::DEFAULT,
        }
    }

    /// The signature. `account` is the bare name of the account that gave the key.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when it would permit nothing or what none for
    /// such a resource can, expire before it starts or after the key, name an agent that is no object id,
    /// or say what its version does not know.
    pub fn sign(&self, account: &str, key: &UserDelegationKey) -> Result<SasToken> {
        if account.is_empty() || account.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        {
            return Err(Error::invalid(format!(
                "{account:?} is not the name of an account; give it without its host, as in mylake"
            )));
        }
        if time::seconds(self.expires_on) > time::seconds(key.expires_on()) {
            return Err(Error::invalid(format!(
                "the shared access signature would outlive the key, which ends at {}; choose an \
                 earlier expires_on, or fetch a key that lasts longer",
                key.told().expiry
            )));
        }
        let mut parameters = Parameters::new(SasKind::UserDelegation, self.version)?;
        self.resource.add_to(&mut parameters)?;
        parameters.add_permissions(self.resource.kind(), self.permissions)?;
        parameters.add_common(&Common {
            starts_on: self.starts_on,
            expires_on: Some(self.expires_on),
            ip_range: self.ip_range,
            protocol: self.protocol,
            encryption_scope: self.encryption_scope.as_deref(),
        })?;
        let told = key.told();
        for (name, value) in [
            ("skoid", &told.object_id),
            ("sktid", &told.tenant),
            ("skt", &told.start),
            ("ske", &told.expiry),
            ("sks", &told.service),
            ("skv", &told.version),
        ] {
            parameters.add(name, value.as_str())?;
        }
        parameters.add_if("skdutid", told.delegated_tenant.as_deref())?;
        match &self.agent {
            Some(SasAgent::Authorized(id)) => parameters.add("saoid", uuid("object id", id)?)?,
            Some(SasAgent::Unauthorized(id)) => parameters.add("suoid", uuid("object id", id)?)?,
            None => {}
        }
        if let Some(id) = &self.correlation_id {
            parameters.add("scid", uuid("correlation id", id)?)?;
        }
        self.response_headers.add_to(&mut parameters)?;
        parameters.sign(account, &self.resource.canonicalized(account), key.signing_key())
    }
}

fn uuid(what: &str, text: &str) -> Result<String> {
    match Uuid::try_parse(text) {
        Ok(id) => Ok(id.to_string()),
        Err(_) => Err(Error::invalid(format!(
            "{text:?} is no {what}; give a UUID such as 00000000-0000-4000-8000-0000000000d4"
        ))),
    }
}
