//! POSIX access control lists: evaluation, inheritance, changes.
//!
//! Evaluation follows the algorithm that Microsoft has published. Changes follow the rules of HDFS,
//! which the recorded answers of the service agree with: a mask is computed as the union of the group
//! class unless given, and stays once it is there.

use adls_wire::{AclEntry, AclScope, AclTag, Permission, Rwx};
use uuid::Uuid;

use super::principal::Principal;

/// The most entries that one scope of an ACL may hold.
pub(crate) const MAX_ENTRIES: usize = 32;
/// What a new item loses of what nobody has asked for in so many words: Gen1 has one constant umask.
const UMASK: u16 = 0o007;
/// What a new item gets when neither the caller nor a default ACL says anything.
pub(crate) const UNSAID: Permission = Permission::from_mode(0o777 & !UMASK);

/// Whom an entry is about; the order is that of the service's listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Owner,
    User(Uuid),
    OwningGroup,
    Group(Uuid),
    Mask,
    Other,
}

/// One entry of an ACL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) scope: AclScope,
    pub(crate) subject: Subject,
    pub(crate) rights: Rwx,
}

/// A change of mode bits or ACL.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AclChange<'a> {
    /// The middle digit changes the mask if there is one.
    SetPermission(Permission),
    /// Replaces the access ACL, and the default ACL if the entries hold any of it.
    Set(&'a [Entry]),
    /// Adds entries, or changes the rights of those that are there.
    Modify(&'a [Entry]),
    /// Removes entries; those that are not there are ignored.
    Remove(&'a [(AclScope, Subject)]),
    /// Leaves nothing but user, group and other.
    RemoveAll,
    RemoveDefault,
}

impl Entry {
    /// The entry as it is written, with the names that users and groups are to have.
    pub(crate) fn named(&self, name: impl Fn(Uuid) -> String) -> AclEntry {
        let (tag, qualifier) = match self.subject {
            Subject::Owner => (AclTag::User, String::new()),
            Subject::User(id) => (AclTag::User, name(id)),
            Subject::OwningGroup => (AclTag::Group, String::new()),
            Subject::Group(id) => (AclTag::Group, name(id)),
            Subject::Mask => (AclTag::Mask, String::new()),
            Subject::Other => (AclTag::Other, String::new()),
        };
        AclEntry { scope: self.scope, tag, qualifier, permissions: Some(self.rights) }
    }
}

/// Why a changed ACL is not one; the text goes to the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid ACL: {0}")]
pub(crate) struct InvalidAcl(pub(crate) &'static str);

/// The entries of one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) owner: Rwx,
    pub(crate) group: Rwx,
    pub(crate) other: Rwx,
    pub(crate) mask: Option<Rwx>,
    /// Named users, then named groups, each ascending by id.
    pub(crate) named: Vec<(Subject, Rwx)>,
}

/// The ACL of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acl {
    pub(crate) access: Scope,
    /// Inherited by new children; only directories have it.
    pub(crate) default: Option<Box<Scope>>,
    /// Whether children may be removed by their owners only.
    pub(crate) sticky: bool,
}

impl Scope {
    fn from_permission(permission: Permission) -> Self {
        Self {
            owner: permission.owner(),
            group: permission.group(),
            other: permission.other(),
            mask: None,
            named: Vec::new(),
        }
    }

    fn is_extended(&self) -> bool {
        self.mask.is_some() || !self.named.is_empty()
    }

    /// The upper bound of the group class, which stands in the middle digit of the mode.
    fn group_class(&self) -> Rwx {
        self.mask.unwrap_or(self.group)
    }

    fn entries(&self, scope: AclScope) -> impl Iterator<Item = Entry> {
        let base = [
            (Subject::Owner, Some(self.owner)),
            (Subject::OwningGroup, Some(self.group)),
            (Subject::Mask, self.mask),
            (Subject::Other, Some(self.other)),
        ];
        let named = self.named.iter().map(|(subject, rights)| (*subject, Some(*rights)));
        let mut all: Vec<_> = base.into_iter().chain(named).collect();
        all.sort_unstable_by_key(|(subject, _)| *subject);
        all.into_iter()
            .filter_map(move |(subject, rights)| Some(Entry { scope, subject, rights: rights? }))
    }

    /// Takes away what `permission` does not grant.
    fn limit(&mut self, permission: Permission) {
        self.owner = self.owner & permission.owner();
        self.other = self.other & permission.other();
        let class = self.mask.as_mut().unwrap_or(&mut self.group);
        *class = *class & permission.group();
    }

    /// Takes away what the umask does; unlike a mode, it spares the mask and the named entries.
    fn apply_umask(&mut self) {
        let kept = Permission::from_mode(0o777 & !UMASK);
        self.owner = self.owner & kept.owner();
        self.group = self.group & kept.group();
        self.other = self.other & kept.other();
    }

    fn check(&self) -> Result<(), InvalidAcl> {
        let base = if self.mask.is_some() { 4 } else { 3 };
        if self.named.len() + base > MAX_ENTRIES {
            return Err(InvalidAcl("an ACL holds at most 32 access and 32 default entries."));
        }
        Ok(())
    }
}

impl Acl {
    /// The ACL that says no more than the mode bits.
    pub(crate) fn from_permission(permission: Permission) -> Self {
        Self {
            access: Scope::from_permission(permission),
            default: None,
            sticky: permission.sticky(),
        }
    }

    /// The ACL of a new child of an item with this ACL. A mode that the caller names limits what is
    /// inherited; without one the umask does, so that no default ACL opens a new item to `other`.
    pub(crate) fn for_child(&self, directory: bool, permission: Option<Permission>) -> Self {
        let Some(inherited) = &self.default else {
            return Self::from_permission(permission.unwrap_or(UNSAID));
        };
        let mut access = Scope::clone(inherited);
        match permission {
            Some(permission) => access.limit(permission),
            None => access.apply_umask(),
        }
        Self {
            access,
            default: directory.then(|| inherited.clone()),
            sticky: permission.is_some_and(Permission::sticky),
        }
    }

    /// The ACL of a new child of an item with this ACL, in Gen2. A default ACL is handed down whole, limited
    /// by a mode that the caller asks for; no umask counts then. Without one there is the `unlimited` mode.
    pub(crate) fn inherited(
        &self,
        directory: bool,
        asked: Option<Permission>,
        unlimited: Permission,
    ) -> Self {
        let Some(inherited) = &self.default else { return Self::from_permission(unlimited) };
        let mut access = Scope::clone(inherited);
        if let Some(asked) = asked {
            access.limit(asked);
        }
        Self {
            access,
            default: directory.then(|| inherited.clone()),
            sticky: asked.is_some_and(Permission::sticky),
        }
    }

    /// The mode bits: owner, mask (or group), other.
    pub(crate) fn permission(&self) -> Permission {
        let access = &self.access;
        let mode = Permission::new(access.owner, access.group_class(), access.other).mode();
        Permission::from_mode(mode | if self.sticky { 0o1000 } else { 0 })
    }

    /// Changes the mode bits; the middle digit changes the mask if there is one.
    pub(crate) fn set_permission(&mut self, permission: Permission) {
        self.access.owner = permission.owner();
        self.access.other = permission.other();
        *self.access.mask.as_mut().unwrap_or(&mut self.access.group) = permission.group();
        self.sticky = permission.sticky();
    }

    /// Whether there is more than user, group and other.
    pub(crate) fn is_extended(&self) -> bool {
        self.access.is_extended() || self.default.is_some()
    }

    /// Every entry, in the service's order.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let default = self.default.iter().flat_map(|scope| scope.entries(AclScope::Default));
        self.access.entries(AclScope::Access).chain(default).collect()
    }

    /// The entries that the mode bits do not tell.
    pub(crate) fn extended_entries(&self) -> Vec<Entry> {
        let told = |entry: &Entry| {
            entry.scope == AclScope::Access
                && (matches!(entry.subject, Subject::Owner | Subject::Mask | Subject::Other)
                    || entry.subject == Subject::OwningGroup && !self.access.is_extended())
        };
        self.entries().into_iter().filter(|entry| !told(entry)).collect()
    }

    /// Whether the caller has all the `wanted` rights, leaving super-users aside.
    ///
    /// The order is that of the published algorithm: the owner is judged by `user::` alone; then a
    /// named user by its entry; then whoever is in the owning group or in named groups by the rights
    /// of all of them together; and only those whom no entry is about by `other::`. The mask limits
    /// all but the owner.
    pub(crate) fn grants(
        &self,
        who: &Principal<'_>,
        owner: Uuid,
        group: Uuid,
        wanted: Rwx,
    ) -> bool {
        let access = &self.access;
        if who.object_id == owner {
            return access.owner.allows(wanted);
        }
        let rights = self
            .rights_of_named_user(who)
            .or_else(|| self.rights_of_groups(who, group))
            .unwrap_or(access.other);
        (rights & access.mask.unwrap_or(Rwx::ALL)).allows(wanted)
    }

    fn rights_of_named_user(&self, who: &Principal<'_>) -> Option<Rwx> {
        let user = Subject::User(who.object_id);
        self.access.named.iter().find(|(named, _)| *named == user).map(|(_, rights)| *rights)
    }

    /// What the groups of the caller may do together; `None` when no entry is about any of them.
    fn rights_of_groups(&self, who: &Principal<'_>, owning: Uuid) -> Option<Rwx> {
        let named = self.access.named.iter().filter_map(|(named, rights)| match named {
            Subject::Group(id) => Some((*id, *rights)),
            _ => None,
        });
        std::iter::once((owning, self.access.group))
            .chain(named)
            .filter(|(id, _)| who.belongs_to(*id))
            .map(|(_, rights)| rights)
            .reduce(|united, rights| united | rights)
    }

    /// What a change makes of it.
    pub(crate) fn changed(
        &self,
        change: &AclChange<'_>,
        directory: bool,
    ) -> Result<Self, InvalidAcl> {
        match change {
            AclChange::SetPermission(permission) => {
                let mut acl = self.clone();
                acl.set_permission(*permission);
                Ok(acl)
            }
            AclChange::Set(entries) => self.replaced(entries, directory),
            AclChange::Modify(entries) => self.modified(entries, directory),
            AclChange::Remove(entries) => self.removed(entries, directory),
            AclChange::RemoveAll => Ok(self.without_extension()),
            AclChange::RemoveDefault => Ok(Self { default: None, ..self.clone() }),
        }
    }

    /// Replaces every scope of which `entries` hold at least one.
    pub(super) fn replaced(&self, entries: &[Entry], directory: bool) -> Result<Self, InvalidAcl> {
        let mut edit = Edit::new(self);
        for scope in [AclScope::Access, AclScope::Default] {
            if entries.iter().any(|entry| entry.scope == scope) {
                edit.clear(scope);
            }
        }
        for entry in entries {
            edit.set(*entry);
        }
        edit.finish(directory)
    }

    fn modified(&self, entries: &[Entry], directory: bool) -> Result<Self, InvalidAcl> {
        let mut edit = Edit::new(self);
        for entry in entries {
            edit.set(*entry);
        }
        edit.finish(directory)
    }

    fn removed(
        &self,
        entries: &[(AclScope, Subject)],
        directory: bool,
    ) -> Result<Self, InvalidAcl> {
        let mut edit = Edit::new(self);
        for (scope, subject) in entries {
            edit.remove(*scope, *subject);
        }
        edit.finish(directory)
    }

    /// With user, group and other only.
    fn without_extension(&self) -> Self {
        let mut acl = self.clone();
        acl.access.mask = None;
        acl.access.named.clear();
        acl.default = None;
        acl
    }
}

