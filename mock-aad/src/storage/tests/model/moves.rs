//! The reference model: what moves and removes items, and brings them back.

use super::action::{Guard, Path};
use super::codes::{Code, Refusals};
use super::outcome::{Header, Outcome};
use super::people::Person;
use super::tree::{Asked, CHANGE_CHILDREN, DAY, Deleted, Entry, Model, Reach, Sent};
use crate::storage::Protocol;

/// A rename as it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rename<'a> {
    pub(super) from: &'a Path,
    pub(super) to: &'a Path,
    pub(super) legacy: bool,
    pub(super) source: &'a Guard,
    pub(super) target: &'a Guard,
    pub(super) meta: Option<&'static str>,
}

impl Model {
    pub(super) fn rename(
        &mut self,
        person: &Person,
        rename: Rename<'_>,
    ) -> Result<Outcome, Refusals> {
        let Rename { from, to, legacy, source, target, meta } = rename;
        let mut no = Refusals::default();
        let (from_reach, to_reach) = (self.reach(person, from), self.reach(person, to));
        let denied = from_reach.is_err() || to_reach.is_err();
        no.add_if(denied, Code::Denied);
        let (Ok(from_reach), Ok(to_reach)) = (from_reach, to_reach) else {
            // What is wrong with the side that can be seen may be told instead.
            if let Err(seen) = self.source_of_rename(person, from, source) {
                no.merge(seen);
            }
            return Err(no);
        };
        let is_there = from_reach == Reach::There;
        no.add_if(!is_there, Code::SourceNotFound);
        if is_there {
            if let Err(wrong) = self.source_of_rename(person, from, source) {
                no.merge(wrong);
            }
            no.add_if(!self.may_remove(person, from), Code::Denied);
            no.add_if(to.is_within(from), Code::IntoItself);
        }
        let existing = to_reach == Reach::There;
        let asked = self.asked(target.condition, to);
        match asked {
            Asked::NoneMatch(Sent::Any) => no.add_if(existing, Code::Exists),
            _ => no.add_if(Self::fails(&asked, self.entries.get(to)), Code::ConditionNotMet),
        }
        let place = match to_reach {
            Reach::There => self.onto(person, from, to, legacy, target, &mut no),
            Reach::Missing { deepest } => {
                if deepest != to.parent() {
                    no.add(Code::ParentNotFound);
                } else {
                    no.add_if(!self.entries[&deepest].is_directory(), Code::WrongType);
                    // That the directory is none may be told as the types that do not go together.
                    no.add_if(!self.entries[&deepest].is_directory(), Code::TypesDiffer);
                }
                to.clone()
            }
        };
        let parent = place.parent();
        let may_add = |parent: &Path| self.has(person, parent, CHANGE_CHILDREN);
        no.add_if(self.entries.contains_key(&parent) && !may_add(&parent), Code::Denied);
        no.none()?;
        // A live lease goes along; without one, that of what makes way stays.
        let leases = [from, &place].map(|path| self.entries.get(path).map(|entry| entry.lease));
        let live = leases.into_iter().flatten().find(|lease| lease.is_alive(self.now));
        self.entries.remove(&place);
        for old in self.within(from) {
            let Some(entry) = self.entries.remove(&old) else { continue };
            let rest = &old.names[from.names.len()..];
            let names = place.names.iter().chain(rest).copied().collect();
            self.entries.insert(Path { file_system: place.file_system, names }, entry);
        }
        let entry = self.entry_mut(&place);
        entry.lease = live.unwrap_or_default();
        entry.meta = meta.or(entry.meta);
        Ok(Outcome::of(201, entry))
    }

    /// What conditions and lease have against the removal of a source.
    fn source_of_rename(
        &self,
        person: &Person,
        path: &Path,
        guard: &Guard,
    ) -> Result<(), Refusals> {
        let mut no = Refusals::default();
        if self.reach(person, path)? != Reach::There {
            return Err(Code::SourceNotFound.into());
        }
        let entry = &self.entries[path];
        let fails = Self::fails(&self.asked(guard.condition, path), Some(entry));
        no.add_if(fails, Code::SourceConditionNotMet);
        no.extend(entry.lease.refuses_change(guard.lease, self.now));
        no.none()
    }

