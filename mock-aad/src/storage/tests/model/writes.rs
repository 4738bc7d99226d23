//! The reference model: what makes items and their content.

use uuid::Uuid;

use super::acl::{WRITE, is_whole};
use super::action::{Guard, New, Path, WriteLease};
use super::codes::{Code, Refusals};
use super::lease::{Call, Lease};
use super::outcome::Outcome;
use super::people::Person;
use super::tree::{Asked, CHANGE_CHILDREN, Entry, File, Model, Reach, Sent};

/// What a new item loses where nothing else is said.
const UMASK: u16 = 0o027;

impl Model {
    pub(super) fn create(
        &mut self,
        person: &Person,
        path: &Path,
        directory: bool,
        guard: &Guard,
        new: &New,
    ) -> Result<Outcome, Refusals> {
        let entry = self.make(person, path, directory, guard, new)?;
        let outcome = Outcome::of(201, &entry);
        self.entries.insert(path.clone(), entry);
        Ok(outcome)
    }

    pub(super) fn put(
        &mut self,
        person: &Person,
        path: &Path,
        bytes: &[u8],
        meta: Option<&'static str>,
        guard: &Guard,
    ) -> Result<Outcome, Refusals> {
        let new = New { meta, ..New::default() };
        // Whoever names the lease of what is there knows that something is.
        let is_held = self.entries.get(path).is_some_and(|found| {
            guard.lease.is_some() && found.lease.refuses_name(guard.lease, self.now).is_none()
        });
        let knows = is_held && self.asked(guard.condition, path) == Asked::NoneMatch(Sent::Any);
        let relaxed = Guard { lease: guard.lease, ..Guard::default() };
        let guard = if knows { &relaxed } else { guard };
        let mut entry = self.make(person, path, false, guard, &new)?;
        entry.file = Some(File { content: bytes.to_vec(), ..File::default() });
        let outcome = Outcome::of(201, &entry);
        self.entries.insert(path.clone(), entry);
        Ok(outcome)
    }