/// An ACL while it is changed: the rules hold again when it is finished.
struct Edit<'a> {
    before: &'a Acl,
    entries: Vec<Entry>,
    /// Scopes that were changed, and those whose mask was given or removed by the caller.
    changed: Vec<AclScope>,
    mask_changed: Vec<AclScope>,
}

impl<'a> Edit<'a> {
    fn new(acl: &'a Acl) -> Self {
        Self { before: acl, entries: acl.entries(), changed: Vec::new(), mask_changed: Vec::new() }
    }

    fn touch(&mut self, scope: AclScope, subject: Subject) {
        self.changed.push(scope);
        if subject == Subject::Mask {
            self.mask_changed.push(scope);
        }
    }

    fn clear(&mut self, scope: AclScope) {
        self.entries.retain(|entry| entry.scope != scope);
        self.changed.push(scope);
    }

    fn remove(&mut self, scope: AclScope, subject: Subject) {
        self.entries.retain(|entry| (entry.scope, entry.subject) != (scope, subject));
        self.touch(scope, subject);
    }

    fn set(&mut self, entry: Entry) {
        self.remove(entry.scope, entry.subject);
        self.entries.push(entry);
    }

    fn get(&self, scope: AclScope, subject: Subject) -> Option<Rwx> {
        let same = |entry: &&Entry| (entry.scope, entry.subject) == (scope, subject);
        self.entries.iter().find(same).map(|entry| entry.rights)
    }

