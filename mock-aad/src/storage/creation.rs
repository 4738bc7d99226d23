//! What both protocols have in common when they make items.

use adls_wire::sas::SasPermissions;
use http::StatusCode;

use super::errors::{ErrorCode, StorageError};
use super::exchange::{Answer, Exchange};
use super::protocol::Protocol;
use super::refusal::Purpose;
use super::request::Request;
use super::text::conditions::{Conditions, Purpose as ConditionPurpose};
use crate::namespace::{EntryItem, EntryRef, Error, Existing, Metadata, NodeKind};
use crate::store::FileBytes;

/// Making something needs one of these.
pub(crate) const CREATES: SasPermissions = SasPermissions::CREATE.or(SasPermissions::WRITE);
/// Headers of the emulator's own: the file is made with that many zeros, which take no memory.
const ZEROS: [&str; 2] = ["x-mock-zeros", "x-ms-mock-zeros"];
/// So many that nobody misses more, and so few that positions behind them can be counted.
const MAX_ZEROS: u64 = 1 << 48;

/// Whether something that is there may make way for a new item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Creation {
    /// Nothing may be there, says the request.
    only_if_absent: bool,
    /// The caller may make something and overwrite nothing.
    only_creates: bool,
    /// The caller names the lease of what is there, and so knows that something is.
    knows_lease: bool,
    purpose: Purpose,
}

impl Creation {
    /// What a request asks for, and its signature permits. What is there already has codes of its own, so
    /// that "if nothing is there" is none of the item's conditions any more.
    pub(crate) fn of(
        exchange: &Exchange<'_>,
        item: &mut EntryItem<'_>,
    ) -> Result<Self, StorageError> {
        Self::by(SasPermissions::WRITE, Purpose::Write, exchange, item)
    }

    /// The same of something that is moved to where the item is.
    pub(crate) fn of_move(
        exchange: &Exchange<'_>,
        item: &mut EntryItem<'_>,
    ) -> Result<Self, StorageError> {
        Self::by(SasPermissions::WRITE | SasPermissions::MOVE, Purpose::Rename, exchange, item)
    }

    /// A signature with one of some letters overwrites.
    fn by(
        overwrites: SasPermissions,
        purpose: Purpose,
        exchange: &Exchange<'_>,
        item: &mut EntryItem<'_>,
    ) -> Result<Self, StorageError> {
        let asked = Conditions::of(&exchange.request.headers, ConditionPurpose::Write)?;
        let only_if_absent = asked.only_if_absent();
        if only_if_absent {
            item.conditions.if_none_match = None;
        }
        let grant = exchange.caller.grant();
        let only_creates = grant.is_some_and(|grant| !grant.permissions.intersects(overwrites));
        let knows_lease = exchange.request.protocol() == Protocol::Blob && item.lease.is_some();
        Ok(Self { only_if_absent, only_creates, knows_lease, purpose })
    }

    /// What becomes of something that is there.
    pub(crate) fn existing(self) -> Existing {
        match (self.only_if_absent, self.only_creates) {
            (_, true) => Existing::Refuse,
            (true, false) if self.knows_lease => Existing::ReplaceHeld,
            (true, false) => Existing::Refuse,
            (false, false) => Existing::Replace,
        }
    }

    /// What a refusal of the namespace is told as.
    pub(crate) fn refusal(self, exchange: &Exchange<'_>) -> impl Fn(Error) -> StorageError + use<> {
        let protocol = exchange.request.protocol();
        let refusal = exchange.refusal(self.purpose);
        move |error| match (&error, protocol) {
            (Error::AlreadyExists { .. }, _) if self.only_if_absent || !self.only_creates => {
                refusal(error)
            }
            (Error::AlreadyExists { .. }, Protocol::Dfs) => {
                ErrorCode::AuthorizationPermissionMismatch.into()
            }
            (Error::AlreadyExists { .. }, Protocol::Blob) => {
                ErrorCode::UnauthorizedBlobOverwrite.into()
            }
            _ => refusal(error),
        }
    }
}

/// The answer that something was made.
pub(crate) fn created(entry: &EntryRef<'_>) -> Answer {
    Answer::of_state(StatusCode::CREATED, entry)
        .header("x-ms-request-server-encrypted", "true")
        .encrypted(entry)
}

/// What is kept of the metadata of an item: that a directory is one, it knows by itself.
pub(crate) fn kept(mut metadata: Metadata, kind: NodeKind) -> Metadata {
    if kind == NodeKind::Directory {
        let marks = super::text::properties::MARKS_DIRECTORY;
        metadata.retain(|name, _| !name.eq_ignore_ascii_case(marks));
    }
    metadata
}

/// The content that a test asks for that is too large to be sent; empty without the header.
///
/// # Errors
/// When it is no number, or too large a one.
pub(crate) fn zeros(request: &Request) -> Result<FileBytes, StorageError> {
    let named = |name: &&'static str| request.header(name).is_some();
    let Some(name) = ZEROS.into_iter().find(named) else { return Ok(FileBytes::default()) };
    let zeros = request.header_as::<u64>(name)?.unwrap_or(0);
    if zeros > MAX_ZEROS {
        return Err(StorageError::invalid_header(name, &zeros.to_string()));
    }
    Ok(if zeros == 0 { FileBytes::default() } else { FileBytes::sparse(zeros) })
}
