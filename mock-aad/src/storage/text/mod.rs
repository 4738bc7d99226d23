//! The text forms of both protocols: what stands in headers, queries and bodies, read and written without
//! any state.

pub(crate) mod acl;
pub(crate) mod conditions;
pub(crate) mod continuation;
pub(crate) mod crc64;
pub(crate) mod dates;
pub(crate) mod etag;
pub(crate) mod headers;
pub(crate) mod lease;
pub(crate) mod names;
pub(crate) mod properties;
pub(crate) mod range;
pub(crate) mod structured_body;
pub(crate) mod tags;
pub(crate) mod tiers;
pub(crate) mod xml;
