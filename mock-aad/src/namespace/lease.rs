//! The lease that files, directories and file systems can have: while it lives, only who knows its id
//! changes what it guards. One state for every endpoint, whose codes are not known here.
//!
//! The outcome of each operation in each state is that of the service's own tables ("Lease Blob" and
//! "Lease Container"), as of version 2012-02-12. Times are milliseconds since 1970.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a lease lives unless it is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LeaseDuration {
    /// In seconds.
    Fixed(u32),
    Infinite,
}

/// The lease of one file, directory or file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Lease {
    #[default]
    Available,
    /// Or expired, when its duration has passed. The id is kept: until something is written, it renews
    /// the lease.
    Leased { id: Uuid, duration: LeaseDuration, since: i64 },
    /// Or broken, when the time has come.
    Breaking { id: Uuid, until: i64 },
}

/// What a lease is at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeaseState {
    Available,
    Leased,
    Expired,
    Breaking,
    Broken,
}

/// What is told about a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LeaseView {
    pub(crate) state: LeaseState,
    /// Whether it keeps others out.
    pub(crate) locked: bool,
    /// Only of one that is leased.
    pub(crate) duration: Option<LeaseDuration>,
}

/// When a lease of fixed duration ends that is broken without saying when. Endless ones end at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BreakByDefault {
    /// So it is for paths.
    AtOnce,
    /// When it would have expired; so it is for file systems.
    RestOfLease,
}

/// Why an operation on a lease fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LeaseError {
    /// Somebody else has it.
    #[error("there is a lease already")]
    AlreadyPresent,
    /// It has another id, or none that it could be.
    #[error("the lease has another id")]
    IdMismatchWithLeaseOperation,
    /// There is none to change or to break.
    #[error("there is no lease")]
    NotPresentWithLeaseOperation,
    #[error("the lease is being broken and cannot be acquired")]
    IsBreakingAndCannotBeAcquired,
    #[error("the lease is being broken and cannot be changed")]
    IsBreakingAndCannotBeChanged,
    /// It is broken, or is about to be.
    #[error("the lease is broken and cannot be renewed")]
    IsBrokenAndCannotBeRenewed,
}

/// Why a lease does not let a request pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GuardError {
    /// The lease lives, and the request names none.
    #[error("there is a lease, and the request names none")]
    IdMissing,
    /// The request names another lease than the one that lives.
    #[error("the lease is another than the request names")]
    IdMismatch,
    /// The request names a lease, and there is none.
    #[error("the request names a lease, and there is none")]
    NotPresent,
    /// The request names the lease that there was; it has expired or is broken.
    #[error("the lease that the request names has ended")]
    Lost,
}

impl Lease {
    /// What it is at this time.
    pub(crate) fn state(&self, now: i64) -> LeaseState {
        let over = self.left(now) == Some(0);
        match self {
            Self::Available => LeaseState::Available,
            Self::Leased { .. } if over => LeaseState::Expired,
            Self::Leased { .. } => LeaseState::Leased,
            Self::Breaking { .. } if over => LeaseState::Broken,
            Self::Breaking { .. } => LeaseState::Breaking,
        }
    }

    /// What is told about it at this time.
    pub(crate) fn view(&self, now: i64) -> LeaseView {
        let state = self.state(now);
        let duration = match self {
            Self::Leased { duration, .. } if state == LeaseState::Leased => Some(*duration),
            _ => None,
        };
        LeaseView { state, locked: self.is_locked(now), duration }
    }

    /// Whether it keeps others out.
    pub(crate) fn is_locked(&self, now: i64) -> bool {
        matches!(self.state(now), LeaseState::Leased | LeaseState::Breaking)
    }

    /// Whether it lets a request pass that changes what it guards and names this lease.
    pub(crate) fn guard(&self, presented: Option<Uuid>, now: i64) -> Result<(), GuardError> {
        match presented {
            Some(id) => self.check(id, now),
            None if self.is_locked(now) => Err(GuardError::IdMissing),
            None => Ok(()),
        }
    }

    /// Whether it is alive and has this id. That is asked of each request that names a lease, also of
    /// those that could do without.
    pub(crate) fn check(&self, presented: Uuid, now: i64) -> Result<(), GuardError> {
        match (self.is_locked(now), self.id() == Some(presented)) {
            (true, true) => Ok(()),
            (true, false) => Err(GuardError::IdMismatch),
            (false, true) => Err(GuardError::Lost),
            (false, false) => Err(GuardError::NotPresent),
        }
    }

    /// Takes it; who has it already may take it for another duration.
    pub(crate) fn acquire(
        &mut self,
        id: Uuid,
        duration: LeaseDuration,
        now: i64,
    ) -> Result<(), LeaseError> {
        match self.state(now) {
            LeaseState::Leased | LeaseState::Breaking if self.id() != Some(id) => {
                Err(LeaseError::AlreadyPresent)
            }
            LeaseState::Breaking => Err(LeaseError::IsBreakingAndCannotBeAcquired),
            _ => {
                *self = Self::Leased { id, duration, since: now };
                Ok(())
            }
        }
    }

