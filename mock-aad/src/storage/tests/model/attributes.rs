//! The reference model: leases, ends, properties and rights of items.

use uuid::Uuid;

use super::acl::{Change, EXECUTE, READ, Rights, WRITE, is_whole};
use super::action::{Condition, Expiry, Guard, LeaseVerb, Path};
use super::codes::{Code, Refusals};
use super::lease::Call;
use super::outcome::{Body, Header, Outcome};
use super::people::Person;
use super::tree::Model;

/// What is asked of owners and rights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Update<'a> {
    pub(super) owner: Option<Uuid>,
    pub(super) group: Option<Uuid>,
    pub(super) mode: Option<u16>,
    pub(super) acl: Option<&'a [Rights]>,
}

impl Model {
    pub(super) fn lease(
        &mut self,
        person: &Person,
        path: &Path,
        verb: LeaseVerb,
        (id, proposed): (Uuid, Uuid),
        seconds: Option<i64>,
        condition: Condition,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let entry = self.find(person, path)?;
        let fails = Self::fails(&self.asked(condition, path), Some(entry));
        no.add_if(fails, Code::ConditionNotMet);
        no.add_if(!self.has(person, path, WRITE), Code::Denied);
        let call = match verb {
            LeaseVerb::Acquire => Call::Acquire { id: proposed, seconds },
            LeaseVerb::Renew => Call::Renew(id),
            LeaseVerb::Change => Call::Change { id, proposed },
            LeaseVerb::Release => Call::Release(id),
            LeaseVerb::Break => Call::Break(seconds),
        };
        let mut lease = entry.lease;
        let done = lease.call(call, self.now);
        no.extend(done.err());
        no.none()?;
        let entry = self.entry_mut(path);
        entry.lease = lease;
        let status = match verb {
            LeaseVerb::Acquire => 201,
            LeaseVerb::Break => 202,
            _ => 200,
        };
        let held = match verb {
            LeaseVerb::Acquire | LeaseVerb::Change => Some(proposed.to_string()),
            LeaseVerb::Renew => Some(id.to_string()),
            LeaseVerb::Release | LeaseVerb::Break => None,
        };
        let rest = done.ok().flatten().map(|seconds| seconds.to_string());
        Ok(Outcome::of(status, entry).maybe("x-ms-lease-id", held).maybe("x-ms-lease-time", rest))
    }

    pub(super) fn expire(
        &mut self,
        person: &Person,
        path: &Path,
        expiry: Expiry,
        lease: Option<Uuid>,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let moment = |created: i64| match expiry {
            Expiry::Never => None,
            Expiry::AfterNow(millis) => Some(self.now + millis),
            Expiry::AfterCreation(millis) => Some(created + millis),
            Expiry::At(seconds) => Some((self.now.div_euclid(1000) + seconds) * 1000),
        };
        let is_past = |moment: Option<i64>| moment.is_some_and(|moment| moment <= self.now);
        // A date by itself tells whether it has passed.
        let is_date = matches!(expiry, Expiry::At(_));
        no.add_if(is_date && is_past(moment(0)), Code::InvalidHeader);
        let entry = match self.find(person, path) {
            Ok(entry) => entry,
            Err(wrong) => {
                no.merge(wrong);
                return Err(no);
            }
        };
        no.add_if(!self.has(person, path, WRITE), Code::Denied);
        no.extend(entry.lease.refuses_change(lease, self.now));
        no.add_if(entry.is_directory(), Code::DirectoryExpiry);
        let expires = moment(entry.created);
        no.add_if(!entry.is_directory() && is_past(expires), Code::InvalidInput);
        no.none()?;
        let entry = self.entry_mut(path);
        if let Some(file) = &mut entry.file {
            file.expires = expires;
        }
        Ok(Outcome::of(200, entry))
    }

    pub(super) fn set_properties(
        &mut self,
        person: &Person,
        path: &Path,
        meta: Option<&'static str>,
        guard: &Guard,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        self.find(person, path)?;
        no.add_if(!self.has(person, path, WRITE), Code::Denied);
        self.guard_change(path, guard, &mut no);
        no.none()?;
        self.touch(path);
        let entry = self.entry_mut(path);
        entry.meta = meta;
        Ok(Outcome::of(200, entry))
    }

