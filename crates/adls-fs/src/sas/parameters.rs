//! The parameters of a signature in the making, and what all kinds of signatures have in common.

use std::time::SystemTime;

use adls_http::{SasToken, SigningKey};
use adls_wire::sas::{
    SasIpRange, SasKind, SasPermissions, SasProtocol, SasResourceKind, SasVersion, StringToSign,
    is_signed,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::time;
use crate::{Error, Result};

/// What is encoded in a query: all but what RFC 3986 calls unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names and decoded values, without the signature.
pub(super) struct Parameters {
    kind: SasKind,
    version: SasVersion,
    pairs: Vec<(&'static str, String)>,
}

/// What signatures of all kinds say.
pub(super) struct Common<'a> {
    pub(super) starts_on: Option<SystemTime>,
    pub(super) expires_on: Option<SystemTime>,
    pub(super) ip_range: Option<SasIpRange>,
    pub(super) protocol: SasProtocol,
    pub(super) encryption_scope: Option<&'a str>,
}

impl Parameters {
    pub(super) fn new(kind: SasKind, version: SasVersion) -> Result<Self> {
        if !version.is_known() {
            return Err(Error::invalid(format!(
                "no signature of version {version} can be made; choose one from {} to {}",
                SasVersion::OLDEST,
                SasVersion::NEWEST
            )));
        }
        Ok(Self { kind, version, pairs: vec![("sv", version.to_string())] })
    }

    /// Adds a parameter.
    ///
    /// # Errors
    /// When signatures of this version do not know it, or it says nothing or what no line can hold: with
    /// line ends, one parameter could pass for another.
    pub(super) fn add(&mut self, name: &'static str, value: impl Into<String>) -> Result<()> {
        let value = value.into();
        if value.is_empty() {
            return Err(Error::invalid(format!(
                "{name} of a shared access signature would be empty; leave it out"
            )));
        }
        if value.contains(char::is_control) {
            return Err(Error::invalid(format!(
                "{name} of a shared access signature would hold a control character: {value:?}"
            )));
        }
        if !is_signed(self.kind, self.version, name) {
            return Err(Error::invalid(format!(
                "signatures of version {} know no {name}; leave it out, or choose a newer version such \
                 as {}",
                self.version,
                SasVersion::NEWEST
            )));
        }
        self.pairs.push((name, value));
        Ok(())
    }

    /// Adds a parameter if it is there.
    pub(super) fn add_if(&mut self, name: &'static str, value: Option<&str>) -> Result<()> {
        value.map_or(Ok(()), |value| self.add(name, value))
    }

    /// Adds the permissions on a resource.
    pub(super) fn add_permissions(
        &mut self,
        kind: SasResourceKind,
        permissions: SasPermissions,
    ) -> Result<()> {
        let of = match kind {
            SasResourceKind::FileSystem => "a file system",
            SasResourceKind::Directory => "a directory",
            SasResourceKind::File => "a file",
        };
        check_permissions(of, permissions, SasPermissions::of_resource(kind))?;
        self.add("sp", permissions.to_string())
    }

    /// Adds what signatures of all kinds say.
    pub(super) fn add_common(&mut self, common: &Common<'_>) -> Result<()> {
        if let (Some(start), Some(expiry)) = (common.starts_on, common.expires_on)
            && time::seconds(start) >= time::seconds(expiry)
        {
            return Err(Error::invalid(
                "the shared access signature would expire before it starts; choose a later expires_on",
            ));
        }
        for (name, moment) in [("st", common.starts_on), ("se", common.expires_on)] {
            if let Some(moment) = moment {
                self.add(name, time::write(moment)?)?;
            }
        }
        if let Some(range) = common.ip_range {
            self.add("sip", range.to_string())?;
        }
        self.add("spr", common.protocol.to_string())?;
        self.add_if("ses", common.encryption_scope)
    }

    /// The signature of all this. `resource` is empty for an account.
    pub(super) fn sign(self, account: &str, resource: &str, key: &SigningKey) -> Result<SasToken> {
        let text = StringToSign {
            kind: self.kind,
            version: self.version,
            parameters: &self.pairs,
            account,
            resource,
            required_headers: &[],
            required_query: &[],
        };
        let signature = key.sign(text.text().as_bytes());
        let all = self.pairs.into_iter().chain([("sig", signature)]);
        let query: Vec<String> = all
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, ENCODED)))
            .collect();
        Ok(SasToken::new(&query.join("&"))?)
    }
}

/// Fails when there are none, or others than what a signature for `of` may permit.
pub(super) fn check_permissions(
    of: &str,
    permissions: SasPermissions,
    possible: SasPermissions,
) -> Result<()> {
    if permissions.is_empty() {
        return Err(Error::invalid(
            "the shared access signature would permit nothing; add permissions such as \
             SasPermissions::READ",
        ));
    }
    let others = permissions.without(possible);
    if !others.is_empty() {
        return Err(Error::invalid(format!(
            "a shared access signature for {of} cannot permit {others}; possible are {possible}"
        )));
    }
    Ok(())
}