    /// Where a source goes when there is something at the target.
    fn onto(
        &self,
        person: &Person,
        from: &Path,
        to: &Path,
        legacy: bool,
        guard: &Guard,
        no: &mut Refusals,
    ) -> Path {
        let found = &self.entries[to];
        no.extend(found.lease.refuses_change(guard.lease, self.now));
        let Some(moved) = self.entries.get(from) else { return to.clone() };
        if moved.is_directory() != found.is_directory() {
            no.add(Code::TypesDiffer);
        } else if found.is_directory() && !legacy {
            let inner = to.join(from.names[from.names.len() - 1]);
            no.add_if(self.entries.contains_key(&inner), Code::Exists);
            return inner;
        } else if found.is_directory() {
            no.add_if(!self.children(to).is_empty(), Code::Exists);
        }
        no.add_if(!self.may_remove(person, to), Code::Denied);
        to.clone()
    }

    pub(super) fn delete(
        &mut self,
        person: &Person,
        protocol: Protocol,
        path: &Path,
        recursive: bool,
        guard: &Guard,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        self.find(person, path)?;
        self.guard_change(path, guard, &mut no);
        let recursive = recursive && protocol == Protocol::Dfs;
        let is_empty = self.children(path).is_empty();
        no.add_if(!is_empty && !recursive, Code::NotEmpty);
        no.add_if(!self.may_remove(person, path), Code::Denied);
        no.add_if(!self.may_remove_all(person, path), Code::Denied);
        let all = self.within(path);
        let is_leased =
            |below: &&Path| *below != path && self.entries[*below].lease.is_alive(self.now);
        no.add_if(all.iter().any(|below| is_leased(&below)), Code::LeaseIdMissing);
        no.none()?;
        let mut entries: Vec<(Vec<&'static str>, Entry)> = Vec::new();
        for below in all {
            let Some(mut entry) = self.entries.remove(&below) else { continue };
            if let Some(file) = &mut entry.file {
                file.staged.clear();
            }
            entries.push((below.names[path.names.len()..].to_vec(), entry));
        }
        let keeps = self.retention_days;
        if let Some(days) = keeps {
            let until = self.now + days * DAY;
            self.deleted.push(Deleted { path: path.clone(), id: None, until, entries });
        }
        Ok(match protocol {
            Protocol::Blob => Outcome::new(202),
            Protocol::Dfs => {
                let id = if keeps.is_some() { Header::Present } else { Header::Absent };
                Outcome::new(200)
                    .text("x-ms-delete-type-permanent", keeps.is_none().to_string())
                    .with("x-ms-deletion-id", id)
            }
        })
    }

    /// Brings back what was deleted as the one of this number.
    pub(super) fn undelete(
        &mut self,
        person: &Person,
        which: usize,
        path: &Path,
    ) -> Result<Outcome, Refusals> {
        let mut no = Refusals::default();
        // Nobody gets at something by having it restored elsewhere.
        match self.reach(person, &self.deleted[which].path) {
            Err(denied) => no.merge(denied),
            Ok(reach) => {
                let origin = match reach {
                    Reach::There => self.deleted[which].path.parent(),
                    Reach::Missing { deepest } => deepest,
                };
                no.add_if(!self.has(person, &origin, CHANGE_CHILDREN), Code::Denied);
            }
        }
        match self.reach(person, path)? {
            Reach::There => {
                no.add(Code::Exists);
                return Err(no);
            }
            Reach::Missing { deepest } if deepest == path.parent() => {
                no.add_if(!self.entries[&deepest].is_directory(), Code::WrongType);
                no.add_if(!self.has(person, &deepest, CHANGE_CHILDREN), Code::Denied);
            }
            Reach::Missing { .. } => no.add(Code::NotFound),
        }
        no.none()?;
        for (names, entry) in self.deleted.remove(which).entries {
            let names = path.names.iter().copied().chain(names).collect();
            self.entries.insert(Path { file_system: path.file_system, names }, entry);
        }
        let kind = if self.entries[path].is_directory() { "directory" } else { "file" };
        Ok(Outcome::new(200).text("x-ms-resource-type", kind))
    }

    /// What was deleted in a file system, by path and id.
    pub(super) fn deleted_in(&self, file_system: usize) -> Vec<(String, String)> {
        let of = self.deleted.iter().filter(|deleted| deleted.path.file_system == file_system);
        let told = of.map(|deleted| (deleted.path.text(), deleted.id.clone().unwrap_or_default()));
        let mut all: Vec<(String, String)> = told.collect();
        all.sort();
        all
    }
}