    pub(super) fn get_acl(
        &self,
        person: &Person,
        path: &Path,
        guard: &Guard,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let entry = self.find(person, path)?;
        self.guard_read(path, guard, &mut no);
        no.none()?;
        Ok(Outcome::of(200, entry)
            .text("x-ms-acl", entry.acl.text())
            .text("x-ms-owner", principal(entry.owner))
            .text("x-ms-group", principal(entry.group))
            .text("x-ms-permissions", entry.acl.permissions()))
    }

    pub(super) fn set_acl(
        &mut self,
        person: &Person,
        path: &Path,
        update: Update<'_>,
        guard: &Guard,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let is_whole = update.acl.is_none_or(is_whole);
        no.add_if(!is_whole, Code::InvalidAcl);
        let entry = match self.find(person, path) {
            Ok(entry) => entry,
            Err(wrong) => {
                no.merge(wrong);
                return Err(no);
            }
        };
        self.guard_change(path, guard, &mut no);
        no.add_if(!self.owns(person, path), Code::Denied);
        if !person.is_super {
            // An owner gives what is his to a group of his, and to nobody else.
            no.add_if(update.owner.is_some(), Code::Denied);
            let foreign = update.group.is_some_and(|group| !person.groups.contains(&group));
            no.add_if(foreign, Code::Denied);
        }
        let mut acl = entry.acl.clone();
        if let Some(mode) = update.mode {
            acl.set_mode(mode);
        }
        if let Some(entries) = update.acl {
            match acl.replaced(entries, entry.is_directory()) {
                Ok(replaced) => acl = replaced,
                Err(_) => no.add(Code::InvalidAcl),
            }
        }
        no.none()?;
        let entry = self.entry_mut(path);
        entry.owner = update.owner.unwrap_or(entry.owner);
        entry.group = update.group.unwrap_or(entry.group);
        entry.acl = acl;
        let told = Outcome::of(200, entry);
        Ok(told.text("x-ms-namespace-enabled", "true"))
    }

    /// One page of a change of many lists; the harness asks for all of them.
    pub(super) fn change_acls(
        &mut self,
        person: &Person,
        path: &Path,
        change: Change,
        entries: &[Rights],
        (limit, force, after): (usize, bool, Option<&Path>),
    ) -> Result<(Outcome, Option<Path>), Refusals> {
        let mut no = Refusals::default();
        let is_whole = change != Change::Set || is_whole(entries);
        no.add_if(!is_whole, Code::InvalidAcl);
        if let Err(wrong) = self.find(person, path) {
            no.merge(wrong);
            return Err(no);
        }
        no.extend(self.entries[path].lease.refuses_change(None, self.now));
        no.none()?;
        let all: Vec<Path> = self
            .within(path)
            .into_iter()
            .filter(|below| after.is_none_or(|after| below > after))
            .filter(|below| person.is_super || self.is_listed(person, below, path))
            .collect();
        let (mut directories, mut files, mut failed) = (0, 0, Vec::new());
        for below in all.iter().take(limit) {
            let may = self.owns(person, below);
            let entry = self.entry_mut(below);
            let changed = entry.acl.changed(change, entries, entry.is_directory());
            match changed {
                Ok(acl) if may => {
                    entry.acl = acl;
                    *(if entry.is_directory() { &mut directories } else { &mut files }) += 1;
                }
                _ => failed.push(below.text()),
            }
        }
        // A page in which something fails is the last, unless that is to be no matter.
        let more = all.len() > limit && (force || failed.is_empty());
        let last = more.then(|| all[limit - 1].clone());
        let body = Body::Acls(directories, files, failed, more);
        Ok((Outcome::new(200).text("x-ms-namespace-enabled", "true").body(body), last))
    }

    /// Whether somebody may see an item by listing what is between it and a directory above it.
    fn is_listed(&self, person: &Person, path: &Path, top: &Path) -> bool {
        path.above()
            .filter(|above| above.is_within(top))
            .all(|above| self.has(person, &above, READ | EXECUTE))
    }

    pub(super) fn check(
        &self,
        person: &Person,
        path: &Path,
        bits: u16,
    ) -> Result<Outcome, Refusals> {
        self.find(person, path)?;
        match self.has(person, path, bits) {
            true => Ok(Outcome::new(200).with("x-ms-error-code", Header::Absent)),
            false => Err(Code::Denied.into()),
        }
    }
}

/// How an owner or a group is told.
pub(super) fn principal(id: Uuid) -> String {
    if id.is_nil() { "$superuser".to_owned() } else { id.to_string() }
}
