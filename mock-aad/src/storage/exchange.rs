//! A request of a known caller to an account, and what operations do with it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use adls_wire::RemotePath;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use super::access::{Caller, Identity};
use super::convert;
use super::encryption;
use super::errors::{ErrorCode, StorageError};
use super::needs::Needs;
use super::one_lake::{AccountKind, Names};
use super::refusal::{Purpose, refuse};
use super::request::Request;
use super::service::Storage;
use super::text::conditions::{Conditions, IF_TAGS, Purpose as ConditionPurpose, of_tags};
use super::text::continuation::{ForeignToken, Position, Scope, TokenKey};
use super::text::{dates, lease, names};
use super::version::ServiceVersion;
use crate::call::Response;
use crate::namespace::{
    Account, Edit, Encryption, EntryItem, EntryRef, Error, FileSystemItem, Room, TagCondition, View,
};
use crate::store::Ticket;

/// Since this version answers tell whether something that is deleted can be had back.
const TELLS_OF_DELETIONS: ServiceVersion = ServiceVersion::of(2020, 6, 12);

/// A request of a known caller to an account, without its body.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) storage: &'a Storage,
    pub(crate) request: &'a Request,
    pub(crate) account: Arc<Account>,
    pub(crate) caller: Caller,
    pub(crate) kind: AccountKind<'a>,
    /// How the request names what is in the file system.
    pub(crate) names: Names<'a>,
    /// What must hold of the tags of what the request is about.
    if_tags: OnceLock<Option<TagCondition>>,
    /// Of what was changed: nothing is answered before that is stored.
    stored: Mutex<Ticket>,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(
        storage: &'a Storage,
        request: &'a Request,
        account: Arc<Account>,
        caller: Caller,
    ) -> Self {
        let kind = storage.kind(&request.address.account);
        let names = kind.names(request.address.file_system.as_deref());
        let (if_tags, stored) = (OnceLock::new(), Mutex::new(Ticket::DONE));
        Self { storage, request, account, caller, kind, names, if_tags, stored }
    }

    /// The file system that the request names.
    ///
    /// # Errors
    /// When it names none, or one that there cannot be.
    pub(crate) fn file_system(&self) -> Result<&'a str, StorageError> {
        let name = self.request.address.file_system.as_deref();
        let name = name.ok_or_else(|| StorageError::from(ErrorCode::InvalidUri))?;
        self.kind.file_system(name)
    }

    /// The path that the request names, which is the root when it names none.
    pub(crate) fn path(&self) -> RemotePath {
        let named = self.request.address.path_or_root();
        // What cannot be named was refused when the request came in.
        self.names.translated(&named).ok().flatten().unwrap_or(named)
    }

    /// The item that the request is about, with its conditions, its lease and its key.
    pub(crate) fn item<'p>(
        &'p self,
        path: &'p RemotePath,
        purpose: ConditionPurpose,
    ) -> Result<EntryItem<'p>, StorageError> {
        let headers = &self.request.headers;
        let asked = Conditions::of(headers, purpose)?;
        Ok(EntryItem {
            conditions: convert::conditions(&asked),
            lease: lease::id(headers, lease::LEASE_ID)?,
            key_sha256: encryption::key_sha256(self.request)?,
            tags: self.if_tags()?,
            ..EntryItem::new(self.file_system()?, path)
        })
    }

    fn if_tags(&self) -> Result<Option<&TagCondition>, StorageError> {
        if let Some(known) = self.if_tags.get() {
            return Ok(known.as_ref());
        }
        let condition = of_tags(&self.request.headers, IF_TAGS)?;
        Ok(self.if_tags.get_or_init(|| condition).as_ref())
    }

    /// With what a new item is to be encrypted.
    ///
    /// # Errors
    /// When the key is none, both a key and a scope are named, or another scope than signature or file system
    /// permit.
    pub(crate) fn encryption_of_new(&self) -> Result<Encryption, StorageError> {
        let signed = self.caller.grant().and_then(|grant| grant.encryption_scope.as_deref());
        encryption::of_new(self.request, signed, || {
            let view = self.account.inspect();
            let found = view.file_system(self.file_system().ok()?).ok()?;
            let (name, is_only) = (found.encryption_scope.clone()?, found.denies_other_scopes);
            Some(encryption::DefaultScope { name, is_only })
        })
    }

    /// The file system that the request is about, with its conditions and its lease.
    pub(crate) fn file_system_item(
        &self,
        purpose: ConditionPurpose,
    ) -> Result<FileSystemItem<'a>, StorageError> {
        let headers = &self.request.headers;
        if let Some(expression) = self.request.header(IF_TAGS) {
            return Err(StorageError::unsupported_header(IF_TAGS, expression));
        }
        let asked = Conditions::of(headers, purpose)?;
        Ok(FileSystemItem {
            name: self.file_system()?,
            conditions: convert::conditions(&asked),
            lease: lease::id(headers, lease::LEASE_ID)?,
        })
    }

    /// As whom the namespace is to be asked for something, if the caller may at all.
    pub(crate) fn identity(&self, needs: Needs) -> Result<Identity, StorageError> {
        self.caller.identity(self.storage, self.request, &self.account, needs)
    }

    /// Fails unless the caller may do to another path of the file system what it may do to the one that
    /// the request is about.
    pub(crate) fn permit_also(&self, needs: Needs, path: &RemotePath) -> Result<(), StorageError> {
        match self.caller.grant() {
            Some(grant) => needs.check(grant, Some(self.file_system()?), path.as_str()),
            None => Ok(()),
        }
    }

    /// Looks at the account on somebody's behalf.
    pub(crate) fn view<'v>(&'v self, identity: &'v Identity) -> View<'v> {
        self.account.view_as(identity.access())
    }

    /// What a refusal of the namespace is told as.
    pub(crate) fn refusal(&self, purpose: Purpose) -> impl Fn(Error) -> StorageError + use<> {
        let protocol = self.request.protocol();
        move |error| refuse(&error, protocol, purpose)
    }

    /// Does something that changes the account.
    pub(crate) fn change<R>(
        &self,
        identity: &Identity,
        purpose: Purpose,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<R, StorageError> {
        self.change_or(identity, self.refusal(purpose), operation)
    }

    /// The same for an operation that has its own words for some refusals.
    pub(crate) fn change_or<R>(
        &self,
        identity: &Identity,
        refusal: impl FnOnce(Error) -> StorageError,
        operation: impl FnOnce(&mut Edit<'_>) -> Result<R, Error>,
    ) -> Result<R, StorageError> {
        let room = match self.request.method {
            http::Method::DELETE => Room::Frees,
            _ => Room::Takes,
        };
        let changed = self.account.begin_change_as(identity.access(), room, operation);
        let (done, ticket) = changed.map_err(refusal)?;
        *self.stored.lock().unwrap_or_else(PoisonError::into_inner) = ticket;
        Ok(done)
    }

    /// Waits until what was changed is stored.
    pub(crate) async fn settle(&self) -> Result<(), StorageError> {
        let ticket = self.stored.lock().unwrap_or_else(PoisonError::into_inner).clone();
        ticket.await.map_err(|error| self.refusal(Purpose::Write)(error.into()))
    }

    /// The path behind which a walk goes on that a token was made for.
    pub(crate) fn walked(
        &self,
        scope: &Scope<'_>,
        token: &str,
    ) -> Result<RemotePath, StorageError> {
        let foreign = || {
            let reason = "it was not made for this request";
            StorageError::invalid_query("continuation", token, reason)
        };
        match self.token_key().read(scope, token) {
            Ok(Position::After(path)) => names::decoded_path(&path).map_err(|_| foreign()),
            Ok(Position::From(_)) | Err(ForeignToken) => Err(foreign()),
        }
    }

    /// The answer to a deletion over either protocol. `deletion` is the id by which what is deleted can be
    /// had back.
    pub(crate) fn deleted(&self, status: StatusCode, deletion: Option<u64>) -> Answer {
        let answer = Answer::empty(status).header("content-length", "0");
        if self.request.version < TELLS_OF_DELETIONS {
            return answer;
        }
        answer
            .header("x-ms-delete-type-permanent", deletion.is_none().to_string())
            .header_if("x-ms-deletion-id", deletion.map(|id| id.to_string()))
    }

    /// What continuation tokens are made and read with.
    pub(crate) fn token_key(&self) -> TokenKey {
        TokenKey::new(self.storage.secret.as_bytes())
    }
}

/// An answer while it is put together.
#[derive(Debug)]
pub(crate) struct Answer(Response);

impl Answer {
    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut response = http::Response::new(Body::empty());
        *response.status_mut() = status;
        Self(response)
    }

    /// An answer without a body that tells which state of an item there is now.
    pub(crate) fn of_state(status: StatusCode, entry: &EntryRef<'_>) -> Self {
        Self::empty(status)
            .header("etag", convert::quoted(entry.etag()))
            .header("last-modified", dates::rfc1123(entry.last_modified()))
            .header("content-length", "0")
    }

    /// The same with what the content of an item is encrypted with, if its writer said so.
    pub(crate) fn encrypted(self, entry: &EntryRef<'_>) -> Self {
        let encryption = &entry.properties().encryption;
        self.header_if("x-ms-encryption-key-sha256", encryption.key_sha256.as_deref())
            .header_if("x-ms-encryption-scope", encryption.scope.as_deref())
    }

    /// An answer with a body, which may stream.
    pub(crate) fn with_body(status: StatusCode, body: impl Into<Body>) -> Self {
        let mut response = http::Response::new(body.into());
        *response.status_mut() = status;
        Self(response)
    }

    /// The same with another status.
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        *self.0.status_mut() = status;
        self
    }

    /// The same with a header. A value that no header can carry is left out.
    pub(crate) fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.set(name, value);
        self
    }

    /// The same with a header, if there is a value.
    pub(crate) fn header_if(mut self, name: &'static str, value: Option<impl AsRef<[u8]>>) -> Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    /// Sets a header. A value that no header can carry is left out.
    pub(crate) fn set(&mut self, name: &'static str, value: impl AsRef<[u8]>) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
            self.0.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }

    /// Adds headers whose names are not fixed.
    pub(crate) fn add(&mut self, headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) {
        self.0.headers_mut().extend(headers);
    }

    /// The same with a body, which may stream.
    pub(crate) fn carrying(mut self, body: impl Into<Body>) -> Self {
        *self.0.body_mut() = body.into();
        self
    }

    /// The answer as it is sent.
    pub(crate) fn into_response(self) -> Response {
        self.0
    }
}

/// A body as it was sent, of at most so many bytes: those that are documents.
pub(crate) async fn document(body: Body, limit: usize) -> Result<Bytes, StorageError> {
    crate::call::read(body, limit).await.map_err(|error| match error {
        crate::call::BodyError::TooLong(_) => ErrorCode::RequestBodyTooLarge.into(),
        crate::call::BodyError::Broken => ErrorCode::InvalidInput.into(),
    })
}
