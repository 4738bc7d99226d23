//! Who sends a request, and what that gives on what it is about.

use http::{HeaderValue, Method, header};
use uuid::Uuid;

use super::address::RenameSource;
use super::errors::{ErrorCode, StorageError};
use super::needs::{Needs, Resource};
use super::one_lake::AccountKind;
use super::protocol::Protocol;
use super::request::Request;
use super::service::Storage;
use super::signatures::SigningKey;
use super::signatures::sas::{
    AccessPolicy, Grant, Keys, OnBehalfOf, SasRefused, SharedAccessSignature, Target,
};
use super::signatures::shared_key::{SharedKey, SharedKeyRefused, SignedRequest};
use super::text::dates;
use super::version::ServiceVersion;
use crate::aad::{Audience, Caller as Token, Refusal};
use crate::namespace::{Access, Account, DataRole, Principal, PublicAccess};
use crate::seed;

/// Until this version a request without a signature was refused in other words.
const CHALLENGES: ServiceVersion = ServiceVersion::of(2019, 12, 12);

/// From this version on files have tags; before it accounts with a hierarchical namespace had none.
const TAGS: ServiceVersion = ServiceVersion::of(2021, 2, 12);

/// The field of a signature that names a user who must sign in to use it.
const MUST_SIGN_IN: &str = "sduoid";

/// Who sends a request.
#[derive(Debug)]
pub(crate) enum Caller {
    /// Whoever has a key of the account.
    Key,
    /// Somebody who signed in.
    Token(Token),
    /// Whoever holds a shared access signature.
    Sas(Box<Grant>),
    Anonymous,
}

/// A principal whom the namespace asks about, with its groups.
#[derive(Debug)]
pub(crate) struct Identity {
    object_id: Uuid,
    groups: Vec<Uuid>,
    rights: Rights,
}

/// What a role must have been given on.
#[derive(Clone, Copy)]
struct Scope<'a> {
    account: &'a str,
    file_system: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// What a request is about.
    fn of(request: &'a Request) -> Self {
        Self {
            account: &request.address.account,
            file_system: request.address.file_system.as_deref(),
        }
    }
}

/// Where the rights of a principal come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rights {
    Everything,
    Role(DataRole),
    Acl,
}

impl Rights {
    /// Those of a user or an application with these groups.
    fn of(storage: &Storage, object_id: Uuid, groups: &[Uuid], at: Scope<'_>) -> Self {
        match storage.arm.data_role(object_id, groups, at.account, at.file_system) {
            Some(seed::DataRole::Owner) => Self::Everything,
            Some(seed::DataRole::Contributor) => Self::Role(DataRole::Contributor),
            Some(seed::DataRole::Reader) => Self::Role(DataRole::Reader),
            None => Self::Acl,
        }
    }
}

impl Identity {
    /// Whoever has a key, or a signature made with one.
    fn super_user() -> Self {
        Self { object_id: Uuid::nil(), groups: Vec::new(), rights: Rights::Everything }
    }

    /// The rights that the namespace is to go by.
    pub(crate) fn access(&self) -> Access<'_> {
        let principal = Principal { object_id: self.object_id, groups: &self.groups };
        match self.rights {
            Rights::Everything => Access::SuperUser(principal),
            Rights::Role(role) => Access::Role(role, principal),
            Rights::Acl => Access::Acl(principal),
        }
    }

    /// Whether a role permits to change something.
    pub(crate) fn may_write(&self) -> bool {
        matches!(self.rights, Rights::Everything | Rights::Role(DataRole::Contributor))
    }

    /// Whether access control lists have a say.
    pub(crate) fn is_checked(&self) -> bool {
        self.rights == Rights::Acl
    }
}

/// Finds out who sends a request.
///
/// # Errors
/// When what it gives as its proof is none.
pub(crate) fn authenticate(
    storage: &Storage,
    request: &Request,
    account: Option<&Account>,
) -> Result<Caller, StorageError> {
    let name = &request.address.account;
    let sas = SharedAccessSignature::parse(request.query.pairs());
    if let Some(authorization) = request.header("authorization") {
        if let Some(signed) = SharedKey::parse(authorization) {
            if !storage.permits_keys(name) {
                return Err(ErrorCode::KeyBasedAuthenticationNotPermitted.into());
            }
            return by_key(storage, request, signed);
        }
        // Else the header alone counts.
        let signs_in_for_signature = request.query.get(MUST_SIGN_IN).is_some();
        if sas.is_none() || !signs_in_for_signature {
            let token = storage.aad.verify(&request.headers, Audience::Storage { account: name });
            let token = token.map_err(|refusal| refused_token(storage, &refusal))?;
            return Ok(Caller::Token(token));
        }
    }
    match sas {
        Some(sas) => {
            let sas = sas.map_err(|refused| refused_sas(&refused))?;
            let at = At {
                file_system: request.address.file_system.as_deref(),
                path: &request.sas_path(),
                query: request.query.pairs(),
            };
            by_sas(storage, request, account, &sas, at)
        }
        None => Ok(Caller::Anonymous),
    }
}

