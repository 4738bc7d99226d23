//! Account keys and shared access signatures as the client makes them, at an emulated Gen2 account.

mod account;
mod keys;
mod sas;
mod shared_key;
