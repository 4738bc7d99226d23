//! Who may do what in the reference model: the published algorithm, written down once more.

use adls_fs::RemotePath;

use super::person::Person;
use super::tree::{Item, Model};
use super::{Action, Outcome};

const READ: u16 = 4;
const WRITE: u16 = 2;
const EXECUTE: u16 = 1;

/// What the rights of a person say of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Rights do not stand in its way.
    Allowed,
    /// It must not happen.
    PermissionDenied,
    /// The sources leave it open; it happens as a whole or not at all.
    Open,
}

impl Verdict {
    /// Whether an outcome agrees with the verdict on an action that has `expected` as its outcome when
    /// rights do not matter. What is wrong besides may be told instead of a missing right.
    #[must_use]
    pub fn agrees(self, outcome: &Outcome, expected: &Outcome) -> bool {
        let denied = outcome.is_denied();
        match self {
            Self::Allowed => outcome == expected,
            Self::PermissionDenied => denied || (outcome == expected && expected.is_refused()),
            Self::Open => denied || outcome == expected,
        }
    }

    fn of(allowed: bool) -> Self {
        if allowed { Self::Allowed } else { Self::PermissionDenied }
    }
}

impl Model {
    /// What the rights of a person say of an action.
    #[must_use]
    pub fn verdict(&self, person: Person, action: &Action) -> Verdict {
        if person.super_user {
            return Verdict::Allowed;
        }
        let look = Look { model: self, person };
        if action.paths().into_iter().any(|path| !look.reaches(path)) {
            return Verdict::PermissionDenied;
        }
        look.verdict(action)
    }
}

/// The model as one person sees it.
struct Look<'a> {
    model: &'a Model,
    person: Person,
}