/// As whom the namespace is to be asked for the source of a rename: by the signature that is given for it,
/// else as the caller.
///
/// # Errors
/// When the signature is none, or does not permit it, or the caller may not.
pub(crate) fn source_identity(
    storage: &Storage,
    request: &Request,
    account: &Account,
    caller: &Caller,
    source: &RenameSource,
    needs: Needs,
) -> Result<Identity, StorageError> {
    let (file_system, path) = (&source.file_system, source.path.as_str());
    let own = match SharedAccessSignature::parse(source.query.pairs()) {
        Some(sas) => {
            let sas = sas.map_err(|refused| refused_sas(&refused))?;
            let at = At { file_system: Some(file_system), path, query: source.query.pairs() };
            Some(by_sas(storage, request, Some(account), &sas, at)?)
        }
        None => None,
    };
    let at = Scope { file_system: Some(file_system), ..Scope::of(request) };
    let identity = match own.as_ref().unwrap_or(caller) {
        Caller::Key => Identity::super_user(),
        Caller::Token(token) => token_identity(storage, token, needs, at)?,
        Caller::Sas(grant) => {
            needs.check(grant, Some(file_system), path)?;
            sas_identity(storage, grant, at)?
        }
        Caller::Anonymous => return Err(nobody(storage, request)),
    };
    let kind = storage.kind(at.account);
    require_role(kind, &identity)?;
    kind.permit(account, needs, at.file_system, Some(&source.path))?;
    Ok(identity)
}

/// Fails when somebody has no role, and the account no lists that could give something instead.
fn require_role(kind: AccountKind<'_>, identity: &Identity) -> Result<(), StorageError> {
    match identity.is_checked() && !kind.has_access_control() {
        true => Err(ErrorCode::AuthorizationPermissionMismatch.into()),
        false => Ok(()),
    }
}

/// What a signature must be for.
#[derive(Clone, Copy)]
struct At<'a> {
    file_system: Option<&'a str>,
    path: &'a str,
    /// What comes with the signature.
    query: &'a [(String, String)],
}

/// The keys of an account, as signatures are made with them.
fn signing_keys(storage: &Storage, account: &str) -> Vec<SigningKey> {
    storage.keys(account).iter().map(|key| SigningKey::new(key)).collect()
}

fn by_key(
    storage: &Storage,
    request: &Request,
    signed: Result<SharedKey<'_>, SharedKeyRefused>,
) -> Result<Caller, StorageError> {
    let account = &request.address.account;
    let what = SignedRequest {
        method: request.sent_method.as_str(),
        path: &request.address.raw_path,
        query: request.query.pairs(),
        headers: &request.headers,
    };
    let verified = signed.and_then(|signed| {
        signed.verify(what, account, &signing_keys(storage, account), request.now)
    });
    match verified {
        Ok(()) => Ok(Caller::Key),
        Err(SharedKeyRefused::Malformed) => Err(ErrorCode::InvalidAuthenticationInfo.into()),
        Err(refused) => Err(StorageError::authentication_failed(&refused.to_string())),
    }
}

