//! Signatures as other SDKs make them, what is refused, and keys of users.

mod golden;
mod keys;
mod refusals;

use std::time::{Duration, SystemTime};

use adls_http::AccountKey;

use super::*;

/// The account `lake`, whose key is the bytes from 0 to 63.
const KEY: &str =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";

fn account_key() -> AccountKey {
    AccountKey::new("lake", KEY).unwrap()
}

/// So many days after the begin of 2030.
fn day(days: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_893_456_000 + days * 24 * 60 * 60)
}

fn permissions(letters: &str) -> SasPermissions {
    letters.parse().unwrap()
}

/// An answer with a key of a user that ends then, and whose value is the key above.
fn answer(expiry: &str) -> String {
    format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><UserDelegationKey>\
         <SignedOid>00000000-0000-4000-8000-0000000000a1</SignedOid>\
         <SignedTid>00000000-0000-4000-8000-0000000000b2</SignedTid>\
         <SignedStart>2030-01-01T00:00:00Z</SignedStart><SignedExpiry>{expiry}</SignedExpiry>\
         <SignedService>b</SignedService><SignedVersion>2026-10-06</SignedVersion>\
         <Value>{KEY}</Value></UserDelegationKey>"
    )
}

fn user_key() -> UserDelegationKey {
    UserDelegationKey::from_xml(&answer("2030-01-07T00:00:00Z")).unwrap()
}
