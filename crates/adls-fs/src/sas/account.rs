//! Signatures of an account.

use std::time::SystemTime;

use adls_http::{AccountKey, SasToken};
use adls_wire::sas::{
    SasIpRange, SasKind, SasPermissions, SasProtocol, SasResourceTypes, SasServices, SasVersion,
};

use super::parameters::{Common, Parameters, check_permissions};
use crate::options::options;
use crate::{Error, Result};

options! {
    /// A signature for the account and what is in it, be it whatever it may. For a part of it, make a
    /// [`ServiceSas`](super::ServiceSas).
    pub struct AccountSas {
        /// What it permits: some of `rwdxylacfti`. Setting owners, permissions and access control lists is
        /// beyond signatures of an account.
        pub permissions: SasPermissions,
        /// On what.
        pub resource_types: SasResourceTypes,
        /// Until when, to the second.
        pub expires_on: SystemTime,
        /// From when on; at once when `None`. Clocks differ: what is to be used at once should not start
        /// now, but be left open.
        pub starts_on: Option<SystemTime>,
        /// The addresses from which it can be used; all when `None`.
        pub ip_range: Option<SasIpRange>,
        /// The protocols over which it can be used; https unless set.
        pub protocol: SasProtocol,
        /// The encryption scope that what is written with it gets.
        pub encryption_scope: Option<String>,
        /// The version that it is of; [`SasVersion::DEFAULT`] unless set.
        pub version: SasVersion,
    }
}

impl AccountSas {
    /// A signature that permits this on that, until then.
    #[must_use]
    pub fn new(
        permissions: SasPermissions,
        resource_types: SasResourceTypes,
        expires_on: SystemTime,
    ) -> Self {
        Self {
            permissions,
            resource_types,
            expires_on,
            starts_on: None,
            ip_range: None,
            protocol: SasProtocol::Https,
            encryption_scope: None,
            version: SasVersion::DEFAULT,
        }
    }

    /// The signature, for the account of the key.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when it would permit nothing or what none of an
    /// account can, is for nothing, expires before it starts, or says what its version does not know.
    pub fn sign(&self, key: &AccountKey) -> Result<SasToken> {
        check_permissions("an account", self.permissions, SasPermissions::of_account())?;
        if self.resource_types == SasResourceTypes::default() {
            return Err(Error::invalid(
                "the shared access signature would be for nothing; add types of resources, such as \
                 SasResourceTypes::ALL",
            ));
        }
        let mut parameters = Parameters::new(SasKind::Account, self.version)?;
        // The file systems of a data lake belong to the service of blobs.
        parameters.add("ss", SasServices { blob: true, ..SasServices::default() }.to_string())?;
        parameters.add("srt", self.resource_types.to_string())?;
        parameters.add("sp", self.permissions.letters_of_account())?;
        parameters.add_common(&Common {
            starts_on: self.starts_on,
            expires_on: Some(self.expires_on),
            ip_range: self.ip_range,
            protocol: self.protocol,
            encryption_scope: self.encryption_scope.as_deref(),
        })?;
        parameters.sign(key.account(), "", key.signing_key())
    }
}