    /// Lets it live for its whole duration again, even if it has expired.
    pub(crate) fn renew(&mut self, presented: Uuid, now: i64) -> Result<(), LeaseError> {
        match self {
            Self::Leased { id, since, .. } if *id == presented => {
                *since = now;
                Ok(())
            }
            Self::Breaking { id, .. } if *id == presented => {
                Err(LeaseError::IsBrokenAndCannotBeRenewed)
            }
            _ => Err(LeaseError::IdMismatchWithLeaseOperation),
        }
    }

    /// Lets it live for its whole duration again if it lives and half of that has passed; tells
    /// whether it did.
    pub(crate) fn renew_if_due(&mut self, now: i64) -> bool {
        match (self.left(now), self) {
            (Some(left), Self::Leased { duration: LeaseDuration::Fixed(seconds), since, .. })
                if left > 0 && left <= millis(*seconds) / 2 =>
            {
                *since = now;
                true
            }
            _ => false,
        }
    }

    /// Gives it another id. To repeat that is no error, whatever id was presented.
    pub(crate) fn change(
        &mut self,
        presented: Uuid,
        proposed: Uuid,
        now: i64,
    ) -> Result<(), LeaseError> {
        match (self.state(now), self) {
            (LeaseState::Leased, Self::Leased { id, .. }) if [presented, proposed].contains(id) => {
                *id = proposed;
                Ok(())
            }
            (LeaseState::Breaking, Self::Breaking { id, .. }) if *id == presented => {
                Err(LeaseError::IsBreakingAndCannotBeChanged)
            }
            (LeaseState::Leased | LeaseState::Breaking, _) => {
                Err(LeaseError::IdMismatchWithLeaseOperation)
            }
            _ => Err(LeaseError::NotPresentWithLeaseOperation),
        }
    }

    /// Gives it up, in whatever state it is.
    pub(crate) fn release(&mut self, presented: Uuid) -> Result<(), LeaseError> {
        if self.id() != Some(presented) {
            return Err(LeaseError::IdMismatchWithLeaseOperation);
        }
        *self = Self::Available;
        Ok(())
    }

    /// Ends it after `period` seconds, or earlier if it would end earlier; tells in how many whole
    /// seconds that is.
    pub(crate) fn break_lease(
        &mut self,
        period: Option<u32>,
        by_default: BreakByDefault,
        now: i64,
    ) -> Result<u32, LeaseError> {
        let id = self.id().ok_or(LeaseError::NotPresentWithLeaseOperation)?;
        let asked = match by_default {
            BreakByDefault::AtOnce => Some(period.map_or(0, millis)),
            BreakByDefault::RestOfLease => period.map(millis),
        };
        let left = self.left(now);
        let ends_in = left.into_iter().chain(asked).min().unwrap_or(0);
        *self = Self::Breaking { id, until: now.saturating_add(ends_in) };
        Ok(u32::try_from(ends_in / 1000).unwrap_or(u32::MAX))
    }

    /// Forgets it if it no longer lives: what it guarded has been written, and nobody who had it may
    /// take that for unchanged.
    pub(crate) fn written(&mut self, now: i64) {
        if !self.is_locked(now) {
            *self = Self::Available;
        }
    }

    fn id(&self) -> Option<Uuid> {
        match self {
            Self::Available => None,
            Self::Leased { id, .. } | Self::Breaking { id, .. } => Some(*id),
        }
    }

    /// For how many milliseconds it still keeps others out; `None` if that has no end, or no beginning.
    fn left(&self, now: i64) -> Option<i64> {
        let until = match self {
            Self::Available | Self::Leased { duration: LeaseDuration::Infinite, .. } => {
                return None;
            }
            Self::Leased { duration: LeaseDuration::Fixed(seconds), since, .. } => {
                since.saturating_add(millis(*seconds))
            }
            Self::Breaking { until, .. } => *until,
        };
        Some(until.saturating_sub(now).max(0))
    }
}

