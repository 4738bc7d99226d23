//! What is asked of a lease, whatever it is on.

use std::time::Duration;

use uuid::Uuid;

use crate::{Conditions, Error, Result};

/// A call to the lease of an item or a file system.
#[derive(Clone, Debug)]
pub(crate) enum LeaseRequest {
    /// Takes it. With the id that it has already it is taken again, so this can be repeated.
    Acquire {
        id: Uuid,
        /// Without one it has no end.
        seconds: Option<u64>,
        conditions: Conditions,
    },
    Renew {
        id: Uuid,
    },
    /// Gives it another id. That it has that already is no error, so this can be repeated.
    Change {
        id: Uuid,
        new: Uuid,
    },
    Release {
        id: Uuid,
    },
    /// Ends it, whoever holds it.
    Break {
        seconds: Option<u64>,
    },
}

/// What is told of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeaseAnswer {
    /// How long a lease that was broken goes on.
    pub(crate) remaining: Duration,
}

/// The id of a text: a GUID in any of its forms.
pub(crate) fn parse_id(text: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| {
        Error::invalid(format!(
            "{text:?} cannot be the id of a lease; it is a GUID, like {}",
            Uuid::nil()
        ))
    })
}

/// The whole seconds of a break period.
pub(crate) fn break_seconds(period: Option<Duration>) -> Result<Option<u64>> {
    whole_seconds(period, 0).ok_or_else(|| {
        Error::invalid(format!(
            "a lease cannot be broken over {period:?}; the service takes whole seconds, 60 at most"
        ))
    })
}

/// The whole seconds of a lease.
pub(crate) fn lease_seconds(duration: Option<Duration>) -> Result<Option<u64>> {
    whole_seconds(duration, 15).ok_or_else(|| {
        Error::invalid(format!(
            "a lease cannot last {duration:?}; the service takes whole seconds from 15 to 60, or none for no end"
        ))
    })
}

/// Whole seconds from `least` to 60, or none at all.
fn whole_seconds(duration: Option<Duration>, least: u64) -> Option<Option<u64>> {
    let Some(duration) = duration else { return Some(None) };
    let fits = duration.subsec_nanos() == 0 && (least..=60).contains(&duration.as_secs());
    fits.then_some(Some(duration.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_ids_have_their_bounds() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(lease_seconds(None).unwrap(), None);
        assert_eq!(lease_seconds(seconds(15)).unwrap(), Some(15));
        assert_eq!(break_seconds(seconds(0)).unwrap(), Some(0));
        for wrong in [seconds(14), seconds(61), Some(Duration::from_millis(20_500))] {
            assert!(lease_seconds(wrong).is_err(), "{wrong:?}");
        }
        for wrong in [seconds(61), Some(Duration::from_millis(500))] {
            assert!(break_seconds(wrong).is_err(), "{wrong:?}");
        }
        let id = "ca761232-ed42-11ce-bacd-00aa0057b223";
        assert_eq!(parse_id(&id.replace('-', "")).unwrap().to_string(), id);
        assert!(parse_id("mine").is_err());
    }
}
