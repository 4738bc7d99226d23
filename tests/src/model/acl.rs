//! Access control lists of the reference model: a map from whom to what.

use std::collections::BTreeMap;

use super::person::Person;

/// Whom an entry is about, in the order of the service's listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// `user::`
    Owner,
    /// `user:<id>:`
    User(&'static str),
    /// `group::`
    OwningGroup,
    /// `group:<id>:`
    Group(&'static str),
    /// `mask::`
    Mask,
    /// `other::`
    Other,
}

/// An entry to set, or to remove, when its bits are of no interest.
#[derive(Clone, Copy, Debug)]
pub struct Rights {
    /// Whether it is for new children.
    pub default: bool,
    /// Whom it is about.
    pub who: Who,
    /// 4 to read, 2 to write, 1 to execute.
    pub bits: u16,
}

impl Rights {
    /// As it stands in an ACL; without its rights when it is to be removed.
    #[must_use]
    pub fn text(&self, with_rights: bool) -> String {
        let scope = if self.default { "default:" } else { "" };
        let whom = match self.who {
            Who::Owner => "user:".to_owned(),
            Who::User(id) => format!("user:{id}"),
            Who::OwningGroup => "group:".to_owned(),
            Who::Group(id) => format!("group:{id}"),
            Who::Mask => "mask:".to_owned(),
            Who::Other => "other:".to_owned(),
        };
        let bit = |bit: u16, letter| if self.bits & bit == 0 { '-' } else { letter };
        match with_rights {
            true => format!("{scope}{whom}:{}{}{}", bit(4, 'r'), bit(2, 'w'), bit(1, 'x')),
            false => format!("{scope}{whom}"),
        }
    }
}

type Scope = BTreeMap<Who, u16>;

/// The ACL of an item. A default scope without entries is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Acl {
    access: Scope,
    pub(super) default: Scope,
    pub(super) sticky: bool,
}

/// The change would leave something that is no ACL.
pub(super) struct Nonsense;

impl Acl {
    pub(super) fn of_mode(mode: u16) -> Self {
        let access = [(Who::Owner, 6), (Who::OwningGroup, 3), (Who::Other, 0)];
        let access = access.into_iter().map(|(who, shift)| (who, mode >> shift & 7)).collect();
        Self { access, default: Scope::new(), sticky: mode & 0o1000 != 0 }
    }

    /// The rights of a person on an item of this owner and group: an owner has its entry; else a named
    /// user has its own, members of groups have those of all their groups together, and who is in
    /// none has those of the others; all of them within the mask.
    pub(super) fn rights_of(&self, person: Person, owner: &str, group: &str) -> u16 {
        let bits = |who: &Who| self.access.get(who).copied();
        if person.id == owner {
            return bits(&Who::Owner).unwrap_or_default();
        }
        let mask = bits(&Who::Mask).unwrap_or(7);
        let of_owning = person.groups.contains(&group).then_some(Who::OwningGroup);
        let of_named = person.groups.iter().map(|id| Who::Group(id));
        let of_groups = of_owning.into_iter().chain(of_named).filter_map(|who| bits(&who));
        let rights = bits(&Who::User(person.id)).or(of_groups.reduce(|one, other| one | other));
        mask & rights.or(bits(&Who::Other)).unwrap_or_default()
    }

    pub(super) fn mode(&self) -> u16 {
        let bits = |who| self.access.get(&who).copied().unwrap_or_default();
        let class = self.access.get(&Who::Mask).copied().unwrap_or(bits(Who::OwningGroup));
        let sticky = if self.sticky { 0o1000 } else { 0 };
        sticky | bits(Who::Owner) << 6 | class << 3 | bits(Who::Other)
    }

    pub(super) fn set_mode(&mut self, mode: u16) {
        let class = if self.access.contains_key(&Who::Mask) { Who::Mask } else { Who::OwningGroup };
        for (who, shift) in [(Who::Owner, 6), (class, 3), (Who::Other, 0)] {
            self.access.insert(who, mode >> shift & 7);
        }
        self.sticky = mode & 0o1000 != 0;
    }

    pub(super) fn is_extended(&self) -> bool {
        self.access.len() > 3 || !self.default.is_empty()
    }

    pub(super) fn texts(&self) -> Vec<String> {
        let texts = |scope: &Scope, default| {
            let entry = |(who, bits): (&Who, &u16)| Rights { default, who: *who, bits: *bits };
            scope.iter().map(entry).map(|entry| entry.text(true)).collect::<Vec<_>>()
        };
        [texts(&self.access, false), texts(&self.default, true)].concat()
    }

    /// What a new child gets; `unsaid` are its mode bits where nothing is inherited.
    pub(super) fn of_child(&self, is_directory: bool, unsaid: u16) -> Self {
        if self.default.is_empty() {
            return Self::of_mode(unsaid);
        }
        let default = if is_directory { self.default.clone() } else { Scope::new() };
        // Nobody has named a mode, so that the umask of 007 takes the rights of `other`.
        let mut access = self.default.clone();
        access.insert(Who::Other, 0);
        Self { access, default, sticky: false }
    }

    pub(super) fn bare(&self) -> Self {
        let mut bare = self.clone();
        bare.access.retain(|who, _| matches!(who, Who::Owner | Who::OwningGroup | Who::Other));
        bare.default.clear();
        bare
    }

    pub(super) fn set(&self, entries: &[Rights], is_directory: bool) -> Result<Self, Nonsense> {
        let mut acl = self.clone();
        if entries.iter().any(|entry| !entry.default) {
            acl.access.clear();
        }
        if entries.iter().any(|entry| entry.default) {
            acl.default.clear();
        }
        acl.modify(entries, is_directory)
    }

    pub(super) fn modify(
        mut self,
        entries: &[Rights],
        is_directory: bool,
    ) -> Result<Self, Nonsense> {
        for entry in entries {
            self.scope(entry.default).insert(entry.who, entry.bits);
        }
        self.finish(entries, is_directory)
    }

    pub(super) fn remove(
        mut self,
        entries: &[Rights],
        is_directory: bool,
    ) -> Result<Self, Nonsense> {
        for entry in entries {
            self.scope(entry.default).remove(&entry.who);
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
        for who in [Who::Owner, Who::OwningGroup, Who::Other] {
            let bits = *self.access.get(&who).ok_or(Nonsense)?;
            if !self.default.is_empty() {
                self.default.entry(who).or_insert(bits);
            }
        }
        for default in [false, true] {
            let of_scope = || changed.iter().filter(|entry| entry.default == default);
            let scope = self.scope(default);
            if of_scope().any(|entry| entry.who == Who::Mask) {
                // The caller's word counts, unless it leaves named entries without a mask.
                let named = |who: &Who| matches!(who, Who::User(_) | Who::Group(_));
                if !scope.contains_key(&Who::Mask) && scope.keys().any(named) {
                    return Err(Nonsense);
                }
            } else if of_scope().next().is_some() && scope.len() > 3 {
                let outside = |who: &Who| matches!(who, Who::Owner | Who::Other | Who::Mask);
                let class = scope.iter().filter(|(who, _)| !outside(who));
                let union = class.fold(0, |union, (_, bits)| union | bits);
                scope.insert(Who::Mask, union);
            }
        }
        Ok(self)
    }
}