fn millis(seconds: u32) -> i64 {
    i64::from(seconds) * 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use GuardError::*;
    use LeaseDuration::*;
    use LeaseError::*;

    const A: Uuid = Uuid::from_u128(0xa);
    const B: Uuid = Uuid::from_u128(0xb);
    const C: Uuid = Uuid::from_u128(0xc);
    /// When the leases of the tables are as their names say.
    const NOW: i64 = 1_000_000_000;

    fn leased(id: Uuid) -> Lease {
        Lease::Leased { id, duration: Fixed(30), since: NOW - 10_000 }
    }

    fn fresh(id: Uuid, duration: LeaseDuration) -> Lease {
        Lease::Leased { id, duration, since: NOW }
    }

    /// A lease in each state, with the id A where it has one.
    fn states() -> [Lease; 5] {
        [
            Lease::Available,
            leased(A),
            Lease::Breaking { id: A, until: NOW + 5_000 },
            Lease::Breaking { id: A, until: NOW },
            Lease::Leased { id: A, duration: Fixed(30), since: NOW - 30_000 },
        ]
    }

    /// What an operation makes of each state. A failure leaves the lease as it was.
    #[track_caller]
    fn outcomes(
        operation: impl Fn(&mut Lease) -> Result<(), LeaseError>,
        expected: [Result<Lease, LeaseError>; 5],
    ) {
        for (before, expected) in states().into_iter().zip(expected) {
            let mut lease = before.clone();
            let outcome = operation(&mut lease);
            let state = before.state(NOW);
            match expected {
                Ok(after) => assert_eq!((outcome, &lease), (Ok(()), &after), "{state:?}"),
                Err(error) => assert_eq!((outcome, &lease), (Err(error), &before), "{state:?}"),
            }
        }
    }

    #[test]
    fn each_state_is_told_with_its_lock_and_duration() {
        let view = |state, locked, duration| LeaseView { state, locked, duration };
        let expected = [
            view(LeaseState::Available, false, None),
            view(LeaseState::Leased, true, Some(Fixed(30))),
            view(LeaseState::Breaking, true, None),
            view(LeaseState::Broken, false, None),
            view(LeaseState::Expired, false, None),
        ];
        assert_eq!(states().map(|lease| lease.view(NOW)), expected);
        let infinite = fresh(A, Infinite).view(i64::MAX);
        assert_eq!(infinite, view(LeaseState::Leased, true, Some(Infinite)));
    }

    #[test]
    fn a_lease_lives_until_its_last_millisecond_is_over() {
        let lease = fresh(A, Fixed(15));
        assert_eq!(lease.state(NOW + 14_999), LeaseState::Leased);
        assert_eq!(lease.state(NOW + 15_000), LeaseState::Expired);
        let breaking = Lease::Breaking { id: A, until: NOW + 1 };
        assert_eq!(breaking.state(NOW), LeaseState::Breaking);
        assert_eq!(breaking.state(NOW + 1), LeaseState::Broken);
    }

    #[test]
    fn who_holds_the_lease_acquires_it_for_another_duration() {
        for duration in [Fixed(60), Infinite] {
            let held = || Ok(fresh(A, duration));
            outcomes(
                |lease| lease.acquire(A, duration, NOW),
                [held(), held(), Err(IsBreakingAndCannotBeAcquired), held(), held()],
            );
        }
    }

    #[test]
    fn others_acquire_a_lease_only_when_it_does_not_live() {
        let held = || Ok(fresh(B, Fixed(15)));
        outcomes(
            |lease| lease.acquire(B, Fixed(15), NOW),
            [held(), Err(AlreadyPresent), Err(AlreadyPresent), held(), held()],
        );
    }

    #[test]
    fn a_lease_is_renewed_until_it_is_broken_even_when_it_has_expired() {
        outcomes(
            |lease| lease.renew(A, NOW),
            [
                Err(IdMismatchWithLeaseOperation),
                Ok(fresh(A, Fixed(30))),
                Err(IsBrokenAndCannotBeRenewed),
                Err(IsBrokenAndCannotBeRenewed),
                Ok(fresh(A, Fixed(30))),
            ],
        );
        outcomes(|lease| lease.renew(B, NOW), [const { Err(IdMismatchWithLeaseOperation) }; 5]);
    }

    #[test]
    fn only_a_lease_that_lives_gets_another_id() {
        outcomes(
            |lease| lease.change(A, B, NOW),
            [
                Err(NotPresentWithLeaseOperation),
                Ok(leased(B)),
                Err(IsBreakingAndCannotBeChanged),
                Err(NotPresentWithLeaseOperation),
                Err(NotPresentWithLeaseOperation),
            ],
        );
    }

    #[test]
    fn a_change_may_be_repeated_and_needs_the_id_otherwise() {
        let expected = |leased| {
            [
                Err(NotPresentWithLeaseOperation),
                leased,
                Err(IdMismatchWithLeaseOperation),
                Err(NotPresentWithLeaseOperation),
                Err(NotPresentWithLeaseOperation),
            ]
        };
        outcomes(|lease| lease.change(B, A, NOW), expected(Ok(leased(A))));
        let mismatch = Err(IdMismatchWithLeaseOperation);
        outcomes(|lease| lease.change(B, C, NOW), expected(mismatch));
    }

    #[test]
    fn who_knows_the_id_releases_in_every_state() {
        let released = || Ok(Lease::Available);
        outcomes(
            |lease| lease.release(A),
            [Err(IdMismatchWithLeaseOperation), released(), released(), released(), released()],
        );
        outcomes(|lease| lease.release(B), [const { Err(IdMismatchWithLeaseOperation) }; 5]);
    }

    #[test]
    fn breaking_takes_the_period_or_the_rest_whichever_is_shorter() {
        use BreakByDefault::*;
        // The rest is 20 s of a leased one, 5 s of a breaking one.
        let table = [
            (Some(0), AtOnce, [0, 0, 0, 0]),
            (Some(3), AtOnce, [3, 3, 0, 0]),
            (Some(9), RestOfLease, [9, 5, 0, 0]),
            (Some(60), AtOnce, [20, 5, 0, 0]),
            (Some(60), RestOfLease, [20, 5, 0, 0]),
            (None, AtOnce, [0, 0, 0, 0]),
            (None, RestOfLease, [20, 5, 0, 0]),
        ];
        for (period, by_default, expected) in table {
            let [available, leases @ ..] = states();
            for (mut lease, seconds) in leases.into_iter().zip(expected) {
                let what = format!("{:?} {period:?} {by_default:?}", lease.state(NOW));
                assert_eq!(lease.break_lease(period, by_default, NOW), Ok(seconds), "{what}");
                let until = NOW + i64::from(seconds) * 1000;
                assert_eq!(lease, Lease::Breaking { id: A, until }, "{what}");
            }
            let mut lease = available;
            let outcome = lease.break_lease(period, by_default, NOW);
            assert_eq!(outcome, Err(NotPresentWithLeaseOperation));
            assert_eq!(lease, Lease::Available);
        }
    }

    #[test]
    fn an_infinite_lease_breaks_at_once_unless_a_period_is_given() {
        for by_default in [BreakByDefault::AtOnce, BreakByDefault::RestOfLease] {
            let mut lease = fresh(A, Infinite);
            assert_eq!(lease.break_lease(None, by_default, NOW), Ok(0));
            assert_eq!(lease.state(NOW), LeaseState::Broken);
            let mut lease = fresh(A, Infinite);
            assert_eq!(lease.break_lease(Some(60), by_default, NOW), Ok(60));
            assert_eq!(lease.state(NOW + 59_999), LeaseState::Breaking);
        }
    }

    #[test]
    fn the_seconds_until_it_is_broken_are_whole_ones_and_it_lives_as_long_as_it_would_have() {
        let mut lease = fresh(A, Fixed(15));
        let told = lease.break_lease(Some(15), BreakByDefault::AtOnce, NOW + 1);
        assert_eq!((told, lease), (Ok(14), Lease::Breaking { id: A, until: NOW + 15_000 }));
    }

    #[test]
    fn only_a_lease_that_lives_guards_and_only_its_id_passes() {
        let table = [
            (None, [Ok(()), Err(IdMissing), Err(IdMissing), Ok(()), Ok(())]),
            (Some(A), [Err(NotPresent), Ok(()), Ok(()), Err(Lost), Err(Lost)]),
            (
                Some(B),
                [
                    Err(NotPresent),
                    Err(IdMismatch),
                    Err(IdMismatch),
                    Err(NotPresent),
                    Err(NotPresent),
                ],
            ),
        ];
        for (presented, expected) in table {
            let outcomes = states().map(|lease| lease.guard(presented, NOW));
            assert_eq!(outcomes, expected, "{presented:?}");
        }
    }

    #[test]
    fn a_write_forgets_a_lease_that_no_longer_lives() {
        let [available, leased, breaking, ..] = states();
        let expected = [available, leased, breaking, Lease::Available, Lease::Available];
        let written = states().map(|mut lease| {
            lease.written(NOW);
            lease
        });
        assert_eq!(written, expected);
    }

    #[test]
    fn a_lease_is_due_when_half_of_its_duration_has_passed() {
        for (passed, due) in [(0, false), (14_999, false), (15_000, true), (29_999, true)] {
            let mut lease = fresh(A, Fixed(30));
            assert_eq!(lease.renew_if_due(NOW + passed), due, "{passed}");
            let since = if due { NOW + passed } else { NOW };
            assert_eq!(lease, Lease::Leased { id: A, duration: Fixed(30), since });
        }
        let [available, _, breaking, broken, expired] = states();
        for mut lease in [available, breaking, broken, expired, fresh(A, Infinite)] {
            assert!(!lease.renew_if_due(NOW), "{lease:?}");
        }
    }

    #[test]
    fn every_state_is_kept() {
        for lease in states().into_iter().chain([fresh(A, Infinite)]) {
            let bytes = postcard::to_allocvec(&lease).unwrap();
            assert_eq!(postcard::from_bytes::<Lease>(&bytes).unwrap(), lease);
        }
    }
}
