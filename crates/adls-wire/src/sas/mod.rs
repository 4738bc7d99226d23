//! Shared access signatures: the parameters of one, their text forms, and the string that its signature
//! covers. No keys and no cryptography are here.
//!
//! There are three kinds. One of an account names services and types of resources; one of a service names
//! a file system, a directory or a file, and may lean on a policy that is stored with the file system;
//! both are signed with a key of the account. The third names the same things, and is signed with a key
//! that a user asked for, so that it can do no more than that user. The sources are [account SAS],
//! [service SAS] and [user delegation SAS], and what the service's own SDKs sign.
//!
//! [account SAS]: https://learn.microsoft.com/rest/api/storageservices/create-account-sas
//! [service SAS]: https://learn.microsoft.com/rest/api/storageservices/create-service-sas
//! [user delegation SAS]: https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas

mod account;
mod origin;
mod permissions;
mod resource;
mod string_to_sign;
mod version;

#[cfg(test)]
mod tests;

pub use account::{SasResourceTypes, SasServices};
pub use origin::{SasIpRange, SasProtocol};
pub use permissions::SasPermissions;
pub use resource::{SasResourceKind, canonicalized_resource};
pub use string_to_sign::{PARAMETERS, SasKind, StringToSign, is_signed};
pub use version::SasVersion;

/// A text that is not what a parameter of a shared access signature can say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what} of a shared access signature; write {form}")]
pub struct ParseSasError {
    text: String,
    what: &'static str,
    form: &'static str,
}

impl ParseSasError {
    pub(crate) fn new(text: &str, what: &'static str, form: &'static str) -> Self {
        Self { text: text.to_owned(), what, form }
    }
}

/// The bits of all letters together, if all are known and none comes twice.
fn each_once(text: &str, bit: impl Fn(char) -> Option<u16>) -> Option<u16> {
    text.chars().try_fold(0, |bits, letter| {
        let bit = bit(letter)?;
        (bits & bit == 0).then_some(bits | bit)
    })
}
