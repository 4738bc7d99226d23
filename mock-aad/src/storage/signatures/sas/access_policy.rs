//! Access policies that are stored with a file system: what tokens leave to them.

use adls_wire::sas::SasPermissions;
use jiff::Timestamp;

use super::refused::SasRefused;

/// A stored access policy. Each part may be left to the tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccessPolicy {
    /// From when on tokens are good.
    pub(crate) start: Option<Timestamp>,
    /// Until when tokens are good.
    pub(crate) expiry: Option<Timestamp>,
    /// What tokens permit.
    pub(crate) permissions: Option<SasPermissions>,
}

/// The lifetime and the letters of a token, wherever they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) start: Option<Timestamp>,
    pub(super) expiry: Timestamp,
    pub(super) permissions: SasPermissions,
}

impl AccessPolicy {
    /// The terms of a token that itself says `own`. What stands in both places is refused, even
    /// if it is the same.
    pub(super) fn complete(&self, own: &Self) -> Result<Terms, SasRefused> {
        let both = (self.start.is_some() && own.start.is_some())
            || (self.expiry.is_some() && own.expiry.is_some())
            || (self.permissions.is_some() && own.permissions.is_some());
        if both {
            return Err(SasRefused::InPolicyToo);
        }
        Ok(Terms {
            start: self.start.or(own.start),
            expiry: self.expiry.or(own.expiry).ok_or(SasRefused::Missing("se"))?,
            permissions: self.permissions.or(own.permissions).ok_or(SasRefused::Missing("sp"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Timestamp = Timestamp::UNIX_EPOCH;
    const LATE: Timestamp = Timestamp::MAX;

    fn policy(start: bool, expiry: bool, permissions: bool) -> AccessPolicy {
        AccessPolicy {
            start: start.then_some(EARLY),
            expiry: expiry.then_some(LATE),
            permissions: permissions.then_some(SasPermissions::READ),
        }
    }

    #[test]
    fn token_and_policy_complete_each_other() {
        let terms = Terms { start: Some(EARLY), expiry: LATE, permissions: SasPermissions::READ };
        for (stored, own) in [
            (policy(true, true, true), policy(false, false, false)),
            (policy(false, true, false), policy(true, false, true)),
            (policy(false, false, false), policy(true, true, true)),
        ] {
            assert_eq!(stored.complete(&own), Ok(terms));
        }
        let without_start = policy(false, true, true).complete(&AccessPolicy::default());
        assert_eq!(without_start, Ok(Terms { start: None, ..terms }));
    }

    #[test]
    fn nothing_may_stand_in_both() {
        let full = policy(true, true, true);
        for own in
            [policy(true, false, false), policy(false, true, false), policy(false, false, true)]
        {
            assert_eq!(full.complete(&own), Err(SasRefused::InPolicyToo));
        }
    }

    #[test]
    fn expiry_and_permissions_must_stand_somewhere() {
        let own = AccessPolicy::default();
        assert_eq!(policy(true, false, true).complete(&own), Err(SasRefused::Missing("se")));
        assert_eq!(policy(true, true, false).complete(&own), Err(SasRefused::Missing("sp")));
    }
}