    fn finish(self, directory: bool) -> Result<Acl, InvalidAcl> {
        let has_default = self.entries.iter().any(|entry| entry.scope == AclScope::Default);
        if has_default && !directory {
            return Err(InvalidAcl("only directories have default entries."));
        }
        let access = self.scope(AclScope::Access, None)?;
        let default = match has_default {
            true => Some(Box::new(self.scope(AclScope::Default, Some(&access))?)),
            false => None,
        };
        Ok(Acl { access, default, sticky: self.before.sticky })
    }

    /// One scope as it now stands; base entries that are missing are taken from `fallback`.
    fn scope(&self, scope: AclScope, fallback: Option<&Scope>) -> Result<Scope, InvalidAcl> {
        let mut named: Vec<(Subject, Rwx)> = self
            .entries
            .iter()
            .filter(|entry| entry.scope == scope)
            .filter(|entry| matches!(entry.subject, Subject::User(_) | Subject::Group(_)))
            .map(|entry| (entry.subject, entry.rights))
            .collect();
        named.sort_unstable_by_key(|(subject, _)| *subject);
        let base = |subject, inherited: fn(&Scope) -> Rwx| {
            self.get(scope, subject)
                .or_else(|| fallback.map(inherited))
                .ok_or(InvalidAcl("the user, group and other entries are required."))
        };
        let mut result = Scope {
            owner: base(Subject::Owner, |scope| scope.owner)?,
            group: base(Subject::OwningGroup, |scope| scope.group)?,
            other: base(Subject::Other, |scope| scope.other)?,
            mask: None,
            named,
        };
        result.mask = self.mask(scope, &result)?;
        result.check()?;
        Ok(result)
    }