impl Look<'_> {
    fn verdict(&self, action: &Action) -> Verdict {
        match action {
            Action::Mkdirs(path) if self.item(path).is_some() => Verdict::Allowed,
            Action::Mkdirs(path) => self.creates(path),
            Action::Write { path, overwrite, .. } => self.writes(path, *overwrite),
            Action::ConcurrentAppend { path, create: true, .. } if self.item(path).is_none() => {
                self.creates(path)
            }
            Action::Append(path, _) | Action::ConcurrentAppend { path, .. } => self.appends(path),
            Action::Rename { from, to, .. } => self.renames(from, to),
            Action::Delete(path, recursive) => self.deletes(path, *recursive),
            Action::Read(path, range) => self.reads(path, range),
            Action::List(path) => self.lists(path),
            Action::Summary(path) => self.lists_all(path),
            Action::SetPermission(path, _)
            | Action::SetAcl(path, _)
            | Action::ModifyAcl(path, _)
            | Action::RemoveAclEntries(path, _)
            | Action::RemoveAcl(path)
            | Action::RemoveDefaultAcl(path) => match self.item(path) {
                Some(item) => Verdict::of(item.owner == self.person.id),
                None => Verdict::Open,
            },
            Action::Acl(_) => Verdict::Allowed,
            Action::Concat(..) | Action::SetOwner { .. } => Verdict::Open,
        }
    }

    fn item(&self, path: &RemotePath) -> Option<&Item> {
        self.model.items.get(path)
    }

    fn is_directory(&self, path: &RemotePath) -> bool {
        self.item(path).is_some_and(|item| item.file.is_none())
    }

    fn has(&self, path: &RemotePath, wanted: u16) -> bool {
        let Some(item) = self.item(path) else { return false };
        item.acl.rights_of(self.person, item.owner, item.group) & wanted == wanted
    }

    /// Whether every directory on the way lets the person pass, as far as there are any.
    fn reaches(&self, path: &RemotePath) -> bool {
        let mut at = path.parent();
        while let Some(directory) = at {
            // What is above the model's root belongs to everybody.
            if self.is_directory(&directory) && !self.has(&directory, EXECUTE) {
                return false;
            }
            at = directory.parent();
        }
        true
    }

    fn changes(&self, directory: Option<RemotePath>) -> bool {
        directory.is_some_and(|directory| self.has(&directory, WRITE | EXECUTE))
    }

    fn creates(&self, path: &RemotePath) -> Verdict {
        let top = self.model.existing(path);
        if !self.is_directory(&top) {
            return Verdict::Open;
        }
        let several = path.relative_to(&top).is_some_and(|missing| missing.contains('/'));
        let inherits = self.item(&top).is_some_and(|item| !item.acl.default.is_empty());
        match self.has(&top, WRITE | EXECUTE) {
            false => Verdict::PermissionDenied,
            // What is inherited may shut the person out of what it has just made.
            true if several && inherits => Verdict::Open,
            true => Verdict::Allowed,
        }
    }

    fn writes(&self, path: &RemotePath, overwrite: bool) -> Verdict {
        let Some(item) = self.item(path) else { return self.creates(path) };
        if item.file.is_none() || !overwrite {
            return Verdict::Open;
        }
        match (self.has(path, WRITE), self.changes(path.parent()), self.is_stuck(path)) {
            (true, true, false) => Verdict::Allowed,
            (false, false, _) => Verdict::PermissionDenied,
            _ => Verdict::Open,
        }
    }

    fn reads(&self, path: &RemotePath, range: &std::ops::Range<u64>) -> Verdict {
        let file = self.item(path).and_then(|item| item.file.as_ref());
        match file {
            // For no bytes at all nobody need ask the service.
            Some(file) if !range.is_empty() && range.start < file.content.len() as u64 => {
                Verdict::of(self.has(path, READ))
            }
            _ => Verdict::Open,
        }
    }

    fn appends(&self, path: &RemotePath) -> Verdict {
        match self.item(path) {
            Some(item) if item.file.is_some() && !self.has(path, WRITE) => {
                Verdict::PermissionDenied
            }
            Some(item) if item.file.is_some() && self.has(path, READ) => Verdict::Allowed,
            _ => Verdict::Open,
        }
    }

    /// Whether the sticky bit of the directory keeps the person from taking the item out of it.
    fn is_stuck(&self, path: &RemotePath) -> bool {
        let (Some(item), Some(directory)) =
            (self.item(path), path.parent().and_then(|directory| self.model.items.get(&directory)))
        else {
            return false;
        };
        directory.acl.sticky && ![item.owner, directory.owner].contains(&self.person.id)
    }

    fn renames(&self, from: &RemotePath, to: &RemotePath) -> Verdict {
        if self.item(from).is_none() || to.starts_with(from) || self.is_directory(to) {
            return Verdict::Open;
        }
        if !self.changes(from.parent()) || self.is_stuck(from) {
            return Verdict::PermissionDenied;
        }
        match to.parent().filter(|directory| self.is_directory(directory)) {
            Some(directory) if !self.has(&directory, WRITE | EXECUTE) => Verdict::PermissionDenied,
            Some(_) if self.item(to).is_none() => Verdict::Allowed,
            _ => Verdict::Open,
        }
    }

    fn deletes(&self, path: &RemotePath, recursive: bool) -> Verdict {
        if self.item(path).is_none() {
            return Verdict::Open;
        }
        if !self.changes(path.parent()) || self.is_stuck(path) {
            return Verdict::PermissionDenied;
        }
        let below = self.model.below(path);
        let free = |at: &RemotePath| {
            !self.is_directory(at)
                || (self.has(at, READ | WRITE | EXECUTE) && !self.model.items[at].acl.sticky)
        };
        match below.len() {
            1 => Verdict::Allowed,
            _ if recursive && below.iter().all(free) => Verdict::Allowed,
            _ => Verdict::Open,
        }
    }

    fn lists(&self, path: &RemotePath) -> Verdict {
        match self.is_directory(path) {
            true if self.has(path, READ | EXECUTE) => Verdict::Allowed,
            true if !self.has(path, READ) => Verdict::PermissionDenied,
            _ => Verdict::Open,
        }
    }

    fn lists_all(&self, path: &RemotePath) -> Verdict {
        let below = self.model.below(path);
        let directories = || below.iter().filter(|path| self.is_directory(path));
        match self.is_directory(path) {
            true if directories().all(|at| self.has(at, READ | EXECUTE)) => Verdict::Allowed,
            true if !self.has(path, READ) => Verdict::PermissionDenied,
            _ => Verdict::Open,
        }
    }
}