    /// The item as it is when it is made, with the directories above it.
    fn make(
        &mut self,
        person: &Person,
        path: &Path,
        directory: bool,
        guard: &Guard,
        new: &New,
    ) -> Result<Entry, Refusals> {
        let mut no = Refusals::default();
        let whole = new.acl.as_ref().is_none_or(|entries| is_whole(entries));
        no.add_if(!whole, Code::InvalidAcl);
        let reach = match self.reach(person, path) {
            Ok(reach) => reach,
            Err(denied) => {
                no.add(Code::Denied);
                return Err(if whole { denied } else { no });
            }
        };
        no.add_if(directory && new.expires_in.is_some(), Code::DirectoryExpiry);
        let asked = self.asked(guard.condition, path);
        match reach {
            Reach::There => self.replace(person, path, directory, guard, &asked, new, no),
            Reach::Missing { deepest } => {
                self.add(person, path, directory, &deepest, &asked, new, no)
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one operation")]
    fn replace(
        &mut self,
        person: &Person,
        path: &Path,
        directory: bool,
        guard: &Guard,
        asked: &Asked,
        new: &New,
        mut no: Refusals,
    ) -> Result<Entry, Refusals> {
        let found = &self.entries[path];
        if *asked == Asked::NoneMatch(Sent::Any) {
            no.add(Code::Exists);
        } else {
            no.add_if(Self::fails(asked, Some(found)), Code::ConditionNotMet);
        }
        no.add_if(found.is_directory() != directory, Code::WrongType);
        no.extend(found.lease.refuses_change(guard.lease, self.now));
        let mut lease = found.lease;
        lease.written(self.now);
        acquire(&mut lease, new, self.now, &mut no);
        let mut denied = !self.may_remove(person, path) && !directory;
        denied |= !directory && !self.has(person, path, WRITE);
        denied |= directory && !self.has(person, &path.parent(), CHANGE_CHILDREN);
        // What a directory that is there is used for only its owner changes, in whatever way.
        let says_rights = new.mode.is_some() || new.acl.is_some();
        denied |= directory && says_rights && !self.owns(person, path);
        no.add_if(denied, Code::Denied);
        let parent = &self.entries[&path.parent()];
        let fresh = fresh_acl(parent, directory, new, &mut no);
        let group = parent.group;
        no.none()?;
        let mut entry = self.new_entry(person.id, group, fresh, directory);
        if directory {
            let kept = self.entries[path].clone();
            let acl = if says_rights { entry.acl } else { kept.acl };
            let (tag, changed) = (entry.tag, entry.changed);
            entry = Entry { tag, changed, acl, ..kept };
        }
        self.finish(&mut entry, lease, new);
        Ok(entry)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one operation")]
    fn add(
        &mut self,
        person: &Person,
        path: &Path,
        directory: bool,
        deepest: &Path,
        asked: &Asked,
        new: &New,
        mut no: Refusals,
    ) -> Result<Entry, Refusals> {
        no.add_if(Self::fails(asked, None), Code::ConditionNotMet);
        let mut lease = Lease::default();
        acquire(&mut lease, new, self.now, &mut no);
        if !self.entries[deepest].is_directory() {
            no.add(Code::WrongType);
            return Err(no);
        }
        no.add_if(!self.has(person, deepest, CHANGE_CHILDREN), Code::Denied);
        // The directories on the way are made by the caller, who must be able to use them.
        let mut made: Vec<(Path, Entry)> = Vec::new();
        let missing: Vec<Path> =
            path.above().filter(|above| !self.entries.contains_key(above)).collect();
        for above in missing {
            let (owner, parent) = (person.id, made.last().map(|(_, entry)| entry));
            let parent = parent.unwrap_or(&self.entries[deepest]);
            let (group, acl) = (parent.group, parent.acl.of_child(true, None, UMASK));
            let entry = self.new_entry(owner, group, acl, true);
            let rights = entry.acl.rights_of(person, entry.owner, entry.group);
            let by_role = person.is_super || person.role & CHANGE_CHILDREN == CHANGE_CHILDREN;
            let usable = by_role || rights & CHANGE_CHILDREN == CHANGE_CHILDREN;
            no.add_if(!usable, Code::Denied);
            made.push((above, entry));
        }
        let parent = made.last().map_or(&self.entries[deepest], |(_, entry)| entry);
        let (group, acl) = (parent.group, fresh_acl(parent, directory, new, &mut no));
        no.none()?;
        self.entries.extend(made);
        let mut entry = self.new_entry(person.id, group, acl, directory);
        self.finish(&mut entry, lease, new);
        Ok(entry)
    }

    fn finish(&self, entry: &mut Entry, lease: Lease, new: &New) {
        entry.lease = lease;
        entry.meta = new.meta;
        if let Some(file) = &mut entry.file {
            file.expires = new.expires_in.map(|millis| self.now + millis);
        }
    }

    pub(super) fn append(
        &mut self,
        person: &Person,
        path: &Path,
        (position, bytes): (u64, &[u8]),
        (lease, write_lease): (Option<Uuid>, Option<WriteLease>),
        flush: bool,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let entry = self.find(person, path)?;
        no.add_if(!self.has(person, path, WRITE), Code::Denied);
        let mut held = entry.lease;
        let renewed = self.write_lease(&mut held, lease, write_lease, flush, &mut no);
        let Some(mut file) = entry.file.clone() else {
            no.add(Code::WrongType);
            return Err(no);
        };
        file.staged.push((position, bytes.to_vec()));
        let end = position + bytes.len() as u64;
        no.add_if(flush && !can_flush(&file, end), Code::InvalidFlushPosition);
        no.none()?;
        if flush {
            commit(&mut file, end, false);
        }
        let entry = self.written(path, file, held, flush);
        let outcome = if flush { Outcome::of(202, entry) } else { Outcome::new(202) };
        Ok(outcome.maybe("x-ms-lease-renewed", renewed.map(|renewed| renewed.to_string())))
    }

    pub(super) fn flush(
        &mut self,
        person: &Person,
        path: &Path,
        position: u64,
        retain: bool,
        (guard, write_lease): (&Guard, Option<WriteLease>),
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        let entry = self.find(person, path)?;
        no.add_if(!self.has(person, path, WRITE), Code::Denied);
        let mut held = entry.lease;
        let renewed = self.write_lease(&mut held, guard.lease, write_lease, true, &mut no);
        let asked = self.asked(guard.condition, path);
        // "Only if nothing is there" asks for what is committed.
        let passes = asked == Asked::NoneMatch(Sent::Any) && entry.length() == 0;
        let fails = !passes && Self::fails(&asked, Some(entry));
        no.add_if(fails, Code::ConditionNotMet);
        let Some(mut file) = entry.file.clone() else {
            no.add(Code::WrongType);
            return Err(no);
        };
        no.add_if(!can_flush(&file, position), Code::InvalidFlushPosition);
        no.none()?;
        commit(&mut file, position, retain);
        let outcome = Outcome::of(200, self.written(path, file, held, true));
        Ok(outcome.maybe("x-ms-lease-renewed", renewed.map(|renewed| renewed.to_string())))
    }

    /// What becomes of the lease of a file that is written to; whether it was renewed, if that was asked for.
    fn write_lease(
        &self,
        held: &mut Lease,
        named: Option<Uuid>,
        action: Option<WriteLease>,
        commits: bool,
        no: &mut Refusals,
    ) -> Option<bool> {
        let now = self.now;
        let acquires =
            matches!(action, Some(WriteLease::Acquire(..) | WriteLease::AcquireRelease(..)));
        if !acquires {
            no.extend(held.refuses_change(named, now));
        }
        match action? {
            WriteLease::Acquire(id, seconds) => {
                no.extend(held.call(Call::Acquire { id, seconds }, now).err());
            }
            WriteLease::AcquireRelease(id, seconds) => {
                let acquired = held.call(Call::Acquire { id, seconds }, now);
                no.extend(acquired.and_then(|_| held.call(Call::Release(id), now)).err());
            }
            WriteLease::AutoRenew => return Some(held.renew_if_due(now)),
            // Without a commit it goes on.
            WriteLease::Release if !commits => {}
            WriteLease::Release => {
                no.extend(held.call(Call::Release(named.unwrap_or_default()), now).err());
            }
        }
        None
    }

    /// Changes a file that was written to.
    fn written(&mut self, path: &Path, file: File, held: Lease, commits: bool) -> &Entry {
        self.entry_mut(path).lease = held;
        if commits {
            self.touch(path);
        }
        let entry = self.entry_mut(path);
        entry.file = Some(file);
        entry
    }

    /// The position of a flush that is so many bytes behind what can be flushed; the end where there is no file.
    pub(super) fn flush_position(&self, path: &Path, beyond: i64) -> u64 {
        let file = self.entries.get(path).and_then(|entry| entry.file.as_ref());
        file.map_or(0, end_of_contiguous).saturating_add_signed(beyond)
    }
}

fn acquire(lease: &mut Lease, new: &New, now: i64, no: &mut Refusals) {
    if let Some((id, seconds)) = new.lease {
        no.extend(lease.call(Call::Acquire { id, seconds }, now).err());
    }
}

/// What a new item may be used for: as the caller says, else as its directory hands it down, else as everybody
/// has it.
fn fresh_acl(parent: &Entry, directory: bool, new: &New, no: &mut Refusals) -> super::acl::Acl {
    let inherited = parent.acl.of_child(directory, new.mode, new.umask.unwrap_or(UMASK));
    let Some(entries) = &new.acl else { return inherited };
    match inherited.replaced(entries, directory) {
        Ok(acl) => acl,
        Err(_) => {
            no.add(Code::InvalidAcl);
            inherited
        }
    }
}

/// Where what was sent has its first hole.
fn end_of_contiguous(file: &File) -> u64 {
    let mut end = file.content.len() as u64;
    let reaches = |end: u64| {
        let ends = file.staged.iter().filter(|(position, _)| *position <= end);
        ends.map(|(position, bytes)| position + bytes.len() as u64).filter(|next| *next > end).max()
    };
    while let Some(next) = reaches(end) {
        end = next;
    }
    end
}

fn can_flush(file: &File, position: u64) -> bool {
    (file.content.len() as u64..=end_of_contiguous(file)).contains(&position)
}

/// Commits what was sent, up to a position; of two pieces for one place the later counts.
fn commit(file: &mut File, position: u64, retain: bool) {
    let start = file.content.len();
    file.content.resize(position as usize, 0);
    for (at, bytes) in &file.staged {
        for (index, byte) in bytes.iter().enumerate() {
            let place = *at as usize + index;
            if place >= start && place < position as usize {
                file.content[place] = *byte;
            }
        }
    }
    let is_kept = |(at, bytes): &(u64, Vec<u8>)| retain && at + bytes.len() as u64 > position;
    file.staged.retain(is_kept);
}