    fn mask(&self, scope: AclScope, now: &Scope) -> Result<Option<Rwx>, InvalidAcl> {
        let present = self.get(scope, Subject::Mask);
        let mask_changed = self.mask_changed.contains(&scope);
        if mask_changed && present.is_none() && !now.named.is_empty() {
            return Err(InvalidAcl("a mask is required while there are named users or groups."));
        }
        if mask_changed || !self.changed.contains(&scope) {
            return Ok(present);
        }
        let needed = present.is_some() || !now.named.is_empty();
        Ok(needed.then(|| now.named.iter().fold(now.group, |union, (_, rights)| union | *rights)))
    }
}

#[cfg(test)]
mod tests {
    use adls_wire::AclSpec;

    use super::*;

    const OWNER: Uuid = Uuid::from_u128(1);
    const ANN: Uuid = Uuid::from_u128(2);
    const BOB: Uuid = Uuid::from_u128(3);
    const OWNING: Uuid = Uuid::from_u128(10);
    const STAFF: Uuid = Uuid::from_u128(11);

    fn id(name: &str) -> Uuid {
        match name {
            "ann" => ANN,
            "bob" => BOB,
            _ => STAFF,
        }
    }

    fn subject(entry: &AclEntry) -> Subject {
        match (entry.tag, entry.qualifier.as_str()) {
            (AclTag::User, "") => Subject::Owner,
            (AclTag::User, name) => Subject::User(id(name)),
            (AclTag::Group, "") => Subject::OwningGroup,
            (AclTag::Group, name) => Subject::Group(id(name)),
            (AclTag::Mask, _) => Subject::Mask,
            (AclTag::Other, _) => Subject::Other,
        }
    }

