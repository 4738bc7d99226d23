//! Random steps. They are made for what there is in the model, lest nearly all of them be refused.

use fastrand::Rng;
use uuid::Uuid;

use super::acl::{Change, Rights, Whom};
use super::action::{
    Action, Condition, Expiry, Guard, LeaseVerb, New, Path, Step, Tag, WriteLease,
};
use super::people::{APPLICATION, GROUP, MEMBER, OTHER_GROUP, STRANGER, Who};
use super::tree::{Entry, Model};
use crate::storage::Protocol;

/// Few names, so that actions meet each other. In the order of DFS what is in `b` comes before `b.c`, in
/// that of Blob behind it; the last needs encoding.
const NAMES: [&str; 4] = ["a", "b", "b.c", "ü %+"];

/// The next step of a case: for the same numbers and the same model the same.
pub(super) struct Generator<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) model: &'a Model,
    /// How many of a hundred steps are done by those who may do everything.
    pub(super) powerful: u32,
}

/// What a step would like to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
    Any,
}

/// The step with which each case begins: the first file system is everybody's.
pub(super) fn first() -> Step {
    let action = Action::SetAcl {
        path: Path::root(0),
        owner: None,
        group: None,
        mode: Some(0o777),
        acl: None,
        guard: Guard::default(),
    };
    Step { who: Who::Key, action }
}

/// One of the few ids of leases.
fn lease_id(number: u128) -> Uuid {
    Uuid::from_u128(0x1ea5_0000_0000_4000_8000_0000_0000_0000 | number)
}