fn by_sas(
    storage: &Storage,
    request: &Request,
    account: Option<&Account>,
    sas: &SharedAccessSignature,
    at: At<'_>,
) -> Result<Caller, StorageError> {
    let At { file_system, path, query } = at;
    let target = Target {
        account: &request.address.account,
        file_system,
        path,
        headers: &request.headers,
        query,
        source: request.peer,
        tls: request.is_secure(),
    };
    let policy = sas.policy_id().and_then(|id| stored_policy(account?, file_system?, id));
    let keys = signing_keys(storage, &request.address.account);
    let keys = Keys { account: &keys, delegation_master: storage.secret.as_bytes() };
    let grant = sas.verify(target, keys, policy.as_ref(), request.now);
    let grant = grant.map_err(|refused| refused_sas(&refused))?;
    storage.kind(&request.address.account).permit_signature(query, request.now)?;
    // What no user has delegated is signed with a key of the account.
    if grant.delegator.is_none() && !storage.permits_keys(&request.address.account) {
        return Err(ErrorCode::KeyBasedAuthenticationNotPermitted.into());
    }
    if let Some(bearer) = &grant.bearer {
        let name = &request.address.account;
        let token = storage.aad.verify(&request.headers, Audience::Storage { account: name });
        let is_meant = |token: Token| {
            token.object_id == bearer.object_id
                && bearer.tenant.is_none_or(|tenant| token.tenant_id == tenant)
        };
        if !token.is_ok_and(is_meant) {
            let why = "The signature is for a user who has to sign in as well.";
            return Err(StorageError::authentication_failed(why));
        }
    }
    Ok(Caller::Sas(Box::new(grant)))
}

/// The stored access policy of a name.
fn stored_policy(account: &Account, file_system: &str, id: &str) -> Option<AccessPolicy> {
    let view = account.inspect();
    let found = view.file_system(file_system).ok()?.policies.iter().find(|known| known.id == id)?;
    Some(AccessPolicy {
        start: dates::parse_iso8601(&found.start),
        expiry: dates::parse_iso8601(&found.expiry),
        permissions: found.permission.parse().ok().filter(|_| !found.permission.is_empty()),
    })
}

fn refused_sas(refused: &SasRefused) -> StorageError {
    let text = refused.to_string();
    match refused {
        SasRefused::SourceAddress(_) => ErrorCode::AuthorizationSourceIPMismatch.into(),
        SasRefused::Protocol => ErrorCode::AuthorizationProtocolMismatch.into(),
        SasRefused::Service => ErrorCode::AuthorizationServiceMismatch.into(),
        _ => StorageError::authentication_failed(&text),
    }
}

fn refused_token(storage: &Storage, refusal: &Refusal) -> StorageError {
    let why = match refusal {
        Refusal::Missing | Refusal::Malformed => {
            return ErrorCode::InvalidAuthenticationInfo.into();
        }
        Refusal::Expired => "Lifetime validation failed. The token is expired.".to_owned(),
        Refusal::Invalid(reason) => format!("The token is not valid: {reason}"),
        Refusal::WrongTenant { .. } => "Issuer validation failed.".to_owned(),
    };
    let error =
        StorageError::from(ErrorCode::InvalidToken).detail("AuthenticationErrorDetail", &why);
    challenge(storage, error)
}

/// An error with the header that says where to sign in, and for what.
fn challenge(storage: &Storage, error: StorageError) -> StorageError {
    let tenant = storage.seed.tenant_id;
    let text = format!(
        "Bearer authorization_uri=https://login.microsoftonline.com/{tenant}/oauth2/authorize \
         resource_id=https://storage.azure.com"
    );
    match HeaderValue::from_str(&text) {
        Ok(value) => error.header(header::WWW_AUTHENTICATE, value),
        Err(_) => error,
    }
}

/// A request that proves nothing and needs to.
fn nobody(storage: &Storage, request: &Request) -> StorageError {
    if request.version >= CHALLENGES {
        return challenge(storage, ErrorCode::NoAuthenticationInformation.into());
    }
    match request.protocol() {
        Protocol::Dfs => ErrorCode::AuthenticationFailed.into(),
        Protocol::Blob => ErrorCode::ResourceNotFound.into(),
    }
}

impl Caller {
    /// As whom the namespace is to be asked for something, if the caller may at all.
    ///
    /// # Errors
    /// When a signature does not permit it, or nobody signed in.
    pub(crate) fn identity(
        &self,
        storage: &Storage,
        request: &Request,
        account: &Account,
        needs: Needs,
    ) -> Result<Identity, StorageError> {
        let identity = self.untagged_identity(storage, request, account, needs)?;
        let (kind, address) = (storage.kind(&request.address.account), &request.address);
        require_role(kind, &identity)?;
        kind.permit(account, needs, address.file_system.as_deref(), address.path.as_ref())?;
        if !needs.takes_tags() {
            return Ok(identity);
        }
        // Tags are in one role only, and in no list.
        if identity.rights != Rights::Everything {
            return Err(ErrorCode::AuthorizationPermissionMismatch.into());
        }
        match request.version >= TAGS {
            true => Ok(identity),
            false => Err(ErrorCode::FeatureNotYetSupportedForHierarchicalNamespaceAccounts.into()),
        }
    }

