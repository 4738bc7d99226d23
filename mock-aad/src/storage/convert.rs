//! Between what requests say and what the namespace knows.

use uuid::Uuid;

use super::text::conditions::Conditions as AskedConditions;
use super::text::etag::EntityTags;
use super::text::lease::LeaseDuration as AskedDuration;
use super::text::properties::Properties;
use crate::etag::{self, VERSION_BITS, number};
use crate::namespace::{Conditions, ETag, ETagCondition, LeaseDuration, LeaseState, Metadata};

/// The name of the account's owner, whom its keys stand for.
pub(crate) const SUPER_USER: &str = "$superuser";

/// The state that a number stands for.
fn state(number: u64) -> ETag {
    let version = number & ((1 << VERSION_BITS) - 1);
    ETag { incarnation: number >> VERSION_BITS, version }
}

/// An entity tag in quotation marks.
pub(crate) fn quoted(etag: ETag) -> String {
    etag::quoted(number(etag))
}

/// An entity tag without.
pub(crate) fn unquoted(etag: ETag) -> String {
    etag::unquoted(number(etag))
}

/// Conditions of a request, for the namespace. Headers tell whole seconds, so that what changed within one
/// is not newer than what they tell.
pub(crate) fn conditions(asked: &AskedConditions) -> Conditions {
    const REST_OF_SECOND: i64 = 999;
    let tags = |tags: &EntityTags| match tags {
        EntityTags::Any => ETagCondition::Any,
        EntityTags::These(states) => match states.first() {
            Some(first) => ETagCondition::Only(state(*first)),
            None => ETagCondition::Unknown,
        },
    };
    Conditions {
        if_match: asked.if_match.as_ref().map(tags),
        if_none_match: asked.if_none_match.as_ref().map(tags),
        if_modified_since: asked.if_modified_since.map(|time| time + REST_OF_SECOND),
        if_unmodified_since: asked.if_unmodified_since.map(|time| time + REST_OF_SECOND),
        ..Conditions::default()
    }
}

/// Properties of a request, for the namespace.
pub(crate) fn metadata(properties: &Properties) -> Metadata {
    properties.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// Properties of the namespace, for an answer.
pub(crate) fn properties(metadata: &Metadata) -> Properties {
    metadata.iter().map(|(name, value)| (name.to_string(), value.to_vec())).collect()
}

/// The duration of a lease, for the namespace.
pub(crate) fn duration(asked: AskedDuration) -> LeaseDuration {
    match asked {
        AskedDuration::Infinite => LeaseDuration::Infinite,
        AskedDuration::Seconds(seconds) => LeaseDuration::Fixed(seconds.into()),
    }
}

/// How an owner or a group is written.
pub(crate) fn principal(id: Uuid) -> String {
    if id.is_nil() { SUPER_USER.to_owned() } else { id.to_string() }
}

/// How the state of a lease is written.
pub(crate) fn lease_state(state: LeaseState) -> &'static str {
    match state {
        LeaseState::Available => "available",
        LeaseState::Leased => "leased",
        LeaseState::Expired => "expired",
        LeaseState::Breaking => "breaking",
        LeaseState::Broken => "broken",
    }
}

/// How it is written whether a lease keeps others out.
pub(crate) fn lease_status(locked: bool) -> &'static str {
    if locked { "locked" } else { "unlocked" }
}

/// How the duration of a lease is written where its end is not told.
pub(crate) fn lease_duration(duration: LeaseDuration) -> &'static str {
    match duration {
        LeaseDuration::Fixed(_) => "fixed",
        LeaseDuration::Infinite => "infinite",
    }
}
