//! The lease of an item in the reference model, after the tables of "Lease Blob".

use uuid::Uuid;

use super::codes::Code;

/// Times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lease {
    id: Option<Uuid>,
    /// How many seconds it lives; `None` for ever.
    seconds: Option<i64>,
    /// When it ends; `None` for never.
    ends: Option<i64>,
    is_broken: bool,
}

/// A call to the lease itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Call {
    Acquire { id: Uuid, seconds: Option<i64> },
    Renew(Uuid),
    Change { id: Uuid, proposed: Uuid },
    Release(Uuid),
    Break(Option<i64>),
}

impl Lease {
    /// The id that it has or had last.
    pub(super) fn id(&self) -> Option<Uuid> {
        self.id
    }

    /// When it ends; milliseconds since 1970.
    pub(super) fn ends(&self) -> Option<i64> {
        self.ends
    }

    pub(super) fn is_alive(&self, now: i64) -> bool {
        self.id.is_some() && self.ends.is_none_or(|ends| now < ends)
    }

    pub(super) fn state(&self, now: i64) -> &'static str {
        match (self.id, self.is_alive(now), self.is_broken) {
            (None, ..) => "available",
            (_, true, false) => "leased",
            (_, true, true) => "breaking",
            (_, false, false) => "expired",
            (_, false, true) => "broken",
        }
    }

    pub(super) fn duration(&self, now: i64) -> Option<&'static str> {
        let is_leased = self.state(now) == "leased";
        is_leased.then_some(if self.seconds.is_some() { "fixed" } else { "infinite" })
    }

    /// Why it does not let a change pass that names a lease or none.
    pub(super) fn refuses_change(&self, named: Option<Uuid>, now: i64) -> Option<Code> {
        match named {
            None => self.is_alive(now).then_some(Code::LeaseIdMissing),
            Some(_) => self.refuses_name(named, now),
        }
    }

    /// Why it does not let anything pass that names a lease.
    pub(super) fn refuses_name(&self, named: Option<Uuid>, now: i64) -> Option<Code> {
        let named = named?;
        match (self.is_alive(now), self.id == Some(named)) {
            (true, true) => None,
            (true, false) => Some(Code::LeaseIdMismatch),
            (false, true) => Some(Code::LeaseLost),
            (false, false) => Some(Code::LeaseNotPresent),
        }
    }

    /// After a write whoever had it cannot take it up again.
    pub(super) fn written(&mut self, now: i64) {
        if !self.is_alive(now) {
            *self = Self::default();
        }
    }

    /// Lets it live for its whole time again if half of that is over; whether it did.
    pub(super) fn renew_if_due(&mut self, now: i64) -> bool {
        let (Some(seconds), Some(ends)) = (self.seconds, self.ends) else { return false };
        let is_due = self.state(now) == "leased" && (ends - now) * 2 <= seconds * 1000;
        if is_due {
            self.ends = Some(now + seconds * 1000);
        }
        is_due
    }

    /// Does what a call asks for; a break tells in how many seconds it is over.
    pub(super) fn call(&mut self, call: Call, now: i64) -> Result<Option<i64>, Code> {
        let has = |id: Uuid| self.id == Some(id);
        let state = self.state(now);
        match call {
            Call::Acquire { id, seconds } => {
                match state {
                    "leased" | "breaking" if !has(id) => return Err(Code::LeaseAlreadyPresent),
                    "breaking" => return Err(Code::LeaseIsBreakingAndCannotBeAcquired),
                    _ => {}
                }
                let ends = seconds.map(|seconds| now + seconds * 1000);
                *self = Self { id: Some(id), seconds, ends, is_broken: false };
            }
            Call::Renew(id) => {
                if !has(id) {
                    return Err(Code::LeaseIdMismatchWithLeaseOperation);
                }
                if self.is_broken {
                    return Err(Code::LeaseIsBrokenAndCannotBeRenewed);
                }
                self.ends = self.seconds.map(|seconds| now + seconds * 1000);
            }
            Call::Change { id, proposed } => match state {
                "leased" if has(id) || has(proposed) => self.id = Some(proposed),
                "breaking" if has(id) => return Err(Code::LeaseIsBreakingAndCannotBeChanged),
                "leased" | "breaking" => return Err(Code::LeaseIdMismatchWithLeaseOperation),
                _ => return Err(Code::LeaseNotPresentWithLeaseOperation),
            },
            Call::Release(id) => {
                if !has(id) {
                    return Err(Code::LeaseIdMismatchWithLeaseOperation);
                }
                *self = Self::default();
            }
            Call::Break(period) => {
                if self.id.is_none() {
                    return Err(Code::LeaseNotPresentWithLeaseOperation);
                }
                let left = self.ends.map(|ends| (ends - now).max(0));
                let asked = period.unwrap_or(0) * 1000;
                let rest = left.map_or(asked, |left| left.min(asked));
                self.is_broken = true;
                self.ends = Some(now + rest);
                return Ok(Some(rest / 1000));
            }
        }
        Ok(None)
    }
}