    /// The same for what is not about tags.
    fn untagged_identity(
        &self,
        storage: &Storage,
        request: &Request,
        account: &Account,
        needs: Needs,
    ) -> Result<Identity, StorageError> {
        match self {
            Self::Key => Ok(Identity::super_user()),
            Self::Token(token) => token_identity(storage, token, needs, Scope::of(request)),
            Self::Sas(grant) => {
                let file_system = request.address.file_system.as_deref();
                needs.check(grant, file_system, &request.sas_path())?;
                sas_identity(storage, grant, Scope::of(request))
            }
            Self::Anonymous => {
                // Asked before the account is looked into: changes of Resource Manager lock the other way round.
                let may_be_public = storage.permits_public_access(&request.address.account);
                let shown = account.inspect();
                let file_system = request.address.file_system.as_deref();
                let public = file_system
                    .and_then(|name| shown.file_system(name).ok())
                    .and_then(|found| found.public_access);
                let reads = matches!(request.method, Method::GET | Method::HEAD);
                if public.is_some() && !may_be_public {
                    return Err(ErrorCode::PublicAccessNotPermitted.into());
                }
                let permitted = reads
                    && needs.is_read()
                    && match public {
                        Some(PublicAccess::Container) => needs.resource != Resource::Service,
                        Some(PublicAccess::Blob) => needs.resource == Resource::Object,
                        None => false,
                    };
                if permitted { Ok(Identity::super_user()) } else { Err(nobody(storage, request)) }
            }
        }
    }

    /// What a signature gives, if that is how the request is signed.
    pub(crate) fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Sas(grant) => Some(grant),
            _ => None,
        }
    }
}

fn token_identity(
    storage: &Storage,
    token: &Token,
    needs: Needs,
    at: Scope<'_>,
) -> Result<Identity, StorageError> {
    let rights = Rights::of(storage, token.object_id, &token.groups, at);
    let reads = needs.is_read();
    let by_role = match (rights, needs.resource) {
        (Rights::Everything, _) => true,
        // Access control lists are those of files and directories; all else needs a role.
        (_, Resource::Object | Resource::List) => true,
        (Rights::Role(DataRole::Contributor), Resource::FileSystem) => !needs.has_no_letter(),
        (Rights::Role(_), _) => reads,
        (Rights::Acl, _) => false,
    };
    if !by_role {
        return Err(ErrorCode::AuthorizationPermissionMismatch.into());
    }
    Ok(Identity { object_id: token.object_id, groups: token.groups.clone(), rights })
}

/// As whom the holder of a signature acts: as the owner of the account, as the user who made it, or as whom
/// that user made it for. It can do no more than its maker.
fn sas_identity(storage: &Storage, grant: &Grant, at: Scope<'_>) -> Result<Identity, StorageError> {
    let Some(delegator) = grant.delegator else { return Ok(Identity::super_user()) };
    let Some(groups) = storage.aad.groups_of_enabled(delegator) else {
        let why = "The user who made the signature is not known any more.";
        return Err(StorageError::authentication_failed(why));
    };
    let rights = Rights::of(storage, delegator, &groups, at);
    let maker = Identity { object_id: delegator, groups, rights };
    let is_owner = rights == Rights::Everything;
    match grant.on_behalf_of {
        OnBehalfOf::Anyone => Ok(maker),
        OnBehalfOf::Authorized(agent) | OnBehalfOf::Unauthorized(agent) if agent.is_nil() => {
            Err(ErrorCode::AuthorizationPermissionMismatch.into())
        }
        // Nobody asks what this one may do. Whose rights follow from lists acts as who is in them.
        OnBehalfOf::Authorized(agent) if is_owner => Ok(Identity { object_id: agent, ..maker }),
        OnBehalfOf::Authorized(_) => Ok(maker),
        OnBehalfOf::Unauthorized(agent) if is_owner => {
            let groups = storage.aad.groups_of_enabled(agent).unwrap_or_default();
            Ok(Identity { object_id: agent, groups, rights: Rights::Acl })
        }
        OnBehalfOf::Unauthorized(_) => Err(ErrorCode::AuthorizationPermissionMismatch.into()),
    }
}
