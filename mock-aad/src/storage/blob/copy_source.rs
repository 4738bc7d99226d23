//! What is copied: a blob of an account of this emulator, at a URL. No other machine is ever asked.

use adls_wire::sas::SasPermissions;
use futures_util::TryStreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use md5::{Digest as _, Md5};

use crate::namespace::{BlobProperties, Condition, Conditions, EntryItem, Error, NodeKind};
use crate::storage::access;
use crate::storage::address::{CopySource, Spoken};
use crate::storage::content_headers;
use crate::storage::convert;
use crate::storage::encryption;
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::exchange::{Answer, Exchange};
use crate::storage::intake;
use crate::storage::needs::{Needs, Resource};
use crate::storage::protocol::Protocol;
use crate::storage::refusal::{Purpose, refuse};
use crate::storage::request::Request;
use crate::storage::text::conditions::{self, Conditions as AskedConditions};
use crate::storage::text::crc64::{self, Crc64};
use crate::storage::text::lease;
use crate::storage::text::range::ByteRange;
use crate::storage::text::tags;
use crate::store::FileBytes;

pub(super) const HEADER: &str = "x-ms-copy-source";
const AUTHORIZATION: &str = "x-ms-copy-source-authorization";
const RANGE: &str = "x-ms-source-range";
const MD5: &str = "x-ms-source-content-md5";
/// Says whose tags a copy gets.
const TAG_OPTION: &str = "x-ms-copy-source-tag-option";
const CRC64: &str = "x-ms-source-content-crc64";
/// URLs are no longer than that.
const LONGEST: usize = 2 * 1024;
const READS: Needs = Needs::any(Resource::Object, SasPermissions::READ);

/// Whose rights count at the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Those of the caller, too, if the source is in the same account.
    OwnOrGiven,
    /// Those that the URL or a token for the source gives, or everybody's.
    Given,
}

/// A source that may be read. Its content shares the bytes of the original.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: NodeKind,
    pub(super) bytes: FileBytes,
    pub(super) properties: BlobProperties,
    /// Its URL, without a signature.
    pub(super) url: String,
}

impl Found {
    /// Finds the source that a request names.
    ///
    /// # Errors
    /// When it is not there, nobody may read it who is given, or its conditions do not hold.
    pub(super) fn read(exchange: &Exchange<'_>, proof: Proof) -> Result<Self, StorageError> {
        let request = exchange.request;
        let url = request.required_header(HEADER)?;
        if url.len() > LONGEST {
            return Err(StorageError::invalid_header(HEADER, url));
        }
        let source = CopySource::parse(url, &request.origin)?;
        let source = source.ok_or(ErrorCode::CannotVerifyCopySource)?;
        let query = &source.query;
        if ["snapshot", "versionid"].into_iter().any(|name| query.get(name).is_some()) {
            return Err(ErrorCode::FeatureNotYetSupportedForHierarchicalNamespaceAccounts.into());
        }
        let asked = AskedConditions::of_source(&request.headers)?;
        let conditions = convert::conditions(&asked);
        let is_own = source.address.account == request.address.account;
        let says_who = request.header(AUTHORIZATION).is_some() || query.has("sig");
        let as_caller = proof == Proof::OwnOrGiven && is_own && !says_who;
        let url = url.split_once('?').map_or(url, |(url, _)| url).to_owned();
        let asks = as_request(request, source);
        let found = Self::look(exchange, &asks, as_caller, conditions, url);
        // Of the caller's own it is told what is wrong with it.
        found.map_err(|error| if as_caller { error } else { unverified(&error) })
    }

    fn look(
        exchange: &Exchange<'_>,
        asks: &Request,
        as_caller: bool,
        conditions: Conditions,
        url: String,
    ) -> Result<Self, StorageError> {
        let storage = exchange.storage;
        let account = storage.present_account(&asks.address.account);
        let account = account.ok_or(ErrorCode::ResourceNotFound)?;
        let given;
        let caller = match as_caller {
            true => &exchange.caller,
            false => {
                given = access::authenticate(storage, asks, Some(&account))?;
                &given
            }
        };
        let request = exchange.request;
        let needs = if takes_tags(request)? { READS.and(SasPermissions::TAGS) } else { READS };
        let identity = caller.identity(storage, asks, &account, needs)?;
        let kind = storage.kind(&asks.address.account);
        let named = asks.address.file_system.as_deref();
        let path = asks.address.path_or_root();
        let path = kind.names(named).translated(&path)?.unwrap_or(path);
        let file_system = kind.file_system(named.unwrap_or_default())?;
        let tags = conditions::of_tags(&request.headers, conditions::SOURCE_IF_TAGS)?;
        let item = EntryItem {
            conditions,
            tags: tags.as_ref(),
            lease: lease::id(&request.headers, "x-ms-source-lease-id")?,
            key_sha256: encryption::source_key_sha256(request)?,
            ..EntryItem::new(file_system, &path)
        };
        let view = account.view_as(identity.access());
        let entry = view.readable_entry(&item).map_err(|error| match error {
            // Of tags it is told as of the blob that is made.
            Error::ConditionNotMet { failed: Condition::Tags, .. } => {
                ErrorCode::ConditionNotMet.into()
            }
            Error::ConditionNotMet { .. } => ErrorCode::SourceConditionNotMet.into(),
            error => refuse(&error, Protocol::Blob, Purpose::Write),
        })?;
        let bytes = entry.content().map(|content| content.slice(0, content.len()));
        Ok(Self {
            kind: entry.kind(),
            bytes: bytes.unwrap_or_default(),
            properties: entry.properties().clone(),
            url,
        })
    }

