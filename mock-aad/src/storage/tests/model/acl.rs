//! Access control lists of the reference model: maps from whom to what.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::people::Person;

pub(super) const READ: u16 = 4;
pub(super) const WRITE: u16 = 2;
pub(super) const EXECUTE: u16 = 1;

/// Whom an entry is about, in the order of the service's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whom {
    Owner,
    User(Uuid),
    OwningGroup,
    Group(Uuid),
    Mask,
    Other,
}

/// An entry to set, or to remove, when its bits are of no interest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rights {
    pub(super) default: bool,
    pub(super) whom: Whom,
    pub(super) bits: u16,
}

type Scope = BTreeMap<Whom, u16>;

/// The list of an item. A default scope without entries is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Acl {
    access: Scope,
    default: Scope,
    pub(super) sticky: bool,
}

/// The change would leave something that is no list.
#[derive(Debug)]
pub(super) struct Nonsense;

/// What becomes of the lists of a whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Set,
    Modify,
    Remove,
}

impl Rights {
    pub(super) fn text(&self, with_bits: bool) -> String {
        let scope = if self.default { "default:" } else { "" };
        let whom = match self.whom {
            Whom::Owner => "user:".to_owned(),
            Whom::User(id) => format!("user:{id}"),
            Whom::OwningGroup => "group:".to_owned(),
            Whom::Group(id) => format!("group:{id}"),
            Whom::Mask => "mask:".to_owned(),
            Whom::Other => "other:".to_owned(),
        };
        match with_bits {
            true => format!("{scope}{whom}:{}", letters(self.bits)),
            false => format!("{scope}{whom}"),
        }
    }
}

/// `rwx` or parts of it.
pub(super) fn letters(bits: u16) -> String {
    let letter = |bit: u16, letter| if bits & bit == 0 { '-' } else { letter };
    [letter(READ, 'r'), letter(WRITE, 'w'), letter(EXECUTE, 'x')].iter().collect()
}

/// Whether a list that is to replace another says all that it must.
pub(super) fn is_whole(entries: &[Rights]) -> bool {
    let access = || entries.iter().filter(|entry| !entry.default).map(|entry| entry.whom);
    let bases = [Whom::Owner, Whom::OwningGroup, Whom::Other];
    access().next().is_none() || bases.iter().all(|base| access().any(|whom| whom == *base))
}

impl Acl {
    pub(super) fn of_mode(mode: u16) -> Self {
        let access = [(Whom::Owner, 6), (Whom::OwningGroup, 3), (Whom::Other, 0)];
        let access = access.into_iter().map(|(whom, shift)| (whom, mode >> shift & 7)).collect();
        Self { access, default: Scope::new(), sticky: mode & 0o1000 != 0 }
    }

    /// The published algorithm: an owner has its entry; else a named user has its own; members of groups
    /// have those of all their groups together, and who is in none has those of the others; all of them
    /// within the mask.
    pub(super) fn rights_of(&self, person: &Person, owner: Uuid, group: Uuid) -> u16 {
        let bits = |whom: &Whom| self.access.get(whom).copied();
        if person.id == owner {
            return bits(&Whom::Owner).unwrap_or_default();
        }
        let is_in = |id: &Uuid| person.groups.contains(id);
        let of_owning = is_in(&group).then_some(Whom::OwningGroup);
        let named = self.access.keys().filter(|whom| match whom {
            Whom::Group(id) => is_in(id),
            _ => false,
        });
        let of_groups = of_owning.iter().chain(named).filter_map(bits);
        let rights = bits(&Whom::User(person.id)).or(of_groups.reduce(|one, other| one | other));
        let rights = rights.or(bits(&Whom::Other)).unwrap_or_default();
        rights & bits(&Whom::Mask).unwrap_or(7)
    }

    fn mode(&self) -> u16 {
        let bits = |whom| self.access.get(&whom).copied().unwrap_or_default();
        let class = self.access.get(&Whom::Mask).copied().unwrap_or(bits(Whom::OwningGroup));
        bits(Whom::Owner) << 6 | class << 3 | bits(Whom::Other)
    }

    pub(super) fn set_mode(&mut self, mode: u16) {
        let has_mask = self.access.contains_key(&Whom::Mask);
        let class = if has_mask { Whom::Mask } else { Whom::OwningGroup };
        for (whom, shift) in [(Whom::Owner, 6), (class, 3), (Whom::Other, 0)] {
            self.access.insert(whom, mode >> shift & 7);
        }
        self.sticky = mode & 0o1000 != 0;
    }

