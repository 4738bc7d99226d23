//! Reads a token: what it says, before anything about it is proven.

use adls_wire::sas::{
    SasIpRange, SasKind, SasPermissions, SasProtocol, SasResourceKind, SasResourceTypes,
    SasServices, SasVersion, is_signed,
};
use uuid::Uuid;

use super::access_policy::AccessPolicy;
use super::grant::{Bearer, OnBehalfOf};
use super::parameters::Parameters;
use super::refused::SasRefused;
use crate::storage::signatures::key::Signature;
use crate::storage::text::dates;

/// A shared access signature. Nothing about it is proven.
#[derive(Debug)]
pub(crate) struct SharedAccessSignature {
    pub(super) version: SasVersion,
    pub(super) kind: Kind,
    /// The part of lifetime and letters that it says itself.
    pub(super) own: AccessPolicy,
    pub(super) addresses: Option<SasIpRange>,
    pub(super) demands_tls: bool,
    pub(super) parameters: Parameters,
    pub(super) signature: Signature,
}

/// What a token is good for, and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Account { types: SasResourceTypes, services: SasServices },
    Service(Resource),
    UserDelegation(Resource, Delegation),
}

/// `sr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    FileSystem,
    /// A directory so many components below the root.
    Directory(usize),
    Path,
}

/// What a token says about people.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delegation {
    pub(super) delegator: Uuid,
    pub(super) on_behalf_of: OnBehalfOf,
    pub(super) bearer: Option<Bearer>,
}

impl SharedAccessSignature {
    /// Reads the token in a decoded query; `None` if there is none.
    pub(crate) fn parse(query: &[(String, String)]) -> Option<Result<Self, SasRefused>> {
        let is_there = query.iter().any(|(name, _)| name == "sig" || name == "sv");
        is_there.then(|| Self::read(query))
    }

    /// The name of the stored access policy that completes it (`si`).
    pub(crate) fn policy_id(&self) -> Option<&str> {
        self.parameters.get("si")
    }

    fn read(query: &[(String, String)]) -> Result<Self, SasRefused> {
        let signature = signature(query)?;
        let parameters = Parameters::pick(query)?;
        let sv = parameters.require("sv")?;
        let version = sv.parse().ok().filter(|version: &SasVersion| version.is_known());
        let version = version.ok_or_else(|| SasRefused::Version(sv.to_owned()))?;
        let kind = Kind::read(&parameters, version)?;
        let not_signed = parameters.names().find(|name| !is_signed(kind.sas_kind(), version, name));
        if let Some(name) = not_signed {
            return Err(SasRefused::NotSigned(name));
        }
        let permissions = |text: &str| match kind {
            Kind::Account { .. } => SasPermissions::parse_of_account(text).ok(),
            Kind::Service(_) | Kind::UserDelegation(..) => text.parse().ok(),
        };
        let own = AccessPolicy {
            start: parameters.read("st", dates::parse_iso8601)?,
            expiry: parameters.read("se", dates::parse_iso8601)?,
            permissions: parameters.read("sp", permissions)?,
        };
        if parameters.get("si").is_none() {
            parameters.require("sp")?;
            parameters.require("se")?;
        }
        Ok(Self {
            version,
            kind,
            own,
            addresses: parameters.read("sip", |text| text.parse().ok())?,
            demands_tls: parameters.read("spr", |text| text.parse().ok())?
                == Some(SasProtocol::Https),
            parameters,
            signature,
        })
    }
}

/// Reads `sig`. What it says is in no error.
fn signature(query: &[(String, String)]) -> Result<Signature, SasRefused> {
    let mut all = query.iter().filter(|(name, _)| name == "sig").map(|(_, value)| value);
    let text = all.next().filter(|text| !text.is_empty()).ok_or(SasRefused::Missing("sig"))?;
    if all.next().is_some() {
        return Err(SasRefused::Twice("sig"));
    }
    Signature::from_base64(text).ok_or(SasRefused::MalformedSignature)
}

impl Kind {
    fn read(parameters: &Parameters, version: SasVersion) -> Result<Self, SasRefused> {
        if parameters.get("ss").is_some() || parameters.get("srt").is_some() {
            return Ok(Self::Account {
                services: parameters.read_required("ss", |text| text.parse().ok())?,
                types: parameters.read_required("srt", |text| text.parse().ok())?,
            });
        }
        let resource = Resource::read(parameters, version)?;
        if parameters.get("skoid").is_none() {
            return Ok(Self::Service(resource));
        }
        parameters.require("sktid")?;
        parameters.read_required("skt", dates::parse_iso8601)?;
        parameters.read_required("ske", dates::parse_iso8601)?;
        parameters.read_required("sks", |service| (service == "b").then_some(()))?;
        parameters.read_required("skv", |text| text.parse::<SasVersion>().ok())?;
        Ok(Self::UserDelegation(resource, Delegation::read(parameters)?))
    }

    pub(super) fn sas_kind(self) -> SasKind {
        match self {
            Self::Account { .. } => SasKind::Account,
            Self::Service(_) => SasKind::Service,
            Self::UserDelegation(..) => SasKind::UserDelegation,
        }
    }
}

impl Resource {
    fn read(parameters: &Parameters, version: SasVersion) -> Result<Self, SasRefused> {
        let resource =
            parameters.read_required("sr", |sr| match SasResourceKind::from_letter(sr)? {
                SasResourceKind::FileSystem => Some(Self::FileSystem),
                SasResourceKind::File => Some(Self::Path),
                SasResourceKind::Directory => {
                    (version >= SasVersion::DIRECTORIES).then_some(Self::Directory(0))
                }
            })?;
        match resource {
            Self::Directory(_) => parameters.read_required("sdd", depth).map(Self::Directory),
            _ if parameters.get("sdd").is_some() => Err(SasRefused::NotSigned("sdd")),
            _ => Ok(resource),
        }
    }
}

/// Reads `sdd`: a number that is written in one way only.
fn depth(text: &str) -> Option<usize> {
    let depth: usize = text.parse().ok()?;
    (depth.to_string() == text).then_some(depth)
}

impl Delegation {
    fn read(parameters: &Parameters) -> Result<Self, SasRefused> {
        let id = |name| parameters.read(name, |text| Uuid::try_parse(text).ok());
        let on_behalf_of = match (id("saoid")?, id("suoid")?) {
            (None, None) => OnBehalfOf::Anyone,
            (Some(agent), None) => OnBehalfOf::Authorized(agent),
            (None, Some(agent)) => OnBehalfOf::Unauthorized(agent),
            (Some(_), Some(_)) => return Err(SasRefused::Exclusive("saoid", "suoid")),
        };
        let tenant = id("skdutid")?;
        Ok(Self {
            delegator: id("skoid")?.ok_or(SasRefused::Missing("skoid"))?,
            on_behalf_of,
            bearer: id("sduoid")?.map(|object_id| Bearer { object_id, tenant }),
        })
    }
}