impl Generator<'_> {
    pub(super) fn step(&mut self) -> Step {
        let who = match self.in_hundred(self.powerful) {
            true => self.one_of(&[Who::Key, Who::Key, Who::Owner]),
            false => self.one_of(&Who::ALL),
        };
        Step { who, action: self.action() }
    }

    fn action(&mut self) -> Action {
        match self.rng.u32(0..100) {
            0..14 => self.create(),
            14..23 => self.append(),
            23..30 => self.flush(),
            30..36 => self.read(),
            36..45 => self.rename(),
            45..49 => {
                let path = self.path(Kind::Any);
                let recursive = self.rng.bool();
                Action::Delete {
                    protocol: self.protocol(),
                    guard: self.guard(&path),
                    path,
                    recursive,
                }
            }
            49..53 => {
                let path = self.directory();
                Action::List { path, recursive: self.rng.bool(), limit: self.rng.usize(1..8) }
            }
            53..56 => Action::ListNext { limit: self.rng.usize(1..8) },
            56..63 => self.lease(),
            63..66 => {
                let path = self.path(Kind::File);
                Action::Expire { expiry: self.expiry(), lease: self.named_lease(&path), path }
            }
            66 | 67 => {
                let names = self.sometimes(50, |this| this.free_path().names);
                Action::Undelete { which: self.rng.usize(0..50), names }
            }
            68 => Action::ListDeleted { file_system: usize::from(self.in_hundred(12)) },
            69..73 => {
                let path = self.path(Kind::Any);
                let meta = self.sometimes(80, Self::meta);
                let (protocol, guard) = (self.protocol(), self.guard(&path));
                Action::SetProperties { protocol, path, meta, guard }
            }
            73..77 => {
                let path = self.path(Kind::Any);
                Action::Properties { protocol: self.protocol(), guard: self.guard(&path), path }
            }
            77 => Action::GetStatus { path: self.directory() },
            78..80 => {
                let path = self.directory();
                Action::GetAcl { guard: self.guard(&path), path }
            }
            80..86 => self.set_acl(),
            86..89 => self.change_acls(),
            89..91 => Action::Check { path: self.path(Kind::Any), bits: self.rng.u16(1..8) },
            91..95 => {
                let path = self.path(Kind::File);
                let (bytes, meta) = (self.bytes(), self.sometimes(20, Self::meta));
                Action::Put { guard: self.guard(&path), path, bytes, meta }
            }
            95..97 => self.list_blobs(),
            _ => Action::Wait(self.wait()),
        }
    }

    fn in_hundred(&mut self, percent: u32) -> bool {
        self.rng.u32(0..100) < percent
    }

    fn sometimes<T>(&mut self, percent: u32, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.in_hundred(percent).then(|| value(self))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.rng.usize(0..all.len())]
    }

    /// Any path.
    fn some_path(&mut self) -> Path {
        let depth = self.one_of(&[1, 1, 2, 2, 2, 3]);
        let names = (0..depth).map(|_| self.one_of(&NAMES)).collect();
        Path { file_system: usize::from(self.in_hundred(12)), names }
    }

    /// Mostly a path where there is something of a kind.
    fn path(&mut self, kind: Kind) -> Path {
        let fits = |(path, entry): &(&Path, &Entry)| {
            let fits = kind == Kind::Any || entry.is_directory() == (kind == Kind::Directory);
            !path.is_root() && fits
        };
        if self.in_hundred(20) {
            return self.some_path();
        }
        let all: Vec<&Path> =
            self.model.entries.iter().filter(fits).map(|(path, _)| path).collect();
        match all.is_empty() {
            true => self.some_path(),
            false => all[self.rng.usize(0..all.len())].clone(),
        }
    }

    /// Mostly a path where there is nothing, in a directory.
    fn free_path(&mut self) -> Path {
        let parent = self.directory();
        let fits = parent.names.len() < 4 && self.in_hundred(70);
        if fits { parent.join(self.one_of(&NAMES)) } else { self.some_path() }
    }

    /// A directory, often a root.
    fn directory(&mut self) -> Path {
        let path = self.path(Kind::Directory);
        if self.in_hundred(25) { Path::root(path.file_system) } else { path }
    }

    fn protocol(&mut self) -> Protocol {
        self.one_of(&[Protocol::Dfs, Protocol::Blob])
    }

    fn any_lease(&mut self) -> Uuid {
        lease_id(self.rng.u128(0..2))
    }

    /// Mostly the lease that an item has.
    fn named_lease(&mut self, path: &Path) -> Option<Uuid> {
        let held = self.model.entries.get(path).and_then(|entry| entry.lease.id());
        match held {
            Some(held) if self.in_hundred(75) => Some(held),
            _ => self.sometimes(6, Self::any_lease),
        }
    }

    fn guard(&mut self, path: &Path) -> Guard {
        let lease = self.named_lease(path);
        Guard { condition: self.sometimes(25, Self::condition).unwrap_or_default(), lease }
    }

    fn condition(&mut self) -> Condition {
        let tag = self.one_of(&[Tag::Any, Tag::Current, Tag::Current, Tag::Current, Tag::Other]);
        match self.rng.u32(0..8) {
            0..3 => Condition::Match(tag),
            3 => Condition::NoneMatch(Tag::Any),
            4 | 5 => Condition::NoneMatch(if tag == Tag::Any { Tag::Current } else { Tag::Other }),
            6 => Condition::Modified(self.rng.i64(-2..2)),
            _ => Condition::Unmodified(self.rng.i64(-2..2)),
        }
    }

    fn bytes(&mut self) -> Vec<u8> {
        // Some that do not fit into one piece of the store.
        let large = self.in_hundred(2);
        let length = if large { self.rng.usize(3_000..9_000) } else { self.rng.usize(1..12) };
        let first = self.rng.u8(..);
        (0..=u8::MAX).cycle().take(length).map(|at| first.wrapping_add(at)).collect()
    }

    fn meta(&mut self) -> &'static str {
        self.one_of(&["one", "two", "größer"])
    }

    /// Bits that let more through than they keep back.
    fn bits(&mut self) -> u16 {
        if self.rng.bool() { 7 } else { self.rng.u16(0..8) }
    }

    fn mode(&mut self) -> u16 {
        self.one_of(&[0o777, 0o777, 0o777, 0o750, 0o1777, 0o755, 0o700, 0o604, 0])
    }

    fn seconds(&mut self) -> Option<i64> {
        self.sometimes(80, |this| this.rng.i64(15..=60))
    }

    /// Milliseconds; often until something ends, or until just before.
    fn wait(&mut self) -> i64 {
        let moments = self.model.moments();
        match self.rng.u32(0..20) {
            0..10 if !moments.is_empty() => {
                // Mostly what comes soon, so that time does not run away.
                let soon = if self.in_hundred(90) { moments.len().min(3) } else { moments.len() };
                (self.one_of(&moments[..soon]) - self.model.now - self.rng.i64(0..2)).max(0)
            }
            0..14 => self.rng.i64(1..2_000),
            14..19 => self.rng.i64(2_000..40_000),
            _ => self.rng.i64(0..5 * 24 * 3600 * 1000),
        }
    }

    fn expiry(&mut self) -> Expiry {
        match self.rng.u32(0..5) {
            0 => Expiry::Never,
            1 | 2 => Expiry::AfterNow(self.rng.i64(1..50_000)),
            3 => Expiry::AfterCreation(self.rng.i64(1..1_000_000)),
            _ => Expiry::At(self.rng.i64(-2..50)),
        }
    }

    fn create(&mut self) -> Action {
        let directory = self.in_hundred(45);
        let kind = if directory { Kind::Directory } else { Kind::File };
        let path = if self.in_hundred(60) { self.free_path() } else { self.path(kind) };
        let acl = self.sometimes(8, Self::acl);
        let expires = if directory { 1 } else { 8 };
        let new = New {
            mode: if acl.is_some() { None } else { self.sometimes(50, Self::mode) },
            umask: self.sometimes(40, |this| this.one_of(&[0, 0, 0, 0o27, 0o77, 0o22])),
            acl,
            meta: self.sometimes(20, Self::meta),
            expires_in: self.sometimes(expires, |this| this.rng.i64(1..60_000)),
            lease: self.sometimes(5, |this| (this.any_lease(), this.seconds())),
        };
        Action::Create { directory, guard: self.guard(&path), new, path }
    }

    fn append(&mut self) -> Action {
        let path = self.path(Kind::File);
        let end = self.model.flush_position(&path, 0);
        let position = match self.rng.u32(0..8) {
            0 => 0,
            1 => self.rng.u64(0..20),
            2 => end + self.rng.u64(1..6),
            3 => end.saturating_sub(self.rng.u64(1..6)),
            _ => end,
        };
        let (bytes, flush) = (self.bytes(), self.in_hundred(25));
        let lease = self.named_lease(&path);
        let write_lease = self.write_lease(lease);
        Action::Append { position, bytes, lease, write_lease, flush, path }
    }

    fn flush(&mut self) -> Action {
        let path = self.path(Kind::File);
        let beyond = if self.in_hundred(75) { 0 } else { self.rng.i64(-5..3) };
        let guard = self.guard(&path);
        let write_lease = self.write_lease(guard.lease);
        Action::Flush { beyond, retain: self.rng.bool(), guard, write_lease, path }
    }

    /// What a write does with a lease that is named, or with none.
    fn write_lease(&mut self, named: Option<Uuid>) -> Option<WriteLease> {
        let (id, seconds) = (self.any_lease(), self.seconds());
        let acquires = [WriteLease::Acquire(id, seconds), WriteLease::AcquireRelease(id, seconds)];
        match named {
            None => self.sometimes(12, |this| this.one_of(&acquires)),
            Some(_) => self.sometimes(50, |this| {
                let others = [WriteLease::AutoRenew, WriteLease::Release];
                if this.in_hundred(80) { this.one_of(&others) } else { this.one_of(&acquires) }
            }),
        }
    }

    fn read(&mut self) -> Action {
        let path = self.path(Kind::File);
        let length = self.model.entries.get(&path).map_or(0, Entry::length) as u64;
        let range = self.sometimes(60, |this| {
            let start = this.rng.u64(0..length + 2);
            (start, this.sometimes(70, |this| start + this.rng.u64(0..10)))
        });
        Action::Read { protocol: self.protocol(), range, guard: self.guard(&path), path }
    }

    fn rename(&mut self) -> Action {
        let from = self.path(Kind::Any);
        let to = match self.rng.u32(0..4) {
            0 => self.path(Kind::Any),
            1 => self.directory(),
            _ => self.free_path(),
        };
        let to = if to.is_root() { self.free_path() } else { to };
        let mut guard = |path: &Path| match self.in_hundred(50) {
            true => self.guard(path),
            // Two that are as random as others would let too little happen.
            false => Guard { condition: Condition::None, lease: self.named_lease(path) },
        };
        let (source, target) = (guard(&from), guard(&to));
        let (legacy, meta) = (self.rng.bool(), self.sometimes(15, Self::meta));
        Action::Rename { from, to, legacy, source, target, meta }
    }

    fn lease(&mut self) -> Action {
        use LeaseVerb::{Acquire, Break, Change, Release, Renew};
        let path = self.path(Kind::Any);
        let verb = match self.model.entries.get(&path).and_then(|entry| entry.lease.id()) {
            Some(_) => self.one_of(&[Acquire, Renew, Change, Release, Break]),
            None => {
                self.one_of(&[Acquire, Acquire, Acquire, Acquire, Renew, Change, Release, Break])
            }
        };
        let seconds = match verb {
            Break => self.sometimes(60, |this| this.rng.i64(0..=60)),
            _ => self.seconds(),
        };
        let condition = self.sometimes(20, Self::condition).unwrap_or_default();
        let id = self.named_lease(&path).unwrap_or(lease_id(0));
        let (protocol, proposed) = (self.protocol(), self.any_lease());
        Action::Lease { protocol, path, verb, id, proposed, seconds, condition }
    }

    fn whom(&mut self) -> Whom {
        self.one_of(&[
            Whom::Owner,
            Whom::User(MEMBER),
            Whom::User(STRANGER),
            Whom::User(APPLICATION),
            Whom::OwningGroup,
            Whom::Group(GROUP),
            Whom::Group(OTHER_GROUP),
            Whom::Mask,
            Whom::Other,
        ])
    }

    /// Entries, none of them twice.
    fn entries(&mut self, most: usize) -> Vec<Rights> {
        let mut entries = Vec::new();
        for _ in 0..self.rng.usize(1..=most) {
            let default = self.in_hundred(33);
            let entry = Rights { default, whom: self.whom(), bits: self.bits() };
            add(&mut entries, entry);
        }
        entries
    }

    /// Entries that make a list, but for a few.
    fn acl(&mut self) -> Vec<Rights> {
        let mut entries = if self.rng.bool() { self.entries(3) } else { Vec::new() };
        if entries.is_empty() || !self.in_hundred(5) {
            for whom in [Whom::Owner, Whom::OwningGroup, Whom::Other] {
                let entry = Rights { default: false, whom, bits: self.bits() };
                add(&mut entries, entry);
            }
        }
        entries
    }

    /// Entries that may be taken out of a list.
    fn removable(&mut self) -> Vec<Rights> {
        let is_base = |whom| matches!(whom, Whom::Owner | Whom::OwningGroup | Whom::Other);
        let mut entries = self.entries(3);
        entries.retain(|entry| !is_base(entry.whom));
        let default = self.rng.bool();
        add(&mut entries, Rights { default, whom: Whom::User(MEMBER), bits: 0 });
        entries
    }

    fn set_acl(&mut self) -> Action {
        let path = self.directory_or_file();
        let (mut owner, mut group, mut mode, mut acl) = (None, None, None, None);
        match self.rng.u32(0..8) {
            0 => owner = Some(self.one_of(&[MEMBER, STRANGER, APPLICATION])),
            1 => group = Some(self.one_of(&[GROUP, OTHER_GROUP])),
            2..5 => mode = Some(self.mode()),
            _ => acl = Some(self.acl()),
        }
        Action::SetAcl { guard: self.guard(&path), path, owner, group, mode, acl }
    }

    fn directory_or_file(&mut self) -> Path {
        if self.rng.bool() { self.directory() } else { self.path(Kind::Any) }
    }

    fn change_acls(&mut self) -> Action {
        let path = self.directory_or_file();
        let (change, entries) = match self.rng.u32(0..4) {
            0 => (Change::Set, self.acl()),
            1 => (Change::Remove, self.removable()),
            _ => (Change::Modify, self.entries(3)),
        };
        let (limit, force) = (self.rng.usize(1..6), self.rng.bool());
        Action::ChangeAcls { path, change, entries, limit, force }
    }

    fn list_blobs(&mut self) -> Action {
        let path = self.directory_or_file();
        let mut prefix = path.text();
        if !prefix.is_empty() && self.rng.bool() {
            prefix.push('/');
        }
        let file_system = path.file_system;
        let (grouped, limit) = (self.rng.bool(), self.rng.usize(1..8));
        Action::ListBlobs { file_system, prefix, grouped, limit }
    }
}

fn add(entries: &mut Vec<Rights>, entry: Rights) {
    if !entries.iter().any(|known| (known.default, known.whom) == (entry.default, entry.whom)) {
        entries.push(entry);
    }
}