    /// The part that a request asks for.
    ///
    /// # Errors
    /// When that is no range, or one behind the end.
    pub(super) fn part(mut self, request: &Request) -> Result<Self, StorageError> {
        if let Some(text) = request.header(RANGE) {
            let invalid = || StorageError::invalid_header(RANGE, text);
            let range = ByteRange::parse(text).ok_or_else(invalid)?;
            let part = range.within(self.bytes.len()).map_err(|_| ErrorCode::InvalidRange)?;
            self.bytes = self.bytes.slice(part.start, part.end);
        }
        Ok(self)
    }

    /// The checksums of the content: those that a request says it has, and the CRC-64 where that is told anyway.
    ///
    /// # Errors
    /// When the content has others than the request says, or cannot be read.
    pub(super) async fn checksums(
        &self,
        request: &Request,
        tells_crc64: bool,
    ) -> Result<Checksums, StorageError> {
        let md5 = content_headers::md5(request, MD5)?;
        let invalid = |text| StorageError::invalid_header(CRC64, text);
        let crc64 =
            request.header(CRC64).map(|text| crc64::from_base64(text).ok_or_else(|| invalid(text)));
        let crc64 = crc64.transpose()?;
        let wants_crc64 = tells_crc64 || crc64.is_some();
        if md5.is_none() && !wants_crc64 {
            return Ok(Checksums::default());
        }
        let (mut of_md5, mut of_crc64) = (Md5::new(), Crc64::new());
        let content = self.bytes.range(0, u64::MAX).into_stream();
        let broken = |error: std::io::Error| {
            StorageError::from(ErrorCode::InternalError).saying(error.to_string())
        };
        let mut content = std::pin::pin!(content);
        while let Some(bytes) = content.try_next().await.map_err(broken)? {
            if md5.is_some() {
                of_md5.update(&bytes);
            }
            if wants_crc64 {
                of_crc64.update(&bytes);
            }
        }
        if let Some(md5) = md5 {
            intake::require_md5(Some(of_md5.finalize().into()), md5)?;
        }
        if crc64.is_some_and(|crc64| crc64 != of_crc64.value()) {
            return Err(ErrorCode::Crc64Mismatch.into());
        }
        Ok(Checksums { md5, crc64: tells_crc64.then(|| of_crc64.value()) })
    }
}

/// What an answer tells of the content that was copied.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Checksums {
    /// If the request named it.
    md5: Option<[u8; 16]>,
    crc64: Option<u64>,
}

impl Checksums {
    pub(super) fn tell(self, answer: Answer) -> Answer {
        answer
            .header_if("content-md5", self.md5.map(content_headers::md5_text))
            .header_if("x-ms-content-crc64", self.crc64.map(crc64::to_base64))
    }
}

/// Whether the tags of the source are copied. Then the request names none.
///
/// # Errors
/// When it names some, or says something else of whose tags the copy gets.
pub(super) fn takes_tags(request: &Request) -> Result<bool, StorageError> {
    let Some(option) = request.header(TAG_OPTION) else { return Ok(false) };
    match (option.to_ascii_uppercase().as_str(), request.header(tags::HEADER)) {
        ("REPLACE", _) => Ok(false),
        ("COPY", None) => Ok(true),
        ("COPY", Some(named)) => Err(StorageError::unsupported_header(tags::HEADER, named)),
        _ => Err(StorageError::invalid_header(TAG_OPTION, option)),
    }
}

/// What would be asked for the source, by whoever is named for it.
fn as_request(request: &Request, source: CopySource) -> Request {
    let mut headers = HeaderMap::new();
    if let Some(value) = request.headers.get(AUTHORIZATION) {
        headers.insert(header::AUTHORIZATION, value.clone());
    }
    let CopySource { address, query } = source;
    Request {
        method: Method::GET,
        sent_method: Method::GET,
        address,
        spoken: Spoken { protocol: Protocol::Blob, is_open: false, form: Protocol::Blob.into() },
        query,
        headers,
        rejected: Vec::new(),
        version: request.version,
        origin: request.origin.clone(),
        peer: request.peer,
        now: request.now,
    }
}

/// What is told of a source that cannot be read: its refusal, under a code of its own.
fn unverified(refused: &StorageError) -> StorageError {
    let face = refused.code().face(Protocol::Blob);
    let code = match (refused.code(), face.status.as_u16()) {
        (_, 400) => return refused.clone(),
        (ErrorCode::SourceConditionNotMet, _) => ErrorCode::CopySourceConditionNotMet,
        (_, 401) => ErrorCode::CopySourceNotAuthenticated,
        (_, 404) => ErrorCode::CannotVerifyCopySource,
        (_, 409 | 412) => ErrorCode::CopySourceConflict,
        _ => ErrorCode::CopySourceForbidden,
    };
    StorageError::from(code)
        .saying(face.message)
        .header(
            HeaderName::from_static("x-ms-copy-source-status-code"),
            HeaderValue::from(face.status.as_u16()),
        )
        .header(
            HeaderName::from_static("x-ms-copy-source-error-code"),
            HeaderValue::from_static(face.code),
        )
}