    /// `rwxr-x--T`, and `+` where the list says more.
    pub(super) fn permissions(&self) -> String {
        let mode = self.mode();
        let mut text = letters(mode >> 6) + &letters(mode >> 3) + &letters(mode);
        if self.sticky {
            let last = text.pop();
            text.push(if last == Some('x') { 't' } else { 'T' });
        }
        if self.access.len() > 3 || !self.default.is_empty() {
            text.push('+');
        }
        text
    }

    pub(super) fn text(&self) -> String {
        let access = self.access.iter().map(|entry| (false, entry));
        let default = self.default.iter().map(|entry| (true, entry));
        let texts = access
            .chain(default)
            .map(|(default, (whom, bits))| Rights { default, whom: *whom, bits: *bits }.text(true));
        texts.collect::<Vec<_>>().join(",")
    }

    /// What a new child gets: all of what its directory hands down, within the mode that was asked for; where
    /// nothing is handed down, the mode less the umask.
    pub(super) fn of_child(&self, is_directory: bool, asked: Option<u16>, umask: u16) -> Self {
        let unsaid = if is_directory { 0o777 } else { 0o666 };
        if self.default.is_empty() {
            return Self::of_mode(asked.unwrap_or(unsaid) & !umask);
        }
        let mut access = self.default.clone();
        if let Some(asked) = asked {
            let class =
                if access.contains_key(&Whom::Mask) { Whom::Mask } else { Whom::OwningGroup };
            for (whom, shift) in [(Whom::Owner, 6), (class, 3), (Whom::Other, 0)] {
                if let Some(bits) = access.get_mut(&whom) {
                    *bits &= asked >> shift & 7;
                }
            }
        }
        let default = if is_directory { self.default.clone() } else { Scope::new() };
        Self { access, default, sticky: asked.is_some_and(|mode| mode & 0o1000 != 0) }
    }

    /// The list that a caller says, in place of this one.
    pub(super) fn replaced(
        &self,
        entries: &[Rights],
        is_directory: bool,
    ) -> Result<Self, Nonsense> {
        let mut acl = self.clone();
        acl.default.clear();
        if entries.iter().any(|entry| !entry.default) {
            acl.access.clear();
        }
        acl.with(entries, is_directory)
    }

    /// What one item of a tree gets by a change of all of it: files are spared what only directories have.
    pub(super) fn changed(
        &self,
        change: Change,
        entries: &[Rights],
        is_directory: bool,
    ) -> Result<Self, Nonsense> {
        let fits = |entry: &&Rights| is_directory || !entry.default;
        let fitting: Vec<Rights> = entries.iter().filter(fits).copied().collect();
        match change {
            Change::Set => self.replaced(&fitting, is_directory),
            Change::Modify => self.clone().with(&fitting, is_directory),
            Change::Remove => {
                let mut acl = self.clone();
                for entry in &fitting {
                    acl.scope(entry.default).remove(&entry.whom);
                }
                acl.finish(&fitting, is_directory)
            }
        }
    }

    fn with(mut self, entries: &[Rights], is_directory: bool) -> Result<Self, Nonsense> {
        for entry in entries {
            self.scope(entry.default).insert(entry.whom, entry.bits);
        }
        self.finish(entries, is_directory)
    }

    fn scope(&mut self, default: bool) -> &mut Scope {
        if default { &mut self.default } else { &mut self.access }
    }

    /// Makes the rules hold again after entries were changed.
    fn finish(mut self, changed: &[Rights], is_directory: bool) -> Result<Self, Nonsense> {
        if !self.default.is_empty() && !is_directory {
            return Err(Nonsense);
        }
        for whom in [Whom::Owner, Whom::OwningGroup, Whom::Other] {
            let bits = *self.access.get(&whom).ok_or(Nonsense)?;
            if !self.default.is_empty() {
                self.default.entry(whom).or_insert(bits);
            }
        }
        for default in [false, true] {
            let of_scope = || changed.iter().filter(|entry| entry.default == default);
            let scope = self.scope(default);
            if of_scope().any(|entry| entry.whom == Whom::Mask) {
                // The caller's word counts, unless it leaves named entries without a mask.
                let named = |whom: &Whom| matches!(whom, Whom::User(_) | Whom::Group(_));
                if !scope.contains_key(&Whom::Mask) && scope.keys().any(named) {
                    return Err(Nonsense);
                }
            } else if of_scope().next().is_some() && scope.len() > 3 {
                let outside = |whom: &Whom| matches!(whom, Whom::Owner | Whom::Other | Whom::Mask);
                let class = scope.iter().filter(|(whom, _)| !outside(whom));
                let union = class.fold(0, |union, (_, bits)| union | bits);
                scope.insert(Whom::Mask, union);
            }
        }
        Ok(self)
    }
}
