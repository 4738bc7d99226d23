//! Shared access signatures: what a token in the query of a URL lets its holder do.
//!
//! There are three kinds. One of an account names services and types of resources; one of a
//! service names a file system, a directory or a file, and may lean on a policy that is stored
//! with the file system; both are signed with a key of the account. The third names the same
//! things, and is signed with a key that a user asked for, so that it can do no more than that
//! user.

pub(crate) mod access_policy;
pub(crate) mod delegation;
pub(crate) mod grant;
mod origin;
mod parameters;
pub(crate) mod refused;
mod required;
mod token;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use access_policy::AccessPolicy;
pub(crate) use delegation::{DelegationKeyFields, delegation_key};
pub(crate) use grant::{Grant, OnBehalfOf, ResponseOverrides, Scope};
pub(crate) use refused::SasRefused;
pub(crate) use token::SharedAccessSignature;
pub(crate) use verify::{Keys, LONGEST_KEY, Target};
