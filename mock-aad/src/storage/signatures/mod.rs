//! Who signed a request: SharedKey in the `Authorization` header, and shared access signatures in
//! the query.
//!
//! Everything here is a function of the request, the keys and the time. Nothing of it looks at
//! what the account holds, and no error or `Debug` output has a key or a signature in it.

mod key;
mod redaction;
pub(crate) mod sas;
pub(crate) mod shared_key;

pub(crate) use key::SigningKey;