    fn entries(text: &str) -> Vec<Entry> {
        let entry = |entry: &AclEntry| Entry {
            scope: entry.scope,
            subject: subject(entry),
            rights: entry.permissions.unwrap(),
        };
        text.parse::<AclSpec>().unwrap().0.iter().map(entry).collect()
    }

    fn names(text: &str) -> Vec<(AclScope, Subject)> {
        let spec: AclSpec = text.parse().unwrap();
        spec.0.iter().map(|entry| (entry.scope, subject(entry))).collect()
    }

    fn show(entries: &[Entry]) -> String {
        let name = |id: Uuid| match id {
            ANN => "ann".to_owned(),
            BOB => "bob".to_owned(),
            _ => "staff".to_owned(),
        };
        let texts = entries.iter().map(|entry| entry.named(name).to_string());
        texts.collect::<Vec<_>>().join(" ")
    }

    fn acl(text: &str) -> Acl {
        Acl::from_permission(UNSAID).replaced(&entries(text), true).unwrap()
    }

    fn all(acl: &Acl) -> String {
        show(&acl.entries())
    }

    #[test]
    fn evaluation_table() {
        let acl = acl("user::r--,user:ann:rw-,group::r-x,group:staff:-w-,mask::rwx,other::--x");
        let masked = acl.modified(&entries("mask::r--"), true).unwrap();
        let stranger = Uuid::from_u128(99);
        // caller, groups, wanted, without and with the narrow mask
        let table: &[(Uuid, &[Uuid], &str, bool, bool)] = &[
            (OWNER, &[], "r--", true, true),
            (OWNER, &[OWNING], "r-x", false, false),
            (ANN, &[], "rw-", true, false),
            (ANN, &[OWNING], "--x", false, false),
            (BOB, &[OWNING], "r-x", true, false),
            (BOB, &[OWNING], "r--", true, true),
            (BOB, &[STAFF], "-w-", true, false),
            (BOB, &[STAFF, OWNING], "rw-", true, false),
            (BOB, &[STAFF, OWNING], "rwx", true, false),
            (BOB, &[STAFF], "--x", false, false),
            (stranger, &[], "--x", true, false),
            (stranger, &[], "r--", false, false),
        ];
        for (caller, groups, wanted, open, narrow) in table {
            let caller = Principal { object_id: *caller, groups };
            let wanted = wanted.parse().unwrap();
            assert_eq!(acl.grants(&caller, OWNER, OWNING, wanted), *open, "{caller:?} {wanted}");
            assert_eq!(masked.grants(&caller, OWNER, OWNING, wanted), *narrow, "{caller:?} masked");
        }
    }

    #[test]
    fn set_computes_the_mask_and_orders_the_entries() {
        let acl = acl("other::---,user:bob:rwx,user:ann:r--,group::r-x,user::rwx");
        assert_eq!(
            all(&acl),
            "user::rwx user:ann:r-- user:bob:rwx group::r-x mask::rwx other::---"
        );
        assert_eq!(acl.permission().to_string(), "770");
        assert!(acl.is_extended());
    }

    #[test]
    fn set_needs_the_base_entries_and_leaves_the_other_scope() {
        let with_default = acl("default:user:ann:rwx");
        let set = with_default.replaced(&entries("user::r--,group::r--,other::r--"), true).unwrap();
        assert_eq!(
            all(&set),
            "user::r-- group::r-- other::r-- default:user::rwx default:user:ann:rwx \
             default:group::rwx default:mask::rwx default:other::---"
        );
        assert!(set.replaced(&entries("user::rwx,group::rwx"), true).is_err());
    }

