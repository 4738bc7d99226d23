//! Keys that users ask for, to sign tokens with. None is kept: a key follows from the secret of
//! the account and from what the answer and each token say about it.

use aws_lc_rs::hmac;

/// What the answer to Get User Delegation Key says about a key, and a token repeats. The times are
/// text, because a token repeats them as they were told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DelegationKeyFields<'a> {
    /// The account that gave the key.
    pub(crate) account: &'a str,
    /// Whose key it is (`SignedOid`, `skoid`).
    pub(crate) object_id: &'a str,
    /// The tenant of that user (`SignedTid`, `sktid`).
    pub(crate) tenant: &'a str,
    /// From when on it is good (`SignedStart`, `skt`).
    pub(crate) start: &'a str,
    /// Until when it is good (`SignedExpiry`, `ske`).
    pub(crate) expiry: &'a str,
    /// The service that it is for (`SignedService`, `sks`).
    pub(crate) service: &'a str,
    /// The version that gave it (`SignedVersion`, `skv`).
    pub(crate) version: &'a str,
    /// The tenant whose users may have tokens of it (`SignedDelegatedUserTid`, `skdutid`); empty
    /// if none was asked for.
    pub(crate) delegated_tenant: &'a str,
}

/// The key with these fields. `master` is a secret of the emulator that no client learns.
pub(crate) fn delegation_key(master: &[u8], fields: &DelegationKeyFields<'_>) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, master));
    context.update(b"user delegation key");
    let DelegationKeyFields {
        account,
        object_id,
        tenant,
        start,
        expiry,
        service,
        version,
        delegated_tenant,
    } = *fields;
    for field in [account, object_id, tenant, start, expiry, service, version, delegated_tenant] {
        // The length keeps fields apart, so that no two sets of fields are one text.
        context.update(&(field.len() as u64).to_be_bytes());
        context.update(field.as_bytes());
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.sign().as_ref());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: DelegationKeyFields<'_> = DelegationKeyFields {
        account: "lake",
        object_id: "a",
        tenant: "b",
        start: "c",
        expiry: "d",
        service: "e",
        version: "f",
        delegated_tenant: "",
    };

    #[test]
    fn the_same_fields_give_the_same_key() {
        assert_eq!(delegation_key(b"secret", &FIELDS), delegation_key(b"secret", &FIELDS));
    }

    #[test]
    fn each_field_and_the_secret_change_the_key() {
        let keys = [
            delegation_key(b"secret", &FIELDS),
            delegation_key(b"another", &FIELDS),
            delegation_key(b"secret", &DelegationKeyFields { account: "pond", ..FIELDS }),
            delegation_key(b"secret", &DelegationKeyFields { object_id: "x", ..FIELDS }),
            delegation_key(b"secret", &DelegationKeyFields { tenant: "x", ..FIELDS }),
            delegation_key(b"secret", &DelegationKeyFields { start: "x", ..FIELDS }),
            delegation_key(b"secret", &DelegationKeyFields { expiry: "x", ..FIELDS }),
            delegation_key(b"secret", &DelegationKeyFields { service: "x", ..FIELDS }),
            delegation_key(b"secret", &DelegationKeyFields { version: "x", ..FIELDS }),
            delegation_key(b"secret", &DelegationKeyFields { delegated_tenant: "x", ..FIELDS }),
            delegation_key(
                b"secret",
                &DelegationKeyFields { object_id: "ab", tenant: "", ..FIELDS },
            ),
            delegation_key(
                b"secret",
                &DelegationKeyFields { object_id: "", tenant: "ab", ..FIELDS },
            ),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{at}");
        }
    }
}