    #[test]
    fn modify_recomputes_the_mask_unless_given() {
        let acl = Acl::from_permission(UNSAID).modified(&entries("user:ann:-w-"), false).unwrap();
        assert_eq!(all(&acl), "user::rwx user:ann:-w- group::rwx mask::rwx other::---");
        let acl = acl.modified(&entries("mask::r--"), false).unwrap();
        assert_eq!(acl.permission().to_string(), "740");
        let acl = acl.modified(&entries("other::r-x,group::---"), false).unwrap();
        assert_eq!(all(&acl), "user::rwx user:ann:-w- group::--- mask::-w- other::r-x");
    }

    #[test]
    fn the_mask_outlives_the_last_named_entry() {
        let acl = acl("user::rwx,group::r-x,other::---,user:ann:rwx");
        let acl = acl.removed(&names("user:ann,user:bob"), true).unwrap();
        assert_eq!(all(&acl), "user::rwx group::r-x mask::r-x other::---");
        assert!(acl.is_extended());
        let acl = acl.removed(&names("mask:"), true).unwrap();
        assert!(!acl.is_extended());
    }

    #[test]
    fn removal_that_would_break_the_list() {
        let acl = acl("user::rwx,group::r-x,other::---,user:ann:rwx");
        assert!(acl.removed(&names("mask:"), true).is_err());
        assert!(acl.removed(&names("other:"), true).is_err());
    }

    #[test]
    fn extension_and_default_are_removed() {
        let acl = acl("user::rwx,user:ann:rwx,group::r-x,other::---,default:user:ann:rwx");
        assert!(acl.changed(&AclChange::RemoveDefault, true).unwrap().is_extended());
        let bare = acl.without_extension();
        assert_eq!(all(&bare), "user::rwx group::r-x other::---");
        assert_eq!(bare.permission().to_string(), "750");
    }

    #[test]
    fn hadoop_style_entries() {
        let bare = Acl::from_permission(UNSAID);
        assert_eq!(bare.extended_entries(), []);
        let acl = bare.modified(&entries("user:ann:rwx"), false).unwrap();
        assert_eq!(show(&acl.extended_entries()), "user:ann:rwx group::rwx");
    }

    #[test]
    fn mode_bits_change_the_mask() {
        let mut acl = acl("user::rwx,user:ann:rwx,group::rwx,other::---");
        acl.set_permission(Permission::from_mode(0o1751));
        assert_eq!(all(&acl), "user::rwx user:ann:rwx group::rwx mask::r-x other::--x");
        assert_eq!(acl.permission().to_string(), "1751");
    }

    #[test]
    fn inheritance() {
        let parent = acl("default:user:ann:rwx,default:other::r-x");
        let directory = parent.for_child(true, None);
        assert_eq!(
            all(&directory),
            "user::rwx user:ann:rwx group::rwx mask::rwx other::--- default:user::rwx \
             default:user:ann:rwx default:group::rwx default:mask::rwx default:other::r-x"
        );
        let open = parent.for_child(false, Some(Permission::from_mode(0o755)));
        assert_eq!(all(&open), "user::rwx user:ann:rwx group::rwx mask::r-x other::r-x");
        let file = parent.for_child(false, Some(Permission::from_mode(0o750)));
        assert_eq!(all(&file), "user::rwx user:ann:rwx group::rwx mask::r-x other::---");

        let plain = Acl::from_permission(UNSAID);
        assert_eq!(plain.for_child(true, None).permission().to_string(), "770");
        let wide = plain.for_child(true, Some(Permission::from_mode(0o733)));
        assert_eq!(wide.permission().to_string(), "733");
    }

    #[test]
    fn limits() {
        let bare = Acl::from_permission(UNSAID);
        assert!(bare.modified(&entries("default:user:ann:r--"), false).is_err());
        let named = |count: u128| -> Vec<Entry> {
            let entry = |n| Entry {
                scope: AclScope::Access,
                subject: Subject::User(Uuid::from_u128(n)),
                rights: Rwx::READ,
            };
            (0..count).map(entry).collect()
        };
        assert!(bare.modified(&named(28), true).is_ok());
        assert!(bare.modified(&named(29), true).is_err());
    }
}
